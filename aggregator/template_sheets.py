"""What makes a form workbook, and its sheets beside the table: unit, open lists, narrative, help, the hidden sheet.

Each is protected and carries the token; only what a unit types is unlocked. The table itself is in `template`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aggregator import layout as place
from aggregator.forms import Form
from aggregator.reading.book import Address
from aggregator.register import Unit
from aggregator.seal import Token, make_token, sheet_password
from aggregator.styles import (
    BORDER,
    CENTRE,
    HEADER,
    INPUT,
    INPUT_NUMBER,
    NOTHING,
    PLAIN,
    SMALL,
    TITLE,
    lines_height,
    wrapped_lines,
)
from aggregator.writing import Book, Entry, Page

PROTECTION = {
    "format_columns": True,
    "format_rows": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "objects": False,
    "scenarios": False,
}

MAX_PROMPT = 255

Entries = Mapping[str, Mapping[Address, Entry]]
"""What is typed into open cells: by sheet and address."""


@dataclass(frozen=True, slots=True)
class Issue:
    """What makes one workbook: `unit` is `None` for the blank template, which any unit can fill.

    `typed` is what stands in its open cells already; nothing in a form that goes out to be filled.
    """

    form: Form
    caption: str | None
    signature: tuple[str, ...]
    campaign: str = ""
    unit: Unit | None = None
    parents: tuple[Unit, ...] = ()
    key: bytes | None = None
    typed: Entries = field(default_factory=dict)

    @property
    def level(self) -> str | None:
        return self.unit.level if self.unit else None

    @property
    def token(self) -> Token:
        code = self.unit.code if self.unit else ""
        return make_token(self.form.id, self.form.version, self.campaign, code, self.key)


def protected_page(book: Book, issue: Issue, name: str) -> Page:
    """A protected visible sheet that carries the token."""
    page = book.page(name, issue.typed.get(name))
    page.text(place.TOKEN_CELL, issue.token.text, SMALL)
    page.call("protect", sheet_password(issue.key) if issue.key else "", PROTECTION)
    page.call("set_paper", 9)
    page.call("set_margins", left=0.79, right=0.6, top=0.79, bottom=0.79)
    page.call("fit_to_pages", 1, 0)
    page.call("hide_gridlines", 2)
    return page


def write_unit_sheet(page: Page, issue: Issue) -> None:
    page.widths((26, 60, 3, 3, 3, 3, 3, 9))
    page.merged((1, 1), (1, 2), "THÔNG TIN ĐƠN VỊ BÁO CÁO", TITLE)
    page.height(1, lines_height(2))
    for number, (label, value, rule) in enumerate(_unit_lines(issue), start=place.UNIT_FIRST_ROW):
        locked = issue.unit is not None and number < place.UNIT_FIRST_ROW + 4
        page.text((number, 1), label, {**BORDER, "bold": True})
        page.text((number, 2), value, {**(NOTHING if locked else INPUT), "num_format": "@"})
        page.height(number, lines_height(1) + 4)
        if not locked:
            page.validate((number, 2), rule)
    page.call("print_area", 0, 0, place.UNIT_FIRST_ROW + len(place.UNIT_LABELS) - 2, 1)


def unit_name(issue: Issue) -> str:
    """What stands for the name above the table: dots to write on where nobody is named."""
    return issue.unit.name if issue.unit else "." * 60


def parent_words(issue: Issue) -> str:
    """The office that gets the form, with its code."""
    return f"{issue.parents[0].name} ({issue.parents[0].code})" if issue.parents else ""


def _unit_lines(issue: Issue) -> Iterator[tuple[str, str, dict[str, Any]]]:
    unit = issue.unit
    known = (unit.code, unit.name, place.LEVEL_NAMES[unit.level], parent_words(issue)) if unit else ("", "", "", "")
    values = (*known, "", "", place.HELD[0], place.SCOPE_OWN)
    prompts = (
        "Mã do cơ quan nhận báo cáo cấp, ghi nguyên cả số 0 ở đầu.",
        "Tên đầy đủ của đơn vị.",
        "Chọn trong danh sách.",
        "Tên cơ quan nhận báo cáo này.",
        "Họ và tên người lập biểu.",
        "Số điện thoại để liên hệ khi cần hỏi lại.",
        "Chọn “không” nếu đơn vị không tổ chức hoạt động nào trong Tuần lễ.",
        "Chọn “gồm cả đơn vị trực thuộc” nếu số liệu đã cộng cả các đơn vị bên dưới.",
    )
    lists: dict[int, Sequence[str]] = {2: tuple(place.LEVEL_NAMES.values()), 6: place.HELD}
    lists[7] = (place.SCOPE_OWN, place.SCOPE_INCLUSIVE)
    for number, (label, value, prompt) in enumerate(zip(place.UNIT_LABELS, values, prompts, strict=True)):
        yield label, value, _text_rule(label, prompt, lists.get(number))


def _text_rule(title: str, prompt: str, choices: Sequence[str] | None = None) -> dict[str, Any]:
    rule: dict[str, Any] = {"validate": "any", "input_title": title[:32], "input_message": prompt[:MAX_PROMPT]}
    if choices:
        rule |= {
            "validate": "list",
            "source": list(choices),
            "error_title": "Chưa đúng",
            "error_message": "Xin chọn một dòng trong danh sách.",
        }
    return rule


def write_list_sheets(book: Book, issue: Issue) -> None:
    lists = issue.form.lists
    if "activities" in lists:
        page = protected_page(book, issue, place.ACTIVITIES_SHEET)
        _open_list(page, _with_room(lists["activities"], issue, place.ACTIVITIES_SHEET), (5, 48, 28, 14, 10, 24, 3, 9))
    if "calendar" in lists:
        page = protected_page(book, issue, place.CALENDAR_SHEET)
        _open_list(page, _with_room(lists["calendar"], issue, place.CALENDAR_SHEET), (5, 12, 8, 8, 30, 44, 20, 9))
        first = lists["calendar"].get("first")
        if first:
            page.number((place.LIST_FIRST_ROW, 3), first["day"], INPUT_NUMBER)
            page.number((place.LIST_FIRST_ROW, 4), first["month"], INPUT_NUMBER)
    printed = {
        "title": "MINH CHỨNG",
        "headers": ["STT", "Đường liên kết hoặc tên tệp ảnh", "Nội dung"],
        "lines": place.EVIDENCE_LINES,
    }
    evidence = _with_room(printed, issue, place.EVIDENCE_SHEET)
    _open_list(protected_page(book, issue, place.EVIDENCE_SHEET), evidence, (5, 60, 50, 3, 3, 3, 3, 9))


def _with_room(table: Mapping[str, Any], issue: Issue, sheet: str) -> Mapping[str, Any]:
    """The list with as many lines as are typed already."""
    last = max((row for row, _ in issue.typed.get(sheet, ())), default=0)
    return {**table, "lines": max(table["lines"], last - place.LIST_FIRST_ROW + 1)}


def _open_list(page: Page, table: Any, widths: Sequence[float]) -> None:
    """A numbered list with empty lines: texts, and whole numbers where the header asks for a number."""
    page.widths(widths)
    columns = len(table["headers"])
    page.merged((1, 1), (1, columns), table["title"], TITLE)
    page.height(1, lines_height(2))
    for column, header in enumerate(table["headers"], start=1):
        page.text((place.LIST_FIRST_ROW - 1, column), header, HEADER)
    for number in range(table["lines"]):
        row = place.LIST_FIRST_ROW + number
        page.number((row, 1), number + 1, CENTRE)
        for column in range(2, columns + 1):
            page.blank((row, column), INPUT)
        page.height(row, lines_height(1) + 4)
    page.call("print_area", 0, 0, place.LIST_FIRST_ROW + table["lines"] - 2, columns - 1)
    page.call("set_landscape")
    page.call("repeat_rows", place.LIST_FIRST_ROW - 2)


def write_narrative_sheet(page: Page, form: Form) -> None:
    page.widths((36, 70, 3, 3, 3, 3, 3, 9))
    page.merged((1, 1), (1, 2), "THUYẾT MINH", TITLE)
    page.height(1, lines_height(2))
    page.text((place.LIST_FIRST_ROW - 1, 1), "Mục", HEADER)
    page.text((place.LIST_FIRST_ROW - 1, 2), "Nội dung", HEADER)
    for row, section in enumerate(form.sections, start=place.LIST_FIRST_ROW):
        page.text((row, 1), section, {**BORDER, "bold": True, "valign": "top"})
        page.blank((row, 2), {**INPUT, "valign": "top"})
        page.height(row, lines_height(7))
    page.call("print_area", 0, 0, place.LIST_FIRST_ROW + len(form.sections) - 2, 1)


HELP = (
    "1. Mở sheet “Số liệu”. Chỉ ghi vào các ô màu vàng nhạt; các ô khác đã khoá để giữ đúng mẫu.",
    "2. Ghi số bằng chữ số, ví dụ 12 hoặc 350. Không ghi kèm chữ (lớp, người), không ghi 12/350.",
    "3. Dòng có đơn vị “lớp/người”, “Số cuộc/người”: số lớp, số cuộc ghi ở cột D, số người ghi ở cột E.",
    "4. Tiền ghi đủ số đồng, ví dụ 15000000; không ghi 15 hay 15 triệu.",
    "5. Nội dung không có thì để trống. Dòng tổng tự cộng, không phải ghi.",
    "6. Cột “Kiểm tra” bên phải báo bằng chữ đỏ nếu có chỗ cần xem lại.",
    "7. Ở sheet “Đơn vị”, ghi người lập biểu và điện thoại. Nếu đơn vị không tổ chức hoạt động nào, chọn “không” "
    "ở dòng “Có tổ chức hoạt động” rồi gửi lại tệp.",
    "8. Không thay đổi thứ tự các mục, không thêm hay xoá dòng. Nội dung ngoài mẫu xin ghi ở cột Ghi chú, "
    "sheet “Hoạt động” hoặc “Thuyết minh”.",
    "9. Lưu tệp (giữ nguyên dạng .xlsx) và gửi lại đúng tệp này cho cơ quan nhận báo cáo; in sheet “Số liệu” để ký, "
    "đóng dấu nếu được yêu cầu.",
)


def write_help_sheet(page: Page, issue: Issue) -> None:
    page.widths((78, 3, 3, 3, 3, 3, 3, 9))
    page.text((1, 1), "HƯỚNG DẪN GHI BIỂU (khoảng 10 phút)", TITLE)
    page.height(1, lines_height(2))
    for row, line in enumerate(HELP, start=3):
        page.text((row, 1), line, PLAIN)
        page.height(row, lines_height(wrapped_lines(line, 74)) + 4)
    page.call("print_area", 0, 0, 2 + len(HELP), 0)


def write_hidden_sheet(page: Page, issue: Issue) -> None:
    for row, (key, value) in enumerate(hidden_lines(issue), start=1):
        page.text((row, 1), key, SMALL)
        page.text((row, 2), value, SMALL)
    page.call("protect", sheet_password(issue.key) if issue.key else "", PROTECTION)
    page.call("very_hidden")


def hidden_lines(issue: Issue) -> Iterator[tuple[str, str]]:
    """Key and value of every line of the very hidden sheet."""
    token = issue.token
    yield "token", token.text
    yield from (("form", token.form), ("version", token.version), ("campaign", token.campaign), ("unit", token.unit))
    yield "seal", token.seal
    yield "fingerprint", issue.form.fingerprint
    if issue.unit:
        yield "level", issue.unit.level
        yield "name", issue.unit.name
    for number, parent in enumerate(issue.parents, start=1):
        yield f"parent.{number}.code", parent.code
        yield f"parent.{number}.name", parent.name
        yield f"parent.{number}.level", parent.level
