"""XML changed at single places: expat says where an element begins and ends, everything between stays as it is.

A part that is parsed and written anew loses prefixes, blanks and what the writer did not know; one that is spliced
loses nothing. The parts have gone through the strict reader before, which bounds their size and refuses a DOCTYPE.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from aggregator.text import xml_safe

Attributes = dict[str, str]
Edit = tuple[int, int, bytes]
"""From where to where, and what stands there instead."""

_NAME = re.compile(rb"<([^\s/>]+)")
_HEAD = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")


class CannotMark(Exception):
    """The workbook is built in a way in which it cannot be marked without changing it: `why` names the reason."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class Tag:
    """One element: `start` is its `<`, `inside` the first byte behind its start tag, `close` that of its end tag.

    `end` is the first byte behind it; of an empty element (`<x/>`) `inside`, `close` and `end` are the same.
    """

    name: str
    attributes: Attributes
    depth: int
    start: int
    inside: int
    close: int = 0
    end: int = 0
    parent: Tag | None = field(default=None, repr=False)

    def empty(self, data: bytes) -> bool:
        return data[self.inside - 2 : self.inside] == b"/>"


Visit = Callable[[Tag, Literal["start", "end"]], None]


def scan(data: bytes, visit: Visit) -> None:
    """`visit` every element at its start and again, complete, at its end. Raises `CannotMark` where data is no XML."""
    parser = expat.ParserCreate(namespace_separator=" ")
    open_tags: list[Tag] = []

    def start(name: str, attributes: Attributes) -> None:
        at = parser.CurrentByteIndex
        head = _HEAD.match(data, at)
        if head is None:  # not UTF-8: positions are none of this text
            raise CannotMark("encoding")
        parent = open_tags[-1] if open_tags else None
        open_tags.append(Tag(name.rpartition(" ")[2], attributes, len(open_tags), at, head.end(), parent=parent))
        visit(open_tags[-1], "start")

    def end(_name: str) -> None:
        tag = open_tags.pop()
        tag.close = tag.end = tag.inside
        if not tag.empty(data):
            tag.close = parser.CurrentByteIndex
            tag.end = data.index(b">", tag.close) + 1
        visit(tag, "end")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise CannotMark("xml") from error


def spliced(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The part with all edits made; none reaches into another. Of two at one place the first comes first."""
    pieces: list[bytes] = []
    at = 0
    for start, end, text in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [data[at:start], text]
        at = end
    return b"".join([*pieces, data[at:]])


def prefix_of(data: bytes, tag: Tag) -> str:
    """`x:` where the writer puts it before its names, else nothing."""
    name = _NAME.match(data, tag.start)
    written = name[1].decode() if name else ""
    return written[: written.rindex(":") + 1] if ":" in written else ""


def with_attribute(head: bytes, name: str, value: str) -> bytes:
    """A start tag with one attribute set."""
    text = f" {name}={quoteattr(value)}".encode()
    changed, times = re.subn(rb"\s" + name.encode() + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", lambda _: text, head, count=1)
    if times:
        return changed
    stop = -2 if head.endswith(b"/>") else -1
    return head[:stop].rstrip() + text + head[stop:]


def with_attributes(head: bytes, attributes: Mapping[str, str]) -> bytes:
    for name, value in attributes.items():
        head = with_attribute(head, name, value)
    return head


def add_inside(data: bytes, tag: Tag, children: bytes) -> Edit:
    """Put `children` at the end of an element, an empty one included."""
    if not tag.empty(data):
        return tag.close, tag.close, children
    head = data[tag.start : tag.inside - 2].rstrip() + b">"
    name = _NAME.match(data, tag.start)
    return tag.start, tag.inside, head + children + b"</" + (name[1] if name else b"") + b">"


def root_of(data: bytes) -> Tag:
    """The element that holds everything."""
    found: list[Tag] = []

    def visit(tag: Tag, when: str) -> None:
        if when == "end" and tag.depth == 0:
            found.append(tag)

    scan(data, visit)
    return found[0]


def written(text: str, limit: int) -> str:
    """Anybody's text between two tags."""
    return escape(xml_safe(text, limit))
