"""One row of a worksheet as bytes, read by one regular expression; see `quick`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
    """The filled cells of a row; how many cells it has at all, and the characters of texts that stand in it."""

    entries: tuple[Entry, ...]
    total: int
    characters: int


@remembered(1024, largest=2**12)
def read_row(data: bytes, row: int, formats: Formats) -> Row | None:
    """The cells of a row, one behind the other."""
    text = decoded(data)
    pieces = _CELL.split(text) if text is not None else ["?"]
    if any(pieces[::_GROUPS]) or b"]]>" in data:
        return None
    columns = [column_number(letters) for letters in pieces[1::_GROUPS]]
    fields = (pieces[number::_GROUPS] for number in range(2, _GROUPS))
    try:
        entries = tuple(_entries(row, zip(columns, *fields, strict=True), formats))
    except (Unusual, Refused):
        return None
    if any(after <= before for before, after in pairwise(columns)):
        return None
    if columns and columns[-1] > limits.COLUMNS.value:
        return None
    characters = sum(len(cell.text) for _, _, cell, _, _ in entries if cell is not None and cell.kind == "text")
    return Row(entries, len(columns), characters)


class Unusual(Exception):
    """What the strict way must look at."""


def _entries(row: int, cells: Iterable[tuple[Any, ...]], formats: Formats) -> Iterator[Entry]:
    for column, number, style, stored, formula, filled, empty, inline in cells:
        value = inline if inline is not None else "" if empty else filled
        if (stored == "inlineStr" and value is not None) != (inline is not None):
            raise Unusual
        if int(number) != row:
            raise Unusual
        if value or formula is not None or (value is not None and stored in _TEXTS):
            shown = formats.codes.get(style or "0") or plain_format(formats, style or "0")
            if stored == "s" and value and formula is None:
                yield row, column, None, _index(value), shown
            else:
                yield row, column, _cell(stored or "n", formula, value, shown), 0, shown


def plain_format(formats: Formats, style: str) -> str:
    """A workbook without a table of styles has no formats."""
    if formats.codes or not is_index(style):
        raise Unusual
    return GENERAL


def _index(value: str) -> int:
    if not is_index(value):
        raise Unusual
    return int(value)


def _cell(stored: str, formula: str | None, value: str | None, shown: str) -> Cell:
    """A cell whose value stands in it."""
    kind, read = READERS[stored]
    if formula is not None:
        formula = _formula(formula)
    if value or (value is not None and stored in _TEXTS):
        if stored == "s":
            raise Unusual
        return Cell(kind, read(_text(value), (), Budget()), formula, shown)
    return Cell("none", "", formula, shown)


@remembered(1024, largest=2**11)
def _formula(raw: str) -> str:
    text = _text(raw)
    if len(text) > limits.FORMULA.value or is_command(text):
        raise Unusual
    return text or UNKNOWN


def _text(text: str) -> str:
    known = resolved(text)
    if known is None:
        raise Unusual
    return known
