"""Random trees, overlaps, copies, corrections, decisions: every leaf is added exactly once, or its file says why not.

The oracle walks the tree from the root and knows nothing of how `intake` goes about it. The seed is in every message.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.account import Setting, consolidate
from aggregator.decisions import Decision, Decisions
from aggregator.findings import Finding
from aggregator.forms import load_form
from aggregator.intake import choose
from aggregator.register import Register, Unit
from aggregator.submission import Examination, Leaf

FORM = load_form("tong-hop-2024")
DAY = date(2024, 10, 3)
KEY = ("2", "count")
TIMES = ("2024-10-04T01:00:00Z", "2024-10-05T01:00:00Z", "2024-10-06T01:00:00Z", None)
REASONS = {
    "duplicate": {"submission-duplicate"},
    "superseded": {"submission-superseded"},
    "refused": {"submission-conflict", "counted-twice", "value-negative"},
}


@dataclass(frozen=True)
class World:
    """One drawn folder with its register and decisions."""

    register: Register
    files: tuple[Examination, ...]
    decisions: Decisions


# --- drawing a folder ----------------------------------------------------------------------------------------------


def draw_world(rng: random.Random) -> World:
    register = draw_tree(rng)
    files: list[Examination] = []
    for unit in register.units:
        for number in range(rng.choice((0, 1, 1, 1, 2, 3))):
            files.append(draw_file(rng, unit, f"nhan_ve/{unit.code}-{number}.xlsx", bool(register.children[unit.code])))
        if rng.random() < 0.15 and files:
            files.append(copied(rng.choice(files), f"nhan_ve/copy-{len(files)}.xlsx"))
    parents = [unit for unit in register.units[1:] if register.children[unit.code]]
    files += [carried(rng, unit, register, files) for unit in parents if rng.random() < 0.2]
    return World(register, tuple(files), draw_decisions(rng, files))


def draw_tree(rng: random.Random) -> Register:
    """Two to four levels below the root, uneven: a leaf may hang anywhere, and anybody may have activity of its own."""
    units = [Unit("0", "Tỉnh Thử", "province", None)]
    above = [units[0]]
    for level in ("district", "commune", "school")[rng.randint(0, 1) :]:
        row = [
            Unit(
                f"{parent.code}{number}",
                f"Đơn vị {parent.code}{number}",
                level,
                parent.code,
                reports=rng.random() < 0.9,
            )
            for parent in above
            for number in range(rng.randint(0, 3))
        ]
        units += row
        above = [unit for unit in row if rng.random() < 0.8]
    return Register.of(units)


def draw_file(rng: random.Random, unit: Unit, path: str, parent: bool) -> Examination:
    value = rng.choice((None, 0, 7, 7, rng.randint(1, 9_999)))
    figures = {key: (value if key == KEY else None) for key in FORM.typed}
    inclusive = parent and rng.random() < 0.4
    leaf = Leaf(unit, figures, path, f"{rng.getrandbits(256):064x}", "v", inclusive=inclusive, saved=rng.choice(TIMES))
    refused = rng.random() < 0.1
    findings = (Finding("value-negative", file=path, unit=unit.code),) if refused else ()
    leaves = () if refused else (leaf,)
    return Examination(path, leaf.sha256, 1, "form", FORM.id, "c", unit, leaves=leaves, findings=findings)


def copied(examined: Examination, path: str) -> Examination:
    """The same bytes under another name."""
    leaves = tuple(leaf._replace(file=path) for leaf in examined.leaves)
    findings = tuple(finding._replace(file=path) for finding in examined.findings)
    return examined._replace(path=path, leaves=leaves, findings=findings)


def carried(rng: random.Random, unit: Unit, register: Register, files: Sequence[Examination]) -> Examination:
    """A consolidated workbook of an office: some of the returns below it, as they are or as they were."""
    path = f"nhan_ve/tong-hop-{unit.code}.xlsx"
    inside = {below.code for below in register.subtree(unit.code)}
    own = {leaf.unit.code: leaf for examined in files for leaf in examined.leaves if leaf.unit.code in inside}
    leaves = [leaf._replace(via=path) for leaf in own.values() if rng.random() < 0.7 and leaf.via is None]
    changed = [
        leaf._replace(figures={**leaf.figures, KEY: 4_321}, sha256=f"{rng.getrandbits(256):064x}")
        if rng.random() < 0.3
        else leaf
        for leaf in leaves
    ]
    units = register.subtree(unit.code)
    return Examination(
        path, f"{rng.getrandbits(256):064x}", 1, "consolidated", FORM.id, "c", unit, leaves=tuple(changed), units=units
    )


def draw_decisions(rng: random.Random, files: Sequence[Examination]) -> Decisions:
    chosen = [examined for examined in files if rng.random() < 0.15]
    lines = [
        Decision(number, rng.choice(("exclude", "pin")), rng.choice((examined.path[8:], examined.sha256 or "")))
        for number, examined in enumerate(chosen, start=2)
    ]
    return Decisions(tuple(lines), "nhan_ve")


# --- the oracle ----------------------------------------------------------------------------------------------------


def decided(world: World, what: str, examined: Examination) -> bool:
    """By the first line of this kind about the file; a hash means every copy."""
    names = {examined.path.removeprefix("nhan_ve/"), examined.sha256}
    return any(line.what == what and line.target in names for line in world.decisions.lines)


def one_return(world: World, code: str) -> Leaf | None:
    """The return of a unit that counts as far as the unit alone is concerned."""
    returns = [
        (leaf, decided(world, "pin", examined))
        for examined in world.files
        if not decided(world, "exclude", examined) and (examined.kind == "form" or examined.unit != world.register.root)
        for leaf in examined.leaves
        if leaf.unit.code == code
    ]
    different: list[list[tuple[Leaf, bool]]] = []
    for entry in returns:
        group = next((group for group in different if group[0][0].content == entry[0].content), None)
        if group is None:
            different.append([entry])
        else:
            group.append(entry)
    if len(different) <= 1:
        return different[0][0][0] if different else None
    pinned = [group for group in different if any(pin for _, pin in group)]
    if pinned:
        return pinned[0][0][0] if len(pinned) == 1 else None
    return newest(different)


def newest(different: Sequence[Sequence[tuple[Leaf, bool]]]) -> Leaf | None:
    """The save time of a group of equal returns is that of the plainest file among them."""
    plain = [min((leaf for leaf, _ in group), key=lambda leaf: (leaf.via is not None, len(leaf.path), leaf.path))
             for group in different]  # fmt: skip
    times = [leaf.saved for leaf in plain]
    if None in times or times.count(max(times)) > 1:  # type: ignore[type-var]
        return None
    return max(plain, key=lambda leaf: leaf.saved or "")


def is_pinned(world: World, leaf: Leaf) -> bool:
    """Whether staff chose a file that says what this leaf says of its unit."""
    return any(
        decided(world, "pin", examined) and not decided(world, "exclude", examined)
        for examined in world.files
        for other in examined.leaves
        if other.unit.code == leaf.unit.code and other.content == leaf.content
    )


def count(world: World, unit: Unit) -> dict[str, int]:
    """Unit → what it adds, for this unit and all below it."""
    own = one_return(world, unit.code)
    below: dict[str, int] = {}
    if own is None or not (own.inclusive and is_pinned(world, own)):
        for child in world.register.children[unit.code]:
            below |= count(world, child)
    if own is None or (own.inclusive and below):
        return below
    return {unit.code: own.figures[KEY] or 0, **below}


# --- the laws ------------------------------------------------------------------------------------------------------


def run(world: World, rng: random.Random | None = None):
    """Choose and add up, with files, register lines and decisions in another order where `rng` is given."""
    files, register = list(world.files), world.register
    if rng:
        rng.shuffle(files)
        lines = list(register.units)
        rng.shuffle(lines)
        register = Register.of(lines)
    root = register.root
    choice = choose(files, register, root, DAY, world.decisions)
    return choice, consolidate(choice, files, root, Setting(FORM, "c", True, DAY))


def codes(choice) -> Mapping[str, set[str]]:
    said: dict[str, set[str]] = {}
    for finding in choice.findings:
        said.setdefault(finding.file, set()).add(finding.code)
    return said


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**48))
def test_every_leaf_is_added_once_or_named(seed: int) -> None:
    rng = random.Random(seed)
    world = draw_world(rng)
    choice, result = run(world)
    expected = count(world, world.register.root)
    assert {leaf.unit.code: leaf.figures[KEY] or 0 for leaf in choice.leaves} == expected, f"seed {seed}"
    assert result.totals[KEY] == sum(expected.values()), f"seed {seed}"

    statuses = [line.status for line in result.files]
    assert len(statuses) == len(world.files) == sum(map(statuses.count, set(statuses))), f"seed {seed}"
    said = codes(choice)
    for examined in world.files:
        status = choice.status[examined.path]
        reasons = said.get(examined.path, set()) | {finding.code for finding in examined.findings}
        if decided(world, "exclude", examined):
            assert status == "ignored", f"seed {seed}: {examined.path}"
        elif status != "accepted":
            assert reasons & REASONS[status], f"seed {seed}: {examined.path} {status} {reasons}"
        elif examined.kind == "form":
            assert examined.leaves[0] in choice.leaves, f"seed {seed}: {examined.path}"

    coverage = result.coverage
    assert len(coverage.accepted) + len(coverage.refused) + len(coverage.missing) == len(coverage.expected or ())
    assert set(coverage.accepted) <= set(coverage.expected or ()), f"seed {seed}"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**48))
def test_the_order_of_files_and_of_register_lines_never_matters(seed: int) -> None:
    rng = random.Random(seed)
    world = draw_world(rng)
    choice, result = run(world)
    other, again = run(world, rng)
    assert again.totals == result.totals, f"seed {seed}"
    assert again.blank == result.blank, f"seed {seed}"
    assert other.status == choice.status, f"seed {seed}"
    assert codes(other) == codes(choice), f"seed {seed}"
    assert {leaf.path for leaf in other.leaves} == {leaf.path for leaf in choice.leaves}, f"seed {seed}"
    assert set(again.coverage.missing) == set(result.coverage.missing), f"seed {seed}"
