"""The short way through a worksheet and its strings: for XML as spreadsheet programs usually write it.

One regular expression reads a whole row of cells; a row, a frame or a sheet that was read before is not read again.
What is read here is exactly what the strict way would give; whatever is not of the usual shape, down to one character,
gives `None`, and the strict way reads, or refuses, the part from its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.reading import limits
from aggregator.reading.book import Address, Cell, RawSheet
from aggregator.reading.frame import Frame, read_frame
from aggregator.reading.memory import kept, remembered
from aggregator.reading.package import ListedSheet
from aggregator.reading.quick_rows import PLAIN, Entry, decoded, read_row
from aggregator.reading.strings import Budget, decode
from aggregator.reading.styles import Formats
from aggregator.reading.xml import resolved

_OPEN, _CLOSE, _ROW_END, _TABLE_END = b"<sheetData>", b"</sheetData>", b"</row>", "</sst>"
SHORT = 2**8
"""Characters of the longest text whose cell is remembered."""

_DECLARED = re.compile(
    rb"""(?!\s*<\?)|<\?xml version="1\.0" encoding="(?:UTF|utf)-8"(?: standalone="(?:yes|no)")? ?\?>"""
)
"""Nothing said of the encoding, or UTF-8."""

_TABLE = re.compile(
    r"(?:<\?xml[^>]*\?>[ \t\r\n]*)?"
    r'<sst xmlns="http://schemas\.openxmlformats\.org/spreadsheetml/2006/main"'
    r'(?: count="[0-9]{1,9}")?(?: uniqueCount="[0-9]{1,9}")?>'
)
_STRING = re.compile(rf'<si><t(?: xml:space="preserve")?(?: ?/>|>({PLAIN})</t>)</si>')


# --- strings -------------------------------------------------------------------------------------------------------


def read_strings(data: bytes, budget: Budget) -> list[str] | None:
    """The shared strings, where each is one plain text; counts their characters in `budget`."""
    text = decoded(data) if _is_short(data, budget) else None
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
    return _short_text(text, shown) if len(text) <= SHORT else Cell("text", text, None, shown)


@kept(4096)
def _short_text(text: str, shown: str) -> Cell:
    return Cell("text", text, None, shown)


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
    found = (read_row(cells, row, formats) for row, (_, cells) in zip(frame.rows, lines, strict=True))
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
