"""Numbered runs in real campaigns: what is kept, listed, compared and packed; nobody runs twice at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from aggregator import locking
from aggregator.campaign import Campaign
from aggregator.cli import cli
from aggregator.resources import schema
from aggregator.runs import dump_manifest, read_manifest
from aggregator.steps.issue import init_sample
from tests.filling import send

ROOT = Path(__file__).resolve().parents[1]
ONE, TWO, THREE = "2746601", "2746602", "2746603"
PAIR = {("1.07", "count"): 2, ("1.07", "people"): 60}
RESULT = "ket_qua/tong-hop-778.xlsx"
PAGE = "ket_qua/tong-hop-778.html"
VALID = Draft202012Validator(json.loads(schema("run").read_text(encoding="utf-8")))


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    made = init_sample(tmp_path / "q7", "quan-7-2024")
    send(made, ONE, {**PAIR, ("10.1", "money"): 1_500_000})
    send(made, TWO, PAIR)
    return made


def aggregate(campaign: Campaign, *words: object) -> dict:
    done = run("-C", campaign.folder, "aggregate", "--json", *words)
    assert done.exit_code in (0, 1), done.stderr
    return json.loads(done.stdout)


def asked(campaign: Campaign, *words: object, status: int = 0) -> dict:
    done = run("-C", campaign.folder, *words, "--json")
    assert done.exit_code == status, done.stderr
    return json.loads(done.stdout)


def folder_of(campaign: Campaign, number: int) -> Path:
    return campaign.folder / f"ket_qua/lan/{number:04d}"


def manifest(campaign: Campaign, number: int) -> dict:
    document = json.loads((folder_of(campaign, number) / "manifest.json").read_bytes())
    VALID.validate(document)
    return document


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- keeping -------------------------------------------------------------------------------------------------------


def test_a_run_is_kept_with_its_settings_and_its_manifest(campaign: Campaign) -> None:
    (campaign.folder / "nhan_ve/anh.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    document = aggregate(campaign, "--now", "2024-10-12")
    kept = manifest(campaign, 1)
    assert (kept["run"], kept["as_of"], kept["at"]["code"]) == (1, "2024-10-12", "778")
    assert kept["totals"] == document["totals"]
    assert {name: kept["coverage"][name] for name in ("expected", "accepted")} == {"expected": 51, "accepted": 2}
    assert [file["path"] for file in kept["files"]] == [file["path"] for file in document["files"]]
    for file in (*kept["files"], *kept["outputs"]):
        assert sha256((campaign.folder / file["path"]).read_bytes()).hexdigest() == file["sha256"]
    assert [output["path"] for output in kept["outputs"]] == [RESULT, PAGE]
    assert [leaf["unit"] for leaf in kept["leaves"]] == [ONE, TWO]
    figures = dict(zip(map(tuple, kept["typed"]), kept["leaves"][0]["figures"], strict=True))
    assert figures["1.07", "people"] == 60 and figures["10.1", "money"] == 1_500_000 and figures["2", "count"] is None


def test_settings_are_copied_as_they_were_and_the_key_never(campaign: Campaign) -> None:
    (campaign.folder / "decisions.csv").write_text(
        f"what,target,value,reason,by,date\nexclude,{TWO}.xlsx,,gọi điện,An,2024-10-11\n", encoding="utf-8"
    )
    aggregate(campaign)
    names = {"campaign.json", "units.csv", "decisions.csv", "so_nhan.csv"}
    kept = manifest(campaign, 1)["settings"]
    assert {setting["path"] for setting in kept} == names
    assert {path.name for path in folder_of(campaign, 1).iterdir()} == {*names, "manifest.json"}
    for setting in kept:
        data = (folder_of(campaign, 1) / setting["path"]).read_bytes()
        assert data == (campaign.folder / setting["path"]).read_bytes()
        assert sha256(data).hexdigest() == setting["sha256"]
    secret = (campaign.folder / "campaign.key").read_bytes().strip()
    assert all(secret not in data for data in tree(campaign.folder / "ket_qua").values())


def test_the_same_run_again_gets_a_new_number_and_nothing_else(campaign: Campaign) -> None:
    aggregate(campaign)
    before = (campaign.folder / RESULT).read_bytes()
    aggregate(campaign)
    first, second = manifest(campaign, 1), manifest(campaign, 2)
    assert {name for name in first if first[name] != second[name]} == {"run", "digest"}
    assert (campaign.folder / RESULT).read_bytes() == before
    assert {path.name for path in (campaign.folder / "ket_qua").iterdir()} == {
        "lan",
        "tong-hop-778.xlsx",
        "tong-hop-778.html",
    }


def test_elsewhere_at_another_time_the_manifest_is_the_same(campaign: Campaign, tmp_path: Path) -> None:
    shutil.copytree(campaign.folder, tmp_path / "khac")
    aggregate(campaign)
    run("-C", tmp_path / "khac", "aggregate")
    assert tree(folder_of(campaign, 1)) == tree(tmp_path / "khac/ket_qua/lan/0001")
    assert str(tmp_path).encode() not in (folder_of(campaign, 1) / "manifest.json").read_bytes()


def test_numbers_are_not_given_twice(campaign: Campaign) -> None:
    aggregate(campaign)
    aggregate(campaign)
    shutil.rmtree(folder_of(campaign, 1))
    aggregate(campaign)
    assert sorted(path.name for path in folder_of(campaign, 1).parent.iterdir()) == ["0002", "0003"]


def test_each_and_output_are_in_the_manifest(campaign: Campaign, tmp_path: Path) -> None:
    outputs = aggregate(campaign, "--each", "commune", "-o", tmp_path / "rieng.xlsx")["outputs"]
    kept = manifest(campaign, 1)
    assert [output["path"] for output in kept["outputs"]] == outputs
    assert outputs[0] == "../rieng.xlsx" and len(outputs) == 11
    assert kept["options"]["each"] == "commune"


def test_without_a_campaign_no_run_is_kept(campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(campaign.folder / "nhan_ve", tmp_path / "thu/nhan")
    monkeypatch.chdir(tmp_path / "thu")
    assert run("aggregate", "nhan").exit_code == 0
    assert {path.name for path in (tmp_path / "thu").iterdir()} == {"nhan", "tong-hop-27466.xlsx"}


def test_what_killed_runs_left_is_cleared_and_nothing_else(campaign: Campaign) -> None:
    results = campaign.folder / "ket_qua"
    ours = (".tong-hop-778.xlsx.4242.tmp", ".luu-tru-0001.zip.17.tmp")
    theirs = (".bao-cao.docx.4242.tmp", "tong-hop-778.tmp", ".tong-hop-778.xlsx.abc.tmp", "ghi chú.txt")
    for name in (*ours, *theirs):
        (results / name).write_bytes(b"half")
    (results / "lan/.0001.4242.tmp").mkdir(parents=True)
    (results / "lan/.0001.4242.tmp/units.csv").write_bytes(b"half")
    (results / "lan/.cu.4242.tmp").mkdir()
    run("-C", campaign.folder, "check", campaign.folder / "nhan_ve")
    assert (results / ours[0]).exists(), "only a run that holds the lock clears anything"
    aggregate(campaign)
    assert {path.name for path in results.iterdir()} == {*theirs, "lan", "tong-hop-778.xlsx", "tong-hop-778.html"}
    assert {path.name for path in (results / "lan").iterdir()} == {"0001", ".cu.4242.tmp"}


# --- list and compare ----------------------------------------------------------------------------------------------


@pytest.fixture
def two_runs(campaign: Campaign) -> Campaign:
    """TWO loses one class, THREE is new, ONE stays; ONE's twin comes in and a broken file."""
    aggregate(campaign, "--now", "2024-10-10")
    send(campaign, TWO, {("1.07", "count"): 1, ("1.07", "people"): 60})
    send(campaign, THREE, {("1.07", "count"): 3, ("1.07", "people"): 70})
    shutil.copy(campaign.folder / f"nhan_ve/{ONE}.xlsx", campaign.folder / f"nhan_ve/{ONE} (1).xlsx")
    aggregate(campaign, "--now", "2024-10-12")
    return campaign


def test_list(two_runs: Campaign) -> None:
    document = asked(two_runs, "runs", "list")
    lines = [
        (line["run"], line["as_of"], line["files"], line["accepted"], line["changed"]) for line in document["runs"]
    ]
    assert lines == [(1, "2024-10-10", 2, 2, None), (2, "2024-10-12", 4, 3, 4)]
    assert document["damaged"] == []
    shown = run("-C", two_runs.folder, "runs", "list").stdout.splitlines()
    assert len(shown) == 3 and all(len(line) <= 80 for line in shown)
    assert shown[2].split() == ["2", "2024-10-12", "778", "4", "3/51", "4"]


def test_compare_names_totals_units_and_files(two_runs: Campaign) -> None:
    document = asked(two_runs, "runs", "compare", 1, 2)
    totals = {(line["row"], line["measure"]): line for line in document["totals"]}
    assert {key: (line["before"], line["after"], line["difference"]) for key, line in totals.items()} == {
        ("1", "count"): (4, 6, 2),
        ("1.T", "people"): (120, 190, 70),
        ("1.07", "count"): (4, 6, 2),
        ("1.07", "people"): (120, 190, 70),
    }
    for line in document["totals"]:
        assert sum(cause["difference"] for cause in line["causes"]) == line["difference"]
    changed = {"unit": TWO, "file": f"nhan_ve/{TWO}.xlsx", "kind": "changed", "difference": -1}
    added = {"unit": THREE, "file": f"nhan_ve/{THREE}.xlsx", "kind": "added", "difference": 3}
    assert totals["1.07", "count"]["causes"] == totals["1", "count"]["causes"] == [changed, added]
    assert totals["1.07", "people"]["causes"] == [{**added, "difference": 70}]
    assert totals["1.07", "count"]["code"] == "M01.07" and totals["1.07", "count"]["label"]
    files = {line["path"]: (line["content"], line["before"], line["after"]) for line in document["files"]}
    assert files == {
        f"nhan_ve/{ONE} (1).xlsx": (False, None, "duplicate"),
        f"nhan_ve/{TWO}.xlsx": (True, "accepted", "accepted"),
        f"nhan_ve/{THREE}.xlsx": (False, None, "accepted"),
    }
    assert document["context"] == ["options", "as_of"]


def test_compare_backwards_is_the_same_with_other_signs(two_runs: Campaign) -> None:
    there, back = (asked(two_runs, "runs", "compare", *pair) for pair in ((1, 2), (2, 1)))
    differences = [
        {(line["row"], line["measure"]): line["difference"] for line in found["totals"]} for found in (there, back)
    ]
    assert differences[0] == {key: -value for key, value in differences[1].items()}
    kinds = {cause["kind"] for line in back["totals"] for cause in line["causes"]}
    assert kinds == {"changed", "removed"}


def test_a_file_that_only_changed_its_status(campaign: Campaign) -> None:
    aggregate(campaign)
    (campaign.folder / "decisions.csv").write_text(
        f"what,target,value,reason,by,date\nexclude,{TWO}.xlsx,,gọi điện,An,2024-10-11\n", encoding="utf-8"
    )
    aggregate(campaign)
    document = asked(campaign, "runs", "compare", 1, 2)
    (line,) = document["files"]
    assert (line["path"], line["content"], line["before"]) == (f"nhan_ve/{TWO}.xlsx", False, "accepted")
    assert line["after"] != "accepted"
    assert "decisions.csv" in document["settings"]
    assert {cause["kind"] for total in document["totals"] for cause in total["causes"]} == {"removed"}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_compare_in_words(two_runs: Campaign, lang: str) -> None:
    done = run("-C", two_runs.folder, "runs", "compare", 1, 2, "--lang", lang)
    assert done.exit_code == 0
    assert "4 → 6 (+2)" in done.stdout and "−1" in done.stdout and f"nhan_ve/{THREE}.xlsx" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_nothing_changed(campaign: Campaign) -> None:
    aggregate(campaign)
    aggregate(campaign)
    document = asked(campaign, "runs", "compare", 1, 2)
    assert not any(document[name] for name in ("totals", "files", "settings", "context"))


@pytest.mark.parametrize("words", [("runs", "compare", 1, 9), ("archive", 9), ("runs", "compare", "x", 1)])
def test_an_unknown_number_is_wrong_usage(two_runs: Campaign, words: tuple[object, ...]) -> None:
    assert run("-C", two_runs.folder, *words).exit_code == 2


@pytest.mark.parametrize("words", [("runs", "compare", 1, 2), ("archive",)])
def test_no_run_yet(campaign: Campaign, words: tuple[object, ...]) -> None:
    assert run("-C", campaign.folder, *words).exit_code == 2
    assert asked(campaign, "runs", "list")["runs"] == []


def test_runs_need_a_campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("runs", "list").exit_code == 3
    assert run("archive").exit_code == 3
    assert list(tmp_path.iterdir()) == []


def resealed(text: bytes) -> bytes:
    document = json.loads(text)
    del document["digest"], document["leaves"]
    return dump_manifest(document)


DAMAGES = {
    "edited": lambda data: data.replace(b'"count":6', b'"count":7'),
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "laid out anew": lambda data: json.dumps(json.loads(data), indent=1).encode(),
    "another run's": lambda data: dump_manifest({**json.loads(data), "run": 7}),
    "newer": lambda data: dump_manifest({**json.loads(data), "schema": 2}),
    "sealed but without leaves": resealed,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_manifest_is_named_and_the_others_stay(two_runs: Campaign, damage: str) -> None:
    path = folder_of(two_runs, 2) / "manifest.json"
    before = path.read_bytes()
    path.write_bytes(DAMAGES[damage](before))
    assert path.read_bytes() != before
    document = asked(two_runs, "runs", "list", status=1)
    assert [line["run"] for line in document["runs"]] == [1]
    assert [line["file"] for line in document["damaged"]] == ["ket_qua/lan/0002/manifest.json"]
    for words in (("runs", "compare", 1, 2), ("archive",)):
        done = run("-C", two_runs.folder, *words)
        assert done.exit_code == 3 and "ket_qua/lan/0002/manifest.json" in done.stderr
    aggregate(two_runs)
    assert manifest(two_runs, 3)["run"] == 3


def test_a_manifest_that_is_gone(two_runs: Campaign) -> None:
    (folder_of(two_runs, 1) / "manifest.json").unlink()
    assert [line["run"] for line in asked(two_runs, "runs", "list", status=1)["runs"]] == [2]


def test_ten_thousand_leaves_are_read(two_runs: Campaign) -> None:
    document = manifest(two_runs, 1)
    del document["digest"]
    leaf, file = document["leaves"][0], document["files"][0]
    document["leaves"] = [{**leaf, "unit": f"{number:05}"} for number in range(10_000)]
    document["files"] = [{**file, "path": f"nhan_ve/{number:05}.xlsx"} for number in range(10_000)]
    start = time.process_time()
    again = read_manifest(dump_manifest(document))
    assert time.process_time() - start < 15, "a fraction of a second; each leaf against each takes longer than this"
    assert len(again.leaves) == 10_000


# --- archive -------------------------------------------------------------------------------------------------------


def packed(campaign: Campaign, document: dict) -> dict[str, bytes]:
    (name,) = document["outputs"]
    with zipfile.ZipFile(campaign.folder / name) as archive:
        assert archive.testzip() is None
        assert len(set(archive.namelist())) == len(archive.namelist())
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_archive_holds_exactly_the_run(campaign: Campaign) -> None:
    (campaign.folder / "nhan_ve/anh.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (campaign.folder / "nhan_ve/~$tam.xlsx").write_bytes(b"x")
    with zipfile.ZipFile(campaign.folder / "nhan_ve/gui.zip", "w") as parcel:
        parcel.write(send(campaign, THREE, PAIR, "x.xlsx"), "trong/x.xlsx")
    (campaign.folder / "nhan_ve/x.xlsx").unlink()
    aggregate(campaign)
    (campaign.folder / "nhan_ve/sau-do.xlsx").write_bytes(b"came later")
    document = asked(campaign, "archive")
    files = packed(campaign, document)
    inputs = {f"nhan_ve/{name}" for name in (f"{ONE}.xlsx", f"{TWO}.xlsx", "anh.png", "gui.zip")}
    assert files.keys() == {*inputs, "campaign.json", "units.csv", "so_nhan.csv", "manifest.json", RESULT, PAGE}
    assert files["manifest.json"] == (folder_of(campaign, 1) / "manifest.json").read_bytes()
    for name in inputs | {RESULT, "units.csv"}:
        assert files[name] == (campaign.folder / name).read_bytes()
    assert (document["run"], document["inputs"], document["missing"]) == (1, 4, [])


def test_the_same_archive_again_is_the_same_file(campaign: Campaign, tmp_path: Path) -> None:
    aggregate(campaign)
    first = (campaign.folder / asked(campaign, "archive")["outputs"][0]).read_bytes()
    for path in (campaign.folder / "nhan_ve").iterdir():
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert asked(campaign, "archive", 1)["outputs"] == ["ket_qua/luu-tru-0001.zip"]
    asked(campaign, "archive", "-o", tmp_path / "goi.zip")
    assert (tmp_path / "goi.zip").read_bytes() == first
    assert not list((campaign.folder / "ket_qua").glob("luu-tru-0001-*"))


def test_an_unpacked_archive_can_be_run_again(campaign: Campaign, tmp_path: Path) -> None:
    document = aggregate(campaign)
    with zipfile.ZipFile(campaign.folder / asked(campaign, "archive")["outputs"][0]) as archive:
        archive.extractall(tmp_path / "lai")
    (tmp_path / "lai/campaign.key").write_bytes((campaign.folder / "campaign.key").read_bytes())
    again = json.loads(run("-C", tmp_path / "lai", "aggregate", "--json").stdout)
    assert again["totals"] == document["totals"] and again["coverage"] == document["coverage"]
    assert (tmp_path / "lai" / RESULT).read_bytes() == (campaign.folder / RESULT).read_bytes()


@pytest.mark.parametrize("case", ["gone", "changed", "settings"])
def test_what_is_not_there_as_it_was_is_named_and_nothing_is_written(campaign: Campaign, case: str) -> None:
    aggregate(campaign)
    target = campaign.folder / f"nhan_ve/{TWO}.xlsx"
    expected = (f"nhan_ve/{TWO}.xlsx", case)
    if case == "gone":
        target.unlink()
    elif case == "changed":
        target.write_bytes(target.read_bytes() + b"\0")
    else:
        (folder_of(campaign, 1) / "units.csv").write_bytes(b"code\n")
        expected = ("ket_qua/lan/0001/units.csv", "changed")
    before = tree(campaign.folder)
    document = asked(campaign, "archive", "--force", status=1)
    assert [(line["path"], line["why"]) for line in document["missing"]] == [expected]
    assert document["outputs"] == [] and tree(campaign.folder) == before
    assert expected[0] in run("-C", campaign.folder, "archive").stderr


def test_the_result_of_a_run_is_found_where_it_was_moved_to(campaign: Campaign) -> None:
    aggregate(campaign)
    first = (campaign.folder / RESULT).read_bytes()
    extra = send(campaign, THREE, PAIR)
    aggregate(campaign)
    extra.rename(campaign.folder / "sau.xlsx")
    document = asked(campaign, "archive", 1)
    assert packed(campaign, document)[RESULT] == first and document["left_out"] == []
    (campaign.folder / "ket_qua/tong-hop-778-2.xlsx").unlink()
    document = asked(campaign, "archive", 1)
    assert document["left_out"] == [RESULT] and RESULT not in packed(campaign, document)


def test_inputs_from_outside_stay_inside_the_archive(campaign: Campaign, tmp_path: Path) -> None:
    (campaign.folder / "nhan_ve").rename(tmp_path / "ngoài")
    assert run("-C", campaign.folder, "aggregate", tmp_path / "ngoài").exit_code == 0
    names = packed(campaign, asked(campaign, "archive")).keys()
    assert {f"ngoai/ngoài/{ONE}.xlsx", f"ngoai/ngoài/{TWO}.xlsx"} <= names
    assert not any(name.startswith("/") or ".." in name.split("/") for name in names)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are Unicode there")
def test_a_name_that_cannot_be_printed_is_packed_under_the_name_it_is_called_by(campaign: Campaign) -> None:
    path = campaign.folder / f"nhan_ve/{ONE}.xlsx"
    path.rename(path.with_name(os.fsdecode(b"\xff\xfe.xlsx")))
    aggregate(campaign)
    (name,) = (line["path"] for line in manifest(campaign, 1)["files"] if TWO not in line["path"])
    assert name in packed(campaign, asked(campaign, "archive"))


def test_a_file_of_somebody_else_is_not_replaced_by_an_archive(campaign: Campaign, tmp_path: Path) -> None:
    aggregate(campaign)
    mine = tmp_path / "cua-toi.zip"
    with zipfile.ZipFile(mine, "w") as archive:
        archive.writestr("a", "b")
    before = mine.read_bytes()
    assert run("-C", campaign.folder, "archive", "-o", mine).exit_code == 3
    assert mine.read_bytes() == before
    assert run("-C", campaign.folder, "archive", "-o", mine, "--force").exit_code == 0


# --- one at a time -------------------------------------------------------------------------------------------------

HOLD = "import sys, time; from pathlib import Path; from aggregator.locking import alone\n"
HOLD += "with alone(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(float(sys.argv[2]))"


def holding(campaign: Campaign, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(campaign.folder), str(seconds)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def held(campaign: Campaign) -> Iterator[subprocess.Popen[str]]:
    process = holding(campaign, 60)
    yield process
    process.kill()
    process.communicate()


def test_a_second_run_says_who_is_running(
    campaign: Campaign, held: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locking, "WAIT_SECONDS", 0.3)
    before = tree(campaign.folder / "ket_qua")
    done = run("-C", campaign.folder, "aggregate", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["error"]["vi"].count(str(held.pid)) == 1
    assert done.stderr.count(f"tiến trình số {held.pid}") == 2, "that it waits, and that it gave up"
    assert tree(campaign.folder / "ket_qua") == before
    assert run("-C", campaign.folder, "archive").exit_code == 3
    assert run("-C", campaign.folder, "check", campaign.folder / "nhan_ve").exit_code == 0, "reading disturbs nobody"


def test_a_second_run_waits_for_the_first(campaign: Campaign) -> None:
    with holding(campaign, 1.0) as first:
        done = run("-C", campaign.folder, "aggregate", "--lang", "en")
    assert first.returncode == 0
    assert done.exit_code == 0 and f"process {first.pid}" in done.stderr
    assert manifest(campaign, 1)["run"] == 1


def test_a_killed_run_leaves_nothing_locked(campaign: Campaign, held: subprocess.Popen[str]) -> None:
    held.kill()
    held.wait()
    done = run("-C", campaign.folder, "aggregate")
    assert done.exit_code == 0
    assert f"{held.pid}" not in done.stderr, "it did not wait"


def test_runs_at_the_same_time_are_numbered_one_after_the_other(campaign: Campaign) -> None:
    command = [sys.executable, "-m", "aggregator", "-C", str(campaign.folder), "aggregate"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    assert [line["run"] for line in asked(campaign, "runs", "list")["runs"]] == [1, 2, 3, 4]


def test_the_cache_folder_may_be_deleted(campaign: Campaign) -> None:
    aggregate(campaign)
    shutil.rmtree(campaign.folder / ".aggregator")
    aggregate(campaign)
    assert not (campaign.folder / ".aggregator/run.pid").exists()


def test_a_campaign_that_cannot_be_locked(campaign: Campaign) -> None:
    (campaign.folder / ".aggregator").write_bytes(b"a file, no folder")
    done = run("-C", campaign.folder, "aggregate", "--json")
    assert done.exit_code == 3 and "run.lock" in json.loads(done.stdout)["error"]["en"]
    assert list((campaign.folder / "ket_qua").iterdir()) == []


# --- workers -------------------------------------------------------------------------------------------------------

WORKER = """
import multiprocessing, sys, time
from aggregator.disposable import die_with_parent

def work():
    die_with_parent()
    sys.stdout.write("working\\n")
    sys.stdout.flush()
    time.sleep(60)

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    for _ in range(3):
        context.Process(target=work).start()
    time.sleep(60)
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.skipif(sys.platform == "win32", reason="children share no pipe there")
def test_workers_end_with_their_parent(tmp_path: Path, method: str) -> None:
    """They hold the writing end of the pipe: it ends when the last of them is gone."""
    (tmp_path / "work.py").write_text(WORKER, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "work.py"), method]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    assert [parent.stdout.readline() for _ in range(3)] == ["working\n"] * 3
    parent.kill()
    parent.communicate(timeout=2)


HANGING = """
import sys, time
from pathlib import Path
from aggregator import within_limits, workers
from aggregator.disposable import Job, do_apart
from aggregator.identity import Expectation
from aggregator.inbox import Item

def hang(*_words, **_more):
    sys.stdout.write("working\\n")
    sys.stdout.flush()
    time.sleep(60)

within_limits.look = hang
if sys.argv[1] == "many":
    list(workers.examine_all([Item("x", str(number)) for number in range(32)], Expectation({}), workers=2))
else:
    list(do_apart(Job(hang, 60), ["x"]))
"""


@pytest.mark.parametrize(("kind", "count"), [("many", 2), ("one", 1)])
@pytest.mark.skipif(sys.platform != "linux", reason="a reader that hangs must be handed to the workers by fork")
def test_a_reader_that_hangs_does_not_outlive_a_killed_run(kind: str, count: int) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", HANGING, kind]
    parent = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    assert [parent.stdout.readline() for _ in range(count)] == ["working\n"] * count
    parent.kill()
    parent.communicate(timeout=2)
