"""One cell of a consolidated workbook against what was written into it, and both as people see them.

Programs write numbers as `12`, `12.0` or `1.2E1`, formulas with other blanks, quotes and dollar signs, and may drop
stored results; none of that is an edit.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from aggregator.outputs.workbook_layout import Sum, Value, shortened
from aggregator.reading.book import Cell
from aggregator.text import clean, printable

BLANK = "trống"
NO_FORMULA = " (không còn công thức)"
EXACT = 10**15
"""Beyond 15 digits spreadsheets round, and a rounded total is then no edit."""


def is_blank(cell: Cell | None) -> bool:
    return cell is None or (cell.formula is None and not clean(cell.text))


def same_value(cell: Cell | None, value: str | int | None) -> bool:
    """Whether a cell still holds the text or number that was written into it, or is still blank."""
    if cell is not None and cell.formula is not None:
        return False
    if isinstance(value, int):
        return is_number(cell, value)
    if value is None:
        return is_blank(cell)
    text = cell.text if cell else ""
    return text == value or clean(text) == clean(shortened(value))


def is_number(cell: Cell | None, number: int) -> bool:
    if cell is None or cell.kind != "number":
        return False
    if cell.text == str(number):
        return True
    found = decimal(cell)
    return found is not None and (found == number or (abs(number) >= EXACT and float(found) == float(number)))


def decimal(cell: Cell) -> Decimal | None:
    """The number in a cell, exactly."""
    try:
        return Decimal(cell.text) if cell.kind == "number" else None
    except InvalidOperation:
        return None


def key_of(cell: Cell | None) -> str:
    """What two cells have in common that hold the same text or number; for matching lines that were sorted."""
    if cell is None:
        return ""
    if cell.formula is not None:
        return f"\0{cell.formula}"  # equals no text
    number = decimal(cell)
    if number is not None and number == number.to_integral_value() and abs(number) < EXACT:
        return str(int(number))
    return clean(cell.text)


def key_of_value(value: str | int) -> str:
    return str(value) if isinstance(value, int) else clean(shortened(value))


def bare(formula: str) -> str:
    """A formula without what programs write differently: blanks, quotes, dollar signs, semicolons, case."""
    return "".join(letter for letter in formula.upper() if letter not in " '$=").replace(";", ",")


def shown(cell: Cell | None) -> str:
    if cell is None or is_blank(cell):
        return BLANK
    if cell.formula is not None and cell.kind == "none":
        return printable(f"={cell.formula}")
    return printable(clean(cell.text))


def shown_value(value: Value) -> str:
    if isinstance(value, Sum):
        return str(value.value)
    return BLANK if value is None or value == "" else printable(str(value))
