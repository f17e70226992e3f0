"""`verify` proven at full size: hundreds of single edits each named, the province refuses them, honest programs pass.

A real district workbook of a real campaign, edited by openpyxl and in the XML, saved again by LibreOffice and Gnumeric.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.edits import Edit, random_edits
from tests.office import Office, gnumeric
from tests.proof.helpers import SEED, Campaign, fill_quickly, numbers_for, own_campaign, scaled

EDITS, PROVINCE_RUNS, ROUND = 500, 50, 25
DISTRICT = "79001"


@pytest.fixture(autouse=True)
def seed() -> None:
    print(f"PROOF_SEED={SEED}")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A province with one district of two wards and eight schools, all in."""
    units = ["79,Tỉnh Thử Nghiệm,province,", f"{DISTRICT},Quận Thử,district,79"]
    units += [f"{DISTRICT}{ward},Phường {ward},commune,{DISTRICT}" for ward in (1, 2)]
    units += [f"{DISTRICT}{ward}{n},Trường số {n},school,{DISTRICT}{ward}" for ward in (1, 2) for n in range(1, 5)]
    campaign = own_campaign(tmp_path_factory.mktemp("verify") / "dot", "tong-hop-2024", units)
    rng = numbers_for("verify")
    for code in campaign.issued:
        if code.startswith(DISTRICT):
            _with_words(fill_quickly(campaign, code, rng), code)
    return campaign


def _with_words(path: Path, code: str) -> None:
    """Notes and an activity, so that every list of the result has lines."""
    book = openpyxl.load_workbook(path)
    book["Số liệu"]["F10"] = f"Ghi chú của {code}"
    sheet = book["Hoạt động"]
    for column, text in enumerate((f"Ngày hội {code}", "Trường", "2", "120"), start=2):
        sheet.cell(4, column).value = text
    book.save(path)


@pytest.fixture(scope="module")
def district(campaign: Campaign) -> Path:
    done = campaign.run("aggregate", "--at", DISTRICT)
    assert done.status == 0, done.out + done.err
    return campaign.folder / f"ket_qua/tong-hop-{DISTRICT}.xlsx"


@pytest.fixture(scope="module")
def edits(district: Path) -> list[Edit]:
    return random_edits(district.read_bytes(), scaled(EDITS, 45), numbers_for("edits"))


def test_every_edited_cell_is_named(campaign: Campaign, edits: list[Edit], tmp_path: Path) -> None:
    for start in range(0, len(edits), ROUND):
        some = edits[start : start + ROUND]
        paths = [tmp_path / f"{start + number}.xlsx" for number in range(len(some))]
        for path, edit in zip(paths, some, strict=True):
            path.write_bytes(edit.data)
        done = campaign.run("verify", "--json", *paths)
        assert done.status == 1
        for path, edit in zip(paths, some, strict=True):
            places = {(one["sheet"], one["cell"]) for one in done.findings(path.name)}
            assert (edit.sheet, edit.cell) in places, (path.name, edit.what, edit.sheet, edit.cell, places)
            assert done.states()[path.name] == "refused", edit


def test_the_province_refuses_every_one(campaign: Campaign, edits: list[Edit], tmp_path: Path) -> None:
    """By the real `aggregate`, whatever cell was edited; nothing of it is added up."""
    inbox = tmp_path / "nop_len"
    for number, edit in enumerate(numbers_for("province").sample(edits, scaled(PROVINCE_RUNS, 5))):
        shutil.rmtree(inbox, ignore_errors=True)
        inbox.mkdir()
        (inbox / f"{number}.xlsx").write_bytes(edit.data)
        done = campaign.run("aggregate", inbox, "--json", "-o", tmp_path / f"tong-{number}.xlsx")
        assert done.status == 1, edit
        assert done.states() == {f"{number}.xlsx": "refused"}, (edit.what, edit.sheet, edit.cell)
        places = {(one["sheet"], one["cell"]) for one in done.findings(f"{number}.xlsx")}
        assert (edit.sheet, edit.cell) in places, (edit.what, edit.sheet, edit.cell, places)
        assert not any(any(row.values()) for row in done.totals.values()), edit


def _through_openpyxl(source: Path, target: Path) -> Path:
    openpyxl.load_workbook(source).save(target)
    return target


def test_saved_again_unedited_it_passes(campaign: Campaign, district: Path, tmp_path: Path, office: Office) -> None:
    """By LibreOffice, also there and back as .ods and .xls; by Gnumeric; by openpyxl, which drops all results."""
    saved = [
        office.convert(district, tmp_path / "lo.xlsx"),
        office.convert(office.convert(district, tmp_path / "a.ods"), tmp_path / "lo-ods.xlsx"),
        office.convert(office.convert(district, tmp_path / "a.xls"), tmp_path / "lo-xls.xlsx"),
        gnumeric(district, tmp_path / "gnumeric.xlsx"),
        _through_openpyxl(district, tmp_path / "openpyxl.xlsx"),
    ]
    done = campaign.run("verify", "--json", *saved)
    assert (done.status, done.findings()) == (0, [])
    assert {line["origin"] for line in done.document["files"]} == {"proven"}
    for path in saved:
        inbox = tmp_path / path.stem
        inbox.mkdir()
        shutil.copy(path, inbox)
        carried = campaign.run("aggregate", inbox, "--json", "-o", tmp_path / f"tong-{path.name}")
        direct = campaign.run("aggregate", "--json", "-o", tmp_path / f"truc-tiep-{path.name}")
        assert carried.totals == direct.totals


def test_typed_over_in_libreoffice_the_one_cell_is_named(
    campaign: Campaign, district: Path, tmp_path: Path, office: Office
) -> None:
    """It computes every sum anew; what merely follows is not told."""
    page = openpyxl.load_workbook(district)["Chi tiết"]
    cell = next(cell for cell in page[5] if isinstance(cell.value, int) and cell.column > 7)
    target = tmp_path / "b.xlsx"
    assert office.type_in(district, target, [("Chi tiết", cell.coordinate, str(cell.value + 7))]) == []
    done = campaign.run("verify", "--json", target)
    assert [(one["code"], one["sheet"], one["cell"]) for one in done.findings()] == [
        ("detail-edited", "Chi tiết", cell.coordinate)
    ]
