"""Whole lines and XlsxWriter's own cells: the same bytes."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
from xlsxwriter.format import Format

from aggregator.bulk import LineSheet
from aggregator.outputs.workbook_layout import Sum
from tests.cellwise import write_line

Values = list[str | int | Sum | None]
TEXTS = ("", "Trường Thử", "007", "=1+1", "a<b & \"c\" > 'd'", " x ", "a\nb", "\x0b", "_x0041_", "é" * 40_000, "\ud800")
NUMBERS = (0, 1, -1, 999, 10**14, 10**15 - 1, 10**15, -(10**15), 123456789012345678)
FORMULAS = ("SUM(A1:B2)", "SUM('Chi tiết'!H4:H9)", 'IF(A1<B1,"a&b",2)')


def lines(rng: random.Random, number: int, width: int) -> list[Values]:
    def value() -> str | int | Sum | None:
        kind = rng.randrange(4)
        if kind == 0:
            return None
        if kind == 1:
            return rng.choice(TEXTS)
        return rng.choice(NUMBERS) if kind == 2 else Sum(rng.choice(FORMULAS), rng.choice(NUMBERS[:6]))

    return [[value() for _ in range(width)] for _ in range(number)]


def made(write: Callable[[LineSheet, list[Format]], None], width: int) -> dict[str, bytes]:
    """The parts of a workbook."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    formats = [book.add_format({"bold": True, "font_size": 8 + column % 3}) for column in range(width)]
    for cell_format in formats:
        cell_format._get_xf_index()
    sheet = book.add_worksheet("A", worksheet_class=LineSheet)
    sheet.write_string(0, 0, "Mã", formats[0])
    sheet.set_row(3, 40, None, {"level": 1})
    write(sheet, formats)
    book.close()
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("width", [1, 2, 30])
def test_the_same_bytes(seed: int, width: int) -> None:
    table = lines(random.Random(f"{seed} {width}"), 40, width)

    def quick(sheet: LineSheet, formats: list[Format]) -> None:
        look = sheet.look(formats)
        for row, values in enumerate(table, start=2):
            assert sheet.line(row, values, look) == 0
        link(sheet)

    def slow(sheet: LineSheet, formats: list[Format]) -> None:
        for row, values in enumerate(table, start=2):
            write_line(sheet, row, values, formats)
        link(sheet)

    def link(sheet: LineSheet) -> None:
        """On texts and beside the table."""
        sheet.ignore_write_string = True
        for row, column in ((0, 0), (60, width)):
            sheet.write_url(row, column, "internal:'A'!A1", None, None, "tip")
        for row, values in enumerate(table, start=2):
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_url(row, column, "internal:'A'!A1", None, None, "tip")

    assert made(quick, width) == made(slow, width)


def test_a_line_that_does_not_fit_is_lost_aloud() -> None:
    def write(sheet: LineSheet, formats: list[Format]) -> None:
        look = sheet.look(formats)
        assert sheet.line(1_048_576, [1, 2], look) == -1
        with pytest.raises(ValueError, match="zip"):
            sheet.line(5, [1, 2, 3], look)

    made(write, 2)
