"""Long tables in XlsxWriter: whole lines become XML at once, instead of an object per cell and its XML at the end.

The bytes are those that XlsxWriter writes for the same cells, which a test compares; a table of a province has a
million of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple, Protocol

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from aggregator.text import xml_safe

MAX_TEXT = 32_767
"""Characters that Excel keeps in one cell."""
EXACT = 10**15
"""Whole numbers below it are written by XlsxWriter as they are, larger ones as floating-point numbers."""


class Formula(Protocol):
    """A formula without `=` and the result stored with it."""

    @property
    def formula(self) -> str: ...
    @property
    def value(self) -> int: ...


Look = Sequence[tuple[str, str]]
"""Of each column, the beginning of its cells up to the row's number, and what follows that."""


class Finished(NamedTuple):
    """In XlsxWriter's table, cells that are written already."""

    xml: str


Finished.__name__ = "String"  # by this name XlsxWriter knows a cell whose link needs no other text


class FinishedRow(dict[int, Finished]):
    """A row of XlsxWriter's table; it looks into those of all cells with a link."""

    def __missing__(self, _column: int) -> None:
        return None


class LineSheet(Worksheet):  # type: ignore[misc]
    """A sheet that also takes whole lines, from the first column on."""

    def look(self, formats: Sequence[Format]) -> Look:
        """What `line` wants to know of the formats of its cells."""
        return [
            (f'<c r="{xl_col_to_name(column)}', f'" s="{cell_format._get_xf_index()}"')
            for column, cell_format in enumerate(formats)
        ]

    def line(self, row: int, values: Sequence[str | int | Formula | None], look: Look) -> int:
        """Write texts, whole numbers, formulas and blank cells; `row` counts from 0. Gives -1 where it is lost."""
        last = len(values) - 1
        if self._check_dimensions(row, 0) or self._check_dimensions(row, last):
            return -1
        number, index_of = row + 1, self.str_table._get_shared_string_index
        pieces = []
        for (head, tail), value in zip(look, values, strict=True):
            if value is None or value == "":
                pieces.append(f"{head}{number}{tail}/>")
            elif isinstance(value, str):
                text = xml_safe(value)[:MAX_TEXT]
                pieces.append(f'{head}{number}{tail} t="s"><v>{index_of(text)}</v></c>')
            elif isinstance(value, int) and -EXACT < value < EXACT:
                pieces.append(f"{head}{number}{tail}><v>{value}</v></c>")
            else:
                pieces.append(_rare(f"{head}{number}{tail}", value))
        self.table[row] = FinishedRow({last: Finished(""), 0: Finished("".join(pieces))})
        return 0

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if cell.__class__ is Finished:
            self.fh.write(cell.xml)
        else:
            super()._write_cell(row, col, cell)


def _rare(start: str, value: int | Formula) -> str:
    if isinstance(value, int):
        return f"{start}><v>{value:.16G}</v></c>"
    return f"{start}><f>{escape(value.formula, quote=False)}</f><v>{value.value}</v></c>"
