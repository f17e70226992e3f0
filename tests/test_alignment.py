"""Rows found by code, label and unit: one manipulation gives the one fitting deviation, whatever row it strikes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from aggregator import layout as place
from aggregator.alignment import Alignment, align
from aggregator.forms import load_form
from aggregator.layout import Layout
from aggregator.reading.book import Cell, RawSheet
from aggregator.reading.strict import open_book
from aggregator.template import blank_issue, write_form

FORMS = ("tong-hop-2021", "tong-hop-2024", "dong-nai-2023")


def issued(form_id: str) -> tuple[Layout, RawSheet]:
    form = load_form(form_id)
    book, _ = open_book(write_form(blank_issue(form)))
    return Layout(form), book.sheets[0]


ISSUED = {form_id: issued(form_id) for form_id in FORMS}


def reordered(sheet: RawSheet, order: Sequence[int | None], layout: Layout, columns: range = range(1, 30)) -> RawSheet:
    """The sheet with the rows of the table taken from `order`; `None` is an inserted empty row."""
    first, height = layout.first_row, max(row for row, _ in sheet.cells)
    cells = {at: cell for at, cell in sheet.cells.items() if at[0] < first or at[1] not in columns}
    rows = [*order, *range(layout.last_row + 1, height + 1)] if columns == range(1, 30) else list(order)
    for number, source in enumerate(rows, start=first):
        for column in columns:
            cell = sheet.cells.get((source, column)) if source else None
            if cell:
                cells[(number, column)] = cell
    return replace(sheet, cells=cells)


def table(layout: Layout) -> list[int | None]:
    return list(range(layout.first_row, layout.last_row + 1))


def shape(alignment: Alignment) -> dict[str, list[str | None]]:
    named = {name: [line.key for line in getattr(alignment, name)] for name in ("moved", "extra", "duplicated")}
    named["missing"] = list(alignment.missing)
    return {name: keys for name, keys in named.items() if keys}


@pytest.mark.parametrize("form_id", FORMS)
def test_the_issued_form_is_intact(form_id: str) -> None:
    layout, sheet = ISSUED[form_id]
    alignment = align(sheet, layout)
    assert shape(alignment) == {} and not alignment.codes_gone
    assert alignment.rows == layout.row_of


@pytest.mark.parametrize("form_id", FORMS)
def test_two_swapped_rows_are_two_moved(form_id: str) -> None:
    layout, sheet = ISSUED[form_id]
    keys = [row.key for row in layout.form.rows]
    rng = random.Random(1)
    pairs = [(number, number + 1) for number in range(len(keys) - 1)]
    pairs += [tuple(sorted(rng.sample(range(len(keys)), 2))) for _ in range(80)]
    for a, b in pairs:
        order = table(layout)
        order[a], order[b] = order[b], order[a]
        assert shape(align(reordered(sheet, order, layout), layout)) == {"moved": [keys[b], keys[a]]}


@pytest.mark.parametrize("form_id", FORMS)
def test_one_row_moved_far_is_one_moved(form_id: str) -> None:
    layout, sheet = ISSUED[form_id]
    keys = [row.key for row in layout.form.rows]
    rng = random.Random(2)
    for a, b in (rng.sample(range(len(keys)), 2) for _ in range(120)):
        if abs(a - b) > 1:
            order = table(layout)
            order.insert(b, order.pop(a))
            assert shape(align(reordered(sheet, order, layout), layout)) == {"moved": [keys[a]]}


@pytest.mark.parametrize("form_id", FORMS)
def test_an_inserted_a_deleted_and_a_doubled_row(form_id: str) -> None:
    layout, sheet = ISSUED[form_id]
    for number, row in enumerate(layout.form.rows):
        inserted = table(layout)
        inserted.insert(number + 1, None)
        found = align(reordered(sheet, inserted, layout), layout)
        assert shape(found) == {"extra": [None]}, row.key
        assert [line.at for line in found.extra] == [layout.row_of[row.key] + 1]

        deleted = table(layout)
        del deleted[number]
        assert shape(align(reordered(sheet, deleted, layout), layout)) == {"missing": [row.key]}

        doubled = table(layout)
        doubled.insert(number + 1, doubled[number])
        assert shape(align(reordered(sheet, doubled, layout), layout)) == {"duplicated": [row.key]}


@pytest.mark.parametrize("form_id", FORMS)
def test_a_row_pasted_over_another(form_id: str) -> None:
    layout, sheet = ISSUED[form_id]
    rng = random.Random(3)
    for _ in range(60):
        a, b = rng.sample(range(len(layout.form.rows)), 2)
        order = table(layout)
        order[b] = order[a]
        found = align(reordered(sheet, order, layout), layout)
        key, gone = layout.form.rows[a].key, layout.form.rows[b].key
        assert shape(found) == {"duplicated": [key], "missing": [gone]}
        assert found.rows[key] == layout.row_of[key]


@pytest.mark.parametrize("form_id", ("tong-hop-2021", "tong-hop-2024"))
def test_labels_that_moved_without_their_codes(form_id: str) -> None:
    """Cut and paste of A to F leaves column H behind: the labels, which people read, say what the numbers mean."""
    layout, sheet = ISSUED[form_id]
    a, b = 4, 9
    order = table(layout)
    order[a], order[b] = order[b], order[a]
    keys = [row.key for row in layout.form.rows]
    moved = reordered(sheet, order, layout, range(1, 7))
    assert shape(align(moved, layout)) == {"moved": [keys[b], keys[a]]}


@pytest.mark.parametrize("form_id", FORMS)
def test_all_codes_gone_is_no_row_finding(form_id: str) -> None:
    layout, sheet = ISSUED[form_id]
    cells = {at: cell for at, cell in sheet.cells.items() if at[1] != place.CODE}
    alignment = align(replace(sheet, cells=cells), layout)
    assert alignment.codes_gone and shape(alignment) == {}
    assert alignment.rows == layout.row_of


@pytest.mark.parametrize("form_id", FORMS)
def test_rows_inserted_above_the_table_leave_it_in_order(form_id: str) -> None:
    layout, sheet = ISSUED[form_id]
    cells = {(row + 2, column): cell for (row, column), cell in sheet.cells.items()}
    alignment = align(replace(sheet, cells=cells), layout)
    assert shape(alignment) == {}
    assert alignment.rows == {key: row + 2 for key, row in layout.row_of.items()}


def test_a_changed_label_keeps_its_row() -> None:
    layout, sheet = ISSUED["tong-hop-2024"]
    at = layout.row_of["1.07"]
    cells = {**sheet.cells, (at, place.LABEL): Cell("text", "Xóa mù chữ")}
    alignment = align(replace(sheet, cells=cells), layout)
    assert shape(alignment) == {}
    assert alignment.rows["1.07"] == at
