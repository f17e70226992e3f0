"""One worksheet part: its cells in order, each with the characters that stand in the file.

The handlers run for every cell of every form and are kept lean; a blank styled cell costs two short calls. Whatever
Excel would repair here is refused with the cell: an address twice, out of order or off the grid, a second value, a
number that is no plain number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.reading import limits, refusals
from aggregator.reading.areas import Area, area, column_in_row, inside, is_row, size
from aggregator.reading.book import Address, Cell, RawSheet, a1
from aggregator.reading.formulas import UNKNOWN, is_command, moved
from aggregator.reading.package import MAIN, is_true
from aggregator.reading.refusals import Refused
from aggregator.reading.strings import Budget, RichText, take_plain, take_run
from aggregator.reading.styles import GENERAL, Formats
from aggregator.reading.values import READERS, UNKNOWN_TYPE, is_index
from aggregator.reading.workbook import ListedSheet
from aggregator.reading.xml import Attributes, Node, walk


@dataclass(slots=True)
class Grid:
    """A sheet while it is read: what was found so far, where we are, and the pieces of the present cell."""

    strings: Sequence[str]
    formats: Mapping[str, str]
    budget: Budget
    cells: dict[Address, Cell] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    protected: bool = False
    tables: int = 0
    total: int = 0
    last_column: int = 0
    shared: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    arrays: list[tuple[Area, str]] = field(default_factory=list)
    row: int = 0
    row_text: str = "0"
    column: int = 0
    attributes: Attributes = field(default_factory=dict)
    value: str | None = None
    formula: str | None = None
    formula_attributes: Attributes | None = None
    rich: RichText | None = None


def start_table(grid: Grid, _attributes: Attributes) -> None:
    grid.tables += 1
    if grid.tables > 1:
        raise Refused(refusals.ELSEWHERE)


def end_table(grid: Grid) -> None:
    grid.column = 0


def start_row(grid: Grid, attributes: Attributes) -> None:
    text = attributes.get("r")
    if text is None:
        text = str(grid.row + 1)
    elif not is_row(text):
        raise Refused(refusals.ROW_NUMBER)
    row = int(text)
    if row > limits.ROWS.value:
        raise Refused(limits.ROWS)
    if row <= grid.row:
        raise Refused(refusals.ROW_ORDER, cell=a1(row, 1))
    grid.row, grid.row_text, grid.column = row, text, 0
    if is_true(attributes.get("hidden")) or _is_zero(attributes.get("ht")):
        grid.hidden_rows.add(row)


def _end_row(grid: Grid) -> None:
    """Counted once a row, which at most a row's width too late finds the same."""
    bounds = grid.budget.bounds
    if grid.total > bounds.cells.value:
        raise Refused(bounds.cells)
    if len(grid.cells) > bounds.filled.value:
        raise Refused(bounds.filled)
    if grid.budget.filled + len(grid.cells) > bounds.filled_in_all.value:
        raise Refused(bounds.filled_in_all)
    grid.column = 0  # what is wrong between two rows is at no cell


def _is_zero(length: str | None) -> bool:
    """A height or width that shows nothing."""
    return bool(length) and length is not None and length.strip("0") in ("", ".")


def _start_cell(grid: Grid, attributes: Attributes) -> None:
    address = attributes.get("r")
    column = grid.column + 1
    if address is not None:
        column = column_in_row(address, grid.row_text, column)
    if column <= grid.column:
        raise Refused(refusals.CELL_ORDER, cell=a1(grid.row, column))
    if column > limits.COLUMNS.value:
        raise Refused(limits.COLUMNS)
    grid.column = column
    grid.total += 1
    grid.attributes = attributes
    grid.value = grid.formula = grid.formula_attributes = grid.rich = None


def _take_value(grid: Grid, text: str) -> None:
    if grid.value is not None:
        raise Refused(refusals.ONE_VALUE)
    grid.value = text


def _start_formula(grid: Grid, attributes: Attributes) -> None:
    if grid.formula_attributes is not None or grid.value is not None:
        raise Refused(refusals.ONE_VALUE)
    grid.formula_attributes = attributes


def _take_formula(grid: Grid, text: str) -> None:
    if len(text) > limits.FORMULA.value:
        raise Refused(limits.FORMULA)
    if is_command(text):
        raise Refused(refusals.DDE)
    attributes = grid.formula_attributes or {}
    kind = attributes.get("t", "normal")
    grid.formula = _shared(grid, attributes, text) if kind == "shared" else text or UNKNOWN
    if kind in ("array", "dataTable") and "ref" in attributes:
        grid.arrays.append((area(attributes["ref"]), grid.formula))


def _shared(grid: Grid, attributes: Attributes, text: str) -> str:
    """A master's own text, or a dependent's made from it; a text of its own that differs is trusted by nobody."""
    key = attributes.get("si", "")
    if text and ("ref" in attributes or key not in grid.shared):
        grid.shared[key] = (grid.row, grid.column, text)
        return text
    if key not in grid.shared:
        return UNKNOWN
    row, column, master = grid.shared[key]
    grid.budget.expanded += len(master)
    if grid.budget.expanded > limits.EXPANSION.value:
        return UNKNOWN
    formula = moved(master, grid.row - row, grid.column - column)
    return formula if text in ("", formula) else UNKNOWN


def _start_inline(grid: Grid, _attributes: Attributes) -> None:
    if grid.rich is not None:
        raise Refused(refusals.ONE_VALUE)
    grid.rich = RichText()


def _take_inline(grid: Grid, text: str) -> None:
    if grid.rich is not None:
        take_plain(grid.rich, text)


def _take_inline_run(grid: Grid, text: str) -> None:
    if grid.rich is not None:
        take_run(grid.rich, text)


def _end_cell(grid: Grid) -> None:
    """The cell is listed when it holds a value or a formula."""
    value, formula = grid.value, grid.formula
    if value is None and formula is None and grid.rich is None:
        return
    stored = grid.attributes.get("t", "n")
    kind, read = READERS.get(stored, UNKNOWN_TYPE)
    if grid.rich is not None or stored == "inlineStr":
        text = _inline(grid, stored)
    elif value or (value is not None and stored == "str"):
        text = read(value, grid.strings, grid.budget)
    elif formula is None:
        return
    else:
        kind, text = "none", ""
    style = grid.attributes.get("s", "0")
    shown = grid.formats.get(style) or _unknown_style(grid, style)
    grid.cells[grid.row, grid.column] = Cell(kind, text, formula, shown)


def _inline(grid: Grid, stored: str) -> str:
    """The text of `<is>`; a `<v>` beside it, or instead of it, is read by some programs only."""
    if grid.rich is None or grid.value is not None or stored != "inlineStr":
        raise Refused(refusals.ONE_VALUE)
    return grid.budget.take("".join(grid.rich.pieces))


def _unknown_style(grid: Grid, style: str) -> str:
    """A workbook without a style table has no formats; one with a table must have the one that is asked for."""
    if grid.formats or not is_index(style):
        raise Refused(refusals.BAD_STYLE)
    return GENERAL


def _add_merge(grid: Grid, attributes: Attributes) -> None:
    if len(grid.merges) >= limits.MERGES.value:
        raise Refused(limits.MERGES)
    grid.merges.append(area(attributes.get("ref", "")))


def _add_columns(grid: Grid, attributes: Attributes) -> None:
    """Ranges of columns must rise, so that no two speak of one column and the work stays bounded."""
    first, last = attributes.get("min", ""), attributes.get("max", "")
    if not (is_row(first) and is_row(last)) or not grid.last_column < int(first) <= int(last):
        raise Refused(refusals.RANGE)
    if int(last) > limits.COLUMNS.value:
        raise Refused(limits.COLUMNS)
    grid.last_column = int(last)
    if is_true(attributes.get("hidden")) or _is_zero(attributes.get("width")):
        grid.hidden_columns.update(range(int(first), int(last) + 1))


def _protect(grid: Grid, attributes: Attributes) -> None:
    grid.protected = is_true(attributes.get("sheet"))


_INLINE: Node[Grid] = Node(
    {f"{MAIN}t": Node(text=_take_inline), f"{MAIN}r": Node({f"{MAIN}t": Node(text=_take_inline_run)})},
    start=_start_inline,
)
_CELL: Node[Grid] = Node(
    {
        f"{MAIN}v": Node(text=_take_value, closed=True),
        f"{MAIN}f": Node(start=_start_formula, text=_take_formula, closed=True),
        f"{MAIN}is": _INLINE,
        f"{MAIN}extLst": Node(),
    },
    start=_start_cell,
    end=_end_cell,
    closed=True,
)
_ROW: Node[Grid] = Node({f"{MAIN}c": _CELL, f"{MAIN}extLst": Node()}, start=start_row, end=_end_row, closed=True)
SHEET: Node[Grid] = Node(
    {
        f"{MAIN}sheetData": Node({f"{MAIN}row": _ROW}, start=start_table, end=end_table, closed=True),
        f"{MAIN}cols": Node({f"{MAIN}col": Node(start=_add_columns)}),
        f"{MAIN}mergeCells": Node({f"{MAIN}mergeCell": Node(start=_add_merge)}),
        f"{MAIN}sheetProtection": Node(start=_protect),
    }
)
ONLY_HERE = frozenset(f"{MAIN}{name}" for name in ("sheetData", "row", "c", "v", "f", "is"))


def read_sheet(data: bytes, listed: ListedSheet, strings: Sequence[str], formats: Formats, budget: Budget) -> RawSheet:
    """The worksheet, or a refusal that names the cell."""
    grid = Grid(strings, formats.codes, budget)
    try:
        walk(data, listed.part, f"{MAIN}worksheet", SHEET, grid, ONLY_HERE, budget.bounds.tags)
        if not grid.tables:
            raise Refused(refusals.ELSEWHERE)
        _fill_arrays(grid)
    except Refused as refused:
        known = grid.column and refused.rule is not refusals.BROKEN_XML
        raise refused.at(listed.part).on(listed.name, a1(grid.row, grid.column) if known else None) from None
    budget.filled += len(grid.cells)
    hidden = frozenset(grid.hidden_rows), frozenset(grid.hidden_columns)
    return RawSheet(listed.name, listed.state, grid.cells, tuple(grid.merges), *hidden, protected=grid.protected)


def _fill_arrays(grid: Grid) -> None:
    """Cells filled by an array formula or a data table carry it too, for what they hold was not typed."""
    work = 0
    for where, formula in grid.arrays:
        work += min(size(where), len(grid.cells))
        if work > limits.CELLS.value:
            raise Refused(limits.CELLS)
        for spot in inside(where, grid.cells):
            cell = grid.cells[spot]
            if cell.formula is None:
                grid.cells[spot] = Cell(cell.kind, cell.text, formula, cell.format)
