"""Lines written by XlsxWriter alone, cell by cell: what `aggregator.bulk` must give, and is measured against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from xlsxwriter.format import Format

from aggregator.bulk import MAX_TEXT, Formula, LineSheet
from aggregator.outputs import workbook
from aggregator.text import xml_safe

Value = str | int | Formula | None


def write_line(
    sheet: LineSheet,
    row: int,
    values: Sequence[Value],
    formats: Sequence[Format],
    height: float | None = None,
    level: int = 0,
) -> int:
    if height is not None or level:
        sheet.set_row(row, height, None, {"level": level})
    for column, (value, cell_format) in enumerate(zip(values, formats, strict=True)):
        if isinstance(value, int):
            sheet.write_number(row, column, value, cell_format)
        elif isinstance(value, str) and xml_safe(value):
            sheet.write_string(row, column, xml_safe(value)[:MAX_TEXT], cell_format)
        elif value is None or isinstance(value, str):
            sheet.write_blank(row, column, None, cell_format)
        else:
            sheet.write_formula(row, column, f"={value.formula}", cell_format, value.value)
    return 0


@dataclass(frozen=True)
class Formats:
    """How the cells of a line look, for XlsxWriter."""

    formats: Sequence[Format]
    texts: Sequence[tuple[int, str, str]]


@contextmanager
def cell_by_cell() -> Iterator[None]:
    """All workbooks are written so, by this process alone."""

    def look(_sheet: LineSheet, formats: Sequence[Format], types: Sequence[type]) -> Formats:
        return Formats(formats, [(column, "", "") for column, kind in enumerate(types) if kind is str])

    def line(
        sheet: LineSheet, row: int, values: Sequence[Value], look: Formats, height: float | None = None, level: int = 0
    ) -> int:
        return write_line(sheet, row, values, look.formats, height, level)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LineSheet, "look", look)
        patch.setattr(LineSheet, "line", line)
        patch.setattr(workbook, "by_whom", lambda _returns: "this")
        yield
