"""CSV files that people keep beside a campaign: UTF-8 with or without a byte order mark, `,` or `;`, codes as text.

A wrong file or line is a `Fault` with file, line and column; all faults of a file come in one pass.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
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


def read_lines(text: str, name: str, columns: Columns) -> tuple[list[tuple[int, Line]], list[Fault]]:
    """Every line that is not empty, with its number in the file; or why there are none."""
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        header = [cell.strip() for cell in next(reader, [])]
        missing = [column for column in columns.required if column not in header]
        if missing:
            expected = Fact("{names} (thiếu {missing})", names=",".join(columns.names), missing=", ".join(missing))
            return [], [Fault(name, Fact("dòng {number}", number=1), ",".join(header), expected)]
        tidy = _tidying(text)
        return [(reader.line_num, _named(header, cells, tidy)) for cells in reader if any(map(str.strip, cells))], []
    except csv.Error as error:
        return [], [Fault(name, Fact("dòng {number}", number=reader.line_num), str(error), "CSV")]


def _tidying(text: str) -> Callable[[str], str] | None:
    """What `clean` does to the cells of this file: of plain text nothing, or no more than taking away the blanks around
    a cell."""
    plain = text.replace("\r", "").replace("\n", "")
    if not (plain.isascii() and plain.isprintable()) or '"' in plain or "  " in plain:
        return clean
    return str.strip if " " in plain else None


def _named(header: Sequence[str], cells: list[str], tidy: Callable[[str], str] | None) -> Line:
    padded = cells + [""] * (len(header) - len(cells))
    return dict(zip(header, map(tidy, padded) if tidy else padded, strict=False))


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
