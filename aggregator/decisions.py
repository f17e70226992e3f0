"""What staff decided about files and findings: `decisions.csv`, read at every run, its effects shown in every result.

`exclude` a file; `pin` one of several files, or an inclusive one over its leaves; `unit`: this file belongs to unit
VALUE; `waive`: for this unit a finding of code VALUE is settled. Files are named by their path below the folder of
returned files, or by SHA-256. Loading names every faulty line in one pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from aggregator.catalogue import severity_of
from aggregator.documents import Fault
from aggregator.faults import BadDocument
from aggregator.findings import Finding, Findings
from aggregator.register import Register
from aggregator.tables import Columns, Line, day_of, line_fault, read_lines, read_text
from aggregator.text import clean
from aggregator.words import Fact

FILE = "decisions.csv"
COLUMNS = Columns(("what", "target", "value", "reason", "by", "date"), required=("what", "target"))
SHA256 = re.compile(r"[0-9a-fA-F]{64}")

What = Literal["exclude", "pin", "unit", "waive"]
KINDS: tuple[What, ...] = ("exclude", "pin", "unit", "waive")

WAIVABLE = (
    "subtotal-below-parts",
    "limit-exceeded",
    "people-without-count",
    "count-without-people",
    "people-below-count",
    "money-too-small",
    "outlier",
    "clone",
)
"""Findings that staff can settle by asking the sender; what makes a number unreadable is not among them."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One line. `target` is a path with `/`, a SHA-256 in small letters, or for `waive` a unit code."""

    line: int
    what: What
    target: str
    value: str = ""
    reason: str = ""
    by: str = ""
    date: str = ""

    def names(self, path: str, sha256: str | None) -> bool:
        """Whether the target is this file, or the archive that holds it."""
        return self.target in (path, sha256) or path.startswith(f"{self.target}!/")

    @property
    def text(self) -> str:
        """`exclude a.xlsx (decisions.csv:2)`, as results show it."""
        value = f" → {self.value}" if self.value else ""
        return f"{self.what} {self.target}{value} (decisions.csv:{self.line})"


@dataclass(frozen=True)
class Decisions:
    """All decisions of a campaign. `received` is the name of the folder below which paths are named."""

    lines: tuple[Decision, ...] = ()
    received: str = ""

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Decision, ...]]:
        return {what: tuple(line for line in self.lines if line.what == what) for what in KINDS}

    @cached_property
    def _waived(self) -> dict[tuple[str, str], Decision]:
        return {(line.target, line.value): line for line in self._by_kind.get("waive", ())}

    def of(self, what: What, path: str, sha256: str | None) -> Decision | None:
        """The decision of one kind about a file, whose `path` is as results show it."""
        lines = self._by_kind.get(what, ())
        if not lines:
            return None
        below = clean(path).removeprefix(f"{self.received}/")
        return next((line for line in lines if line.names(below, sha256)), None)

    def waiver(self, unit: str | None, code: str) -> Decision | None:
        return self._waived.get((unit or "", code))

    def settled(self, findings: Findings, unit: str | None) -> tuple[Findings, frozenset[Decision]]:
        """Findings of one unit with the waived ones as mere information, and the decisions that did it."""
        used = {finding: self.waiver(unit, finding.code) for finding in findings if _is_raised(finding)}
        waived = {finding: line for finding, line in used.items() if line}
        lowered = tuple(
            finding._replace(severity_override="info") if finding in waived else finding for finding in findings
        )
        return lowered, frozenset(waived.values())


def _is_raised(finding: Finding) -> bool:
    return finding.code in WAIVABLE and severity_of(finding) != "info"


NONE = Decisions()


def load_decisions(folder: Path, received: str, register: Register) -> Decisions:
    """The decisions of a campaign folder; none where there is no file. Raises `BadDocument` with all faults."""
    path = folder / FILE
    if not path.exists():
        return Decisions((), received)
    lines, faults = read_lines(read_text(path), FILE, COLUMNS)
    faults += [fault for number, line in lines for fault in _faults(number, line, register)]
    if faults:
        raise BadDocument(faults)
    return Decisions(tuple(_decision(number, line, received) for number, line in lines), received)


def _faults(number: int, line: Line, register: Register) -> Iterator[Fault]:
    def fault(column: str, expected: str) -> Fault:
        return line_fault(FILE, number, line, column, expected)

    what, target, value = line["what"], line["target"], line.get("value", "")
    if what not in KINDS:
        yield fault("what", " / ".join(KINDS))
    if not target:
        yield fault("target", Fact("tên tệp trong thư mục nhận về, hoặc SHA-256; với waive là mã đơn vị"))
    if what == "unit" and value not in register.by_code:
        yield fault("value", Fact("mã của một đơn vị có trong danh sách"))
    if what == "waive" and target and target not in register.by_code:
        yield fault("target", Fact("mã của một đơn vị có trong danh sách"))
    if what == "waive" and value not in WAIVABLE:
        yield fault("value", " / ".join(WAIVABLE))
    if day_of(line.get("date", "")) is False:
        yield fault("date", "YYYY-MM-DD")


def _decision(number: int, line: Line, received: str) -> Decision:
    what: What = line["what"]  # type: ignore[assignment]
    target = line["target"] if what == "waive" else _file(line["target"], received)
    more = {name: line.get(name, "") for name in ("value", "reason", "by", "date")}
    return Decision(number, what, target, **more)


def _file(target: str, received: str) -> str:
    """As staff write it on Windows too: `nhan_ve\\a.xlsx` and `./a.xlsx` are `a.xlsx`."""
    if SHA256.fullmatch(target):
        return target.lower()
    return clean(target.replace("\\", "/").removeprefix("./")).removeprefix(f"{received}/")
