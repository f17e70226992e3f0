"""`check` and `aggregate` over real folders of real workbooks, with and without a campaign."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from aggregator.cli import cli
from aggregator.forms import load_form
from aggregator.resources import schema
from aggregator.steps.issue import init_sample
from aggregator.template import blank_issue
from tests import oracle
from tests.filling import filled, send

WARD = "27466"
SCHOOLS = ("2746601", "2746602", "2746603")
PAIR = {("1.07", "count"): 2, ("1.07", "people"): 60}
VALID = Draft202012Validator(json.loads(schema("result").read_text(encoding="utf-8")))


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def as_json(result: Result) -> dict:
    document = json.loads(result.stdout)
    VALID.validate(document)
    return document


@pytest.fixture
def campaign(tmp_path: Path):
    return init_sample(tmp_path / "q7", "quan-7-2024")


def status_of(document: dict) -> dict[str, str]:
    return {file["path"]: file["status"] for file in document["files"]}


def test_first_slice_equals_the_oracle(campaign) -> None:
    paths = [send(campaign, code, {**PAIR, ("10.1", "money"): 1_500_000 * n}) for n, code in enumerate(SCHOOLS, 1)]
    result = run("-C", campaign.folder, "aggregate", "--json", "--now", "2024-10-12")
    assert result.exit_code == 0, result.stderr
    document = as_json(result)
    typed = oracle.add_up(paths)
    codes = {row.code: row.key for row in campaign.form.rows}
    for code, measures in typed.items():
        for measure, number in measures.items():
            assert document["totals"].get(codes[code], {}).get(measure, 0) == number, (code, measure)
    assert document["totals"]["10.1"]["money"] == 9_000_000
    assert document["coverage"]["accepted"] == 3
    sheet = openpyxl.load_workbook(campaign.folder / document["outputs"][0], data_only=True)["Tổng hợp"]
    shown = {row[7].value: (row[3].value, row[4].value) for row in sheet.iter_rows(max_col=8) if row[7].value}
    assert shown["M01.07"] == (6, 180) and shown["M01"][0] == 6 and shown["M01.T"][1] == 180


def test_check_changes_nothing(campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    before = {path: path.read_bytes() for path in campaign.folder.rglob("*") if path.is_file()}
    document = as_json(run("-C", campaign.folder, "check", campaign.folder / "nhan_ve", "--json"))
    assert document["command"] == "check" and document["totals"] == {}
    assert {path: path.read_bytes() for path in campaign.folder.rglob("*") if path.is_file()} == before


def test_the_result_does_not_depend_on_names_or_order_of_files(campaign) -> None:
    """Same inputs under the same names, found in another order of the directory, give the same bytes."""
    for code in SCHOOLS:
        send(campaign, code, PAIR)
    first = as_json(run("-C", campaign.folder, "aggregate", "--json"))
    once = (campaign.folder / first["outputs"][0]).read_bytes()
    inbox = campaign.folder / "nhan_ve"
    kept = sorted(inbox.iterdir())
    for path in kept:
        path.rename(path.with_suffix(".away"))
    for path in reversed(kept):
        shutil.copy(path.with_suffix(".away"), path)
        path.with_suffix(".away").unlink()
    second = as_json(run("-C", campaign.folder, "aggregate", "--json"))
    assert second == first
    assert (campaign.folder / second["outputs"][0]).read_bytes() == once
    assert len(list((campaign.folder / "ket_qua").glob("*.xlsx"))) == 1, "the same bytes are not kept twice"


def test_an_earlier_result_is_kept_under_a_number(campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    run("-C", campaign.folder, "aggregate")
    old = (campaign.folder / "ket_qua/tong-hop-778.xlsx").read_bytes()
    send(campaign, SCHOOLS[1], PAIR)
    run("-C", campaign.folder, "aggregate")
    assert (campaign.folder / "ket_qua/tong-hop-778-2.xlsx").read_bytes() == old
    assert (campaign.folder / "ket_qua/tong-hop-778.xlsx").read_bytes() != old


def test_a_file_of_somebody_else_is_not_overwritten(campaign, tmp_path: Path) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    mine = tmp_path / "cua-toi.xlsx"
    openpyxl.Workbook().save(mine)
    before = mine.read_bytes()
    result = run("-C", campaign.folder, "aggregate", "-o", mine, "--json")
    assert result.exit_code == 3 and as_json(result)["error"]["vi"]
    assert mine.read_bytes() == before
    assert run("-C", campaign.folder, "aggregate", "-o", mine, "--force").exit_code == 0
    assert mine.read_bytes() != before


def test_one_bad_file_never_stops_the_others(campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    bad = send(campaign, SCHOOLS[1], {**PAIR, ("2", "count"): "12/350"})
    (campaign.folder / "nhan_ve/hong.xlsx").write_bytes(bad.read_bytes()[:3000])
    (campaign.folder / "nhan_ve/rong.xlsx").write_bytes(b"")
    result = run("-C", campaign.folder, "aggregate", "--json")
    assert result.exit_code == 1
    document = as_json(result)
    found = {(f["file"], f["code"], f["cell"]) for f in document["findings"] if f["severity"] == "error"}
    assert found == {
        ("nhan_ve/hong.xlsx", "file-damaged", None),
        ("nhan_ve/rong.xlsx", "file-empty", None),
        ("nhan_ve/2746602.xlsx", "value-ambiguous", "D21"),
    }
    assert document["totals"]["1.07"] == {"count": 2, "people": 60}
    assert document["coverage"]["refused"] == 1 and SCHOOLS[1] not in document["coverage"]["units_missing"]


def test_each_level_and_at(campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    send(campaign, "2746901", PAIR)
    document = as_json(run("-C", campaign.folder, "aggregate", "--each", "commune", "--json"))
    assert document["outputs"][0] == "ket_qua/tong-hop-778.xlsx"
    assert len(document["outputs"]) == 11 and document["page"] == "ket_qua/tong-hop-778.html"
    ward = as_json(run("-C", campaign.folder, "aggregate", "--at", WARD, "--json"))
    assert ward["at"]["code"] == WARD and ward["totals"]["1.07"] == {"count": 2, "people": 60}
    assert status_of(ward) == {"nhan_ve/2746601.xlsx": "accepted", "nhan_ve/2746901.xlsx": "ignored"}
    assert run("-C", campaign.folder, "aggregate", "--at", "9").exit_code == 2
    assert run("-C", campaign.folder, "aggregate", "--each", "thon").exit_code == 2


def test_a_ward_workbook_is_an_input_of_the_district(campaign) -> None:
    for code in SCHOOLS:
        send(campaign, code, PAIR)
    at_once = as_json(run("-C", campaign.folder, "aggregate", "--json"))
    run("-C", campaign.folder, "aggregate", "--at", WARD)
    inbox = campaign.folder / "nhan_ve"
    for path in inbox.iterdir():
        path.unlink()
    shutil.copy(campaign.folder / f"ket_qua/tong-hop-{WARD}.xlsx", inbox)
    document = as_json(run("-C", campaign.folder, "aggregate", "--json"))
    assert document["totals"] == at_once["totals"]
    assert status_of(document) == {f"nhan_ve/tong-hop-{WARD}.xlsx": "accepted"}


def test_complete_and_strict(campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    assert run("-C", campaign.folder, "aggregate").exit_code == 0
    assert run("-C", campaign.folder, "aggregate", "--require-complete").exit_code == 1
    assert run("-C", campaign.folder, "aggregate", "--strict").exit_code == 1, "missing reports are warnings"


def test_without_a_campaign_the_workbooks_carry_what_is_needed(campaign, tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "thu"
    folder.mkdir()
    for code in SCHOOLS:
        shutil.copy(send(campaign, code, PAIR), folder)
    monkeypatch.chdir(tmp_path)
    document = as_json(run("aggregate", "thu", "--json"))
    assert document["at"] == {"code": WARD, "name": "Phường Tân Thuận Đông", "level": "commune"}
    assert document["outputs"] == [f"tong-hop-{WARD}.xlsx"]
    assert document["coverage"]["expected"] is None and document["coverage"]["missing"] is None
    assert status_of(document) == {f"thu/{code}.xlsx": "accepted" for code in SCHOOLS}
    shutil.copy(f"tong-hop-{WARD}.xlsx", folder)
    again = as_json(run("aggregate", "thu", "--json"))
    assert again["totals"] == document["totals"]
    assert status_of(again)[f"thu/tong-hop-{WARD}.xlsx"] == "ignored", "an own earlier output"


def test_blank_templates_with_typed_codes(tmp_path: Path, monkeypatch) -> None:
    issue = blank_issue(load_form("tong-hop-2021"))
    (tmp_path / "thu").mkdir()
    for code in ("001", "002"):
        details = {"Mã đơn vị": code, "Tên đơn vị": f"Trường {code} (mẫu)"}
        (tmp_path / "thu" / f"{code}.xlsx").write_bytes(filled(issue, PAIR, details))
    monkeypatch.chdir(tmp_path)
    result = run("aggregate", "thu", "--json")
    document = as_json(result)
    assert result.exit_code == 0, document["findings"]
    assert document["totals"]["1.T"] == {"people": 120}
    assert [file["unit"] for file in document["files"]] == ["001", "002"]


def test_an_empty_folder_says_so(campaign) -> None:
    result = run("-C", campaign.folder, "aggregate", "--json")
    assert result.exit_code == 3
    assert as_json(result)["error"] is not None
    assert not list((campaign.folder / "ket_qua").iterdir())


def test_everything_in_the_folder_is_in_the_account(campaign) -> None:
    inbox = campaign.folder / "nhan_ve"
    send(campaign, SCHOOLS[0], PAIR, "Phường A/đợt 1/2746601.xlsx")
    (inbox / "~$2746601.xlsx").write_bytes(b"x" * 165)
    (inbox / "anh.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"0" * 100)
    (inbox / "2746602 ban ky.pdf").write_bytes(b"%PDF-1.4\n")
    (inbox / "x.xlsx").mkdir()
    (inbox / "link.xlsx").symlink_to("/etc/hostname")
    os.mkfifo(inbox / "ong.xlsx")
    document = as_json(run("-C", campaign.folder, "aggregate", "--json"))
    found = {(f["file"], f["code"], f["unit"]) for f in document["findings"] if f["file"]}
    assert found == {
        ("nhan_ve/~$2746601.xlsx", "file-temporary", None),
        ("nhan_ve/anh.jpg", "file-unsupported", None),
        ("nhan_ve/2746602 ban ky.pdf", "file-companion", "2746602"),
        ("nhan_ve/x.xlsx", "file-unsupported", None),
        ("nhan_ve/link.xlsx", "file-unsupported", None),
        ("nhan_ve/ong.xlsx", "file-unsupported", None),
    }
    statuses = list(status_of(document).values())
    assert sorted(statuses) == ["accepted"] + ["ignored"] * 6


def test_declared_none_zero_and_blank_are_three_things(campaign) -> None:
    send(campaign, SCHOOLS[0], {}, **{"Có tổ chức hoạt động": "không"})
    send(campaign, SCHOOLS[1], dict.fromkeys(PAIR, 0))
    send(campaign, SCHOOLS[2], {})
    result = run("-C", campaign.folder, "aggregate", "--json")
    document = as_json(result)
    assert [f["code"] for f in document["findings"] if f["severity"] == "error"] == ["nothing-filled"]
    assert list(status_of(document).values()) == ["accepted", "accepted", "refused"]
    assert document["blank"]["2"] == {"count": 2}, "who declared none left it blank, as did who typed zeros elsewhere"
    assert document["blank"]["1.07"] == {"count": 1, "people": 1}
    assert set(document["totals"]["1.07"].values()) == {0}


def test_an_old_font_is_named_not_guessed(campaign) -> None:
    send(campaign, SCHOOLS[0], {**PAIR, ("2", "count"): "Töø toå 3"})
    document = as_json(run("-C", campaign.folder, "check", campaign.folder / "nhan_ve", "--json"))
    (finding,) = [found for found in document["findings"] if found["severity"] == "error"]
    assert (finding["code"], finding["cell"], finding["expected"]) == ("value-not-a-number", "D21", "VNI")
    assert "VNI" in finding["message"]["vi"] and "VNI" in finding["message"]["en"]
