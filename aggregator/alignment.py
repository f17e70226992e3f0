"""Which sheet row holds which row of the form: by code, label and unit, aligned, never position by position.

Two swapped rows give two moved rows, one inserted row one extra, one deleted row one missing. Says what stands where;
what that means for the file is said by `checks.structure`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aggregator import layout as place
from aggregator.forms import Form
from aggregator.layout import Layout
from aggregator.reading.book import Address, Cell, RawSheet, Shape
from aggregator.reading.memory import kept
from aggregator.text import clean, label_key

SIGNATURE_LABEL = "NGƯỜI LẬP BIỂU"
"""Stands in column B two rows below the footnote row; shows where the table ends when rows were added below it."""

FACES = (place.STT, place.LABEL, place.UNIT, place.CODE)
"""Columns whose texts say which row of the form a sheet row is."""

MOST_KEPT = 500
"""Such cells of an alignment that is kept: more than any form has."""

MAX_SCAN = 2_000
"""Sheet rows looked at for rows of the form: far more than any form has, far fewer than a sheet can hold."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sheet row of the table: what stands in A, B, C and H, and the row key it was taken for (or `None`)."""

    at: int
    stt: str
    label: str
    unit: str
    code: str
    key: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """`rows`: sheet row of every row key found; the rest are the deviations, each line once.

    Files that are laid out alike share one alignment, so that what follows from it is found once.
    """

    rows: Mapping[str, int]
    lines: Mapping[str, Line]
    moved: tuple[Line, ...] = ()
    extra: tuple[Line, ...] = ()
    duplicated: tuple[Line, ...] = ()
    missing: tuple[str, ...] = ()
    codes_gone: bool = False
    header_row: int = 0
    """Where the upper header row stands now."""

    @property
    def intact(self) -> bool:
        return not (self.moved or self.extra or self.duplicated or self.missing)


Faces = tuple[tuple[int, int, str], ...]
"""Row, column and text of the cells by which rows are known."""


def align(sheet: RawSheet, layout: Layout) -> Alignment:
    """Find every row of the form on the sheet."""
    own = [at for at in (*sheet.texts, *sheet.numbers) if at[1] in FACES]
    if sheet.shape is not None and not any(map(_is_face, own)):
        return _aligned_shape(sheet.shape, layout)
    return _aligned_cells(sheet.cells, layout)


def _is_face(at: Address) -> bool:
    row, column = at
    return column in FACES and row <= MAX_SCAN and (row > 2 or column == place.LABEL)


def _aligned_cells(cells: Mapping[Address, Cell], layout: Layout) -> Alignment:
    faces = tuple((*at, cell.text) for at, cell in cells.items() if _is_face(at))
    return (_aligned_once if len(faces) <= MOST_KEPT else _aligned)(faces, layout)


@kept(64)
def _aligned_shape(shape: Shape, layout: Layout) -> Alignment:
    return _aligned_cells(shape.cells, layout)


def _aligned(faces: Faces, layout: Layout) -> Alignment:
    texts = {(row, column): text for row, column, text in faces}
    header = _header_row(texts, layout)
    lines = _table_lines(texts, layout, header)
    codes_gone = not any(line.code for line in lines)
    lines = _keyed(lines, layout.form)
    lines, beyond = _cut(lines, layout)
    kept, duplicated = _first_of_each(lines, layout)
    moved = _moved([line.key for line in kept if line.key], layout.form)
    return Alignment(
        rows={line.key: line.at for line in kept if line.key},
        lines={line.key: line for line in kept if line.key},
        moved=tuple(line for line in kept if line.key in moved),
        extra=(*(line for line in kept if line.key is None), *beyond),
        duplicated=duplicated,
        missing=tuple(row.key for row in layout.form.rows if row.key not in {line.key for line in kept}),
        codes_gone=codes_gone,
        header_row=header,
    )


_aligned_once = kept(64)(_aligned)
"""Nearly every file has the same labels and codes at the same places."""

Texts = Mapping[Address, str]


def _table_lines(texts: Texts, layout: Layout, header: int) -> list[Line]:
    """Every sheet row from just below the titles to the last one with text in B or H."""
    filled = [row for row, _ in texts if row >= layout.header_row]
    return [_line(texts, row) for row in range(header + 2, max(filled, default=0) + 1)]


def _header_row(texts: Texts, layout: Layout) -> int:
    """Where the header stands now: at its place, or where its label text was pushed to."""
    wanted = label_key(layout.form.header["label"])
    candidates = [row for row, column in texts if column == place.LABEL and row <= layout.last_row]
    found = [row for row in sorted(candidates) if label_key(clean(texts[row, place.LABEL])) == wanted]
    return layout.header_row if layout.header_row in found or not found else found[0]


def _line(texts: Texts, row: int) -> Line:
    return Line(row, *(clean(texts.get((row, column), "")) for column in FACES))


def _keyed(lines: list[Line], form: Form) -> list[Line]:
    """Each line with the row key that its code says, or, where the code is lost, its label and unit."""
    by_label = _label_index(form)
    coded = [form.by_code[line.code].key if line.code in form.by_code else None for line in lines]
    labelled = _by_label(lines, coded, by_label)
    keys = _codes_left_behind(coded, labelled)
    return [_with_key(line, key or label) for line, key, label in zip(lines, keys, labelled, strict=True)]


def _with_key(line: Line, key: str | None) -> Line:
    return Line(line.at, line.stt, line.label, line.unit, line.code, key)


Face = tuple[str, str]


def _label_index(form: Form) -> Mapping[Face, tuple[str, ...]]:
    index: dict[Face, tuple[str, ...]] = {}
    for row in form.rows:
        face = (label_key(row.label), label_key(row.unit))
        index[face] = (*index.get(face, ()), row.key)
    return index


def _by_label(lines: list[Line], coded: list[str | None], index: Mapping[Face, tuple[str, ...]]) -> list[str | None]:
    """The key that label and unit say. Equal labels are told apart by their code, or else taken in order.

    A label that the form has once says it alone, whatever became of the unit beside it.
    """
    used: Counter[Face] = Counter()
    alone = _alone(index)
    result: list[str | None] = []
    for line, code in zip(lines, coded, strict=True):
        face = (label_key(line.label), label_key(line.unit))
        keys = index.get(face, ())
        number = used[face]
        used[face] += 1
        result.append(code if code in keys else keys[number] if number < len(keys) else alone.get(face[0]))
    return result


def _alone(index: Mapping[Face, tuple[str, ...]]) -> Mapping[str, str]:
    """The keys of labels that the form has only once."""
    owners: dict[str, list[str]] = {}
    for (label, _), keys in index.items():
        owners.setdefault(label, []).extend(keys)
    return {label: keys[0] for label, keys in owners.items() if label and len(keys) == 1}


def _codes_left_behind(coded: list[str | None], labelled: list[str | None]) -> list[str | None]:
    """Where labels moved and their codes stayed (cut and paste of A to F), the labels say which row it is.

    So they do where the codes slipped as a column and name fewer rows than the labels.
    """
    apart = [
        number
        for number, (code, label) in enumerate(zip(coded, labelled, strict=True))
        if code and label and code != label
    ]
    exchanged = {coded[number] for number in apart} == {labelled[number] for number in apart}
    slipped = len({*coded} - {None}) < len({*labelled} - {None})
    if not apart or not (exchanged or slipped):
        return coded
    return [labelled[number] if number in set(apart) else code for number, code in enumerate(coded)]


def _cut(lines: list[Line], layout: Layout) -> tuple[list[Line], list[Line]]:
    """The lines up to the last row of the form, and rows that were inserted between it and the signature."""
    last = max((number for number, line in enumerate(lines) if line.key), default=-1)
    inside, below = lines[: last + 1], lines[last + 1 :]
    signature = next((line.at for line in below if line.label == SIGNATURE_LABEL), None)
    gap = layout.footnote_row + 2 - layout.last_row
    if not inside or signature is None:
        return inside, []
    surplus = signature - inside[-1].at - gap
    return inside, [line for line in below if line.at <= inside[-1].at + surplus]


def _first_of_each(lines: list[Line], layout: Layout) -> tuple[list[Line], tuple[Line, ...]]:
    """One line per key; of twins the one stays that stands right: in its place, between its neighbours, else first."""
    seen = Counter(line.key for line in lines if line.key)
    order = [None, *(row.key for row in layout.form.rows), None]
    keyed = [None, *(line for line in lines if line.key), None]
    chosen: dict[str, tuple[int, Line]] = {}
    for before, line, after in zip(keyed, keyed[1:], keyed[2:], strict=False):
        if line is None or line.key is None:
            continue
        number = order.index(line.key)
        neighbours = ((before, order[number - 1]), (after, order[number + 1]))
        fits = sum((found.key if found else None) == key for found, key in neighbours)
        score = fits + (line.at == layout.row_of[line.key])
        if line.key not in chosen or score > chosen[line.key][0]:
            chosen[line.key] = (score, line)
    kept = [line for line in lines if not line.key or chosen[line.key][1] is line]
    twins = (line for line in lines if line.key and seen[line.key] > 1)
    return kept, tuple(line for line in twins if line.key and chosen[line.key][1] is not line)


def _moved(keys: Sequence[str], form: Form) -> frozenset[str]:
    """Rows out of order: both of two that changed places, else the fewest whose return restores the order."""
    present = set(keys)
    order = [row.key for row in form.rows if row.key in present]
    rank = {key: number for number, key in enumerate(order)}
    swapped = {key for number, key in enumerate(keys) if rank[key] != number and keys[rank[key]] == order[number]}
    rest = [rank[key] for key in keys if key not in swapped]
    stay = _longest_rising(rest)
    return frozenset(swapped | {order[number] for number in rest if number not in stay})


def _longest_rising(numbers: Iterable[int]) -> frozenset[int]:
    """A longest strictly rising subsequence (patience sorting)."""
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        place_in = bisect_left(tails, number)
        before[number] = tails[place_in - 1] if place_in else None
        tails[place_in : place_in + 1] = [number]
    chain = []
    current = tails[-1] if tails else None
    while current is not None:
        chain.append(current)
        current = before[current]
    return frozenset(chain)
