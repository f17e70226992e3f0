"""What is carried from the lines of a found table into the cells of the form: everything certain as a number.

What is not certain is carried as the words it is, so that it is asked about again; what has no cell is named. Makes no
workbook; what is typed where is for `template`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aggregator import layout as place
from aggregator.forms import FigureKey, Measure, Row
from aggregator.layout import COLUMN_OF, Layout
from aggregator.numbers import read_cell, read_text
from aggregator.reading.book import Address, Cell, a1
from aggregator.repair.faces import Rows
from aggregator.repair.lines import Desk, Left, Problem, Trust, match_lines
from aggregator.repair.table import FoundLine, FoundTable
from aggregator.report import shown
from aggregator.text import clean

Entry = int | str
PLAIN_FORMATS = frozenset({"", "general", "standard", "@", "0", "#,##0"})
"""Formats under which a whole number is shown as it is stored."""


@dataclass(frozen=True, slots=True)
class Move:
    """One entry that is carried: from which cell to which, what stood there and what is typed now."""

    to_sheet: str
    to: Address
    from_sheet: str
    source: str
    text: str
    entry: Entry
    row: str | None = None
    measure: Measure | None = None

    @property
    def target(self) -> str:
        return a1(*self.to)

    @property
    def certain(self) -> bool:
        """Read as a number; what is not is carried as it stands, and asked about again."""
        return self.measure is None or isinstance(self.entry, int)


@dataclass(frozen=True, slots=True)
class Repair:
    """The outcome for one table. With problems nothing is carried."""

    moves: tuple[Move, ...] = ()
    left: tuple[Left, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def typed(self) -> Mapping[str, Mapping[Address, Entry]]:
        """What is typed into the new workbook, by sheet and address."""
        sheets: dict[str, dict[Address, Entry]] = {}
        for move in self.moves:
            sheets.setdefault(move.to_sheet, {})[move.to] = move.entry
        return sheets


def carry_table(table: FoundTable, rows: Rows, level: str | None, trust: Trust | None = None) -> Repair:
    """Everything of the table that the form has a cell for."""
    desk = Desk(table, rows, trust)
    chosen = match_lines(desk)
    if table.scaled is not None:
        desk.problem("scaled", (table.scaled,))
    if desk.problems:
        return Repair(problems=tuple(desk.problems))
    moves = [move for key, line in chosen.items() for move in _moves(desk, rows.form.by_key[key], line, level)]
    left = (*desk.left, *_left_behind(desk, chosen, {move.source for move in moves}), *_totals(desk, chosen, moves))
    missing = tuple(row.key for row in rows.form.rows if row.fillable_at(level) and row.key not in desk.seen)
    return Repair(tuple(moves), left, missing)


# --- what is carried -----------------------------------------------------------------------------------------------


def _moves(desk: Desk, row: Row, line: FoundLine, level: str | None) -> Iterator[Move]:
    layout = Layout(desk.rows.form)
    for measure in row.fillable_at(level):
        column = _source_column(desk, measure)
        cell = desk.table.cell(line.at, column)
        entry = entry_of(cell, measure, desk.table) if cell else None
        if cell is not None and entry is not None:
            to = layout.cell_of[(row.key, measure)]
            desk.left += _format(desk, (line.at, column), cell, row.key)
            yield _move(desk, to, (line.at, column), cell, entry, (row.key, measure))
    note = desk.table.cell(line.at, desk.table.columns.note)
    if note and note.formula is None and clean(note.text) not in ("", *map(clean, row.printed_notes)):
        to = (layout.row_of[row.key], place.NOTE)
        yield _move(desk, to, (line.at, desk.table.columns.note), note, note.text, (row.key, None))


def _move(desk: Desk, to: Address, source: Address, cell: Cell, entry: Entry, of: tuple[str, Measure | None]) -> Move:
    sheet = desk.table.sheet.name
    return Move(place.DATA_SHEET, to, sheet, a1(*source), shown(cell), entry, *of)


def _format(desk: Desk, at: Address, cell: Cell, row: str) -> Iterator[Left]:
    """The look of a cell is not carried: where it may show another number than it holds, that is said."""
    if cell.kind == "number" and cell.format.lower() not in PLAIN_FORMATS:
        yield Left("format", desk.table.sheet.name, a1(*at), f"{cell.text} ({cell.format})", row, number=False)


def _source_column(desk: Desk, measure: Measure) -> int:
    columns = desk.table.columns
    return {"count": columns.count, "people": columns.people, "money": columns.money}[measure]


def entry_of(cell: Cell, measure: Measure, table: FoundTable) -> Entry | None:
    """The number where it is certain, nothing where it is blank, else the words, which will be asked about again."""
    reading = read_cell(cell, measure, table.sheet)
    if reading.value is not None:
        return reading.value
    return None if reading.blank else doubtful(shown(cell), measure)


def doubtful(text: str, measure: Measure) -> str:
    """A text that says what stood there and that nobody can take for a number: as it is, or with a question mark."""
    for words in (text, f"{text} (?)", f"? {text}", f"? [{text}]"):
        reading = read_text(words, measure)
        if reading.value is None and not reading.blank:
            return words
    raise ValueError(f"no doubtful way to write {text!r}")


# --- what stays behind ---------------------------------------------------------------------------------------------


def _left_behind(desk: Desk, chosen: Mapping[str, FoundLine], carried: set[str]) -> Iterator[Left]:
    """Every entry of the table that found no cell; twins have been named already."""
    table, lines = desk.table, {line.at: line for line in desk.table.lines}
    row_of = {line.at: desk.rows.form.by_key[key] for key, line in chosen.items()}
    twins = {left.cell for left in desk.left}
    texts = {table.columns.label, table.columns.unit, table.columns.code}
    for (at, column), cell in sorted(table.sheet.cells.items()):
        line = lines.get(at)
        if line is None or column in texts or a1(at, column) in carried or desk.label_cell(line) in twins:
            continue
        row = row_of.get(at)
        if _says_something(table, at, column, cell, row):
            why = "row-unknown" if row is None else "no-cell"
            number = column in table.columns.values or (cell.kind == "number" and column != table.columns.note)
            yield Left(why, table.sheet.name, a1(at, column), shown(cell), row.key if row else None, number)


def _says_something(table: FoundTable, at: int, column: int, cell: Cell, row: Row | None) -> bool:
    """An entry, rather than a number in front of a label, a live check or a total that is computed anyway."""
    text = clean(shown(cell))
    if not text:
        return False
    if column == table.columns.note:
        return at <= table.last and (row is None or text not in map(clean, row.printed_notes))
    if column in table.columns.values:
        computed = row is not None and row.computed and COLUMN_OF[row.computed] - place.COUNT == _offset(table, column)
        return not computed and (cell.kind != "text" or any(letter.isdigit() for letter in text))
    noted = cell.kind == "number" or (cell.formula is None and any(letter.isdigit() for letter in text))
    return noted and column > table.columns.label


def _offset(table: FoundTable, column: int) -> int:
    return 1 if column == table.columns.people else 0


def _totals(desk: Desk, chosen: Mapping[str, FoundLine], moves: Sequence[Move]) -> Iterator[Left]:
    """A typed total that is not the sum of what is carried: something is amiss that staff must look at."""
    figures: dict[FigureKey, int] = {
        (move.row, move.measure): move.entry
        for move in moves
        if move.row and move.measure and isinstance(move.entry, int)
    }
    for (key, measure), parts in desk.rows.form.computed.items():
        column = _source_column(desk, measure)
        cell = desk.table.cell(chosen[key].at, column) if key in chosen else None
        if cell is None or cell.formula is not None or not clean(cell.text):
            continue
        added = sum(figures.get(part, 0) for part in parts)
        if read_cell(cell, measure, desk.table.sheet).value != added:
            where = a1(chosen[key].at, column)
            yield Left("total-differs", desk.table.sheet.name, where, f"{shown(cell)} ≠ {added}", key)
