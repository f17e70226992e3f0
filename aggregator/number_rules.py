"""What reading a number comes to, a `Reading`, and the rules that let no amount through: blank, nil, ask or refuse.

Each rule knows one way of writing, and answers or passes on with `None`; `RULES` in `numbers` puts them in order.
Not here: rules that may let an amount through; the conditions for that, and those rules, are in `numbers`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from aggregator.amounts import amount_of, calculated, certain_numbers, numeral_of
from aggregator.number_words import LARGEST, OWN, Entry, spelled


@dataclass(frozen=True, slots=True)
class Reading:
    """`value` is set only when it may be used; `code` is a finding code, `None` when read as it stands or blank.

    `how` is a slug for the finding's text, `suggestions` are likely readings, most likely first, for a question.
    """

    value: int | None
    code: str | None = None
    how: str = "as-is"
    suggestions: tuple[int, ...] = ()
    blank: bool = False

    @property
    def answered(self) -> bool:
        """Whether it is known what was meant: a number, or nothing."""
        return self.blank or self.value is not None


BLANK = Reading(None, how="blank", blank=True)


def refused(code: str, how: str, suggestions: tuple[Fraction | int, ...] = ()) -> Reading:
    """Suggestions keep their order; what cannot stand in the cell is left out."""
    usable = tuple(int(value) for value in suggestions if value == int(value) and 0 <= value <= LARGEST)
    return Reading(None, code, how, tuple(dict.fromkeys(usable)))


def question(how: str, *suggestions: Fraction | int) -> Reading:
    return refused("value-ambiguous", how, suggestions)


def blank(entry: Entry) -> Reading | None:
    return None if entry.text else BLANK


def old_font(entry: Entry) -> Reading | None:
    return refused("value-not-a-number", "old-font") if entry.font else None


def formula_as_text(entry: Entry) -> Reading | None:
    """`=12+8` in a text cell shows no result; we compute it to ask, not to use it."""
    if entry.text[0] not in "=+@":
        return None
    result = calculated(entry.items if entry.text[0] == "+" else entry.items[1:], entry.measure)
    return refused("value-not-a-number", "formula-as-text") if result is None else question("formula-as-text", result)


def nil(entry: Entry) -> Reading | None:
    own = OWN[entry.measure]
    found = re.fullmatch(f"-+|O(?:K|{own})*", entry.shape)
    return Reading(0, "value-interpreted", "nil-word") if found else None


def tick(entry: Entry) -> Reading | None:
    """Ticks, dots and strokes say that something is there, not how much."""
    ticked = re.fullmatch(r"[xX×✓✔☑√vVoO?*\"”]|[.…_]+|[/\\]+", entry.text)
    return question("tick") if ticked or entry.shape == "K" else None


def undone(entry: Entry) -> Reading | None:
    return question("not-yet") if "U" in entry.shape else None


def percent(entry: Entry) -> Reading | None:
    """With words it may hide a number of people; alone it says nothing."""
    if "%" not in entry.shape:
        return None
    return question("percent") if entry.shape.strip("N%") else refused("value-not-a-number", "percent")


def negative(entry: Entry) -> Reading | None:
    """Also `(5)`, an accountant's minus, and `- 12 lớp`, which may be a list's dash."""
    if not re.match(r"-+\(?N|\(-*N[SLPC]*\)C?$", entry.shape):
        return None
    numbers = tuple(item for item in entry.items if item.kind in "NSR")
    amount = amount_of(numbers, entry.measure)
    certain = amount is not None and not amount.doubt
    return refused("value-negative", "negative", (amount.value,) if amount and certain else ())


_DAY = r"[0-9]{1,2}"
_DATE = re.compile(
    rf"{_DAY}([/-]){_DAY}\1(?:[0-9]{{2}}|[0-9]{{4}})|{_DAY}\.{_DAY}\.[0-9]{{4}}"
    rf"|[0-9]{{4}}([/-]){_DAY}\2{_DAY}(?:[ t].*)?"
    rf"|{_DAY} ?[:hg] ?[0-9]{{2}}(?::[0-9]{{2}})?(?: ?[ap]m)?|{_DAY} ?(?:h|giờ)",
    re.IGNORECASE | re.ASCII,
)


def date_or_time(entry: Entry) -> Reading | None:
    """Dates and times of the day; `1/10` alone is a question, not a date."""
    named = entry.shape.startswith("DN")
    return refused("value-date", "date") if named or _DATE.fullmatch(entry.text) else None


def in_words(entry: Entry) -> Reading | None:
    """`hai lớp`: understood, but confirmed, since a word may also name something else."""
    words = spelled(entry.items)
    return None if words is None else question("in-words", words)


def pair(entry: Entry) -> Reading | None:
    """`12/350`: classes and people in one cell, in either order, or a date."""
    if entry.shape != "N/N":
        return None
    if entry.measure == "money":
        return refused("value-not-a-number", "pair")
    numbers = sorted(certain_numbers(entry), reverse=entry.measure == "people")
    return question("pair", *numbers)


def span(entry: Entry) -> Reading | None:
    two_units = "L" in entry.shape and "P" in entry.shape
    if two_units or not re.fullmatch("T?N[SLPC]*[-T]N[SLPC]*", entry.shape):
        return None
    return question("range", *(() if "S" in entry.shape else certain_numbers(entry)))


def calculation(entry: Entry) -> Reading | None:
    """`12+8`, `23 lớp x 40 hs`: the result is likely, not certain."""
    if not re.search("N.*[+X]", entry.shape):
        return None
    result = calculated(entry.items, entry.measure)
    return question("calculation", *(() if result is None else (result,)))


def other_measure(entry: Entry) -> Reading | None:
    """`12 lớp` in a people cell: the number is clear, its place is not."""
    found = re.fullmatch("C?([NSR]+)([LPC]*)", entry.shape)
    amount = amount_of(entry.items[found.start(1) : found.end(1)], entry.measure) if found else None
    if amount is None:
        return None
    if entry.measure == "money" or re.search("[SC]", entry.shape):
        return question("other-measure")
    return question("other-measure", *(amount.options if amount.doubt else (amount.value,)))


def bad_groups(entry: Entry) -> Reading | None:
    """`15.00.000`, `1..500`: the sender must retype it."""
    numbers = tuple(item for item in entry.items if item.kind == "N")
    wrong = len(numbers) == 1 and numeral_of(numbers[0].text) is None
    return refused("value-not-a-number", "grouping") if wrong else None


def several_numbers(entry: Entry) -> Reading | None:
    return question("several-numbers") if entry.shape.count("N") > 1 else None
