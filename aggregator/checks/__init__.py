"""Every question asked of one filled file, in the order in which a person would ask them.

A check is a function of one shape, listed in its group's tuple. All run; none hides another; of two that speak of one
cell the graver stays.
"""

from __future__ import annotations

from aggregator.catalogue import severity_of
from aggregator.checks.rules import RULE_CHECKS
from aggregator.checks.structure import STRUCTURE_CHECKS
from aggregator.checks.subject import Check, Subject
from aggregator.checks.values import VALUE_CHECKS
from aggregator.findings import SEVERITIES, Finding, Findings

CHECKS: tuple[Check, ...] = (*STRUCTURE_CHECKS, *VALUE_CHECKS, *RULE_CHECKS)


def run_checks(subject: Subject) -> Findings:
    """All findings of one file in one pass."""
    return _once_per_cell([finding for check in CHECKS for finding in check(subject)])


def _once_per_cell(findings: list[Finding]) -> Findings:
    """Of several findings at the cell of one number, those of the gravest severity stay."""
    gravest: dict[tuple[str | None, str | None], int] = {}
    for finding in findings:
        rank = SEVERITIES.index(severity_of(finding))
        place = (finding.sheet, finding.cell)
        gravest[place] = min(rank, gravest.get(place, rank))
    return tuple(finding for finding in findings if _stays(finding, gravest))


def _stays(finding: Finding, gravest: dict[tuple[str | None, str | None], int]) -> bool:
    """Interpretations are always told: they are the record of what was typed."""
    if finding.measure is None or finding.code == "value-interpreted":
        return True
    return SEVERITIES.index(severity_of(finding)) == gravest[(finding.sheet, finding.cell)]
