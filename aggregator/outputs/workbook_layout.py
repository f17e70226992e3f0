"""Where every number of the consolidated workbook stands and which cells it is the sum of.

Pure: no sheet is written or read here. The writer draws these tables and the reader compares a workbook with them, so
that the two cannot disagree. A total on `Tổng hợp` sums a column of `Theo đơn vị`; each number there sums one
contiguous block of `Chi tiết`; unit codes are never a criterion, because spreadsheets take "007" and "7" for equal.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from aggregator import layout as place
from aggregator.consolidation import Branch, Totals
from aggregator.figures import values_of
from aggregator.forms import FigureKey, Form
from aggregator.layout import Layout, figure_name, sum_formula
from aggregator.reading.book import Address, a1
from aggregator.submission import Leaf, Origin
from aggregator.text import CELL_LENGTH, xml_safe

SUMMARY_SHEET = "Tổng hợp"
BRANCH_SHEET = "Theo đơn vị"
DETAIL_SHEET = "Chi tiết"
STATUS_SHEET = "Tình trạng nộp"
FINDINGS_SHEET = "Vấn đề"
NOTES_SHEET = "Ghi chú"
ACTIVITIES_SHEET = "Hoạt động"
CALENDAR_SHEET = "Lịch"
CHART_SHEET = "Biểu đồ"
SOURCE_SHEET = "Nguồn"
CHECK_SHEET = "_KIEM"

LABEL_ROW, HEADER_ROW, FIRST_LINE = 2, 3, 4
"""Rows of every list: a title in row 1, words above the headers, the headers, then one line each."""

BACK = "◂ Về sheet Tổng hợp"
"""In the row above the headers of every list."""

BRANCH_HEADERS = ("Mã đơn vị", "Tên đơn vị", "Cấp", "Số bản nộp")
DETAIL_HEADERS = ("Mã đơn vị", "Tên đơn vị", "Đơn vị cấp trên", "Cấp", "Tệp", "SHA-256", "Phiên bản mẫu")
DETAIL_EXTRAS = ("Phạm vi số liệu", "Có tổ chức hoạt động", "Lưu lần cuối", "Qua tệp tổng hợp", "Nguồn số liệu")
BRANCH_EXTRAS = ("Nguồn số liệu",)
ORIGIN_WORDS: Mapping[Origin, str] = {
    "own": "biểu của đơn vị",
    "proven": "tệp tổng hợp, đã kiểm, dấu đúng",
    "consistent": "tệp tổng hợp, số khớp, chưa rõ nguồn gốc",
    "typed": "tổng ghi tay gồm cả đơn vị trực thuộc",
}
OWN_ACTIVITY = "{name} (hoạt động của chính đơn vị)"
LABEL_LENGTH = 60
ROWS = 1_048_576
CUT = " … (đã cắt bớt, xem tệp gốc)"


@dataclass(frozen=True, slots=True)
class Sum:
    """A formula without `=` and the result stored with it."""

    formula: str
    value: int


Value = str | int | Sum | None
"""What a cell holds; `None` is a blank cell."""


class OnDemand(Sequence[tuple[Value, ...]]):
    """Lines that are made when they are asked for: all of them would fill the memory."""

    def __init__(self, number: int, make: Callable[[int], tuple[Value, ...]]) -> None:
        self._number, self._make = number, make

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, at: int) -> tuple[Value, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[Value, ...]]: ...
    def __getitem__(self, at: int | slice) -> Any:
        numbers = range(self._number)[at]
        return self._make(numbers) if isinstance(numbers, int) else [self._make(number) for number in numbers]


@dataclass(frozen=True)
class Table:
    """A sheet of lines that begin with a unit code. `figures` names the columns that hold numbers of the form."""

    sheet: str
    headers: tuple[str, ...]
    lines: Sequence[tuple[Value, ...]]
    figures: Mapping[int, FigureKey]

    @property
    def last_line(self) -> int:
        """The sheet row of the last line; the first row where there is none, which sums to 0."""
        return FIRST_LINE + max(len(self.lines), 1) - 1


def shortened(text: str) -> str:
    """A text as a cell can hold it: Excel keeps 32,767 characters; what is cut says so."""
    if len(text) <= CELL_LENGTH // 2 and text.isprintable():
        return text
    safe = xml_safe(text, 10 * len(text))
    return safe if xml_safe(safe) == safe else xml_safe(safe, CELL_LENGTH - len(CUT)) + CUT


def figure_columns(form: Form, first: int) -> dict[FigureKey, int]:
    """Column of every number of the form where the first stands in column `first`."""
    return {key: column for column, key in enumerate(form.figures, start=first)}


def figure_label(form: Form, figure: FigureKey) -> str:
    """The row's label and what is counted, for people: `Xóa mù chữ – số lớp`."""
    row = form.by_key[figure[0]]
    word = row.words.get(figure[1], "")
    counted = word if figure[1] == "money" or not word else f"số {word}"
    return f"{textwrap.shorten(row.label, LABEL_LENGTH, placeholder=' …')} – {counted or figure[1]}"


def detail_table(form: Form, leaves: Sequence[Leaf], totals: Sequence[Totals]) -> Table:
    """One line per leaf: typed figures as they are, blanks blank, computed ones as sums of their own line."""
    columns = figure_columns(form, len(DETAIL_HEADERS) + 1)
    places = {key: place for place, key in enumerate(form.figures)}
    computed = [
        Computed(key, places[key], _row_formula([columns[part] for part in parts]))
        for key, parts in form.computed.items()
        if key in places
    ]

    def line(number: int) -> tuple[Value, ...]:
        leaf = leaves[number]
        figures = _leaf_numbers(form, leaf, totals[number], FIRST_LINE + number, computed)
        return *_who(leaf), *figures, *_extras(leaf)

    names = (figure_name(form, key) for key in form.figures)
    headers = (*DETAIL_HEADERS, *names, *DETAIL_EXTRAS)
    return Table(DETAIL_SHEET, headers, OnDemand(len(leaves), line), _by_column(columns))


def _who(leaf: Leaf) -> tuple[str, ...]:
    unit = leaf.unit
    level = place.LEVEL_NAMES.get(unit.level, unit.level)
    return unit.code, unit.name, unit.parent or "", level, leaf.file, leaf.sha256, leaf.version


def _extras(leaf: Leaf) -> tuple[str, ...]:
    scope = place.SCOPE_INCLUSIVE if leaf.inclusive else place.SCOPE_OWN
    return scope, place.HELD[0 if leaf.held else 1], leaf.saved or "", leaf.via or "", ORIGIN_WORDS[leaf.origin]


@dataclass(frozen=True, slots=True)
class Computed:
    """A number of the form that is a sum of its line: its place among the figures, and its formula in pieces."""

    key: FigureKey
    place: int
    formula: Sequence[str]


def _leaf_numbers(form: Form, leaf: Leaf, totals: Totals, row: int, computed: Sequence[Computed]) -> list[Value]:
    numbers: list[Value] = list(values_of(leaf.figures, form.figures))
    digits = str(row)
    for one in computed:
        numbers[one.place] = Sum(digits.join(one.formula), totals[one.key])
    return numbers


def _row_formula(columns: Sequence[int]) -> list[str]:
    """The sum over cells of one row, in pieces: the row's number belongs between them."""
    return sum_formula([(ROWS, column) for column in columns]).split(str(ROWS))


def branch_table(form: Form, branches: Sequence[Branch], leaves: Sequence[Leaf]) -> Table:
    """One line per direct child and one for the unit's own activity; a branch without leaves has blank numbers."""
    columns = figure_columns(form, len(BRANCH_HEADERS) + 1)
    lines = (
        (*_branch_who(branch), *_branch_numbers(form, branch), _origins(leaves[branch.first : branch.last]))
        for branch in branches
    )
    names = (figure_name(form, key) for key in form.figures)
    return Table(BRANCH_SHEET, (*BRANCH_HEADERS, *names, *BRANCH_EXTRAS), tuple(lines), _by_column(columns))


def _origins(leaves: Sequence[Leaf]) -> str:
    """Where the numbers of a branch came from, each origin once."""
    found = {leaf.origin for leaf in leaves}
    return "; ".join(words for origin, words in ORIGIN_WORDS.items() if origin in found)


def _branch_who(branch: Branch) -> tuple[str | int, ...]:
    unit = branch.unit
    name = OWN_ACTIVITY.format(name=unit.name) if branch.own else unit.name
    return unit.code, name, place.LEVEL_NAMES.get(unit.level, unit.level), branch.last - branch.first


def _branch_numbers(form: Form, branch: Branch) -> tuple[Sum | None, ...]:
    """Sums over the block of `Chi tiết` that holds the branch's leaves."""
    if branch.first == branch.last:
        return (None,) * len(form.figures)
    columns = figure_columns(form, len(DETAIL_HEADERS) + 1)
    first, last = FIRST_LINE + branch.first, FIRST_LINE + branch.last - 1
    return tuple(Sum(_block(DETAIL_SHEET, first, last, column), branch.totals[key]) for key, column in columns.items())


def _block(sheet: str, first: int, last: int, column: int) -> str:
    return f"SUM('{sheet}'!{a1(first, column)}:{a1(last, column)})"


def _by_column(columns: Mapping[FigureKey, int]) -> dict[int, FigureKey]:
    return {column: key for key, column in columns.items()}


def total_cells(form: Form, branches: Table, totals: Totals) -> dict[Address, Sum]:
    """Every total of `Tổng hợp` at its place in the official table; totals of the form sum their own column too."""
    columns = figure_columns(form, len(BRANCH_HEADERS) + 1)
    return {
        address: Sum(_block(BRANCH_SHEET, FIRST_LINE, branches.last_line, columns[key]), totals[key])
        for key, address in Layout(form).cell_of.items()
    }
