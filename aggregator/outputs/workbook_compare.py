"""Is what stands on the three sheets of numbers of a consolidated workbook still what was written there?

Lines are found again by unit code and columns by header, so that one line taken out is one finding. What merely
follows from another edit, because a program computed the sums anew, is not told a second time. A formula without a
stored result is no edit, because programs drop results; a number in the place of a formula is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aggregator import layout as place
from aggregator.findings import Finding
from aggregator.forms import Form, Row
from aggregator.layout import COLUMN_OF, Layout
from aggregator.outputs.workbook_cells import BLANK, NO_FORMULA, is_blank, is_number, same_value, shown, shown_value
from aggregator.outputs.workbook_formulas import Moves, Scene, Verdict
from aggregator.outputs.workbook_layout import (
    BRANCH_SHEET,
    DETAIL_SHEET,
    FIRST_LINE,
    HEADER_ROW,
    SUMMARY_SHEET,
    Sum,
    Table,
    Value,
)
from aggregator.reading.book import Address, Cell, RawSheet, a1
from aggregator.text import clean, printable

HEADER_SEARCH = 40
"""Rows in which the headers are looked for where lines were put in above."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One sheet: what was edited, what only follows from other cells, and where its rows and columns stand now."""

    edits: tuple[Finding, ...] = ()
    follows: tuple[Finding, ...] = ()
    moves: Moves = field(default_factory=Moves)

    def settled(self, below: Sequence[Finding]) -> tuple[Finding, ...]:
        """With what follows, unless something was edited in the cells from which it may follow."""
        return self.edits if below else (*self.edits, *self.follows)


def compare_numbers(
    scene: Scene, form: Form, branches: Table, details: Table, totals: Mapping[Address, Sum]
) -> tuple[dict[str, tuple[Finding, ...]], dict[str, Moves]]:
    """Findings by sheet in sheet order, and where rows and columns of each sheet stand now."""
    found: dict[str, Compared] = {}
    for name, table, code in ((DETAIL_SHEET, details, "detail-edited"), (BRANCH_SHEET, branches, "total-edited")):
        found[name] = compare_table(scene, table, code) if name in scene.sheets else _missing(name)
        scene = replace(scene, moves={**scene.moves, name: found[name].moves})
    found[SUMMARY_SHEET] = (
        compare_totals(scene, form, totals) if SUMMARY_SHEET in scene.sheets else _missing(SUMMARY_SHEET)
    )
    findings: dict[str, tuple[Finding, ...]] = {DETAIL_SHEET: found[DETAIL_SHEET].settled(found[DETAIL_SHEET].edits)}
    for name in (BRANCH_SHEET, SUMMARY_SHEET):
        findings[name] = found[name].settled([one for other in findings.values() for one in other])
    ordered = (SUMMARY_SHEET, BRANCH_SHEET, DETAIL_SHEET)
    return {name: findings[name] for name in ordered}, {name: found[name].moves for name in ordered}


def _missing(name: str) -> Compared:
    return Compared((Finding("sheet-missing", sheet=name, expected=name),))


# --- lines of units ------------------------------------------------------------------------------------------------


def compare_table(scene: Scene, table: Table, code: str) -> Compared:
    """Every header, line and cell that differs; lines and columns that were moved as a whole are no difference."""
    sheet = scene.sheets[table.sheet]
    top = header_row(sheet, table.headers, HEADER_ROW)
    columns = columns_now(sheet, table.headers, top)
    rows = _lines(sheet, table, top, columns)
    taken = _pair(table, rows, top)
    moves = Moves({FIRST_LINE + number: row for number, row in taken.items()}, columns, top - HEADER_ROW)
    scene = replace(scene, moves={**scene.moves, table.sheet: moves})
    edits = list(changed_headers(sheet, table.sheet, table.headers, columns, top))
    follows: list[Finding] = []
    for number, line in enumerate(table.lines):
        if number not in taken:
            gone = Finding(code, sheet=table.sheet, cell=a1(top + 1 + number, 1), unit=str(line[0]))
            edits.append(gone.at(expected=f"{line[0]} {line[1]}"))
            continue
        for verdict, finding in _line(scene, table, line, taken[number], code):
            (follows if verdict == "follows" else edits).append(finding)
    for row in sorted(rows.keys() - set(taken.values())):
        edits.append(Finding(code, sheet=table.sheet, cell=a1(row, 1), found=_added(sheet, row, columns)))
    return Compared(tuple(edits), tuple(follows), moves)


def header_row(sheet: RawSheet, headers: Sequence[str], written: int) -> int:
    """Where the headers stand now: the row that has most of them, the written one where none is clearly theirs."""
    wanted = set(headers)
    counts: dict[int, int] = {}
    for (row, _), cell in sheet.cells.items():
        if row <= written + HEADER_SEARCH and clean(cell.text) in wanted:
            counts[row] = counts.get(row, 0) + 1
    best = max(counts, key=lambda row: (counts[row], row == written, -row), default=written)
    return best if counts.get(best, 0) * 2 > len(headers) else written


def columns_now(sheet: RawSheet, headers: Sequence[str], top: int) -> dict[int, int]:
    """Column now of each column as written, by its header; one whose header was edited is where it was."""
    row = sorted((column, clean(cell.text)) for (at, column), cell in sheet.cells.items() if at == top)
    found: dict[str, list[int]] = {}
    for column, text in row:
        found.setdefault(text, []).append(column)
    columns: dict[int, int] = {}
    for number, name in enumerate(headers, start=1):
        if found.get(clean(name)):
            columns[number] = found[clean(name)].pop(0)
    free = set(range(1, len(headers) + 1)) - set(columns.values())
    return columns | {number: number for number in free if number not in columns}


def changed_headers(
    sheet: RawSheet, name: str, headers: Sequence[str], columns: Mapping[int, int], top: int
) -> Iterator[Finding]:
    for number, header in enumerate(headers, start=1):
        column = columns.get(number, number)
        cell = sheet.cells.get((top, column))
        if not same_value(cell, header):
            edited = Finding("header-changed", sheet=name, cell=a1(top, column), found=shown(cell), expected=header)
            yield edited


def _lines(sheet: RawSheet, table: Table, top: int, columns: Mapping[int, int]) -> dict[int, str]:
    """Sheet rows below the headers that hold a code or a number, with the code."""
    wanted = {columns.get(1, 1), *(columns[number] for number in table.figures if number in columns)}
    filled = ((at, cell) for at, cell in sheet.cells.items() if at[0] > top and at[1] in wanted)
    rows = {row for (row, _), cell in filled if not is_blank(cell)}
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
    scene: Scene, table: Table, line: tuple[Value, ...], row: int, code: str
) -> Iterator[tuple[Verdict, Finding]]:
    sheet, columns = scene.sheets[table.sheet], scene.moves[table.sheet].columns
    for number, value in enumerate(line, start=1):
        column = columns.get(number)
        cell = sheet.cells.get((row, column)) if column else None
        verdict = _judge(scene, cell, value, table.sheet)
        if column and verdict != "same":
            key, measure = table.figures.get(number, (None, None))
            edited = Finding(code, sheet=table.sheet, cell=a1(row, column), unit=str(line[0]), row=key, measure=measure)
            yield verdict, edited.at(found=_found(cell, value), expected=shown_value(value))


def _judge(scene: Scene, cell: Cell | None, value: Value, sheet: str) -> Verdict:
    if isinstance(value, Sum):
        return scene.judge(cell, value, sheet)
    return "same" if same_value(cell, value) else "edited"


def compare_cells(scene: Scene, sheet: str, cells: Mapping[Address, Value], told: bool) -> Iterator[Finding]:
    """Numbers at fixed places; `told`: what merely follows from other edits is told with those."""
    for (row, column), value in cells.items():
        cell = scene.sheets[sheet].cells.get((row, column))
        verdict = _judge(scene, cell, value, sheet)
        if verdict == "edited" or (verdict == "follows" and not told):
            edited = Finding("total-edited", sheet=sheet, cell=a1(row, column))
            yield edited.at(found=_found(cell, value), expected=shown_value(value))


def _found(cell: Cell | None, value: Value) -> str:
    """What stands there; also that a right number took the place of a formula, and which formula took its place."""
    text = shown(cell)
    if not isinstance(value, Sum) or cell is None or is_blank(cell) or cell.kind == "none":
        return text
    if cell.formula is None:
        return text + NO_FORMULA if is_number(cell, value.value) else text
    return f"{text} (={printable(cell.formula)})"


def _added(sheet: RawSheet, row: int, columns: Mapping[int, int]) -> str:
    cells = (sheet.cells.get((row, columns.get(number, number))) for number in (1, 2))
    return printable(" ".join(clean(cell.text) for cell in cells if cell)) or BLANK


# --- Tổng hợp ------------------------------------------------------------------------------------------------------


def compare_totals(scene: Scene, form: Form, totals: Mapping[Address, Sum]) -> Compared:
    """The numbers of the official table; rows are found by their code in column H."""
    layout, sheet = Layout(form), scene.sheets[SUMMARY_SHEET]
    at = {clean(cell.text): row for (row, column), cell in sheet.cells.items() if column == place.CODE}
    rows = {layout.row_of[row.key]: at.get(row.code, layout.row_of[row.key]) for row in form.rows}
    edits: list[Finding] = []
    follows: list[Finding] = []
    for row in form.rows:
        now = rows[layout.row_of[row.key]]
        for column in (place.COUNT, place.PEOPLE):
            value, cell = totals.get((layout.row_of[row.key], column)), sheet.cells.get((now, column))
            verdict = _judge(scene, cell, value, SUMMARY_SHEET)
            if verdict != "same":
                key, measure = _figure(row, layout, column)
                edited = Finding("total-edited", sheet=SUMMARY_SHEET, cell=a1(now, column), row=key, measure=measure)
                edited = edited.at(found=_found(cell, value), expected=shown_value(value))
                (follows if verdict == "follows" else edits).append(edited)
    return Compared(tuple(edits), tuple(follows), Moves(rows))


def _figure(row: Row, layout: Layout, column: int) -> tuple[str, str | None]:
    measures = (measure for key, measure in layout.form.figures if key == row.key and COLUMN_OF[measure] == column)
    return row.key, next(measures, None)
