"""The workbooks themselves, before programs that are not ours: LibreOffice calculates, Microsoft's validator reads.

Issued forms of every form and level, blank templates, consolidated workbooks of a district and of a large province;
a consolidated workbook that travels through LibreOffice to the office above; and the form on paper.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.office import Office, pdf_text, run
from tests.ooxml import validate
from tests.proof.helpers import (
    FORMS,
    LEVELS,
    ROOT,
    SEED,
    SHEET,
    Campaign,
    column_sums,
    differences,
    expected_totals,
    fill_quickly,
    full,
    numbers_for,
    own_campaign,
    sample_campaign,
    scaled,
    succeed,
    summary_totals,
)
from tests.proof.pictures import make

SAMPLE_OF = {"tong-hop-2021": "hai-ba-trung-2021", "tong-hop-2024": "quan-7-2024", "dong-nai-2023": "dong-nai-2023"}
PROVINCE_LEAVES = 300


@pytest.fixture(autouse=True)
def seed() -> None:
    print(f"PROOF_SEED={SEED}")


# --- issued workbooks --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Issued:
    """A campaign of one form; one workbook of every level, and the blank template."""

    campaign: Campaign
    books: Mapping[str, Path]


@pytest.fixture(scope="module", params=FORMS)
def issued(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Issued:
    folder = tmp_path_factory.mktemp("phát")
    campaign = sample_campaign(folder / request.param, SAMPLE_OF[request.param])
    books = {level: campaign.issued[campaign.of_level(level)[0]] for level in LEVELS}
    succeed("template", request.param, "-o", folder / "trống.xlsx")
    return Issued(campaign, books | {"blank": folder / "trống.xlsx"})


KINDS = (*LEVELS, "blank")


@pytest.mark.parametrize("kind", KINDS)
def test_an_issued_form_is_stored_as_libreoffice_calculates_it(issued: Issued, office: Office, kind: str) -> None:
    assert differences(office, issued.books[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_issued_form_says_nothing_yet(issued: Issued, kind: str) -> None:
    """Column G holds a formula in every row that is typed, all of them empty; the totals are zero."""
    formulas, results = (openpyxl.load_workbook(issued.books[kind], data_only=only)[SHEET] for only in (False, True))
    rows = {row["code"]: row for row in issued.campaign.form["rows"]}
    for number in range(1, formulas.max_row + 1):
        row = rows.get(formulas.cell(number, 8).value)
        cells = [formulas.cell(number, column) for column in (4, 5, 7) if row]
        for cell in cells:
            if str(cell.value).startswith("="):
                assert results[cell.coordinate].value in ((None, "") if cell.column == 7 else (0,)), cell.coordinate
        assert not row or bool(row["fill"]) == str(cells[2].value).startswith("=IF("), row["code"]


def test_microsofts_validator_finds_nothing_in_issued_forms(issued: Issued) -> None:
    assert {path.name: found for path, found in validate(issued.books.values()).items() if found} == {}


def test_the_blank_forms_that_ship_are_these(issued: Issued) -> None:
    name = issued.campaign.form["id"]
    assert issued.books["blank"].read_bytes() == (ROOT / "templates" / f"{name}.xlsx").read_bytes()


# --- the live check ----------------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "people missing": ({"D8": "3"}, "Còn thiếu số người"),
    "count missing": ({"E9": "30"}, "Còn thiếu số lớp, số cuộc"),
    "fewer people": ({"D10": "30", "E10": "3"}, "Số người ít hơn số lớp, số cuộc"),
    "words": ({"D11": "hai lớp"}, "Chỉ ghi bằng chữ số"),
    "words for people": ({"D12": "2", "E12": "ba mươi"}, "Chỉ ghi bằng chữ số"),
    "sub-total": ({"D26": "1", "D27": "2"}, "Nhỏ hơn tổng các dòng bên dưới"),
    "millions": ({"D44": "15"}, "Ghi đủ số đồng, không ghi theo triệu"),
    "thousands": ({"D45": "15000"}, "Số tiền rất nhỏ, xin xem lại"),
    "fine": ({"D13": "3", "E13": "30", "D32": "2", "D24": "5"}, ""),
}


def test_the_live_check_says_it_in_words(office: Office, tmp_path: Path) -> None:
    """Each fault in a row of its own, pasted past the validation; all other rows stay silent."""
    source, target = ROOT / "templates/tong-hop-2024.xlsx", tmp_path / "b.xlsx"
    typed = {cell: text for cells, _ in FAULTS.values() for cell, text in cells.items()}
    office.type_in(source, target, [(SHEET, cell, text) for cell, text in typed.items()], validate=False)
    live = {cell: found.value for cell, found in office.recalc(target, [SHEET])[SHEET].items() if cell[0] == "G"}
    spoken = {f"G{next(iter(cells))[1:]}": words for cells, words in FAULTS.values() if words}
    assert {cell: text for cell, text in live.items() if text and cell != "G4"} == spoken
    stored = openpyxl.load_workbook(target, data_only=True)[SHEET]
    assert {cell: stored[cell].value for cell in spoken} == spoken


# --- consolidated workbooks --------------------------------------------------------------------------------------


def province(leaves: int) -> list[str]:
    """A register of four levels with codes that spreadsheets like to spoil; some schools stand right below."""
    lines = ["001,Tỉnh Thử,province,", *(f"00{number},Huyện {number},district,001" for number in range(2, 7))]
    for number in range(leaves):
        district = f"00{2 + number % 5}"
        commune = f"{district}{number % 35 // 5:02d}"
        line = f"{commune},Xã {commune},commune,{district}"
        lines += [] if line in lines else [line]
        lines.append(f"{commune}{number:04d},Trường số {number},school,{commune if number % 11 else district}")
    return lines


@dataclass(frozen=True)
class Added:
    campaign: Campaign
    files: list[Path]
    totals: Mapping[str, Mapping[str, int]]
    output: Path

    @property
    def form(self) -> Any:
        return self.campaign.form


def collect(campaign: Campaign, codes: list[str]) -> Added:
    rng = numbers_for(campaign.folder.name)
    files = [fill_quickly(campaign, code, rng) for code in codes]
    done = campaign.run("aggregate", "--json")
    assert done.status == 0, done.err
    return Added(campaign, files, done.totals, campaign.folder / done.document["outputs"][0])


@pytest.fixture(scope="module", params=("district", "province"))
def added(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Added:
    """A district's workbook with some schools missing, a province's with several hundred leaves."""
    folder = tmp_path_factory.mktemp("tổng") / request.param
    if request.param == "district":
        campaign = sample_campaign(folder, "hai-ba-trung-2021")
        return collect(campaign, list(campaign.issued)[: scaled(40, least=12)])
    campaign = own_campaign(folder, "tong-hop-2024", province(scaled(PROVINCE_LEAVES, least=40)))
    return collect(campaign, list(campaign.issued))


def test_the_consolidated_workbook_holds_the_oracles_totals(added: Added) -> None:
    expected = expected_totals(added.files, added.form)
    assert full(added.totals, added.form) == expected
    assert summary_totals(added.output) == expected
    assert column_sums(added.output, "Theo đơn vị") == column_sums(added.output, "Chi tiết") == expected


def test_the_consolidated_workbook_is_stored_as_libreoffice_calculates_it(added: Added, office: Office) -> None:
    assert differences(office, added.output) == []


def test_microsofts_validator_finds_nothing_in_the_consolidated_workbook(added: Added) -> None:
    assert validate([added.output]) == {added.output: []}


def test_the_totals_are_formulas(added: Added) -> None:
    """All of them, so that the recalculation above has something to calculate."""
    sheet = openpyxl.load_workbook(added.output)["Tổng hợp"]
    numbers = [cell.value for cells in sheet.iter_rows(min_col=4, max_col=5, min_row=6) for cell in cells if cell.value]
    assert len([value for value in numbers if str(value).startswith("=SUM(")]) > 40
    assert [value for value in numbers if isinstance(value, int)] == []


# --- from the district to the province ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Travelling:
    """A province whose district 002 sends its consolidated workbook; all else comes as single files."""

    campaign: Campaign
    leaves: tuple[Path, ...]
    others: tuple[Path, ...]
    sent: Path


@pytest.fixture(scope="module", params=("one campaign", "the district's own campaign"))
def travelling(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Travelling:
    """The district works with the province's campaign folder, or with one of its own (another key)."""
    room = tmp_path_factory.mktemp("lên tỉnh")
    units = province(15)
    campaign = own_campaign(room / "tinh-2024", "tong-hop-2024", units)
    below = [line for line in units if line.startswith("002")]
    district = campaign
    if request.param != "one campaign":
        district = own_campaign(room / "huyen-2024", "tong-hop-2024", [below[0].removesuffix("001"), *below[1:]])
    rng = numbers_for(f"travelling {request.param}")
    codes = [line.split(",")[0] for line in below]
    leaves = [fill_quickly(district, code, rng) for code in codes]
    sent = room / "tong-hop-002.xlsx"
    done = district.run("aggregate", "--at", "002", "-o", sent, "--json")
    assert done.status == 0, done.err
    away = room / "da gui"
    away.mkdir()
    leaves = [path.replace(away / path.name) for path in leaves]
    others = [fill_quickly(campaign, code, rng) for code in campaign.issued if code not in codes]
    return Travelling(campaign, tuple(leaves), tuple(others), sent)


def received(travelling: Travelling, name: str) -> Path:
    """Where the workbook arrives; the arrival of the last test is taken away."""
    for old in travelling.campaign.inbox.glob("tong-hop-*.xlsx"):
        old.unlink()
    return travelling.campaign.inbox / name


def test_resaved_unedited_it_is_accepted_with_its_leaves(travelling: Travelling, office: Office) -> None:
    arrived = received(travelling, "tong-hop-002.xlsx")
    office.convert(travelling.sent, arrived)
    assert arrived.read_bytes() != travelling.sent.read_bytes()
    done = travelling.campaign.run("aggregate", "--json")
    assert [line for line in done.findings() if line["severity"] == "error"] == []
    assert done.states()[arrived.name] == "accepted"
    form = travelling.campaign.form
    expected = expected_totals([*travelling.leaves, *travelling.others], form)
    output = travelling.campaign.folder / done.document["outputs"][0]
    assert full(done.totals, form) == summary_totals(output) == column_sums(output, "Chi tiết") == expected
    assert done.document["coverage"]["units_missing"] == []
    codes = {line[0] for line in openpyxl.load_workbook(output)["Chi tiết"].iter_rows(values_only=True)}
    assert {path.name.split("_")[0] for path in travelling.leaves} <= codes


def leaf_cell(path: Path, sheet: str, column: str) -> tuple[str, int]:
    """The first filled cell below a column header such as `M01.01.count`, and its number."""
    page = openpyxl.load_workbook(path, data_only=True)[sheet]
    head = next(cell for cells in page.iter_rows() for cell in cells if cell.value == column)
    found = next(
        cell
        for cells in page.iter_rows(min_row=head.row + 1, min_col=head.column, max_col=head.column)
        for cell in cells
        if isinstance(cell.value, int)
    )
    return found.coordinate, int(found.value)


def refused_codes(
    travelling: Travelling, office: Office, sheet: str, cell: str, entry: str
) -> list[tuple[str, str, str]]:
    arrived = received(travelling, "tong-hop-002.xlsx")
    step = {"do": "set_formula", "sheet": sheet, "cell": cell, "text": entry}
    office.edit(travelling.sent, arrived, [step], force=True)
    done = travelling.campaign.run("aggregate", "--json")
    assert done.states()[arrived.name] == "refused"
    assert done.status == 1
    form = travelling.campaign.form
    assert full(done.totals, form) == expected_totals(travelling.others, form)
    lines = [line for line in done.findings(arrived.name) if line["severity"] == "error"]
    return [(line["code"], line["sheet"], line["cell"]) for line in lines]


def test_an_edited_total_is_refused_at_its_cell(travelling: Travelling, office: Office) -> None:
    row = sheet_row_of(travelling.sent, "M01.01")
    found = refused_codes(travelling, office, "Tổng hợp", f"D{row}", "777")
    assert ("total-edited", "Tổng hợp", f"D{row}") in found
    assert {code for code, *_ in found} == {"total-edited"}


def test_an_edited_branch_total_is_refused_at_its_cell(travelling: Travelling, office: Office) -> None:
    cell, number = leaf_cell(travelling.sent, "Theo đơn vị", "M02.count")
    found = refused_codes(travelling, office, "Theo đơn vị", cell, str(number + 1))
    assert found == [("total-edited", "Theo đơn vị", cell)], "what LibreOffice computed from it is no edit"


def test_an_edited_leaf_is_refused_at_its_cell(travelling: Travelling, office: Office) -> None:
    cell, number = leaf_cell(travelling.sent, "Chi tiết", "M02.count")
    found = refused_codes(travelling, office, "Chi tiết", cell, str(number + 1))
    assert found == [("detail-edited", "Chi tiết", cell)], "what LibreOffice computed from it is no edit"


def sheet_row_of(path: Path, code: str) -> int:
    sheet = openpyxl.load_workbook(path)["Tổng hợp"]
    return next(cells[0].row for cells in sheet.iter_rows(min_col=8, max_col=8) if cells[0].value == code)


# --- paper -------------------------------------------------------------------------------------------------------

A4 = (595.3, 841.9)
"""Points."""


def page_sizes(pdf: Path) -> list[tuple[float, float]]:
    told = run("pdfinfo", "-f", "1", "-l", "99", pdf)
    return [(float(wide), float(high)) for wide, high in re.findall(r"size:\s+([\d.]+) x ([\d.]+) pts", told)]


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


@pytest.mark.parametrize("kind", ["school", "blank"])
def test_the_form_on_paper(issued: Issued, office: Office, tmp_path: Path, kind: str) -> None:
    """A4, three pages at most, upright; every label, unit, header and title can be read, nothing beside the table."""
    table = only_sheet(issued.books[kind], tmp_path / "b.xlsx", office)
    paper = office.pdf(table, tmp_path / "b.pdf")
    sizes = page_sizes(paper)
    assert 1 <= len(sizes) <= 3
    assert all(abs(wide - A4[0]) < 2 and abs(high - A4[1]) < 2 for wide, high in sizes)
    words = letters(run("pdftotext", "-raw", "-enc", "UTF-8", paper, "-"))
    form = issued.campaign.form
    texts = [form["titles"][-1], *form["header"].values(), *(row["label"] for row in form["rows"])]
    assert [text for text in texts if letters(text) not in words] == []
    assert "HTSD" not in pdf_text(paper)


def only_sheet(source: Path, target: Path, office: Office) -> Path:
    """The workbook with nothing to print but the table."""
    names = [sheet.title for sheet in openpyxl.load_workbook(source).worksheets if sheet.title != SHEET]
    office.edit(source, target, [{"do": "remove_sheet", "sheet": name} for name in names], force=True)
    return target


def test_no_sheet_of_the_form_runs_off_the_paper(issued: Issued, office: Office, tmp_path: Path) -> None:
    """Every text of the print areas is in the PDF: LibreOffice leaves out what does not fit on the page."""
    book = issued.books["school"]
    words = letters(run("pdftotext", "-raw", "-enc", "UTF-8", office.pdf(book, tmp_path / "b.pdf"), "-"))
    assert [text for text in printed_texts(book) if letters(text) not in words] == []


def printed_texts(path: Path) -> Iterator[str]:
    for sheet in openpyxl.load_workbook(path).worksheets:
        area = str(sheet.print_area).rpartition("!")[2] if sheet.sheet_state == "visible" else ""
        for cells in sheet[area.replace("$", "")] if area else ():
            yield from (cell.value for cell in cells if isinstance(cell.value, str) and not cell.value.startswith("="))


HEIGHT = re.compile(rb'(<row\b[^>]*?) ht="[^"]*" customHeight="1"')


def rows_too_low(office: Office, path: Path, sheets: Sequence[str], room: Path) -> list[str]:
    """Rows lower than LibreOffice would make them for their texts; merged cells are not looked at."""
    free, anew = room / "free.xlsx", room / "anew.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(free, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            new.writestr(item, HEIGHT.sub(rb"\1", content) if item.filename.startswith("xl/worksheets/") else content)
    before = openpyxl.load_workbook(path)
    office.edit(free, anew, [step for sheet in sheets for step in typed_again(before[sheet])], force=True)
    after = openpyxl.load_workbook(anew)
    return [
        f"{name}!{row}: {dimension.height} < {after[name].row_dimensions[row].height}"
        for name in sheets
        for row, dimension in before[name].row_dimensions.items()
        if dimension.height and dimension.height < (after[name].row_dimensions[row].height or 0) - 0.5
    ]


def typed_again(page: Worksheet) -> Iterator[dict[str, str]]:
    """Typing a text makes LibreOffice fit the height of a row that has none of its own."""
    for cells in page.iter_rows(max_col=8):
        for cell in cells:
            if isinstance(cell.value, str) and not cell.value.startswith("="):
                yield {"do": "set_text", "sheet": page.title, "cell": cell.coordinate, "text": cell.value}


def test_no_row_of_the_form_is_too_low(issued: Issued, office: Office, tmp_path: Path) -> None:
    sheets = (SHEET, "Hướng dẫn", "Thuyết minh", "Đơn vị")
    assert rows_too_low(office, issued.books["school"], sheets, tmp_path) == []


def test_no_row_of_the_result_is_too_low(added: Added, office: Office, tmp_path: Path) -> None:
    assert rows_too_low(office, added.output, ["Tổng hợp"], tmp_path) == []


def test_the_result_on_paper_shows_every_number_and_label(added: Added, office: Office, tmp_path: Path) -> None:
    """A column that is too narrow prints ###; the table stands on the first pages."""
    paper = office.pdf(added.output, tmp_path / "b.pdf")
    assert "##" not in pdf_text(paper)
    words = letters(run("pdftotext", "-raw", "-l", "3", "-enc", "UTF-8", paper, "-"))
    assert [row["label"] for row in added.form["rows"] if letters(row["label"]) not in words] == []


def test_pictures_can_be_made_anew(tmp_path: Path) -> None:
    for picture in make(tmp_path):
        content = picture.read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) < 300_000
