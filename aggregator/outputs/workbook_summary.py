"""`Tổng hợp`: the official table with the totals, and beside it for whom, as of when, how complete, what is missing.

The table stands at the same addresses as on the form, so that it prints as the same annex. What is not complete is said
three times: beside the title, in full in column J, and in one printed line under the footnote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from aggregator import layout as place
from aggregator.consolidation import Consolidation, Totals, count_filled
from aggregator.forms import Row
from aggregator.layout import Layout
from aggregator.outputs.workbook_layout import NOTES_SHEET, Sum, Table, total_cells
from aggregator.outputs.workbook_looks import MONEY_FORMAT
from aggregator.reading.book import Address
from aggregator.seal import Token
from aggregator.styles import (
    BORDER,
    FONT,
    NOTHING,
    PAGE_NUMBERS,
    SMALL,
    TOTAL,
    WARN,
    WIDTHS,
    lines_height,
    row_height,
    unit_line,
    wrapped_lines,
    write_foot,
    write_row_texts,
    write_titles,
)
from aggregator.text import clean
from aggregator.writing import Page, Style

INFO_COLUMN = 10
"""The coverage block begins in J, beside row codes and live check."""
SUMMARY_WIDTHS = (*WIDTHS[:6], 36, 9, 3, 100)
FIRST_NAMES = 5
"""How many names stand before "and N more"."""
EXACT_DIGITS = 10**15
"""Excel keeps 15 digits of a number; beyond that what it shows is not the sum."""

WORDS: Style = {**FONT, "font_size": 9, "font_color": "#595959"}
INFO: Style = {**FONT, "font_size": 11}
MONEY: Style = {**TOTAL, "num_format": MONEY_FORMAT, "shrink": True, "text_wrap": False}
NATION_FONT: Style = {"font_name": "Times New Roman", "bold": True}
NATION: tuple[tuple[str, Style], ...] = (
    ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n", {**NATION_FONT, "font_size": 12}),
    ("Độc lập - Tự do - Hạnh phúc\n", {**NATION_FONT, "font_size": 13}),
    ("─" * 20, {**NATION_FONT, "font_size": 7}),
)
NATION_CELL: Style = {**FONT, "align": "center", "valign": "top", "text_wrap": True}
ATTACHED_WORDS = "kèm theo báo cáo"
ATTACHED = "(Kèm theo Báo cáo số ........./BC-......... ngày ..... tháng ..... năm ......... của ....................)"
"""Decree 30/2020, annex I: a table that belongs to a report says to which; the office fills it in by hand."""


def write_summary(page: Page, result: Consolidation, token: Token, branches: Table) -> None:
    """The whole sheet."""
    layout = Layout(result.form)
    page.widths(SUMMARY_WIDTHS)
    page.text(place.TOKEN_CELL, token.text, SMALL)
    _write_heading(page, result, layout)
    cells = total_cells(result.form, branches, result.totals)
    filled = count_filled(result.form, result.leaves)
    for row in result.form.rows:
        _write_row(page, result, layout, row, cells)
        page.text((layout.row_of[row.key], place.CHECK), row_words(result, row, filled), WORDS)
    end = write_foot(page, layout, result.signature, " ".join(coverage_lines(result)))
    _write_coverage(page, result)
    _set_up(page, layout, end)


def _write_heading(page: Page, result: Consolidation, layout: Layout) -> None:
    """The head of an official document in the row of the unit, and in that of the caption what the table belongs to."""
    row = layout.unit_row
    unit = unit_line(result.at.name)
    page.merged((row, place.STT), (row, place.LABEL), unit, {**FONT, "bold": True, "text_wrap": True, "valign": "top"})
    page.merged_rich((row, place.UNIT), (row, place.NOTE), NATION, NATION_CELL)
    page.height(row, lines_height(max(3, wrapped_lines(unit, sum(WIDTHS[:2])))) + 4)
    write_titles(page, layout, annex_caption(result.caption), beside="Cộng từ")


def annex_caption(caption: str | None) -> str:
    """The caption of the form, and to which report the annex belongs unless the form itself says so."""
    if caption and ATTACHED_WORDS in clean(caption).casefold():
        return caption
    return "\n".join(text for text in (caption, ATTACHED) if text)


def _write_row(page: Page, result: Consolidation, layout: Layout, row: Row, cells: Mapping[Address, Sum]) -> None:
    at = layout.row_of[row.key]
    write_row_texts(page, layout, row)
    money = (row.key, "money") in layout.cell_of
    if money:
        page.merged_number((at, place.COUNT), (at, place.PEOPLE), TOTAL)
    for column in (place.COUNT,) if money else (place.COUNT, place.PEOPLE):
        total = cells.get((at, column))
        if total is None:
            page.blank((at, column), NOTHING)
        else:
            page.formula((at, column), total.formula, total.value, MONEY if money else TOTAL)
    note = _note(result, row)
    page.text((at, place.NOTE), note, BORDER)
    page.height(at, max(row_height(row), lines_height(wrapped_lines(note, WIDTHS[5] - 2))))


def _note(result: Consolidation, row: Row) -> str:
    """The form's own remark; in an open row how many texts stand on `Ghi chú`."""
    texts = sum(note.kind == "open" and note.about == row.key for leaf in result.leaves for note in leaf.notes)
    return f"{texts} nội dung, xem sheet {NOTES_SHEET}" if texts else row.remark


def row_words(result: Consolidation, row: Row, filled: Totals) -> str:
    """How many units stand behind the numbers of a row and how many left them blank."""
    measures = [measure for key, measure in result.form.figures if key == row.key]
    words = [_words(filled[row.key, measure], result.blank.get((row.key, measure), 0)) for measure in measures]
    if any(result.totals[(row.key, measure)] >= EXACT_DIGITS for measure in measures):
        return "Số quá 15 chữ số: Excel không giữ đủ, xem tệp JSON"
    if len(set(words)) < 2:
        return words[0] if words else ""
    return "; ".join(f"{'DE'[number]}: {text}" for number, text in enumerate(words))


def _words(filled: int, blank: int) -> str:
    return f"{filled} đơn vị, {blank} để trống" if blank else f"{filled} đơn vị"


# --- coverage ------------------------------------------------------------------------------------------------------


def coverage_share(result: Consolidation) -> str:
    """`37/41 đơn vị`; without a register only how many there are."""
    accepted, expected = len(result.coverage.accepted), result.coverage.expected
    return f"{accepted} đơn vị" if expected is None else f"{accepted}/{len(expected)} đơn vị"


def is_complete(result: Consolidation) -> bool:
    return result.coverage.expected is not None and len(result.coverage.accepted) == len(result.coverage.expected)


def day_words(day: str | None) -> str:
    """`2024-11-05` → `05/11/2024`; anything else as it stands."""
    try:
        return date.fromisoformat(day or "").strftime("%d/%m/%Y")
    except ValueError:
        return day or ""


def coverage_lines(result: Consolidation) -> Iterator[str]:
    """What is printed under the table: how complete, as of when, who is not in."""
    day = f", số liệu đến ngày {day_words(result.as_of)}" if result.as_of else ""
    yield f"Tổng hợp từ {coverage_share(result)}{day}."
    if result.coverage.expected is None:
        yield "Không có danh sách đơn vị nên chưa biết còn thiếu đơn vị nào."
    coverage = result.coverage
    lists = (("Cần sửa", coverage.refused), ("Chưa nộp", coverage.missing), ("Nộp muộn", coverage.late or ()))
    for words, codes in lists:
        if codes:
            yield f"{words} ({len(codes)}): {first_names(result, codes)}."
    unknown = [line.unit.code for line in result.units if line.remark]
    if unknown:
        yield f"Cần xem lại ở sheet Tình trạng nộp ({len(unknown)}): {first_names(result, unknown)}."


def first_names(result: Consolidation, codes: Sequence[str]) -> str:
    """Some names and how many more."""
    names = [result.register.by_code[code].name for code in codes[:FIRST_NAMES]]
    rest = len(codes) - len(names)
    return ", ".join(names) + (f" và {rest} đơn vị khác" if rest else "")


def _write_coverage(page: Page, result: Consolidation) -> None:
    """The block in J, and its essence beside the title where it is seen at once."""
    at = result.at
    complete = is_complete(result)
    short = f"{'Đủ' if complete else 'Mới có'} {coverage_share(result)}"
    page.text((1, place.CHECK), short, INFO if complete else WARN)
    if result.as_of:
        page.text((2, place.CHECK), f"Số liệu đến ngày {day_words(result.as_of)}", INFO)
    lines = [f"TỔNG HỢP CHO: {at.name} ({at.code})", *coverage_lines(result)]
    for row, line in enumerate(lines, start=1):
        page.text((row, INFO_COLUMN), line, {**INFO, "bold": True} if row == 1 else INFO)


def _set_up(page: Page, layout: Layout, end: int) -> None:
    page.call("set_paper", 9)
    page.call("set_margins", left=0.79, right=0.6, top=0.79, bottom=0.79)
    page.call("fit_to_pages", 1, 0)
    page.call("hide_gridlines", 2)
    page.call("print_area", 0, 0, end - 1, place.NOTE - 1)
    page.call("repeat_rows", layout.header_row - 1, layout.header_row)
    page.call("freeze_panes", layout.first_row - 1, place.LABEL)
    page.call("set_footer", PAGE_NUMBERS)
