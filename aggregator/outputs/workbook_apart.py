"""The very hidden sheet of a consolidated workbook, written by a copy of this process where that is worth it.

It repeats what the others say and is as long as all of them; nothing waits for it but the end of the workbook.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from aggregator.beside import Beside
from aggregator.bulk import MAX_TEXT, Lines, Look
from aggregator.outputs.workbook_hidden import Line
from aggregator.outputs.workbook_layout import CHECK_SHEET
from aggregator.outputs.workbook_looks import HIDDEN
from aggregator.writing import Book, LostInWriting, Page


@contextmanager
def hidden_page(book: Book, lines: Callable[[], Iterable[Line]], *, worth: bool) -> Iterator[None]:
    """The last sheet of the workbook, with these lines; they are written while the caller writes the others."""
    page = book.page(CHECK_SHEET)
    page.call("very_hidden")
    look = page.look([HIDDEN] * 3, [str] * 3)
    with Beside(partial(_write, page, look, lines, os.getpid()), worth=worth) as writing:
        yield
        if (done := writing.result()) is not None:
            page.take_lines(done)


def _write(page: Page, look: Look, lines: Callable[[], Iterable[Line]], owner: int) -> Lines | None:
    """Texts only; a line that does not fit into a cell would be lost, so it stops the writing. Gives what another
    process needs to know; nothing where this is the process of the workbook itself."""
    for row, line in enumerate(lines(), start=1):
        if max(map(len, line)) > MAX_TEXT:
            raise LostInWriting(f"{CHECK_SHEET}: line {row} is longer than a cell")
        page.line(row, line, look)
    return None if os.getpid() == owner else page.lines()
