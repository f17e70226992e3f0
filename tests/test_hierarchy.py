"""School → district → province gives the same as school → province, through real district workbooks."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.account import Setting, consolidate
from aggregator.examine import examine_bytes
from aggregator.forms import Form, load_form
from aggregator.identity import Expectation
from aggregator.intake import choose
from aggregator.outputs.workbook import write_workbook
from aggregator.register import Register, Unit
from aggregator.submission import Examination, Leaf

KEY = b"k" * 32
DAY = date(2024, 10, 3)
FORMS = {form_id: load_form(form_id) for form_id in ("tong-hop-2021", "tong-hop-2024", "dong-nai-2023")}
LADDERS = {3: ("province", "commune", "school"), 4: ("province", "district", "commune", "school")}


def random_tree(rng: random.Random, depth: int) -> Register:
    """An uneven tree of three or four levels; schools may hang at any depth."""
    units = [Unit("0", "Tỉnh Thử", "province", None)]
    above = [units[0]]
    for level in LADDERS[depth][1:]:
        row = []
        for parent in above:
            for number in range(rng.randint(1, 3)):
                code = f"{parent.code}{number}" if parent.code != "0" else f"0{number + 1}"
                kind = "school" if rng.random() < 0.15 else level
                row.append(Unit(code, f"Đơn vị {code}", kind, parent.code))
        units += row
        above = [unit for unit in row if unit.level != "school"]
    return Register.of(units)


def random_leaf(rng: random.Random, form: Form, unit: Unit) -> Leaf:
    figures: dict = {}
    for key, measure in form.typed:
        top = 10**12 - 1 if measure == "money" else 9_999
        fills = measure in form.by_key[key].fillable_at(unit.level)
        figures[(key, measure)] = rng.choice((None, 0, 1, rng.randint(0, top))) if fills else None
    path = f"nhan_ve/{unit.code}.xlsx"
    return Leaf(unit, figures, path, f"{rng.getrandbits(256):064x}", f"{form.id} {form.version}")


def as_file(leaf: Leaf) -> Examination:
    return Examination(leaf.path, leaf.sha256, 1, "form", "f", "c", leaf.unit, leaves=(leaf,))


def add_up(files: list[Examination], register: Register, at: Unit, form: Form):
    return consolidate(choose(files, register, at, DAY), files, at, Setting(form, "c-2024", True, DAY))


@pytest.mark.parametrize("depth", [3, 4])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), form_id=st.sampled_from(sorted(FORMS)))
def test_two_steps_give_what_one_gives(depth: int, seed: int, form_id: str) -> None:
    rng, form = random.Random(seed), FORMS[form_id]
    register = random_tree(rng, depth)
    leaves = [random_leaf(rng, form, unit) for unit in register.units if rng.random() < 0.8]
    files = [as_file(leaf) for leaf in leaves]
    at_once = add_up(files, register, register.root, form)

    expected = Expectation(FORMS, form, "c-2024", KEY, register)
    branches = [unit for unit in register.children["0"] if unit.level != "school"]
    through = [file for file in files if register.branch(file.unit.code, "0") not in {unit.code for unit in branches}]
    for unit in branches:
        data = write_workbook(add_up(files, register, unit, form), KEY)
        examined = examine_bytes(data, f"nhan_ve/tong-hop-{unit.code}.xlsx", expected)
        assert examined.findings == (), (seed, examined.findings)
        through.append(examined)
    rng.shuffle(through)
    in_steps = add_up(through, register, register.root, form)

    assert in_steps.totals == at_once.totals, f"seed {seed}"
    assert in_steps.blank == at_once.blank, f"seed {seed}"
    assert [leaf.unit.code for leaf in in_steps.leaves] == [leaf.unit.code for leaf in at_once.leaves]
    by_hand = {key: sum(leaf.figures[key] or 0 for leaf in leaves) for key in form.typed}
    assert {key: at_once.totals[key] for key in form.typed} == by_hand, f"seed {seed}"


def test_a_leaf_that_came_by_both_roads_counts_once() -> None:
    rng, form = random.Random(7), FORMS["tong-hop-2024"]
    register = random_tree(rng, 4)
    files = [as_file(random_leaf(rng, form, unit)) for unit in register.units]
    at_once = add_up(files, register, register.root, form)
    district = register.children["0"][0]
    data = write_workbook(add_up(files, register, district, form), KEY)
    expected = Expectation(FORMS, form, "c-2024", KEY, register)
    both = [*files, examine_bytes(data, "nhan_ve/tong-hop.xlsx", expected)]
    assert add_up(both, register, register.root, form).totals == at_once.totals


def test_units_unknown_to_the_province_are_added_below_their_district() -> None:
    """A province whose register ends at the districts still counts every school, once, and expects only districts."""
    rng, form = random.Random(11), FORMS["tong-hop-2024"]
    register = random_tree(rng, 4)
    files = [as_file(random_leaf(rng, form, unit)) for unit in register.units if unit.code != "0"]
    short = Register.of([register.root, *(replace(unit) for unit in register.children["0"])])
    expected = Expectation(FORMS, form, "c-2024", KEY, short)
    carried = [
        examine_bytes(write_workbook(add_up(files, register, unit, form), KEY), f"nhan_ve/{unit.code}.xlsx", expected)
        for unit in register.children["0"]
        if unit.level != "school"
    ]
    direct = [file for file in files if file.unit in register.children["0"] and file.unit.level == "school"]
    result = add_up([*direct, *carried], short, short.root, form)
    assert result.totals == add_up(files, register, register.root, form).totals
    assert result.coverage.missing == ("0",)
