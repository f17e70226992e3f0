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
from aggregator.lint.rows import fragments, without_rows
from aggregator.lint.sheets import Around


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
    last: dict[str, Element] = field(default_factory=dict)
    """The sheet that was parsed last, without its rows: it is looked at for itself, then for its cells."""


def check_workbook(package: Package, own: bool, but_largest: bool = False) -> Iterator[Fault]:
    """`but_largest`: without the cells of the largest sheet."""
    yield from check_properties(package)
    books = package.leading(ROOT, "officeDocument")
    if not books:
        yield Fault("part-missing", "xl/workbook.xml", "", "no relationship leads to a workbook")
        return
    part = books[0].target
    root = parse(part, package.read(part))
    yield from check_uses(package, part, root)
    yield from names.check_names(part, root, own)
    facts = _facts(package, part, root, own)
    yield from _check_looks(part, facts)
    sheets_in_order = _sheets(part, facts)
    spared = _largest(package, sheets_in_order) if but_largest else None
    for place, target in sheets_in_order:
        yield from _check_sheet(target, place, facts)
        if target != spared:
            yield from _check_cells(target, facts)
    yield from tables.check_names(facts.tables, facts.around.names)
    yield from names.check_selected(facts.selected)


def check_largest(package: Package, own: bool) -> Iterator[Fault]:
    """The cells of the largest sheet alone."""
    for book in package.leading(ROOT, "officeDocument")[:1]:
        facts = _facts(package, book.target, parse(book.target, package.read(book.target)), own)
        if part := _largest(package, _sheets(book.target, facts)):
            yield from _check_cells(part, facts)


def _facts(package: Package, part: str, root: Element, own: bool) -> Facts:
    styles, texts = (_first(package, part, kind) for kind in ("styles", "sharedStrings"))
    found = formats.read_formats(parse(styles, package.read(styles))) if styles else formats.Formats()
    items = strings.split_strings(package.read(texts)) if texts else []
    known = frozenset(name.casefold() for name in names.sheet_names(root))
    around = Around(known, names.defined_names(root), found, own)
    return Facts(package, root, around, items, names.filters(root))


def _check_looks(part: str, facts: Facts) -> Iterator[Fault]:
    """The formats and the shared texts."""
    package, own = facts.package, facts.around.own
    if styles := _first(package, part, "styles"):
        yield from formats.check_formats(styles, parse(styles, package.read(styles)), own)
    if texts := _first(package, part, "sharedStrings"):
        yield from strings.check_strings(texts, package.read(texts), facts.strings, own)


def _sheets(part: str, facts: Facts) -> list[tuple[int, str]]:
    """Place and part of the worksheets, in order."""
    targets = {line.id: line.target for line in facts.package.leading(part, "worksheet")}
    found = ((place, targets.get(sheet.get(ID, ""))) for place, sheet in enumerate(facts.root.findall("sheets/sheet")))
    return [(place, target) for place, target in found if target]


def _largest(package: Package, found: list[tuple[int, str]]) -> str | None:
    return max((target for _, target in found), key=package.size, default=None)


def _first(package: Package, source: str, kind: str) -> str | None:
    return next((line.target for line in package.leading(source, kind)), None)


def _check_sheet(part: str, place: int, facts: Facts) -> Iterator[Fault]:
    root = _without_rows(part, facts)
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


def _without_rows(part: str, facts: Facts) -> Element:
    if part not in facts.last:
        root = parse(part, without_rows(facts.package.pieces(part)))
        facts.last.clear()
        facts.last[part] = root
    return facts.last[part]


def _check_cells(part: str, facts: Facts) -> Iterator[Fault]:
    """The rows of one sheet and what stands in them."""
    around, own = facts.around, facts.around.own
    root = _without_rows(part, facts)
    covered = sheets.rows_of(sheets.merged(root)) if own else {}
    headers = tables.headers_of(tables.read_tables(facts.package, part))
    scan = Scan(Grid(part, around.formats, facts.strings, around.sheets, own, headers, covered))
    yield from scan.check(fragments(facts.package.pieces(part)))
    if own:
        yield from sheets.check_used(part, root, scan.used)
