"""What digits are worth: separators, groups of three, scale words and what follows them, sums typed as text.

Exact, and without a verdict: an `Amount` may be a fraction or too large, and where it has several readings it carries
the doubt with it. `None` means that the items are no amount at all.
Not here: words for digits (see `number_words`), and what follows from a doubt (see `numbers`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from aggregator.formula import evaluate
from aggregator.number_words import SCALES, Entry, Item, Measure, shape_of
from aggregator.reading.book import RawSheet

LONGEST_PADDED = 3
"""Offices write 02 and 005; more digits behind a zero are a telephone number or a code."""
SCALED_LIMIT = 10**6
"""Nobody counts a million thousands: the scale word then only repeats what the digits say."""

_PLAIN = re.compile(r"[0-9]+", re.ASCII)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+)", re.ASCII)
_GROUPED_PART = re.compile(
    r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+),([0-9]{1,3})|([1-9][0-9]{0,2}(?:,[0-9]{3})+)\.([0-9]{1,3})", re.ASCII
)
_DECIMAL = re.compile(r"(0|[1-9][0-9]*)[.,]([0-9]{1,2})", re.ASCII)
_ODD_THOUSAND = re.compile(r"([0-9]+)[.,]([0-9]{3})", re.ASCII)
_SCALED = re.compile("(?:NS)+[NR]?")

_NO_CELLS = RawSheet("")
_SEPARATORS = "/,;J()-"


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact value that may still be a fraction or, with `doubt`, only one of several readings (`options`)."""

    value: Fraction
    how: str
    doubt: bool = False
    options: tuple[Fraction, ...] = ()


def amount_of(items: tuple[Item, ...], measure: Measure) -> Amount | None:
    """A lone number, one grouped by blanks, or numbers with scale words."""
    shape = shape_of(items)
    if shape == "N":
        return numeral_of(items[0].text)
    if shape and not shape.strip("N"):
        return _spaced(items, measure)
    return _scaled(items) if _SCALED.fullmatch(shape) else None


def numeral_of(text: str) -> Amount | None:
    """One number token, `None` when its groups are wrong; only groups of exactly three digits are thousands."""
    if _PLAIN.fullmatch(text):
        padded = text.startswith("0") and len(text) > LONGEST_PADDED
        return Amount(Fraction(text), "text", padded, (Fraction(text),) if len(text) < 9 else ())
    if _GROUPED.fullmatch(text):
        return Amount(_joined(text), "grouped")
    if found := _GROUPED_PART.fullmatch(text):
        return _with_part(found[1] or found[3], found[2] or found[4])
    if found := _DECIMAL.fullmatch(text):
        return Amount(Fraction(f"{found[1]}.{found[2]}"), "decimal")
    if found := _ODD_THOUSAND.fullmatch(text):
        # `1500.000`, `0,500`: thousands by its groups, a fraction by its head
        readings = (_joined(text), Fraction(f"{found[1]}.{found[2]}"))
        return Amount(readings[0], "grouped", True, readings)
    return None


def _joined(text: str) -> Fraction:
    return Fraction(re.sub(r"[ .,]", "", text))


def _with_part(head: str, part: str) -> Amount:
    """`1.500,00` is whole; three digits behind the second kind of separator may be thousands again."""
    value = _joined(head) + Fraction(int(part), 10 ** len(part))
    thousands = len(part) == 3
    return Amount(value, "grouped", thousands, (_joined(head) * 1_000 + int(part), value) if thousands else ())


def _spaced(items: tuple[Item, ...], measure: Measure) -> Amount | None:
    """`15 000 000`; but `1 500` in a class or people cell may be two numbers."""
    text = " ".join(item.text for item in items)
    if not re.fullmatch(r"[1-9][0-9]{0,2}(?: [0-9]{3})+", text, re.ASCII):
        return None
    value = _joined(text)
    if len(items) > 2 or measure == "money":
        return Amount(value, "grouped")
    return Amount(value, "grouped", True, (value, *(Fraction(item.text) for item in items)))


def _scaled(items: tuple[Item, ...]) -> Amount | None:
    """`15 triệu 500 nghìn`: scales must fall, and each part must be smaller than the scale before it."""
    total, last = Fraction(0), 0
    pairs = len(items) // 2
    for number, scale in zip(items[0::2], items[1::2], strict=False):
        part = _scaled_part(number.text, SCALES[scale.text], single=pairs == 1)
        if part is None or (last and (part.doubt or part.value >= last or SCALES[scale.text] >= last)):
            return None
        if part.doubt:
            return part if len(items) == 2 else None
        total, last = total + part.value, SCALES[scale.text]
    if len(items) % 2 == 0:
        return Amount(total, "scale-word")
    return _with_tail(total, last, items[-1]) if total.denominator == 1 else None


def _scaled_part(number: str, scale: int, *, single: bool) -> Amount | None:
    """`1,5 tỷ` is certain; `1.500 triệu` may be 1,5 triệu or 1,5 tỷ."""
    numeral = numeral_of(number)
    if numeral is None or (numeral.how == "decimal" and not single):
        return None
    value = numeral.value * scale
    if numeral.how == "grouped":
        return Amount(value, "scale-word", True, (value, value / 1_000))
    if numeral.value >= SCALED_LIMIT:
        return Amount(value, "scale-word", True, (numeral.value, value))
    return Amount(value, "scale-word", numeral.doubt)


def _with_tail(total: Fraction, scale: int, tail: Item) -> Amount | None:
    """What follows the last scale word: `1tr5`, `15 triệu 500`, `1 triệu rưỡi`, `15 triệu 500.000`."""
    if total % scale:
        return None
    if tail.kind == "R":
        return Amount(total + Fraction(scale, 2), "scale-word")
    number, digits = numeral_of(tail.text), len(tail.text)
    if number is None or number.how == "decimal" or number.value >= scale:
        return None
    if number.how == "grouped":
        return Amount(total + number.value, "scale-word", number.doubt or number.value * 10 < scale)
    spoken, lower = total + number.value * scale / 10**digits, total + number.value * scale / 1_000
    certain = digits == 3 or (digits == 1 and not tail.spaced)
    return Amount(spoken, "scale-word", not certain, (spoken, lower))


def certain_numbers(entry: Entry) -> tuple[Fraction, ...]:
    numerals = (numeral_of(item.text) for item in entry.items if item.kind == "N")
    return tuple(numeral.value for numeral in numerals if numeral and not numeral.doubt)


def calculated(items: tuple[Item, ...], measure: Measure) -> Fraction | None:
    """The result of a sum or product typed as text, counting words left aside."""
    shape = shape_of(items)
    if "L" in shape and "P" in shape and "X" not in shape:
        return None
    runs = re.finditer(r"[NSR]+[LPC]*|[-+X/()]|.", shape)
    pieces = tuple(_operand(items[run.start() : run.end()], measure) for run in runs)
    return None if None in pieces else evaluate("".join(map(str, pieces)), _NO_CELLS)


def _operand(items: tuple[Item, ...], measure: Measure) -> str | None:
    """One amount as a plain integer, one sign as it is; anything else spoils the calculation."""
    if items[0].kind in "-+X/()":
        return items[0].kind.replace("X", "*")
    amount = amount_of(tuple(item for item in items if item.kind in "NSR"), measure)
    return None if amount is None or amount.doubt or amount.value.denominator != 1 else str(amount.value)


def parts_of(items: tuple[Item, ...]) -> tuple[tuple[Item, ...], ...]:
    """Split at separators, and where a number follows a unit."""
    groups: list[list[Item]] = [[]]
    for item in items:
        follows_unit = item.kind == "N" and groups[-1] and groups[-1][-1].kind in "LPC"
        if item.kind in _SEPARATORS or follows_unit:
            groups.append([])
        if item.kind not in _SEPARATORS:
            groups[-1].append(item)
    return tuple(tuple(group) for group in groups if group)


def part_amount(part: tuple[Item, ...], measure: Measure) -> Amount | None:
    """A part needs its own unit or a scale word; without one it could be anything."""
    found = re.fullmatch("([NSR]+)(L+|P+|C*)", shape_of(part))
    if found is None or not (found[2] or "S" in found[1]):
        return None
    return amount_of(part[: found.end(1)], measure)


def unit_of(part: tuple[Item, ...]) -> str:
    return part[-1].kind if part[-1].kind in "LP" else "C"
