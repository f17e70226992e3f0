"""Which leaves count: one return per unit, nobody twice, everything that is not counted named with its reason.

Pure set arithmetic over examinations and the register; opens nothing. The rules, in order: an excluded or refused file
gives no leaf; of several returns of one unit one counts, or none if they contradict; an inclusive return counts only if
no unit below it has a return of its own. A `pin` of staff goes before the last two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from operator import attrgetter

from aggregator.catalogue import severity_of
from aggregator.consolidation import Effect
from aggregator.decisions import FILE as DECISIONS_FILE
from aggregator.decisions import NONE, Decisions
from aggregator.findings import Finding
from aggregator.intake.clones import warn_clones
from aggregator.intake.desk import Desk
from aggregator.intake.returns import in_order, one_each, retire
from aggregator.intake.routes import each_once, reached
from aggregator.register import Register, Unit
from aggregator.submission import Examination, Leaf
from aggregator.words import Fact

PATH, UNITS, LEAVES = map(attrgetter, ("path", "units", "leaves"))


@dataclass(frozen=True, slots=True)
class Choice:
    """`leaves` in register order; `status` per file path; `own_unknown` are parents whose own activity is not known."""

    register: Register
    at: Unit
    leaves: tuple[Leaf, ...]
    status: Mapping[str, str]
    findings: tuple[Finding, ...]
    unused: tuple[Finding, ...] = ()
    """Decisions that matched nothing."""
    own_unknown: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    """Units whose figures are in: by their own file, or in a consolidated or an inclusive return."""
    brought: frozenset[str] = frozenset()
    """Units that are not in the office's register; a consolidated workbook brought them along."""
    effects: tuple[Effect, ...] = ()
    excluded: frozenset[str] = frozenset()
    """Files that staff left out."""


def choose(
    examinations: Sequence[Examination], register: Register, at: Unit, day: date | None, decisions: Decisions = NONE
) -> Choice:
    """Decide for every file and every leaf."""
    desk = Desk(register, {}, decisions)
    examinations = _decided(sorted(examinations, key=PATH), desk)
    excluded = frozenset(desk.status)
    bringing = [*filter(UNITS, examinations)]
    office, register = register, register.extended(unit for one in bringing for unit in _brought(one, register))
    desk.register = register
    statuses = [_first_status(examined, register, at) for examined in examinations]
    desk.status.update(zip(map(PATH, examinations), statuses, strict=True))
    usable = [one for one, status in zip(examinations, statuses, strict=True) if status == "accepted"]
    leaves = one_each([*chain.from_iterable(map(LEAVES, usable))], desk)
    retire(examinations, leaves, desk)
    leaves, own_unknown = each_once(leaves, desk)
    chosen = in_order(leaves, register)
    _warn_unexpected(desk, chosen, day)
    warn_clones(desk, chosen)
    carriers = {examined.unit.code for examined in usable if examined.kind == "consolidated" and examined.unit}
    everybody = reached(chosen, register) | carriers
    return Choice(
        register,
        at,
        tuple(chosen),
        desk.status,
        tuple(desk.findings),
        tuple(_unused(desk)),
        own_unknown,
        frozenset(everybody),
        frozenset() if register is office else frozenset(register.by_code.keys() - office.by_code.keys()),
        tuple(Effect(line, tuple(desk.effects[line])) for line in decisions.lines if line in desk.effects),
        excluded,
    )


def _brought(examined: Examination, register: Register) -> Iterable[Unit]:
    """Units that a consolidated workbook brings below a unit that is known here."""
    known: set[str | None] = set()
    for unit in examined.units:
        if any(code in found for code in (unit.parent, unit.code) for found in (known, register.by_code)):
            known.add(unit.code)
            yield unit


def _first_status(examined: Examination, register: Register, at: Unit) -> str:
    if examined.ignored:
        return "ignored"
    if examined.kind == "consolidated" and examined.unit and _covers(examined.unit, at, register):
        return "ignored"
    return "refused" if "error" in map(severity_of, examined.findings) else "accepted"


def _covers(unit: Unit, at: Unit, register: Register) -> bool:
    """Whether a result of `unit` already contains `at`: an own earlier output, or one from above."""
    return unit.code == at.code or unit.code in {parent.code for parent in register.ancestors(at.code)}


# --- what staff decided --------------------------------------------------------------------------------------------


def _decided(examinations: Sequence[Examination], desk: Desk) -> list[Examination]:
    """Without the excluded files; what every decision touched is noted."""
    if not desk.decisions.lines:
        return list(examinations)
    kept = []
    pinned = set()
    for examined in examinations:
        path, sha256 = examined.path, examined.sha256
        for waiver in sorted(examined.decided, key=lambda line: line.line):
            desk.note(waiver, path)
        for what in ("exclude", "pin", "unit"):
            decision = desk.decisions.of(what, path, sha256)
            if decision:
                desk.note(decision, path)
        if desk.decisions.of("pin", path, sha256):
            pinned.add(path)
        if desk.decisions.of("exclude", path, sha256):
            desk.status[path] = "ignored"
        else:
            kept.append(examined)
    desk.pinned = frozenset(pinned)
    return kept


def _unused(desk: Desk) -> Iterable[Finding]:
    for line in desk.decisions.lines:
        if line not in desk.effects:
            yield Finding("decision-unused", file=DECISIONS_FILE, found=line.text)


# --- the register --------------------------------------------------------------------------------------------------


def _warn_unexpected(desk: Desk, leaves: Iterable[Leaf], day: date | None) -> None:
    known, not_always = desk.register.by_code, desk.register.not_always
    for leaf in leaves if not_always else ():
        unit = known[leaf.unit.code]
        if unit.code in not_always and not unit.must_report(day):
            reason = Fact("hiệu lực đến {day}", day=unit.valid_to)
            if not unit.reports:
                reason = Fact("danh sách ghi không phải báo cáo")
            elif unit.valid_from and day and unit.valid_from > day:
                reason = Fact("hiệu lực từ {day}", day=unit.valid_from)
            desk.say("unit-not-in-register", leaf, f"{unit.code} – {unit.name}", reason)
