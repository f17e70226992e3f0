"""The cells of one sheet, checked a row at a time.

A workbook of a province has hundreds of thousands of cells, nearly all alike. So a row is looked at as columns of
addresses, formats and contents; what was seen before (the same row of columns, the same content) is not looked at
again, and only a fault asks which cell it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from aggregator.lint.contents import CONTENT, Grid, attributes_of, content_faults, text_of
from aggregator.lint.fault import Fault, shown
from aggregator.lint.ranges import COLUMNS, ROWS
from aggregator.lint.rows import Cell, cells_of, inside
from aggregator.lint.shapes import Holds, apart
from aggregator.reading.areas import Area, column_number
from aggregator.reading.book import column_letters
from aggregator.text import CELL_LENGTH

MAX_HEIGHT, MAX_OUTLINE = 409.5, 7
LAST_DAY = 2_958_465
"""31/12/9999 as Excel counts days."""
REMEMBERED = 50_000
"""Contents that are kept in mind; bounds the memory."""

MOST_KEPT = 500
"""Shapes of rows that are kept in mind."""

T = TypeVar("T")

_OUR_ROW = re.compile(rb' r="([0-9]{1,8})"([^<>]{0,80})')
_SHAPE = (
    rb'(?: s="[0-9]{1,9}")?'
    rb'(?:/>| t="s"><v>[0-9]{1,9}</v></c>|>(?:<f>[^<]*</f>)?<v>-?[0-9]{1,17}</v></c>'
    rb'| t="inlineStr"><is><t>[^<]*</t></is></c>)'
)
_PLAIN_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"%b(?:<c r="[A-Z]{1,3}\1"%b)*</row>' % (_SHAPE, _SHAPE))
"""Nothing but texts, whole numbers, formulas with such a result, and blank cells, all of one row."""
_LETTERS, _STYLE = re.compile(rb'r="([A-Z]+)'), re.compile(rb' s="([0-9]+)"')
_INDEX, _FORMULA = re.compile(rb't="s"><v>([0-9]+)<'), re.compile(rb"<f>[^<]*</f><v>[^<]*</v>")
_PLAIN_TYPES = frozenset({b"", b"n", b"s"})


class Scan:
    """One pass over the rows of one sheet; afterwards `used` is the range of all its cells."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._fine = frozenset([b"", *(str(number).encode() for number in range(grid.formats.cells))])
        self._last = 0
        self._letters: tuple[bytes, ...] = ()
        self._indexes: set[bytes] = set()
        self._contents: set[tuple[bytes, bytes]] = set()
        self._heads: set[bytes] = set()
        self._shapes: dict[bytes, Holds] = {}
        self._rows: list[int] = []
        self._columns: list[int] = []

    @property
    def used(self) -> Area | None:
        if not self._rows:
            return None
        return min(self._rows), min(self._columns), max(self._rows), max(self._columns)

    def check(self, pieces: Iterable[bytes]) -> Iterator[Fault]:
        """`pieces`: what stands inside sheetData before the first `<row`, then behind each."""
        for number, piece in enumerate(pieces):
            if (b"!" in piece and b"<!" in piece) or (b"?" in piece and b"<?" in piece):  # one byte is found faster
                odd = "a comment, an instruction or CDATA among the cells"
                yield Fault("odd-markup", self._grid.part, "sheetData", odd)
                return
            if number == 0:
                continue
            head, _, rest = piece.partition(b">")
            ours = _OUR_ROW.fullmatch(head)
            known = ours is not None and ours[2] in self._heads
            attributes = {} if known else attributes_of(head)
            row = int(ours[1]) if ours else _whole(attributes.get(b"r"), self._last + 1)
            if not self._last < row <= ROWS:
                yield from self._check_order(row)
            wrong = () if known else tuple(self._check_look(row, attributes))
            yield from wrong
            if ours and not wrong and len(self._heads) < MOST_KEPT:
                self._heads.add(ours[2])
            self._last = max(self._last, row)
            if not head.endswith(b"/") and not self._is_fine(row, rest) and (cells := cells_of(rest)):
                yield from self._check_cells(row, cells)

    def _check_order(self, row: int) -> Iterator[Fault]:
        part, place = self._grid.part, f"row {row}"
        if row == self._last:
            yield Fault("row-twice", part, place, "two rows of this number")
        elif row < self._last:
            yield Fault("row-out-of-order", part, place, f"stands behind row {self._last}")
        if not 1 <= row <= ROWS:
            yield Fault("row-outside-grid", part, place, f"rows end at {ROWS}")

    def _check_look(self, row: int, attributes: Mapping[bytes, bytes]) -> Iterator[Fault]:
        part, place = self._grid.part, f"row {row}"
        if (height := attributes.get(b"ht")) and not 0 <= _float(height) <= MAX_HEIGHT:
            yield Fault("row-too-high", part, place, f"{height.decode()} points, at most {MAX_HEIGHT}")
        if (style := attributes.get(b"s", b"")) not in self._fine:
            yield Fault("style-out-of-range", part, place, f"s={style.decode()}")
        if _whole(attributes.get(b"outlineLevel"), 0) > MAX_OUTLINE:
            yield Fault("outline-too-deep", part, place, f"at most {MAX_OUTLINE} levels")

    def _is_fine(self, row: int, rest: bytes) -> bool:
        """The short way for what nearly all rows are: whether nothing is wrong, as far as that is seen at once."""
        if row in self._grid.headers or row in self._grid.covered:
            return False
        if (b"_" in rest and b"_x" in rest) or len(rest) > CELL_LENGTH:  # a text that is escaped or may be too long
            return False
        outside, inside = apart(rest, row)
        holds = self._shapes.get(outside)
        if holds is not None:
            return self._holds_fine(row, inside, holds)
        fine = self._is_fine_row(row, rest)
        if fine and len(self._shapes) < MOST_KEPT:
            self._shapes[outside] = Holds.of(outside)
        return fine

    def _holds_fine(self, row: int, inside: Sequence[bytes], holds: Holds) -> bool:
        """Whether a row like one that was fine holds nothing wrong."""
        if not holds.whole_numbers(inside):
            return False
        if not holds.indexes and not holds.formulas:
            self._see(row)
            return True
        indexes = {inside[at] for at in holds.indexes} - self._indexes
        contents = {(b"", b"<f>%b</f><v>%b</v>" % (inside[at], inside[at + 1])) for at in holds.formulas}
        return self._are_fine(row, indexes, contents - self._contents)

    def _is_fine_row(self, row: int, rest: bytes) -> bool:
        grid, shape = self._grid, _PLAIN_ROW.fullmatch(rest)
        if shape is None or int(shape[1]) != row:
            return False
        styles, indexes = set(_STYLE.findall(rest)), set(_INDEX.findall(rest)) - self._indexes
        if not self._fine.issuperset(styles) or not grid.formats.dates.isdisjoint(styles):
            return False
        if tuple(_LETTERS.findall(rest)) != self._letters:
            return False
        return self._are_fine(row, indexes, {(b"", found) for found in _FORMULA.findall(rest)} - self._contents)

    def _are_fine(self, row: int, indexes: set[bytes], contents: set[tuple[bytes, bytes]]) -> bool:
        """Whether indexes of texts and contents that were not seen before are."""
        if not self._are_indexes(indexes):
            return False
        if any(True for pair in contents for _ in content_faults(*pair, self._grid)):
            return False
        self._see(row)
        self._indexes = _with(self._indexes, indexes)
        self._contents = _with(self._contents, contents)
        return True

    def _see(self, row: int) -> None:
        """A row with cells: the first and the last tell the range of them."""
        self._rows[1:] = [row]

    def _are_indexes(self, fresh: set[bytes]) -> bool:
        return not fresh or (min(map(int, fresh)) >= 0 and max(map(int, fresh)) < len(self._grid.strings))

    def _check_cells(self, row: int, cells: Sequence[Cell]) -> Iterator[Fault]:
        letters, digits, styles, types, numbers, contents = zip(*cells, strict=True)
        self._see(row)
        if letters != self._letters:
            self._letters = letters
            columns = [column_number(name.decode()) for name in letters]
            self._columns = [min([*self._columns, *columns]), max([*self._columns, *columns])]
            yield from self._check_columns(row, columns)
        if digits.count(b"%d" % row) != len(digits):
            yield from self._check_addresses(row, cells)
        if not self._fine.issuperset(styles):
            wrong = (cell for cell in cells if cell[2] not in self._fine)
            for cell in wrong:
                yield self._fault("style-out-of-range", cell, f"s={cell[2].decode()} of {self._grid.formats.cells}")
        yield from self._check_indexes(
            cells, {found for kind, found in zip(types, numbers, strict=True) if kind == b"s"}
        )
        yield from self._check_contents(cells, set(zip(types, contents, strict=True)))
        if not _PLAIN_TYPES.issuperset(types):
            yield from self._check_contents(cells, {(cell[3], inside(cell)) for cell in cells if cell[4]})
        if not self._grid.formats.dates.isdisjoint(styles):
            yield from self._check_dates(cells)
        if row in self._grid.headers:
            yield from self._check_headers(row, cells)
        if row in self._grid.covered:
            yield from self._check_covered(row, cells)

    def _check_columns(self, row: int, numbers: Sequence[int]) -> Iterator[Fault]:
        last = 0
        for column in filter(None, numbers):
            place = f"{column_letters(column)}{row}"
            if column == last:
                yield Fault("cell-twice", self._grid.part, place, "two cells of this address")
            elif column < last:
                yield Fault("cell-out-of-order", self._grid.part, place, f"stands behind {column_letters(last)}{row}")
            if column > COLUMNS:
                yield Fault("cell-outside-grid", self._grid.part, place, "columns end at XFD")
            last = max(last, column)

    def _check_addresses(self, row: int, cells: Sequence[Cell]) -> Iterator[Fault]:
        for cell in cells:
            if not cell[0]:
                yield Fault("cell-without-address", self._grid.part, f"row {row}", "Excel counts, other readers do not")
            elif cell[1] != b"%d" % row:
                yield self._fault("cell-in-wrong-row", cell, f"stands in row {row}")

    def _check_indexes(self, cells: Sequence[Cell], indexes: set[bytes]) -> Iterator[Fault]:
        """Of the cells that hold a shared text and nothing else."""
        fresh = indexes - self._indexes - {b""}
        most = len(self._grid.strings)
        if self._are_indexes(fresh):
            self._indexes = _with(self._indexes, fresh)
            return
        for cell in cells:
            if cell[3] == b"s" and cell[4] and not 0 <= int(cell[4]) < most:
                yield self._fault("string-index-out-of-range", cell, f"text {int(cell[4])} of {most}")

    def _check_contents(self, cells: Sequence[Cell], contents: set[tuple[bytes, bytes]]) -> Iterator[Fault]:
        fresh = contents - self._contents
        if not fresh:
            return
        looked_at = {pair: tuple(content_faults(*pair, self._grid)) for pair in fresh}
        if wrong := {pair: said for pair, said in looked_at.items() if said}:
            fresh -= wrong.keys()
            for cell in cells:
                for kind, detail in wrong.get((cell[3], inside(cell)), ()):
                    yield self._fault(kind, cell, detail)
        self._contents = _with(self._contents, fresh)

    def _check_dates(self, cells: Sequence[Cell]) -> Iterator[Fault]:
        for cell in cells:
            found = CONTENT.fullmatch(inside(cell)) if cell[2] in self._grid.formats.dates else None
            if found and found["value"] and cell[3] in (b"", b"n") and not 0 <= _float(found["value"]) <= LAST_DAY + 1:
                yield self._fault("date-out-of-range", cell, f"{found['value'].decode()} is no day that Excel knows")

    def _check_headers(self, row: int, cells: Sequence[Cell]) -> Iterator[Fault]:
        by_column = {column_number(cell[0].decode()): cell for cell in cells}
        for first, names in self._grid.headers[row]:
            for column, name in enumerate(names, first):
                cell = by_column.get(column)
                text = text_of(cell[3], inside(cell), self._grid.strings) if cell else None
                if text != name:
                    said = "no text" if text is None else shown(text)
                    place = f"{column_letters(column)}{row}"
                    yield Fault("table-header-differs", self._grid.part, place, f"{said}, the table says {shown(name)}")

    def _check_covered(self, row: int, cells: Sequence[Cell]) -> Iterator[Fault]:
        for cell in cells:
            column = column_number(cell[0].decode()) if cell[4] or cell[5] else 0
            for top, left, _, right in self._grid.covered[row]:
                if left <= column <= right and (row, column) != (top, left):
                    yield self._fault("value-under-merge", cell, f"hidden by {column_letters(left)}{top}")

    def _fault(self, kind: str, cell: Cell, detail: str) -> Fault:
        return Fault(kind, self._grid.part, f"{cell[0].decode()}{cell[1].decode()}", detail)


def _with(known: set[T], fresh: set[T]) -> set[T]:
    """Both, in one of the two; without what is known where that has become too much."""
    if len(known) > REMEMBERED:
        return fresh
    known |= fresh
    return known


def _whole(text: bytes | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() and len(text) < 12 else otherwise


def _float(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return float("inf")
