"""Which line of a found table is which row of the form, or why that cannot be said.

A line says its row by its code, or else by its label and unit. Where the two contradict each other, where a row stands
there twice with different entries, or where equal labels cannot be told apart, it is a problem and nothing is carried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from aggregator.reading.book import a1
from aggregator.repair.faces import Rows, face, unit_face
from aggregator.repair.table import FoundLine, FoundTable, has_content
from aggregator.text import clean

Trust = Literal["code", "label"]


@dataclass(frozen=True, slots=True)
class Left:
    """One entry that stays behind, and why: the name of a sentence."""

    why: str
    sheet: str
    cell: str | None
    text: str
    row: str | None = None
    number: bool = True
    """A number, or what may be one, rather than words."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing is carried: the name of a sentence, the rows it may be, and the cells where it shows."""

    why: str
    sheet: str | None = None
    cells: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    found: str = ""


@dataclass(slots=True)
class Desk:
    """Working papers of one table; never leaves the room."""

    table: FoundTable
    rows: Rows
    trust: Trust | None
    problems: list[Problem] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def problem(self, why: str, cells: Sequence[str], rows: Sequence[str] = (), found: str = "") -> None:
        self.problems.append(Problem(why, self.table.sheet.name, tuple(cells), tuple(rows), found))

    def label_cell(self, line: FoundLine) -> str:
        return a1(line.at, self.table.columns.label or self.table.columns.code)


def match_lines(desk: Desk) -> dict[str, FoundLine]:
    """The line of every row that was found. Problems and twins are left on the desk."""
    return _one_line_each(desk, _keys(desk))


# --- which row a line is -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Claim:
    """The rows a line may be: one is certain, several are to be told apart; `why` says what contradicts it."""

    keys: tuple[str, ...] = ()
    why: str = ""


def _keys(desk: Desk) -> Mapping[int, str]:
    """Row key by sheet row; what cannot be said of a line with entries becomes a problem."""
    claims = {line.at: _claim(line, desk.rows, desk.trust) for line in desk.table.lines}
    certain = {at: claim.keys[0] for at, claim in claims.items() if len(claim.keys) == 1 and not claim.why}
    desk.seen.update(key for claim in claims.values() for key in claim.keys)
    keys = dict(certain)
    for line in desk.table.lines:
        claim = claims[line.at]
        if not (claim.why or len(claim.keys) > 1) or not has_content(desk.table, line.at):
            continue
        key = _between(line.at, claim.keys, certain, claims, desk.rows) if not claim.why else None
        if key is None:
            desk.problem(claim.why or "two-rows", (desk.label_cell(line),), claim.keys, _said(line))
        else:
            keys[line.at] = key
    return keys


def _said(line: FoundLine) -> str:
    return " · ".join(text for text in (line.code, line.label, line.unit) if text)


def _claim(line: FoundLine, rows: Rows, trust: Trust | None) -> _Claim:
    coded = rows.key_of_code(line.code)
    labelled = rows.by_face.get(face(line.label), ())
    if coded is not None and trust == "code":
        return _Claim((coded,))
    if coded is not None and coded in labelled:
        return _Claim((coded,)) if trust == "label" else _with_unit(line, (coded,), rows)
    if labelled and trust == "label":
        return _Claim(labelled)
    if coded is not None and labelled:
        return _Claim((coded, *labelled), "code-and-label")
    if coded is not None:
        return _Claim((coded,), "label-unknown") if line.label else _with_unit(line, (coded,), rows)
    return _with_unit(line, labelled, rows) if labelled else _Claim()


def _with_unit(line: FoundLine, keys: tuple[str, ...], rows: Rows) -> _Claim:
    """Of the rows with this label those with this unit; a line without a unit may be any."""
    unit = unit_face(line.unit)
    fitting = tuple(key for key in keys if not unit or unit in rows.units[key])
    return _Claim(fitting) if fitting else _Claim(keys, "unit-differs")


def _between(
    at: int, keys: Sequence[str], certain: Mapping[int, str], claims: Mapping[int, _Claim], rows: Rows
) -> str | None:
    """Equal labels are told apart by their neighbours, if the table is in order and only one row lies between them."""
    place_of = {row.key: number for number, row in enumerate(rows.form.rows)}
    order = [place_of[certain[row]] for row in sorted(certain)]
    if order != sorted(set(order)):
        return None
    before = max((place_of[key] for row, key in certain.items() if row < at), default=-1)
    after = min((place_of[key] for row, key in certain.items() if row > at), default=len(place_of))
    fitting = [key for key in keys if before < place_of[key] < after]
    unclear = {row for row, claim in claims.items() if row not in certain and set(claim.keys) & set(keys)}
    rivals = [row for row in unclear if _same_gap(row, at, certain)]
    return fitting[0] if len(fitting) == 1 and rivals == [at] else None


def _same_gap(row: int, other: int, certain: Mapping[int, str]) -> bool:
    low, high = sorted((row, other))
    return not any(low < known < high for known in certain)


# --- one line for each row -----------------------------------------------------------------------------------------


def _one_line_each(desk: Desk, keys: Mapping[int, str]) -> dict[str, FoundLine]:
    """The line of every row. Twins must say the same; one without any entry says nothing."""
    by_key: dict[str, list[FoundLine]] = {}
    for line in desk.table.lines:
        if line.at in keys:
            by_key.setdefault(keys[line.at], []).append(line)
    chosen = {}
    for key, lines in by_key.items():
        filled = [line for line in lines if has_content(desk.table, line.at)]
        chosen[key] = next(iter(filled), lines[0])
        if len({_content(desk.table, line.at) for line in filled}) > 1:
            desk.problem("row-twice", [desk.label_cell(line) for line in filled], (key,), _said(chosen[key]))
        else:
            desk.left += [_twin(desk, key, line) for line in filled[1:]]
    return chosen


def _content(table: FoundTable, row: int) -> tuple[str, ...]:
    cells = (table.cell(row, column) for column in (*table.columns.values, table.columns.note))
    return tuple(f"{cell.kind}:{clean(cell.text)}" if cell and clean(cell.text) else "" for cell in cells)


def _twin(desk: Desk, key: str, line: FoundLine) -> Left:
    return Left("same-again", desk.table.sheet.name, desk.label_cell(line), _said(line), key, number=False)
