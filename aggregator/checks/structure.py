"""Is the table still the issued one: sheets, header, rows, labels, units, totals, lock.

Only what cell text can prove is an error; what programs drop on their own (the lock, names, formats) is at most
information.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aggregator import layout as place
from aggregator.alignment import Alignment, Line
from aggregator.checks.subject import Check, Subject
from aggregator.findings import Finding
from aggregator.forms import Form, Measure, Row, Total
from aggregator.formula import normalised
from aggregator.layout import COLUMN_OF, Layout, layout_of
from aggregator.reading.book import Address, Cell, Shape, a1
from aggregator.reading.memory import kept
from aggregator.sheets import find_sheet
from aggregator.text import clean, legacy_encoding, same_text
from aggregator.words import Fact

MAX_OUTSIDE = 50
"""Numbers outside the form that are listed one by one; a pasted register must not fill the findings."""


def check_sheets(subject: Subject) -> Iterator[Finding]:
    """`sheet-missing`: a sheet that carries data is gone."""
    wanted = [place.EVIDENCE_SHEET, place.NARRATIVE_SHEET]
    lists = (("activities", place.ACTIVITIES_SHEET), ("calendar", place.CALENDAR_SHEET))
    wanted += [name for key, name in lists if key in subject.form.lists]
    missing = [name for name in wanted if find_sheet(subject.book, name) is None]
    if subject.identity.details is None:
        missing.append(place.UNIT_SHEET)
    for name in missing:
        yield Finding("sheet-missing", sheet=name, expected=name)


def check_header(subject: Subject) -> Iterator[Finding]:
    """`header-changed`: a header cell says something else, the header stands lower, or all row codes are gone."""
    down = subject.alignment.header_row - subject.layout.header_row
    changed = list(_header_changes(subject, down))
    if down and not changed:
        cell_name = a1(subject.layout.header_row, place.STT)
        found, expected = (
            Fact("STT (dòng {row})", row=row) for row in (subject.alignment.header_row, subject.layout.header_row)
        )
        yield Finding("header-changed", sheet=subject.data.name, cell=cell_name, found=found, expected=expected)
    yield from changed
    if subject.alignment.codes_gone:
        cell_name = a1(subject.alignment.header_row, place.CODE)
        first, last = subject.form.rows[0].code, subject.form.rows[-1].code
        codes = f"{place.CODE_HEADER}: {first} … {last}"
        yield Finding("header-changed", sheet=subject.data.name, cell=cell_name, expected=codes)


def _header_changes(subject: Subject, down: int) -> Iterator[Finding]:
    for (row, column), text in subject.layout.header_cells().items():
        cell = subject.data.cells.get((row + down, column))
        if cell is None or not same_text(cell.text, text):
            found, cell_name = clean(cell.text) if cell else None, a1(row + down, column)
            yield Finding("header-changed", sheet=subject.data.name, cell=cell_name, found=found, expected=text)


def check_row_moved(subject: Subject) -> Iterator[Finding]:
    """`row-moved`: the rows are out of order."""
    for line in subject.alignment.moved:
        expected = a1(subject.layout.row_of[line.key or ""], place.LABEL)
        yield _at_row("row-moved", subject, line.at, line.key, found=line.label or line.code, expected=expected)


def check_row_missing(subject: Subject) -> Iterator[Finding]:
    """`row-missing`: a row of the form is nowhere."""
    for key in subject.alignment.missing:
        row = subject.form.by_key[key]
        yield _at_row("row-missing", subject, subject.layout.row_of[key], key, expected=row.label)


def check_row_extra(subject: Subject) -> Iterator[Finding]:
    """`row-extra`: a row that the form does not have stands between its rows."""
    for line in subject.alignment.extra:
        yield _at_row("row-extra", subject, line.at, None, found=line.label or line.code or None)


def check_row_duplicated(subject: Subject) -> Iterator[Finding]:
    """`row-duplicated`: a row of the form stands there twice."""
    for line in subject.alignment.duplicated:
        expected = a1(subject.layout.row_of[line.key or ""], place.LABEL)
        yield _at_row("row-duplicated", subject, line.at, line.key, found=line.label or line.code, expected=expected)


def check_labels(subject: Subject) -> Iterator[Finding]:
    """`label-changed`: STT, label or row code differ from the form; one finding a row."""
    for line, found, expected in _changed_labels(subject.form, subject.alignment):
        facts = {"found": found or None, "expected": expected or None, "suggestion": _old_font(subject, line.at)}
        yield _at_row("label-changed", subject, line.at, line.key, **facts)


Changed = tuple[tuple[Line, str, str], ...]
"""Lines of the table with what stands there and what the form has."""


@kept(64)
def _changed_labels(form: Form, alignment: Alignment) -> Changed:
    lines = ((line, _changed_text(form.by_key[key], line, alignment)) for key, line in alignment.lines.items())
    return tuple((line, *texts) for line, texts in lines if texts)


def _changed_text(row: Row, line: Line, alignment: Alignment) -> tuple[str, str] | None:
    texts = [(line.label, row.label), (line.stt, row.stt)]
    if not alignment.codes_gone and line not in alignment.moved:
        texts.append((line.code, row.code))
    return next((pair for pair in texts if not same_text(*pair)), None)


def _old_font(subject: Subject, row: int) -> str | None:
    """The font a label was typed for, where it makes sense in no other: named, never guessed back."""
    cell = subject.data.cells.get((row, place.LABEL))
    return legacy_encoding(cell.text) if cell else None


def check_units(subject: Subject) -> Iterator[Finding]:
    """`unit-changed`: the unit of a row is not the form's."""
    for line, found, expected in _changed_units(subject.form, subject.alignment):
        yield _at_row("unit-changed", subject, line.at, line.key, found=found or None, expected=expected or None)


@kept(64)
def _changed_units(form: Form, alignment: Alignment) -> Changed:
    lines = ((line, line.unit, form.by_key[key].unit) for key, line in alignment.lines.items())
    return tuple((line, found, expected) for line, found, expected in lines if not same_text(found, expected))


def check_totals(subject: Subject) -> Iterator[Finding]:
    """`formula-replaced`: a computed cell no longer holds its formula."""
    if subject.book.converted:
        return
    for issued in _issued_totals(subject.layout, subject.alignment):
        cell = subject.data.cells.get(issued.at)
        if cell is None or cell.formula is None or not issued.is_met_by(cell.formula):
            yield _total_finding(subject, issued, cell)


@dataclass(frozen=True, slots=True)
class Issued:
    """A computed cell: where it stands, its formula as issued, and whether all its parts stand in their places."""

    key: str
    measure: Measure
    at: Address
    formula: str
    plain: str
    whole: bool

    def is_met_by(self, formula: str) -> bool:
        """Where rows are out of place only its presence can be asked for."""
        return not self.whole or formula == self.formula or normalised(formula) == self.plain


@kept(64)
def _issued_totals(layout: Layout, alignment: Alignment) -> tuple[Issued, ...]:
    return tuple(
        _issued(layout, alignment, row, row.total)
        for row in layout.form.rows
        if row.total and row.computed and row.key in alignment.rows
    )


def _issued(layout: Layout, alignment: Alignment, row: Row, total: Total) -> Issued:
    rows = alignment.rows
    whole = alignment.intact and all(part in rows for part in total.parts)
    formula = layout.total_formula(row, rows if whole else None)
    at = (rows[row.key], COLUMN_OF[total.measure])
    return Issued(row.key, total.measure, at, formula, normalised(formula), whole)


def _total_finding(subject: Subject, issued: Issued, cell: Cell | None) -> Finding:
    found = f"={cell.formula}" if cell and cell.formula is not None else cell.text if cell else None
    place_of = Finding("formula-replaced", sheet=subject.data.name, cell=a1(*issued.at), row=issued.key)
    return place_of._replace(measure=issued.measure, found=found, expected=f"={issued.formula}")


def check_hidden_rows(subject: Subject) -> Iterator[Finding]:
    """`row-hidden`: a row of the table is hidden; its numbers count all the same."""
    for key, row in subject.alignment.rows.items():
        if row in subject.data.hidden_rows:
            yield _at_row("row-hidden", subject, row, key)


def check_lock(subject: Subject) -> Iterator[Finding]:
    """`lock-removed`: the sheet is no longer protected. Many programs drop the lock, so it is information only."""
    if not subject.data.protected and not subject.book.converted:
        yield Finding("lock-removed", sheet=subject.data.name)


def check_outside(subject: Subject) -> Iterator[Finding]:
    """`value-outside-form`: numbers where the form expects none; they are not counted."""
    outside = _outside(subject)
    for address in outside[:MAX_OUTSIDE]:
        cell = subject.data.cells[address]
        key = next((key for key, row in subject.alignment.rows.items() if row == address[0]), None)
        name = a1(*address)
        yield Finding("value-outside-form", sheet=subject.data.name, cell=name, row=key, found=cell.text)


def _outside(subject: Subject) -> list[Address]:
    """The cells where the form has no number and one stands all the same, row by row."""
    sheet, form, alignment = subject.data, subject.form, subject.alignment
    if sheet.shape is None:
        return sorted(_outside_of(sheet.cells, form, alignment))
    counted = _counted_places(form, alignment)
    own = {at: sheet.cells[at] for at in (*sheet.numbers, *sheet.texts) if at not in counted}
    known = [at for at in _outside_of_shape(sheet.shape, form, alignment) if at not in own and at not in sheet.numbers]
    return sorted([*known, *_outside_of(own, form, alignment)])


def _outside_of(cells: Mapping[Address, Cell], form: Form, alignment: Alignment) -> Iterator[Address]:
    counted, first_row = _counted_places(form, alignment), layout_of(form).header_row
    extra = {line.at for line in (*alignment.extra, *alignment.duplicated)}
    form_rows = set(alignment.rows.values())
    for at, cell in cells.items():
        if at in counted or at[0] in extra or at[0] < first_row or not _may_count(at, cell):
            continue
        if _is_outside(cell, at[1], at[0] in form_rows):
            yield at


@kept(64)
def _outside_of_shape(shape: Shape, form: Form, alignment: Alignment) -> tuple[Address, ...]:
    return tuple(_outside_of(shape.cells, form, alignment))


def _may_count(at: Address, cell: Cell) -> bool:
    return cell.kind != "text" or at[1] in (place.COUNT, place.PEOPLE)


def _is_outside(cell: Cell, column: int, known: bool) -> bool:
    """Whether a cell where the form has no number holds one; `known`: it stands in a row of the form."""
    if cell.kind == "text":
        return known and any(letter.isdigit() for letter in cell.text)
    return cell.kind == "number" and (not known or column > place.CODE or column in (place.COUNT, place.PEOPLE))


@kept(64)
def _counted_places(form: Form, alignment: Alignment) -> frozenset[Address]:
    """Where the form has its numbers on this sheet."""
    rows = alignment.rows
    return frozenset((rows[key], COLUMN_OF[measure]) for key, measure in form.figures if key in rows)


def _at_row(code: str, subject: Subject, row: int, key: str | None, **facts: str | None) -> Finding:
    """Rows are told at their label, in column B."""
    return Finding(code, sheet=subject.data.name, cell=a1(row, place.LABEL), row=key, **facts)  # type: ignore[arg-type]


STRUCTURE_CHECKS: tuple[Check, ...] = (
    check_sheets,
    check_header,
    check_row_moved,
    check_row_missing,
    check_row_extra,
    check_row_duplicated,
    check_labels,
    check_units,
    check_totals,
    check_hidden_rows,
    check_lock,
    check_outside,
)
