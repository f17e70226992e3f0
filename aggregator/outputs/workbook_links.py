"""Where a click leads inside the consolidated workbook: a total to its line-up, a unit to its lines, and back.

Pure: addresses only. Excel keeps 65,530 links on a sheet; beyond `MOST_LINES` lines a list has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from aggregator.consolidation import Consolidation
from aggregator.layout import Layout
from aggregator.outputs.workbook_layout import (
    BRANCH_SHEET,
    DETAIL_SHEET,
    FINDINGS_SHEET,
    FIRST_LINE,
    HEADER_ROW,
    STATUS_SHEET,
    SUMMARY_SHEET,
    Table,
)
from aggregator.outputs.workbook_lists import FINDING_COLUMNS, STATUS_COLUMNS
from aggregator.reading.book import Address, a1

MOST_LINES = 5_000
BACK_TIP = "Về bảng tổng hợp"
CODE_COLUMN, NAME_COLUMN = 1, 2
COUNT_COLUMN = [header for header, _ in STATUS_COLUMNS].index("Số vấn đề") + 1
UNIT_COLUMN = [header for header, _ in FINDING_COLUMNS].index("Đơn vị") + 1


@dataclass(frozen=True, slots=True)
class Link:
    """A cell of this workbook (`'Sheet'!A1`) and what the mouse says about it."""

    target: str
    tip: str


Links = Mapping[str, Mapping[Address, Link]]
"""By sheet and cell."""


def make_links(result: Consolidation, branches: Table) -> Links:
    """All links between totals, branches, leaves, units and findings; both ends of each are on the first lines."""
    links: dict[str, dict[Address, Link]] = {}
    for sheet, at, (target, there, tip) in chain(_totals(result, branches), _branches(result), _units(result)):
        if at[0] < FIRST_LINE + MOST_LINES and at not in (known := links.setdefault(sheet, {})):
            known[at] = Link(f"'{target}'!{a1(*there)}", tip)
    return links


Target = tuple[str, Address, str]
"""Sheet, cell and tip."""
Placed = tuple[str, Address, Target]


def _to(sheet: str, at: Address, tip: str) -> Target:
    return sheet, at, tip


def _totals(result: Consolidation, branches: Table) -> Iterator[Placed]:
    """A total and the head of the column that it sums."""
    cells = Layout(result.form).cell_of
    for column, figure in branches.figures.items():
        head = (HEADER_ROW, column)
        yield SUMMARY_SHEET, cells[figure], _to(BRANCH_SHEET, head, "Xem từng đơn vị cộng vào số này")
        yield BRANCH_SHEET, head, _to(SUMMARY_SHEET, cells[figure], "Xem tổng của cột này")


def _branches(result: Consolidation) -> Iterator[Placed]:
    """A branch and its block of leaves."""
    for row, branch in enumerate(result.branches, start=FIRST_LINE):
        if branch.first == branch.last:
            continue
        here = (row, CODE_COLUMN)
        first = (FIRST_LINE + branch.first, CODE_COLUMN)
        yield BRANCH_SHEET, here, _to(DETAIL_SHEET, first, "Xem từng bản nộp của đơn vị này")
        for line in range(FIRST_LINE + branch.first, FIRST_LINE + branch.last):
            yield DETAIL_SHEET, (line, CODE_COLUMN), _to(BRANCH_SHEET, here, "Xem nơi số này được cộng vào")


def _units(result: Consolidation) -> Iterator[Placed]:
    """A unit's line on the account, its leaf and its findings."""
    leaves = {leaf.unit.code: row for row, leaf in enumerate(result.leaves, start=FIRST_LINE)}
    findings: dict[str, int] = {}
    for row, finding in enumerate(result.findings, start=FIRST_LINE):
        findings.setdefault(finding.unit or "", row)
    lines = {line.unit.code: row for row, line in enumerate(result.units, start=FIRST_LINE)}
    for code, row in lines.items():
        if code in leaves:
            leaf = (leaves[code], NAME_COLUMN)
            yield STATUS_SHEET, (row, CODE_COLUMN), _to(DETAIL_SHEET, leaf, "Xem số liệu của đơn vị này")
            yield DETAIL_SHEET, leaf, _to(STATUS_SHEET, (row, CODE_COLUMN), "Xem tình trạng nộp của đơn vị này")
        if code in findings:
            first = (findings[code], UNIT_COLUMN)
            yield STATUS_SHEET, (row, COUNT_COLUMN), _to(FINDINGS_SHEET, first, "Xem các vấn đề của đơn vị này")
    for row, finding in enumerate(result.findings, start=FIRST_LINE):
        if finding.unit in lines:
            unit = (lines[finding.unit], CODE_COLUMN)
            yield FINDINGS_SHEET, (row, UNIT_COLUMN), _to(STATUS_SHEET, unit, "Xem tình trạng nộp của đơn vị này")
