"""What stands behind every number, as one compact block of data that the script opens when somebody asks.

Branches with their totals, leaves as arrays of numbers in the order of the form's figures; `null` is a blank cell. Of
a large result the branches stand alone.
Whole numbers that JavaScript cannot hold exactly are texts. Every text is made safe here: the script only shows it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from aggregator.consolidation import Branch, Consolidation, Totals, filled_figures
from aggregator.figures import values_of
from aggregator.forms import LEVELS, FigureKey, Form
from aggregator.layout import DATA_SHEET, Layout
from aggregator.outputs.page.totals import measure_word
from aggregator.outputs.page.words import script_words
from aggregator.reading.book import a1
from aggregator.submission import Leaf
from aggregator.text import printable

Data = dict[str, Any]
EXACT = 2**53
MAX_PATH = 1000


def contributors(result: Consolidation, lang: str, whole: bool = True) -> str:
    """JSON that cannot end the element it stands in."""
    form, coverage = result.form, result.coverage
    expected = None if coverage.expected is None else _by_branch(result, coverage.expected)
    accepted = _by_branch(result, coverage.accepted)
    leaves, totals = (result.leaves, result.leaf_totals) if whole else ((), ())
    document = {
        "words": script_words(lang),
        "separator": "," if lang == "en" else ".",
        "sheet": DATA_SHEET,
        "levels": list(LEVELS),
        "figures": [_figure(form, figure, lang) for figure in form.figures],
        "totals": [_exact(result.totals[figure]) for figure in form.figures],
        "branches": [_branch(result, branch, expected, accepted) for branch in result.branches],
        "whole": whole,
        "leaves": [_leaf(leaf) for leaf in leaves],
        "values": [_values(form, leaf, of_leaf) for leaf, of_leaf in zip(leaves, totals, strict=True)],
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _values(form: Form, leaf: Leaf, totals: Totals) -> list[int | str | None]:
    figures = zip(values_of(totals, form.figures), filled_figures(form, leaf), strict=True)
    values = [value if written else None for value, written in figures]
    return [*values] if max(filter(None, values), default=0) < EXACT else [_exact(value) for value in values]


def _exact(value: int | None) -> int | str | None:
    return value if value is None or abs(value) < EXACT else str(value)


def _figure(form: Form, figure: FigureKey, lang: str) -> Data:
    key, measure = figure
    row = form.by_key[key]
    return {
        "code": row.code,
        "label": row.label,
        "measure": measure_word(row, measure, lang),
        "cell": a1(*Layout(form).cell_of[figure]),
        "levels": None if row.levels is None else [LEVELS.index(level) for level in row.levels],
    }


def _branch(result: Consolidation, branch: Branch, expected: Counter[str] | None, accepted: Counter[str]) -> Data:
    code = branch.unit.code
    inside = result.leaves[branch.first : branch.last]
    return {
        "code": code,
        "name": printable(branch.unit.name),
        "own": branch.own,
        "first": branch.first,
        "last": branch.last,
        "levels": sorted({_level(leaf) for leaf in inside}),
        "expected": None if expected is None else expected[code],
        "accepted": accepted[code],
        "totals": [_exact(branch.totals[figure]) for figure in result.form.figures],
    }


def _by_branch(result: Consolidation, codes: Iterable[str]) -> Counter[str]:
    """How many of the units stand in each branch; the unit's own activity is a branch under its own code."""
    return Counter(result.register.branch(code, result.at.code) or "" for code in codes)


def _leaf(leaf: Leaf) -> list[str | int]:
    """Code, name, level, file; a file inside a consolidated workbook stands behind that."""
    path = f"{leaf.via} › {leaf.file}" if leaf.via else leaf.file
    return [leaf.unit.code, printable(leaf.unit.name), _level(leaf), printable(path, MAX_PATH)]


def _level(leaf: Leaf) -> int:
    return LEVELS.index(leaf.unit.level) if leaf.unit.level in LEVELS else -1
