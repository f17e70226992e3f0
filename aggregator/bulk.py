"""Long tables in XlsxWriter: whole lines become XML at once and wait in a file of their own, where XlsxWriter keeps an
object per cell to the end; a table of a province has a million of them.

A test compares what is written with what XlsxWriter writes for the same cells. Two things differ: plain texts stand in
their cells, as nearly every text of a long table stands there once, and the rows do not tell how wide they are.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from types import NoneType
from typing import IO, Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlsxwriter.format import Format
from xlsxwriter.sharedstrings import SharedStringTable
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from aggregator.text import xml_safe

MAX_TEXT = 32_767
"""Characters that Excel keeps in one cell."""
EXACT = 10**15
"""Whole numbers below it are written by XlsxWriter as they are, larger ones as floating-point numbers."""
IN_MEMORY, TOGETHER, COPIED = 2**24, 256, 2**20
"""Bytes of the lines of a sheet that wait in memory, more of them wait on the disk; how many lines go there at once;
and how many bytes of lines that are there already."""
LEVEL = 2
"""How well long tables are packed: the file is a sixth larger than with the usual 6, in a third of the time."""
_PLACE = "\0lines\0"
"""Stands for the lines in what XlsxWriter writes; no XML holds these characters."""


_LEVEL_NAME = "compress_level" if sys.version_info >= (3, 13) else "_compresslevel"

_ROW, _OPEN = "\0", "%s"
"""In a template, the number of the row and what a cell holds."""


class Formula(Protocol):
    """A formula without `=` and the result stored with it."""

    @property
    def formula(self) -> str: ...
    @property
    def value(self) -> int: ...


Value = str | int | Formula | None


@dataclass(frozen=True, slots=True)
class Look:
    """How lines look whose values are of the same types, column by column.

    `template` is their XML but for row numbers and what the cells hold; of those with a text, `texts` has the column,
    the beginning up to the row's number, and what follows that. `numbers` and `formulas` are columns.
    """

    types: tuple[type, ...]
    template: str
    texts: tuple[tuple[int, str, str], ...]
    numbers: tuple[int, ...]
    formulas: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one sheet as XML, or where that lies: rows from 0, `behind` the last; the largest `column`, and the
    deepest `level`."""

    xml: bytes | Path
    first: int
    behind: int
    column: int
    level: int


class LineSheet(Worksheet):  # type: ignore[misc]
    """A sheet that also takes whole lines, from the first column on, one below the other."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: SpooledTemporaryFile[bytes] | None = None
        self._latest: list[str] = []
        self.shares_texts = False
        self.dim_rowmin: int | None
        self.dim_rowmax: int | None
        self.dim_colmax: int | None
        self.outline_row_level: int
        self._first_line = self._behind = 0
        """Rows from 0: of the first line, and behind the last."""

    def look(self, formats: Sequence[Format], types: Sequence[type]) -> Look:
        """What `line` wants to know of the formats and the types of its values."""
        cells, texts = [], []
        for column, (cell_format, kind) in enumerate(zip(formats, types, strict=True)):
            head, tail = f'<c r="{xl_col_to_name(column)}', f'" s="{cell_format._get_xf_index()}"'
            if kind is str:
                texts.append((column, head, tail))
            cells.append(_OPEN if kind is str else f"{head}{_ROW}{tail}{_OPEN}")
        numbers = tuple(column for column, kind in enumerate(types) if kind is int)
        formulas = tuple(column for column, kind in enumerate(types) if kind not in (int, str))
        return Look(tuple(types), "".join(cells), tuple(texts), numbers, formulas)

    def line(self, row: int, values: Sequence[Value], look: Look, height: float | None = None, level: int = 0) -> int:
        """Write texts, whole numbers, formulas and blank cells; `row` counts from 0, `height` in points, `level` is how
        deep the row stands in the outline. Gives -1 where it is lost: off the sheet, not below the line before, or of
        other types than the look."""
        if self._check_dimensions(row, 0) or self._check_dimensions(row, len(values) - 1):
            return -1
        if self._lines is None:
            self._lines = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # `discard`
            self._first_line = self._behind = row
        if row != self._behind or types_of(values) != look.types:
            return -1
        number = str(row + 1)
        cells = look.template.replace(_ROW, number) % self._inside(number, values, look)
        self._latest.append(f'<row r="{number}"{self._row_look(height, level)}>{cells}</row>')
        if len(self._latest) >= TOGETHER:
            self._put_away(self._lines)
        self._behind += 1
        self.outline_row_level = max(self.outline_row_level, level)
        return 0

    def _put_away(self, lines: IO[bytes]) -> None:
        lines.write("".join(self._latest).encode())
        self._latest.clear()

    def _inside(self, number: str, values: Sequence[Any], look: Look) -> tuple[Any, ...]:
        """What the template of a line leaves open."""
        inside = list(values)
        for column, head, tail in look.texts:
            inside[column] = self._text(head + number + tail, values[column])
        for column in look.formulas:
            found = values[column]
            inside[column] = f"><f>{escape(found.formula, quote=False)}</f><v>{found.value}</v></c>"
        for column in look.numbers:
            value = values[column]
            inside[column] = _SMALL.get(value) or _number(value)
        return tuple(inside)

    def _text(self, start: str, text: str) -> str:
        """The cell of a text."""
        if not text:
            return f"{start}/>"
        if plain := _plain(text):
            return f'{start} t="inlineStr"><is><t>{plain}</t></is></c>'
        self.shares_texts = True
        index = self.str_table._get_shared_string_index(xml_safe(text)[:MAX_TEXT])
        return f'{start} t="s"><v>{index}</v></c>'

    def _row_look(self, height: float | None, level: int) -> str:
        usual = self.default_row_height
        pixels = usual if height is None else int(height * 4 / 3 + 0.5)
        return _row_attributes(pixels, pixels != self.original_row_height or pixels != usual, level)

    def _write_rows(self) -> None:
        """The rows of XlsxWriter above and below the lines, and where these come."""
        first, last = self.dim_rowmin or 0, self.dim_rowmax or 0
        if self._lines is None:
            super()._write_rows()
            return
        if lost := [row for row in (*self.row_info, *self.table) if self._first_line <= row < self._behind]:
            raise RuntimeError(f"{self.name}: row {lost[0] + 1} is a line and cannot be written otherwise")
        self._write_between(first, self._first_line - 1)
        self.fh.write(_PLACE)
        self._write_between(self._behind, last)
        self.dim_rowmin, self.dim_rowmax = first, last

    @property
    def has_lines(self) -> bool:
        return self._lines is not None

    def packed_lines(self) -> Lines:
        """Raises `ValueError` where a text of theirs is a shared one, which only this workbook knows."""
        xml = BytesIO()
        self.copy_lines(xml)
        return self._told(xml.getvalue())

    def stored_lines(self, place: Path) -> Lines:
        """The same for lines that are too many to be held in memory; `place` becomes a file."""
        with place.open("wb") as xml:
            self.copy_lines(xml)
        return self._told(place)

    def _told(self, xml: bytes | Path) -> Lines:
        if self.shares_texts:
            raise ValueError(f"{self.name}: shared texts")
        return Lines(xml, self._first_line, self._behind, self.dim_colmax or 0, self.outline_row_level)

    def take_lines(self, lines: Lines) -> int:
        """Lines that were written in another process, into this sheet as long as it has none."""
        outside = self._check_dimensions(lines.first, 0) or self._check_dimensions(lines.behind - 1, lines.column)
        if self._lines is not None or outside:
            return -1
        self._lines = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # `discard`
        with lines.xml.open("rb") if isinstance(lines.xml, Path) else BytesIO(lines.xml) as xml:
            copyfileobj(xml, self._lines, COPIED)
        self._first_line, self._behind = lines.first, lines.behind
        self.outline_row_level = max(self.outline_row_level, lines.level)
        return 0

    def copy_lines(self, part: IO[bytes]) -> None:
        if self._lines is not None:
            self._put_away(self._lines)
            self._lines.seek(0)
            copyfileobj(self._lines, part)

    def discard(self) -> None:
        """The lines are needed no more."""
        if self._lines is not None:
            self._lines.close()

    def _write_between(self, first: int, last: int) -> None:
        self.dim_rowmin, self.dim_rowmax = first, last
        if first <= last:
            super()._write_rows()


class LooseSheet(LineSheet):
    """A sheet without a workbook, for lines that another process takes."""

    def __init__(self) -> None:
        super().__init__()
        self.str_table = SharedStringTable()


def with_lines(package: IO[bytes], sheets: Sequence[LineSheet]) -> bytes:
    """What XlsxWriter wrote of a workbook with these sheets, with their lines in their places.

    Part by part, so that no sheet is ever in memory as a whole.
    """
    parts = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, start=1)}
    whole = BytesIO()
    with ZipFile(package) as written, ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        for info in written.infolist():
            above, place, below = written.read(info).partition(_PLACE.encode())
            named = ZipInfo(info.filename, info.date_time)
            named.compress_type = ZIP_DEFLATED
            setattr(named, _LEVEL_NAME, LEVEL if place else None)
            with archive.open(named, "w", force_zip64=False) as part:
                part.write(above)
                if place:
                    parts[info.filename].copy_lines(part)
                part.write(below)
    return whole.getvalue()


def _number(value: int) -> str:
    return f"><v>{value}</v></c>" if -EXACT < value < EXACT else f"><v>{value:.16G}</v></c>"


_SMALL: Mapping[int | None, str] = {None: "/>", **{value: _number(value) for value in range(1_000)}}
"""What nearly all cells hold."""


def types_of(values: Sequence[Value]) -> tuple[type, ...]:
    """The types of a line; a blank cell counts as a number that is not there."""
    return tuple([_KINDS.get(value.__class__) or _kind(value) for value in values])


_KINDS: Mapping[type, type] = {NoneType: int, int: int, str: str}


def _kind(value: Value) -> type:
    """Of a text or a number of a type of its own."""
    return next((kind for kind in (str, int) if isinstance(value, kind)), value.__class__)


def _plain(text: str) -> str | None:
    """A text as it stands in a cell; `None` for one that readers take in more than one way there."""
    if not text.isprintable() or len(text) > MAX_TEXT // 2 or "_x" in text or text[0] == " " or text[-1] == " ":
        return None
    return escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


@lru_cache(maxsize=1024)
def _row_attributes(pixels: float, told: bool, level: int) -> str:
    height = f' ht="{pixels * 0.75:.16g}" customHeight="1"' if told else ""
    return f'{height} outlineLevel="{level}"' if level else height
