"""Units with the same figures: one may have copied the other's file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from operator import attrgetter

from aggregator.figures import sums_of
from aggregator.findings import Finding
from aggregator.intake.desk import Desk
from aggregator.submission import Leaf

CLONE_FIGURES, CLONE_VALUES = 6, 4
"""So many figures other than 0, with so many different values, do not come out the same by chance."""


FIGURES = attrgetter("figures")


def warn_clones(desk: Desk, leaves: Sequence[Leaf]) -> None:
    """Units with the same figures, each named with the others."""
    groups: dict[frozenset[object], list[Leaf]] = {}
    for leaf in _not_alone(leaves):
        filled = [(key, value) for key, value in leaf.figures.items() if value]
        if len(filled) >= CLONE_FIGURES and len({value for _, value in filled}) >= CLONE_VALUES:
            groups.setdefault(frozenset(filled), []).append(leaf)
    for twins in groups.values():
        for leaf in twins if len(twins) > 1 else ():
            others = [other for other in twins if other is not leaf]
            _warn_clone(desk, leaf, others)


def _not_alone(leaves: Sequence[Leaf]) -> Sequence[Leaf]:
    """Those whose figures have the same sum as another's, and then the same numbers: few, and all clones are there."""
    same_sum = _shared(leaves, sums_of(map(FIGURES, leaves)))
    return _shared(same_sum, [frozenset(filter(None, leaf.figures.values())) for leaf in same_sum])


def _shared(leaves: Sequence[Leaf], traits: Sequence[Hashable]) -> list[Leaf]:
    """Those that have a trait in common with another."""
    counts = Counter(traits)
    return [leaf for leaf, trait in zip(leaves, traits, strict=True) if counts[trait] > 1]


def _warn_clone(desk: Desk, leaf: Leaf, others: Sequence[Leaf]) -> None:
    shown = ", ".join(f"{other.unit.code} ({other.path})" for other in others[:3])
    found = f"{shown} (+{len(others) - 3})" if len(others) > 3 else shown
    waiver = desk.decisions.waiver(leaf.unit.code, "clone")
    if waiver:
        desk.note(waiver, leaf.path)
    finding = Finding("clone", file=leaf.path, unit=leaf.unit.code, found=found)
    desk.findings.append(finding._replace(severity_override="info") if waiver else finding)
