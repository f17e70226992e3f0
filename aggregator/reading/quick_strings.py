"""The short way through the shared strings, see `quick`; and when a part may go the short way at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.reading import limits
from aggregator.reading.memory import SMALL, kept
from aggregator.reading.quick_rows import PLAIN, decoded
from aggregator.reading.strings import Budget, Table, decode
from aggregator.reading.xml import resolved

_TABLE_END = "</sst>"
_BEGIN, _END = b"<si>", b"</si>"
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


def read_strings(data: bytes, budget: Budget) -> Table | None:
    """The shared strings, where each is one plain text; counts their characters in `budget`."""
    if not (is_short(data) and has_few_tags(data, budget)):
        return None
    found = _read_small(data) if len(data) <= SMALL else _read_whole(data)
    if found is None or found.longest > limits.TEXT.value or len(found.table) > budget.bounds.strings.value:
        return None
    characters = budget.characters + found.characters
    if characters > budget.bounds.text_in_all.value:
        return None
    budget.characters = characters
    return found.table


@dataclass(frozen=True, slots=True)
class _Read:
    """A table; of its texts the characters of the longest, and of all."""

    table: Table
    longest: int
    characters: int


@dataclass(slots=True)
class _Base:
    """The last table of its kind that was read as a whole, and its strings as they stand in the part."""

    pieces: Sequence[bytes] = ()
    read: _Read | None = None


@kept(16)
def _base(_number: int, _head: bytes) -> _Base:
    """That of tables with so many strings behind such a head; filled in by who reads one."""
    return _Base()


def _read_small(data: bytes) -> _Read | None:
    """By what is not as in the table before, where that is little."""
    start = max(data.find(_BEGIN), 0)
    pieces = data[start:].split(_END)
    base = _base(len(pieces), data[:start])
    found = _differing(base.read, base.pieces, pieces) if base.read else None
    if found is None:
        found = _read_whole(data)
        if found:
            base.pieces, base.read = pieces, found
    return found


def _differing(base: _Read, before: Sequence[bytes], pieces: Sequence[bytes]) -> _Read | None:
    pairs = enumerate(zip(before, pieces, strict=True))
    others = [(number, piece) for number, (known, piece) in pairs if piece != known]
    if len(others) > MOST_OTHERS:
        return None
    own = [(number, text) for number, piece in others if (text := _alone(piece)) is not None]
    if len(own) < len(others):
        return None
    table = Table(base.table, base=base.table, own=own)
    for number, text in own:
        table[number] = text
    more = sum([len(text) - len(base.table[number]) for number, text in own])
    longest = max([base.longest, *[len(text) for _, text in own]])
    return _Read(table, longest, base.characters + more)


def _alone(piece: bytes) -> str | None:
    """One string by a look at it."""
    whole = decoded(piece + _END)
    found = _STRING.fullmatch(whole) if whole is not None and "]]>" not in whole else None
    return _string(found[1] or "") if found else None


def _read_whole(data: bytes) -> _Read | None:
    text = decoded(data)
    head = _TABLE.match(text) if text is not None else None
    if text is None or head is None or not text.endswith(_TABLE_END) or "]]>" in text:
        return None
    pieces = _pieces(text[head.end() : -len(_TABLE_END)], _is_plain(data))
    if pieces is None:
        return None
    table = Table(map(_string, pieces) if "&" in text or "_x" in text else pieces, small=len(data) <= SMALL)
    lengths = [len(string) for string in table]
    return _Read(table, max(lengths, default=0), sum(lengths))


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
    text = resolved(piece) if "&" in piece else piece
    if text is None or len(text) > limits.TEXT.value:
        return " " * (limits.TEXT.value + 1)
    return decode(text) if "_x" in text else text


def is_short(data: bytes) -> bool:
    """Short enough that the bound on tokens needs no second look; in UTF-8, as far as the part says."""
    return len(data) <= limits.TOKEN.value and _DECLARED.match(data) is not None


def has_few_tags(data: bytes, budget: Budget) -> bool:
    most = budget.bounds.tags.value
    return len(data) <= most or data.count(b"<") <= most
