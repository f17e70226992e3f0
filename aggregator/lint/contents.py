"""What stands in one cell, wherever it stands: its formula, the value stored with it, its type."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.lint.fault import shown
from aggregator.lint.formats import Formats
from aggregator.lint.formulas import formula_faults
from aggregator.lint.strings import text_faults, text_in
from aggregator.reading.areas import Area

MAX_NUMBER = 1e308

Header = tuple[int, Sequence[str]]
"""First column of a table, and what its header cells must say."""

_ATTRIBUTE = re.compile(rb'\s([\w:]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
CONTENT = re.compile(
    rb"\s*(?:<f(?P<attributes>\s[^>]*?)?(?:/>|>(?P<formula>[^<]*)</f>)\s*)?"
    rb"(?:<v(?:\s[^>]*)?(?:/>|>(?P<value>[^<]*)</v>)\s*)?(?:(?P<inline><is>.*</is>|<is/>)\s*)?",
    re.DOTALL,
)
_EMPTY_TEXT = '""'
"""Only a formula that holds it can have the empty text as its result, which XlsxWriter stores as `<v></v>`."""
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_CELLS = rb"\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?"
_SUM = re.compile(rb"<f>SUM\((?:'([^'&<]+)'!)?%b(?:,%b){0,200}\)</f><v>-?[0-9]{1,17}</v>" % (_CELLS, _CELLS))
_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_TYPES = frozenset({"", "b", "d", "e", "inlineStr", "n", "s", "str"})


@dataclass(frozen=True, slots=True)
class Grid:
    """What the cells of one sheet are held against."""

    part: str
    formats: Formats
    strings: Sequence[bytes]
    sheets: Collection[str]
    own: bool
    headers: Mapping[int, Sequence[Header]] = field(default_factory=dict)
    """Row → the table headers that stand in it."""
    covered: Mapping[int, Sequence[Area]] = field(default_factory=dict)
    """Row → the merged ranges that cross it."""


def content_faults(kind: bytes, content: bytes, grid: Grid) -> Iterator[tuple[str, str]]:
    """What is wrong with a content wherever it stands: formula, stored value, type."""
    if not content:
        return
    if (total := _SUM.fullmatch(content)) and (not total[1] or total[1].decode().casefold() in grid.sheets):
        return
    found = CONTENT.fullmatch(content)
    if found is None:
        yield "cell-content-unknown", shown(content.decode("utf-8", "replace"))
        return
    shares = b"si" in attributes_of(found["attributes"] or b"")
    if found["formula"]:
        yield from formula_faults(html.unescape(found["formula"].decode()), grid.sheets, grid.own)
    elif b"<f" in content and not shares:
        yield "formula-empty", "no text"
    if grid.own and b"<f" in content and not found["value"] and _EMPTY_TEXT not in html.unescape(content.decode()):
        yield "formula-without-value", "nothing is stored with it"
    yield from _value_faults(kind.decode(), found, grid)


def _value_faults(kind: str, found: re.Match[bytes], grid: Grid) -> Iterator[tuple[str, str]]:
    text = html.unescape((found["value"] or b"").decode())
    if kind not in _TYPES:
        yield "cell-type-unknown", f"t={kind}"
    elif kind in ("inlineStr", "str"):
        yield from text_faults(found["inline"] or b"<t>%b</t>" % (found["value"] or b""), grid.own)
    elif found["value"] is None or (text == "" and b"<f" in found[0]):
        return
    elif kind == "s":
        if _index(text, grid.strings) is None:
            yield "string-index-out-of-range", f"text {shown(text)} of {len(grid.strings)}"
    elif kind == "b":
        if text not in ("0", "1"):
            yield "value-not-boolean", shown(text)
    elif kind == "e":
        if text not in _ERRORS:
            yield "error-value-unknown", shown(text)
    elif kind != "d" and not _is_number(text):
        yield "value-not-a-number", shown(text)


def _index(text: str, strings: Sequence[bytes]) -> int | None:
    fits = len(text) < 10 and text.isascii() and text.isdecimal() and int(text) < len(strings)
    return int(text) if fits else None


def text_of(kind: bytes, content: bytes, strings: Sequence[bytes]) -> str | None:
    """The text that a cell shows; None where it holds no text."""
    found = CONTENT.fullmatch(content)
    if found is None:
        return None
    value = (found["value"] or b"").decode()
    if kind == b"s" and (index := _index(value, strings)) is not None:
        return decoded(text_in(strings[index]))
    if kind == b"inlineStr":
        return decoded(text_in(found["inline"] or b""))
    return decoded(html.unescape(value)) if kind == b"str" else None


def _is_number(text: str) -> bool:
    """Excel keeps no infinity and nothing that only looks like a number."""
    return len(text) < 400 and _NUMBER.fullmatch(text) is not None and abs(float(text)) < MAX_NUMBER


def decoded(text: str) -> str:
    """`_x000a_` as the line break that it stands for."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def attributes_of(head: bytes) -> dict[bytes, bytes]:
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(head)}
