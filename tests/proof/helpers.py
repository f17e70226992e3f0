"""What the proofs share: campaigns made by the command line, forms filled in LibreOffice, results read by openpyxl.

Nothing of `aggregator` is imported: the program is run as people run it, and what may be filled is read from the
workbook itself (unlocked cells, their validation). Sizes follow PROOF_SIZE (1 is full, CI takes 0.2).
"""

import atexit
import csv
import functools
import json
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from tests.office import Cell, Office
from tests.oracle import add_up

ROOT = Path(__file__).resolve().parents[2]
SIZE = float(os.environ.get("PROOF_SIZE", "1"))
SEED = os.environ.get("PROOF_SEED") or str(secrets.randbelow(10**6))
SAMPLES = ("hai-ba-trung-2021", "ben-cat-2021", "duc-trong-2021", "dong-nai-2023", "quan-7-2024", "sao-mai-2025")
FORMS = ("tong-hop-2021", "tong-hop-2024", "dong-nai-2023")
LEVELS = ("district", "commune", "school")
SHEET, UNIT_SHEET = "Số liệu", "Đơn vị"
CODE = re.compile(r"[MB]\d[\w.]*")
PROGRAM_SECONDS = 300.0

Totals = dict[str, dict[str, int]]
"""{row code: {count, people, money}}, zeros included, as the oracle gives it."""


def scaled(full: int, least: int = 1) -> int:
    return max(least, round(full * SIZE))


def numbers_for(name: str) -> random.Random:
    """Fresh numbers every run, the same again with PROOF_SEED."""
    return random.Random(f"{SEED} {name}")


# --- the program -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """One run of the command line."""

    status: int
    out: str
    err: str

    @cached_property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def totals(self) -> Mapping[str, Mapping[str, int]]:
        found: Mapping[str, Mapping[str, int]] = self.document["totals"]
        return found

    def findings(self, file: str | None = None, without: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The findings of one file (name), or all."""
        names = [line for line in self.document["findings"] if line["code"] not in without]
        return [line for line in names if file is None or Path(line["file"] or "").name == file]

    def states(self) -> dict[str, str]:
        return {Path(line["path"]).name: line["status"] for line in self.document["files"]}


def program(*words: str | Path, folder: Path | None = None) -> Done:
    """`python -m aggregator WORDS` in a process of its own."""
    command = [sys.executable, "-m", "aggregator", *map(str, words)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=PROGRAM_SECONDS
    )
    return Done(done.returncode, done.stdout, done.stderr)


def succeed(*words: str | Path, folder: Path | None = None) -> Done:
    done = program(*words, folder=folder)
    assert done.status == 0, f"{words}: {done.status}\n{done.out[-2000:]}\n{done.err[-2000:]}"
    return done


@dataclass(frozen=True)
class Campaign:
    """A campaign folder with its issued workbooks; equal where the folder is."""

    folder: Path

    @cached_property
    def form(self) -> Any:
        """The form file, as data."""
        name = json.loads((self.folder / "campaign.json").read_text(encoding="utf-8"))["form"]
        return json.loads((ROOT / "templates" / f"{name}.json").read_text(encoding="utf-8"))

    @cached_property
    def units(self) -> Mapping[str, Mapping[str, str]]:
        """The register: code → line."""
        return {line["code"]: line for line in table(self.folder / "units.csv")}

    @cached_property
    def issued(self) -> Mapping[str, Path]:
        """Unit code → the workbook it was sent."""
        return {line["code"]: self.folder / line["file"] for line in table(self.folder / "phat_ra/danh_sach.csv")}

    @property
    def inbox(self) -> Path:
        return self.folder / "nhan_ve"

    def run(self, *words: str | Path) -> Done:
        return program("-C", self.folder, *words)

    def of_level(self, level: str) -> list[str]:
        return [code for code in self.issued if self.units[code]["level"] == level]

    def name_of(self, code: str) -> str:
        return self.issued[code].name


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sample_campaign(folder: Path, sample: str) -> Campaign:
    """A sample in `folder`, issued; init and distribute run once per sample, further calls get a copy."""
    shutil.copytree(_sample(sample), folder)
    return Campaign(folder)


@functools.cache
def _sample(sample: str) -> Path:
    room = tempfile.TemporaryDirectory(prefix="proof-")
    atexit.register(room.cleanup)
    folder = Path(room.name) / sample
    succeed("init", folder, "--sample", sample)
    return distributed(folder).folder


def own_campaign(folder: Path, form: str, units: Iterable[str]) -> Campaign:
    """`units` are lines `code,name,level,parent`; the root has no parent."""
    register = folder.with_suffix(".csv")
    register.write_text("\n".join(["code,name,level,parent", *units, ""]), encoding="utf-8")
    year = re.sub(r"\D", "", form)
    succeed("init", folder, "--form", form, "--units", register, "--year", year)
    return distributed(folder)


def distributed(folder: Path) -> Campaign:
    succeed("-C", folder, "distribute")
    return Campaign(folder)


# --- filling ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slot:
    """A cell of the table that a unit may fill with a number, and the largest that its validation takes."""

    cell: str
    code: str
    measure: str
    cap: int


def slots(path: Path) -> list[Slot]:
    """Every unlocked number cell, as the workbook itself says: no look at the form file."""
    sheet = openpyxl.load_workbook(path)[SHEET]
    caps = dict(_caps(sheet))
    found = []
    for cells in sheet.iter_rows(min_col=1, max_col=8):
        unit, code = cells[2].value, cells[7].value
        if not isinstance(code, str) or not CODE.fullmatch(code):
            continue
        for cell, measure in ((cells[3], "money" if unit == "đồng" else "count"), (cells[4], "people")):
            if not isinstance(cell, MergedCell) and not cell.protection.locked:
                found.append(Slot(cell.coordinate, code, measure, caps[cell.coordinate]))
    return found


def _caps(sheet: Worksheet) -> Iterator[tuple[str, int]]:
    for rule in sheet.data_validations.dataValidation:
        if rule.type == "whole":
            for block in rule.sqref.ranges:
                yield from ((sheet.cell(*at).coordinate, int(rule.formula2)) for at in block.cells)


@dataclass(frozen=True)
class Range:
    """How large invented numbers may become; the validation's cap holds besides."""

    count: int = 80
    people_per_count: int = 200
    single: int = 400
    money: int = 10**12


MODEST = Range(count=4, people_per_count=45, single=12, money=9_500_000)
"""As a school might really report, for pictures."""

Numbers = dict[tuple[str, str], int]


def invented(form: Any, open_cells: Sequence[Slot], rng: random.Random, most: Range = Range()) -> dict[str, int]:
    """{cell: number}: some stay blank, some are zero; what the form asks (pairs, sub-totals, money, needs) holds."""
    numbers: Numbers = {}
    for code in dict.fromkeys(slot.code for slot in open_cells):
        numbers |= _row_numbers([slot for slot in open_cells if slot.code == code], rng, most)
    caps = {(slot.code, slot.measure): slot.cap for slot in open_cells}
    for row in form["rows"]:
        total = row.get("total")
        if total and total["relation"] == ">=":
            parts = [_code(form, key) for key in total["parts"]]
            least = sum(numbers.get((part, total["measure"]), 0) for part in parts)
            at = (row["code"], total["measure"])
            numbers[at] = min(least + rng.choice((0, 0, 1, 3)), caps[at])
    for need in form["rules"]["needs"]:
        if not any(numbers.get((_code(form, key), measure)) for key, measure in need["any_of"]):
            numbers.pop((_code(form, need["row"]), need["measure"]), None)
    cells = {(slot.code, slot.measure): slot.cell for slot in open_cells}
    return {cells[at]: number for at, number in numbers.items()}


def _row_numbers(row: Sequence[Slot], rng: random.Random, most: Range) -> Numbers:
    """The numbers of one row; every fifth row stays blank."""
    first = row[0]
    if rng.random() < 0.2:
        return {}
    if first.measure == "money":
        return {(first.code, "money"): rng.choice((0, 500_000, rng.randint(100_000, min(first.cap, most.money))))}
    if len(row) == 2:
        count = rng.choice((0, rng.randint(1, min(9, most.count)), rng.randint(1, most.count)))
        people = rng.randint(count, min(most.people_per_count * count, row[1].cap)) if count else 0
        return {(first.code, "count"): count, (row[1].code, "people"): people}
    return {(first.code, first.measure): rng.choice((0, 1, rng.randint(0, min(first.cap, most.single))))}


def _code(form: Any, key: str) -> str:
    return next(row["code"] for row in form["rows"] if row["key"] == key)


def fill(
    office: Office,
    campaign: Campaign,
    code: str,
    rng: random.Random,
    target: Path | None = None,
    most: Range = Range(),
) -> Path:
    """Type invented numbers into the issued workbook of a unit, as a person does; the validation takes them all."""
    source = campaign.issued[code]
    target = target or campaign.inbox / source.name
    numbers = invented(campaign.form, slots(source), rng, most)
    entries = [(SHEET, cell, str(number)) for cell, number in numbers.items()]
    entries.append((UNIT_SHEET, value_cell(source, "Người lập biểu"), "Nguyễn Văn A"))
    assert office.type_in(source, target, entries) == []
    return target


def fill_quickly(campaign: Campaign, code: str, rng: random.Random, most: Range = Range()) -> Path:
    """The same without a program, into the XML of the sheet, for hundreds of units; totals keep their old results."""
    source, target = campaign.issued[code], campaign.inbox / campaign.name_of(code)
    numbers = invented(campaign.form, _slots_of_level(campaign, campaign.units[code]["level"]), rng, most)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            is_table = item.filename == "xl/worksheets/sheet1.xml"
            new.writestr(item, _with_numbers(content.decode(), numbers) if is_table else content)
    return target


@functools.cache
def _slots_of_level(campaign: Campaign, level: str) -> list[Slot]:
    """Units of one level have the same cells to fill."""
    return slots(campaign.issued[campaign.of_level(level)[0]])


def _with_numbers(xml: str, numbers: Mapping[str, int]) -> str:
    for cell, number in numbers.items():
        xml, changed = re.subn(rf'<c r="{cell}"( s="\d+")?/>', rf'<c r="{cell}"\1><v>{number}</v></c>', xml)
        assert changed == 1, cell
    return xml


def value_cell(path: Path, label: str) -> str:
    """The cell beside a label of `Đơn vị`."""
    sheet = openpyxl.load_workbook(path)[UNIT_SHEET]
    return next(f"B{cells[0].row}" for cells in sheet.iter_rows(max_col=1) if cells[0].value == label)


def sheet_row(path: Path, code: str) -> int:
    """Where a row of the form stands on `Số liệu`, by its code in H."""
    sheet = openpyxl.load_workbook(path)[SHEET]
    return next(cells[0].row for cells in sheet.iter_rows(min_col=8, max_col=8) if cells[0].value == code)


# --- results ---------------------------------------------------------------------------------------------------


def oracle(paths: Iterable[Path], codes: Iterable[str]) -> Totals:
    """The oracle's totals; rows that nobody could fill are zero."""
    found = add_up(paths)
    nothing = {"count": 0, "people": 0, "money": 0}
    return {code: found.get(code, nothing) for code in codes} | found


def full(totals: Mapping[str, Mapping[str, int]], form: Any) -> Totals:
    """Totals of the JSON result, keyed by row code, absent measures zero, rows without any left out."""
    codes = {row["key"]: row["code"] for row in form["rows"]}
    zero = {"count": 0, "people": 0, "money": 0}
    return {codes[key]: zero | dict(measures) for key, measures in totals.items()}


def summary_totals(path: Path) -> Totals:
    """`Tổng hợp` as Excel shows it: row codes in H, counts and money in D, people in E."""
    totals: Totals = {}
    for cells in openpyxl.load_workbook(path, data_only=True)["Tổng hợp"].iter_rows(max_col=8, values_only=True):
        unit, first, people, code = cells[2], cells[3], cells[4], cells[7]
        if isinstance(code, str) and CODE.fullmatch(code) and (first is not None or people is not None):
            money = unit == "đồng"
            numbers = {
                "count": 0 if money else first or 0,
                "people": people or 0,
                "money": (first or 0) if money else 0,
            }
            totals[code] = {measure: int(number) for measure, number in numbers.items()}
    return totals


def column_sums(path: Path, sheet: str) -> Totals:
    """`Theo đơn vị` or `Chi tiết`: the sum of every column named by a row code and a measure."""
    lines = list(openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True))
    head = next(number for number, line in enumerate(lines) if "Mã đơn vị" in line)
    totals: Totals = {}
    for column, name in enumerate(lines[head]):
        code, _, measure = str(name).rpartition(".")
        if measure in ("count", "people", "money") and CODE.fullmatch(code):
            row = totals.setdefault(code, {"count": 0, "people": 0, "money": 0})
            row[measure] = sum(int(line[column] or 0) for line in lines[head + 1 :] if line[0])
    return totals


def expected_totals(paths: Iterable[Path], form: Any) -> Totals:
    """The oracle over these files, for every row that has a number at all."""
    codes = [row["code"] for row in form["rows"] if row["fill"] or row.get("total", {}).get("relation") == "="]
    found = oracle(paths, codes)
    return {code: found[code] for code in codes}


# --- recalculation ---------------------------------------------------------------------------------------------


def stored(path: Path) -> dict[str, dict[str, str]]:
    """Every non-empty cell of every sheet as it is stored: results of formulas, not the formulas."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        sheet.title: {cell.coordinate: _shown(cell.value) for cells in sheet.iter_rows() for cell in cells}
        for sheet in book.worksheets
    }


def _shown(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def calculated(cells: Mapping[str, Cell]) -> dict[str, str]:
    return {name: cell.value for name, cell in cells.items()}


def differences(office: Office, path: Path) -> list[str]:
    """Where LibreOffice calculates something else than what is stored: 'sheet!cell: stored, calculated'."""
    now = office.recalc(path)
    found = []
    for sheet, cells in stored(path).items():
        fresh = calculated(now[sheet])
        for name in sorted(cells.keys() | fresh.keys()):
            before, after = (" ".join(side.get(name, "").split()) for side in (cells, fresh))
            if before != after:
                found.append(f"{sheet}!{name}: {before!r}, {after!r}")
    return found
