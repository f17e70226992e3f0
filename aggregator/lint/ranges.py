"""Cells and ranges as a workbook names them, and which of many ranges overlap."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from aggregator.reading.areas import Area, column_number
from aggregator.reading.book import column_letters

ROWS, COLUMNS = 1_048_576, 16_384

_RANGE = re.compile(r"\$?([A-Z]{1,4})\$?([0-9]{1,8})(?::\$?([A-Z]{1,4})\$?([0-9]{1,8}))?")
_COLUMNS = re.compile(r"\$?([A-Z]{1,4}):\$?([A-Z]{1,4})")
_ROWS = re.compile(r"\$?([0-9]{1,8}):\$?([0-9]{1,8})")


def area_of(ref: str, *, whole: bool = False) -> Area | None:
    """First row, first column, last row, last column; None where it is turned round or leaves the grid.

    whole: `$A:$B` and `$1:$3` are ranges, too.
    """
    if found := _RANGE.fullmatch(ref):
        top, left = int(found[2]), column_number(found[1])
        bottom, right = (int(found[4]), column_number(found[3])) if found[3] else (top, left)
    elif whole and (found := _COLUMNS.fullmatch(ref)):
        top, left, bottom, right = 1, column_number(found[1]), ROWS, column_number(found[2])
    elif whole and (found := _ROWS.fullmatch(ref)):
        top, left, bottom, right = int(found[1]), 1, int(found[2]), COLUMNS
    else:
        return None
    fits = 1 <= top <= bottom <= ROWS and 1 <= left <= right <= COLUMNS
    return (top, left, bottom, right) if fits else None


def text_of(area: Area) -> str:
    top, left, bottom, right = area
    first, last = f"{column_letters(left)}{top}", f"{column_letters(right)}{bottom}"
    return first if first == last else f"{first}:{last}"


def meet(one: Area, other: Area) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def holds(outer: Area, inner: Area) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def overlaps(areas: Iterable[Area]) -> Iterator[tuple[Area, Area]]:
    """Ranges that meet an earlier one, with that one, from top to bottom.

    The sweep keeps the ranges that reach down to the present row, side by side; one that overlaps is not kept, so a
    range is only ever compared with its neighbours.
    """
    active: list[Area] = []
    lefts: list[int] = []
    for area in sorted(areas):
        top, left, _, right = area
        at = max(bisect_right(lefts, left) - 1, 0)
        clash = None
        while at < len(active) and active[at][1] <= right and clash is None:
            if active[at][2] < top:
                del active[at], lefts[at]
            elif active[at][3] >= left:
                clash = active[at]
            else:
                at += 1
        if clash:
            yield clash, area
            continue
        active.insert(at, area)
        lefts.insert(at, left)
