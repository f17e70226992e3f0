"""One filled form as a value: every number with its place and how it was read, and the unit's words.

Reads through the same `Layout` that wrote the form and through the alignment that found its rows. Totals are
recomputed from their parts and never taken from the file. Judging what was read is left to `checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from aggregator import layout as place
from aggregator.alignment import Alignment
from aggregator.forms import FigureKey, Form
from aggregator.identity import Identity
from aggregator.layout import COLUMN_OF
from aggregator.numbers import Reading, read_cell
from aggregator.plain import Plain
from aggregator.reading.book import Address, Cell, RawBook, RawSheet, Shape, a1
from aggregator.reading.memory import kept
from aggregator.reading.shapes import shape_in
from aggregator.sheets import detail, find_sheet
from aggregator.text import clean, plain

MAX_LIST_LINES = 200
MAX_NOTE = 4_000
"""Characters of one text that are carried upward."""


class Figure(NamedTuple):
    """One typed number: the cell it stands in, what stands there, and how it was read."""

    cell: str
    text: str
    reading: Reading

    @property
    def value(self) -> int | None:
        return self.reading.value


@dataclass(frozen=True, slots=True)
class Note(Plain):
    """Words of a unit: `kind` is `note`, `open`, `narrative`, `evidence`; `about` a row key or a heading."""

    kind: str
    about: str
    text: str
    cell: str


@dataclass(frozen=True, slots=True)
class Report:
    """`figures` holds every number that the form lets somebody type, blank or not.

    `held` is `None`, and `inclusive` too, where the answer on `Đơn vị` is neither of the two.
    """

    figures: Mapping[FigureKey, Figure]
    notes: tuple[Note, ...]
    activities: tuple[tuple[str, ...], ...]
    calendar: tuple[tuple[str, ...], ...]
    held: bool | None
    inclusive: bool | None

    def value(self, key: FigureKey) -> int | None:
        figure = self.figures.get(key)
        return figure.value if figure else None


def read_report(book: RawBook, identity: Identity, alignment: Alignment) -> Report:
    """Everything a unit typed. `identity.form` and `identity.data` are known here."""
    form, data = identity.form, identity.data
    assert form is not None and data is not None
    return Report(
        figures=_figures(form, data, alignment),
        notes=(*_row_notes(form, data, alignment), *_narratives(book), *_evidence(book)),
        activities=_list_lines(book, place.ACTIVITIES_SHEET, 6) if "activities" in form.lists else (),
        calendar=_list_lines(book, place.CALENDAR_SHEET, 7) if "calendar" in form.lists else (),
        held=_held(identity),
        inclusive=_inclusive(identity),
    )


def _figures(form: Form, data: RawSheet, alignment: Alignment) -> Mapping[FigureKey, Figure]:
    """Every typed number, those that are blank as they are in every file laid out like this one."""
    figures = dict(_blank_figures(form, alignment))
    cells = data.cells
    for at, name, key in _places(form, alignment):
        if cell := cells.get(at):
            figures[key] = Figure(name, shown(cell), read_cell(cell, key[1], data))
    return figures


@kept(64)
def _places(form: Form, alignment: Alignment) -> tuple[tuple[Address, str, FigureKey], ...]:
    """Where each number that somebody may type stands."""
    places = ((alignment.rows.get(key), COLUMN_OF[measure], (key, measure)) for key, measure in form.typed)
    return tuple(((row, column), a1(row, column), key) for row, column, key in places if row)


@kept(64)
def _blank_figures(form: Form, alignment: Alignment) -> Mapping[FigureKey, Figure]:
    blank = Reading(None, how="blank", blank=True)
    return {key: Figure(name, "", blank) for _, name, key in _places(form, alignment)}


def shown(cell: Cell | None) -> str:
    """What stands in a cell, as its formula or as it is seen; a truth value by Excel's word for it."""
    if cell is None:
        return ""
    if cell.formula is None and cell.kind != "bool":
        return cell.text
    if cell.formula is not None:
        return f"={cell.formula}"
    return {"0": "FALSE", "1": "TRUE"}.get(cell.text, cell.text)


def _row_notes(form: Form, data: RawSheet, alignment: Alignment) -> Sequence[Note]:
    shape = shape_in(data, (place.NOTE,), min(alignment.rows.values(), default=1))
    return _notes_of_shape(shape, form, alignment) if shape else _notes(data.cells, form, alignment)


def _notes(cells: Mapping[Address, Cell], form: Form, alignment: Alignment) -> tuple[Note, ...]:
    return tuple(_noted(cells, form, alignment))


def _noted(cells: Mapping[Address, Cell], form: Form, alignment: Alignment) -> Iterator[Note]:
    for row in form.rows:
        at = alignment.rows.get(row.key)
        cell = cells.get((at, place.NOTE)) if at else None
        text = _words(cell.text) if cell and cell.formula is None else ""
        if at and text and text not in map(clean, row.printed_notes):
            yield Note("open" if row.text else "note", row.key, text, a1(at, place.NOTE))


@kept(64)
def _notes_of_shape(shape: Shape, form: Form, alignment: Alignment) -> tuple[Note, ...]:
    return _notes(shape.cells, form, alignment)


def _words(text: str) -> str:
    """A text with its line breaks, cleaned line by line and cut to what is carried upward."""
    return "\n".join(line for line in (clean(part) for part in text.splitlines()) if line)[:MAX_NOTE]


Narratives = tuple[Note, ...]


def _narratives(book: RawBook) -> Narratives:
    sheet = find_sheet(book, place.NARRATIVE_SHEET)
    if sheet is None:
        return ()
    shape = shape_in(sheet, (1, 2), place.LIST_FIRST_ROW)
    return _narratives_of_shape(shape) if shape else tuple(_narrated(sheet.cells))


def _narrated(cells: Mapping[Address, Cell]) -> Iterator[Note]:
    for row in range(place.LIST_FIRST_ROW, place.LIST_FIRST_ROW + 30):
        heading, text = cells.get((row, 1)), cells.get((row, 2))
        if heading and text and text.formula is None and _words(text.text):
            yield Note("narrative", clean(heading.text), _words(text.text), a1(row, 2))


@kept(64)
def _narratives_of_shape(shape: Shape) -> Narratives:
    return tuple(_narrated(shape.cells))


def _evidence(book: RawBook) -> Iterator[Note]:
    for line in _list_lines(book, place.EVIDENCE_SHEET, 3):
        yield Note("evidence", line[2], line[1], "")


Lines = tuple[tuple[str, ...], ...]


def _list_lines(book: RawBook, name: str, columns: int) -> Lines:
    """Lines of an open list in which anything but the number and a prefilled date was typed."""
    sheet = find_sheet(book, name)
    if sheet is None:
        return ()
    shape = shape_in(sheet, range(1, columns + 1), place.LIST_FIRST_ROW)
    return _lines_of_shape(shape, columns) if shape else _lines(sheet.cells, columns)


def _lines(cells: Mapping[Address, Cell], columns: int) -> Lines:
    rows = sorted({row for row, column in cells if row >= place.LIST_FIRST_ROW and 2 <= column <= columns})
    lines = (_line(cells, row, columns) for row in rows[:MAX_LIST_LINES])
    return tuple(texts for texts in lines if any(not text.isdigit() for text in texts[1:] if text))


def _line(cells: Mapping[Address, Cell], row: int, columns: int) -> tuple[str, ...]:
    found = (cells.get((row, column)) for column in range(1, columns + 1))
    return tuple(_words(cell.text) if cell and cell.formula is None else "" for cell in found)


@kept(64)
def _lines_of_shape(shape: Shape, columns: int) -> Lines:
    return _lines(shape.cells, columns)


_HELD = {"": True, "co": True, "khong": False}
_INCLUSIVE = {"": False, plain(place.SCOPE_OWN): False, plain(place.SCOPE_INCLUSIVE): True}


def _held(identity: Identity) -> bool | None:
    return _HELD.get(plain(detail(identity.details, place.UNIT_LABELS[6])[0]))


def _inclusive(identity: Identity) -> bool | None:
    return _INCLUSIVE.get(plain(detail(identity.details, place.UNIT_LABELS[7])[0]))
