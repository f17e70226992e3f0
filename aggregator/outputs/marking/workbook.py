"""Marks in a copy of somebody's workbook: fill and note at each faulty cell, everything else byte for byte as it came.

The copy is read again by the strict reader and held against the original, cell by cell: one that does not say exactly
the same is not handed out.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from aggregator.outputs.marking.notes import (
    AUTHOR,
    MAX_NOTE,
    WORDS,
    Note,
    check_drawing,
    comments_part,
    drawing_part,
    read_notes,
    together,
    without_ours,
)
from aggregator.outputs.marking.sheet import Grid, changed_sheet, read_grid
from aggregator.outputs.marking.splice import CannotMark, add_inside, prefix_of, root_of, spliced, with_attributes
from aggregator.outputs.marking.styles import FILLS, OPEN, PLAIN, Looks
from aggregator.reading import package
from aggregator.reading.book import Address
from aggregator.reading.container import Archive, open_archive
from aggregator.reading.package import ContentTypes, Link
from aggregator.reading.refusals import Refused
from aggregator.reading.strict import open_book
from aggregator.reading.workbook import ListedSheet, list_worksheets, read_workbook

Weight = Literal["error", "warning", "about"]
COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
DRAWING = "application/vnd.openxmlformats-officedocument.vmlDrawing"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES_PART = "[Content_Types].xml"
DAY = (1980, 1, 1, 0, 0, 0)
"""No clock: the same file and the same marks give the same bytes."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is wrong at one cell; an `about` mark is a note that speaks of the whole file and colours nothing."""

    sheet: str
    at: Address
    weight: Weight
    text: str


@dataclass(slots=True)
class _Package:
    """The workbook under the pen: what was read, and the parts that are new or changed."""

    archive: Archive
    types: ContentTypes
    sheets: list[ListedSheet]
    styles: str
    changed: dict[str, bytes] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    """Content types of new parts."""

    def read(self, part: str) -> bytes:
        return self.changed[part] if part in self.changed else self.archive.read(part)

    def has(self, part: str) -> bool:
        return part in self.changed or self.archive.has(part)


def mark_workbook(data: bytes, marks: Sequence[Mark]) -> bytes:
    """The marked copy. Raises `CannotMark` where it cannot be marked without losing or changing something."""
    before, _ = open_book(data)
    if before is None:
        raise CannotMark("unreadable")
    try:
        work = _open(data)
        looks = Looks(work.read(work.styles))
        for number, sheet in enumerate(work.sheets, start=1):
            own = [mark for mark in marks if mark.sheet == sheet.name]
            _mark_sheet(work, sheet, own, looks, number)
        work.changed[work.styles] = looks.data()
        _add_types(work)
        copy = _packed(work)
    except Refused as refused:
        raise CannotMark("package") from refused
    after, _ = open_book(copy)
    if after != before:
        raise CannotMark("not-the-same")
    return copy


def _open(data: bytes) -> _Package:
    archive = open_archive(data)
    types = package.read_content_types(archive)
    part = package.find_workbook(package.read_links(archive, ""))
    links = package.read_links(archive, part)
    sheets = list_worksheets(read_workbook(archive, part), links, types, part)
    styles = package.only_part(links, "styles", part)
    if styles is None:
        raise CannotMark("styles")
    return _Package(archive, types, sheets, styles)


# --- one sheet -----------------------------------------------------------------------------------------------------


def _mark_sheet(work: _Package, sheet: ListedSheet, marks: Sequence[Mark], looks: Looks, number: int) -> None:
    """Looks and notes of a sheet that has marks, or had some in an earlier round; any other is left alone."""
    rels = posixpath.join(posixpath.dirname(sheet.part), "_rels", f"{posixpath.basename(sheet.part)}.rels")
    links = package.read_links(work.archive, sheet.part) if work.has(rels) else {}
    comments = package.only_part(links, "comments", sheet.part)
    there = read_notes(work.read(comments), comments) if comments else ()
    theirs = without_ours(there)
    if not marks and theirs == there and not looks.marked:
        return
    data = work.read(sheet.part)
    grid = read_grid(data, (mark.at for mark in marks), looks.marked)
    _check_reachable(grid, marks, looks)
    link = None
    if marks or theirs != there:
        link = _put_notes(work, (rels, links, comments), grid, together(theirs, _notes(marks)), number)
    work.changed[sheet.part] = changed_sheet(data, grid, _looks(grid, marks, looks), link)


Ties = tuple[str, Mapping[str, Link], str | None]
"""The relationships part of a sheet, what it says, and the comments part among it."""


def _put_notes(work: _Package, ties: Ties, grid: Grid, notes: Sequence[Note], number: int) -> str | None:
    """Both parts of the notes; the relationship of a drawing that the sheet does not name yet is returned."""
    rels, links, comments = ties
    if any(link.kind == "threadedComment" for link in links.values()):
        raise CannotMark("threads")
    drawing = links[grid.legacy].target if grid.legacy and grid.legacy in links else None
    if (drawing is None) != (grid.legacy is None) or (comments and drawing is None):
        raise CannotMark("drawing")
    if drawing:
        check_drawing(work.read(drawing))
    places = _new_parts(work, comments, drawing)
    work.changed[places[0]] = comments_part(notes)
    work.changed[places[1]] = drawing_part(notes, grid, number)
    return _link(work, rels, links, (comments, drawing), places)


def _check_reachable(grid: Grid, marks: Sequence[Mark], looks: Looks) -> None:
    """An error that the sender cannot put right, because its cell is locked, is not for this way."""
    for mark in marks:
        if (
            mark.weight == "error"
            and grid.protected
            and (mark.at not in grid.looks or looks.locked(grid.looks[mark.at]))
        ):
            raise CannotMark("locked")


def _looks(grid: Grid, marks: Sequence[Mark], looks: Looks) -> Mapping[Address, int]:
    """The look of every cell that is marked now, and of those that were in an earlier round."""
    weights = {mark.at: mark.weight for mark in reversed(marks) if mark.weight in FILLS}
    weights |= {mark.at: mark.weight for mark in marks if mark.weight == "error"}
    old = (at for at, look in grid.looks.items() if look in looks.marked and at not in weights)
    changed = {at: looks.filled(grid.looks[at], PLAIN if looks.locked(grid.looks[at]) else OPEN) for at in old}
    return changed | {at: looks.filled(grid.looks.get(at, 0), FILLS[weight]) for at, weight in weights.items()}


def _notes(marks: Sequence[Mark]) -> list[Note]:
    """One note for each cell, the gravest first."""
    found: dict[Address, list[Mark]] = {}
    for mark in sorted(marks, key=lambda mark: list(WORDS).index(mark.weight)):
        found.setdefault(mark.at, []).append(mark)
    return [_note(at, same) for at, same in found.items()]


def _note(at: Address, marks: Sequence[Mark]) -> Note:
    first, *others = marks
    more = "".join(f"\n{WORDS[mark.weight]}: {mark.text}" for mark in others)
    return Note(at, AUTHOR, f"{first.text}{more}"[:MAX_NOTE], WORDS[first.weight])


# --- parts and how they hang together ------------------------------------------------------------------------------


def _new_parts(work: _Package, comments: str | None, drawing: str | None) -> tuple[str, str]:
    """The names of both parts: those that are there, else the first that are free."""
    number = 1
    while any(work.has(name) for name in _names(number)):
        number += 1
    fresh = _names(number)
    for part, name, kind in ((comments, fresh[0], COMMENTS), (drawing, fresh[1], DRAWING)):
        if part is None:
            work.typed[name] = kind
    return comments or fresh[0], drawing or fresh[1]


def _names(number: int) -> tuple[str, str]:
    return f"xl/comments{number}.xml", f"xl/drawings/vmlDrawing{number}.vml"


def _link(
    work: _Package,
    rels: str,
    links: Mapping[str, Link],
    known: tuple[str | None, str | None],
    places: tuple[str, str],
) -> str | None:
    """Relationships to what is new; the one of a new drawing is returned, for the sheet must name it."""
    number = 1
    while {f"rIdTraLai{number}", f"rIdTraLai{number + 1}"} & links.keys():
        number += 1
    new = [
        (f"rIdTraLai{number + place}", kind, places[place])
        for place, kind in enumerate(("comments", "vmlDrawing"))
        if known[place] is None
    ]
    if new:
        empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
        work.changed[rels] = _with_children(
            work.read(rels) if work.has(rels) else empty,
            [("Relationship", {"Id": key, "Type": f"{LINKS}/{kind}", "Target": f"/{part}"}) for key, kind, part in new],
        )
    return new[-1][0] if known[1] is None else None


def _add_types(work: _Package) -> None:
    """What kind each new part is; drawings by their ending, as everybody does it, where that is still free."""
    children = []
    if DRAWING in work.typed.values() and "vml" not in work.types.defaults:
        children.append(("Default", {"Extension": "vml", "ContentType": DRAWING}))
        work.types = replace(work.types, defaults={**work.types.defaults, "vml": DRAWING.lower()})
    for part, kind in sorted(work.typed.items()):
        if work.types.of(part) != kind.lower():
            children.append(("Override", {"PartName": f"/{part}", "ContentType": kind}))
    if children:
        work.changed[TYPES_PART] = _with_children(work.read(TYPES_PART), children)


def _with_children(data: bytes, children: Sequence[tuple[str, Mapping[str, str]]]) -> bytes:
    root = root_of(data)
    x = prefix_of(data, root)
    lines = (with_attributes(f"<{x}{name}/>".encode(), attributes) for name, attributes in children)
    return spliced(data, [add_inside(data, root, b"".join(lines))])


def _packed(work: _Package) -> bytes:
    """All parts in their order, changed ones as they are now, new ones behind them."""
    out = io.BytesIO()
    changed = {name.lower(): (name, content) for name, content in work.changed.items()}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in work.archive.entries.values():
            _, content = changed.pop(entry.name.lower(), ("", b""))
            _store(archive, entry.name, content or work.archive.read(entry.name))
        for name, content in changed.values():
            _store(archive, name, content)
    return out.getvalue()


def _store(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, DAY)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 0
    archive.writestr(info, content)
