"""Recalculates, exactly, the few formulas that an input cell may hold: numbers, cells of the same sheet, + - * /,
brackets and SUM.

Everything else (other functions, other sheets, text operands, a circle, a formula built to cost time) gives `None`:
the caller then refuses the cell. Never a float, never a guess, and work is bounded by the limits named below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from aggregator.reading.book import Address, RawSheet

MAX_LENGTH = 2_000
"""Characters of one formula; a longer one was not typed by hand."""
MAX_DEPTH = 40
"""Brackets and references inside each other; a chain of running sums stays below it."""
MAX_WORK = 50_000
"""Tokens and cells looked at for one result; a form has about 500 filled cells."""
MAX_BITS = 1_000
"""Size of an intermediate result; repeated multiplication must not grow without end."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]{1,30}(?:\.[0-9]{0,30})?(?:E[+-]?[0-9]{1,2})?(?![0-9A-Z_.]))"
    r"|(?P<cell>\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6}(?![0-9A-Z_.(!]))"
    r"|(?P<sum>SUM\s*\()"
    r"|(?P<sign>[-+*/(),:]))",
    re.IGNORECASE | re.ASCII,
)
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]+)", re.ASCII)
_STORED = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_QUOTED = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')""")


class _Refused(Exception):
    """This formula is not one that we recalculate."""


@dataclass(slots=True)
class _Work:
    """What one evaluation has used up and learned; shared by all formulas it has to follow."""

    sheet: RawSheet
    left: int
    depth: int = 0
    open_cells: set[Address] = field(default_factory=set)
    known: dict[Address, Fraction] = field(default_factory=dict)

    def spend(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise _Refused

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Refused


def evaluate(formula: str, sheet: RawSheet, *, home: Address | None = None) -> Fraction | None:
    """The exact value of a formula (with or without `=`), or `None`; `home` is the cell it stands in, if known.

    Numbers are read as a file stores them: `.` is the decimal point whatever the sender's language.
    """
    work = _Work(sheet, MAX_WORK, open_cells=set() if home is None else {home})
    try:
        return _formula(formula, work)
    except _Refused:
        return None


def normalised(formula: str) -> str:
    """For comparing two formulas: upper case, no blanks, no `$`, no leading `=`; quoted parts stay as they are."""
    parts = _QUOTED.split(formula.strip().removeprefix("="))
    return "".join(part if index % 2 else re.sub(r"[\s$]+", "", part).upper() for index, part in enumerate(parts))


def _formula(formula: str, work: _Work) -> Fraction:
    parser = _Parser(_tokens(formula, work), work)
    value = parser.sum()
    if parser.kind():
        raise _Refused
    return value


def _tokens(formula: str, work: _Work) -> tuple[tuple[str, str], ...]:
    """(kind, text) pairs; for a sign the kind is the sign itself."""
    rest = formula.strip().removeprefix("=").rstrip()
    if len(rest) > MAX_LENGTH:
        raise _Refused
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(rest):
        found = _TOKEN.match(rest, position)
        if found is None:
            raise _Refused
        kind = str(found.lastgroup)
        tokens.append((found[kind] if kind == "sign" else kind, found[kind].upper()))
        position = found.end()
    work.spend(len(tokens))
    return tuple(tokens)


class _Parser:
    """Recursive descent over the tokens of one formula; Excel's order of signs, all results exact."""

    def __init__(self, tokens: tuple[tuple[str, str], ...], work: _Work) -> None:
        self.tokens = tokens
        self.work = work
        self.position = 0

    def kind(self, ahead: int = 0) -> str:
        place = self.position + ahead
        return self.tokens[place][0] if place < len(self.tokens) else ""

    def take(self, kinds: str = "") -> str:
        """The next token's text; refused when it is none of `kinds` (signs) or there is none."""
        if not self.kind() or (kinds and self.kind() not in kinds):
            raise _Refused
        self.position += 1
        return self.tokens[self.position - 1][1]

    def sum(self) -> Fraction:
        value = self.product()
        while self.kind() in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            value = _bounded(value + sign * self.product())
        return value

    def product(self) -> Fraction:
        value = self.signed()
        while self.kind() in ("*", "/"):
            divide = self.take() == "/"
            operand = self.signed()
            if divide and operand == 0:
                raise _Refused
            value = _bounded(value / operand if divide else value * operand)
        return value

    def signed(self) -> Fraction:
        sign = 1
        while self.kind() in ("+", "-"):
            sign = sign if self.take() == "+" else -sign
        return sign * self.operand()

    def operand(self) -> Fraction:
        kind, text = self.kind(), self.take()
        if kind == "number":
            return Fraction(text)
        if kind == "cell":
            return _cell_value(_address(text), self.work)
        if kind not in ("(", "sum"):
            raise _Refused
        self.work.deeper()
        value = self.sum() if kind == "(" else self.arguments()
        self.take(")")
        self.work.depth -= 1
        return value

    def arguments(self) -> Fraction:
        value = self.argument()
        while self.kind() == ",":
            self.take()
            value = _bounded(value + self.argument())
        return value

    def argument(self) -> Fraction:
        """A range or a lone cell (text in it counts as nothing), else any expression."""
        if self.kind() == "cell" and self.kind(1) == ":" and self.kind(2) == "cell":
            first = _address(self.take())
            self.take()
            return _block_sum(first, _address(self.take()), self.work)
        if self.kind() == "cell" and self.kind(1) in (",", ")"):
            cell = _address(self.take())
            return _block_sum(cell, cell, self.work)
        return self.sum()


def _bounded(value: Fraction) -> Fraction:
    if value.numerator.bit_length() > MAX_BITS or value.denominator.bit_length() > MAX_BITS:
        raise _Refused
    return value


def _address(text: str) -> Address:
    found = _CELL.fullmatch(text)
    if found is None:
        raise _Refused
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    row = int(found[2])
    if row > LAST_ROW or column > LAST_COLUMN:
        raise _Refused
    return row, column


def _block_sum(first: Address, last: Address, work: _Work) -> Fraction:
    """SUM over a block as Excel does it: blank, text and truth values count as nothing, an error spoils it."""
    total = Fraction(0)
    for address in _filled(first, last, work):
        cell = work.sheet.cells[address]
        if cell.formula is None and cell.kind in ("text", "bool"):
            continue
        total = _bounded(total + _cell_value(address, work))
    return total


def _filled(first: Address, last: Address, work: _Work) -> tuple[Address, ...]:
    """The filled cells of a block, whichever way is shorter: through the block or through the sheet."""
    top, bottom = sorted((first[0], last[0]))
    left, right = sorted((first[1], last[1]))
    area = (bottom - top + 1) * (right - left + 1)
    work.spend(min(area, len(work.sheet.cells)))
    if area <= len(work.sheet.cells):
        block = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
        return tuple(address for address in block if address in work.sheet.cells)
    return tuple(a for a in work.sheet.cells if top <= a[0] <= bottom and left <= a[1] <= right)


def _cell_value(address: Address, work: _Work) -> Fraction:
    """A blank cell is 0; a formula is followed, never trusted; anything but a number is refused."""
    work.spend(1)
    cell = work.sheet.cells.get(address)
    if address in work.open_cells:
        raise _Refused
    if cell is None:
        return Fraction(0)
    if address not in work.known:
        followed = cell.formula is not None
        work.known[address] = _follow(address, str(cell.formula), work) if followed else _stored(cell.kind, cell.text)
    return work.known[address]


def _follow(address: Address, formula: str, work: _Work) -> Fraction:
    work.deeper()
    work.open_cells.add(address)
    value = _formula(formula, work)
    work.open_cells.remove(address)
    work.depth -= 1
    return value


def _stored(kind: str, text: str) -> Fraction:
    if kind != "number" or _STORED.fullmatch(text) is None:
        raise _Refused
    return Fraction(text)
