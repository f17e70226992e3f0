"""calamine behind its door: the second reader of .ods, .xls and .xlsb.

It may abort the whole process, so it runs only where one file has a process to itself. Its panics are no `Exception`.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from aggregator.reading import limits, refusals
from aggregator.reading.book import Address, Cell, RawBook, RawSheet, State
from aggregator.reading.refusals import Refused, Rule
from aggregator.reading.strings import Budget
from aggregator.reading.xls import number_text

_PANIC = "PanicException"
LARGEST_GRID = 2_000_000
"""Cells of the rectangle around what is filled, beyond which it is not asked: it holds them all in memory."""


def read_book(data: bytes, broken: Rule) -> RawBook:
    """The worksheets as calamine sees them: no formulas, no errors. Raises `Refused` with `broken`."""
    with _silent():
        try:
            return _read(data)
        except (CalamineError, ValueError, OSError):
            raise Refused(broken) from None
        except BaseException as error:
            if type(error).__name__ != _PANIC:
                raise
            raise Refused(broken) from None


def _read(data: bytes) -> RawBook:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    if len(book.sheets_metadata) > limits.SHEETS.value:
        raise Refused(limits.SHEETS)
    budget = Budget()
    sheets = tuple(
        RawSheet(known.name, _state(known.visible), dict(_cells(book, number, budget)))
        for number, known in enumerate(book.sheets_metadata)
        if known.typ == SheetTypeEnum.WorkSheet
    )
    return RawBook(sheets, converted=True)


def _state(visible: SheetVisibleEnum) -> State:
    if visible == SheetVisibleEnum.Visible:
        return "visible"
    return "hidden" if visible == SheetVisibleEnum.Hidden else "veryHidden"


def _cells(book: CalamineWorkbook, number: int, budget: Budget) -> Iterator[tuple[Address, Cell]]:
    for row, line in enumerate(book.get_sheet_by_index(number).to_python(skip_empty_area=False), start=1):
        for column, value in enumerate(line, start=1):
            if value == "" or value is None:
                continue
            budget.filled += 1
            if budget.filled > limits.FILLED_IN_ALL.value:
                raise Refused(limits.FILLED_IN_ALL)
            yield (row, column), _cell(value, budget)


def _cell(value: object, budget: Budget) -> Cell:
    if isinstance(value, bool):
        return Cell("bool", "1" if value else "0")
    if isinstance(value, int | float):
        return Cell("number", number_text(value))
    if isinstance(value, datetime | date | time):
        return Cell("date", value.isoformat())
    if isinstance(value, timedelta):
        return Cell("date", str(value))
    if not isinstance(value, str):
        raise Refused(refusals.CELL_TYPE)
    return Cell("text", budget.take(value))


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """A panic writes to the process's stderr by itself; nobody should see that."""
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
