"""The strict reader against crafted, honest, random and broken files: never an exception, never a wrong number."""

from __future__ import annotations

import datetime
import io
import random
import re
import warnings
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from openpyxl.cell.cell import Cell as TheirCell
from openpyxl.utils.datetime import to_excel

from aggregator.reading import formulas, limits, refusals
from aggregator.reading.book import Cell, RawBook, a1
from aggregator.reading.limits import Limit
from aggregator.reading.memory import forget
from aggregator.reading.sniff import sniff
from aggregator.reading.strict import open_book
from tests.hostile import (
    HEAD,
    MAIN,
    ROWS,
    SHEET,
    STRINGS,
    STYLES,
    WORKBOOK,
    Part,
    book,
    content_types,
    core,
    links,
    pack,
    parts,
    replaced,
    sheet,
    string_table,
    styles,
    with_cell,
    with_rows,
    workbook,
)
from tests.hostile_cases import (
    HONEST,
    READ,
    REFUSED,
    SHARED_FORMULAS,
    Reading,
    Refusal,
)


def opened(data: bytes) -> RawBook:
    found, findings = open_book(data)
    assert found is not None, findings
    assert findings == ()
    return found


def shown(cell: Cell | None) -> str | None:
    """A cell as the case tables write it."""
    if cell is None:
        return None
    return f"{cell.kind}:{cell.text}" + ("" if cell.formula is None else f"={cell.formula}")


def by_address(found: RawBook, number: int = 0) -> dict[str, Cell]:
    return {a1(*address): cell for address, cell in found.sheets[number].cells.items()}


# --- the tables


def _names(case: Refusal | Reading) -> str:
    return case[0]


@pytest.mark.parametrize("case", REFUSED, ids=_names)
def test_refused(case: Refusal) -> None:
    _, data, code, place = case
    found, findings = open_book(data)
    assert found is None
    assert [finding.code for finding in findings] == [code]
    assert place is None or place == findings[0].cell or place in (findings[0].found or "")


@pytest.mark.parametrize("case", READ, ids=_names)
def test_read(case: Reading) -> None:
    _, data, expected = case
    cells = by_address(opened(data))
    assert {address: shown(cells.get(address)) for address in expected} == expected


def test_case_names_are_unique() -> None:
    names = [case[0] for case in (*REFUSED, *READ)]
    assert len(names) == len(set(names))


def test_refusal_names_part_sheet_and_cell() -> None:
    _, (finding,) = open_book(with_cell('<c r="B2"><v>NaN</v></c>'))
    assert (finding.sheet, finding.cell, finding.found) == ("Số liệu", "B2", f"{SHEET}, ô B2")
    assert finding.expected == refusals.NUMBER.vi


def test_every_sentence_has_its_english() -> None:
    rules = [rule for rule in vars(refusals).values() if isinstance(rule, refusals.Rule)]
    for rule in [*rules, *_limits().values()]:
        assert rule.vi.isascii() or refusals.in_english(rule.vi) != rule.vi
    assert refusals.in_english("khác") == "khác"


@pytest.mark.parametrize("case", [case for case in REFUSED if case[2] == "file-not-a-workbook"], ids=_names)
def test_sniff_agrees_with_refusal(case: Refusal) -> None:
    if case[3] != "Strict Open XML":
        assert sniff(case[1]) == case[3]


# --- what a book says besides its cells


def test_sheets_in_order_with_state() -> None:
    listed = (
        '<sheet name="Ẩn" sheetId="9" state="veryHidden" r:id="rId4"/><sheet name="Số liệu " sheetId="1" r:id="rId1"/>'
    )
    changed = parts(
        types=content_types(sheets=2), workbook=workbook(listed), links=links(("worksheet", "worksheets/sheet2.xml"))
    )
    found = opened(pack(changed | {"xl/worksheets/sheet2.xml": sheet("")}))
    assert [(one.name, one.state, len(one.cells)) for one in found.sheets] == [
        ("Ẩn", "veryHidden", 0),
        ("Số liệu ", "visible", 12),
    ]


def test_chart_sheet_is_skipped() -> None:
    listed = '<sheet name="Biểu đồ" sheetId="2" r:id="rId4"/><sheet name="Số liệu" sheetId="1" r:id="rId1"/>'
    found = opened(book(workbook=workbook(listed), links=links(("chartsheet", "chartsheets/sheet1.xml"))))
    assert [one.name for one in found.sheets] == ["Số liệu"]


def test_flags() -> None:
    columns = '<col min="2" max="3" hidden="1"/><col min="5" max="5" width="0"/><col min="6" max="16384" width="9"/>'
    after = '<sheetProtection sheet="1"/><mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="C3"/></mergeCells>'
    rows = ROWS.replace('<row r="3">', '<row r="3" hidden="1">').replace(
        '<row r="4">', '<row r="4" ht="0.0" customHeight="1">'
    )
    (one,) = opened(book(sheet=sheet(rows, f"<cols>{columns}</cols>", after))).sheets
    assert (one.hidden_rows, one.hidden_columns) == ({3, 4}, {2, 3, 5})
    assert (one.protected, one.merges) == (True, ((1, 1, 1, 2), (3, 3, 3, 3)))


def test_book_without_flags() -> None:
    found = opened(HONEST)
    assert (found.converted, found.date1904, found.macros, found.external_links) == (False, False, False, False)
    assert (found.sheets[0].protected, found.sheets[0].merges, found.sheets[0].hidden_rows) == (False, (), frozenset())


def test_properties_names_and_epoch() -> None:
    names = '<definedName name="Ma">"M01"</definedName><definedName name="Ma" localSheetId="0">1</definedName>'
    text = workbook(before='<workbookPr date1904="true"/>', after=f"<definedNames>{names}</definedNames>")
    found = opened(book(workbook=text, core=core("no date at all", "HTSD:a|1")))
    assert (found.date1904, found.names) == (True, {"Ma": '"M01"'})
    assert (found.saved, found.keywords) == ("no date at all", "HTSD:a|1")


def test_macros_are_told() -> None:
    assert opened(
        book(links=links(("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "v.bin")))
    ).macros
    main = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert opened(book(types=content_types(main=main))).macros


def test_external_link_is_told() -> None:
    part = f'{HEAD}<externalLink xmlns="{MAIN}"><externalBook/></externalLink>'
    changed = parts(links=links(("externalLink", "externalLinks/externalLink1.xml")))
    assert opened(pack(changed | {"xl/externalLinks/externalLink1.xml": part})).external_links


def test_number_formats() -> None:
    cells = [f'<c r="{column}1" s="{style}"><v>1</v></c>' for column, style in zip("ABC", "012", strict=True)]
    found = by_address(opened(with_rows(f'<row r="1">{"".join(cells)}<c r="D1"><v>1</v></c></row>')))
    assert [found[f"{column}1"].format for column in "ABCD"] == ["General", '0" lớp"', "m/d/yyyy", "General"]


def test_unknown_format_is_general() -> None:
    assert by_address(opened(book(styles=styles('<xf numFmtId="99"/>'))))["B2"].format == "General"


# --- formulas


@pytest.mark.parametrize(("formula", "rows", "columns", "expected"), SHARED_FORMULAS)
def test_shared_formula_is_moved(formula: str, rows: int, columns: int, expected: str) -> None:
    assert formulas.moved(formula, rows, columns) == expected


def _formula_rows(*cells: str) -> dict[str, str | None]:
    rows = "".join(f'<row r="{row}"><c r="B{row}">{cell}<v>1</v></c></row>' for row, cell in enumerate(cells, 1))
    return {address: cell.formula for address, cell in by_address(opened(with_rows(rows))).items()}


def test_shared_formula_reaches_its_dependents() -> None:
    dependent = '<f t="shared" si="0"/>'
    found = _formula_rows('<f t="shared" ref="B1:B3" si="0">A1+$A$1</f>', dependent, dependent)
    assert list(found.values()) == ["A1+$A$1", "A2+$A$1", "A3+$A$1"]


def test_shared_formula_without_master_is_unknown() -> None:
    assert _formula_rows('<f t="shared" si="7"/>') == {"B1": "?"}


def test_dependent_with_another_text_is_unknown() -> None:
    found = _formula_rows(
        '<f t="shared" ref="B1:B3" si="0">A1</f>', '<f t="shared" si="0">A2</f>', '<f t="shared" si="0">C9</f>'
    )
    assert list(found.values()) == ["A1", "A2", "?"]


def test_array_formula_reaches_the_cells_it_fills() -> None:
    found = _formula_rows('<f t="array" ref="B1:B2">A1:A2*2</f>', "", "")
    assert list(found.values()) == ["A1:A2*2", "A1:A2*2", None]


def test_data_table_reaches_the_cells_it_fills() -> None:
    assert _formula_rows('<f t="dataTable" ref="B1:B2" r1="A1"/>', "", "") == {"B1": "?", "B2": "?", "B3": None}


def test_expansion_stops_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    _lower(monkeypatch, "EXPANSION", 4)
    dependent = '<f t="shared" si="0"/>'
    found = _formula_rows('<f t="shared" ref="B1:B4" si="0">A1</f>', dependent, dependent, dependent)
    assert list(found.values()) == ["A1", "A2", "A3", "?"]


def test_many_long_shared_formulas_stay_small() -> None:
    long = f"&quot;{'x' * 8_000}&quot;&amp;A1"
    rows = f'<row r="1"><c r="B1"><f t="shared" ref="B1:B9" si="0">{long}</f><v>1</v></c></row>'
    rows += "".join(
        f'<row r="{row}"><c r="B{row}"><f t="shared" si="0"/><v>1</v></c></row>' for row in range(2, 20_000)
    )
    found = by_address(opened(with_rows(rows)))
    assert sum(len(cell.formula or "") for cell in found.values()) < 2 * limits.EXPANSION.value
    assert found["B19999"].formula == "?"


# --- limits: each file holds exactly that many


def _limits() -> dict[str, Limit]:
    return {name: value for name, value in vars(limits).items() if isinstance(value, Limit)}


def _lower(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    """What was read under another limit is forgotten."""
    monkeypatch.setattr(limits, name, replace(getattr(limits, name), value=value))
    forget()


_SIZES = {name: len(data.encode()) if isinstance(data, str) else len(data) for name, data in parts().items()}
_DEEP = book(workbook=workbook(after="<a>" * 40 + "</a>" * 40))
_LOOSE = replaced(Part("xl/media/a.png", b"", raw=b"x" * 2_000, size=150_000))
_MERGES = book(sheet=sheet(after='<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A3:B3"/></mergeCells>'))
_TWO_NAMES = workbook(
    after="<definedNames><definedName name='a'>12345</definedName><definedName name='b'/></definedNames>"
)
_TEXTS = string_table("<si><t>abcdefghijklmnopq</t></si>" + "<si><t>ab</t></si>" * 6)
_WIDE_CELL = "<c r='B2' " + " ".join(f"a{number}=''" for number in range(49)) + "/>"
_COMMENT = sheet(after=f"<!--{'x' * 3_000}-->")
EXACT: dict[str, tuple[bytes, int]] = {
    "FILE": (HONEST, len(HONEST)),
    "ENTRIES": (HONEST, len(parts())),
    "RATIO": (_LOOSE, 75),
    "RATIO_FREE": (_LOOSE, 150_000),
    "PART": (HONEST, max(_SIZES.values())),
    "ALL_PARTS": (HONEST, sum(_SIZES.values())),
    "DEPTH": (_DEEP, 41),
    "ATTRIBUTES": (with_cell(_WIDE_CELL), 50),
    "ATTRIBUTE": (book(sheet=sheet(root=f' a="{"x" * 5_000}"')), 5_000),
    "TOKEN": (book(sheet=_COMMENT), len("!---->") + 3_000),
    "TAGS": (HONEST, max(str(data).count("<") for data in parts().values())),
    "SHEETS": (HONEST, 1),
    "SHEET_NAME": (HONEST, len("Số liệu")),
    "RELATIONSHIPS": (HONEST, 3),
    "NAMES": (book(workbook=_TWO_NAMES), 2),
    "NAME": (book(workbook=_TWO_NAMES), 5),
    "STYLES": (HONEST, 3),
    "PROPERTY": (book(core=core(keywords="x" * 50)), 50),
    "ROWS": (HONEST, 6),
    "COLUMNS": (HONEST, 2),
    "CELLS": (with_rows('<row r="1"><c r="A1" s="1"/><c r="B1"/></row><row r="9"><c r="A9"/></row>'), 3),
    "FILLED": (HONEST, 12),
    "FILLED_IN_ALL": (HONEST, 12),
    "TEXT": (book(strings=_TEXTS), 17),
    "TEXT_IN_ALL": (book(strings=_TEXTS), 29),
    "STRINGS": (HONEST, 7),
    "FORMULA": (HONEST, len("SUM(B2:B5)")),
    "NUMBER": (with_cell(f'<c r="B2"><v>0.{"1" * 40}</v></c>'), 42),
    "MERGES": (_MERGES, 2),
}


def test_every_limit_is_tested() -> None:
    in_test_archive = {"MEMBERS", "MEMBER", "ALL_MEMBERS", "NESTING"}
    in_test_verify = {"RESULT_FILE", "RESULT_PARTS", "RESULT_CELLS", "RESULT_TEXT", "RESULT_TAGS", "CLAIM"}
    assert set(EXACT) | {"EXPANSION"} | in_test_archive | in_test_verify == set(_limits())


@pytest.mark.parametrize("name", EXACT)
def test_limit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data, exact = EXACT[name]
    opened(data)
    if name == "RATIO":
        _lower(monkeypatch, "RATIO_FREE", 0)
    if name == "RATIO_FREE":
        _lower(monkeypatch, "RATIO", 74)
    _lower(monkeypatch, name, exact)
    opened(data)
    _lower(monkeypatch, name, exact - 1)
    found, findings = open_book(data)
    assert found is None
    assert [finding.code for finding in findings] == [_limits()["RATIO" if name == "RATIO_FREE" else name].code]


def test_limits_are_those_of_the_facts() -> None:
    facts = {"FILE": 20 << 20, "ENTRIES": 1_000, "RATIO": 100, "PART": 96 << 20, "ALL_PARTS": 192 << 20, "DEPTH": 100}
    facts |= {"ATTRIBUTES": 64, "ATTRIBUTE": 128 << 10, "FILLED": 200_000, "CELLS": 3_000_000, "TEXT": 32_767}
    facts |= {"TEXT_IN_ALL": 10_000_000, "SHEETS": 100, "NAME": 8_192, "ROWS": 1_048_576, "COLUMNS": 16_384}
    assert {name: _limits()[name].value for name in facts} == facts


# --- the same as others, on honest files

_WORDS = (
    "Lớp 1",
    "  hai  ",
    "1.500",
    "=A1",
    "",
    "_x0041_",
    "x\ny",
    "<&>\"'",
    "😀",
    "không",
    "Hòa",
    "Ho\u0300a",
    "\u200b",
)
Value = str | int | float | bool | datetime.datetime | None


def _random_value(chance: random.Random) -> Value:
    kind = chance.randrange(7)
    if kind == 0:
        return chance.choice(_WORDS)
    if kind == 1:
        return chance.random() < 0.5
    if kind == 2:
        return chance.uniform(-1e6, 1e12)
    if kind == 3:
        return datetime.datetime(1990 + chance.randrange(60), 1 + chance.randrange(12), 1 + chance.randrange(28), 7, 30)
    return chance.choice((0, 1, -1, 7, 10, 999, 1_500_000, 2**53, 10**12, chance.randrange(10**9)))


def _random_cells(seed: int) -> dict[tuple[int, int], Value]:
    chance = random.Random(seed)
    spots = {(chance.randrange(60), chance.choice((*range(9), 25, 26, 27, 701, 702, 16_383))) for _ in range(150)}
    return {spot: _random_value(chance) for spot in sorted(spots)}


def _by_xlsxwriter(seed: int) -> bytes:
    stream = io.BytesIO()
    chance = random.Random(-seed)
    options = {"in_memory": True, "strings_to_formulas": False, "use_zip64": chance.random() < 0.3}
    written = xlsxwriter.Workbook(stream, options)
    page = written.add_worksheet("Số liệu")
    date, plain = written.add_format({"num_format": "dd/mm/yyyy hh:mm"}), written.add_format({"num_format": "#,##0"})
    for (row, column), value in _random_cells(seed).items():
        _put(page, row, column, value, date if isinstance(value, datetime.datetime) else chance.choice((None, plain)))
    page.write_formula(70, 0, "=SUM(A1:A60)", None, chance.randrange(999))
    page.write_formula(70, 1, '=IF(A1=1,"","x")', None, "")
    page.write_formula(70, 2, "=1/0", None, "#DIV/0!")
    page.write_array_formula(72, 0, 73, 0, "{=A1:A2*2}", None, 5)
    page.write_rich_string(75, 0, "Lớp ", written.add_format({"bold": True}), "1A")
    page.merge_range("A80:C81", "gộp")
    page.protect("mật khẩu")
    written.add_worksheet("Phụ").hide()
    written.close()
    return stream.getvalue()


def _put(page: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Value, style: object) -> None:
    if isinstance(value, str):
        page.write_string(row, column, value, style)
    elif isinstance(value, datetime.datetime):
        page.write_datetime(row, column, value, style)
    elif isinstance(value, bool):
        page.write_boolean(row, column, value, style)
    elif value is not None:
        page.write_number(row, column, value, style)


def _by_openpyxl(seed: int) -> bytes:
    stream = io.BytesIO()
    written = openpyxl.Workbook()
    page = written.active
    assert page is not None
    for (row, column), value in _random_cells(seed).items():
        # openpyxl neither writes nor reads Excel's escapes: "_x0041_" would come back as "A", also from Excel.
        cell = page.cell(row + 1, column + 1, "" if value == "_x0041_" else value)
        if isinstance(value, str):
            cell.data_type = "s"
    page["A71"] = "=SUM(A1:A60)"
    page.merge_cells("A80:C81")
    page.row_dimensions[3].hidden = True
    written.save(stream)
    return stream.getvalue()


def _theirs(data: bytes, values: bool) -> dict[tuple[int, int], TheirCell]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = openpyxl.load_workbook(io.BytesIO(data), data_only=values)
    filled = loaded.worksheets[0]._cells  # type: ignore[attr-defined]  # iter_rows would make every cell up to XFD
    return {address: cell for address, cell in filled.items() if cell.value is not None}


def _same(ours: Cell, theirs: object, date1904: bool = False) -> bool:
    """Whether a value of openpyxl is what our characters say."""
    if ours.kind == "number":
        if isinstance(theirs, (datetime.datetime, datetime.time, datetime.timedelta, datetime.date)):
            return abs(to_excel(theirs) - float(ours.text)) < 1e-5 or date1904
        return isinstance(theirs, (int, float)) and float(ours.text) == float(theirs)
    if ours.kind == "bool":
        return theirs is (ours.text == "1")
    if ours.kind == "text":
        return (theirs or "") == ours.text
    return ours.kind == "error" and theirs == ours.text


@pytest.mark.parametrize("make", [_by_xlsxwriter, _by_openpyxl])
@pytest.mark.parametrize("seed", range(12))
def test_agrees_with_openpyxl(make: Callable[[int], bytes], seed: int) -> None:
    data = make(seed)
    ours, theirs = opened(data).sheets[0].cells, _theirs(data, values=True)
    valued = {address: cell for address, cell in ours.items() if cell.kind != "none"}
    assert theirs.keys() <= valued.keys()
    for address, cell in valued.items():
        value = theirs[address].value if address in theirs else None
        assert _same(cell, value) or (value is None and cell.text == ""), (a1(*address), cell, value)


@pytest.mark.parametrize("seed", range(6))
def test_formulas_and_formats_agree_with_openpyxl(seed: int) -> None:
    data = _by_xlsxwriter(seed)
    ours = opened(data).sheets[0].cells
    for address, cell in _theirs(data, values=False).items():
        if cell.data_type == "f" and isinstance(cell.value, str):
            assert ours[address].formula == cell.value.removeprefix("=")
        assert ours[address].format == cell.number_format


@pytest.mark.parametrize("seed", range(2))
def test_numbers_agree_with_calamine(seed: int) -> None:
    data = _by_openpyxl(seed)
    page = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    top, left = page.start or (0, 0)
    rows = page.to_python(skip_empty_area=True)
    theirs = {(top + r + 1, left + c + 1): value for r, row in enumerate(rows) for c, value in enumerate(row)}
    for address, cell in opened(data).sheets[0].cells.items():
        if cell.kind == "number" and isinstance(theirs[address], float):
            assert theirs[address] == float(cell.text)


def test_what_was_written_comes_back_as_characters() -> None:
    written = _random_cells(3)
    ours = opened(_by_xlsxwriter(3)).sheets[0].cells
    for (row, column), value in written.items():
        if isinstance(value, int) and not isinstance(value, bool):
            assert int(float(ours[row + 1, column + 1].text)) == value


# --- broken at random


def _flipped(data: bytes, chance: random.Random) -> bytes:
    """The file with some bytes changed, removed or doubled."""
    broken = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(broken))
        how = chance.randrange(4)
        if how == 0:
            broken[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            broken[at] = chance.randrange(256)
        elif how == 2:
            del broken[at : at + chance.randrange(1, 40)]
        else:
            broken[at:at] = broken[at : at + chance.randrange(1, 40)]
        if not broken:
            return b""
    return bytes(broken)


def _agree(data: bytes) -> bool:
    """No exception; one finding or a book; and the numbers of openpyxl where both read the file."""
    found, findings = open_book(data)
    assert (found is None) == (len(findings) == 1)
    if found is None:
        return False
    try:
        theirs = _theirs(data, values=True)
    except Exception:  # openpyxl raises whatever its parsers meet
        return False
    ours = found.sheets[0].cells
    for address, cell in theirs.items():
        if isinstance(cell.value, (int, float)):
            assert _same(ours[address], cell.value), (a1(*address), ours[address], cell.value)
    return True


def _changed_inside(chance: random.Random) -> bytes:
    """A sound container whose XML was broken before it was packed."""
    whole = {name: data.encode() if isinstance(data, str) else data for name, data in parts().items()}
    name = chance.choice((SHEET, SHEET, SHEET, STRINGS, WORKBOOK, *whole))
    return pack(whole | {name: _flipped(whole[name], chance)})


@pytest.mark.parametrize("block", range(8))
def test_broken_bytes_never_raise(block: int) -> None:
    chance = random.Random(block)
    for data in (HONEST, _by_xlsxwriter(block), _by_openpyxl(block)):
        for _ in range(40):
            _agree(_flipped(data, chance))


@pytest.mark.parametrize("block", range(8))
def test_broken_xml_never_raises(block: int) -> None:
    chance = random.Random(1_000 + block)
    agreed = [_agree(_changed_inside(chance)) for _ in range(80)]
    assert any(agreed)


_PIECES = (
    "<v>", "</v>", "<f>", "</f>", "<c>", "</c>", "<row>", "</row>", "<v/>", "<f/>", "<c/>", "<row/>", "<sheetData>",
    "</sheetData>", "<extLst/>", "<v>9999</v>", "<f>1+1</f>", '<c r="C9"><v>5</v></c>', "<is><t>7</t></is>", "10", "x",
    "9999", "1e2", " ", "<!-- -->", "<![CDATA[5]]>",
)  # fmt: skip
_ATTRIBUTES = (
    'r="A1"', 'r="B2"', 'r="B3"', 'r="3"', 'r="9"', 't="s"', 't="str"', 't="b"', 't="e"', 't="inlineStr"', 't="d"',
    's="1"', 's="2"', 'hidden="1"', "", 't="shared" si="0"', 't="array" ref="B2:B3"', 't="shared" ref="B2:B5" si="0"',
)  # fmt: skip


def _rearranged(chance: random.Random) -> bytes:
    """Well-formed more often than not: tags and texts lost, doubled, moved, with the attributes of others."""
    tokens = re.findall(r"<[^>]+>|[^<]+", sheet())
    for _ in range(chance.choice((1, 1, 2, 3))):
        at, to = chance.randrange(4, len(tokens)), chance.randrange(4, len(tokens))
        how = chance.randrange(5)
        if how == 0:
            del tokens[at]
        elif how == 1:
            tokens[to:to] = tokens[at : at + chance.randrange(1, 12)]
        elif how == 2:
            tokens[at], tokens[to] = tokens[to], tokens[at]
        elif how == 3:
            tokens.insert(at, chance.choice(_PIECES))
        else:
            tokens[at] = re.sub(r' \w+="[^"]*"', f" {chance.choice(_ATTRIBUTES)}", tokens[at], count=1)
    return book(sheet="".join(tokens))


@pytest.mark.parametrize("block", range(4))
def test_rearranged_cells_agree(block: int) -> None:
    chance = random.Random(2_000 + block)
    agreed = [_agree(_rearranged(chance)) for _ in range(250)]
    assert any(agreed)


def test_every_beginning_is_refused() -> None:
    for size in range(0, len(HONEST), 7):
        assert open_book(HONEST[:size])[0] is None


def test_strings_without_relationship_are_missing_not_empty() -> None:
    _, (finding,) = open_book(book(links=links().replace("relationships/sharedStrings", "relationships/other")))
    assert (finding.code, finding.cell) == ("file-damaged", "A1")


def test_styles_without_relationship_are_refused() -> None:
    """Some programs find them all the same, by their content type, and take numbers for dates."""
    _, (finding,) = open_book(book(links=links().replace("relationships/styles", "relationships/other")))
    assert (finding.code, finding.found) == ("file-damaged", STYLES)


def test_what_is_wrong_between_two_rows_is_at_no_cell() -> None:
    _, (finding,) = open_book(with_rows(ROWS + '<row r="99999999"><c r="A99999999"><v>1</v></c></row>'))
    assert (finding.code, finding.cell, finding.found) == ("file-damaged", None, SHEET)
