"""Is the table still the issued one: sheets, header, rows, labels, units, totals, lock.

Only what cell text can prove is an error; what programs drop on their own (the lock, names, formats) is at most
information.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from aggregator import layout as place
from aggregator.checks.subject import Check, Subject
from aggregator.findings import Finding
from aggregator.forms import Form, Row, Total
from aggregator.formula import normalised
from aggregator.layout import COLUMN_OF
from aggregator.reading.book import a1
from aggregator.report import find_sheet
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
    alignment = subject.alignment
    for key, line in alignment.lines.items():
        row = subject.form.by_key[key]
        texts = [(line.label, row.label), (line.stt, row.stt)]
        if not alignment.codes_gone and line not in alignment.moved:
            texts.append((line.code, row.code))
        changed = next((pair for pair in texts if not same_text(*pair)), None)
        if changed:
            found, expected = changed
            facts = {"found": found or None, "expected": expected or None, "suggestion": _old_font(subject, line.at)}
            yield _at_row("label-changed", subject, line.at, key, **facts)


def _old_font(subject: Subject, row: int) -> str | None:
    """The font a label was typed for, where it makes sense in no other: named, never guessed back."""
    cell = subject.data.cells.get((row, place.LABEL))
    return legacy_encoding(cell.text) if cell else None


def check_units(subject: Subject) -> Iterator[Finding]:
    """`unit-changed`: the unit of a row is not the form's."""
    for key, line in subject.alignment.lines.items():
        expected = subject.form.by_key[key].unit
        if not same_text(line.unit, expected):
            yield _at_row("unit-changed", subject, line.at, key, found=line.unit or None, expected=expected or None)


def check_totals(subject: Subject) -> Iterator[Finding]:
    """`formula-replaced`: a computed cell no longer holds its formula."""
    if subject.book.converted:
        return
    for row in subject.form.rows:
        if row.total and row.computed and row.key in subject.alignment.rows:
            yield from _total(subject, row, row.total)


def _total(subject: Subject, row: Row, total: Total) -> Iterator[Finding]:
    """The formula of one computed row; where rows are out of place only its presence can be asked for."""
    rows = subject.alignment.rows
    address = (rows[row.key], COLUMN_OF[total.measure])
    cell = subject.data.cells.get(address)
    formula = cell.formula if cell else None
    whole = subject.alignment.intact and all(part in rows for part in total.parts)
    issued = subject.layout.total_formula(row, rows if whole else None)
    if formula is not None and (not whole or normalised(formula) == normalised(issued)):
        return
    found = f"={formula}" if formula is not None else cell.text if cell else None
    place_of = Finding("formula-replaced", sheet=subject.data.name, cell=a1(*address), row=row.key)
    yield replace(place_of, measure=total.measure, found=found, expected=f"={issued}")


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
    outside = sorted(_outside(subject))
    for address in outside[:MAX_OUTSIDE]:
        cell = subject.data.cells[address]
        key = next((key for key, row in subject.alignment.rows.items() if row == address[0]), None)
        name = a1(*address)
        yield Finding("value-outside-form", sheet=subject.data.name, cell=name, row=key, found=cell.text)


def _outside(subject: Subject) -> Iterator[tuple[int, int]]:
    rows = subject.alignment.rows
    counted = _counted_columns(subject.form)
    extra = {line.at for line in (*subject.alignment.extra, *subject.alignment.duplicated)}
    form_rows = {row: subject.form.by_key[key] for key, row in rows.items()}
    typed = (place.COUNT, place.PEOPLE)
    cells = [item for item in subject.data.cells.items() if item[1].kind != "text" or item[0][1] in typed]
    for (row, column), cell in cells:
        if row in extra or row < subject.layout.header_row:
            continue
        known = form_rows.get(row)
        if cell.kind == "text" and known:
            if column not in counted[known.key] and any(letter.isdigit() for letter in cell.text):
                yield row, column
            continue
        if cell.kind != "number":
            continue
        if (
            known is None
            or column > place.CODE
            or (column in (place.COUNT, place.PEOPLE) and column not in counted[known.key])
        ):
            yield row, column


@lru_cache(maxsize=16)
def _counted_columns(form: Form) -> Mapping[str, frozenset[int]]:
    """By row key the columns in which the form has a number."""
    columns: dict[str, set[int]] = {row.key: set() for row in form.rows}
    for key, measure in form.figures:
        columns[key].add(COLUMN_OF[measure])
    return {key: frozenset(found) for key, found in columns.items()}


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
