"""The short way through the shared strings, see `quick`; and when a part may go the short way at all."""

from __future__ import annotations

import re

from aggregator.reading import limits
from aggregator.reading.quick_rows import PLAIN, decoded
from aggregator.reading.strings import Budget, decode
from aggregator.reading.xml import resolved

_TABLE_END = "</sst>"
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


def read_strings(data: bytes, budget: Budget) -> list[str] | None:
    """The shared strings, where each is one plain text; counts their characters in `budget`."""
    text = decoded(data) if is_short(data) and has_few_tags(data, budget) else None
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


def is_short(data: bytes) -> bool:
    """Short enough that the bound on tokens needs no second look; in UTF-8, as far as the part says."""
    return len(data) <= limits.TOKEN.value and _DECLARED.match(data) is not None


def has_few_tags(data: bytes, budget: Budget) -> bool:
    most = budget.bounds.tags.value
    return len(data) <= most or data.count(b"<") <= most
