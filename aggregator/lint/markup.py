"""XML of one part: is it well formed, and its elements under short names.

Elements of the spreadsheet namespace lose it (`row`), all others keep theirs, so that an extension of a later Excel
is never taken for the element of the same name. What is large (the cells, the shared texts) never comes here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from aggregator.lint.fault import Broken, Fault
from aggregator.reading.xml import has_doctype

Name = TypeVar("Name", str, int)

SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
ID = f"{RELATIONS}id"
"""The attribute that points to a relationship of the part."""

_NOT_A_CHARACTER = frozenset(
    {expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN], expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF]}
)
_BLANKS = frozenset(b"\t\n\r")
OVERLAP = 64
"""Bytes of the piece before that are looked at once more: a mark may lie across."""


def check_markup(part: str, pieces: Iterable[bytes]) -> Iterator[Fault]:
    """Well formed, without a DOCTYPE, every character one that XML may hold."""
    parser = expat.ParserCreate()
    before = b""
    start = 0
    try:
        for piece in pieces:
            here = before + piece
            if has_doctype(here):
                yield Fault("doctype", part, "", "a DOCTYPE is refused by every office suite")
                return
            parser.Parse(piece, False)
            start += len(here) - len(before := piece[-OVERLAP:])
        here = before
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        kind = "illegal-character" if _is_character(error.code, here, parser.ErrorByteIndex - start) else "broken-xml"
        yield Fault(kind, part, f"{error.lineno}:{error.offset}", expat.ErrorString(error.code) or "")
    except (LookupError, ValueError) as error:
        yield Fault("broken-xml", part, "1:0", str(error))


def _is_character(code: int, data: bytes, at: int) -> bool:
    """Whether expat stopped at a control character, at bytes that are no UTF-8 (a lone surrogate), or at `&#1;`."""
    if code not in _NOT_A_CHARACTER:
        return False
    near = data[at : at + 2]
    return near == b"&#" or any((byte < 32 and byte not in _BLANKS) or byte > 126 for byte in near)


def parse(part: str, data: bytes) -> Element:
    """The root; a part that is not well formed is `Broken` (`check_markup` says it with its place)."""
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise Broken(Fault("broken-xml", part, "", str(error))) from None
    for element in root.iter():
        element.tag = element.tag.removeprefix(SPREADSHEET)
    return root


def local(name: str) -> str:
    """The name without its namespace."""
    return name.rpartition("}")[2]


def number(attributes: Mapping[str, str], name: str, otherwise: int = 0) -> int:
    """A whole number among the attributes; one that is none counts as absent, the schema checkers name it."""
    text = attributes.get(name, "").removeprefix("-")
    return int(attributes[name]) if text.isdecimal() and len(text) < 12 else otherwise


def decimal(attributes: Mapping[str, str], name: str) -> float:
    try:
        return float(attributes.get(name, "0"))
    except ValueError:
        return float("inf")


def is_true(attributes: Mapping[str, str], name: str) -> bool:
    return attributes.get(name) in ("1", "true", "on")


def twice(values: Iterable[Name]) -> list[Name]:
    """What stands there more than once, in order."""
    return sorted(value for value, times in Counter(values).items() if times > 1)


def check_order(part: str, root: Element, order: Mapping[str, int], repeated: str = "") -> Iterator[Fault]:
    """The children stand in the order of the schema, each once but `repeated`; Excel refuses all else."""
    last, seen = "", set[str]()
    for child in root:
        if child.tag.startswith("{"):
            continue
        if child.tag not in order:
            yield Fault("element-unknown", part, child.tag, f"not a child of {local(root.tag)}")
            continue
        if child.tag in seen and child.tag != repeated:
            yield Fault("element-twice", part, child.tag, f"stands twice in {local(root.tag)}")
        if last and order[child.tag] < order[last]:
            yield Fault("element-order", part, child.tag, f"must stand before {last}")
        seen.add(child.tag)
        last = child.tag


def in_order(names: str) -> Mapping[str, int]:
    return {name: place for place, name in enumerate(names.split())}
