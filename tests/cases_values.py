"""Cases of the values: what people type into a number cell, and numbers that do not agree with each other.

Row 14 of the sheet is row 1.07, lớp/người; row 21 is 2, tin bài; row 45 is 10.1, đồng.
"""

from __future__ import annotations

from datetime import datetime

from tests.cases_craft import (
    COMMUNE,
    DISTRICT,
    UNIT_SHEET,
    Cases,
    filled,
    line,
    name_of,
    on_table,
    open_issued,
    packed,
    typed,
    with_result,
)

cases = Cases()

CLASSES = ("D14", "1.07", "count")
PEOPLE = ("E14", "1.07", "people")
MONEY = ("D45", "10.1", "money")


# --- one value -----------------------------------------------------------------------------------------------------


@cases.add(line(*CLASSES))
def value_not_a_number() -> bytes:
    """Words were typed for the number of classes."""
    return filled({"D14": "nhiều lớp"})


@cases.add(line(*CLASSES))
def value_ambiguous() -> bytes:
    """Classes and people were typed into one cell: 4/160."""
    return filled({"D14": "4/160"})


@cases.add(line(*MONEY))
def value_ambiguous__money() -> bytes:
    """15 was typed for fifteen million đồng."""
    return filled({"D45": 15})


@cases.add(line(*PEOPLE))
def value_ambiguous__thousands() -> bytes:
    """1.500 was typed where Excel takes the dot for a decimal point, so that 1.5 is stored."""
    return filled({"D14": 40, "E14": 1.5})


@cases.add(line(*PEOPLE))
def value_ambiguous__other_measure() -> bytes:
    """Classes were typed into the cell of the people: 4 lớp."""
    return filled({"E14": "4 lớp"})


@cases.add(line("B9", sheet=UNIT_SHEET))
def value_ambiguous__answer() -> bytes:
    """`Có tổ chức hoạt động` says neither có nor không."""
    return filled({f"{UNIT_SHEET}!B9": "có thể"})


@cases.add(line(*CLASSES))
def value_fraction() -> bytes:
    """Two and a half classes: 2,5."""
    return filled({"D14": "2,5"})


@cases.add(line(*CLASSES))
def value_negative() -> bytes:
    """A minus sign stands before the number of classes."""
    return filled({"D14": -4})


@cases.add(line(*CLASSES))
def value_date() -> bytes:
    """4/10 was typed, Excel made it the fourth of October and formatted the cell as a date."""

    def change(sheet: object) -> None:
        sheet["D14"] = datetime(2021, 10, 4)  # type: ignore[index]
        sheet["D14"].number_format = "dd/mm/yyyy"  # type: ignore[index]

    return on_table(change)


@cases.add(line(*CLASSES))
def value_date__number() -> bytes:
    """The same date, its format lost on the way: the day number 44473 is left."""
    return filled({"D14": 44473})


@cases.add(line("E14", "1.07", "people", "warning", file=f"nhan_ve/{name_of(COMMUNE)}", unit=COMMUNE))
def value_date__month() -> dict[str, bytes]:
    """A commune's 12/35 became the first of December 1935, day number 13119, which could be a number of people."""
    return {name_of(COMMUNE): filled({"D14": 90, "E14": 13119}, unit=COMMUNE)}


@cases.add(line(*CLASSES))
def value_error_cell() -> bytes:
    """The cell shows #REF!."""
    return filled({"D14": "#REF!"})


@cases.add(line(*CLASSES))
def value_not_calculated() -> bytes:
    """The classes are counted by a function that is not recomputed here."""
    return with_result(filled({"D14": "=COUNTA(B8:B11)"}), "D14", "COUNTA(B8:B11)", "4")


@cases.add(line(*CLASSES))
def value_not_calculated__elsewhere() -> bytes:
    """The classes come from another sheet."""
    return with_result(filled({"D14": "='Hoạt động'!D4"}), "D14", "'Hoạt động'!D4", "4")


@cases.add(line(*CLASSES))
def value_not_calculated__stale() -> bytes:
    """A sum of two numbers with a stored result that is not their sum."""
    return with_result(filled({"D14": "=2+2"}), "D14", "2+2", "5")


@cases.add(line("F14", "1.07"))
def value_not_calculated__note() -> bytes:
    """A formula stands in the note column, where words belong."""
    return with_result(filled({"F14": "=1+1"}), "F14", "1+1", "2")


@cases.add(line(*MONEY))
def value_too_large() -> bytes:
    """A money cell holds sixteen digits, one more than Excel keeps."""
    return filled({"D45": "1234567890123456"})


@cases.add(line(*MONEY, "warning"))
def value_shown_differently() -> bytes:
    """The cell's format shows thousands: 3,500 is seen, 3500000 is stored."""
    return on_table(lambda sheet: setattr(sheet["D45"], "number_format", "#,##0,"))


@cases.add(line(*CLASSES, "warning"))
def value_shown_differently__hidden() -> bytes:
    """The cell's format ;;; hides the number."""
    return on_table(lambda sheet: setattr(sheet["D14"], "number_format", ";;;"))


@cases.add(line(*CLASSES, "info"))
def value_interpreted() -> bytes:
    """02 lớp was typed in a row that counts classes."""
    return filled({"D14": "02 lớp"})


@cases.add(line(*CLASSES, "info"))
def value_interpreted__formula() -> bytes:
    """=1+3 was typed instead of 4."""
    return with_result(filled({"D14": "=1+3"}), "D14", "1+3", "4")


@cases.add(line("D21", "2", "count", "info"))
def value_interpreted__text() -> bytes:
    """A number pasted as text, with the apostrophe's green corner."""
    return filled({"D21": "3"})


@cases.add(line(*MONEY, "info"))
def value_interpreted__money() -> bytes:
    """3,5 triệu was typed."""
    return filled({"D45": "3,5 triệu"})


# --- numbers against each other ------------------------------------------------------------------------------------


@cases.add(line("D26", "5", "count"))
def subtotal_below_parts() -> bytes:
    """Row 5 says two events, its parts add up to three."""
    return filled({"D26": 2})


@cases.add(line("D26", "5", "count"))
def subtotal_below_parts__blank() -> bytes:
    """Row 5 was left blank above its parts."""
    return filled({"D26": None})


@cases.add(line("D26", "5", "count", "info"))
def subtotal_above_parts() -> bytes:
    """Row 5 says four events, one more than its parts."""
    return filled({"D26": 4})


@cases.add(line("D38", "7.1", "count"))
def level_row() -> bytes:
    """A school typed 1 into row 7.1, which only districts fill."""
    return filled({"D38": 1})


@cases.add(line("D39", "7.2", "count"))
def limit_exceeded() -> bytes:
    """A school says that two schools held the opening."""
    return filled({"D39": 2})


@cases.add(line("D25", "4.2", "count"))
def limit_exceeded__general() -> bytes:
    """A school says 12,500 books; above 9,999 the office must confirm."""
    return filled({"D25": 12_500})


@cases.add(line(*CLASSES, "warning"))
def people_without_count() -> bytes:
    """160 people, but the classes were left blank."""
    return filled({"D14": None})


@cases.add(line(*PEOPLE, "warning"))
def count_without_people() -> bytes:
    """Four classes, but the people were left blank."""
    return filled({"E14": None})


@cases.add(line(*PEOPLE, "warning"))
def people_below_count() -> bytes:
    """The columns were mixed up: 160 classes and 4 people."""
    return filled({"D14": 160, "E14": 4})


@cases.add(line(*MONEY, "warning"))
def money_too_small() -> bytes:
    """3500 was typed, which looks like thousands of đồng."""
    return filled({"D45": 3500})


@cases.add(line(*PEOPLE, "warning"))
def outlier() -> bytes:
    """Four classes with 2,400 people."""
    return filled({"E14": 2400})


@cases.add(line("D25", "4.2", "count", "warning"))
def books_without_donors() -> bytes:
    """350 books, but nobody who gave them."""
    return filled({"D24": None, "E24": None})


@cases.add(line("D38", "7.1", "count", file=f"nhan_ve/{name_of(DISTRICT)}", unit=DISTRICT))
def limit_exceeded__district() -> dict[str, bytes]:
    """A district says that it held two openings."""
    return {name_of(DISTRICT): packed(typed(open_issued(DISTRICT), {"D38": 2}))}
