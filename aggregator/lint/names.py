"""The workbook part: its sheets, which of them are seen, and the defined names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from aggregator.lint.fault import Fault, shown
from aggregator.lint.formulas import formula_faults
from aggregator.lint.markup import ID, check_order, in_order, is_true, number
from aggregator.lint.ranges import area_of

MAX_SHEET_NAME, MAX_NAME, MAX_SHEET_ID = 31, 255, 65_534

_ORDER = in_order(
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences "
    "definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing "
    "fileRecoveryPr webPublishObjects extLst"
)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NAME = re.compile(r"[^\W\d][\w.?\\]*|\\[\w.?\\]*")
_A1 = re.compile(r"([A-Za-z]{1,3})[0-9]{1,7}")
_R1C1 = re.compile(r"[rR][0-9]*(?:[cC][0-9]*)?|[cC][0-9]*")
_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^\W\d][\w.]*))!([$A-Z0-9:]+)")
_BUILT_IN = "_xlnm."
FILTER = f"{_BUILT_IN}_FilterDatabase"
_PRINTED = {f"{_BUILT_IN}Print_Area", f"{_BUILT_IN}Print_Titles"}


def sheet_names(root: Element) -> list[str]:
    return [sheet.get("name", "") for sheet in root.findall("sheets/sheet")]


def defined_names(root: Element) -> frozenset[str]:
    """All names, case folded."""
    return frozenset(line.get("name", "").casefold() for line in root.findall("definedNames/definedName"))


def filters(root: Element) -> Mapping[int, str]:
    """Sheet (from 0) → the range that the hidden name of its filter holds, without the sheet."""
    lines = [line for line in root.findall("definedNames/definedName") if line.get("name") == FILTER]
    return {number(line.attrib, "localSheetId", -1): (line.text or "").rpartition("!")[2] for line in lines}


def check_names(part: str, root: Element, own: bool) -> Iterator[Fault]:
    yield from check_order(part, root, _ORDER)
    yield from _check_sheets(part, root)
    yield from _check_seen(part, root)
    sheets = sheet_names(root)
    known = {name.casefold() for name in sheets}
    seen = set[tuple[str, str | None]]()
    for line in root.findall("definedNames/definedName"):
        name, scope = line.get("name", ""), line.get("localSheetId")
        if (name.casefold(), scope) in seen:
            yield Fault("name-twice", part, name, "two defined names that differ by case at most")
        seen.add((name.casefold(), scope))
        if reason := why_illegal(name):
            yield Fault("name-illegal", part, shown(name), reason)
        if scope is not None and not 0 <= number(line.attrib, "localSheetId", -1) < len(sheets):
            yield Fault("name-scope-wrong", part, name, f"sheet {scope} of {len(sheets)}")
        elif (name in _PRINTED or name == FILTER) and (own or scope is not None):
            yield from _check_built_in(part, line, sheets)
        for kind, detail in formula_faults(line.text or "", known, own):
            yield Fault("name-to-missing-sheet" if kind == "formula-missing-sheet" else kind, part, name, detail)


def _check_sheets(part: str, root: Element) -> Iterator[Fault]:
    names, ids = set[str](), set[str]()
    sheets = root.findall("sheets/sheet")
    if not sheets:
        yield Fault("no-sheet", part, "sheets", "a workbook needs one")
    for sheet in sheets:
        name = sheet.get("name", "")
        if reason := _why_no_sheet_name(name):
            yield Fault("sheet-name-illegal", part, shown(name), reason)
        if name.casefold() in names:
            yield Fault("sheet-name-twice", part, shown(name), "two sheets whose names differ by case at most")
        names.add(name.casefold())
        for key in (sheet.get("sheetId", ""), sheet.get(ID, "")):
            if key in ids:
                yield Fault("sheet-id-twice", part, shown(name), f"{key} names another sheet, too")
            ids.add(key)
        if not 1 <= number(sheet.attrib, "sheetId") <= MAX_SHEET_ID:
            yield Fault("sheet-id-wrong", part, shown(name), f"sheetId {sheet.get('sheetId')}")


def _why_no_sheet_name(name: str) -> str:
    if not name.strip():
        return "no name"
    if len(name) > MAX_SHEET_NAME:
        return f"{len(name)} characters, at most {MAX_SHEET_NAME}"
    if _FORBIDDEN.search(name):
        return "holds one of []:*?/\\ or a control character"
    if name.startswith("'") or name.endswith("'"):
        return "begins or ends with an apostrophe"
    return "Excel keeps this name for itself" if name.casefold() == "history" else ""


def _check_seen(part: str, root: Element) -> Iterator[Fault]:
    sheets = root.findall("sheets/sheet")
    seen = [sheet.get("state", "visible") == "visible" for sheet in sheets]
    if sheets and not any(seen):
        yield Fault("all-sheets-hidden", part, "sheets", "Excel cannot show a workbook without a visible sheet")
        return
    for view in root.findall("bookViews/workbookView"):
        active, first = number(view.attrib, "activeTab"), number(view.attrib, "firstSheet")
        if not (0 <= active < len(sheets) and seen[active]):
            yield Fault("active-sheet-wrong", part, f"activeTab {active}", "hidden, or not there")
        if not 0 <= first < max(len(sheets), 1):
            yield Fault("active-sheet-wrong", part, f"firstSheet {first}", "not there")


def why_illegal(name: str) -> str:
    """A name is a word of letters, digits, `_` and `.` that is not a cell."""
    if len(name) > MAX_NAME:
        return f"{len(name)} characters, at most {MAX_NAME}"
    if not _NAME.fullmatch(name):
        return "is no name of letters, digits, _ and ."
    cell = _A1.fullmatch(name)
    if (cell and area_of(name.upper())) or _R1C1.fullmatch(name) or name.casefold() in ("true", "false"):
        return "is a cell"
    return ""


def _check_built_in(part: str, line: Element, sheets: list[str]) -> Iterator[Fault]:
    """Print areas, print titles and filters: ranges of the sheet whose number they carry."""
    name, text = line.get("name", ""), line.text or ""
    kind = "filter-name-wrong" if name == FILTER else "print-name-wrong"
    if "localSheetId" not in line.attrib:
        yield Fault(kind, part, name, "belongs to no sheet")
        return
    sheet = sheets[number(line.attrib, "localSheetId")]
    found = list(_REFERENCE.finditer(text))
    if ",".join(reference[0] for reference in found) != text:
        if not text.startswith(("#REF!", "OFFSET(", "INDEX(")):
            yield Fault(kind, part, f"{name} {sheet}", f"no list of ranges: {shown(text)}")
        return
    for reference in found:
        named = (reference[1] or reference[2]).replace("''", "'")
        if named.casefold() != sheet.casefold() or area_of(reference[3], whole=True) is None:
            yield Fault(kind, part, f"{name} {sheet}", f"no range of this sheet: {shown(reference[0])}")


def check_selected(parts: Mapping[str, bool]) -> Iterator[Fault]:
    """Part of a sheet → is its tab selected. Two selected tabs are a group: what is typed goes into both."""
    chosen = [part for part, selected in parts.items() if selected]
    for part in chosen[1:]:
        yield Fault("sheets-grouped", part, "tabSelected", f"selected together with {chosen[0]}")


def is_selected(root: Element) -> bool:
    return any(is_true(view.attrib, "tabSelected") for view in root.findall("sheetViews/sheetView"))
