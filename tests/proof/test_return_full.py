"""A faulty file, marked and sent back, put right in LibreOffice and dropped into the inbox again: accepted and counted.

For every form, and for files that ten other programs saved before; each copy passes Microsoft's validator as well as
the sender's own file did, prints the same pages, and takes a number where it is marked.
"""

import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from tests.office import Office, pdf_text
from tests.ooxml import validate
from tests.proof.helpers import (
    FORMS,
    SEED,
    SHEET,
    Campaign,
    expected_totals,
    fill,
    fill_quickly,
    full,
    numbers_for,
    own_campaign,
    sheet_row,
    slots,
    stored,
)
from tests.proof.test_roundtrips import PROGRAMS, WAYS

WRONG = "chưa đếm"
"""No program takes it for anything but words."""
XLSX = tuple(name for name in WAYS if name.endswith(".xlsx"))


@pytest.fixture(autouse=True)
def seed() -> None:
    print(f"PROOF_SEED={SEED}")


@pytest.fixture(scope="module", params=FORMS)
def campaign(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    schools = [f"099{number:02},Trường {way},school,099" for number, way in enumerate(XLSX)]
    place = tmp_path_factory.mktemp(request.param) / "dot"
    return own_campaign(place, request.param, ["099,Huyện Sông Trăng,district,", *schools])


@pytest.fixture
def inbox(campaign: Campaign) -> Path:
    """The inbox, empty, and nothing sent back yet."""
    for folder in (campaign.inbox, campaign.folder / "ket_qua"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    return campaign.inbox


def returned(campaign: Campaign) -> list[dict[str, Any]]:
    done = campaign.run("return", "--json")
    assert done.status == 0, done.err
    lines: list[dict[str, Any]] = done.document["returned"]
    return lines


def some_cell(path: Path) -> tuple[str, str]:
    """A cell with a number that may be typed, and the number."""
    values = stored(path)[SHEET]
    return next((slot.cell, values[slot.cell]) for slot in slots(path) if values.get(slot.cell, "0") != "0")


def test_a_copy_put_right_in_libreoffice_is_counted(
    campaign: Campaign, inbox: Path, office: Office, tmp_path: Path
) -> None:
    code = campaign.of_level("school")[0]
    good = fill(office, campaign, code, numbers_for("return"), tmp_path / "dung.xlsx")
    cell, number = some_cell(good)
    office.type_in(good, inbox / "lan-1.xlsx", [(SHEET, cell, WRONG)], validate=False)
    (line,) = returned(campaign)
    copy = campaign.folder / line["copy"]
    assert (line["unit"], line["way"]) == (code, "marked")
    assert openpyxl.load_workbook(copy)[SHEET][cell].comment.text.startswith("LỖI: ")
    assert OpenXmlValidator().validate(copy).errors == OpenXmlValidator().validate(inbox / "lan-1.xlsx").errors
    assert validate([copy])[copy] == validate([inbox / "lan-1.xlsx"])[inbox / "lan-1.xlsx"]
    sheets = stored(copy)
    assert sheets == stored(inbox / "lan-1.xlsx")
    assert printed(office, copy, tmp_path) == printed(office, inbox / "lan-1.xlsx", tmp_path)
    assert office.type_in(copy, inbox / "lan-2.xlsx", [(SHEET, cell, number)]) == [], (
        "still locked or validated wrongly"
    )
    done = campaign.run("aggregate", "--json")
    assert done.states() == {"lan-1.xlsx": "superseded", "lan-2.xlsx": "accepted"}
    assert (done.document["coverage"]["accepted"], done.document["coverage"]["refused"]) == (1, 0)
    assert full(done.totals, campaign.form) == expected_totals([good], campaign.form)
    assert returned(campaign) == []


def notes(path: Path) -> str:
    """All notes of a workbook; openpyxl does not open what some of the programs write."""
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if "/comments" in name)


def printed(office: Office, path: Path, tmp_path: Path) -> str:
    return pdf_text(office.pdf(path, tmp_path / f"{path.stem}.pdf"))


def test_a_table_out_of_order_comes_back_in_order(
    campaign: Campaign, inbox: Path, office: Office, tmp_path: Path
) -> None:
    code = campaign.of_level("school")[0]
    good = fill(office, campaign, code, numbers_for("return order"), tmp_path / "dung.xlsx")
    cell, number = some_cell(good)
    office.type_in(good, tmp_path / "sai.xlsx", [(SHEET, cell, WRONG)], validate=False)
    rows = sorted(sheet_row(good, slot.code) for slot in slots(good))
    swap = {"do": "swap_rows", "sheet": SHEET, "a": rows[2], "b": rows[-3]}
    office.edit(tmp_path / "sai.xlsx", inbox / "lan-1.xlsx", [swap], force=True)
    (line,) = returned(campaign)
    assert (line["unit"], line["way"]) == (code, "carried")
    copy = campaign.folder / line["copy"]
    assert validate([copy])[copy] == []
    assert OpenXmlValidator().validate(copy).errors == []
    assert stored(copy)[SHEET][cell] == WRONG
    assert office.type_in(copy, inbox / "lan-2.xlsx", [(SHEET, cell, number)]) == []
    done = campaign.run("aggregate", "--json")
    assert done.states() == {"lan-1.xlsx": "superseded", "lan-2.xlsx": "accepted"}
    assert full(done.totals, campaign.form) == expected_totals([good], campaign.form)


def test_files_of_other_programs_go_back_and_forth(
    campaign: Campaign, inbox: Path, office: Office, tmp_path: Path
) -> None:
    """Each school's file was saved by another program; all come back marked, and all are put right."""
    rng, wrong, originals = numbers_for("return programs"), {}, []
    for code, name in zip(campaign.of_level("school"), XLSX, strict=True):
        good = tmp_path / f"{code}-dung.xlsx"
        shutil.move(fill_quickly(campaign, code, rng), good)
        wrong[code] = some_cell(good)
        office.type_in(good, tmp_path / f"{code}.xlsx", [(SHEET, wrong[code][0], WRONG)], validate=False)
        PROGRAMS[name](tmp_path / f"{code}.xlsx", inbox / f"{code}.xlsx", office)
        originals.append(good)
    lines = {line["unit"]: line for line in returned(campaign)}
    assert lines.keys() == wrong.keys()
    print({name: lines[code]["way"] for code, name in zip(wrong, XLSX, strict=True)})
    assert {line["way"] for line in lines.values()} <= {"marked", "carried"}
    copies = {code: campaign.folder / line["copy"] for code, line in lines.items()}
    said = validate([*copies.values(), *(inbox / f"{code}.xlsx" for code in copies)])
    for code, copy in copies.items():
        assert len(said[copy]) <= len(said[inbox / f"{code}.xlsx"]), code
        cell, number = wrong[code]
        assert re.search(rf'<comment ref="{cell}"[^>]*><text><r>.*?LỖI: ', notes(copy))
        assert office.type_in(copy, inbox / f"{code}-sua.xlsx", [(SHEET, cell, number)]) == []
    done = campaign.run("aggregate", "--json")
    assert {name for name, state in done.states().items() if state == "accepted"} == {
        f"{code}-sua.xlsx" for code in wrong
    }
    assert full(done.totals, campaign.form) == expected_totals(originals, campaign.form)
