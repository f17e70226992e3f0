"""What a workbook holds, as every reader hands it on: cells with their original text, and the flags that matter.

No object of a foreign library leaves the reading room; this is all the rest of the house ever sees of a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Kind = Literal["number", "text", "bool", "error", "date", "none"]
State = Literal["visible", "hidden", "veryHidden"]
Address = tuple[int, int]
"""Row and column, both counted from 1, as Excel shows them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell. `text` is what stands in the file, never a float.

    `kind` is the kind of the stored value: for a number the characters of `<v>`, for a truth value `1` or `0`, for an
    error its name (`#REF!`), for `date` the ISO text; `none` is a formula without a stored result.
    `formula` has no leading `=`; shared formulas are expanded. `format` is the number format code (`General`, `0`).
    """

    kind: Kind
    text: str
    formula: str | None = None
    format: str = "General"


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The filled cells that a worksheet shares with others of its shape; known by identity, so that what was found in
    one is not searched in the next."""

    cells: Mapping[Address, Cell]


NOTHING: Mapping[Address, Cell] = {}


class Shaped(dict[Address, Cell]):
    """The cells of a sheet whose shape is known: those of the shape, but for the file's own texts and numbers, which
    stand instead or besides."""

    __slots__ = ("numbers", "shape", "texts")

    def __init__(
        self,
        cells: Mapping[Address, Cell],
        shape: Shape,
        texts: Mapping[Address, Cell] = NOTHING,
        numbers: Mapping[Address, Cell] = NOTHING,
    ) -> None:
        super().__init__(cells)
        self.shape, self.texts, self.numbers = shape, texts, numbers


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One worksheet: filled cells by address; cells that hold nothing (no value, no formula) are not listed."""

    name: str
    state: State = "visible"
    cells: Mapping[Address, Cell] = field(default_factory=dict)
    merges: tuple[tuple[int, int, int, int], ...] = ()
    """First row, first column, last row, last column."""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    protected: bool = False

    @property
    def shape(self) -> Shape | None:
        """What the sheet shares with others, where that is known."""
        return self.cells.shape if isinstance(self.cells, Shaped) else None

    @property
    def texts(self) -> Mapping[Address, Cell]:
        """Of a sheet whose shape is known its own texts."""
        return self.cells.texts if isinstance(self.cells, Shaped) else {}

    @property
    def numbers(self) -> Mapping[Address, Cell]:
        """Of a sheet whose shape is known its own numbers."""
        return self.cells.numbers if isinstance(self.cells, Shaped) else {}


@dataclass(frozen=True, slots=True)
class RawBook:
    """One workbook in sheet order."""

    sheets: tuple[RawSheet, ...]
    converted: bool = False
    """True when it came through a reader that cannot see formulas, protection or hidden rows (.xls, .ods, .xlsb)."""
    date1904: bool = False
    macros: bool = False
    external_links: bool = False
    saved: str | None = None
    """`dcterms:modified` of the document properties as it stands there, else `None`."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Defined names of the whole workbook with their formula text."""
    keywords: str | None = None
    """`cp:keywords` of the document properties."""


def column_letters(column: int) -> str:
    """`1` → `A`, `28` → `AB`."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=4096)
def a1(row: int, column: int) -> str:
    """Row 14, column 4 → `D14`."""
    return f"{column_letters(column)}{row}"
