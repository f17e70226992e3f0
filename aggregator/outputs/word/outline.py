"""The outline of a report as data: sections, and in each of them which totals, narratives and gaps it has.

One JSON file per form under `templates/outlines/`, or an office's own file. What an outline says of rows and headings
is checked against the form before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.documents import Fault, load_json, schema_faults
from aggregator.faults import BadDocument, Stop
from aggregator.forms import FigureKey, Form
from aggregator.resources import outline_dir
from aggregator.text import label_key
from aggregator.words import Fact


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a sentence about one number: `text` holds `{n}`; `zero` are the words for 0."""

    figures: tuple[FigureKey, ...]
    text: str
    zero: str | None
    join: str
    about: str


@dataclass(frozen=True, slots=True)
class Block:
    """One thing under a heading; which of the fields are filled depends on `kind`."""

    kind: str
    text: str = ""
    clauses: tuple[Clause, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it; `parts` are headings of the next level."""

    title: str
    blocks: tuple[Block, ...]
    parts: tuple[Section, ...] = ()

    def all_blocks(self) -> Iterator[Block]:
        yield from self.blocks
        for part in self.parts:
            yield from part.all_blocks()


@dataclass(frozen=True, slots=True)
class Outline:
    """The whole report without its numbers."""

    form: str
    title: str
    intro: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: tuple[str, ...]
    table_title: str
    recipients: Mapping[str, tuple[str, ...]]


def load_outline(form: Form, own: Path | None = None) -> Outline:
    """The outline that ships for the form, or an office's own. Raises `BadDocument` with all faults, or `Stop`."""
    path = own or outline_dir() / f"{form.id}.json"
    if own is None and not path.is_file():
        raise Stop(
            "Mẫu {form_id} chưa có đề cương báo cáo. Xin chỉ rõ bằng --outline TỆP.json.",
            form_id=form.id,
        )
    document, faults = load_json(path)
    faults = faults or schema_faults(document, "outline", path.name)
    faults = faults or tuple(_cross_faults(document, form, path.name))
    if faults:
        raise BadDocument(faults)
    return _make_outline(document)


def _make_outline(document: Mapping[str, Any]) -> Outline:
    return Outline(
        form=document["form"],
        title=document["title"],
        intro=tuple(document["intro"]),
        sections=tuple(_make_section(section) for section in document["sections"]),
        closing=tuple(document["closing"]),
        table_title=document["table_title"],
        recipients={level: tuple(names) for level, names in document["recipients"].items()},
    )


def _make_section(section: Mapping[str, Any]) -> Section:
    return Section(
        section["title"],
        tuple(_make_block(block) for block in section.get("blocks", ())),
        tuple(_make_section(part) for part in section.get("parts", ())),
    )


def _make_block(block: Mapping[str, Any]) -> Block:
    return Block(
        kind=block["is"],
        text=block.get("text") or block.get("topic") or block.get("about", ""),
        clauses=tuple(_make_clause(clause) for clause in block.get("clauses", ())),
        parts=tuple(tuple(keys) for keys in block.get("parts", ())),
        rows=tuple(block.get("rows", ())),
    )


def _make_clause(clause: Mapping[str, Any]) -> Clause:
    figures = tuple((key, measure) for key, measure in clause["figures"])
    return Clause(figures, clause["text"], clause.get("zero"), clause.get("join", ", "), clause["about"])


# --- faults --------------------------------------------------------------------------------------------------------


def _cross_faults(document: Mapping[str, Any], form: Form, name: str) -> Iterator[Fault]:
    """What the outline says of the form: its id, its rows and measures, its headings."""
    if document["form"] != form.id:
        yield Fault(name, "$.form", document["form"], form.id)
    for number, section in enumerate(document["sections"]):
        place = f"$.sections[{number}]"
        yield from _blocks_faults(section.get("blocks", ()), f"{place}.blocks", form, name)
        for part, content in enumerate(section.get("parts", ())):
            yield from _blocks_faults(content["blocks"], f"{place}.parts[{part}].blocks", form, name)


def _blocks_faults(blocks: Sequence[Mapping[str, Any]], place: str, form: Form, name: str) -> Iterator[Fault]:
    headings = {label_key(heading) for heading in form.sections}
    figures = set(form.figures)
    for number, block in enumerate(blocks):
        at = f"{place}[{number}]"
        if block["is"] == "narratives" and label_key(block["about"]) not in headings:
            yield Fault(name, f"{at}.about", block["about"], " / ".join(form.sections))
        wanted = [tuple(figure) for clause in block.get("clauses", ()) for figure in clause["figures"]]
        for figure in (one for one in wanted if one not in figures):
            yield Fault(name, f"{at}.clauses", " ".join(figure), Fact("dòng và số liệu của mẫu {form}", form=form.id))
        keys = [*block.get("rows", ()), *(key for part in block.get("parts", ()) for key in part)]
        for key in (one for one in keys if one not in form.by_key):
            yield Fault(name, at, key, Fact("mã dòng của mẫu {form}", form=form.id))
