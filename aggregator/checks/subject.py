"""What every check is given: one filled file, opened, identified, aligned and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aggregator.alignment import Alignment
from aggregator.findings import Finding
from aggregator.forms import Form, Measure
from aggregator.identity import Identity
from aggregator.layout import Layout
from aggregator.reading.book import RawBook, RawSheet
from aggregator.report import Report


@dataclass(frozen=True, slots=True)
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

    def at_figure(self, code: str, key: str, measure: Measure, **facts: str | None) -> Finding:
        """A finding at the cell of a number."""
        figure = self.report.figures[(key, measure)]
        facts = {"found": figure.text or None, **facts}
        return Finding(code, sheet=self.data.name, cell=figure.cell, row=key, measure=measure, **facts)  # type: ignore[arg-type]


Check = Callable[[Subject], Iterator[Finding]]
