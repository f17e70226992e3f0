"""`return`: marked copies of refused files that lose nothing, and short texts; through the real command line."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook

from aggregator import layout as place
from aggregator.campaign import load_campaign
from aggregator.cli import cli
from aggregator.findings import Finding
from aggregator.outputs.marking.notes import AUTHOR
from aggregator.outputs.marking.sheet import read_grid
from aggregator.outputs.marking.splice import CannotMark
from aggregator.outputs.marking.workbook import Mark, mark_workbook
from aggregator.reading.strict import open_book
from aggregator.second_opinion import Source
from aggregator.steps.give_back_copies import Maker, Task, ways
from aggregator.steps.survey import expectation
from tests import cases_structure
from tests.cases_craft import (
    CAMPAIGN,
    CENTRE,
    FAULTS,
    GOOD,
    NURSERY,
    SCHOOL,
    SHEET,
    UNIT_SHEET,
    edited,
    filled,
    issued,
    name_of,
    open_issued,
    packed,
    rearrange,
    repacked,
    typed,
)
from tests.opendocument import as_ods

FAULTY = {"D14": "12/350", "D21": "1,5", "D45": 15, "E34": None, "F14": "có cả phụ huynh", f"{UNIT_SHEET}!B9": "không"}
"""Errors at D14, D21, D45 and B9 of `Đơn vị`, a doubt at E34; the note is nobody's fault."""
RIGHT = {"D14": 12, "E14": 350, "D21": 1, "D45": 15_000_000, f"{UNIT_SHEET}!B9": "có"}
RED, AMBER = "FFFFC7CE", "FFFFEB9C"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A campaign in which nothing has come in yet."""
    shutil.copytree(FAULTS / CAMPAIGN, tmp_path / "dot")
    (tmp_path / "dot/nhan_ve").mkdir()
    return tmp_path / "dot"


def put(folder: Path, data: bytes, name: str = name_of(SCHOOL)) -> Path:
    path = folder / "nhan_ve" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def run(folder: Path, *words: str | Path, status: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(cli, ["-C", str(folder), *map(str, words), "--json"])
    assert done.exit_code == status, done.output
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def returned(folder: Path, *words: str | Path) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = run(folder, "return", *words)["returned"]
    return lines


def only(folder: Path, *words: str | Path) -> tuple[dict[str, Any], bytes, str]:
    """The one file that goes back: its line, its copy, its text."""
    (line,) = returned(folder, *words)
    copy = (folder / line["copy"]).read_bytes() if line["copy"] else b""
    return line, copy, (folder / line["text"]).read_bytes().decode("utf-8-sig")


def opened(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def marks(data: bytes) -> dict[str, str]:
    """Every note by its place, `Số liệu!D14`."""
    found = {}
    for sheet in opened(data):
        for cells in sheet.iter_rows():
            found |= {f"{sheet.title}!{cell.coordinate}": cell.comment.text for cell in cells if cell.comment}
    return found


def colours(data: bytes) -> dict[str, str]:
    """Every cell with a fill of ours."""
    return {
        f"{sheet.title}!{cell.coordinate}": cell.fill.fgColor.rgb
        for sheet in opened(data)
        for cells in sheet.iter_rows()
        for cell in cells
        if cell.fill.fgColor.rgb in (RED, AMBER)
    }


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# --- the marked copy -------------------------------------------------------------------------------------------------


def test_faulty_cells_are_marked_with_a_word_and_a_colour(folder: Path) -> None:
    put(folder, filled(FAULTY))
    line, copy, _ = only(folder)
    assert line == {
        "unit": SCHOOL,
        "file": f"nhan_ve/{name_of(SCHOOL)}",
        "copy": f"ket_qua/tra_lai/{name_of(SCHOOL)[:-5]}_can-sua.xlsx",
        "text": f"ket_qua/tra_lai/{name_of(SCHOOL)[:-5]}.txt",
        "marked": 5,
        "way": "marked",
    }
    wrong = {f"{SHEET}!{cell}" for cell in ("D14", "D21", "D45")} | {f"{UNIT_SHEET}!B9"}
    assert colours(copy) == {**dict.fromkeys(wrong, RED), f"{SHEET}!E34": AMBER}
    words = {cell: text.partition(":")[0] for cell, text in marks(copy).items()}
    assert words == {**dict.fromkeys(wrong, "LỖI"), f"{SHEET}!E34": "CẦN XEM LẠI", f"{SHEET}!A1": "TỆP CẦN SỬA"}
    assert "12/350" in marks(copy)[f"{SHEET}!D14"]
    assert opened(copy)[SHEET]["D14"].comment.author == AUTHOR


def test_nothing_but_marks_is_in_the_copy(folder: Path) -> None:
    """Every part and every cell before and after: what is not a mark is as the sender's program wrote it."""
    original = filled(FAULTY)
    put(folder, original)
    _, copy, _ = only(folder)
    before, after = parts(original), parts(copy)
    changed = {name for name in before if before[name] != after[name]}
    rels = {name for name in after if name.startswith("xl/worksheets/_rels/")}
    marked = {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"}
    assert changed <= {"[Content_Types].xml", "xl/styles.xml", *marked, *rels}
    notes = {name for name in after if re.fullmatch(r"xl/comments\d\.xml|xl/drawings/vmlDrawing\d\.vml", name)}
    assert after.keys() - before.keys() == notes | (rels - before.keys())
    assert len(notes) == 4
    for name in marked:
        assert bare(after[name]) == bare(before[name])
    assert everything(opened(copy), marked=True) == everything(opened(original), marked=True)


def bare(sheet: bytes) -> bytes:
    """A worksheet without what a mark may change: which look a cell has, and the reference to the notes."""
    return re.sub(rb' s="\d+"', b"", re.sub(rb"<legacyDrawing [^>]*/>", b"", sheet))


def everything(book: Workbook, marked: bool) -> dict[str, Any]:
    """All that openpyxl knows of a workbook, apart from fills (`marked`) and notes."""
    facts: dict[str, Any] = {}
    for sheet in book:
        facts[sheet.title] = (
            sheet.sheet_state, sheet.print_area, sheet.print_title_rows, sheet.freeze_panes,
            sheet.protection.sheet, sheet.protection.password, sheet.protection.objects,
            sorted(map(str, sheet.merged_cells.ranges)),
            sorted((str(rule.sqref), rule.type, rule.formula1, rule.formula2, rule.prompt)
                   for rule in sheet.data_validations.dataValidation),
            {letter: (column.width, column.hidden) for letter, column in sheet.column_dimensions.items()},
            {row: (line.height, line.hidden) for row, line in sheet.row_dimensions.items()},
        )  # fmt: skip
        for cells in sheet.iter_rows():
            for cell in cells:
                look = (cell.number_format, repr(cell.font), repr(cell.border), repr(cell.alignment))
                kept = (cell.data_type, cell.value, cell.protection.locked, cell.protection.hidden, look)
                facts[f"{sheet.title}!{cell.coordinate}"] = kept if marked else (*kept, repr(cell.fill))
    return facts


def test_what_could_be_typed_still_can_and_the_rest_is_locked(folder: Path) -> None:
    put(folder, filled({**FAULTY, "E21": 90}))
    _, copy, _ = only(folder)
    sheet = opened(copy)[SHEET]
    assert sheet.protection.sheet
    assert not sheet["D14"].protection.locked
    assert sheet["E21"].fill.fgColor.rgb == AMBER, "a grey cell with a number in it is marked as doubtful"
    assert sheet["E21"].protection.locked


def test_the_sender_s_file_is_not_changed_and_the_same_again_changes_nothing(folder: Path) -> None:
    original = put(folder, filled(FAULTY))
    data = original.read_bytes()
    line, copy, text = only(folder)
    stood = sorted((folder / "ket_qua/tra_lai").iterdir())
    again = only(folder)
    assert again == (line, copy, text)
    assert sorted((folder / "ket_qua/tra_lai").iterdir()) == stood
    assert original.read_bytes() == data


def test_an_earlier_copy_is_kept_under_a_number(folder: Path) -> None:
    put(folder, filled(FAULTY))
    _, first, _ = only(folder)
    put(folder, filled({**FAULTY, "D16": "hai"}))
    line, second, _ = only(folder)
    assert first != second
    assert (folder / line["copy"].replace(".xlsx", "-2.xlsx")).read_bytes() == first


# --- the copy comes back ---------------------------------------------------------------------------------------------


def corrected(copy: bytes, cells: Mapping[str, Any], saved: str = "2021-10-09T02:30:00Z") -> bytes:
    return packed(typed(opened(copy), cells), saved)


def test_a_corrected_copy_is_accepted_and_nothing_goes_back_any_more(folder: Path) -> None:
    put(folder, filled(FAULTY))
    line, copy, _ = only(folder)
    put(folder, corrected(copy, RIGHT), f"tra-lai/{Path(line['copy']).name}")
    document = run(folder, "aggregate")
    assert {file["path"].rpartition("/")[2]: file["status"] for file in document["files"]} == {
        name_of(SCHOOL): "superseded",
        Path(line["copy"]).name: "accepted",
    }
    assert (document["coverage"]["accepted"], document["coverage"]["refused"]) == (1, 0)
    assert document["totals"]["1.07"] == {"count": 12, "people": 350}
    assert document["totals"]["10.1"] == {"money": 15_000_000}
    assert returned(folder) == []
    assert not (folder / line["copy"]).exists()
    assert (folder / "ket_qua/tra_lai/cu/001" / Path(line["copy"]).name).read_bytes() == copy


def test_a_corrected_copy_of_a_doubtful_file_supersedes_it(folder: Path) -> None:
    put(folder, filled({"E34": None}))
    assert returned(folder) == []
    line, copy, text = only(folder, "--warnings")
    assert (line["way"], line["marked"], colours(copy)) == ("marked", 1, {f"{SHEET}!E34": AMBER})
    assert "E34" in text
    put(folder, corrected(copy, {"E34": 77}), "sua.xlsx")
    document = run(folder, "aggregate")
    assert {file["path"]: file["status"] for file in document["files"]} == {
        f"nhan_ve/{name_of(SCHOOL)}": "superseded",
        "nhan_ve/sua.xlsx": "accepted",
    }
    assert document["totals"]["6.1"]["people"] == 77


def test_a_sheet_without_marks_is_not_touched(folder: Path) -> None:
    def write(book: Workbook) -> None:
        typed(book, {"D14": "?"})[place.ACTIVITIES_SHEET]["B4"].comment = Comment("xem ảnh", "Cô Lan")

    original = edited(write)
    put(folder, original)
    _, copy, _ = only(folder)
    before, after = parts(original), parts(copy)
    (notes,) = [name for name in before if "comment" in name and name.endswith(".xml")]
    (drawing,) = [name for name in before if name.endswith(".vml")]
    assert (after[notes], after[drawing]) == (before[notes], before[drawing])
    assert len([name for name in after if name.endswith(".vml")]) == 2


def test_marks_of_an_earlier_round_go_where_the_fault_is_gone(folder: Path) -> None:
    put(folder, filled(FAULTY))
    _, copy, _ = only(folder)
    put(folder, corrected(copy, {**RIGHT, "D45": 16}))
    _, again, _ = only(folder)
    assert colours(again) == {f"{SHEET}!D45": RED, f"{SHEET}!E34": AMBER}
    assert marks(again).keys() == {f"{SHEET}!{cell}" for cell in ("A1", "E34", "D45")}
    now, fresh = opened(again)[SHEET]["D14"], opened(issued())[SHEET]["D14"]
    assert (now.fill.fgColor.rgb, now.protection.locked) == (fresh.fill.fgColor.rgb, False)


def test_a_note_of_the_sender_stays_through_two_rounds(folder: Path) -> None:
    def write(book: Workbook) -> None:
        typed(book, {"D14": "12/350"})
        book[SHEET]["D14"].comment = Comment("đếm cả lớp buổi tối", "Cô Lan")
        book[SHEET]["D16"].comment = Comment("=2+2 & <b>", "Cô Lan")
        book[place.ACTIVITIES_SHEET]["B4"].comment = Comment("xem ảnh", "Cô Lan")

    put(folder, edited(write))
    _, copy, _ = only(folder)
    put(folder, corrected(copy, {"D16": "ba"}))
    _, again, _ = only(folder)
    for data in (copy, again):
        found = marks(data)
        assert found[f"{SHEET}!D14"].startswith("LỖI: ")
        assert found[f"{SHEET}!D14"].count("đếm cả lớp buổi tối") == 1
        assert "=2+2 & <b>" in found[f"{SHEET}!D16"]
        assert found[f"{place.ACTIVITIES_SHEET}!B4"] == "xem ảnh"
        assert opened(data)[place.ACTIVITIES_SHEET]["B4"].comment.author == "Cô Lan"


# --- carried into a fresh form ---------------------------------------------------------------------------------------


def out_of_order(changes: Mapping[str, Any]) -> bytes:
    """Rows 1.03 and 1.05 changed places; the rest is typed as given."""

    def change(rows: list[int | None]) -> None:
        rows[9], rows[11] = rows[11], rows[9]

    return edited(lambda book: rearrange(typed(book, changes)[SHEET], change))


def entries(data: bytes) -> dict[str, Any]:
    """What is typed into the open cells of an issued workbook."""
    blank, book = opened(issued()), opened(data)
    return {
        f"{sheet.title}!{cell.coordinate}": book[sheet.title][cell.coordinate].value
        for sheet in blank
        for cells in sheet.iter_rows()
        for cell in cells
        if not cell.protection.locked and book[sheet.title][cell.coordinate].value is not None
    }


def test_a_table_out_of_order_goes_back_in_order_with_every_entry_as_typed(folder: Path) -> None:
    words = {
        "D14": "12/350", "D16": "02 lớp", "D21": "1.500", "F14": "+84 là số máy, -1 không trừ", "F47": "Hội trại",
        f"{UNIT_SHEET}!B7": "Trần Thị B", f"{UNIT_SHEET}!B8": "0123 456 789",
        f"{place.ACTIVITIES_SHEET}!B4": "Đọc sách", f"{place.ACTIVITIES_SHEET}!D4": 7,
        f"{place.EVIDENCE_SHEET}!B4": "https://a.example/x", f"{place.NARRATIVE_SHEET}!B4": "Dòng một\nDòng hai",
    }  # fmt: skip
    put(folder, out_of_order(words))
    line, copy, text = only(folder)
    assert (line["way"], line["unit"]) == ("carried", SCHOOL)
    sheet = {f"{SHEET}!{cell}": value for cell, value in GOOD.items()}
    given = {f"{UNIT_SHEET}!B9": "có", f"{UNIT_SHEET}!B10": place.SCOPE_OWN}
    expected = {
        **sheet,
        **given,
        **{cell if "!" in cell else f"{SHEET}!{cell}": value for cell, value in words.items()},
    }
    dates = {cell: value for cell, value in entries(issued()).items() if cell not in expected}
    assert entries(copy) == {**dates, **expected}
    assert "B10" in text
    assert "biểu mới" in text
    (named,) = [cell for cell in marks(copy) if cell == f"{SHEET}!D14"]
    assert colours(copy)[named] == RED
    token = issued_token()
    assert opened(copy)[SHEET]["H1"].value == token
    put(folder, corrected(copy, {"D14": 12, "E14": 350, "D21": 1500}), "sua.xlsx")
    assert run(folder, "aggregate")["totals"]["1.07"] == {"count": 12, "people": 350}


def issued_token() -> str:
    return str(opened(issued())[SHEET]["H1"].value)


def test_what_finds_no_place_is_named(folder: Path) -> None:
    put(folder, cases_structure.inserted(33, "Hội thi", D=1, E=90))
    line, _, text = only(folder)
    assert line["way"] == "carried"
    assert "D33" in text
    assert "90" in text


def test_an_opendocument_file_goes_back_as_an_issued_workbook(folder: Path) -> None:
    put(folder, as_ods(typed(open_issued(), FAULTY)), "0990102.ods")
    line, copy, _ = only(folder)
    assert (line["way"], line["marked"]) == ("carried", 5)
    assert entries(copy)[f"{SHEET}!D14"] == "12/350"
    assert entries(copy)[f"{SHEET}!F14"] == "có cả phụ huynh"


@pytest.mark.parametrize("what", ["locked", "buttons"])
def test_what_cannot_be_marked_is_carried(folder: Path, what: str) -> None:
    def lock(book: Workbook) -> None:
        typed(book, {"D14": "12/350"})
        if what == "locked":
            book[SHEET]["D14"].protection = openpyxl.styles.Protection(locked=True)
        else:
            book[SHEET]["D16"].comment = Comment("x", "y")

    data = edited(lock)
    if what == "buttons":
        data = repacked(data, with_buttons)
    put(folder, data)
    line, copy, _ = only(folder)
    assert (line["way"], colours(copy)) == ("carried", {f"{SHEET}!D14": RED})
    assert not opened(copy)[SHEET]["D14"].protection.locked


def with_buttons(found: dict[str, bytes]) -> None:
    for name, content in found.items():
        if name.endswith(".vml"):
            found[name] = content.replace(b'ObjectType="Note"', b'ObjectType="Button"')


# --- the rule --------------------------------------------------------------------------------------------------------

REFUSED_CASES = sorted(
    path.parent.name
    for path in FAULTS.glob("*/case.json")
    if (told := json.loads(path.read_text(encoding="utf-8")))["command"][0] in ("check", "aggregate")
    and not told["refuse_open"]
    and "refused" in told["status"].values()
)
MARKED = re.compile(r"value-.*|subtotal-.*|limit-.*|declared-.*|nothing-.*|unit-missing|unit-unknown.*|counted-twice.*")
CARRIED = re.compile(r"row-.*|formula-.*|header-.*|label-.*|level-row|total-mismatch|sheet-missing|form-other")
WITHOUT_COPY = re.compile(r"label-changed--(codes-slipped|two)")


@pytest.mark.parametrize("case", REFUSED_CASES)
def test_every_kind_of_refused_file_gets_a_text_and_where_possible_a_copy(folder: Path, case: str) -> None:
    told = json.loads((FAULTS / case / "case.json").read_text(encoding="utf-8"))
    for path in (FAULTS / case).iterdir():
        if path.name != "case.json":
            shutil.copy(path, folder / ("." if path.name in told.get("beside", ()) else "nhan_ve") / path.name)
    lines = {line["file"].rpartition("/")[2]: line for line in returned(folder)}
    refused = {name.rpartition("/")[2] for name, status in told["status"].items() if status == "refused"}
    assert lines.keys() <= refused
    assert lines
    for line in lines.values():
        text = (folder / line["text"]).read_bytes().decode("utf-8-sig")
        assert len(text.splitlines()) <= 28
        if MARKED.fullmatch(case):
            assert line["way"] == "marked"
            assert line["marked"] == len(colours((folder / line["copy"]).read_bytes())) > 0
        elif CARRIED.fullmatch(case) and not WITHOUT_COPY.fullmatch(case):
            assert line["way"] == "carried"
        if line["copy"]:
            book, findings = open_book((folder / line["copy"]).read_bytes())
            assert book is not None, findings


def test_a_name_in_doubt_gets_no_copy(folder: Path) -> None:
    """Also where the file could be marked: the other unit must not be handed these figures."""
    assert ways((Finding("unit-conflict"), Finding("value-ambiguous"))) == ("text",)
    path = put(folder, out_of_order({}))
    campaign = load_campaign(folder)
    maker = Maker(expectation(campaign), campaign)
    source = Source(path.name, path, None, sha(path))
    for code, way in ((SCHOOL, "carried"), (NURSERY, "text")):
        made = maker(Task(source, campaign.register.by_code[code], (Finding("row-moved", sheet=SHEET, cell="B10"),)))
        assert (made.way, made.copy is None) == (way, way == "text")


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_another_good_one_replaced_does_not_go_back(folder: Path) -> None:
    put(folder, filled(FAULTY), "lan-1.xlsx")
    put(folder, filled(), "lan-2.xlsx")
    put(folder, filled({"D14": "?"}, NURSERY), name_of(NURSERY))
    assert [line["unit"] for line in returned(folder)] == [NURSERY]


def test_only_the_last_of_several_tries_goes_back(folder: Path) -> None:
    put(folder, filled(FAULTY, saved="2021-10-06T01:00:00Z"), "a.xlsx")
    put(folder, filled({"D14": "?"}, saved="2021-10-08T01:00:00Z"), "b.xlsx")
    put(folder, filled({"D16": "?"}, saved="2021-10-07T01:00:00Z"), "c.xlsx")
    assert [line["file"] for line in returned(folder)] == ["nhan_ve/b.xlsx"]
    put(folder, filled({"D21": "?"}, saved="2021-10-08T01:00:00Z"), "d.xlsx")
    assert len(returned(folder)) == 4, "nobody knows which of two is the last"


def test_the_same_file_twice_goes_back_once_and_two_files_have_two_names(folder: Path) -> None:
    put(folder, filled(FAULTY), "a.xlsx")
    put(folder, filled(FAULTY), "b (1).xlsx")
    put(folder, filled({"D14": "?"}), "c.xlsx")
    lines = returned(folder)
    assert [line["file"] for line in lines] == ["nhan_ve/a.xlsx", "nhan_ve/c.xlsx"]
    assert len({line["copy"] for line in lines} | {line["text"] for line in lines}) == 4


def test_two_contradicting_files_of_a_unit_get_one_text(folder: Path) -> None:
    put(folder, filled({"D14": 5}), "lan-1.xlsx")
    put(folder, filled({"D14": 6}), "lan-2.xlsx")
    lines = returned(folder)
    assert [(line["file"], line["way"], line["copy"]) for line in lines] == [
        ("nhan_ve/lan-1.xlsx", "text", None),
        ("nhan_ve/lan-2.xlsx", "text", None),
    ]
    assert lines[0]["text"] == lines[1]["text"]
    text = (folder / lines[0]["text"]).read_text(encoding="utf-8-sig")
    assert "lan-1.xlsx" in text
    assert "lan-2.xlsx" in text


def test_a_file_of_nobody_is_named_after_the_file(folder: Path) -> None:
    put(folder, b"PK\x03\x04 not a workbook", "Báo cáo trường em.xlsx")
    line, _, text = only(folder)
    assert (line["unit"], line["way"], line["text"]) == (None, "text", "ket_qua/tra_lai/Bao-cao-truong-em.txt")
    assert "Báo cáo trường em.xlsx" in text


def test_a_member_of_an_archive_goes_back_too(folder: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("bieu.xlsx", filled(FAULTY))
    put(folder, out.getvalue(), "goi.zip")
    line, copy, _ = only(folder)
    assert (line["file"], line["way"]) == ("nhan_ve/goi.zip!/bieu.xlsx", "marked")
    assert colours(copy)[f"{SHEET}!D14"] == RED


# --- the text --------------------------------------------------------------------------------------------------------


def test_the_text_is_short_and_says_how_many_more_are_marked(folder: Path) -> None:
    many = {f"D{row}": f"chừng {row}" for row in range(14, 46) if f"D{row}" in GOOD}
    put(folder, filled(many))
    line, copy, text = only(folder)
    assert line["marked"] == len(colours(copy)) >= len(many) > 12
    lines = text.splitlines()
    assert len(lines) <= 28
    named = sum(f"ô {cell} " in text for cell in many)
    assert f"và {len(many) - named} chỗ khác" in text
    assert "chậm nhất ngày 11/10/2021" in text
    assert SCHOOL in lines[0]


def test_the_text_says_when_the_day_has_passed(folder: Path) -> None:
    put(folder, filled(FAULTY))
    assert "đã quá" not in only(folder, "--now", "2021-10-11")[2]
    assert "đã quá" in only(folder, "--now", "2021-10-12")[2]


@pytest.mark.parametrize(
    "typed_text",
    [
        "=1+1",
        "+84 123",
        "-@x",
        "@SUM(A1)",
        "a\tb\nc",
        "x" * 40_000,
        "_x0007_ và _xD800_",
        "<b>&amp;\"'",
        "=HYPERLINK(1)",
    ],
)
def test_text_of_strangers_stays_text(folder: Path, typed_text: str) -> None:
    def write(book: Workbook) -> None:
        for cell in ("D14", "F14"):
            book[SHEET][cell].value = typed_text[:32_767]
            book[SHEET][cell].data_type = "s"

    put(folder, edited(write))
    line, copy, text = only(folder)
    assert (line["way"], line["marked"]) == ("marked", 1)
    book = opened(copy)
    assert (book[SHEET]["D14"].value, book[SHEET]["D14"].data_type) == (typed_text[:32_767], "s")
    assert len(marks(copy)[f"{SHEET}!D14"]) < 1_000
    assert max(map(len, text.splitlines())) < 1_000
    assert b"<f>=" not in b"".join(content for name, content in parts(copy).items() if name.endswith(".xml"))


def test_another_unit_is_not_named_in_the_text(folder: Path) -> None:
    put(folder, filled())
    put(folder, filled(unit=NURSERY), name_of(NURSERY))
    lines = returned(folder, "--warnings")
    assert [line["unit"] for line in lines] == [NURSERY, SCHOOL]
    for line, other in zip(lines, (SCHOOL, NURSERY), strict=True):
        assert other not in (folder / line["text"]).read_text(encoding="utf-8-sig")
        assert all(other not in note for note in marks((folder / line["copy"]).read_bytes()).values())


# --- what other programs write ---------------------------------------------------------------------------------------


def with_prefix(found: dict[str, bytes]) -> None:
    """As the Open XML SDK writes it: every name with `x:`."""
    for name in found:
        if re.fullmatch(r"xl/(styles|worksheets/sheet\d)\.xml", name):
            named = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", found[name])
            found[name] = named.replace(b"xmlns=", b"xmlns:x=")


def test_prefixed_xml_is_marked_too(folder: Path) -> None:
    data = repacked(filled(FAULTY), with_prefix)
    put(folder, data)
    line, copy, _ = only(folder)
    assert (line["way"], line["marked"]) == ("marked", 5)
    assert open_book(copy)[0] == open_book(data)[0]
    assert len(colours(copy)) == 5


def test_cells_without_addresses_stand_where_their_order_says() -> None:
    rows = b'<row><c/><c s="3"/></row><row r="5"><c/><c r="C5" s="4"/><c s="6"/></row>'
    grid = read_grid(
        b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>", [(1, 2), (5, 2), (5, 4)], frozenset()
    )
    assert grid.looks == {(1, 2): 3, (5, 4): 6}
    assert grid.followers.keys() == {(5, 2)}


def test_a_cell_that_a_program_left_out_is_put_in(folder: Path) -> None:
    """Many libraries drop empty cells, and the lock with them."""

    def drop(found: dict[str, bytes]) -> None:
        sheet = found["xl/worksheets/sheet1.xml"]
        sheet, times = re.subn(rb'<c r="E34"[^>]*?(/>|></c>)', b"", sheet)
        assert times == 1
        found["xl/worksheets/sheet1.xml"] = re.sub(rb"<sheetProtection[^>]*?(/>|></sheetProtection>)", b"", sheet)

    put(folder, repacked(filled({"E34": None, "D14": "?"}), drop))
    line, copy, _ = only(folder)
    assert (line["way"], colours(copy)) == ("marked", {f"{SHEET}!D14": RED, f"{SHEET}!E34": AMBER})


def test_a_copy_that_would_say_something_else_is_not_handed_out() -> None:
    data = filled()
    with pytest.raises(CannotMark):
        mark_workbook(data, [Mark(SHEET, (6, 4), "error", "a locked total")])
    with pytest.raises(CannotMark):
        mark_workbook(data[:-200], [])
    again = mark_workbook(data, [Mark(SHEET, (14, 4), "error", "x")])
    assert again == mark_workbook(data, [Mark(SHEET, (14, 4), "error", "x")])
    assert open_book(again) == open_book(data)


# --- around it -------------------------------------------------------------------------------------------------------


def test_without_a_campaign_copies_stand_beside_and_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.xlsx").write_bytes(filled(FAULTY))
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        done = CliRunner().invoke(cli, ["return", "--json"])
        assert done.exit_code == 0, done.output
        (line,) = json.loads(done.stdout)["returned"]
        assert (line["way"], line["copy"]) == ("marked", f"tra_lai/{name_of(SCHOOL)[:-5]}_can-sua.xlsx")
    assert len(list((tmp_path / "tra_lai").iterdir())) == 2
    assert colours((tmp_path / line["copy"]).read_bytes())[f"{SHEET}!D14"] == RED


def test_nothing_to_read_is_said_and_nothing_to_return_too(folder: Path) -> None:
    run(folder, "return", status=3)
    put(folder, filled())
    assert run(folder, "return")["returned"] == []
    for lang in ("vi", "en"):
        done = CliRunner().invoke(cli, ["-C", str(folder), "return", "--lang", lang])
        assert (done.exit_code, len(done.stdout.splitlines())) == (0, 1)


def test_the_terminal_names_every_file_and_where_it_lies(folder: Path) -> None:
    put(folder, filled(FAULTY))
    put(folder, b"", name_of(CENTRE))
    for lang in ("vi", "en"):
        done = CliRunner().invoke(cli, ["-C", str(folder), "return", "--lang", lang])
        assert done.exit_code == 0
        assert name_of(SCHOOL) in done.stdout
        assert name_of(CENTRE) in done.stdout
        assert "ket_qua/tra_lai/" in done.stdout


def test_the_json_result_has_all_its_keys(folder: Path) -> None:
    put(folder, filled(FAULTY))
    document = run(folder, "return")
    checked = run(folder, "check", folder / "nhan_ve", status=1)
    assert document.keys() == checked.keys() | {"returned"}
    assert document["findings"] == checked["findings"]
    assert document["outputs"] == [document["returned"][0][name] for name in ("copy", "text")]


def test_receipts_are_not_written(folder: Path) -> None:
    put(folder, filled(FAULTY))
    returned(folder)
    assert not (folder / "so_nhan.csv").exists()


def test_an_unlocked_sheet_is_marked_as_it_came(folder: Path) -> None:
    book = open_issued()
    typed(book, {"D14": "?"})[SHEET].protection.disable()
    put(folder, packed(book))
    _, copy, _ = only(folder)
    assert not opened(copy)[SHEET].protection.sheet
    assert colours(copy) == {f"{SHEET}!D14": RED}
