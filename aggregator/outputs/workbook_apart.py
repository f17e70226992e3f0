"""The very hidden sheet of a consolidated workbook, written by another process where that is worth it.

It repeats what the others say and is as long as all of them; nothing waits for it but the end of the workbook. A copy
of this process knows all that is to be written; a fresh one, where a copy would fill the memory, is told by a file.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from aggregator.beside import WORTH_A_COPY, Beside
from aggregator.bulk import MAX_TEXT, Lines, Look, LooseSheet
from aggregator.forms import Form
from aggregator.outputs.workbook_hidden import Fact, Line, hidden_lines
from aggregator.outputs.workbook_layout import CHECK_SHEET
from aggregator.outputs.workbook_looks import HIDDEN
from aggregator.writing import Book, LostInWriting, Page

Whom = Literal["this", "copy", "fresh"]
"""Which process writes."""
FACTS, LINES = "facts", "lines"
"""Files that tell a fresh process what to write, and what it wrote."""
TOGETHER = 1_000
"""Facts that are told at once."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What the sheet is to say."""

    facts: Callable[[], Iterable[Fact]]
    form: Form
    key: bytes | None

    def lines(self) -> Iterator[Line]:
        return hidden_lines(self.facts(), self.form, self.key)


def by_whom(returns: int) -> Whom:
    """Of a result with so many returns."""
    return "copy" if returns in WORTH_A_COPY else "fresh" if returns >= WORTH_A_COPY.stop else "this"


@contextmanager
def hidden_page(book: Book, hidden: Hidden, whom: Whom) -> Iterator[None]:
    """The last sheet of the workbook; it is written while the caller writes the others."""
    page = book.page(CHECK_SHEET)
    page.call("very_hidden")
    look = page.look([HIDDEN] * 3, [str] * 3)
    work: Callable[[], Lines | None] = partial(_write, page, look, hidden, os.getpid())
    with ExitStack() as stack:
        if whom == "fresh":
            folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
            _tell(hidden.facts(), folder / FACTS)
            work = partial(_write_apart, folder, hidden.form, hidden.key, look)
        writing = stack.enter_context(Beside(work, worth=whom != "this", fresh=whom == "fresh"))
        yield
        done = writing.result()
        if done is not None:
            page.take_lines(done)
        elif whom == "fresh":
            _write(page, look, hidden, os.getpid())


def _write(page: Page, look: Look, hidden: Hidden, owner: int) -> Lines | None:
    """Gives what another process needs to know; nothing where this is the process of the workbook itself."""
    for row, line in _checked(hidden.lines()):
        page.line(row, line, look)
    return None if os.getpid() == owner else page.lines()


def _checked(lines: Iterable[Line]) -> Iterator[tuple[int, Line]]:
    """With their rows, from 1. Texts only; a line that does not fit into a cell would be lost, so it stops."""
    for row, line in enumerate(lines, start=1):
        if max(map(len, line)) > MAX_TEXT:
            raise LostInWriting(f"{CHECK_SHEET}: line {row} is longer than a cell")
        yield row, line


# --- a fresh process -----------------------------------------------------------------------------------------------


def _tell(facts: Iterable[Fact], place: Path) -> None:
    remaining = iter(facts)
    with place.open("wb") as file:
        while together := list(islice(remaining, TOGETHER)):
            pickle.dump(together, file, protocol=5)


def _told(place: Path) -> Iterator[Fact]:
    with place.open("rb") as file:
        while file.peek(1):
            yield from pickle.load(file)  # our own process wrote it


def _write_apart(folder: Path, form: Form, key: bytes | None, look: Look) -> Lines | None:
    """Nothing where a text is so long that it stands among the shared ones, which only the workbook knows."""
    sheet = LooseSheet()
    try:
        for row, line in _checked(hidden_lines(_told(folder / FACTS), form, key)):
            if sheet.line(row - 1, line, look):
                raise LostInWriting(f"{CHECK_SHEET}: line {row}")
        return None if sheet.shares_texts else sheet.stored_lines(folder / LINES)
    finally:
        sheet.discard()
