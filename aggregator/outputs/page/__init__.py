"""The result as one HTML page that needs nothing else: no network, no program but a browser, no JavaScript to read it.

`board` who has reported, `findings` what is wrong, `totals` the official table, `contributors` what stands behind each
number, `words` what is said in both languages, `document` puts them into `page.html` with `page.css` and `page.js`.
"""

from aggregator.outputs.page.document import is_own_page, write_page

__all__ = ["is_own_page", "write_page"]
