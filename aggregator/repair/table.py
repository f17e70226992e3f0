"""A table of a form wherever it stands: on which sheet, in which columns, and what each of its lines says.

For files that are not as issued: labels without codes, another column, another sheet, another edition. Only finds and
says; which line fills which row is decided by `lines`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aggregator import layout as place
from aggregator.forms import Form
from aggregator.reading.book import Cell, RawBook, RawSheet, a1
from aggregator.repair.faces import Rows, face, unit_face
from aggregator.text import clean, label_key, plain

LEAST = 3
"""Rows of the form that must be recognised on a sheet before it is taken for a table."""
HEADER_ROWS = 6
"""Sheet rows above the first line in which headers are looked for."""
OWN_SHEETS = frozenset(
    label_key(name)
    for name in (
        *(place.UNIT_SHEET, place.ACTIVITIES_SHEET, place.CALENDAR_SHEET, place.EVIDENCE_SHEET),
        *(place.NARRATIVE_SHEET, place.HELP_SHEET, place.HIDDEN_SHEET),
    )
)
"""Sheets of an issued workbook that hold no table, whatever activities they name."""

_SCALED = re.compile(
    r"\b(?:triệu|nghìn|ngàn|tỷ|tỉ) ?(?:đồng|đ|vnđ|vnd)\b"
    r"|\b1[.,]?000 ?(?:đồng|đ|vnđ|vnd)\b"
    r"|\((?:triệu|nghìn|ngàn|tỷ|tỉ)\b"
)

HEADERS: Mapping[str, re.Pattern[str]] = {
    "count": re.compile(r"so (?:luong )?(?:lop|cuoc)\b.*"),
    "people": re.compile(
        r"(?:so )?(?:luong |luot )?(?:nguoi|hoc sinh|hoc vien)(?: tham (?:gia|du)| du| hoc)?"
        r"|so (?:luong |luot )?(?:nguoi|hoc sinh|hoc vien)\b.*"
    ),
    "money": re.compile(r"(?:so tien|kinh phi|thanh tien)\b.*"),
    "note": re.compile(r"ghi chu"),
    "quantity": re.compile(r"so luong"),
}
"""What heads a column; `plain` of a header must fit as a whole. `quantity` heads the count where nothing else does."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand; 0 where there is no such column. `money` is the count's column where it has none itself."""

    label: int
    code: int
    unit: int
    count: int
    people: int
    money: int
    note: int

    @property
    def values(self) -> tuple[int, ...]:
        return tuple(sorted({self.count, self.people, self.money} - {0}))


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One sheet row of the table."""

    at: int
    label: str
    unit: str
    code: str


@dataclass(frozen=True, slots=True)
class FoundTable:
    sheet: RawSheet
    columns: Columns
    lines: tuple[FoundLine, ...]
    first: int
    last: int
    """Sheet rows of the first and the last line that was recognised."""

    def cell(self, row: int, column: int) -> Cell | None:
        return self.sheet.cells.get((row, column))

    @property
    def scaled(self) -> str | None:
        """A cell above the table that says thousands or millions: then no figure can be taken as it stands."""
        for (row, column), cell in sorted(self.sheet.cells.items()):
            if row < self.first and cell.kind == "text" and _SCALED.search(clean(cell.text).casefold()):
                return a1(row, column)
        return None


@dataclass(frozen=True, slots=True)
class NoTable:
    """Why there is no table to take figures from: `no-table`, `two-tables`, `two-columns`, `no-columns`."""

    why: str
    places: tuple[str, ...] = ()


def find_table(book: RawBook, rows: Rows) -> FoundTable | NoTable:
    """The one table of the workbook that holds anything, or why there is not exactly one."""
    found = [table for sheet in book.sheets if (table := _table_on(sheet, rows)) is not None]
    unclear = next((table for table in found if isinstance(table, NoTable)), None)
    tables = [table for table in found if isinstance(table, FoundTable)]
    filled = [table for table in tables if any(has_content(table, line.at) for line in table.lines)]
    if unclear is not None:
        return unclear
    if len(filled) > 1:
        return NoTable("two-tables", tuple(table.sheet.name for table in filled))
    return next(iter(filled or tables), NoTable("no-table"))


def has_content(table: FoundTable, row: int) -> bool:
    """Whether anything stands in the columns of values or of notes."""
    columns = (*table.columns.values, table.columns.note)
    cells = (table.cell(row, column) for column in columns)
    return any(cell is not None and (cell.kind == "none" or clean(cell.text) != "") for cell in cells)


def form_of_table(book: RawBook, forms: Iterable[Form]) -> tuple[str, ...]:
    """The forms whose rows are recognised best on some sheet: several where nothing tells them apart."""
    scores = {form.id: max((_recognised(sheet, form) for sheet in book.sheets), default=0) for form in forms}
    best = max(scores.values(), default=0)
    return tuple(sorted(form_id for form_id, score in scores.items() if score == best >= LEAST))


def _recognised(sheet: RawSheet, form: Form) -> int:
    if label_key(sheet.name) in OWN_SHEETS:
        return 0
    faces, codes = set(Rows(form).by_face), set(form.by_code)
    by_label = max(_distinct(sheet, lambda text: face(text) if face(text) in faces else None).values(), default=0)
    by_code = max(_distinct(sheet, lambda text: text if text in codes else None).values(), default=0)
    return max(by_label, by_code)


def _table_on(sheet: RawSheet, rows: Rows) -> FoundTable | NoTable | None:
    if label_key(sheet.name) in OWN_SHEETS:
        return None
    codes = _best(_distinct(sheet, lambda text: rows.key_of_code(text)))
    labels = _best(_distinct(sheet, lambda text: face(text) if face(text) in rows.by_face else None))
    if len(labels) > 1 or len(codes) > 1:
        rivals = sorted(labels if len(labels) > 1 else codes)
        return NoTable("two-columns", tuple(f"{sheet.name}!{a1(1, column)[:-1]}" for column in rivals))
    label, code = next(iter(labels), 0), next(iter(codes), 0)
    if not label and not code:
        return None
    known = [at for at in _rows_of(sheet) if _is_known(sheet, at, label, code, rows)]
    columns = find_columns(sheet, (label, code), known, rows)
    if isinstance(columns, NoTable):
        return columns
    last = _last(sheet, columns, known[-1])
    lines = tuple(_line(sheet, at, columns) for at in _rows_of(sheet) if known[0] <= at <= last)
    return FoundTable(sheet, columns, lines, known[0], known[-1])


def _rows_of(sheet: RawSheet) -> list[int]:
    return sorted({row for row, _ in sheet.cells})


def _distinct(sheet: RawSheet, known: Callable[[str], str | None]) -> Mapping[int, int]:
    """By column, how many different things `known` recognises there."""
    seen = {
        (column, name)
        for (_, column), cell in sheet.cells.items()
        if cell.kind == "text" and (name := known(clean(cell.text)))
    }
    return Counter(column for column, _ in seen)


def _best(counts: Mapping[int, int]) -> tuple[int, ...]:
    """The column with the most, and every other that could be one too."""
    least = max(LEAST, *(number // 3 for number in counts.values()), 0)
    return tuple(column for column, number in counts.items() if number >= least)


def _is_known(sheet: RawSheet, at: int, label: int, code: int, rows: Rows) -> bool:
    return face(_text(sheet, at, label)) in rows.by_face or rows.key_of_code(_text(sheet, at, code)) is not None


def _last(sheet: RawSheet, columns: Columns, known: int) -> int:
    """Down to the last number below the table that stands in one of its columns."""
    below = (row for (row, column), cell in sheet.cells.items() if column in columns.values and cell.kind == "number")
    return max((known, *below))


def _line(sheet: RawSheet, at: int, columns: Columns) -> FoundLine:
    texts = (_text(sheet, at, column) for column in (columns.label, columns.unit, columns.code))
    return FoundLine(at, *texts)


def _text(sheet: RawSheet, row: int, column: int) -> str:
    cell = sheet.cells.get((row, column))
    return clean(cell.text) if cell and cell.kind == "text" else ""


# --- columns -------------------------------------------------------------------------------------------------------


def find_columns(sheet: RawSheet, found: tuple[int, int], known: Sequence[int], rows: Rows) -> Columns | NoTable:
    """By what heads them; without headers, counted from the column of units. `found` are those of label and code."""
    label, code = found
    unit = _unit_column(sheet, {label, code}, known, rows)
    headed = _headed(sheet, known[0], {label, code, unit})
    quantity = headed.pop("quantity", [])
    headed.setdefault("count", quantity)
    twice = next((same for same in headed.values() if len(same) > 1), ())
    if twice:
        return NoTable("two-columns", tuple(f"{sheet.name}!{a1(1, column)[:-1]}" for column in twice))
    of = {name: same[0] for name, same in headed.items() if same}
    if "count" not in of and "people" not in of:
        if not unit:
            return NoTable("no-columns", (sheet.name,))
        of = {"count": unit + 1, "people": unit + 2, "note": unit + 3, **of}
    count = of.get("count", 0)
    return Columns(label, code, unit, count, of.get("people", 0), of.get("money", count), of.get("note", 0))


def _unit_column(sheet: RawSheet, others: set[int], known: Sequence[int], rows: Rows) -> int:
    """The column in which most lines have a unit of the form; the nearest to the left of several."""
    counts: Counter[int] = Counter()
    lines = set(known)
    for (row, column), cell in sheet.cells.items():
        if row in lines and column not in others and cell.kind == "text" and unit_face(cell.text) in rows.unit_faces:
            counts[column] += 1
    best = max(counts.values(), default=0)
    return min((column for column, number in counts.items() if number == best), default=0)


def _headed(sheet: RawSheet, first: int, others: set[int]) -> dict[str, list[int]]:
    """Columns under each kind of header, in order."""
    found: dict[str, list[int]] = {}
    for name, column in sorted(set(_headers(sheet, first, others))):
        found.setdefault(name, []).append(column)
    return found


def _headers(sheet: RawSheet, first: int, others: set[int]) -> Iterator[tuple[str, int]]:
    for (row, column), cell in sheet.cells.items():
        if first - HEADER_ROWS <= row < first and column not in others and cell.kind == "text":
            text = plain(cell.text)
            yield from ((name, column) for name, pattern in HEADERS.items() if pattern.fullmatch(text))
