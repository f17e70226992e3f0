"""A corpus of filled forms, each of its own unit: seeded, and quick enough to make a hundred thousand.

A campaign of an invented province is opened and its forms are issued with the program's own `Press`; what a school
types is put into the XML of the sheet (about four rows in five), with the results of the formulas that Excel would
store. The sums that every reader must find are counted here, from what was typed.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aggregator.campaign import Campaign
from aggregator.forms import Form
from aggregator.layout import Layout
from aggregator.personal import Press, with_parts
from aggregator.reading.book import a1
from aggregator.register import Unit
from aggregator.resources import template_dir
from aggregator.steps.issue import init_own, issue_for
from tests.proof.helpers import invented, slots

FORM = "tong-hop-2024"
SHEET_PART = "xl/worksheets/sheet1.xml"
DISTRICTS, COMMUNES = 12, 20
"""Of the province, and of each district."""


@dataclass(frozen=True)
class Corpus:
    """A campaign folder whose inbox is full, and what all its files have in sum."""

    campaign: Campaign
    files: tuple[Path, ...]
    sums: Mapping[str, int]
    """By cell of the table, computed ones included."""


def register_text(schools: int) -> str:
    """A province with so many schools below its communes. All names are invented."""
    lines = ["code,name,level,parent", "79,Tỉnh Sao Mai (mẫu),province,"]
    lines += [f"79{d:02d},Huyện Thử {d},district,79" for d in range(DISTRICTS)]
    lines += [f"79{d:02d}{c:02d},Xã Thử {d}.{c},commune,79{d:02d}" for d in range(DISTRICTS) for c in range(COMMUNES)]
    for number in range(schools):
        parent = f"79{number % DISTRICTS:02d}{number // DISTRICTS % COMMUNES:02d}"
        lines.append(f"{parent}{number:06d},Trường Thử số {number},school,{parent}")
    return "\n".join(lines) + "\n"


def make_corpus(folder: Path, number: int, seed: int) -> Corpus:
    """`number` files in the inbox of a new campaign in `folder`."""
    units = folder.parent / f"{folder.name}.csv"
    units.parent.mkdir(parents=True, exist_ok=True)
    units.write_text(register_text(number), encoding="utf-8")
    campaign = init_own(folder, FORM, units, 2024)
    schools = [unit for unit in campaign.register.units if unit.level == "school"]
    paths = tuple(folder / campaign.received / f"{unit.code}.xlsx" for unit in schools)
    sums: Counter[str] = Counter()
    for path, (data, numbers) in zip(paths, filled_forms(campaign, schools, random.Random(seed)), strict=True):
        path.write_bytes(data)
        sums.update(numbers)
    return Corpus(campaign, paths, sums)


def filled_forms(
    campaign: Campaign, units: Sequence[Unit], rng: random.Random
) -> Iterator[tuple[bytes, Mapping[str, int]]]:
    """The filled workbook of each unit, and the numbers of its table by cell."""
    press = Press()
    blank = press.workbook(issue_for(campaign, units[0]))
    open_cells, sheet = slots(io.BytesIO(blank)), Sheet(_part(blank), campaign.form)
    form = json.loads((template_dir() / f"{campaign.form.id}.json").read_text(encoding="utf-8"))
    for unit in units:
        numbers = sheet.with_sums(invented(form, open_cells, rng))
        yield with_parts(press.workbook(issue_for(campaign, unit)), {SHEET_PART: sheet.text(numbers)}), numbers


def _part(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(SHEET_PART)


class Sheet:
    """The XML of the table between its number cells."""

    def __init__(self, xml: bytes, form: Form) -> None:
        layout = Layout(form)
        self._parts = {
            a1(*layout.cell_of[key]): tuple(a1(*layout.cell_of[part]) for part in parts)
            for key, parts in form.computed.items()
        }
        self._pieces = re.split(r'(<c r="[DE][0-9]+"[^>]*?(?:/>|><f>[^<]*</f><v>0</v></c>))', xml.decode())
        self._cells = {
            found[1]: number for number, piece in enumerate(self._pieces) if (found := re.match(r'<c r="(\w+)"', piece))
        }

    def with_sums(self, typed: Mapping[str, int]) -> Mapping[str, int]:
        return {**typed, **{cell: self._sum(cell, typed) for cell in self._parts}}

    def _sum(self, cell: str, typed: Mapping[str, int]) -> int:
        if cell not in self._parts:
            return typed.get(cell, 0)
        return sum(self._sum(part, typed) for part in self._parts[cell])

    def text(self, numbers: Mapping[str, int]) -> str:
        pieces = list(self._pieces)
        for cell, number in numbers.items():
            at = self._cells[cell]
            was = pieces[at]
            pieces[at] = (
                f"{was[:-2]}><v>{number}</v></c>" if was.endswith("/>") else was.replace("<v>0<", f"<v>{number}<")
            )
        return "".join(pieces)
