"""What people do to the table of a filled form, done to the XML of its sheet: rows, cells, formulas, lock.

A `Table` is the sheet as rows of cells; every manipulation changes it as an office program would, formulas follow
their rows. It knows nothing of how the program reads: only where the form has its rows and cells.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from xml.sax.saxutils import escape

from aggregator.forms import FigureKey, Form, form_ids, load_form
from aggregator.layout import COLUMN_OF, Layout
from aggregator.register import Unit
from aggregator.template import Issue, write_form
from tests.bad_files_craft import unpacked
from tests.hostile import SHEET, STRINGS, Part, deflate, write_zip

KEY = bytes(range(32))
PARENTS = (Unit("00241", "Phường Sen (mẫu)", "commune", "007"), Unit("007", "Quận Bảy (mẫu)", "district", None))
SCHOOL = Unit("0024101", "Trường Mầm non Gió (mẫu)", "school", "00241")
COLUMNS = "ABCDEFGH"

Cell = tuple[str, str]
"""Attributes without the address, and what is inside; an empty inside is a blank cell."""
BLANK: Cell = ("", "")


@dataclass(frozen=True)
class Row:
    """One sheet row: where it stood when the form was issued (`None`: it is new), its attributes, its cells."""

    was: int | None
    attributes: str = ""
    cells: Mapping[str, Cell] = field(default_factory=dict)

    def at(self, column: str) -> Cell:
        return self.cells.get(column, BLANK)

    def having(self, **cells: Cell) -> Row:
        return replace(self, cells={**self.cells, **cells})


@dataclass(frozen=True)
class Base:
    """An issued form of a school: its sheet taken apart, its other parts deflated once and for all."""

    form: Form
    layout: Layout
    head: str
    rows: tuple[Row, ...]
    tail: str
    texts: tuple[str, ...]
    others: tuple[Part, ...]


@cache
def base_of(form_id: str) -> Base:
    form = load_form(form_id)
    parts = unpacked(write_form(Issue(form, form.caption, form.signature, "thu-2024", SCHOOL, PARENTS, KEY)))
    head, _, rest = parts[SHEET].decode().partition("<sheetData>")
    body, _, tail = rest.partition("</sheetData>")
    items = re.findall("<si>(.*?)</si>", parts[STRINGS].decode(), re.DOTALL)
    texts = tuple(re.sub("<[^>]*>", "", item) for item in items)
    others = tuple(Part(name, data, raw=deflate(data)) for name, data in parts.items() if name != SHEET)
    return Base(form, Layout(form), head, tuple(_rows(body)), tail, texts, others)


def _rows(body: str) -> Iterable[Row]:
    known = {int(row[1]): row for row in re.finditer(r'<row r="(\d+)"([^>]*?)(?:/>|>(.*?)</row>)', body, re.DOTALL)}
    for number in range(1, max(known) + 1):
        found = known.get(number)
        yield Row(number, _attributes(found[2]), _cells(found[3] or "")) if found else Row(number)


def _attributes(text: str) -> str:
    return re.sub(r' spans="[^"]*"', "", text)


def _cells(text: str) -> dict[str, Cell]:
    found = re.finditer(r'<c r="([A-Z]+)\d+"((?: \w+="[^"]*")*)(?:/>|>(.*?)</c>)', text, re.DOTALL)
    return {cell[1]: (cell[2], cell[3] or "") for cell in found}


# --- the table


class Table:
    """The sheet of one filled form while it is changed. `rows[0]` is sheet row 1."""

    def __init__(self, base: Base, chance: random.Random) -> None:
        self.base, self.chance = base, chance
        self.rows: list[Row] = list(base.rows)
        self.typed: dict[FigureKey, int] = {}
        self.done = ""
        for key, number in fill(base.form, chance).items():
            self.type(key, number)
        self._store_totals()

    @property
    def first(self) -> int:
        return self.base.layout.first_row

    @property
    def last(self) -> int:
        return self.base.layout.last_row

    def type(self, key: FigureKey, number: int) -> None:
        row, column = self.base.layout.cell_of[key]
        self.put(row, COLUMNS[column - 1], f"<v>{number}</v>")
        self.typed[key] = number

    def _store_totals(self) -> None:
        for row in self.base.form.rows:
            if row.total and row.computed:
                measure = row.total.measure
                total = sum(self.typed.get((part, measure), 0) for part in row.total.parts)
                at, column = self.base.layout.row_of[row.key], COLUMNS[COLUMN_OF[measure] - 1]
                formula = re.sub("<v>.*?</v>", f"<v>{total}</v>", self.at(at, column)[1])
                self.put(at, column, formula)

    def at(self, row: int, column: str) -> Cell:
        return self.rows[row - 1].at(column)

    def put(self, row: int, column: str, inner: str) -> None:
        """Another content in the style that the cell has."""
        style = re.sub(r' t="[^"]*"', "", self.at(row, column)[0])
        self.set(row, column, (style + (' t="inlineStr"' if inner.startswith("<is>") else ""), inner))

    def set(self, row: int, column: str, cell: Cell) -> None:
        self.rows[row - 1] = self.rows[row - 1].having(**{column: cell})

    def write(self, row: int, column: str, text: str) -> None:
        self.put(row, column, f'<is><t xml:space="preserve">{escape(text)}</t></is>')

    def text(self, row: int, column: str) -> str:
        """What a reader sees in a cell."""
        attributes, inner = self.at(row, column)
        shown = re.search("<(?:v|t)[^>]*>(.*?)</", inner)
        if shown is None:
            return ""
        return self.base.texts[int(shown[1])] if ' t="s"' in attributes else shown[1]

    def file(self) -> bytes:
        place = {row.was: number for number, row in reversed(list(enumerate(self.rows, 1))) if row.was}
        body = "".join(_row_xml(number, row, place) for number, row in enumerate(self.rows, 1))
        tail = re.sub(r"\b([A-Z])(\d+)\b", lambda spot: f"{spot[1]}{place.get(int(spot[2]), spot[2])}", self.base.tail)
        sheet = f"{self.base.head}<sheetData>{body}</sheetData>{tail}".encode()
        return write_zip([*self.base.others, Part(SHEET, sheet, raw=_deflated(sheet))])


def _deflated(data: bytes) -> bytes:
    engine = zlib.compressobj(1, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


def _row_xml(number: int, row: Row, place: Mapping[int | None, int]) -> str:
    own = {**place, row.was: number}
    cells = "".join(
        f'<c r="{column}{number}"{row.cells[column][0]}>{_moved(row.cells[column][1], own)}</c>'
        for column in sorted(row.cells)
    )
    return f'<row r="{number}"{row.attributes}>{cells}</row>'


_SPOT = re.compile(r"\b([A-Z])(\d+)(?::([A-Z])(\d+))?\b")


def _moved(inner: str, place: Mapping[int | None, int]) -> str:
    """A formula whose references follow their rows; a range keeps what is left of it."""

    def spot(found: re.Match[str]) -> str:
        column, start, other, end = found.groups()
        if other is None:
            return f"{column}{place[int(start)]}" if int(start) in place else "#REF!"
        left = [place[row] for row in range(int(start), int(end) + 1) if row in place]
        return f"{column}{min(left)}:{other}{max(left)}" if left else "#REF!"

    return re.sub("<f>.*?</f>", lambda formula: _SPOT.sub(spot, formula[0]), inner)


# --- honest numbers


def fill(form: Form, chance: random.Random) -> dict[FigureKey, int]:
    """Numbers that agree with every rule of the form; some rows stay blank."""
    typed: dict[FigureKey, int] = {}
    for row in form.rows:
        measures = row.fillable_at("school")
        blank = chance.random() < 0.3 and not row.key.startswith("4.")  # books are given by somebody
        if not measures or row.total or blank:
            continue
        typed.update({(row.key, measure): number for measure, number in _honest(row, measures, chance).items()})
    for row in form.rows:
        if row.total and not row.computed and (row.key, row.total.measure) in form.figures:
            typed[(row.key, row.total.measure)] = sum(
                typed.get((part, row.total.measure), 0) for part in row.total.parts
            )
    return typed


def _honest(row, measures, chance: random.Random) -> dict[str, int]:
    if "money" in measures:
        return {"money": 1_000 * chance.randrange(1_000, 90_000)}
    count = 1 if not row.paired and len(measures) == 1 else chance.randrange(1, 40)
    return {measure: count * chance.randrange(2, 30) if measure == "people" else count for measure in measures}


# --- what people do; each says in `done` what it was


Manipulation = Callable[[Table], None]


class Unchanged(Exception):
    """The dice gave a change that nobody could see; throw again."""


def _some_row(table: Table) -> int:
    return table.chance.randrange(table.first, table.last + 1)


def _two_rows(table: Table) -> tuple[int, int]:
    one, other = table.chance.sample(range(table.first, table.last + 1), 2)
    return (one, other) if table.chance.random() < 0.6 else (one, one + 1 if one < table.last else one - 1)


def swap(table: Table) -> None:
    one, other = _two_rows(table)
    columns = table.chance.choice(("", "ABCDEF", "BC", "B", "BCDE", "H"))
    table.done = f"rows {one} and {other} swapped, columns {columns or 'all'}"
    if not columns:
        rows = table.rows
        rows[one - 1], rows[other - 1] = rows[other - 1], rows[one - 1]
    for column in columns:
        first, second = table.at(one, column), table.at(other, column)
        table.set(one, column, second)
        table.set(other, column, first)


def move(table: Table) -> None:
    one, other = _two_rows(table)
    table.done = f"row {one} moved to {other}"
    row = table.rows.pop(one - 1)
    table.rows.insert(other - 1, row)


def insert(table: Table) -> None:
    at = table.chance.randrange(table.first, table.last + 2)
    kind = table.chance.choice(("blank", "words", "numbers", "both", "own code"))
    table.done = f"a row inserted at {at}: {kind}"
    table.rows.insert(at - 1, Row(None))
    if kind in ("words", "both", "own code"):
        table.write(at, "B", table.chance.choice(("Lớp dạy bơi", "Hoạt động khác của trường", "Ghi thêm")))
    if kind in ("numbers", "both", "own code"):
        table.put(at, "D", f"<v>{table.chance.randrange(1, 99)}</v>")
    if kind == "own code":
        table.write(at, "H", "M99")


def delete(table: Table) -> None:
    at, count = _some_row(table), table.chance.choice((1, 1, 2, 3))
    count = min(count, table.last - at + 1)
    table.done = f"{count} rows deleted at {at}"
    del table.rows[at - 1 : at - 1 + count]


def clear(table: Table) -> None:
    at, columns = _some_row(table), table.chance.choice(("ABCDEFGH", "ABCDEF", "BC", "BCH"))
    table.done = f"{columns} of row {at} emptied"
    for column in columns:
        table.put(at, column, "")


def duplicate(table: Table) -> None:
    at = _some_row(table)
    to = at + 1 if table.chance.random() < 0.5 else table.chance.randrange(table.first, table.last + 2)
    table.done = f"row {at} copied and the copy inserted at {to}"
    table.rows.insert(to - 1, table.rows[at - 1])


_LOOK_ALIKE = str.maketrans("oaecpxHOACE", "оаесрхНОАСЕ")


def _other_words(text: str, table: Table) -> str:
    if not text:
        return "Dòng khác"
    words = text.split()
    letters = [number for number, letter in enumerate(text) if letter.isascii() and letter.isalpha()] or [0]
    at = table.chance.choice(letters)
    options = (
        text.translate(_LOOK_ALIKE), f"{text} khác", " ".join(words[1:]), " ".join(words[:-1]), "",
        text[:at] + ("q" if text[at] != "q" else "w") + text[at + 1 :], text.swapcase(), f"{text} 2024",
    )  # fmt: skip
    return table.chance.choice([option for option in options if option != text])


def relabel(table: Table) -> None:
    at = _some_row(table)
    other = table.chance.random() < 0.25
    text = table.text(_some_row(table), "B") if other else _other_words(table.text(at, "B"), table)
    table.done = f"label of row {at}: {text!r}"
    table.write(at, "B", text)


def restate(table: Table) -> None:
    """STT or code of a row."""
    at, column = _some_row(table), table.chance.choice("AH")
    text = table.chance.choice(("", "99", "M77", table.text(_some_row(table), column)))
    table.done = f"{column}{at}: {text!r}"
    table.write(at, column, text)


def unit(table: Table) -> None:
    at = _some_row(table)
    text = table.chance.choice(("buổi/học sinh", "triệu đồng", "", "lớp", "%", table.text(_some_row(table), "C")))
    table.done = f"unit of row {at}: {text!r}"
    table.write(at, "C", text)


def header(table: Table) -> None:
    cells = [cell for cell, text in table.base.layout.header_cells().items() if text]
    row, column = table.chance.choice(cells)
    text = table.chance.choice((_other_words(table.text(row, COLUMNS[column - 1]), table), "Số học sinh", ""))
    table.done = f"header {COLUMNS[column - 1]}{row}: {text!r}"
    table.write(row, COLUMNS[column - 1], text)


def hide(table: Table) -> None:
    rows = table.chance.sample(range(table.first, table.last + 1), table.chance.choice((1, 1, 2, 5)))
    table.done = f"rows {rows} hidden"
    for at in rows:
        row = table.rows[at - 1]
        bare = re.sub(r' (?:ht|customHeight)="[^"]*"', "", row.attributes)
        how = table.chance.choice((' hidden="1"', ' ht="0" customHeight="1"'))
        table.rows[at - 1] = replace(row, attributes=bare + how)


def sort(table: Table) -> None:
    start = table.chance.randrange(table.first, table.last - 3)
    end = table.chance.choice((table.last, table.chance.randrange(start + 3, table.last + 1)))
    if table.chance.random() < 0.3:
        start, end = table.first, table.last
    by, columns = table.chance.choice("ABCDEF"), table.chance.choice(("ABCDEF", "ABCDEFGH", "BCDEF"))
    falling = table.chance.random() < 0.5
    table.done = f"rows {start} to {end}, {columns} sorted by {by}, {'falling' if falling else 'rising'}"
    order = sorted(range(start, end + 1), key=lambda row: _rank(table.text(row, by)), reverse=falling)
    rows = {row: table.rows[row - 1] for row in order}
    for row, source in zip(range(start, end + 1), order, strict=True):
        table.rows[row - 1] = rows[row].having(**{column: rows[source].at(column) for column in columns})


def _rank(text: str) -> tuple[int, float, str]:
    """Numbers before words, blanks last, as Excel sorts."""
    number = re.fullmatch(r"\d+(\.\d+)?", text)
    return (0, float(text), "") if number else (1 if text else 2, 0, text.casefold())


def shift(table: Table) -> None:
    """Cells of some columns pushed down or up, as inserting or deleting cells does it."""
    columns = table.chance.choice(("B", "C", "H", "BC", "AB", "ABC", "BCDE", "BCD", "ABCDEF"))
    at, by = table.chance.randrange(table.first, table.last), table.chance.choice((1, 1, 2))
    down = table.chance.random() < 0.5
    table.done = f"{columns} pushed {'down' if down else 'up'} by {by} from row {at}"
    for column in columns:
        cells = [table.at(row, column) for row in range(at, table.last + 1)]
        blank = [(cells[0][0].partition(" t=")[0], "")] * by
        moved = (blank + cells)[: len(cells)] if down else (cells[by:] + blank)[: len(cells)]
        for row, cell in zip(range(at, table.last + 1), moved, strict=True):
            table.set(row, column, cell)


def copy_range(table: Table) -> None:
    columns = table.chance.choice(("ABCDEF", "ABCDEFGH", "BC", "B", "BCDE", "H"))
    size = table.chance.choice((1, 2, 3, 6))
    source = table.chance.randrange(table.first, table.last - size + 2)
    to = table.chance.randrange(table.first, table.last - size + 2)
    table.done = f"{columns} of {size} rows at {source} pasted over those at {to}"
    copied = [{column: table.at(source + number, column) for column in columns} for number in range(size)]
    for number, cells in enumerate(copied):
        for column, cell in cells.items():
            table.set(to + number, column, cell)


def overwrite_total(table: Table) -> None:
    form, layout = table.base.form, table.base.layout
    totals = [row for row in form.rows if row.total and row.computed]
    row = table.chance.choice(totals)
    assert row.total
    at, column = layout.row_of[row.key], COLUMNS[COLUMN_OF[row.total.measure] - 1]
    own = sum(table.typed.get((part, row.total.measure), 0) for part in row.total.parts)
    shorter = layout.total_formula(row).replace(":", ",")
    options = (
        f"<v>{own}</v>", f"<v>{own + 1}</v>", "<v>0</v>", "", "<is><t>12</t></is>", f"<f>{shorter}</f><v>{own}</v>",
        f"<f>{layout.total_formula(row)}+1</f><v>{own + 1}</v>", f"<f>{own}</f><v>{own}</v>", "<f>NOW()</f><v>1</v>",
    )  # fmt: skip
    inner = table.chance.choice(options)
    table.done = f"{column}{at}: {inner}"
    table.put(at, column, inner)


ROWS = {"row-moved", "row-missing", "row-extra", "row-duplicated", "label-changed", "unit-changed", "formula-replaced"}
KINDS: dict[Manipulation, set[str]] = {
    swap: ROWS,
    move: {"row-moved"},
    insert: {"row-extra"},
    delete: {"row-missing"},
    clear: {"row-missing", "label-changed", "unit-changed"},
    duplicate: {"row-duplicated"},
    relabel: {"label-changed"},
    restate: {"label-changed", "row-duplicated", "row-extra", "row-missing", "row-moved"},
    unit: {"unit-changed"},
    header: {"header-changed"},
    hide: {"row-hidden"},
    sort: ROWS,
    shift: ROWS,
    copy_range: ROWS,
    overwrite_total: {"formula-replaced"},
}
"""Every manipulation with the codes that fit it; each changes a word of the form, a formula or what is seen."""


# --- numbers only: nothing of the form itself changes


def shift_numbers(table: Table) -> None:
    columns = table.chance.choice(("D", "E", "DE"))
    at, down = table.chance.randrange(table.first, table.last), table.chance.random() < 0.5
    table.done = f"numbers in {columns} pushed {'down' if down else 'up'} from row {at}"
    for column in columns:
        cells = [table.at(row, column)[1] for row in range(at, table.last + 1)]
        moved = ["", *cells[:-1]] if down else [*cells[1:], ""]
        for row, inner in zip(range(at, table.last + 1), moved, strict=True):
            table.put(row, column, inner)


def swap_numbers(table: Table) -> None:
    one, other = _two_rows(table)
    table.done = f"numbers of rows {one} and {other} swapped"
    for column in "DE":
        first, second = table.at(one, column)[1], table.at(other, column)[1]
        table.put(one, column, second)
        table.put(other, column, first)


def copy_numbers(table: Table) -> None:
    one, other = _two_rows(table)
    table.done = f"numbers of row {one} pasted over those of row {other}"
    for column in "DE":
        table.put(other, column, table.at(one, column)[1])


NUMBERS_ONLY: tuple[Manipulation, ...] = (shift_numbers, swap_numbers, copy_numbers)


def forms_for(how: Manipulation) -> list[str]:
    """The forms on which this can be done: not every form has totals."""
    return [
        form for form in form_ids() if how is not overwrite_total or any(row.computed for row in load_form(form).rows)
    ]


def manipulated(form_id: str, how: Manipulation, seed: str) -> Table:
    """A filled form after one manipulation; thrown again until something was changed that can be seen."""
    looks = _numbers if how in NUMBERS_ONLY else _form
    for attempt in range(100):
        table = Table(base_of(form_id), random.Random(f"{seed} {attempt}"))
        before = looks(table)
        how(table)
        if looks(table) != before:
            return table
    raise Unchanged(f"{how.__name__} on {form_id}")


def _form(table: Table) -> list[object]:
    """What belongs to the form: rows that look alike in A, B, C and H may change places unseen."""
    rows = [[same_key(table.text(number, column)) for column in "ABCH"] for number in range(1, len(table.rows) + 1)]
    headers = [table.text(row, COLUMNS[column - 1]) for row, column in table.base.layout.header_cells()]
    return [rows, headers, [_totals(row) for row in table.rows], [row.attributes for row in table.rows]]


def same_key(text: str) -> str:
    """Blanks around a slash and between words are an honest difference."""
    return "".join(text.split())


def _totals(row: Row) -> list[str]:
    """The formula of each number, or what stands in the place of one."""
    return [formula[0] if (formula := re.search("<f>.*?</f>", row.at(column)[1])) else "" for column in "DE"]


def _numbers(table: Table) -> list[tuple[str, str]]:
    return [(table.text(row, "D"), table.text(row, "E")) for row in range(table.first, table.last + 1)]
