"""Workbooks in other formats: as real programs saved them, crafted, broken; nothing lost, nothing read as blank.

`tests/data/foreign` holds the filled form of `cases_craft`, and a workbook with every kind of value (`kinds-…`), as
LibreOffice 7.4, Gnumeric 1.12 and SheetJS wrote them.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from aggregator import within_limits, workers
from aggregator.disposable import Job, Lost, do_apart
from aggregator.examine import examine_bytes
from aggregator.findings import Finding
from aggregator.identity import Expectation
from aggregator.inbox import Item
from aggregator.reading import calamine, foreign, limits, refusals, xlsb
from aggregator.reading.book import Cell, RawBook, RawSheet, a1
from aggregator.reading.foreign import open_any
from aggregator.reading.sniff import sniff
from aggregator.steps.survey import expectation
from aggregator.submission import Examination
from tests.cases_craft import School, campaign, filled, open_issued, repacked, typed
from tests.cases_files import TOTALS
from tests.opendocument import as_ods, number_cell, packed_ods, table

DATA = Path(__file__).parent / "data" / "foreign"
HONEST = ("libreoffice.ods", "libreoffice.xls", "gnumeric.ods", "gnumeric.xls", "sheetjs.xlsb")


@cache
def expected() -> Expectation:
    return expectation(campaign())


def examined(data: bytes, name: str = "x.ods") -> Examination:
    return examine_bytes(data, name, expected())


def said(data: bytes, name: str = "x.ods") -> list[tuple[str, str | None]]:
    """Codes and cells, without the one that every converted file has."""
    findings = examined(data, name).findings
    assert [finding.code for finding in findings].count("file-converted") == 1, findings
    return [(finding.code, finding.cell) for finding in findings if finding.code != "file-converted"]


def opened(data: bytes) -> RawBook:
    book, findings = open_any(data)
    assert book is not None, findings
    assert [finding.code for finding in findings] == ["file-converted"]
    return book


def refused(data: bytes) -> tuple[str, str | None, str | None]:
    book, (finding,) = open_any(data)
    assert book is None
    return finding.code, finding.cell, finding.expected


# --- honest files of real programs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_file_says_nothing_else_and_the_same_figures(name: str) -> None:
    found, original = examined((DATA / name).read_bytes(), name), examined(filled(), "x.xlsx")
    assert [finding.code for finding in found.findings] == ["file-converted"]
    assert all(finding.found and finding.expected and finding.unit == "0990102" for finding in found.findings)
    assert found.leaves[0].figures == original.leaves[0].figures
    assert (found.form, found.unit, found.campaign) == (original.form, original.unit, original.campaign)


@pytest.mark.parametrize("name", HONEST)
def test_cells_are_those_of_the_original(name: str) -> None:
    """Column G holds words for the person who fills in; programs differ in what they store there."""
    ours, theirs = opened((DATA / name).read_bytes()), open_any(filled())[0]
    assert theirs is not None
    for sheet, other in zip(ours.sheets, theirs.sheets, strict=True):
        assert sheet.name == other.name
        keys = {at for at in sheet.cells.keys() | other.cells.keys() if at[1] != 7}
        assert {at: _plain(sheet, at) for at in keys} == {at: _plain(other, at) for at in keys}
        assert sorted(sheet.merges) == sorted(other.merges)


def _plain(sheet: RawSheet, at: tuple[int, int]) -> tuple[str, str] | None:
    cell = sheet.cells.get(at)
    return None if cell is None else ("formula", "") if at in ((6, 4), (7, 5)) else (cell.kind, cell.text)


KINDS: Mapping[str, tuple[str, str]] = {
    "A1": ("number", "1"),
    "A2": ("number", "1.5"),
    "A3": ("text", "x"),
    "A5": ("bool", "1"),
    "A6": ("error", "#DIV/0!"),
    "A7": ("error", "#N/A"),
    "A8": ("number", "2"),
    "A9": ("text", "xy"),
    "A10": ("error", "#NAME?"),
    "A11": ("number", "0"),
    "A15": ("error", "#REF!"),
    "A16": ("number", "0.5"),
    "A19": ("number", "5"),
    "A21": ("number", "-3"),
    "A22": ("error", "#REF!"),
    "E20": ("number", "7"),
    "C22": ("number", "4"),
    "A26": ("number", "123456789012"),
}


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("kinds-*")))
def test_every_kind_of_value(name: str) -> None:
    """An error or a formula without a result is never a blank, never a number; dates and percentages are told."""
    sheet, other = opened((DATA / name).read_bytes()).sheets
    cells = {a1(*at): cell for at, cell in sheet.cells.items()}
    assert {at: (cells[at].kind, cells[at].text) for at in KINDS} == dict(KINDS)
    assert cells["A16"].format == "0%"
    assert cells["A12"].kind == "date" or "yy" in cells["A12"].format
    assert cells["A18"].kind in ("none", "text") and cells["A18"].text == "" and cells["A18"].formula
    assert cells["A19"].formula in ("SUM(A1:A2)*2", "SUM(A1:A2)*2.0")
    assert (sheet.hidden_rows, 6 in sheet.hidden_columns, sheet.merges) == ({21}, True, ((22, 3, 22, 4),))
    assert (other.name, other.state, other.cells[3, 2].text) == ("Ẩn", "hidden", '<b> & "q"')


# --- crafted .ods: what was done to the form is noticed ------------------------------------------------------------


def form(changes: School | None = None, results: Mapping[str, int] = TOTALS) -> bytes:
    return as_ods(typed(open_issued(), changes or {}), results)


def in_cell(cell: str, xml: str) -> bytes:
    """The filled form with the XML of one cell replaced; the cell is marked by a number that stands nowhere else."""
    data = form({cell: 777_777})
    marked = number_cell(777_777)

    def change(parts: dict[str, bytes]) -> None:
        text = parts["content.xml"].decode()
        assert text.count(marked) == 1
        parts["content.xml"] = text.replace(marked, xml).encode()

    return repacked(data, change)


def typed_cell(kind: str, attributes: str, shown: str = "") -> str:
    text = f"<text:p>{shown}</text:p>" if shown else ""
    return f'<table:table-cell office:value-type="{kind}" {attributes}>{text}</table:table-cell>'


CALC = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
INPUTS: Mapping[str, tuple[str, str | None]] = {
    typed_cell("float", 'office:value="4"'): ("accepted", None),
    typed_cell("float", 'office:value="4.0"', "4"): ("accepted", None),
    typed_cell("currency", 'office:value="4" office:currency="VND"', "4 ₫"): ("accepted", None),
    typed_cell("string", "", "4"): ("value-interpreted", "D14"),
    typed_cell("string", 'office:string-value="4"', "4"): ("value-interpreted", "D14"),
    typed_cell("string", f'office:string-value="" {CALC} calcext:value-type="error"', "#REF!"): (
        "value-error-cell",
        "D14",
    ),
    typed_cell("float", 'office:value="0" table:formula="of:=1/0"', "#DIV/0!"): ("value-error-cell", "D14"),
    typed_cell("float", 'office:value="0" table:formula="of:=1/0"', "Err:502"): ("value-error-cell", "D14"),
    '<table:table-cell table:formula="of:=[.D16]*2"/>': ("value-not-calculated", "D14"),
    typed_cell("float", 'office:value="4" table:formula="of:=[.D16]*2"', "4"): ("value-interpreted", "D14"),
    typed_cell("float", 'office:value="5" table:formula="of:=[.D16]*2"', "5"): ("value-not-calculated", "D14"),
    typed_cell("float", 'office:value="4" table:formula="of:=[$\'Hoạt động\'.A1]"', "4"): (
        "value-not-calculated",
        "D14",
    ),
    typed_cell("percentage", 'office:value="0.04"', "4%"): ("value-not-a-number", "D14"),
    typed_cell("float", 'office:value="0.04"', "4%"): ("value-not-a-number", "D14"),
    typed_cell("date", 'office:date-value="2021-10-04"', "04/10"): ("value-date", "D14"),
    typed_cell("time", 'office:time-value="PT04H00M00S"', "4:00"): ("value-date", "D14"),
    typed_cell("boolean", 'office:boolean-value="true"', "TRUE"): ("value-not-a-number", "D14"),
    typed_cell("float", 'office:value="4"', "9"): ("value-shown-differently", "D14"),
    typed_cell("float", 'office:value="4.5"', "4,5"): ("value-ambiguous", "D14"),
    "<table:table-cell><text:p>4 lớp</text:p></table:table-cell>": ("value-interpreted", "D14"),
}


@pytest.mark.parametrize("xml", INPUTS)
def test_an_entry_is_read_as_what_it_is(xml: str) -> None:
    code, cell = INPUTS[xml]
    assert said(in_cell("D14", xml)) == ([] if code == "accepted" else [(code, cell)])


@pytest.mark.parametrize(
    ("changes", "results", "wanted"),
    [
        ({}, TOTALS, []),
        ({}, {"D6": 0, "E7": 0}, []),
        ({}, {}, []),
        ({"D6": 6}, TOTALS, []),
        ({"D6": 8}, TOTALS, [("total-mismatch", "D6")]),
        ({"D6": "6"}, TOTALS, [("total-mismatch", "D6")]),
        ({"D6": None, "E7": None}, TOTALS, [("total-mismatch", "D6"), ("total-mismatch", "E7")]),
        ({"D6": "=SUM(D8:D19)"}, {"D6": 7, "E7": 205}, [("total-mismatch", "D6")]),
        ({"D6": 8, "D14": "xem ghi chú"}, TOTALS, [("value-not-a-number", "D14")]),
    ],
)
def test_totals_of_a_converted_file(
    changes: School, results: Mapping[str, int], wanted: list[tuple[str, str | None]]
) -> None:
    """The issued formula is enough, whatever was stored; anything else must say the sum; unread parts say nothing."""
    found = said(form(changes, results))
    assert found == wanted


def test_a_hidden_row_is_told_and_the_lock_is_not() -> None:
    book = open_issued()
    book["Số liệu"].row_dimensions[14].hidden = True
    book["Số liệu"].protection.disable()
    assert said(as_ods(book, TOTALS)) == [("row-hidden", "B14")]


# --- crafted .ods: the format --------------------------------------------------------------------------------------


def cells_of(rows: str, **more: Any) -> dict[str, Cell]:
    sheet = opened(packed_ods(table(rows), **more)).sheets[0]
    return {a1(*at): cell for at, cell in sheet.cells.items()}


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row{attributes}>{''.join(cells)}</table:table-row>"


def repeated(number: int, what: str = "columns") -> str:
    return f' table:number-{what}-repeated="{number}"'


def blank(number: int = 1) -> str:
    return f"<table:table-cell{repeated(number)}/>"


def test_repeated_cells_and_rows_stand_everywhere() -> None:
    cells = cells_of(row(blank(2), number_cell(7, repeated(3)), attributes=repeated(2, "rows")) + row(number_cell(8)))
    assert {at: cell.text for at, cell in cells.items()} == {
        "C1": "7", "D1": "7", "E1": "7", "C2": "7", "D2": "7", "E2": "7", "A3": "8",
    }  # fmt: skip


def test_repeated_blanks_cost_nothing() -> None:
    far = row(blank(999_999_999), attributes=repeated(1_048_575, "rows"))
    assert list(cells_of(far + row(blank(16_383), number_cell(1)))) == ["XFD1048576"]
    assert list(cells_of(row(number_cell(1)) + far * 100)) == ["A1"]


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        (row(blank(16_384), number_cell(1)), limits.COLUMNS),
        (row(blank(), attributes=repeated(1_048_576, "rows")) + row(number_cell(1)), limits.ROWS),
        (row(number_cell(1, repeated(16_385))), limits.COLUMNS),
        (row(number_cell(1), attributes=repeated(999_999_999, "rows")), limits.ROWS),
        (row(number_cell(1), attributes=repeated(200_001, "rows")), limits.FILLED),
        (row(number_cell(1, repeated(0))), refusals.RANGE),
        (row(number_cell("1", ' table:number-columns-spanned="x"')), refusals.RANGE),
        (row(number_cell(1, ' table:number-columns-spanned="16385"')), refusals.RANGE),
        (row(number_cell("NaN")), refusals.NUMBER),
        (row(number_cell("1,5")), refusals.NUMBER),
        (row(number_cell("1_0")), refusals.NUMBER),
        (row(number_cell("")), refusals.NUMBER),
        (row(number_cell("1" * 65)), limits.NUMBER),
        (row('<table:table-cell office:value-type="date"/>'), refusals.DATE),
        (row('<table:table-cell office:value-type="time"/>'), refusals.DATE),
        (row('<table:table-cell office:value-type="boolean" office:boolean-value="1"/>'), refusals.BOOLEAN),
        (row('<table:table-cell office:value-type="complex"/>'), refusals.CELL_TYPE),
        (row(f"<table:table-cell><text:p>{'x' * 32_768}</text:p></table:table-cell>"), limits.TEXT),
        (row('<table:table-cell><text:p>1<text:s text:c="40000"/></text:p></table:table-cell>'), limits.TEXT),
        (row("<table:table-cell><text:p>1<text:odd>2</text:odd></text:p></table:table-cell>"), refusals.ELSEWHERE),
        (row("<table:table-cell><text:list/></table:table-cell>"), refusals.ELSEWHERE),
        (row(f"<table:table-cell>{table(row(number_cell(1)))}</table:table-cell>"), refusals.ELSEWHERE),
        (row(f'<table:table-cell table:formula="of:={"1+" * 5_000}1"/>'), limits.FORMULA),
        (row('<table:table-cell table:formula="of:=DDE(&quot;a&quot;;&quot;b&quot;)"/>'), refusals.DDE),
        (row("<table:table-cell table:formula=\"of:=cmd|'/C calc'!A0\"/>"), refusals.DDE),
    ],
)
def test_what_no_honest_program_writes_is_refused(rows: str, rule: Any) -> None:
    code, _, expected = refused(packed_ods(table(rows)))
    assert (code, expected) == (rule.code, rule.vi)


def test_a_refusal_names_sheet_and_cell() -> None:
    rows = row(blank()) + row(blank(3), number_cell("x"))
    _, (finding,) = open_any(packed_ods(table(row(number_cell(1)), "Một") + table(rows, "Hai")))
    assert (finding.code, finding.sheet, finding.cell) == ("file-damaged", "Hai", "D2")


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (packed_ods(table("") * 2), refusals.SHEET_TWINS),
        (packed_ods(table("", "")), refusals.BAD_SHEET),
        (packed_ods(""), refusals.NO_SHEET),
        (packed_ods("".join(table("", f"s{number}") for number in range(101))), limits.SHEETS),
        (packed_ods(table("", "x" * 256)), limits.SHEET_NAME),
        (packed_ods("<table:dde-links/>" + table("")), refusals.DDE),
        (packed_ods(table("<table:table-row>")), refusals.BROKEN_XML),
        (packed_ods(table(""), more={"styles.xml": "<!DOCTYPE a><a/>"}), refusals.DOCTYPE),
        (repacked(packed_ods(table("")), lambda parts: parts.pop("content.xml")), refusals.MISSING),
        (
            repacked(packed_ods(table("")), lambda parts: parts.update({"content.xml": b"<a/>"})),
            refusals.WRONG_ROOT,
        ),
    ],
)
def test_a_broken_file_is_refused(data: bytes, rule: Any) -> None:
    code, _, expected = refused(data)
    assert (code, expected) == (rule.code, rule.vi)


def test_a_doctype_in_the_content_is_refused() -> None:
    def change(parts: dict[str, bytes]) -> None:
        head, body = parts["content.xml"].split(b"\n", 1)
        parts["content.xml"] = head + b'\n<!DOCTYPE a [<!ENTITY b "1">]>\n' + body

    assert refused(repacked(packed_ods(table("")), change))[0] == "file-hostile"


def test_text_keeps_its_blanks_and_leaves_notes_out() -> None:
    text = "<text:p> a <text:s text:c='2'/>b<text:tab/>c\n  <text:span>d<text:a>e</text:a></text:span>f</text:p>"
    note = "<office:annotation><text:p>9999</text:p></office:annotation>"
    cells = cells_of(row(f"<table:table-cell>{note}{text}<text:p>g<text:line-break/>h</text:p></table:table-cell>"))
    assert cells["A1"] == Cell("text", "a   b\tc def\ng\nh")


def test_covered_cells_groups_and_headers_are_read() -> None:
    covered = '<table:covered-table-cell office:value-type="float" office:value="3"/>'
    rows = f"<table:table-header-rows>{row(number_cell(1))}</table:table-header-rows>"
    rows += f"<table:table-row-group>{row(number_cell(2, ' table:number-columns-spanned=' + repr('2')), covered)}"
    rows += f"<table:table-row-group>{row(number_cell(4))}</table:table-row-group></table:table-row-group>"
    sheet = opened(packed_ods(table(rows))).sheets[0]
    assert {a1(*at): cell.text for at, cell in sheet.cells.items()} == {"A1": "1", "A2": "2", "B2": "3", "A3": "4"}
    assert sheet.merges == ((2, 1, 2, 2),)


def test_an_array_formula_reaches_the_cells_it_fills() -> None:
    master = (
        ' table:formula="of:=[.C1:.C2]" table:number-matrix-rows-spanned="2" table:number-matrix-columns-spanned="1"'
    )
    cells = cells_of(row(number_cell(1, master)) + row(number_cell(2)) + row(number_cell(3)))
    assert [cells[at].formula for at in ("A1", "A2", "A3")] == ["C1:C2", "?", None]


def test_states_locks_and_links() -> None:
    link = '<table:table-source xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="file:///x.ods"/>'
    tables = table(row(number_cell(1), attributes=' table:visibility="filter"'), attributes=' table:protected="true"')
    book = opened(packed_ods(tables + table(link, "Hai", ' table:style-name="gone"')))
    assert [(sheet.protected, sheet.state, sheet.hidden_rows) for sheet in book.sheets] == [
        (True, "visible", {1}),
        (False, "hidden", set()),
    ]
    assert book.external_links and book.converted


def test_macros_are_told() -> None:
    _, findings = open_any(packed_ods(table(""), more={"Basic/Standard/script.xml": "<a/>"}))
    assert [finding.expected for finding in findings] == [refusals.ODS.vi, refusals.MACROS.vi]


@pytest.mark.parametrize(
    ("mime", "kind"),
    [("spreadsheet", "ods"), ("spreadsheet-template", "ods"), ("text", "docx"), ("presentation", "pptx")],
)
@pytest.mark.parametrize("method", [0, 8])
def test_open_document_is_told_by_its_kind_wherever_it_stands(mime: str, kind: str, method: int) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts["mimetype"] = f"application/vnd.oasis.opendocument.{mime}".encode()

    assert sniff(repacked(packed_ods(table("")), change, method)) == kind


def test_an_encrypted_ods_stays_closed() -> None:
    manifest = "<m><encryption-data/></m>"
    assert refused(packed_ods(table(""), more={"META-INF/manifest.xml": manifest}))[0] == "file-encrypted"


# --- .xls and .xlsb ------------------------------------------------------------------------------------------------


def test_a_cell_that_stands_twice_in_an_xls_is_refused() -> None:
    """The row and column of one cell are overwritten with those of the cell before it."""
    data = bytearray((DATA / "kinds-libreoffice.xls").read_bytes())
    second = data.index(bytes.fromhex("7e020a00") + b"\x17\0\0\0")
    data[second + 4 : second + 6] = b"\x16\0"
    assert refused(bytes(data))[:2] == ("file-damaged", "A23")


@pytest.mark.parametrize("name", ["libreoffice.xls", "gnumeric.xls"])
def test_a_cut_xls_is_refused(name: str) -> None:
    data = (DATA / name).read_bytes()
    for size in (600, 5_000, len(data) // 2, len(data) - 4_000):
        assert refused(data[:size])[0] in ("file-damaged", "file-not-a-workbook")


def with_records(change: Callable[[list[tuple[int, bytes]]], object]) -> bytes:
    """The .xlsb of SheetJS with the records of its first sheet changed."""

    def rewrite(parts: dict[str, bytes]) -> None:
        records = list(xlsb._records(parts["xl/worksheets/sheet1.bin"]))
        change(records)
        parts["xl/worksheets/sheet1.bin"] = b"".join(_record(kind, body) for kind, body in records)

    return repacked((DATA / "sheetjs.xlsb").read_bytes(), rewrite)


def _record(kind: int, body: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(body), b""
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return head + length + bytes([size]) + body


def _at(records: list[tuple[int, bytes]], sheet_row: int) -> int:
    """Where the record of column D in a row stands; short records follow the column before them."""
    found, column = 0, 0
    for number, (kind, body) in enumerate(records):
        if kind == 0:
            found, column = body[0] + 1, 0
        elif kind <= 18:
            column = body[0] + 1 if kind < 12 else column + 1
            if (found, column) == (sheet_row, 4):
                return number
    raise LookupError(sheet_row)


def test_an_error_in_an_xlsb_is_an_error_not_a_blank() -> None:
    def change(records: list[tuple[int, bytes]]) -> None:
        where = _at(records, 14)
        records[where] = (3, b"\3\0\0\0" + bytes(4) + b"\x17")

    data = with_records(change)
    assert said(data) == [("value-error-cell", "D14")]
    (other,) = [sheet for sheet in calamine.read_book(data, refusals.DISAGREE).sheets if sheet.name == "Số liệu"]
    assert (14, 4) not in other.cells, "calamine shows nothing: the reason for a reader of our own"


def test_a_total_of_an_xlsb_that_comes_back_blank_refuses_the_file() -> None:
    def change(records: list[tuple[int, bytes]]) -> None:
        where = _at(records, 6)
        records[where] = (1, b"\3\0\0\0" + bytes(4))

    assert said(with_records(change)) == [("total-mismatch", "D6")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda records: records.insert(0, (2, bytes(12))), "file-damaged"),
        (lambda records: records.append((0, bytes(16))), "file-damaged"),
        (lambda records: records.append((7, b"\0\0\0\0")), "file-damaged"),
        (lambda records: records.append((0, b"\0\0\x10\0" + bytes(13))), "file-damaged"),
        (lambda records: records.extend([(0, b"\0\xf0\0\0" + bytes(13)), (5, b"\0\x40" + bytes(14))]), "file-damaged"),
        (lambda records: records.extend([(0, b"\0\xf0\0\0" + bytes(13)), (7, bytes(8) + b"\xff" * 4)]), "file-damaged"),
    ],
)
def test_broken_records_are_refused(change: Callable[[list[tuple[int, bytes]]], object], code: str) -> None:
    assert refused(with_records(change))[0] == code


def test_numbers_are_written_exactly() -> None:
    assert [calamine.number_text(value) for value in (12.0, -3.0, 0.5, 123456789012.0, 1.5e300)] == [
        "12", "-3", "0.5", "123456789012", "1.5e+300",
    ]  # fmt: skip
    packed = [(30 << 2 | 2, 30.0), (150 << 2 | 3, 1.5), (0x3FF00000, 1.0), (-4 << 2 | 2, -4.0)]
    assert [xlsb._rk(number.to_bytes(4, "little", signed=True)) for number, _ in packed] == [
        value for _, value in packed
    ]


# --- the second reader ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["libreoffice.ods", "libreoffice.xls", "sheetjs.xlsb"])
def test_two_readers_that_disagree_refuse_the_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = calamine.read_book

    def other(data: bytes, broken: Any) -> RawBook:
        book = read(data, broken)
        cells = {**book.sheets[0].cells, (14, 4): Cell("number", "40")}
        return RawBook((RawSheet("Số liệu", cells=cells),))

    monkeypatch.setattr(calamine, "read_book", other)
    code, cell, wanted = refused((DATA / name).read_bytes())
    assert (code, cell, wanted) == ("file-damaged", "D14", refusals.DISAGREE.vi)


def test_where_calamine_cannot_read_our_reader_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(refusals.Refused):
        calamine.read_book((DATA / "gnumeric.ods").read_bytes(), refusals.BROKEN_ODS)
    assert opened((DATA / "gnumeric.ods").read_bytes())


def test_calamine_is_not_asked_about_a_far_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would hold the whole rectangle in memory, and abort."""
    monkeypatch.setattr(calamine, "read_book", lambda *_: pytest.fail("asked"))
    assert opened(packed_ods(table(row(blank(), attributes=repeated(9_999, "rows")) + row(blank(299), number_cell(1)))))


def _mutants(name: str, count: int) -> Iterator[bytes]:
    data, chance = (DATA / name).read_bytes(), random.Random(name)
    for _ in range(count):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 3, 20))):
            changed[chance.randrange(len(data))] = chance.randrange(256)
        yield bytes(changed[: chance.choice((len(data), len(data), chance.randrange(len(data))))])


def _kind_of_outcome(data: bytes) -> str:
    book, findings = open_any(data)
    assert (book is None) == any(finding.code != "file-converted" for finding in findings)
    return "book" if book else findings[0].code


@pytest.mark.parametrize("name", HONEST)
def test_no_broken_byte_raises(name: str) -> None:
    """Each is read or refused; calamine may end the process, which is why it has one of its own."""
    outcomes = list(do_apart(Job(_kind_of_outcome, 20.0), list(_mutants(name, 60))))
    wrong = [outcome for outcome in outcomes if isinstance(outcome, Lost) and outcome.why not in ("died", "too-large")]
    assert wrong == []
    assert any(not isinstance(outcome, Lost) for outcome in outcomes)


# --- a process for each --------------------------------------------------------------------------------------------


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    """Two foreign files around an .xlsx, in one chunk."""
    files = {"0990101.ods": "libreoffice.ods", "0990103.xls": "libreoffice.xls"}
    for name, source in files.items():
        (tmp_path / name).write_bytes((DATA / source).read_bytes())
    (tmp_path / "0990102.xlsx").write_bytes(filled())
    return [Item(str(path), path.name) for path in sorted(tmp_path.iterdir())]


def codes(items: list[Item]) -> dict[str, list[str]]:
    examinations = workers.examine_all(items, expected(), workers=1)
    return {found.path: [finding.code for finding in found.findings] for found in examinations}


def test_every_foreign_file_has_a_process_of_its_own(items: list[Item], monkeypatch: pytest.MonkeyPatch) -> None:
    def tell(_data: bytes, _name: str, _bounds: Any) -> tuple[None, tuple[Finding, ...]]:
        return None, (Finding("file-damaged", found=str(os.getpid())),)

    monkeypatch.setattr("aggregator.examine.open_any", tell)
    found = list(workers.examine_all([*items, *items], expected(), workers=1))
    processes = [(one.path.rpartition(".")[2], one.findings[0].found) for one in found]
    assert len({process for kind, process in processes if kind != "xlsx"}) == 4
    assert len({process for kind, process in processes if kind == "xlsx"}) == 1


def test_a_file_that_kills_its_reader_costs_itself(items: list[Item], monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(data: bytes, name: str, bounds: Any) -> Any:
        return os.kill(os.getpid(), signal.SIGKILL) if name.endswith(".xls") else open_any(data, name, bounds)

    monkeypatch.setattr("aggregator.examine.open_any", kill)
    assert codes(items) == {"0990101.ods": ["file-converted"], "0990102.xlsx": [], "0990103.xls": ["file-hostile"]}


def test_a_reader_that_does_not_listen_is_ended(items: list[Item], monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(data: bytes, name: str, bounds: Any) -> Any:
        if not name.endswith(".ods"):
            return open_any(data, name, bounds)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        return time.sleep(60)

    monkeypatch.setattr("aggregator.examine.open_any", hang)
    monkeypatch.setattr(within_limits, "SECONDS_PER_FILE", 2)
    monkeypatch.setattr(workers, "GRACE", 1)
    found = codes(items)
    assert (found["0990101.ods"], found["0990103.xls"]) == (["file-too-large"], ["file-converted"])


def test_foreign_formats_are_known_to_the_workers() -> None:
    assert sorted(foreign.FOREIGN) == ["ods", "xls", "xlsb"]
