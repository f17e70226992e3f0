"""A worksheet without its cells: its rows, columns, merged areas and lock, read by the same handlers as the whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from aggregator.reading.grid import ONLY_HERE, SHEET, Grid, end_table, start_row, start_table
from aggregator.reading.package import MAIN
from aggregator.reading.refusals import Refused
from aggregator.reading.strings import Budget
from aggregator.reading.xml import Attributes, Node, walk


@dataclass(slots=True)
class Frame(Grid):
    """`rows`: the numbers of the rows in order."""

    rows: list[int] = field(default_factory=list)


def _start_row(grid: Grid, attributes: Attributes) -> None:
    start_row(grid, attributes)
    if isinstance(grid, Frame):
        grid.rows.append(grid.row)


_ROW: Node[Grid] = Node(start=_start_row, closed=True)
_TABLE: Node[Grid] = Node({f"{MAIN}row": _ROW}, start=start_table, end=end_table, closed=True)
_FRAME: Node[Grid] = Node({**SHEET.children, f"{MAIN}sheetData": _TABLE})


def read_frame(data: bytes) -> Frame | None:
    """The frame of a worksheet that has exactly one table of empty rows; `None` where it would be refused."""
    frame = Frame((), {}, Budget())
    try:
        walk(data, "", f"{MAIN}worksheet", _FRAME, frame, ONLY_HERE)
    except Refused:
        return None
    return frame if frame.tables == 1 else None
