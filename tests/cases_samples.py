"""The filled workbooks of the sample campaigns: believable numbers from a seed, and a few things to find.

Who sent what stands in `data/sample_returns.csv`, one line per file: the unit; its role (sound, with a warning, with an
error, held nothing, zeros only, "02 lớp", a commune in the row of districts); whose numbers (`own`, or `inclusive` of
the units below); the unit whose folder it came in; the edition, a later one being a correction saved later.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shlex
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from click.testing import CliRunner
from openpyxl import load_workbook

from aggregator.campaign import Campaign, load_campaign
from aggregator.files import slug
from aggregator.forms import Form, Row
from aggregator.layout import COLUMN_OF, DATA_SHEET, SCOPE_INCLUSIVE, UNIT_SHEET, Layout
from aggregator.reading.book import a1
from aggregator.register import Unit
from aggregator.steps.issue import issue_for
from aggregator.template import write_form
from tests.cases_craft import FAULTS, packed

SAMPLES = FAULTS.parent
NAMES = tuple(sorted(path.parent.name for path in SAMPLES.glob("*/campaign.json")))
RETURNS = Path(__file__).parent / "data" / "sample_returns.csv"
SPOKEN = {"02 lớp": 2}
"""What one of the schools types, and what is meant; the oracle of the tests reads digits only."""
DRAWN_UP_BY, HELD, SCOPE = "B7", "B9", "B10"

Figures = dict[tuple[str, str], Any]


# --- who and what --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Return:
    """One file that came in: a line of `sample_returns.csv`."""

    unit: Unit
    role: str
    inclusive: bool
    via: Unit | None
    edition: int

    @property
    def path(self) -> str:
        """As a unit names its files: in the folder of who passed it on, a correction under another name."""
        folder = f"nhan_ve/{_named(self.via)}/" if self.via else "nhan_ve/"
        return f"{folder}{_named(self.unit)}{'_ban-sua' if self.edition > 1 else ''}.xlsx"


def _named(unit: Unit) -> str:
    return f"{unit.code}_{slug(unit.name)}"


def returns(campaign: Campaign) -> Iterator[Return]:
    """What came in for a sample campaign, in the order of the table."""
    units = campaign.register.by_code
    with RETURNS.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["sample"] == campaign.id:
                via = units[line["via"]] if line["via"] else None
                inclusive = {"own": False, "inclusive": True}[line["scope"]]
                yield Return(units[line["unit"]], line["role"], inclusive, via, int(line["edition"]))


def typed(campaign: Campaign, sent: Return) -> Figures:
    """What stands in a file; an inclusive one holds what the units below it would send, added to its own."""
    edition = f"/{sent.edition}" if sent.edition > 1 else ""
    own = figures(campaign.form, sent.unit, sent.role, f"{campaign.id}/{sent.unit.code}{edition}")
    if not sent.inclusive:
        return own
    below = [unit for unit in campaign.register.subtree(sent.unit.code)[1:] if unit.must_report(campaign.day)]
    added: Counter[tuple[str, str]] = Counter(own)
    for unit in below:
        added.update(figures(campaign.form, unit, "sound", f"{campaign.id}/{unit.code}"))
    return dict(added)


def figures(form: Form, unit: Unit, role: str, seed: str) -> Figures:
    """What a unit of this role types, by row key and measure."""
    if role == "none":
        return {}
    random = Random(seed)
    drawn: Figures = {}
    for row in form.rows:
        drawn |= {(row.key, measure): number for measure, number in _draw(row, unit, random).items()}
    _keep_rules(form, drawn)
    if role == "zeros":
        return dict.fromkeys(drawn, 0)
    return drawn | _spoiled(form, role)


def _draw(row: Row, unit: Unit, random: Random) -> Mapping[str, int]:
    """Numbers for one row: about half of the rows stay blank."""
    known = row.fillable_at(unit.level)
    held, count, each = random.random() < 0.5, random.randint(1, 6), random.randint(25, 90)
    if row.caps:
        return {"count": 1} if known and unit.level in row.caps else {}
    if not held or not known:
        return {}
    many = 40 if row.unit.lower().startswith("quy") else 1
    whole = {"count": count * many, "people": count * each, "money": 500_000 * count * each}
    return {measure: whole[measure] for measure in known}


def _keep_rules(form: Form, drawn: Figures) -> None:
    """Sub-totals are what their parts add up to; whoever gives books is counted."""
    for row in form.rows:
        if row.total and row.total.relation == ">=":
            parts = sum(drawn.get((part, row.total.measure), 0) for part in row.total.parts)
            drawn[row.key, row.total.measure] = parts
    for need in form.needs:
        if need.figure in drawn:
            drawn |= {key: drawn.get(key, 12) for key in need.any_of}


def _spoiled(form: Form, role: str) -> Figures:
    """The one entry that makes the role; rows 1.09 and 1.13, or B5.1 and B4.1 in Đồng Nai."""
    classes, other = ("1.09", "1.13") if "1.09" in form.by_key else ("B5.1", "B4.1")
    if role == "words":
        return {(classes, "count"): next(iter(SPOKEN)), **({(classes, "people"): 64} if classes == "1.09" else {})}
    if role == "error":
        return {(other, "count"): "2/65", **({(other, "people"): None} if other == "1.13" else {})}
    if role == "row-of-districts":
        return {("7.1", "count"): 1}
    if role == "warning" and "10.1" in form.by_key:
        return {("10.1", "money"): 3500}
    return {("B6.3", "money"): 3500} if role == "warning" else {}


# --- files ---------------------------------------------------------------------------------------------------------


def filled_form(campaign: Campaign, sent: Return) -> bytes:
    book = load_workbook(io.BytesIO(write_form(issue_for(campaign, sent.unit))))
    layout = Layout(campaign.form)
    for (key, measure), value in typed(campaign, sent).items():
        book[DATA_SHEET][a1(layout.row_of[key], COLUMN_OF[measure])] = value  # type: ignore[index]
    book[UNIT_SHEET][DRAWN_UP_BY] = "Nguyễn Văn Mẫu"
    if sent.role == "none":
        book[UNIT_SHEET][HELD] = "không"
    if sent.inclusive:
        book[UNIT_SHEET][SCOPE] = SCOPE_INCLUSIVE
    return packed(book, f"{campaign.end}T{2 + sent.edition:02}:00:00Z")


def inputs(name: str) -> dict[str, bytes]:
    """Everything of a sample but its campaign, register and expected result, by path."""
    key = hashlib.sha256(f"sample {name}".encode()).digest()
    campaign = replace(load_campaign(SAMPLES / name), key=key)
    files = {sent.path: filled_form(campaign, sent) for sent in returns(campaign)}
    command = f"aggregator -C sample_reports/{name} aggregate --json --now {campaign.year}-10-31 -o {{out}}\n"
    return {**files, "campaign.key": f"{key.hex()}\n".encode(), "command.txt": command.encode()}


def result_of(name: str, root: Path) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON of the command in `command.txt`, run in `root`, without what depends on the machine."""
    from aggregator.cli import cli

    sample = f"sample_reports/{name}"
    words = shlex.split((SAMPLES / name / "command.txt").read_text(encoding="utf-8"))
    words = [word.replace("{out}", str(root / "tong-hop.xlsx")) for word in words]
    arguments = [str(root / sample) if word == sample else word for word in words]
    assert arguments[0] == "aggregator"
    result = CliRunner().invoke(cli, arguments[1:])
    return result.exit_code, json.loads(result.stdout)


def settled(document: Mapping[str, Any]) -> dict[str, Any]:
    """A result without the version of the tool and the place of the output."""
    return {**document, "tool": {"name": document["tool"]["name"]}, "outputs": []}


def write_sample(name: str, scratch: Path) -> None:
    """All files of a sample; the expected result is what the command says now, to be read as a diff."""
    folder = SAMPLES / name
    shutil.rmtree(folder / "nhan_ve", ignore_errors=True)
    for path, data in inputs(name).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    shutil.copytree(folder, scratch / "sample_reports" / name)
    _, document = result_of(name, scratch)
    text = json.dumps(settled(document), ensure_ascii=False, indent=1)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")
