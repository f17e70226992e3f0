"""The short way through a worksheet and its strings: for XML as spreadsheet programs usually write it.

Plain numbers are taken out first, see `holes`. One regular expression reads a whole row of cells; a row, a frame or a
sheet that was read before is not read again.
What is read here is exactly what the strict way would give; whatever is not of the usual shape, down to one character,
gives `None`, and the strict way reads, or refuses, the part from its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.reading import limits
from aggregator.reading.book import Address, Cell, RawSheet, Shape, Shaped
from aggregator.reading.frame import Frame, read_frame
from aggregator.reading.holes import Hole, find_holes, take_out
from aggregator.reading.memory import kept, remembered
from aggregator.reading.package import ListedSheet
from aggregator.reading.quick_rows import PLAIN, Entry, decoded, read_row
from aggregator.reading.strings import Budget, Table, decode
from aggregator.reading.styles import Formats
from aggregator.reading.xml import resolved

_OPEN, _CLOSE, _ROW_END, _TABLE_END = b"<sheetData>", b"</sheetData>", b"</row>", "</sst>"
SHORT = 2**8
"""Characters of the longest text whose cell is remembered."""
MOST_OTHERS = 32
"""Texts that may differ between two files of one shape: names, codes and notes of the unit."""

_DECLARED = re.compile(
    rb"""(?!\s*<\?)|<\?xml version="1\.0" encoding="(?:UTF|utf)-8"(?: standalone="(?:yes|no)")? ?\?>"""
)
"""Nothing said of the encoding, or UTF-8."""

_TABLE = re.compile(
    r"(?:<\?xml[^>]*\?>[ \t\r\n]*)?"
    r'<sst xmlns="http://schemas\.openxmlformats\.org/spreadsheetml/2006/main"'
    r'(?: count="[0-9]{1,9}")?(?: uniqueCount="[0-9]{1,9}")?>'
)
_KEPT, _OPEN_TEXT = '<t xml:space="preserve">', "<t>"
_FIRST, _LAST = "<si><t>", "</t></si>"
_CONTROLS = bytes({*range(32)} - {*b"\t\n"})
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_STRING = re.compile(rf'<si><t(?: xml:space="preserve")?(?: ?/>|>({PLAIN})</t>)</si>')


# --- strings -------------------------------------------------------------------------------------------------------


def read_strings(data: bytes, budget: Budget) -> list[str] | None:
    """The shared strings, where each is one plain text; counts their characters in `budget`."""
    text = decoded(data) if _is_short(data) and _has_few_tags(data, budget) else None
    head = _TABLE.match(text) if text is not None else None
    if text is None or head is None or not text.endswith(_TABLE_END) or "]]>" in text:
        return None
    pieces = _pieces(text[head.end() : -len(_TABLE_END)], _is_plain(data))
    if pieces is None:
        return None
    marked = "&" in text or "_x" in text
    strings = [_string(piece) if "&" in piece or "_x" in piece else piece for piece in pieces] if marked else pieces
    lengths = [len(string) for string in strings]
    characters = budget.characters + sum(lengths)
    if max(lengths, default=0) > limits.TEXT.value or len(strings) > budget.bounds.strings.value:
        return None
    if characters > budget.bounds.text_in_all.value:
        return None
    budget.characters = characters
    return strings


def _is_plain(data: bytes) -> bool:
    """Whether all characters are some that XML allows as they stand."""
    return len(data.translate(None, _CONTROLS)) == len(data) and not any(mark in data for mark in _NO_CHARACTERS)


def _pieces(table: str, plain: bool) -> list[str] | None:
    """The texts as they stand there: of plain characters those between two tags each, or else by a look at each."""
    short = table.replace(_KEPT, _OPEN_TEXT)
    if plain and short.startswith(_FIRST) and short.endswith(_LAST):
        pieces = short[len(_FIRST) : -len(_LAST)].split(_LAST + _FIRST)
        if short.count("<") == 4 * len(pieces):
            return pieces
    found = _STRING.split(table)
    return None if any(found[::2]) else [piece or "" for piece in found[1::2]]


def _string(piece: str) -> str:
    """A text with entities and escapes read; of one that the strict way must look at, more than may be read."""
    text = resolved(piece)
    if text is None or len(text) > limits.TEXT.value:
        return " " * (limits.TEXT.value + 1)
    return decode(text) if "_x" in text else text


def _is_short(data: bytes) -> bool:
    """Short enough that the bound on tokens needs no second look; in UTF-8, as far as the part says."""
    return len(data) <= limits.TOKEN.value and _DECLARED.match(data) is not None


def _has_few_tags(data: bytes, budget: Budget) -> bool:
    most = budget.bounds.tags.value
    return len(data) <= most or data.count(b"<") <= most


# --- sheets --------------------------------------------------------------------------------------------------------


@kept(16)
def _others(known: Table, table: Table) -> tuple[tuple[int, str], ...] | None:
    """Strings that are not those of a known table, with their numbers; `None` where they are many."""
    pairs = enumerate(zip(known, table, strict=False))
    others = tuple([(number, text) for number, (before, text) in pairs if text is not before and text != before])
    return others if len(others) <= MOST_OTHERS else None


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

    def texts(self, table: Table) -> dict[Address, Cell]:
        """The cells whose texts are not those of the shape; of a table with many others there is another shape."""
        others = _others(self.table, table) if self.table is not None else None
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

    def filled(self, texts: Mapping[Address, Cell], numbers: Mapping[Address, Cell]) -> Mapping[Address, Cell]:
        """The cells of the shape with those of one file, in the order of the sheet."""
        cells = Shaped(self.all_cells if numbers else self.shape.cells)  # type: ignore[arg-type]
        cells.shape, cells.texts, cells.numbers = self.shape, texts, numbers
        cells.update(texts)
        if numbers:
            cells.update(numbers)
            for at in self.blanks:
                if at not in numbers:
                    del cells[at]
        return cells


def _text_cell(text: str, shown: str) -> Cell:
    return _short_text(text, shown) if len(text) <= SHORT else Cell("text", text, None, shown)


@kept(4096)
def _short_text(text: str, shown: str) -> Cell:
    return Cell("text", text, None, shown)


@kept(8192)
def _number_cell(digits: str, formula: str | None, shown: str) -> Cell:
    """The numbers of a form are small, and few are shown in more than one way."""
    return Cell("number", digits, formula, shown)


@dataclass(frozen=True, slots=True)
class Taken:
    """A worksheet taken apart, see `holes`."""

    left: bytes
    numbers: Mapping[int, str]


@remembered(64, largest=2**14)
def _taken(data: bytes) -> Taken | None:
    return Taken(*take_out(data)) if _is_short(data) else None


def read_sheet(
    data: bytes, listed: ListedSheet, strings: Sequence[str], formats: Formats, budget: Budget
) -> RawSheet | None:
    """The worksheet; counts its cells and characters in `budget`."""
    if not _has_few_tags(data, budget):
        return None
    taken = _taken(data)
    if taken is None:
        return None
    sheet = _compiled(taken.left, formats)
    if sheet is None or not sheet.holes.keys() >= taken.numbers.keys():
        return None
    typed = [(sheet.holes[at], digits) for at, digits in taken.numbers.items()]
    filled = len(sheet.entries) + sum([not hole.formula for hole, _ in typed])
    if not _fits(sheet, filled, budget) or sheet.most >= len(strings):
        return None
    budget.characters += sheet.characters
    budget.filled += filled
    texts = sheet.texts(strings if isinstance(strings, Table) else Table(strings))
    numbers = {
        hole.at: _number_cell(digits, sheet.shape.cells[hole.at].formula if hole.formula else None, hole.format)
        for hole, digits in typed
    }
    frame = sheet.frame
    return RawSheet(
        listed.name,
        listed.state,
        sheet.filled(texts, numbers),
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
