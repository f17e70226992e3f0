"""Sums of a consolidated workbook as they stand now: is the formula the one that was written, and does its stored
result follow from the cells that can be seen?

Only the SUMs that we write are understood: lists of cells and blocks, perhaps on another sheet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from aggregator.outputs.workbook_cells import bare, decimal, is_blank, is_number
from aggregator.outputs.workbook_layout import Sum
from aggregator.reading.areas import column_number, inside
from aggregator.reading.book import Cell, RawSheet, a1
from aggregator.reading.formulas import UNKNOWN

Verdict = Literal["same", "follows", "edited"]
"""`follows`: the formula is right and its result is that of cells which themselves are no longer as written."""

DEPTH = 4
"""`Tổng hợp` sums `Theo đơn vị`, which sums `Chi tiết`, whose totals sum their own line."""

_OPEN_DOCUMENT = re.compile(r"\[([^\[\]]+)\]")
_SUM = re.compile(r"=?\s*SUM\((.*)\)", re.IGNORECASE | re.DOTALL)
_BLOCK = re.compile(
    r"\s*(?:\$?(?:'(?P<quoted>(?:[^']|'')+)'|(?P<plain>[^\s!'(),;:]+))!)?"
    r"\$?(?P<left>[A-Z]{1,3})\$?(?P<top>\d{1,7})(?::\$?(?P<right>[A-Z]{1,3})\$?(?P<bottom>\d{1,7}))?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """Cells that a formula sums; `sheet` is `None` for its own."""

    sheet: str | None
    top: int
    left: int
    bottom: int
    right: int

    @property
    def text(self) -> str:
        first, last = a1(self.top, self.left), a1(self.bottom, self.right)
        cells = first if first == last else f"{first}:{last}"
        return f"'{self.sheet}'!{cells}" if self.sheet else cells


@dataclass(frozen=True, slots=True)
class Moves:
    """Where rows and columns of a sheet stand now, by where they were written; `shift`: the rows above its lines."""

    rows: Mapping[int, int] = field(default_factory=dict)
    columns: Mapping[int, int] = field(default_factory=dict)
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """The sheets of numbers as they stand now, by name, and what is known of how they moved.

    `converted`: the workbook came through a format in which no formula can be seen.
    """

    sheets: Mapping[str, RawSheet]
    moves: Mapping[str, Moves] = field(default_factory=dict)
    converted: bool = False

    def judge(self, cell: Cell | None, value: Sum, sheet: str) -> Verdict:
        """What became of the cell of a sum."""
        if cell is None or is_blank(cell):
            return "edited"
        if cell.formula is None:
            return "same" if self.converted and is_number(cell, value.value) else "edited"
        now = value.formula if cell.formula == UNKNOWN else as_in_excel(cell.formula)
        if not self._is_ours(now, value.formula, sheet):
            return "edited"
        if cell.kind == "none" or is_number(cell, value.value):
            return "same"
        return "follows" if decimal(cell) == self._sum(now, sheet, DEPTH) else "edited"

    def _is_ours(self, now: str, written: str, sheet: str) -> bool:
        """The formula as it was written, or as a program adapts it where lines were put in or taken out."""
        return bare(now) == bare(written) or bare(now) == bare(self._moved(written, sheet))

    def _moved(self, formula: str, sheet: str) -> str:
        blocks = (
            self._moved_block(block, self.moves.get(block.sheet or sheet, Moves())) for block in blocks_of(formula)
        )
        return f"SUM({','.join(block.text for block in blocks)})"

    def _moved_block(self, block: Block, moves: Moves) -> Block:
        rows = [moves.rows[row] for row in range(block.top, block.bottom + 1) if row in moves.rows]
        left, right = (moves.columns.get(column, column) for column in (block.left, block.right))
        return Block(block.sheet, min(rows, default=block.top), left, max(rows, default=block.bottom), right)

    def _sum(self, formula: str, sheet: str, depth: int) -> Decimal:
        """The sum of the numbers that can be seen; a formula without a result is added up itself."""
        total = Decimal(0)
        for block in blocks_of(formula):
            cells = self.sheets[block.sheet or sheet].cells if (block.sheet or sheet) in self.sheets else {}
            area = (block.top, block.left, block.bottom, block.right)
            total += sum(self._number(cells[at], block.sheet or sheet, depth) for at in inside(area, cells))
        return total

    def _number(self, cell: Cell, sheet: str, depth: int) -> Decimal:
        if cell.kind == "none" and cell.formula and depth:
            return self._sum(as_in_excel(cell.formula), sheet, depth - 1)
        return decimal(cell) or Decimal(0)


def as_in_excel(formula: str) -> str:
    """OpenDocument writes `[$'Chi tiết'.H4:.H9]` for `'Chi tiết'!H4:H9`."""
    return _OPEN_DOCUMENT.sub(lambda found: _reference(found[1]), formula)


def _reference(text: str) -> str:
    first, _, last = text.partition(":")
    sheet, _, cell = first.rpartition(".")
    end = f":{last.rpartition('.')[2]}" if last else ""
    return f"{sheet}!{cell}{end}" if sheet else f"{cell}{end}"


def blocks_of(formula: str) -> tuple[Block, ...]:
    """The blocks of a SUM; none where the formula is anything else."""
    outer = _SUM.fullmatch(formula)
    pieces = [_BLOCK.fullmatch(piece) for piece in re.split("[,;]", outer[1])] if outer else []
    return tuple(_block(piece) for piece in pieces if piece) if all(pieces) else ()


def _block(match: re.Match[str]) -> Block:
    sheet = (match["quoted"] or "").replace("''", "'") or match["plain"]
    left, top = column_number(match["left"].upper()), int(match["top"])
    right = column_number(match["right"].upper()) if match["right"] else left
    return Block(sheet, top, left, int(match["bottom"] or top), right)
