"""A sheet is taken for a form's table or not, whether it is searched by what it shares with others or cell by cell."""

from __future__ import annotations

import random

import pytest

from aggregator import layout as place
from aggregator.forms import Form, form_ids, load_form
from aggregator.reading.book import Address, Cell, RawSheet, Shape, Shaped
from aggregator.sheets import ENOUGH, holds_table, likeness

SEED = random.randrange(10**6)
SHEETS = 200


def text(said: str) -> Cell:
    return Cell("text", text=said)


def sheet_of(shared: dict[Address, Cell], own: dict[Address, Cell]) -> tuple[RawSheet, RawSheet]:
    """The sheet with a shape and the same cells without one."""
    cells = Shaped({**shared, **own}, Shape(shared), own)
    return RawSheet("x", cells=cells), RawSheet("x", cells=dict(cells))


def dealt(form: Form, rng: random.Random) -> tuple[dict[Address, Cell], dict[Address, Cell]]:
    """Labels and codes of some rows, a few of them the file's own, and enough other cells."""
    shared = {(row, 30): text("x") for row in range(1, 101)}
    own: dict[Address, Cell] = {}
    named = [(place.LABEL, row.label) for row in form.rows] + [(place.CODE, row.code) for row in form.rows]
    part, few = rng.uniform(0.2, 0.9), rng.uniform(0, 0.2)
    for number, (column, said) in enumerate(named, 1):
        if rng.random() < part:
            (own if rng.random() < few else shared)[number, column] = text(said)
    return shared, own


@pytest.mark.parametrize("form_id", form_ids())
def test_a_table_is_found_by_its_shape_as_by_its_cells(form_id: str) -> None:
    print(f"seed {SEED}")
    rng, form = random.Random(f"{SEED} {form_id}"), load_form(form_id)
    answers = set()
    for _ in range(SHEETS):
        shaped, plain = sheet_of(*dealt(form, rng))
        assert likeness(shaped, form) == likeness(plain, form)
        assert holds_table(shaped, form) == holds_table(plain, form) == (likeness(plain, form) > ENOUGH)
        answers.add(holds_table(plain, form))
    assert answers == {True, False}


def test_one_own_label_counts_for_every_row_that_bears_it() -> None:
    form = load_form("dong-nai-2023")
    many = max(form.label_keys, key=form.label_keys.count)
    alike = [row.label for row, key in zip(form.rows, form.label_keys, strict=True) if key == many]
    others = [row.label for row, key in zip(form.rows, form.label_keys, strict=True) if key != many]
    assert form.most_alike == len(alike) == 5
    few = others[: len(form.rows) // 2 - 2]
    shared = {(row, place.LABEL): text(label) for row, label in enumerate(few, 1)}
    filling = {(row, 30): text("x") for row in range(1, 101)}
    shaped, plain = sheet_of({**shared, **filling}, {(90, place.LABEL): text(alike[0])})
    assert holds_table(shaped, form) and holds_table(plain, form)
    assert not holds_table(sheet_of({**shared, **filling}, {})[0], form)
