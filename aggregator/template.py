"""The locked workbook that a unit fills in: made from a form, its layout and, when issued, a unit of the register.

Deterministic: the same form, campaign, unit and key give the same bytes. What could be broken is locked; what is
wrong is said at the cell, in Vietnamese, without macros.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aggregator import layout as place
from aggregator.forms import Form, Measure, Row
from aggregator.layout import COLUMN_OF, Layout
from aggregator.reading.book import Address, a1
from aggregator.styles import (
    INPUT,
    INPUT_NUMBER,
    NOTHING,
    PAGE_NUMBERS,
    TOTAL,
    WARN,
    WIDTHS,
    write_foot,
    write_head,
    write_row_texts,
)
from aggregator.template_sheets import (
    MAX_PROMPT,
    Issue,
    protected_page,
    unit_name,
    write_help_sheet,
    write_hidden_sheet,
    write_list_sheets,
    write_narrative_sheet,
    write_unit_sheet,
)
from aggregator.writing import Book, Entry, Page, build

__all__ = ["Issue", "blank_issue", "write_form"]

MEASURE_WORDS: dict[Measure, str] = {"count": "số lượng", "people": "số người", "money": "số tiền (đồng)"}


def blank_issue(form: Form) -> Issue:
    """The form without campaign or unit."""
    return Issue(form, form.caption, form.signature)


def write_form(issue: Issue) -> bytes:
    """The locked workbook as bytes."""
    properties = {"title": issue.form.titles[-1][:200], "keywords": issue.token.text}
    return build(lambda book: _fill(book, issue), **properties)


def _fill(book: Book, issue: Issue) -> None:
    data = protected_page(book, issue, place.DATA_SHEET)
    _data_sheet(data, issue, Layout(issue.form))
    data.call("activate")
    write_unit_sheet(protected_page(book, issue, place.UNIT_SHEET), issue)
    write_list_sheets(book, issue)
    write_narrative_sheet(protected_page(book, issue, place.NARRATIVE_SHEET), issue.form)
    write_help_sheet(protected_page(book, issue, place.HELP_SHEET), issue)
    write_hidden_sheet(book.page(place.HIDDEN_SHEET), issue)
    book.define("HTSD_TOKEN", f'="{issue.token.text}"')


# --- Số liệu -------------------------------------------------------------------------------------------------------


def _data_sheet(page: Page, issue: Issue, layout: Layout) -> None:
    page.widths(WIDTHS)
    write_head(page, layout, unit_name(issue), issue.caption)
    for row in issue.form.rows:
        _data_row(page, issue, layout, row)
    end = write_foot(page, layout, issue.signature)
    page.call("print_area", 0, 0, end - 1, place.NOTE - 1)
    page.call("repeat_rows", layout.header_row - 1, layout.header_row)
    page.call("freeze_panes", layout.first_row - 1, place.LABEL)
    page.call("set_footer", PAGE_NUMBERS)
    first = next(iter(layout.open_cells(issue.level)))
    page.call("set_selection", first[0] - 1, first[1] - 1, first[0] - 1, first[1] - 1)


def _data_row(page: Page, issue: Issue, layout: Layout, row: Row) -> None:
    at = layout.row_of[row.key]
    write_row_texts(page, layout, row)
    if "money" in row.fill:
        page.merged_number((at, place.COUNT), (at, place.PEOPLE), INPUT_NUMBER)
    for measure, column in (("count", place.COUNT), ("people", place.PEOPLE)):
        if "money" not in row.fill:
            _number_cell(page, issue, layout, row, measure, column)
    for measure in row.fill:
        page.validate((at, COLUMN_OF[measure]), validation(issue.form, row, measure, issue.level))
    page.text((at, place.NOTE), row.remark, INPUT)
    if row.fill:
        page.formula((at, place.CHECK), live_check(layout, row), live_words(layout, row, _typed(issue)), WARN)


def _number_cell(page: Page, issue: Issue, layout: Layout, row: Row, measure: Any, column: int) -> None:
    at = (layout.row_of[row.key], column)
    if measure in row.fillable_at(issue.level):
        page.blank(at, INPUT_NUMBER)
    elif measure == row.computed:
        page.formula(at, layout.total_formula(row), _added(layout, row, _typed(issue)), TOTAL)
    else:
        page.blank(at, NOTHING)


Typed = Mapping[Address, Entry]


def _typed(issue: Issue) -> Typed:
    """What stands in the table already."""
    return issue.typed.get(place.DATA_SHEET, {})


def _added(layout: Layout, row: Row, typed: Typed) -> int:
    """What a sum over the parts of a row gives: like SUM, it passes over texts."""
    parts = row.total.parts if row.total else ()
    column = COLUMN_OF[row.total.measure] if row.total else 0
    return sum(_number(typed, (layout.row_of[part], column)) for part in parts)


def _number(typed: Typed, at: Address) -> int:
    entry = typed.get(at, 0)
    return entry if isinstance(entry, int) else 0


def validation(form: Form, row: Row, measure: Measure, level: str | None) -> dict[str, Any]:
    """Whole numbers from 0 to the cap, with a Vietnamese prompt; a locked cell only tells why it is locked."""
    if measure not in row.fillable_at(level):
        return {"validate": "any", "input_title": "Ô khoá", "input_message": row.hint or "Ô này không phải ghi."}
    cap = form.cap(row, measure, level)
    kind = f"Ghi {MEASURE_WORDS[measure]}, chỉ chữ số. Không có thì để trống hoặc ghi 0."
    most = f"{cap:,}".replace(",", ".")
    return {
        "validate": "integer",
        "criteria": "between",
        "minimum": 0,
        "maximum": cap,
        "ignore_blank": True,
        "input_title": f"Dòng {row.code}",
        "input_message": f"{kind} {row.hint}".strip()[:MAX_PROMPT],
        "error_title": "Số chưa đúng",
        "error_message": f"Chỉ ghi số nguyên từ 0 đến {most}, không ghi chữ, dấu gạch chéo hay ngày tháng.",
        "error_type": "stop",
    }


def live_check(layout: Layout, row: Row) -> str:
    """The formula of column G: what is wrong in this row, in words; empty when nothing is."""
    at = layout.row_of[row.key]
    tests = list(_live_tests(layout, row, f"{a1(at, place.COUNT)}", f"{a1(at, place.PEOPLE)}"))
    formula = '""'
    for condition, words in reversed(tests):
        formula = f'IF({condition},"{words}",{formula})'
    return formula


def _live_tests(layout: Layout, row: Row, count: str, people: str) -> Iterator[tuple[str, str]]:
    cells = [a1(layout.row_of[row.key], COLUMN_OF[measure]) for measure in row.fill]
    text = ",".join(f"ISTEXT({cell})" for cell in cells)
    yield f"OR({text})", "Chỉ ghi bằng chữ số"
    if row.paired:
        yield f"AND(N({count})>0,N({people})=0)", "Còn thiếu số người"
        yield f"AND(N({people})>0,N({count})=0)", "Còn thiếu số lớp, số cuộc"
        yield f"N({people})<N({count})", "Số người ít hơn số lớp, số cuộc"
    if row.total and row.total.relation == ">=":
        parts = layout.total_formula(row)
        yield f"N({cells[0]})<{parts}", "Nhỏ hơn tổng các dòng bên dưới"
    if "money" in row.fill:
        yield f"AND(N({count})>0,N({count})<1000)", "Ghi đủ số đồng, không ghi theo triệu"
        yield f"AND(N({count})>0,N({count})<100000)", "Số tiền rất nhỏ, xin xem lại"


def live_words(layout: Layout, row: Row, typed: Typed) -> str:
    """What `live_check` comes to with these entries: the result stored with the formula."""
    at = layout.row_of[row.key]
    texts = any(isinstance(typed.get((at, COLUMN_OF[measure])), str) for measure in row.fill)
    count, people = _number(typed, (at, place.COUNT)), _number(typed, (at, place.PEOPLE))
    own = _number(typed, (at, COLUMN_OF[row.fill[0]]))
    at_least = row.total is not None and row.total.relation == ">="
    money = "money" in row.fill
    outcomes = [texts]
    outcomes += [count > 0 == people, people > 0 == count, people < count] if row.paired else []
    outcomes += [own < _added(layout, row, typed)] if at_least else []
    outcomes += [0 < count < 1_000, 0 < count < 100_000] if money else []
    words = (words for _, words in _live_tests(layout, row, "", ""))
    return next((said for said, true in zip(words, outcomes, strict=True) if true), "")
