"""`trace` through the real command: from a total to unit, file, cell and figure, and what touched it on the way."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from referencing import Registry, Resource

from aggregator.campaign import Campaign
from aggregator.cli import cli
from aggregator.resources import schema
from aggregator.steps.issue import init_sample
from tests.filling import send

FIRST, SECOND, THIRD = "2746601", "2746602", "2746603"
WARD, DISTRICT = "27466", "778"
SCHEMAS = {name: json.loads(schema(name).read_text(encoding="utf-8")) for name in ("trace", "result")}
LINKED = Registry().with_resources(
    (f"{name}.schema.json", Resource.from_contents(document)) for name, document in SCHEMAS.items()
)
VALID = Draft202012Validator(SCHEMAS["trace"], registry=LINKED)


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def traced(*words: object) -> tuple[int, dict]:
    done = run(*words, "--json")
    document = json.loads(done.stdout)
    VALID.validate(document)
    return done.exit_code, document


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """Three schools and their ward: one number typed in words, one left blank."""
    monkeypatch.chdir(tmp_path)
    campaign = init_sample(tmp_path / "q7", "quan-7-2024")
    send(
        campaign,
        FIRST,
        {("1.07", "count"): "02 lớp", ("1.07", "people"): 60, ("1.08", "count"): 1, ("1.08", "people"): 9},
    )
    send(campaign, SECOND, {("1.07", "count"): 3, ("1.07", "people"): 61})
    send(campaign, THIRD, {("10.1", "money"): 1_500_000})
    send(campaign, WARD, {("1.07", "count"): 10, ("1.07", "people"): 70})
    return campaign


def result(campaign: Campaign, code: str) -> Path:
    assert run("-C", campaign.folder, "aggregate", "--at", code).exit_code == 0
    return campaign.folder / f"ket_qua/tong-hop-{code}.xlsx"


@pytest.fixture
def ward(campaign: Campaign) -> Path:
    return result(campaign, WARD)


def leaves(figure: dict) -> dict[str, dict]:
    return {leaf["unit"]["code"]: leaf for branch in figure["branches"] for leaf in branch["leaves"]}


@pytest.mark.parametrize("key", ["1.07", "M01.07", "m01.07"])
def test_a_total_is_taken_apart_down_to_the_cell(campaign: Campaign, ward: Path, key: str) -> None:
    status, document = traced("-C", campaign.folder, "trace", ward, key, "--measure", "count")
    assert (status, document["file"]["origin"], document["at"]["code"]) == (0, "proven", WARD)
    (figure,) = document["figures"]
    assert (figure["row"], figure["measure"], figure["total"], document["row"]["code"]) == (
        "1.07",
        "count",
        15,
        "M01.07",
    )
    found = leaves(figure)
    assert {code: leaf["value"] for code, leaf in found.items()} == {WARD: 10, FIRST: 2, SECOND: 3}
    for leaf in found.values():
        book = load_workbook(campaign.folder / leaf["file"])
        assert str(leaf["value"]) in str(book[leaf["sheet"]][leaf["cell"]].value)
        assert leaf["origin"] == "own" and leaf["via"] is None
    own, *branches = figure["branches"]
    assert own["own"] and own["unit"]["code"] == WARD and own["total"] == 10
    assert [code for branch in branches for code in branch["blank"]] == [THIRD]
    assert sum(branch["total"] for branch in figure["branches"]) == figure["total"]


def test_what_was_typed_is_said_where_it_was_interpreted(campaign: Campaign, ward: Path) -> None:
    _, document = traced("trace", ward, "1.07")
    count, people = document["figures"]
    assert (count["measure"], people["measure"]) == ("count", "people")
    assert {code: leaf["typed"] for code, leaf in leaves(count).items() if leaf["typed"]} == {FIRST: ["02 lớp"]}
    assert all(leaf["typed"] == [] for leaf in leaves(people).values())
    assert document["file"]["origin"] == "not-proven"


def test_a_computed_row_goes_down_to_its_parts(ward: Path) -> None:
    (figure,) = traced("trace", ward, "1")[1]["figures"]
    parts = {part["row"]: part for part in figure["parts"]}
    assert figure["total"] == 16 == sum(part["total"] for part in parts.values())
    assert parts["1.07"]["total"] == 15 and parts["1.08"]["total"] == 1
    assert leaves(parts["1.08"])[FIRST]["value"] == 1 and figure["branches"] == []


def test_the_workbook_between_is_named(campaign: Campaign, ward: Path) -> None:
    """The district adds up the ward's workbook: the school's file, and what carried it."""
    inbox = campaign.folder / campaign.received
    for path in inbox.iterdir():
        path.unlink()
    (inbox / ward.name).write_bytes(ward.read_bytes())
    (figure,) = traced("trace", result(campaign, DISTRICT), "1.07", "--measure", "count")[1]["figures"]
    leaf = leaves(figure)[FIRST]
    assert (leaf["file"], leaf["via"]) == (f"nhan_ve/{FIRST}.xlsx", f"nhan_ve/{ward.name}")
    assert (leaf["origin"], leaf["typed"]) == ("proven", [])


def test_a_decision_that_touched_a_number_stands_beside_it(campaign: Campaign) -> None:
    """Two different returns of a school; staff chose one."""
    send(campaign, SECOND, {("1.07", "count"): 4, ("1.07", "people"): 80}, name=f"{SECOND}_b.xlsx")
    lines = ["what,target,value,reason,by,date", f"pin,{SECOND}_b.xlsx,,truong xac nhan,Lan,2024-10-20"]
    (campaign.folder / "decisions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (figure,) = traced("trace", result(campaign, WARD), "1.07", "--measure", "count")[1]["figures"]
    found = leaves(figure)
    assert found[SECOND]["value"] == 4
    assert "truong xac nhan" in " ".join(found[SECOND]["decisions"])
    assert found[FIRST]["decisions"] == []


def test_of_an_edited_workbook_the_original_figures_are_shown_and_it_is_said(ward: Path) -> None:
    book = load_workbook(io.BytesIO(ward.read_bytes()))
    book["Chi tiết"]["U5"] = 999
    book.save(ward)
    status, document = traced("trace", ward, "1.07", "--measure", "count")
    assert (status, document["file"]["status"]) == (1, "refused")
    assert [(one["code"], one["cell"]) for one in document["findings"]] == [("detail-edited", "U5")]
    assert document["figures"][0]["total"] == 15
    done = run("trace", ward, "1.07")
    assert done.exit_code == 1 and "số liệu lúc lập" in done.stderr


def test_an_unknown_row_or_measure_is_a_usage_fault_that_offers_others(ward: Path) -> None:
    done = run("trace", ward, "1.70")
    assert done.exit_code == 2 and "1.07" in done.stderr
    done = run("trace", ward, "10.1", "--measure", "people", "--lang", "en")
    assert done.exit_code == 2 and "money" in done.stderr


def test_what_is_no_consolidated_workbook_is_named(campaign: Campaign, tmp_path: Path) -> None:
    for path in (campaign.folder / f"nhan_ve/{FIRST}.xlsx", campaign.folder):
        status, document = traced("trace", path, "1.07")
        assert status == 1 and document["figures"] == []
        assert [one["code"] for one in document["findings"]] == ["not-consolidated"]
    assert run("trace", tmp_path / "khong-co.xlsx", "1.07").exit_code == 3


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_people_read_a_tree_of_80_columns(campaign: Campaign, ward: Path, lang: str) -> None:
    done = run("-C", campaign.folder, "trace", ward, "1.07", "--measure", "count", "--lang", lang)
    assert done.exit_code == 0 and max(map(len, done.stdout.splitlines())) <= 80
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0].startswith("M01.07 ")
    assert any(f"nhan_ve/{FIRST}.xlsx" in line for line in lines)
    assert "“02 lớp”" in done.stdout and "Số liệu!D14" in done.stdout
