"""A document for programs as text: line by line, so that a large one is never in memory as a whole, and fast."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
"""Without indentation, which would take ten times as long."""


def json_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """One JSON document; what stands under a key has a line for each of its entries."""
    yield "{"
    for number, (key, value) in enumerate(document.items(), start=1):
        yield from _member(f"  {_ENCODE(key)}: ", value, "," if number < len(document) else "")
    yield "}"


def _member(head: str, value: Any, comma: str) -> Iterator[str]:
    if not value or not isinstance(value, dict | list | tuple):
        yield f"{head}{_ENCODE(value)}{comma}"
        return
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    yield f"{head}{opened}"
    for number, entry in enumerate(_entries(value), start=1):
        yield f"    {entry}," if number < len(value) else f"    {entry}"
    yield f"  {closed}{comma}"


def _entries(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{_ENCODE(key)}: {_ENCODE(entry)}" for key, entry in value.items())
    else:
        yield from map(_ENCODE, value)
