"""The reader of Excel 97–2003 workbooks (.xls): values by xlrd, formulas, lock and doubled cells by the records.

xlrd tells errors from blanks, which calamine does not. What it leaves out is found by one walk over the records of
each sheet: which cells hold a formula and how it reads, whether the sheet is locked, whether a cell stands twice.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import xlrd
from xlrd import formula as xlrd_formula

from aggregator.reading import limits, refusals
from aggregator.reading.areas import Area
from aggregator.reading.book import Address, Cell, Kind, RawBook, RawSheet, State, a1
from aggregator.reading.formulas import UNKNOWN, is_command
from aggregator.reading.refusals import Refused
from aggregator.reading.strings import Budget
from aggregator.reading.styles import GENERAL

_BOF, _EOF, _FORMULA, _PROTECT, _ARRAY = 0x0809, 0x000A, 0x0006, 0x0012, 0x0221
_CELLS = {0x0203, 0x027E, 0x00FD, 0x0205, 0x0204, 0x00D6, 0x0201, _FORMULA}
_SEVERAL = {0x00BD, 0x00BE}
_STATES: dict[int, State] = {0: "visible", 1: "hidden", 2: "veryHidden"}
_TOKENS = 22
"""Where the formula itself starts in its record, behind address, format and stored result."""
_SHARED = "SHARED FMLA"


@dataclass(slots=True)
class _Records:
    """What the records of one sheet say beside the values."""

    formulas: dict[Address, str] = field(default_factory=dict)
    arrays: list[Area] = field(default_factory=list)
    protected: bool = False


def read_xls(data: bytes) -> RawBook:
    """The workbook. Raises `Refused`; xlrd meets broken files with exceptions of every kind."""
    try:
        return _read(data)
    except (Refused, MemoryError):
        raise
    except Exception:
        raise Refused(refusals.BROKEN_XLS) from None


def _read(data: bytes) -> RawBook:
    book = xlrd.open_workbook(
        file_contents=data, logfile=io.StringIO(), formatting_info=True, on_demand=True, ragged_rows=True
    )
    if book.nsheets > limits.SHEETS.value:
        raise Refused(limits.SHEETS)
    names = [name.casefold() for name in book.sheet_names()]
    if len(set(names)) < len(names) or not names:
        raise Refused(refusals.SHEET_TWINS if names else refusals.NO_SHEET)
    budget = Budget()
    sheets = tuple(_sheet(book, number, budget) for number in range(book.nsheets))
    macros = "_VBA_PROJECT".encode("utf-16-le") in data
    return RawBook(sheets, converted=True, date1904=bool(book.datemode), macros=macros)


def _sheet(book: Any, number: int, budget: Budget) -> RawSheet:
    sheet = book.sheet_by_index(number)
    place: Address | None = None
    try:
        records = _records(book, number)
        cells: dict[Address, Cell] = {}
        for place in _places(sheet):
            cell = _cell(book, sheet, place, records.formulas.get(place), budget)
            if cell is not None:
                cells[place] = cell
            if len(cells) > limits.FILLED.value or budget.filled + len(cells) > limits.FILLED_IN_ALL.value:
                raise Refused(limits.FILLED)
    except Refused as refused:
        raise refused.on(sheet.name, a1(*place) if place else None) from None
    budget.filled += len(cells)
    return RawSheet(
        sheet.name,
        _STATES.get(sheet.visibility, "hidden"),
        cells,
        tuple((top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells),
        frozenset(row + 1 for row, facts in sheet.rowinfo_map.items() if facts.hidden),
        frozenset(column + 1 for column, facts in sheet.colinfo_map.items() if facts.hidden),
        records.protected,
    )


def _places(sheet: Any) -> Iterator[Address]:
    for row in range(sheet.nrows):
        yield from ((row + 1, column + 1) for column in range(sheet.row_len(row)))


def _cell(book: Any, sheet: Any, place: Address, formula: str | None, budget: Budget) -> Cell | None:
    """What a cell holds, or `None` where it holds nothing."""
    found = sheet.cell(place[0] - 1, place[1] - 1)
    kind, text = _value(found.ctype, found.value)
    if kind == "none" and formula is None:
        return None
    if kind == "text":
        text = budget.take(text)
        if not text and formula is None:
            return None
    return Cell(kind, text, formula, _format(book, found.xf_index))


def _value(stored: int, value: Any) -> tuple[Kind, str]:
    if stored in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return "number", number_text(value)
    if stored == xlrd.XL_CELL_TEXT:
        return "text", value
    if stored == xlrd.XL_CELL_BOOLEAN:
        return "bool", "1" if value else "0"
    if stored == xlrd.XL_CELL_ERROR:
        return "error", xlrd.error_text_from_code.get(value, f"#{value}")
    return "none", ""


def number_text(value: float) -> str:
    """12.0 → `12`; what has a fraction as the shortest decimal that is the same number."""
    if value != value or value in (float("inf"), float("-inf")):
        raise Refused(refusals.NUMBER)
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def _format(book: Any, index: int | None) -> str:
    if index is None or not 0 <= index < len(book.xf_list):
        return GENERAL
    known = book.format_map.get(book.xf_list[index].format_key)
    return known.format_str or GENERAL if known else GENERAL


# --- the records ---------------------------------------------------------------------------------------------------


def _records(book: Any, number: int) -> _Records:
    found, seen = _Records(), set[Address]()
    for kind, body in _walk(book.mem, book._sh_abs_posn[number]):
        for place in _addresses(kind, body):
            if place in seen:
                raise Refused(refusals.CELL_ORDER, cell=a1(*place))
            seen.add(place)
        if kind == _FORMULA:
            row, column = struct.unpack_from("<2H", body)
            found.formulas[row + 1, column + 1] = _formula(book, body, row, column)
        elif kind == _PROTECT:
            found.protected = body[:2] == b"\1\0"
        elif kind == _ARRAY:
            top, bottom, left, right = struct.unpack_from("<2H2B", body)
            found.arrays.append((top + 1, left + 1, bottom + 1, right + 1))
    return found


def _walk(stream: Any, position: int) -> Iterator[tuple[int, bytes]]:
    """The records of one sheet; those of charts inside it are left out."""
    depth = 0
    while True:
        kind, size = struct.unpack_from("<2H", stream, position)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, bytes(stream[position + 4 : position + 4 + size])
        position += 4 + size


def _addresses(kind: int, body: bytes) -> Iterator[Address]:
    if kind in _CELLS:
        row, column = struct.unpack_from("<2H", body)
        yield row + 1, column + 1
    elif kind in _SEVERAL:
        row, first = struct.unpack_from("<2H", body)
        (last,) = struct.unpack_from("<H", body, len(body) - 2)
        yield from ((row + 1, column + 1) for column in range(first, last + 1))


def _formula(book: Any, body: bytes, row: int, column: int) -> str:
    """The formula in words; `UNKNOWN` where it is shared or cannot be read."""
    (size,) = struct.unpack_from("<H", body, _TOKENS - 2)
    tokens = body[_TOKENS : _TOKENS + size]
    try:
        text = xlrd_formula.decompile_formula(book, tokens, size, xlrd_formula.FMLA_TYPE_CELL, browx=row, bcolx=column)
    except MemoryError:
        raise
    except Exception:
        return UNKNOWN
    if not isinstance(text, str) or _SHARED in text or len(text) > limits.FORMULA.value:
        return UNKNOWN
    if is_command(text):
        raise Refused(refusals.DDE, cell=a1(row + 1, column + 1))
    return text
