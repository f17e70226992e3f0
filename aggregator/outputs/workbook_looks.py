"""How the sheets of the consolidated workbook behind `Tổng hợp` look and print; nothing here knows a unit or a number.

A fill never stands alone: the cell also says in words or in digits what the fill says.
"""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.styles import FONT, SMALL
from aggregator.writing import Page, Style

COUNT_FORMAT = "#,##0"
MONEY_FORMAT = '#,##0" đ"'
LINK_COLOUR = "#1F4E79"
"""Dark blue, not underlined: a sheet of links stays a sheet of numbers."""
GREY, HEAD_FILL, SUM_FILL = "#F2F2F2", "#D6E0EA", "#E8EEF4"

CELL: Style = {**FONT, "font_size": 10, "border": 1, "border_color": "#A6A6A6"}
TEXT: Style = {**CELL, "num_format": "@"}
WRAPPED: Style = {**TEXT, "text_wrap": True, "valign": "top"}
LINK: Style = {"font_color": LINK_COLOUR}
NUMBER: Style = {**CELL, "align": "right", "num_format": COUNT_FORMAT}
MONEY: Style = {**NUMBER, "num_format": MONEY_FORMAT}
SUMMED: Style = {"bg_color": SUM_FILL}
NOTHING_IN: Style = {"bg_color": GREY, "pattern": 1}
HEAD: Style = {
    **FONT, "font_size": 9, "border": 1, "border_color": "#7F7F7F", "bold": True, "bg_color": HEAD_FILL,
    "align": "center",
}  # fmt: skip
WORDS: Style = {**HEAD, "bold": False, "text_wrap": True, "bg_color": "#FFFFFF"}
TITLE: Style = {**FONT, "font_size": 13, "bold": True}
LINKED: Style = {**FONT, "font_size": 10, **LINK}
HIDDEN: Style = {**SMALL, "num_format": "@"}

ALARM: Style = {"bg_color": "#F8D7DA", "bold": True}
CAUTION: Style = {"bg_color": "#FFF3CD"}
DONE: Style = {"bg_color": "#E2EFDA"}
MARKS: Mapping[str, Style] = {
    "cần sửa": ALARM,
    "chưa nộp": CAUTION,
    "đã nhận": DONE,
    "muộn": CAUTION,
    "Lỗi, không cộng": ALARM,
    "Cần xem lại": CAUTION,
    "không cộng, cần sửa": ALARM,
}
"""Words of our own that are looked for first, and their fill; a unit's text is never compared with them."""

FOOTER = '&L&"Times New Roman"&9&A&C&"Times New Roman"&11Trang &P/&N'
SCALE = 65


def print_landscape(page: Page, scale: int | None) -> None:
    """A4 across, numbered, the sheet's name at the left; `scale` in percent, or as wide as the paper."""
    page.call("set_landscape")
    page.call("set_paper", 9)
    page.call("set_margins", left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.call("set_footer", FOOTER)
    page.call("hide_gridlines", 2)
    if scale:
        page.call("set_print_scale", scale)
    else:
        page.call("fit_to_pages", 1, 0)
