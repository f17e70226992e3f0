"""Core and custom properties of a document: nothing over the length that Excel keeps, no two of one number."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.lint.fault import SHOWN, Fault
from aggregator.lint.markup import local, number, parse
from aggregator.lint.package import ROOT, Package

MAX_PROPERTY, FIRST_PID = 255, 2
_UNBOUND = frozenset({"description", "HeadingPairs", "TitlesOfParts"})
"""The comment of the document, and lists."""


def check_properties(package: Package) -> Iterator[Fault]:
    for line in package.relations.get(ROOT, ()):
        if line.kind.endswith("-properties") and line.target in package.parts:
            yield from _check_part(line.target, package.read(line.target))


def _check_part(part: str, data: bytes) -> Iterator[Fault]:
    pids = set[int]()
    for element in parse(part, data):
        tag, text = local(element.tag), "".join(element.itertext())
        name = element.get("name", tag)
        if tag not in _UNBOUND and max(len(text), len(name)) > MAX_PROPERTY:
            detail = f"{len(text)} characters and a name of {len(name)}, at most {MAX_PROPERTY}"
            yield Fault("property-too-long", part, name[:SHOWN], detail)
        if tag == "property":
            pid = number(element.attrib, "pid")
            if pid < FIRST_PID or pid in pids:
                yield Fault("property-id-wrong", part, name[:SHOWN], f"pid {pid}")
            pids.add(pid)
