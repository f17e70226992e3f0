"""One worksheet with other looks for some cells and a reference to its notes; values, formulas and rules stay.

Also says how wide and high the cells are, so that a note stands beside its cell and not on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from aggregator.outputs.marking.splice import Edit, Tag, prefix_of, scan, spliced, with_attribute
from aggregator.reading.areas import area
from aggregator.reading.book import Address, a1

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BEHIND = frozenset(
    {"legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts"}
    | {"extLst", "AlternateContent"}
)
"""What stands behind the reference to the notes, where it is there."""
ROW_PIXELS, COLUMN_PIXELS = 20.0, 64.0


@dataclass(slots=True)
class Grid:
    """What one pass over a worksheet tells: cells with their place in the text, rows, sizes, the sheet's own parts."""

    wanted: frozenset[Address]
    watched: frozenset[int]
    """Looks whose cells are wanted too."""
    cells: dict[Address, Tag] = field(default_factory=dict)
    followers: dict[Address, int] = field(default_factory=dict)
    """Where a wanted cell that is not there would stand."""
    looks: dict[Address, int] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    widths: list[tuple[int, int, float]] = field(default_factory=list)
    protected: bool = False
    legacy: str | None = None
    """The relationship of the notes' drawing."""
    root: Tag | None = None
    behind: int | None = None
    _at: Address = (0, 0)
    _waiting: list[Address] = field(default_factory=list)
    prefix: str = ""


def read_grid(data: bytes, wanted: Iterable[Address], watched: frozenset[int]) -> Grid:
    grid = Grid(frozenset(wanted), watched)

    def visit(tag: Tag, when: str) -> None:
        if when == "start":
            _start(grid, tag)
        else:
            _end(grid, tag, data)

    scan(data, visit)
    return grid


def _start(grid: Grid, tag: Tag) -> None:
    if tag.depth == 1 and tag.name in BEHIND and grid.behind is None:
        grid.behind = tag.start
    elif tag.depth == 1 and tag.name == "legacyDrawing":
        grid.legacy = tag.attributes.get(f"{RELATIONSHIPS} id")
    elif tag.depth == 1 and tag.name == "sheetProtection":
        grid.protected = tag.attributes.get("sheet") in ("1", "true", "on")
    elif tag.depth == 2 and tag.name == "col":
        _add_width(grid, tag)
    elif tag.depth == 2 and tag.name == "row":
        _start_row(grid, tag)
    elif tag.depth == 3 and tag.name == "c":
        _start_cell(grid, tag)


def _add_width(grid: Grid, tag: Tag) -> None:
    width = 0.0 if tag.attributes.get("hidden") in ("1", "true") else _size(tag.attributes.get("width"), 9.0)
    grid.widths.append((int(tag.attributes["min"]), int(tag.attributes["max"]), width * 7 + 5))


def _start_row(grid: Grid, tag: Tag) -> None:
    row = int(tag.attributes.get("r", grid._at[0] + 1))
    grid._at = (row, 0)
    grid._waiting = sorted(at for at in grid.wanted if at[0] == row)
    if "ht" in tag.attributes:
        grid.heights[row] = _size(tag.attributes["ht"], 15.0) * 4 / 3
    if tag.attributes.get("hidden") in ("1", "true"):
        grid.heights[row] = 0.0


def _start_cell(grid: Grid, tag: Tag) -> None:
    row, before = grid._at
    column = area(tag.attributes["r"])[1] if "r" in tag.attributes else before + 1
    grid._at = at = (row, column)
    while grid._waiting and grid._waiting[0] < at:
        grid.followers[grid._waiting.pop(0)] = tag.start
    if grid._waiting and grid._waiting[0] == at:
        grid._waiting.pop(0)
    look = int(tag.attributes.get("s", "0"))
    if at in grid.wanted or look in grid.watched:
        grid.cells[at], grid.looks[at] = tag, look


def _end(grid: Grid, tag: Tag, data: bytes) -> None:
    if tag.depth == 2 and tag.name == "row":
        if not tag.empty(data):
            grid.followers.update(dict.fromkeys(grid._waiting, tag.close))
        grid._waiting = []
    elif tag.depth == 0:
        grid.root = tag
        grid.prefix = prefix_of(data, tag)


def _size(text: str | None, otherwise: float) -> float:
    try:
        return min(max(float(text), 0.0), 500.0) if text else otherwise
    except ValueError:
        return otherwise


def changed_sheet(data: bytes, grid: Grid, looks: Mapping[Address, int], link: str | None) -> bytes:
    """The worksheet with these looks; `link` is the relationship of a notes' drawing that it did not have."""
    edits: list[Edit] = []
    for at, look in looks.items():
        tag, follower = grid.cells.get(at), grid.followers.get(at)
        if tag is not None:
            edits.append((tag.start, tag.inside, with_attribute(data[tag.start : tag.inside], "s", str(look))))
        elif follower is not None:
            edits.append((follower, follower, f'<{grid.prefix}c r="{a1(*at)}" s="{look}"/>'.encode()))
    if link is not None:
        assert grid.root is not None
        at_end = grid.root.close if grid.behind is None else grid.behind
        reference = f'<{grid.prefix}legacyDrawing xmlns:r="{RELATIONSHIPS}" r:id="{link}"/>'
        edits.append((at_end, at_end, reference.encode()))
    return spliced(data, edits)


def beside(grid: Grid, at: Address, width: float, height: float) -> tuple[int, int, int, int, int, int, int, int]:
    """The place of a box to the right of a cell, as drawings give it: column, pixels, row, pixels; twice."""
    row, column = at
    right, right_rest = _walk(column + 1, 12 + width, lambda number: column_pixels(grid, number))
    top = max(row - 1, 1)
    bottom, bottom_rest = _walk(top, 4 + height, lambda number: grid.heights.get(number, ROW_PIXELS))
    return column, 12, top - 1, 4, right - 1, right_rest, bottom - 1, bottom_rest


def column_pixels(grid: Grid, column: int) -> float:
    return next((width for first, last, width in grid.widths if first <= column <= last), COLUMN_PIXELS)


def _walk(number: int, length: float, size: Callable[[int], float]) -> tuple[int, int]:
    """The row or column in which a length ends that begins at `number`, and how far inside."""
    for _ in range(200):
        if length < size(number):
            break
        length -= size(number)
        number += 1
    return number, int(min(length, size(number)))
