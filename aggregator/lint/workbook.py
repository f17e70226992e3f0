"""All parts of one workbook in turn; what one part says is known when the next is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from aggregator.lint import drawings, formats, names, rules, sheets, strings, tables
from aggregator.lint.cells import Scan
from aggregator.lint.contents import Grid
from aggregator.lint.fault import Fault
from aggregator.lint.markup import ID, parse
from aggregator.lint.package import ROOT, Package, check_uses
from aggregator.lint.properties import check_properties
from aggregator.lint.sheets import Around

_START, _END = b"<sheetData", b"</sheetData>"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the workbook while its sheets are looked at, one after the other."""

    package: Package
    root: Element
    around: Around
    strings: Sequence[bytes]
    filters: Mapping[int, str]
    tables: list[tables.Table] = field(default_factory=list)
    selected: dict[str, bool] = field(default_factory=dict)


def check_workbook(package: Package, own: bool) -> Iterator[Fault]:
    yield from check_properties(package)
    books = package.leading(ROOT, "officeDocument")
    if not books:
        yield Fault("part-missing", "xl/workbook.xml", "", "no relationship leads to a workbook")
        return
    part = books[0].target
    root = parse(part, package.read(part))
    yield from check_uses(package, part, root)
    yield from names.check_names(part, root, own)
    styles, texts = (_first(package, part, kind) for kind in ("styles", "sharedStrings"))
    found = formats.Formats()
    if styles:
        tree = parse(styles, package.read(styles))
        found = formats.read_formats(tree)
        yield from formats.check_formats(styles, tree, own)
    items: list[bytes] = []
    if texts:
        data = package.read(texts)
        items = strings.split_strings(data)
        yield from strings.check_strings(texts, data, items, own)
    known = frozenset(name.casefold() for name in names.sheet_names(root))
    around = Around(known, names.defined_names(root), found, own)
    facts = Facts(package, root, around, items, names.filters(root))
    targets = {line.id: line.target for line in package.leading(part, "worksheet")}
    for place, sheet in enumerate(root.findall("sheets/sheet")):
        if target := targets.get(sheet.get(ID, "")):
            yield from _check_sheet(target, place, facts)
    yield from tables.check_names(facts.tables, around.names)
    yield from names.check_selected(facts.selected)


def _first(package: Package, source: str, kind: str) -> str | None:
    return next((line.target for line in package.leading(source, kind)), None)


def _check_sheet(part: str, place: int, facts: Facts) -> Iterator[Fault]:
    data = facts.package.read(part)
    cells, rest = split_cells(data)
    root = parse(part, rest)
    around, own = facts.around, facts.around.own
    facts.selected[part] = names.is_selected(root)
    yield from check_uses(facts.package, part, root)
    yield from sheets.check_sheet(part, root, around)
    yield from rules.check_rules(part, root, around)
    here, merges = tables.read_tables(facts.package, part), sheets.merged(root)
    facts.tables.extend(here)
    yield from tables.check_tables(part, here, merges, around.formats.differences)
    yield from tables.check_filter(part, root, here, facts.filters.get(place), own)
    yield from drawings.check_drawings(facts.package, part, root, around.sheets, own)
    covered = sheets.rows_of(merges) if own else {}
    scan = Scan(Grid(part, around.formats, facts.strings, around.sheets, own, tables.headers_of(here), covered))
    yield from scan.check(cells)
    if own:
        yield from sheets.check_used(part, root, scan.used)


def split_cells(data: bytes) -> tuple[bytes, bytes]:
    """What stands inside `sheetData`, and the sheet without it."""
    start = data.find(_START)
    inside, end = data.find(b">", start) + 1, data.rfind(_END)
    if start < 0 or end < inside:
        return b"", data
    return data[inside:end], data[:inside] + data[end:]
