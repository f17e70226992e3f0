"""One bounded pass of expat over one part.

A caller declares, as a tree of nodes, the elements it wants and where they may stand; all else is skipped, or refused
where skipping could hide a number. A part is fed whole after its size was bounded: in pieces, one long token costs
quadratic time. Entities cannot be declared, for a DOCTYPE is refused before its first line is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from xml.parsers import expat

from aggregator.reading import limits, refusals
from aggregator.reading.limits import Limit
from aggregator.reading.refusals import Refused

Target = TypeVar("Target")
Attributes = dict[str, str]

_ENDS = tuple(
    (start.encode(codec), end.encode(codec))
    for start, end in (("<!--", "-->"), ("<?", "?>"))
    for codec in ("utf-8", "utf-16-le", "utf-16-be")
)
_ENCODINGS = frozenset({"utf-8", "utf8", "utf-16", "utf16", "utf-16le", "utf-16be", "us-ascii"})
_DOCTYPE = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E")


@dataclass(frozen=True, slots=True)
class Node(Generic[Target]):
    """What to do at one element: handlers take the target; `text` also the characters directly inside.

    `flow` takes them piece by piece, before each child and at the end, for text that has elements in it.
    With `closed`, an element that is not among the children breaks the part; else it is skipped with all it holds.
    With `closed` and `text`, so does a comment, an instruction or a CDATA section: readers differ in what remains.
    """

    children: Mapping[str, Node[Target]] = field(default_factory=dict)
    start: Callable[[Target, Attributes], None] | None = None
    end: Callable[[Target], None] | None = None
    text: Callable[[Target, str], None] | None = None
    closed: bool = False
    flow: Callable[[Target, str], None] | None = None


_SKIPPED: Node[Any] = Node()


def walk(
    data: bytes,
    part: str,
    root: str,
    node: Node[Target],
    target: Target,
    only_here: frozenset[str] = frozenset(),
    tags: Limit | None = None,
) -> None:
    """Feed `data` to the handlers under `node`, whose element is `root`; `only_here` are names never skipped over."""
    most = tags or limits.TAGS
    if data.count(b"<") > most.value:
        raise Refused(most, part)
    if _has_long_token(data, limits.TOKEN.value):
        raise Refused(limits.TOKEN, part)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.XmlDeclHandler = _check_encoding
    _attach(parser, Node({root: node}, closed=True), target, only_here, len(data) > limits.ATTRIBUTE.value)
    try:
        parser.Parse(data, True)
    except Refused as refused:
        raise refused.at(part) from None
    except (expat.ExpatError, ValueError, LookupError):
        raise Refused(refusals.BROKEN_XML, part) from None


def _attach(
    parser: expat.XMLParserType, node: Node[Target], target: Target, only_here: frozenset[str], long: bool
) -> None:
    """Closures, not methods: these two functions run for every element of every form."""
    above: list[Node[Target]] = []
    chunks: list[str] = []
    most = limits.ATTRIBUTES.value

    def start(name: str, attributes: Attributes) -> None:
        nonlocal node
        above.append(node)
        child = node.children.get(name) or _unknown(node, name, only_here, len(above))
        if long or len(attributes) > most:
            _check_attributes(attributes)
        if node.flow is not None:
            node.flow(target, "".join(chunks))
        node = child
        if child.text is not None or child.flow is not None:
            chunks.clear()
        if child.start is not None:
            child.start(target, attributes)

    def end(_name: str) -> None:
        nonlocal node
        if take := node.text or node.flow:
            take(target, "".join(chunks))
        if node.end is not None:
            node.end(target)
        node = above.pop()
        if node.flow is not None:
            chunks.clear()

    def interrupt(*_: object) -> None:
        if node.closed and node.text is not None:
            raise Refused(refusals.PLAIN_TEXT)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = chunks.append
    parser.CommentHandler = parser.ProcessingInstructionHandler = parser.StartCdataSectionHandler = interrupt


def _unknown(node: Node[Target], name: str, only_here: frozenset[str], depth: int) -> Node[Target]:
    """An element nobody asked for: skipped, unless that could hide something that counts."""
    if depth == 1:
        raise Refused(refusals.STRICT if "purl.oclc.org/ooxml" in name else refusals.WRONG_ROOT)
    if node.closed or node.text is not None or name in only_here:
        raise Refused(refusals.ELSEWHERE)
    if depth > limits.DEPTH.value:
        raise Refused(limits.DEPTH)
    return _SKIPPED


def _refuse_doctype(*_: object) -> None:
    raise Refused(refusals.DOCTYPE)


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    """Anything but Unicode would be read by some and guessed by others."""
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise Refused(refusals.ENCODING)


def _check_attributes(attributes: Attributes) -> None:
    if len(attributes) > limits.ATTRIBUTES.value:
        raise Refused(limits.ATTRIBUTES)
    if any(len(value) > limits.ATTRIBUTE.value for value in attributes.values()):
        raise Refused(limits.ATTRIBUTE)


def _has_long_token(data: bytes, longest: int) -> bool:
    """Python feeds expat a megabyte at a time, so a longer tag, comment or instruction is scanned again and again.

    It must be seen before: as a stretch without `<`, or by its two ends where it may hold a `<`.
    """
    at = 0
    while at + longest < len(data):
        at = data.rfind(b"<", at, at + longest + 1) + 1
        if at == 0:
            return True
    return len(data) > longest and any(_is_far(data, *ends, longest) for ends in _ENDS)


def _is_far(data: bytes, start: bytes, end: bytes, longest: int) -> bool:
    at = data.find(start)
    while at >= 0:
        stop = data.find(end, at)
        if stop < 0 or stop - at > longest:
            return True
        at = data.find(start, stop)
    return False


_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_LEGAL = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def resolved(text: str) -> str | None:
    """Character data with its references read; `None` where one is unknown or means no character."""
    if "&" not in text:
        return text
    pieces = _ENTITY.split(text)
    if any("&" in piece for piece in pieces[::4]):
        return None
    characters = list(map(_referred, pieces[1::4], pieces[2::4], pieces[3::4]))
    return None if None in characters else "".join(map(str.__add__, pieces[::4], (*map(str, characters), "")))


def _referred(name: str | None, decimal: str | None, hexadecimal: str | None) -> str | None:
    if name:
        return _ENTITIES[name]
    code = int(decimal) if decimal else int(hexadecimal or "", 16)
    return chr(code) if code < 0x110000 and _LEGAL.fullmatch(chr(code)) else None


def has_doctype(data: bytes) -> bool:
    """Whether a part that nobody parses brings a DOCTYPE, in UTF-8 or UTF-16."""
    return b"!" in data and _DOCTYPE.search(data) is not None
