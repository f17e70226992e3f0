"""The account of a run: every file and every unit with its status, coverage, and the consolidation of one unit.

Set arithmetic on codes, so that no rate exceeds 100 %. seen = accepted + refused + superseded + duplicate + ignored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from aggregator.campaign import Deadline
from aggregator.catalogue import severity_of
from aggregator.consolidation import (
    Consolidation,
    Coverage,
    Effect,
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
    """What a consolidation is told besides the files. `has_register`: completeness is known.

    `received` is the day on which each file came in, by SHA-256; `deadlines` are those of the levels.
    """

    form: Form
    campaign: str
    has_register: bool
    day: date | None
    as_of: str | None = None
    caption: str | None = None
    signature: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None
    received: Mapping[str, date] = field(default_factory=dict)
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)


def consolidate(choice: Choice, examinations: Sequence[Examination], at: Unit, setting: Setting) -> Consolidation:
    """Add up everything at and below one unit."""
    inside = {unit.code for unit in choice.register.subtree(at.code)}
    leaves = tuple(leaf for leaf in choice.leaves if leaf.unit.code in inside)
    totals = tuple(complete_figures(setting.form, leaf) for leaf in leaves)
    files = file_lines(choice, examinations, inside, setting.received)
    coverage = cover(choice, files, inside, setting)
    about_units = (*_late(choice, files, coverage, setting), *_missing(choice, coverage))
    unused = choice.unused if at == choice.at else ()
    findings = (*all_findings(choice, examinations, files), *unused, *about_units)
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
        units=unit_lines(choice, examinations, files, coverage, findings, at),
        findings=findings,
        effects=_effects(choice, files),
        as_of=setting.as_of or _latest(files),
        caption=setting.caption,
        signature=setting.signature,
        options=setting.options,
    )


def _latest(files: Iterable[FileLine]) -> str | None:
    """The day of the latest receipt among the files that are added up."""
    return max(
        (line.received.isoformat() for line in files if line.received and line.status == "accepted"), default=None
    )


def _effects(choice: Choice, files: Iterable[FileLine]) -> tuple[Effect, ...]:
    """The decisions about files of this result, those that leave one out included."""
    paths = {line.path for line in files if line.status != "ignored"} | choice.excluded
    return tuple(effect for effect in choice.effects if paths & set(effect.on))


def file_lines(
    choice: Choice,
    examinations: Sequence[Examination],
    inside: set[str] | None = None,
    received: Mapping[str, date] | None = None,
) -> tuple[FileLine, ...]:
    """One line per file; a good file of a unit outside is in the account, ignored."""
    said = [finding.file for examined in examinations for finding in examined.findings]
    said += [finding.file for finding in choice.findings]
    counts = Counter(said)
    days = received or {}
    return tuple(_file_line(examined, choice, inside, counts, days) for examined in examinations)


def _file_line(
    examined: Examination,
    choice: Choice,
    inside: set[str] | None,
    counts: Mapping[str | None, int],
    days: Mapping[str, date],
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
        received=days.get(examined.sha256 or ""),
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
    told = choice.reached | sent
    base = expected if expected is not None else [unit.code for unit in units if unit.code in told]
    accepted = tuple(code for code in base if code in choice.reached and code not in choice.own_unknown)
    good = frozenset(accepted)
    refused = tuple(code for code in base if code in sent and code not in good)
    came = good | frozenset(refused)
    missing = tuple(code for code in base if code not in came)
    received = tuple(code for code in base if code in came)
    days = first_days(files)
    late = tuple(code for code in base if is_late(choice.register.by_code[code], days.get(code), setting))
    known = None if expected is None else tuple(expected)
    return Coverage(known, received, accepted, refused, missing, late if days else None)


def first_days(files: Iterable[FileLine]) -> dict[str, date]:
    """Unit → the day its first return came in: who was asked to correct it did not become late by that."""
    days: dict[str, date] = {}
    for line in files:
        if line.unit and line.received and line.status != "ignored":
            days[line.unit] = min(line.received, days.get(line.unit, line.received))
    return days


def is_late(unit: Unit, day: date | None, setting: Setting) -> bool | None:
    """Whether a return that came in on `day` missed the deadline of its level; `None` where the day is not known."""
    deadline = setting.deadlines.get(unit.level)
    return None if day is None else deadline is not None and deadline.missed_by(day)


def all_findings(choice: Choice, examinations: Sequence[Examination], files: Sequence[FileLine]) -> Findings:
    """Findings of the files that concern this result, and of the choice among them."""
    shown = {line.path for line in files if line.status != "ignored" or line.findings}
    own = [
        _past(finding) if choice.status[examined.path] == "superseded" else finding
        for examined in examinations
        if examined.path in shown
        for finding in examined.findings
    ]
    return (*own, *(finding for finding in choice.findings if finding.file in shown))


def _past(finding: Finding) -> Finding:
    """What was wrong with a file that a better one replaced is no longer anybody's task."""
    return finding._replace(severity_override="info")


def _late(choice: Choice, files: Sequence[FileLine], coverage: Coverage, setting: Setting) -> Iterable[Finding]:
    days = first_days(files)
    first = {line.unit: line.path for line in reversed(files) if line.unit and line.received == days.get(line.unit)}
    for code in coverage.late or ():
        due = setting.deadlines[choice.register.by_code[code].level].last_day
        found, expected = (f"{day:%d/%m/%Y}" for day in (days[code], due))
        yield Finding("report-late", file=first[code], unit=code, found=found, expected=expected)


def _missing(choice: Choice, coverage: Coverage) -> Iterable[Finding]:
    if coverage.expected is None:
        return
    for code in coverage.missing:
        yield Finding("report-missing", unit=code, found=f"{choice.register.by_code[code].name} ({code})")


def unit_lines(
    choice: Choice,
    examinations: Sequence[Examination],
    files: Sequence[FileLine],
    coverage: Coverage,
    findings: Findings,
    at: Unit,
) -> tuple[UnitLine, ...]:
    """One line per unit at and below `at`, in register order."""
    status = {code: name for name in ("missing", "refused", "accepted") for code in getattr(coverage, name)}
    paths: dict[str, list[str]] = {}
    for line in files:
        if line.unit and line.status != "ignored":
            paths.setdefault(line.unit, []).append(line.path)
    for leaf in choice.leaves:
        if leaf.via:
            paths.setdefault(leaf.unit.code, []).append(leaf.via)
    said = Counter(finding.unit for finding in findings if severity_of(finding) != "info")
    days, companions = first_days(files), _companions(examinations)
    late = frozenset(coverage.late or ())
    return tuple(
        UnitLine(
            unit,
            status.get(unit.code, "outside" if unit.code in choice.reached else "not-expected"),
            tuple(paths.get(unit.code, ())),
            said[unit.code],
            OWN_UNKNOWN if unit.code in choice.own_unknown else "",
            days.get(unit.code),
            unit.code in late if unit.code in days else None,
            companions.get(unit.code, ()),
        )
        for unit in choice.register.subtree(at.code)
    )


def _companions(examinations: Iterable[Examination]) -> dict[str, tuple[str, ...]]:
    """Unit → its scans, Word twins and photos."""
    found: dict[str, tuple[str, ...]] = {}
    for examined in examinations:
        if examined.unit and any(finding.code == "file-companion" for finding in examined.findings):
            found[examined.unit.code] = (*found.get(examined.unit.code, ()), examined.path)
    return found
