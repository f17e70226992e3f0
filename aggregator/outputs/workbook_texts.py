"""Are the lists of a consolidated workbook, and its texts at fixed places, still what was written there?

An office sorts and filters lists: lines in another order are no difference. A line taken out, put in or edited is named
by its cell. Nothing here knows what a list is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aggregator import layout as place
from aggregator.findings import Finding
from aggregator.forms import Form
from aggregator.layout import Layout
from aggregator.outputs.workbook_cells import (
    is_blank,
    key_of,
    key_of_value,
    same_value,
    shown,
    shown_value,
)
from aggregator.outputs.workbook_compare import changed_headers, columns_now, header_row
from aggregator.outputs.workbook_formulas import Moves
from aggregator.outputs.workbook_layout import BACK, HEADER_ROW, SUMMARY_SHEET
from aggregator.outputs.workbook_lists import WHO, Listing
from aggregator.reading.book import Address, Cell, RawSheet, a1
from aggregator.text import clean, printable, same_text

CODE = "detail-edited"
MANY = 300
"""Beyond so many lines that do not fit, the likeliest partner of each is no longer looked for."""
ALIKE = 0.5
"""Share of equal cells that makes two lines the same line, edited."""

ListLine = tuple[str | int, ...]


# --- lists ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Page:
    """A list sheet as it stands now: the row of its headers, the columns of the list, the lines below."""

    sheet: RawSheet
    listing: Listing
    top: int
    columns: Mapping[int, int]
    rows: Mapping[int, tuple[Cell | None, ...]]

    @property
    def first(self) -> int:
        return self.top + 1


def compare_list(sheet: RawSheet, listing: Listing) -> Iterator[Finding]:
    """Title, facts, headers and lines."""
    headers = [name for name, _ in listing.columns]
    written = HEADER_ROW + len(listing.facts)
    top = header_row(sheet, headers, written)
    columns = columns_now(sheet, headers, top)
    yield from compare_texts(sheet, listing.sheet, _above(listing), top - written)
    yield from changed_headers(sheet, listing.sheet, headers, columns, top)
    page = _Page(
        sheet, listing, top, columns, _rows_below(sheet, top, [columns.get(n, n) for n in range(1, len(headers) + 1)])
    )
    lines, rows = _unmatched(page)
    pairs = _pairs(page, lines, rows)
    for number in lines:
        yield from _edited(page, number, pairs[number]) if number in pairs else (_gone(page, number),)
    for row in sorted(rows - set(pairs.values())):
        yield Finding(CODE, sheet=listing.sheet, cell=a1(row, _first_filled(page, row)), found=_words(page.rows[row]))


def _above(listing: Listing) -> dict[Address, str | int]:
    cells: dict[Address, str | int] = {(1, 1): listing.title, (HEADER_ROW + len(listing.facts) - 1, 1): BACK}
    for row, (label, value) in enumerate(listing.facts, start=2):
        cells[row, 1], cells[row, 2] = label, value
    return {at: value for at, value in cells.items() if value != ""}


def _rows_below(sheet: RawSheet, top: int, columns: Sequence[int]) -> dict[int, tuple[Cell | None, ...]]:
    wanted = set(columns)
    rows = {row for (row, column), cell in sheet.cells.items() if row > top and column in wanted and not is_blank(cell)}
    return {row: tuple(sheet.cells.get((row, column)) for column in columns) for row in rows}


def _unmatched(page: _Page) -> tuple[list[int], set[int]]:
    """Numbers of the lines and sheet rows that have no equal partner: first at its place, then anywhere."""
    lines, rows = page.listing.lines, dict(page.rows)
    away = []
    for number, line in enumerate(lines):
        row = page.first + number
        if row in rows and all(map(same_value, rows[row], line)):
            del rows[row]
        else:
            away.append(number)
    if not away:
        return [], set(rows)
    by_key: dict[tuple[str, ...], list[int]] = {}
    for row in sorted(rows, reverse=True):
        by_key.setdefault(tuple(map(key_of, rows[row])), []).append(row)
    left = []
    for number in away:
        same = by_key.get(tuple(map(key_of_value, lines[number])))
        if same:
            del rows[same.pop()]
        else:
            left.append(number)
    return left, set(rows)


def _pairs(page: _Page, lines: Sequence[int], rows: set[int]) -> dict[int, int]:
    """Which row a line that was edited has become: the one most like it, at its own place where none is."""
    free = set(rows)
    pairs: dict[int, int] = {}
    if len(lines) <= MANY and len(rows) <= MANY:
        alike = [(_likeness(page, number, row), number, row) for number in lines for row in rows]
        for likeness, number, row in sorted(alike, key=lambda one: (-one[0], one[1] + page.first != one[2], one[1:])):
            if likeness > ALIKE and number not in pairs and row in free:
                pairs[number] = row
                free.discard(row)
    for number in lines:
        here = page.first + number
        if number not in pairs and here in free:
            pairs[number] = here
            free.discard(here)
    return pairs


def _likeness(page: _Page, number: int, row: int) -> float:
    """Share of equal cells among those that hold something on either side."""
    both = [
        (cell, value)
        for cell, value in zip(page.rows[row], page.listing.lines[number], strict=True)
        if value != "" or not is_blank(cell)
    ]
    return sum(same_value(cell, value) for cell, value in both) / max(1, len(both))


def _edited(page: _Page, number: int, row: int) -> Iterator[Finding]:
    line = page.listing.lines[number]
    for column, (cell, value) in enumerate(zip(page.rows[row], line, strict=True), start=1):
        if not same_value(cell, value):
            edited = Finding(CODE, sheet=page.listing.sheet, cell=a1(row, page.columns.get(column, column)))
            yield edited.at(unit=_unit(page, line), found=shown(cell), expected=shown_value(value))


def _gone(page: _Page, number: int) -> Finding:
    line = page.listing.lines[number]
    first = next(column for column, value in enumerate((*line, 0), start=1) if value != "")
    cell = a1(page.first + number, page.columns.get(first, first))
    words = printable(" · ".join(clean(str(value)) for value in line if value != ""))
    return Finding(CODE, sheet=page.listing.sheet, cell=cell, unit=_unit(page, line), expected=words)


def _unit(page: _Page, line: ListLine) -> str | None:
    return str(line[0]) if page.listing.columns[0][0] == WHO[0][0] else None


def _first_filled(page: _Page, row: int) -> int:
    first = next(number for number, cell in enumerate(page.rows[row], start=1) if not is_blank(cell))
    return page.columns.get(first, first)


def _words(cells: Iterable[Cell | None]) -> str:
    return printable(" · ".join(clean(cell.text) for cell in cells if cell is not None and not is_blank(cell)))


# --- texts at fixed places -----------------------------------------------------------------------------------------


def compare_texts(
    sheet: RawSheet, name: str, texts: Mapping[Address, str | int], shift: int = 0, code: str = CODE
) -> Iterator[Finding]:
    """Texts that stand where they were written, or `shift` rows further down where lines were put in above."""
    for (row, column), value in texts.items():
        cells = [sheet.cells.get((at, column)) for at in dict.fromkeys((row + shift, row))]
        if not any(_same(cell, value) for cell in cells):
            edited = Finding(code, sheet=name, cell=a1(row + shift, column))
            yield edited.at(found=shown(cells[0]), expected=shown_value(value))


def _same(cell: Cell | None, value: str | int) -> bool:
    if same_value(cell, value):
        return True
    return isinstance(value, str) and cell is not None and cell.formula is None and same_text(cell.text, value)


def compare_heads(sheet: RawSheet, name: str, texts: Mapping[Address, str], moves: Moves) -> Iterator[Finding]:
    """Titles and labels above the headers of a table, whose columns may have been moved."""
    moved = {
        (row, moves.columns.get(column, column) if row > 1 else column): text for (row, column), text in texts.items()
    }
    yield from compare_texts(sheet, name, moved, moves.shift, "header-changed")


def compare_summary(sheet: RawSheet, form: Form, texts: Mapping[Address, str], moves: Moves) -> Iterator[Finding]:
    """All texts of `Tổng hợp`, and that nothing was written into the cells of its table that were left blank."""
    layout = Layout(form)
    rows, last = moves.rows, layout.last_row
    keys = {at: key for key, at in layout.row_of.items()}
    blank = {(row, column): "" for row in rows for column in _TEXT_COLUMNS if (row, column) not in texts}
    for (row, column), text in sorted({**blank, **texts}.items()):
        above, below = row < layout.first_row, row > last
        shift = rows[last] - last if below else rows[layout.first_row] - layout.first_row if above else rows[row] - row
        code = _SUMMARY_CODES.get(column, CODE) if row in rows else CODE
        code = "header-changed" if row in (layout.header_row, layout.header_row + 1) and column <= place.NOTE else code
        for finding in compare_texts(sheet, SUMMARY_SHEET, {(row, column): text}, shift, code):
            yield finding.at(row=keys.get(row))


_TEXT_COLUMNS = (place.STT, place.LABEL, place.UNIT, place.NOTE, place.CHECK, place.CODE)
_SUMMARY_CODES = {
    place.STT: "label-changed",
    place.LABEL: "label-changed",
    place.UNIT: "unit-changed",
    place.CODE: "label-changed",
}
