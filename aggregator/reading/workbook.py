"""What two parts of the package say: the list of sheets and the document properties."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from aggregator.reading import limits, refusals
from aggregator.reading.book import State
from aggregator.reading.container import Archive
from aggregator.reading.leaves import put_back, take_texts
from aggregator.reading.memory import kept, remembered
from aggregator.reading.package import MAIN, OFFICE, WORKSHEET, ContentTypes, Link, check_type, is_true
from aggregator.reading.refusals import Refused
from aggregator.reading.xml import Attributes, Node, walk

_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties "
_DUBLIN = "http://purl.org/dc/terms/ "
_NOT_READ = {"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"}
_STATES: dict[str, State] = {"visible": "visible", "hidden": "hidden", "veryHidden": "veryHidden"}


@dataclass(frozen=True, slots=True)
class ListedSheet:
    """A worksheet as the workbook lists it."""

    name: str
    state: State
    part: str


@dataclass(slots=True)
class Workbook:
    """What `xl/workbook.xml` says, as it stands there."""

    sheets: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, state, relationship."""
    names: dict[str, str] = field(default_factory=dict)
    date1904: bool = False
    current: str | None = None
    lists: int = 0
    count: int = 0


@dataclass(slots=True)
class Properties:
    """The two document properties that matter."""

    saved: str | None = None
    keywords: str | None = None


def _set_flags(book: Workbook, attributes: Attributes) -> None:
    book.date1904 = is_true(attributes.get("date1904"))


def _start_list(book: Workbook, _attributes: Attributes) -> None:
    book.lists += 1
    if book.lists > 1:
        raise Refused(refusals.ELSEWHERE)


def _add_sheet(book: Workbook, attributes: Attributes) -> None:
    name, link = attributes.get("name"), attributes.get(f"{OFFICE} id")
    state = attributes.get("state", "visible")
    if not name or link is None or state not in _STATES:
        raise Refused(refusals.BAD_SHEET)
    if len(name) > limits.SHEET_NAME.value:
        raise Refused(limits.SHEET_NAME)
    if len(book.sheets) >= limits.SHEETS.value:
        raise Refused(limits.SHEETS)
    book.sheets.append((name, state, link))


def _start_name(book: Workbook, attributes: Attributes) -> None:
    book.count += 1
    if book.count > limits.NAMES.value:
        raise Refused(limits.NAMES)
    book.current = attributes.get("name", "") if "localSheetId" not in attributes else None


def _take_name(book: Workbook, text: str) -> None:
    if len(text) > limits.NAME.value:
        raise Refused(limits.NAME)
    if book.current:
        book.names[book.current[: limits.NAME.value]] = text


_WORKBOOK_NODE: Node[Workbook] = Node(
    {
        f"{MAIN}workbookPr": Node(start=_set_flags),
        f"{MAIN}sheets": Node({f"{MAIN}sheet": Node(start=_add_sheet)}, start=_start_list, closed=True),
        f"{MAIN}definedNames": Node({f"{MAIN}definedName": Node(start=_start_name, text=_take_name)}),
    }
)


def read_workbook(archive: Archive, part: str) -> Workbook:
    data = archive.read(part)
    taken = take_texts(data, limits.NAME.value)
    if taken is None:
        return _read_workbook(data, part)
    known = _known_workbook(taken[0], part)
    return replace(known, names={name: put_back(text, taken[1]) or "" for name, text in known.names.items()})


def _read_workbook(data: bytes, part: str) -> Workbook:
    book = Workbook()
    only_here = frozenset({f"{MAIN}sheets", f"{MAIN}sheet"})
    walk(data, part, f"{MAIN}workbook", _WORKBOOK_NODE, book, only_here)
    return book


_known_workbook = remembered(32)(_read_workbook)


@kept(256)
def _folded(name: str) -> str:
    """What Excel compares the names of sheets by."""
    return unicodedata.normalize("NFC", name).casefold()


def list_worksheets(book: Workbook, links: Mapping[str, Link], types: ContentTypes, part: str) -> list[ListedSheet]:
    """The worksheets in workbook order; chart and dialogue sheets hold no cells and are left out."""
    seen: set[str] = set()
    listed: list[ListedSheet] = []
    for name, state, key in book.sheets:
        link = links.get(key)
        for mark in (_folded(name), f"\0{key}", f"\0{link.target if link else ''}"):
            if mark in seen:
                raise Refused(refusals.SHEET_TWINS, part)
            seen.add(mark)
        if link is None or link.target is None or link.kind not in {"worksheet", *_NOT_READ}:
            raise Refused(refusals.BAD_SHEET, part)
        if link.kind == "worksheet":
            check_type(types, link.target, WORKSHEET)
            listed.append(ListedSheet(name, _STATES[state], link.target))
    if not listed:
        raise Refused(refusals.NO_SHEET, part)
    return listed


def _limited(setter: Callable[[Properties, str], None]) -> Callable[[Properties, str], None]:
    def take(properties: Properties, text: str) -> None:
        if len(text) > limits.PROPERTY.value:
            raise Refused(limits.PROPERTY)
        setter(properties, text)

    return take


def _take_saved(properties: Properties, text: str) -> None:
    properties.saved = text


def _take_keywords(properties: Properties, text: str) -> None:
    properties.keywords = text


_CORE_NODE: Node[Properties] = Node(
    {f"{_DUBLIN}modified": Node(text=_limited(_take_saved)), f"{_CORE}keywords": Node(text=_limited(_take_keywords))}
)


def read_properties(archive: Archive, part: str | None) -> Properties:
    """What the document properties say; a file without them is a file without them."""
    if part is None or not archive.has(part):
        return Properties()
    data = archive.read(part)
    taken = take_texts(data, limits.PROPERTY.value)
    if taken is None:
        return _read_properties(data, part)
    known = _known_properties(taken[0], part)
    return Properties(put_back(known.saved, taken[1]), put_back(known.keywords, taken[1]))


def _read_properties(data: bytes, part: str) -> Properties:
    properties = Properties()
    walk(data, part, f"{_CORE}coreProperties", _CORE_NODE, properties)
    return properties


_known_properties = remembered(32)(_read_properties)
