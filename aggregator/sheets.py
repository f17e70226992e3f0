"""Which sheet of a workbook is which, told by what stands on it and never by its name alone.

What a sheet shares with those of other files is searched once, see `reading.shapes`.
"""

from __future__ import annotations

from collections.abc import Mapping

from aggregator import layout as place
from aggregator.forms import Form
from aggregator.reading.book import Address, Cell, RawBook, RawSheet, Shape, a1
from aggregator.reading.memory import kept
from aggregator.reading.shapes import find_texts, shape_in
from aggregator.text import clean, label_key

ENOUGH = 0.5
"""Share of a form's row codes or labels that makes a sheet that form's table."""

TOKEN_START = "HTSD"
"""Begins every token; no row code and no label does."""

_FIRST_LABEL = label_key(place.UNIT_LABELS[0])


def find_sheet(book: RawBook, name: str) -> RawSheet | None:
    """A sheet by its name, however the accents are composed and whatever blanks stand around it."""
    wanted = label_key(name)
    return next((sheet for sheet in book.sheets if sheet.name == name or label_key(sheet.name) == wanted), None)


def is_token(_at: Address, cell: Cell) -> bool:
    """Whether a cell may hold a token."""
    return cell.kind == "text" and cell.text.startswith(TOKEN_START)


# --- the table -----------------------------------------------------------------------------------------------------


def holds_table(sheet: RawSheet, form: Form) -> bool:
    """Whether the sheet has more than half of the form's rows."""
    if sheet.shape is not None:
        own = [at for at in (*sheet.texts, *sheet.numbers) if at[1] in _NAMING]
        most_added = len(own) * form.most_alike / len(form.rows)
        if _likeness_of_shape(sheet.shape, form) + most_added <= ENOUGH:
            return False  # whatever the file's own cells say
    return likeness(sheet, form) > ENOUGH


def likeness(sheet: RawSheet, form: Form) -> float:
    """Share of the form's row codes in column H, or of its labels in B, the larger; 0 where too few cells are there."""
    if len(sheet.cells) <= ENOUGH * len(form.rows):
        return 0.0
    shape = sheet.shape if not [1 for _, column in sheet.numbers if column in _NAMING] else None
    if shape is not None and all(at[1] not in _NAMING or _are_tokens(sheet, shape, at) for at in sheet.texts):
        return _likeness_of_shape(shape, form)
    return _likeness(sheet.cells, form)


_NAMING = (place.LABEL, place.CODE)


def _are_tokens(sheet: RawSheet, shape: Shape, at: Address) -> bool:
    """Whether the file's own text and the one of the shape in its place are tokens, which name no row."""
    return is_token(at, sheet.texts[at]) and at in shape.cells and is_token(at, shape.cells[at])


def _likeness(cells: Mapping[Address, Cell], form: Form) -> float:
    codes = {clean(cell.text) for (_, column), cell in cells.items() if column == place.CODE}
    if (by_code := len(form.by_code.keys() & codes) / len(form.rows)) > ENOUGH:
        return by_code
    labels = {label_key(cell.text) for (_, column), cell in cells.items() if column == place.LABEL}
    return max(by_code, sum(label in labels for label in form.label_keys) / len(form.rows))


@kept(64)
def _likeness_of_shape(shape: Shape, form: Form) -> float:
    return _likeness(shape.cells, form)


# --- the unit ------------------------------------------------------------------------------------------------------


def find_details(book: RawBook) -> RawSheet | None:
    """The sheet `Đơn vị`, by its labels rather than by its name."""
    return next((sheet for sheet in book.sheets if find_texts(sheet, _is_first_label)), None)


def _is_first_label(at: Address, cell: Cell) -> bool:
    return at[1] == 1 and label_key(cell.text) == _FIRST_LABEL


def detail(sheet: RawSheet | None, label: str) -> tuple[str, str]:
    """The text beside a label of `Đơn vị` and its cell; empty where it is missing."""
    row = _labelled_rows(sheet).get(label_key(label)) if sheet else None
    if sheet is None or row is None:
        return "", a1(place.UNIT_FIRST_ROW + place.UNIT_LABELS.index(label), 2)
    value = sheet.cells.get((row, 2))
    return (clean(value.text) if value and value.kind in ("text", "number") else ""), a1(row, 2)


def _labelled_rows(sheet: RawSheet) -> Mapping[str, int]:
    """The first row of each label in column A."""
    shape = shape_in(sheet, (1,))
    return _rows_of_shape(shape) if shape else _rows(sheet.cells)


def _rows(cells: Mapping[Address, Cell]) -> Mapping[str, int]:
    rows: dict[str, int] = {}
    for (row, column), cell in cells.items():
        if column == 1:
            rows.setdefault(label_key(cell.text), row)
    return rows


@kept(64)
def _rows_of_shape(shape: Shape) -> Mapping[str, int]:
    return _rows(shape.cells)
