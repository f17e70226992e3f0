"""Issued workbooks of many units: one is built, the others take its parts and only exchange what names the unit.

The bytes are those that `write_form` would give. Units share a base where the same cells are open and the same rows
are as high; whatever could make another difference (a text that Excel keeps in another way, or one that already stands
elsewhere in the workbook, where it would be stored once) is built in full.

The packed parts of the base are copied as they are; the three parts that name the unit are written and packed anew
(ZIP as in APPNOTE 6.3.10, sections 4.3.7 and 4.3.12).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape, unescape

from aggregator.styles import across_lines, unit_line
from aggregator.template import Issue, write_form
from aggregator.template_sheets import parent_words, unit_name
from aggregator.text import xml_safe

STRINGS, BOOK, CORE = "xl/sharedStrings.xml", "xl/workbook.xml", "docProps/core.xml"
ITEM = re.compile(r"<si><t[^>]*>(.*?)</t></si>", re.DOTALL)
LOCAL, CENTRAL = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")

MARKS = tuple(map(chr, range(0xE000, 0xE010)))
"""Letters of nobody's alphabet: the first letters of what a base exchanges."""

Kind = tuple[str | None, tuple[str, ...], int]
Texts = tuple[str, ...]


class Press:
    """Makes the workbooks of a campaign, one after the other; keeps one base for each kind of unit."""

    def __init__(self) -> None:
        self._bases: dict[Kind, Base | None] = {}

    def workbook(self, issue: Issue) -> bytes:
        """The same bytes as `write_form`."""
        kind = _kind(issue)
        if kind not in self._bases:
            self._bases[kind] = make_base(issue)
        base = self._bases[kind]
        made = base.workbook(issue) if base else None
        return write_form(issue) if made is None else made


def _kind(issue: Issue) -> Kind:
    """What decides everything in a workbook but the texts that name the unit and those above it."""
    return issue.level, tuple(parent.level for parent in issue.parents), across_lines(unit_line(unit_name(issue)))


def own_texts(issue: Issue) -> Texts:
    """The texts that name the unit: each stands in the table of strings once."""
    token = issue.token
    unit = (issue.unit.code, issue.unit.name) if issue.unit else ()
    above = (text for parent in issue.parents for text in (parent.code, parent.name))
    return token.text, unit_line(unit_name(issue)), *unit, parent_words(issue), token.seal, *above


def _is_plain(text: str) -> bool:
    """Whether the text is stored as it stands: nothing is escaped, trimmed or cut."""
    return bool(text) and text == xml_safe(text).strip() and "_x" not in text and text.isprintable()


@dataclass(frozen=True, slots=True)
class Entry:
    """One part in its package: the entry before its content, the packed content, its line in the directory."""

    name: str
    head: bytes
    packed: bytes
    line: bytes


@dataclass(frozen=True, slots=True)
class Base:
    """A workbook taken apart. `pieces` is the table of strings around the unit's own; `order` says which stands where.

    `others` are all other strings.
    """

    entries: tuple[Entry, ...]
    texts: Mapping[str, str]
    own: Texts
    pieces: Texts
    order: tuple[int, ...]
    others: frozenset[str]

    def workbook(self, issue: Issue) -> bytes | None:
        """The workbook of another unit of the kind, or `None` where it might not be the one that is built."""
        own = own_texts(issue)
        if len(set(own)) < len(own) or not all(map(_is_plain, own)) or not self.others.isdisjoint(own):
            return None
        token = escape(self.own[0])
        parts = {name: text.replace(token, escape(own[0])) for name, text in self.texts.items()}
        return _package(self.entries, {**parts, STRINGS: self._strings(own)})

    def _strings(self, own: Texts) -> str:
        between = (escape(own[number]) for number in self.order)
        return "".join(piece for pair in zip(self.pieces, (*between, ""), strict=True) for piece in pair)


def make_base(issue: Issue) -> Base | None:
    """The base for all units of the kind of this one; `None` where its texts cannot be told from others."""
    marked = _marked(issue)
    if _kind(marked) != _kind(issue):
        return None
    data, own = write_form(marked), own_texts(marked)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = {name: archive.read(name).decode() for name in (STRINGS, BOOK, CORE)}
        entries = tuple(_entries(data, archive))
    strings = texts.pop(STRINGS)
    items = {match[1]: match.span(1) for match in ITEM.finditer(strings)}
    spans = [items.pop(escape(text), None) for text in own]
    if None in spans or any(text.count(escape(own[0])) != 1 for text in texts.values()):
        return None
    placed = sorted((span, number) for number, span in enumerate(spans) if span)
    edges = [0, *(edge for span, _ in placed for edge in span), len(strings)]
    pieces = tuple(strings[edges[at] : edges[at + 1]] for at in range(0, len(edges), 2))
    return Base(entries, texts, own, pieces, tuple(number for _, number in placed), frozenset(map(unescape, items)))


def _marked(issue: Issue) -> Issue:
    """The unit and those above it under names and codes that stand nowhere else in the workbook, and are as long."""
    units = tuple(
        replace(unit, code=MARKS[number] + unit.code[1:], name=MARKS[number] + unit.name[1:])
        for number, unit in enumerate((*((issue.unit,) if issue.unit else ()), *issue.parents))
    )
    return replace(issue, unit=units[0], parents=units[1:]) if issue.unit else issue


# --- the package ---------------------------------------------------------------------------------------------------


def with_parts(data: bytes, texts: Mapping[str, str]) -> bytes:
    """A package that we wrote, with the texts of some parts exchanged."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _package(tuple(_entries(data, archive)), texts)


def _entries(data: bytes, archive: zipfile.ZipFile) -> Iterator[Entry]:
    """Every part in the order of the package, which is that of its directory."""
    at = archive.start_dir
    for info in archive.infolist():
        names = sum(CENTRAL.unpack_from(data, at)[10:13])
        line = data[at : at + CENTRAL.size + names]
        at += len(line)
        start = info.header_offset
        begin = start + LOCAL.size + sum(LOCAL.unpack_from(data, start)[9:11])
        yield Entry(info.filename, data[start:begin], data[begin : begin + info.compress_size], line)


def _package(entries: Sequence[Entry], texts: Mapping[str, str]) -> bytes:
    """The package with some parts exchanged, as `zipfile` would write it."""
    body, directory = bytearray(), bytearray()
    for entry in entries:
        text = texts.get(entry.name)
        new = entry if text is None else _exchanged(entry, text.encode())
        fields = CENTRAL.unpack_from(new.line)
        directory += CENTRAL.pack(*fields[:-1], len(body)) + new.line[CENTRAL.size :]
        body += new.head + new.packed
    number = len(entries)
    end = END.pack(b"PK\x05\x06", 0, 0, number, number, len(directory), len(body), 0)
    return bytes(body + directory + end)


def _exchanged(entry: Entry, content: bytes) -> Entry:
    """Another content under the same name."""
    packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    sizes = (zlib.crc32(content), len(packed), len(content))
    local, line = LOCAL.unpack_from(entry.head), CENTRAL.unpack_from(entry.line)
    head = LOCAL.pack(*local[:6], *sizes, *local[9:]) + entry.head[LOCAL.size :]
    return Entry(entry.name, head, packed, CENTRAL.pack(*line[:7], *sizes, *line[10:]) + entry.line[CENTRAL.size :])
