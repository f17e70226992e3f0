"""The command as people and other programs meet it: exit status, stdout and stderr, JSON, what is on the disk after."""

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from aggregator import __version__
from aggregator.campaign import load_campaign
from aggregator.cli import cli
from aggregator.outputs.workbook_layout import CHECK_SHEET
from aggregator.resources import sample_dir, schema
from aggregator.steps import describe, issue, placing

SAMPLE = "hai-ba-trung-2021"
SCHOOL = "0024101"
OTHER = "0024102"
RESULT_KEYS = {
    *("schema", "tool", "command", "form", "campaign", "at", "files", "findings", "coverage", "totals", "blank"),
    "outputs",
}


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """The command in an empty current folder, without anybody's settings."""
    for name in ("AGGREGATOR_LANG", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)

    def call(*words: object) -> Done:
        with pytest.raises(SystemExit) as stop:
            cli([str(word) for word in words], prog_name="aggregator")
        captured = capsys.readouterr()
        return Done(int(stop.value.code or 0), captured.out, captured.err)

    yield call


@pytest.fixture(scope="session")
def template_campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ward of the sample with two schools, issued."""
    folder = tmp_path_factory.mktemp("campaign") / "dot"
    issue.init_sample(folder, SAMPLE)
    lines = (folder / "units.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.split(",")[0] in ("code", "007", "00241", SCHOOL, OTHER)]
    (folder / "units.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    issue.distribute(load_campaign(folder))
    return folder


@pytest.fixture
def campaign(template_campaign: Path, tmp_path: Path) -> Path:
    return shutil.copytree(template_campaign, tmp_path / "dot")


def issued(folder: Path, code: str = SCHOOL) -> Path:
    (path,) = (folder / "phat_ra").glob(f"*/{code}_*.xlsx")
    return path


def send(folder: Path, code: str, **values: object) -> Path:
    """Fill the issued workbook of a unit and put it among the returned files; `M02="12"` is D of that row."""
    book = openpyxl.load_workbook(issued(folder, code))
    sheet = book["Số liệu"]
    rows = {sheet.cell(row, 8).value: row for row in range(1, sheet.max_row + 1)}
    for row_code, value in values.items():
        sheet.cell(rows[row_code], 4).value = value
    target = folder / "nhan_ve" / f"{code}.xlsx"
    book.save(target)
    return target


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def valid(document: Any) -> Any:
    """A result document that keeps its schema and has every key."""
    Draft202012Validator(json.loads(schema("result").read_text(encoding="utf-8"))).validate(document)
    assert document.keys() >= RESULT_KEYS
    return document


# --- exit status ---------------------------------------------------------------------------------------------------


def test_version_and_help(run: Run) -> None:
    assert __version__ in run("--version").out
    assert run("--help").out.startswith("Cách dùng: aggregator")
    assert run("check", "-h").status == 0


def test_every_help_has_an_example(run: Run) -> None:
    for name in ("init", "template", "distribute", "check", "aggregate", "demo"):
        assert f"aggregator {name}" in run(name, "--help").out or f"{name} " in run(name, "--help").out
        assert "Ví dụ" in run(name, "--help").out
    for name in ("list", "show", "lint", "diff"):
        assert f"aggregator forms {name}" in run("forms", name, "--help").out


@pytest.mark.parametrize(
    "words",
    [
        ("kiem-tra",),
        ("check",),
        ("forms", "show", "tong-hop-2019"),
        ("forms", "diff", "tong-hop-2021", "x"),
        ("template", "x", "-o", "x.xlsx"),
        ("template", "tong-hop-2021"),
        ("init", "d"),
        ("init", "d", "--sample", "quan-8"),
        ("init", "d", "--sample", SAMPLE, "--year", "2021"),
        ("init", "d", "--form", "tong-hop-2021", "--year", "2021"),
        ("init", "d", "--form", "tong-hop-2021", "--units", "u.csv", "--year", "1999"),
        ("aggregate", "--each", "phuong"),
        ("aggregate", "--now", "hôm nay"),
        ("forms", "list", "--lang", "fr"),
    ],
)
def test_wrong_usage_is_2(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.status == 2
    assert done.out == ""
    assert done.err
    assert list(Path.cwd().iterdir()) == []


NOWHERE = (("distribute",), ("-C", "none", "distribute"), ("-C", "none", "aggregate"))
EMPTY = (("check", "none"), ("check", "."), ("aggregate", "none"), ("aggregate",))


@pytest.mark.parametrize("words", (*NOWHERE, *EMPTY), ids=" ".join)
def test_nothing_to_work_on_is_3(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.status == 3
    assert done.out == ""
    assert done.err.strip()
    assert list(Path.cwd().iterdir()) == []


def test_an_empty_folder_is_3(run: Run, campaign: Path) -> None:
    done = run("-C", campaign, "aggregate")
    assert done.status == 3
    assert "nhan_ve" in done.err
    assert list((campaign / "ket_qua").iterdir()) == []


def test_a_folder_that_cannot_be_read_is_3(run: Run, campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path, _apart: object) -> NoReturn:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("aggregator.inbox._children", refuse)
    done = run("-C", campaign, "check", campaign / "nhan_ve")
    assert done.status == 3
    assert "nhan_ve" in done.err
    assert "Permission denied" in done.err


@pytest.mark.parametrize("text", ["{", "{}", "[]"])
def test_a_broken_campaign_file_is_3(run: Run, campaign: Path, text: str) -> None:
    (campaign / "campaign.json").write_text(text, encoding="utf-8")
    for command in ("distribute", "aggregate"):
        done = run("-C", campaign, command)
        assert done.status == 3
        assert "campaign.json" in done.err


def test_a_result_that_cannot_be_written_is_3(run: Run, campaign: Path) -> None:
    send(campaign, SCHOOL, M02=12)
    (campaign / "file").write_text("", encoding="utf-8")
    done = run("-C", campaign, "aggregate", "-o", campaign / "file" / "x.xlsx")
    assert done.status == 3
    assert "x" in done.err


def test_a_fault_of_the_program_is_70(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("đáng lẽ không xảy ra")

    monkeypatch.setattr(describe, "list_forms", broken)
    done = run("forms", "list")
    assert done.status == 70
    assert done.out == ""
    assert "Traceback" not in done.err
    saved = Path(done.err.split("Chi tiết đã lưu ở ")[1].split(";")[0])
    assert "ZeroDivisionError: đáng lẽ không xảy ra" in saved.read_text(encoding="utf-8")
    saved.unlink()


def test_findings_decide_between_0_and_1(run: Run, campaign: Path) -> None:
    received = campaign / "nhan_ve"
    send(campaign, SCHOOL, M02=12)
    assert run("-C", campaign, "check", received).status == 0
    assert run("-C", campaign, "check", received, "--strict").status == 0
    send(campaign, SCHOOL, **{"M10.1": 5_000})
    assert run("-C", campaign, "check", received).status == 0
    assert run("-C", campaign, "check", received, "--strict").status == 1
    send(campaign, SCHOOL, M02="khoảng 12")
    assert run("-C", campaign, "check", received).status == 1


def test_a_missing_unit_is_told_and_fails_only_when_asked(run: Run, campaign: Path) -> None:
    send(campaign, SCHOOL, M02=12)
    done = run("-C", campaign, "aggregate")
    assert done.status == 0
    assert OTHER in done.out
    assert run("-C", campaign, "aggregate", "--require-complete").status == 1


# --- stdout, stderr, language --------------------------------------------------------------------------------------


def test_findings_go_to_stderr_and_results_to_stdout(run: Run, campaign: Path) -> None:
    send(campaign, SCHOOL, M02="khoảng 12")
    done = run("-C", campaign, "check", campaign / "nhan_ve")
    assert "khoảng 12" in done.err
    assert "khoảng 12" not in done.out
    assert done.out.strip() == "1 tệp: 1 cần sửa"


def test_quiet_leaves_information_out(run: Run, campaign: Path) -> None:
    send(campaign, SCHOOL, M02="12 bài", M03="12?")
    said = run("-C", campaign, "check", campaign / "nhan_ve").err
    quiet = run("-C", campaign, "check", campaign / "nhan_ve", "--quiet").err
    assert "GHI NHẬN" in said
    assert "GHI NHẬN" not in quiet
    assert "LỖI" in quiet


@pytest.mark.parametrize("by", ["option", "environment"])
def test_english(run: Run, campaign: Path, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    words: tuple[str, ...] = ("--lang", "en")
    if by == "environment":
        monkeypatch.setenv("AGGREGATOR_LANG", "en")
        words = ()
    send(campaign, SCHOOL, M02="khoảng 12")
    done = run("-C", campaign, "check", campaign / "nhan_ve", *words)
    assert "ERROR" in done.err
    assert done.out.strip() == "1 files: 1 refused"
    assert "No form 'x'" in run("forms", "show", "x", *words).err
    assert "There is no campaign.json" in run("distribute", *words).err
    assert "rows" in run("forms", "list", *words).out


def test_vietnamese_unless_asked(run: Run) -> None:
    assert "Không có mẫu “x”" in run("forms", "show", "x").err


def test_lines_fit_into_80_columns(run: Run, campaign: Path) -> None:
    send(campaign, SCHOOL, M02="khoảng 12", **{"M10.1": 5_000})
    done = run("-C", campaign, "check", campaign / "nhan_ve")
    assert max(map(len, (done.err + done.out).splitlines())) <= 80


# --- JSON ----------------------------------------------------------------------------------------------------------


def test_json_of_forms(run: Run, tmp_path: Path) -> None:
    assert [form["id"] for form in run("forms", "list", "--json").json["forms"]] == [
        "dong-nai-2023", "tong-hop-2021", "tong-hop-2024"
    ]  # fmt: skip
    shown = run("forms", "show", "tong-hop-2021", "--json").json
    assert (shown["id"], len(shown["rows"]), shown["rows"][2]["code"]) == ("tong-hop-2021", 42, "M01.01")
    changes = run("forms", "diff", "tong-hop-2021", "tong-hop-2024", "--json").json["changes"]
    assert {"what": "only-first", "row": "5.6", "before": "Các cuộc thi khác", "after": None} in changes
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    done = run("forms", "lint", tmp_path / "x.json", "--json")
    assert done.status == 1
    assert done.json["faults"][0]["place"] == "$"


def test_json_of_init_template_and_distribute(run: Run, tmp_path: Path) -> None:
    made = run("init", tmp_path / "d", "--sample", SAMPLE, "--json").json
    assert (made["campaign"], made["units"]) == (SAMPLE, 76)
    assert run("template", "tong-hop-2021", "-o", "a.xlsx", "--json").json["outputs"] == ["a.xlsx"]
    done = run("-C", tmp_path / "d", "distribute", "--json").json
    assert {line["state"] for line in done["issued"]} == {"new"}
    assert done["outputs"] == ["phat_ra/danh_sach.csv"]


def test_json_of_check_and_aggregate(run: Run, campaign: Path) -> None:
    send(campaign, SCHOOL, M02=12)
    send(campaign, OTHER, M02="khoảng 5")
    checked = run("-C", campaign, "check", campaign / "nhan_ve", "--json")
    assert checked.status == 1
    document = valid(checked.json)
    assert (document["command"], document["form"], document["campaign"]) == ("check", "tong-hop-2021", SAMPLE)
    assert [(line["path"], line["status"]) for line in document["files"]] == [
        (f"nhan_ve/{SCHOOL}.xlsx", "accepted"), (f"nhan_ve/{OTHER}.xlsx", "refused")
    ]  # fmt: skip
    done = run("-C", campaign, "aggregate", "--json")
    assert done.status == 1
    document = valid(done.json)
    assert document["at"] == {"code": "007", "name": "Quận Hai Bà Trưng", "level": "district"}
    assert document["totals"]["2"] == {"count": 12}
    assert (document["outputs"], document["page"]) == (["ket_qua/tong-hop-007.xlsx"], "ket_qua/tong-hop-007.html")
    assert (campaign / "ket_qua/tong-hop-007.xlsx").is_file()
    ambiguous = [finding for finding in document["findings"] if finding["code"] == "value-ambiguous"]
    assert [(finding["file"], finding["row"]) for finding in ambiguous] == [(f"nhan_ve/{OTHER}.xlsx", "2")]
    assert document["coverage"]["accepted"] == 1
    assert document["coverage"]["refused"] == 1


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("distribute",), 3),
        (("check", "none"), 3),
        (("aggregate",), 3),
        (("template", "x", "-o", "x.xlsx"), 2),
        (("forms", "show", "x"), 2),
        (("init", "d", "--sample", "x"), 2),
        (("init", "d", "--form", "tong-hop-2021", "--units", "none.csv", "--year", "2021"), 3),
    ],
)
def test_json_where_nothing_was_done(run: Run, words: tuple[str, ...], status: int) -> None:
    done = run(*words, "--json")
    assert done.status == status
    document = valid(done.json) if words[0] in ("check", "aggregate") else done.json
    assert document.keys() >= RESULT_KEYS
    assert document["command"] in words
    assert document["outputs"] == []
    assert document["error"].keys() == {"vi", "en"}


def test_quiet_json_says_the_same(run: Run, campaign: Path) -> None:
    send(campaign, SCHOOL, M02="12 bài")
    plain, quiet = (run("-C", campaign, "check", campaign / "nhan_ve", "--json", *more) for more in ((), ("--quiet",)))
    assert plain.json == quiet.json


# --- where things are ----------------------------------------------------------------------------------------------


def test_a_campaign_is_found_by_option_or_where_one_stands(
    run: Run, campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(campaign, SCHOOL, M02=12)
    far = run("-C", campaign, "aggregate", "--json")
    monkeypatch.chdir(campaign)
    near = run("aggregate", "--json")
    assert far.json == near.json
    assert near.status == 0


def test_without_a_campaign_the_workbooks_tell(run: Run, campaign: Path) -> None:
    shutil.copy(send(campaign, SCHOOL, M02=12), Path.cwd() / "a.xlsx")
    document = valid(run("aggregate", ".", "--json").json)
    assert (document["at"]["code"], document["campaign"]) == (SCHOOL, SAMPLE)
    assert document["outputs"] == [f"tong-hop-{SCHOOL}.xlsx"]
    assert document["coverage"]["missing"] is None
    assert run("aggregate", ".", "--json").json["totals"] == document["totals"]


def test_check_changes_nothing(run: Run, campaign: Path) -> None:
    send(campaign, SCHOOL, M02="khoảng 12")
    before = tree(campaign)
    run("-C", campaign, "check", campaign / "nhan_ve")
    assert tree(campaign) == before


def test_at_another_unit(run: Run, campaign: Path) -> None:
    send(campaign, SCHOOL, M02=12)
    document = run("-C", campaign, "aggregate", "--at", "00241", "--json").json
    assert (document["at"]["code"], document["totals"]["2"]["count"]) == ("00241", 12)
    assert run("-C", campaign, "aggregate", "--at", "9").status == 2


# --- init ----------------------------------------------------------------------------------------------------------


def test_init_from_a_sample(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    done = run("init", folder, "--sample", SAMPLE)
    assert done.status == 0
    assert "distribute" in done.out
    assert {path.name for path in folder.iterdir()} == {
        *("campaign.json", "campaign.key", "units.csv", "phat_ra", "nhan_ve", "ket_qua"),
    }
    assert (folder / "units.csv").read_bytes() == (sample_dir() / SAMPLE / "units.csv").read_bytes()


def test_every_campaign_has_a_key_of_its_own(run: Run, tmp_path: Path) -> None:
    """Not even the key of the sample, which the whole world can read."""
    for name in ("a", "b"):
        run("init", tmp_path / name, "--sample", SAMPLE)
    keys = [(tmp_path / name / "campaign.key").read_text(encoding="ascii") for name in ("a", "b")]
    keys += [path.read_text(encoding="ascii") for path in (sample_dir() / SAMPLE).glob("campaign.key")]
    assert len(set(keys)) == len(keys)
    assert {len(bytes.fromhex(key)) for key in keys[:2]} == {32}


def test_init_does_not_overwrite(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    run("init", folder, "--sample", SAMPLE)
    before = tree(folder)
    assert run("init", folder, "--sample", "quan-7-2024").status == 3
    assert tree(folder) == before
    assert run("init", folder, "--sample", "quan-7-2024", "--force").status == 0
    assert (folder / "campaign.key").read_bytes() == before["campaign.key"]
    assert json.loads((folder / "campaign.json").read_text(encoding="utf-8"))["id"] == "quan-7-2024"


def test_init_of_ones_own(run: Run, tmp_path: Path) -> None:
    units = tmp_path / "u.csv"
    units.write_text(
        "code;name;level;parent\n01;Xã Đất Mới (mẫu);commune;\n011;Trường;school;01\n", encoding="utf-8-sig"
    )
    done = run("init", tmp_path / "d", "--form", "tong-hop-2024", "--units", units, "--year", "2025", "--json")
    assert (done.status, done.json["campaign"], done.json["units"]) == (0, "xa-dat-moi-mau-2025", 2)
    assert run("-C", tmp_path / "d", "distribute").status == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code,name,level,parent\n1,A,school,1\n", "dòng 2, cột parent"),
        ("code,name,level,parent\n1,,x,\n", "dòng 2, cột level"),
        ("xin chào", "dòng 1"),
        (None, "FileNotFoundError"),
    ],
)
def test_init_leaves_nothing_half_written(run: Run, tmp_path: Path, text: str | None, said: str) -> None:
    units = tmp_path / "u.csv"
    if text is not None:
        units.write_text(text, encoding="utf-8")
    done = run("init", tmp_path / "d", "--form", "tong-hop-2024", "--units", units, "--year", "2025")
    assert done.status == 3
    assert said in done.err
    assert not (tmp_path / "d").exists()


# --- distribute ----------------------------------------------------------------------------------------------------


def test_distribute_issues_one_workbook_per_unit(campaign: Path) -> None:
    with (campaign / "phat_ra/danh_sach.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["code"] for line in lines] == ["007", "00241", SCHOOL, OTHER]
    assert all((campaign / line["file"]).is_file() for line in lines)
    names = [Path(line["file"]) for line in lines]
    assert all(path.name.startswith(f"{line['code']}_") for path, line in zip(names, lines, strict=True))
    assert [path.parent.name.split("_")[0] for path in names] == ["007", "007", "00241", "00241"]


def test_distribute_again_changes_nothing(run: Run, campaign: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in campaign.rglob("*")}
    done = run("-C", campaign, "distribute", "--json")
    assert {line["state"] for line in done.json["issued"]} == {"same"}
    assert {path: path.stat().st_mtime_ns for path in campaign.rglob("*")} == before


def test_what_changed_moves_to_a_numbered_folder(run: Run, campaign: Path) -> None:
    old = issued(campaign)
    relative = old.relative_to(campaign / "phat_ra")
    before = tree(campaign / "phat_ra")
    units = campaign / "units.csv"
    for number, (word, other) in enumerate((("Sao Biển", "Sao Xanh"), ("Sao Xanh", "Sao Đỏ")), start=1):
        units.write_text(units.read_text(encoding="utf-8").replace(word, other), encoding="utf-8")
        assert run("-C", campaign, "distribute").status == 0
        kept = tree(campaign / "phat_ra/cu" / f"{number:03}")
        assert set(kept) == {issued_before(kept, SCHOOL), "danh_sach.csv"}
    first = tree(campaign / "phat_ra/cu/001")
    assert first[relative.as_posix()] == before[relative.as_posix()]
    assert first["danh_sach.csv"] == before["danh_sach.csv"]
    assert not old.exists()
    assert "Sao-Do" in issued(campaign).name


def issued_before(kept: dict[str, bytes], code: str) -> str:
    (name,) = (name for name in kept if f"/{code}_" in name)
    return name


def test_a_changed_caption_changes_every_workbook(run: Run, campaign: Path) -> None:
    before = tree(campaign / "phat_ra")
    file = campaign / "campaign.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**document, "caption": "(Kèm theo)"}), encoding="utf-8")
    done = run("-C", campaign, "distribute", "--json")
    assert {line["state"] for line in done.json["issued"]} == {"changed"}
    assert tree(campaign / "phat_ra/cu/001") == before


def test_a_unit_that_left_takes_its_workbook_along(run: Run, campaign: Path) -> None:
    old = issued(campaign, OTHER).relative_to(campaign / "phat_ra")
    units = campaign / "units.csv"
    lines = units.read_text(encoding="utf-8").splitlines()
    units.write_text("\n".join(line for line in lines if not line.startswith(OTHER)), encoding="utf-8")
    assert run("-C", campaign, "distribute").status == 0
    assert not (campaign / "phat_ra" / old).exists()
    assert (campaign / "phat_ra/cu/001" / old).is_file()


def test_a_list_that_somebody_edited_moves_no_other_file(run: Run, campaign: Path) -> None:
    listed = campaign / "phat_ra/danh_sach.csv"
    text = listed.read_text(encoding="utf-8-sig")
    line = "x,x,school,007,{},,,\n"
    listed.write_text(text + line.format("phat_ra/../units.csv") + line.format("units.csv"), encoding="utf-8-sig")
    before = (campaign / "units.csv").read_bytes()
    assert run("-C", campaign, "distribute").status == 0
    assert (campaign / "units.csv").read_bytes() == before


def test_without_its_key_nothing_is_issued(run: Run, campaign: Path) -> None:
    (campaign / "campaign.key").unlink()
    before = tree(campaign)
    done = run("-C", campaign, "distribute")
    assert done.status == 3
    assert "campaign.key" in done.err
    assert tree(campaign) == before


# --- aggregate: files that are there already -----------------------------------------------------------------------


def test_an_earlier_result_is_kept_and_a_foreign_file_is_not_touched(run: Run, campaign: Path) -> None:
    send(campaign, SCHOOL, M02=12)
    run("-C", campaign, "aggregate")
    first = (campaign / "ket_qua/tong-hop-007.xlsx").read_bytes()
    run("-C", campaign, "aggregate")
    assert {path.name for path in (campaign / "ket_qua").iterdir()} == {"lan", "tong-hop-007.xlsx", "tong-hop-007.html"}
    send(campaign, SCHOOL, M02=13)
    assert run("-C", campaign, "aggregate").status == 0
    assert (campaign / "ket_qua/tong-hop-007-2.xlsx").read_bytes() == first
    foreign = Path.cwd() / "x.xlsx"
    foreign.write_bytes(b"of somebody")
    assert run("-C", campaign, "aggregate", "-o", foreign).status == 3
    assert foreign.read_bytes() == b"of somebody"
    assert run("-C", campaign, "aggregate", "-o", foreign, "--force").status == 0
    assert placing.is_own_result(foreign)


# --- what only a whole run shows -----------------------------------------------------------------------------------


def test_of_two_findings_at_one_number_the_graver_is_told(run: Run, campaign: Path) -> None:
    """10,000 people in one class: above the cap, and far more than a class holds."""
    path = send(campaign, SCHOOL, **{"M01.01": 1})
    book = openpyxl.load_workbook(path)
    sheet = book["Số liệu"]
    (row,) = (cell.row for cell in sheet["H"] if cell.value == "M01.01")
    sheet.cell(row, 5).value = 10_000
    book.save(path)
    findings = run("-C", campaign, "check", path, "--json").json["findings"]
    assert [finding["code"] for finding in findings if finding["cell"] == f"E{row}"] == ["limit-exceeded"]


def test_every_unit_has_its_line_with_its_status(run: Run, campaign: Path) -> None:
    send(campaign, SCHOOL, M02=12)
    send(campaign, OTHER, M02="khoảng 12")
    run("-C", campaign, "aggregate")
    sheet = openpyxl.load_workbook(campaign / "ket_qua/tong-hop-007.xlsx")["Tình trạng nộp"]
    lines = [[str(value or "") for value in line] for line in sheet.iter_rows(values_only=True)]
    told = {code: " ".join(line) for line in lines for code in ("007", "00241", SCHOOL, OTHER) if code in line}
    assert told.keys() == {"007", "00241", SCHOOL, OTHER}
    assert f"nhan_ve/{SCHOOL}.xlsx" in told[SCHOOL]
    assert f"nhan_ve/{OTHER}.xlsx" in told[OTHER]
    words = [told[code].replace(code, "") for code in (SCHOOL, OTHER, "00241")]
    assert len(set(words)) == 3


@pytest.fixture
def ward_result(run: Run, campaign: Path) -> Path:
    """The consolidated workbook of the ward among the files that the district received."""
    path = send(campaign, SCHOOL, M02=12)
    target = campaign / "nhan_ve" / "phuong.xlsx"
    assert run("-C", campaign, "aggregate", "--at", "00241", "-o", target).status == 0
    path.unlink()
    return target


def seals_broken(done: Done) -> list[tuple[str, str]]:
    """Sheet and cell; nothing else may be an error."""
    errors = [finding for finding in done.json["findings"] if finding["severity"] == "error"]
    assert {finding["code"] for finding in errors} <= {"seal-broken"}
    return [(finding["sheet"], finding["cell"]) for finding in errors]


def rewritten(path: Path, change: Callable[[str, Any], Any]) -> int:
    """Edit the hidden copy as somebody who knows how its hashes are made, but not the key; returns its last row."""
    book = openpyxl.load_workbook(path)
    sheet = book[CHECK_SHEET]
    hashes: list[str] = []
    for row in range(1, sheet.max_row + 1):
        kind, content = sheet.cell(row, 1).value, json.loads(sheet.cell(row, 2).value)
        if kind == "end":
            content["hash"] = hashlib.sha256("|".join(hashes).encode()).hexdigest()
        text = json.dumps(change(kind, content), separators=(",", ":"))
        hashes.append(hashlib.sha256(f"{row}|{kind}|{text}".encode()).hexdigest())
        sheet.cell(row, 2).value, sheet.cell(row, 3).value = text, hashes[-1]
    book.save(path)
    return sheet.max_row


def test_a_result_from_below_is_taken_apart(run: Run, campaign: Path, ward_result: Path) -> None:
    done = run("-C", campaign, "aggregate", "--json")
    assert seals_broken(done) == []
    assert done.json["totals"]["2"] == {"count": 12}
    rewritten(ward_result, lambda _kind, content: content)
    assert seals_broken(run("-C", campaign, "check", ward_result, "--json")) == []


def test_hashes_alone_do_not_seal_a_result(run: Run, campaign: Path, ward_result: Path) -> None:
    last = rewritten(
        ward_result, lambda kind, content: {**content, "as_of": "2021-12-31"} if kind == "head" else content
    )
    done = run("-C", campaign, "check", ward_result, "--json")
    assert seals_broken(done) == [(CHECK_SHEET, f"B{last}")]


def test_a_copy_that_cannot_be_is_broken_even_without_a_key(run: Run, ward_result: Path) -> None:
    rewritten(ward_result, lambda kind, content: [content[0] + 1, *content[1:]] if kind == "totals" else content)
    assert seals_broken(run("check", ward_result, "--json")) == [(CHECK_SHEET, "B1")]


def test_a_sheet_of_another_result_is_noticed(run: Run, campaign: Path, ward_result: Path) -> None:
    book = openpyxl.load_workbook(ward_result)
    visible = (sheet for sheet in book if sheet.sheet_state == "visible")
    cells = [cell for sheet in visible for line in sheet.iter_rows() for cell in line]
    cell = next(cell for cell in cells if str(cell.value).startswith("HTSD-TH:"))
    cell.value = cell.value.replace("|00241|", "|00244|")
    book.save(ward_result)
    broken = seals_broken(run("-C", campaign, "check", ward_result, "--json"))
    assert broken == [(cell.parent.title, cell.coordinate)]
