"""Do the numbers of one file agree with each other and with the form's rules: pairs, sub-totals, caps, levels, money.

Rules speak only of numbers that were read; what could not be read is asked about by `values`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from aggregator.checks.subject import Check, Subject
from aggregator.findings import Finding
from aggregator.forms import FigureKey, Form
from aggregator.formula import normalised
from aggregator.layout import COLUMN_OF
from aggregator.reading.book import Cell, a1

SMALL_MONEY = (1_000, 99_999)
"""Đồng: whole amounts that are plausible as digits but not as the budget of an activity."""


def check_people_without_count(subject: Subject) -> Iterator[Finding]:
    """`people-without-count`: participants but no class or event."""
    for row, count, people in subject.pairs:
        if people and not count:
            yield subject.at_figure(
                "people-without-count", row.key, "count", expected=f"{people} {row.words['people']}"
            )


def check_count_without_people(subject: Subject) -> Iterator[Finding]:
    """`count-without-people`: a class or event but no participants."""
    for row, count, people in subject.pairs:
        if count and not people:
            yield subject.at_figure("count-without-people", row.key, "people", expected=f"{count} {row.words['count']}")


def check_people_below_count(subject: Subject) -> Iterator[Finding]:
    """`people-below-count`: fewer participants than classes or events."""
    for row, count, people in subject.pairs:
        if 0 < people < count:
            yield subject.at_figure("people-below-count", row.key, "people", expected=f"≥ {count}")


def check_outlier(subject: Subject) -> Iterator[Finding]:
    """`outlier`: far more participants in a class or event than the form's rule of thumb."""
    most = subject.form.people_per_count
    for row, count, people in subject.pairs:
        if most and count and people > most * count:
            yield subject.at_figure("outlier", row.key, "people", expected=f"≤ {most * count}")


def check_subtotal_below(subject: Subject) -> Iterator[Finding]:
    """`subtotal-below-parts`: a sub-total is less than its parts, or was left blank above them."""
    for row, own, parts in subject.subtotals:
        if own < parts and row.total:
            yield subject.at_figure("subtotal-below-parts", row.key, row.total.measure, expected=f"≥ {parts}")


def check_subtotal_above(subject: Subject) -> Iterator[Finding]:
    """`subtotal-above-parts`: more than its parts; allowed, some events have no row of their own."""
    for row, own, parts in subject.subtotals:
        if own > parts and row.total:
            yield subject.at_figure("subtotal-above-parts", row.key, row.total.measure, expected=str(parts))


def check_total_mismatch(subject: Subject) -> Iterator[Finding]:
    """`total-mismatch`: in a converted file, a total that is not the sum of its rows: something was lost or edited."""
    if not subject.book.converted:
        return
    for key, parts in subject.form.computed.items():
        expected = _recomputed(subject, parts)
        if expected is None or key[0] not in subject.alignment.rows:
            continue
        at = (subject.alignment.rows[key[0]], COLUMN_OF[key[1]])
        cell = subject.data.cells.get(at)
        if not _holds_formula(subject, key, cell) and not _says(cell, expected):
            place = Finding("total-mismatch", sheet=subject.data.name, cell=a1(*at), row=key[0], measure=key[1])
            yield place.at(found=(cell.text or None) if cell else None, expected=str(expected))


def _recomputed(subject: Subject, parts: tuple[FigureKey, ...]) -> int | None:
    """The sum of the parts, `None` where one of them is missing or could not be read."""
    figures = [subject.report.figures.get(part) for part in parts]
    if any(figure is None or (figure.value is None and not figure.reading.blank) for figure in figures):
        return None
    return sum(figure.value or 0 for figure in figures if figure)


def _holds_formula(subject: Subject, key: FigureKey, cell: Cell | None) -> bool:
    """Whether the issued formula is still there, as far as the format shows it: then any stored result is honest."""
    rows = subject.alignment.rows
    if cell is None or cell.formula is None or any(part not in rows for part, _ in subject.form.computed[key]):
        return False
    return normalised(cell.formula) == normalised(subject.layout.total_formula(subject.form.by_key[key[0]], rows))


def _says(cell: Cell | None, number: int) -> bool:
    return cell is not None and cell.kind == "number" and Fraction(cell.text) == number


@lru_cache(maxsize=32)
def caps_of(form: Form, level: str | None) -> Mapping[FigureKey, int]:
    """The largest number in every cell that a unit of this level fills, in printed order."""
    return {
        (row.key, measure): form.cap(row, measure, level) for row in form.rows for measure in row.fillable_at(level)
    }


def check_level(subject: Subject) -> Iterator[Finding]:
    """`level-row`: a number in a row that this unit's level does not fill."""
    caps = caps_of(subject.form, subject.level)
    for key, measure in [key for key, value in subject.values.items() if value and key not in caps]:
        row = subject.form.by_key[key]
        yield subject.at_figure("level-row", key, measure, expected=", ".join(row.levels or ()))


def check_limit(subject: Subject) -> Iterator[Finding]:
    """`limit-exceeded`: above the cap of the row and level."""
    caps = caps_of(subject.form, subject.level)
    for key, measure in [key for key, value in subject.values.items() if value > caps.get(key, value)]:
        yield subject.at_figure("limit-exceeded", key, measure, expected=f"≤ {caps[key, measure]}")


def check_money(subject: Subject) -> Iterator[Finding]:
    """`money-too-small`: an amount that looks like thousands or millions typed as đồng."""
    low, high = SMALL_MONEY
    for (key, measure), value in subject.values.items():
        if measure == "money" and low <= value <= high:
            suggestion = f"{value * 1_000}"
            yield subject.at_figure("money-too-small", key, measure, suggestion=suggestion)


def check_needs(subject: Subject) -> Iterator[Finding]:
    """`books-without-donors` and its like: one number asks for another."""
    for need in subject.form.needs:
        if subject.report.value(need.figure) and not any(subject.report.value(key) for key in need.any_of):
            expected = ", ".join(f"{key}.{measure} > 0" for key, measure in need.any_of)
            yield subject.at_figure(need.code, *need.figure, expected=expected)


RULE_CHECKS: tuple[Check, ...] = (
    check_people_without_count,
    check_count_without_people,
    check_people_below_count,
    check_outlier,
    check_subtotal_below,
    check_subtotal_above,
    check_total_mismatch,
    check_level,
    check_limit,
    check_money,
    check_needs,
)
