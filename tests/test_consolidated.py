"""A consolidated workbook read back: the same leaves where nobody touched it, the cell where somebody did."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from aggregator.catalogue import message, severity_of
from aggregator.consolidated import ConsolidatedContent, read_consolidated
from aggregator.findings import Findings
from aggregator.forms import form_ids, load_form
from aggregator.identity import Expectation, is_consolidated
from aggregator.layout import Layout, figure_name
from aggregator.outputs.workbook import write_workbook
from aggregator.outputs.workbook_layout import HEADER_ROW
from aggregator.reading.book import a1
from aggregator.reading.strict import open_book
from aggregator.register import Register
from tests.office import Office
from tests.test_workbook import FORMS, KEY, REGISTER, headers, make_leaf, make_result

PATH = "nhan_ve/778.xlsx"
ALL_FORMS = {form_id: load_form(form_id) for form_id in form_ids()}
STRANGER = Expectation(ALL_FORMS)
Edit = Callable[[Workbook], None]


def ours(form_id: str = "tong-hop-2024", **fields) -> Expectation:
    known = {"form": ALL_FORMS[form_id], "campaign": "quan-7-2024", "key": KEY, "register": REGISTER}
    return Expectation(ALL_FORMS, **{**known, **fields})


def read(data: bytes, expected: Expectation = STRANGER) -> tuple[ConsolidatedContent | None, Findings]:
    book, findings = open_book(data)
    assert book is not None, findings
    assert is_consolidated(book)
    return read_consolidated(book, expected, PATH, "0" * 64)


@pytest.fixture(scope="module")
def data() -> bytes:
    return write_workbook(make_result(), KEY)


def edited(data: bytes, edit: Edit) -> bytes:
    """Changed and saved by a program that drops the results of all formulas."""
    book = load_workbook(io.BytesIO(data))
    edit(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def brief(findings: Findings) -> list[tuple]:
    return [(f.code, f.sheet, f.cell, f.found, f.expected) for f in findings]


def at(book: Workbook, sheet: str, code: str, header: str) -> str:
    """The cell of a unit's line under a header."""
    page = book[sheet]
    row = next(row for row in range(HEADER_ROW + 1, page.max_row + 1) if page.cell(row, 1).value == code)
    return a1(row, headers(page)[header])


# --- nobody touched it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form_id", FORMS)
def test_what_was_written_is_read_back(form_id):
    result = make_result(form_id)
    content, findings = read(write_workbook(result, KEY), ours(form_id))
    assert findings == ()
    assert content.leaves == tuple(leaf._replace(via=PATH, origin="proven") for leaf in result.leaves)
    assert [leaf.content for leaf in content.leaves] == [leaf.content for leaf in result.leaves]
    assert (content.form, content.campaign, content.unit.code) == (form_id, "quan-7-2024", "778")
    assert content.parents == (REGISTER.by_code["79"],)


def test_a_stranger_learns_the_tree_from_the_workbook(data):
    content, findings = read(data)
    assert findings == ()
    assert content.units == tuple(unit for unit in REGISTER.subtree("778") if unit.code != "8")
    assert content.unit == content.units[0]


def test_a_program_that_drops_all_results_is_no_edit(data):
    content, findings = read(edited(data, lambda book: None), ours())
    assert findings == ()
    assert content.leaves == read(data, ours())[0].leaves


@pytest.mark.parametrize("form_id", FORMS)
def test_saved_again_by_libreoffice_is_no_edit(tmp_path: Path, office: Office, form_id):
    source = tmp_path / "a.xlsx"
    source.write_bytes(write_workbook(make_result(form_id), KEY))
    again = office.convert(source, tmp_path / "b.xlsx").read_bytes()
    content, findings = read(again, ours(form_id))
    assert brief(findings) == []
    assert content.leaves == tuple(leaf._replace(via=PATH, origin="proven") for leaf in make_result(form_id).leaves)


def test_no_leaves_at_all_is_a_result_too():
    content, findings = read(write_workbook(make_result(leaves=()), KEY), ours())
    assert findings == () and content.leaves == ()


def test_a_result_of_a_single_school_has_no_branches_below():
    form = ALL_FORMS["tong-hop-2024"]
    result = make_result(leaves=(make_leaf(form, "007", 1),), at="007")
    content, findings = read(write_workbook(result, KEY), ours())
    assert findings == () and [leaf.unit.code for leaf in content.leaves] == ["007"]


def test_a_changed_look_and_a_remark_beside_the_table_are_no_edit(data):
    def edit(book: Workbook) -> None:
        book["Chi tiết"].column_dimensions["B"].width = 90
        book["Chi tiết"]["B40"] = "Đã xem, ngày 6/11"
        book["Tổng hợp"]["K30"] = 5
        book.create_sheet("Nháp")["A1"] = 1

    assert read(edited(data, edit), ours())[1] == ()


# --- somebody did --------------------------------------------------------------------------------------------------


def test_an_edited_number_of_a_school_is_found_at_its_cell(data):
    book = load_workbook(io.BytesIO(data))
    cell = at(book, "Chi tiết", "007", "M02.count")
    was = book["Chi tiết"][cell].value
    content, findings = read(edited(data, lambda book: book["Chi tiết"].__setitem__(cell, 999)), ours())
    assert brief(findings) == [("detail-edited", "Chi tiết", cell, "999", "trống" if was is None else str(was))]
    assert (findings[0].row, findings[0].measure, findings[0].unit) == ("2", "count", "007")
    assert severity_of(findings[0]) == "error" and content.unit.code == "778"


@pytest.mark.parametrize("value, found", [(None, "trống"), ("12", "12"), ("=5+", "=5+"), (True, "1"), (1.5, "1.5")])
def test_whatever_else_is_put_in_the_place_of_a_number_is_an_edit(data, value, found):
    book = load_workbook(io.BytesIO(data))
    cell = at(book, "Chi tiết", "7", "M01.03.people")
    assert isinstance(book["Chi tiết"][cell].value, int)
    findings = read(edited(data, lambda book: book["Chi tiết"].__setitem__(cell, value)), ours())[1]
    assert [(f.code, f.cell, f.found) for f in findings] == [("detail-edited", cell, found)]


def test_blank_is_not_zero(data):
    book = load_workbook(io.BytesIO(data))
    page, columns = book["Chi tiết"], headers(book["Chi tiết"])
    name = next(name for name, column in columns.items() if "." in name and page.cell(6, column).value is None)
    cell = a1(6, columns[name])
    findings = read(edited(data, lambda book: book["Chi tiết"].__setitem__(cell, 0)), ours())[1]
    assert brief(findings) == [("detail-edited", "Chi tiết", cell, "0", "trống")]


@pytest.mark.parametrize("header, new", [("Tên đơn vị", "Trường khác"), ("SHA-256", "0" * 64), ("Tệp", "b.xlsx")])
def test_an_edited_text_of_a_line_is_found(data, header, new):
    book = load_workbook(io.BytesIO(data))
    cell = at(book, "Chi tiết", "7", header)
    findings = read(edited(data, lambda book: book["Chi tiết"].__setitem__(cell, new)), ours())[1]
    assert [(f.code, f.cell, f.found, f.unit) for f in findings] == [("detail-edited", cell, new, "7")]


def test_an_edited_code_is_one_finding(data):
    findings = read(edited(data, lambda book: book["Chi tiết"].__setitem__("A6", "07")), ours())[1]
    assert brief(findings) == [("detail-edited", "Chi tiết", "A6", "07", "007")]


def test_a_line_taken_out_is_one_finding(data):
    findings = read(edited(data, lambda book: book["Chi tiết"].delete_rows(7)), ours())[1]
    assert brief(findings) == [("detail-edited", "Chi tiết", "A7", None, "7 Trường Tiểu học Diều Giấy (mẫu)")]


@pytest.mark.parametrize("row", [4, 6, 10, 12])
def test_a_line_put_in_is_one_finding(data, row):
    def edit(book: Workbook) -> None:
        page = book["Chi tiết"]
        page.insert_rows(row)
        for column, value in ((1, "99"), (2, "Trường mới"), (10, 5)):
            page.cell(row, column).value = value

    findings = read(edited(data, edit), ours())[1]
    assert brief(findings) == [("detail-edited", "Chi tiết", f"A{row}", "99 Trường mới", None)]


def test_a_line_doubled_is_one_finding(data):
    def edit(book: Workbook) -> None:
        page = book["Chi tiết"]
        for column in range(1, page.max_column + 1):
            page.cell(10, column).value = page.cell(7, column).value

    findings = read(edited(data, edit), ours())[1]
    assert [(f.code, f.cell) for f in findings] == [("detail-edited", "A10")]


@pytest.mark.parametrize("form_id", FORMS)
def test_a_number_typed_over_a_total_is_found(form_id):
    data = write_workbook(make_result(form_id), KEY)
    figure = ALL_FORMS[form_id].typed[2]
    cell = a1(*Layout(ALL_FORMS[form_id]).cell_of[figure])
    total = make_result(form_id).totals[figure]
    findings = read(edited(data, lambda book: book["Tổng hợp"].__setitem__(cell, total + 1)), ours(form_id))[1]
    assert brief(findings) == [("total-edited", "Tổng hợp", cell, str(total + 1), str(total))]
    assert (findings[0].row, findings[0].measure) == figure
    assert str(total) in message(findings[0], "vi")


def test_the_same_number_over_a_formula_is_named_too(data):
    """The total would no longer follow the lines below it."""
    figure = ("2", "count")
    cell = a1(*Layout(ALL_FORMS["tong-hop-2024"]).cell_of[figure])
    total = make_result().totals[figure]
    findings = read(edited(data, lambda book: book["Tổng hợp"].__setitem__(cell, total)), ours())[1]
    assert [(f.code, f.cell, f.expected) for f in findings] == [("total-edited", cell, str(total))]
    assert findings[0].found != findings[0].expected


def test_another_formula_without_a_result_is_an_edit(data):
    cell = a1(*Layout(ALL_FORMS["tong-hop-2024"]).cell_of[("2", "count")])

    def edit(book: Workbook) -> None:
        book["Tổng hợp"][cell] = book["Tổng hợp"][cell].value + "+5"

    findings = read(edited(data, edit), ours())[1]
    assert [(f.code, f.cell) for f in findings] == [("total-edited", cell)]
    assert findings[0].found.endswith("+5")


def test_a_number_of_a_branch_and_one_where_none_belongs_are_found(data):
    book = load_workbook(io.BytesIO(data))
    cells = [at(book, "Theo đơn vị", "27466", "M02.count"), at(book, "Theo đơn vị", "27469", "M02.count")]

    def edit(book: Workbook) -> None:
        book["Theo đơn vị"][cells[0]] = 7777
        book["Theo đơn vị"][cells[1]] = 3
        book["Tổng hợp"].cell(Layout(ALL_FORMS["tong-hop-2024"]).row_of["4"], 4).value = 8

    findings = read(edited(data, edit), ours())[1]
    assert [(f.code, f.sheet, f.found, f.unit) for f in findings] == [
        ("total-edited", "Tổng hợp", "8", None),
        ("total-edited", "Theo đơn vị", "7777", "27466"),
        ("total-edited", "Theo đơn vị", "3", "27469"),
    ]
    assert [f.cell for f in findings[1:]] == cells


def test_a_label_and_a_header_that_were_exchanged_are_found(data):
    row = Layout(ALL_FORMS["tong-hop-2024"]).row_of["1.01"]
    name = figure_name(ALL_FORMS["tong-hop-2024"], ("2", "count"))

    def edit(book: Workbook) -> None:
        book["Tổng hợp"].cell(row, 2).value = "Xóa mù chữ"
        book["Chi tiết"].cell(HEADER_ROW, headers(book["Chi tiết"])[name]).value = "M99.count"

    findings = read(edited(data, edit), ours())[1]
    assert [(f.code, f.expected) for f in findings] == [
        ("label-changed", ALL_FORMS["tong-hop-2024"].by_key["1.01"].label),
        ("header-changed", name),
    ]


def test_typed_over_in_libreoffice_what_follows_is_not_told_again(tmp_path: Path, data, office: Office):
    """LibreOffice computes every sum above anew; the one cell that somebody typed is named."""
    source = tmp_path / "a.xlsx"
    source.write_bytes(data)
    book = load_workbook(io.BytesIO(data))
    cell = at(book, "Chi tiết", "7", "M02.count")
    assert office.type_in(source, tmp_path / "b.xlsx", [("Chi tiết", cell, "500")]) == []
    findings = read((tmp_path / "b.xlsx").read_bytes(), ours())[1]
    assert [(f.code, f.sheet, f.cell, f.found) for f in findings] == [("detail-edited", "Chi tiết", cell, "500")]


# --- the hidden copy and where it comes from -----------------------------------------------------------------------


def test_a_result_without_its_hidden_copy_cannot_be_used(data):
    content, findings = read(edited(data, lambda book: book.remove(book["_KIEM"])), ours())
    assert content is None
    assert [(f.code, f.sheet) for f in findings] == [("sheet-missing", "_KIEM")]


@pytest.mark.parametrize("sheet", ["Tổng hợp", "Theo đơn vị", "Chi tiết"])
def test_a_missing_sheet_of_numbers_is_named(data, sheet):
    def edit(book: Workbook) -> None:
        book.active = 4
        book.remove(book[sheet])

    book, _ = open_book(edited(data, edit))
    findings = read_consolidated(book, ours(), PATH, "")[1]
    assert [(f.code, f.sheet) for f in findings] == [("sheet-missing", sheet)]


def _number_in_copy(book: Workbook) -> None:
    book["_KIEM"]["B11"] = book["_KIEM"]["B11"].value.replace(",0,", ",1,", 1)


def _line_out_of_copy(book: Workbook) -> None:
    book["_KIEM"].delete_rows(10)


def _end_out_of_copy(book: Workbook) -> None:
    book["_KIEM"].delete_rows(book["_KIEM"].max_row)


@pytest.mark.parametrize("edit", [_number_in_copy, _line_out_of_copy, _end_out_of_copy])
def test_an_edited_copy_is_a_broken_seal(data, edit):
    for expected in (STRANGER, ours()):
        content, findings = read(edited(data, edit), expected)
        assert content is None
        assert [(f.code, f.sheet) for f in findings] == [("seal-broken", "_KIEM")]


@pytest.mark.parametrize("key", [None, b"another key of somebody"])
def test_our_campaign_needs_our_key(key):
    findings = read(write_workbook(make_result(), key), ours())[1]
    assert next((f.code, f.sheet, f.cell) for f in findings) == ("seal-broken", "_KIEM", "B1")
    assert {f.code for f in findings} == {"seal-broken"}
    assert read(write_workbook(make_result(), key), ours(key=None))[1] == ()


def test_another_campaign_is_carried_and_said(data):
    findings = read(data, ours(campaign="quan-7-2025"))[1]
    assert [(f.code, f.found) for f in findings] == [("seal-foreign", "quan-7-2024")]


def test_another_form_is_not_added_up(data):
    content, findings = read(data, ours("tong-hop-2021"))
    assert content is None and [(f.code, f.found) for f in findings] == [("form-other", "tong-hop-2024")]
    content, findings = read(data, Expectation({}))
    assert content is None and [f.code for f in findings] == ["form-unknown"]
    renewed = replace(ALL_FORMS["tong-hop-2024"], fingerprint="0" * 64)
    assert [f.code for f in read(data, Expectation({renewed.id: renewed}))[1]] == ["form-unknown"]


def test_a_unit_that_nobody_knows_is_named(data):
    findings = read(data, ours(register=Register.of(REGISTER.units[:1])))[1]
    assert [(f.code, f.found) for f in findings] == [("unit-unknown", "778")]
