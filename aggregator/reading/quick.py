"""The short way through a worksheet and its strings: for XML as spreadsheet programs usually write it.

One regular expression reads a whole row of cells; a row, a frame or a sheet that was read before is not read again.
What is read here is exactly what the strict way would give; whatever is not of the usual shape, down to one character,
gives `None`, and the strict way reads, or refuses, the part from its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from aggregator.reading import limits
from aggregator.reading.areas import column_number
from aggregator.reading.book import Address, Cell, RawSheet
from aggregator.reading.formulas import UNKNOWN, is_command
from aggregator.reading.frame import Frame, read_frame
from aggregator.reading.memory import remembered
from aggregator.reading.package import ListedSheet
from aggregator.reading.refusals import Refused
from aggregator.reading.strings import Budget, decode
from aggregator.reading.styles import GENERAL, Formats
from aggregator.reading.values import READERS, is_index
from aggregator.reading.xml import resolved

_OPEN, _CLOSE, _ROW_END, _TABLE_END = b"<sheetData>", b"</sheetData>", b"</row>", "</sst>"
_DECLARED = re.compile(
    rb"""(?!\s*<\?)|<\?xml version="1\.0" encoding="(?:UTF|utf)-8"(?: standalone="(?:yes|no)")? ?\?>"""
)
"""Nothing said of the encoding, or UTF-8."""

_PLAIN = "[^<\\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*"
"""Characters that stand for themselves, and references."""

_CELL = re.compile(
    r'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]{1,6})")?(?: t="(n|s|str|b|inlineStr)")?'
    rf'(?: ?/>|>(?:<f(?: aca="false")?>({_PLAIN})</f>)?'
    rf'(?:<v>({_PLAIN})</v>|(<v ?/>)|<is><t(?: xml:space="preserve")?>({_PLAIN})</t></is>)?</c>)'
)
_GROUPS = _CELL.groups + 1
_NUMBER = re.compile(rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})" s="([0-9]{1,6})"><v>([0-9]{1,15})</v></c>')
_NUMBERS = _NUMBER.groups + 1
_TABLE = re.compile(
    r"(?:<\?xml[^>]*\?>\s*)?"
    r'<sst xmlns="http://schemas\.openxmlformats\.org/spreadsheetml/2006/main"'
    r'(?: count="[0-9]{1,9}")?(?: uniqueCount="[0-9]{1,9}")?>'
)
_STRING = re.compile(rf'<si><t(?: xml:space="preserve")?(?: ?/>|>({_PLAIN})</t>)</si>')

SHORT, LONG = 2**8, 2**11
"""Characters of the longest text, and of the longest formula, that are remembered."""

_TEXTS = ("str", "inlineStr")
"""Types whose empty value is a text without characters."""

Entry = tuple[int, int, Cell | None, int, str]
"""Row, column, and the cell, or `None` with the number of its string and its format."""


# --- strings -------------------------------------------------------------------------------------------------------


def read_strings(data: bytes, budget: Budget) -> list[str] | None:
    """The shared strings, where each is one plain text; counts their characters in `budget`."""
    text = _decoded(data) if _is_short(data, budget) else None
    head = _TABLE.match(text) if text is not None else None
    if text is None or head is None or not text.endswith(_TABLE_END) or "]]>" in text:
        return None
    pieces = _STRING.split(text[head.end() : -len(_TABLE_END)])
    if any(pieces[::2]):
        return None
    marked = "&" in text or "_x" in text
    strings = [_string(piece or "") for piece in pieces[1::2]] if marked else [piece or "" for piece in pieces[1::2]]
    lengths = [len(string) for string in strings]
    characters = budget.characters + sum(lengths)
    if max(lengths, default=0) > limits.TEXT.value or len(strings) > budget.bounds.strings.value:
        return None
    if characters > budget.bounds.text_in_all.value:
        return None
    budget.characters = characters
    return strings


def _string(piece: str) -> str:
    """A text with entities and escapes read; of one that the strict way must look at, more than may be read."""
    text = resolved(piece)
    if text is None or len(text) > limits.TEXT.value:
        return " " * (limits.TEXT.value + 1)
    return decode(text) if "_x" in text else text


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_short(data: bytes, budget: Budget) -> bool:
    """Short enough that the bounds on tags and tokens need no second look; in UTF-8, as far as the part says."""
    if not _DECLARED.match(data):
        return False
    return len(data) <= limits.TOKEN.value and data.count(b"<") <= budget.bounds.tags.value


# --- sheets --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Compiled:
    """A worksheet whose shared strings are still numbers; `said`: those of the last time, which made `cells`."""

    frame: Frame
    entries: tuple[Entry, ...]
    total: int
    characters: int
    strings: tuple[int, ...]
    said: list[str] | None = None
    cells: Mapping[Address, Cell] = field(default_factory=dict)

    def cells_with(self, table: Sequence[str]) -> Mapping[Address, Cell]:
        """The cells, with the texts that this workbook has for their numbers."""
        said = [table[number] for number in self.strings]
        if said != self.said:
            self.cells = {
                (row, column): cell or _text_cell(table[number], shown)
                for row, column, cell, number, shown in self.entries
            }
            self.said = said
        return self.cells


def _text_cell(text: str, shown: str) -> Cell:
    return (_known_cell if len(text) <= SHORT else _new_cell)(text, shown)


def _new_cell(text: str, shown: str) -> Cell:
    return Cell("text", text, None, shown)


_known_cell = lru_cache(maxsize=4096)(_new_cell)


def read_sheet(
    data: bytes, listed: ListedSheet, strings: Sequence[str], formats: Formats, budget: Budget
) -> RawSheet | None:
    """The worksheet; counts its cells and characters in `budget`."""
    sheet = _compiled(data, formats) if _is_short(data, budget) else None
    if sheet is None or not _fits(sheet, budget) or max(sheet.strings, default=-1) >= len(strings):
        return None
    budget.characters += sheet.characters
    budget.filled += len(sheet.entries)
    frame = sheet.frame
    hidden = frozenset(frame.hidden_rows), frozenset(frame.hidden_columns)
    return RawSheet(
        listed.name, listed.state, sheet.cells_with(strings), tuple(frame.merges), *hidden, protected=frame.protected
    )


def _fits(sheet: Compiled, budget: Budget) -> bool:
    bounds, filled = budget.bounds, len(sheet.entries)
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
    found = (_row(cells, row, formats) for row, (_, cells) in zip(frame.rows, lines, strict=True))
    rows = [row for row in found if row is not None]
    if len(rows) < len(lines):
        return None
    entries = tuple(entry for row in rows for entry in row.entries)
    numbers = tuple(number for _, _, cell, number, _ in entries if cell is None)
    return Compiled(frame, entries, sum(row.total for row in rows), sum(row.characters for row in rows), numbers)


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


@dataclass(frozen=True, slots=True)
class Row:
    """The filled cells of a row, or of a piece of it between two columns; how many cells it has at all, and the
    characters of texts that stand in it."""

    entries: tuple[Entry, ...]
    total: int
    characters: int
    first: int = 0
    last: int = 0


@remembered(512, largest=2**12)
def _row(data: bytes, row: int, formats: Formats) -> Row | None:
    """A row whose typed numbers differ from file to file, and what stands between them does not."""
    parts = _NUMBER.split(data)
    entries: list[Entry] = []
    total = characters = before = 0
    for at in range(0, len(parts), _NUMBERS):
        piece = _cells(parts[at], row, formats)
        if piece is None or (piece.total and piece.first <= before):
            return None
        before = piece.last or before
        entries += piece.entries
        total, characters = total + piece.total, characters + piece.characters
        if at + 1 < len(parts):
            entry = _typed(parts[at + 1 : at + _NUMBERS], row, before, formats)
            if entry is None:
                return None
            entries.append(entry)
            total, before = total + 1, entry[1]
    return Row(tuple(entries), total, characters)


def _typed(cell: Sequence[bytes], row: int, before: int, formats: Formats) -> Entry | None:
    """A cell with a plain number, as its column, row, style and digits."""
    letters, number, style, digits = map(bytes.decode, cell)
    column, shown = column_number(letters), formats.codes.get(style)
    if shown is None or int(number) != row or not before < column <= limits.COLUMNS.value:
        return None
    return row, column, Cell("number", digits, None, shown), 0, shown


@remembered(2048, largest=2**12)
def _cells(data: bytes, row: int, formats: Formats) -> Row | None:
    """Some cells of a row, one behind the other."""
    text = _decoded(data)
    pieces = _CELL.split(text) if text is not None else ["?"]
    if any(pieces[::_GROUPS]) or b"]]>" in data:
        return None
    columns = [column_number(letters) for letters in pieces[1::_GROUPS]]
    fields = (pieces[number::_GROUPS] for number in range(2, _GROUPS))
    try:
        entries = tuple(_entries(row, zip(columns, *fields, strict=True), formats))
    except (_Unusual, Refused):
        return None
    if any(after <= before for before, after in pairwise(columns)):
        return None
    if columns and columns[-1] > limits.COLUMNS.value:
        return None
    characters = sum(len(cell.text) for _, _, cell, _, _ in entries if cell is not None and cell.kind == "text")
    first, last = (columns[0], columns[-1]) if columns else (0, 0)
    return Row(entries, len(columns), characters, first, last)


class _Unusual(Exception):
    """What the strict way must look at."""


def _entries(row: int, cells: Iterable[tuple[Any, ...]], formats: Formats) -> Iterator[Entry]:
    for column, number, style, stored, formula, filled, empty, inline in cells:
        value = inline if inline is not None else "" if empty else filled
        if (stored == "inlineStr" and value is not None) != (inline is not None):
            raise _Unusual
        if int(number) != row:
            raise _Unusual
        if value or formula is not None or (value is not None and stored in _TEXTS):
            shown = formats.codes.get(style or "0") or _plain(formats, style or "0")
            if stored == "s" and value and formula is None:
                yield row, column, None, _index(value), shown
            else:
                yield row, column, _cell(stored or "n", formula, value, shown), 0, shown


def _plain(formats: Formats, style: str) -> str:
    """A workbook without a table of styles has no formats."""
    if formats.codes or not is_index(style):
        raise _Unusual
    return GENERAL


def _index(value: str) -> int:
    if not is_index(value):
        raise _Unusual
    return int(value)


def _cell(stored: str, formula: str | None, value: str | None, shown: str) -> Cell:
    """A cell whose value stands in it."""
    kind, read = READERS[stored]
    if formula is not None:
        formula = (_known_formula if len(formula) <= LONG else _formula)(formula)
    if value or (value is not None and stored in _TEXTS):
        if stored == "s":
            raise _Unusual
        return Cell(kind, read(_text(value), (), Budget()), formula, shown)
    return Cell("none", "", formula, shown)


def _formula(raw: str) -> str:
    text = _text(raw)
    if len(text) > limits.FORMULA.value or is_command(text):
        raise _Unusual
    return text or UNKNOWN


_known_formula = lru_cache(maxsize=1024)(_formula)


def _text(text: str) -> str:
    known = resolved(text)
    if known is None:
        raise _Unusual
    return known
