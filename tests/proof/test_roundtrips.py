"""Honest round trips: an issued form, filled, opened and saved again by a program that is not ours, in every format.

Each school of a campaign takes another way. All must be accepted, with nothing said beyond the format, a reading, or
the lock that many programs drop; and the totals must be those of the workbooks before they travelled.
"""

import functools
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import ironcalc
import openpyxl
import pyexcelerate
import pytest

from tests.differential import compare
from tests.office import Office, demand, environment, gnumeric
from tests.proof.helpers import (
    FORMS,
    SEED,
    Campaign,
    Done,
    expected_totals,
    fill_quickly,
    full,
    numbers_for,
    own_campaign,
)

RESAVE = Path(__file__).with_name("resave.cjs")
CACHE = Path(__file__).resolve().parents[2] / ".cache"
PACKAGES = {"xlsx": "0.18.5", "exceljs": "4.4.0", "xlsx-populate": "1.21.0", "excelize-wasm": "0.1.3"}
INSTALL_SECONDS = 300.0
ALLOWED = {"file-converted", "value-interpreted", "lock-removed"}

Way = Callable[[Path, Path, Office], object]
"""Opens the first file, saves the second; the ending names the format."""


@pytest.fixture(autouse=True)
def seed() -> None:
    print(f"PROOF_SEED={SEED}")


# --- the programs ----------------------------------------------------------------------------------------------------


@functools.cache
def libraries() -> Path:
    """The JavaScript libraries, installed once into `.cache/`, whole or not at all."""
    home = CACHE / ("resave-" + "-".join(PACKAGES.values()))
    demand(None if shutil.which("node") and shutil.which("npm") else "node and npm are not installed")
    if not home.exists():
        CACHE.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="npm-", dir=CACHE))
        names = [f"{name}@{version}" for name, version in PACKAGES.items()]
        command = ["npm", "install", "--prefix", str(fresh), "--no-audit", "--no-fund", *names]
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        if done.returncode == 0 and not home.exists():
            fresh.replace(home)
        shutil.rmtree(fresh, ignore_errors=True)
        demand(None if home.exists() else f"npm could not install {names}: {done.stderr.strip()[-300:]}")
    return home


def javascript(tool: str) -> Way:
    def save(source: Path, target: Path, _office: Office) -> None:
        command = ["node", str(RESAVE), str(libraries()), tool, str(source), str(target)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment())
        assert done.returncode == 0, done.stderr

    return save


def libreoffice(source: Path, target: Path, office: Office) -> None:
    office.convert(source, target)


def with_gnumeric(source: Path, target: Path, _office: Office) -> None:
    gnumeric(source, target)


def with_openpyxl(source: Path, target: Path, _office: Office) -> None:
    openpyxl.load_workbook(source).save(target)


def with_ironcalc(source: Path, target: Path, _office: Office) -> None:
    ironcalc.load_from_xlsx(str(source), "en", "UTC", "en").save_to_xlsx(str(target))


WAYS: Mapping[str, Way] = {
    **{f"LibreOffice.{kind}": libreoffice for kind in ("xlsx", "ods", "xls")},
    **{f"Gnumeric.{kind}": with_gnumeric for kind in ("xlsx", "ods", "xls")},
    **{f"SheetJS.{kind}": javascript("sheetjs") for kind in ("xlsx", "ods", "xls", "xlsb")},
    "ExcelJS.xlsx": javascript("exceljs"),
    "xlsx-populate.xlsx": javascript("populate"),
    "Excelize.xlsx": javascript("excelize"),
    "openpyxl.xlsx": with_openpyxl,
    "IronCalc.xlsx": with_ironcalc,
}


def with_pyexcelerate(source: Path, target: Path, _office: Office) -> None:
    """Writes the values into a workbook of its own: no form any more, but numbers to be read."""
    book = pyexcelerate.Workbook()
    for sheet in openpyxl.load_workbook(source, data_only=True):
        book.new_sheet(sheet.title, data=[list(row) for row in sheet.iter_rows(values_only=True)])
    book.save(str(target))


def as_written(source: Path, target: Path, _office: Office) -> None:
    """XlsxWriter, which writes the forms."""
    shutil.copy(source, target)


PROGRAMS: Mapping[str, Way] = {
    **{name: way for name, way in WAYS.items() if name.endswith(".xlsx")},
    "PyExcelerate.xlsx": with_pyexcelerate,
    "XlsxWriter.xlsx": as_written,
}


# --- the campaigns ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=FORMS)
def campaign(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    schools = [f"099{number:02},Trường {way},school,099" for number, way in enumerate(WAYS)]
    place = tmp_path_factory.mktemp(request.param) / "dot"
    return own_campaign(place, request.param, ["099,Huyện Sông Trăng,district,", *schools])


def test_every_way_brings_the_same_numbers(campaign: Campaign, office: Office, tmp_path: Path) -> None:
    rng, originals = numbers_for("roundtrips"), []
    for code, (name, way) in zip(campaign.of_level("school"), WAYS.items(), strict=True):
        filled = fill_quickly(campaign, code, rng)
        original = tmp_path / f"{code}.xlsx"
        office.recalc(filled, target=original)
        filled.unlink()
        way(original, campaign.inbox / f"{code}.{name.rpartition('.')[2]}", office)
        originals.append(original)
    done = campaign.run("aggregate", "--json")
    assert set(done.states().values()) == {"accepted"}, of_numbers(done)
    assert len(done.states()) == len(WAYS)
    assert of_numbers(done) == of_numbers(campaign.run("check", "--json", tmp_path))
    assert full(done.totals, campaign.form) == expected_totals(originals, campaign.form)
    converted = {line["file"].rpartition(".")[2] for line in done.findings() if line["code"] == "file-converted"}
    assert converted == {"ods", "xls", "xlsb"}


def of_numbers(done: Done) -> list[tuple[str, str, str, str]]:
    """What is said of the numbers themselves, which the way must not change."""
    lines = done.findings(without=[*ALLOWED, "report-missing"])
    return sorted((line["unit"], line["code"], str(line["cell"]), str(line["found"])) for line in lines)


def test_three_readers_agree_on_what_ten_programs_saved(campaign: Campaign, office: Office, tmp_path: Path) -> None:
    """Ours, openpyxl and calamine see the same numbers in one filled form saved by each program."""
    filled = fill_quickly(campaign, campaign.of_level("school")[0], numbers_for("ten programs"))
    saved = []
    for name, way in PROGRAMS.items():
        way(filled, tmp_path / name, office)
        saved.append((name, (tmp_path / name).read_bytes()))
    filled.unlink()
    tally = compare(saved)
    assert (len(PROGRAMS), tally.ours, tally.both) == (10, 10, {"openpyxl": 10, "calamine": 10})
    assert tally.found == []
