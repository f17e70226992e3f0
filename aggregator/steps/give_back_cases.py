"""Which files go back to their senders, and under which name: the refused ones, each once, the last try of each unit.

Looks at what was found and chosen; opens a file only to ask when it was saved, in a process of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.catalogue import severity_of
from aggregator.disposable import Job, do_apart
from aggregator.files import slug
from aggregator.findings import Finding, Findings
from aggregator.outputs.status_words import file_name
from aggregator.register import Unit
from aggregator.second_opinion import Source, source_of
from aggregator.steps.give_back_copies import saved
from aggregator.steps.survey import Collected, items_of
from aggregator.submission import Examination

SECONDS = 20
"""To open one file."""
NOT_TO_SENDERS = frozenset({"report-late", "unit-not-in-register", "seal-foreign"})
"""Warnings that ask nothing of the sender."""


@dataclass(frozen=True, slots=True)
class Case:
    """What goes back together: one file, or all files of a unit that contradict each other."""

    examined: tuple[Examination, ...]
    faults: Findings
    refused: bool
    source: Source | None = None
    """Where the bytes are; of several files together, and of an office's result, they are not asked for."""
    name: str = ""
    """What the names of its outputs begin with."""

    @property
    def unit(self) -> Unit | None:
        return self.examined[0].unit


def cases_of(collected: Collected, findings: Findings, warnings: bool) -> list[Case]:
    """What goes back, in order of the paths, each with a name of its own."""
    return _named(_latest(list(_cases(collected, findings, warnings))))


def _cases(collected: Collected, findings: Findings, warnings: bool) -> Iterator[Case]:
    """Refused files, and with `warnings` accepted ones that need a second look, in order of their paths."""
    counted = {leaf.unit.code for leaf in collected.choice.leaves}
    said: dict[str | None, list[Finding]] = {}
    for finding in findings:
        if severity_of(finding) != "info" and finding.code not in NOT_TO_SENDERS:
            said.setdefault(finding.file, []).append(finding)
    by_name = {item.name: item for item in items_of(collected.request)}
    against: dict[str, list[Case]] = {}
    seen: set[str | None] = set()
    for examined in sorted(collected.examinations, key=lambda examined: examined.path):
        status, faults = collected.choice.status.get(examined.path), tuple(said.get(examined.path, ()))
        own = examined.kind != "consolidated"
        source = source_of(examined, by_name, collected.request.passwords) if own else None
        case = Case((examined,), faults, status == "refused", source)
        if not _goes_back(case, status, counted, warnings) or (examined.sha256 and examined.sha256 in seen):
            continue
        seen.add(examined.sha256)
        if case.unit and any(finding.code == "submission-conflict" for finding in faults):
            against.setdefault(case.unit.code, []).append(case)
        else:
            yield case
    yield from (_together(cases) for cases in against.values())


def _goes_back(case: Case, status: str | None, counted: set[str], warnings: bool) -> bool:
    examined = case.examined[0]
    if status == "refused":
        corrected = examined.kind != "consolidated" and examined.unit is not None and examined.unit.code in counted
        return bool(case.faults) and not corrected
    return warnings and status == "accepted" and examined.kind == "form" and bool(case.faults)


def _together(cases: Sequence[Case]) -> Case:
    """Files of one unit that contradict each other get one text."""
    examined = tuple(one for case in cases for one in case.examined)
    return Case(examined, tuple(finding for case in cases for finding in case.faults), refused=True)


def _latest(cases: Sequence[Case]) -> list[Case]:
    """Of several refused files of one unit the one saved last, where that is known: the others were its forerunners."""
    rivals: dict[str, list[Case]] = {}
    for case in cases:
        if case.refused and case.unit and case.source:
            rivals.setdefault(case.unit.code, []).append(case)
    older: list[Case] = []
    for same in rivals.values():
        if len(same) > 1:
            times = list(do_apart(Job(saved, SECONDS), [case.source for case in same]))
            known = [time for time in times if isinstance(time, str)]
            if len(known) == len(times) and known.count(max(known)) == 1:
                older += [case for case, time in zip(same, known, strict=True) if time != max(known)]
    return [case for case in cases if case not in older]


def _named(cases: Iterable[Case]) -> list[Case]:
    """Each with a name of its own: unit, or file where the unit is not known."""
    taken: Counter[str] = Counter()
    named = []
    for case in sorted(cases, key=lambda case: case.examined[0].path):
        name = _stem(case)
        taken[name.lower()] += 1
        number = taken[name.lower()]
        named.append(replace(case, name=f"{name}_ban-{number}" if number > 1 else name))
    return named


def _stem(case: Case) -> str:
    unit = case.unit
    if unit is None:
        return slug(Path(file_name(case.examined[0].path)).stem) or "tep"
    return unit_stem(unit)


def unit_stem(unit: Unit) -> str:
    """What the names of a unit's outputs begin with."""
    return "_".join(part for part in (slug(unit.code), slug(unit.name)) if part) or "don-vi"
