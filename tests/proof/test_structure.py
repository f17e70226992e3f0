"""Every structure finding made by really editing issued, filled workbooks in LibreOffice, in one folder of good ones.

Asked of each file: exactly these findings at these cells and its status; of the folder: the totals are those of the
files that may be added. Row 8 of the sheet is row 1.01 of the form tong-hop-2024, 20 is 1.13, 34 is 6.2 and 46 is 11.
"""

import random
import shutil
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.office import Office
from tests.proof.helpers import (
    SEED,
    SHEET,
    Campaign,
    Done,
    expected_totals,
    fill_quickly,
    full,
    numbers_for,
    own_campaign,
    sample_campaign,
    scaled,
    sheet_row,
)

Step = Mapping[str, Any]
Found = tuple[str, str | None, str | None, str]
"""Code, cell, row key, severity."""
Case = tuple[Sequence[Step], Sequence[Found]]
"""What is done to a workbook whose lock was taken off, and everything that must be said beside `LOCK`."""

LOCK: Found = ("lock-removed", None, None, "info")
HONEST = ("subtotal-above-parts",)
"""Infos that the invented numbers may raise by themselves."""
FIRST_ROW, LAST_ROW = 6, 46


@pytest.fixture(autouse=True)
def seed() -> None:
    print(f"PROOF_SEED={SEED}")


def do(what: str, **facts: object) -> Step:
    return {"do": what, "sheet": SHEET, **facts}


def text(cell: str, words: str) -> Step:
    return do("set_text", cell=cell, text=words)


def number(cell: str, entry: str) -> Step:
    return do("set_formula", cell=cell, text=entry)


def error(code: str, cell: str | None, row: str | None = None) -> Found:
    return code, cell, row, "error"


def warning(code: str, cell: str, row: str | None = None) -> Found:
    return code, cell, row, "warning"


# --- a folder of edited and of good files --------------------------------------------------------------------------


@dataclass(frozen=True)
class Batch:
    """One campaign, one run: a file for each case, two that nobody edited; `typed` has all as they were filled."""

    campaign: Campaign
    cases: Mapping[str, Case]
    file_of: Mapping[str, str]
    typed: Path
    done: Done

    def found(self, name: str) -> list[Found]:
        lines = self.done.findings(self.file_of[name], without=HONEST)
        return sorted(((line["code"], line["cell"], line["row"], line["severity"]) for line in lines), key=str)

    def refused(self, name: str) -> bool:
        return any(severity == "error" for *_, severity in self.cases[name][1])

    def must_be_told(self, name: str, *more: Found) -> None:
        assert self.found(name) == sorted([*self.cases[name][1], *more], key=str)
        assert self.done.states()[self.file_of[name]] == ("refused" if self.refused(name) else "accepted")

    def must_add_the_others(self) -> None:
        refused = {file for name, file in self.file_of.items() if self.refused(name)}
        states = self.done.states()
        assert {name for name, state in states.items() if state != "accepted"} == refused
        assert len(states) == len(self.file_of) + GOOD
        added = [path for path in self.typed.iterdir() if path.name not in refused]
        form = self.campaign.form
        assert full(self.done.totals, form) == expected_totals(added, form)
        assert self.done.status == 1


GOOD = 2


def run_batch(office: Office, campaign: Campaign, units: Sequence[str], cases: Mapping[str, Case]) -> Batch:
    """Each case to a unit of its own, the first units stay as they are; then one run over all."""
    typed = campaign.folder.parent / f"typed {campaign.folder.name}"
    typed.mkdir()
    rng = numbers_for(f"structure {campaign.folder.name}")
    filled = [fill_quickly(campaign, code, rng) for code in units[: GOOD + len(cases)]]
    sources = [Path(shutil.copy(path, typed)) for path in filled]
    for source, path, (steps, _) in zip(sources[GOOD:], filled[GOOD:], cases.values(), strict=True):
        office.edit(source, path, steps, force=True)
    file_of = {name: path.name for name, path in zip(cases, filled[GOOD:], strict=True)}
    return Batch(campaign, cases, file_of, typed, campaign.run("aggregate", "--json"))


@pytest.fixture(scope="module")
def batch(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    cases = ERRORS | ADDED
    schools = [f"{number:04d},Trường số {number},school,01" for number in range(GOOD + len(cases))]
    folder = tmp_path_factory.mktemp("cơ cấu") / "huyen-2024"
    campaign = own_campaign(folder, "tong-hop-2024", ["01,Huyện Thử,district,", *schools])
    return run_batch(office, campaign, campaign.of_level("school"), cases)


# --- cases -------------------------------------------------------------------------------------------------------

CODES_GONE = tuple(text(f"H{row}", "") for row in range(4, LAST_ROW + 1))

ERRORS: dict[str, Case] = {
    "swap neighbours": (
        [do("swap_rows", a=15, b=16)],
        [error("row-moved", "B15", "1.09"), error("row-moved", "B16", "1.08")],
    ),
    "swap rows far apart": (
        [do("swap_rows", a=21, b=39)],
        [error("row-moved", "B21", "8"), error("row-moved", "B39", "2")],
    ),
    "swap the ends of a sum": (
        [do("swap_rows", a=8, b=20)],
        [error("row-moved", "B8", "1.13"), error("row-moved", "B20", "1.01")],
    ),
    "swap the totals": (
        [do("swap_rows", a=6, b=7)],
        [error("row-moved", "B6", "1.T"), error("row-moved", "B7", "1")],
    ),
    "swap money": (
        [do("swap_rows", a=44, b=45)],
        [error("row-moved", "B44", "10.2"), error("row-moved", "B45", "10.1")],
    ),
    "move a row down": (
        [do("insert_rows", row=32), do("copy_rows", first=21, last=21, to=32), do("delete_rows", row=21)],
        [error("row-moved", "B31", "2")],
    ),
    "move a row up": (
        [do("insert_rows", row=10), do("copy_rows", first=35, last=35, to=10), do("delete_rows", row=35)],
        [error("row-moved", "B10", "6.2")],
    ),
    "insert a blank row": ([do("insert_rows", row=33)], [error("row-extra", "B33")]),
    "insert a row of one's own": (
        [do("insert_rows", row=33), text("B33", "Hội thi rung chuông vàng"), number("D33", "1"), number("E33", "90")],
        [error("row-extra", "B33")],
    ),
    "insert into a sum": (
        [do("insert_rows", row=10), text("B10", "Lớp dạy bơi"), number("D10", "1"), number("E10", "30")],
        [error("row-extra", "B10")],
    ),
    "insert two rows": ([do("insert_rows", row=30, count=2)], [error("row-extra", "B30"), error("row-extra", "B31")]),
    "insert below the last row": (
        [do("insert_rows", row=LAST_ROW + 1), text(f"B{LAST_ROW + 1}", "Thăm gia đình chính sách")],
        [error("row-extra", f"B{LAST_ROW + 1}")],
    ),
    "delete a row": ([do("delete_rows", row=35)], [error("row-missing", "B35", "6.3")]),
    "delete from a sum": ([do("delete_rows", row=12)], [error("row-missing", "B12", "1.05")]),
    "delete the first row": ([do("delete_rows", row=FIRST_ROW)], [error("row-missing", f"B{FIRST_ROW}", "1")]),
    "delete the last row": ([do("delete_rows", row=LAST_ROW)], [error("row-missing", f"B{LAST_ROW}", "11")]),
    "delete two rows": (
        [do("delete_rows", row=27, count=2)],
        [error("row-missing", "B27", "5.1"), error("row-missing", "B28", "5.2")],
    ),
    "insert a copy below": (
        [do("insert_rows", row=35), do("copy_rows", first=34, last=34, to=35)],
        [error("row-duplicated", "B35", "6.2")],
    ),
    "insert a copy above": (
        [do("insert_rows", row=12), do("copy_rows", first=15, last=15, to=12)],
        [error("row-duplicated", "B12", "1.07")],
    ),
    "copy a row over another": (
        [do("copy_rows", first=14, last=14, to=12)],
        [error("row-duplicated", "B12", "1.07"), error("row-missing", "B12", "1.05")],
    ),
    "relabel": ([text("B20", "Tập huấn phòng cháy, chữa cháy")], [error("label-changed", "B20", "1.13")]),
    "empty a label": ([text("B34", "")], [error("label-changed", "B34", "6.2")]),
    "renumber": ([text("A21", "II")], [error("label-changed", "B21", "2")]),
    "change a row code": ([text("H34", "M06.9")], [error("label-changed", "B34", "6.2")]),
    "change a unit": ([text("C34", "người")], [error("unit-changed", "B34", "6.2")]),
    "money in millions": ([text("C44", "triệu đồng")], [error("unit-changed", "B44", "10.1")]),
    "change a header": ([text("E5", "Số học sinh")], [error("header-changed", "E5")]),
    "change two headers": (
        [text("B4", "Nội dung"), text("C4", "ĐVT")],
        [error("header-changed", "B4"), error("header-changed", "C4")],
    ),
    "empty all row codes": (CODES_GONE, [error("header-changed", "H4")]),
    "type over a total": ([number("D6", "12")], [error("formula-replaced", "D6", "1")]),
    "type over both totals": (
        [number("D6", "12"), number("E7", "340")],
        [error("formula-replaced", "D6", "1"), error("formula-replaced", "E7", "1.T")],
    ),
    "empty a total": ([text("E7", "")], [error("formula-replaced", "E7", "1.T")]),
    "shorten a total": ([number("D6", "=SUM(D8:D19)")], [error("formula-replaced", "D6", "1")]),
    "two faults": (
        [text("C34", "người"), do("delete_rows", row=22)],
        [error("row-missing", "B22", "3"), error("unit-changed", "B33", "6.2")],
    ),
    "remove a sheet": ([{"do": "remove_sheet", "sheet": "Minh chứng"}], [error("sheet-missing", None)]),
    "remove the unit sheet": ([{"do": "remove_sheet", "sheet": "Đơn vị"}], [error("sheet-missing", None)]),
    "remove the table": ([{"do": "remove_sheet", "sheet": SHEET}], [error("sheet-missing", None)]),
}

ADDED: dict[str, Case] = {
    "only the lock": ([], []),
    "hide a row": ([do("hide_rows", row=30)], [warning("row-hidden", "B30", "5.4")]),
    "hide two rows": (
        [do("hide_rows", row=11, count=2)],
        [warning("row-hidden", "B11", "1.04"), warning("row-hidden", "B12", "1.05")],
    ),
    "a number beside the table": ([number("K10", "7")], [warning("value-outside-form", "K10", "1.03")]),
    "a number in a heading": ([number("D23", "5")], [warning("value-outside-form", "D23", "4")]),
    "another place of the tone mark": ([text("B19", "Xoá mù chữ")], []),
    "decomposed letters and blanks": ([text("B34", unicodedata.normalize("NFD", "  Hoạt  động văn nghệ "))], []),
    "the same total written otherwise": ([number("D6", "=SUM($D$8:$D$20)")], []),
    "rename the table's sheet": ([{"do": "rename_sheet", "sheet": SHEET, "to": "Sheet1"}], []),
}


WITHOUT_LOCK_FINDING = ("remove the table",)


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_told_and_the_file_refused(batch: Batch, name: str) -> None:
    batch.must_be_told(name, *([] if name in WITHOUT_LOCK_FINDING else [LOCK]))


@pytest.mark.parametrize("name", ADDED)
def test_what_is_no_error_is_told_and_the_file_accepted(batch: Batch, name: str) -> None:
    batch.must_be_told(name, LOCK)


def test_files_with_errors_are_not_added_all_others_are(batch: Batch) -> None:
    batch.must_add_the_others()


def test_the_place_where_a_row_belongs_is_told(batch: Batch) -> None:
    lines = batch.done.findings(batch.file_of["swap rows far apart"])
    assert {line["row"]: line["expected"] for line in lines if line["code"] == "row-moved"} == {"8": "B39", "2": "B21"}


def test_the_sheet_is_named_as_it_is_called_now(batch: Batch) -> None:
    lines = batch.done.findings(batch.file_of["rename the table's sheet"])
    assert [line["sheet"] for line in lines if line["code"] == LOCK[0]] == ["Sheet1"]


def test_check_says_what_aggregate_says(batch: Batch) -> None:
    checked = batch.campaign.run("check", batch.campaign.inbox, "--json")
    assert checked.status == 1
    for file in batch.done.states():
        assert checked.findings(file) == batch.done.findings(file)


@pytest.mark.parametrize("name", ["swap neighbours", "hide a row", "type over a total"])
def test_one_edited_file_beside_two_good_ones(batch: Batch, tmp_path: Path, name: str) -> None:
    good = [path for path in batch.campaign.inbox.iterdir() if path.name not in batch.file_of.values()]
    for path in [*good, batch.campaign.inbox / batch.file_of[name]]:
        shutil.copy(path, tmp_path)
    done = batch.campaign.run("aggregate", tmp_path, "-o", tmp_path / "kq.xlsx", "--json")
    added = [*good, *([] if batch.refused(name) else [batch.typed / batch.file_of[name]])]
    assert full(done.totals, batch.campaign.form) == expected_totals(added, batch.campaign.form)
    assert done.status == int(batch.refused(name))


# --- any row of the other forms ----------------------------------------------------------------------------------


def swap_two(rows: Mapping[int, str], rng: random.Random) -> Case:
    a, b = sorted(rng.sample(sorted(rows), 2))
    found = [error("row-moved", f"B{a}", rows[b]), error("row-moved", f"B{b}", rows[a])]
    return [do("swap_rows", a=a, b=b)], found


def insert_one(rows: Mapping[int, str], rng: random.Random) -> Case:
    at = rng.choice(sorted(rows)[1:])
    return [do("insert_rows", row=at)], [error("row-extra", f"B{at}")]


def delete_one(rows: Mapping[int, str], rng: random.Random) -> Case:
    at = rng.choice(sorted(rows))
    return [do("delete_rows", row=at)], [error("row-missing", f"B{at}", rows[at])]


def double_one(rows: Mapping[int, str], rng: random.Random) -> Case:
    at = rng.choice(sorted(rows))
    steps = [do("insert_rows", row=at + 1), do("copy_rows", first=at, last=at, to=at + 1)]
    return steps, [error("row-duplicated", f"B{at + 1}", rows[at])]


@pytest.mark.parametrize("sample", ["hai-ba-trung-2021", "dong-nai-2023"])
def test_any_row_of_the_other_forms(office: Office, tmp_path: Path, sample: str) -> None:
    campaign = sample_campaign(tmp_path / sample, sample)
    units = [code for level in ("commune", "school") for code in campaign.of_level(level)]
    rows: list[Mapping[str, Any]] = campaign.form["rows"]
    first = sheet_row(campaign.issued[units[0]], rows[0]["code"])
    keys = {first + at: row["key"] for at, row in enumerate(rows)}
    batch = run_batch(office, campaign, units, random_cases(keys, numbers_for(sample)))
    for name, (steps, _) in batch.cases.items():
        print(name, steps)
        batch.must_be_told(name, LOCK)
    batch.must_add_the_others()


def random_cases(keys: Mapping[int, str], rng: random.Random) -> dict[str, Case]:
    makers: tuple[Callable[[Mapping[int, str], random.Random], Case], ...]
    makers = (swap_two, insert_one, delete_one, double_one)
    return {f"{make.__name__} {number}": make(keys, rng) for make in makers for number in range(scaled(5))}
