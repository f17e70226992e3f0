"""What the totals say in words: a clause per number, a line per part.

A number that no unit wrote is "chưa có số liệu", never 0; one that no unit of these levels may write is left out. What
is 0 is said to be 0 once, in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from aggregator.consolidation import Consolidation
from aggregator.forms import FigureKey, Row
from aggregator.outputs.word.lines import Line, Run
from aggregator.outputs.word.outline import Block, Clause

UNKNOWN = "chưa có số liệu"
MEASURE_WORDS = {"count": "số lượng", "people": "số người", "money": "số tiền"}


@dataclass(frozen=True)
class Figures:
    """The totals of a consolidation, and which of them are known."""

    result: Consolidation

    @cached_property
    def _levels(self) -> set[str]:
        return {unit.level for unit in self.result.register.subtree(self.result.at.code)}

    @cached_property
    def _none_held(self) -> bool:
        """Somebody declared that nothing was held: a blank of theirs is a declared 0."""
        return any(not leaf.held for leaf in self.result.leaves)

    def closed(self, figure: FigureKey) -> bool:
        """Nobody here may write this number: row 7.1 of a ward."""
        levels = self.result.form.by_key[figure[0]].levels
        return levels is not None and not self._levels & set(levels)

    def value(self, figure: FigureKey) -> int | None:
        """The total; `None` where it is not known."""
        if self.closed(figure):
            return None
        parts = self.result.form.computed.get(figure, (figure,))
        written = any(leaf.figures.get(part) is not None for leaf in self.result.leaves for part in parts)
        return self.result.totals[figure] if written or self._none_held else None

    def of_rows(self, keys: Sequence[str]) -> Iterator[FigureKey]:
        """The open numbers of some rows, in printed order."""
        wanted = [figure for figure in self.result.form.figures if figure[0] in keys]
        return (figure for figure in wanted if not self.closed(figure))


def grouped(number: int) -> str:
    """`1234567` → `1.234.567`."""
    return f"{number:,}".replace(",", ".")


def prose(number: int) -> str:
    """As sentences have it: `05`, `1.234`."""
    return f"{number:02d}" if 0 < number < 10 else grouped(number)


def figure_lines(block: Block, figures: Figures) -> Iterator[Line]:
    """The sentence of a block and its parts; nothing where nobody here may write any of its numbers."""
    clauses = [clause for clause in block.clauses if any(not figures.closed(figure) for figure in clause.figures)]
    if not clauses:
        return
    yield Line("body", (Run(f"{block.text}: ", bold=True), *_sentence(clauses, figures)))
    if any(_amount(clause, figures) for clause in clauses):
        yield from _part_lines(block, figures)


def _amount(clause: Clause, figures: Figures) -> int | None:
    known = [value for figure in clause.figures if (value := figures.value(figure)) is not None]
    return sum(known) if known else None


def _sentence(clauses: Sequence[Clause], figures: Figures) -> Iterator[Run]:
    """Known numbers first, then what is not known; a number that contradicts the 0 before it is pointed out."""
    amounts = [(clause, _amount(clause, figures)) for clause in clauses]
    text, before, odd = "", None, False
    for clause, amount in amounts:
        if amount is None or (amount == 0 and clause.zero is None and before == 0):
            continue
        follows = clause.zero is None and before == 0
        odd = odd or follows
        join = "; tuy nhiên có ghi " if follows else clause.join
        said = clause.zero if amount == 0 and clause.zero else clause.text.replace("{n}", prose(amount))
        text += f"{join if text else ''}{said}"
        before = amount
    unknown = [clause.about for clause, amount in amounts if amount is None]
    if unknown:
        text += f"{'; ' if text else ''}{UNKNOWN} về {', '.join(unknown)}"
    yield Run(f"{text[:1].upper()}{text[1:]}.")
    if odd:
        yield Run(" [xem lại số liệu này]", gap=True)


def _part_lines(block: Block, figures: Figures) -> Iterator[Line]:
    """A line for every part with a number; what is 0 and what is not known are named together at the end."""
    stated: list[str] = []
    zero: list[str] = []
    unknown: list[str] = []
    for keys in block.parts:
        row = figures.result.form.by_key[keys[0]]
        values = [(figure, figures.value(figure)) for figure in figures.of_rows(keys)]
        if any(value for _, value in values):
            stated.append(f"{bare(row)}: {', '.join(_stated(figure, value, figures) for figure, value in values)}")
        elif values:
            (unknown if all(value is None for _, value in values) else zero).append(bare(row))
    if zero:
        stated.append(f"Không phát sinh: {_listed(zero)}")
    if unknown:
        stated.append(f"Chưa có số liệu: {_listed(unknown)}")
    for number, text in enumerate(stated, start=1):
        yield Line("item", (Run(f"- {text}{'.' if number == len(stated) else ';'}"),))


def _stated(figure: FigureKey, value: int | None, figures: Figures) -> str:
    key, measure = figure
    word = figures.result.form.by_key[key].words.get(measure, "")
    if value is None:
        return f"{MEASURE_WORDS[measure]} {UNKNOWN}"
    return f"{prose(value)} {word}".strip()


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(f"{label[:1].lower()}{label[1:]}" for label in labels)


def bare(row: Row) -> str:
    """A printed label without its bullet and colon."""
    return re.sub(r"^[-+–]\s*|\s*:\s*$", "", row.label)
