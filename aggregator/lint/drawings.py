"""Drawings, charts and notes: every picture has its place, every series its sheet, every cell one note."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element

from aggregator.lint.fault import Fault, shown
from aggregator.lint.formulas import formula_faults
from aggregator.lint.markup import local, number, parse, twice
from aggregator.lint.package import Package, check_uses
from aggregator.lint.ranges import COLUMNS, ROWS, area_of
from aggregator.lint.strings import units
from aggregator.text import CELL_LENGTH

_ANCHORS = {"twoCellAnchor": ("from", "to"), "oneCellAnchor": ("from", "ext"), "absoluteAnchor": ("pos", "ext")}
_AXES = {"catAx", "valAx", "dateAx", "serAx"}


def check_drawings(package: Package, sheet: str, root: Element, names: Collection[str], own: bool) -> Iterator[Fault]:
    for line in package.leading(sheet, "drawing"):
        drawing = parse(line.target, package.read(line.target))
        yield from check_uses(package, line.target, drawing)
        yield from _check_drawing(line.target, drawing, own)
        for chart in package.leading(line.target, "chart"):
            yield from _check_chart(chart.target, parse(chart.target, package.read(chart.target)), names, own)
    for line in package.leading(sheet, "comments"):
        yield from _check_notes(line.target, parse(line.target, package.read(line.target)), own)
        if own and root.find("legacyDrawing") is None:
            yield Fault("note-without-shape", sheet, "legacyDrawing", "notes need the drawing of their boxes")


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if local(child.tag) == name), None)


def _check_drawing(part: str, root: Element, own: bool) -> Iterator[Fault]:
    if own and not len(root):
        yield Fault("drawing-empty", part, "", "nothing is drawn")
    for place, anchor in enumerate(root):
        needed = _ANCHORS.get(local(anchor.tag), ())
        for name in needed:
            if _child(anchor, name) is None:
                yield Fault("anchor-missing", part, f"anchor {place}", f"no {name}")
        corners = [corner for corner in anchor if local(corner.tag) in ("from", "to")]
        spots = [tuple(_place(corner, name) for name in ("row", "col")) for corner in corners]
        if any(not (0 <= row < ROWS and 0 <= column < COLUMNS) for row, column in spots):
            yield Fault("anchor-outside-grid", part, f"anchor {place}", f"{spots}")
        elif len(spots) == 2 and any(first > last for first, last in zip(*spots, strict=True)):
            yield Fault("anchor-outside-grid", part, f"anchor {place}", f"ends before it begins: {spots}")
    ids = [element.get("id", "") for element in root.iter() if local(element.tag) == "cNvPr"]
    for key in twice(ids) if own else ():
        yield Fault("drawing-id-twice", part, key, "two drawn things of one id")


def _place(corner: Element, name: str) -> int:
    child = _child(corner, name)
    return number({name: (child.text or "").strip()}, name, -1) if child is not None else -1


def _check_chart(part: str, root: Element, sheets: Collection[str], own: bool) -> Iterator[Fault]:
    elements = list(root.iter())
    for element in elements:
        if local(element.tag) == "f":
            for kind, detail in formula_faults(element.text or "", sheets, own):
                yield Fault("chart-missing-sheet" if kind == "formula-missing-sheet" else kind, part, "f", detail)
    axes = {_value(axis, "axId") for axis in elements if local(axis.tag) in _AXES}
    for group in elements:
        if local(group.tag).endswith("Chart"):
            used = {child.get("val") for child in group if local(child.tag) == "axId"}
            if used - axes:
                yield Fault("chart-axis-missing", part, local(group.tag), f"axis {sorted(map(str, used - axes))}")
    if own and not any(local(element.tag) == "ser" for element in elements):
        yield Fault("chart-empty", part, "", "no series")
    for index in twice(_value(element, "idx") or "" for element in elements if local(element.tag) == "ser"):
        yield Fault("chart-series-twice", part, f"ser {index}", "two series of one idx")


def _value(element: Element, name: str) -> str | None:
    child = _child(element, name)
    return child.get("val") if child is not None else None


def _check_notes(part: str, root: Element, own: bool) -> Iterator[Fault]:
    authors, seen = len(root.findall("authors/author")), set[str]()
    for note in root.findall("commentList/comment"):
        ref = note.get("ref", "")
        if area_of(ref) is None or ":" in ref:
            yield Fault("range-illegal", part, shown(ref), "no cell for a note")
        if ref in seen:
            yield Fault("note-twice", part, ref, "two notes on one cell")
        seen.add(ref)
        named = own or "authorId" in note.attrib
        if named and not 0 <= number(note.attrib, "authorId", -1) < authors:
            yield Fault("note-author-missing", part, ref, f"author {note.get('authorId')} of {authors}")
        text = "".join(element.text or "" for element in note.iter("t"))
        if units(text) > CELL_LENGTH:
            yield Fault("string-too-long", part, ref, f"{units(text)} characters, at most {CELL_LENGTH}")
