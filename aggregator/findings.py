"""One thing that is wrong or worth knowing, as a frozen value.

A finding carries a code, a place and facts; its severity and its text come from the catalogue, in the reader's
language, at the edge. Nothing here prints, and nothing here knows which check made a finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Finding(NamedTuple):
    """Code, place and facts; every field but the code may be unknown (`None`).

    `cell` is as Excel shows it (`D14`), `row` a row key (`1.01`), `file` relative to the campaign folder with `/`.
    `found`, `expected` and `suggestion` are short texts a clerk can read. `severity` overrides the catalogue's where
    the contract gives one code two severities (`value-date`).
    """

    code: str
    file: str | None = None
    sheet: str | None = None
    cell: str | None = None
    unit: str | None = None
    row: str | None = None
    measure: str | None = None
    found: str | None = None
    expected: str | None = None
    suggestion: str | None = None
    severity_override: Severity | None = None

    def at(self, **place: str | None) -> Finding:
        """The same finding with the given fields filled where they were still unknown."""
        unknown = {name: value for name, value in place.items() if getattr(self, name) is None}
        return self._replace(**unknown)  # type: ignore[arg-type]


Findings = tuple[Finding, ...]


def located(findings: Iterable[Finding], **place: str | None) -> Findings:
    """All findings with the given fields filled where they were still unknown."""
    return tuple(finding.at(**place) for finding in findings)
