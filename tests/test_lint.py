"""The lint: every injected fault is named at its place, and honest workbooks give nothing."""

import io
import random
import re
import secrets
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.workbook.defined_name import DefinedName

from aggregator import lint, writing
from aggregator.lint import Fault, lint_workbook, package
from aggregator.lint.ranges import area_of, meet, overlaps
from aggregator.lint.rows import fragments, without_rows
from aggregator.outputs.workbook import write_workbook
from aggregator.reading.areas import Area
from aggregator.register import Unit
from aggregator.template import Issue, write_form
from tests.hostile import Part, pack, write_zip
from tests.lint_cases import CASES, MAIN, STYLES, Case, rich, rich_parts
from tests.test_hierarchy import FORMS, KEY, add_up, as_file, random_leaf, random_tree

TEMPLATES = sorted((Path(__file__).resolve().parents[1] / "templates").glob("*.xlsx"))
PARENTS = (Unit("00241", "Phường Sen (mẫu)", "commune", "007"), Unit("007", "Quận Bảy (mẫu)", "district", None))
LEVELS = (Unit("0024101", "Trường Gió & Mây (mẫu)", "school", "00241"), *PARENTS)


def consolidated(form_id: str) -> bytes:
    rng, form = random.Random(form_id), FORMS[form_id]
    register = random_tree(rng, 4)
    files = [as_file(random_leaf(rng, form, unit)) for unit in register.units if unit.level == "school"]
    return write_workbook(add_up(files, register, register.root, form), KEY)


def issued(form_id: str, unit: Unit) -> bytes:
    form = FORMS[form_id]
    above = PARENTS[PARENTS.index(unit) + 1 :] if unit in PARENTS else PARENTS
    return write_form(Issue(form, form.caption, form.signature, "thu-2024", unit, above, KEY))


def resaved(data: bytes) -> bytes:
    """Opened and saved by openpyxl."""
    buffer = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data)).save(buffer)
    return buffer.getvalue()


def places(faults: tuple[Fault, ...], kind: str) -> list[tuple[str, str]]:
    return [(fault.part, fault.place) for fault in faults if fault.kind == kind]


def holds(found: list[tuple[str, str]], case: Case) -> bool:
    """A line number is enough where the parser gives line and column."""
    ends = case.place.endswith(":")
    return any(
        part == case.part and (place.startswith(case.place) if ends else place == case.place) for part, place in found
    )


# --- injected faults -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_injected_fault_is_named_at_its_place(case: Case) -> None:
    data = pack(case.faulty())
    found = lint_workbook(data, own=case.own)
    assert holds(places(found, case.kind), case), [str(fault) for fault in found]
    assert not case.own or places(lint_workbook(data), case.kind) == []


@pytest.mark.parametrize("piece", [13, 400])
def test_large_parts_are_looked_at_piece_by_piece(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    """The same faults, wherever a piece ends; those in the prolog apart, which a large part of ours never has."""
    for case in CASES:
        data = pack(case.faulty())
        whole = lint_workbook(data, own=case.own)
        with monkeypatch.context() as patch:
            patch.setattr(package, "LARGE", 10)
            patch.setattr(package, "PIECE", piece)
            assert set(lint_workbook(data, own=case.own)) == set(whole), case


def test_two_halves_find_what_the_whole_finds(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    for case in CASES:
        data = pack(case.faulty())
        path.write_bytes(data)
        halves = {*lint_workbook(data, own=case.own, half="rest"), *lint_workbook(path, own=case.own, half="largest")}
        assert set(lint_workbook(data, own=case.own)) <= halves, case
    assert lint_workbook(rich(), own=True, half="rest") == lint_workbook(rich(), own=True, half="largest") == ()


@pytest.mark.parametrize("fresh", [2**30, 0], ids=["copy", "fresh"])
@pytest.mark.parametrize("kind", ["column-too-wide", "date-out-of-range"])
def test_both_halves_are_looked_at_before_a_workbook_is_handed_out(
    monkeypatch: pytest.MonkeyPatch, fresh: int, kind: str
) -> None:
    """The columns belong to the one half, the cells of the largest sheet to the other."""

    def fill(book: writing.Book, faulty: bool = True) -> None:
        page = book.page("A")
        page.widths([300 if faulty and kind == "column-too-wide" else 8])
        for row in range(1, 50):
            page.number(
                (row, 1), 10**8 if faulty and kind == "date-out-of-range" else row, {"num_format": "dd/mm/yyyy"}
            )
        book.page("B").text((1, 1), "x", {})

    whole = writing.build(lambda book: fill(book, faulty=False))
    monkeypatch.setattr(writing, "WORTH_TWO", 0)
    monkeypatch.setattr(writing, "WORTH_FRESH", fresh)
    assert writing.build(lambda book: fill(book, faulty=False)) == whole
    with pytest.raises(writing.LostInWriting, match=kind):
        writing.build(fill)


def test_every_kind_of_the_lint_has_its_fault() -> None:
    """All kinds that stand in the sources; those of the zip itself have tests of their own below."""
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(lint.__file__).parent.glob("*.py"))
    kinds = set(re.findall(r'(?:Fault\(|yield |kind = |else )\(?\s*"([a-z]+(?:-[a-z]+)+)"', sources))
    injected = {case.kind for case in CASES}
    assert len(injected) > 100
    assert kinds - injected == {"not-a-zip", "part-damaged", "part-twice", "too-large", "relationship-source-missing"}


@pytest.mark.parametrize(
    ("data", "kind", "part"),
    [
        (b"", "not-a-zip", ""),
        (rich()[:-40], "not-a-zip", ""),
        (write_zip([Part("a.xml", b"<a/>")]), "part-missing", "[Content_Types].xml"),
        (write_zip([Part(f"{name}.xml", b"<a/>", size=2**32 - 2) for name in "abcde"]), "too-large", ""),
        (write_zip([Part("a.xml", b"<a/>", checksum=1)]), "part-damaged", "a.xml"),
        (
            pack({**rich_parts(), "xl/_rels/none.xml.rels": b"<Relationships/>"}),
            "relationship-source-missing",
            "xl/none.xml",
        ),
        (pack({**rich_parts(), "xl/Styles.xml": b"<styleSheet/>"}), "part-twice", STYLES),
        (
            write_zip([*(Part(name, data) for name, data in rich_parts().items()), Part(MAIN, b"<x/>")]),
            "part-twice",
            MAIN,
        ),
    ],
    ids=["empty", "cut", "no types", "too large", "checksum", "rels of nothing", "differs by case", "twice"],
)
def test_a_broken_package_is_named(data: bytes, kind: str, part: str) -> None:
    assert [(fault.kind, fault.part) for fault in lint_workbook(data)][:1] == [(kind, part)]


def test_faults_come_in_the_order_of_the_sheet_and_end() -> None:
    parts = rich_parts()
    cells = "".join(f'<c r="{column}9"><v>sai {column}</v></c>' for column in "ABCDEFGH")
    row = f'<row r="9">{cells}</row>' + "".join(f'<row r="{n}"><c r="A{n}"><v>x</v></c></row>' for n in range(10, 300))
    sheet = parts[MAIN].decode().replace("</sheetData>", f"{row}</sheetData>").encode()
    found = lint_workbook(pack({**parts, MAIN: sheet}))
    assert [fault.place for fault in found[:9]] == ["A9", "B9", "C9", "D9", "E9", "F9", "G9", "H9", "A10"]
    assert len(found) == lint.MOST


# --- what two libraries let pass -------------------------------------------------------------------------------------


def by_xlsxwriter(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        fill(book)
    return buffer.getvalue()


def unclosed_format(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("A").write_number(0, 0, 1, book.add_format({"num_format": '0 "đồng'}))


def nothing_to_see(book: xlsxwriter.Workbook) -> None:
    sheets = [book.add_worksheet(name) for name in "AB"]
    sheets[1].activate()
    for sheet in sheets:
        sheet.very_hidden()


def header_overwritten(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("A")
    sheet.add_table("A1:B3", {"columns": [{"header": "Tên"}, {"header": "Số"}]})
    sheet.write_string("B1", "Số người")


def two_selected(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("A")
    book.add_worksheet("B").select()


def sum_of_nothing(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("A").write_formula("A1", "=SUM('Chi tiết'!A1)", None, 1)


def link_to_nothing(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("A").write_url("A1", "internal:'Không có'!A1")


@pytest.mark.parametrize(
    ("fill", "kind"),
    [
        (unclosed_format, "number-format-unbalanced"),
        (nothing_to_see, "all-sheets-hidden"),
        (header_overwritten, "table-header-differs"),
        (two_selected, "sheets-grouped"),
        (sum_of_nothing, "formula-missing-sheet"),
        (link_to_nothing, "hyperlink-broken"),
    ],
)
def test_what_xlsxwriter_lets_pass(fill: Callable[[xlsxwriter.Workbook], None], kind: str) -> None:
    assert kind in {fault.kind for fault in lint_workbook(by_xlsxwriter(fill))}


def test_what_openpyxl_lets_pass() -> None:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = "=SUM((A3:A4)", "=IFS(A3,1)"
    sheet.merge_cells("C1:D2")
    sheet.merge_cells("D2:E3")
    sheet.row_dimensions[4].height = 500
    sheet.oddHeader.center.text = "m" * 300
    book.defined_names["AB12"] = DefinedName("AB12", attr_text="Không!$A$1")
    book.save(buffer)
    kinds = {fault.kind for fault in lint_workbook(buffer.getvalue())}
    expected = {"formula-unbalanced", "formula-without-prefix", "merge-overlap", "row-too-high", "header-too-long"}
    assert kinds == expected | {"name-illegal", "name-to-missing-sheet"}


# --- honest workbooks ------------------------------------------------------------------------------------------------


def test_the_workbook_of_the_cases_is_fine() -> None:
    assert lint_workbook(rich(), own=True) == ()
    assert lint_workbook(resaved(rich())) == ()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_blank_templates_are_fine(path: Path) -> None:
    assert lint_workbook(path.read_bytes(), own=True) == ()
    assert lint_workbook(resaved(path.read_bytes())) == ()


@pytest.mark.parametrize("unit", LEVELS, ids=lambda unit: unit.level)
@pytest.mark.parametrize("form_id", FORMS)
def test_issued_forms_are_fine(form_id: str, unit: Unit) -> None:
    assert lint_workbook(issued(form_id, unit), own=True) == ()


@pytest.mark.parametrize("form_id", FORMS)
def test_consolidated_workbooks_are_fine(form_id: str) -> None:
    data = consolidated(form_id)
    assert lint_workbook(data, own=True) == ()
    assert lint_workbook(resaved(data)) == ()


def test_openpyxl_loses_the_results_of_formulas_and_ours_never_do() -> None:
    """The only kind that tells a workbook of ours from the same one saved by openpyxl."""
    kinds = {fault.kind for fault in lint_workbook(resaved(issued("tong-hop-2024", LEVELS[0])), own=True)}
    assert kinds == {"formula-without-value"}


@pytest.mark.parametrize(
    "text",
    [
        'IF(C4="a ""b"" (","x",\'Chi tiết\'!A1)',
        "SUM('Chi tiết'!A1:B2,_An!$A$1)",
        "SUM(Bang1[[#All],[Số]])",
        "_xlfn.IFS(C4,1)",
        "SUM(_An:'Chi tiết'!A1)",
        "{1,2;3,4}",
        "[1]Khác!$A$1+1",
        'COUNTIF(A1:A9,"it\'s")',
    ],
)
def test_honest_formulas_are_fine(text: str) -> None:
    parts = rich_parts()
    written = text.replace("&", "&amp;").replace("<", "&lt;")
    sheet = parts[MAIN].decode().replace("<f>SUM(C4:C7)</f>", f"<f>{written}</f>")
    assert sheet != parts[MAIN].decode()
    assert lint_workbook(pack({**parts, MAIN: sheet.encode()}), own=True) == ()


@pytest.mark.parametrize(
    "code", ['#,##0 "đồng";[Red]-#,##0', '0\\"', '_("a"* #,##0_)', "[$-42A]dd/mm/yyyy", '"a;b;c;d;e"0;0;0;@', "[h]:mm"]
)
def test_honest_number_formats_are_fine(code: str) -> None:
    parts = rich_parts()
    written = code.replace('"', "&quot;")
    styles = parts[STYLES].decode().replace("#,##0 &quot;đồng&quot;", written)
    assert lint_workbook(pack({**parts, STYLES: styles.encode()}), own=True) == ()


# --- the machinery ---------------------------------------------------------------------------------------------------


def test_overlaps_are_those_that_a_slow_look_finds() -> None:
    """The first overlap of every set of random ranges, and none where there is none."""
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    both = {True: 0, False: 0}
    for _ in range(2_000):
        areas: list[Area] = []
        for _ in range(rng.randint(2, 7)):
            top, left = rng.randint(1, 12), rng.randint(1, 12)
            areas.append((top, left, top + rng.randint(0, 3), left + rng.randint(0, 3)))
        slow = any(meet(one, other) for place, one in enumerate(areas) for other in areas[:place])
        found = list(overlaps(areas))
        assert bool(found) == slow, areas
        assert all(meet(one, other) for one, other in found)
        both[slow] += 1
    assert min(both.values()) > 50


@pytest.mark.parametrize("ref", ["A0", "XFE1", "A1048577", "B2:A3", "A3:A2", "A", "1", "A1:B", "", "A1:B2:C3", "a1"])
def test_what_is_no_range(ref: str) -> None:
    assert area_of(ref) is None


def test_whatever_is_done_to_the_bytes_it_answers() -> None:
    """Random damage in any part, markup that still parses included: faults or none, never an exception."""
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")
    rng, parts, found = random.Random(seed), rich_parts(), 0
    for _ in range(400):
        name = rng.choice([name for name in parts if name.endswith((".xml", ".rels"))])
        text = bytearray(parts[name])
        spots = [spot.start() for spot in re.finditer(rb"[0-9A-Za-z]", text)]
        for spot in rng.sample(spots, min(len(spots), rng.randint(1, 4))):
            text[spot] = rng.choice(b"0123456789ABZaz-!$_")
        found += bool(lint_workbook(pack({**parts, name: bytes(text)}), own=True))
    assert found > 100


def test_a_cut_or_doubled_zip_is_answered() -> None:
    data = rich()
    for end in range(0, len(data), 997):
        assert lint_workbook(data[:end])
    buffer = io.BytesIO(data)
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(MAIN, rich_parts()[MAIN])
    assert {fault.kind for fault in lint_workbook(buffer.getvalue())} == {"part-twice"}


# --- pieces --------------------------------------------------------------------------------------------------------

BEHIND = '<rowBreaks count="1"><brk id="3"/></rowBreaks></worksheet>'
SHEETS_CUT = {
    f'<worksheet><sheetData> <row r="1"><c r="A1"/></row><row r="2"/></sheetData>{BEHIND}': (
        [" ", ' r="1"><c r="A1"/></row>', ' r="2"/>'],
        f"<worksheet><sheetData></sheetData>{BEHIND}",
    ),
    f"<worksheet><sheetData></sheetData>{BEHIND}": ([""], f"<worksheet><sheetData></sheetData>{BEHIND}"),
    f"<worksheet><sheetData/>{BEHIND}": ([], f"<worksheet><sheetData/>{BEHIND}"),
    f"<worksheet>{BEHIND}": ([], f"<worksheet>{BEHIND}"),
}


@pytest.mark.parametrize("sheet", SHEETS_CUT)
def test_rows_are_found_wherever_the_sheet_is_cut(sheet: str) -> None:
    """A part comes in pieces, which end anywhere."""
    data, (rows, left) = sheet.encode(), SHEETS_CUT[sheet]
    for size in range(1, len(data) + 1):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert [row.decode() for row in fragments(pieces)] == rows, size
        assert without_rows(pieces).decode() == left, size
