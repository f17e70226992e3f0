"""Ours, openpyxl and calamine say the same numbers wherever they accept a workbook; where not, the other loses one.

Here a sample of the committed workbooks, the crafted sound ones and 200 mutants; all of them and 2,000 mutants in
`tests/proof/test_differential_full.py`.
"""

from __future__ import annotations

import datetime
import io
import os
import random
from functools import cache
from pathlib import Path

import pytest
import xlsxwriter

from aggregator.reading.book import a1
from aggregator.reading.strict import open_book
from tests.differential import READERS, Other, Tally, compare, differences, mutants, value_of
from tests.hostile import ROWS, book, links, pack, parts, sheet, styles, with_number
from tests.hostile_cases import HONEST, READ
from tests.manipulations import base_of, fill
from tests.test_manipulations import Table

ROOT = Path(__file__).resolve().parents[1]
SEED = os.environ.get("SEED", "2024")
MUTANTS = 200
SMALL = 200_000
"""Bytes; openpyxl takes seconds over what is larger, and for ever over a merge of the whole grid."""


def committed() -> list[tuple[str, bytes]]:
    """Every workbook of the repository."""
    found = sorted(
        path for folder in ("sample_reports", "templates", "tests") for path in (ROOT / folder).rglob("*.xlsx")
    )
    return [(path.relative_to(ROOT).as_posix(), path.read_bytes()) for path in found]


def crafted(largest: int) -> list[tuple[str, bytes]]:
    return [
        (name, data) for name, data, _ in READ if len(data) <= largest and (largest > SMALL or "whole grid" not in name)
    ]


@cache
def varied() -> bytes:
    """A small workbook with numbers of every kind: formats, dates, formulas, merges, texts, truth values."""
    stream = io.BytesIO()
    written = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    page = written.add_worksheet("Số liệu")
    date, money = written.add_format({"num_format": "dd/mm/yyyy"}), written.add_format({"num_format": '#,##0" đ"'})
    for row, value in enumerate((10, 2.5, 1_500_000, -3, 12_345_678_901, 0.1, 45_000)):
        page.write_number(row, 0, value)
        page.write_number(row, 1, value, money)
        page.write_number(row, 2, abs(value) % 60_000, date)
        page.write_string(row, 3, f"Lớp {row}")
    page.write_datetime(8, 0, datetime.datetime(2024, 10, 2, 7, 30), date)
    page.write_formula(9, 0, "=SUM(A1:A7)", None, 12_347_223_913.1)
    page.write_array_formula(10, 0, 11, 0, "{=A1:A2*2}", None, 20)
    page.write_boolean(12, 0, True)
    page.merge_range("A15:C16", 7)
    written.add_worksheet("Phụ").write_number(3, 3, 99)
    written.close()
    return stream.getvalue()


@cache
def filled_form() -> bytes:
    return Table(base_of("tong-hop-2024"), random.Random(SEED)).file()


def bases() -> list[tuple[str, bytes]]:
    """What mutants are made of; small ones more often, for they are read faster."""
    toy, mixed = ("the toy form", HONEST), ("the varied workbook", varied())
    return [toy, mixed, toy, mixed, ("a filled form", filled_form())]


def check(tally: Tally) -> None:
    print(f"seed {SEED}: {tally.files} workbooks, {tally.ours} read by us, of these {tally.both} by the others")
    assert tally.found == []
    assert tally.both and min(tally.both.values()) > 0.8 * tally.ours


def test_committed_workbooks_agree() -> None:
    files = committed()
    check(
        compare([*files[:: max(1, len(files) // 12)], *crafted(SMALL), ("varied", varied()), ("form", filled_form())])
    )


def test_mutants_agree() -> None:
    check(compare(mutants(bases(), MUTANTS, SEED)))


def test_the_filled_form_has_its_numbers() -> None:
    typed = fill(base_of("tong-hop-2024").form, random.Random(SEED))
    found = open_book(filled_form())[0]
    assert found
    numbers = [cell.text for cell in found.sheets[0].cells.values() if cell.kind == "number" and not cell.formula]
    assert sorted(map(int, numbers)) == sorted(typed.values())


# --- where another reader loses a value: one small file for each exception


def lost(reader: str, data: bytes, tmp_path: Path) -> list[str]:
    """Cells whose number another reader does not have or has otherwise, the written exceptions among them."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    other = Other(reader)
    seen = other.ask(path)
    other.close()
    found = open_book(data)[0]
    assert found and seen is not None
    numbers = {at: value_of(cell) for at, cell in found.sheets[0].cells.items() if cell.kind == "number"}
    theirs = seen.get(found.sheets[0].name, {})
    return sorted(a1(*at) for at, number in numbers.items() if theirs.get(at) != number)


MERGED = book(sheet=sheet(after='<mergeCells><mergeCell ref="B2:B3"/></mergeCells>'))
BACKSLASH = pack(parts(links=links(sheet="worksheets\\sheet1.xml")))
CAPITALS = pack(parts(links=links(sheet="workSheets/sheet1.xml")))
DATES = styles('<xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>')


def dated(number: str) -> bytes:
    return book(sheet=sheet(ROWS.replace('<c r="B2"><v>10<', f'<c r="B2" s="1"><v>{number}<')), styles=DATES)


LOSSES = [
    ("openpyxl", "what stands in a merged range beside its first cell", MERGED, ["B3"]),
    ("openpyxl", "a sheet whose target has a backslash", BACKSLASH, ["B2", "B3", "B4", "B5", "B6"]),
    ("openpyxl", "a sheet whose target has other capitals", CAPITALS, ["B2", "B3", "B4", "B5", "B6"]),
    ("openpyxl", "a day number beyond the year 9999", dated("99999999"), ["B2"]),
    ("calamine", "a negative day number", dated("-45000"), ["B2"]),
    ("calamine", "a digit written as a reference", with_number("&#49;0"), ["B2"]),
]


@pytest.mark.parametrize(("reader", "what", "data", "cells"), LOSSES, ids=[f"{r}: {w}" for r, w, _, _ in LOSSES])
def test_the_other_loses(reader: str, what: str, data: bytes, cells: list[str], tmp_path: Path) -> None:
    assert lost(reader, data, tmp_path) == cells, what


def test_calamine_may_die_and_is_asked_again(tmp_path: Path) -> None:
    """One legal cell in the last corner, and the process is gone; the next file is read all the same."""
    one, two = tmp_path / "xa.xlsx", tmp_path / "gan.xlsx"
    one.write_bytes(book(sheet=sheet(ROWS + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')))
    two.write_bytes(HONEST)
    other = Other("calamine")
    assert other.ask(one) is None and other.died == 1
    seen = other.ask(two)
    other.close()
    assert seen == {"Số liệu": {(2, 2): 10, (3, 2): 20, (4, 2): 30, (5, 2): 40, (6, 2): 100}}


def test_a_difference_would_be_seen() -> None:
    found = open_book(HONEST)[0]
    assert found
    theirs = {"Số liệu": {(2, 2): 10.0, (3, 2): 21.0, (4, 2): 30.0, (6, 2): 100.0, (9, 9): 1.0}}
    for reader in READERS:
        assert [(one.cell, one.theirs) for one in differences(reader, HONEST, found, theirs)] == [
            ("B3", 21),
            ("B5", None),
            ("I9", 1),
        ]
