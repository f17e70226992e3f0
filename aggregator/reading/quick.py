"""The short way through a worksheet and its strings: for XML as spreadsheet programs usually write it.

One regular expression reads a whole row of cells; a row, a frame or a sheet that was read before is not read again.
What is read here is exactly what the strict way would give; whatever is not of the usual shape, down to one character,
gives `None`, and the strict way reads, or refuses, the part from its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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
from aggregator.reading.xml import plain_text, resolved

_OPEN, _CLOSE, _ROW_END, _TABLE_END = "<sheetData>", "</sheetData>", "</row>", "</sst>"
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]{1,6})")?(?: t="(n|s|str|b|inlineStr)")?'
    r'(?: ?/>|>(?:<f(?: aca="false")?>([^<]*)</f>)?'
    r'(?:<v>([^<]*)</v>|(<v ?/>)|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
_GROUPS = _CELL.groups + 1
_TABLE = re.compile(
    r"(?:<\?xml[^>]*\?>\s*)?"
    r'<sst xmlns="http://schemas\.openxmlformats\.org/spreadsheetml/2006/main"'
    r'(?: count="[0-9]{1,9}")?(?: uniqueCount="[0-9]{1,9}")?>'
)
_STRING = re.compile(r'<si><t(?: xml:space="preserve")?(?: ?/>|>([^<]*)</t>)</si>')

_TEXTS = ("str", "inlineStr")
"""Types whose empty value is a text without characters."""

Entry = tuple[int, int, Cell | None, int, str]
"""Row, column, and the cell, or `None` with the number of its string and its format."""


# --- strings -------------------------------------------------------------------------------------------------------


def read_strings(data: bytes, budget: Budget) -> list[str] | None:
    """The shared strings, where each is one plain text; counts their characters in `budget`."""
    text = plain_text(data) if _is_short(data, budget) else None
    head = _TABLE.match(text) if text is not None else None
    if text is None or head is None or not text.endswith(_TABLE_END):
        return None
    pieces = _STRING.split(text[head.end() : -len(_TABLE_END)])
    if any(pieces[::2]):
        return None
    strings = [_string(piece) if piece else "" for piece in pieces[1::2]]
    characters = budget.characters + sum(len(string or "") for string in strings)
    if None in strings or len(strings) > budget.bounds.strings.value or characters > budget.bounds.text_in_all.value:
        return None
    budget.characters = characters
    return strings  # type: ignore[return-value]


def _string(piece: str) -> str | None:
    """A text with entities and escapes read; `None` where it is not allowed to be read, or so long."""
    text = resolved(piece)
    if text is None or len(text) > limits.TEXT.value:
        return None
    return decode(text) if "_x" in text else text


def _is_short(data: bytes, budget: Budget) -> bool:
    """Short enough that the bounds on tags and tokens need no second look."""
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
                (row, column): cell or Cell("text", table[number], None, shown)
                for row, column, cell, number, shown in self.entries
            }
            self.said = said
        return self.cells


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
    text = plain_text(data)
    if text is None or text.count("<sheetData") != 1 or text.count(_CLOSE) != 1:
        return None
    head, opened, rest = text.partition(_OPEN)
    body, _, tail = rest.partition(_CLOSE)
    lines = _lines(body) if opened else None
    frame = _frame(f"{head}{_OPEN}{''.join(tag for tag, _ in lines)}{_CLOSE}{tail}".encode()) if lines else None
    if lines is None or frame is None or len(frame.rows) != len(lines):
        return None
    found = (_row(cells, row, formats) for row, (_, cells) in zip(frame.rows, lines, strict=True))
    rows = [row for row in found if row is not None]
    if len(rows) < len(lines):
        return None
    entries = tuple(entry for row in rows for entry in row.entries)
    numbers = tuple(number for _, _, cell, number, _ in entries if cell is None)
    return Compiled(frame, entries, sum(row.total for row in rows), sum(row.characters for row in rows), numbers)


def _lines(body: str) -> list[tuple[str, str]] | None:
    """The rows as start tag, made to stand alone, and what is inside."""
    lines: list[tuple[str, str]] = []
    *closed, rest = body.split(_ROW_END)
    for piece in closed:
        cells = _without_empty(piece, lines)
        tag = cells[: cells.find(">") + 1]
        if not tag.startswith("<row "):
            return None
        lines.append((f"{tag[:-1]}/>", cells[len(tag) :]))
    return None if _without_empty(rest, lines) else lines


def _without_empty(piece: str, lines: list[tuple[str, str]]) -> str:
    """What follows the rows that hold nothing; those go into `lines`."""
    while piece.startswith("<row ") and (tag := piece[: piece.find(">") + 1]).endswith("/>"):
        lines.append((tag, ""))
        piece = piece[len(tag) :]
    return piece


@remembered(64)
def _frame(data: bytes) -> Frame | None:
    return read_frame(data)


@dataclass(frozen=True, slots=True)
class Row:
    """The filled cells of one row, how many cells it has at all, and the characters of texts that stand in it."""

    entries: tuple[Entry, ...]
    total: int
    characters: int


@remembered(2048, largest=2**11)
def _row(text: str, row: int, formats: Formats) -> Row | None:
    pieces = _CELL.split(text)
    if any(pieces[::_GROUPS]):
        return None
    fields = (pieces[number::_GROUPS] for number in range(1, _GROUPS))
    try:
        entries = tuple(_entries(row, zip(*fields, strict=True), formats))
    except (_Unusual, Refused):
        return None
    characters = sum(len(cell.text) for _, _, cell, _, _ in entries if cell is not None and cell.kind == "text")
    return Row(entries, len(pieces) // _GROUPS, characters)


class _Unusual(Exception):
    """What the strict way must look at."""


def _entries(row: int, cells: Iterable[tuple[str | None, ...]], formats: Formats) -> Iterator[Entry]:
    before = 0
    for letters, number, style, stored, formula, filled, empty, inline in cells:
        value = inline if inline is not None else "" if empty else filled
        if (stored == "inlineStr" and value is not None) != (inline is not None):
            raise _Unusual
        column = column_number(letters or "")
        if int(number or 0) != row or not before < column <= limits.COLUMNS.value:
            raise _Unusual
        before = column
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
        formula = _formula(_text(formula))
    if value or (value is not None and stored in _TEXTS):
        if stored == "s":
            raise _Unusual
        return Cell(kind, read(_text(value), (), Budget()), formula, shown)
    return Cell("none", "", formula, shown)


def _formula(text: str) -> str:
    if len(text) > limits.FORMULA.value or is_command(text):
        raise _Unusual
    return text or UNKNOWN


def _text(text: str) -> str:
    known = resolved(text)
    if known is None:
        raise _Unusual
    return known
