"""The workbook that a unit fills in, read back with openpyxl: contract, section 4, line by line."""

import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from aggregator.faults import Stop
from aggregator.forms import Form, Row, form_ids, load_form
from aggregator.register import Unit
from aggregator.resources import template_dir
from aggregator.seal import make_token, sheet_password
from aggregator.steps import issue
from aggregator.template import Issue, blank_issue, write_form

KEY = bytes(range(32))
DATA = "Số liệu"
HIDDEN = "_HTSD"
PROVINCE = Unit("01", "Tỉnh Một (mẫu)", "province", None)
DISTRICT = Unit("007", "Quận Bảy (mẫu)", "district", "01")
COMMUNE = Unit("00241", "Phường Sen (mẫu)", "commune", "007")
SCHOOL = Unit("0024101", "Trường Mầm non Gió (mẫu)", "school", "00241")
CHAIN = (COMMUNE, DISTRICT, PROVINCE)
ISSUED = {"school": SCHOOL, "commune": COMMUNE, "district": DISTRICT, "province": PROVINCE}
GREY = "FFD9D9D9"


def make_issue(form: Form, level: str | None) -> Issue:
    if level is None:
        return blank_issue(form)
    unit = ISSUED[level]
    above = (SCHOOL, *CHAIN)[(SCHOOL, *CHAIN).index(unit) + 1 :]
    return Issue(form, form.caption, form.signature, "c-2021", unit, above, KEY)


@cache
def written(form_id: str, level: str | None) -> bytes:
    return write_form(make_issue(load_form(form_id), level))


@cache
def opened(form_id: str, level: str | None, values: bool = False) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(written(form_id, level)), data_only=values)


@pytest.fixture(params=form_ids())
def form(request: pytest.FixtureRequest) -> Form:
    return load_form(request.param)


@pytest.fixture(params=[None, "school", "district"], ids=str)
def level(request: pytest.FixtureRequest) -> str | None:
    return request.param


@pytest.fixture
def book(form: Form, level: str | None) -> Workbook:
    return opened(form.id, level)


@pytest.fixture
def data(book: Workbook) -> Worksheet:
    return book[DATA]


def row_numbers(sheet: Worksheet) -> dict[str, int]:
    """Sheet row of each row code, as column H tells."""
    codes = {sheet.cell(row, 8).value: row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 8).value}
    codes.pop("Mã dòng")
    return codes


def rows(form: Form, sheet: Worksheet) -> Iterator[tuple[Row, int]]:
    numbers = row_numbers(sheet)
    return ((row, numbers[row.code]) for row in form.rows)


def merged(sheet: Worksheet) -> set[str]:
    return {str(area) for area in sheet.merged_cells.ranges}


# --- sheets --------------------------------------------------------------------------------------------------------


def test_sheets_in_order(form: Form, book: Workbook) -> None:
    calendar = ["Lịch"] if form.id == "tong-hop-2021" else []
    assert book.sheetnames == [
        *(DATA, "Đơn vị", "Hoạt động", *calendar, "Minh chứng", "Thuyết minh", "Hướng dẫn", HIDDEN),
    ]
    assert book.active is book[DATA]
    assert [sheet.sheet_state for sheet in book] == ["visible"] * (len(book.sheetnames) - 1) + ["veryHidden"]


def test_every_sheet_is_locked_and_none_has_a_filter(book: Workbook, level: str | None) -> None:
    for sheet in book:
        assert sheet.protection.sheet
        assert sheet.auto_filter.ref is None
        assert bool(sheet.protection.password) is (level is not None)
        assert sheet.protection.algorithmName is None


def test_the_password_comes_from_the_key() -> None:
    """The legacy hash: with a SHA-512 one LibreOffice cannot save as .ods or .xls."""
    sheet = opened("tong-hop-2021", "school")[DATA]
    stored = sheet.protection.password
    sheet.protection.set_password(sheet_password(KEY))
    assert stored == sheet.protection.password
    other = write_form(Issue(load_form("tong-hop-2021"), None, (), "c-2021", SCHOOL, CHAIN, b"another key"))
    assert openpyxl.load_workbook(io.BytesIO(other))[DATA].protection.password != stored


# --- identity ------------------------------------------------------------------------------------------------------


def expected_token(form: Form, level: str | None) -> str:
    if level is None:
        return f"HTSD:{form.id}|{form.version}|||"
    return make_token(form.id, form.version, "c-2021", ISSUED[level].code, KEY).text


def test_token_in_a_locked_cell_of_every_sheet(form: Form, book: Workbook, level: str | None) -> None:
    token = expected_token(form, level)
    for sheet in book:
        cells = [cell for line in sheet.iter_rows() for cell in line if cell.value == token]
        assert len(cells) == 1, sheet.title
        assert cells[0].protection.locked
        if sheet.title == DATA:
            assert cells[0].column > 6
    assert book.defined_names["HTSD_TOKEN"].attr_text == f'"{token}"'
    assert book.properties.keywords == token


def test_a_token_names_form_edition_campaign_and_unit(form: Form) -> None:
    token = expected_token(form, "school")
    assert re.fullmatch(rf"HTSD:{form.id}\|{form.version}\|c-2021\|0024101\|[A-Z2-7]{{16}}", token)


def test_hidden_sheet(form: Form, book: Workbook, level: str | None) -> None:
    lines = dict(book[HIDDEN].iter_rows(max_col=2, values_only=True))
    known = {"token": expected_token(form, level), "form": form.id, "version": form.version}
    assert known.items() <= lines.items()
    assert lines["fingerprint"] == form.fingerprint
    unit = ISSUED.get(level or "")
    assert (lines["unit"], lines.get("level"), lines.get("name")) == (
        (unit.code, unit.level, unit.name) if unit else (None, None, None)
    )
    chain = [
        tuple(lines[f"parent.{number}.{part}"] for part in ("code", "name", "level"))
        for number in range(1, 10)
        if f"parent.{number}.code" in lines
    ]
    above = make_issue(form, level).parents
    assert chain == [(parent.code, parent.name, parent.level) for parent in above]
    assert len(chain) == {None: 0, "school": 3, "district": 1}[level]


# --- Số liệu: the printed table ------------------------------------------------------------------------------------


def test_headers(form: Form, data: Worksheet) -> None:
    top = min(row_numbers(data).values()) - 2
    texts = form.header
    assert [data.cell(top, column).value for column in range(1, 9)] == [
        *(texts["stt"], texts["label"], texts["unit"], texts["quantity"], None, texts["note"], "Kiểm tra", "Mã dòng"),
    ]
    assert (data.cell(top + 1, 4).value, data.cell(top + 1, 5).value) == (texts["count"], texts["people"])
    assert {f"D{top}:E{top}", *(f"{column}{top}:{column}{top + 1}" for column in "ABCF")} <= merged(data)


def test_titles_caption_and_footnote(form: Form, data: Worksheet, level: str | None) -> None:
    first, last = min(row_numbers(data).values()), max(row_numbers(data).values())
    above = [data.cell(row, 1).value for row in range(2, first - 2)]
    assert above == [*form.titles, form.caption]
    assert data.cell(last + 1, 1).value == form.footnote
    name = ISSUED[level].name if level else "..."
    assert name in data["A1"].value
    below = [data.cell(row, 3).value for row in range(last + 2, last + 9)]
    assert [line for line in form.signature if line not in below] == []


def test_rows_as_the_form_has_them(form: Form, data: Worksheet) -> None:
    numbers = row_numbers(data)
    assert list(numbers) == [row.code for row in form.rows]
    assert list(numbers.values()) == list(range(min(numbers.values()), min(numbers.values()) + len(form.rows)))
    for row, at in rows(form, data):
        assert [data.cell(at, column).value or "" for column in (1, 2, 3)] == [row.stt, row.label, row.unit]
        assert (data.cell(at, 6).value or "") == row.remark


def test_no_number_is_prefilled(form: Form, data: Worksheet) -> None:
    typed = [data.cell(at, column).value for row, at in rows(form, data) if not row.computed for column in (4, 5)]
    assert set(typed) == {None}


def test_money_is_one_cell_over_both_columns(form: Form, data: Worksheet) -> None:
    money = {f"D{at}:E{at}" for row, at in rows(form, data) if "money" in row.fill}
    assert {
        area for area in merged(data) if area.startswith("D") and area != f"D{header(data)}:E{header(data)}"
    } == money
    assert len(money) == (1 if form.id == "dong-nai-2023" else 2)


def header(sheet: Worksheet) -> int:
    return min(row_numbers(sheet).values()) - 2


def test_totals_are_formulas_with_stored_results(form: Form, data: Worksheet, level: str | None) -> None:
    numbers = row_numbers(data)
    first, last = numbers.get("M01.01"), numbers.get("M01.13")
    wanted = (
        {(numbers["M01"], 4): f"=SUM(D{first}:D{last})", (numbers["M01.T"], 5): f"=SUM(E{first}:E{last})"}
        if first
        else {}
    )
    found = {(at, column): data.cell(at, column).value for _, at in rows(form, data) for column in (4, 5)
             if data.cell(at, column).data_type == "f"}  # fmt: skip
    assert found == wanted
    values = opened(form.id, level, values=True)[DATA]
    assert [values.cell(*address).value for address in wanted] == [0] * len(wanted)
    assert all(data.cell(*address).protection.locked for address in wanted)


# --- Số liệu: what may be filled -----------------------------------------------------------------------------------


def typed_columns(row: Row, level: str | None) -> set[int]:
    """Columns of a row that a unit of this level fills, told by the contract and not by the code."""
    if row.key == "7.1" and level not in (None, "district"):
        return set()
    return {{"count": 4, "people": 5, "money": 4}[measure] for measure in row.fill}


def test_only_what_may_be_filled_is_unlocked(form: Form, data: Worksheet, level: str | None) -> None:
    wanted = {(at, column) for row, at in rows(form, data) for column in {6, *typed_columns(row, level)}}
    cells = (cell for line in data.iter_rows() for cell in line if isinstance(cell, Cell))
    assert {(cell.row, cell.column) for cell in cells if not cell.protection.locked} == wanted


def test_where_nothing_is_expected_it_is_grey(form: Form, data: Worksheet, level: str | None) -> None:
    for row, at in rows(form, data):
        computed = {{"count": 4, "people": 5}[row.computed]} if row.computed in ("count", "people") else set()
        closed = {4, 5} - typed_columns(row, level) - computed
        if "money" not in row.fill:
            grey = {column for column in (4, 5) if data.cell(at, column).fill.fgColor.rgb == GREY}
            assert grey == closed, row.key


def test_open_rows_take_words_only(form: Form, data: Worksheet) -> None:
    for row, at in rows(form, data):
        if row.text:
            assert not data.cell(at, 6).protection.locked
            assert data.cell(at, 4).protection.locked is ("count" not in row.fill)
            assert data.cell(at, 5).protection.locked


@pytest.mark.parametrize(
    ("unit", "locked"), [("school", True), ("commune", True), ("district", False), ("province", True)]
)
def test_the_row_of_districts(unit: str, locked: bool) -> None:
    sheet = opened("tong-hop-2024", unit)[DATA]
    cell = sheet.cell(row_numbers(sheet)["M07.1"], 4)
    assert cell.protection.locked is locked
    assert (cell.fill.fgColor.rgb == GREY) is locked


# --- Số liệu: validation, live check -------------------------------------------------------------------------------


def validations(sheet: Worksheet) -> dict[str, DataValidation]:
    found: dict[str, DataValidation] = {}
    for rule in sheet.data_validations.dataValidation:
        for area in str(rule.sqref).split():
            left, top, right, bottom = range_boundaries(area)
            assert (left, top) == (right, bottom), "one rule per cell"
            assert area not in found
            found[f"{get_column_letter(left)}{top}"] = rule
    return found


def cap(row: Row, column: int, level: str | None) -> int:
    """Caps of the contract, and of the rows 7.1 and 7.2."""
    if row.fill == ("money",):
        return 999_999_999_999
    if (row.key, level) in (("7.1", "district"), ("7.2", "school")):
        return 1
    return 40_000 if column == 5 and level != "school" else 9_999


def test_whole_numbers_up_to_a_cap(form: Form, data: Worksheet, level: str | None) -> None:
    found = validations(data)
    for row, at in rows(form, data):
        for column in typed_columns(row, level):
            rule = found[data.cell(at, column).coordinate]
            assert (rule.type, rule.operator or "between", rule.formula1) == ("whole", "between", "0")
            assert int(rule.formula2) == cap(row, column, level), (row.key, column)
            assert rule.allow_blank
            assert rule.showErrorMessage
            assert rule.errorStyle in (None, "stop")
            assert row.code in rule.promptTitle


def test_prompts_fit_and_speak_vietnamese(book: Workbook) -> None:
    """Excel takes 255 characters in a message and 32 in its title; more makes it repair the file."""
    for sheet in book:
        for rule in sheet.data_validations.dataValidation:
            texts = (rule.prompt, rule.error)
            assert all(len(text or "") <= 255 for text in texts)
            assert all(len(text or "") <= 32 for text in (rule.promptTitle, rule.errorTitle))
            assert rule.prompt
            assert not rule.prompt.isascii()


def test_the_live_check_stands_beside_every_row_that_is_filled(form: Form, data: Worksheet, level: str | None) -> None:
    values = opened(form.id, level, values=True)[DATA]
    for row, at in rows(form, data):
        formula = data.cell(at, 7).value
        assert bool(formula) is bool(row.fill), row.key
        assert not values.cell(at, 7).value
        if row.paired:
            assert f"N(E{at})<N(D{at})" in formula
        if row.key == "6":
            assert f"N(D{at})<SUM(D{at + 1}:D{at + 3})" in formula


# --- the other sheets ----------------------------------------------------------------------------------------------

UNIT_LABELS = [
    *("Mã đơn vị", "Tên đơn vị", "Cấp", "Đơn vị cấp trên"),
    *("Người lập biểu", "Điện thoại", "Có tổ chức hoạt động", "Phạm vi số liệu"),
]


def test_unit_sheet(book: Workbook, level: str | None) -> None:
    sheet = book["Đơn vị"]
    lines = {sheet.cell(row, 1).value: sheet.cell(row, 2) for row in range(3, 11)}
    assert list(lines) == UNIT_LABELS
    locked = [label for label, cell in lines.items() if cell.protection.locked]
    assert locked == (UNIT_LABELS[:4] if level else [])
    unit = ISSUED.get(level or "")
    assert (lines["Mã đơn vị"].value, lines["Tên đơn vị"].value) == ((unit.code, unit.name) if unit else (None, None))
    assert lines["Mã đơn vị"].number_format == "@"
    assert lines["Có tổ chức hoạt động"].value == "có"
    assert lines["Phạm vi số liệu"].value == "chỉ của đơn vị"
    choices = {area: rule.formula1 for area, rule in validations(sheet).items() if rule.type == "list"}
    assert choices["B9"] == '"có,không"'
    assert choices["B10"] == '"chỉ của đơn vị,gồm cả đơn vị trực thuộc"'
    assert ("B5" in choices) is (level is None)


def test_level_and_parent_are_told_in_words() -> None:
    sheet = opened("tong-hop-2021", "school")["Đơn vị"]
    assert sheet["B5"].value == "Cơ sở giáo dục / đơn vị"
    assert sheet["B6"].value == "Phường Sen (mẫu) (00241)"
    assert opened("tong-hop-2021", "province")["Đơn vị"]["B6"].value is None


@pytest.mark.parametrize("name", ["Hoạt động", "Lịch", "Minh chứng"])
def test_open_lists(name: str) -> None:
    sheet = opened("tong-hop-2021", "school")[name]
    columns = {"Hoạt động": 6, "Lịch": 7, "Minh chứng": 3}[name]
    assert [sheet.cell(3, column).value is not None for column in range(1, columns + 1)] == [True] * columns
    assert sheet["A4"].value == 1
    assert sheet["A4"].protection.locked
    assert not any(sheet.cell(row, column).protection.locked for row in (4, 10) for column in range(2, columns + 1))


def test_only_the_first_of_october_is_in_the_calendar() -> None:
    sheet = opened("tong-hop-2021", None)["Lịch"]
    numbers = {
        cell.coordinate: cell.value
        for line in sheet.iter_rows(min_row=4, min_col=2, max_col=7)
        for cell in line
        if cell.value is not None
    }
    assert numbers == {"C4": 1, "D4": 10}
    assert [sheet["C3"].value, sheet["D3"].value] == ["Ngày", "Tháng"]


def test_narrative_sections(form: Form, book: Workbook) -> None:
    sheet = book["Thuyết minh"]
    at = range(4, 4 + len(form.sections))
    assert [sheet.cell(row, 1).value for row in at] == list(form.sections)
    assert not any(sheet.cell(row, 2).protection.locked for row in at)


# --- paper, bytes --------------------------------------------------------------------------------------------------


def test_prints_on_a4_without_our_columns(form: Form, data: Worksheet) -> None:
    left, top, right, bottom = range_boundaries(data.print_area.replace("$", "").rpartition("!")[2])
    assert (left, top, right) == (1, 1, 6)
    assert bottom >= max(row_numbers(data).values()) + 1 + len(form.signature)
    assert data.page_setup.paperSize == 9
    assert data.sheet_properties.pageSetUpPr.fitToPage
    assert (data.page_setup.fitToWidth or 1, data.page_setup.fitToHeight) == (1, 0)
    assert data.print_title_rows == f"${header(data)}:${header(data) + 1}"


def test_every_visible_sheet_has_its_paper(book: Workbook) -> None:
    for sheet in book:
        if sheet.title != HIDDEN:
            assert sheet.page_setup.paperSize == 9
            assert sheet.print_area
            assert "$H" not in sheet.print_area


def test_the_same_bytes_again(form: Form, level: str | None) -> None:
    assert write_form(make_issue(form, level)) == written(form.id, level)


def test_the_same_bytes_elsewhere() -> None:
    """Another process, other hash seed, time zone and language."""
    code = (
        "import sys; from aggregator.forms import load_form; from aggregator.template import *;"
        "sys.stdout.buffer.write(write_form(blank_issue(load_form('tong-hop-2021'))))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert done.stdout == written("tong-hop-2021", None)


def test_no_clock_no_machine(form: Form) -> None:
    with zipfile.ZipFile(io.BytesIO(written(form.id, "school"))) as archive:
        assert {item.date_time[0] for item in archive.infolist()} == {1980}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", core)) == {"2000-01-01T"}


def test_the_blank_workbooks_that_ship(form: Form) -> None:
    """`aggregator template FORM -o templates/FORM.xlsx --force` writes them anew."""
    assert (template_dir() / f"{form.id}.xlsx").read_bytes() == written(form.id, None)


# --- names that would be formulas ----------------------------------------------------------------------------------


def test_text_from_the_register_stays_text() -> None:
    unit = Unit("1", "=1+1", "school", "2")
    form = load_form("tong-hop-2024")
    data = write_form(
        Issue(form, "@SUM(1)", ("+1",), "c", unit, (Unit("2", "http://x.example", "commune", None),), KEY)
    )
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    formulas = {
        cell.column for sheet in workbook for line in sheet.iter_rows() for cell in line if cell.data_type == "f"
    }
    assert formulas <= {4, 5, 7}
    assert workbook["Đơn vị"]["B4"].value == "=1+1"
    assert workbook["Đơn vị"]["B4"].data_type == "s"
    assert all(not list(sheet._hyperlinks) for sheet in workbook)


def test_template_command_writes_once(tmp_path: Path) -> None:
    file = tmp_path / "a" / "bieu.xlsx"
    assert issue.template("tong-hop-2024", file) == file
    assert file.read_bytes() == written("tong-hop-2024", None)
    before = file.stat().st_mtime_ns
    issue.template("tong-hop-2024", file)
    assert file.stat().st_mtime_ns == before
    with pytest.raises(Stop, match="--force"):
        issue.template("tong-hop-2021", file)
    assert file.read_bytes() == written("tong-hop-2024", None)
    issue.template("tong-hop-2021", file, force=True)
    assert file.read_bytes() == written("tong-hop-2021", None)
