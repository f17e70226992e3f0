"""What stays of a worksheet when its plain numbers are taken out: in file after file the same bytes.

A blank cell and one with a number typed into it then look alike, and so do two results of one formula. The rest is
read once and remembered; of the next file only the numbers are put into their holes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.reading.areas import column_number
from aggregator.reading.book import Address
from aggregator.reading.quick_rows import Unusual, plain_format
from aggregator.reading.styles import Formats

_VALUE = re.compile(rb'><v>(?<=[0-9n]"><v>|/f><v>)([0-9]{1,15})</v></c>')
"""A plain number behind a start tag that says no other type, or behind a formula."""
_BLANK, _UNCALCULATED = b"/>", b"></c>"
_HOLE = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]{1,6})")?(?: t="n")?'
    rb'(?:(/>)|><f(?: aca="false")?>[^<]*</f(></c>))'
)


@dataclass(frozen=True, slots=True)
class Hole:
    """A cell where a number may stand: `formula` tells whether one gives it; `format` is how it is shown."""

    at: Address
    formula: bool
    format: str


def take_out(data: bytes) -> tuple[bytes, Mapping[int, str]]:
    """The sheet without its plain numbers, and those by their place in what is left."""
    parts = _VALUE.split(data)
    numbers: dict[int, str] = {}
    left: list[bytes] = []
    length = 0
    for piece, digits in zip(parts[::2], parts[1::2], strict=False):
        end = _BLANK if piece.endswith(b'"') else _UNCALCULATED
        numbers[length + len(piece)] = digits.decode()
        left += (piece, end)
        length += len(piece) + len(end)
    left.append(parts[-1])
    return b"".join(left), numbers


def find_holes(left: bytes, start: int, end: int, formats: Formats) -> Mapping[int, Hole]:
    """Every place between `start` and `end`, which hold nothing but rows of cells, where a number may have stood."""
    holes: dict[int, Hole] = {}
    for found in _HOLE.finditer(left, start, end):
        letters, row, style = (group.decode() if group else "0" for group in found.group(1, 2, 3))
        try:
            shown = formats.codes.get(style) or plain_format(formats, style)
        except Unusual:
            continue
        blank = found[4] is not None
        holes[found.start(4 if blank else 5)] = Hole((int(row), column_number(letters)), not blank, shown)
    return holes
