"""The very hidden sheet of a consolidated workbook: its content once more, for programs, with a hash per line.

One line per fact: its kind in A, a JSON text in B, the SHA-256 of line number, kind and text in C. The last line holds
a hash over all lines and, where there is a key, the HMAC over them. Everything is text in ASCII: no program that saves
the workbook again makes a number, a date or another spelling of it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aggregator.consolidation import Consolidation
from aggregator.findings import Finding, Findings
from aggregator.forms import FigureKey, Form
from aggregator.outputs.workbook_layout import CHECK_SHEET
from aggregator.reading.book import RawSheet, a1
from aggregator.register import Unit
from aggregator.seal import Token, mac
from aggregator.submission import Leaf

SCHEMA = 1
LABEL = "result"
"""Keeps this HMAC apart from the token's and the password's, which use the same key."""

Line = tuple[str, str, str]
"""Kind, JSON text, hash: the three cells of a line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that was read back: its sheet row, kind and content."""

    row: int
    kind: str
    content: Any


def hidden_lines(result: Consolidation, leaves: Iterable[Leaf], token: Token, key: bytes | None) -> tuple[Line, ...]:
    """All lines of the sheet. `leaves` are those of the result with the units as the register has them."""
    lines = tuple(
        (kind, text, _hash(row, kind, text))
        for row, (kind, text) in enumerate(_facts(result, tuple(leaves), token), start=1)
    )
    end = _dump({"lines": len(lines), **_seal(lines, key)})
    return (*lines, ("end", end, _hash(len(lines) + 1, "end", end)))


def _facts(result: Consolidation, leaves: tuple[Leaf, ...], token: Token) -> Iterator[tuple[str, str]]:
    head = {"schema": SCHEMA, "token": token.text, "fingerprint": result.form.fingerprint, "at": result.at.code}
    yield "head", _dump({**head, "as_of": result.as_of})
    for unit in reversed(result.register.ancestors(result.at.code)):
        yield "above", _dump(_unit(unit))
    for unit in needed_units(result, leaves):
        yield "unit", _dump(_unit(unit))
    for leaf in leaves:
        yield "leaf", _dump(_leaf(result.form, leaf))
    yield "totals", _dump([result.totals[figure] for figure in result.form.figures])


def needed_units(result: Consolidation, leaves: Iterable[Leaf]) -> Iterator[Unit]:
    """The unit, its direct children and whoever stands between them and a leaf, in register order: parents first."""
    register, at = result.register, result.at.code
    wanted = {at, *(unit.code for unit in register.children[at])}
    for leaf in leaves:
        wanted |= {leaf.unit.code, *(unit.code for unit in register.ancestors(leaf.unit.code))}
    yield from (unit for unit in register.subtree(at) if unit.code in wanted)


def _unit(unit: Unit) -> list[str | None]:
    return [unit.code, unit.name, unit.level, unit.parent, unit.kind]


def _leaf(form: Form, leaf: Leaf) -> dict[str, Any]:
    fields = ("file", "sha256", "version", "inclusive", "held", "saved", "via")
    figures = [leaf.figures.get(figure) for figure in form.typed]
    return {"unit": leaf.unit.code, "figures": figures, **{name: getattr(leaf, name) for name in fields}}


def _dump(content: Any) -> str:
    return json.dumps(content, ensure_ascii=True, separators=(",", ":"))


def _hash(row: int, kind: str, text: str) -> str:
    return hashlib.sha256(f"{row}|{kind}|{text}".encode()).hexdigest()


def _seal(lines: Iterable[Line], key: bytes | None) -> dict[str, str]:
    """Over the hashes of all lines: one hash that anybody can check, and the HMAC of the holder of the key."""
    hashes = [line[2] for line in lines]
    sealed = mac(key, LABEL, *hashes).hex() if key else ""
    return {"hash": hashlib.sha256("|".join(hashes).encode()).hexdigest(), "mac": sealed}


# --- reading back --------------------------------------------------------------------------------------------------


def read_entries(sheet: RawSheet) -> tuple[tuple[Entry, ...], Findings]:
    """All lines, or the cell where the sheet no longer says what was written."""
    lines = tuple(_lines(sheet))
    broken = [row for row, line in enumerate(lines, start=1) if line[2] != _hash(row, line[0], line[1])]
    if not lines or broken or lines[-1][0] != "end":
        row = broken[0] if broken else len(lines) + 1
        return (), (_broken(row, lines[row - 1][1] if broken else None),)
    try:
        entries = tuple(Entry(row, kind, json.loads(text)) for row, (kind, text, _) in enumerate(lines, start=1))
    except ValueError:
        return (), (_broken(1, None),)
    end = entries[-1].content
    whole = isinstance(end, dict) and end.get("hash") == _seal(lines[:-1], None)["hash"]
    return (entries, ()) if whole else ((), (_broken(len(lines), None),))


def _lines(sheet: RawSheet) -> Iterator[Line]:
    """Lines from the first row to the last that holds anything."""
    last = max((row for row, _ in sheet.cells), default=0)
    for row in range(1, last + 1):
        cells = (sheet.cells.get((row, column)) for column in (1, 2, 3))
        kind, text, digest = (cell.text if cell else "" for cell in cells)
        yield kind, text, digest


def _broken(row: int, found: str | None) -> Finding:
    return Finding("seal-broken", sheet=CHECK_SHEET, cell=a1(row, 2), found=found[:80] if found else None)


def check_mac(sheet: RawSheet, entries: tuple[Entry, ...], key: bytes) -> Findings:
    """Nothing where the holder of `key` wrote the sheet."""
    lines = tuple(_lines(sheet))
    said = str(entries[-1].content.get("mac", ""))
    if hmac.compare_digest(said.encode(), _seal(lines[:-1], key)["mac"].encode()):
        return ()
    return (_broken(entries[-1].row, said or None),)


def make_unit(content: list[Any]) -> Unit:
    code, name, level, parent, kind = content
    return Unit(code, name, level, parent, kind)


def make_leaf(form: Form, content: Mapping[str, Any], units: Mapping[str, Unit]) -> Leaf:
    """A leaf as the workbook carries it; `via` is still what stands there."""
    figures: dict[FigureKey, int | None] = dict(zip(form.typed, content["figures"], strict=True))
    fields = ("file", "sha256", "version", "inclusive", "held", "saved", "via")
    return Leaf(unit=units[content["unit"]], figures=figures, **{name: content[name] for name in fields})
