"""One sheet without its cells: the order of its elements, columns, panes, merged cells, links, pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from aggregator.lint.fault import Fault, shown
from aggregator.lint.formats import Formats
from aggregator.lint.markup import ID, check_order, decimal, in_order, number, twice
from aggregator.lint.package import MAX_LINK
from aggregator.lint.ranges import COLUMNS, ROWS, area_of, meet, overlaps, text_of
from aggregator.reading.areas import Area

MAX_WIDTH, MAX_LINKS, MAX_HEADER, MAX_TIP = 255, 65_530, 255, 255
MAX_BREAKS, MAX_OUTLINE = 1_023, 7
MAX_COVERED = 100_000
"""Rows of merged ranges that are remembered, to look for values under them."""

_ORDER = in_order(
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios "
    "autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting "
    "dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties "
    "cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls "
    "webPublishItems tableParts extLst"
)
_COUNTED = ("mergeCells", "dataValidations", "tableParts")
_PANES = {
    (True, True): {"topLeft", "topRight", "bottomLeft", "bottomRight"},
    (True, False): {"topLeft", "topRight"},
    (False, True): {"topLeft", "bottomLeft"},
}
"""Columns frozen, rows frozen → the panes that there are."""
_TARGET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(.+)")


@dataclass(frozen=True, slots=True)
class Around:
    """What the workbook says around a sheet."""

    sheets: frozenset[str]
    names: frozenset[str]
    """Both case folded."""
    formats: Formats
    own: bool


def merged(root: Element) -> list[Area]:
    found = (area_of(cell.get("ref", "")) for cell in root.findall("mergeCells/mergeCell"))
    return [area for area in found if area]


def rows_of(areas: list[Area]) -> Mapping[int, list[Area]]:
    """Row → the ranges that cross it; nothing where they are too many to be kept."""
    if sum(area[2] - area[0] + 1 for area in areas) > MAX_COVERED:
        return {}
    rows: dict[int, list[Area]] = {}
    for area in areas:
        for row in range(area[0], area[2] + 1):
            rows.setdefault(row, []).append(area)
    return rows


def check_sheet(part: str, root: Element, around: Around) -> Iterator[Fault]:
    yield from check_order(part, root, _ORDER, "conditionalFormatting")
    if root.find("sheetData") is None:
        yield Fault("no-sheet-data", part, "sheetData", "a sheet needs it, empty or not")
    yield from _check_merges(part, root)
    yield from _check_columns(part, root, around)
    yield from _check_views(part, root)
    yield from _check_links(part, root, around)
    yield from _check_pages(part, root)
    yield from _check_ranges(part, root)
    if around.own:
        yield from _check_counts(part, root)


def check_used(part: str, root: Element, used: Area | None) -> Iterator[Fault]:
    """`dimension` holds all cells: some readers look no further."""
    dimension = root.find("dimension")
    area = area_of(dimension.get("ref", "")) if dimension is not None else None
    if used and area and not (area[0] <= used[0] and area[1] <= used[1] and used[2] <= area[2] and used[3] <= area[3]):
        yield Fault("dimension-wrong", part, text_of(area), f"cells stand in {text_of(used)}")


def _check_merges(part: str, root: Element) -> Iterator[Fault]:
    for cell in root.findall("mergeCells/mergeCell"):
        ref = cell.get("ref", "")
        area = area_of(ref)
        if area is None:
            yield Fault("range-illegal", part, shown(ref), "no range of cells for a merge")
        elif area[:2] == area[2:]:
            yield Fault("merge-of-one-cell", part, ref, "a merged range has two cells at least")
    areas = merged(root)
    for one, other in overlaps(areas):
        yield Fault("merge-overlap", part, text_of(other), f"overlaps {text_of(one)}")


def _check_columns(part: str, root: Element, around: Around) -> Iterator[Fault]:
    last = 0
    for line in root.findall("cols/col"):
        first, end = number(line.attrib, "min"), number(line.attrib, "max")
        place = f"columns {first}-{end}"
        if not 1 <= first <= end <= COLUMNS:
            yield Fault("columns-outside-grid", part, place, f"turned round or beyond {COLUMNS}")
        elif first <= last:
            yield Fault("columns-overlap", part, place, f"column {last} was told before")
        last = max(last, end)
        if not 0 <= decimal(line.attrib, "width") <= MAX_WIDTH:
            yield Fault("column-too-wide", part, place, f"{line.get('width')} characters, at most {MAX_WIDTH}")
        if not 0 <= number(line.attrib, "style") < around.formats.cells:
            yield Fault("style-out-of-range", part, place, f"style={line.get('style')}")
        if number(line.attrib, "outlineLevel") > MAX_OUTLINE:
            yield Fault("outline-too-deep", part, place, f"at most {MAX_OUTLINE} levels")


def _check_views(part: str, root: Element) -> Iterator[Fault]:
    for view in root.findall("sheetViews/sheetView"):
        for name in ("zoomScale", "zoomScaleNormal", "zoomScalePageLayoutView", "zoomScaleSheetLayoutView"):
            if (zoom := number(view.attrib, name)) and not 10 <= zoom <= 400:
                yield Fault("zoom-wrong", part, name, f"{zoom} %, from 10 to 400")
        pane = view.find("pane")
        if pane is not None:
            yield from _check_pane(part, pane)
        names = [line.get("pane", "topLeft") for line in view.findall("selection")]
        for name in twice(names):
            yield Fault("pane-wrong", part, name, "two selections in one pane")
        for line in view.findall("selection"):
            cell, areas = area_of(line.get("activeCell", "A1")), line.get("sqref", "A1").split()
            inside = [area for area in map(_whole_area, areas) if area and cell and meet(cell, area)]
            if not inside:
                yield Fault("selection-wrong", part, line.get("activeCell", "A1"), f"not in {shown(' '.join(areas))}")


def _whole_area(ref: str) -> Area | None:
    return area_of(ref, whole=True)


def _check_pane(part: str, pane: Element) -> Iterator[Fault]:
    """A frozen pane goes on where the frozen rows and columns end, and the active pane is one that there is."""
    if pane.get("state") not in ("frozen", "frozenSplit"):
        return
    right, below = decimal(pane.attrib, "xSplit"), decimal(pane.attrib, "ySplit")
    place, active = pane.get("topLeftCell", "A1"), pane.get("activePane", "topLeft")
    corner = area_of(place)
    if corner is None or corner[0] <= below or corner[1] <= right:
        yield Fault("pane-wrong", part, place, f"{below:g} rows and {right:g} columns are frozen")
    if active not in _PANES.get((right > 0, below > 0), ()):
        yield Fault("pane-wrong", part, place, f"no pane {active}")


def _check_links(part: str, root: Element, around: Around) -> Iterator[Fault]:
    links, seen = root.findall("hyperlinks/hyperlink"), set[str]()
    if len(links) > MAX_LINKS:
        yield Fault("too-many-hyperlinks", part, "hyperlinks", f"{len(links)}, at most {MAX_LINKS}")
    for link in links:
        ref, location = link.get("ref", ""), link.get("location")
        if area_of(ref) is None:
            yield Fault("range-illegal", part, shown(ref), "no range of cells for a link")
        if ref in seen:
            yield Fault("hyperlink-twice", part, ref, "two links on one cell")
        seen.add(ref)
        if len(location or "") > MAX_LINK or len(link.get("tooltip", "")) > MAX_TIP:
            yield Fault("hyperlink-too-long", part, ref, f"a place of {len(location or '')} characters, or its tip")
        if location is None and ID not in link.attrib:
            yield Fault("hyperlink-broken", part, ref, "leads nowhere")
        elif location and ID not in link.attrib and (reason := _why_broken(location, around)):
            yield Fault("hyperlink-broken", part, ref, f"{reason}: {shown(location)}")


def _why_broken(location: str, around: Around) -> str:
    location = location.removeprefix("#")
    found = _TARGET.fullmatch(location)
    if found is None:
        known = location.casefold() in around.names or area_of(location, whole=True) is not None
        return "" if known else "no such name"
    sheet = (found[1] or found[2]).replace("''", "'").casefold()
    if sheet not in around.sheets:
        return "no such sheet"
    known = found[3].casefold() in around.names or area_of(found[3].upper(), whole=True) is not None
    return "" if known else "no such cell"


def _check_pages(part: str, root: Element) -> Iterator[Fault]:
    for texts in root.findall("headerFooter"):
        for line in texts:
            if len(line.text or "") > MAX_HEADER:
                yield Fault(
                    "header-too-long", part, line.tag, f"{len(line.text or '')} characters, at most {MAX_HEADER}"
                )
    for setup in root.findall("pageSetup"):
        if not 10 <= number(setup.attrib, "scale", 100) <= 400:
            yield Fault("print-scale-wrong", part, "pageSetup", f"{setup.get('scale')} %, from 10 to 400")
    for margins in root.findall("pageMargins"):
        for name in margins.attrib:
            if not 0 <= decimal(margins.attrib, name) < 49:
                yield Fault("margin-wrong", part, name, f"{margins.get(name)} inches, from 0 to 49")
    for group, last in (("rowBreaks", ROWS), ("colBreaks", COLUMNS)):
        ids = [number(line.attrib, "id") for line in root.findall(f"{group}/brk")]
        if len(ids) > MAX_BREAKS:
            yield Fault("too-many-breaks", part, group, f"{len(ids)}, at most {MAX_BREAKS}")
        for wrong in sorted({*twice(ids), *(one for one in ids if not 1 <= one < last)}):
            yield Fault("break-wrong", part, f"{group} {wrong}", "outside the grid, or twice")


def _check_ranges(part: str, root: Element) -> Iterator[Fault]:
    """Ranges of elements that have no rules of their own."""
    for path, name in (("ignoredErrors/ignoredError", "sqref"), ("protectedRanges/protectedRange", "sqref")):
        for element in root.findall(path):
            for ref in element.get(name, "").split():
                if area_of(ref, whole=True) is None:
                    yield Fault("range-illegal", part, shown(ref), f"no range of cells for {element.tag}")
    dimension = root.find("dimension")
    if dimension is not None and area_of(dimension.get("ref", "")) is None:
        yield Fault("range-illegal", part, shown(dimension.get("ref", "")), "no range of cells for dimension")


def _check_counts(part: str, root: Element) -> Iterator[Fault]:
    for name in _COUNTED:
        element = root.find(name)
        if element is not None and number(element.attrib, "count", len(element)) != len(element):
            yield Fault("count-wrong", part, name, f"says {element.get('count')}, holds {len(element)}")
