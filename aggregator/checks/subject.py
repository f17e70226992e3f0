"""What every check is given: one filled file, opened, identified, aligned and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from aggregator.alignment import Alignment
from aggregator.findings import Finding
from aggregator.forms import FigureKey, Form, Measure, Row
from aggregator.identity import Identity
from aggregator.layout import Layout
from aggregator.reading.book import RawBook, RawSheet
from aggregator.report import Report


@dataclass(frozen=True)
class Subject:
    """One filled file. `level` is `None` where nobody knows the unit's level."""

    book: RawBook
    identity: Identity
    form: Form
    layout: Layout
    data: RawSheet
    alignment: Alignment
    report: Report
    level: str | None

    @cached_property
    def pairs(self) -> tuple[tuple[Row, int, int], ...]:
        """Rows whose count and people go together, both read; blank counts as 0 here."""
        return tuple(self._pairs())

    @cached_property
    def values(self) -> Mapping[FigureKey, int]:
        """Every number that was read, in printed order."""
        figures = self.report.figures.items()
        return {key: value for key, figure in figures if (value := figure.reading.value) is not None}

    def _pairs(self) -> Iterator[tuple[Row, int, int]]:
        figures = self.report.figures
        for row, of_count, of_people in self.form.pairs:
            if of_count not in figures:
                continue
            count, people = figures[of_count].reading, figures[of_people].reading
            if count.answered and people.answered:
                yield row, count.value or 0, people.value or 0

    @cached_property
    def subtotals(self) -> tuple[tuple[Row, int, int], ...]:
        """Typed sub-totals with the sum of their parts, where everything was read."""
        return tuple(self._subtotals())

    def _subtotals(self) -> Iterator[tuple[Row, int, int]]:
        figures = self.report.figures
        for row, total, of_parts in self.form.subtotals:
            if total not in figures:
                continue
            own = figures[total].reading
            parts = [figures[key].reading for key in of_parts if key in figures]
            if own.answered and all(part.answered for part in parts):
                yield row, own.value or 0, sum(part.value or 0 for part in parts)

    def at_figure(self, code: str, key: str, measure: Measure, **facts: str | None) -> Finding:
        """A finding at the cell of a number."""
        figure = self.report.figures[(key, measure)]
        facts = {"found": figure.text or None, **facts}
        return Finding(code, sheet=self.data.name, cell=figure.cell, row=key, measure=measure, **facts)  # type: ignore[arg-type]


Check = Callable[[Subject], Iterator[Finding]]
