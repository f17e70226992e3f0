"""The very hidden sheet of a consolidated workbook: its content once more, for programs, with a hash per line.

One line per piece: kind in A, a JSON text in B, the SHA-256 of line number, kind and text in C; what is longer than a
cell goes on in lines of the kind `more`. The last line holds a hash over all lines and, where there is a key, the HMAC
over them. All is ASCII text: no program that saves the workbook makes a number, a date or another spelling of it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aggregator.consolidation import Consolidation
from aggregator.figures import Figures, values_of
from aggregator.findings import Finding, Findings
from aggregator.forms import Form
from aggregator.outputs.workbook_layout import CHECK_SHEET, Sum
from aggregator.outputs.workbook_lists import Listing
from aggregator.reading.book import Address, RawSheet, a1
from aggregator.register import Unit
from aggregator.report import Note
from aggregator.seal import Mac, Token
from aggregator.submission import Leaf

SCHEMA = 3
LABEL = "result"
"""Keeps this HMAC apart from the token's and the password's, which use the same key."""
MORE = "more"
KINDS = ("head", "above", "unit", "leaf", "totals", "text", "cell", "list", "line", MORE, "end")
LONGEST = 32_000
"""Characters of one piece; a cell keeps 32,767."""
PLAIN_FIELDS = ("file", "sha256", "version", "inclusive", "held", "saved", "via", "origin")
"""What the copy carries of a leaf as it stands."""

Fact = tuple[str, Any]
"""Kind and content: a leaf as it is, all else as JSON has it."""
Line = tuple[str, str, str]
"""Kind, JSON text, hash: the three cells of a line."""
Texts = Mapping[Address, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact that was read back: the sheet row where it begins, kind and content."""

    row: int
    kind: str
    content: Any


@dataclass(frozen=True, slots=True)
class Written:
    """What stands on the visible sheets besides the three of numbers: lists, by sheet the texts at fixed places, and
    numbers and sums beside them."""

    lists: tuple[Listing, ...]
    texts: Mapping[str, Texts]
    cells: Mapping[str, Mapping[Address, int | Sum]] = field(default_factory=dict)


def hidden_lines(facts: Iterable[Fact], form: Form, key: bytes | None) -> Iterator[Line]:
    """All lines of the sheet."""
    texts = ((kind, _dump(_leaf(form, content) if kind == "leaf" else content)) for kind, content in facts)
    pieces = (piece for kind, text in texts for piece in _pieces(kind, text))
    seal = _Seal(key)
    for kind, text in pieces:
        digest = _hash(seal.lines + 1, kind, text)
        seal.add(digest)
        yield kind, text, digest
    end = _dump({"lines": seal.lines, **seal.said()})
    yield "end", end, _hash(seal.lines + 1, "end", end)


def hidden_facts(result: Consolidation, leaves: Sequence[Leaf], written: Written, token: Token) -> Iterator[Fact]:
    """What the sheet says. `leaves` are those of the result with the units as the register has them."""
    head = {"schema": SCHEMA, "token": token.text, "fingerprint": result.form.fingerprint, "at": result.at.code}
    yield "head", {**head, "as_of": result.as_of}
    for unit in reversed(result.register.ancestors(result.at.code)):
        yield "above", _unit(unit)
    for unit in needed_units(result, leaves):
        yield "unit", _unit(unit)
    yield from (("leaf", leaf) for leaf in leaves)
    yield "totals", [result.totals[figure] for figure in result.form.figures]
    for sheet, texts in written.texts.items():
        for (row, column), text in sorted(texts.items()):
            yield "text", [sheet, row, column, text]
    for sheet, cells in written.cells.items():
        for (row, column), value in sorted(cells.items()):
            said = [value.formula, value.value] if isinstance(value, Sum) else [value]
            yield "cell", [sheet, row, column, *said]
    for listing in written.lists:
        names = [name for name, _ in listing.columns]
        yield "list", [listing.sheet, listing.title, names, [list(fact) for fact in listing.facts]]
        yield from (("line", line) for line in listing.lines)


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
    figures = values_of(leaf.figures, form.typed)
    words = {
        "notes": [[note.kind, note.about, note.text, note.cell] for note in leaf.notes],
        "activities": leaf.activities,
        "calendar": leaf.calendar,
    }
    plain = {name: getattr(leaf, name) for name in PLAIN_FIELDS}
    return {"unit": leaf.unit.code, "figures": figures, **plain, **{name: said for name, said in words.items() if said}}


def _dump(content: Any) -> str:
    """ASCII; `_x` is written otherwise, because programs differ in reading `_x000D_` in a cell."""
    return _ENCODE(content).replace("_x", "\\u005fx")


_ENCODE = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def _pieces(kind: str, text: str) -> Iterator[tuple[str, str]]:
    for start in range(0, len(text), LONGEST):
        yield (MORE if start else kind), text[start : start + LONGEST]


def _hash(row: int, kind: str, text: str) -> str:
    return hashlib.sha256(f"{row}|{kind}|{text}".encode()).hexdigest()


class _Seal:
    """Over the hashes of all lines: one hash that anybody can check, and the HMAC of the holder of the key."""

    def __init__(self, key: bytes | None) -> None:
        self.lines = 0
        self._hash = hashlib.sha256()
        self._mac = Mac(key, LABEL) if key else None

    def add(self, digest: str) -> None:
        self._hash.update(f"|{digest}".encode() if self.lines else digest.encode())
        if self._mac:
            self._mac.add(digest)
        self.lines += 1

    def said(self) -> dict[str, str]:
        return {"hash": self._hash.hexdigest(), "mac": self._mac.hex() if self._mac else ""}


def _seal(lines: Iterable[Line], key: bytes | None) -> dict[str, str]:
    seal = _Seal(key)
    for line in lines:
        seal.add(line[2])
    return seal.said()


# --- reading back --------------------------------------------------------------------------------------------------


def read_entries(sheet: RawSheet) -> tuple[tuple[Entry, ...], Findings]:
    """All facts, or the cell where the sheet no longer says what was written."""
    lines = tuple(_lines(sheet))
    broken = [row for row, line in enumerate(lines, start=1) if line[2] != _hash(row, line[0], line[1])]
    if not lines or broken or lines[-1][0] != "end":
        row = broken[0] if broken else len(lines) + 1
        return (), (_broken(row, lines[row - 1] if broken else None, _edited_column(row, lines)),)
    try:
        entries = tuple(Entry(row, kind, json.loads(text)) for row, kind, text in _joined(lines))
    except (ValueError, RecursionError):
        return (), (_broken(1),)
    end = entries[-1].content
    whole = isinstance(end, dict) and end.get("hash") == _seal(lines[:-1], None)["hash"]
    return (entries, ()) if whole else ((), (_broken(len(lines)),))


def _joined(lines: Sequence[Line]) -> Iterator[tuple[int, str, str]]:
    """Row, kind and text of every fact, its pieces put together."""
    begin = [number for number, line in enumerate(lines) if line[0] != MORE]
    for first, behind in zip(begin, (*begin[1:], len(lines)), strict=True):
        yield first + 1, lines[first][0], "".join(text for _, text, _ in lines[first:behind])


def _lines(sheet: RawSheet) -> Iterator[Line]:
    """Lines from the first row to the last that holds anything."""
    last = max((row for row, _ in sheet.cells), default=0)
    for row in range(1, last + 1):
        cells = (sheet.cells.get((row, column)) for column in (1, 2, 3))
        kind, text, digest = (cell.text if cell else "" for cell in cells)
        yield kind, text, digest


def _edited_column(row: int, lines: Sequence[Line]) -> int:
    """Which cell of a line no longer fits the other two; the hash, where the last line still knows another one."""
    if row > len(lines):
        return 2
    kind, text, digest = lines[row - 1]
    mended = (*lines[: row - 1], (kind, text, _hash(row, kind, text)), *lines[row:-1])
    if f'"{_seal(mended, None)["hash"]}"' in lines[-1][1] or len(digest) != len(_hash(row, kind, text)):
        return 3
    return 1 if digest in {_hash(row, other, text) for other in KINDS} else 2


def _broken(row: int, line: Line | None = None, column: int = 2) -> Finding:
    found = line[column - 1][:80] if line else None
    return Finding("seal-broken", sheet=CHECK_SHEET, cell=a1(row, column), found=found or None)


def check_mac(sheet: RawSheet, entries: tuple[Entry, ...], key: bytes) -> Findings:
    """Nothing where the holder of `key` wrote the sheet."""
    lines = tuple(_lines(sheet))
    said = str(entries[-1].content.get("mac", ""))
    if hmac.compare_digest(said.encode(), _seal(lines[:-1], key)["mac"].encode()):
        return ()
    return (Finding("seal-broken", sheet=CHECK_SHEET, cell=a1(entries[-1].row, 2), found=said[:80] or None),)


def make_unit(content: list[Any]) -> Unit:
    code, name, level, parent, kind = content
    return Unit(code, name, level, parent, kind)


def make_leaf(form: Form, content: Mapping[str, Any], units: Mapping[str, Unit]) -> Leaf:
    """A leaf as the workbook carries it; `via` and `origin` are still what stands there."""
    figures: Figures[int | None] = Figures(form.typed, content["figures"])
    plain = {name: content[name] for name in PLAIN_FIELDS}
    return Leaf(
        unit=units[content["unit"]],
        figures=figures,
        notes=tuple(Note(*map(str, note)) for note in content.get("notes", ())),
        activities=_texts(content.get("activities", ())),
        calendar=_texts(content.get("calendar", ())),
        **plain,
    )


def _texts(lines: Iterable[Iterable[Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(str, line)) for line in lines)


def make_written(entries: Iterable[Entry]) -> Written:
    """The lists and texts as they were written; widths of columns are not known here."""
    texts: dict[str, dict[Address, str]] = {}
    cells: dict[str, dict[Address, int | Sum]] = {}
    lists: list[Listing] = []
    lines: list[list[tuple[str | int, ...]]] = []
    for entry in entries:
        if entry.kind == "text":
            sheet, row, column, text = entry.content
            texts.setdefault(sheet, {})[row, column] = text
        elif entry.kind == "cell":
            sheet, row, column, *said = entry.content
            cells.setdefault(sheet, {})[row, column] = Sum(*said) if len(said) > 1 else said[0]
        elif entry.kind == "list":
            sheet, title, headers, facts = entry.content
            columns = tuple((str(name), 0.0) for name in headers)
            lists.append(Listing(sheet, title, columns, (), tuple((name, value) for name, value in facts)))
            lines.append([])
        elif entry.kind == "line":
            lines[-1].append(tuple(entry.content))
    whole = (replace(one, lines=tuple(said)) for one, said in zip(lists, lines, strict=True))
    return Written(tuple(whole), texts, cells)
