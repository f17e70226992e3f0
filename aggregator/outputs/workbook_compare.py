"""Is what stands on the sheets of a consolidated workbook still what was written there?

Lines are found again by unit code and columns by header, so that one line taken out is one finding. A formula without
a stored result is no edit, because programs drop results; a number over a formula is one only where it differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from aggregator import layout as place
from aggregator.findings import Finding
from aggregator.forms import Form, Row
from aggregator.layout import COLUMN_OF, Layout
from aggregator.outputs.workbook_layout import HEADER_ROW, SUMMARY_SHEET, Sum, Table, Value, shortened
from aggregator.reading.book import Address, Cell, RawSheet, a1
from aggregator.text import clean, printable, same_text

BLANK = "trống"
EXACT = 10**15
"""Beyond 15 digits spreadsheets round, and a rounded total is then no edit."""
HEADER_SEARCH = 40
"""Rows in which the headers are looked for where lines were put in above."""


def compare_table(sheet: RawSheet, table: Table, code: str) -> Iterator[Finding]:
    """Every header, line and cell that differs; lines and columns that were moved as a whole are no difference."""
    top = _header_row(sheet, table)
    columns = _columns(sheet, table, top)
    for number, header in enumerate(table.headers, start=1):
        if number not in columns:
            cell = sheet.cells.get((top, number))
            yield Finding(
                "header-changed", sheet=table.sheet, cell=a1(top, number), found=_shown(cell), expected=header
            )
    rows = _lines(sheet, table, top, columns)
    taken = _pair(table, rows, top)
    for number, line in enumerate(table.lines):
        if number not in taken:
            gone = Finding(code, sheet=table.sheet, cell=a1(top + 1 + number, 1), unit=str(line[0]))
            yield gone.at(expected=f"{line[0]} {line[1]}")
            continue
        yield from _line(sheet, table, line, taken[number], columns, code)
    for row in sorted(rows.keys() - set(taken.values())):
        yield Finding(code, sheet=table.sheet, cell=a1(row, 1), found=_added(sheet, row, columns))


def _header_row(sheet: RawSheet, table: Table) -> int:
    """Where the headers stand now."""
    rows = (HEADER_ROW, *range(1, HEADER_SEARCH))
    last = table.headers[-1]
    names = {row for (row, _), cell in sheet.cells.items() if row <= HEADER_SEARCH and clean(cell.text) == last}
    return next((row for row in rows if row in names), HEADER_ROW)


def _columns(sheet: RawSheet, table: Table, top: int) -> dict[int, int]:
    """Column now of each column as written, by its header."""
    found: dict[str, int] = {}
    for (row, column), cell in sorted(sheet.cells.items(), key=lambda item: item[0]):
        if row == top:
            found.setdefault(clean(cell.text), column)
    return {number: found[name] for number, name in enumerate(table.headers, start=1) if name in found}


def _lines(sheet: RawSheet, table: Table, top: int, columns: Mapping[int, int]) -> dict[int, str]:
    """Sheet rows below the headers that hold a code or a number, with the code."""
    wanted = {columns.get(1, 1), *(columns[number] for number in table.figures if number in columns)}
    filled = {(row, column) for (row, column), cell in sheet.cells.items() if row > top and not _is_blank(cell)}
    rows = {row for row, column in filled if column in wanted}
    codes = {row: sheet.cells.get((row, columns.get(1, 1))) for row in rows}
    return {row: clean(cell.text) if cell else "" for row, cell in codes.items()}


def _pair(table: Table, rows: Mapping[int, str], top: int) -> dict[int, int]:
    """Line number → its sheet row: by code, the written place first; a line whose code was edited by its place."""
    places: dict[str, list[int]] = {}
    for row, code in sorted(rows.items()):
        places.setdefault(code, []).append(row)
    taken: dict[int, int] = {}
    for number, line in enumerate(table.lines):
        candidates = places.get(str(line[0]), [])
        here = top + 1 + number
        if candidates:
            taken[number] = here if here in candidates else candidates[0]
            candidates.remove(taken[number])
    codes = {str(line[0]) for line in table.lines}
    for number in range(len(table.lines)):
        here = top + 1 + number
        if number not in taken and here in rows and rows[here] not in codes:
            taken[number] = here
    return taken


def _line(
    sheet: RawSheet, table: Table, line: tuple[Value, ...], row: int, columns: Mapping[int, int], code: str
) -> Iterator[Finding]:
    for number, value in enumerate(line, start=1):
        column = columns.get(number)
        cell = sheet.cells.get((row, column)) if column else None
        if column and not same_value(cell, value):
            key, measure = table.figures.get(number, (None, None))
            edited = Finding(code, sheet=table.sheet, cell=a1(row, column), unit=str(line[0]), row=key, measure=measure)
            yield edited.at(found=_shown(cell), expected=_expected(value))


def _added(sheet: RawSheet, row: int, columns: Mapping[int, int]) -> str:
    cells = (sheet.cells.get((row, columns.get(number, number))) for number in (1, 2))
    return printable(" ".join(clean(cell.text) for cell in cells if cell)) or BLANK


# --- Tổng hợp ------------------------------------------------------------------------------------------------------


def compare_totals(sheet: RawSheet, form: Form, totals: Mapping[Address, Sum]) -> Iterator[Finding]:
    """Labels and totals of the official table; rows are found by their code in column H."""
    layout = Layout(form)
    at = {clean(cell.text): row for (row, column), cell in sheet.cells.items() if column == place.CODE}
    for row in form.rows:
        written, now = layout.row_of[row.key], at.get(row.code, layout.row_of[row.key])
        label = sheet.cells.get((now, place.LABEL))
        if not same_text(label.text if label else "", row.label):
            place_now = Finding("label-changed", sheet=SUMMARY_SHEET, cell=a1(now, place.LABEL), row=row.key)
            yield place_now.at(found=_shown(label), expected=row.label)
        for column in (place.COUNT, place.PEOPLE):
            value, cell = totals.get((written, column)), sheet.cells.get((now, column))
            if not same_value(cell, value):
                key, measure = _figure(row, layout, column)
                edited = Finding("total-edited", sheet=SUMMARY_SHEET, cell=a1(now, column), row=key, measure=measure)
                yield edited.at(found=_shown(cell), expected=_expected(value))


def _figure(row: Row, layout: Layout, column: int) -> tuple[str, str | None]:
    measures = (measure for key, measure in layout.form.figures if key == row.key and COLUMN_OF[measure] == column)
    return row.key, next(measures, None)


# --- one cell ------------------------------------------------------------------------------------------------------


def same_value(cell: Cell | None, value: Value) -> bool:
    """Whether a cell still holds what was written into it."""
    if isinstance(value, Sum):
        if cell is not None and cell.kind == "none":
            return _bare(cell.formula or "") == _bare(value.formula)
        return _is_number(cell, value.value)
    if isinstance(value, int):
        return _is_number(cell, value)
    if value is None:
        return _is_blank(cell)
    return clean(cell.text if cell else "") == clean(shortened(value))


def _is_blank(cell: Cell | None) -> bool:
    return cell is None or (cell.formula is None and not clean(cell.text))


def _is_number(cell: Cell | None, number: int) -> bool:
    if cell is None or cell.kind != "number":
        return False
    try:
        found = Decimal(cell.text)
    except InvalidOperation:
        return False
    return found == number or (abs(number) >= EXACT and float(found) == float(number))


def _bare(formula: str) -> str:
    """A formula without what programs write differently: blanks, quotes, dollar signs, case."""
    return "".join(letter for letter in formula.upper() if letter not in " '$=")


def _shown(cell: Cell | None) -> str:
    if cell is None or _is_blank(cell):
        return BLANK
    if cell.kind == "none":
        return printable(f"={cell.formula}")
    return printable(clean(cell.text))


def _expected(value: Value) -> str:
    if isinstance(value, Sum):
        return str(value.value)
    return BLANK if value is None or value == "" else printable(str(value))
