"""Shared formulas: the text of a dependent, made from the master's by moving its relative references.

A small tokenizer, not a parser: it knows just enough to tell references from strings, sheet names, functions and
names. What cannot be moved surely becomes `UNKNOWN`, which equals no formula that was ever issued.
"""

from __future__ import annotations

import re
from functools import lru_cache

from aggregator.reading import limits
from aggregator.reading.areas import column_number
from aggregator.reading.book import column_letters

UNKNOWN = "?"
_TOKEN = re.compile(
    r"""
      "(?:[^"]|"")*"                                              # a string
    | '(?:[^']|'')*'                                              # a quoted sheet name
    | \[(?:[^\[\]]|\[[^\[\]]*\])*\]                               # another workbook, or columns of a table
    | (?P<span>(?<![\w.$])(?:\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?\d{1,7}:\$?\d{1,7})(?![\w.($!]))
    | (?P<word>[$A-Za-z_\\\u0080-\uffff][\w.$?\\]*)(?P<behind>\s*[(!]|\[)?
    | \d[\w.]*(?:(?<=[eE])[+-]\d+)?                               # a number
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_CELL = re.compile(r"(\$?)([A-Z]{1,3})(\$?)([1-9]\d{0,6})")
_SPAN_END = re.compile(r"(\$?)(?:([A-Z]{1,3})|(\d{1,7}))")
_DDE = re.compile(r"[\w.)]\s*\|\s*['\w]")
_STRING = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'(?=!)')


def is_command(formula: str) -> bool:
    """Whether a formula starts another program (`cmd|'/C calc'!A0`); `|` stands nowhere else outside quotes."""
    return "|" in formula and _DDE.search(_STRING.sub("''", formula)) is not None


def moved(formula: str, rows: int, columns: int) -> str:
    """The formula as it reads so many rows and columns further; `UNKNOWN` where a reference leaves the grid."""
    if not rows and not columns:
        return formula
    pieces = []
    for kind, token in _tokens(formula):
        piece = _moved_token(kind, token, rows, columns)
        if piece is None:
            return UNKNOWN
        pieces.append(piece)
    return "".join(pieces)


@lru_cache(maxsize=64)
def _tokens(formula: str) -> tuple[tuple[str, str], ...]:
    """Runs of text to keep, and the references among them as `cell` or `span`."""
    tokens: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(formula):
        word = match["word"]
        if match["span"]:
            tokens.append(("span", match["span"]))
        elif word and not match["behind"] and _CELL.fullmatch(word.upper()):
            tokens.append(("cell", word.upper()))
        elif tokens and tokens[-1][0] == "text":
            tokens[-1] = ("text", tokens[-1][1] + match[0])
        else:
            tokens.append(("text", match[0]))
    return tuple(tokens)


def _moved_token(kind: str, token: str, rows: int, columns: int) -> str | None:
    if kind == "text":
        return token
    if kind == "span":
        first, _, last = token.partition(":")
        ends = (_moved_end(first, rows, columns), _moved_end(last, rows, columns))
        return None if None in ends else f"{ends[0]}:{ends[1]}"
    match = _CELL.fullmatch(token)
    assert match is not None
    fixed_column, letters, fixed_row, digits = match.groups()
    column = column_number(letters) + (0 if fixed_column else columns)
    row = int(digits) + (0 if fixed_row else rows)
    if not _in_grid(row, column):
        return None
    return f"{fixed_column}{column_letters(column)}{fixed_row}{row}"


def _moved_end(token: str, rows: int, columns: int) -> str | None:
    """One end of `A:C` or `1:3`."""
    match = _SPAN_END.fullmatch(token)
    assert match is not None
    fixed, letters, digits = match.groups()
    if letters:
        column = column_number(letters) + (0 if fixed else columns)
        return f"{fixed}{column_letters(column)}" if _in_grid(1, column) else None
    row = int(digits) + (0 if fixed else rows)
    return f"{fixed}{row}" if _in_grid(row, 1) else None


def _in_grid(row: int, column: int) -> bool:
    return 1 <= row <= limits.ROWS.value and 1 <= column <= limits.COLUMNS.value
