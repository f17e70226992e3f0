"""Whole lines and XlsxWriter's own cells: the same parts, but for where a text stands and what rows say of width."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
from xlsxwriter.format import Format

from aggregator.bulk import Lines, LineSheet, types_of, with_lines
from aggregator.outputs.workbook_layout import Sum
from tests.cellwise import write_line

Values = list[str | int | Sum | None]
TEXTS = ("", "Trường Thử", "007", "=1+1", "a<b & \"c\" > 'd'", " x ", "a\nb", "\x0b", "_x0041_", "é" * 40_000, "\ud800")
NUMBERS = (0, 1, -1, 999, 10**14, 10**15 - 1, 10**15, -(10**15), 123456789012345678)


class Words(str):
    """Texts may be of a type of their own."""


FORMULAS = ("SUM(A1:B2)", "SUM('Chi tiết'!H4:H9)", 'IF(A1<B1,"a&b",2)')


def lines(rng: random.Random, number: int, width: int) -> list[Values]:
    def value() -> str | int | Sum | None:
        kind = rng.randrange(4)
        if kind == 0:
            return None
        if kind == 1:
            return rng.choice((str, Words))(rng.choice(TEXTS))
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
    sheet.set_row(1, 40, None, {"level": 1})
    write(sheet, formats)
    book.close()
    data = with_lines(buffer, book.worksheets())
    sheet.discard()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}


SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
SHARED = re.compile(r' t="s"><v>([0-9]+)</v></c>')
INLINE = re.compile(r' t="inlineStr"><is>(<t>[^<]*</t>)</is></c>')


def told(parts: dict[str, bytes]) -> dict[str, bytes | str]:
    """The parts with every text in its cell, and rows that do not say how wide they are."""
    texts = re.findall("<si>(.*?)</si>", parts[STRINGS].decode(), re.DOTALL) if STRINGS in parts else []
    sheet = SHARED.sub(lambda found: f">{texts[int(found[1])]}</c>", parts[SHEET].decode())
    sheet = INLINE.sub(r">\1</c>", re.sub(' spans="[^"]*"', "", sheet))
    kept = {name: data for name, data in parts.items() if name != STRINGS and b"haredStrings" not in data}
    return {**kept, SHEET: sheet}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("width", [1, 2, 30])
def test_the_same_cells(seed: int, width: int) -> None:
    rng = random.Random(f"{seed} {width}")
    table = lines(rng, 40, width)
    looks = [(rng.choice([None, 15, 15.1, 20, 409]), rng.randrange(3)) for _ in table]

    def quick(sheet: LineSheet, formats: list[Format]) -> None:
        for row, (values, (height, level)) in enumerate(zip(table, looks, strict=True), start=2):
            assert sheet.line(row, values, sheet.look(formats, types_of(values)), height, level) == 0
        around(sheet)

    def slow(sheet: LineSheet, formats: list[Format]) -> None:
        for row, (values, (height, level)) in enumerate(zip(table, looks, strict=True), start=2):
            write_line(sheet, row, values, formats, height, level)
        around(sheet)

    def around(sheet: LineSheet) -> None:
        """Links on texts and beside the table; a row below."""
        sheet.write_string(50, 0, "Ngày …")
        sheet.ignore_write_string = True
        for row, column in ((0, 0), (60, width)):
            sheet.write_url(row, column, "internal:'A'!A1", None, None, "tip")
        for row, values in enumerate(table, start=2):
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_url(row, column, "internal:'A'!A1", None, None, "tip")

    ours, theirs = made(quick, width), made(slow, width)
    assert told(ours) == told(theirs)
    assert width < 30 or len(ours[STRINGS]) < len(theirs[STRINGS])


def test_lines_that_wait_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than is kept in memory: the same bytes."""
    table = lines(random.Random(1), 40, 9)

    def write(sheet: LineSheet, formats: list[Format]) -> None:
        for row, values in enumerate(table):
            sheet.line(row + 2, values, sheet.look(formats, types_of(values)))

    small = made(write, 9)
    monkeypatch.setattr("aggregator.bulk.IN_MEMORY", 100)
    assert made(write, 9) == small


@pytest.mark.parametrize("row", [3, 7])
def test_lines_stand_one_below_the_other(row: int) -> None:
    def write(sheet: LineSheet, formats: list[Format]) -> None:
        look = sheet.look(formats, [int, int])
        assert sheet.line(4, [1, 2], look) == 0
        assert sheet.line(row, [1, 2], look) == -1

    made(write, 2)


def test_a_line_is_not_written_over() -> None:
    def write(sheet: LineSheet, formats: list[Format]) -> None:
        sheet.line(4, [1, 2], sheet.look(formats, [int, int]))
        sheet.write_number(4, 1, 5)

    with pytest.raises(RuntimeError, match="row 5"):
        made(write, 2)


def test_a_line_that_does_not_fit_is_lost_aloud() -> None:
    def write(sheet: LineSheet, formats: list[Format]) -> None:
        look = sheet.look(formats, [int, int])
        for row, values in ((1_048_576, [1, 2]), (5, [1, 2, 3]), (5, [1, "2"])):
            assert sheet.line(row, values, look) == -1

    made(write, 2)


# --- lines of another process --------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 2])
def test_lines_of_another_sheet_are_the_same(level: int) -> None:
    """A copy of the sheet writes them, the sheet takes them."""
    table = [[f"Trường {row}", row] for row in range(600)]

    def fill(sheet: LineSheet, formats: list[Format]) -> None:
        look = sheet.look(formats, [str, int])
        for row, values in enumerate(table, start=3):
            assert sheet.line(row, values, look, 20, level) == 0

    def take(sheet: LineSheet, formats: list[Format]) -> None:
        sheet.look(formats, [str, int])
        other = LineSheet()
        other.str_table = sheet.str_table
        other.default_row_height, other.original_row_height = sheet.default_row_height, sheet.original_row_height
        fill(other, formats)
        packed = other.packed_lines()
        assert sheet.take_lines(packed) == 0
        assert sheet.take_lines(packed) == -1
        other.discard()

    assert made(take, 2) == made(fill, 2)


def test_lines_with_a_shared_text_do_not_travel() -> None:
    def write(sheet: LineSheet, formats: list[Format]) -> None:
        look = sheet.look(formats, [str])
        sheet.line(3, ["a"], look)
        assert sheet.packed_lines().behind == 4
        sheet.line(4, [" a"], look)
        with pytest.raises(ValueError, match="shared"):
            sheet.packed_lines()

    made(write, 1)


def test_lines_below_the_last_row_are_lost_aloud() -> None:
    def write(sheet: LineSheet, _formats: list[Format]) -> None:
        assert sheet.take_lines(Lines(b"", 5, 1_048_577, 1, 0)) == -1

    made(write, 1)
