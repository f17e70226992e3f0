"""The package: a zip of parts, the type of each part, and which part leads to which.

Excel refuses a package in which one part stands twice or has no type; it repairs one in which a part leads nowhere.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from aggregator.lint.fault import Broken, Fault, shown
from aggregator.lint.markup import RELATIONS, check_markup, local, parse, twice

TYPES_PART = "[Content_Types].xml"
ROOT = ""
"""The source of the relationships of the package itself."""
MAX_UNPACKED = 2**34
"""Bytes that are looked at; nothing that we write comes near."""
LARGE = 2**23
"""Bytes of a part that is not kept."""
PIECE = 2**20
READING = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError)
"""What goes wrong where a part is damaged."""
MARKUP = (".xml", ".rels", ".vml")
MAX_LINK = 2_079

_TYPE_ENDS = {
    "officeDocument": "main+xml",
    "worksheet": "spreadsheetml.worksheet+xml",
    "styles": "spreadsheetml.styles+xml",
    "sharedStrings": "spreadsheetml.sharedStrings+xml",
    "table": "spreadsheetml.table+xml",
    "comments": "spreadsheetml.comments+xml",
    "drawing": "drawing+xml",
    "chart": "drawingml.chart+xml",
    "theme": "theme+xml",
    "core-properties": "core-properties+xml",
    "extended-properties": "extended-properties+xml",
    "custom-properties": "custom-properties+xml",
    "vmlDrawing": "vmlDrawing",
}


@dataclass(frozen=True, slots=True)
class Relation:
    id: str
    kind: str
    target: str
    """A part of the package; of an outside target, its address."""
    outside: bool


@dataclass(frozen=True, slots=True)
class Package:
    contents: Contents
    parts: tuple[str, ...]
    """The names in the zip, one that stands there twice included."""
    types: Mapping[str, str]
    """Part or `.extension`, in small letters → content type."""
    relations: Mapping[str, tuple[Relation, ...]]

    def read(self, part: str) -> bytes:
        return self.contents[part]

    def pieces(self, part: str) -> Iterator[bytes]:
        """The same, of a large part piece by piece."""
        return self.contents.pieces(part)

    def size(self, part: str) -> int:
        return self.contents.size(part)

    def type_of(self, part: str) -> str | None:
        return self.types.get(part.lower()) or self.types.get(f".{part.rpartition('.')[2].lower()}")

    def leading(self, source: str, kind: str) -> list[Relation]:
        """The relationships of one kind that leave a part, to parts that exist."""
        kept = (line for line in self.relations.get(source, ()) if line.kind == kind and not line.outside)
        return [line for line in kept if line.target in self.parts]


def open_package(data: bytes | Path) -> Package:
    try:
        archive = zipfile.ZipFile(data if isinstance(data, Path) else io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Broken(Fault("not-a-zip", "", "", shown(str(error)))) from None
    if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED:
        raise Broken(Fault("too-large", "", "", f"more than {MAX_UNPACKED} bytes unpacked"))
    parts = tuple(item.filename for item in archive.infolist() if not item.is_dir())
    contents = Contents(archive)
    if TYPES_PART not in parts:
        raise Broken(Fault("part-missing", TYPES_PART, "", "no part has a type"))
    types = _types(contents[TYPES_PART])
    relations = {_source(part): _relations(part, contents[part]) for part in parts if part.endswith(".rels")}
    return Package(contents, parts, MappingProxyType(types), MappingProxyType(relations))


class Contents(Mapping[str, bytes]):
    """The bytes of each part. Large ones are unpacked whenever they are wanted, and piece by piece by `pieces`."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._sizes = {item.filename: item.file_size for item in archive.infolist() if not item.is_dir()}
        small = (part for part, size in self._sizes.items() if size <= LARGE or not part.endswith(MARKUP))
        self._small = {part: _read(archive, part) for part in small}

    def __getitem__(self, part: str) -> bytes:
        known = self._small.get(part)
        return _read(self._archive, part) if known is None else known

    def pieces(self, part: str) -> Iterator[bytes]:
        return iter([self._small[part]]) if part in self._small else _in_pieces(self._archive, part)

    def size(self, part: str) -> int:
        return self._sizes[part]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sizes)

    def __len__(self) -> int:
        return len(self._sizes)


def _read(archive: zipfile.ZipFile, part: str) -> bytes:
    try:
        return archive.read(part)
    except READING as error:
        raise Broken(Fault("part-damaged", part, "", shown(str(error)))) from None


def _in_pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    try:
        with archive.open(part) as file:
            while piece := file.read(PIECE):
                yield piece
    except READING as error:
        raise Broken(Fault("part-damaged", part, "", shown(str(error)))) from None


def _types(data: bytes) -> dict[str, str]:
    lines = [(local(line.tag), line.attrib) for line in parse(TYPES_PART, data)]
    parts = {line.get("PartName", "").lower().lstrip("/"): line for tag, line in lines if tag == "Override"}
    endings = {f".{line.get('Extension', '').lower()}": line for tag, line in lines if tag == "Default"}
    return {name: line.get("ContentType", "") for name, line in (parts | endings).items()}


def _source(part: str) -> str:
    """`xl/_rels/workbook.xml.rels` → `xl/workbook.xml`; `_rels/.rels` → the package."""
    folder, name = posixpath.split(part)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def _relations(part: str, data: bytes) -> tuple[Relation, ...]:
    folder = posixpath.dirname(_source(part))
    found = []
    for line in parse(part, data):
        target, outside = line.get("Target", ""), line.get("TargetMode") == "External"
        if not outside:
            target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
        kind = line.get("Type", "").rpartition("/")[2]
        found.append(Relation(line.get("Id", ""), kind, target, outside))
    return tuple(found)


def check_package(package: Package, own: bool) -> Iterator[Fault]:
    yield from _check_parts(package)
    yield from _check_types(package)
    for source, lines in package.relations.items():
        yield from _check_relations(package, source, lines)
    if own:
        yield from _check_reached(package)
    for part in package.parts:
        if part.endswith(MARKUP):
            yield from check_markup(part, package.pieces(part))


def _check_parts(package: Package) -> Iterator[Fault]:
    for name in twice(part.lower() for part in package.parts):
        yield Fault("part-twice", name, "", "stands in the zip more than once; capital letters make no difference")


def _check_types(package: Package) -> Iterator[Fault]:
    for part in package.parts:
        if part != TYPES_PART and not package.type_of(part):
            yield Fault("part-without-content-type", part, "", "neither an Override nor a Default names its type")
    known = {part.lower() for part in package.parts}
    for name in package.types:
        if not name.startswith(".") and name not in known:
            yield Fault("content-type-without-part", TYPES_PART, name, "a type for a part that is not there")


def _check_relations(package: Package, source: str, lines: tuple[Relation, ...]) -> Iterator[Fault]:
    part = source or "_rels/.rels"
    if source and source not in package.parts:
        yield Fault("relationship-source-missing", source, "", "relationships of a part that is not there")
    for name in twice(line.id for line in lines):
        yield Fault("relationship-twice", part, name, "several relationships have this id")
    for line in lines:
        if line.outside:
            if len(line.target) > MAX_LINK:
                yield Fault("hyperlink-too-long", part, line.id, f"{len(line.target)} characters, not {MAX_LINK}")
        elif line.kind != "hyperlink" and line.target not in package.parts:
            yield Fault("relationship-target-missing", part, line.id, f"leads to {shown(line.target)}")
        elif (end := _TYPE_ENDS.get(line.kind)) and not (package.type_of(line.target) or end).endswith(end):
            yield Fault("content-type-wrong", line.target, "", f"{package.type_of(line.target)} for a {line.kind}")


def _check_reached(package: Package) -> Iterator[Fault]:
    reached = {line.target for lines in package.relations.values() for line in lines}
    for part in package.parts:
        if part != TYPES_PART and not part.endswith(".rels") and part not in reached:
            yield Fault("part-unreached", part, "", "no relationship leads to it")


def check_uses(package: Package, part: str, root: Element) -> Iterator[Fault]:
    """Every relationship that a part names is one of its own."""
    known = {line.id for line in package.relations.get(part, ())}
    for element in root.iter():
        for name, value in element.attrib.items():
            if name.startswith(RELATIONS) and value not in known:
                yield Fault("relationship-unknown", part, value, f"{local(element.tag)} names no relationship")
