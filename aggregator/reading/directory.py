"""The short way through the directory of a zip container: for archives as spreadsheet programs usually write them.

What is listed here is exactly what `container` would list; whatever is not of the usual shape gives `None`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from typing import NamedTuple

from aggregator.reading import limits
from aggregator.reading.limits import Bounds
from aggregator.reading.memory import kept, remembered

_END = struct.Struct("<4s4H2LH")
_LISTED = struct.Struct("<4s2x3H4x3L4H6xL")
_HEADER = b"PK\x03\x04"
_HEADER_SIZE = 30
_HEADER_SAME, _LISTED_SAME, _SAME = 4, 6, 24
"""Where the version needed stands in both, and the bytes from there to the length of the name."""
_USUAL_FLAGS = 0x806
"""How well it was packed, and that names are UTF-8."""
_NEWEST = 63
_NAME = re.compile(rb"(?!/)(?!.*\.\.)[A-Za-z0-9_./\[\] -]+")
_STORED, _DEFLATED = 0, 8


class Entry(NamedTuple):
    """One file of the archive: where its data lies and what the directory promises."""

    name: str
    start: int
    stored: int
    size: int
    checksum: int
    deflated: bool


@kept(1)
def list_usual(data: bytes) -> Mapping[str, Entry] | None:
    """Every entry by its name in lower case, in the order of the file, or `None`."""
    end = len(data) - _END.size
    if end < 0 or data.rfind(b"PK\x05\x06") != end:
        return None
    _, *disks, here, number, length, start, comment = _END.unpack_from(data, end)
    if any(disks) or comment or here != number or start + length != end or number > limits.ENTRIES.value:
        return None
    entries: dict[str, Entry] = {}
    at, position = start, 0
    for _ in range(number):
        entry = _entry(data, at, position, end)
        if entry is None or entries.setdefault(entry.name.lower(), entry) is not entry:
            return None
        at, position = at + _LISTED.size + len(entry.name), entry.start + entry.stored
    return entries if (at, position) == (end, start) else None


def _entry(data: bytes, at: int, position: int, end: int) -> Entry | None:
    """The entry that the directory lists at `at`, when it is usual in every way and lies at `position`."""
    if at + _LISTED.size > end:
        return None
    sign, version, flags, method, checksum, stored, size, name_size, *others, offset = _LISTED.unpack_from(data, at)
    if sign != b"PK\x01\x02" or version & 0xFF > _NEWEST or flags & ~_USUAL_FLAGS or any(others) or offset != position:
        return None
    if method not in (_STORED, _DEFLATED) or (method == _STORED and stored != size):
        return None
    header = data[position : position + _HEADER_SIZE]
    same = data[at + _LISTED_SAME : at + _LISTED_SAME + _SAME]
    if not header.startswith(_HEADER) or header[_HEADER_SAME : _HEADER_SAME + _SAME] != same:
        return None
    behind = position + _HEADER_SIZE + name_size
    name = data[at + _LISTED.size : at + _LISTED.size + name_size]
    known = _usual_name(name)
    if known is None or name != data[behind - name_size : behind]:
        return None
    start = behind + int.from_bytes(header[28:30], "little")
    return Entry(known, start, stored, size, checksum, method == _DEFLATED)


@remembered(256, largest=2**8)
def _usual_name(name: bytes) -> str | None:
    return name.decode() if _NAME.fullmatch(name) else None


def within(entries: Mapping[str, Entry], bounds: Bounds) -> bool:
    """Whether all promised sizes are within the limits."""
    sizes = [entry.size for entry in entries.values()]
    if max(sizes, default=0) > bounds.part.value or sum(sizes) > bounds.all_parts.value:
        return False
    large = [entry for entry in entries.values() if entry.size > limits.RATIO_FREE.value]
    return not any(entry.size > entry.stored * limits.RATIO.value for entry in large)
