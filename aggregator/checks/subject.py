"""What every check is given: one filled file, opened, identified, aligned and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from aggregator.alignment import Alignment
from aggregator.findings import Finding
from aggregator.forms import Form, Measure, Row
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

    def _pairs(self) -> Iterator[tuple[Row, int, int]]:
        figures = self.report.figures
        for row in self.form.rows:
            if not row.paired or (row.key, "count") not in figures:
                continue
            both = (figures[(row.key, "count")], figures[(row.key, "people")])
            if all(figure.reading.blank or figure.value is not None for figure in both):
                yield row, both[0].value or 0, both[1].value or 0

    def at_figure(self, code: str, key: str, measure: Measure, **facts: str | None) -> Finding:
        """A finding at the cell of a number."""
        figure = self.report.figures[(key, measure)]
        facts = {"found": figure.text or None, **facts}
        return Finding(code, sheet=self.data.name, cell=figure.cell, row=key, measure=measure, **facts)  # type: ignore[arg-type]


Check = Callable[[Subject], Iterator[Finding]]
