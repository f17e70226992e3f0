"""Where everything of a form stands on its sheets: the one place that the writer and the reader both ask.

Columns A to F are the printed table, G the live check, H the row code. Addresses are (row, column), counted from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from aggregator.forms import FigureKey, Form, Measure, Row
from aggregator.reading.book import Address, a1

STT, LABEL, UNIT, COUNT, PEOPLE, NOTE, CHECK, CODE = range(1, 9)
"""Columns of `Số liệu` and `Tổng hợp`."""

COLUMN_OF: Mapping[Measure, int] = {"count": COUNT, "people": PEOPLE, "money": COUNT}
"""Money is one cell over D and E; its value stands in D."""

DATA_SHEET = "Số liệu"
UNIT_SHEET = "Đơn vị"
ACTIVITIES_SHEET = "Hoạt động"
CALENDAR_SHEET = "Lịch"
EVIDENCE_SHEET = "Minh chứng"
NARRATIVE_SHEET = "Thuyết minh"
HELP_SHEET = "Hướng dẫn"
HIDDEN_SHEET = "_HTSD"

TOKEN_CELL: Address = (1, CODE)
"""The locked cell with the token on every visible sheet, outside the print area."""

CODE_HEADER = "Mã dòng"
CHECK_HEADER = "Kiểm tra"

UNIT_FIRST_ROW = 3
UNIT_LABELS = (
    "Mã đơn vị",
    "Tên đơn vị",
    "Cấp",
    "Đơn vị cấp trên",
    "Người lập biểu",
    "Điện thoại",
    "Có tổ chức hoạt động",
    "Phạm vi số liệu",
)
"""`Đơn vị`: label in A, value in B, from `UNIT_FIRST_ROW` on."""

HELD = ("có", "không")
SCOPE_OWN = "chỉ của đơn vị"
SCOPE_INCLUSIVE = "gồm cả đơn vị trực thuộc"

LEVEL_NAMES: Mapping[str, str] = {
    "school": "Cơ sở giáo dục / đơn vị",
    "commune": "Xã / phường / thị trấn",
    "district": "Huyện / quận / thị xã / thành phố",
    "province": "Tỉnh / thành phố trực thuộc trung ương",
    "nation": "Toàn quốc",
}

LIST_FIRST_ROW = 4
"""First line of `Hoạt động`, `Lịch`, `Minh chứng` and `Thuyết minh`; the headers stand one row above."""
EVIDENCE_LINES = 20


@dataclass(frozen=True)
class Layout:
    """Addresses of one form on `Số liệu`: unit line, titles, caption, two header rows, table, footnote, signature."""

    form: Form

    @property
    def unit_row(self) -> int:
        return 1

    @property
    def title_rows(self) -> range:
        return range(2, 2 + len(self.form.titles))

    @property
    def caption_row(self) -> int:
        return 2 + len(self.form.titles)

    @property
    def header_row(self) -> int:
        """The upper of the two header rows."""
        return self.caption_row + 1

    @property
    def first_row(self) -> int:
        return self.header_row + 2

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.form.rows) - 1

    @property
    def footnote_row(self) -> int:
        return self.last_row + 1

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Sheet row of each row key."""
        return {row.key: self.first_row + number for number, row in enumerate(self.form.rows)}

    @cached_property
    def cell_of(self) -> Mapping[FigureKey, Address]:
        """Address of every number, typed or computed."""
        return {(key, measure): (self.row_of[key], COLUMN_OF[measure]) for key, measure in self.form.figures}

    def header_cells(self) -> Mapping[Address, str]:
        """Both header rows: address and text as printed."""
        upper, lower, texts = self.header_row, self.header_row + 1, self.form.header
        return {
            (upper, STT): texts["stt"],
            (upper, LABEL): texts["label"],
            (upper, UNIT): texts["unit"],
            (upper, COUNT): texts["quantity"],
            (lower, COUNT): texts["count"],
            (lower, PEOPLE): texts["people"],
            (upper, NOTE): texts["note"],
        }

    def open_cells(self, level: str | None) -> Mapping[Address, FigureKey | None]:
        """Cells of the table that a unit of this level may fill; `None` marks a note."""
        cells: dict[Address, FigureKey | None] = {}
        for row in self.form.rows:
            at = self.row_of[row.key]
            cells.update({(at, COLUMN_OF[measure]): (row.key, measure) for measure in row.fillable_at(level)})
            cells[(at, NOTE)] = None
        return cells

    def total_formula(self, row: Row, at: Mapping[str, int] | None = None) -> str:
        """The formula of a computed row, as issued (without `=`)."""
        if row.total is None:
            raise ValueError(f"row {row.key} is not a total")
        rows = at or self.row_of
        return sum_formula([(rows[part], COLUMN_OF[row.total.measure]) for part in row.total.parts])


@lru_cache(maxsize=16)
def layout_of(form: Form) -> Layout:
    """The one layout of a form, whose addresses are worked out once."""
    return Layout(form)


def sum_formula(cells: list[Address]) -> str:
    """`SUM(D8:D20)` where the cells are one run of a column, else their list."""
    rows, columns = [row for row, _ in cells], {column for _, column in cells}
    if len(columns) == 1 and rows == list(range(rows[0], rows[0] + len(rows))):
        return f"SUM({a1(*cells[0])}:{a1(*cells[-1])})"
    return f"SUM({','.join(a1(*cell) for cell in cells)})"


def figure_name(form: Form, figure: FigureKey) -> str:
    """Column header of a number in the result workbook: row code and measure (`M01.01.count`)."""
    key, measure = figure
    return f"{form.by_key[key].code}.{measure}"
