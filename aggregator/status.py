"""Who has reported: the account of a run seen from the units, per level and per parent, and what is left to do.

Set arithmetic over a `Consolidation`; opens nothing, knows no clock. Counts speak of units that must report, each in
exactly one of accepted, refused, missing, so that expected = accepted + refused + missing and no rate exceeds 100 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from aggregator.campaign import Deadline
from aggregator.catalogue import severity_of
from aggregator.consolidation import Consolidation, UnitLine
from aggregator.figures import columns_of
from aggregator.findings import Finding, Findings
from aggregator.forms import LEVELS, Measure, Row
from aggregator.register import Unit
from aggregator.submission import Leaf

Due = Literal["overdue", "not-due"]
EXPECTED = ("accepted", "refused", "missing")
"""States of the units that must report."""


@dataclass(frozen=True, slots=True)
class Faulty:
    """A file that was refused, with what is wrong in it."""

    path: str
    errors: Findings


@dataclass(frozen=True, slots=True)
class UnitStatus:
    """One unit: its line in the account, its deadline, and where it stands against it.

    `due` is known only for a missing report, and only where a day was given to judge by.
    """

    line: UnitLine
    parent: Unit
    deadline: Deadline | None
    due: Due | None
    faulty: tuple[Faulty, ...]

    @property
    def unit(self) -> Unit:
        return self.line.unit

    @property
    def state(self) -> str:
        return self.line.status

    @property
    def came(self) -> bool:
        return self.state in ("accepted", "refused")

    @property
    def signed(self) -> bool:
        """A scan, a photo or a Word twin came with it."""
        return bool(self.line.companions)

    @property
    def late(self) -> bool:
        return self.line.late is True

    @property
    def late_unknown(self) -> bool:
        """There is a deadline, but nobody knows when the return came in."""
        return self.came and self.deadline is not None and self.line.late is None

    @property
    def to_do(self) -> bool:
        """Something must still come from this unit."""
        return self.state in ("refused", "missing")

    @property
    def notable(self) -> bool:
        """It has something to do, or was late."""
        return self.to_do or (self.came and self.late)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of units that must report. `late` is `None` where of no return it is known whether it was late."""

    expected: int
    accepted: int
    refused: int
    missing: int
    late: int | None
    late_unknown: int
    overdue: int
    not_due: int
    signed: int
    """Units whose report came in, and a scan, photo or Word twin with it."""

    @property
    def received(self) -> int:
        return self.accepted + self.refused

    @property
    def percent(self) -> int:
        """Accepted out of expected, rounded down: 100 only when all are in."""
        return 100 * self.accepted // self.expected if self.expected else 100


@dataclass(frozen=True, slots=True)
class Group:
    """The units that report to one parent, in register order."""

    parent: Unit
    units: tuple[UnitStatus, ...]
    tally: Tally

    @property
    def to_do(self) -> tuple[UnitStatus, ...]:
        return tuple(unit for unit in self.units if unit.to_do)

    @property
    def notable(self) -> tuple[UnitStatus, ...]:
        return tuple(unit for unit in self.units if unit.notable)


@dataclass(frozen=True, slots=True)
class BlankRow:
    """A row that more than half of the returns that may fill it left blank."""

    row: Row
    blank: int
    returns: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the collection stands. `now` is the day it is judged by, where one was given."""

    result: Consolidation
    title: str
    now: date | None
    deadlines: Mapping[str, Deadline]
    units: tuple[UnitStatus, ...]
    levels: tuple[tuple[str, Tally], ...]
    groups: tuple[Group, ...]
    total: Tally
    blank_rows: tuple[BlankRow, ...]
    strays: tuple[Faulty, ...]
    """Refused files of which it is not known whose they are, or whose unit need not report."""


def make_standing(
    result: Consolidation, deadlines: Mapping[str, Deadline], title: str, now: date | None = None
) -> Standing:
    """The standing of the unit that was added up and of everything below it."""
    faulty = _faulty(result)
    units = _units(result, deadlines, now, faulty)
    expected = tuple(unit for unit in units if unit.state in EXPECTED)
    by_level = {level: [unit for unit in expected if unit.unit.level == level] for level in LEVELS}
    return Standing(
        result=result,
        title=title,
        now=now,
        deadlines=deadlines,
        units=units,
        levels=tuple((level, tally(units)) for level, units in by_level.items() if units),
        groups=_groups(result, expected),
        total=tally(expected),
        blank_rows=tuple(mostly_blank(result.form.rows, result.leaves)),
        strays=_strays(faulty, expected),
    )


def _units(
    result: Consolidation, deadlines: Mapping[str, Deadline], now: date | None, faulty: FaultyOf
) -> tuple[UnitStatus, ...]:
    known = result.register.by_code
    return tuple(
        UnitStatus(
            line,
            parent=known[line.unit.parent or line.unit.code] if line.unit != result.at else result.at,
            deadline=deadlines.get(line.unit.level),
            due=due(deadlines.get(line.unit.level), now) if line.status == "missing" else None,
            faulty=faulty.get(line.unit.code, ()) if line.status == "refused" else (),
        )
        for line in result.units
    )


def due(deadline: Deadline | None, now: date | None) -> Due | None:
    """Whether a report that has not come by `now` is overdue: it is when coming on that day would be late."""
    if deadline is None or now is None:
        return None
    return "overdue" if deadline.missed_by(now) else "not-due"


FaultyOf = Mapping[str | None, tuple[Faulty, ...]]
"""Unit code → its files that were refused; under `None` those that name no unit."""


def _faulty(result: Consolidation) -> FaultyOf:
    errors: dict[str | None, list[Finding]] = {}
    for finding in result.findings:
        if severity_of(finding) == "error":
            errors.setdefault(finding.file, []).append(finding)
    files: dict[str | None, list[Faulty]] = {}
    for line in result.files:
        if line.status == "refused":
            files.setdefault(line.unit, []).append(Faulty(line.path, tuple(errors.get(line.path, ()))))
    return {code: tuple(refused) for code, refused in files.items()}


def _strays(faulty: FaultyOf, expected: Iterable[UnitStatus]) -> tuple[Faulty, ...]:
    known = {unit.unit.code for unit in expected}
    return tuple(file for code, files in faulty.items() if code not in known for file in files)


def tally(units: Iterable[UnitStatus]) -> Tally:
    """Counts over units that must report."""
    units = tuple(units)
    states = [unit.state for unit in units]
    came = [unit for unit in units if unit.came]
    return Tally(
        expected=len(units),
        **{state: states.count(state) for state in EXPECTED},
        late=sum(unit.late for unit in came) if any(unit.line.late is not None for unit in came) else None,
        late_unknown=sum(unit.late_unknown for unit in came),
        overdue=sum(unit.due == "overdue" for unit in units),
        not_due=sum(unit.due == "not-due" for unit in units),
        signed=sum(unit.signed for unit in came),
    )


def _groups(result: Consolidation, expected: Iterable[UnitStatus]) -> tuple[Group, ...]:
    """By parent, in register order of the parents; the unit itself stands in its own group."""
    members: dict[str, list[UnitStatus]] = {}
    for unit in expected:
        members.setdefault(unit.parent.code, []).append(unit)
    codes = sorted(members, key=lambda code: result.register.position[code])
    return tuple(Group(result.register.by_code[code], tuple(members[code]), tally(members[code])) for code in codes)


def mostly_blank(rows: Iterable[Row], leaves: Iterable[Leaf]) -> Iterable[BlankRow]:
    """Rows in which more than half of the returns that may fill them filled nothing.

    Who declared that nothing was held left every row blank, and says nothing of any one row.
    """
    rows, levels = tuple(rows), dict[str, list[Leaf]]()
    for leaf in leaves:
        if leaf.held:
            levels.setdefault(leaf.unit.level, []).append(leaf)
    number, filled = Counter[str](), Counter[str]()
    for level, own in levels.items():
        open_rows = {row.key: row.fillable_at(level) for row in rows if row.fillable_at(level)}
        number.update(dict.fromkeys(open_rows, len(own)))
        filled.update(_filled_rows(open_rows, own))
    for row in rows:
        blank = number[row.key] - filled[row.key]
        if 2 * blank > number[row.key]:
            yield BlankRow(row, blank, number[row.key])


def _filled_rows(rows: Mapping[str, Sequence[Measure]], leaves: Sequence[Leaf]) -> Mapping[str, int]:
    """In each row, of which some measures are open, how many leaves filled something of these."""
    keys = [(row, measure) for row, measures in rows.items() for measure in measures]
    filled = Counter[str]()
    for columns in columns_of([leaf.figures for leaf in leaves], keys):
        column_of = dict(zip(keys, columns, strict=True))
        for row, measures in rows.items():
            of_row = list(zip(*[column_of[row, measure] for measure in measures], strict=True))
            filled[row] += len(of_row) - of_row.count((None,) * len(measures))
    return filled
