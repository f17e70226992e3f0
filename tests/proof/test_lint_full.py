"""Proof that what we write opens: our own lint, Microsoft's validator, openxml-audit, and two programs that calculate.

An issued form of every kind, a district, a province with 3,500 submissions. The lint gives no false alarm on the same
workbooks saved by other programs.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import ironcalc
import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from aggregator.account import Setting, consolidate
from aggregator.consolidation import Consolidation
from aggregator.intake import choose
from aggregator.lint import lint_workbook
from aggregator.outputs.workbook import write_workbook
from aggregator.register import Register, Unit
from tests.bad_files_craft import unpacked
from tests.hostile import pack
from tests.lint_cases import rich
from tests.office import Office
from tests.ooxml import validate
from tests.proof.helpers import ROOT, SEED, differences, numbers_for, scaled
from tests.proof.test_roundtrips import WAYS
from tests.test_hierarchy import DAY, FORMS, KEY, as_file, random_leaf
from tests.test_lint import LEVELS, issued

SUBMISSIONS, DISTRICTS, SCHOOLS = 3_500, 35, 60
PROGRAMS = {name.removesuffix(".xlsx"): way for name, way in WAYS.items() if name.endswith(".xlsx")}


@pytest.fixture(autouse=True)
def seed() -> None:
    print(f"PROOF_SEED={SEED}")


# --- the workbooks ---------------------------------------------------------------------------------------------------


def register(schools: int, districts: int) -> Register:
    """A province, its districts and their schools; without districts, one district and its schools."""
    root = Unit("01", "Tỉnh Sông Trăng (mẫu)", "province" if districts else "district", None)
    between = [Unit(f"01{number:02}", f"Huyện {number} (mẫu)", "district", "01") for number in range(districts)]
    above = [unit.code for unit in between or [root]]
    parents = (above[number % len(above)] for number in range(schools))
    below = (Unit(f"{code}{number:04}", f"Trường {number}", "school", code) for number, code in enumerate(parents))
    return Register.of([root, *between, *below])


def added_up(form_id: str, rng: random.Random, schools: int, districts: int = 0) -> Consolidation:
    form, units = FORMS[form_id], register(schools, districts)
    files = [as_file(random_leaf(rng, form, unit)) for unit in units.units if unit.level == "school"]
    chosen = choose(files, units, units.root, DAY)
    return consolidate(chosen, files, units.root, Setting(form, "thu-2024", True, DAY))


@dataclass(frozen=True)
class Books:
    """Small ones by name, and the province."""

    small: dict[str, Path] = field(default_factory=dict)
    province: Path = Path()

    def all(self) -> dict[str, Path]:
        return {**self.small, "province": self.province}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    folder, rng = tmp_path_factory.mktemp("lint"), numbers_for("lint")
    small = dict(written(folder, rng))
    found = added_up("tong-hop-2021", rng, scaled(SUBMISSIONS, least=200), DISTRICTS)
    province = folder / "province.xlsx"
    province.write_bytes(write_workbook(found, KEY))
    return Books(small, province)


def written(folder: Path, rng: random.Random) -> Iterator[tuple[str, Path]]:
    for form_id in FORMS:
        made = {unit.level: partial(issued, form_id, unit) for unit in LEVELS}
        made["blank"] = (ROOT / "templates" / f"{form_id}.xlsx").read_bytes
        made["consolidated"] = partial(write_workbook, added_up(form_id, rng, SCHOOLS), KEY)
        for kind, make in made.items():
            path = folder / f"{form_id} {kind}.xlsx"
            path.write_bytes(make())
            yield path.stem, path


# --- the four proofs, and ours ---------------------------------------------------------------------------------------


def test_our_lint_finds_nothing(books: Books) -> None:
    found = {name: lint_workbook(path.read_bytes(), own=True) for name, path in books.all().items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_microsofts_validator_finds_nothing(books: Books) -> None:
    assert {path.name: found for path, found in validate(books.all().values()).items() if found} == {}


def test_openxml_audit_finds_nothing_in_small_ones(books: Books) -> None:
    audited = {name: OpenXmlValidator().validate(str(path)) for name, path in books.small.items()}
    assert {name: list(map(str, result.errors)) for name, result in audited.items() if not result.is_valid} == {}


def not_as_ironcalc(path: Path) -> tuple[int, list[str]]:
    """How many formulas there are, and those whose stored result IronCalc does not calculate."""
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    stored, seen, wrong = openpyxl.load_workbook(path, data_only=True), 0, []
    for number, sheet in enumerate(openpyxl.load_workbook(path).worksheets):
        results = stored[sheet.title]
        for cell in (cell for cells in sheet.iter_rows() for cell in cells if cell.data_type == "f"):
            seen += 1
            before = results.cell(cell.row, cell.column).value
            now = model.get_cell_value(number, cell.row, cell.column)
            if (before or "") != (now or ""):
                wrong.append(f"{sheet.title}!{cell.coordinate}: {before!r}, {now!r}")
    return seen, wrong


def test_ironcalc_calculates_what_is_stored(books: Books) -> None:
    counted = {name: not_as_ironcalc(path) for name, path in books.all().items()}
    assert {name: wrong for name, (_, wrong) in counted.items() if wrong} == {}
    assert min(seen for seen, _ in counted.values()) > 20
    assert counted["province"][0] > 2_000


def test_libreoffice_calculates_what_is_stored(books: Books, office: Office) -> None:
    found = {name: differences(office, path) for name, path in books.all().items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_wrong_stored_result_would_be_seen(office: Office, tmp_path: Path) -> None:
    """The two calculating proofs can fail: one stored sum is made wrong."""
    path = tmp_path / "sai.xlsx"
    found = added_up("tong-hop-2024", numbers_for("wrong"), 5)
    right = max(found.totals[key] for key in found.totals)
    data = write_workbook(found, KEY)
    path.write_bytes(wrong_sum(data, right))
    assert not_as_ironcalc(path)[1] != []
    assert differences(office, path) != []


def wrong_sum(data: bytes, right: int) -> bytes:
    parts = unpacked(data)
    name = "xl/worksheets/sheet1.xml"
    stored = f"</f><v>{right}</v>".encode()
    assert stored in parts[name]
    return pack({**parts, name: parts[name].replace(stored, f"</f><v>{right + 1}</v>".encode())})


# --- no false alarm --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_lint_is_silent_on_what_other_programs_save(
    books: Books, office: Office, tmp_path: Path, program: str
) -> None:
    """Issued forms, consolidated workbooks, and one with tables, charts, notes, links and filters."""
    everything = tmp_path / "everything.xlsx"
    everything.write_bytes(rich())
    found = {}
    for name, path in {**books.small, "everything": everything}.items():
        saved = tmp_path / f"{name} {program}.xlsx"
        PROGRAMS[program](path, saved, office)
        assert saved.read_bytes() != path.read_bytes()
        found[name] = lint_workbook(saved.read_bytes())
    assert {name: faults for name, faults in found.items() if faults} == {}
