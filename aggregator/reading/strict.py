"""The strict reader: bytes of an .xlsx or .xlsm in, one `RawBook` or one finding out.

It reads the few parts that matter, keeps the characters of every number, and never guesses: whatever Excel would
repair, or two programs would read differently, is given back with the part and the cell. No bytes make it raise.
"""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.findings import Finding
from aggregator.reading import limits, package, quick, quick_strings, refusals, xml
from aggregator.reading.book import RawBook, RawSheet
from aggregator.reading.container import Archive, open_archive
from aggregator.reading.grid import read_sheet
from aggregator.reading.limits import Bounds
from aggregator.reading.memory import SMALL
from aggregator.reading.package import MAIN, ContentTypes, Link
from aggregator.reading.refusals import Refused
from aggregator.reading.sniff import sniff
from aggregator.reading.strings import Budget, Table, read_strings
from aggregator.reading.styles import NO_FORMATS, Formats, read_formats
from aggregator.reading.workbook import ListedSheet, list_worksheets, read_properties, read_workbook

Links = Mapping[str, Link]
_MARKUP = (".xml", ".rels", ".vml")


def open_book(data: bytes, bounds: Bounds | None = None) -> tuple[RawBook | None, tuple[Finding, ...]]:
    """The workbook as it stands, or `None` and exactly one finding that says why not."""
    bounds = bounds or limits.form_bounds()
    wrong = _wrong_kind(data, bounds)
    if wrong is not None:
        return None, (wrong,)
    try:
        return _read_book(open_archive(data, bounds), bounds), ()
    except Refused as refused:
        return None, (refused.finding(),)


def _wrong_kind(data: bytes, bounds: Bounds) -> Finding | None:
    """What can be said before the container is opened."""
    if len(data) > bounds.file.value:
        return Refused(bounds.file).finding()
    kind = sniff(data)
    if kind == "xlsx":
        return None
    if kind in ("empty", "encrypted"):
        return Finding(f"file-{kind}")
    if not any(data):
        return Finding("file-damaged", found="NUL")
    return Finding("file-not-a-workbook", found=kind)


def _read_book(archive: Archive, bounds: Bounds) -> RawBook:
    types = package.read_content_types(archive)
    root = package.read_links(archive, "")
    part = package.find_workbook(root)
    with_macros = package.check_workbook_type(types, part)
    links = package.read_links(archive, part)
    book = read_workbook(archive, part)
    listed = list_worksheets(book, links, types, part)
    properties = read_properties(archive, package.only_part(root, "core-properties", "_rels/.rels"))
    budget = Budget(bounds)
    strings = _strings(archive, types, links, part, budget)
    formats = _formats(archive, types, links, part)
    sheets = tuple(_sheet(archive.read(sheet.part), sheet, strings, formats, budget) for sheet in listed)
    external = _check_externals(archive, links)
    check_unread(archive)
    return RawBook(
        sheets,
        date1904=book.date1904,
        macros=with_macros or any(link.kind == "vbaProject" for link in links.values()),
        external_links=external,
        saved=properties.saved,
        names=book.names,
        keywords=properties.keywords,
    )


def _strings(archive: Archive, types: ContentTypes, links: Links, source: str, budget: Budget) -> Table:
    part = package.only_part(links, "sharedStrings", source)
    if part is None:
        return Table()
    package.check_type(types, part, package.STRINGS)
    data = archive.read(part)
    known = quick_strings.read_strings(data, budget)
    return Table(read_strings(data, part, budget), small=len(data) <= SMALL) if known is None else known


def _sheet(data: bytes, listed: ListedSheet, strings: Table, formats: Formats, budget: Budget) -> RawSheet:
    """By the short way where it leads to the end."""
    known = quick.read_sheet(data, listed, strings, formats, budget)
    return read_sheet(data, listed, strings, formats, budget) if known is None else known


def _formats(archive: Archive, types: ContentTypes, links: Links, source: str) -> Formats:
    part = package.only_part(links, "styles", source)
    if part is None:
        _check_unlinked(archive, types)
        return NO_FORMATS
    package.check_type(types, part, package.STYLES)
    return read_formats(archive.read(part), part)


def _check_unlinked(archive: Archive, types: ContentTypes) -> None:
    """Styles to which no relationship leads are still found by some programs, which then take numbers for dates."""
    for entry in archive.entries.values():
        if types.of(entry.name) == package.STYLES.lower():
            raise Refused(refusals.RELATIONSHIP, entry.name)


def _refuse_dde(_target: None, _attributes: xml.Attributes) -> None:
    raise Refused(refusals.DDE)


_EXTERNAL: xml.Node[None] = xml.Node({f"{MAIN}ddeLink": xml.Node(start=_refuse_dde)})


def _check_externals(archive: Archive, links: Links) -> bool:
    """Whether the workbook points to others; a link that starts a program is refused."""
    found = False
    for link in links.values():
        if link.kind == "externalLink" and link.target is not None:
            found = True
            walked = archive.read(link.target)
            xml.walk(walked, link.target, f"{MAIN}externalLink", _EXTERNAL, None, frozenset({f"{MAIN}ddeLink"}))
    return found


def check_unread(archive: Archive) -> None:
    """A DOCTYPE in any part is an attack on somebody, also where we do not look."""
    for name in sorted(archive.entries.keys() - archive.opened):
        if name.endswith(_MARKUP) and xml.has_doctype(archive.read(name)):
            raise Refused(refusals.DOCTYPE, archive.entries[name].name)
