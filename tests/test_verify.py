"""`verify` through the real command: every edited cell is named, an untouched workbook passes, a seal proves whose."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from aggregator.campaign import Campaign
from aggregator.cli import cli
from aggregator.examine import Large, examine_bytes, look
from aggregator.forms import form_ids, load_form
from aggregator.identity import Expectation
from aggregator.inbox import Item
from aggregator.outputs.workbook import write_workbook
from aggregator.outputs.workbook_layout import ORIGIN_WORDS
from aggregator.reading import claim, limits
from aggregator.report import Note
from aggregator.resources import schema
from aggregator.steps.issue import init_sample
from aggregator.workers import examine_all
from tests.edits import random_edits
from tests.filling import send
from tests.test_workbook import FORMS, KEY, headers, make_leaves, make_result

SEED = random.randrange(10**6)
EDITS = 20
"""Of each form."""
SCHOOLS = ("2746601", "2746602", "2746603")
PAIR = {("1.07", "count"): 2, ("1.07", "people"): 60}
VALID = Draft202012Validator(json.loads(schema("result").read_text(encoding="utf-8")))
ALL_FORMS = {form_id: load_form(form_id) for form_id in form_ids()}
Edit = Callable[[Workbook], None]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No campaign is at hand unless a test names one."""
    monkeypatch.chdir(tmp_path)


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def verified(*words: object) -> tuple[int, dict]:
    done = run(*words, "--json")
    document = json.loads(done.stdout)
    VALID.validate(document)
    return done.exit_code, document


def brief(document: dict) -> list[tuple]:
    return [(one["code"], one["sheet"], one["cell"]) for one in document["findings"]]


def edited(data: bytes, edit: Edit) -> bytes:
    book = load_workbook(io.BytesIO(data))
    edit(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def data() -> bytes:
    return write_workbook(make_result(), KEY)


@pytest.fixture
def check(tmp_path: Path, data: bytes) -> Callable[[Edit], list[tuple]]:
    """The findings on the workbook after an edit."""

    def call(edit: Edit) -> list[tuple]:
        path = tmp_path / "tong-hop-778.xlsx"
        path.write_bytes(edited(data, edit))
        status, document = verified("verify", path)
        assert status == int(bool(document["findings"]))
        return brief(document)

    return call


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    campaign = init_sample(tmp_path / "q7", "quan-7-2024")
    for number, code in enumerate(SCHOOLS, start=1):
        send(campaign, code, {**PAIR, ("10.1", "money"): 1_500_000 * number})
    return campaign


@pytest.fixture
def ward(campaign: Campaign) -> Path:
    """The consolidated workbook of the ward, as the command writes it."""
    assert run("-C", campaign.folder, "aggregate", "--at", "27466").exit_code == 0
    return campaign.folder / "ket_qua/tong-hop-27466.xlsx"


# --- somebody edited it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form_id", FORMS)
def test_every_edited_cell_is_named(tmp_path: Path, form_id: str) -> None:
    """With openpyxl and in the XML; numbers, texts, formulas, stored results, lines; every sheet that holds data."""
    print(f"seed {SEED}")
    edits = random_edits(write_workbook(make_result(form_id), KEY), EDITS, random.Random(f"{SEED} {form_id}"))
    paths = [tmp_path / f"{number}.xlsx" for number in range(len(edits))]
    for path, edit in zip(paths, edits, strict=True):
        path.write_bytes(edit.data)
    status, document = verified("verify", *paths)
    assert status == 1
    for path, edit in zip(paths, edits, strict=True):
        found = [one for one in document["findings"] if one["file"] == path.name]
        places = {(one["sheet"], one["cell"]) for one in found}
        assert (edit.sheet, edit.cell) in places, (SEED, edit.what, edit.sheet, edit.cell, found)
        assert edit.whole or len(places) == 1, (SEED, edit.what, edit.sheet, edit.cell, places)
    assert {line["status"] for line in document["files"]} == {"refused"}


def test_what_was_found_and_what_was_written_are_both_said(check, tmp_path: Path) -> None:
    assert check(lambda book: book["Ghi chú"].__setitem__("G4", "Khác")) == [("detail-edited", "Ghi chú", "G4")]
    (finding,) = verified("verify", tmp_path / "tong-hop-778.xlsx")[1]["findings"]
    assert finding["found"] == "Khác" and finding["expected"].startswith("=HYPERLINK") and finding["unit"] == "007"


def patched(data: bytes, path: Path, change: Callable[[dict[str, str]], None]) -> Path:
    """Sheets as XML, by name, changed and packed again: stored results stay unless they are changed too."""
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(path, "w") as new:
        parts = {name: old.read(name).decode() for name in old.namelist()}
        change(parts)
        for name, content in parts.items():
            new.writestr(name, content)
    return path


SUMMARY, BRANCHES, DETAILS = (f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3))


def test_a_patched_result_under_a_formula_that_is_intact_is_an_edit(tmp_path: Path, data: bytes) -> None:
    """The formula is right and the leaves are right; only what is shown is not."""

    def change(parts: dict[str, str]) -> None:
        parts[SUMMARY], times = re.subn(r'(<c r="D21"[^>]*><f>[^<]*</f><v>)118(</v>)', r"\g<1>999\2", parts[SUMMARY])
        assert times == 1

    (finding,) = verified("verify", patched(data, tmp_path / "a.xlsx", change))[1]["findings"]
    assert (finding["code"], finding["cell"], finding["row"], finding["measure"]) == (
        "total-edited",
        "D21",
        "2",
        "count",
    )
    assert finding["found"].startswith("999 ") and finding["expected"] == "118"


def test_sums_that_are_wrong_although_no_leaf_was_edited_are_named(data: bytes, tmp_path: Path) -> None:
    """Two lines of `Chi tiết` changed places: every formula is intact and every result follows, but from others."""

    def change(parts: dict[str, str]) -> None:
        line = r'<row r="{}"[^>]*>(.*?)</row>'
        fourth, eighth = (re.search(line.format(row), parts[DETAILS], re.DOTALL)[1] for row in (4, 8))
        moved = [(fourth, re.sub(r'(r="[A-Z]+)8"', '\\g<1>4"', eighth))]
        moved += [(eighth, re.sub(r'(r="[A-Z]+)4"', '\\g<1>8"', fourth))]
        parts[DETAILS] = re.sub(
            f"{re.escape(fourth)}|{re.escape(eighth)}", lambda found: dict(moved)[found[0]], parts[DETAILS]
        )
        number = r'<c r="([A-Z]+\d+)"(?: s="\d+")?>(?:<f>[^<]*</f>)?<v>(\d+)</v>'
        numbers = {at: int(value) for at, value in re.findall(number, parts[DETAILS])}

        def summed(match: re.Match[str]) -> str:
            column, first, last = match[2], int(match[3]), int(match[4])
            return f"{match[1]}{sum(numbers.get(f'{column}{row}', 0) for row in range(first, last + 1))}</v>"

        block = r"(<f>SUM\('Chi tiết'!([A-Z]+)(\d+):[A-Z]+(\d+)\)</f><v>)\d+</v>"
        parts[BRANCHES] = re.sub(block, summed, parts[BRANCHES])

    found = verified("verify", patched(data, tmp_path / "a.xlsx", change))[1]["findings"]
    assert {(one["code"], one["sheet"]) for one in found} == {("total-edited", "Theo đơn vị")}
    assert {one["unit"] for one in found} == {"778", "27470"} and len(found) > 20


def test_what_follows_from_an_edited_leaf_is_not_told_again(data: bytes, tmp_path: Path) -> None:
    """As Excel saves it: one school's number typed over, every sum above computed anew."""

    def change(parts: dict[str, str]) -> None:
        def more(part: str, cell: str) -> None:
            pattern = rf'(<c r="{cell}"[^>]*>(?:<f>[^<]*</f>)?<v>)(\d+)(</v>)'
            parts[part], times = re.subn(pattern, lambda found: f"{found[1]}{int(found[2]) + 5}{found[3]}", parts[part])
            assert times == 1

        page = load_workbook(io.BytesIO(data))["Chi tiết"]
        column = headers(page)["M02.count"]
        row = next(row for row in range(4, 10) if isinstance(page.cell(row, column).value, int))
        spots.append(page.cell(row, column).coordinate)
        code = {4: 4, 5: 5, 6: 5, 7: 5, 8: 7, 9: 8}[row]
        more(DETAILS, spots[0])
        more(BRANCHES, f"{get_column_letter(column - 3)}{code}")
        more(SUMMARY, "D21")

    spots: list[str] = []
    assert brief(verified("verify", patched(data, tmp_path / "a.xlsx", change))[1]) == [
        ("detail-edited", "Chi tiết", spots[0])
    ]


def turned_round(book: Workbook, name: str) -> int:
    """The lines of a list in reverse order; the row of its headers."""
    page = book[name]
    head = next(row for row in range(2, 40) if page.cell(row, 4).value)
    rows = [[(cell.value, cell.data_type) for cell in line] for line in page.iter_rows(min_row=head + 1)]
    for number, line in enumerate(reversed(rows), start=head + 1):
        for column, (value, kind) in enumerate(line, start=1):
            page.cell(number, column).value = value
            page.cell(number, column).data_type = kind
    return head


def test_a_sorted_or_filtered_list_is_no_edit(check) -> None:
    def edit(book: Workbook) -> None:
        for name in ("Tình trạng nộp", "Ghi chú", "Hoạt động", "Nguồn"):
            head = turned_round(book, name)
            book[name].row_dimensions[head + 1].hidden = True

    assert check(edit) == []


def test_in_a_sorted_list_the_one_edited_cell_is_named_where_it_is_now(check) -> None:
    def edit(book: Workbook) -> None:
        cell = book["Nguồn"].cell(turned_round(book, "Nguồn") + 3, 2)
        cell.value = "0" * 64
        spots.append(cell.coordinate)

    spots: list[str] = []
    assert check(edit) == [("detail-edited", "Nguồn", spots[0])]


@pytest.mark.parametrize("sheet", ["Ghi chú", "Vấn đề", "Nguồn", "Tình trạng nộp", "Hoạt động", "Biểu đồ"])
def test_a_list_that_was_deleted_is_named(check, sheet: str) -> None:
    assert check(lambda book: book.remove(book[sheet])) == [("sheet-missing", sheet, None)]


@pytest.mark.parametrize("cell", ["G1", "J1", "J2", "F12", "C10", "H10", "A2"])
def test_texts_of_the_official_table_are_compared(check, cell: str) -> None:
    assert [place[1:] for place in check(lambda book: book["Tổng hợp"].__setitem__(cell, "Đủ 999 đơn vị"))] == [
        ("Tổng hợp", cell)
    ]


def test_lines_put_in_above_move_everything_and_edit_nothing(check) -> None:
    def edit(book: Workbook) -> None:
        for name in ("Theo đơn vị", "Vấn đề", "Nguồn"):
            book[name].insert_rows(1)

    assert check(edit) == []


@pytest.mark.parametrize("column", ["A", "B"])
def test_words_and_numbers_of_the_charts_are_compared(check, column: str) -> None:
    """A question, a label, a count, a sum: the tables that are drawn."""

    def edit(book: Workbook) -> None:
        sheet = book["Biểu đồ"]
        cells = [cell for (cell,) in sheet[f"{column}4:{column}{sheet.max_row}"] if cell.value is not None]
        for cell in cells:
            cell.value = 99 if column == "B" and not isinstance(cell.value, str) else f"{cell.value}+1"
            spots.append(cell.coordinate)

    spots: list[str] = []
    found = check(edit)
    assert sorted(cell for _, _, cell in found) == sorted(spots)
    assert {sheet for _, sheet, _ in found} == {"Biểu đồ"}
    assert len(spots) > 8


def test_texts_longer_than_a_cell_are_carried_whole(tmp_path: Path) -> None:
    form = load_form("tong-hop-2024")
    long = "Đã triển khai, “đầy đủ”. " * 1_300
    leaf = make_leaves(form)[2]._replace(notes=(Note("narrative", form.sections[0], long[:30_000], "B4"),) * 3)
    data = write_workbook(make_result(leaves=(leaf,)), KEY)
    examined = examine_bytes(data, "a.xlsx", Expectation(ALL_FORMS))
    assert examined.findings == () and examined.leaves[0].notes == leaf.notes


def test_words_go_up_as_they_were_written_not_as_they_stand(data: bytes) -> None:
    """A workbook whose lists were edited is refused; what an untouched one brings comes from the hidden copy."""
    examined = examine_bytes(data, "a.xlsx", Expectation(ALL_FORMS))
    assert [leaf.notes for leaf in examined.leaves] == [leaf.notes for leaf in make_result().leaves]
    forged = edited(data, lambda book: book["Ghi chú"].__setitem__("G5", "Lời khác"))
    assert examine_bytes(forged, "a.xlsx", Expectation(ALL_FORMS)).leaves == ()


# --- whose it is ---------------------------------------------------------------------------------------------------


def test_with_the_key_the_origin_is_proven(campaign: Campaign, ward: Path) -> None:
    status, document = verified("-C", campaign.folder, "verify", ward)
    assert (status, document["findings"], document["campaign"]) == (0, [], campaign.id)
    (line,) = document["files"]
    assert (line["status"], line["origin"], line["unit"]) == ("accepted", "proven", "27466")
    assert line["path"] == "ket_qua/tong-hop-27466.xlsx"


def test_without_the_key_it_is_consistent_and_no_more(campaign: Campaign, ward: Path) -> None:
    status, document = verified("verify", ward)
    assert (status, document["files"][0]["origin"]) == (0, "not-proven")
    (campaign.folder / "campaign.key").unlink()
    assert verified("-C", campaign.folder, "verify", ward)[1]["files"][0]["origin"] == "not-proven"


def test_another_campaigns_is_said(campaign: Campaign, tmp_path: Path, data: bytes) -> None:
    other = write_workbook(replace(make_result(), campaign="tinh-khac-2024"), KEY)
    (tmp_path / "b.xlsx").write_bytes(other)
    status, document = verified("-C", campaign.folder, "verify", tmp_path / "b.xlsx")
    assert (status, document["files"][0]["origin"]) == (0, "foreign")
    assert [one["code"] for one in document["findings"]] == ["seal-foreign"]


def test_our_name_under_another_key_is_a_broken_seal(campaign: Campaign, tmp_path: Path) -> None:
    forged = write_workbook(replace(make_result(), campaign=campaign.id), b"somebody else's key")
    (tmp_path / "b.xlsx").write_bytes(forged)
    status, document = verified("-C", campaign.folder, "verify", tmp_path / "b.xlsx")
    assert status == 1 and {one["code"] for one in document["findings"]} == {"seal-broken"}
    assert document["files"][0]["origin"] == "not-proven"


def _resealed(book: Workbook, change: Callable[[list[list[str]]], None]) -> None:
    """The hidden copy as a stranger writes it who knows how hashes are made, but not the key."""
    page = book["_KIEM"]
    lines = [[page.cell(row, 1).value, page.cell(row, 2).value] for row in range(1, page.max_row)]
    change(lines)
    hashes = []
    page.delete_rows(1, page.max_row)
    for row, (kind, text) in enumerate(lines, start=1):
        hashes.append(hashlib.sha256(f"{row}|{kind}|{text}".encode()).hexdigest())
        page.append([kind, text, hashes[-1]])
    whole = json.dumps({"hash": hashlib.sha256("|".join(hashes).encode()).hexdigest(), "mac": ""})
    row = len(lines) + 1
    page.append(["end", whole, hashlib.sha256(f"{row}|end|{whole}".encode()).hexdigest()])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("list", '["Ghi chú","x",[],[]]'),
        ("list", '["Ghi chú","x",["A","B"],[[1]]]'),
        ("line", '["zu","kurz"]'),
        ("line", "[[1],[2],[3],[4],[5],[6],[7]]"),
        ("text", '["Tổng hợp",0,-1,"x"]'),
        ("text", '["Tổng hợp","1",[2],"x"]'),
        ("text", '[5,1,1,"x"]'),
        ("unit", "[1,2,3,4,5]"),
        ("unit", '["z","z","school","778",""]'),
        ("leaf", '{"unit":"7"}'),
        ("above", '["q"]'),
        ("totals", "[1]"),
        ("line", "[" * 30_000),
        ("line", "9" * 6_000),
        ("more", "}"),
    ],
)
def test_a_copy_that_cannot_be_is_a_broken_seal_and_no_fault(check, kind: str, text: str) -> None:
    """Put in after the first line of its kind."""

    def change(lines: list[list[str]]) -> None:
        kinds = [line[0] for line in lines]
        lines.insert(kinds.index(kind) + 1 if kind in kinds else len(lines), [kind, text])

    found = check(lambda book: _resealed(book, change))
    assert found and {code for code, *_ in found} <= {"seal-broken", "form-unknown", "detail-edited", "total-edited"}


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [("unit", 1, 5), ("unit", 4, None), ("leaf", "file", 7), ("leaf", "origin", "trời"), ("leaf", "held", "yes")],
)
def test_a_wrong_word_in_a_copy_is_a_broken_seal(check, kind: str, field: Any, value: Any) -> None:
    """Everything else of the copy is as it was, with hashes that fit."""

    def change(lines: list[list[str]]) -> None:
        line = next(line for line in lines if line[0] == kind)
        content = json.loads(line[1])
        content[field] = value
        line[1] = json.dumps(content)

    assert {code for code, *_ in check(lambda book: _resealed(book, change))} == {"seal-broken"}


@pytest.mark.parametrize("sheet", ["Theo đơn vị", "Chi tiết"])
@pytest.mark.parametrize("cell", ["A1", "I2"])
def test_titles_and_words_above_a_table_are_named(check, sheet: str, cell: str) -> None:
    def change(book: Workbook) -> None:
        assert book[sheet][cell].value
        book[sheet][cell] = "Lời khác"

    assert {(code, *place) for code, *place in check(change)} == {("header-changed", sheet, cell)}


# --- where every number came from ----------------------------------------------------------------------------------


def _column(data: bytes, sheet: str, header: str) -> dict[str, str]:
    page = load_workbook(io.BytesIO(data))[sheet]
    column = headers(page)[header]
    return {str(line[0].value): line[column - 1].value for line in page.iter_rows(min_row=4) if line[0].value}


def test_every_number_says_where_it_came_from(campaign: Campaign, ward: Path) -> None:
    """The ward's own forms; in the district's result the same lines came from a verified workbook."""
    assert set(_column(ward.read_bytes(), "Chi tiết", "Nguồn số liệu").values()) == {ORIGIN_WORDS["own"]}
    inbox = campaign.folder / campaign.received
    for path in inbox.iterdir():
        path.unlink()
    (inbox / ward.name).write_bytes(ward.read_bytes())
    inclusive = {"Phạm vi số liệu": "gồm cả đơn vị trực thuộc"}
    send(campaign, "27469", PAIR, **inclusive)
    assert run("-C", campaign.folder, "aggregate").exit_code == 0
    above = (campaign.folder / "ket_qua/tong-hop-778.xlsx").read_bytes()
    words = _column(above, "Chi tiết", "Nguồn số liệu")
    assert words == {**dict.fromkeys(SCHOOLS, ORIGIN_WORDS["proven"]), "27469": ORIGIN_WORDS["typed"]}
    branches = _column(above, "Theo đơn vị", "Nguồn số liệu")
    assert (branches["27466"], branches["27469"]) == (ORIGIN_WORDS["proven"], ORIGIN_WORDS["typed"])


def test_what_was_once_not_proven_stays_so(data: bytes) -> None:
    unproven = examine_bytes(data, "a.xlsx", Expectation(ALL_FORMS))
    assert {leaf.origin for leaf in unproven.leaves} == {"consistent"}
    again = write_workbook(make_result(leaves=unproven.leaves), KEY)
    ours = Expectation(ALL_FORMS, campaign="quan-7-2024", key=KEY)
    assert {leaf.origin for leaf in examine_bytes(again, "b.xlsx", ours).leaves} == {"consistent"}


# --- what is no consolidated workbook ------------------------------------------------------------------------------


def test_a_form_is_no_consolidated_workbook(campaign: Campaign) -> None:
    path = campaign.folder / campaign.received / f"{SCHOOLS[0]}.xlsx"
    status, document = verified("verify", path)
    assert status == 1 and [one["code"] for one in document["findings"]] == ["not-consolidated"]
    assert document["files"][0]["status"] == "refused" and document["files"][0]["origin"] is None


@pytest.mark.parametrize(
    ("name", "content"), [("a.docx", b"PK\x03\x04"), ("anh.png", b"\x89PNG\r\n\x1a\n" + b"0" * 99)]
)
def test_another_file_asked_for_by_name_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    status, document = verified("verify", tmp_path / name)
    assert status == 1 and len(document["findings"]) == 1


def test_of_a_folder_every_file_is_judged(campaign: Campaign, ward: Path) -> None:
    (campaign.folder / "nhan_ve" / ward.name).write_bytes(ward.read_bytes())
    status, document = verified("-C", campaign.folder, "verify", campaign.folder / "nhan_ve")
    assert status == 1
    assert {line["path"]: line["status"] for line in document["files"]} == {
        f"nhan_ve/{ward.name}": "accepted",
        **{f"nhan_ve/{code}.xlsx": "refused" for code in SCHOOLS},
    }


def test_one_file_that_is_not_there_does_not_hide_the_others(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)
    status, document = verified("verify", tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    assert status == 1
    assert {line["path"]: line["status"] for line in document["files"]} == {"a.xlsx": "accepted", "b.xlsx": "refused"}
    assert [(one["code"], one["file"]) for one in document["findings"]] == [("file-unreadable", "b.xlsx")]


def test_nothing_to_read_is_exit_3(tmp_path: Path) -> None:
    (tmp_path / "rong").mkdir()
    for path in (tmp_path / "rong", tmp_path / "khong-co.xlsx"):
        status, document = verified("verify", path)
        assert status == 3 and document["error"]["vi"]


def test_people_read_a_sentence_per_file(campaign: Campaign, ward: Path) -> None:
    for lang in ("vi", "en"):
        done = run("-C", campaign.folder, "verify", ward, "--lang", lang)
        assert done.exit_code == 0 and done.stdout.startswith("ket_qua/tong-hop-27466.xlsx: ")
        assert max(map(len, done.stdout.splitlines())) <= 80


# --- the office above ----------------------------------------------------------------------------------------------


def test_an_edited_workbook_is_not_added_up(campaign: Campaign, ward: Path) -> None:
    inbox = campaign.folder / campaign.received
    for path in inbox.iterdir():
        path.unlink()
    (inbox / ward.name).write_bytes(edited(ward.read_bytes(), lambda book: book["Ghi chú"].__setitem__("G9", "thêm")))
    status, document = verified("-C", campaign.folder, "aggregate")
    assert status == 1 and document["files"][0]["status"] == "refused"
    assert document["totals"]["1.07"]["count"] == 0


# --- large ones ----------------------------------------------------------------------------------------------------

OURS = Expectation(ALL_FORMS, campaign="quan-7-2024", key=KEY)
STRANGE = Expectation(ALL_FORMS, campaign="quan-7-2024", key=b"another")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms may hold next to nothing, and no workbook is too small to be asked what it is."""
    monkeypatch.setattr(limits, "FILLED", replace(limits.FILLED, value=10))
    monkeypatch.setattr(claim, "SMALL", 0)


def test_a_sealed_workbook_may_be_larger_than_a_form(narrow: None, data: bytes) -> None:
    assert examine_bytes(data, "a.xlsx", OURS).findings == ()
    assert examine_bytes(data, "a.xlsx", Expectation(ALL_FORMS)).findings == ()


def test_who_only_says_so_in_a_campaign_may_not(narrow: None, data: bytes) -> None:
    assert [one.code for one in examine_bytes(data, "a.xlsx", STRANGE).findings] == ["file-too-large"]
    other = replace(OURS, campaign="quan-7-2025")
    assert [one.code for one in examine_bytes(data, "a.xlsx", other).findings] == ["file-too-large"]


def test_a_large_one_is_read_in_a_process_with_more_room(
    tmp_path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    item = Item(str(path), "a.xlsx")
    monkeypatch.setattr(claim, "SMALL", 0)
    monkeypatch.setattr("aggregator.examine.LARGE", 0)
    assert look(item, OURS, room="shared") == look(item, OURS, room="own") == Large(len(data))
    assert look(item, STRANGE, room="shared") != Large(len(data))
    (examined,) = examine_all([item], OURS)
    assert examined.findings == () and len(examined.leaves) == 6


@pytest.mark.parametrize("name", ["RESULT_FILE", "RESULT_PARTS", "RESULT_CELLS", "RESULT_TEXT", "RESULT_TAGS"])
def test_the_wider_limits_hold_too(name: str, narrow: None, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit it is read, one past it refused."""
    exact = _least(name, data, monkeypatch)
    assert exact > 1
    with monkeypatch.context() as lower:
        lower.setattr(limits, name, replace(getattr(limits, name), value=exact - 1))
        codes = {one.code for one in examine_bytes(data, "a.xlsx", Expectation(ALL_FORMS)).findings}
        assert codes == {"file-too-large"}


def _least(name: str, data: bytes, monkeypatch: pytest.MonkeyPatch) -> int:
    """The smallest value at which the workbook is still read, by halving."""
    low, high = 0, 10**7
    while high - low > 1:
        middle = (low + high) // 2
        with monkeypatch.context() as lower:
            lower.setattr(limits, name, replace(getattr(limits, name), value=middle))
            bounds = claim.bounds_for(data, None, None)
            book, _ = _open(data, bounds)
        low, high = (low, middle) if book else (middle, high)
    return high


def _open(data: bytes, bounds: limits.Bounds) -> tuple:
    from aggregator.reading.strict import open_book

    return open_book(data, bounds)


def test_properties_that_are_no_properties_claim_nothing(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        largest = max(archive.getinfo(name).file_size for name in ("_rels/.rels", "docProps/core.xml"))
    monkeypatch.setattr(claim, "SMALL", 0)
    monkeypatch.setattr(limits, "CLAIM", replace(limits.CLAIM, value=largest))
    assert claim.may_be_larger(data, None, None)
    monkeypatch.setattr(limits, "CLAIM", replace(limits.CLAIM, value=largest - 1))
    assert not claim.may_be_larger(data, None, None)
