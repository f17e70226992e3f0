"""One row of a worksheet as bytes, read by one regular expression; see `quick`.

Between the numbers that people type, a row is the same in every file: such pieces are read once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from aggregator.reading import limits
from aggregator.reading.areas import column_number
from aggregator.reading.book import Cell
from aggregator.reading.formulas import UNKNOWN, is_command
from aggregator.reading.memory import remembered
from aggregator.reading.refusals import Refused
from aggregator.reading.strings import Budget
from aggregator.reading.styles import GENERAL, Formats
from aggregator.reading.values import READERS, is_index
from aggregator.reading.xml import resolved

PLAIN = "[^<\\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*"
"""Characters that stand for themselves, and references."""

_CELL = re.compile(
    r'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]{1,6})")?(?: t="(n|s|str|b|inlineStr)")?'
    rf'(?: ?/>|>(?:<f(?: aca="false")?>({PLAIN})</f>)?'
    rf'(?:<v>({PLAIN})</v>|(<v ?/>)|<is><t(?: xml:space="preserve")?>({PLAIN})</t></is>)?</c>)'
)
_GROUPS = _CELL.groups + 1
_NUMBER = re.compile(rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})" s="([0-9]{1,6})"><v>([0-9]{1,15})</v></c>')
_NUMBERS = _NUMBER.groups + 1

_TEXTS = ("str", "inlineStr")
"""Types whose empty value is a text without characters."""

Entry = tuple[int, int, Cell | None, int, str]
"""Row, column, and the cell, or `None` with the number of its string and its format."""


def decoded(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


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
def read_row(data: bytes, row: int, formats: Formats) -> Row | None:
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
    text = decoded(data)
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
        formula = _formula(formula)
    if value or (value is not None and stored in _TEXTS):
        if stored == "s":
            raise _Unusual
        return Cell(kind, read(_text(value), (), Budget()), formula, shown)
    return Cell("none", "", formula, shown)


@remembered(1024, largest=2**11)
def _formula(raw: str) -> str:
    text = _text(raw)
    if len(text) > limits.FORMULA.value or is_command(text):
        raise _Unusual
    return text or UNKNOWN


def _text(text: str) -> str:
    known = resolved(text)
    if known is None:
        raise _Unusual
    return known
