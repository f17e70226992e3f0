"""The stored value of a cell, by its type: accepted as the characters that stand there, or refused.

No value is ever converted here; a number stays text, so that nothing can be rounded on the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import isfinite

from aggregator.reading import limits, refusals
from aggregator.reading.book import Kind
from aggregator.reading.refusals import Refused
from aggregator.reading.strings import Budget

Reader = Callable[[str, Sequence[str], Budget], str]

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_SHORT = 16
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)?(T?\d\d:\d\d(:\d\d([.,]\d+)?)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def is_index(text: str) -> bool:
    """A plain number that counts something: ASCII digits and not too many."""
    return text.isascii() and text.isdigit() and len(text) < 10


def read_number(value: str) -> str:
    """The characters of a number; refused where they are none, or too many."""
    if len(value) < _SHORT and value.isdigit() and value.isascii():
        return value
    if len(value) > limits.NUMBER.value:
        raise Refused(limits.NUMBER)
    if not _NUMBER.fullmatch(value) or not isfinite(float(value)):
        raise Refused(refusals.NUMBER)
    return value


def _number(value: str, _strings: Sequence[str], _budget: Budget) -> str:
    return read_number(value)


def _string(value: str, strings: Sequence[str], _budget: Budget) -> str:
    if not is_index(value) or int(value) >= len(strings):
        raise Refused(refusals.STRING_INDEX)
    return strings[int(value)]


def _text(value: str, _strings: Sequence[str], budget: Budget) -> str:
    return budget.take(value)


def _unknown(_value: str, _strings: Sequence[str], _budget: Budget) -> str:
    raise Refused(refusals.CELL_TYPE)


def _boolean(value: str, _strings: Sequence[str], _budget: Budget) -> str:
    if value not in ("0", "1"):
        raise Refused(refusals.BOOLEAN)
    return value


def _date(value: str, _strings: Sequence[str], _budget: Budget) -> str:
    if len(value) > limits.NUMBER.value or not _DATE.fullmatch(value):
        raise Refused(refusals.DATE)
    return value


READERS: Mapping[str, tuple[Kind, Reader]] = {
    "n": ("number", _number),
    "s": ("text", _string),
    "str": ("text", _text),
    "b": ("bool", _boolean),
    "inlineStr": ("text", _text),
    "e": ("error", _text),
    "d": ("date", _date),
}
UNKNOWN_TYPE: tuple[Kind, Reader] = ("none", _unknown)
