"""The account of a run: every file and every unit with its status, coverage, and the consolidation of one unit.

Set arithmetic on codes, so that no rate exceeds 100 %. seen = accepted + refused + superseded + duplicate + ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aggregator.catalogue import severity_of
from aggregator.consolidation import (
    Consolidation,
    Coverage,
    FileLine,
    UnitLine,
    complete_figures,
    count_blanks,
    make_branches,
    sum_totals,
)
from aggregator.findings import Finding, Findings
from aggregator.forms import Form
from aggregator.intake import Choice
from aggregator.register import Unit
from aggregator.submission import Examination

OWN_UNKNOWN = "chưa rõ hoạt động của riêng đơn vị"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a consolidation is told besides the files. `has_register`: completeness is known."""

    form: Form
    campaign: str
    has_register: bool
    day: date | None
    as_of: str | None = None
    caption: str | None = None
    signature: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None


def consolidate(choice: Choice, examinations: Sequence[Examination], at: Unit, setting: Setting) -> Consolidation:
    """Add up everything at and below one unit."""
    inside = {unit.code for unit in choice.register.subtree(at.code)}
    leaves = tuple(leaf for leaf in choice.leaves if leaf.unit.code in inside)
    totals = tuple(complete_figures(setting.form, leaf) for leaf in leaves)
    files = file_lines(choice, examinations, inside)
    coverage = cover(choice, files, inside, setting)
    findings = all_findings(choice, examinations, files, coverage)
    branches = make_branches(at, setting.form, choice.register, leaves, totals)
    return Consolidation(
        at=at,
        form=setting.form,
        register=choice.register,
        campaign=setting.campaign,
        leaves=leaves,
        branches=branches,
        leaf_totals=totals,
        totals=sum_totals(setting.form, [branch.totals for branch in branches]),
        blank=count_blanks(setting.form, leaves),
        coverage=coverage,
        files=files,
        units=unit_lines(choice, files, inside, coverage, findings),
        findings=findings,
        as_of=setting.as_of,
        caption=setting.caption,
        signature=setting.signature,
        options=setting.options,
    )


def file_lines(
    choice: Choice, examinations: Sequence[Examination], inside: set[str] | None = None
) -> tuple[FileLine, ...]:
    """One line per file; a good file of a unit outside is in the account, ignored."""
    said = [finding.file for examined in examinations for finding in examined.findings]
    said += [finding.file for finding in choice.findings]
    counts = {path: said.count(path) for path in set(said)}
    return tuple(_file_line(examined, choice, inside, counts) for examined in examinations)


def _file_line(
    examined: Examination, choice: Choice, inside: set[str] | None, counts: Mapping[str | None, int]
) -> FileLine:
    unit = examined.unit
    status = choice.status[examined.path]
    whole = inside is None or choice.register.root.code in inside
    elsewhere = not whole and (unit is None or inside is None or unit.code not in inside)
    return FileLine(
        path=examined.path,
        sha256=examined.sha256,
        size=examined.size,
        unit=unit.code if unit else None,
        form=examined.form,
        level=unit.level if unit else None,
        status="ignored" if elsewhere else status,
        findings=0 if elsewhere or _own_result(examined, status) else counts.get(examined.path, 0),
    )


def _own_result(examined: Examination, status: str) -> bool:
    """A result of ours among the inputs: ignored, whatever somebody wrote into it."""
    return status == "ignored" and not examined.ignored


def cover(choice: Choice, files: Iterable[FileLine], inside: set[str], setting: Setting) -> Coverage:
    """Which units that must report did; units that a consolidated workbook brought are not expected here."""
    brought = choice.brought
    units = [unit for unit in choice.register.units if unit.code in inside and unit.code not in brought]
    expected = [unit.code for unit in units if unit.must_report(setting.day)] if setting.has_register else None
    sent = {line.unit for line in files if line.unit and line.status == "refused"}
    base = expected if expected is not None else [unit.code for unit in units if unit.code in choice.reached | sent]
    accepted = tuple(code for code in base if code in choice.reached and code not in choice.own_unknown)
    refused = tuple(code for code in base if code in sent and code not in set(accepted))
    missing = tuple(code for code in base if code not in {*accepted, *refused})
    received = tuple(code for code in base if code in {*accepted, *refused})
    return Coverage(tuple(expected) if expected is not None else None, received, accepted, refused, missing)


def all_findings(
    choice: Choice, examinations: Sequence[Examination], files: Sequence[FileLine], coverage: Coverage | None
) -> Findings:
    """Findings of the files that concern this result, of the choice, and the missing reports; graver ones first."""
    shown = {line.path for line in files if line.status != "ignored" or line.findings}
    own = [finding for examined in examinations if examined.path in shown for finding in examined.findings]
    own += [finding for finding in choice.findings if finding.file in shown]
    return (*own, *(_missing(choice, coverage) if coverage else ()))


def _missing(choice: Choice, coverage: Coverage) -> Iterable[Finding]:
    if coverage.expected is None:
        return
    for code in coverage.missing:
        yield Finding("report-missing", unit=code, found=f"{choice.register.by_code[code].name} ({code})")


def unit_lines(
    choice: Choice, files: Sequence[FileLine], inside: set[str], coverage: Coverage, findings: Findings
) -> tuple[UnitLine, ...]:
    """One line per unit in register order."""
    status = {code: name for name in ("missing", "refused", "accepted") for code in getattr(coverage, name)}
    paths: dict[str, list[str]] = {}
    for line in files:
        if line.unit and line.status != "ignored":
            paths.setdefault(line.unit, []).append(line.path)
    for leaf in choice.leaves:
        if leaf.via:
            paths.setdefault(leaf.unit.code, []).append(leaf.via)
    said = [finding.unit for finding in findings if finding.unit and severity_of(finding) != "info"]
    return tuple(
        UnitLine(
            unit,
            status.get(unit.code, "outside" if unit.code in choice.reached else "not-expected"),
            tuple(paths.get(unit.code, ())),
            said.count(unit.code),
            OWN_UNKNOWN if unit.code in choice.own_unknown else "",
        )
        for unit in choice.register.units
        if unit.code in inside
    )
