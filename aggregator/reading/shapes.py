"""Searching a worksheet whose shape is known: what the shape holds is found once, and only its own cells are looked at.

Gives what a search through all cells would give; the property tests of the short way hold both against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from aggregator.reading.book import Address, Cell, RawSheet, Shape
from aggregator.reading.memory import kept

Pick = Callable[[Address, Cell], bool]
"""A question about one cell; always the same function, for answers are kept by it."""


def find_texts(sheet: RawSheet, pick: Pick) -> list[Address]:
    """The cells that answer to a question to which no plain number does, row by row."""
    if sheet.shape is None:
        return sorted(at for at, cell in sheet.cells.items() if pick(at, cell))
    own = [at for at, cell in sheet.texts.items() if pick(at, cell)]
    known = _picked(sheet.shape, pick)
    if not own and sheet.texts.keys().isdisjoint(known):
        return list(known)
    return sorted([*own, *(at for at in known if at not in sheet.texts)])


@kept(64)
def _picked(shape: Shape, pick: Pick) -> tuple[Address, ...]:
    return tuple(sorted(at for at, cell in shape.cells.items() if pick(at, cell)))


def shape_in(sheet: RawSheet, columns: Collection[int], first_row: int = 1) -> Shape | None:
    """The shape, where the sheet has nothing of its own in these columns from `first_row` on."""
    own = (*sheet.texts, *sheet.numbers)
    return None if [1 for row, column in own if column in columns and row >= first_row] else sheet.shape
