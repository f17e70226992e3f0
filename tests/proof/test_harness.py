"""The harness itself, on a small workbook that has nothing to do with our forms: what it says must be so.

A helper that always answers "fine" would make every other proof worthless, so each has a case where it must object.
"""

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.office import Cell, Entry, Office, OfficeError, Refused, gnumeric, pdf_text, png
from tests.ooxml import validate
from tests.oracle import add_up

ROOT = Path(__file__).resolve().parents[2]
SHEET = "Số liệu"
PASSWORD = "dat-nuoc"
WRONG_SUM = 777  # stored with the formula; a harness that does not calculate would hand it on


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """B1:B3 labels; D1:D3 unlocked, 0 to 9,999; D4:E4 merged, a list; D6 the sum, stored wrong; a hidden sheet."""
    path = tmp_path / "mẫu gốc.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        unlocked = workbook.add_format({"locked": False})
        sheet = workbook.add_worksheet(SHEET)
        for row in range(3):
            sheet.write_string(row, 1, f"Dòng {row + 1}")
            sheet.write_blank(row, 3, None, unlocked)
        whole = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 9999}
        sheet.data_validation("D1:D3", whole)
        sheet.merge_range("D4:E4", "", unlocked)
        sheet.data_validation("D4", {"validate": "list", "source": ["có", "không"]})
        sheet.write_formula("D6", "=SUM(D1:D3)", None, WRONG_SUM)
        sheet.protect(PASSWORD)
        hidden = workbook.add_worksheet("Ẩn")
        hidden.write_string("A1", "007")
        hidden.very_hidden()
    return path


def at(office: Office, path: Path, cell: str) -> Cell:
    return office.recalc(path, [SHEET])[SHEET][cell]


# --- typing ----------------------------------------------------------------------------------------------------


def test_a_person_types_and_the_sum_follows(office: Office, book: Path, tmp_path: Path) -> None:
    filled = tmp_path / "đã điền.xlsx"
    assert office.type_in(book, filled, [(SHEET, "D1", "12"), (SHEET, "D2", "30"), (SHEET, "D4", "có")]) == []
    assert at(office, filled, "D6") == Cell("42", "=SUM(D1:D3)", "number")
    assert openpyxl.load_workbook(filled, data_only=True)[SHEET]["D6"].value == 42


def test_what_the_workbook_does_not_take_is_named(office: Office, book: Path, tmp_path: Path) -> None:
    typed = [(SHEET, "D1", "1/10"), (SHEET, "D2", "02 lớp"), (SHEET, "D3", "10000"), (SHEET, "D4", "có lẽ")]
    refused = office.type_in(book, tmp_path / "b.xlsx", [*typed, (SHEET, "B1", "x")])
    assert [(each.cell, each.why) for each in refused] == [
        *((cell, "validation") for cell in ("D1", "D2", "D3", "D4")),
        ("B1", "locked"),
    ]
    assert not {"D1", "D2", "D3", "D4"} & set(office.recalc(tmp_path / "b.xlsx", [SHEET])[SHEET])


def test_a_pasted_value_meets_no_validation(office: Office, book: Path, tmp_path: Path) -> None:
    pasted = [(SHEET, "D1", "02 lớp"), Entry(SHEET, "D2", "007", as_text=True), Entry(SHEET, "D3", "007")]
    assert office.type_in(book, tmp_path / "b.xlsx", pasted, validate=False) == []
    cells = office.recalc(tmp_path / "b.xlsx", [SHEET])[SHEET]
    assert [cells[cell].kind for cell in ("D1", "D2", "D3")] == ["text", "text", "number"]
    assert [cells[cell].value for cell in ("D1", "D2", "D3", "D6")] == ["02 lớp", "007", "7", "7"]


def test_force_opens_any_password(office: Office, book: Path, tmp_path: Path) -> None:
    assert office.type_in(book, tmp_path / "b.xlsx", [(SHEET, "B1", "sửa")], force=True) == []
    assert at(office, tmp_path / "b.xlsx", "B1").value == "sửa"
    assert not openpyxl.load_workbook(tmp_path / "b.xlsx")[SHEET].protection.sheet


def test_regional_settings_decide_what_a_dot_means(
    office: Office, office_vi: Office, book: Path, tmp_path: Path
) -> None:
    typed = [(SHEET, "D1", "1.500")]
    assert office_vi.type_in(book, tmp_path / "vi.xlsx", typed, local=True) == []
    assert at(office, tmp_path / "vi.xlsx", "D1").value == "1500"
    assert office.type_in(book, tmp_path / "en.xlsx", typed) == [Refused(SHEET, "D1", "1.500", "validation")]
    office.type_in(book, tmp_path / "en.xlsx", typed, validate=False)
    assert at(office, tmp_path / "en.xlsx", "D1").value == "1.5"


# --- recalculation ---------------------------------------------------------------------------------------------


def test_stored_results_are_not_believed(office: Office, book: Path) -> None:
    assert openpyxl.load_workbook(book, data_only=True)[SHEET]["D6"].value == WRONG_SUM
    assert at(office, book, "D6").value == "0"


def test_hidden_sheets_and_text_are_read_as_they_stand(office: Office, book: Path) -> None:
    assert office.recalc(book)["Ẩn"] == {"A1": Cell("007", "", "text")}


def test_an_error_cell_is_told_as_one(office: Office, book: Path, tmp_path: Path) -> None:
    office.type_in(book, tmp_path / "b.xlsx", [(SHEET, "D1", "=1/0")], validate=False)
    assert at(office, tmp_path / "b.xlsx", "D1") == Cell("#DIV/0!", "=1/0", "error")


@pytest.mark.parametrize("ending", [".ods", ".xls", ".xlsx"])
def test_other_formats(office: Office, book: Path, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"b{ending}"
    office.type_in(book, target, [(SHEET, "D1", "5")])
    assert at(office, target, "D6").value == "5"


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
def test_gnumeric_agrees(office: Office, book: Path, tmp_path: Path) -> None:
    office.type_in(book, tmp_path / "b.xlsx", [(SHEET, "D1", "5")])
    other = gnumeric(tmp_path / "b.xlsx", tmp_path / "gnumeric.xlsx")
    assert openpyxl.load_workbook(other, data_only=True)[SHEET]["D6"].value == 5


# --- editing ---------------------------------------------------------------------------------------------------


def test_a_protected_sheet_is_not_edited_silently(office: Office, book: Path, tmp_path: Path) -> None:
    for step in (
        {"do": "swap_rows", "sheet": SHEET, "a": 1, "b": 2},
        {"do": "set_text", "sheet": SHEET, "cell": "B1", "text": "x"},
        {"do": "unprotect_sheet", "sheet": SHEET, "password": "doan"},
    ):
        with pytest.raises(OfficeError, match=r"protected|locked|password"):
            office.edit(book, tmp_path / "b.xlsx", [step])


def labels(office: Office, path: Path, sheet: str = SHEET) -> dict[str, str]:
    return {name: cell.value for name, cell in office.recalc(path, [sheet])[sheet].items() if name[0] == "B"}


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"do": "swap_rows", "a": 1, "b": 3}, {"B1": "Dòng 3", "B2": "Dòng 2", "B3": "Dòng 1"}),
        ({"do": "insert_rows", "row": 2}, {"B1": "Dòng 1", "B3": "Dòng 2", "B4": "Dòng 3"}),
        ({"do": "delete_rows", "row": 2}, {"B1": "Dòng 1", "B2": "Dòng 3"}),
        ({"do": "copy_rows", "first": 1, "last": 2, "to": 2}, {"B1": "Dòng 1", "B2": "Dòng 1", "B3": "Dòng 2"}),
        ({"do": "set_text", "cell": "B2", "text": "khác"}, {"B1": "Dòng 1", "B2": "khác", "B3": "Dòng 3"}),
    ],
    ids=lambda value: value.get("do"),
)
def test_structure_faults(
    office: Office, book: Path, tmp_path: Path, step: dict[str, object], expected: dict[str, str]
) -> None:
    unlock = {"do": "unprotect_sheet", "sheet": SHEET, "password": PASSWORD}
    office.edit(book, tmp_path / "b.xlsx", [unlock, {"sheet": SHEET, **step}])
    assert labels(office, tmp_path / "b.xlsx") == expected


def test_hidden_rows_and_sheets(office: Office, book: Path, tmp_path: Path) -> None:
    steps = [
        {"do": "hide_rows", "sheet": SHEET, "row": 2},
        {"do": "remove_sheet", "sheet": "Ẩn"},
        {"do": "rename_sheet", "sheet": SHEET, "to": "Sheet1"},
    ]
    office.edit(book, tmp_path / "b.xlsx", steps, force=True)
    workbook = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert workbook.sheetnames == ["Sheet1"]
    assert workbook["Sheet1"].row_dimensions[2].hidden


# --- paper, validator, oracle ----------------------------------------------------------------------------------


def test_paper(office: Office, book: Path, tmp_path: Path) -> None:
    paper = office.pdf(book, tmp_path / "in ra.pdf")
    assert "Dòng 2" in pdf_text(paper)
    pictures = png(paper, tmp_path / "ảnh")
    assert len(pictures) == 1
    assert pictures[0].read_bytes().startswith(b"\x89PNG")


def test_the_validator_tells_good_from_bad(book: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(bad, "w") as new:
        for item in old.infolist():
            new.writestr(item, old.read(item).replace(b"<sheetData>", b"<sheetDate/><sheetData>"))
    found = validate([book, bad])
    assert found[book] == []
    assert any("sheetDate" in sentence for sentence in found[bad])


def filled_form(path: Path, rows: list[tuple[str, str, object, object]]) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = SHEET
    for code, unit, count, people in rows:
        sheet.append(["", "nhãn", unit, count, people, "ghi chú", "", code])
    workbook.save(path)
    return path


def test_the_oracle_adds_up_what_was_typed(tmp_path: Path) -> None:
    first = filled_form(
        tmp_path / "1.xlsx",
        [("M01", "lớp", "=SUM(D3:D4)", None), ("M01.T", "người", None, "=9"), ("M01.01", "lớp/người", 2, "30")],
    )
    second = filled_form(
        tmp_path / "2.xlsx",
        [("M01.01", "lớp/người", 1, None), ("M01.13", "lớp/người", " 4 ", 5.0), ("M10.1", "đồng", 15_000_000, None)],
    )
    totals = add_up([first, second])
    assert totals["M01"] == {"count": 7, "people": 0, "money": 0}
    assert totals["M01.T"] == {"count": 0, "people": 35, "money": 0}
    assert totals["M01.01"] == {"count": 3, "people": 30, "money": 0}
    assert totals["M10.1"] == {"count": 0, "people": 0, "money": 15_000_000}


@pytest.mark.parametrize("entry", ["02 lớp", "1.500", 1.5, True, "=1+1", "-"])
def test_the_oracle_guesses_nothing(tmp_path: Path, entry: object) -> None:
    with pytest.raises(ValueError, match=r"1\.xlsx M02"):
        add_up([filled_form(tmp_path / "1.xlsx", [("M02", "cuộc", entry, None)])])


# --- the process -----------------------------------------------------------------------------------------------


def test_a_job_that_hangs_is_ended_and_the_next_one_works(book: Path, tmp_path: Path) -> None:
    office = Office()
    office.convert(book, tmp_path / "b.ods")
    office.seconds = 0.001
    with pytest.raises(OfficeError, match="no answer"):
        office.recalc(book)
    office.seconds = 60
    again = tmp_path / "again.xlsx"  # the killed program left its lock beside the first
    again.write_bytes(book.read_bytes())
    assert at(office, again, "D6").value == "0"
    office.close()


def test_a_file_that_is_no_workbook(office: Office, book: Path, tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match=r"none\.xlsx"):
        office.recalc(tmp_path / "none.xlsx")
    assert at(office, book, "D6").value == "0"


SKIPPING = "import pytest\n\ndef test_no():\n    pytest.skip('không có')\n\ndef test_yes():\n    pass\n"


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_skip_fails_on_ci_only(tmp_path: Path, ci: str, status: int, workers: str) -> None:
    (tmp_path / "test_it.py").write_text(SKIPPING, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-n", workers, f"--rootdir={tmp_path}"]
    environment = {"CI": ci, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*command, tmp_path], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    assert ("test_it.py::test_no: Skipped: không có" in done.stdout) == bool(ci)


# --- packaging -------------------------------------------------------------------------------------------------


def test_setup_lists_every_package() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = {name for name in config["options"]["packages"].split() if "_data" not in name}
    there = {".".join(init.parent.relative_to(ROOT).parts) for init in (ROOT / "aggregator").rglob("__init__.py")}
    assert listed == there
