"""Rows of one shape: the same cells, formats and types, and only what they hold is another in each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_DIGITS = 17
_NUMBER = re.compile(rb'><v>(?<=[0-9]"><v>)-?[0-9]{1,17}</v></c>')
_HELD = re.compile(rb">([^<>]+)<")


@dataclass(frozen=True, slots=True)
class Holds:
    """What the cells of a row hold that is not the same in all rows of its shape, by its number among all that rows of
    this shape hold; a formula stands before its result."""

    numbers: tuple[int, ...]
    indexes: tuple[int, ...]
    formulas: tuple[int, ...]

    @classmethod
    def of(cls, outside: bytes) -> Holds:
        """`outside`: what stands around."""
        before = outside.split(b"\0")[:-1]
        values = [at for at, text in enumerate(before) if text.endswith(b"<v")]
        shared = [at for at in values if before[at].endswith(b't="s"><v')]
        numbers = tuple(at for at in values if at not in shared)
        formulas = tuple(at for at, text in enumerate(before) if text.endswith(b"<f"))
        return cls(numbers, tuple(shared), formulas)

    def whole_numbers(self, inside: Sequence[bytes]) -> bool:
        """Whether plain digits stand where whole numbers should."""
        digits = [inside[at] for at in self.numbers]
        return not digits or (b"".join(digits).isdigit() and max(map(len, digits)) <= MOST_DIGITS)


def apart(rest: bytes, row: int) -> tuple[bytes, list[bytes]]:
    """A row without its number and what its cells hold, and this. A whole number of its own is as good as no value."""
    parts = _HELD.split(_NUMBER.sub(b"/>", rest))
    return b"\0".join(parts[::2]).replace(b'%d" s=' % row, b'" s='), parts[1::2]
