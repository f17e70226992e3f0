"""The tools of the finding cases: an issued workbook, filled, edited as people edit it, and packed without a clock.

Rows are rearranged as Excel does it: formulas, merged cells, heights and validations go with them. Everything is plain
openpyxl and XML; nothing of the program is used but what issues the form.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import canonicalize

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.worksheet import Worksheet

from aggregator.campaign import Campaign, load_campaign
from aggregator.files import slug
from aggregator.steps.issue import issue_for
from aggregator.template import write_form
from tests.hostile import HEAD

FAULTS = Path(__file__).resolve().parent.parent / "sample_reports" / "faults"
CAMPAIGN = "_campaign"
SHEET, UNIT_SHEET = "Số liệu", "Đơn vị"
DISTRICT, COMMUNE, TOWN = "099", "09901", "09904"
NURSERY, SCHOOL, SECONDARY, CENTRE = "0990101", "0990102", "0990103", "0990104"
SAVED = "2021-10-06T02:30:00Z"

School = Mapping[str, Any]
GOOD: School = {
    "D14": 4, "E14": 160, "D16": 2, "E16": 45, "D21": 3, "D22": 12, "D24": 6, "E24": 120, "D25": 350,
    "D26": 3, "D27": 1, "D30": 2, "E30": 180, "D33": 2, "D34": 1, "E34": 200, "D35": 1, "E35": 150,
    "D39": 1, "D40": 1, "D42": 2, "E43": 5, "D45": 3_500_000, "D46": 1_200_000,
}  # fmt: skip
"""A school's numbers that agree with each other and with every rule: 1.07 stands in row 14, 10.2 in row 46."""


BESIDE = {"decisions.csv", "so_nhan.csv"}
"""Files that lie in the campaign folder, beside `nhan_ve`."""


# --- a case --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One folder of `sample_reports/faults`: its files, how they were made, and what must be said of them."""

    folder: str
    how: str
    make: Callable[[], Mapping[str, bytes]]
    expected: Mapping[str, Any]
    also: tuple[Mapping[str, Any], ...] = ()
    others: tuple[str, ...] = ()
    among: bool = False
    command: tuple[str, ...] = ("check",)
    status: Mapping[str, str] = field(default_factory=dict)
    refuse_open: bool = False

    @property
    def code(self) -> str:
        return self.folder.partition("--")[0]

    def files(self) -> dict[str, bytes]:
        """Everything in the folder: the workbooks as made, and `case.json`."""
        made = dict(self.make())
        document = {
            "code": self.code,
            "how": self.how,
            "command": list(self.command),
            "files": sorted(made.keys() - BESIDE),
            **({"beside": sorted(made.keys() & BESIDE)} if made.keys() & BESIDE else {}),
            "expected": {"code": self.code, **self.expected},
            "also": [{"code": self.code, **line} for line in self.also],
            "others": list(self.others),
            "among": self.among,
            "refuse_open": self.refuse_open,
            "status": {name: self.status.get(name, self._status()) for name in sorted({*made, *self.status} - BESIDE)},
            "exit": 1 if "error" in {line["severity"] for line in (self.expected, *self.also)} else 0,
        }
        return {**made, "case.json": (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()}

    def _status(self) -> str:
        return "refused" if self.expected["severity"] == "error" else "accepted"


def name_of(unit: str) -> str:
    """The file name that `distribute` gives the workbook of a unit."""
    return f"{unit}_{slug(campaign().register.by_code[unit].name)}.xlsx"


def line(
    cell: str | None = None, row: str | None = None, measure: str | None = None, severity: str = "error", **place: Any
) -> dict[str, Any]:
    """Severity and place of a finding, by default on `Số liệu` of the school's file."""
    unit = place.get("unit", SCHOOL)
    known = {"file": f"nhan_ve/{name_of(SCHOOL)}", "sheet": SHEET, "unit": unit, **place}
    return {
        "severity": severity, **{key: known[key] for key in ("file", "sheet")}, "cell": cell, "unit": known["unit"],
        "row": row, "measure": measure, **{key: known[key] for key in ("found", "code") if key in known},
    }  # fmt: skip


Maker = Callable[[], bytes | Mapping[str, bytes]]


class Cases(list[Case]):
    """The cases of one module, in order; `@cases.add(...)` makes one of a function, its name and its docstring."""

    def add(self, expected: Mapping[str, Any], *also: Mapping[str, Any], **more: Any) -> Callable[[Maker], Maker]:
        def decorate(maker: Maker) -> Maker:
            def make() -> Mapping[str, bytes]:
                made = maker()
                return {name_of(SCHOOL): made} if isinstance(made, bytes) else made

            folder = maker.__name__.strip("_").replace("__", "--").replace("_", "-")
            self.append(Case(folder, " ".join((maker.__doc__ or "").split()), make, expected, also, **more))
            return maker

        return decorate


# --- issued and filled workbooks -----------------------------------------------------------------------------------


@cache
def campaign() -> Campaign:
    return load_campaign(FAULTS / CAMPAIGN)


@cache
def issued(unit: str = SCHOOL) -> bytes:
    return write_form(issue_for(campaign(), campaign().register.by_code[unit]))


def open_issued(unit: str = SCHOOL, numbers: School = GOOD) -> Workbook:
    """The issued workbook of a unit with these numbers typed in."""
    return typed(load_workbook(io.BytesIO(issued(unit))), numbers)


def typed(book: Workbook, cells: School) -> Workbook:
    """`D14` is a cell of the table, `Đơn vị!B9` one of another sheet."""
    for place, value in cells.items():
        sheet, _, cell = place.rpartition("!")
        book[sheet or SHEET][cell] = value
    return book


def filled(changes: School | None = None, unit: str = SCHOOL, saved: str = SAVED) -> bytes:
    """A sound filled workbook, with some cells typed differently."""
    return packed(typed(open_issued(unit), changes or {}), saved)


def edited(change: Callable[[Workbook], object], unit: str = SCHOOL) -> bytes:
    """A sound filled workbook after `change`."""
    book = open_issued(unit)
    change(book)
    return packed(book)


def on_table(change: Callable[[Worksheet], object]) -> bytes:
    """A sound filled workbook after `change` on the sheet of the table."""
    return edited(lambda book: change(book[SHEET]))


# --- packing without a clock ---------------------------------------------------------------------------------------

SAVE_TIME = re.compile("(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def packed(book: Workbook, saved: str = SAVED) -> bytes:
    """Saved by openpyxl; canonical XML, because openpyxl writes another dialect where lxml is installed."""
    buffer = io.BytesIO()
    book.save(buffer)

    def settle(parts: dict[str, bytes]) -> None:
        for name, content in parts.items():
            parts[name] = f"{HEAD}{canonicalize(content.decode())}".encode()
        core = parts["docProps/core.xml"].decode()
        parts["docProps/core.xml"] = SAVE_TIME.sub(rf"\g<1>{saved}", core).encode()

    return repacked(buffer.getvalue(), settle)


def repacked(
    data: bytes, change: Callable[[dict[str, bytes]], object] = lambda _parts: None, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """The same parts after `change`, in order, with one fixed date in every header."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type, entry.create_system = method, 0
            archive.writestr(entry, content)
    return buffer.getvalue()


def stored(data: bytes) -> bytes:
    """The same parts uncompressed: bytes that no other zlib would write differently."""
    return repacked(data, method=zipfile.ZIP_STORED)


def patched(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with one text of one part replaced, which must stand there once."""

    def change(parts: dict[str, bytes]) -> None:
        text = parts[part].decode()
        assert text.count(old) == 1, f"{part}: {text.count(old)} times {old!r}"
        parts[part] = text.replace(old, new).encode()

    return repacked(data, change)


def with_result(data: bytes, cell: str, formula: str, result: str) -> bytes:
    """The result that Excel stores with a formula; openpyxl leaves it out."""
    return patched(data, "xl/worksheets/sheet1.xml", f"<f>{formula}</f><v></v>", f"<f>{formula}</f><v>{result}</v>")


# --- rearranging rows ----------------------------------------------------------------------------------------------

REFERENCE = re.compile(r"\b([A-Z])([0-9]+)(?::([A-Z])([0-9]+))?\b")
LAST_COLUMN = 9


def rearrange(sheet: Worksheet, change: Callable[[list[int | None]], object]) -> None:
    """Let `change` reorder the list of sheet rows (`None` is a new row), and move everything as Excel does."""
    order: list[int | None] = list(range(1, sheet.max_row + 1))
    change(order)
    place: dict[int, int] = {}
    for now, before in enumerate(order, start=1):
        if before is not None:
            place.setdefault(before, now)
    merged = [CellRange(area.coord) for area in sheet.merged_cells.ranges]
    for area in merged:
        sheet.unmerge_cells(area.coord)
    _move_cells(sheet, order, place)
    for area in _shifted(merged, place):
        sheet.merge_cells(area.coord)
    _move_validations(sheet, place)


def _move_cells(sheet: Worksheet, order: list[int | None], place: Mapping[int, int]) -> None:
    old = {row: [_taken(sheet, row, column) for column in range(1, LAST_COLUMN + 1)] for row in place}
    height = {row: (sheet.row_dimensions[row].height, sheet.row_dimensions[row].hidden) for row in place}
    last = sheet.max_row
    for now, before in enumerate(order, start=1):
        like = before if before is not None else order[now - 2]
        sheet.row_dimensions[now].height, sheet.row_dimensions[now].hidden = height[like or 1]
        for column, (value, style) in enumerate(old[like or 1], start=1):
            cell = sheet.cell(now, column)
            own = {**place, before: now} if before is not None else place
            cell.value = _moved(value, own) if before is not None else None
            cell._style = copy(style)
    for row in range(len(order) + 1, last + 1):
        for column in range(1, LAST_COLUMN + 1):
            sheet.cell(row, column).value = None


def _taken(sheet: Worksheet, row: int, column: int) -> tuple[Any, Any]:
    cell = sheet.cell(row, column)
    return cell.value, copy(cell._style)


def _moved(value: Any, place: Mapping[int, int]) -> Any:
    """A formula with its references moved; a range keeps what is left of it."""
    if not (isinstance(value, str) and value.startswith("=")):
        return value

    def reference(found: re.Match[str]) -> str:
        column, first, other, last = found.groups()
        if other is None:
            return f"{column}{place[int(first)]}" if int(first) in place else "#REF!"
        left = [place[row] for row in range(int(first), int(last) + 1) if row in place]
        return f"{column}{left[0]}:{other}{left[-1]}" if left else "#REF!"

    return REFERENCE.sub(reference, value)


def _move_validations(sheet: Worksheet, place: Mapping[int, int]) -> None:
    for rule in sheet.data_validations.dataValidation:
        rule.sqref = MultiCellRange(_shifted(rule.sqref.ranges, place))
    rules = sheet.data_validations.dataValidation
    sheet.data_validations.dataValidation = [rule for rule in rules if rule.sqref.ranges]


def _shifted(areas: Iterable[CellRange], place: Mapping[int, int]) -> list[CellRange]:
    """Each range where its rows are now; what lost a row is dropped."""
    kept = [area for area in areas if area.min_row in place and area.max_row in place]
    for area in kept:
        area.shift(row_shift=place[area.min_row] - area.min_row)
    return [CellRange(area.coord) for area in kept]
