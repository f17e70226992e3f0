"""`status`: who has reported, against the deadlines of Vietnam, and the reminders that follow from it."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from aggregator.campaign import CAMPAIGN_FILE, Campaign, Deadline, load_campaign
from aggregator.cli import cli
from aggregator.forms import LEVELS, load_form
from aggregator.outputs.status_terminal import MAX_UNITS, columns_of, padded
from aggregator.receipts import RECEIPTS_FILE, vietnam_day
from aggregator.register import Unit
from aggregator.resources import schema
from aggregator.status import due, mostly_blank
from aggregator.steps import receipts
from aggregator.steps.issue import init_sample
from aggregator.submission import Leaf
from tests.filling import send

WARD, OTHER_WARD = "27466", "27469"
SCHOOLS = ("2746601", "2746602", "2746603")
PAIR = {("1.07", "count"): 2, ("1.07", "people"): 60}
BAD = {("1.07", "count"): -2}
LAST = date(2024, 10, 11)
"""Schools of the sample: "chậm nhất ngày 11/10/2024"."""
VALID = Draft202012Validator(json.loads(schema("result").read_text(encoding="utf-8")))


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return init_sample(tmp_path / "q7", "quan-7-2024")


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Set the clock."""
    return lambda day: monkeypatch.setattr(receipts, "today", lambda: day)


def run(campaign: Campaign, *words: object) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(cli, ["-C", str(campaign.folder), "status", *map(str, words)])


def document(campaign: Campaign, *words: object) -> dict:
    found = json.loads(run(campaign, *words, "--json").stdout)
    VALID.validate(found)
    assert found["error"] is None
    return found


def units(found: dict) -> dict[str, dict]:
    return {unit["code"]: unit for unit in found["units"]}


def set_deadline(campaign: Campaign, **changes: object) -> Campaign:
    """Change the deadline of the schools in `campaign.json`."""
    path = campaign.folder / CAMPAIGN_FILE
    told = json.loads(path.read_text(encoding="utf-8"))
    told["deadlines"] = [line | changes if line["level"] == "school" else line for line in told["deadlines"]]
    path.write_text(json.dumps(told), encoding="utf-8")
    return load_campaign(campaign.folder)


def write_day(campaign: Campaign, day: str) -> None:
    """Staff write a day of receipt into every line of the book."""
    path = campaign.folder / RECEIPTS_FILE
    head, *lines = path.read_text(encoding="utf-8-sig").splitlines()
    told = [",".join((*line.split(",")[:3], day, "Hoa")) for line in lines]
    path.write_text("\n".join((head, *told)) + "\n", encoding="utf-8")


# --- numbers -------------------------------------------------------------------------------------------------------


def send_all_kinds(campaign: Campaign) -> None:
    """Accepted, refused, a twin, a conflict, a scan beside a return, a scan alone, a temporary file, rubbish."""
    inbox = campaign.folder / campaign.received
    first = send(campaign, SCHOOLS[0], PAIR)
    send(campaign, SCHOOLS[1], BAD)
    (inbox / "ban sao.xlsx").write_bytes(first.read_bytes())
    send(campaign, "2746901", PAIR, "2746901-a.xlsx")
    send(campaign, "2746901", {**PAIR, ("1.07", "people"): 70}, "2746901-b.xlsx")
    (inbox / f"{SCHOOLS[0]}-ban-ky.pdf").write_bytes(b"%PDF-1.4 signed")
    (inbox / f"{SCHOOLS[2]}-ban-ky.pdf").write_bytes(b"%PDF-1.4 signed too")
    (inbox / f"~${SCHOOLS[0]}.xlsx").write_bytes(b"x")
    (inbox / "khong-ro.xlsx").write_bytes(b"not a workbook")


def test_every_file_and_every_unit_is_counted_once(campaign: Campaign) -> None:
    send_all_kinds(campaign)
    found = document(campaign)
    files = Counter(file["status"] for file in found["files"])
    assert files == {"accepted": 1, "refused": 4, "duplicate": 1, "ignored": 3}
    coverage = found["coverage"]
    assert coverage["expected"] == coverage["accepted"] + coverage["refused"] + coverage["missing"] == 51
    assert (coverage["accepted"], coverage["refused"], coverage["received"]) == (1, 2, 3)
    for parts in (found["levels"], found["parents"]):
        for name in ("expected", "received", "accepted", "refused", "missing"):
            assert sum(part[name] for part in parts) == coverage[name], name
        for part in parts:
            assert part["expected"] == part["accepted"] + part["refused"] + part["missing"]
            assert part["received"] == part["accepted"] + part["refused"]
            assert 0 <= part["percent"] <= 100
    assert [file["file"] for file in found["files_unassigned"]] == ["nhan_ve/khong-ro.xlsx"]


def test_units_say_where_they_stand(campaign: Campaign) -> None:
    send_all_kinds(campaign)
    found = units(document(campaign))
    assert {code: found[code]["status"] for code in (*SCHOOLS, "2746901")} == {
        SCHOOLS[0]: "accepted",
        SCHOOLS[1]: "refused",
        SCHOOLS[2]: "missing",
        "2746901": "refused",
    }
    assert found[SCHOOLS[1]]["errors"] == [{"file": f"nhan_ve/{SCHOOLS[1]}.xlsx", "errors": 1}]
    assert len(found["2746901"]["errors"]) == 2
    assert found[SCHOOLS[0]]["contact"] == {"email": "mn-mua-lua@mau.example", "phone": None}
    assert found[SCHOOLS[0]]["deadline"] == {"date": "2024-10-11", "inclusive": True}


def test_companions_are_laid_to_their_unit(campaign: Campaign) -> None:
    send_all_kinds(campaign)
    found = document(campaign)
    assert units(found)[SCHOOLS[0]]["companions"] == [f"nhan_ve/{SCHOOLS[0]}-ban-ky.pdf"]
    assert units(found)[SCHOOLS[1]]["companions"] == []
    ward = next(parent for parent in found["parents"] if parent["code"] == WARD)
    assert ward["signed"] == 1
    text = run(campaign).stdout
    assert f"{SCHOOLS[1]} Trường Tiểu học Diều Giấy (mẫu); bản ký: chưa" in text
    assert f"{SCHOOLS[2]} Trường Trung học cơ sở Thuyền Tre (mẫu); bản" in text


def test_full_is_full_and_not_more(campaign: Campaign) -> None:
    """A return that includes the schools below, and a unit that need not report."""
    register = campaign.folder / "units.csv"
    lines = [
        line if line.startswith(("code", "778,", "27466")) else ",".join((*line.split(",")[:9], "no"))
        for line in register.read_text(encoding="utf-8").splitlines()
    ]
    register.write_text("\n".join(lines) + "\n", encoding="utf-8")
    campaign = load_campaign(campaign.folder)
    for code in ("778", WARD, *SCHOOLS, "2746901"):
        send(campaign, code, {**PAIR, ("1.07", "people"): 60 + int(code[-1])})
    found = document(campaign)
    assert {level["level"]: level["percent"] for level in found["levels"]} == dict.fromkeys(LEVELS[:3], 100)
    assert found["coverage"]["accepted"] == found["coverage"]["expected"] == 5
    assert units(found)["2746901"]["status"] == "outside"


def test_one_missing_of_many_is_not_a_hundred(campaign: Campaign) -> None:
    for code in SCHOOLS[:2]:
        send(campaign, code, {**PAIR, ("1.07", "people"): 60 + int(code[-1])})
    found = document(campaign, "--at", WARD)
    assert found["at"]["code"] == WARD
    assert {level["level"]: level["percent"] for level in found["levels"]} == {"school": 66, "commune": 0}
    assert {unit["code"] for unit in found["units"]} == {WARD, *SCHOOLS}


def test_before_anybody_reported(campaign: Campaign) -> None:
    """An empty folder is an answer."""
    done = run(campaign)
    assert done.exit_code == 0, done.stderr
    assert run(campaign, "--require-complete").exit_code == 1
    assert document(campaign)["coverage"]["missing"] == 51


def test_errors_and_warnings_tell_the_exit_status(campaign: Campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    assert run(campaign).exit_code == 0
    assert run(campaign, "--strict").exit_code == 1
    send(campaign, SCHOOLS[1], BAD)
    assert run(campaign).exit_code == 1


def test_without_a_campaign_nobody_knows_who_is_missing(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["-C", str(tmp_path), "status", "--json"])
    assert done.exit_code == 3
    found = json.loads(done.stdout)
    VALID.validate(found)
    assert found["error"]


# --- late ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inclusive", "day", "expected"),
    [
        (True, date(2024, 10, 10), "not-due"),
        (True, date(2024, 10, 11), "not-due"),
        (True, date(2024, 10, 12), "overdue"),
        (False, date(2024, 10, 10), "not-due"),
        (False, date(2024, 10, 11), "overdue"),
        (False, date(2024, 10, 12), "overdue"),
    ],
)
def test_the_day_itself_is_in_time_or_not(campaign: Campaign, inclusive: bool, day: date, expected: str) -> None:
    assert due(Deadline("school", LAST, inclusive), day) == expected
    campaign = set_deadline(campaign, inclusive=inclusive)
    assert units(document(campaign, "--now", day))[SCHOOLS[0]]["due"] == expected
    send(campaign, SCHOOLS[0], PAIR)
    found = document(campaign, "--received", day)
    assert units(found)[SCHOOLS[0]]["late"] is (expected == "overdue")
    assert found["coverage"]["late"] == (1 if expected == "overdue" else 0)
    assert [line["unit"] for line in found["findings"] if line["code"] == "report-late"] == (
        [SCHOOLS[0]] if expected == "overdue" else []
    )


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("seconds", [-1, 0])
def test_the_day_ends_at_midnight_in_vietnam(
    campaign: Campaign, on: Callable[[date], None], inclusive: bool, seconds: int
) -> None:
    """Midnight in Vietnam is 17:00 UTC; in London or Tokyo it is another day."""
    campaign = set_deadline(campaign, inclusive=inclusive)
    end = datetime(2024, 10, 11 if inclusive else 10, 17, tzinfo=UTC)
    on(vietnam_day(datetime.fromtimestamp(end.timestamp() + seconds, UTC)))
    send(campaign, SCHOOLS[0], PAIR)
    assert units(document(campaign))[SCHOOLS[0]]["late"] is (seconds == 0)


def test_a_return_that_was_in_time_stays_in_time(campaign: Campaign, on: Callable[[date], None]) -> None:
    on(LAST)
    send(campaign, SCHOOLS[0], PAIR)
    document(campaign)
    on(date(2024, 10, 30))
    send(campaign, SCHOOLS[1], PAIR)
    found = units(document(campaign))
    assert (found[SCHOOLS[0]]["received"], found[SCHOOLS[0]]["late"]) == ("2024-10-11", False)
    assert (found[SCHOOLS[1]]["received"], found[SCHOOLS[1]]["late"]) == ("2024-10-30", True)


def test_the_time_of_the_file_says_nothing(campaign: Campaign) -> None:
    """The samples are years old: lateness is unknown, whatever day stands at the file, and that is said."""
    path = send(campaign, SCHOOLS[0], PAIR)
    for year in (2023, 2025):
        stamp = datetime(year, 10, 20, tzinfo=UTC).timestamp()
        os.utime(path, (stamp, stamp))
        found = document(campaign, "--now", "2024-11-01")
        assert found["coverage"]["late"] is None
        assert units(found)[SCHOOLS[0]]["late"] is None
    done = run(campaign)
    assert RECEIPTS_FILE in done.stdout and "--received" in done.stdout
    school = next(line for line in done.stdout.splitlines() if line.startswith("Trường, đơn vị"))
    assert school.split()[-4] == "?"
    district = next(line for line in done.stdout.splitlines() if line.startswith("Huyện, quận"))
    assert district.split()[-5] == "–", "there is no deadline to be late for"


def test_staff_know_better(campaign: Campaign, on: Callable[[date], None]) -> None:
    on(date(2024, 10, 20))
    send(campaign, SCHOOLS[0], PAIR)
    assert units(document(campaign))[SCHOOLS[0]]["late"] is True
    write_day(campaign, "2024-10-11")
    before = (campaign.folder / RECEIPTS_FILE).read_bytes()
    found = units(document(campaign, "--received", "2024-10-25"))[SCHOOLS[0]]
    assert (found["received"], found["late"]) == ("2024-10-11", False)
    assert (campaign.folder / RECEIPTS_FILE).read_bytes() == before


def test_a_faulty_book_of_receipts_stops_it(campaign: Campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    document(campaign)
    write_day(campaign, "11/10/2024")
    done = run(campaign)
    assert done.exit_code == 3
    assert RECEIPTS_FILE in done.stderr and "dòng 2" in done.stderr and "11/10/2024" in done.stderr


def test_a_lost_book_breaks_nothing(campaign: Campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    first = document(campaign)
    (campaign.folder / RECEIPTS_FILE).unlink()
    assert document(campaign) == first


def test_check_writes_no_receipts(campaign: Campaign) -> None:
    path = send(campaign, SCHOOLS[0], PAIR)
    CliRunner().invoke(cli, ["-C", str(campaign.folder), "check", str(path)])
    assert not (campaign.folder / RECEIPTS_FILE).exists()
    document(campaign)
    assert (campaign.folder / RECEIPTS_FILE).exists()


# --- blank rows ----------------------------------------------------------------------------------------------------


def leaf(level: str = "school", held: bool = True, **figures: int | None) -> Leaf:
    """A return; `r1_07=3` is the count of row 1.07."""
    typed = {(name[1:].replace("_", "."), "count"): number for name, number in figures.items()}
    return Leaf(Unit("1", "Một", level, None), typed, "1.xlsx", "0" * 64, "1", held=held)


def blank_keys(*leaves: Leaf) -> dict[str, tuple[int, int]]:
    rows = load_form("tong-hop-2024").rows
    return {blank.row.key: (blank.blank, blank.returns) for blank in mostly_blank(rows, leaves)}


def test_half_is_not_most() -> None:
    assert blank_keys(leaf(r1_07=3), leaf(r1_07=None))["1.08"] == (2, 2)
    assert "1.07" not in blank_keys(leaf(r1_07=3), leaf())
    assert blank_keys(leaf(r1_07=3), leaf(), leaf())["1.07"] == (2, 3)


def test_a_nought_is_not_blank() -> None:
    assert "1.07" not in blank_keys(leaf(r1_07=0))


def test_rows_of_other_levels_and_declared_nothing_are_left_out() -> None:
    assert "7.1" not in blank_keys(leaf())
    assert blank_keys(leaf("district"), leaf()).get("7.1") == (1, 1)
    assert blank_keys(leaf(held=False), leaf(held=False)) == {}
    assert blank_keys() == {}


# --- what is said --------------------------------------------------------------------------------------------------


def test_it_fits_into_eighty_columns(campaign: Campaign) -> None:
    send_all_kinds(campaign)
    for lang in ("vi", "en"):
        lines = run(campaign, "--now", "2024-10-12", "--lang", lang).stdout.splitlines()
        assert len(lines) > 30
        assert [line for line in lines if columns_of(line) > 79] == []


def test_long_lists_are_cut_and_say_so(campaign: Campaign) -> None:
    """22 wards and departments stand directly under the district."""
    text = run(campaign).stdout
    block = text.split("\n\n")[2]
    assert block.startswith("Quận 7 (778)")
    assert sum(line.startswith("  - ") for line in block.splitlines()) == MAX_UNITS
    assert "11 đơn vị khác" in block
    assert "--json" in text
    assert sum(unit["status"] == "missing" for unit in document(campaign)["units"]) == 51


def test_marks_take_no_column() -> None:
    assert columns_of("Tr\u01b0\u01a1\u0300ng") == columns_of("Tru\u031bo\u031b\u0300ng") == 6
    assert columns_of("学校") == 4
    assert padded("Tru\u031bo\u031b\u0300ng", 8) == "Tru\u031bo\u031b\u0300ng  "
    assert padded("ab", 4, right=True) == "  ab"


# --- reminders -----------------------------------------------------------------------------------------------------


def texts(campaign: Campaign) -> dict[str, str]:
    folder = campaign.folder / "ket_qua" / "nhac_nop"
    return {path.name: path.read_bytes().decode("utf-8") for path in folder.glob("*.txt")}


def book_lines(campaign: Campaign, name: str = "nhac-nop.xlsx") -> Iterator[dict[str, openpyxl.cell.Cell]]:
    """Cells of every line by their headers."""
    sheet = openpyxl.load_workbook(campaign.folder / "ket_qua" / name).active
    rows = sheet.iter_rows()
    heads = next(row for row in rows if row[0].value == "Nơi nhắc")
    for row in rows:
        yield {str(head.value): cell for head, cell in zip(heads, row, strict=True)}


def test_one_text_per_parent_with_something_to_ask(campaign: Campaign) -> None:
    send_all_kinds(campaign)
    found = document(campaign, "--reminders", "--now", "2024-10-12")
    expected = {parent["code"] for parent in found["parents"] if parent["missing"] + parent["refused"]}
    written = texts(campaign)
    assert {name.partition("-")[0] for name in written} == expected
    assert found["outputs"][0] == "ket_qua/nhac-nop.xlsx"
    assert sorted(found["outputs"][1:]) == sorted(f"ket_qua/nhac_nop/{name}" for name in written)
    text = next(text for name, text in written.items() if name.startswith(f"{WARD}-"))
    assert text.startswith("\ufeff") and text.count("\n") == text.count("\r\n")
    assert SCHOOLS[0] not in text and SCHOOLS[1] in text and SCHOOLS[2] in text
    assert f"{SCHOOLS[1]}.xlsx: 1 lỗi" in text and "Ô D" in text
    assert "11/10/2024" in text and "quá hạn" in text
    assert "còn thiếu biểu Excel" in text
    assert "quan-7@mau.example" in text


def test_senders_hear_nothing_of_our_folders(campaign: Campaign) -> None:
    send_all_kinds(campaign)
    document(campaign, "--reminders")
    for text in texts(campaign).values():
        assert "nhan_ve" not in text and "decisions.csv" not in text
        assert "Quận 7 (mã 778)" not in text, "the office does not write to itself"


def test_the_list_has_a_line_per_unit(campaign: Campaign) -> None:
    send_all_kinds(campaign)
    found = document(campaign, "--reminders", "--received", "2024-10-20")
    wanted = [unit["code"] for unit in found["units"] if unit["status"] in ("missing", "refused") or unit["late"]]
    lines = {line["Mã đơn vị"].value: line for line in book_lines(campaign)}
    assert sorted(lines) == sorted(wanted)
    assert lines[SCHOOLS[1]]["Số lỗi"].value == 1
    assert lines[SCHOOLS[1]]["E-mail"].value == "th-dieu-giay@mau.example"
    assert lines[SCHOOLS[0]]["Tình trạng"].value == "nộp muộn" and not lines[SCHOOLS[0]]["Lời nhắc"].value
    assert "Kính gửi" in lines[SCHOOLS[2]]["Lời nhắc"].value


@pytest.mark.parametrize("name", ["=1+1", "+84", "-1", "@SUM(A1)", "http://vi-du.example"])
def test_no_name_becomes_a_formula(campaign: Campaign, name: str) -> None:
    path = campaign.folder / "units.csv"
    lines = path.read_text(encoding="utf-8").replace("Trường Mầm non Mưa Lụa (mẫu)", name)
    path.write_text(lines.replace("mn-mua-lua@mau.example", name), encoding="utf-8")
    document(campaign, "--reminders")
    line = next(line for line in book_lines(campaign) if line["Mã đơn vị"].value == SCHOOLS[0])
    assert {cell.data_type for cell in line.values() if cell.value is not None} == {"s"}
    assert line["Tên đơn vị"].value == line["E-mail"].value == name
    assert line["Tên đơn vị"].hyperlink is None


def snapshot(campaign: Campaign) -> dict[Path, tuple[bytes, int]]:
    folder = campaign.folder / "ket_qua"
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def test_again_nothing_happens(campaign: Campaign) -> None:
    send_all_kinds(campaign)
    first = document(campaign, "--reminders")
    before = snapshot(campaign)
    assert document(campaign, "--reminders") == first
    assert snapshot(campaign) == before


def test_bytes_depend_on_nothing_but_the_standing(campaign: Campaign, tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    codes = ["2746901", "2746903", *SCHOOLS]
    random.Random(seed).shuffle(codes)
    other = init_sample(tmp_path / "other", "quan-7-2024")
    (other.folder / "campaign.key").write_bytes((campaign.folder / "campaign.key").read_bytes())
    other = load_campaign(other.folder)
    kept = {code: send(campaign, code, PAIR).read_bytes() for code in sorted(codes)}
    for code in codes:
        (other.folder / "nhan_ve" / f"{code}.xlsx").write_bytes(kept[code])
    for one in (campaign, other):
        document(one, "--reminders", "--now", "2024-10-12")
    results = [
        {path.relative_to(one.folder): path.read_bytes() for path in (one.folder / "ket_qua").rglob("*.*")}
        for one in (campaign, other)
    ]
    assert results[0] == results[1] and len(results[0]) > 2


def test_earlier_reminders_are_kept(campaign: Campaign) -> None:
    """What changed and what is no longer needed goes to `cu/001`; the earlier list gets a number."""
    document(campaign, "--reminders")
    before = texts(campaign)
    name = next(name for name in before if name.startswith(f"{OTHER_WARD}-"))
    for code in ("2746901", "2746903", "2746904"):
        send(campaign, code, {**PAIR, ("1.07", "people"): 60 + int(code[-1])})
    send(campaign, SCHOOLS[0], PAIR)
    document(campaign, "--reminders")
    after = texts(campaign)
    old = {path.name: path.read_bytes().decode() for path in (campaign.folder / "ket_qua/nhac_nop/cu/001").iterdir()}
    assert name not in after
    changed = next(name for name in before if name.startswith(f"{WARD}-"))
    assert old == {name: before[name], changed: before[changed]}
    assert len(list(book_lines(campaign, "nhac-nop-2.xlsx"))) == 51
    assert len(list(book_lines(campaign))) == 47


def test_what_staff_put_there_is_not_lost(campaign: Campaign) -> None:
    folder = campaign.folder / "ket_qua"
    (folder / "nhac_nop").mkdir(parents=True)
    (folder / "nhac-nop.xlsx").write_bytes(b"mine")
    (folder / "nhac_nop" / "ghi-chu.txt").write_bytes(b"mine too")
    done = run(campaign, "--reminders")
    assert done.exit_code == 0, done.stderr
    assert (folder / "nhac-nop-2.xlsx").read_bytes() == b"mine"
    assert (folder / "nhac_nop" / "ghi-chu.txt").read_bytes() == b"mine too"


def test_reminders_are_no_input(campaign: Campaign) -> None:
    """They lie among the results; the next run does not read them."""
    send(campaign, SCHOOLS[0], PAIR)
    first = document(campaign, "--reminders")
    assert document(campaign)["files"] == first["files"]


def test_only_reminders_are_written(campaign: Campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    before = {path for path in campaign.folder.rglob("*") if path.is_file()}
    assert document(campaign)["outputs"] == []
    written = {path for path in campaign.folder.rglob("*") if path.is_file()} - before
    assert {path.name for path in written if ".aggregator" not in path.parts} == {RECEIPTS_FILE}
