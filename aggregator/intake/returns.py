"""Several returns of one unit: one counts, or none where they contradict each other and nobody decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

from aggregator.intake.desk import Desk
from aggregator.register import Register
from aggregator.submission import Examination, Leaf

CODE = attrgetter("unit.code")


def in_order(leaves: Sequence[Leaf], register: Register) -> list[Leaf]:
    """In the order of the register."""
    places = [*map(register.position.__getitem__, map(CODE, leaves))]
    return [leaves[number] for number in sorted(range(len(places)), key=places.__getitem__)]


def one_each(leaves: Sequence[Leaf], desk: Desk) -> list[Leaf]:
    """At most one leaf per unit, in their order."""
    if len({*map(CODE, leaves)}) == len(leaves):
        return list(leaves)
    by_unit: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        by_unit.setdefault(leaf.unit.code, []).append(leaf)
    chosen = [returns[0] if len(returns) == 1 else _one(returns, desk) for returns in by_unit.values()]
    return [leaf for leaf in chosen if leaf is not None]


def _plainest(leaf: Leaf) -> tuple[bool, int, str]:
    """A unit's own file before a carried line, and `x.xlsx` before `x (1).xlsx`."""
    return leaf.via is not None, len(leaf.path), leaf.path


def _one(returns: list[Leaf], desk: Desk) -> Leaf | None:
    different = _distinct(sorted(returns, key=lambda leaf: (leaf.path not in desk.pinned, *_plainest(leaf))), desk)
    if len(different) == 1:
        return different[0]
    pinned = [leaf for leaf in different if leaf.path in desk.pinned]
    best = pinned[0] if len(pinned) == 1 else None if pinned else _newest(different)
    if best is not None:
        for leaf in different:
            if leaf is not best:
                desk.supersede(leaf, best, "pin" if pinned else None)
        return best
    for leaf in different:
        others = ", ".join(other.path for other in different if other is not leaf)
        desk.drop(leaf, "refused")
        desk.say("submission-conflict", leaf, others, leaf.unit.code)
    return None


def _distinct(returns: list[Leaf], desk: Desk) -> list[Leaf]:
    """Without returns that say the same as an earlier one."""
    kept: list[Leaf] = []
    for leaf in returns:
        twin = next((other for other in kept if _same(leaf, other)), None)
        if twin is None:
            kept.append(leaf)
        else:
            desk.drop(leaf, "duplicate")
            desk.say("submission-duplicate", leaf, twin.path)
    return kept


def _same(leaf: Leaf, other: Leaf) -> bool:
    return leaf.sha256 == other.sha256 or leaf.content == other.content


def _newest(returns: Sequence[Leaf]) -> Leaf | None:
    """The one saved last, if programs wrote a save time into all and the latest is unique.

    A workbook of another campaign never wins over one of this: last year's file, saved again, is no correction.
    """
    times = sorted(leaf.saved or "" for leaf in returns)
    if not times[0] or times[-1] == times[-2]:
        return None
    newest = next(leaf for leaf in returns if leaf.saved == times[-1])
    return None if newest.foreign and not all(leaf.foreign for leaf in returns) else newest


def retire(examinations: Iterable[Examination], leaves: Iterable[Leaf], desk: Desk) -> None:
    """A refused file is past once its unit has sent a good one that was saved later: the sender did correct it."""
    if "refused" not in desk.status.values():
        return
    refused = [examined for examined in examinations if desk.status.get(examined.path) == "refused"]
    good = {leaf.unit.code: leaf for leaf in leaves if leaf.via is None and not leaf.foreign}
    for examined in refused:
        leaf = good.get(examined.unit.code) if examined.unit and examined.kind == "form" else None
        if leaf and not examined.leaves and examined.saved and leaf.saved and leaf.saved > examined.saved:
            desk.status[examined.path] = "superseded"
            desk.say("submission-superseded", leaf._replace(file=examined.path), leaf.path)
