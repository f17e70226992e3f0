"""The door of all workbooks: which reader a file gets, by its content, and what that reader could not check.

.xlsx and .xlsm go through the strict reader as they are. The other formats are read by a reader of their own and held
against calamine; where the two give different numbers, the file is refused. calamine may abort the process, so a
`FOREIGN` file is opened only in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aggregator.findings import Finding, Findings
from aggregator.reading import calamine, limits, refusals
from aggregator.reading.book import Address, Cell, RawBook, RawSheet, a1
from aggregator.reading.limits import Bounds
from aggregator.reading.ods import read_ods
from aggregator.reading.refusals import Refused, Rule
from aggregator.reading.sniff import sniff
from aggregator.reading.strict import open_book
from aggregator.reading.xls import read_xls
from aggregator.reading.xlsb import read_xlsb

Reader = Callable[[bytes], RawBook]

READERS: Mapping[str, tuple[Reader, Rule]] = {
    "ods": (read_ods, refusals.ODS),
    "xls": (read_xls, refusals.XLS),
    "xlsb": (read_xlsb, refusals.XLSB),
}
FOREIGN = frozenset(READERS)
PASSED_OVER = frozenset({"xlsb"})
"""Formats of which calamine passes over some cells (short records), so that a blank of its own says nothing."""


def open_any(data: bytes, name: str = "", bounds: Bounds | None = None) -> tuple[RawBook | None, Findings]:
    """The workbook and what could not be checked in it, or `None` and the one finding that says why not.

    `bounds` are other limits for a workbook of the issued format; none widens those of the other formats.
    """
    kind = sniff(data)
    if kind not in READERS or len(data) > limits.FILE.value:
        return _open_issued(data, name, bounds)
    read, rule = READERS[kind]
    try:
        book = read(data)
        _compare(book, data, gaps=kind in PASSED_OVER)
    except Refused as refused:
        return None, (refused.finding(),)
    rules = (rule, refusals.MACROS) if book.macros else (rule,)
    return book, tuple(_unchecked(rule) for rule in rules)


def _open_issued(data: bytes, name: str, bounds: Bounds | None) -> tuple[RawBook | None, Findings]:
    book, findings = open_book(data, bounds)
    if book is None or not book.macros:
        return book, findings
    if name.lower().endswith(".xlsx"):
        return None, (Refused(refusals.MACRO_NAME).finding(),)
    return book, (_unchecked(refusals.MACROS),)


def _unchecked(rule: Rule) -> Finding:
    return Finding(rule.code, found=rule.found, expected=rule.vi)


def _compare(book: RawBook, data: bytes, gaps: bool) -> None:
    """Every number as calamine has it too, where calamine can read the file at all; `gaps`: where it has a cell."""
    if any(_grid(sheet) > calamine.LARGEST_GRID for sheet in book.sheets):
        return
    try:
        theirs = calamine.read_book(data, refusals.DISAGREE)
    except Refused:
        return
    others = {sheet.name: sheet for sheet in theirs.sheets}
    for sheet in book.sheets:
        other = others.get(sheet.name)
        if other is not None:
            _compare_sheets(sheet, other, gaps)


def _grid(sheet: RawSheet) -> int:
    rows = max((row for row, _ in sheet.cells), default=0)
    return rows * max((column for _, column in sheet.cells), default=0)


def _compare_sheets(ours: RawSheet, theirs: RawSheet, gaps: bool) -> None:
    for place in sorted({*_numbers(ours), *_numbers(theirs)}):
        missed = gaps and place not in theirs.cells
        if not missed and not _same(ours.cells.get(place), theirs.cells.get(place)):
            raise Refused(refusals.DISAGREE).on(ours.name, a1(*place))


def _numbers(sheet: RawSheet) -> set[Address]:
    return {place for place, cell in sheet.cells.items() if cell.kind == "number"}


def _same(ours: Cell | None, theirs: Cell | None) -> bool:
    """The same number; a date is a number to one and a date to the other, an error is never a number to us."""
    if ours is not None and ours.kind == "error":
        return True
    if ours is None or theirs is None:
        return False
    if "date" in (ours.kind, theirs.kind):
        return {ours.kind, theirs.kind} <= {"date", "number"}
    return ours.kind == theirs.kind and float(ours.text) == float(theirs.text)
