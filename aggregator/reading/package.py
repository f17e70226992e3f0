"""The package inside the container: which parts it has and how they point to each other.

Every part is found the way Excel finds it, through relationships, never by its usual name. Two answers to one
question are refused, for programs differ in which one they take.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from aggregator.reading import limits, refusals
from aggregator.reading.container import Archive
from aggregator.reading.memory import remembered
from aggregator.reading.refusals import Refused
from aggregator.reading.xml import Attributes, Node, walk

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types "
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships "
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_CORE_LINK = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml."
WORKSHEET, STRINGS, STYLES = f"{_MEDIA}worksheet+xml", f"{_MEDIA}sharedStrings+xml", f"{_MEDIA}styles+xml"
_WITH_MACROS = "application/vnd.ms-excel."
_WORKBOOKS = {
    f"{_MEDIA}sheet.main+xml",
    f"{_MEDIA}template.main+xml",
    f"{_WITH_MACROS}sheet.macroenabled.main+xml",
    f"{_WITH_MACROS}template.macroenabled.main+xml",
}
_TRUE = {"1", "true", "on"}


def is_true(value: str | None) -> bool:
    """A truth value as XML writes it."""
    return value in _TRUE


@dataclass(frozen=True, slots=True)
class Link:
    """One relationship: the short name of its kind and the part it points to (`None`: outside the file)."""

    kind: str
    target: str | None


@dataclass(frozen=True, slots=True)
class ContentTypes:
    """Which kind each part is said to be, all in lower case."""

    defaults: Mapping[str, str]
    overrides: Mapping[str, str]

    def of(self, part: str) -> str | None:
        name = part.lower()
        return self.overrides.get(name) or self.defaults.get(name.rpartition(".")[2])


@dataclass(slots=True)
class _Types:
    """Content types while they are read."""

    defaults: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)


def _put(known: dict[str, str], key: str | None, value: str | None) -> None:
    """One answer to each question; the same answer twice is no contradiction."""
    if key is None or value is None or known.setdefault(key.lower(), value.lower()) != value.lower():
        raise Refused(refusals.CONTENT_TYPE)


def _add_default(types: _Types, attributes: Attributes) -> None:
    _put(types.defaults, attributes.get("Extension"), attributes.get("ContentType"))


def _add_override(types: _Types, attributes: Attributes) -> None:
    _put(types.overrides, attributes.get("PartName", "").lstrip("/"), attributes.get("ContentType"))


_TYPES_NODE: Node[_Types] = Node(
    {f"{_TYPES}Default": Node(start=_add_default), f"{_TYPES}Override": Node(start=_add_override)}
)


def read_content_types(archive: Archive) -> ContentTypes:
    part = "[Content_Types].xml"
    return _read_types(archive.read(part), part)


@remembered(16)
def _read_types(data: bytes, part: str) -> ContentTypes:
    types = _Types()
    walk(data, part, f"{_TYPES}Types", _TYPES_NODE, types)
    return ContentTypes(types.defaults, types.overrides)


@dataclass(slots=True)
class _Links:
    """Relationships by their id while one part is read."""

    base: str
    found: dict[str, Link] = field(default_factory=dict)


def _add_link(links: _Links, attributes: Attributes) -> None:
    key, kind = attributes.get("Id"), attributes.get("Type")
    target = attributes.get("Target")
    if not key or kind is None or target is None or key in links.found:
        raise Refused(refusals.RELATIONSHIP)
    if len(links.found) >= limits.RELATIONSHIPS.value:
        raise Refused(limits.RELATIONSHIPS)
    outside = attributes.get("TargetMode") == "External"
    links.found[key] = Link(_short_kind(kind), None if outside else _resolve(links.base, target))


def _short_kind(kind: str) -> str:
    """`worksheet` for the transitional relationship, the whole address for one we do not know."""
    if kind.startswith(_STRICT_OFFICE):
        return f"strict {kind.rpartition('/')[2]}"
    if kind == _CORE_LINK:
        return "core-properties"
    return kind.rpartition("/")[2] if kind.startswith((OFFICE, "http://schemas.microsoft.com/office/")) else kind


def _resolve(base: str, target: str) -> str:
    """The part that a target means, seen from the folder `base`; refused where it climbs out of the file."""
    target = target.replace("\\", "/")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target):
        raise Refused(refusals.OUTSIDE)
    path = posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(base, target))
    if path.startswith(".."):
        raise Refused(refusals.OUTSIDE)
    return path


_LINKS_NODE: Node[_Links] = Node({f"{_LINKS}Relationship": Node(start=_add_link)})


def read_links(archive: Archive, part: str) -> Mapping[str, Link]:
    """The relationships of a part (`""`: of the package) by their id."""
    folder, _, name = part.rpartition("/")
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    return _read_links(archive.read(rels), rels, folder)


@remembered(32)
def _read_links(data: bytes, rels: str, folder: str) -> Mapping[str, Link]:
    links = _Links(folder)
    walk(data, rels, f"{_LINKS}Relationships", _LINKS_NODE, links)
    return links.found


def only_part(links: Mapping[str, Link], kind: str, source: str) -> str | None:
    """The one part of a kind, `None` when there is none; two are one too many."""
    targets = [link.target for link in links.values() if link.kind == kind]
    if len(targets) > 1 or None in targets:
        raise Refused(refusals.RELATIONSHIP, source)
    return targets[0] if targets else None


def find_workbook(links: Mapping[str, Link]) -> str:
    """The part that holds the list of sheets."""
    part = only_part(links, "officeDocument", "_rels/.rels")
    if part is None:
        strict = any(link.kind == "strict officeDocument" for link in links.values())
        raise Refused(refusals.STRICT if strict else refusals.MISSING, "_rels/.rels")
    return part


def check_workbook_type(types: ContentTypes, part: str) -> bool:
    """Whether the workbook is one with macros; refused when the part is no workbook at all."""
    kind = types.of(part)
    if kind not in _WORKBOOKS:
        raise Refused(refusals.CONTENT_TYPE, part)
    return kind.startswith(_WITH_MACROS)


def check_type(types: ContentTypes, part: str, kind: str) -> None:
    """Some programs find parts by content type, others by relationship: both must say the same."""
    if types.of(part) != kind.lower():
        raise Refused(refusals.CONTENT_TYPE, part)
