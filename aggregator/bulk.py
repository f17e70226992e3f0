"""Long tables in XlsxWriter: whole lines become XML at once and wait in a file of their own, where XlsxWriter keeps an
object per cell to the end; a table of a province has a million of them.

A test compares what is written with what XlsxWriter writes for the same cells. Two things differ: plain texts stand in
their cells, as nearly every text of a long table stands there once, and the rows do not tell how wide they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import Protocol

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from aggregator.text import xml_safe

MAX_TEXT = 32_767
"""Characters that Excel keeps in one cell."""
EXACT = 10**15
"""Whole numbers below it are written by XlsxWriter as they are, larger ones as floating-point numbers."""
IN_MEMORY = 2**25
"""Characters of lines that wait in memory; more of them wait on the disk."""


class Formula(Protocol):
    """A formula without `=` and the result stored with it."""

    @property
    def formula(self) -> str: ...
    @property
    def value(self) -> int: ...


Value = str | int | Formula | None
Look = Sequence[tuple[str, str]]
"""Of each column, the beginning of its cells up to the row's number, and what follows that."""


class LineSheet(Worksheet):  # type: ignore[misc]
    """A sheet that also takes whole lines, from the first column on, one below the other."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline="")  # noqa: SIM115  # read at the end
        self.dim_rowmin: int | None
        self.dim_rowmax: int | None
        self.outline_row_level: int
        self._first_line = self._behind = 0
        """Rows from 0: of the first line, and behind the last."""

    def look(self, formats: Sequence[Format]) -> Look:
        """What `line` wants to know of the formats of its cells."""
        return [
            (f'<c r="{xl_col_to_name(column)}', f'" s="{cell_format._get_xf_index()}"')
            for column, cell_format in enumerate(formats)
        ]

    def line(self, row: int, values: Sequence[Value], look: Look, height: float | None = None, level: int = 0) -> int:
        """Write texts, whole numbers, formulas and blank cells; `row` counts from 0, `height` in points, `level` is how
        deep the row stands in the outline. Gives -1 where it is lost: off the sheet, or not below the line before."""
        if self._check_dimensions(row, 0) or self._check_dimensions(row, len(values) - 1):
            return -1
        if not self._behind:
            self._first_line = self._behind = row
        if row != self._behind:
            return -1
        number = str(row + 1)
        cells = [self._cell(head, number, tail, value) for (head, tail), value in zip(look, values, strict=True)]
        self._lines.write(f'<row r="{number}"{self._row_look(height, level)}>{"".join(cells)}</row>')
        self._behind += 1
        self.outline_row_level = max(self.outline_row_level, level)
        return 0

    def _cell(self, head: str, number: str, tail: str, value: Value) -> str:
        if value is None or value == "":
            return f"{head}{number}{tail}/>"
        if isinstance(value, str):
            if plain := _plain(value):
                return f'{head}{number}{tail} t="inlineStr"><is><t>{plain}</t></is></c>'
            index = self.str_table._get_shared_string_index(xml_safe(value)[:MAX_TEXT])
            return f'{head}{number}{tail} t="s"><v>{index}</v></c>'
        if isinstance(value, int):
            digits = str(value) if -EXACT < value < EXACT else f"{value:.16G}"
            return f"{head}{number}{tail}><v>{digits}</v></c>"
        return f"{head}{number}{tail}><f>{escape(value.formula, quote=False)}</f><v>{value.value}</v></c>"

    def _row_look(self, height: float | None, level: int) -> str:
        usual = self.default_row_height
        pixels = usual if height is None else int(height * 4 / 3 + 0.5)
        return _row_attributes(pixels, pixels != self.original_row_height or pixels != usual, level)

    def _write_rows(self) -> None:
        """The rows of XlsxWriter above and below the lines, and these."""
        first, last = self.dim_rowmin or 0, self.dim_rowmax or 0
        if not self._behind:
            super()._write_rows()
            return
        if lost := [row for row in (*self.row_info, *self.table) if self._first_line <= row < self._behind]:
            raise RuntimeError(f"{self.name}: row {lost[0] + 1} is a line and cannot be written otherwise")
        self._write_between(first, self._first_line - 1)
        self._lines.seek(0)
        copyfileobj(self._lines, self.fh)
        self._lines.close()
        self._write_between(self._behind, last)
        self.dim_rowmin, self.dim_rowmax = first, last

    def _write_between(self, first: int, last: int) -> None:
        self.dim_rowmin, self.dim_rowmax = first, last
        if first <= last:
            super()._write_rows()


def _plain(text: str) -> str | None:
    """A text as it stands in a cell; `None` for one that readers take in more than one way there."""
    if not text.isprintable() or len(text) > MAX_TEXT // 2 or "_x" in text or text[0] == " " or text[-1] == " ":
        return None
    return escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


@lru_cache(maxsize=1024)
def _row_attributes(pixels: float, told: bool, level: int) -> str:
    height = f' ht="{pixels * 0.75:.16g}" customHeight="1"' if told else ""
    return f'{height} outlineLevel="{level}"' if level else height
