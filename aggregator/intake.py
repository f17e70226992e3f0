"""Which leaves count: one return per unit, nobody twice, everything that is not counted named with its reason.

Pure set arithmetic over examinations and the register; opens nothing. The rules, in order: a refused file gives no
leaf; of several returns of one unit one counts, or none if they contradict; an inclusive return counts only if no unit
below it has a return of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from aggregator.catalogue import severity_of
from aggregator.findings import Finding
from aggregator.register import Register, Unit
from aggregator.submission import Examination, Leaf


@dataclass(frozen=True, slots=True)
class Choice:
    """`leaves` in register order; `status` per file path; `own_unknown` are parents whose own activity is not known."""

    register: Register
    leaves: tuple[Leaf, ...]
    status: Mapping[str, str]
    findings: tuple[Finding, ...]
    own_unknown: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    """Units whose figures are in: by their own file, or in a consolidated or an inclusive return."""
    brought: frozenset[str] = frozenset()
    """Units that are not in the office's register; a consolidated workbook brought them along."""


@dataclass(slots=True)
class _Desk:
    """Working papers of one run of `choose`; never leaves this module."""

    register: Register
    status: dict[str, str]
    findings: list[Finding] = field(default_factory=list)

    def say(self, code: str, leaf: Leaf, found: str, expected: str | None = None) -> None:
        finding = Finding(code, file=leaf.path, unit=leaf.unit.code, found=found, expected=expected)
        self.findings.append(finding)


def choose(examinations: Sequence[Examination], register: Register, at: Unit, day: date | None) -> Choice:
    """Decide for every file and every leaf."""
    known = frozenset(register.by_code)
    register = register.extended(unit for examined in examinations for unit in _brought(examined, register))
    desk = _Desk(register, {examined.path: _first_status(examined, register, at) for examined in examinations})
    usable = [examined for examined in examinations if desk.status[examined.path] == "accepted"]
    leaves = _one_each([leaf for examined in usable for leaf in examined.leaves], desk)
    leaves, own_unknown = _each_once(leaves, desk)
    chosen = sorted(leaves, key=lambda leaf: register.position[leaf.unit.code])
    _warn_unexpected(desk, chosen, day)
    carriers = {examined.unit.code for examined in usable if examined.kind == "consolidated" and examined.unit}
    reached = _reached(chosen, register) | carriers
    return Choice(
        register,
        tuple(chosen),
        desk.status,
        tuple(desk.findings),
        own_unknown,
        frozenset(reached),
        frozenset(register.by_code) - known,
    )


def _brought(examined: Examination, register: Register) -> Iterable[Unit]:
    """Units that a consolidated workbook brings below a unit that is known here."""
    known = set(register.by_code)
    for unit in examined.units:
        if unit.parent in known or unit.code in known:
            known.add(unit.code)
            yield unit


def _first_status(examined: Examination, register: Register, at: Unit) -> str:
    own_result = examined.kind == "consolidated" and examined.unit and _covers(examined.unit, at, register)
    if examined.ignored or own_result:
        return "ignored"
    return "refused" if any(severity_of(finding) == "error" for finding in examined.findings) else "accepted"


def _covers(unit: Unit, at: Unit, register: Register) -> bool:
    """Whether a result of `unit` already contains `at`: an own earlier output, or one from above."""
    return unit.code == at.code or unit.code in {parent.code for parent in register.ancestors(at.code)}


# --- several returns of one unit -----------------------------------------------------------------------------------


def _one_each(leaves: Sequence[Leaf], desk: _Desk) -> list[Leaf]:
    """At most one leaf per unit, in order of their paths."""
    by_unit: dict[str, list[Leaf]] = {}
    for leaf in sorted(leaves, key=_plainest):
        by_unit.setdefault(leaf.unit.code, []).append(leaf)
    chosen = (_one(returns, desk) for returns in by_unit.values())
    return [leaf for leaf in chosen if leaf is not None]


def _plainest(leaf: Leaf) -> tuple[bool, int, str]:
    """A unit's own file before a carried line, and `x.xlsx` before `x (1).xlsx`."""
    return leaf.via is not None, len(leaf.path), leaf.path


def _one(returns: list[Leaf], desk: _Desk) -> Leaf | None:
    different = _distinct(returns, desk)
    if len(different) == 1:
        return different[0]
    newest = _newest(different)
    if newest is not None:
        for leaf in different:
            if leaf is not newest:
                _drop(leaf, "superseded", desk)
                desk.say("submission-superseded", leaf, newest.path)
        return newest
    for leaf in different:
        others = ", ".join(other.path for other in different if other is not leaf)
        _drop(leaf, "refused", desk)
        desk.say("submission-conflict", leaf, others, leaf.unit.code)
    return None


def _distinct(returns: list[Leaf], desk: _Desk) -> list[Leaf]:
    """Without returns that say the same as an earlier one."""
    kept: list[Leaf] = []
    for leaf in returns:
        twin = next((other for other in kept if _same(leaf, other)), None)
        if twin is None:
            kept.append(leaf)
        else:
            _drop(leaf, "duplicate", desk)
            desk.say("submission-duplicate", leaf, twin.path)
    return kept


def _same(leaf: Leaf, other: Leaf) -> bool:
    return leaf.sha256 == other.sha256 or leaf.content == other.content


def _newest(returns: Sequence[Leaf]) -> Leaf | None:
    """The one saved last, if programs wrote a save time into all and the latest is unique."""
    times = sorted(leaf.saved or "" for leaf in returns)
    if not times[0] or times[-1] == times[-2]:
        return None
    return next(leaf for leaf in returns if leaf.saved == times[-1])


def _drop(leaf: Leaf, status: str, desk: _Desk) -> None:
    """A form that does not count changes its status; a consolidated workbook keeps it for its other leaves."""
    if leaf.via is None:
        desk.status[leaf.path] = status


# --- inclusive returns ---------------------------------------------------------------------------------------------


def _each_once(leaves: Sequence[Leaf], desk: _Desk) -> tuple[list[Leaf], frozenset[str]]:
    """From the bottom up: an inclusive return stays only where nothing below it came in by itself."""
    depth = {leaf.unit.code: len(desk.register.ancestors(leaf.unit.code)) for leaf in leaves}
    kept: dict[str, Leaf] = {}
    unknown = set()
    for leaf in sorted(leaves, key=lambda leaf: -depth[leaf.unit.code]):
        below = [code for code in _below(leaf, desk.register) if code in kept] if leaf.inclusive else []
        if not below:
            kept[leaf.unit.code] = leaf
            continue
        unknown.add(leaf.unit.code)
        _drop(leaf, "refused", desk)
        files = ", ".join(f"{code} ({kept[code].path})" for code in below)
        desk.say("counted-twice", leaf, files, leaf.unit.name)
    return [leaf for leaf in leaves if kept.get(leaf.unit.code) is leaf], frozenset(unknown)


def _below(leaf: Leaf, register: Register) -> list[str]:
    return [unit.code for unit in register.subtree(leaf.unit.code)[1:]]


def _reached(leaves: Sequence[Leaf], register: Register) -> set[str]:
    """Every unit whose figures are in the total, by its own return or inside an inclusive one."""
    inside = {code for leaf in leaves if leaf.inclusive for code in _below(leaf, register)}
    return inside | {leaf.unit.code for leaf in leaves}


# --- the register --------------------------------------------------------------------------------------------------


def _warn_unexpected(desk: _Desk, leaves: Iterable[Leaf], day: date | None) -> None:
    for leaf in leaves:
        unit = desk.register.by_code[leaf.unit.code]
        if not unit.must_report(day):
            reason = "danh sách ghi không phải báo cáo" if not unit.reports else f"hiệu lực đến {unit.valid_to}"
            if unit.reports and unit.valid_from and day and unit.valid_from > day:
                reason = f"hiệu lực từ {unit.valid_from}"
            desk.say("unit-not-in-register", leaf, f"{unit.code} – {unit.name}", reason)
