"""The shared look of every workbook we write: type, borders, widths, heights, and the printed table's texts.

The form and the consolidated workbook show the same official table; what is drawn the same way in both is here.
Nothing here knows a unit, a campaign or a number.
"""

from __future__ import annotations

import textwrap
from functools import lru_cache

from aggregator import layout as place
from aggregator.forms import Row
from aggregator.layout import Layout
from aggregator.writing import Page, Style

FONT: Style = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"}
BORDER: Style = {**FONT, "border": 1, "text_wrap": True}
CENTRE: Style = {**BORDER, "align": "center"}
HEADER: Style = {**CENTRE, "bold": True, "bg_color": "#E8EEF4"}
INPUT: Style = {**BORDER, "locked": False, "bg_color": "#FFFDE7"}
INPUT_NUMBER: Style = {**INPUT, "align": "right", "num_format": "#,##0"}
TOTAL: Style = {**BORDER, "bold": True, "align": "right", "num_format": "#,##0", "bg_color": "#E8EEF4"}
NOTHING: Style = {**BORDER, "bg_color": "#D9D9D9"}
TITLE: Style = {**FONT, "bold": True, "align": "center", "text_wrap": True, "font_size": 13}
CAPTION: Style = {**FONT, "italic": True, "align": "center", "text_wrap": True}
PLAIN: Style = {**FONT, "text_wrap": True}
SIGN: Style = {**FONT, "bold": True, "align": "center"}
WARN: Style = {**FONT, "font_size": 11, "font_color": "#C00000", "bold": True}
SMALL: Style = {"font_name": "Arial", "font_size": 7, "font_color": "#808080", "valign": "vcenter"}

WIDTHS = (5, 44, 13, 10, 10, 15, 34, 9)
LINE = 16.5
"""Points of one line of 12-point type."""

PAGE_NUMBERS = '&C&"Times New Roman"&11Trang &P/&N'


def write_head(page: Page, layout: Layout, unit: str, caption: str | None) -> None:
    """Everything above the first row of the form's table."""
    write_across(page, layout.unit_row, unit_line(unit), {**FONT, "bold": True, "text_wrap": True})
    write_titles(page, layout, caption or "", place.CHECK_HEADER)


def write_titles(page: Page, layout: Layout, caption: str, beside: str) -> None:
    """Titles, caption and headers; `beside` heads column G."""
    for row, title in zip(layout.title_rows, layout.form.titles, strict=True):
        write_across(page, row, title, TITLE)
    write_across(page, layout.caption_row, caption, CAPTION)
    write_header(page, layout)
    page.text((layout.header_row, place.CHECK), beside, WARN)
    page.text((layout.header_row, place.CODE), place.CODE_HEADER, SMALL)


def unit_line(name: str) -> str:
    return f"Đơn vị: {name}"


def write_header(page: Page, layout: Layout) -> None:
    """Both header rows; every column but D and E spans them."""
    top = layout.header_row
    for (row, column), text in layout.header_cells().items():
        if column == place.COUNT and row == top:
            page.merged((row, column), (row, place.PEOPLE), text, HEADER)
        elif row == top:
            page.merged((row, column), (row + 1, column), text, HEADER)
        else:
            page.text((row, column), text, HEADER)
    page.height(top, lines_height(1))
    page.height(top + 1, lines_height(2))


def write_across(page: Page, row: int, text: str, style: Style) -> None:
    """One text over the printed columns A to F."""
    page.merged((row, place.STT), (row, place.NOTE), text, style)
    page.height(row, lines_height(across_lines(text)) + 3)


def across_lines(text: str) -> int:
    """How many lines `text` takes over the printed columns."""
    return sum(wrapped_lines(line, sum(WIDTHS[:6]) * 0.9) for line in text.split("\n"))


def wrapped_lines(text: str, width: float) -> int:
    """How many lines `text` takes in a column of this width."""
    if len(text) <= max(4, int(width)) and "\t" not in text:
        return 1
    return _wrapped(text, max(4, int(width)))


@lru_cache(maxsize=4096)
def _wrapped(text: str, width: int) -> int:
    return max(1, len(textwrap.wrap(text, width)))


def lines_height(lines: int) -> float:
    return LINE * lines + 2


LETTERS_PER_WIDTH = 1.12
"""Letters of 12-point Times New Roman that one unit of column width holds at least, in Vietnamese text."""


def row_height(row: Row) -> float:
    """High enough for label, unit and the form's remark; bold letters are wider."""
    label = WIDTHS[1] * (1 if row_style(row, BORDER).get("bold") else LETTERS_PER_WIDTH)
    unit = WIDTHS[2] * LETTERS_PER_WIDTH
    texts = ((row.label, label), (row.unit, unit), (row.remark, WIDTHS[5] - 2))
    return lines_height(max(wrapped_lines(text, width) for text, width in texts))


def row_style(row: Row, style: Style) -> Style:
    """Numbered rows are printed bold."""
    return {**style, "bold": True} if row.stt or row.kind == "heading" else style


def write_row_texts(page: Page, layout: Layout, row: Row) -> None:
    """STT, label, unit and code of a row, as printed."""
    at = layout.row_of[row.key]
    page.text((at, place.STT), row.stt, row_style(row, CENTRE))
    page.text((at, place.LABEL), row.label, row_style(row, BORDER))
    page.text((at, place.UNIT), row.unit, CENTRE)
    page.text((at, place.CODE), row.code, SMALL)
    page.height(at, row_height(row))


def write_foot(page: Page, layout: Layout, signature: tuple[str, ...], between: str | None = None) -> int:
    """Footnote, a line of ours where there is one, date and signature; returns the last printed row."""
    row = layout.footnote_row
    write_across(page, row, layout.form.footnote or "", {**CAPTION, "align": "left"})
    if between is not None:
        row += 1
        write_across(page, row, between, {**CAPTION, "align": "left"})
    row += 1
    page.merged((row, place.UNIT), (row, place.NOTE), "........., ngày ..... tháng ..... năm ........", {**CAPTION})
    page.text((row + 1, place.LABEL), "NGƯỜI LẬP BIỂU", SIGN)
    for number, line in enumerate(signature, start=1):
        style = SIGN if not line.startswith("(") else {**CAPTION}
        page.merged((row + number, place.UNIT), (row + number, place.NOTE), line, style)
    return row + max(1, len(signature)) + 4
