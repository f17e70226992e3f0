"""Three readings of one file: honest files agree, crafted ones do not, and what kills a reader costs its opinion."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from aggregator import second_opinion
from aggregator.campaign import load_campaign
from aggregator.cli import cli
from aggregator.disposable import Job, Lost, do_apart
from aggregator.forms import FigureKey, load_form
from aggregator.layout import DATA_SHEET, Layout
from aggregator.reading.book import Cell, a1
from aggregator.second_opinion import Task, judge
from aggregator.steps import collect, issue
from aggregator.steps.issue import issue_for
from tests.cases_craft import patched, repacked
from tests.filling import filled

SAMPLE, SCHOOL = "hai-ba-trung-2021", "0024101"
GOOD: Mapping[FigureKey, object] = {
    ("1.07", "count"): 12, ("1.07", "people"): 350, ("1.08", "count"): "02 lớp", ("1.08", "people"): 61,
    ("2", "count"): "không", ("10.1", "money"): 15_000_000,
}  # fmt: skip
LAYOUT = Layout(load_form("tong-hop-2021"))
D14, E14 = (a1(*LAYOUT.cell_of[("1.07", measure)]) for measure in ("count", "people"))
SHEET = "xl/worksheets/sheet1.xml"
FIGURE_CELLS = len(LAYOUT.form.typed)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("second") / "dot"
    issue.init_sample(folder, SAMPLE)
    campaign = load_campaign(folder)
    data = filled(issue_for(campaign, campaign.register.by_code[SCHOOL]), GOOD)
    (folder / campaign.received / f"{SCHOOL}.xlsx").write_bytes(data)
    return folder


@pytest.fixture
def campaign(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "dot"))


Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("AGGREGATOR_LANG", raising=False)

    def call(*words: object) -> tuple[int, Any]:
        with pytest.raises(SystemExit) as stop:
            cli([str(word) for word in words], prog_name="aggregator")
        out = capsys.readouterr().out
        return int(stop.value.code or 0), json.loads(out) if "--json" in words else out

    return call


def changed(campaign: Path, *replacements: tuple[str, str]) -> Path:
    """The school's file with texts of the table's part replaced."""
    path = campaign / "nhan_ve" / f"{SCHOOL}.xlsx"
    data = path.read_bytes()
    for old, new in replacements:
        data = patched(data, SHEET, old, new)
    path.write_bytes(data)
    return path


def cell_xml(campaign: Path, cell: str) -> str:
    with zipfile.ZipFile(campaign / "nhan_ve" / f"{SCHOOL}.xlsx") as archive:
        found = re.search(rf'<c r="{cell}"[^>]*>.*?</c>', archive.read(SHEET).decode())
    assert found
    return found[0]


def said(document: Any, *codes: str) -> list[tuple[str, str | None, str | None, str | None]]:
    wanted = codes or ("file-damaged", "value-interpreted", "file-converted")
    return [
        (line["code"], line["cell"], line["row"], line["found"])
        for line in document["findings"]
        if line["code"] in wanted and ("openpyxl" in str(line) or "calamine" in str(line))
    ]


def check(run: Run, campaign: Path, *words: object) -> tuple[int, Any]:
    return run("-C", campaign, "check", campaign / "nhan_ve", "--second-opinion", "--json", *words)


# --- honest files --------------------------------------------------------------------------------------------------


def test_an_honest_file_gets_no_second_word(run: Run, campaign: Path) -> None:
    status, document = check(run, campaign)
    assert (status, said(document)) == (0, [])
    assert [line["status"] for line in document["files"]] == ["accepted"]
    assert document == run("-C", campaign, "check", campaign / "nhan_ve", "--json")[1]


@pytest.mark.parametrize("name", ["quan-7-2024", "dong-nai-2023", "ben-cat-2021"])
def test_the_samples_are_read_alike_by_all(run: Run, name: str) -> None:
    folder = Path(__file__).parents[1] / "sample_reports" / name / "nhan_ve"
    plain, asked = (run("check", folder, "--json", *words)[1] for words in ((), ("--second-opinion",)))
    assert asked == plain


def test_every_input_cell_is_asked_about(monkeypatch: pytest.MonkeyPatch, campaign: Path) -> None:
    """Blank ones too: a number that we do not see would be lost without a word."""
    asked: list[Task] = []

    def reader(task: Task) -> tuple[None, ...]:
        asked.append(task)
        return tuple(None for _ in task.places)

    monkeypatch.setattr(second_opinion, "do_apart", lambda job, tasks: [job.work(task) for task in tasks])
    monkeypatch.setattr(second_opinion, "READERS", {"openpyxl": reader})
    request = collect.Request((campaign / "nhan_ve",), campaign, load_campaign(campaign), second_opinion=True)
    checked = collect.check(request)
    (task,) = asked
    assert {(place.row, place.measure) for place in task.places} == set(LAYOUT.form.typed)
    unseen = [finding for finding in checked.findings if "openpyxl" in str(finding.found)]
    assert {(finding.row, finding.measure) for finding in unseen} == set(GOOD)
    assert {finding.code for finding in unseen} == {"value-interpreted"}


# --- crafted files -------------------------------------------------------------------------------------------------


def test_a_wrong_dimension_hides_nothing_from_them(run: Run, campaign: Path) -> None:
    """openpyxl is asked in its normal mode, which does not believe it."""
    with zipfile.ZipFile(campaign / "nhan_ve" / f"{SCHOOL}.xlsx") as archive:
        found = re.search(r"<dimension[^>]*>(?:</dimension>)?", archive.read(SHEET).decode())
    assert found
    changed(campaign, (found[0], '<dimension ref="A1:B2"/>'))
    status, document = check(run, campaign)
    assert (status, said(document)) == (0, [])


def test_a_figure_under_a_merge_is_told_and_counted(run: Run, campaign: Path) -> None:
    """openpyxl drops what stands under a merged area; Excel keeps it."""
    with zipfile.ZipFile(campaign / "nhan_ve" / f"{SCHOOL}.xlsx") as archive:
        (first,) = re.findall(r"<mergeCells[^>]*>", archive.read(SHEET).decode())
    changed(campaign, (first, f'{first}<mergeCell ref="{D14}:{E14}"/>'))
    status, document = check(run, campaign)
    assert said(document) == [("value-interpreted", E14, "1.07", "openpyxl: – · calamine: 350")]
    assert (status, [line["status"] for line in document["files"]]) == (0, ["accepted"])


def test_an_escaped_digit_is_two_texts_to_two_programs(run: Run, campaign: Path) -> None:
    """Excel and calamine read `1_x0032_` as 12, openpyxl as it stands: who typed that is to type it again."""
    cell = cell_xml(campaign, D14)
    typed = re.sub(' t="[a-z]*"', "", cell).replace("<c ", '<c t="str" ').replace("<v>12</v>", "<v>1_x0032_</v>")
    changed(campaign, (cell, typed))
    assert run("-C", campaign, "check", campaign / "nhan_ve", "--json")[0] == 0
    status, document = check(run, campaign)
    assert said(document, "file-damaged") == [
        ("file-damaged", D14, "1.07", "aggregator: 12 · openpyxl: 1_x0032_ · calamine: 12")
    ]
    assert (status, [line["status"] for line in document["files"]]) == (1, ["refused"])


def test_a_number_that_calamine_does_not_see_is_told(run: Run, campaign: Path) -> None:
    """It gives nothing for a digit written as a character reference."""
    cell = cell_xml(campaign, D14)
    changed(campaign, (cell, cell.replace("<v>12</v>", "<v>&#49;2</v>")))
    status, document = check(run, campaign)
    assert (status, said(document)) == (0, [("value-interpreted", D14, "1.07", "openpyxl: 12 · calamine: –")])


def test_a_cell_in_the_last_corner_costs_only_calamines_opinion(run: Run, campaign: Path) -> None:
    """Legal, written by Excel's Solver; calamine asks for the whole grid and aborts its process."""
    changed(campaign, ("</sheetData>", '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData>'))
    status, document = check(run, campaign)
    ((code, cell, _, found),) = said(document)
    assert (status, code, cell, found) == (0, "file-converted", None, ".xlsx")
    (finding,) = [line for line in document["findings"] if line["code"] == "file-converted"]
    assert re.fullmatch(r"ý kiến thứ hai \(second opinion\): calamine \(\w+\)", finding["expected"])
    assert [line["status"] for line in document["files"]] == ["accepted"]


def test_one_that_kills_does_not_cost_the_others(run: Run, campaign: Path) -> None:
    """The next process goes on with the file behind the killer."""
    loaded = load_campaign(campaign)
    for code, number in (("0024102", 7), ("0024103", 8)):
        data = filled(issue_for(loaded, loaded.register.by_code[code]), {("3", "count"): number})
        (campaign / "nhan_ve" / f"{code}.xlsx").write_bytes(data)
    corner = '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData>'
    middle = campaign / "nhan_ve" / "0024102.xlsx"
    middle.write_bytes(patched(middle.read_bytes(), SHEET, "</sheetData>", corner))
    status, document = check(run, campaign)
    lost = [line["file"] for line in document["findings"] if line["code"] == "file-converted"]
    assert (status, lost) == (0, ["nhan_ve/0024102.xlsx"])


# --- a different number --------------------------------------------------------------------------------------------


def seeing(values: Mapping[str, Cell | None]) -> Callable[[Task], tuple[Cell | None, ...]]:
    """A reader that sees these cells differently from openpyxl."""
    honest = second_opinion.READERS["openpyxl"]

    def read(task: Task) -> tuple[Cell | None, ...]:
        seen = honest(task)
        return tuple(
            values.get(a1(*place.at), cell) if a1(*place.at) in values else cell
            for place, cell in zip(task.places, seen, strict=True)
        )

    return read


def test_a_different_number_refuses_the_file(run: Run, campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readers = {"openpyxl": seeing({D14: Cell("number", "9999")}), "calamine": second_opinion.READERS["calamine"]}
    monkeypatch.setattr(second_opinion, "READERS", readers)
    status, document = check(run, campaign)
    assert said(document) == [("file-damaged", D14, "1.07", "aggregator: 12 · openpyxl: 9999 · calamine: 12")]
    (finding,) = [line for line in document["findings"] if line["code"] == "file-damaged"]
    assert (finding["sheet"], finding["unit"], finding["measure"]) == (DATA_SHEET, SCHOOL, "count")
    assert (status, [line["status"] for line in document["files"]]) == (1, ["refused"])


def test_a_number_that_only_another_sees_refuses_the_file(
    run: Run, campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = a1(*LAYOUT.cell_of[("3", "count")])
    monkeypatch.setattr(second_opinion, "READERS", {"openpyxl": seeing({blank: Cell("number", "5")})})
    status, document = check(run, campaign)
    assert (status, said(document)) == (1, [("file-damaged", blank, "3", "aggregator: – · openpyxl: 5")])


def test_a_hang_costs_its_time_and_nothing_else(run: Run, campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_opinion, "READERS", {"calamine": lambda _task: signal.pause()})
    honest = do_apart
    monkeypatch.setattr(
        second_opinion,
        "do_apart",
        lambda job, tasks: honest(Job(job.work, 30 if isinstance(tasks[0], second_opinion.Source) else 0.5), tasks),
    )
    status, document = check(run, campaign)
    assert (status, [line["expected"] for line in document["findings"] if line["code"] == "file-converted"]) == (
        0,
        ["ý kiến thứ hai (second opinion): calamine (too-slow)"],
    )


NUMBER, WORD = Cell("number", "12"), Cell("text", "12 lớp")


@pytest.mark.parametrize(
    ("own", "other", "verdict"),
    [
        (NUMBER, Cell("number", "12.0"), "same"),
        (NUMBER, Cell("number", "12"), "same"),
        (Cell("number", "1.2345678901E10"), Cell("number", "12345678901"), "same"),
        (Cell("number", "0.1"), Cell("number", "0.1"), "same"),
        (NUMBER, Cell("text", "12"), "same"),
        (NUMBER, Cell("number", "13"), "different"),
        (NUMBER, WORD, "different"),
        (WORD, NUMBER, "different"),
        (WORD, Cell("text", "12  lo\u031b\u0301p"), "same"),
        (WORD, Cell("text", "13 lớp"), "different"),
        (NUMBER, None, "unseen"),
        (NUMBER, Cell("text", ""), "unseen"),
        (NUMBER, Cell("date", "1900-01-12"), "unseen"),
        (NUMBER, Cell("bool", "1"), "unseen"),
        (None, None, "same"),
        (Cell("text", " "), None, "same"),
        (None, Cell("text", " "), "same"),
        (None, NUMBER, "different"),
        (None, Cell("date", "1900-01-12"), "different"),
    ],
)
def test_what_counts_as_the_same(own: Cell | None, other: Cell | None, verdict: str) -> None:
    assert judge(own, other) == verdict


# --- where files come from -----------------------------------------------------------------------------------------


def test_a_member_of_an_archive_is_asked_about_too(run: Run, campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = campaign / "nhan_ve" / f"{SCHOOL}.xlsx"
    with zipfile.ZipFile(campaign / "nhan_ve" / "gui.zip", "w") as archive:
        archive.write(path, "a/b.xlsx")
    path.unlink()
    assert said(check(run, campaign)[1]) == []
    monkeypatch.setattr(second_opinion, "READERS", {"openpyxl": seeing({D14: Cell("number", "9999")})})
    document = check(run, campaign)[1]
    damaged = [(line["file"], line["cell"]) for line in document["findings"] if line["code"] == "file-damaged"]
    assert damaged == [("nhan_ve/gui.zip!/a/b.xlsx", D14)]


def test_the_details_of_a_consolidated_workbook_are_compared(
    run: Run, campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("-C", campaign, "aggregate", "--at", "00241", "-o", campaign / "tong.xlsx")[0] == 0
    request = ("-C", campaign, "check", campaign / "tong.xlsx", "--second-opinion", "--json")
    assert (run(*request)[0], said(run(*request)[1])) == (0, [])

    def blind(task: Task) -> tuple[Cell | None, ...]:
        return tuple(Cell("number", "1") for _ in task.places)

    monkeypatch.setattr(second_opinion, "READERS", {"openpyxl": blind})
    status, document = run(*request)
    assert (status, {line["sheet"] for line in document["findings"] if line["code"] == "file-damaged"}) == (
        1,
        {"Chi tiết"},
    )


def test_a_file_that_changed_meanwhile_is_not_compared_with_another(campaign: Path) -> None:
    path = campaign / "nhan_ve" / f"{SCHOOL}.xlsx"
    source = second_opinion.Source("a.xlsx", path, None, "0" * 64)
    (lost,) = do_apart(Job(second_opinion.bytes_of, 10), [source])
    assert lost == Lost("ValueError")
    assert repacked(path.read_bytes())


# --- processes that may die ----------------------------------------------------------------------------------------


def _act(task: str) -> str:
    if task == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "hang":
        signal.pause()
    if task == "raise":
        raise LookupError(task)
    if task == "panic":
        raise KeyboardInterrupt
    if task == "eat":
        return "x" * 10**10
    return task.upper()


def test_each_task_has_its_outcome_whatever_the_others_do() -> None:
    tasks = ["a", "die", "b", "raise", "hang", "panic", "c", "eat", "d"]
    outcomes = list(do_apart(Job(_act, 1.0), tasks))
    assert outcomes == [
        *("A", Lost("died"), "B", Lost("LookupError"), Lost("too-slow")),
        *(Lost("KeyboardInterrupt"), "C", Lost("too-large"), "D"),
    ]
    assert list(do_apart(Job(_act, 1.0), [])) == []
