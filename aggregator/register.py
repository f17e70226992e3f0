"""The register: who exists, who stands under whom, who must report; a tree by codes and parent links.

Never by names or prefixes ("Quận 10" begins with "Quận 1"). Codes are text and keep their zeros. Loading names every
faulty line in one pass; a loaded register is a tree with one root.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from aggregator.documents import Fault
from aggregator.faults import BadDocument
from aggregator.forms import LEVELS
from aggregator.plain import Plain
from aggregator.tables import Columns, Line, at_line, day_of, line_fault, read_lines, read_text
from aggregator.words import Fact

COLUMNS = Columns(
    ("code", "name", "level", "parent", "kind", "email", "phone", "valid_from", "valid_to", "reports"),
    required=("code", "name", "level", "parent"),
)
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")
"""No blank, no `|` (the token's separator), nothing a file name cannot hold."""


@dataclass(frozen=True, slots=True)
class Unit(Plain):
    """One line of the register. `parent` is `None` for the root only."""

    code: str
    name: str
    level: str
    parent: str | None
    kind: str = ""
    email: str = ""
    phone: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    reports: bool = True

    def valid_on(self, day: date | None) -> bool:
        if day is None:
            return True
        return (self.valid_from or day) <= day <= (self.valid_to or day)

    def must_report(self, day: date | None) -> bool:
        return self.reports and self.valid_on(day)


@dataclass(frozen=True)
class Register:
    """Units as a tree. `units` stands in preorder: every subtree is one contiguous run."""

    units: tuple[Unit, ...]

    @classmethod
    def of(cls, units: Iterable[Unit]) -> Register:
        """From units in any order with one root and no cycle; children keep the order of the lines."""
        return cls(tuple(_preorder(tuple(units))))

    @cached_property
    def by_code(self) -> Mapping[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def not_always(self) -> frozenset[str]:
        """Codes of the units that need not report, or not on every day."""
        return frozenset([unit.code for unit in self.units if not unit.reports or unit.valid_from or unit.valid_to])

    @cached_property
    def position(self) -> Mapping[str, int]:
        return {unit.code: number for number, unit in enumerate(self.units)}

    @cached_property
    def children(self) -> Mapping[str, tuple[Unit, ...]]:
        below: dict[str, list[Unit]] = {unit.code: [] for unit in self.units}
        for unit in self.units:
            if unit.parent is not None:
                below[unit.parent].append(unit)
        return {code: tuple(units) for code, units in below.items()}

    @property
    def root(self) -> Unit:
        return self.units[0]

    def ancestors(self, code: str) -> tuple[Unit, ...]:
        """From the parent up to the root."""
        chain = []
        parent = self.by_code[code].parent
        while parent is not None:
            unit = self.by_code[parent]
            chain.append(unit)
            parent = unit.parent
        return tuple(chain)

    def subtree(self, code: str) -> tuple[Unit, ...]:
        """The unit and all units below it, in register order."""
        start = self.position[code]
        end = start + 1
        inside = {code}
        while end < len(self.units) and self.units[end].parent in inside:
            inside.add(self.units[end].code)
            end += 1
        return self.units[start:end]

    def branch(self, code: str, at: str) -> str | None:
        """The direct child of `at` under which `code` stands; `at` itself for its own activity; `None` if outside."""
        below = code
        for unit in self.ancestors(code):
            if unit.code == at:
                return below
            below = unit.code
        return at if code == at else None

    def extended(self, units: Iterable[Unit]) -> Register:
        """With further units whose parents are known or among the further units; known codes are left as they are."""
        new = [unit for unit in units if unit.code not in self.by_code]
        return Register.of((*self.units, *new)) if new else self


def _preorder(units: tuple[Unit, ...]) -> Iterator[Unit]:
    below: dict[str | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent, []).append(unit)
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        unit = waiting.pop()
        yield unit
        waiting.extend(reversed(below.get(unit.code, [])))


def load_register(path: Path) -> Register:
    """A register file (CSV, UTF-8, `,` or `;`). Raises `BadDocument` with all its faults."""
    return read_register(read_text(path), path.name)


def read_register(text: str, name: str) -> Register:
    """A register from the text of its file."""
    lines, faults = read_lines(text, name, COLUMNS)
    if not faults:
        faults = [*(fault for number, line in lines for fault in _line_faults(number, line, name))]
    if not faults:
        faults = list(_tree_faults(lines, name))
    if faults:
        raise BadDocument(faults)
    return Register.of(_unit(line) for _, line in lines)


def _line_faults(number: int, line: Line, name: str) -> Iterator[Fault]:
    def fault(column: str, expected: str) -> Fault:
        return line_fault(name, number, line, column, expected)

    if not CODE.fullmatch(line["code"]):
        yield fault("code", Fact("chữ, số, . _ - (tối đa 32, không có khoảng trắng)"))
    if not line["name"]:
        yield fault("name", Fact("tên đơn vị"))
    if line["level"] not in LEVELS:
        yield fault("level", " / ".join(LEVELS))
    if line.get("reports", "") not in ("", "yes", "no"):
        yield fault("reports", "yes / no")
    for column in ("valid_from", "valid_to"):
        if day_of(line.get(column, "")) is False:
            yield fault(column, "YYYY-MM-DD")


def _tree_faults(lines: list[tuple[int, Line]], name: str) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for number, line in lines:
        if first.setdefault(line["code"], number) != number:
            expected = Fact("mã chưa dùng (đã có ở dòng {number})", number=first[line["code"]])
            yield line_fault(name, number, line, "code", expected)
    roots = [(number, line) for number, line in lines if not line["parent"]]
    if len(roots) != 1:
        found = ", ".join(f"dòng {number} ({line['code']})" for number, line in roots[:10]) or Fact("không có")
        yield Fault(name, Fact("cột parent"), found, Fact("đúng một đơn vị gốc (để trống parent)"))
    for number, line in lines:
        if line["parent"] and line["parent"] not in first:
            yield line_fault(name, number, line, "parent", Fact("mã của một đơn vị có trong danh sách"))
    yield from _cycles(lines, first, name)


def _cycles(lines: list[tuple[int, Line]], first: Mapping[str, int], name: str) -> Iterator[Fault]:
    """Each cycle once, at its first line."""
    parent = {line["code"]: line["parent"] for _, line in lines}
    done: set[str] = set()
    for _, line in lines:
        path: list[str] = []
        code = line["code"]
        while code in parent and code not in done and code not in path:
            path.append(code)
            code = parent[code]
        if code in path:
            loop = [*path[path.index(code) :], code]
            expected = Fact("đơn vị cấp trên, không vòng lại chính nó")
            yield Fault(name, at_line(first[code], "parent"), " → ".join(loop), expected)
        done.update(path)


def _unit(line: Line) -> Unit:
    return Unit(
        code=line["code"],
        name=line["name"],
        level=line["level"],
        parent=line["parent"] or None,
        kind=line.get("kind", ""),
        email=line.get("email", ""),
        phone=line.get("phone", ""),
        valid_from=day_of(line.get("valid_from", "")) or None,
        valid_to=day_of(line.get("valid_to", "")) or None,
        reports=line.get("reports", "") != "no",
    )
