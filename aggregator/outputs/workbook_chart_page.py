"""Draws `Biểu đồ`: small tables at the left, beside each a native chart of its cells, two to a printed page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aggregator.outputs.workbook_charts import HEIGHT, TOP, Panel, panel_cells
from aggregator.outputs.workbook_layout import BACK, BRANCH_SHEET, CHART_SHEET, SUMMARY_SHEET, Sum
from aggregator.outputs.workbook_links import BACK_TIP
from aggregator.outputs.workbook_looks import HEAD, LINKED, MONEY, NUMBER, TEXT, TITLE, print_landscape
from aggregator.reading.book import Address
from aggregator.styles import FONT
from aggregator.writing import Book, Page, Style

WIDTHS = (50, 16, 12, 2)
CHART_COLUMN = len(WIDTHS) + 1
CHART_SIZE = {"width": 760, "height": (HEIGHT - 2) * 20}
QUESTION: Style = {**FONT, "font_size": 12, "bold": True}
HINT: Style = {**FONT, "font_size": 10, "font_color": "#595959"}
ROW_HEIGHT = 15.0
GAP, WIDEST_GAP = 45, 500
"""Between bars, percent of a bar; few bars stay thin (500 is the most that Excel takes)."""

FILLS: Sequence[Mapping[str, Any]] = (
    {"fill": {"color": "#1F4E79"}},
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#7F7F7F", "bg_color": "#FFFFFF"}},
)
"""The second is hatched: on a black and white printer the two stay apart."""
LABEL: Mapping[str, Any] = {"name": "Times New Roman", "size": 10}
HINT_TEXT = (
    f"Số trong các bảng lấy từ sheet {SUMMARY_SHEET} và {BRANCH_SHEET}; mỗi hình chỉ vẽ các dòng của bảng bên trái."
)


def write_chart_page(book: Book, panels: Sequence[Panel]) -> dict[Address, str | int | Sum]:
    """The whole sheet; returns every cell that holds anything."""
    page = book.page(CHART_SHEET)
    page.widths(WIDTHS)
    page.text((1, 1), "BIỂU ĐỒ", TITLE)
    page.text((2, 1), BACK, LINKED)
    page.link_cell((2, 1), f"'{SUMMARY_SHEET}'!A1", BACK_TIP)
    page.text((3, 1), HINT_TEXT, HINT)
    cells: dict[Address, str | int | Sum] = {}
    for number, panel in enumerate(panels):
        own = panel_cells(number, panel)
        _write_cells(page, panel, own)
        cells |= own
        if panel.lines:
            _write_chart(book, page, panel, TOP + number * HEIGHT)
    print_landscape(page, None)
    page.call("set_h_pagebreaks", [TOP - 1 + HEIGHT * number for number in range(2, len(panels), 2)])
    page.call("freeze_panes", 2, 0)
    return cells | page.texts


def _write_cells(page: Page, panel: Panel, cells: Mapping[Address, str | int | Sum]) -> None:
    top = min(row for row, _ in cells)
    number = MONEY if panel.money else NUMBER
    for at, value in cells.items():
        if isinstance(value, Sum):
            page.formula(at, value.formula, value.value, number)
        elif isinstance(value, int):
            page.number(at, value, number)
        else:
            page.text(at, value, QUESTION if at[0] == top else HEAD if at[0] == top + 1 else TEXT)
        page.height(at[0], ROW_HEIGHT)


def _write_chart(book: Book, page: Page, panel: Panel, top: int) -> None:
    series = len(panel.headers) - 1
    chart = book.chart("bar", "stacked" if series > 1 else None)
    first, last = top + 1, top + len(panel.lines)
    for column in range(1, series + 1):
        chart.add_series(
            {
                "name": [CHART_SHEET, top, column],
                "categories": [CHART_SHEET, first, 0, last, 0],
                "values": [CHART_SHEET, first, column, last, column],
                "gap": max(GAP, WIDEST_GAP // len(panel.lines)),
                "border": {"color": "#595959", "width": 0.5},
                "data_labels": _labels(panel, column, series),
                **FILLS[column - 1],
            }
        )
    chart.set_title({"name": panel.question, "name_font": {**LABEL, "size": 13}, "overlay": False})
    chart.set_y_axis({"reverse": True, "num_font": LABEL, "line": {"color": "#7F7F7F"}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_legend({"position": "bottom", "font": LABEL} if series > 1 else {"none": True})
    chart.set_size(CHART_SIZE)
    page.chart((top + 1, CHART_COLUMN), chart, panel.alt)


def _labels(panel: Panel, column: int, series: int) -> dict[str, Any]:
    """Numbers at the bars; a stacked bar has them inside, on white where the fill is dark; a zero says nothing."""
    shown: dict[str, Any] = {"value": True, "num_format": '#,##0" đ"' if panel.money else "#,##0;;", "font": LABEL}
    if series == 1:
        return shown
    dark = {"font": {**LABEL, "color": "#FFFFFF", "bold": True}}
    white = {"font": {**LABEL, "bold": True}, "fill": {"color": "#FFFFFF"}}
    return {**shown, "position": "center", **(dark if column == 1 else white)}
