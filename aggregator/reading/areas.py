"""Cell addresses and ranges as a worksheet writes them, always inside Excel's grid."""

from __future__ import annotations

import re
from collections.abc import Collection

from aggregator.reading import limits, refusals
from aggregator.reading.book import Address, column_letters
from aggregator.reading.refusals import Refused

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column."""

_LETTERS = {column: column_letters(column) for column in range(1, 703)}
_COLUMNS = {letters: column for column, letters in _LETTERS.items()}
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(r"[1-9][0-9]{0,6}")


def column_number(letters: str) -> int:
    """`A` → 1, `XFD` → 16384, and on beyond the grid."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def is_row(text: str) -> bool:
    """A row or column number as XML writes it; it may still be outside the grid."""
    return _ROW.fullmatch(text) is not None


def column_in_row(address: str, row_text: str, likely: int) -> int:
    """The column of an address that must stand in this row; `likely` is the next one, which it nearly always is."""
    if address == f"{_LETTERS.get(likely)}{row_text}":
        return likely
    if address.endswith(row_text):
        column = _COLUMNS.get(address[: -len(row_text)])
        if column is not None:
            return column
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise Refused(refusals.ADDRESS, cell=ascii(address[:20])[1:-1])
    if match[2] != row_text:
        raise Refused(limits.ROWS if int(match[2]) > limits.ROWS.value else refusals.CONTRADICTION, cell=address)
    column = column_number(match[1])
    if column > limits.COLUMNS.value:
        raise Refused(limits.COLUMNS, cell=address)
    return column


def area(ref: str) -> Area:
    """`A1:B2` or `A1`; refused when it is turned round or leaves the grid."""
    first, _, last = ref.partition(":")
    start, end = _ADDRESS.fullmatch(first), _ADDRESS.fullmatch(last or first)
    if start is None or end is None:
        raise Refused(refusals.RANGE)
    top, left = int(start[2]), column_number(start[1])
    bottom, right = int(end[2]), column_number(end[1])
    if not (top <= bottom <= limits.ROWS.value and left <= right <= limits.COLUMNS.value):
        raise Refused(refusals.RANGE)
    return top, left, bottom, right


def size(area: Area) -> int:
    top, left, bottom, right = area
    return (bottom - top + 1) * (right - left + 1)


def inside(area: Area, cells: Collection[Address]) -> list[Address]:
    """The filled cells of a range, found the shorter way: through the range or through the cells."""
    top, left, bottom, right = area
    if size(area) > len(cells):
        return [(row, column) for row, column in cells if top <= row <= bottom and left <= column <= right]
    spots = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
    return [spot for spot in spots if spot in cells]
