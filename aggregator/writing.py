"""XlsxWriter behind one door: every non-zero return and every warning becomes an exception.

XlsxWriter reports a lost cell as a return code or a warning; a form or a result with a lost cell must not be handed
over. Text is always written as text, so nothing a unit typed can become a formula or a link.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format

from aggregator.beside import Beside
from aggregator.bulk import MAX_TEXT, Lines, LineSheet, Look, Value, with_lines
from aggregator.lint import Fault, lint_workbook
from aggregator.reading.book import Address
from aggregator.text import xml_safe

CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Pinned: no clock stands in any output, so the same inputs give the same bytes."""

WORTH_TWO, WORTH_FRESH = 2**20, 2**25
"""Bytes of a workbook that is looked at by two processes, the second a copy of this one; and from where on that copy
would fill the memory, so that it is a fresh process."""

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

Style = Mapping[str, Any]
Entry = int | str
"""What somebody typed: a whole number or a text."""


class LostInWriting(RuntimeError):
    """XlsxWriter did not do what it was told: a fault of this program, never of a user."""


def build(make: Callable[[Book], None], **properties: str) -> bytes:
    """The bytes of the workbook that `make` fills in. Raises `LostInWriting` where Excel would have to repair it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        buffer = io.BytesIO()
        book = Book(xlsxwriter.Workbook(buffer, OPTIONS), properties)
        try:
            make(book)
            book.close()
            data = with_lines(buffer, book.sheets) if book.sheets else buffer.getvalue()
        finally:
            book.discard()
    if faults := _lint(data):
        raise LostInWriting("; ".join(str(fault) for fault in faults[:5]))
    return data


def _lint(data: bytes) -> tuple[Fault, ...]:
    """On two cores, where that is worth it."""
    if len(data) < WORTH_TWO:
        return lint_workbook(data, own=True)
    if len(data) < WORTH_FRESH:
        with Beside(partial(lint_workbook, data, own=True, half="largest")) as largest:
            return (*lint_workbook(data, own=True, half="rest"), *largest.result())
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder, "tong-hop.xlsx")
        path.write_bytes(data)
        with Beside(partial(lint_workbook, path, own=True, half="largest"), fresh=True) as largest:
            return (*lint_workbook(data, own=True, half="rest"), *largest.result())


class Book:
    """A workbook being written."""

    def __init__(self, workbook: xlsxwriter.Workbook, properties: Mapping[str, str]) -> None:
        self._workbook = workbook
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._asked: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._pages: list[Page] = []
        workbook.set_properties({"created": CREATED, **properties})
        workbook.set_calc_mode("auto")

    def page(self, name: str, typed: Mapping[Address, Entry] | None = None) -> Page:
        """A new sheet; `typed` already stands in its open cells."""
        page = Page(self, self._workbook.add_worksheet(name, LineSheet), typed or {})
        self._pages.append(page)
        return page

    def texts(self) -> dict[str, Mapping[Address, str]]:
        """By sheet, every text that was written so far and where it stands."""
        return {page.name: page.texts for page in self._pages}

    def define(self, name: str, formula: str) -> None:
        _kept(self._workbook.define_name(name, formula), f"name {name}")

    def chart(self, kind: str, subtype: str | None = None) -> Any:
        """A chart to be filled in and put on a page."""
        return self._workbook.add_chart({"type": kind, "subtype": subtype})

    def format(self, style: Style) -> Format:
        """One format object per distinct style."""
        asked = tuple(style.items())
        known = self._asked.get(asked)
        if known is None:
            key = tuple(sorted(asked))
            if key not in self._formats:
                self._formats[key] = self._workbook.add_format(dict(style))
            known = self._asked[asked] = self._formats[key]
        return known

    def close(self) -> None:
        for page in self._pages:
            page.check_typed()
        self._workbook.close()

    @property
    def sheets(self) -> Sequence[LineSheet]:
        """All sheets in order, where any has lines."""
        sheets: Sequence[LineSheet] = self._workbook.worksheets()
        return sheets if any(sheet.has_lines for sheet in sheets) else ()

    def discard(self) -> None:
        """Whatever waits on the disk is needed no more."""
        for sheet in self._workbook.worksheets():
            sheet.discard()


class Page:
    """A worksheet being written; addresses are (row, column) counted from 1."""

    def __init__(self, book: Book, sheet: LineSheet, typed: Mapping[Address, Entry]) -> None:
        self._book = book
        self._sheet = sheet
        self._typed = typed
        self._taken: set[Address] = set()
        self.name = str(sheet.name)
        self.texts: dict[Address, str] = {}
        """What was written as text, where."""

    def check_typed(self) -> None:
        """What was to be typed and found no open cell would be lost."""
        if lost := sorted(self._typed.keys() - self._taken):
            raise LostInWriting(f"{self._sheet.name}: no open cell at {lost}")

    def _type(self, at: Address, style: Style) -> bool:
        """What is already typed at an open cell comes before what the cell is issued with."""
        if at not in self._typed or style.get("locked") is not False:
            return False
        entry = self._typed[at]
        self._taken.add(at)
        if isinstance(entry, int):
            self._do("write_number", *_zero(at), entry, self._book.format(style))
        else:
            self._do("write_string", *_zero(at), xml_safe(entry)[:MAX_TEXT], self._book.format(style))
        return True

    def text(self, at: Address, text: str, style: Style) -> None:
        if self._type(at, style):
            return
        safe = xml_safe(text)[:MAX_TEXT]
        if safe:
            self._do("write_string", *_zero(at), safe, self._book.format(style))
            self.texts[at] = safe
        else:
            self.blank(at, style)

    def number(self, at: Address, number: int, style: Style) -> None:
        if not self._type(at, style):
            self._do("write_number", *_zero(at), number, self._book.format(style))

    def formula(self, at: Address, formula: str, value: int | str, style: Style) -> None:
        """A formula without `=` and the result stored with it."""
        self._do("write_formula", *_zero(at), f"={formula}", self._book.format(style), value)

    def look(self, styles: Sequence[Style], types: Sequence[type]) -> Look:
        """How the cells of a line are to look that are of these types, for `line`."""
        return self._sheet.look([self._book.format(style) for style in styles], types)

    def line(self, row: int, values: Sequence[Value], look: Look, height: float | None = None, level: int = 0) -> None:
        """A line from the first column on, right below the line before: for long tables, many times faster than cell
        by cell. `height` in points; `level`: how deep the row stands in the outline.

        Nothing is typed in it, and its texts are not among `texts`.
        """
        self._do("line", row - 1, values, look, height, level)

    def lines(self) -> Lines:
        """All lines of the page, for another process, where they are put into the same page by `take_lines`."""
        return self._sheet.packed_lines()

    def take_lines(self, lines: Lines) -> None:
        self._do("take_lines", lines)

    def link_cell(self, at: Address, target: str, tip: str) -> None:
        """A link inside this workbook (`'Sheet'!A1`) on a cell, whatever stands in it."""
        self._sheet.ignore_write_string = True
        self._do("write_url", *_zero(at), f"internal:{target}", None, None, tip)
        self._sheet.ignore_write_string = False

    def chart(self, at: Address, chart: Any, alt: str) -> None:
        """A chart whose upper left corner is in a cell; `alt` is read out to who cannot see it."""
        self._do("insert_chart", *_zero(at), chart, {"description": alt, "object_position": 2})

    def merged_rich(self, first: Address, last: Address, pieces: Sequence[tuple[str, Style]], style: Style) -> None:
        """One text of our own over a range, in several types."""
        self._do("merge_range", *_zero(first), *_zero(last), "", self._book.format(style))
        parts = [part for text, look in pieces for part in (self._book.format(look), text)]
        self._do("write_rich_string", *_zero(first), *parts, self._book.format(style))
        self.texts[first] = "".join(text for text, _ in pieces)

    def blank(self, at: Address, style: Style) -> None:
        if not self._type(at, style):
            self._do("write_blank", *_zero(at), None, self._book.format(style))

    def merged(self, first: Address, last: Address, text: str, style: Style) -> None:
        """One text over a range; a range of one cell is written as a cell."""
        if first == last:
            self.text(first, text, style)
            return
        self._do("merge_range", *_zero(first), *_zero(last), "", self._book.format(style))
        self.text(first, text, style)

    def merged_number(self, first: Address, last: Address, style: Style) -> None:
        """A range for one number, empty unless one is typed already."""
        self._do("merge_range", *_zero(first), *_zero(last), "", self._book.format(style))
        self._type(first, style)

    def widths(self, widths: Sequence[float]) -> None:
        for column, width in enumerate(widths):
            self._do("set_column", column, column, width)

    def height(self, row: int, points: float) -> None:
        self._do("set_row", row - 1, points)

    def validate(self, at: Address, rule: Mapping[str, Any]) -> None:
        self._do("data_validation", *_zero(at), *_zero(at), dict(rule))

    def call(self, method: str, *args: Any, **options: Any) -> None:
        """Settings of a whole sheet: printing, panes, protection, state."""
        self._do(method, *args, **options)

    def _do(self, method: str, *args: Any, **options: Any) -> None:
        result = getattr(self._sheet, method)(*args, **options)
        if result:
            _kept(result, f"{self._sheet.name}: {method}{args[:2]}")


def _kept(result: object, what: str) -> None:
    if isinstance(result, int) and result != 0:
        raise LostInWriting(f"{what} was not written (code {result})")


def _zero(at: Address) -> tuple[int, int]:
    return at[0] - 1, at[1] - 1
