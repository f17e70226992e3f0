"""What goes wrong with a form on its way through a school, for `demo`: one function for each mishap.

They work on the workbook as an office program would, with openpyxl, and know nothing of the checks. Rows that are
added or taken away take everything below along, so that the file looks in Excel as it would from a real hand.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl.utils import get_column_letter

from aggregator.forms import FigureKey, Measure
from aggregator.layout import CODE, COLUMN_OF, COUNT, LABEL, NOTE, PEOPLE, STT, UNIT, Layout


@dataclass(frozen=True, slots=True)
class Desk:
    """A filled form that lies open: its workbook, the sheet of the table, and where everything stands."""

    book: Any
    sheet: Any
    layout: Layout

    def put(self, row: str, measure: Measure, value: object, number_format: str | None = None) -> None:
        cell = self.sheet.cell(self.layout.row_of[row], COLUMN_OF[measure])
        cell.value = value
        cell.number_format = number_format or cell.number_format

    def number(self, figure: FigureKey) -> int:
        value = self.sheet.cell(*self.layout.cell_of[figure]).value
        return value if isinstance(value, int) else 0

    def text(self, row: str, column: int, value: str) -> None:
        self.sheet.cell(self.layout.row_of[row], column).value = value


Mishap = Callable[[Desk], None]


# --- the table -----------------------------------------------------------------------------------------------------


def swap_rows(desk: Desk) -> None:
    """Somebody put culture before sport."""
    upper, lower = desk.layout.row_of["6.1"], desk.layout.row_of["6.2"]
    for column in (LABEL, UNIT, COUNT, PEOPLE, NOTE, CODE):
        first, second = desk.sheet.cell(upper, column), desk.sheet.cell(lower, column)
        first.value, second.value = second.value, first.value


def change_label(desk: Desk) -> None:
    desk.text("1.08", LABEL, "Phổ biến kiến thức pháp luật, an toàn giao thông")


def change_unit(desk: Desk) -> None:
    desk.text("2", UNIT, "Bài")


def delete_row(desk: Desk) -> None:
    row = desk.layout.row_of["8"]
    rules = desk.sheet.data_validations
    rules.dataValidation = [rule for rule in rules.dataValidation if {part.min_row for part in rule.sqref} != {row}]
    _shift(desk.sheet, row + 1, -1)


def insert_row(desk: Desk) -> None:
    """Above row 7, with a head of its own."""
    row = desk.layout.row_of["7"]
    _shift(desk.sheet, row, 1)
    for column, value in ((STT, None), (LABEL, "Hội chợ quê, trò chơi dân gian"), (UNIT, "Số cuộc"), (COUNT, 2)):
        cell = desk.sheet.cell(row, column)
        cell.value = value
        cell._style = copy(desk.sheet.cell(row - 1, column)._style)


def _shift(sheet: Any, first: int, rows: int) -> None:
    """Move everything from sheet row `first` on, with heights, merged cells and validations."""
    last, heights = sheet.max_row, {number: line.height for number, line in sheet.row_dimensions.items()}
    sheet.move_range(f"A{first}:{get_column_letter(sheet.max_column)}{last}", rows=rows, translate=True)
    parts = [*sheet.merged_cells, *(part for rule in sheet.data_validations.dataValidation for part in rule.sqref)]
    for part in parts:
        if part.min_row >= first:
            part.shift(row_shift=rows)
    for number in range(first, last + 1):
        sheet.row_dimensions[number + rows].height = heights.get(number)


def type_over_total(desk: Desk) -> None:
    desk.put("1", "count", sum(desk.number((part, "count")) for part in _parts(desk, "1")) + 2)


def _parts(desk: Desk, row: str) -> tuple[str, ...]:
    total = desk.layout.form.by_key[row].total
    return total.parts if total else ()


def hide_row(desk: Desk) -> None:
    desk.put("1.12", "count", 1)
    desk.put("1.12", "people", 12)
    desk.sheet.row_dimensions[desk.layout.row_of["1.12"]].hidden = True


def unlock_and_add(desk: Desk) -> None:
    """The lock is off and a sum of one's own stands beside the table."""
    desk.sheet.protection.sheet = False
    row = desk.layout.row_of["1.13"]
    desk.sheet.cell(row, CODE + 2).value = desk.number(("1.07", "people")) + desk.number(("1.09", "people"))


# --- the numbers ---------------------------------------------------------------------------------------------------


def slash(desk: Desk) -> None:
    """Both numbers in one cell, and a number with its word."""
    desk.put("1.07", "count", "12/350")
    desk.put("1.07", "people", None)
    desk.put("2", "count", "02 tin")


def day(desk: Desk) -> None:
    """2/10 was typed for two classes and ten people; Excel made a day of it."""
    desk.put("1.09", "count", date(2024, 10, 2), "d-mmm")


def odd_numbers(desk: Desk) -> None:
    """An average, a negative number and words: three faults in one file."""
    desk.put("5.2", "count", 3.3333)
    desk.put("3", "count", -3)
    desk.put("8", "count", "nhiều cuộc")


def millions(desk: Desk) -> None:
    desk.put("10.1", "money", 15)


def thousands(desk: Desk) -> None:
    desk.put("10.1", "money", 15_000)


def number_as_text(desk: Desk) -> None:
    desk.put("3", "count", "12", "@")


def small_subtotal(desk: Desk) -> None:
    desk.put("5.4", "count", 4)
    desk.put("5.4", "people", 160)
    desk.put("5", "count", 1)


def nobody_came(desk: Desk) -> None:
    desk.put("1.07", "count", 6)
    desk.put("1.07", "people", None)


def from_nowhere(desk: Desk) -> None:
    desk.put("1.09", "count", None)
    desk.put("1.09", "people", 48)


def columns_mixed(desk: Desk) -> None:
    desk.put("1.07", "count", 210)
    desk.put("1.07", "people", 6)


def great_crowd(desk: Desk) -> None:
    desk.put("1.07", "count", 2)
    desk.put("1.07", "people", 2_400)


def books_of_nobody(desk: Desk) -> None:
    desk.put("4.2", "count", 320)
    desk.put("4.1", "count", None)
    desk.put("4.1", "people", None)


def another_number(desk: Desk) -> None:
    """What a second, different return says."""
    desk.put("3", "count", desk.number(("3", "count")) + 5)
