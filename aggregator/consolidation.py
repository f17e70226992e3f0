"""Adding up: exact totals of one unit and of each of its branches, with what stands behind them.

By row key, each leaf once, int64 throughout. Computed rows are recomputed for every leaf; typed sub-totals are summed
as typed; blanks add 0 and are counted. Which leaves count was decided by `intake`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from aggregator.decisions import Decision
from aggregator.figures import AT_ONCE, Figures, columns_of, values_of
from aggregator.findings import Findings
from aggregator.forms import FigureKey, Form
from aggregator.register import Register, Unit
from aggregator.submission import Leaf

Totals = Mapping[FigureKey, int]
"""Leaves that are counted together."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Register units that must report, as codes in register order; `None` where there is no register."""

    expected: tuple[str, ...] | None
    received: tuple[str, ...]
    accepted: tuple[str, ...]
    refused: tuple[str, ...]
    missing: tuple[str, ...]
    late: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file of the folder in the account."""

    path: str
    sha256: str | None
    size: int | None
    unit: str | None
    form: str | None
    level: str | None
    status: str
    findings: int
    received: date | None = None


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit in the account: `accepted`, `refused`, `missing`, `not-expected`; `remark` in Vietnamese.

    `received` is the day its first return came in, `late` whether that was too late; `None` where it is not known.
    `companions` are its scans, Word twins and photos.
    """

    unit: Unit
    status: str
    files: tuple[str, ...]
    findings: int
    remark: str = ""
    received: date | None = None
    late: bool | None = None
    companions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A direct child with everything below it, or (`own`) the unit's own activity; `first:last` slices the leaves."""

    unit: Unit
    own: bool
    first: int
    last: int
    totals: Totals


@dataclass(frozen=True, slots=True)
class Effect:
    """A decision of staff that had an effect, and the files that it touched."""

    decision: Decision
    on: tuple[str, ...]


@dataclass(frozen=True)
class Consolidation:
    """The result for one unit: leaves in register order, totals per branch, account of files and units, findings."""

    at: Unit
    form: Form
    register: Register
    campaign: str
    leaves: tuple[Leaf, ...]
    branches: tuple[Branch, ...]
    leaf_totals: tuple[Totals, ...]
    """Every figure of every leaf with blanks as 0 and computed rows filled in; parallel to `leaves`."""
    totals: Totals
    blank: Totals
    coverage: Coverage
    files: tuple[FileLine, ...]
    units: tuple[UnitLine, ...]
    findings: Findings
    effects: tuple[Effect, ...] = ()
    as_of: str | None = None
    caption: str | None = None
    signature: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None


def complete_figures(form: Form, leaf: Leaf) -> Totals:
    """All figures of a leaf: blanks as 0, computed rows recomputed from their parts."""
    typed = [value or 0 for value in values_of(leaf.figures, form.typed)]
    places, computed = _parts(form)
    totals = [typed[place] for place in places]
    for at, parts in computed:
        totals[at] = sum([typed[part] for part in parts])
    return Figures(form.figures, totals)


@lru_cache(maxsize=64)
def _parts(form: Form) -> tuple[tuple[int, ...], tuple[tuple[int, tuple[int, ...]], ...]]:
    """Of every figure the first typed number, by its place, of which it is the sum; and of a sum, by the place of the
    figure, all of them."""
    place = {key: number for number, key in enumerate(form.typed)}
    parts = [tuple(place[part] for part in form.computed.get(key, (key,))) for key in form.figures]
    return tuple(own[0] for own in parts), tuple((at, own) for at, own in enumerate(parts) if len(own) > 1)


def get_ready() -> None:
    """Loads what adds up, 0.3 s that may be spent while nothing else can be done."""
    import pandas  # noqa: F401


def sum_totals(form: Form, parts: Sequence[Totals]) -> Totals:
    """Column sums as Python integers, added in int64."""
    if not parts:
        return dict.fromkeys(form.figures, 0)
    import pandas as pd  # spares 0.3 s where nothing is added up

    columns = list(range(len(form.figures)))
    rows = [values_of(part, form.figures) for part in parts]
    sums = pd.DataFrame(rows, columns=columns, dtype="int64").sum(axis=0)
    return {key: int(sums[column]) for column, key in enumerate(form.figures)}


def count_blanks(form: Form, leaves: Sequence[Leaf]) -> Totals:
    """For every typed figure, how many leaves left it blank though their level may fill it; zeros are left out."""
    levels: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        levels.setdefault(leaf.unit.level, []).append(leaf)
    asked = {level: len(own) for level, own in levels.items()}
    filled = {level: dict(zip(form.typed, _count_typed(form, own), strict=True)) for level, own in levels.items()}
    counts = {
        (row.key, measure): sum(
            number - filled[level][row.key, measure]
            for level, number in asked.items()
            if measure in row.fillable_at(level)
        )
        for row in form.rows
        for measure in row.fill
    }
    return {key: number for key, number in counts.items() if number}


def _count_typed(form: Form, leaves: Sequence[Leaf]) -> list[int]:
    """For every figure that somebody may type, how many leaves wrote a number there."""
    counts = [0] * len(form.typed)
    for columns in columns_of([leaf.figures for leaf in leaves], form.typed):
        counts = [count + len(column) - column.count(None) for count, column in zip(counts, columns, strict=True)]
    return counts


def filled_figures(form: Form, leaf: Leaf) -> list[bool]:
    """For every figure in printed order whether the unit wrote a number there, zero included; of a computed number, in
    any of its parts."""
    typed = [value is not None for value in values_of(leaf.figures, form.typed)]
    places, computed = _parts(form)
    filled = [typed[place] for place in places]
    for at, parts in computed:
        filled[at] = any(typed[part] for part in parts)
    return filled


def count_filled(form: Form, leaves: Sequence[Leaf]) -> Totals:
    """For every figure, how many leaves wrote a number there."""
    counts = [0] * len(form.figures)
    for start in range(0, len(leaves), AT_ONCE):
        columns = zip(*[filled_figures(form, leaf) for leaf in leaves[start : start + AT_ONCE]], strict=True)
        counts = [count + sum(column) for count, column in zip(counts, columns, strict=True)]
    return dict(zip(form.figures, counts, strict=True))


def make_branches(
    at: Unit, form: Form, register: Register, leaves: Sequence[Leaf], totals: Sequence[Totals]
) -> tuple[Branch, ...]:
    """One branch per direct child, in register order, and the unit's own activity first where it reported any."""
    numbers: dict[str | None, list[int]] = {}
    for number, leaf in enumerate(leaves):
        numbers.setdefault(register.branch(leaf.unit.code, at.code), []).append(number)
    children = [
        Branch(unit, False, *_branch(form, totals, numbers.get(unit.code))) for unit in register.children[at.code]
    ]
    own = [Branch(at, True, *_branch(form, totals, numbers[at.code]))] if at.code in numbers else []
    return (*own, *children)


def _branch(form: Form, totals: Sequence[Totals], numbers: Sequence[int] | None) -> tuple[int, int, Totals]:
    """First, last and totals of one contiguous run of leaves; an empty run where nothing came in."""
    first, last = (numbers[0], numbers[-1] + 1) if numbers else (0, 0)
    return first, last, sum_totals(form, totals[first:last])
