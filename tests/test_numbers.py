"""Numbers as staff type them: the shared table, a longer one of our own, cells of every kind, and two laws:
no text makes the reader fail, and no certain reading is off by a factor of 1,000."""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator import numbers
from aggregator.number_words import LARGEST, LONGEST_ENTRY
from aggregator.numbers import Measure, Reading, read_cell, read_text
from aggregator.reading.book import Cell, RawSheet

MEASURES: tuple[Measure, ...] = ("count", "people", "money")
EMPTY = RawSheet("Số liệu")
REFUSALS = {
    "value-ambiguous", "value-not-a-number", "value-fraction", "value-negative", "value-date", "value-error-cell",
    "value-not-calculated", "value-too-large",
}  # fmt: skip


def _shared_cases() -> list[tuple[str, Measure, str]]:
    path = Path(__file__).parent / "data" / "number_entries.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    both: tuple[Measure, ...] = ("count", "people")
    return [
        (row["entry"], measure, row["expected"])
        for row in rows
        for measure in (both if row["cell_kind"] == "either" else MEASURES)
        if row["cell_kind"] in ("either", measure)
    ]


def _native(entry: str) -> Cell | None:
    """`num:12.0` and the like as the cell a workbook would hold."""
    kind, _, text = entry.partition(":")
    cells = {
        "num": Cell("number", text),
        "date": Cell("date", text),
        "time": Cell("number", "0.520833333333333", format="h:mm"),
        "err": Cell("error", text),
        "formula": Cell("number", "20", formula="12+8"),
    }
    return cells.get(kind)


@pytest.mark.parametrize(("entry", "measure", "expected"), _shared_cases())
def test_shared_table(entry: str, measure: Measure, expected: str) -> None:
    cell = _native(entry) or Cell("text", entry)
    reading = read_cell(cell, measure, EMPTY)
    if expected == "ambiguous":
        asked = ("value-date",) if entry.startswith("date:") else ("value-ambiguous",)
        assert reading.value is None and reading.code in asked
    elif expected == "invalid":
        assert reading.value is None and reading.code in REFUSALS - {"value-ambiguous"}
    else:
        assert (0 if reading.blank else reading.value) == int(expected)
    if cell.kind == "text":
        assert reading == read_text(entry, measure)


@pytest.mark.parametrize(
    ("entry", "measure", "likely"),
    [
        ("12/350", "people", 350), ("250/6", "count", 6), ("12+8", "count", 20), ("20 tin, 5 bài", "count", 25),
        ("23x40", "people", 920), ("1,5", "money", 1_500_000), ("15", "money", 15_000_000), ("500", "money", 500_000),
        ("1.500 triệu", "money", 1_500_000_000), ("1.500 triệu", "money", 1_500_000), ("1 500", "count", 1500),
        ("15.00", "money", 15_000_000),
    ],
)  # fmt: skip
def test_question_names_the_likely_reading(entry: str, measure: Measure, likely: int) -> None:
    reading = read_text(entry, measure)
    assert reading.code == "value-ambiguous"
    assert likely in reading.suggestions


# Our own table: every row was looked at by a person before it was written here
READ: list[tuple[Measure, str, int, str]] = [
    ("count", "0 lớp", 0, "unit-word"),
    ("count", "00", 0, "text"),
    ("count", "007", 7, "text"),
    ("count", "12 lớp.", 12, "unit-word"),
    ("count", "12 lớp học", 12, "unit-word"),
    ("count", "15 buổi", 15, "unit-word"),
    ("count", "3 hội thảo", 3, "unit-word"),
    ("count", "1 kế hoạch", 1, "unit-word"),
    ("count", "2 cái", 2, "unit-word"),
    ("count", "5 tập thể", 5, "unit-word"),
    ("count", "4 đơn vị", 4, "unit-word"),
    ("count", "1 trung tâm", 1, "unit-word"),
    ("count", "12 tin, bài", 12, "unit-word"),
    ("count", "12 tin bài", 12, "unit-word"),
    ("count", "12 tin và bài", 12, "unit-word"),
    ("count", "1.200 tờ rơi", 1200, "unit-word"),
    ("count", "12 lop hoc", 12, "unit-word"),
    ("count", "12 Lớp Học", 12, "unit-word"),
    ("count", "12 lơp", 12, "unit-word"),
    ("count", "12 bai", 12, "unit-word"),
    ("count", "3 to", 3, "unit-word"),
    ("count", "không lớp nào", 0, "nil-word"),
    ("count", "không có lớp nào", 0, "nil-word"),
    ("count", "khong", 0, "nil-word"),
    ("count", "Khong co", 0, "nil-word"),
    ("count", "0", 0, "text"),
    ("count", "--", 0, "nil-word"),
    ("count", "---", 0, "nil-word"),
    ("count", "- -", 0, "nil-word"),
    ("count", "−", 0, "nil-word"),
    ("count", "‒", 0, "nil-word"),
    ("count", "2 nghìn lớp", 2000, "scale-word"),
    ("count", "2k tờ", 2000, "scale-word"),
    ("count", "1,5 nghìn tờ", 1500, "scale-word"),
    ("count", "12 lớp, 350 người", 12, "units"),
    ("count", "12 lớp 350 người", 12, "units"),
    ("count", "12 lớp (350 người)", 12, "units"),
    ("count", "12 lớp - 350 người", 12, "units"),
    ("count", "12 lớp và 350 người", 12, "units"),
    ("count", "350 người/12 lớp", 12, "units"),
    ("count", "１２", 12, "text"),
    ("count", "１２ lớp", 12, "unit-word"),
    ("count", "1２", 12, "text"),
    ("count", "１.５００", 1500, "grouped"),
    ("count", "1e2", 100, "exponent"),
    ("count", "1E+02", 100, "exponent"),
    ("count", "1.5E3", 1500, "exponent"),
    ("count", "43999", 43999, "text"),
    ("count", "47501", 47501, "text"),
    ("count", "45.000", 45000, "grouped"),
    ("count", "45000 lớp", 45000, "unit-word"),
    ("count", "''12", 12, "text"),
    ("count", "’12", 12, "text"),
    ("count", "12\n", 12, "text"),
    ("count", "15 000 000", 15_000_000, "grouped"),
    ("count", "1\u200b500", 1500, "text"),
    ("count", "12 lớp\u200b", 12, "unit-word"),
    ("count", "12,345", 12345, "grouped"),
    ("count", "1.234.567", 1_234_567, "grouped"),
    ("count", "999999999999999", 999_999_999_999_999, "text"),
    ("count", "12 (mười hai)", 12, "text"),
    ("count", "12 lớp (mười hai lớp)", 12, "unit-word"),
    ("count", "12.", 12, "text"),
    ("count", "12./.", 12, "text"),
    ("count", "2 lop 30 hs", 2, "units"),
    ("count", "12 lớp\n350 người", 12, "units"),
    ("people", "350 học sinh", 350, "unit-word"),
    ("people", "350 hoc sinh", 350, "unit-word"),
    ("people", "350 hs.", 350, "unit-word"),
    ("people", "350 lượt người", 350, "unit-word"),
    ("people", "350 lượt học sinh", 350, "unit-word"),
    ("people", "350 cán bộ giáo viên", 350, "unit-word"),
    ("people", "350 cán bộ, giáo viên, học sinh", 350, "unit-word"),
    ("people", "350 hs và gv", 350, "unit-word"),
    ("people", "350 nguời", 350, "unit-word"),
    ("people", "350 ngưòi", 350, "unit-word"),
    ("people", "350 người tham gia", 350, "unit-word"),
    ("people", "350 người dân", 350, "unit-word"),
    ("people", "350 em", 350, "unit-word"),
    ("people", "2 nghìn người", 2000, "scale-word"),
    ("people", "2,5 nghìn người", 2500, "scale-word"),
    ("people", "1 nghìn 200 người", 1200, "scale-word"),
    ("people", "1k2 người", 1200, "scale-word"),
    ("people", "5.511 học sinh/147 lớp", 5511, "units"),
    ("people", "12.000", 12000, "grouped"),
    ("people", "12,000", 12000, "grouped"),
    ("people", "40.000 người", 40000, "unit-word"),
    ("people", "45000 người", 45000, "unit-word"),
    ("people", "15 000 000", 15_000_000, "grouped"),
    ("people", "không người", 0, "nil-word"),
    ("people", "35 người (ba mươi lăm người)", 35, "unit-word"),
    ("people", "200 học sinh/5 lớp", 200, "units"),
    ("people", "12 lớp\n350 người", 350, "units"),
    ("people", "2k hs", 2000, "scale-word"),
    ("money", "15.000.000đ", 15_000_000, "unit-word"),
    ("money", "15.000.000 đ", 15_000_000, "unit-word"),
    ("money", "15.000.000 Đ", 15_000_000, "unit-word"),
    ("money", "15.000.000 VNĐ", 15_000_000, "unit-word"),
    ("money", "15.000.000 vnđ.", 15_000_000, "unit-word"),
    ("money", "VND 15.000.000", 15_000_000, "unit-word"),
    ("money", "₫15.000.000", 15_000_000, "unit-word"),
    ("money", "15.000.000 đồng chẵn", 15_000_000, "unit-word"),
    ("money", "15.000.000 đồng./.", 15_000_000, "unit-word"),
    ("money", "15.000.000 đồng việt nam", 15_000_000, "unit-word"),
    ("money", "15 triệu", 15_000_000, "scale-word"),
    ("money", "15 triệu đồng", 15_000_000, "scale-word"),
    ("money", "15triệu", 15_000_000, "scale-word"),
    ("money", "15tr", 15_000_000, "scale-word"),
    ("money", "15 trđ", 15_000_000, "scale-word"),
    ("money", "15 tr.đ", 15_000_000, "scale-word"),
    ("money", "15 tr. đồng", 15_000_000, "scale-word"),
    ("money", "15 ngđ", 15000, "scale-word"),
    ("money", "15.5 triệu", 15_500_000, "scale-word"),
    ("money", "15,5tr", 15_500_000, "scale-word"),
    ("money", "15,55 triệu", 15_550_000, "scale-word"),
    ("money", "15000 nghìn", 15_000_000, "scale-word"),
    ("money", "15000k", 15_000_000, "scale-word"),
    ("money", "1500 triệu", 1_500_000_000, "scale-word"),
    ("money", "999999 nghìn", 999_999_000, "scale-word"),
    ("money", "0,5 triệu", 500_000, "scale-word"),
    ("money", "0.5 tỷ", 500_000_000, "scale-word"),
    ("money", "1 triệu rưỡi", 1_500_000, "scale-word"),
    ("money", "1 trieu ruoi", 1_500_000, "scale-word"),
    ("money", "1tr500", 1_500_000, "scale-word"),
    ("money", "2tỷ5", 2_500_000_000, "scale-word"),
    ("money", "2 tỷ 500", 2_500_000_000, "scale-word"),
    ("money", "2 tỷ 500 triệu", 2_500_000_000, "scale-word"),
    ("money", "2 tỉ 500 trieu 300 nghin", 2_500_300_000, "scale-word"),
    ("money", "15 triệu 500.000", 15_500_000, "scale-word"),
    ("money", "15 triệu 500.000 đồng", 15_500_000, "scale-word"),
    ("money", "1 tỷ 500.000.000", 1_500_000_000, "scale-word"),
    ("money", "5k5", 5500, "scale-word"),
    ("money", "5k500", 5500, "scale-word"),
    ("money", "500 nghìn đồng", 500_000, "scale-word"),
    ("money", "500 ngàn", 500_000, "scale-word"),
    ("money", "500 ngan", 500_000, "scale-word"),
    ("money", "500 nghin", 500_000, "scale-word"),
    ("money", "1000", 1000, "text"),
    ("money", "1.000", 1000, "grouped"),
    ("money", "1.001 đồng", 1001, "unit-word"),
    ("money", "99.999", 99999, "grouped"),
    ("money", "0 đồng", 0, "unit-word"),
    ("money", "0đ", 0, "unit-word"),
    ("money", "0 triệu", 0, "scale-word"),
    ("money", "0,0", 0, "decimal"),
    ("money", "không có kinh phí", 0, "nil-word"),
    ("money", "không đồng", 0, "nil-word"),
    ("money", "ko đồng", 0, "nil-word"),
    ("money", "15.000.000,00đ", 15_000_000, "unit-word"),
    ("money", "15,000,000.00", 15_000_000, "grouped"),
    ("money", "15.000.000.", 15_000_000, "grouped"),
    ("money", "15 000 000 đồng", 15_000_000, "unit-word"),
    ("money", "150000000", 150_000_000, "text"),
    ("money", "15.000.000 đồng (Mười lăm triệu)", 15_000_000, "unit-word"),
    ("money", "15.000.000 (Bằng chữ: mười lăm triệu đồng)", 15_000_000, "grouped"),
    ("money", "1.5E7", 15_000_000, "exponent"),
    ("money", "15E6", 15_000_000, "exponent"),
    ("money", "45000", 45000, "text"),
    ("money", "999.999.999.999", 999_999_999_999, "grouped"),
    ("money", "15 000\u00a0000", 15_000_000, "grouped"),
    ("money", "15\u202f000\u202f000", 15_000_000, "grouped"),
    ("money", "1tr5k", 1_005_000, "scale-word"),
    ("money", "1tr5 đồng", 1_500_000, "scale-word"),
    ("money", "15 triệu chẵn", 15_000_000, "scale-word"),
    ("money", "1.050.000 đồng (Một triệu không trăm năm mươi nghìn đồng chẵn)", 1_050_000, "unit-word"),
    ("money", "15tr500k", 15_500_000, "scale-word"),
    ("money", "12 350 000 vnd", 12_350_000, "unit-word"),
    ("money", "5 triệu rưỡi", 5_500_000, "scale-word"),
    ("money", "1 tỷ rưỡi", 1_500_000_000, "scale-word"),
]

ASKED: list[tuple[Measure, str, str, str, tuple[int, ...]]] = [
    ("count", "0012", "value-ambiguous", "text", (12,)),
    ("count", "12/", "value-not-a-number", "words", ()),
    ("count", "/12", "value-not-a-number", "words", ()),
    ("count", "12//3", "value-ambiguous", "several-numbers", ()),
    ("count", "12\\3", "value-ambiguous", "several-numbers", ()),
    ("count", "hai lớp", "value-ambiguous", "in-words", (2,)),
    ("count", "mười hai lớp", "value-ambiguous", "in-words", (12,)),
    ("count", "hai mươi lăm", "value-ambiguous", "in-words", (25,)),
    ("count", "một trăm linh năm", "value-ambiguous", "in-words", (105,)),
    ("count", "năm", "value-ambiguous", "in-words", (5,)),
    ("count", "ba", "value-ambiguous", "in-words", (3,)),
    ("count", "LỚP 12", "value-not-a-number", "words", ()),
    ("count", "lớp: 12", "value-not-a-number", "words", ()),
    ("count", "12 bãi", "value-not-a-number", "words", ()),
    ("count", "3 tổ", "value-not-a-number", "words", ()),
    ("count", "hk", "value-not-a-number", "words", ()),
    ("count", "O", "value-ambiguous", "tick", ()),
    ("count", "o", "value-ambiguous", "tick", ()),
    ("count", "v", "value-ambiguous", "tick", ()),
    ("count", "có", "value-ambiguous", "tick", ()),
    ("count", "đã có", "value-not-a-number", "words", ()),
    ("count", "?", "value-ambiguous", "tick", ()),
    ("count", "...", "value-ambiguous", "tick", ()),
    ("count", "…", "value-ambiguous", "tick", ()),
    ("count", "..", "value-ambiguous", "tick", ()),
    ("count", "12 người", "value-ambiguous", "other-measure", (12,)),
    ("count", "12 hs", "value-ambiguous", "other-measure", (12,)),
    ("count", "15.000 đồng", "value-ambiguous", "other-measure", ()),
    ("count", "5tr", "value-ambiguous", "scale-word", (5000000,)),
    ("count", "2k", "value-ambiguous", "scale-word", (2000,)),
    ("count", "2 nghìn", "value-ambiguous", "scale-word", (2000,)),
    ("count", "1.500 nghìn tờ", "value-ambiguous", "scale-word", (1500000, 1500)),
    ("count", "2 trăm", "value-ambiguous", "approximate", ()),
    ("count", "2 trăm tờ", "value-ambiguous", "approximate", ()),
    ("count", "3 chục", "value-ambiguous", "approximate", ()),
    ("count", "1 tá", "value-ambiguous", "approximate", ()),
    ("count", "12 lớp/trường", "value-not-a-number", "words", ()),
    ("count", "12 lớp / tháng", "value-not-a-number", "words", ()),
    ("count", "12 lớp; 3 cuộc", "value-ambiguous", "several-parts", (15,)),
    ("count", "12 lớp/3 cuộc", "value-ambiguous", "several-parts", ()),
    ("count", "10 lớp x 2", "value-ambiguous", "calculation", (20,)),
    ("count", "12 + 8", "value-ambiguous", "calculation", (20,)),
    ("count", "12+8+5", "value-ambiguous", "calculation", (25,)),
    ("count", "12-8+3", "value-ambiguous", "calculation", (7,)),
    ("count", "3*4", "value-ambiguous", "calculation", (12,)),
    ("count", "3×4", "value-ambiguous", "calculation", (12,)),
    ("count", "2(3+4)", "value-ambiguous", "calculation", ()),
    ("count", "12+", "value-ambiguous", "calculation", ()),
    ("count", "+12", "value-ambiguous", "formula-as-text", (12,)),
    ("count", "=12+8", "value-ambiguous", "formula-as-text", (20,)),
    ("count", "=12", "value-ambiguous", "formula-as-text", (12,)),
    ("count", "=SUM(1,2)", "value-not-a-number", "formula-as-text", ()),
    ("count", "@12", "value-ambiguous", "formula-as-text", (12,)),
    ("count", "=D5+1", "value-not-a-number", "formula-as-text", ()),
    ("count", "=1.500+1", "value-ambiguous", "formula-as-text", (1501,)),
    ("count", "=", "value-not-a-number", "formula-as-text", ()),
    ("count", "+", "value-not-a-number", "formula-as-text", ()),
    ("count", "＝１２", "value-ambiguous", "formula-as-text", (12,)),
    ("count", "١٢", "value-not-a-number", "words", ()),
    ("count", "12²", "value-not-a-number", "words", ()),
    ("count", "½", "value-not-a-number", "words", ()),
    ("count", "①", "value-not-a-number", "words", ()),
    ("count", "Ⅻ", "value-not-a-number", "words", ()),
    ("count", "1.500E3", "value-ambiguous", "several-numbers", ()),
    ("count", "1,5E3", "value-ambiguous", "several-numbers", ()),
    ("count", "1e99", "value-too-large", "too-large", ()),
    ("count", "0x10", "value-ambiguous", "calculation", (0,)),
    ("count", "1_000", "value-ambiguous", "several-numbers", ()),
    ("count", "NaN", "value-not-a-number", "words", ()),
    ("count", "Infinity", "value-not-a-number", "words", ()),
    ("count", "True", "value-not-a-number", "words", ()),
    ("count", "TRUE", "value-not-a-number", "words", ()),
    ("count", "#REF!", "value-not-a-number", "words", ()),
    ("count", "#N/A", "value-not-a-number", "words", ()),
    ("count", "12 #", "value-not-a-number", "words", ()),
    ("count", "12*", "value-ambiguous", "calculation", ()),
    ("count", "12 ?", "value-not-a-number", "words", ()),
    ("count", "12?", "value-not-a-number", "words", ()),
    ("count", "12 lớp?", "value-not-a-number", "words", ()),
    ("count", "12!", "value-not-a-number", "words", ()),
    ("count", "~12", "value-ambiguous", "approximate", (12,)),
    ("count", "≈ 12", "value-ambiguous", "approximate", (12,)),
    ("count", "±5", "value-ambiguous", "approximate", (5,)),
    ("count", "12 trở lên", "value-ambiguous", "approximate", (12,)),
    ("count", "ít nhất 12", "value-ambiguous", "approximate", (12,)),
    ("count", "hơn 12 lớp", "value-ambiguous", "approximate", (12,)),
    ("count", "vài lớp", "value-ambiguous", "approximate", ()),
    ("count", "từ 10 đến 12", "value-ambiguous", "range", (10, 12)),
    ("count", "10 đến 12", "value-ambiguous", "range", (10, 12)),
    ("count", "10 - 12 lớp", "value-ambiguous", "range", (10, 12)),
    ("count", "10–12", "value-ambiguous", "range", (10, 12)),
    ("count", "10->12", "value-ambiguous", "range", (10, 12)),
    ("count", "2/10/2021", "value-date", "date", ()),
    ("count", "2-10-2021", "value-date", "date", ()),
    ("count", "02.10.2021", "value-date", "date", ()),
    ("count", "2021-10-02", "value-date", "date", ()),
    ("count", "ngày 2/10", "value-date", "date", ()),
    ("count", "tháng 10", "value-date", "date", ()),
    ("count", "năm 2021", "value-date", "date", ()),
    ("count", "quý 3", "value-date", "date", ()),
    ("count", "10/2021", "value-ambiguous", "pair", (10, 2021)),
    ("count", "12:30", "value-date", "date", ()),
    ("count", "12h30", "value-date", "date", ()),
    ("count", "12h", "value-date", "date", ()),
    ("count", "7 giờ", "value-date", "date", ()),
    ("count", "7g30", "value-date", "date", ()),
    ("count", "50 %", "value-not-a-number", "percent", ()),
    ("count", "50 phần trăm", "value-not-a-number", "percent", ()),
    ("count", "tăng 50%", "value-ambiguous", "percent", ()),
    ("count", "%", "value-not-a-number", "percent", ()),
    ("count", "- 12", "value-negative", "negative", (12,)),
    ("count", "-12 lớp", "value-negative", "negative", (12,)),
    ("count", "(12)", "value-negative", "negative", (12,)),
    ("count", "(12 lớp)", "value-negative", "negative", (12,)),
    ("count", "-0", "value-negative", "negative", (0,)),
    ("count", "--5", "value-negative", "negative", (5,)),
    ("count", "12-", "value-not-a-number", "words", ()),
    ("count", "−3", "value-negative", "negative", (3,)),
    ("count", "- 3 lớp, 5 cuộc", "value-negative", "negative", ()),
    ("count", "45000", "value-date", "day-number", (15, 3)),
    ("count", "44000", "value-date", "day-number", (18, 6)),
    ("count", "47500", "value-date", "day-number", (17, 1)),
    ("count", "Töø 12", "value-not-a-number", "old-font", ()),
    ("count", "Khoâng", "value-not-a-number", "old-font", ()),
    ("count", "kh«ng", "value-not-a-number", "old-font", ()),
    ("count", "12 lôùp", "value-not-a-number", "old-font", ()),
    ("count", "đang cập nhật", "value-ambiguous", "not-yet", ()),
    ("count", "sẽ tổ chức", "value-ambiguous", "not-yet", ()),
    ("count", "dự kiến 12", "value-ambiguous", "not-yet", ()),
    ("count", "nt", "value-ambiguous", "not-yet", ()),
    ("count", "'", "value-not-a-number", "words", ()),
    ("count", "''", "value-not-a-number", "words", ()),
    ("count", '"12"', "value-not-a-number", "words", ()),
    ("count", "12\n350", "value-ambiguous", "several-numbers", ()),
    ("count", "12\t350", "value-ambiguous", "several-numbers", ()),
    ("count", "12  350", "value-ambiguous", "several-numbers", ()),
    ("count", "12\u00a0350", "value-ambiguous", "grouped", (12350, 12, 350)),
    ("count", "12\u2009350", "value-ambiguous", "grouped", (12350, 12, 350)),
    ("count", "1 2 3", "value-ambiguous", "several-numbers", ()),
    ("count", "1 000 0", "value-ambiguous", "several-numbers", ()),
    ("count", "01 500", "value-ambiguous", "several-numbers", ()),
    ("count", "1\u03362\u0336", "value-ambiguous", "several-numbers", ()),
    ("count", "\u202e21\u202c", "value-not-a-number", "words", ()),
    ("count", "12\u0000", "value-not-a-number", "words", ()),
    ("count", "12\ud800", "value-not-a-number", "words", ()),
    ("count", "1,2,3", "value-not-a-number", "grouping", ()),
    ("count", "1.2.3", "value-not-a-number", "grouping", ()),
    ("count", "12,34", "value-fraction", "fraction", ()),
    ("count", "12,3456", "value-not-a-number", "grouping", ()),
    ("count", "1.5", "value-fraction", "fraction", ()),
    ("count", "0.5", "value-fraction", "fraction", ()),
    ("count", "0,500", "value-ambiguous", "grouped", (500,)),
    ("count", "012.500", "value-ambiguous", "grouped", (12500,)),
    ("count", "1500.000", "value-ambiguous", "grouped", (1500000, 1500)),
    ("count", "1.500,000", "value-ambiguous", "grouped", (1500000, 1500)),
    ("count", "1,500.000", "value-ambiguous", "grouped", (1500000, 1500)),
    ("count", "1,500.5", "value-fraction", "fraction", ()),
    ("count", "1.500,5", "value-fraction", "fraction", ()),
    ("count", "1.500,50", "value-fraction", "fraction", ()),
    ("count", "1000000000000000", "value-too-large", "too-large", ()),
    ("count", "9999999999999999", "value-too-large", "too-large", ()),
    ("count", "12 (mười ba)", "value-ambiguous", "in-words", (12, 13)),
    ("count", "12 (trực tuyến)", "value-ambiguous", "in-words", (12,)),
    ("count", "không, 12", "value-not-a-number", "words", ()),
    ("count", "không 12", "value-not-a-number", "words", ()),
    ("count", "12 không", "value-not-a-number", "words", ()),
    ("count", "có 12 lớp", "value-not-a-number", "words", ()),
    ("count", "0 có", "value-not-a-number", "words", ()),
    ("count", "2 công ty", "value-not-a-number", "words", ()),
    ("count", "12 em", "value-ambiguous", "other-measure", (12,)),
    ("count", "12 cán bộ", "value-ambiguous", "other-measure", (12,)),
    ("count", "12 xyz", "value-not-a-number", "words", ()),
    ("count", "Lớp 6A", "value-not-a-number", "words", ()),
    ("count", "6A", "value-not-a-number", "words", ()),
    ("count", "A12", "value-not-a-number", "words", ()),
    ("count", "12A", "value-not-a-number", "words", ()),
    ("count", "30/4", "value-ambiguous", "pair", (4, 30)),
    ("count", "+84903123456", "value-ambiguous", "formula-as-text", (84903123456,)),
    ("count", "0903 123 456", "value-ambiguous", "several-numbers", ()),
    ("count", "0903.123.456", "value-not-a-number", "grouping", ()),
    ("count", "12/350/5", "value-ambiguous", "several-numbers", ()),
    ("count", "12 lớp/350", "value-ambiguous", "several-numbers", ()),
    ("count", "12/350 người", "value-ambiguous", "several-numbers", ()),
    ("count", "5 lớp x", "value-ambiguous", "calculation", ()),
    ("count", "x 5", "value-not-a-number", "words", ()),
    ("count", "12 và 8", "value-ambiguous", "several-numbers", ()),
    ("count", "12, 8", "value-ambiguous", "several-numbers", ()),
    ("count", "12; 8", "value-ambiguous", "several-numbers", ()),
    ("count", "12..", "value-not-a-number", "words", ()),
    ("count", "12,.", "value-not-a-number", "words", ()),
    ("count", ".12", "value-not-a-number", "words", ()),
    ("count", ",5", "value-not-a-number", "words", ()),
    ("count", "k", "value-not-a-number", "words", ()),
    ("count", "lớp", "value-not-a-number", "words", ()),
    ("count", "người", "value-not-a-number", "words", ()),
    ("count", "nghìn", "value-not-a-number", "words", ()),
    ("count", "trăm", "value-not-a-number", "words", ()),
    ("count", "35 hs/1 lớp", "value-ambiguous", "several-parts", ()),
    ("count", "5 lớp/2 trường", "value-ambiguous", "several-parts", ()),
    ("count", "12 lớp/350 người/1 buổi", "value-ambiguous", "several-parts", ()),
    ("count", "20 tin + 5 bài", "value-ambiguous", "calculation", (25,)),
    ("count", "như nt", "value-ambiguous", "not-yet", ()),
    ("count", "12 (50%)", "value-ambiguous", "percent", ()),
    ("people", "12 lớp", "value-ambiguous", "other-measure", (12,)),
    ("people", "12 buổi", "value-ambiguous", "other-measure", (12,)),
    ("people", "350 cuộc", "value-ambiguous", "other-measure", (350,)),
    ("people", "2 triệu người", "value-ambiguous", "scale-word", (2000000,)),
    ("people", "350 người/12 lớp/20 gv", "value-ambiguous", "several-parts", ()),
    ("people", "350 hs, 20 gv", "value-ambiguous", "several-parts", (370,)),
    ("people", "350hs+20gv", "value-ambiguous", "calculation", (370,)),
    ("people", "12 lớp + 350 người", "value-ambiguous", "calculation", ()),
    ("people", "12 lớp x 35 hs", "value-ambiguous", "calculation", (420,)),
    ("people", "45000", "value-date", "day-number", (15, 3)),
    ("people", "1 500 người", "value-ambiguous", "unit-word", (1500, 1, 500)),
    ("people", "1 500", "value-ambiguous", "grouped", (1500, 1, 500)),
    ("people", "hơn 1.500 người", "value-ambiguous", "approximate", (1500,)),
    ("people", "hơn 1 500", "value-ambiguous", "approximate", (1500, 1, 500)),
    ("people", "khoảng 1.500,000", "value-ambiguous", "approximate", (1500000, 1500)),
    ("people", "gần 2 nghìn người", "value-ambiguous", "approximate", (2000,)),
    ("people", "350 đồng", "value-ambiguous", "other-measure", ()),
    ("people", "không ai", "value-not-a-number", "words", ()),
    ("people", "không rõ", "value-not-a-number", "words", ()),
    ("people", "200 học sinh/lớp", "value-not-a-number", "words", ()),
    ("people", "mỗi lớp 35 em", "value-not-a-number", "words", ()),
    ("people", "35 hs/1 lớp", "value-ambiguous", "several-parts", ()),
    ("money", "15.000.000đ/2 lớp", "value-ambiguous", "several-parts", ()),
    ("money", "15.000.000,-", "value-not-a-number", "words", ()),
    ("money", "15.000.000 USD", "value-not-a-number", "words", ()),
    ("money", "15,555 triệu", "value-ambiguous", "scale-word", (15555000000, 15555000)),
    ("money", "15.555 triệu", "value-ambiguous", "scale-word", (15555000000, 15555000)),
    ("money", "15.000 triệu", "value-ambiguous", "scale-word", (15000000000, 15000000)),
    ("money", "1,500 tỷ", "value-ambiguous", "scale-word", (1500000000000, 1500000000)),
    ("money", "1.500.000 nghìn", "value-ambiguous", "scale-word", (1500000000, 1500000)),
    ("money", "15.000.000 nghìn", "value-ambiguous", "scale-word", (15000000000, 15000000)),
    ("money", "15.000 nghìn đồng", "value-ambiguous", "scale-word", (15000000, 15000)),
    ("money", "1 500 triệu", "value-ambiguous", "several-numbers", ()),
    ("money", "1000000 nghìn", "value-ambiguous", "scale-word", (1000000, 1000000000)),
    ("money", "1.500,5 triệu", "value-ambiguous", "scale-word", (1500500000, 1500500)),
    ("money", "0,500 triệu", "value-ambiguous", "scale-word", (500000000, 500000)),
    ("money", "1/2 triệu", "value-ambiguous", "several-numbers", ()),
    ("money", "nửa triệu", "value-not-a-number", "words", ()),
    ("money", "1,5 triệu rưỡi", "value-not-a-number", "words", ()),
    ("money", "rưỡi", "value-not-a-number", "words", ()),
    ("money", "1tr50", "value-ambiguous", "scale-word", (1500000, 1050000)),
    ("money", "1tr 5", "value-ambiguous", "scale-word", (1500000, 1005000)),
    ("money", "1 tr 5", "value-ambiguous", "scale-word", (1500000, 1005000)),
    ("money", "1 triệu 5", "value-ambiguous", "scale-word", (1500000, 1005000)),
    ("money", "1tr05", "value-ambiguous", "scale-word", (1050000, 1005000)),
    ("money", "500 nghìn 2 tỷ", "value-ambiguous", "several-numbers", ()),
    ("money", "5tr 3tr", "value-ambiguous", "several-numbers", ()),
    ("money", "5tr, 3tr", "value-ambiguous", "several-parts", (8000000,)),
    ("money", "5tr + 3tr", "value-ambiguous", "calculation", (8000000,)),
    ("money", "15 triệu 1500 nghìn", "value-ambiguous", "several-numbers", ()),
    ("money", "15 triệu 50.000", "value-ambiguous", "scale-word", ()),
    ("money", "15 triệu 1.500", "value-ambiguous", "scale-word", ()),
    ("money", "1 tỷ 500.000", "value-ambiguous", "scale-word", ()),
    ("money", "1,5 tỷ 200 triệu", "value-ambiguous", "several-numbers", ()),
    ("money", "1,5 tỷ 200", "value-ambiguous", "several-numbers", ()),
    ("money", "15 triệu 50", "value-ambiguous", "scale-word", (15500000, 15050000)),
    ("money", "5 trăm", "value-ambiguous", "approximate", ()),
    ("money", "5 trăm nghìn", "value-ambiguous", "approximate", ()),
    ("money", "500 đồng", "value-ambiguous", "small-money", (500000, 500000000)),
    ("money", "500đ", "value-ambiguous", "small-money", (500000, 500000000)),
    ("money", "999", "value-ambiguous", "small-money", (999000, 999000000)),
    ("money", "15,00", "value-ambiguous", "small-money", (15000, 15000000)),
    ("money", "15.00", "value-ambiguous", "small-money", (15000, 15000000)),
    ("money", "1,5 đồng", "value-ambiguous", "small-money", (1500, 1500000)),
    ("money", "1500,5", "value-fraction", "fraction", ()),
    ("money", "1.500,5", "value-fraction", "fraction", ()),
    ("money", "15.000.000,5", "value-fraction", "fraction", ()),
    ("money", "15.000.000,50 đồng", "value-fraction", "fraction", ()),
    ("money", "15.000,000", "value-ambiguous", "grouped", (15000000, 15000)),
    ("money", "15,000.000", "value-ambiguous", "grouped", (15000000, 15000)),
    ("money", "15 .000.000", "value-ambiguous", "several-numbers", ()),
    ("money", "15. 000. 000", "value-ambiguous", "several-numbers", ()),
    ("money", "15,000 000", "value-ambiguous", "several-numbers", ()),
    ("money", "1500 000", "value-ambiguous", "several-numbers", ()),
    ("money", "15 000 00", "value-ambiguous", "several-numbers", ()),
    ("money", "015000000", "value-ambiguous", "text", ()),
    ("money", "0903123456", "value-ambiguous", "text", ()),
    ("money", "15 củ", "value-not-a-number", "words", ()),
    ("money", "15m", "value-not-a-number", "words", ()),
    ("money", "15M", "value-not-a-number", "words", ()),
    ("money", "15 mil", "value-not-a-number", "words", ()),
    ("money", "15 lít", "value-not-a-number", "words", ()),
    ("money", "15 tỷ lệ", "value-not-a-number", "words", ()),
    ("money", "15 công ty", "value-not-a-number", "words", ()),
    ("money", "15 ngân sách", "value-not-a-number", "words", ()),
    ("money", "15 ngan sach", "value-not-a-number", "words", ()),
    ("money", "5 triệu ngân sách", "value-not-a-number", "words", ()),
    ("money", "5 trieu ngan sach", "value-not-a-number", "words", ()),
    ("money", "5 triệu ngan hang", "value-ambiguous", "approximate", ()),
    ("money", "12 lớp", "value-ambiguous", "other-measure", ()),
    ("money", "15 người", "value-ambiguous", "other-measure", ()),
    ("money", "300 quyển", "value-ambiguous", "other-measure", ()),
    ("money", "mười lăm triệu đồng", "value-ambiguous", "in-words", (15000000,)),
    ("money", "Mười lăm triệu", "value-ambiguous", "in-words", (15000000,)),
    ("money", "hai triệu rưỡi", "value-ambiguous", "in-words", (2500000,)),
    ("money", "muoi lam trieu dong", "value-ambiguous", "in-words", (15000000,)),
    ("money", "một tỷ hai trăm triệu", "value-ambiguous", "in-words", (1200000000,)),
    ("money", "15.000.000 đồng (Mười sáu triệu đồng)", "value-ambiguous", "in-words", (15000000, 16000000)),
    (
        "money",
        "15.000.000 đồng (một trăm năm mươi triệu đồng chẵn)",
        "value-ambiguous",
        "in-words",
        (15000000, 150000000),
    ),
    ("money", "15.000.000 (tiền mặt)", "value-ambiguous", "in-words", (15000000,)),
    ("money", "15 (mười lăm triệu)", "value-ambiguous", "small-money", (15000, 15000000)),
    ("money", "khoảng 15tr", "value-ambiguous", "approximate", (15000000,)),
    ("money", "trên 15.000.000 đồng", "value-ambiguous", "approximate", (15000000,)),
    ("money", "khoảng 1.500 triệu", "value-ambiguous", "approximate", (1500000000, 1500000)),
    ("money", "10-12 triệu", "value-ambiguous", "range", ()),
    ("money", "10 triệu - 12 triệu", "value-ambiguous", "range", ()),
    ("money", "từ 10 đến 12 triệu", "value-ambiguous", "range", ()),
    ("money", "1/10", "value-not-a-number", "pair", ()),
    ("money", "2.000.000/3.000.000", "value-not-a-number", "pair", ()),
    ("money", "5.000.000x2", "value-ambiguous", "calculation", (10000000,)),
    ("money", "5tr x 2", "value-ambiguous", "calculation", (10000000,)),
    ("money", "=5000000+3000000", "value-ambiguous", "formula-as-text", (8000000,)),
    ("money", "=5.000.000+3.000.000", "value-ambiguous", "formula-as-text", (8000000,)),
    ("money", "1,5E7", "value-ambiguous", "several-numbers", ()),
    ("money", "15.000.000 đ/năm", "value-not-a-number", "words", ()),
    ("money", "15 triệu/lớp", "value-not-a-number", "words", ()),
    ("money", "1.500.000.000.000.000", "value-too-large", "too-large", ()),
    ("money", "NSNN: 5.000.000", "value-not-a-number", "words", ()),
    ("money", "tài trợ 5.000.000đ", "value-not-a-number", "words", ()),
    ("money", "15..000.000", "value-not-a-number", "grouping", ()),
    ("money", "15.000..000", "value-not-a-number", "grouping", ()),
    ("money", "1O.000.000", "value-ambiguous", "several-numbers", ()),
    ("money", "15.OOO.000", "value-ambiguous", "several-numbers", ()),
    ("money", "-15tr", "value-negative", "negative", (15000000,)),
    ("money", "- 15.000.000 đồng", "value-negative", "negative", (15000000,)),
    ("money", "(15 triệu)", "value-negative", "negative", (15000000,)),
    ("money", "15'000'000", "value-ambiguous", "several-numbers", ()),
    ("money", "15’000’000", "value-ambiguous", "several-numbers", ()),
    ("money", "15_000_000", "value-ambiguous", "several-numbers", ()),
    ("money", "15·000·000", "value-ambiguous", "several-numbers", ()),
    ("money", "15\n000\n000", "value-ambiguous", "several-numbers", ()),
    ("money", "$15", "value-not-a-number", "words", ()),
    ("money", "15.000.000 = 15 triệu", "value-ambiguous", "several-numbers", ()),
    ("money", "NaN", "value-not-a-number", "words", ()),
    ("money", "một triệu", "value-ambiguous", "in-words", (1000000,)),
    ("count", "3 lớp 4", "value-ambiguous", "several-numbers", ()),
    ("people", "1 nghìn 2 người", "value-ambiguous", "scale-word", (1200, 1002)),
    ("people", "2 buổi, 50 em/buổi", "value-ambiguous", "several-numbers", ()),
    ("people", "1 người 2 lượt", "value-ambiguous", "several-parts", (3,)),
    ("money", "một nghìn tỷ", "value-not-a-number", "words", ()),
]


@pytest.mark.parametrize(("measure", "entry", "value", "how"), READ)
def test_read(measure: Measure, entry: str, value: int, how: str) -> None:
    assert read_text(entry, measure) == Reading(value, "value-interpreted", how)


@pytest.mark.parametrize(("measure", "entry", "code", "how", "suggestions"), ASKED)
def test_not_used(measure: Measure, entry: str, code: str, how: str, suggestions: tuple[int, ...]) -> None:
    assert read_text(entry, measure) == Reading(None, code, how, suggestions)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("entry", ["", " ", "\u00a0", "\u200b", " \u3000\t\n", "\ufeff", "\u2800", " " * 5000])
def test_blank_is_not_zero(entry: str, measure: Measure) -> None:
    assert read_text(entry, measure) == Reading(None, how="blank", blank=True)


@pytest.mark.parametrize("length", [LONGEST_ENTRY, LONGEST_ENTRY + 1])
def test_long_entries_are_stories(length: int) -> None:
    reading = read_text("1" + "x" * (length - 1), "count")
    assert (reading.code, reading.how == "too-long") == ("value-not-a-number", length > LONGEST_ENTRY)


NATIVE: list[tuple[str, Measure, int | str, str, tuple[int, ...]]] = [
    ("0", "count", 0, "as-is", ()),
    ("12", "people", 12, "as-is", ()),
    ("12.0", "count", 12, "as-is", ()),
    ("12.", "count", 12, "as-is", ()),
    ("+12", "count", 12, "as-is", ()),
    ("007", "count", 7, "as-is", ()),
    ("1E1", "count", 10, "exponent", ()),
    ("1.2345678901E10", "money", 12_345_678_901, "exponent", ()),
    ("1.5E+7", "money", 15_000_000, "exponent", ()),
    ("15000E-3", "people", 15, "exponent", ()),
    ("1500000", "money", 1_500_000, "as-is", ()),
    ("45000", "money", 45_000, "as-is", ()),
    ("43999", "people", 43_999, "as-is", ()),
    ("47501", "people", 47_501, "as-is", ()),
    ("999999999999999", "money", LARGEST, "as-is", ()),
    ("1000000000000000", "money", "value-too-large", "too-large", ()),
    ("9007199254740993", "money", "value-too-large", "too-large", ()),
    ("1e308", "count", "value-too-large", "too-large", ()),
    ("9" * 400, "count", "value-too-large", "too-large", ()),
    ("9" * 5000, "money", "value-too-large", "too-large", ()),
    ("1.5", "count", "value-ambiguous", "fraction", (1500,)),
    ("1.5", "money", "value-ambiguous", "fraction", (1500, 1_500_000)),
    ("12.350", "people", "value-ambiguous", "fraction", (12_350,)),
    ("10.4999", "people", "value-fraction", "fraction", ()),
    ("0.30000000000000004", "people", "value-fraction", "fraction", ()),
    ("1E-400", "people", "value-fraction", "fraction", ()),
    ("15", "money", "value-ambiguous", "small-money", (15_000, 15_000_000)),
    ("999", "money", "value-ambiguous", "small-money", (999_000, 999_000_000)),
    ("46296", "count", "value-date", "day-number", (1, 10)),
    ("44000", "people", "value-date", "day-number", (18, 6)),
    ("47500", "people", "value-date", "day-number", (17, 1)),
    ("4.5E4", "people", "value-date", "day-number", (15, 3)),
    ("-3", "count", "value-negative", "negative", ()),
    ("-0", "count", "value-negative", "negative", ()),
    ("-0.0", "count", "value-negative", "negative", ()),
    ("-1.5", "count", "value-negative", "negative", ()),
    *((text, "count", "value-not-a-number", "malformed", ()) for text in (
        "NaN", "Infinity", "-Infinity", "INF", "0x1F", "1_000", "1,5", "--5", ".5", " ", "", " 12", "12 ", "1 500",
        "\uff11\uff12", "\u0661\u0662", "1e", "1e9999", "12\n", "1/2", "TRUE",
    )),
]  # fmt: skip


@pytest.mark.parametrize(("text", "measure", "expected", "how", "suggestions"), NATIVE)
def test_native(text: str, measure: Measure, expected: int | str, how: str, suggestions: tuple[int, ...]) -> None:
    value, code = (expected, None) if isinstance(expected, int) else (None, expected)
    assert read_cell(Cell("number", text), measure, EMPTY) == Reading(value, code, how, suggestions)


@pytest.mark.parametrize(
    ("cell", "code", "suggestions"),
    [
        (Cell("bool", "1"), "value-not-a-number", ()),
        (Cell("bool", "0"), "value-not-a-number", ()),
        (Cell("error", "#REF!"), "value-error-cell", ()),
        (Cell("error", "#SPILL!", formula="A1"), "value-error-cell", ()),
        (Cell("date", "2021-10-02"), "value-date", (2, 10)),
        (Cell("date", "2021-10-02T00:00:00"), "value-date", (2, 10)),
        (Cell("date", "1935-12-01"), "value-date", (12, 35)),
        (Cell("date", "12:30"), "value-date", ()),
        (Cell("number", "44471", format="d/m/yyyy"), "value-date", (2, 10)),
        (Cell("number", "13119", format="mmm-yy"), "value-date", (12, 35)),
        (Cell("number", "0.5", format="[h]:mm"), "value-date", ()),
        (Cell("number", "99999999", format="dd/mm"), "value-date", ()),
        (Cell("number", "12", format='[$-42A]d "tháng" m'), "value-date", (11, 1)),
        (Cell("number", "1", format="0%"), "value-not-a-number", ()),
        (Cell("none", "", formula="12+8"), "value-not-calculated", ()),
        (Cell("text", "20", formula="12+8"), "value-not-calculated", ()),
        (Cell("bool", "1", formula="1=1"), "value-not-calculated", ()),
        (Cell("number", "9999", formula="12+8"), "value-not-calculated", ()),
        (Cell("number", "NaN", formula="12+8"), "value-not-calculated", ()),
        (Cell("number", "20", formula="ROUND(20,0)"), "value-not-calculated", ()),
        (Cell("number", "20", formula="'[1]S'!A1"), "value-not-calculated", ()),
        (Cell("number", "1.5", formula="3/2"), "value-fraction", ()),
        (Cell("number", "-3", formula="2-5"), "value-negative", ()),
        (Cell("number", "45000", formula="44999+1"), "value-date", (15, 3)),
        (Cell("number", "44471", formula="44470+1", format="d/m/yyyy"), "value-date", (2, 10)),
    ],
)  # fmt: skip
def test_cells_not_used(cell: Cell, code: str, suggestions: tuple[int, ...]) -> None:
    reading = read_cell(cell, "people", EMPTY)
    assert (reading.value, reading.code, reading.suggestions) == (None, code, suggestions)


@pytest.mark.parametrize(
    "shown", ["General", "0", "#,##0", '#,##0 "đồng"', "#,##0\\ \\d", "_-* #,##0\\ _d_-", "#,##0 [$đ-42A]", "[Red]0",
              "0.00E+00", "@", "Standard", "#,##0 ₫", ";;;"],
)  # fmt: skip
def test_formats_that_are_no_dates(shown: str) -> None:
    assert read_cell(Cell("number", "12", format=shown), "people", EMPTY) == Reading(12)


def test_formula_over_cells_of_the_sheet() -> None:
    sheet = RawSheet("S", cells={(1, 1): Cell("number", "12"), (2, 1): Cell("number", "8", formula="A1-4")})
    used = read_cell(Cell("number", "20.0", formula="SUM(A1:A2)"), "count", sheet)
    assert used == Reading(20, "value-interpreted", "formula")
    assert read_cell(Cell("number", "21", formula="SUM(A1:A2)"), "count", sheet).code == "value-not-calculated"


def test_cell_that_holds_nothing_is_blank() -> None:
    assert read_cell(Cell("none", ""), "count", EMPTY).blank


_near_numbers = st.text(alphabet="0123456789.,  -/+()%xktrđ", max_size=14)
_nasty = st.one_of(
    st.text(max_size=300),
    _near_numbers,
    st.lists(st.sampled_from(["15", "1.500", "1,5", " ", "triệu", "tr", "nghìn", "lớp", "người", "đồng", "/", "+", "x",
                              "-", "(", ")", "không", "khoảng", "%", "rưỡi", "mươi", "hai", "\n", "ngày", ",", "="]),
             max_size=12).map("".join),
)  # fmt: skip


@given(_nasty, st.sampled_from(MEASURES))
@example("\ud800", "count")
@example("²", "money")
@example("(", "money")
def test_any_text_gives_a_sane_reading(text: str, measure: Measure) -> None:
    reading = read_text(text, measure)
    if reading.value is None:
        assert reading.blank or reading.code in REFUSALS
    else:
        assert 0 <= reading.value <= LARGEST and reading.code == "value-interpreted"
        assert measure != "money" or not 0 < reading.value < 1000
    assert all(isinstance(value, int) for value in reading.suggestions)


@given(
    st.sampled_from(["number", "text", "bool", "error", "date", "none"]),
    _nasty, st.none() | _nasty, st.sampled_from(["General", "0", "d/m/yyyy", '"'])
)  # fmt: skip
def test_any_cell_gives_a_sane_reading(kind: str, text: str, formula: str | None, shown: str) -> None:
    reading = read_cell(Cell(kind, text, formula, shown), "money", EMPTY)  # type: ignore[arg-type]
    assert reading.value is not None or reading.blank or reading.code in REFUSALS


def _grouped(value: int, separator: str) -> str:
    return f"{value:,}".replace(",", separator)


def _styles(value: int, measure: Measure) -> list[str]:
    """The ways in which staff write a known value; every one means this value and no other."""
    written = [str(value), _grouped(value, "."), _grouped(value, ","), _grouped(value, " "), _grouped(value, "\u00a0")]
    written += [_grouped(value, ".") + ",00", _grouped(value, ",") + ".00", f"{value},0"]
    unit = {"count": " lớp", "people": " người", "money": " đồng"}[measure]
    written += [text + unit for text in written]
    scales = (("nghìn", 10**3), ("tr", 10**6), ("triệu đồng", 10**6), ("tỷ", 10**9)) if measure == "money" else ()
    for word, scale in scales:
        whole, rest = divmod(value, scale)
        written += [f"{whole} {word}"] if not rest else []
        written += [f"{whole},{rest * 10 // scale}{word}"] if rest * 10 % scale == 0 else []
        written += [f"{_grouped(whole, '.')},{str(rest).zfill(len(str(scale)) - 1)} {word}"]
        written += [f"{_grouped(value * 1000 // scale, '.')} {word}"] if value % scale == 0 else []
    return written


@given(st.integers(0, 10**12) | st.integers(0, 10**5) | st.integers(0, 10**4).map(lambda n: n * 10**6), st.data())
def test_a_written_value_is_read_or_asked(value: int, data: st.DataObject) -> None:
    measure = data.draw(st.sampled_from(MEASURES))
    text = data.draw(st.sampled_from(_styles(value, measure)))
    reading = read_text(text, measure)
    misread = reading.value not in (None, value)
    # `1.500 tr` written for 1,5 million and for 1,5 billion looks the same: that must be a question
    assert not misread, f"{text!r} means {value:,}, read as {reading.value:,}"


_separated = st.from_regex(r"\A[0-9]{1,4}([.,][0-9]{1,4}){0,3}\Z").map(str)
_scale_words = st.sampled_from([("", 1), (" nghìn", 10**3), ("tr", 10**6), (" triệu", 10**6), (" tỷ", 10**9)])


@given(_separated, _scale_words)
def test_never_certain_where_a_thousand_is_at_risk(digits: str, scale: tuple[str, int]) -> None:
    """Whoever drops every `.` and `,` and whoever takes the last one for a decimal mark must not differ by 1,000."""
    word, factor = scale
    reading = read_text(digits + word, "money")
    whole, mark, part = digits.replace(",", ".").rpartition(".")
    stripped = int(digits.replace(".", "").replace(",", "")) * factor
    decimal = Fraction(int((whole + part).replace(".", "")), 10 ** len(part)) * factor if mark else Fraction(stripped)
    at_risk = decimal.denominator == 1 and decimal >= 1000 and stripped == decimal * 1000
    grouped = re.fullmatch(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+)", digits)
    fully_grouped = not word and grouped is not None
    if at_risk and not fully_grouped:
        assert reading.value is None


@given(_separated, st.sampled_from(["nghìn", "triệu", "tỷ"]))
def test_a_comma_is_never_simply_dropped(digits: str, word: str) -> None:
    """The classic: `1,5 tỷ` is not 15 tỷ."""
    reading = read_text(f"{digits} {word}", "money")
    stripped = int(digits.replace(".", "").replace(",", ""))
    if reading.value and stripped and not digits.isdigit():
        assert reading.value < stripped * {"nghìn": 10**3, "triệu": 10**6, "tỷ": 10**9}[word]


def _all_readings() -> list[Reading]:
    shared = [read_text(entry, measure) for entry, measure, _ in _shared_cases()]
    own = [read_text(row[1], row[0]) for row in READ] + [read_text(row[1], row[0]) for row in ASKED]
    native = [read_cell(Cell("number", row[0]), row[1], EMPTY) for row in NATIVE]
    return shared + own + native + [read_text(" ", "count")]


@pytest.mark.parametrize("table", ["RULES", "CONDITIONS"])
def test_every_rule_is_needed(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = getattr(numbers, table)
    normal = _all_readings()
    for place in range(len(rules)):
        monkeypatch.setattr(numbers, table, tuple(rules[:place] + rules[place + 1 :]))
        try:
            changed = _all_readings() != normal
        except IndexError:  # without the rule for blanks the others meet an empty text
            changed = True
        assert changed, rules[place].__name__
