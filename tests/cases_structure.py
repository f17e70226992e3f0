"""Cases of the structure findings: an issued workbook, filled, its lock taken off, its table edited as people do it.

Row 8 of the sheet is row 1.01 of the form, row 20 is 1.13, row 36 is 6.3 and row 47, the last, is 11.
"""

from __future__ import annotations

from openpyxl.formula.translate import Translator
from openpyxl.packaging.relationship import Relationship
from openpyxl.workbook import Workbook
from openpyxl.workbook.external_link.external import ExternalBook, ExternalLink, ExternalSheetNames
from openpyxl.worksheet.worksheet import Worksheet

from tests.cases_craft import SHEET, UNIT_SHEET, Cases, edited, filled, line, on_table, rearrange

cases = Cases()


def set_cell(cell: str, value: object) -> bytes:
    return on_table(lambda sheet: sheet.__setitem__(cell, value))


def without_sheet(name: str) -> bytes:
    return edited(lambda book: book.remove(book[name]))


# --- sheets and headers --------------------------------------------------------------------------------------------


@cases.add(line(sheet="Minh chứng"))
def sheet_missing() -> bytes:
    """The sheet `Minh chứng` was deleted."""
    return without_sheet("Minh chứng")


@cases.add(line(sheet=UNIT_SHEET))
def sheet_missing__unit() -> bytes:
    """The sheet `Đơn vị` was deleted; the token on the other sheets still says whose file it is."""
    return without_sheet(UNIT_SHEET)


@cases.add(line(sheet=SHEET))
def sheet_missing__table() -> bytes:
    """The sheet `Số liệu` itself was deleted."""
    return without_sheet(SHEET)


@cases.add(line("E5"))
def header_changed() -> bytes:
    """The header of column E was retyped."""
    return set_cell("E5", "Số học sinh tham gia")


@cases.add(line("A4"))
def header_changed__pushed_down() -> bytes:
    """A row was inserted above the titles: the whole header stands one row too low, which is said once."""
    return on_table(lambda sheet: rearrange(sheet, lambda rows: rows.insert(0, None)))


@cases.add(line("B4"))
def header_changed__column_inserted() -> bytes:
    """A column was inserted at the left: nothing stands where the form has it, so the table cannot be read."""
    return on_table(lambda sheet: sheet.insert_cols(1))


@cases.add(line("H4"))
def header_changed__codes_gone() -> bytes:
    """Column H, the row codes, was emptied."""

    def change(sheet: Worksheet) -> None:
        for row in range(4, 48):
            sheet.cell(row, 8).value = None

    return on_table(change)


# --- rows ----------------------------------------------------------------------------------------------------------


def swapped(first: int, second: int) -> bytes:
    def change(rows: list[int | None]) -> None:
        rows[first - 1], rows[second - 1] = rows[second - 1], rows[first - 1]

    return on_table(lambda sheet: rearrange(sheet, change))


def deleted(row: int) -> bytes:
    return on_table(lambda sheet: rearrange(sheet, lambda rows: rows.remove(row)))


def inserted(at: int, label: str, **cells: object) -> bytes:
    def change(sheet: Worksheet) -> None:
        rearrange(sheet, lambda rows: rows.insert(at - 1, None))
        sheet.cell(at, 2).value = label
        for column, value in cells.items():
            sheet[f"{column}{at}"] = value

    return on_table(change)


@cases.add(line("B10", "1.05"), line("B12", "1.03"))
def row_moved() -> bytes:
    """The whole rows 1.03 and 1.05 changed places."""
    return swapped(10, 12)


@cases.add(line("B15", "1.09"), line("B16", "1.08"))
def row_moved__adjacent() -> bytes:
    """The neighbours 1.08 and 1.09 changed places."""
    return swapped(15, 16)


@cases.add(line("B32", "2"))
def row_moved__far() -> bytes:
    """Row 2 was cut and put in behind row 5.6."""
    return on_table(lambda sheet: rearrange(sheet, lambda rows: rows.insert(31, rows.pop(20))))


@cases.add(line("B9", "1.06"), line("B13", "1.02"))
def row_moved__codes_left() -> bytes:
    """Columns A to F of 1.02 and 1.06 were exchanged; the small codes in H stayed where they were."""

    def change(sheet: Worksheet) -> None:
        for column in range(1, 7):
            first, second = sheet.cell(9, column), sheet.cell(13, column)
            first.value, second.value = second.value, first.value

    return on_table(change)


@cases.add(line("B36", "6.3"))
def row_missing() -> bytes:
    """Row 6.3, which was left blank, was deleted."""
    return deleted(36)


@cases.add(line("B47", "11"))
def row_missing__last() -> bytes:
    """Row 11, the last of the form, was deleted."""
    return deleted(47)


@cases.add(line("B12", "1.05"))
def row_missing__in_a_total() -> bytes:
    """Row 1.05 was deleted; Excel shortened the sum of row 1 by itself."""
    return deleted(12)


@cases.add(line("B33"))
def row_extra() -> bytes:
    """A row of the school's own was inserted below 5.6 and filled in."""
    return inserted(33, "Hội thi rung chuông vàng", C="Số cuộc/người", D=1, E=90)


@cases.add(line("B14"))
def row_extra__in_a_total() -> bytes:
    """A row was inserted among the classes of row 1; Excel stretched the sum over it."""
    return inserted(14, "Lớp dạy bơi", C="lớp/người", D=1, E=30)


@cases.add(line("B48"))
def row_extra__last() -> bytes:
    """A row was inserted below row 11, the last of the form."""
    return inserted(48, "Thăm và tặng quà gia đình chính sách", D=2)


@cases.add(line("B33"))
def row_extra__blank() -> bytes:
    """A blank row was inserted below 5.6."""
    return inserted(33, "")


@cases.add(line("B36", "6.2"))
def row_duplicated() -> bytes:
    """Row 6.2 was copied and the copy inserted below it."""
    return on_table(lambda sheet: copied(sheet, 35, 36))


@cases.add(line("B12", "1.07"))
def row_duplicated__above() -> bytes:
    """Row 1.07 was copied and the copy inserted above 1.05."""
    return on_table(lambda sheet: copied(sheet, 14, 12))


def copied(sheet: Worksheet, row: int, to: int) -> None:
    """Insert a copy of a row; its formulas speak of the copy."""
    formula = sheet.cell(row, 7).value
    rearrange(sheet, lambda rows: rows.insert(to - 1, None))
    source = row if row < to else row + 1
    for column in range(1, 9):
        sheet.cell(to, column).value = sheet.cell(source, column).value
    sheet.cell(to, 7).value = Translator(formula, f"G{row}").translate_formula(f"G{to}")


@cases.add(line("B20", "1.13"))
def label_changed() -> bytes:
    """The label of 1.13 was overwritten with the name of a class."""
    return set_cell("B20", "Tập huấn phòng cháy, chữa cháy")


@cases.add(line("B21", "2"))
def label_changed__number() -> bytes:
    """The STT of row 2 was retyped."""
    return set_cell("A21", "II")


@cases.add(line("B35", "6.2"))
def label_changed__code() -> bytes:
    """The row code of 6.2 was emptied."""
    return set_cell("H35", None)


@cases.add(line("B27", "5.1"), line("B28", "5.2"))
def label_changed__two() -> bytes:
    """The labels of 5.1 and 5.2 were both retyped: two findings, and no row is said to be missing."""
    return filled({"B27": "Hội sách", "B28": "Triển lãm"})


@cases.add(*(line(f"B{row}", key) for row, key in ((34, "6.1"), (35, "6.2"), (36, "6.3"))))
def label_changed__codes_slipped() -> bytes:
    """The codes of 6 to 6.2 slipped down by one row over that of 6.3: the labels say which row is which."""
    return filled({"H34": "M06", "H35": "M06.1", "H36": "M06.2"})


@cases.add(line("B14", "1.07"))
def unit_changed() -> bytes:
    """The unit of 1.07 was retyped."""
    return set_cell("C14", "buổi/học sinh")


# --- totals, lock, hidden rows, what stands outside ----------------------------------------------------------------


@cases.add(line("D6", "1", "count"))
def formula_replaced() -> bytes:
    """The total of row 1 was typed over with a number."""
    return set_cell("D6", 6)


@cases.add(line("E7", "1.T", "people"))
def formula_replaced__other() -> bytes:
    """The total of row 1.T was changed to leave a row out."""
    return set_cell("E7", "=SUM(E8:E19)")


@cases.add(line("D6", "1", "count"))
def formula_replaced__emptied() -> bytes:
    """The total of row 1 was deleted."""
    return set_cell("D6", None)


@cases.add(line("B16", "1.09", severity="warning"))
def row_hidden() -> bytes:
    """Row 1.09, which holds numbers, was hidden."""
    return on_table(lambda sheet: setattr(sheet.row_dimensions[16], "hidden", True))


@cases.add(line(severity="info"))
def lock_removed() -> bytes:
    """The protection of `Số liệu` was taken off; nothing else was touched."""
    return on_table(lambda sheet: sheet.protection.disable())


@cases.add(line("E21", "2", severity="warning"))
def value_outside_form() -> bytes:
    """A number was typed into the grey cell beside the news items of row 2."""
    return set_cell("E21", 90)


@cases.add(line("E21", "2", severity="warning"))
def value_outside_form__words() -> bytes:
    """A number with words was typed into the same grey cell."""
    return set_cell("E21", "90 người")


@cases.add(line("J14", "1.07", severity="warning"))
def value_outside_form__beside() -> bytes:
    """A number was typed to the right of the table."""
    return set_cell("J14", 160)


@cases.add(line("D55", severity="warning"))
def value_outside_form__below() -> bytes:
    """A number was typed below the signatures."""
    return set_cell("D55", 24)


@cases.add(line(sheet=None, severity="warning"))
def file_external_links() -> bytes:
    """The workbook refers to another one on the sender's disk; no cell of the form does."""

    def change(book: Workbook) -> None:
        source = ExternalBook(sheetNames=ExternalSheetNames(sheetName=["Lop 1"]))
        link = ExternalLink(externalBook=source)
        target = {"Target": "So-theo-doi.xlsx", "TargetMode": "External", "Id": "rId1"}
        link.file_link = Relationship(type="externalLinkPath", **target)
        book._external_links.append(link)

    return edited(change)
