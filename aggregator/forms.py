"""The form as data: rows, units, which cells may be filled, how each row rolls up.

A form is one JSON file under `templates/`; loading it gives a frozen `Form`, or every fault of the file in one pass.
Nothing here knows where a row stands on a sheet (see `layout`) or what a unit typed (see `report`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from aggregator.documents import Fault, load_json, schema_faults
from aggregator.faults import BadDocument, UnknownForm
from aggregator.form_faults import cross_faults
from aggregator.resources import template_dir
from aggregator.text import label_key

Measure = Literal["count", "people", "money"]
MEASURES: tuple[Measure, ...] = ("count", "people", "money")
FigureKey = tuple[str, Measure]
"""Row key and measure: the only address of a number, in every stage."""

LEVELS = ("school", "commune", "district", "province", "nation")


@dataclass(frozen=True, slots=True)
class Total:
    """A row made of other rows. `=`: computed by us; `>=`: typed, and never less than its parts."""

    measure: Measure
    relation: Literal["=", ">="]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """Where `figure` is above zero, one of `any_of` must be too (`books-without-donors`)."""

    code: str
    figure: FigureKey
    any_of: tuple[FigureKey, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """From this day on nobody fills the row; it stays in its place, locked, and says why."""

    since: date
    remark: str


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row. `fill` are the measures a unit types, `text` says that words are expected in the note."""

    key: str
    code: str
    stt: str
    label: str
    unit: str
    kind: str
    fill: tuple[Measure, ...]
    words: Mapping[str, str]
    text: bool
    paired: bool
    total: Total | None
    levels: tuple[str, ...] | None
    caps: Mapping[str, Mapping[str, int]]
    remark: str
    hint: str
    ended: Ended | None

    def on(self, day: date) -> Row:
        """The row as it is filled on a day."""
        if self.ended is None or day < self.ended.since:
            return self
        return replace(self, levels=(), remark=self.ended.remark, hint=self.ended.remark)

    @property
    def printed_notes(self) -> tuple[str, ...]:
        """What the form itself writes into the note, on whatever day: no words of a unit."""
        return (self.remark, self.ended.remark) if self.ended else (self.remark,)

    @property
    def computed(self) -> Measure | None:
        """The measure that the form computes in this row, if any."""
        return self.total.measure if self.total and self.total.relation == "=" else None

    def fillable_at(self, level: str | None) -> tuple[Measure, ...]:
        """Measures that a unit of this level may type; an unknown level may type all."""
        closed = self.levels is not None and level is not None and level not in self.levels
        return () if closed else self.fill


@dataclass(frozen=True)
class Form:
    """One edition of the table. Never edited after release: a changed form is a new version."""

    id: str
    version: str
    year: int
    name: str
    source: str
    titles: tuple[str, ...]
    caption: str | None
    footnote: str | None
    header: Mapping[str, str]
    signature: tuple[str, ...]
    sections: tuple[str, ...]
    lists: Mapping[str, Mapping[str, Any]]
    people_per_count: int | None
    needs: tuple[Need, ...]
    caps: Mapping[str, Mapping[str, int]]
    units: Mapping[str, tuple[str, ...]]
    rows: tuple[Row, ...]
    fingerprint: str

    def __hash__(self) -> int:
        return hash((self.id, self.version, self.fingerprint))

    def on(self, day: date) -> Form:
        """The form as it is filled on a day: a row that has ended is locked for everybody."""
        return replace(self, rows=tuple(row.on(day) for row in self.rows))

    @cached_property
    def by_key(self) -> Mapping[str, Row]:
        return {row.key: row for row in self.rows}

    @cached_property
    def by_code(self) -> Mapping[str, Row]:
        return {row.code: row for row in self.rows}

    @cached_property
    def label_keys(self) -> tuple[str, ...]:
        """What the label of every row is compared by, in order."""
        return tuple(label_key(row.label) for row in self.rows)

    @cached_property
    def most_alike(self) -> int:
        """How many rows share one label, at most."""
        return max(Counter(self.label_keys).values())

    @cached_property
    def figures(self) -> tuple[FigureKey, ...]:
        """Every number of the form in printed order: typed and computed."""
        return tuple((row.key, measure) for row in self.rows for measure in _measures(row))

    @cached_property
    def typed(self) -> tuple[FigureKey, ...]:
        """Every number that a unit types, in printed order."""
        return tuple((row.key, measure) for row in self.rows for measure in row.fill)

    @cached_property
    def computed(self) -> Mapping[FigureKey, tuple[FigureKey, ...]]:
        """Every computed number with the numbers it is the sum of."""
        return {
            (row.key, row.total.measure): tuple((part, row.total.measure) for part in row.total.parts)
            for row in self.rows
            if row.total and row.computed
        }

    @cached_property
    def pairs(self) -> tuple[tuple[Row, FigureKey, FigureKey], ...]:
        """Rows whose count and people go together, with these two numbers."""
        return tuple((row, (row.key, "count"), (row.key, "people")) for row in self.rows if row.paired)

    @cached_property
    def subtotals(self) -> tuple[tuple[Row, FigureKey, tuple[FigureKey, ...]], ...]:
        """Rows with a typed sub-total, this number and its parts."""
        return tuple(
            (row, (row.key, row.total.measure), tuple((part, row.total.measure) for part in row.total.parts))
            for row in self.rows
            if row.total and not row.computed
        )

    def cap(self, row: Row, measure: Measure, level: str | None) -> int:
        """The largest number a unit of this level may type; the row's own cap before the form's."""
        own = row.caps.get(level or "", {}).get(measure)
        general = self.caps["school" if level == "school" else "other"][measure]
        return general if own is None else own


def _measures(row: Row) -> tuple[Measure, ...]:
    return tuple(measure for measure in MEASURES if measure in row.fill or measure == row.computed)


def form_ids() -> tuple[str, ...]:
    """The forms that ship, in alphabetical order."""
    return tuple(sorted(path.stem for path in template_dir().glob("*.json")))


def load_form(form_id: str) -> Form:
    """One of the forms that ship. Raises `UnknownForm`."""
    if form_id not in form_ids():
        raise UnknownForm(form_id, form_ids())
    path = template_dir() / f"{form_id}.json"
    return _shipped(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _shipped(path: Path, _changed: int) -> Form:
    return load_form_file(path)


class ShippedForms(Mapping[str, Form]):
    """The forms that ship, by their ids; each is loaded when it is first asked for."""

    def __init__(self) -> None:
        self._loaded: dict[str, Form] = {}

    def __getitem__(self, form_id: str) -> Form:
        if form_id not in self._loaded:
            if form_id not in form_ids():
                raise KeyError(form_id)
            self._loaded[form_id] = load_form(form_id)
        return self._loaded[form_id]

    def __iter__(self) -> Iterator[str]:
        return iter(form_ids())

    def __len__(self) -> int:
        return len(form_ids())


def load_form_file(path: Path) -> Form:
    """A form file, complete and consistent. Raises `BadDocument` with all its faults."""
    document, faults = load_json(path)
    faults = faults or form_faults(document, path.name)
    if faults:
        raise BadDocument(faults)
    return make_form(document)


def form_faults(document: Any, name: str) -> tuple[Fault, ...]:
    """Every fault of a form document: first its shape; if that holds, what its rows say of each other."""
    return schema_faults(document, "form", name) or tuple(cross_faults(document, name))


def make_form(document: Mapping[str, Any]) -> Form:
    """A `Form` from a document that has no faults."""
    rules = document["rules"]
    return Form(
        id=document["id"],
        version=document["version"],
        year=document["year"],
        name=document["name"],
        source=document["source"],
        titles=tuple(document["titles"]),
        caption=document["caption"],
        footnote=document["footnote"],
        header=document["header"],
        signature=tuple(document["signature"]),
        sections=tuple(document["sections"]),
        lists=document["lists"],
        people_per_count=rules["people_per_count"],
        needs=tuple(_make_need(need) for need in rules["needs"]),
        caps=document["caps"],
        units={unit: tuple(measures) for unit, measures in document["units"].items()},
        rows=tuple(_make_row(row) for row in document["rows"]),
        fingerprint=fingerprint(document),
    )


def fingerprint(document: Mapping[str, Any]) -> str:
    """SHA-256 over the form's content, the same however the file is laid out."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _make_need(need: Mapping[str, Any]) -> Need:
    return Need(need["code"], (need["row"], need["measure"]), tuple((key, measure) for key, measure in need["any_of"]))


def _make_row(row: Mapping[str, Any]) -> Row:
    total, ended = row.get("total"), row.get("ended")
    return Row(
        **{name: row[name] for name in ("key", "code", "stt", "label", "unit", "kind")},
        fill=tuple(measure for measure in MEASURES if measure in row["fill"]),
        words=row.get("words", {}),
        text=row.get("text", False),
        paired=row.get("paired", False),
        total=Total(total["measure"], total["relation"], tuple(total["parts"])) if total else None,
        levels=tuple(row["levels"]) if "levels" in row else None,
        caps=row.get("caps", {}),
        remark=row.get("remark", ""),
        hint=row.get("hint", ""),
        ended=Ended(date.fromisoformat(ended["since"]), ended["remark"]) if ended else None,
    )
