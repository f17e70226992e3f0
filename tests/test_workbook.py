"""The consolidated workbook: every number a sum of cells that are there, every text a text, the same bytes twice."""

import hashlib
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from aggregator.consolidation import (
    Consolidation,
    Coverage,
    FileLine,
    UnitLine,
    complete_figures,
    count_blanks,
    make_branches,
    sum_totals,
)
from aggregator.findings import Finding
from aggregator.forms import Form, load_form
from aggregator.layout import Layout, figure_name
from aggregator.outputs import workbook
from aggregator.outputs.workbook import MAX_HEIGHT, write_workbook
from aggregator.outputs.workbook_layout import CUT, HEADER_ROW, shortened
from aggregator.register import Register, Unit
from aggregator.report import Note
from aggregator.submission import Leaf
from tests.office import Office

FORMS = ("tong-hop-2024", "tong-hop-2021", "dong-nai-2023")
KEY = b"k" * 32
NASTY = "=1+1"

REGISTER = Register.of(
    (
        Unit("79", "Thành phố (mẫu)", "province", None),
        Unit("778", "Quận Bảy (mẫu)", "district", "79"),
        Unit("27466", "Phường Sen (mẫu)", "commune", "778"),
        Unit("007", NASTY, "school", "27466"),
        Unit("7", "Trường Tiểu học Diều Giấy (mẫu)", "school", "27466"),
        Unit("27469", "Phường Súng (mẫu)", "commune", "778"),
        Unit("8", "Trường Mầm non Mưa (mẫu)", "school", "27469"),
        Unit("27470", "Phường Cúc (mẫu)", "commune", "778"),
        Unit("9", "Phòng Giáo dục (mẫu)", "school", "778", "department"),
    )
)


def make_leaf(form: Form, code: str, seed: int, **fields) -> Leaf:
    """Every third figure blank, every fifth zero, the others growing with the seed; row `7.1` only for districts."""
    unit = REGISTER.by_code[code]
    figures: dict = {}
    for number, (key, measure) in enumerate(form.typed):
        allowed = measure in form.by_key[key].fillable_at(unit.level)
        value = None if number % 3 == seed % 3 or not allowed else 0 if number % 5 == 0 else number + seed
        figures[(key, measure)] = value * 1_000_000 if value and measure == "money" else value
    digest = hashlib.sha256(code.encode()).hexdigest()
    return Leaf(unit, figures, f"nhan_ve/{code}.xlsx", digest, f"{form.id} {form.version}", **fields)


def make_leaves(form: Form) -> tuple[Leaf, ...]:
    text = next((row.key for row in form.rows if row.text), form.rows[0].key)
    notes = (
        Note("open", text, '=HYPERLINK("http://a.example")\nDòng hai', "F45"),
        Note("note", form.rows[2].key, "  Ghi chú @ đầu dòng", "F9"),
        Note("narrative", form.sections[0], "Đã triển khai đầy đủ.", "B4"),
        Note("evidence", "Ảnh lễ khai mạc", "http://anh.example/1.jpg", ""),
    )
    columns = len(form.lists["activities"]["headers"])
    activity = ("1", "=Ngày hội đọc sách", "Trường", "2", "0120", "") + ("",) * (columns - 6)
    calendar = (("1", "8h00", "01", "10", "Sân trường", "Khai mạc", ""),) if "calendar" in form.lists else ()
    return (
        make_leaf(form, "778", 1),
        make_leaf(form, "27466", 2, saved="2024-10-10T08:00:00Z"),
        make_leaf(form, "007", 3, notes=notes, activities=(activity, activity), calendar=calendar),
        make_leaf(form, "7", 4, held=False),
        make_leaf(form, "27470", 5, inclusive=True),
        make_leaf(form, "9", 6, via="nhan_ve/cap_duoi.xlsx"),
    )


def make_result(
    form_id: str = "tong-hop-2024", leaves: tuple[Leaf, ...] | None = None, at: str = "778"
) -> Consolidation:
    """The district's result from its own figures, two communes, three schools and a department."""
    form = load_form(form_id)
    leaves = make_leaves(form) if leaves is None else leaves
    totals = tuple(complete_figures(form, leaf) for leaf in leaves)
    unit = REGISTER.by_code[at]
    branches = make_branches(unit, form, REGISTER, leaves, totals)
    codes = tuple(unit.code for unit in REGISTER.subtree(at))
    accepted = tuple(leaf.unit.code for leaf in leaves)
    missing = tuple(code for code in codes if code not in accepted)
    status = dict.fromkeys(accepted, "accepted")
    return Consolidation(
        at=unit,
        form=form,
        register=REGISTER,
        campaign="quan-7-2024",
        leaves=leaves,
        branches=branches,
        leaf_totals=totals,
        totals=sum_totals(form, [branch.totals for branch in branches]),
        blank=count_blanks(form, leaves),
        coverage=Coverage(codes, accepted, accepted, (), missing, missing[:1]),
        files=(
            *(FileLine(x.file, x.sha256, 9000, x.unit.code, form.id, "school", "accepted", 0) for x in leaves),
            FileLine("nhan_ve/~$a.xlsx", None, None, None, None, None, "ignored", 1),
        ),
        units=tuple(UnitLine(REGISTER.by_code[code], status.get(code, "missing"), (), 0) for code in codes),
        findings=(
            Finding(
                "row-moved", "nhan_ve/007.xlsx", "Số liệu", "B9", "007", form.rows[2].key, found="=B9", expected="B10"
            ),
        ),
        as_of="2024-11-05",
        caption=form.caption,
        signature=form.signature,
        options={"at": "778"},
    )


def opened(data: bytes, values: bool = False) -> Workbook:
    return load_workbook(io.BytesIO(data), data_only=values)


@pytest.fixture(scope="module", params=FORMS)
def result(request) -> Consolidation:
    return make_result(request.param)


@pytest.fixture(scope="module")
def data(result) -> bytes:
    return write_workbook(result, KEY)


def headers(sheet) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[HEADER_ROW] if cell.value}


def summed(formula: str) -> tuple[str, int, int, int, int]:
    """Sheet, first column, first row, last column, last row of `=SUM('Sheet'!A1:A9)`."""
    sheet, block = re.fullmatch(r"=SUM\('([^']+)'!([A-Z0-9:]+)\)", formula).groups()
    return (sheet, *range_boundaries(block))


# --- the sheets ----------------------------------------------------------------------------------------------------


def test_sheets_stand_in_the_contracts_order(result, data):
    calendar = ["Lịch"] if "calendar" in result.form.lists else []
    head = ["Tổng hợp", "Theo đơn vị", "Chi tiết", "Tình trạng nộp", "Vấn đề", "Ghi chú", "Hoạt động"]
    book = opened(data)
    assert book.sheetnames == [*head, *calendar, "Biểu đồ", "Nguồn", "_KIEM"]
    assert book["_KIEM"].sheet_state == "veryHidden"
    assert book.active.title == "Tổng hợp"


def test_the_official_table_stands_where_the_form_has_it(result, data):
    sheet, layout = opened(data, values=True)["Tổng hợp"], Layout(result.form)
    for row in result.form.rows:
        at = layout.row_of[row.key]
        found = [sheet.cell(at, column).value or "" for column in (1, 2, 3, 8)]
        assert found == [row.stt, row.label, row.unit, row.code]
    for address, text in layout.header_cells().items():
        assert sheet.cell(*address).value == text
    assert sheet["H1"].value.startswith(f"HTSD-TH:{result.form.id}|1|quan-7-2024|778|")
    assert len(sheet["H1"].value.rpartition("|")[2]) == 16


def test_every_total_is_the_sum_of_its_column_and_is_stored(result, data):
    formulas, values = opened(data), opened(data, values=True)
    branches = values["Theo đơn vị"]
    columns = headers(branches)
    last = HEADER_ROW + len(result.branches)
    for figure, address in Layout(result.form).cell_of.items():
        assert values["Tổng hợp"].cell(*address).value == result.totals[figure]
        column = columns[figure_name(result.form, figure)]
        formula = formulas["Tổng hợp"].cell(*address).value
        assert summed(formula) == ("Theo đơn vị", column, HEADER_ROW + 1, column, last)
        assert sum(branches.cell(row, column).value or 0 for row in range(4, last + 1)) == result.totals[figure]


def test_every_number_of_a_branch_is_the_sum_of_its_block(result, data):
    formulas, values = opened(data), opened(data, values=True)
    details, columns = values["Chi tiết"], headers(values["Chi tiết"])
    for row, branch in enumerate(result.branches, start=HEADER_ROW + 1):
        for figure in result.form.figures:
            name = figure_name(result.form, figure)
            at = (row, headers(values["Theo đơn vị"])[name])
            if branch.first == branch.last:
                assert formulas["Theo đơn vị"].cell(*at).value is None
                continue
            block = summed(formulas["Theo đơn vị"].cell(*at).value)
            assert block == ("Chi tiết", columns[name], 4 + branch.first, columns[name], 3 + branch.last)
            added = sum(details.cell(line, columns[name]).value or 0 for line in range(block[2], block[4] + 1))
            assert added == values["Theo đơn vị"].cell(*at).value == branch.totals[figure]


def test_own_activity_is_a_line_of_its_own(data):
    sheet = opened(data, values=True)["Theo đơn vị"]
    lines = [[cell.value for cell in row[:4]] for row in sheet.iter_rows(min_row=4)]
    assert [line[0] for line in lines] == ["778", "27466", "27469", "27470", "9"]
    assert lines[0][1] == "Quận Bảy (mẫu) (hoạt động của chính đơn vị)"
    assert [line[3] for line in lines] == [1, 3, 0, 1, 1]


def test_a_blank_stays_blank_and_a_zero_stays_zero(result, data):
    sheet = opened(data, values=True)["Chi tiết"]
    columns = headers(sheet)
    for row, leaf in enumerate(result.leaves, start=4):
        for figure in result.form.typed:
            assert sheet.cell(row, columns[figure_name(result.form, figure)]).value == leaf.figures[figure]


def test_computed_figures_add_up_their_own_line(result, data):
    formulas, values = opened(data)["Chi tiết"], opened(data, values=True)["Chi tiết"]
    columns = headers(values)
    for figure, parts in result.form.computed.items():
        column = columns[figure_name(result.form, figure)]
        for row, totals in enumerate(result.leaf_totals, start=4):
            wanted = ",".join(f"{get_column_letter(columns[figure_name(result.form, part)])}{row}" for part in parts)
            assert formulas.cell(row, column).value == f"=SUM({wanted})"
            assert values.cell(row, column).value == totals[figure]


def test_a_line_says_where_its_numbers_come_from(result, data):
    sheet = opened(data, values=True)["Chi tiết"]
    columns = headers(sheet)
    line = {name: sheet.cell(6, column).value for name, column in columns.items()}
    leaf = result.leaves[2]
    assert (line["Mã đơn vị"], line["Đơn vị cấp trên"], line["Tệp"]) == ("007", "27466", "nhan_ve/007.xlsx")
    assert (line["SHA-256"], line["Phiên bản mẫu"]) == (leaf.sha256, f"{result.form.id} 1")
    extras = ("Phạm vi số liệu", "Có tổ chức hoạt động", "Qua tệp tổng hợp")
    assert [sheet.cell(7, columns[name]).value for name in extras] == ["chỉ của đơn vị", "không", None]
    assert sheet.cell(8, columns[extras[0]]).value == "gồm cả đơn vị trực thuộc"
    assert sheet.cell(9, columns[extras[2]]).value == "nhan_ve/cap_duoi.xlsx"


def test_no_text_of_a_unit_becomes_a_formula(data):
    book = opened(data)
    ours = re.compile(r"=SUM\([^)]*\)")
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert all(cell.data_type == "f" for cell in texts if ours.fullmatch(cell.value))
    strange = [cell for cell in texts if cell.value.startswith("=") and not ours.fullmatch(cell.value)]
    assert {cell.data_type for cell in strange} == {"s"}
    assert {"=1+1", "=Ngày hội đọc sách", "=B9"} <= {cell.value for cell in strange}
    assert not any(sheet._hyperlinks for sheet in book)


def test_coverage_is_seen_at_once_and_printed(result, data):
    sheet = opened(data, values=True)["Tổng hợp"]
    assert sheet["G1"].value == "Mới có 6/8 đơn vị"
    block = [sheet.cell(row, 10).value for row in range(1, 5)]
    assert block[0] == "TỔNG HỢP CHO: Quận Bảy (mẫu) (778)"
    assert block[1] == "Tổng hợp từ 6/8 đơn vị, số liệu đến ngày 05/11/2024."
    assert block[2] == "Chưa nộp (2): Phường Súng (mẫu), Trường Mầm non Mưa (mẫu)."
    assert block[3] == "Nộp muộn (1): Phường Súng (mẫu)."
    assert sheet.cell(Layout(result.form).footnote_row + 1, 1).value == " ".join(block[1:])
    assert re.fullmatch(r"'?Tổng hợp'?!\$A\$1:\$F\$\d+", sheet.print_area)


def test_each_row_says_how_many_units_stand_behind_it():
    form = load_form("tong-hop-2024")
    empty = dict.fromkeys(form.typed)
    leaves = tuple(
        make_leaf(form, code, 0)._replace(figures={**empty, ("2", "count"): value, ("8", "count"): 1})
        for code, value in (("007", 3), ("7", None), ("8", 0))
    )
    sheet = opened(write_workbook(make_result(leaves=leaves), None))["Tổng hợp"]
    row_of = Layout(form).row_of
    assert sheet.cell(row_of["2"], 7).value == "2 đơn vị, 1 để trống"
    assert sheet.cell(row_of["8"], 7).value == "3 đơn vị"
    assert sheet.cell(row_of["7.1"], 7).value == "0 đơn vị"
    assert sheet.cell(row_of["1.01"], 7).value == "0 đơn vị, 3 để trống"


def test_notes_and_lists_travel_with_their_unit(result, data):
    book = opened(data, values=True)
    notes = [[cell.value for cell in row] for row in book["Ghi chú"].iter_rows(min_row=4)]
    assert [line[2] for line in notes] == ["Nội dung khác", "Ghi chú", "Thuyết minh", "Minh chứng"]
    assert {line[0] for line in notes} == {"007"}
    assert notes[0][6] == result.leaves[2].notes[0].text
    activities = [[cell.value for cell in row] for row in book["Hoạt động"].iter_rows(min_row=4)]
    assert activities[0][:4] == ["007", NASTY, "1", "=Ngày hội đọc sách"] and activities[0][6] == "0120"
    assert len(activities) == 2


def test_the_manifest_reconciles(result, data):
    sheet = opened(data, values=True)["Nguồn"]
    facts = {row[0].value.strip(): row[1].value for row in sheet.iter_rows(min_row=2, max_row=20) if row[0].value}
    assert facts["Dấu vân tay của mẫu (SHA-256)"] == result.form.fingerprint
    counts = [
        facts[name] for name in ("đã cộng", "không cộng, cần sửa", "đã có bản mới hơn", "trùng bản đã có", "bỏ qua")
    ]
    assert sum(counts) == facts["Số tệp đã xem"] == len(result.files)


def test_findings_say_what_and_where(data):
    line = [cell.value for cell in opened(data, values=True)["Vấn đề"][4]]
    assert line[0] == "Lỗi, không cộng" and line[1:5] == ["007", "nhan_ve/007.xlsx", "Số liệu", "B9"]
    assert line[-1] == "row-moved" and line[-2]


# --- limits and laws -----------------------------------------------------------------------------------------------


def links_of(book: Workbook) -> dict[tuple[str, str], tuple[str, str]]:
    """(sheet, cell) → (sheet, cell) of every link."""
    found = {}
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.hyperlink):
            name, _, target = cell.hyperlink.location.rpartition("!")
            found[sheet.title, cell.coordinate] = (name.strip("'"), target)
    return found


def test_a_total_leads_to_the_column_that_it_sums_and_back(result, data):
    book = opened(data)
    links = links_of(book)
    for address in Layout(result.form).cell_of.values():
        cell = f"{get_column_letter(address[1])}{address[0]}"
        sheet, head = links["Tổng hợp", cell]
        assert sheet == "Theo đơn vị"
        assert f"'Theo đơn vị'!{head.rstrip('0123456789')}4:" in book["Tổng hợp"][cell].value
        assert links[sheet, head] == ("Tổng hợp", cell)


def test_a_unit_leads_to_its_lines_and_a_finding_to_its_unit(data):
    book = opened(data)
    links = links_of(book)
    for (sheet, cell), (other, there) in links.items():
        assert there in ("A1",) or book[other][there].value is not None, (sheet, cell)
    assert links["Vấn đề", "B4"][0] == "Tình trạng nộp"
    unit = links["Vấn đề", "B4"][1]
    assert book["Tình trạng nộp"][unit].value == "007"
    assert links["Tình trạng nộp", f"J{unit[1:]}"] == ("Vấn đề", "B4")
    sheet, line = links["Tình trạng nộp", unit]
    assert (sheet, book[sheet][f"A{line[1:]}"].value) == ("Chi tiết", "007")
    sheet, line = links["Chi tiết", f"A{line[1:]}"]
    assert (sheet, book[sheet][line].value) == ("Theo đơn vị", "27466")
    sheet, line = links[sheet, line]
    assert (sheet, book[sheet][line].value) == ("Chi tiết", "27466")


def test_every_sheet_leads_back(data):
    book = opened(data)
    back = [sheet for (sheet, _), target in links_of(book).items() if target == ("Tổng hợp", "A1")]
    assert back == [name for name in book.sheetnames if name not in ("Tổng hợp", "_KIEM")]


def test_a_line_is_as_high_as_its_longest_text() -> None:
    widths = (10.0, 20.0)
    heights = [
        workbook._line_height(line, widths)
        for line in (("x" * 10, 7), ("x" * 11, 7), ("a\nb", 7), ("", "b\n" * 9), ("", "y" * 9_999))
    ]
    assert heights == sorted(heights)
    assert len(set(heights)) == 4
    assert heights[1] == heights[2]
    assert heights[-1] == MAX_HEIGHT


def test_what_is_done_meanwhile_is_done_once(result) -> None:
    done: list[int] = []
    assert write_workbook(result, KEY, lambda: done.append(1)) == write_workbook(result, KEY)
    assert done == [1]


def test_links_are_bounded():
    result = make_result()
    many = tuple(result.findings[0]._replace(cell=f"B{row}") for row in range(9, 9 + 6_000))
    book = opened(write_workbook(replace(result, findings=many), KEY))
    assert sum(sheet == "Vấn đề" for sheet, _ in links_of(book)) == 5_000 + 1
    assert book["Vấn đề"].max_row == 3 + 6_000


def test_leaves_are_folded_under_the_first_of_their_branch(result, data):
    sheet = opened(data)["Chi tiết"]
    levels = [sheet.row_dimensions[row].outlineLevel for row in range(4, 4 + len(result.leaves))]
    firsts = {branch.first for branch in result.branches if branch.first < branch.last}
    assert [number for number, level in enumerate(levels) if level == 0] == sorted(firsts)
    assert max(levels) <= 2
    assert not sheet.sheet_properties.outlinePr.summaryBelow


def test_charts_draw_cells_that_are_there(result, data):
    """Every chart has words for who cannot see it; its numbers are stored and are those of the totals."""
    formulas, values = opened(data)["Biểu đồ"], opened(data, values=True)["Biểu đồ"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if "charts/chart" in name]
        drawings = "".join(archive.read(name).decode() for name in archive.namelist() if "drawings/drawing" in name)
    assert len(charts) >= 3
    assert len(re.findall(r' descr="[^"]{20,}"', drawings)) == len(charts)
    for chart in charts:
        for first, last in re.findall(r"<c:val><c:numRef><c:f>'Biểu đồ'!\$(\w+\$\d+):\$(\w+\$\d+)</c:f>", chart):
            cells = [cell for (cell,) in values[f"{first.replace('$', '')}:{last.replace('$', '')}"]]
            assert cells and all(isinstance(cell.value, int) for cell in cells)
    layout = {f"{get_column_letter(c)}{r}": key for key, (r, c) in Layout(result.form).cell_of.items()}
    sums = [cell for row in formulas.iter_rows() for cell in row if str(cell.value).startswith("=SUM('Tổng hợp'")]
    assert sums
    for cell in sums:
        key = layout[re.fullmatch(r"=SUM\('Tổng hợp'!(\w+)\)", cell.value)[1]]
        assert values[cell.coordinate].value == result.totals[key]


@pytest.mark.parametrize("own", [None, "(Ban hành kèm theo Kế hoạch số 1)", "(Kèm theo  Báo cáo số /BC-UBND)"])
def test_the_annex_says_once_to_which_report_it_belongs(own: str | None) -> None:
    data = write_workbook(replace(make_result(), caption=own), KEY)
    caption = opened(data)["Tổng hợp"].cell(Layout(load_form("tong-hop-2024")).caption_row, 1).value
    assert len(re.findall(r"Kèm theo\s+Báo cáo", caption)) == 1
    assert caption.startswith(own or "(Kèm theo Báo cáo số")


def test_the_summary_prints_as_an_annex(result, data):
    sheet = opened(data)["Tổng hợp"]
    heading = sheet["C1"].value
    assert heading.startswith("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc")
    caption = sheet.cell(Layout(result.form).caption_row, 1).value
    assert "(Kèm theo Báo cáo số" in caption
    assert (result.caption or "") in caption
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
    assert "&P" in sheet.oddFooter.center.text
    for key, (row, column) in Layout(result.form).cell_of.items():
        assert ("đ" in sheet.cell(row, column).number_format) == (key[1] == "money")


def test_properties_name_the_campaign(data):
    properties = opened(data).properties
    assert properties.category == "quan-7-2024"
    assert properties.subject
    assert properties.creator in (None, "")


def test_the_same_result_gives_the_same_bytes(result, data):
    assert write_workbook(make_result(result.form.id), KEY) == data


def test_nobody_and_nothing_reported_still_gives_a_workbook():
    data = write_workbook(make_result(leaves=()), KEY)
    sheet = opened(data, values=True)["Tổng hợp"]
    assert sheet["G1"].value == "Mới có 0/8 đơn vị"
    assert all(sheet.cell(*at).value == 0 for at in Layout(load_form("tong-hop-2024")).cell_of.values())


def test_without_a_register_completeness_is_unknown():
    result = make_result()
    result = replace(result, coverage=replace(result.coverage, expected=None, missing=()))
    sheet = opened(write_workbook(result, None), values=True)["Tổng hợp"]
    assert sheet["G1"].value == "Mới có 6 đơn vị"
    assert sheet["J3"].value == "Không có danh sách đơn vị nên chưa biết còn thiếu đơn vị nào."


@pytest.mark.parametrize("text", ["a" * 32_768, "\x01" * 20_000, "😀" * 17_000])
def test_what_does_not_fit_into_a_cell_is_cut_and_says_so(text):
    cut = shortened(text)
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767 and cut.endswith(CUT)
    assert shortened(cut) == cut


def test_what_fits_stays_whole():
    assert shortened("a" * 32_767) == "a" * 32_767


def test_libreoffice_calculates_the_same_and_finds_no_error(tmp_path: Path, result, data, office: Office):
    path = tmp_path / "tong-hop.xlsx"
    path.write_bytes(data)
    values = opened(data, values=True)
    sheets = ("Tổng hợp", "Theo đơn vị", "Chi tiết")
    formulas = [
        (name, at, cell.value)
        for name, cells in office.recalc(path, sheets).items()
        for at, cell in cells.items()
        if cell.formula
    ]
    assert len(formulas) == len(result.form.figures) * 5 + len(result.form.computed) * 6
    for name, at, value in formulas:
        assert value == str(values[name][at].value), f"{name} {at}"
