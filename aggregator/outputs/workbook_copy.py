"""The hidden copy of a consolidated workbook, decoded and found sound: one tree, each leaf once, sums that are sums.

Hashes prove only that nobody changed a line by hand; what a line says comes from a stranger all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aggregator.consolidation import complete_figures, sum_totals
from aggregator.forms import Form
from aggregator.outputs.workbook_formulas import blocks_of
from aggregator.outputs.workbook_hidden import Entry, Written, make_leaf, make_unit, make_written
from aggregator.outputs.workbook_layout import ORIGIN_WORDS, Sum
from aggregator.outputs.workbook_lists import Listing
from aggregator.reading.book import Address
from aggregator.register import Register, Unit
from aggregator.seal import RESULT_PREFIX, Token, parse_token
from aggregator.submission import Leaf

MAX_FIGURE = 10**13
"""Above every cap of every form; a larger number was never written by us."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The hidden copy, decoded. `leaves` still carry `via` as it was written."""

    token: Token
    parents: tuple[Unit, ...]
    units: tuple[Unit, ...]
    leaves: tuple[Leaf, ...]
    totals: tuple[int, ...]
    written: Written


def head_of(entries: Sequence[Entry]) -> Mapping[str, Any]:
    content = entries[0].content
    return content if entries[0].kind == "head" and isinstance(content, dict) else {}


def token_of(entries: Sequence[Entry]) -> Token | None:
    token = parse_token(str(head_of(entries).get("token", "")))
    return token if token and token.prefix == RESULT_PREFIX else None


def decode(form: Form, entries: Sequence[Entry]) -> Copy | None:
    """The copy, or `None` where it is not one of ours: its hashes fit, but what it says cannot be."""
    try:
        copy = _decoded(form, entries)
        return copy if _is_sound(form, copy) else None
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, StopIteration):
        return None


def _decoded(form: Form, entries: Sequence[Entry]) -> Copy:
    def of(kind: str) -> list[Any]:
        return [entry.content for entry in entries if entry.kind == kind]

    token = token_of(entries)
    assert token is not None
    units = tuple(make_unit(content) for content in of("unit"))
    by_code = {unit.code: unit for unit in units}
    leaves = tuple(make_leaf(form, content, by_code) for content in of("leaf"))
    (totals,) = of("totals")
    above = tuple(make_unit(content) for content in of("above"))[::-1]
    return Copy(token, above, units, leaves, tuple(totals), make_written(entries))


def _is_sound(form: Form, copy: Copy) -> bool:
    """One tree under the unit, each leaf once and in its order, figures that can be, totals that are their sums."""
    register = register_of(copy)
    places = [register.position[leaf.unit.code] for leaf in copy.leaves]
    figures = [value for leaf in copy.leaves for value in leaf.figures.values() if value is not None]
    return (
        len(register.units) == len(copy.units)
        and copy.units[0].code == copy.token.unit
        and places == sorted(set(places))
        and all(type(value) is int and 0 <= value <= MAX_FIGURE for value in figures)
        and all(_is_leaf(form, leaf) for leaf in copy.leaves)
        and all(_is_unit(unit) for unit in (*copy.parents, *copy.units))
        and all(_is_list(listing) for listing in copy.written.lists)
        and all(_are_texts(sheet, texts) for sheet, texts in copy.written.texts.items())
        and all(_are_numbers(sheet, cells) for sheet, cells in copy.written.cells.items())
        and copy.totals == tuple(_sums(form, copy.leaves))
    )


def _is_unit(unit: Unit) -> bool:
    words = (unit.code, unit.name, unit.level, unit.kind, unit.parent or "")
    return bool(unit.code) and all(isinstance(word, str) for word in words)


def _is_leaf(form: Form, leaf: Leaf) -> bool:
    """Words where words belong, and lists as wide as the form's."""
    words = (leaf.file, leaf.sha256, leaf.version, leaf.saved or "", leaf.via or "")
    lists = (("activities", leaf.activities), ("calendar", leaf.calendar))
    wide = {name: len(table["headers"]) for name, table in form.lists.items()}
    return (
        all(isinstance(word, str) for word in words)
        and isinstance(leaf.inclusive, bool)
        and isinstance(leaf.held, bool)
        and leaf.origin in ORIGIN_WORDS
        and all(len(line) == wide.get(name) for name, lines in lists for line in lines)
    )


def _are_texts(sheet: str, texts: Mapping[Address, str]) -> bool:
    numbers = [number for at in texts for number in at]
    words = (sheet, *texts.values())
    return all(type(number) is int and number > 0 for number in numbers) and all(
        isinstance(word, str) for word in words
    )


def _are_numbers(sheet: str, cells: Mapping[Address, int | Sum]) -> bool:
    """Whole numbers, and sums of what `Scene` understands."""
    places = [number for at in cells for number in at]
    sums = [value for value in cells.values() if isinstance(value, Sum)]
    numbers = [value.value if isinstance(value, Sum) else value for value in cells.values()]
    return (
        isinstance(sheet, str)
        and all(type(number) is int and number > 0 for number in places)
        and all(type(number) is int for number in numbers)
        and all(isinstance(value.formula, str) and blocks_of(value.formula) for value in sums)
    )


def _is_list(listing: Listing) -> bool:
    """As wide as its headers, and nothing but texts and whole numbers in it."""
    facts = [value for fact in listing.facts for value in fact]
    cells = [value for line in listing.lines for value in line]
    words = (listing.sheet, listing.title)
    return (
        bool(listing.columns)
        and all(isinstance(word, str) for word in words)
        and all(type(value) in (str, int) for value in (*facts, *cells))
        and all(len(line) == len(listing.columns) for line in listing.lines)
    )


def register_of(copy: Copy) -> Register:
    """The tree below the unit, which is its root whatever stands above it."""
    return Register.of((replace(copy.units[0], parent=None), *copy.units[1:]))


def _sums(form: Form, leaves: Sequence[Leaf]) -> Iterator[int]:
    totals = sum_totals(form, [complete_figures(form, leaf) for leaf in leaves])
    yield from (totals[key] for key in form.figures)
