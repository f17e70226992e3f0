"""Text in cells: the table of shared strings, rich text, phonetic readings, and Excel's `_x000D_` escapes.

A string is kept once and handed on by reference, so that one long string in many cells costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aggregator.reading import limits, refusals
from aggregator.reading.limits import Bounds, form_bounds
from aggregator.reading.package import MAIN
from aggregator.reading.refusals import Refused
from aggregator.reading.xml import Attributes, Node, walk

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ESCAPE_SIZE = len("_x000D_")


Own = Sequence[tuple[int, str]]


class Table(list[str]):
    """The shared strings of one workbook; known by identity, so that two are compared once for all sheets. Only a
    `small` one may be remembered. `base` is one from which this is known to differ in its `own` texts only, by their
    numbers."""

    __slots__ = ("base", "own", "small")

    def __init__(
        self, texts: Iterable[str] = (), *, small: bool = True, base: Table | None = None, own: Own = ()
    ) -> None:
        super().__init__(texts)
        self.small, self.base, self.own = small, base, own

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self is other


@dataclass(slots=True)
class Budget:
    """Characters of text and of expanded formulas, and filled cells, counted over the whole file."""

    bounds: Bounds = field(default_factory=form_bounds)
    characters: int = 0
    expanded: int = 0
    filled: int = 0

    def take(self, text: str) -> str:
        """The text with its escapes read, when it is neither too long nor one too many."""
        if len(text) > limits.TEXT.value * _ESCAPE_SIZE:
            raise Refused(limits.TEXT)
        if "_x" in text:
            text = decode(text)
        if len(text) > limits.TEXT.value:
            raise Refused(limits.TEXT)
        self.characters += len(text)
        if self.characters > self.bounds.text_in_all.value:
            raise Refused(self.bounds.text_in_all)
        return text


def decode(text: str) -> str:
    """`_x000D_` is a carriage return and `_x005F_` an underscore; half a surrogate pair stays as it was written."""
    return _ESCAPE.sub(_decoded, text)


def _decoded(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)


@dataclass(slots=True)
class RichText:
    """The pieces of one string while it is read."""

    pieces: list[str] = field(default_factory=list)
    plain: bool = False


def take_plain(rich: RichText, text: str) -> None:
    """The one `<t>` of a string without formats."""
    if rich.plain:
        raise Refused(refusals.ONE_VALUE)
    rich.plain = True
    rich.pieces.append(text)


def take_run(rich: RichText, text: str) -> None:
    """The `<t>` of one run of rich text."""
    rich.pieces.append(text)


@dataclass(slots=True)
class _Table:
    budget: Budget
    strings: list[str] = field(default_factory=list)
    rich: RichText = field(default_factory=RichText)


def _start_string(table: _Table, _attributes: Attributes) -> None:
    table.rich = RichText()


def _end_string(table: _Table) -> None:
    if len(table.strings) >= table.budget.bounds.strings.value:
        raise Refused(table.budget.bounds.strings)
    table.strings.append(table.budget.take("".join(table.rich.pieces)))


def _take_plain(table: _Table, text: str) -> None:
    take_plain(table.rich, text)


def _take_run(table: _Table, text: str) -> None:
    take_run(table.rich, text)


# Phonetic readings (rPh) hold a <t> of their own; they are not among the children, so they are skipped.
_STRING: Node[_Table] = Node(
    {f"{MAIN}t": Node(text=_take_plain), f"{MAIN}r": Node({f"{MAIN}t": Node(text=_take_run)})},
    start=_start_string,
    end=_end_string,
)
_TABLE: Node[_Table] = Node({f"{MAIN}si": _STRING})


def read_strings(data: bytes, part: str, budget: Budget) -> list[str]:
    """The shared strings in order."""
    table = _Table(budget)
    walk(data, part, f"{MAIN}sst", _TABLE, table, frozenset({f"{MAIN}si"}), budget.bounds.tags)
    return table.strings
