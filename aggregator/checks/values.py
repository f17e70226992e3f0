"""Are the typed entries usable numbers: the readings of `numbers`, and what depends on the unit's level.

A question refuses the file; a certain reading is used and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from aggregator.checks.subject import Check, Subject
from aggregator.findings import Finding
from aggregator.layout import COLUMN_OF, HELD, NOTE, SCOPE_INCLUSIVE, SCOPE_OWN, UNIT_LABELS, UNIT_SHEET
from aggregator.reading.book import Address, Cell, RawSheet, Shape, a1
from aggregator.reading.memory import kept
from aggregator.reading.shapes import find_texts
from aggregator.report import Figure
from aggregator.sheets import detail
from aggregator.text import legacy_encoding

DAY_ZERO = date(1899, 12, 30)
DAY_ZERO_1904 = date(1904, 1, 1)
"""Of workbooks that were begun on an old Mac."""

MONTH_FIRST_DAYS = (11_689, 36_495)
"""Day numbers between which the first of a month may be a typed "12/35" (month/year) that became a date."""

LAST_DAY = 2_958_465
"""31/12/9999, the last day number that Excel knows."""

PLAIN_FORMATS = ("", "General", "@")
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.', re.DOTALL)
"""What a number format shows as it stands: quoted or escaped text, blanks, fillers."""


def check_readings(subject: Subject) -> Iterator[Finding]:
    """Every entry that is not a plain number: used with a remark, or asked about."""
    for (key, measure), figure in subject.report.figures.items():
        if figure.reading.code is None:
            continue
        used = str(figure.value) if figure.value is not None else None
        likely = " / ".join(str(number) for number in figure.reading.suggestions) or None
        facts = {"expected": used, "suggestion": likely}
        if figure.reading.code == "value-date":
            facts["found"] = _as_date(figure, DAY_ZERO_1904 if subject.book.date1904 else DAY_ZERO)
            facts["suggestion"] = None if subject.book.date1904 else likely
        if figure.reading.how == "old-font":
            facts["expected"] = legacy_encoding(figure.text)
        yield subject.at_figure(figure.reading.code, key, measure, **facts)


def _as_date(figure: Figure, zero: date = DAY_ZERO) -> str:
    """The date that a day number stands for, alone where the cell shows it as a date."""
    number = re.fullmatch(r"([0-9]{1,7})(?:\.0*)?", figure.text, re.ASCII)
    if number is None or int(number[1]) > LAST_DAY - (zero - DAY_ZERO).days:
        return figure.text
    day = f"{zero + timedelta(int(number[1])):%d/%m/%Y}"
    return day if figure.reading.how == "date" else f"{figure.text} = {day}"


def check_month_dates(subject: Subject) -> Iterator[Finding]:
    """`value-date` as a warning: above school level a number may be the first day of a month."""
    if subject.level in (None, "school"):
        return
    low, high = MONTH_FIRST_DAYS
    for (key, measure), figure in subject.report.figures.items():
        native = figure.reading.how == "as-is" and measure != "money" and figure.value is not None
        if native and low <= (figure.value or 0) <= high and (DAY_ZERO + timedelta(figure.value or 0)).day == 1:
            day = DAY_ZERO + timedelta(figure.value or 0)
            typed = f"{day.month} / {day.year % 100:02d}"
            finding = subject.at_figure("value-date", key, measure, found=_as_date(figure), suggestion=typed)
            yield finding._replace(severity_override="warning")


def check_shown(subject: Subject) -> Iterator[Finding]:
    """`value-shown-differently`: the cell's number format hides the number or shows another one."""
    if not _may_mislead(subject.data):
        return
    cells, rows = subject.data.cells, subject.alignment.rows
    for key, measure in subject.values:
        cell = cells.get((rows[key], COLUMN_OF[measure]))
        if cell and cell.kind == "number" and _misleads(cell.format):
            shown = subject.report.figures[key, measure].text
            yield subject.at_figure("value-shown-differently", key, measure, found=cell.format, expected=shown)


def _may_mislead(sheet: RawSheet) -> bool:
    """Whether any number of the sheet is shown so."""
    own = sheet.cells if sheet.shape is None else sheet.numbers
    shown = {cell.format for cell in own.values() if cell.kind == "number"}
    return any(map(_misleads, shown)) or (sheet.shape is not None and _shape_misleads(sheet.shape))


@kept(64)
def _shape_misleads(shape: Shape) -> bool:
    return any(_misleads(cell.format) for cell in shape.cells.values() if cell.kind == "number")


@lru_cache(maxsize=64)
def _misleads(number_format: str) -> bool:
    """Whether a format shows something other than the whole number: nothing, thousands, a percentage, an exponent,
    further digits beside it; or is no format at all, because a quotation mark is never closed.
    """
    if number_format in PLAIN_FORMATS:
        return False
    digits = LITERAL.sub("", number_format)
    if '"' in digits or any(map(str.isdigit, "".join(LITERAL.findall(number_format)))):
        return True
    first = digits.split(";")[0]
    scaled = first.rstrip(" -)").endswith(",") or "%" in first or "E+" in first.upper()
    return scaled or not set(first) & set("0#?@")


def check_answers(subject: Subject) -> Iterator[Finding]:
    """`value-ambiguous` on `Đơn vị`: an answer that is neither of the two on offer."""
    answers = (
        (UNIT_LABELS[6], subject.report.held, HELD),
        (UNIT_LABELS[7], subject.report.inclusive, (SCOPE_OWN, SCOPE_INCLUSIVE)),
    )
    details = subject.identity.details
    for label, answer, choices in answers:
        if answer is None and details is not None:
            found, cell = detail(details, label)
            unclear = Finding("value-ambiguous", sheet=details.name or UNIT_SHEET, cell=cell, found=found)
            yield unclear.at(expected=label, suggestion=" / ".join(choices))


def check_note_formulas(subject: Subject) -> Iterator[Finding]:
    """`value-not-calculated` in the note column: words are typed there, and what a formula shows is nobody's words."""
    for at in find_texts(subject.data, _is_note_formula):
        cell = subject.data.cells[at]
        for key in (key for key, row in subject.alignment.rows.items() if row == at[0]):
            place = Finding("value-not-calculated", sheet=subject.data.name, cell=a1(*at))
            yield place.at(row=key, found=f"={cell.formula}")


def _is_note_formula(at: Address, cell: Cell) -> bool:
    return at[1] == NOTE and cell.formula is not None


def check_links(subject: Subject) -> Iterator[Finding]:
    """`file-external-links`: the workbook refers to other files; nothing is fetched from them."""
    if subject.book.external_links:
        yield Finding("file-external-links")


def check_filled(subject: Subject) -> Iterator[Finding]:
    """`nothing-filled` and `declared-none-but-filled`: blank is not zero, and "không tổ chức" is not blank."""
    figures = subject.report.figures
    filled = [key for key, figure in figures.items() if not figure.reading.blank]
    words = any(note.kind == "open" for note in subject.report.notes)
    if subject.report.held is not False and not filled and not words:
        yield Finding("nothing-filled", sheet=subject.data.name)
    contradicting = [key for key in filled if figures[key].value != 0] if subject.report.held is False else []
    if contradicting:
        cell = detail(subject.identity.details, UNIT_LABELS[6])[1]
        first = figures[contradicting[0]]
        sheet = subject.identity.details.name if subject.identity.details else UNIT_SHEET
        yield Finding("declared-none-but-filled", sheet=sheet, cell=cell, found=f"{first.cell}: {first.text}")


VALUE_CHECKS: tuple[Check, ...] = (
    check_readings,
    check_month_dates,
    check_shown,
    check_answers,
    check_note_formulas,
    check_links,
    check_filled,
)
