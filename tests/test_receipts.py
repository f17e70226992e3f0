"""The receipt book: what staff wrote stays, what is new is added, a day is a day in Vietnam."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from aggregator.campaign import Campaign
from aggregator.faults import BadDocument
from aggregator.receipts import (
    RECEIPTS_FILE,
    Receipt,
    Receipts,
    dump_longer,
    dump_receipts,
    load_receipts,
    merged,
    read_receipts,
    vietnam_day,
)
from aggregator.steps import receipts as steps
from aggregator.steps.issue import init_sample
from aggregator.submission import Examination

HEADER = "sha256,file,first_seen,received,by\n"
A, B, C = "a" * 64, "b" * 64, "c" * 64
DAY, LATER = date(2024, 10, 5), date(2024, 10, 12)


def loaded(data: bytes) -> Receipts:
    return read_receipts(data.decode("utf-8-sig"), RECEIPTS_FILE)


# --- the file ------------------------------------------------------------------------------------------------------


def test_no_file_is_an_empty_book(tmp_path: Path) -> None:
    assert load_receipts(tmp_path) == Receipts()


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n", HEADER, "\ufeff" + HEADER])
def test_an_empty_file_is_an_empty_book(tmp_path: Path, text: str) -> None:
    (tmp_path / RECEIPTS_FILE).write_text(text, encoding="utf-8")
    assert load_receipts(tmp_path) == Receipts()


STAFF = {
    "semicolons": f"sha256;file;first_seen;received;by\n{A};a.xlsx;2024-10-05;;\n",
    "another order, a column of theirs": f"by,received,Ghi chú,sha256,first_seen,file\nHoa,,qua bưu điện,{A},,a.xlsx",
    "blanks and an empty line": f"sha256, file ,first_seen,received,by\n{A.upper()} ,a  b.xlsx, ,2024-10-05,\n\n",
}


@pytest.mark.parametrize("text", STAFF.values(), ids=STAFF)
def test_new_lines_go_behind_those_of_staff_which_stay_as_they_are(text: str) -> None:
    known = loaded(text.encode())
    book = merged(known, [(A, "a.xlsx"), (B, 'x;y, "z".xlsx'), (C, "=c.xlsx")], LATER, None)
    data = dump_longer(book, known)
    assert data.decode("utf-8-sig").startswith(text)
    assert loaded(data).lines[:1] == known.lines
    assert [line[:-1] for line in loaded(data).lines] == [line[:-1] for line in book.lines]


ANEW = {
    "a column is not there": f"sha256,file\n{A},a.xlsx\n",
    "a column is there twice": f"sha256,file,first_seen,received,by,by\n{A},a.xlsx,,,,x\n",
    "an open quote": f'sha256,file,first_seen,received,by\n{A},a.xlsx,,,"Hoa\n',
    "nothing": "",
}


@pytest.mark.parametrize("text", ANEW.values(), ids=ANEW)
def test_where_lines_cannot_go_behind_the_book_is_written_anew(text: str) -> None:
    known = loaded(text.encode())
    book = merged(known, [(B, "b.xlsx")], LATER, None)
    assert dump_longer(book, known) == dump_receipts(book)
    assert loaded(dump_longer(book, known)).days[B] == LATER


def test_a_day_that_is_filled_in_is_written() -> None:
    known = loaded(f"{HEADER}{A},a.xlsx,,,\n".encode())
    book = merged(known, [(A, "a.xlsx")], None, DAY)
    assert loaded(dump_longer(book, known)) == book
    assert book.days == {A: DAY}


def test_it_reads_what_it_writes() -> None:
    book = Receipts(
        (
            Receipt(A, "nhan_ve/Trường Sao Biển.xlsx", DAY, None, ""),
            Receipt(B, 'nhan_ve/a, "b".zip!/c.xlsx', None, LATER, "Chị Hoa", (("Ghi chú", "qua bưu điện"),)),
            Receipt(C, "", None, None, "", (("Ghi chú", ""),)),
        )
    )
    data = dump_receipts(book)
    assert data.startswith(b"\xef\xbb\xbfsha256,file,first_seen,received,by,Ghi ch")
    assert loaded(data).lines[1:] == book.lines[1:]
    assert dump_receipts(loaded(data)) == data


def test_excel_would_write_semicolons_and_capitals() -> None:
    text = "\ufeff" + HEADER.replace(",", ";") + f"{A.upper()};x.xlsx;;2024-10-05;Hoa\n"
    assert loaded(text.encode()).days == {A: DAY}


def test_staff_may_keep_the_key_and_a_day_only() -> None:
    assert read_receipts(f"received,sha256\n2024-10-05,{A}\n", RECEIPTS_FILE).days == {A: DAY}


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0.xlsx", "+1.xlsx", "-1.xlsx", "@SUM(A1).xlsx"])
def test_no_file_name_runs_in_excel(name: str) -> None:
    book = merged(Receipts(), [(A, name)], DAY, None)
    data = dump_receipts(book)
    cells = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))[1]
    assert cells[1] == f"'{name}"
    assert loaded(data) == book
    assert dump_receipts(merged(loaded(data), [(A, name)], LATER, None)) == data


def test_all_faults_in_one_pass() -> None:
    text = HEADER + f"{A},x,05/10/2024,,\nxyz,y,,2024-13-01,\n\n{A.upper()},z,,,\n{B},ok,2024-10-05,,\n"
    with pytest.raises(BadDocument) as caught:
        read_receipts(text, RECEIPTS_FILE)
    faults = [(fault.file, fault.place, fault.found) for fault in caught.value.faults]
    assert faults == [
        (RECEIPTS_FILE, "dòng 2, cột first_seen", "05/10/2024"),
        (RECEIPTS_FILE, "dòng 3, cột sha256", "xyz"),
        (RECEIPTS_FILE, "dòng 3, cột received", "2024-13-01"),
        (RECEIPTS_FILE, "dòng 5, cột sha256", A.upper()),
    ]
    assert "dòng 2" in caught.value.faults[3].expected


def test_a_book_without_its_key_column_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / RECEIPTS_FILE).write_text("file,received\nx,2024-10-05\n", encoding="utf-8")
    with pytest.raises(BadDocument):
        load_receipts(tmp_path)


def test_a_book_saved_in_an_old_code_page_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / RECEIPTS_FILE).write_bytes(HEADER.encode() + f"{A},Tr".encode() + b"\xfd\xf2ng,,,\n")
    with pytest.raises(BadDocument):
        load_receipts(tmp_path)


# --- new files -----------------------------------------------------------------------------------------------------


def test_new_files_come_behind_in_order_of_their_paths() -> None:
    book = Receipts((Receipt(C, "c", None, LATER, "Hoa"), Receipt(A, "a", DAY, None, "")))
    grown = merged(book, [("e" * 64, "z"), (C, "moved"), (B, "b"), ("e" * 64, "d")], LATER, None)
    assert grown.lines[:2] == book.lines
    assert [(line.sha256[0], line.file, line.first_seen, line.received) for line in grown.lines[2:]] == [
        ("b", "b", LATER, None),
        ("e", "d", LATER, None),
    ]


def test_files_that_are_gone_stay() -> None:
    book = Receipts((Receipt(A, "a", DAY, None, ""),))
    assert merged(book, [], LATER, LATER) == book


def test_given_day_fills_only_what_has_none() -> None:
    book = Receipts(
        (Receipt(A, "a", DAY, None, ""), Receipt(B, "b", None, None, ""), Receipt(C, "gone", None, None, ""))
    )
    grown = merged(book, [(A, "a"), (B, "b"), ("d" * 64, "d")], None, LATER)
    assert grown.days == {A: DAY, B: LATER, "d" * 64: LATER}
    assert grown.lines[3].by != ""


def test_what_staff_wrote_goes_before_first_sight() -> None:
    assert Receipt(A, "a", LATER, DAY, "Hoa").day == DAY
    assert Receipts((Receipt(A, "a", LATER, None, ""), Receipt(B, "b", None, None, ""))).days == {A: LATER}


# --- the day -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2024, 10, 11, 16, 59, 59, tzinfo=UTC), date(2024, 10, 11)),
        (datetime(2024, 10, 11, 17, 0, 0, tzinfo=UTC), date(2024, 10, 12)),
    ],
)
def test_a_day_ends_at_midnight_in_vietnam(moment: datetime, day: date) -> None:
    assert vietnam_day(moment) == day


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return init_sample(tmp_path / "dot", "quan-7-2024")


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Set the clock."""
    return lambda day: monkeypatch.setattr(steps, "today", lambda: day)


SENT = (Examination("nhan_ve/b.xlsx", B, 1), Examination("nhan_ve/a.pdf", A, 1), Examination("nhan_ve/~$b", None, None))


def test_first_sight_is_written_once(campaign: Campaign, on: Callable[[date], None]) -> None:
    on(LATER)
    assert steps.note_receipts(campaign, SENT, None).days == {A: LATER, B: LATER}
    path = campaign.folder / RECEIPTS_FILE
    before = path.read_bytes()
    on(date(2024, 10, 20))
    assert steps.note_receipts(campaign, SENT, None).days == {A: LATER, B: LATER}
    assert path.read_bytes() == before


def test_a_book_that_did_not_grow_is_left_as_staff_saved_it(campaign: Campaign, on: Callable[[date], None]) -> None:
    on(LATER)
    path = campaign.folder / RECEIPTS_FILE
    saved = f"by;received;sha256\r\nHoa;2024-10-05;{B}\r\n;2024-10-06;{A}\r\n".encode()
    path.write_bytes(saved)
    steps.note_receipts(campaign, SENT, None)
    assert path.read_bytes() == saved


def test_own_results_are_not_received(campaign: Campaign, on: Callable[[date], None]) -> None:
    on(LATER)
    own = Examination("nhan_ve/tong-hop.xlsx", A, 1, kind="consolidated", unit=campaign.root)
    below = Examination("nhan_ve/phuong.xlsx", B, 1, kind="consolidated", unit=campaign.register.units[1])
    assert steps.note_receipts(campaign, (own, below), None).days == {B: LATER}


@pytest.mark.parametrize(("day", "known"), [(date(2024, 12, 10), True), (date(2024, 12, 11), False)])
def test_first_sight_of_an_old_campaign_says_nothing(
    campaign: Campaign, on: Callable[[date], None], day: date, known: bool
) -> None:
    """Its last deadline is 11 October 2024; sixty days later is 10 December."""
    on(day)
    book = steps.note_receipts(campaign, SENT, None)
    assert len(book.lines) == 2
    assert book.days == ({A: day, B: day} if known else {})
    assert steps.note_receipts(campaign, SENT, DAY).days == ({A: day, B: day} if known else {A: DAY, B: DAY})
