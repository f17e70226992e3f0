"""Cells of a CSV file are cleaned the same whether the whole file is plain or not."""

from __future__ import annotations

import csv
import io
import random

import pytest

from aggregator.tables import Columns, read_lines, read_table
from aggregator.text import clean

COLUMNS = Columns(("code", "name"), required=("code",))
CELLS = (
    "a b",
    " a ",
    "a  b",
    "\ta\t",
    "\x1ca",
    "a\x1c",
    "a\x0b",
    'a "b"',
    "Đỗ",
    "a\xa0b",
    "two\nlines",
    "",
    "\x85",
    "=1",
)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_is_cleaned(cell: str, ends: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=ends).writerows([COLUMNS.names, ("01", cell), (" 02 ", "x")])
    lines, faults = read_lines(text.getvalue(), "x.csv", COLUMNS)
    assert faults == []
    first, second = (line for _, line in lines)
    assert second == {"code": "02", "name": "x"}
    assert first == {"code": "01", "name": clean(cell)}


@pytest.mark.parametrize("seed", range(40))
def test_lines_without_quotes_are_what_a_csv_reader_gives(seed: int) -> None:
    """Blank lines, short and long ones, cells of blanks; a cell beyond the reader's limit is its fault to tell."""
    draw = random.Random(seed)
    words = ["", " ", "a", "01", " x ", "\t", "\x85", "\x0b", "é;"] + ["y" * (csv.field_size_limit() + 1)] * (
        seed % 4 == 0
    )
    lines = [",".join(draw.choices(words, k=draw.randint(0, 5))) for _ in range(draw.randint(0, 12))]
    plain = "\n".join([draw.choice(["code,name", "code", "code, name ,code"]), *lines]) + "\n" * draw.randint(0, 2)
    assert read_table(plain, "x.csv", COLUMNS) == read_table(plain.replace("code", '"code"', 1), "x.csv", COLUMNS)
