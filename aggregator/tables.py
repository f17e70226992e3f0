"""CSV files that people keep beside a campaign: UTF-8 with or without a byte order mark, `,` or `;`, codes as text.

A wrong file or line is a `Fault` with file, line and column; all faults of a file come in one pass.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from aggregator.documents import Fault
from aggregator.faults import BadDocument
from aggregator.text import clean
from aggregator.words import Fact

Line = dict[str, str]
"""Column name → cleaned text; columns that a short line lacks are empty."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a file: all names in order, and those that must be there."""

    names: tuple[str, ...]
    required: tuple[str, ...]


def read_text(path: Path) -> str:
    """The text of the file. Raises `BadDocument` where it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadDocument([Fault(path.name, "$", type(error).__name__, "CSV, UTF-8")]) from error


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a file that are not empty: their numbers in the file and their cells, as many as the header has."""

    header: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    rows: tuple[Sequence[str], ...] = ()

    def column(self, name: str) -> Sequence[str]:
        """The cells below a name, the last where there are several; empty texts where there is none."""
        if name not in self.header:
            return [""] * len(self.rows)
        place = len(self.header) - 1 - self.header[::-1].index(name)
        return [row[place] for row in self.rows]

    def lines(self) -> list[tuple[int, Line]]:
        return [
            (number, dict(zip(self.header, row, strict=True)))
            for number, row in zip(self.numbers, self.rows, strict=True)
        ]


def read_lines(text: str, name: str, columns: Columns) -> tuple[list[tuple[int, Line]], list[Fault]]:
    """Every line that is not empty, with its number in the file; or why there are none."""
    table, faults = read_table(text, name, columns)
    return table.lines(), faults


def read_table(text: str, name: str, columns: Columns) -> tuple[Table, list[Fault]]:
    """As `read_lines`, but not line by line."""
    numbered = _numbered(text, delimiter_of(text))
    try:
        header = [cell.strip() for cell in next(numbered, (1, []))[1]]
        missing = [column for column in columns.required if column not in header]
        if missing:
            expected = Fact("{names} (thiếu {missing})", names=",".join(columns.names), missing=", ".join(missing))
            return Table(), [Fault(name, Fact("dòng {number}", number=1), ",".join(header), expected)]
        filled = [line for line in numbered if line[1] and (line[1][0].strip() or any(map(str.strip, line[1])))]
    except _NoTable as error:
        return Table(), [Fault(name, Fact("dòng {number}", number=error.line), str(error), "CSV")]
    numbers, rows = zip(*filled, strict=True) if filled else ((), ())
    return Table(tuple(header), numbers, tuple(_tidied(rows, len(header), _tidying(text)))), []


class _NoTable(Exception):
    def __init__(self, line: int, why: object) -> None:
        super().__init__(str(why))
        self.line = line


def _numbered(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every line, with the number of the last that it takes up in the file. May raise `_NoTable`."""
    lines = [] if '"' in text or "\r" in text else text.split("\n")
    if lines and max(map(len, lines)) <= csv.field_size_limit():  # all that csv.reader would do
        yield from enumerate((line.split(delimiter) for line in lines), start=1)
        return
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        yield from ((reader.line_num, cells) for cells in reader)
    except csv.Error as error:
        raise _NoTable(reader.line_num, error) from error


def delimiter_of(text: str) -> str:
    """What stands between the names of the first line."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def _tidying(text: str) -> Callable[[str], str] | None:
    """What `clean` does to the cells of this file: of plain text nothing, or no more than taking away the blanks around
    a cell."""
    plain = text.replace("\r", "").replace("\n", "")
    if not (plain.isascii() and plain.isprintable()) or '"' in plain or "  " in plain:
        return clean
    return str.strip if " " in plain else None


def _tidied(rows: Iterable[list[str]], width: int, tidy: Callable[[str], str] | None) -> Iterator[Sequence[str]]:
    even = (row if len(row) == width else (row + [""] * width)[:width] for row in rows)
    return ([*map(tidy, row)] for row in even) if tidy else even


def line_fault(name: str, number: int, line: Line, column: str, expected: str) -> Fault:
    """What is wrong in one column of one line."""
    return Fault(name, at_line(number, column), line.get(column, ""), expected)


def at_line(number: int, column: str) -> Fact:
    return Fact("dòng {number}, cột {column}", number=number, column=column)


@lru_cache(maxsize=1024)
def day_of(text: str) -> date | Literal[False] | None:
    """A date; `None` where nothing stands; `False` where it is no date."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return False
