"""One workbook with a bit of everything, and the faults that are put into it: each a patch of one of its parts.

None of these faults stops XlsxWriter or openpyxl. Each case says what the lint must call it and where it must see it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.bad_files_craft import Parts, unpacked

TYPES, BOOK, STYLES = "[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml"
STRINGS, RELS, BOOK_RELS = "xl/sharedStrings.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"
MAIN, MORE, HIDDEN = (f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3))
MAIN_RELS, TABLE, TABLE2 = "xl/worksheets/_rels/sheet1.xml.rels", "xl/tables/table1.xml", "xl/tables/table2.xml"
DRAWING, CHART, NOTES = "xl/drawings/drawing1.xml", "xl/charts/chart1.xml", "xl/comments1.xml"
CORE, CUSTOM = "docProps/core.xml", "docProps/custom.xml"

Patch = tuple[str, str, str]
"""Part, the text that stands there once, the text that takes its place."""


@dataclass(frozen=True)
class Case:
    """`own`: only workbooks that we write are held to it."""

    kind: str
    part: str
    place: str
    patches: tuple[Patch, ...]
    own: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"[:60]

    def faulty(self) -> Parts:
        parts = dict(rich_parts())
        for part, old, new in self.patches:
            text = parts[part].decode()
            assert text.count(old) == 1, (part, old, text.count(old))
            parts[part] = text.replace(old, new).encode("utf-8", "surrogatepass")
        return parts


def at(part: str, kind: str, place: str, old: str, new: str, **fields: bool) -> Case:
    """A fault that is seen in the part where it was made."""
    return Case(kind, part, place, ((part, old, new),), **fields)


# --- the workbook ------------------------------------------------------------------------------------------------


@cache
def rich() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"title": "Bảng mẫu", "created": datetime(2000, 1, 1)})
        book.set_custom_property("Mã", "007")
        book.set_custom_property("Cấp", "xã")
        main, more, hidden = (book.add_worksheet(name) for name in ("Số liệu", "Chi tiết", "_An"))
        hidden.very_hidden()
        hidden.write_string(0, 0, "ẩn")
        _fill_main(book, main)
        _fill_more(more)
        _draw(book, main)
        book.define_name("Tong", "='Số liệu'!$C$8")
        book.define_name("'Chi tiết'!Rieng", "='Chi tiết'!$A$1")
    return buffer.getvalue()


@cache
def rich_parts() -> Parts:
    return unpacked(rich())


def _fill_main(book: Workbook, sheet: Worksheet) -> None:
    day = book.add_format({"num_format": "dd/mm/yyyy", "font_name": "Arial"})
    money = book.add_format({"num_format": '#,##0 "đồng"', "rotation": 45, "font_size": 12})
    sheet.merge_range("A1:D1", "Tổng hợp")
    sheet.write_row("A3", ["Mã", "Tên", "Số"])
    for row in range(3, 7):
        sheet.write_string(row, 0, f"00{row}")
        sheet.write_string(row, 1, f"Trường {row}")
        sheet.write_number(row, 2, row * 10, money)
    sheet.write_formula("C8", "=SUM(C4:C7)", money, 180)
    sheet.write_formula("D8", '=IF(C8>100,"","ít")', None, "")
    sheet.write_formula("E8", "=SUM('Chi tiết'!B2:B4)", None, 6)
    sheet.write_boolean("F8", True)
    sheet.write_datetime("G8", datetime(2024, 10, 3), day)
    sheet.set_row(7, 30)
    sheet.set_column("A:B", 12)
    sheet.set_column("C:C", 20, None, {"level": 1})
    sheet.freeze_panes(3, 1)
    sheet.autofilter("A3:C7")
    texts = {"input_title": "Chọn", "input_message": "Một", "error_title": "Sai", "error_message": "Chỉ có hai"}
    sheet.data_validation("H2", {"validate": "list", "source": ["có", "không"], **texts})
    sheet.data_validation("H3", {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 9})
    red, blue = book.add_format({"font_color": "#C00000"}), book.add_format({"bg_color": "#0000C0"})
    sheet.conditional_format("C4:C7", {"type": "cell", "criteria": ">", "value": 50, "format": red})
    sheet.conditional_format("B4:B7", {"type": "formula", "criteria": '=$C4>"a"', "format": blue})
    sheet.write_url("I2", "internal:'Chi tiết'!A1", string="sang")
    sheet.write_url("I3", "https://mau.example/a", string="ngoài")
    sheet.set_header("&LMẫu")
    sheet.set_footer("&CTrang &P")
    sheet.print_area("A1:D8")
    sheet.repeat_rows(0, 2)
    sheet.set_h_pagebreaks([5])
    sheet.set_print_scale(80)
    sheet.protect("x")
    sheet.ignore_errors({"number_stored_as_text": "A4:A7"})


def _fill_more(sheet: Worksheet) -> None:
    headers = [{"header": "Tên"}, {"header": "Số"}, {"header": "Hai\ndòng"}]
    sheet.add_table("A1:C4", {"name": "Bang1", "columns": headers, "data": [["a", 1, 2], ["b", 2, 3], ["c", 3, 4]]})
    columns = [{"header": "X"}, {"header": "Y"}]
    sheet.add_table("E1:F3", {"name": "Bang2", "columns": columns, "data": [[1, 2], [3, 4]]})
    sheet.merge_range("A6:B7", "gộp")
    sheet.write_string("H1", "viết là _x0041_, không phải A; 😀")
    sheet.set_column("A:A", 20)


def _draw(book: Workbook, sheet: Worksheet) -> None:
    sheet.write_comment("C8", "Cộng")
    sheet.write_comment("D8", "Nhiều hay ít")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "='Số liệu'!$C$4:$C$7", "categories": "='Số liệu'!$A$4:$A$7"})
    chart.add_series({"values": "='Chi tiết'!$B$2:$B$4"})
    sheet.insert_chart("K2", chart)


# --- faults that are patches -------------------------------------------------------------------------------------

C4, ROW5 = '<c r="C4" s="2"><v>30</v></c>', '<row r="5" spans="1:9">'
TOTAL = "<f>SUM(C4:C7)</f><v>180</v>"
MERGE = '<mergeCells count="1"><mergeCell ref="A1:D1"/></mergeCells>'
RULE, WHOLE = 'sqref="H2"><formula1>"có,không"</formula1>', 'sqref="H3"><formula1>0</formula1><formula2>9</formula2>'
LINK = """<hyperlink ref="I2" location="'Chi tiết'!A1" display="sang"/>"""
CODE = "#,##0 &quot;đồng&quot;"
XF = '<xf numFmtId="165" fontId="3" fillId="0" borderId="0" xfId="0"'


def merges(*refs: str) -> str:
    cells = "".join(f'<mergeCell ref="{ref}"/>' for ref in refs)
    return f'<mergeCells count="{len(refs)}">{cells}</mergeCells>'


def formula(text: str) -> str:
    return f"<f>{text}</f><v>180</v>"


MORE_RELS, VML = "xl/worksheets/_rels/sheet2.xml.rels", "xl/drawings/vmlDrawing1.vml"
UNKNOWN_TYPE = '<Override PartName="/xl/none.xml" ContentType="x"/></Types>'

PACKAGE_CASES = (
    at(TYPES, "content-type-without-part", "xl/none.xml", "</Types>", UNKNOWN_TYPE),
    Case("part-without-content-type", VML, "", ((TYPES, 'Extension="vml"', 'Extension="vmx"'),)),
    Case("content-type-wrong", STYLES, "", ((TYPES, "spreadsheetml.styles+xml", "spreadsheetml.table+xml"),)),
    Case("relationship-target-missing", BOOK, "rId3", ((BOOK_RELS, "worksheets/sheet3.xml", "worksheets/sheet9.xml"),)),
    Case("relationship-twice", MAIN, "rId2", ((MAIN_RELS, 'Id="rId3"', 'Id="rId2"'),)),
    at(MAIN, "relationship-unknown", "rId77", '<drawing r:id="rId2"/>', '<drawing r:id="rId77"/>'),
    Case("part-unreached", TABLE2, "", ((MORE_RELS, "../tables/table2.xml", "../tables/table1.xml"),), own=True),
    Case("part-missing", BOOK, "", ((RELS, "relationships/officeDocument", "relationships/other"),)),
    Case("hyperlink-too-long", MAIN, "rId1", ((MAIN_RELS, "https://mau.example/a", "https://" + "a" * 2_079),)),
    at(MAIN, "broken-xml", "4:", C4, f"\n\n{C4}</x>"),
    at(MAIN, "illegal-character", "2:", C4, C4.replace("30", "30\x01")),
    at(STRINGS, "illegal-character", "2:", "Trường 3", "Trường &#11;"),
    at(STRINGS, "illegal-character", "2:", "Trường 3", "Trường \ud83d"),
    at(MAIN, "doctype", "", "<worksheet ", "<!DOCTYPE x><worksheet "),
    at(CORE, "property-too-long", "title", "Bảng mẫu", "m" * 256),
    at(CUSTOM, "property-too-long", "Mã", "007", "7" * 256),
    at(CUSTOM, "property-too-long", "m" * 80, "Mã", "m" * 256),
    at(CUSTOM, "property-id-wrong", "Cấp", 'pid="3"', 'pid="2"'),
)

LONG, BAD_NAMES = "x" * 32, ("a:b", "a/b", "'a", "a'", "[a]", "History", " ")
NOT_NAMES = ("AB12", "xfd1048576", "R1C1", "c", "hai từ", "1a", "true")
AREA, TITLES, FILTER = "'Số liệu'!$A$1:$D$8", "'Số liệu'!$1:$3", "'Số liệu'!$A$3:$C$7"
HIDE_BOTH = tuple((BOOK, f'sheetId="{number}"', f'sheetId="{number}" state="hidden"') for number in (1, 2))
TWIN = "<definedName name=\"tONG\">'Số liệu'!$C$7</definedName></definedNames>"

BOOK_CASES = (
    at(BOOK, "sheet-name-twice", r"'S\u1ed0 li\u1ec6u'", 'name="Chi tiết"', 'name="SỐ liỆu"'),
    at(BOOK, "sheet-name-illegal", f"'{LONG}'", 'name="_An"', f'name="{LONG}"'),
    *(at(BOOK, "sheet-name-illegal", ascii(name), 'name="_An"', f'name="{name}"') for name in BAD_NAMES),
    at(BOOK, "sheet-id-twice", "'_An'", 'sheetId="3"', 'sheetId="2"'),
    at(BOOK, "sheet-id-twice", "'_An'", 'r:id="rId3"', 'r:id="rId2"'),
    at(BOOK, "sheet-id-wrong", "'_An'", 'sheetId="3"', 'sheetId="65535"'),
    Case("all-sheets-hidden", BOOK, "sheets", HIDE_BOTH),
    *(
        at(BOOK, "active-sheet-wrong", f"{name} {number}", "<workbookView ", f'<workbookView {name}="{number}" ')
        for name, number in (("activeTab", 2), ("activeTab", 3), ("firstSheet", 9))
    ),
    at(MORE, "sheets-grouped", "tabSelected", "<sheetView ", '<sheetView tabSelected="1" '),
    at(BOOK, "name-twice", "tONG", "</definedNames>", TWIN),
    *(at(BOOK, "name-illegal", ascii(name), 'name="Tong"', f'name="{name}"') for name in NOT_NAMES),
    at(BOOK, "name-scope-wrong", "Rieng", 'name="Rieng" localSheetId="1"', 'name="Rieng" localSheetId="3"'),
    at(BOOK, "name-to-missing-sheet", "Tong", "'Số liệu'!$C$8", "'Số'!$C$8"),
    at(BOOK, "formula-unbalanced", "Tong", "'Số liệu'!$C$8", "SUM('Số liệu'!$C$8"),
    at(BOOK, "print-name-wrong", "_xlnm.Print_Area Số liệu", AREA, "'Chi tiết'!$A$1:$D$8"),
    at(BOOK, "print-name-wrong", "_xlnm.Print_Titles Số liệu", TITLES, "'Số liệu'!$3:$1"),
    at(BOOK, "print-name-wrong", "_xlnm.Print_Titles Số liệu", TITLES, "1+1"),
    at(BOOK, "print-name-wrong", "_xlnm.Print_Area", 'Print_Area" localSheetId="0"', 'Print_Area"', own=True),
    at(BOOK, "filter-name-wrong", "_xlnm._FilterDatabase Số liệu", FILTER, "'Chi tiết'!$A$3:$C$7"),
    Case("filter-name-missing", MAIN, "A3:C7", ((BOOK, FILTER, "'Số liệu'!$A$3:$C$6"),), own=True),
    at(BOOK, "element-order", "workbookPr", "<workbookPr ", '<calcPr calcId="1"/><workbookPr '),
    at(BOOK, "element-twice", "calcPr", "</definedNames>", '</definedNames><calcPr calcId="1"/>'),
)

OTHER_FORMAT = f'formatCode="{CODE}"'
STYLE_CASES = (
    *(
        at(STYLES, kind, "numFmt 164", OTHER_FORMAT, f'formatCode="{code}"')
        for kind, code in (
            ("number-format-unbalanced", "#,##0 &quot;đồng"),
            ("number-format-unbalanced", "[Red#,##0"),
            ("number-format-unbalanced", "0\\"),
            ("number-format-sections", "0;0;0;0;0"),
            ("number-format-too-long", "&quot;" + "đ" * 254 + "&quot;"),
            ("number-format-empty", ""),
        )
    ),
    at(STYLES, "number-format-id", "numFmt 164", 'numFmtId="165" formatCode', 'numFmtId="164" formatCode'),
    at(STYLES, "number-format-id", "numFmt 14", 'numFmtId="165" formatCode', 'numFmtId="14" formatCode', own=True),
    at(STYLES, "format-part-missing", "cellXfs 3", XF, XF.replace("165", "166")),
    at(STYLES, "format-part-missing", "cellXfs 3", XF, XF.replace('fontId="3"', 'fontId="5"')),
    at(STYLES, "format-part-missing", "cellXfs 3", XF, XF.replace('borderId="0"', 'borderId="1"')),
    at(STYLES, "format-part-missing", "cellXfs 3", XF, XF.replace('xfId="0"', 'xfId="2"')),
    at(STYLES, "format-part-missing", "cellStyle Normal", 'name="Normal" xfId="0"', 'name="Normal" xfId="2"'),
    at(STYLES, "too-many-formats", "cellXfs", XF, "<xf/>" * 65_490 + XF),
    at(STYLES, "too-many-formats", "fonts", "</fonts>", "<font/>" * 1_020 + "</fonts>", own=True),
    at(STYLES, "alignment-wrong", "cellXfs 2", 'textRotation="45"', 'textRotation="181"'),
    at(STYLES, "alignment-wrong", "cellXfs 2", 'textRotation="45"', 'indent="251"'),
    at(STYLES, "font-wrong", "font 3", 'name val="Arial"', f'name val="{LONG}"'),
    at(STYLES, "font-wrong", "font 2", 'sz val="12"', 'sz val="410"'),
    at(STYLES, "colour-wrong", "color", "FFC00000", "C00000"),
    at(STYLES, "style-name-twice", "'normal'", 'cellStyle name="Hyperlink"', 'cellStyle name="normal"'),
    Case("element-order", STYLES, "numFmts", ((STYLES, "<numFmts ", "<colors/><numFmts "),)),
)

CELL_CASES = (
    at(STRINGS, "string-too-long", "item 6", "Trường 3", "ô" * 32_768),
    at(STRINGS, "string-too-long", "item 6", "Trường 3", "😀" * 16_384),
    at(STRINGS, "escaped-control", "item 6", "Trường 3", "_xD83D_"),
    at(STRINGS, "escaped-control", "item 6", "Trường 3", "_x0041_", own=True),
    at(STRINGS, "string-count-wrong", "uniqueCount", 'uniqueCount="23"', 'uniqueCount="22"', own=True),
    at(MAIN, "row-twice", "row 4", ROW5, '<row r="4" spans="1:9">'),
    at(MAIN, "row-out-of-order", "row 2", ROW5, '<row r="2" spans="1:9">'),
    at(MAIN, "row-outside-grid", "row 1048577", '<row r="8"', '<row r="1048577"'),
    at(MAIN, "row-too-high", "row 8", 'ht="30"', 'ht="409.75"'),
    at(MAIN, "outline-too-deep", "row 5", ROW5, '<row r="5" outlineLevel="8">'),
    at(MAIN, "cell-twice", "C4", C4, C4 * 2),
    at(MAIN, "cell-out-of-order", "A4", C4, C4 + '<c r="A4"/>'),
    at(MAIN, "cell-in-wrong-row", "C5", C4, C4.replace("C4", "C5")),
    at(MAIN, "cell-outside-grid", "XFE4", C4, C4 + '<c r="XFE4"/>'),
    at(MAIN, "cell-without-address", "row 4", C4, C4.replace('r="C4" ', "")),
    at(MAIN, "cell-type-unknown", "C4", C4, C4.replace("<c ", '<c t="x" ')),
    at(MAIN, "cell-content-unknown", "C4", C4, C4.replace("<v>", "<w/><v>")),
    at(MAIN, "odd-markup", "sheetData", C4, f"<!-- x -->{C4}"),
    at(MAIN, "style-out-of-range", "C4", C4, C4.replace('s="2"', 's="4"')),
    at(MAIN, "style-out-of-range", "row 5", ROW5, '<row r="5" s="4" customFormat="1">'),
    at(MAIN, "style-out-of-range", "columns 1-2", 'max="2" width', 'max="2" style="4" width'),
    at(MAIN, "string-index-out-of-range", "B4", '<v>6</v></c><c r="C4"', '<v>23</v></c><c r="C4"'),
    at(MAIN, "string-index-out-of-range", "B4", '<v>6</v></c><c r="C4"', '<v>-1</v></c><c r="C4"'),
    at(MAIN, "string-index-out-of-range", "B4", '<v>6</v></c><c r="C4"', '<v>x</v></c><c r="C4"'),
    at(MAIN, "value-not-a-number", "C4", "<v>30</v>", "<v>abc</v>"),
    at(MAIN, "value-not-a-number", "C4", "<v>30</v>", "<v>inf</v>"),
    at(MAIN, "value-not-a-number", "C4", "<v>30</v>", "<v></v>"),
    at(MAIN, "value-not-boolean", "F8", 't="b"><v>1</v>', 't="b"><v>2</v>'),
    at(MAIN, "error-value-unknown", "F8", 't="b"><v>1</v>', 't="e"><v>#SAI!</v>'),
    at(MAIN, "date-out-of-range", "G8", "<v>45568</v>", "<v>-1</v>"),
    at(MAIN, "date-out-of-range", "G8", "<v>45568</v>", "<v>2958467.5</v>"),
    at(MAIN, "formula-too-long", "C8", TOTAL, formula("1+" * 4_096 + "1")),
    at(MAIN, "formula-unbalanced", "C8", TOTAL, formula("SUM((C4:C7)")),
    at(MAIN, "formula-unbalanced", "C8", TOTAL, formula("SUM(C4:C7))")),
    at(MAIN, "formula-unbalanced", "C8", TOTAL, formula('IF(C4,"a,1)')),
    at(MAIN, "formula-unbalanced", "C8", TOTAL, formula("'Chi tiết!A1")),
    at(MAIN, "formula-unbalanced", "C8", TOTAL, formula("SUM({1,2)}")),
    at(MAIN, "formula-with-equals", "C8", TOTAL, formula("=SUM(C4:C7)")),
    at(MAIN, "formula-missing-sheet", "E8", "SUM('Chi tiết'!B2:B4)", "SUM('Chi tiêt'!B2:B4)"),
    at(MAIN, "formula-missing-sheet", "C8", TOTAL, formula("Tờ1!A1+C4")),
    at(MAIN, "formula-without-prefix", "C8", TOTAL, formula("IFS(C4,1)")),
    at(MAIN, "formula-empty", "C8", TOTAL, "<f></f><v>180</v>"),
    at(MAIN, "formula-without-value", "C8", TOTAL, "<f>SUM(C4:C7)</f>", own=True),
    at(MAIN, "formula-without-value", "C8", TOTAL, "<f>SUM(C4:C7)</f><v></v>", own=True),
    at(MAIN, "formula-broken-reference", "C8", TOTAL, formula("SUM(#REF!)"), own=True),
    at(MAIN, "value-under-merge", "B1", "<v>1</v></c></row>", '<v>1</v></c><c r="B1"><v>7</v></c></row>', own=True),
    at(MAIN, "dimension-wrong", "A1:H8", 'dimension ref="A1:I8"', 'dimension ref="A1:H8"', own=True),
    at(MAIN, "range-illegal", "'A1:XFE8'", 'dimension ref="A1:I8"', 'dimension ref="A1:XFE8"'),
)
LINKS = "<hyperlinks>"
CONDITION = '<cfRule type="expression" dxfId="1" priority="2">'

SHEET_CASES = (
    at(MAIN, "merge-overlap", "D1:E2", MERGE, merges("A1:D1", "D1:E2")),
    at(MAIN, "merge-of-one-cell", "F1", MERGE, merges("A1:D1", "F1")),
    at(MAIN, "range-illegal", "'D1:A1'", MERGE, merges("D1:A1")),
    at(MAIN, "range-illegal", "'A1:A1048577'", MERGE, merges("A1:A1048577")),
    at(MAIN, "count-wrong", "mergeCells", MERGE, MERGE.replace('count="1"', 'count="2"'), own=True),
    at(MAIN, "columns-overlap", "columns 2-3", '<col min="3" max="3"', '<col min="2" max="3"'),
    at(MAIN, "columns-outside-grid", "columns 3-16385", '<col min="3" max="3"', '<col min="3" max="16385"'),
    at(MAIN, "column-too-wide", "columns 3-3", 'width="20.7109375"', 'width="255.5"'),
    at(MAIN, "outline-too-deep", "columns 3-3", 'outlineLevel="1"', 'outlineLevel="8"'),
    at(MAIN, "zoom-wrong", "zoomScale", "<sheetView ", '<sheetView zoomScale="5" '),
    at(MAIN, "pane-wrong", "A1", 'topLeftCell="B4"', 'topLeftCell="A1"'),
    at(MAIN, "pane-wrong", "B1", 'ySplit="3" topLeftCell="B4"', 'topLeftCell="B1"'),
    at(
        MAIN,
        "pane-wrong",
        "bottomRight",
        '<selection pane="topRight" activeCell="B1" sqref="B1"/>',
        '<selection pane="bottomRight"/>',
    ),
    at(MAIN, "selection-wrong", "A4", 'activeCell="A4" sqref="A4"', 'activeCell="A4" sqref="A5"'),
    at(MAIN, "hyperlink-broken", "I2", "location=\"'Chi tiết'!A1\"", "location=\"'Chi'!A1\""),
    at(MAIN, "hyperlink-broken", "I2", "location=\"'Chi tiết'!A1\"", "location=\"'Chi tiết'!A0\""),
    at(MAIN, "hyperlink-broken", "I2", "location=\"'Chi tiết'!A1\"", 'location="Khong"'),
    at(MAIN, "hyperlink-broken", "I2", "location=\"'Chi tiết'!A1\" ", ""),
    at(MAIN, "hyperlink-too-long", "I2", LINK, LINK.replace("<hyperlink ", f'<hyperlink tooltip="{"x" * 256}" ')),
    at(MAIN, "hyperlink-twice", "I3", 'ref="I2"', 'ref="I3"'),
    at(MAIN, "too-many-hyperlinks", "hyperlinks", LINKS, LINKS + LINK.replace("I2", "J2") * 65_529),
    at(MAIN, "header-too-long", "oddHeader", "&amp;LMẫu", "&amp;L" + "m" * 254),
    at(MAIN, "print-scale-wrong", "pageSetup", 'scale="80"', 'scale="401"'),
    at(MAIN, "margin-wrong", "left", 'left="0.7"', 'left="-0.7"'),
    at(MAIN, "break-wrong", "rowBreaks 1048576", 'brk id="5"', 'brk id="1048576"'),
    at(MAIN, "too-many-breaks", "rowBreaks", "</rowBreaks>", '<brk id="6"/>' * 1_023 + "</rowBreaks>"),
    at(MAIN, "range-illegal", "'A4:A'", 'sqref="A4:A7"', 'sqref="A4:A"'),
    Case("element-order", MAIN, "sheetProtection", ((MAIN, "<sheetProtection ", "<pageSetup/><sheetProtection "),)),
    at(MAIN, "element-unknown", "lạ", "<pageMargins ", "<lạ/><pageMargins "),
    at(
        HIDDEN,
        "no-sheet-data",
        "sheetData",
        '<sheetData><row r="1" spans="1:1"><c r="A1" t="s"><v>0</v></c></row></sheetData>',
        "",
    ),
    at(MAIN, "validation-list-too-long", "H2", RULE, RULE.replace("có", "c" * 250)),
    at(MAIN, "validation-text-too-long", "H2", 'promptTitle="Chọn"', f'promptTitle="{"c" * 33}"'),
    at(MAIN, "validation-text-too-long", "H2", 'prompt="Một"', f'prompt="{"c" * 256}"'),
    at(MAIN, "validation-text-too-long", "H2", 'error="Chỉ có hai"', f'error="{"c" * 226}"', own=True),
    at(MAIN, "validation-overlap", "H2:H3", 'sqref="H3"', 'sqref="H2:H3"'),
    at(MAIN, "validation-incomplete", "H3", WHOLE, WHOLE.replace("<formula2>9</formula2>", "")),
    at(MAIN, "formula-missing-sheet", "H3", WHOLE, WHOLE.replace("9", "Tờ9!A1")),
    at(MAIN, "formula-unbalanced", "H2", RULE, RULE.replace('không"', "không")),
    at(MAIN, "range-illegal", "", 'sqref="H3"', 'sqref=""'),
    at(
        MAIN,
        "too-many-validations",
        "dataValidations",
        '<dataValidations count="2">',
        "<dataValidations>" + '<dataValidation sqref="J9"/>' * 65_533,
    ),
    at(MAIN, "condition-priority", "B4:B7", CONDITION, CONDITION.replace('priority="2"', 'priority="1"'), own=True),
    at(MAIN, "condition-priority", "B4:B7", CONDITION, CONDITION.replace('priority="2"', 'priority="0"')),
    at(MAIN, "condition-format-missing", "B4:B7", CONDITION, CONDITION.replace('dxfId="1"', 'dxfId="2"')),
    at(MAIN, "formula-unbalanced", "B4:B7", '$C4&gt;"a"', '$C4&gt;"a'),
    at(MAIN, "filter-range-wrong", "'C7:A3'", 'autoFilter ref="A3:C7"', 'autoFilter ref="C7:A3"'),
    at(
        MAIN,
        "filter-range-wrong",
        "A3:C7",
        '<autoFilter ref="A3:C7"/>',
        '<autoFilter ref="A3:C7"><filterColumn colId="3"/></autoFilter>',
    ),
)

TABLE_CASES = (
    Case("table-header-differs", MORE, "B1", ((TABLE, 'name="Số"', 'name="Sô"'),)),
    Case("table-header-differs", MORE, "C1", ((TABLE, "Hai&#xA;dòng", "Hai dòng"),)),
    at(MORE, "table-header-differs", "B1", '<c r="B1" t="s"><v>4</v></c>', '<c r="B1"><v>4</v></c>'),
    Case(
        "table-overlap",
        MORE,
        "C1:F3",
        (
            (
                TABLE2,
                'id="2" name="Bang2" displayName="Bang2" ref="E1:F3"',
                'id="2" name="Bang2" displayName="Bang2" ref="C1:F3"',
            ),
        ),
    ),
    at(MORE, "merge-in-table", "B4:C5", 'mergeCell ref="A6:B7"', 'mergeCell ref="B4:C5"'),
    at(MORE, "filter-in-table", "A3:B4", "<mergeCells ", '<autoFilter ref="A3:B4"/><mergeCells '),
    at(TABLE2, "table-name-twice", "bang1", 'displayName="Bang2"', 'displayName="bang1"'),
    at(TABLE2, "table-name-twice", "tong", 'displayName="Bang2"', 'displayName="tong"'),
    at(TABLE2, "table-name-illegal", "'B2'", 'displayName="Bang2"', 'displayName="B2"'),
    at(TABLE2, "table-id-twice", "Bang2", 'id="2" name="Bang2"', 'id="1" name="Bang2"'),
    at(TABLE, "table-column-twice", r"'t\xean'", 'name="Số"', 'name="TÊN"'),
    at(TABLE, "table-column-twice", "A1:C4", '<tableColumn id="2"', '<tableColumn id="1"'),
    at(TABLE, "table-columns-wrong", "A1:C4", '<tableColumn id="2" name="Số"/>', ""),
    Case(
        "table-without-rows",
        TABLE,
        "A1:C1",
        ((TABLE, 'displayName="Bang1" ref="A1:C4"', 'displayName="Bang1" ref="A1:C1"'),),
    ),
    at(TABLE, "filter-range-wrong", "A2:C4", '<autoFilter ref="A1:C4"/>', '<autoFilter ref="A2:C4"/>'),
    at(TABLE, "range-illegal", "'A4:C1'", 'displayName="Bang1" ref="A1:C4"', 'displayName="Bang1" ref="A4:C1"'),
    at(TABLE, "condition-format-missing", "tableColumn", '<tableColumn id="2"', '<tableColumn id="2" dataDxfId="2"'),
)
SERIES = "<c:f>'Chi tiết'!$B$2:$B$4</c:f>"

DRAWING_CASES = (
    Case(
        "anchor-missing", DRAWING, "anchor 0", ((DRAWING, "<xdr:to>", "<xdr:zu>"), (DRAWING, "</xdr:to>", "</xdr:zu>"))
    ),
    at(DRAWING, "anchor-outside-grid", "anchor 0", "<xdr:col>17</xdr:col>", "<xdr:col>16384</xdr:col>"),
    at(DRAWING, "anchor-outside-grid", "anchor 0", "<xdr:col>17</xdr:col>", "<xdr:col>9</xdr:col>"),
    at(
        DRAWING,
        "drawing-id-twice",
        "2",
        "<xdr:clientData/>",
        '<xdr:sp><xdr:cNvPr id="2"/></xdr:sp><xdr:clientData/>',
        own=True,
    ),
    at(CHART, "chart-missing-sheet", "f", SERIES, SERIES.replace("Chi", "Chú")),
    at(CHART, "formula-unbalanced", "f", SERIES, SERIES.replace("$B$4", "$B$4)")),
    at(
        CHART,
        "chart-axis-missing",
        "barChart",
        '<c:axId val="50010002"/></c:barChart>',
        '<c:axId val="3"/></c:barChart>',
    ),
    at(CHART, "chart-series-twice", "ser 0", '<c:idx val="1"/>', '<c:idx val="0"/>'),
    at(NOTES, "note-twice", "C8", 'ref="D8"', 'ref="C8"'),
    at(NOTES, "note-author-missing", "D8", 'ref="D8" authorId="0"', 'ref="D8" authorId="1"'),
    at(NOTES, "range-illegal", "'D0'", 'ref="D8"', 'ref="D0"'),
    at(NOTES, "string-too-long", "D8", "Nhiều hay ít", "n" * 32_768),
    at(MAIN, "note-without-shape", "legacyDrawing", '<legacyDrawing r:id="rId3"/>', "", own=True),
)


def between(part: str, first: str, last: str) -> str:
    text = rich_parts()[part].decode()
    return text[text.index(first) : text.rindex(last) + len(last)]


GONE_CASES = (
    at(DRAWING, "relationship-unknown", "rId9", 'r:id="rId1"', 'r:id="rId9"'),
    at(DRAWING, "drawing-empty", "", between(DRAWING, "<xdr:twoCellAnchor>", "</xdr:twoCellAnchor>"), "", own=True),
    at(CHART, "chart-empty", "", between(CHART, "<c:ser>", "</c:ser>"), "", own=True),
    at(BOOK, "no-sheet", "sheets", between(BOOK, "<sheet ", "</sheets>"), "</sheets>"),
)

CASES = (
    *GONE_CASES,
    *PACKAGE_CASES,
    *BOOK_CASES,
    *STYLE_CASES,
    *CELL_CASES,
    *SHEET_CASES,
    *TABLE_CASES,
    *DRAWING_CASES,
)
