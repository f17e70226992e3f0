"""Cells of a CSV file are cleaned the same whether the whole file is plain or not."""

from __future__ import annotations

import csv
import io

import pytest

from aggregator.tables import Columns, read_lines
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
