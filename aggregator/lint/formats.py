"""The styles: number formats that Excel can take apart, parts of a format that exist, limits that are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from xml.etree.ElementTree import Element

from aggregator.lint.fault import Fault, shown
from aggregator.lint.markup import check_order, decimal, in_order, number, twice

MAX_FORMAT, MAX_SECTIONS, FIRST_OWN = 255, 4, 164
MAX_NUMBER_FORMATS, MAX_FONTS, MAX_CELL_FORMATS = 200, 1_024, 65_490
MAX_FONT_SIZE, MAX_FONT_NAME = 409, 31

_ORDER = in_order("numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst")
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.', re.DOTALL)
_BRACKETED = re.compile(r"\[[^\[\]]*\]")
_DATE = re.compile(r"[dmyhs]", re.IGNORECASE)
_COLOUR = re.compile(r"[0-9A-Fa-f]{8}")
_DATE_IDS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_BUILT_IN = frozenset(range(FIRST_OWN))


@dataclass(frozen=True, slots=True)
class Formats:
    """What the sheets may point to."""

    cells: int = 1
    differences: int = 0
    dates: frozenset[bytes] = frozenset()
    """Cell formats, as `s=` names them, that show a number as a date or a time."""


def read_formats(root: Element) -> Formats:
    codes = _codes(root)
    dates = {key for key, code in codes.items() if _is_date(code)} | (_DATE_IDS - codes.keys())
    cells = root.findall("cellXfs/xf")
    shows = (str(place).encode() for place, xf in enumerate(cells) if number(xf.attrib, "numFmtId") in dates)
    return Formats(len(cells), len(root.findall("dxfs/dxf")), frozenset(shows))


def _codes(root: Element) -> Mapping[int, str]:
    lines = root.findall("numFmts/numFmt")
    return MappingProxyType({number(line.attrib, "numFmtId", -1): line.get("formatCode", "") for line in lines})


def _is_date(code: str) -> bool:
    return _DATE.search(_BRACKETED.sub("", _QUOTED.sub("", code)).replace("General", "")) is not None


def check_formats(part: str, root: Element, own: bool) -> Iterator[Fault]:
    yield from check_order(part, root, _ORDER)
    yield from _check_number_formats(part, root, own)
    yield from _check_cell_formats(part, root)
    yield from _check_fonts(part, root, own)
    for element in root.iter():
        rgb = element.get("rgb")
        if rgb is not None and not _COLOUR.fullmatch(rgb):
            yield Fault("colour-wrong", part, element.tag, f"{shown(rgb)} is no AARRGGBB")
    names = [style.get("name", "").casefold() for style in root.findall("cellStyles/cellStyle")]
    for name in twice(names):
        yield Fault("style-name-twice", part, shown(name), "two cell styles have this name")


def _check_number_formats(part: str, root: Element, own: bool) -> Iterator[Fault]:
    lines, ids = root.iter("numFmt"), set[int]()
    for line in lines:
        code, place = line.get("formatCode", ""), f"numFmt {line.get('numFmtId')}"
        for kind, detail in format_faults(code):
            yield Fault(kind, part, place, detail)
    for line in root.findall("numFmts/numFmt"):
        key = number(line.attrib, "numFmtId", -1)
        if key in ids or key < 0 or (own and key < FIRST_OWN):
            yield Fault("number-format-id", part, f"numFmt {line.get('numFmtId')}", "twice, or one of Excel's own")
        ids.add(key)
    if own and len(ids) > MAX_NUMBER_FORMATS:
        yield Fault("too-many-formats", part, "numFmts", f"{len(ids)}, at most {MAX_NUMBER_FORMATS}")


def format_faults(code: str) -> Iterator[tuple[str, str]]:
    """`#,##0 "đồng"` is one; quotes and brackets close, four sections at most, 255 characters."""
    if not code:
        yield "number-format-empty", "no code"
    if len(code) > MAX_FORMAT:
        yield "number-format-too-long", f"{len(code)} characters, at most {MAX_FORMAT}"
    bare = _QUOTED.sub("", code)
    if '"' in bare or bare.endswith("\\"):
        yield "number-format-unbalanced", f"a quote does not close: {shown(code)}"
        return
    bare = _BRACKETED.sub("", bare)
    if "[" in bare or "]" in bare:
        yield "number-format-unbalanced", f"a bracket does not close: {shown(code)}"
    if bare.count(";") >= MAX_SECTIONS:
        yield "number-format-sections", f"{bare.count(';') + 1} sections, at most {MAX_SECTIONS}"


def _check_cell_formats(part: str, root: Element) -> Iterator[Fault]:
    known = _BUILT_IN | _codes(root).keys()
    sizes = {name: len(root.findall(path)) for name, path in _PARTS.items()}
    for group in ("cellStyleXfs", "cellXfs"):
        lines = root.findall(f"{group}/xf")
        if len(lines) > MAX_CELL_FORMATS:
            yield Fault("too-many-formats", part, group, f"{len(lines)}, at most {MAX_CELL_FORMATS}")
        for place, xf in enumerate(lines):
            for name, size in sizes.items():
                if name in xf.attrib and not 0 <= number(xf.attrib, name, -1) < size:
                    yield Fault("format-part-missing", part, f"{group} {place}", f"{name}={xf.get(name)} of {size}")
            if number(xf.attrib, "numFmtId") not in known:
                yield Fault("format-part-missing", part, f"{group} {place}", f"numFmtId={xf.get('numFmtId')}")
            yield from _check_alignment(part, f"{group} {place}", xf)
    for style in root.findall("cellStyles/cellStyle"):
        if not 0 <= number(style.attrib, "xfId", -1) < sizes["xfId"]:
            yield Fault("format-part-missing", part, f"cellStyle {style.get('name')}", f"xfId={style.get('xfId')}")


_PARTS = {"fontId": "fonts/font", "fillId": "fills/fill", "borderId": "borders/border", "xfId": "cellStyleXfs/xf"}


def _check_alignment(part: str, place: str, xf: Element) -> Iterator[Fault]:
    alignment = xf.find("alignment")
    if alignment is None:
        return
    turned, indent = number(alignment.attrib, "textRotation"), number(alignment.attrib, "indent")
    if not (0 <= turned <= 180 or turned == 255) or not 0 <= indent <= 250:
        yield Fault("alignment-wrong", part, place, f"textRotation={turned}, indent={indent}")


def _check_fonts(part: str, root: Element, own: bool) -> Iterator[Fault]:
    fonts = root.findall("fonts/font")
    if own and len(fonts) > MAX_FONTS:
        yield Fault("too-many-formats", part, "fonts", f"{len(fonts)}, at most {MAX_FONTS}")
    for place, font in enumerate(fonts):
        size, name = font.find("sz"), font.find("name")
        if size is not None and not 1 <= decimal(size.attrib, "val") <= MAX_FONT_SIZE:
            yield Fault("font-wrong", part, f"font {place}", f"size {size.get('val')}")
        if name is not None and not 1 <= len(name.get("val", "")) <= MAX_FONT_NAME:
            yield Fault("font-wrong", part, f"font {place}", f"name {shown(name.get('val', ''))}")
