"""The rows of a sheet, one at a time, and the sheet without them: a sheet may be larger than the memory.

A row is cut into its cells with compiled patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from aggregator.lint.contents import attributes_of

_START, _END, _ROW = b"<sheetData", b"</sheetData>", b"<row"

Cell = tuple[bytes, bytes, bytes, bytes, bytes, bytes]
"""Column letters, row digits, format, type; inside, a whole number and nothing else, or all other contents."""

_OURS = re.compile(
    rb'<c r="([A-Z]{1,4})([0-9]{1,8})"(?: s="([0-9]{1,9})")?(?: t="([a-zA-Z]{1,9})")?'
    rb"(?:/>|>(?:<v>(-?[0-9]{1,17})</v></c>|(.*?)</c>))",
    re.DOTALL,
)
_ANY = re.compile(rb"<c(\s[^>]*?)?(?:/>|>(.*?)</c>)", re.DOTALL)
_ADDRESS = re.compile(rb"([A-Z]{1,4})([0-9]{1,8})")
_PLAIN = re.compile(rb"<v>(-?[0-9]{1,17})</v>")


def fragments(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What stands in `sheetData` before the first `<row`, then what stands behind each."""
    rest = iter(pieces)
    head, left = _begin(rest)
    if _is_empty(head):
        return
    for piece in chain((b"",), rest):
        left += piece
        if (end := left.find(_END)) >= 0:
            yield from left[:end].split(_ROW)
            return
        *whole, left = left.split(_ROW)
        yield from whole


def without_rows(pieces: Iterable[bytes]) -> bytes:
    """The sheet with an empty `sheetData`."""
    rest = iter(pieces)
    head, left = _begin(rest)
    if not _is_empty(head):
        for piece in chain((b"",), rest):
            left += piece
            if (end := left.find(_END)) >= 0:
                left = left[end:]
                break
            left = left[-len(_END) :]
    return b"".join((head, left, *rest))


def _begin(rest: Iterator[bytes]) -> tuple[bytes, bytes]:
    """The sheet up to and with the start tag of `sheetData` (all of it without one), and what was read behind it."""
    read = b""
    for piece in rest:
        read += piece
        tag = read.find(_START)
        if tag >= 0 and (behind := read.find(b">", tag) + 1):
            return read[:behind], read[behind:]
    return read, b""


def _is_empty(head: bytes) -> bool:
    """Whether nothing follows that belongs to `sheetData`."""
    return head.endswith(b"/>") or _START not in head


def cells_of(rest: bytes) -> list[Cell]:
    found: list[Cell] = _OURS.findall(rest)
    return found if len(found) == rest.count(b"<c ") + rest.count(b"<c>") else list(_any_cells(rest))


def _any_cells(rest: bytes) -> Iterator[Cell]:
    """Attributes in any order, as some programs write them."""
    for found in _ANY.finditer(rest):
        attributes = attributes_of(found[1] or b"")
        address = _ADDRESS.fullmatch(attributes.get(b"r", b""))
        letters, digits = (address[1], address[2]) if address else (b"", b"")
        plain = _PLAIN.fullmatch(found[2] or b"")
        inside = (plain[1], b"") if plain else (b"", found[2] or b"")
        yield letters, digits, attributes.get(b"s", b""), attributes.get(b"t", b""), *inside


def inside(cell: Cell) -> bytes:
    """The content as it stands in the file."""
    return b"<v>%b</v>" % cell[4] if cell[4] else cell[5]
