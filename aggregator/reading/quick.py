"""The short way through a worksheet: for XML as spreadsheet programs usually write it.

Plain numbers are taken out first, see `holes`. One regular expression reads a whole row of cells; a row, a frame or a
sheet that was read before is not read again.
What is read here is exactly what the strict way would give; whatever is not of the usual shape, down to one character,
gives `None`, and the strict way reads, or refuses, the part from its beginning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from aggregator.reading.book import Address, Cell, RawSheet, Shape, Shaped
from aggregator.reading.frame import Frame, read_frame
from aggregator.reading.holes import Hole, find_holes, take_out
from aggregator.reading.memory import SMALL, kept, remembered
from aggregator.reading.quick_rows import Entry, read_row
from aggregator.reading.quick_strings import MOST_OTHERS, has_few_tags, is_short
from aggregator.reading.strings import Budget, Own, Table
from aggregator.reading.styles import Formats
from aggregator.reading.workbook import ListedSheet

_OPEN, _CLOSE, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
SHORT = 2**8
"""Characters of the longest text whose cell is remembered."""


@kept(16)
def _others(known: Table, table: Table) -> Own | None:
    """Strings that are not those of a known table, with their numbers; `None` where they are many."""
    pairs = enumerate(zip(known, table, strict=False))
    others = tuple([(number, text) for number, (before, text) in pairs if text is not before and text != before])
    return others if len(others) <= MOST_OTHERS else None


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A worksheet taken apart, see `holes`; known by identity, for a part that was seen before is not taken apart."""

    left: bytes
    numbers: Mapping[int, str]


Typed = Sequence[tuple[Hole, str]]
"""The holes of a sheet in which numbers stand."""


@dataclass(slots=True)
class Compiled:
    """A worksheet without its plain numbers, whose shared strings are numbers still.

    `shape` is what stood in it the first time, with the strings of `table`.
    """

    frame: Frame
    entries: tuple[Entry, ...]
    total: int
    characters: int
    most: int
    """The largest number of a string."""
    holes: Mapping[int, Hole]
    table: Table | None = None
    shape: Shape = field(default_factory=lambda: Shape({}))
    places: Mapping[int, list[tuple[Address, str]]] = field(default_factory=dict)
    """Of each shared string the cells, with their formats."""
    all_cells: Mapping[Address, Cell | None] = field(default_factory=dict)
    """Every cell of the shape in its order, `None` where it is blank."""
    blanks: tuple[Address, ...] = ()
    typed: Mapping[Taken, Typed] = field(default_factory=dict)
    """Of the last sheet, of whose numbers each stands in a hole."""
    last: Mapping[tuple[Shape, Taken], Shaped] = field(default_factory=dict)
    """The cells of the last sheet but for its texts; the next one may be the same part."""

    def typed_in(self, taken: Taken) -> Typed | None:
        """The numbers of a sheet with their holes; `None` where one stands elsewhere."""
        if taken not in self.typed:
            if not self.holes.keys() >= taken.numbers.keys():
                return None
            self.typed = {taken: [(self.holes[at], digits) for at, digits in taken.numbers.items()]}
        return self.typed[taken]

    def texts(self, table: Table) -> dict[Address, Cell]:
        """The cells whose texts are not those of the shape; of a table with many others there is another shape."""
        others = None
        if self.table is not None:
            others = table.own if table.base is self.table else _others(self.table, table)
        if others is None:
            self._begin(table)
            return {}
        places = ((text, place) for number, text in others for place in self.places.get(number, ()))
        return {at: _text_cell(text, shown) for text, (at, shown) in places}

    def _begin(self, table: Table) -> None:
        """Another shape: with these texts, and without any number."""
        self.table = table
        cells: dict[Address, Cell] = {}
        places: dict[int, list[tuple[Address, str]]] = {}
        for row, column, cell, number, shown in self.entries:
            cells[row, column] = cell or _text_cell(table[number], shown)
            if cell is None:
                places.setdefault(number, []).append(((row, column), shown))
        self.shape, self.places = Shape(cells), places
        self.all_cells = {at: cells.get(at) for at in sorted({*cells, *(hole.at for hole in self.holes.values())})}
        self.blanks = tuple(at for at, cell in self.all_cells.items() if cell is None)

    def cells(self, table: Table, taken: Taken) -> Mapping[Address, Cell]:
        """The cells of the shape with those of one file, in the order of the sheet."""
        texts = self.texts(table)
        if (self.shape, taken) not in self.last:
            self.last = {(self.shape, taken): self._with_numbers(self.typed[taken])}
        last = self.last[self.shape, taken]
        return Shaped({**last, **texts}, self.shape, texts, last.numbers) if texts else last

    def _with_numbers(self, typed: Typed) -> Shaped:
        numbers = _numbers(typed, self.shape.cells)
        if not numbers:
            return Shaped(self.shape.cells, self.shape)
        cells = {**self.all_cells, **numbers}
        for at in self.blanks:
            if at not in numbers:
                del cells[at]
        return Shaped(cells, self.shape, numbers=numbers)  # type: ignore[arg-type]

    def unshared_cells(self, table: Table, typed: Typed) -> Mapping[Address, Cell]:
        """The same of a sheet that is too large to be remembered."""
        cells = {
            (row, column): cell or _text_cell(table[number], shown) for row, column, cell, number, shown in self.entries
        }
        return dict(sorted({**cells, **_numbers(typed, cells)}.items(), key=itemgetter(0)))


def _numbers(typed: Typed, cells: Mapping[Address, Cell]) -> dict[Address, Cell]:
    return {
        hole.at: _number_cell(digits, cells[hole.at].formula if hole.formula else None, hole.format)
        for hole, digits in typed
    }


def _text_cell(text: str, shown: str) -> Cell:
    return _short_text(text, shown) if len(text) <= SHORT else Cell("text", text, None, shown)


@kept(4096)
def _short_text(text: str, shown: str) -> Cell:
    return Cell("text", text, None, shown)


@kept(8192)
def _number_cell(digits: str, formula: str | None, shown: str) -> Cell:
    """The numbers of a form are small, and few are shown in more than one way."""
    return Cell("number", digits, formula, shown)


@remembered(64, largest=2**14)
def _taken(data: bytes) -> Taken | None:
    return Taken(*take_out(data)) if is_short(data) else None


def read_sheet(
    data: bytes, listed: ListedSheet, strings: Sequence[str], formats: Formats, budget: Budget
) -> RawSheet | None:
    """The worksheet; counts its cells and characters in `budget`."""
    if not has_few_tags(data, budget):
        return None
    taken = _taken(data)
    if taken is None:
        return None
    sheet = _compiled(taken.left, formats)
    typed = sheet.typed_in(taken) if sheet is not None else None
    if sheet is None or typed is None:
        return None
    filled = len(sheet.entries) + sum([not hole.formula for hole, _ in typed])
    if not _fits(sheet, filled, budget) or sheet.most >= len(strings):
        return None
    budget.characters += sheet.characters
    budget.filled += filled
    table = strings if isinstance(strings, Table) else Table(strings)
    small = table.small and len(taken.left) <= SMALL
    cells = sheet.cells(table, taken) if small else sheet.unshared_cells(table, typed)
    frame = sheet.frame
    return RawSheet(
        listed.name,
        listed.state,
        cells,
        tuple(frame.merges),
        frozenset(frame.hidden_rows),
        frozenset(frame.hidden_columns),
        frame.protected,
    )


def _fits(sheet: Compiled, filled: int, budget: Budget) -> bool:
    bounds = budget.bounds
    return (
        sheet.total <= bounds.cells.value
        and filled <= bounds.filled.value
        and budget.filled + filled <= bounds.filled_in_all.value
        and budget.characters + sheet.characters <= bounds.text_in_all.value
    )


@remembered(32)
def _compiled(data: bytes, formats: Formats) -> Compiled | None:
    if data.count(b"<sheetData") != 1 or data.count(_CLOSE) != 1:
        return None
    head, opened, rest = data.partition(_OPEN)
    body, _, tail = rest.partition(_CLOSE)
    lines = _lines(body) if opened else None
    frame = _frame(b"".join((head, _OPEN, *(tag for tag, _ in lines), _CLOSE, tail))) if lines else None
    if lines is None or frame is None or len(frame.rows) != len(lines):
        return None
    found = (read_row(cells, row, formats) for row, (_, cells) in zip(frame.rows, lines, strict=True))
    rows = [row for row in found if row is not None]
    if len(rows) < len(lines):
        return None
    entries = tuple(entry for row in rows for entry in row.entries)
    most = max((number for _, _, cell, number, _ in entries if cell is None), default=-1)
    holes = find_holes(data, len(head) + len(_OPEN), len(data) - len(tail) - len(_CLOSE), formats)
    return Compiled(frame, entries, sum(row.total for row in rows), sum(row.characters for row in rows), most, holes)


def _lines(body: bytes) -> list[tuple[bytes, bytes]] | None:
    """The rows as start tag, made to stand alone, and what is inside."""
    lines: list[tuple[bytes, bytes]] = []
    *closed, rest = body.split(_ROW_END)
    for piece in closed:
        cells = _without_empty(piece, lines)
        tag = cells[: cells.find(b">") + 1]
        if not tag.startswith(b"<row "):
            return None
        lines.append((tag[:-1] + b"/>", cells[len(tag) :]))
    return None if _without_empty(rest, lines) else lines


def _without_empty(piece: bytes, lines: list[tuple[bytes, bytes]]) -> bytes:
    """What follows the rows that hold nothing; those go into `lines`."""
    while piece.startswith(b"<row ") and (tag := piece[: piece.find(b">") + 1]).endswith(b"/>"):
        lines.append((tag, b""))
        piece = piece[len(tag) :]
    return piece


@remembered(64)
def _frame(data: bytes) -> Frame | None:
    return read_frame(data)
