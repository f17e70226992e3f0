"""The completeness board: units in groups by the unit they report to, groups in blocks by branch, with counts.

Never deeper than block and group, however deep the register is. Units that need not report and sent something stand in
a block of their own. The board of a large result counts all units and names those of which something is to be said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from aggregator.consolidation import Consolidation
from aggregator.outputs.page.words import SYMBOLS, words
from aggregator.outputs.status_words import STATES, counts_text, day_text, faulty_text
from aggregator.register import Unit
from aggregator.status import EXPECTED, Group, Tally, UnitStatus, make_standing, tally

FEW = 60
"""Up to so many units the whole board is open from the start."""
MOST_NAMED = 5_000
"""Units that the board of a large result names."""
FACTS = 3
"""Refused files that a card names one by one."""


@dataclass(frozen=True, slots=True)
class Card:
    """One unit. `state` is one of the account; `to_do`, `late` and `plain` steer filter and print."""

    unit: Unit
    state: str
    symbol: str
    word: str
    late: bool
    to_do: bool
    facts: tuple[str, ...]

    @property
    def plain(self) -> bool:
        """Accepted, and nothing to add."""
        return self.state == "accepted" and not self.late and not self.facts


@dataclass(frozen=True, slots=True)
class Cards:
    """The units that report to one parent."""

    parent: Unit
    counts: str
    tally: Tally
    cards: tuple[Card, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One branch. `single`: its only group is that of the branch itself, so that one heading is enough."""

    unit: Unit
    counts: str
    tally: Tally
    groups: tuple[Cards, ...]
    open: bool

    @property
    def single(self) -> bool:
        return len(self.groups) == 1 and self.groups[0].parent == self.unit


@dataclass(frozen=True, slots=True)
class Board:
    """`notable` is how many units a large result should name, of which it names the first; `None` if all are named."""

    blocks: tuple[Block, ...]
    others: tuple[Card, ...]
    total: Tally
    strays: int
    notable: int | None = None

    @property
    def units(self) -> int:
        shown = sum(len(group.cards) for block in self.blocks for group in block.groups)
        return shown + len(self.others)


def make_board(result: Consolidation, lang: str, whole: bool = True) -> Board:
    standing = make_standing(result, {}, "")
    named = None if whole else [unit for unit in standing.units if unit.notable or _is_other(unit)]
    listed = None if named is None else {unit.unit.code for unit in islice(named, MOST_NAMED)}
    by_branch: dict[str, list[Group]] = {}
    for group in standing.groups:
        branch = result.register.branch(group.parent.code, result.at.code)
        by_branch.setdefault(branch or result.at.code, []).append(group)
    few = standing.total.expected <= FEW
    names = result.register.by_code
    blocks = tuple(_block(names[code], groups, few, lang, listed) for code, groups in by_branch.items())
    others = tuple(_card(status, lang) for status in _listed(filter(_is_other, standing.units), listed))
    return Board(blocks, others, standing.total, len(standing.strays), None if named is None else len(named))


def _is_other(status: UnitStatus) -> bool:
    return status.state not in EXPECTED and bool(status.line.files)


def _listed(units: Iterable[UnitStatus], codes: Collection[str] | None) -> Iterable[UnitStatus]:
    return units if codes is None else (status for status in units if status.unit.code in codes)


def _block(unit: Unit, groups: Iterable[Group], few: bool, lang: str, listed: Collection[str] | None) -> Block:
    made = tuple(_cards(group, few, lang, listed) for group in groups)
    whole = tally(status for group in groups for status in group.units)
    return Block(unit, counts_text(whole, lang), whole, made, few)


def _cards(group: Group, few: bool, lang: str, listed: Collection[str] | None) -> Cards:
    cards = tuple(_card(status, lang) for status in _listed(group.units, listed))
    return Cards(group.parent, counts_text(group.tally, lang), group.tally, cards, few or bool(group.to_do))


def _card(status: UnitStatus, lang: str) -> Card:
    said = words(lang)
    state = status.state
    return Card(
        unit=status.unit,
        state=state,
        symbol=SYMBOLS.get(state, "·"),
        word=STATES[lang].get(state) or said.get(state, state),
        late=status.came and status.late,
        to_do=status.to_do,
        facts=tuple(_facts(status, said, lang)),
    )


def _facts(status: UnitStatus, said: Mapping[str, str], lang: str) -> Iterable[str]:
    line = status.line
    late = status.came and status.late
    if line.received and (late or status.state == "refused"):
        yield said["received"].format(day_text(line.received, lang))
    for file in status.faulty[:FACTS]:
        yield faulty_text(file, lang)
    if line.findings and not status.faulty and status.state != "missing":
        yield said["unit-findings"].format(line.findings)
    if line.remark:
        yield line.remark
