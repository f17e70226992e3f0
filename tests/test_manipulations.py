"""1,000 random manipulations of filled forms: each is refused or warned of with a code that fits it, and no number of
a file that was let through stands anywhere but where its unit typed it.

`SEED=… python -m pytest tests/test_manipulations.py` throws other dice; the seed stands in every failure.
"""

from __future__ import annotations

import os
import random

import pytest

from aggregator.catalogue import severity_of
from aggregator.examine import examine_bytes
from aggregator.forms import FigureKey, form_ids
from aggregator.layout import COLUMN_OF
from aggregator.steps.survey import expectation
from aggregator.submission import Examination
from tests.manipulations import COLUMNS, KINDS, NUMBERS_ONLY, Manipulation, Table, base_of, forms_for, manipulated

SEED = os.environ.get("SEED", "2024")
EACH = 67
"""Times 15 kinds: 1,005."""
EXPECTED = expectation(None)


def name_of(how: Manipulation) -> str:
    return how.__name__


def read(table: Table) -> Examination:
    return examine_bytes(table.file(), "thu/a.xlsx", EXPECTED)


def serious(examined: Examination) -> set[str]:
    return {finding.code for finding in examined.findings if severity_of(finding) in ("error", "warning")}


def figures(examined: Examination) -> dict[FigureKey, int]:
    """What would be added up, without blanks."""
    return {key: value for leaf in examined.leaves for key, value in leaf.figures.items() if value is not None}


def cases(how: Manipulation, count: int) -> list[tuple[str, Table]]:
    forms = forms_for(how)
    seeds = [f"{SEED} {how.__name__} {number}" for number in range(count)]
    return [(seed, manipulated(forms[number % len(forms)], how, seed)) for number, seed in enumerate(seeds)]


@pytest.mark.parametrize("form_id", form_ids())
def test_untouched_forms_give_no_finding(form_id: str) -> None:
    for number in range(20):
        table = Table(base_of(form_id), random.Random(f"{SEED} {number}"))
        examined = read(table)
        assert examined.findings == (), (SEED, number)
        assert figures(examined) == table.typed


@pytest.mark.parametrize("how", KINDS, ids=name_of)
def test_every_manipulation_is_noticed(how: Manipulation) -> None:
    print(f"seed {SEED}")
    wrong = [
        (seed, table.base.form.id, table.done, said)
        for seed, table in cases(how, EACH)
        if (said := wrong_with(how, table))
    ]
    assert wrong == []


def wrong_with(how: Manipulation, table: Table) -> str:
    """What is wrong with the reading of one manipulated file, or nothing."""
    examined = read(table)
    said = serious(examined)
    if not said & KINDS[how]:
        return f"said {said or 'nothing'}"
    refused = any(severity_of(finding) == "error" for finding in examined.findings)
    if refused and examined.leaves:
        return "refused and added"
    if not refused and figures(examined) != table.typed:
        return f"added {figures(examined)} instead of {table.typed}"
    return ""


def test_there_are_a_thousand() -> None:
    assert EACH * len(KINDS) >= 1_000


@pytest.mark.parametrize("how", NUMBERS_ONLY, ids=name_of)
def test_numbers_that_moved_alone_are_read_where_they_stand(how: Manipulation) -> None:
    """Nobody can see from the file alone that two numbers were typed in each other's place: a person could have typed
    them so. Then the file is refused, warned of, or read exactly as it stands; these are not among the thousand.
    """
    for seed, table in cases(how, EACH):
        examined = read(table)
        if examined.leaves:
            assert figures(examined) == as_it_stands(table), (seed, table.done)
        else:
            assert serious(examined), (seed, table.done)


def as_it_stands(table: Table) -> dict[FigureKey, int]:
    cells = {key: table.text(row, COLUMNS[COLUMN_OF[key[1]] - 1]) for key, (row, _) in _typed_cells(table).items()}
    return {key: int(text) for key, text in cells.items() if text}


def _typed_cells(table: Table) -> dict[FigureKey, tuple[int, int]]:
    layout = table.base.layout
    return {key: layout.cell_of[key] for key in table.base.form.typed}
