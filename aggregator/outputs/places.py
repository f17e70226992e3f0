"""Places of the same fault, joined as people say them: `Số liệu!D14, D16–D18`.

Cells one below the other become a range from three on; what is no plain address stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from aggregator.findings import Finding
from aggregator.reading.areas import column_number
from aggregator.words import in_language

MOST = 12
"""Cells and ranges that are listed per sheet; of the others it is said how many there are."""
RANGE_FROM = 3
ADDRESS = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


def joined_places(findings: Sequence[Finding], lang: str) -> str:
    """Where the findings stand, sheet by sheet; a single cell also says which row of the form it is."""
    placed = list(dict.fromkeys((finding.sheet or "", finding.cell or "", finding.row) for finding in findings))
    if len(placed) == 1:
        (sheet, cell, row), *_ = placed
        where = "!".join(part for part in (sheet, cell) if part)
        return in_language("{where} (dòng {row})", lang, where=where, row=row) if row and cell else where
    by_sheet: dict[str, list[str]] = {}
    for sheet, cell, _ in placed:
        by_sheet.setdefault(sheet, []).extend([cell] if cell else [])
    said = (_on_sheet(sheet, cells, lang) for sheet, cells in by_sheet.items())
    return "; ".join(text for text in said if text)


def _on_sheet(sheet: str, cells: Sequence[str], lang: str) -> str:
    pieces = list(_pieces(list(dict.fromkeys(cells))))
    shown = [text for text, _ in pieces[:MOST]]
    if more := sum(number for _, number in pieces[MOST:]):
        shown.append(in_language("và {more} ô khác", lang, more=more))
    return "!".join(part for part in (sheet, ", ".join(shown)) if part)


def _pieces(cells: Sequence[str]) -> Iterator[tuple[str, int]]:
    """A text and how many cells it stands for: plain addresses column by column, then the rest."""
    matches = [ADDRESS.fullmatch(cell) for cell in cells]
    plain = sorted((column_number(found[1]), int(found[2]), found[1]) for found in matches if found)
    runs = groupby(enumerate(plain), key=lambda item: (item[1][0], item[1][1] - item[0]))
    for _, run in runs:
        yield from _run([(letters, row) for _, (_, row, letters) in run])
    yield from ((cell, 1) for cell, found in zip(cells, matches, strict=True) if not found)


def _run(cells: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    names = [f"{letters}{row}" for letters, row in cells]
    if len(names) < RANGE_FROM:
        yield from ((name, 1) for name in names)
    else:
        yield f"{names[0]}–{names[-1]}", len(names)
