"""Issued workbooks made from a base: the same bytes as each one built by itself, whatever its unit is called."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator import personal
from aggregator.campaign import Campaign, load_campaign
from aggregator.forms import form_ids, load_form
from aggregator.personal import Press
from aggregator.register import Unit
from aggregator.resources import sample_dir
from aggregator.steps.issue import distribute, init_sample, issue_for
from aggregator.template import Issue, write_form

KEY = b"k" * 32
SEED = "phát ra"
WEIRD = (
    "A & B <c> \"d\" 'e'",
    " Trường có khoảng trắng ",
    "Tên_x0041_lạ",
    "lớp",
    "Có",
    "Trường\nhai dòng",
    "Trường\u00a0cứng",
    "Tru\u031bo\u031b\u0300ng to\u0302\u0309 ho\u031b\u0323p",
    "=1+1",
    "2024",
    "Xã Lá (mẫu)",
    "Tỉnh Sao (mẫu)",
    "😀 Vui",
    "x" * 300,
    "\x07chuông",
    "]]>",
)
PROVINCE = Unit("75", "Tỉnh Sao (mẫu)", "province", None)
COMMUNES = (Unit("751", "Xã Lá (mẫu)", "commune", "75"), Unit("752", "Xã & Cành <mẫu>", "commune", "75"))


def issue_of(form_id: str, unit: Unit, parents: tuple[Unit, ...], campaign: str = "sao-2024") -> Issue:
    form = load_form(form_id)
    return Issue(form, form.caption, form.signature, campaign, unit, parents, KEY)


def drawn(rng: random.Random, number: int) -> tuple[Unit, tuple[Unit, ...]]:
    """A unit at some place in the tree, every other one with a name that needs care."""
    commune = rng.choice(COMMUNES)
    words = " ".join(rng.choices(("Trường", "Tiểu học", "Hoa", "Đồng", "Sen"), k=rng.choice((3, 3, 3, 18, 40))))
    name = rng.choice(WEIRD) if rng.random() < 0.5 else f"{words} {number}"
    code = rng.choice((f"75{number:05d}", f"75{number:05d}", "1", "lớp", f"a&{number}", "751"))
    if rng.random() < 0.2:
        return Unit(code, name, "commune", "75"), (PROVINCE,)
    return Unit(code, name, "school", commune.code), (commune, PROVINCE)


@pytest.mark.parametrize("form_id", form_ids())
def test_same_bytes_as_built(form_id: str) -> None:
    rng = random.Random(f"{SEED} {form_id}")
    press = Press()
    for number in range(40):
        issue = issue_of(form_id, *drawn(rng, number))
        assert press.workbook(issue) == write_form(issue), (SEED, number, issue.unit)


def test_most_are_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    monkeypatch.setattr(personal, "write_form", lambda issue: built.append(issue) or write_form(issue))
    press = Press()
    for number in range(30):
        unit = Unit(f"751{number:04d}", f"Trường Tiểu học số {number}", "school", COMMUNES[number % 2].code)
        press.workbook(issue_of("tong-hop-2024", unit, (COMMUNES[number % 2], PROVINCE)))
    assert len(built) == 1


@pytest.mark.parametrize("change", ["level", "long name", "no parents"])
def test_another_kind_has_a_base_of_its_own(change: str) -> None:
    press = Press()
    first = issue_of("tong-hop-2024", Unit("7510001", "Trường Sen", "school", "751"), (COMMUNES[0], PROVINCE))
    assert first.unit
    other = {
        "level": replace(first, unit=replace(first.unit, level="commune")),
        "long name": replace(first, unit=replace(first.unit, name="Trường rất dài " * 12)),
        "no parents": replace(first, parents=()),
    }[change]
    for issue in (first, other, first, other):
        assert press.workbook(issue) == write_form(issue)


# --- a whole campaign ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["quan-7-2024", "ben-cat-2021", "sao-mai-2025"])
def campaign(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    assert (sample_dir() / request.param).is_dir()
    return init_sample(tmp_path_factory.mktemp("dot") / request.param, request.param)


def test_distribute_writes_what_is_built(campaign: Campaign) -> None:
    loaded = load_campaign(campaign.folder)
    issued = distribute(loaded)
    assert len(issued) > 20
    for line in issued:
        assert (Path(loaded.folder) / line.path).read_bytes() == write_form(issue_for(loaded, line.unit))
