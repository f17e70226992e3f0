"""Every structure finding made by really editing an issued, filled workbook in LibreOffice, beside two good files.

Asked each time: exactly these findings at these cells, the file's status, and totals of the files that may be added.
Row 8 of the sheet is row 1.01 of the form tong-hop-2024, 20 is 1.13, 34 is 6.2 and 46, the last, is 11.
"""

import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
    fill,
    full,
    numbers_for,
    sample_campaign,
    sheet_row,
)

Step = Mapping[str, Any]
Found = tuple[str, str | None, str | None, str]
"""Code, cell, row key, severity."""

LOCK: Found = ("lock-removed", None, None, "info")
HONEST = ("subtotal-above-parts",)
"""Infos that the invented numbers may raise by themselves."""
SECOND = "2746602"
GOOD = ("2746601", "27466")
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


# --- one folder with three files ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Inbox:
    """Three filled workbooks of one campaign; the first gets edited."""

    office: Office
    campaign: Campaign
    edited: Path
    good: tuple[Path, ...]

    @cached_property
    def rows(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.campaign.form["rows"]
        return found

    def aggregate(self, folder: Path, steps: Sequence[Step]) -> "Outcome":
        """Edit as somebody does who took the lock off, put it beside the good ones, run the program."""
        folder.mkdir()
        for path in self.good:
            (folder / path.name).write_bytes(path.read_bytes())
        target = folder / self.edited.name
        self.office.edit(self.edited, target, steps, force=True)
        return Outcome(self, target, self.campaign.run("aggregate", folder, "-o", folder / "kq.xlsx", "--json"))


@dataclass(frozen=True)
class Outcome:
    inbox: Inbox
    file: Path
    done: Done

    @property
    def found(self) -> list[Found]:
        lines = self.done.findings(self.file.name, without=HONEST)
        return sorted(((line["code"], line["cell"], line["row"], line["severity"]) for line in lines), key=str)

    def must_be(self, expected: Sequence[Found], typed: Path | None = None) -> None:
        """Findings, states, exit status and totals; `typed`: where the oracle reads the figures of the edited file."""
        assert self.found == sorted(expected, key=str)
        refused = any(severity == "error" for *_, severity in expected)
        names = {path.name: "accepted" for path in self.inbox.good}
        assert self.done.states() == names | {self.file.name: "refused" if refused else "accepted"}
        assert self.done.status == (1 if refused else 0)
        added = [*self.inbox.good, *([] if refused else [typed or self.file])]
        form = self.inbox.campaign.form
        assert full(self.done.totals, form) == expected_totals(added, form)


def filled_inbox(office: Office, folder: Path, sample: str, codes: Sequence[str]) -> Inbox:
    campaign = sample_campaign(folder / sample, sample)
    rng = numbers_for(f"structure {sample}")
    edited, *good = (fill(office, campaign, code, rng, folder / f"{code}.xlsx") for code in codes)
    return Inbox(office, campaign, edited, tuple(good))


@pytest.fixture(scope="module")
def inbox(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    return filled_inbox(office, tmp_path_factory.mktemp("cơ cấu"), "quan-7-2024", (SECOND, *GOOD))


# --- cases -------------------------------------------------------------------------------------------------------

CODES_GONE = tuple(text(f"H{row}", "") for row in range(4, LAST_ROW + 1))

ERRORS: dict[str, tuple[Sequence[Step], Sequence[Found]]] = {
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
}

ADDED: dict[str, tuple[Sequence[Step], Sequence[Found]]] = {
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
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_told_and_the_file_is_not_added(inbox: Inbox, tmp_path: Path, name: str) -> None:
    steps, expected = ERRORS[name]
    inbox.aggregate(tmp_path / "nhận", steps).must_be([*expected, LOCK])


@pytest.mark.parametrize("name", ADDED)
def test_what_is_no_error_is_told_and_added(inbox: Inbox, tmp_path: Path, name: str) -> None:
    steps, expected = ADDED[name]
    inbox.aggregate(tmp_path / "nhận", steps).must_be([*expected, LOCK])


def test_the_table_is_found_by_what_stands_in_it(inbox: Inbox, tmp_path: Path) -> None:
    outcome = inbox.aggregate(tmp_path / "nhận", [{"do": "rename_sheet", "sheet": SHEET, "to": "Sheet1"}])
    outcome.must_be([LOCK], typed=inbox.edited)
    assert [line["sheet"] for line in outcome.done.findings() if line["code"] == LOCK[0]] == ["Sheet1"]


def test_without_the_table_nothing_is_read(inbox: Inbox, tmp_path: Path) -> None:
    outcome = inbox.aggregate(tmp_path / "nhận", [{"do": "remove_sheet", "sheet": SHEET}])
    outcome.must_be([error("sheet-missing", None)])


def test_the_place_where_a_row_belongs_is_told(inbox: Inbox, tmp_path: Path) -> None:
    outcome = inbox.aggregate(tmp_path / "nhận", [do("swap_rows", a=21, b=39)])
    moved = {line["row"]: line["expected"] for line in outcome.done.findings() if line["code"] == "row-moved"}
    assert moved == {"8": "B39", "2": "B21"}


def test_check_says_what_aggregate_says(inbox: Inbox, tmp_path: Path) -> None:
    outcome = inbox.aggregate(tmp_path / "nhận", ERRORS["two faults"][0])
    checked = inbox.campaign.run("check", outcome.file, "--json")
    assert checked.status == 1
    assert checked.findings(outcome.file.name) == outcome.done.findings(outcome.file.name)


# --- any row of the other forms ----------------------------------------------------------------------------------

OTHERS = {
    "hai-ba-trung-2021": ("0024102", "0024101", "00241"),
    "dong-nai-2023": ("731", "25993", "2599301"),
}


@pytest.fixture(scope="module", params=OTHERS)
def other(request: pytest.FixtureRequest, office: Office, tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    return filled_inbox(office, tmp_path_factory.mktemp("khác"), request.param, OTHERS[request.param])


Case = tuple[Sequence[Step], Sequence[Found]]


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


@pytest.mark.parametrize("make", [swap_two, insert_one, delete_one, double_one], ids=lambda make: make.__name__)
def test_any_row_of_the_other_forms(
    other: Inbox, tmp_path: Path, make: Callable[[Mapping[int, str], random.Random], Case]
) -> None:
    first = sheet_row(other.edited, other.rows[0]["code"])
    rows = {first + at: row["key"] for at, row in enumerate(other.rows)}
    steps, expected = make(rows, numbers_for(f"{other.campaign.folder.name} {make.__name__}"))
    print(steps)
    other.aggregate(tmp_path / "nhận", steps).must_be([*expected, LOCK])
