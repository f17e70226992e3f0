"""`decisions.csv` in a real campaign folder: what staff decided is done, shown in every result, and never half done."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from aggregator.campaign import load_campaign
from aggregator.cli import cli
from aggregator.resources import schema
from aggregator.steps.issue import init_sample, issue_for
from tests.cases_craft import packed
from tests.filling import Typed, filled, send

WARD, OTHER_WARD = "27466", "27469"
SCHOOLS = ("2746601", "2746602", "2746603")
SCHOOL = SCHOOLS[0]
INCLUSIVE = {"Phạm vi số liệu": "gồm cả đơn vị trực thuộc"}
VALID = Draft202012Validator(json.loads(schema("result").read_text(encoding="utf-8")))
WIDE: Typed = {
    **{("1.07", measure): number for measure, number in (("count", 3), ("people", 91))},
    **{("1.09", measure): number for measure, number in (("count", 2), ("people", 57))},
    **{("2", "count"): 14, ("3", "count"): 5},
}
"""Figures that do not come out the same twice by chance."""


def pair(count: int) -> Typed:
    return {("1.07", "count"): count, ("1.07", "people"): 30 * count}


@pytest.fixture
def campaign(tmp_path: Path):
    return init_sample(tmp_path / "q7", "quan-7-2024")


def decide(campaign, *lines: str) -> None:
    text = "what,target,value,reason,by,date\n" + "".join(f"{line}\n" for line in lines)
    (campaign.folder / "decisions.csv").write_text("\ufeff" + text, encoding="utf-8")


def run(campaign, *words: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(campaign.folder), *words])


def aggregate(campaign, *words: str) -> dict:
    result = run(campaign, "aggregate", "--json", *words)
    document = json.loads(result.stdout)
    VALID.validate(document)
    assert document["error"] is None, document["error"]
    return {**document, "exit": result.exit_code}


def status_of(document: dict) -> dict[str, str]:
    return {Path(file["path"]).name: file["status"] for file in document["files"]}


def said(document: dict) -> set[tuple[str, str, str | None]]:
    return {
        (finding["code"], finding["severity"], finding["unit"])
        for finding in document["findings"]
        if finding["code"] != "report-missing"
    }


def sources(campaign, document: dict) -> list[str]:
    """What `Nguồn` says of decisions."""
    sheet = openpyxl.load_workbook(campaign.folder / document["outputs"][0])["Nguồn"]
    return [str(row[1].value) for row in sheet.iter_rows() if str(row[0].value).startswith("Quyết định")]


def test_an_excluded_file_is_not_read_for_anything(campaign) -> None:
    send(campaign, SCHOOL, pair(2))
    send(campaign, SCHOOL, {("1.07", "count"): -1}, name="ban sai.xlsx")
    assert aggregate(campaign)["exit"] == 1
    decide(campaign, "exclude,ban sai.xlsx,,bản nháp,Chị Mẫu,2024-10-10")
    document = aggregate(campaign)
    assert document["exit"] == 0 and said(document) == set()
    assert status_of(document) == {f"{SCHOOL}.xlsx": "accepted", "ban sai.xlsx": "ignored"}
    assert document["totals"]["1.07"] == {"count": 2, "people": 60}
    (line,) = document["decisions"]
    assert (line["what"], line["reason"], line["files"]) == ("exclude", "bản nháp", ["nhan_ve/ban sai.xlsx"])
    (source,) = sources(campaign, document)
    assert "ban sai.xlsx" in source and "Chị Mẫu" in source
    assert "exclude ban sai.xlsx" in run(campaign, "aggregate").stdout


def test_a_pin_decides_between_files_that_contradict_each_other(campaign) -> None:
    first = send(campaign, SCHOOL, pair(2), name="a.xlsx")
    send(campaign, SCHOOL, pair(3), name="b.xlsx")
    decide(campaign, f"pin,{hashlib.sha256(first.read_bytes()).hexdigest().upper()},,hỏi lại trường,,")
    document = aggregate(campaign)
    assert status_of(document) == {"a.xlsx": "accepted", "b.xlsx": "superseded"}
    assert said(document) == {("submission-superseded", "info", SCHOOL)}
    assert document["totals"]["1.07"]["count"] == 2 and document["exit"] == 0
    decide(campaign, "pin,a.xlsx,,,,", "pin,b.xlsx,,,,")
    both = aggregate(campaign)
    assert status_of(both) == {"a.xlsx": "refused", "b.xlsx": "refused"} and both["exit"] == 1


def test_a_pinned_inclusive_return_stands_for_its_leaves(campaign) -> None:
    send(campaign, WARD, pair(9), **INCLUSIVE)
    send(campaign, SCHOOLS[0], pair(2))
    send(campaign, SCHOOLS[1], pair(3))
    refused = aggregate(campaign)
    assert refused["totals"]["1.07"]["count"] == 5 and ("counted-twice", "error", WARD) in said(refused)
    decide(campaign, f"pin,nhan_ve\\{WARD}.xlsx,,trường gửi thiếu,,2024-10-11")
    document = aggregate(campaign)
    assert document["totals"]["1.07"]["count"] == 9 and document["exit"] == 0
    assert status_of(document)[f"{WARD}.xlsx"] == "accepted"
    assert {status_of(document)[f"{code}.xlsx"] for code in SCHOOLS[:2]} == {"superseded"}
    assert {WARD, *SCHOOLS[:2]} & set(document["coverage"]["units_missing"]) == set()


def test_a_file_is_given_to_the_unit_it_belongs_to(campaign) -> None:
    """Two schools filled in one school's workbook: staff know whose the second one is."""
    send(campaign, SCHOOLS[0], pair(2))
    send(campaign, SCHOOLS[0], pair(4), name="truong-hai.xlsx")
    decide(campaign, f"unit,truong-hai.xlsx,{SCHOOLS[1]},dùng nhầm tệp của trường bạn,,")
    document = aggregate(campaign)
    assert {file["unit"]: file["status"] for file in document["files"]} == dict.fromkeys(SCHOOLS[:2], "accepted")
    assert document["totals"]["1.07"]["count"] == 6 and said(document) == set()
    assert document["decisions"][0]["files"] == ["nhan_ve/truong-hai.xlsx"]


def test_a_waived_finding_is_still_told_and_stops_nothing(campaign) -> None:
    send(campaign, SCHOOL, {("10.1", "money"): 3_500, ("1.07", "people"): 40})
    assert run(campaign, "check", "--strict", str(campaign.folder / "nhan_ve")).exit_code == 1
    decide(campaign, f"waive,{SCHOOL},money-too-small,đúng là 3.500 đồng,,", f"waive,{SCHOOL},people-without-count,,,")
    document = aggregate(campaign, "--strict")
    assert said(document) == {("money-too-small", "info", SCHOOL), ("people-without-count", "info", SCHOOL)}
    assert [line["what"] for line in document["decisions"]] == ["waive", "waive"]


def test_a_waived_error_lets_the_file_in(campaign) -> None:
    over = {("1.07", "count"): 2, ("1.07", "people"): 10_001}
    send(campaign, SCHOOL, over)
    before = aggregate(campaign)
    assert before["exit"] == 1 and ("limit-exceeded", "error", SCHOOL) in said(before)
    decide(campaign, f"waive,{SCHOOL},limit-exceeded,,,", f"waive,{SCHOOL},outlier,,,")
    document = aggregate(campaign)
    assert document["totals"]["1.07"]["people"] == 10_001 and document["exit"] == 0


def test_what_matched_nothing_is_said(campaign) -> None:
    send(campaign, SCHOOL, pair(2))
    decide(campaign, "exclude,khong-co.xlsx,,,,", f"pin,{SCHOOL}.xlsx,,,,", f"waive,{SCHOOL},outlier,,,")
    document = aggregate(campaign)
    unused = [finding for finding in document["findings"] if finding["code"] == "decision-unused"]
    assert [finding["file"] for finding in unused] == ["decisions.csv"] * 2
    assert "khong-co.xlsx" in unused[0]["found"] and "outlier" in unused[1]["found"]
    assert document["exit"] == 0 and run(campaign, "aggregate", "--strict").exit_code == 1
    each = aggregate(campaign, "--each", "commune")
    part = openpyxl.load_workbook(campaign.folder / each["outputs"][1])["Vấn đề"]
    assert "decision-unused" not in {row[11].value for row in part.iter_rows()}


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("drop,a.xlsx,,,,", "what"),
        ("exclude,,,,,", "target"),
        ("unit,a.xlsx,9999999,,,", "value"),
        (f"waive,{SCHOOL},value-fraction,,,", "value"),
        ("waive,9999999,outlier,,,", "target"),
        ("exclude,a.xlsx,,,,10/10/2024", "date"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_done(campaign, line: str, column: str) -> None:
    send(campaign, SCHOOL, pair(2))
    decide(campaign, "exclude,a.xlsx,,,,", line)
    result = run(campaign, "aggregate")
    assert result.exit_code == 3
    assert f"dòng 3, cột {column}" in result.stderr
    assert not list((campaign.folder / "ket_qua").glob("*.xlsx"))


def test_a_corrected_file_saved_later_replaces_the_refused_one(campaign) -> None:
    """What was wrong stays in the list, as information; a file that is no correction still asks."""
    bad = send(campaign, SCHOOL, {("1.07", "count"): -1}, name="lan-1.xlsx")
    bad.write_bytes(packed(openpyxl.load_workbook(bad), "2024-10-05T02:30:00Z"))
    send(campaign, SCHOOL, pair(2), name="lan-2.xlsx")
    document = aggregate(campaign)
    assert status_of(document) == {"lan-1.xlsx": "superseded", "lan-2.xlsx": "accepted"}
    assert said(document) == {("value-negative", "info", SCHOOL), ("submission-superseded", "info", SCHOOL)}
    assert document["exit"] == 0 and document["coverage"]["refused"] == 0
    later = send(campaign, SCHOOL, {("1.07", "count"): -2}, name="lan-3.xlsx")
    later.write_bytes(packed(openpyxl.load_workbook(later), "2024-10-07T02:30:00Z"))
    again = aggregate(campaign)
    assert again["exit"] == 1 and status_of(again)["lan-3.xlsx"] == "refused"


def test_two_units_with_the_same_figures_are_named(campaign) -> None:
    """Not where there are too few figures to tell; waived for one of them, the other is still asked."""
    for code in SCHOOLS[:2]:
        send(campaign, code, WIDE)
    send(campaign, SCHOOLS[2], pair(2))
    send(campaign, WARD, pair(2))
    document = aggregate(campaign)
    assert said(document) == {("clone", "warning", code) for code in SCHOOLS[:2]}
    assert document["exit"] == 0 and document["totals"]["2"]["count"] == 28
    decide(campaign, f"waive,{SCHOOLS[0]},clone,cùng một buổi lễ,,")
    waived = aggregate(campaign)
    assert said(waived) == {("clone", "info", SCHOOLS[0]), ("clone", "warning", SCHOOLS[1])}


def test_last_years_file_saved_before_the_week_is_a_warning(campaign, tmp_path: Path) -> None:
    last_year = init_sample(tmp_path / "nam-ngoai", "quan-7-2024")
    document = json.loads((last_year.folder / "campaign.json").read_text(encoding="utf-8"))
    (last_year.folder / "campaign.json").write_text(
        json.dumps({**document, "id": "quan-7-2023"}, ensure_ascii=False), encoding="utf-8"
    )
    old = load_campaign(last_year.folder)
    path = campaign.folder / "nhan_ve" / f"{SCHOOL}.xlsx"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(filled(issue_for(old, old.register.by_code[SCHOOL]), pair(2)))
    assert said(aggregate(campaign)) == {("seal-foreign", "info", SCHOOL)}
    path.write_bytes(packed(openpyxl.load_workbook(path), "2023-10-06T02:30:00Z"))
    assert said(aggregate(campaign)) == {("seal-foreign", "warning", SCHOOL)}


def test_receipt_days_make_late_and_as_of(campaign) -> None:
    """Without a receipt day nobody is called late; a day given later holds for what had none."""
    deadline = campaign.deadlines["school"]
    send(campaign, SCHOOLS[0], pair(2))
    assert aggregate(campaign)["coverage"]["late"] is None
    send(campaign, SCHOOLS[1], pair(3))
    in_time = aggregate(campaign, "--received", deadline.last_day.isoformat())
    assert in_time["coverage"]["late"] == 0
    send(campaign, SCHOOLS[2], pair(4))
    day = (deadline.last_day + timedelta(days=1)).isoformat()
    document = aggregate(campaign, "--received", day)
    assert document["coverage"]["late"] == 1
    assert ("report-late", "warning", SCHOOLS[2]) in said(document)
    assert {file["unit"]: file["received"] for file in document["files"]} == {
        SCHOOLS[0]: deadline.last_day.isoformat(),
        SCHOOLS[1]: deadline.last_day.isoformat(),
        SCHOOLS[2]: day,
    }
    summary = openpyxl.load_workbook(campaign.folder / document["outputs"][0])["Tổng hợp"]
    texts = " ".join(str(cell.value) for row in summary.iter_rows() for cell in row if cell.value)
    assert f"{day[8:]}/{day[5:7]}/{day[:4]}" in texts and "Nộp muộn (1)" in texts
