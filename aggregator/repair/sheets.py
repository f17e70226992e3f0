"""What stands beside the table and is carried with it: the unit's answers, open lists, evidence and narratives.

Found as the reader finds them, by label, sheet name and heading; typed where the new form has a cell for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aggregator import layout as place
from aggregator.forms import Form
from aggregator.reading.book import Address, Cell, RawBook, RawSheet, a1
from aggregator.register import Unit
from aggregator.repair.carry import Entry, Move, Repair
from aggregator.repair.lines import Left
from aggregator.repair.table import OWN_SHEETS, FoundTable
from aggregator.sheets import find_details, find_sheet
from aggregator.text import clean, label_key

TYPED_ALWAYS = place.UNIT_LABELS[4:]
"""What every unit types on `Đơn vị`; the four lines above are prefilled where the form is issued to it."""
EVIDENCE_COLUMNS = 3

_WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Blank:
    """What the new workbook is: its form and unit, and whether it is issued to that unit, with its name prefilled."""

    form: Form
    unit: Unit | None = None
    issued: bool = False


def carry_sheets(book: RawBook, blank: Blank, table: FoundTable | None) -> Repair:
    """Everything that stands on the other sheets, and what has no place in this form."""
    moves = (*_details(book, blank), *_lists(book, blank.form), *_narratives(book, blank.form))
    left = (*_homeless(book, blank.form), *_unread(book, table))
    return Repair(moves, left)


# --- Đơn vị --------------------------------------------------------------------------------------------------------


def _details(book: RawBook, blank: Blank) -> Iterator[Move]:
    sheet = find_details(book)
    cells = _beside_labels(sheet) if sheet else {}
    for number, label in enumerate(place.UNIT_LABELS):
        at, cell = cells.get(label_key(label), ((0, 0), None))
        text = _text(cell)
        if label not in TYPED_ALWAYS:
            text = "" if blank.issued else _identity(blank.unit, number) or text
        if text:
            source = (sheet.name, a1(*at)) if sheet and cell else ("", "")
            yield Move(place.UNIT_SHEET, (place.UNIT_FIRST_ROW + number, 2), *source, text=text, entry=text)


def _beside_labels(sheet: RawSheet) -> Mapping[str, tuple[Address, Cell]]:
    """The cell in B beside every text of A."""
    return {
        label_key(cell.text): ((row, 2), sheet.cells[(row, 2)])
        for (row, column), cell in sorted(sheet.cells.items(), reverse=True)
        if column == 1 and (row, 2) in sheet.cells
    }


def _identity(unit: Unit | None, number: int) -> str:
    """Code, name or level as it is typed into a blank form; the parent is taken as the file has it."""
    return (unit.code, unit.name, place.LEVEL_NAMES[unit.level], "")[number] if unit else ""


def _text(cell: Cell | None) -> str:
    return clean(cell.text) if cell and cell.kind in ("text", "number") else ""


# --- open lists, evidence, narratives --------------------------------------------------------------------------------


def _list_sheets(form: Form) -> Iterator[tuple[str, int]]:
    """Sheets with numbered lines and how many columns they have."""
    for key, name in (("activities", place.ACTIVITIES_SHEET), ("calendar", place.CALENDAR_SHEET)):
        if key in form.lists:
            yield name, len(form.lists[key]["headers"])
    yield place.EVIDENCE_SHEET, EVIDENCE_COLUMNS


def _lists(book: RawBook, form: Form) -> Iterator[Move]:
    for name, columns in _list_sheets(form):
        sheet = find_sheet(book, name)
        for at, cell in _open_cells(sheet, columns) if sheet else ():
            yield _same_place(name, sheet.name if sheet else "", at, cell)


def _open_cells(sheet: RawSheet, columns: int) -> Iterator[tuple[Address, Cell]]:
    for (row, column), cell in sorted(sheet.cells.items()):
        if row >= place.LIST_FIRST_ROW and 2 <= column <= columns and clean(cell.text):
            yield (row, column), cell


def _same_place(name: str, source: str, at: Address, cell: Cell, to: Address | None = None) -> Move:
    entry: Entry = int(cell.text) if cell.kind == "number" and _WHOLE.fullmatch(cell.text) else cell.text
    return Move(name, to or at, source, a1(*at), cell.text, entry)


def _narratives(book: RawBook, form: Form) -> Iterator[Move]:
    sheet = find_sheet(book, place.NARRATIVE_SHEET)
    rows = _section_rows(form)
    for heading, at, cell in _sections(sheet) if sheet else ():
        if heading in rows:
            yield _same_place(place.NARRATIVE_SHEET, sheet.name if sheet else "", at, cell, (rows[heading], 2))


def _section_rows(form: Form) -> Mapping[str, int]:
    return {label_key(section): row for row, section in enumerate(form.sections, start=place.LIST_FIRST_ROW)}


def _sections(sheet: RawSheet) -> Iterator[tuple[str, Address, Cell]]:
    for (row, column), cell in sorted(sheet.cells.items()):
        if row >= place.LIST_FIRST_ROW and column == 2 and clean(cell.text):
            heading = sheet.cells.get((row, 1))
            yield label_key(heading.text) if heading else "", (row, column), cell


# --- what has no place ---------------------------------------------------------------------------------------------


def _homeless(book: RawBook, form: Form) -> Iterator[Left]:
    """Lists and narrative sections that this edition does not have."""
    if "calendar" not in form.lists and (sheet := find_sheet(book, place.CALENDAR_SHEET)) is not None:
        words = [(at, cell) for at, cell in _open_cells(sheet, 7) if cell.kind == "text"]
        yield from (Left("no-sheet", sheet.name, a1(*at), cell.text, number=False) for at, cell in words)
    narrative = find_sheet(book, place.NARRATIVE_SHEET)
    for heading, at, cell in _sections(narrative) if narrative else ():
        if heading not in _section_rows(form):
            yield Left("no-section", narrative.name if narrative else "", a1(*at), cell.text, number=False)


def _unread(book: RawBook, table: FoundTable | None) -> Iterator[Left]:
    """Sheets with numbers on them that were not understood: somebody should look."""
    for sheet in book.sheets:
        own = label_key(sheet.name) in OWN_SHEETS or (table is not None and sheet.name == table.sheet.name)
        numbers = [at for at, cell in sorted(sheet.cells.items()) if cell.kind == "number" and cell.formula is None]
        if numbers and not own:
            yield Left("sheet-unread", sheet.name, a1(*numbers[0]), str(len(numbers)), number=False)
