"""One number of a consolidated workbook taken apart: total, branches, leaves, each with file, cell and what touched it.

Made from what the workbook's hidden copy says, never from the visible sheets. Nothing is printed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from aggregator import layout as place
from aggregator.consolidation import complete_figures, make_branches
from aggregator.forms import FigureKey, Form
from aggregator.layout import Layout
from aggregator.outputs.workbook_layout import FINDINGS_SHEET, SOURCE_SHEET
from aggregator.outputs.workbook_lists import MEASURE_WORDS, Listing
from aggregator.reading.book import a1
from aggregator.register import Register, Unit
from aggregator.submission import Leaf

INTERPRETED = "value-interpreted"
DECISION = "Quyết định"
"""How lines about decisions begin on `Nguồn`."""


@dataclass(frozen=True, slots=True)
class TracedLeaf:
    """One unit's figure: `value` stands in `cell` of the sheet `sheet` of `leaf.file`.

    `typed` is what was typed there where it had to be interpreted; `decisions` are those of staff that touched it.
    """

    leaf: Leaf
    value: int
    sheet: str
    cell: str
    typed: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TracedBranch:
    """A direct child, or (`own`) the unit's own activity; `blank` are leaves that left the cell blank."""

    unit: Unit
    own: bool
    total: int
    leaves: tuple[TracedLeaf, ...]
    blank: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class TracedFigure:
    """A total with its branches; a computed one with its parts instead."""

    figure: FigureKey
    code: str
    label: str
    word: str
    total: int
    branches: tuple[TracedBranch, ...] = ()
    parts: tuple[TracedFigure, ...] = ()


@dataclass(frozen=True)
class Source:
    """What a consolidated workbook carries. `units` begins with the unit it is for; `leaves` as it tells of them."""

    form: Form
    units: tuple[Unit, ...]
    leaves: tuple[Leaf, ...]
    lists: tuple[Listing, ...]


def trace_figure(source: Source, figure: FigureKey) -> TracedFigure:
    """Down to the cells."""
    form = source.form
    row = form.by_key[figure[0]]
    register = Register.of((replace(source.units[0], parent=None), *source.units[1:]))
    totals = [complete_figures(form, leaf) for leaf in source.leaves]
    branches = make_branches(register.root, form, register, source.leaves, totals)
    total = sum(branch.totals[figure] for branch in branches)
    whole = TracedFigure(figure, row.code, row.label, MEASURE_WORDS[figure[1]], total)
    if figure in form.computed:
        return replace(whole, parts=tuple(trace_figure(source, part) for part in form.computed[figure]))
    words = _Words(source, figure)
    cell = a1(*Layout(form).cell_of[figure])
    made = []
    for branch in branches:
        leaves = source.leaves[branch.first : branch.last]
        filled = tuple(_leaf(leaf, figure, cell, words) for leaf in leaves if leaf.figures.get(figure) is not None)
        blank = tuple(leaf for leaf in leaves if leaf.figures.get(figure) is None)
        made.append(TracedBranch(branch.unit, branch.own, branch.totals[figure], filled, blank))
    return replace(whole, branches=tuple(made))


def _leaf(leaf: Leaf, figure: FigureKey, cell: str, words: _Words) -> TracedLeaf:
    typed, decisions = words.typed(leaf), words.decisions(leaf)
    return TracedLeaf(leaf, leaf.figures[figure] or 0, place.DATA_SHEET, cell, typed, decisions)


# --- what the lists tell -------------------------------------------------------------------------------------------


class _Words:
    """Findings and decisions about one figure, looked up by file and unit."""

    def __init__(self, source: Source, figure: FigureKey) -> None:
        row = source.form.by_key[figure[0]]
        lists = {listing.sheet: listing for listing in source.lists}
        self._typed: dict[str, list[str]] = {}
        for line in _named(lists.get(FINDINGS_SHEET)):
            here = line.get("Mã dòng") == row.code and line.get("Số liệu") in ("", MEASURE_WORDS[figure[1]])
            if here and line.get("Mã vấn đề") == INTERPRETED:
                self._typed.setdefault(line.get("Tệp", ""), []).append(line.get("Đang ghi", ""))
        self._decisions = tuple(_decisions(lists.get(SOURCE_SHEET)))

    def typed(self, leaf: Leaf) -> tuple[str, ...]:
        """What stood in the cell; known only where the unit's own file was read for this very workbook."""
        return () if leaf.via else tuple(self._typed.get(leaf.file, ()))

    def decisions(self, leaf: Leaf) -> tuple[str, ...]:
        return tuple(text for text in self._decisions if _speaks_of(text, leaf))


def _named(listing: Listing | None) -> Iterator[Mapping[str, str]]:
    """The lines of a list, each by the names of its columns."""
    if listing is not None:
        names = [name for name, _ in listing.columns]
        yield from (dict(zip(names, map(str, line), strict=True)) for line in listing.lines)


def _decisions(listing: Listing | None) -> Iterator[str]:
    """Decisions, whether they stand above the list of files or in it."""
    lines: Sequence[Sequence[str | int]] = (*listing.facts, *listing.lines) if listing else ()
    for line in lines:
        words = [str(word) for word in line if word != ""]
        if words and words[0].startswith(DECISION):
            yield " – ".join(words)


def _speaks_of(text: str, leaf: Leaf) -> bool:
    """Whether a decision names the unit, its file or the workbook that carried it."""
    names = [name for name in (leaf.unit.code, leaf.file, leaf.via, leaf.sha256) if name]
    return any(re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w/-]|\.\w)", text) for name in names)
