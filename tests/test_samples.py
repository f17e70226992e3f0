"""The sample campaigns: their command gives the committed result, another program adds up to the same totals.

Two of them hold double routes (a ward's inclusive workbook and its schools' own), one has two tiers and no district.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from aggregator.campaign import Campaign, load_campaign
from aggregator.cli import cli
from aggregator.forms import load_form
from aggregator.resources import schema
from tests.cases_samples import NAMES, SAMPLES, SPOKEN, inputs, result_of, returns, settled
from tests.oracle import SHEET, add_up
from tests.test_cases import same

SCHEMA = Draft202012Validator(json.loads(schema("result").read_text(encoding="utf-8")))


@pytest.fixture(params=NAMES)
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of one sample, so that a run can leave nothing in the original."""
    return shutil.copytree(SAMPLES / request.param, tmp_path / "sample_reports" / request.param)


@pytest.mark.parametrize("name", NAMES)
def test_the_filled_workbooks_are_made_again_as_they_were_committed(name: str) -> None:
    made = inputs(name)
    files = (path for path in (SAMPLES / name).glob("nhan_ve/**/*") if path.is_file())
    committed = [path.relative_to(SAMPLES / name).as_posix() for path in files]
    assert sorted(path for path in made if path.startswith("nhan_ve/")) == sorted(committed)
    assert all(same(data, (SAMPLES / name / path).read_bytes()) for path, data in made.items())


def test_the_command_gives_the_expected_result(sample: Path) -> None:
    status, document = result_of(sample.name, sample.parent.parent)
    expected = json.loads((sample / "expected.json").read_text(encoding="utf-8"))
    assert settled(document) == expected
    assert status == 1
    assert list(SCHEMA.iter_errors(document)) == []
    assert {line["status"] for line in document["files"]} >= {"accepted", "refused"}
    assert {finding["severity"] for finding in document["findings"]} >= {"error", "warning", "info"}


def test_an_independent_sum_is_the_same(sample: Path, tmp_path: Path) -> None:
    document = json.loads((sample / "expected.json").read_text(encoding="utf-8"))
    accepted = [sample / line["path"] for line in document["files"] if line["status"] == "accepted"]
    sums = add_up(in_digits(path, tmp_path) for path in accepted)
    form = load_form(document["form"])
    wanted = {
        key: {measure: sums[form.by_key[key].code][measure] for measure in numbers}
        for key, numbers in document["totals"].items()
    }
    assert document["totals"] == wanted
    assert any(number for numbers in wanted.values() for number in numbers.values())


def in_digits(path: Path, folder: Path) -> Path:
    """The workbook with what was typed in words put in digits, which is all that the oracle reads."""
    book = load_workbook(path)
    cells: list[Any] = [cell for row in book[SHEET]["D6:E60"] for cell in row if cell.value in SPOKEN]
    for cell in cells:
        cell.value = SPOKEN[cell.value]
    book.save(folder / path.name)
    return folder / path.name


def expected(name: str) -> dict[str, Any]:
    """The committed result, which the tests above hold to be what the command says."""
    document: dict[str, Any] = json.loads((SAMPLES / name / "expected.json").read_text(encoding="utf-8"))
    return document


def states(document: dict[str, Any]) -> dict[str, str]:
    return {line["path"]: line["status"] for line in document["files"]}


# --- double routes -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Routes:
    """A ward that came twice, one whose inclusive workbook stands alone; the units below each that must report."""

    twice: str
    sent: tuple[str, ...]
    silent: tuple[str, ...]
    alone: str
    covered: tuple[str, ...]


ROUTES = {
    "ben-cat-2021": Routes("25840", ("2584001", "2584002", "2584003"), (), "25846", ("2584601", "2584602", "2584603")),
    "quan-7-2024": Routes("27478", ("2747801", "2747802"), ("2747804",), "27475", ("2747501", "2747502", "2747503")),
}


@pytest.fixture(params=ROUTES)
def routed(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def accepted_of(document: dict[str, Any], unit: str) -> list[str]:
    return [line["path"] for line in document["files"] if line["unit"] == unit and line["status"] == "accepted"]


def test_a_ward_that_came_twice_is_not_counted_and_the_overlap_is_named(routed: str) -> None:
    document, routes = expected(routed), ROUTES[routed]
    (ward,) = [line for line in document["files"] if line["unit"] == routes.twice]
    (finding,) = [line for line in document["findings"] if line["code"] == "counted-twice"]
    assert (finding["severity"], finding["file"], finding["unit"]) == ("error", ward["path"], routes.twice)
    overlap = [(unit, *accepted_of(document, unit)) for unit in routes.sent]
    assert finding["found"] == ", ".join(f"{unit} ({path})" for unit, path in overlap)
    assert ward["status"] == "refused"
    assert {*routes.sent, *routes.silent} & set(document["coverage"]["units_missing"]) == set(routes.silent)


def test_what_is_left_out_would_have_changed_the_total(routed: str, tmp_path: Path) -> None:
    """The ward's workbook holds its schools' figures again: added, every school would stand in the total twice."""
    document, routes = expected(routed), ROUTES[routed]
    (ward,) = [SAMPLES / routed / line["path"] for line in document["files"] if line["unit"] == routes.twice]
    schools = [SAMPLES / routed / path for unit in routes.sent for path in accepted_of(document, unit)]
    whole, parts = (add_up(in_digits(path, tmp_path) for path in paths) for paths in ([ward], schools))
    assert all(whole[row][measure] >= parts[row][measure] for row in parts for measure in parts[row])
    assert parts["M01.T"]["people"] > 0


def test_an_inclusive_workbook_alone_counts_and_covers_its_schools(routed: str) -> None:
    document, routes = expected(routed), ROUTES[routed]
    assert len(accepted_of(document, routes.alone)) == 1
    assert [line for line in document["files"] if line["unit"] in routes.covered] == []
    assert {routes.alone, *routes.covered} & set(document["coverage"]["units_missing"]) == set()
    register = load_campaign(SAMPLES / routed).register
    assert {*routes.covered} <= {unit.code for unit in register.subtree(routes.alone)}


def test_the_refused_ward_is_listed_as_not_knowing_its_own_part(routed: str, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / routed, tmp_path / "sample_reports" / routed)
    result_of(routed, tmp_path)
    lines = load_workbook(tmp_path / "tong-hop.xlsx")["Tình trạng nộp"].iter_rows(values_only=True)
    head = next(line for line in lines if line[0] == "Mã đơn vị")
    state, remark = head.index("Tình trạng"), head.index("Lưu ý")
    status = {line[0]: (line[state], line[remark]) for line in lines if line[remark]}
    assert status == {ROUTES[routed].twice: ("cần sửa", "chưa rõ hoạt động của riêng đơn vị")}


def test_a_file_that_came_by_two_ways_and_a_correction_count_once() -> None:
    document = expected("quan-7-2024")
    found = [line for line in document["findings"] if line["code"].startswith("submission-")]
    twin, first = "2747801_Truong-Mam-non-Ben-Trang-mau.xlsx", "2748401_Truong-Mam-non-Trong-Mai-mau.xlsx"
    corrected = first.replace(".xlsx", "_ban-sua.xlsx")
    brought = f"nhan_ve/27478_Phuong-Binh-Thuan/{twin}"
    assert [(line["code"], line["severity"], line["file"], line["found"]) for line in found] == [
        ("submission-duplicate", "info", brought, f"nhan_ve/{twin}"),
        ("submission-superseded", "info", f"nhan_ve/{first}", f"nhan_ve/{corrected}"),
    ]
    wanted = {brought: "duplicate", f"nhan_ve/{twin}": "accepted", f"nhan_ve/{first}": "superseded"}
    assert wanted.items() <= states(document).items()
    assert states(document)[f"nhan_ve/{corrected}"] == "accepted"


# --- two tiers -----------------------------------------------------------------------------------------------------

TWO_TIERS = "sao-mai-2025"
REMARK = "Từ 01/7/2025 không còn cấp huyện."


@pytest.fixture(scope="module")
def two_tiers(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """The sample begun and issued by the command line."""
    folder = tmp_path_factory.mktemp("hai cấp") / "đợt"
    for words in (["init", str(folder), "--sample", TWO_TIERS], ["-C", str(folder), "distribute"]):
        assert CliRunner().invoke(cli, words).exit_code == 0
    return load_campaign(folder)


def issued_books(campaign: Campaign) -> Iterator[tuple[str, Workbook]]:
    with (campaign.folder / "phat_ra/danh_sach.csv").open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            yield line["level"], load_workbook(campaign.folder / line["file"])


def row_at(sheet: Worksheet, code: str) -> int:
    return next(cell.row for (cell,) in sheet.iter_rows(min_col=8, max_col=8) if cell.value == code)


def test_the_tree_has_no_district_and_is_uneven(two_tiers: Campaign) -> None:
    units = {unit.code: unit for unit in two_tiers.register.units}
    assert {(unit.level, units[unit.parent].level) for unit in units.values() if unit.parent} == {
        ("commune", "province"), ("school", "commune"), ("school", "province"),
    }  # fmt: skip
    assert two_tiers.root.level == "province"
    parents = {unit.parent for unit in units.values()}
    assert [unit.code for unit in units.values() if unit.level == "commune" and unit.code not in parents] == ["09963"]
    assert all(code.startswith("0") for code in units)
    assert set(two_tiers.deadlines) == {"school", "commune", "province"}
    assert {deadline.inclusive for deadline in two_tiers.deadlines.values()} == {True, False}


def test_the_row_of_districts_is_locked_everywhere_and_says_why(two_tiers: Campaign) -> None:
    seen = set()
    for level, book in issued_books(two_tiers):
        sheet = book[SHEET]
        at = row_at(sheet, "M07.1")
        cells = [sheet.cell(at, column) for column in (4, 5)]
        assert [(cell.value, cell.protection.locked, cell.fill.fgColor.rgb) for cell in cells] == [
            (None, True, "FFD9D9D9")
        ] * 2
        assert sheet.protection.sheet
        assert sheet.cell(at, 6).value == REMARK
        assert not sheet.cell(row_at(sheet, "M07.2"), 4).protection.locked
        assert [cell.value for cell in sheet["F"] if cell.value in (REMARK, None)].count(REMARK) == 1
        seen.add(level)
    assert seen == {"school", "commune", "province"}


def test_before_the_reform_the_row_has_no_remark(tmp_path: Path) -> None:
    """The same form in 2024: open to the district, closed to others without a word."""
    folder = tmp_path / "đợt"
    for words in (["init", str(folder), "--sample", "quan-7-2024"], ["-C", str(folder), "distribute"]):
        assert CliRunner().invoke(cli, words).exit_code == 0
    locked = {}
    for level, book in issued_books(load_campaign(folder)):
        sheet = book[SHEET]
        at = row_at(sheet, "M07.1")
        assert sheet.cell(at, 6).value is None
        locked[level] = sheet.cell(at, 4).protection.locked
    assert locked == {"district": False, "commune": True, "school": True}


def test_a_commune_that_fills_the_row_of_districts_is_sent_back() -> None:
    document = expected(TWO_TIERS)
    (sent,) = [sent for sent in returns(load_campaign(SAMPLES / TWO_TIERS)) if sent.role == "row-of-districts"]
    (finding,) = [line for line in document["findings"] if line["code"] == "level-row"]
    place = ("severity", "file", "sheet", "cell", "unit", "row", "measure", "found")
    assert sent.unit.level == "commune"
    assert [finding[name] for name in place] == ["error", sent.path, SHEET, "D37", sent.unit.code, "7.1", "count", "1"]
    assert states(document)[sent.path] == "refused"
    assert document["totals"]["7.1"] == {"count": 0}
    assert "7.1" not in document["blank"]


def test_the_remark_stands_in_the_result_and_is_nobodys_note(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / TWO_TIERS, tmp_path / "sample_reports" / TWO_TIERS)
    result_of(TWO_TIERS, tmp_path)
    book = load_workbook(tmp_path / "tong-hop.xlsx")
    table = book["Tổng hợp"]
    assert table.cell(row_at(table, "M07.1"), 6).value == REMARK
    assert [line for line in book["Ghi chú"].iter_rows(min_row=4, values_only=True) if any(line)] == []


def test_without_the_campaign_the_remark_is_nobodys_note_either(tmp_path: Path) -> None:
    """The workbooks alone say that they are of a province; the day of the campaign is not known."""
    output = tmp_path / "tong-hop.xlsx"
    words = ["aggregate", str(SAMPLES / TWO_TIERS / "nhan_ve"), "--json", "-o", str(output)]
    document = json.loads(CliRunner().invoke(cli, words).stdout)
    assert document["at"]["code"] == "09"
    assert document["totals"] == expected(TWO_TIERS)["totals"]
    assert [line for line in load_workbook(output)["Ghi chú"].iter_rows(min_row=4, values_only=True) if any(line)] == []
