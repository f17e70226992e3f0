"""The same units by two roads: an inclusive return above, their own returns below. Each counts once."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from aggregator.intake.desk import Desk
from aggregator.intake.returns import CODE
from aggregator.register import Register
from aggregator.submission import Leaf

INCLUSIVE = attrgetter("inclusive")


def each_once(leaves: Sequence[Leaf], desk: Desk) -> tuple[list[Leaf], frozenset[str]]:
    """From the bottom up: an inclusive return stays only where nothing below it came in by itself."""
    leaves = _under_pins(leaves, desk)
    if True not in map(INCLUSIVE, leaves):
        return leaves, frozenset()
    depth = {leaf.unit.code: len(desk.register.ancestors(leaf.unit.code)) for leaf in leaves}
    kept: dict[str, Leaf] = {}
    unknown = set()
    for leaf in sorted(leaves, key=lambda leaf: -depth[leaf.unit.code]):
        below = [code for code in units_below(leaf, desk.register) if code in kept] if leaf.inclusive else []
        if not below:
            kept[leaf.unit.code] = leaf
            continue
        unknown.add(leaf.unit.code)
        desk.drop(leaf, "refused")
        files = ", ".join(f"{code} ({kept[code].path})" for code in below)
        desk.say("counted-twice", leaf, files, leaf.unit.name)
    return [leaf for leaf in leaves if kept.get(leaf.unit.code) is leaf], frozenset(unknown)


def _under_pins(leaves: Sequence[Leaf], desk: Desk) -> list[Leaf]:
    """From the top down: under an inclusive return that staff pinned nothing else counts."""
    pinned = leaves if desk.pinned else ()
    pins = {leaf.unit.code: leaf for leaf in pinned if leaf.inclusive and leaf.path in desk.pinned}
    if not pins:
        return list(leaves)
    kept = []
    for leaf in leaves:
        above = [pins[unit.code] for unit in desk.register.ancestors(leaf.unit.code) if unit.code in pins]
        if above:
            desk.supersede(leaf, above[-1], "pin")
        else:
            kept.append(leaf)
    return kept


def units_below(leaf: Leaf, register: Register) -> list[str]:
    return [unit.code for unit in register.subtree(leaf.unit.code)[1:]]


def reached(leaves: Sequence[Leaf], register: Register) -> set[str]:
    """Every unit whose figures are in the total, by its own return or inside an inclusive one."""
    own = {*map(CODE, leaves)}
    return own.union(*(units_below(leaf, register) for leaf in leaves if leaf.inclusive))
