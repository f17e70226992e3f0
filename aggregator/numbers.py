"""Reads one number as staff type it: an integer, a question, or a refusal. Never a float, never a silent guess.

A text becomes items (number, scale word, counting word, sign ...) whose kinds, one letter each, form a shape; each
rule of `RULES` knows one shape and answers or passes on. Above all: where a factor of 1,000 is at risk, ask.
Not here: caps of a form, plausibility, `money-too-small`; those are checks on the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from aggregator import number_rules as rules
from aggregator.amounts import Amount, amount_of, part_amount, parts_of, unit_of
from aggregator.formula import evaluate
from aggregator.number_rules import BLANK, Reading, question, refused
from aggregator.number_words import LARGEST, LONGEST_ENTRY, OWN, Entry, Measure, entry_of, items_of, spelled
from aggregator.reading.book import Cell, RawSheet
from aggregator.reading.memory import kept

__all__ = ["CONDITIONS", "RULES", "Measure", "Reading", "read_cell", "read_text"]

SAFE_DIGITS = 12
"""So many digits are below `LARGEST` in any case."""

SMALLEST_MONEY = 1_000
"""Below it no amount of đồng is real: thousands or millions were meant."""
DAY_NUMBERS = range(44_000, 47_501)
"""Dates of 2020 to early 2030 as Excel stores them: what becomes of `2/10` typed for two classes and ten people."""

Rule = Callable[[Entry], Reading | None]
Condition = Callable[[Amount, Measure], Reading | None]


def read_text(text: str, measure: Measure) -> Reading:
    """A text as typed or pasted; every value it gives carries `value-interpreted`."""
    entry = entry_of(text, measure)
    if entry is None:
        return refused("value-not-a-number", "too-long")
    return next((reading for rule in RULES if (reading := rule(entry))), refused("value-not-a-number", "words"))


def read_cell(cell: Cell, measure: Measure, sheet: RawSheet) -> Reading:
    """A cell of whatever kind; `sheet` is where the cells of its formula are found."""
    if cell.kind == "error":
        return refused("value-error-cell", "error")
    if cell.formula is not None:
        return _read_formula(cell, cell.formula, measure, sheet)
    if cell.kind == "number":
        return _plain_number(cell, measure) or _read_native(cell, measure)
    if cell.kind == "text":
        return read_text(cell.text, measure)
    if cell.kind == "date":
        return refused("value-date", "date", _iso_pair(cell.text))
    return refused("value-not-a-number", "boolean") if cell.kind == "bool" else BLANK


def _plain_number(cell: Cell, measure: Measure) -> Reading | None:
    """What nearly every cell holds, read at once: a few digits that no rule below has anything to say of."""
    return _read_plain(cell.text, cell.format, measure) if len(cell.text) <= SAFE_DIGITS else None


@kept(8192)
def _read_plain(text: str, number_format: str, measure: Measure) -> Reading | None:
    if not (text.isascii() and text.isdigit()) or not _shows_digits(number_format):
        return None
    value = int(text)
    doubtful = 0 < value < SMALLEST_MONEY if measure == "money" else value in DAY_NUMBERS
    return None if doubtful else Reading(value, None, "as-is")


@lru_cache(maxsize=64)
def _shows_digits(number_format: str) -> bool:
    codes = "" if number_format.lower() in ("general", "standard") else _LITERAL.sub("", number_format).lower()
    return not re.search("[dmyhs%]", codes)


_NATIVE = re.compile(r"([+-]?)([0-9]+)(?:\.[0-9]*)?(?:[eE]([+-]?[0-9]{1,3}))?", re.ASCII)
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE | re.DOTALL)


def _read_native(cell: Cell, measure: Measure) -> Reading:
    codes = "" if cell.format.lower() in ("general", "standard") else _LITERAL.sub("", cell.format).lower()
    if re.search("[dmyhs]", codes):
        return refused("value-date", "date", _serial_pair(cell.text))
    if "%" in codes:
        return refused("value-not-a-number", "percent")
    return _native(cell.text, measure)


def _native(text: str, measure: Measure) -> Reading:
    """The characters of `<v>`; Excel itself writes 12 as `12.0` or `1.2E1` at times."""
    found = _NATIVE.fullmatch(text)
    if found is None:
        return refused("value-not-a-number", "malformed")
    if found[1] == "-":
        return refused("value-negative", "negative")
    if len(text) > LONGEST_ENTRY:
        return refused("value-too-large", "too-large")
    value = Fraction(text)
    if value.denominator == 1:
        return _settled(Amount(value, "exponent" if found[3] else "as-is"), measure, None)
    return _native_part(value, measure)


def _native_part(value: Fraction, measure: Measure) -> Reading:
    """Excel in English makes 1.5 of a typed 1.500, so up to three decimals may be thousands."""
    thousands = value * 1_000
    if thousands.denominator != 1:
        return refused("value-fraction", "fraction")
    return question("fraction", thousands, *((value * 10**6,) if measure == "money" else ()))


def _read_formula(cell: Cell, formula: str, measure: Measure, sheet: RawSheet) -> Reading:
    """Used only when our own exact result is the stored one."""
    exact = evaluate(formula, sheet) if cell.kind == "number" else None
    if exact is None or _NATIVE.fullmatch(cell.text) is None or not _equals(exact, cell.text):
        return refused("value-not-calculated", "formula")
    reading = _read_native(cell, measure)
    if reading.value is not None:
        return replace(reading, code="value-interpreted", how="formula")
    return refused("value-fraction", "formula") if reading.how == "fraction" else reading


def _equals(exact: Fraction, stored: str) -> bool:
    return len(stored) <= LONGEST_ENTRY and Fraction(stored) == exact


def _serial_pair(serial: str) -> tuple[int, ...]:
    """The two numbers that Excel may have taken for a date."""
    found = re.fullmatch(r"([0-9]{1,7})(?:\.0*)?", serial, re.ASCII)
    if found is None or not 1 <= int(found[1]) <= 2_958_465:
        return ()
    return _pair_of(date(1899, 12, 30) + timedelta(days=int(found[1])))


def _iso_pair(text: str) -> tuple[int, ...]:
    try:
        return _pair_of(date.fromisoformat(text[:10]))
    except ValueError:
        return ()


def _pair_of(day: date) -> tuple[int, ...]:
    """`2/10` becomes 2 October of this year, `12/35` the first of December 1935."""
    this_year = DAY_NUMBERS.start <= (day - date(1899, 12, 30)).days < DAY_NUMBERS.stop
    return (day.day, day.month) if day.day != 1 or this_year else (day.month, day.year % 100)


def _doubtful(amount: Amount, measure: Measure) -> Reading | None:
    return question(amount.how, *amount.options) if amount.doubt else None


def _small_money(amount: Amount, measure: Measure) -> Reading | None:
    if measure != "money" or not 0 < amount.value < SMALLEST_MONEY:
        return None
    return question("small-money", amount.value * 1_000, amount.value * 10**6)


def _part(amount: Amount, measure: Measure) -> Reading | None:
    return refused("value-fraction", "fraction") if amount.value.denominator != 1 else None


def _too_large(amount: Amount, measure: Measure) -> Reading | None:
    return refused("value-too-large", "too-large") if amount.value > LARGEST else None


def _day_number(amount: Amount, measure: Measure) -> Reading | None:
    """Only digits as they stand can be a date in disguise; `45.000 người` cannot."""
    as_it_stands = amount.how in ("as-is", "text", "exponent")
    if measure == "money" or not as_it_stands or int(amount.value) not in DAY_NUMBERS:
        return None
    return refused("value-date", "day-number", _serial_pair(str(amount.value)))


CONDITIONS: tuple[Condition, ...] = (_doubtful, _small_money, _part, _too_large, _day_number)


def _settled(amount: Amount, measure: Measure, code: str | None = "value-interpreted") -> Reading:
    failed = next((reading for condition in CONDITIONS if (reading := condition(amount, measure))), None)
    return failed or Reading(int(amount.value), code, amount.how)


def _exponent(entry: Entry) -> Reading | None:
    """As Excel shows a large number in a narrow column: at most one digit before the point."""
    if not re.fullmatch(r"(?:[0-9]{1,15}|[0-9]\.(?![0-9]{3}[eE])[0-9]{1,14})[eE]\+?[0-9]{1,2}", entry.text, re.ASCII):
        return None
    return _settled(Amount(Fraction(entry.text), "exponent"), entry.measure)


def _repeated_in_words(entry: Entry) -> Reading | None:
    """`15.000.000 đồng (Mười lăm triệu đồng)`: used only when the words say the same."""
    found = re.fullmatch(r"([^()]*[0-9][^()]*)\(([^()0-9]+)\)", entry.text)
    if found is None:
        return None
    head = read_text(found[1], entry.measure)
    words = spelled(items_of(re.sub("^.*:", "", found[2])))
    if head.value is None or words == head.value:
        return head
    return question("in-words", head.value, *(() if words is None else (words,)))


def _approximate(entry: Entry) -> Reading | None:
    """`khoảng 200`, `>100`, `2 chục`: the exact number must come from the sender."""
    round_word = "H" in entry.shape and "N" in entry.shape
    if "A" not in entry.shape and not round_word:
        return None
    rest = replace(entry, items=tuple(item for item in entry.items if item.kind != "A"))
    reading = None if round_word else _one_amount(rest)
    if reading is None:
        return question("approximate")
    return question("approximate", *(reading.suggestions if reading.value is None else (reading.value,)))


def _one_amount(entry: Entry) -> Reading | None:
    """A number, with scale and currency for money, with a counting word of the measure otherwise."""
    own = OWN[entry.measure]
    tail = "C*E?" if entry.measure == "money" else f"(?:{own}(?:[,J]?{own})*)?"
    found = re.fullmatch(f"(C?)([NSR]+)({tail})", entry.shape)
    if found is None or (found[1] and entry.measure != "money"):
        return None
    amount = amount_of(entry.items[found.start(2) : found.end(2)], entry.measure)
    if amount is None:
        return None
    if "S" in found[2] and entry.measure != "money":
        amount = replace(amount, doubt=amount.doubt or not found[3] or amount.value >= 10**6)
        amount = replace(amount, options=amount.options or (amount.value,))
    unit_word = (found[1] or found[3]) and amount.how != "scale-word"
    return _settled(replace(amount, how="unit-word") if unit_word else amount, entry.measure)


def _several_parts(entry: Entry) -> Reading | None:
    """`12 lớp/350 người`: with a unit on every part the units decide; twice the same unit is a question."""
    parts = parts_of(entry.items)
    amounts = tuple(amount for part in parts if (amount := part_amount(part, entry.measure)))
    if len(parts) < 2 or len(amounts) < len(parts):
        return None
    own = tuple(a for a, part in zip(amounts, parts, strict=True) if unit_of(part) == OWN[entry.measure])
    slash = "/" in entry.shape
    # `35 hs/1 lớp` may be so many in every class
    rate = slash and amounts[-1].value == 1
    if len(own) == 1 and not rate and not re.search("[CS]", entry.shape):
        return _settled(replace(own[0], how="units"), entry.measure)
    return question("several-parts", *((sum(a.value for a in own),) if own and not slash else ()))


RULES: tuple[Rule, ...] = (
    rules.blank, rules.old_font, rules.formula_as_text, rules.nil, rules.tick, rules.undone, _repeated_in_words,
    _approximate, rules.percent, rules.negative, rules.date_or_time, _exponent, rules.in_words, _one_amount, rules.pair,
    rules.span, rules.calculation, _several_parts, rules.other_measure, rules.bad_groups, rules.several_numbers,
)  # fmt: skip
