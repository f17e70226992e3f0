"""The crafted files, by name: which are refused with which code and place, and which are read as what.

A case is one line: name, bytes, expected. Expected cells are written `kind:text` or `kind:text=formula`.
"""

from __future__ import annotations

import struct

from tests.hostile import (
    CORE,
    HEAD,
    MAIN,
    MEDIA,
    OFFICE,
    ROWS,
    SHEET,
    STRINGS,
    STYLES,
    TYPES,
    WORKBOOK,
    WORKBOOK_RELS,
    Part,
    book,
    content_types,
    core,
    deflated_blanks,
    entries,
    links,
    pack,
    parts,
    relationships,
    replaced,
    rows_with,
    sheet,
    string_table,
    strings,
    styles,
    with_cell,
    with_number,
    with_rows,
    without,
    workbook,
    write_zip,
)

Refusal = tuple[str, bytes, str, str | None]
"""Name, file, code, and the cell or a piece of `found`."""
Reading = tuple[str, bytes, dict[str, str | None]]
"""Name, file, and cells of the first sheet (`None`: not listed)."""

COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
DAMAGED, HOSTILE, LARGE = "file-damaged", "file-hostile", "file-too-large"
FORM: dict[str, str | None] = {
    "A2": "text:Lớp 1",
    "B2": "number:10",
    "B3": "number:20",
    "B4": "number:30",
    "B5": "number:40",
    "B6": "number:100=SUM(B2:B5)",
}
HONEST = book()
_SHEET_BYTES = sheet().encode()
_TWO_SHEETS = '<sheet name="{}" sheetId="1" r:id="rId1"/><sheet name="{}" sheetId="2" r:id="rId4"/>'
_LAUGHS = '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


def _two_sheets(
    first: str = "Một", second: str = "Hai", target: str = "worksheets/sheet2.xml"
) -> dict[str, bytes | str]:
    changed = parts(
        types=content_types(sheets=2),
        workbook=workbook(_TWO_SHEETS.format(first, second)),
        links=links(("worksheet", target)),
    )
    return changed | {"xl/worksheets/sheet2.xml": sheet()}


def _stored(**changed: str) -> bytes:
    """The form without compression: what repeats itself so much would be refused for its ratio alone."""
    return pack(parts(**changed), method=0)


def _renamed(prefix: str, target: str) -> bytes:
    """The form with its sheet under another name or behind another target."""
    moved = {prefix if name == SHEET else name: data for name, data in parts(links=links(sheet=target)).items()}
    return pack(moved)


def _after_workbook(element: str) -> bytes:
    return book(workbook=workbook(after=element))


def _names(count: int) -> str:
    return "<definedNames>" + '<definedName name="a">1</definedName>' * count + "</definedNames>"


def _external(inner: str) -> bytes:
    part = "xl/externalLinks/externalLink1.xml"
    changed = parts(links=links(("externalLink", "externalLinks/externalLink1.xml")))
    return pack(changed | {part: f'{HEAD}<externalLink xmlns="{MAIN}" xmlns:r="{OFFICE}">{inner}</externalLink>'})


def _bits(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _nested_comment() -> bytes:
    return write_zip(entries(), comment=struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0))


CONTAINER: list[Refusal] = [
    ("nothing", b"", "file-empty", None),
    ("one byte", b"P", "file-not-a-workbook", "unknown"),
    ("cut in half", HONEST[: len(HONEST) // 2], DAMAGED, None),
    ("last 10 bytes missing", HONEST[:-10], DAMAGED, None),
    ("directory offset off by 37", write_zip(entries(), shift=37), DAMAGED, None),
    ("all NUL", bytes(9_000), DAMAGED, None),
    ("middle third NUL", HONEST[:1200] + bytes(1200) + HONEST[2400:], DAMAGED, None),
    ("wrong checksum", replaced(Part(SHEET, _SHEET_BYTES, checksum=1)), DAMAGED, SHEET),
    ("stored, one bit rotten", _bits(pack(parts(), method=0), 3_000), DAMAGED, None),
    ("local name differs", replaced(Part(SHEET, _SHEET_BYTES, local_name=SHEET.replace("1", "2"))), DAMAGED, SHEET),
    ("local size differs", replaced(Part(SHEET, _SHEET_BYTES, local_size=7)), DAMAGED, SHEET),
    ("two workbooks glued", HONEST + book(sheet=sheet(rows_with('<c r="B2"><v>9999</v></c>'))), HOSTILE, None),
    ("700 bytes before", b"x" * 700 + HONEST, DAMAGED, None),
    ("700 bytes before, offsets right", write_zip(entries(), before=b"x" * 700), DAMAGED, None),
    ("5000 NULs after", HONEST + bytes(5_000), DAMAGED, None),
    ("comment with an end record", _nested_comment(), DAMAGED, None),
    ("one name twice", write_zip([*entries(), Part(SHEET, _SHEET_BYTES)]), HOSTILE, SHEET),
    ("twins by case", write_zip([*entries(), Part(SHEET.replace("sheet1", "Sheet1"), b"")]), HOSTILE, None),
    ("twins by slash", write_zip([*entries(), Part(SHEET.replace("/", "\\"), b"")]), HOSTILE, None),
    ("two names, one body", write_zip([*entries(), Part("xl/a.xml", b"", offset=0)]), HOSTILE, None),
    ("absolute name", replaced(Part("/etc/passwd", b"x")), HOSTILE, "/etc/passwd"),
    ("climbing name", replaced(Part("xl/../../x", b"x")), HOSTILE, "xl/../../x"),
    ("climbing name, backslash", replaced(Part("xl\\..\\..\\x", b"x")), HOSTILE, None),
    ("drive name", replaced(Part("C:/x", b"x")), HOSTILE, None),
    ("NUL in a name", replaced(Part("xl/a.xml\0.png", b"x")), HOSTILE, None),
    ("ZipCrypto", replaced(Part(SHEET, _SHEET_BYTES, flags=1)), "file-encrypted", SHEET),
    ("encrypted in one header only", replaced(Part(SHEET, _SHEET_BYTES, local_flags=1)), DAMAGED, SHEET),
    ("LZMA", replaced(Part(SHEET, _SHEET_BYTES, method=14)), DAMAGED, SHEET),
    ("deflate64", replaced(Part(SHEET, _SHEET_BYTES, method=9)), DAMAGED, SHEET),
    ("no deflate stream", replaced(Part(SHEET, _SHEET_BYTES, raw=b"\xff" * 400)), DAMAGED, SHEET),
    ("stored with two sizes", replaced(Part(SHEET, _SHEET_BYTES, method=0, size=5)), HOSTILE, SHEET),
    ("docx", pack({TYPES: content_types(), "word/document.xml": "<w/>"}), "file-not-a-workbook", "docx"),
    ("pptx", pack({TYPES: content_types(), "ppt/presentation.xml": "<p/>"}), "file-not-a-workbook", "pptx"),
    ("xlsb", pack(parts() | {"xl/workbook.bin": b"\x83"}), "file-not-a-workbook", "xlsb"),
    ("a zip that holds the form", pack({"lop1.xlsx": HONEST}), "file-not-a-workbook", "zip"),
    ("a zip that stores the form", pack({"lop1.xlsx": HONEST}, method=0), "file-not-a-workbook", "zip"),
    ("an empty zip", write_zip([]), "file-not-a-workbook", "zip"),
]

_200_MB = deflated_blanks(200)
_HUGE = [Part(name, b"", raw=bytes(950_000), size=90 << 20) for name in "abc"]
BOMBS: list[Refusal] = [
    ("4 GB declared", replaced(Part(SHEET, b"x", raw=deflated_blanks(1), size=4_000_000_000)), HOSTILE, SHEET),
    ("200 MB of blanks, declared", replaced(Part(SHEET, b"", raw=_200_MB, size=200 << 20)), HOSTILE, SHEET),
    ("200 MB, declared as 900 bytes", replaced(Part(SHEET, b"", raw=_200_MB, size=900)), HOSTILE, SHEET),
    ("strings, declared short", replaced(Part(STRINGS, b"", raw=deflated_blanks(60), size=90_000)), HOSTILE, STRINGS),
    (
        "a picture nobody reads",
        replaced(Part("xl/media/a.png", b"x", raw=b"x" * 99, size=4_000_000_000)),
        HOSTILE,
        None,
    ),
    (
        "a theme nobody reads",
        replaced(Part("xl/theme/theme1.xml", b"", raw=deflated_blanks(9), size=99)),
        HOSTILE,
        None,
    ),
    ("all parts together", write_zip([*entries(), *_HUGE]), LARGE, None),
    ("one part", replaced(Part("xl/a.bin", b"", raw=bytes(2 << 20), size=97 << 20)), LARGE, "xl/a.bin"),
    ("one row of many cells", with_rows(f'<row r="1">{"<c/>" * 16_385}</row>'), DAMAGED, None),
    ("a string of 1 MB", _stored(strings=strings("x" * 1_000_000)), LARGE, STRINGS),
    (
        "an inline string of 40,000",
        with_cell(f'<c r="B2" t="inlineStr"><is><t>{"ă" * 40_000}</t></is></c>'),
        LARGE,
        "B2",
    ),
    ("a formula of 8,193", with_cell(f'<c r="B2"><f>{"1" * 8_193}</f></c>'), LARGE, "B2"),
]

XML: list[Refusal] = [
    (
        "laughs in strings",
        book(strings=f'{HEAD}{_LAUGHS}<sst xmlns="{MAIN}"><si><t>&c;</t></si></sst>'),
        HOSTILE,
        STRINGS,
    ),
    ("laughs in workbook", book(workbook=workbook(head=HEAD + _LAUGHS)), HOSTILE, WORKBOOK),
    ("laughs in types", book(types=content_types().replace("<Types", f"{_LAUGHS}<Types")), HOSTILE, TYPES),
    (
        "an entity for a number",
        book(sheet=sheet(rows_with('<c r="B2"><v>&a;</v></c>'), head=HEAD + _LAUGHS)),
        HOSTILE,
        SHEET,
    ),
    (
        "external entity",
        book(workbook=workbook(head=HEAD + '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>')),
        HOSTILE,
        WORKBOOK,
    ),
    ("external DTD", book(sheet=sheet(head=HEAD + '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">')), HOSTILE, SHEET),
    ("DOCTYPE in properties", book(core=core().replace("<cp:core", "<!DOCTYPE x><cp:core", 1)), HOSTILE, CORE),
    (
        "DOCTYPE in a part not read",
        pack(parts() | {"docProps/app.xml": "<!DOCTYPE x><x/>"}),
        HOSTILE,
        "docProps/app.xml",
    ),
    (
        "DOCTYPE in UTF-16, not read",
        pack(parts() | {"a.xml": "\ufeff<!DOCTYPE x><x/>".encode("utf-16-le")}),
        HOSTILE,
        "a.xml",
    ),
    ("bare &", book(strings=strings("a & b")), DAMAGED, STRINGS),
    ("raw control character", book(strings=strings("\x01")), DAMAGED, STRINGS),
    ("reference to NUL", book(strings=strings("&#0;")), DAMAGED, STRINGS),
    ("NUL byte", book(sheet=sheet().replace("<v>10", "<v>1\x000")), DAMAGED, SHEET),
    ("U+FFFF", book(strings=strings("\uffff")), DAMAGED, STRINGS),
    ("broken after row 3", book(sheet=sheet().partition('<row r="4">')[0]), DAMAGED, SHEET),
    ("something after the end", book(sheet=sheet() + "<x/>"), DAMAGED, SHEET),
    (
        "3,000 levels in the workbook",
        _after_workbook("<extLst>" + "<a>" * 3_000 + "</a>" * 3_000 + "</extLst>"),
        LARGE,
        WORKBOOK,
    ),
    ("200,000 levels in the sheet", _stored(sheet=sheet(after="<extLst>" + "<a>" * 200_000)), LARGE, SHEET),
    ("200,000 attributes", with_cell("<c " + "".join(f'a{n}="" ' for n in range(200_000)) + "/>"), LARGE, SHEET),
    ("a long attribute", _stored(sheet=sheet(root=f' a="{"x" * 300_000}"')), LARGE, SHEET),
    ("a long attribute of >", _stored(sheet=sheet(root=f' a="{">" * 300_000}"')), LARGE, SHEET),
    (
        "two sheetData",
        book(sheet=sheet(after='<sheetData><row r="2"><c r="B2"><v>9999</v></c></row></sheetData>')),
        DAMAGED,
        SHEET,
    ),
    ("row outside sheetData", book(sheet=sheet(after='<row r="9"><c r="B9"><v>9999</v></c></row>')), DAMAGED, SHEET),
    ("row in an extension", book(sheet=sheet(after='<extLst><row r="9"/></extLst>')), DAMAGED, SHEET),
    ("no sheetData", book(sheet=f'{HEAD}<worksheet xmlns="{MAIN}"/>'), DAMAGED, SHEET),
    ("windows-1258 said to be UTF-8", book(strings=strings("Đà").encode("cp1258")), DAMAGED, STRINGS),
    (
        "windows-1252 and said so",
        book(strings=strings("é").replace("UTF-8", "windows-1252").encode("cp1252")),
        DAMAGED,
        STRINGS,
    ),
    (
        "latin-1 and said so",
        book(strings=strings("é").replace("UTF-8", "ISO-8859-1").encode("latin-1")),
        DAMAGED,
        STRINGS,
    ),
    ("worksheet of an unknown namespace", book(sheet=sheet().replace(MAIN, "urn:x")), DAMAGED, SHEET),
    ("worksheet without namespace", book(sheet=sheet().replace(f' xmlns="{MAIN}"', "")), DAMAGED, SHEET),
    ("rows of another namespace", book(sheet=sheet(ROWS.replace("<row ", '<row xmlns="urn:x" '))), DAMAGED, SHEET),
    (
        "strict root",
        book(root=relationships(("http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument", WORKBOOK))),
        "file-not-a-workbook",
        "Strict Open XML",
    ),
    (
        "strict workbook",
        book(workbook=workbook().replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")),
        "file-not-a-workbook",
        "Strict Open XML",
    ),
    (
        "strict sheet",
        book(sheet=sheet().replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")),
        "file-not-a-workbook",
        "Strict Open XML",
    ),
    (
        "AlternateContent around a cell",
        with_cell(
            f'<mc:AlternateContent xmlns:mc="{COMPATIBILITY}"><mc:Choice Requires="x">'
            '<c r="B2"><v>10</v></c></mc:Choice></mc:AlternateContent>'
        ),
        DAMAGED,
        "A2",
    ),
    (
        "AlternateContent around sheetData",
        book(
            sheet=sheet()
            .replace("<sheetData>", '<x:a xmlns:x="urn:x"><sheetData>')
            .replace("</sheetData>", "</sheetData></x:a>")
        ),
        DAMAGED,
        SHEET,
    ),
    ("UTF-16 that says UTF-8", book(sheet=sheet().encode("utf-16")), DAMAGED, SHEET),
]

GRID: list[Refusal] = [
    ("cell A99999999", with_cell('<c r="B2"><v>10</v></c><c r="A99999999"><v>1</v></c>'), DAMAGED, "A99999999"),
    ("cell A1048577", with_rows('<row r="1048577"><c r="A1048577"><v>1</v></c></row>'), DAMAGED, SHEET),
    ("cell ZZZZ1", with_rows('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>'), DAMAGED, "ZZZZ1"),
    ("cell XFE1", with_rows('<row r="1"><c r="XFE1"><v>1</v></c></row>'), DAMAGED, "XFE1"),
    ("row 0", with_rows('<row r="0"><c r="A0"><v>1</v></c></row>'), DAMAGED, SHEET),
    ("row -1", with_rows('<row r="-1"><c r="A1"><v>1</v></c></row>'), DAMAGED, SHEET),
    ("row 2.0", with_rows('<row r="2.0"><c r="A2"><v>1</v></c></row>'), DAMAGED, SHEET),
    ("row 4294967298", with_rows('<row r="4294967298"><c r="A2"><v>1</v></c></row>'), DAMAGED, SHEET),
    (
        "row twice",
        with_rows('<row r="2"><c r="B2"><v>10</v></c></row><row r="2"><c r="B2"><v>9999</v></c></row>'),
        DAMAGED,
        "A2",
    ),
    ("rows turned round", with_rows('<row r="3"/><row r="2"/>'), DAMAGED, "A2"),
    ("cell twice", with_cell('<c r="B2"><v>10</v></c><c r="B2"><v>9999</v></c>'), DAMAGED, "B2"),
    ("cells turned round", with_cell('<c r="C2"><v>1</v></c><c r="B2"><v>10</v></c>'), DAMAGED, "B2"),
    ("address $B$2", with_cell('<c r="$B$2"><v>10</v></c>'), DAMAGED, "$B$2"),
    ("address b2", with_cell('<c r="b2"><v>10</v></c>'), DAMAGED, "b2"),
    ("address of full-width letters", with_cell('<c r="Ｂ2"><v>10</v></c>'), DAMAGED, None),
    ("another row's address", with_cell('<c r="B3"><v>10</v></c>'), DAMAGED, "B3"),
    ("A02", with_cell('<c r="B02"><v>10</v></c>'), DAMAGED, "B02"),
    ("row 02", with_rows('<row r="02"><c r="A2"><v>1</v></c></row>'), DAMAGED, SHEET),
    ("no row number, another address", with_rows('<row><c r="A5"><v>1</v></c></row>'), DAMAGED, "A5"),
    ("column 99999999", book(sheet=sheet(before='<cols><col min="1" max="9999999"/></cols>')), DAMAGED, SHEET),
    ("column beyond the grid", book(sheet=sheet(before='<cols><col min="1" max="16385"/></cols>')), DAMAGED, SHEET),
    (
        "columns overlap",
        book(sheet=sheet(before='<cols><col min="1" max="3"/><col min="3" max="4"/></cols>')),
        DAMAGED,
        SHEET,
    ),
    ("a cell in a cell", with_cell('<c r="B2"><c r="B2"><v>1</v></c></c>'), DAMAGED, "B2"),
    ("a value in a row", with_rows('<row r="1"><v>1</v></row>'), DAMAGED, SHEET),
    (
        "merge off the grid",
        book(sheet=sheet(after='<mergeCells><mergeCell ref="A1:XFE9"/></mergeCells>')),
        DAMAGED,
        SHEET,
    ),
    (
        "merge turned round",
        book(sheet=sheet(after='<mergeCells><mergeCell ref="B2:A1"/></mergeCells>')),
        DAMAGED,
        SHEET,
    ),
]

PACKAGES: list[Refusal] = [
    ("no content types", pack(without(TYPES)), DAMAGED, TYPES),
    ("no root relationships", pack(without("_rels/.rels")), DAMAGED, "_rels/.rels"),
    ("no workbook", pack(without(WORKBOOK)), DAMAGED, WORKBOOK),
    ("no workbook relationships", pack(without(WORKBOOK_RELS)), DAMAGED, WORKBOOK_RELS),
    ("no sheet part", pack(without(SHEET)), DAMAGED, SHEET),
    ("no strings part", pack(without(STRINGS)), DAMAGED, STRINGS),
    ("no styles part", pack(without(STYLES)), DAMAGED, STYLES),
    ("first of two sheets missing", pack({n: d for n, d in _two_sheets().items() if n != SHEET}), DAMAGED, SHEET),
    (
        "sheet without its relationship",
        book(workbook=workbook('<sheet name="a" sheetId="1" r:id="rId9"/>')),
        DAMAGED,
        WORKBOOK,
    ),
    ("sheet without r:id", book(workbook=workbook('<sheet name="a" sheetId="1"/>')), DAMAGED, WORKBOOK),
    ("sheet without name", book(workbook=workbook('<sheet name="" sheetId="1" r:id="rId1"/>')), DAMAGED, WORKBOOK),
    (
        "sheet of unknown state",
        book(workbook=workbook('<sheet name="a" sheetId="1" state="x" r:id="rId1"/>')),
        DAMAGED,
        WORKBOOK,
    ),
    (
        "sheet that is the styles",
        book(workbook=workbook('<sheet name="a" sheetId="1" r:id="rId3"/>')),
        DAMAGED,
        WORKBOOK,
    ),
    ("two sheets of one name", pack(_two_sheets("BaoCao", "BaoCao")), DAMAGED, WORKBOOK),
    ("two sheets, names differ by case", pack(_two_sheets("Báo cáo", "BÁO CÁO")), DAMAGED, WORKBOOK),
    ("two sheets, NFC and NFD", pack(_two_sheets("Hòa", "Ho\u0300a")), DAMAGED, WORKBOOK),
    ("two sheets, one part", pack(_two_sheets(target="worksheets/sheet1.xml")), DAMAGED, WORKBOOK),
    ("no sheets", book(workbook=workbook("")), DAMAGED, WORKBOOK),
    (
        "two lists of sheets",
        book(workbook=workbook(after='<sheets><sheet name="b" sheetId="2" r:id="rId1"/></sheets>')),
        DAMAGED,
        WORKBOOK,
    ),
    ("two sets of strings", book(links=links(("sharedStrings", "other.xml"))), DAMAGED, WORKBOOK),
    (
        "two workbooks",
        book(root=relationships(("officeDocument", WORKBOOK), ("officeDocument", "xl/other.xml"))),
        DAMAGED,
        "_rels/.rels",
    ),
    (
        "one id twice",
        book(links=links(extra=f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="x.xml"/>')),
        DAMAGED,
        WORKBOOK_RELS,
    ),
    (
        "strings without content type",
        book(types=content_types().replace(".sharedStrings+xml", ".x+xml")),
        DAMAGED,
        STRINGS,
    ),
    ("sheet without content type", book(types=content_types(sheets=0)), DAMAGED, SHEET),
    (
        "contradictory content types",
        book(types=content_types(extra=f'<Override PartName="/{SHEET}" ContentType="x"/>')),
        DAMAGED,
        TYPES,
    ),
    ("a workbook of another type", book(types=content_types(main="application/x")), DAMAGED, WORKBOOK),
    ("sheet target outside the file", _renamed(SHEET, "../../../../etc/passwd"), HOSTILE, WORKBOOK_RELS),
    ("sheet target with a scheme", _renamed(SHEET, "file:///etc/passwd"), HOSTILE, WORKBOOK_RELS),
    (
        "sheet target external",
        book(links=links().replace('"worksheets/sheet1.xml"', '"worksheets/sheet1.xml" TargetMode="External"')),
        DAMAGED,
        WORKBOOK,
    ),
    (
        "5,000 sheets",
        book(workbook=workbook("".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(5_000)))),
        LARGE,
        WORKBOOK,
    ),
    ("100,000 names", _stored(workbook=workbook(after=_names(100_000))), LARGE, WORKBOOK),
    ("a DDE link", _external('<ddeLink ddeService="cmd" ddeTopic="/C calc"/>'), HOSTILE, "externalLink1.xml"),
    ("a DDE formula", with_cell("<c r=\"B2\"><f>cmd|'/C calc'!A0</f><v>10</v></c>"), HOSTILE, "B2"),
    ("string index 9999", with_cell('<c r="B2" t="s"><v>9999</v></c>'), DAMAGED, "B2"),
    ("string index -1", with_cell('<c r="B2" t="s"><v>-1</v></c>'), DAMAGED, "B2"),
    ("string index x", with_cell('<c r="B2" t="s"><v>x</v></c>'), DAMAGED, "B2"),
    ("string index 1.0", with_cell('<c r="B2" t="s"><v>1.0</v></c>'), DAMAGED, "B2"),
    ("style index 99", with_cell('<c r="B2" s="99"><v>10</v></c>'), DAMAGED, "B2"),
    ("style index -1", with_cell('<c r="B2" s="-1"><v>10</v></c>'), DAMAGED, "B2"),
    (
        "two tables of styles",
        book(styles=styles().replace("</styleSheet>", "<cellXfs><xf/></cellXfs></styleSheet>")),
        DAMAGED,
        STYLES,
    ),
]

_BAD_NUMBERS = (
    "NaN",
    "Infinity", "-INF", "1e400", "0x10", "1,5", "1_000", "１０", " ", " 10", "10 ", "--5", "1" * 400, "1" * 5_000,
    ".5", "10.", "1e", "e5", "1.2.3", "ten", "10\n", "1e9999", "٣", "²", "1 000", "+",
)  # fmt: skip
VALUES: list[Refusal] = [
    (f"number {text[:12]!r} of {len(text)}", with_number(text), DAMAGED, "B2") for text in _BAD_NUMBERS
]
VALUES += [
    ("comment in a number", with_number("1<!-- x -->0"), DAMAGED, "B2"),
    ("CDATA in a number", with_number("<![CDATA[10]]>"), DAMAGED, "B2"),
    ("instruction in a number", with_number("1<?x y?>0"), DAMAGED, "B2"),
    ("formula behind its value", with_cell('<c r="B2"><v>10</v><f>1+1</f></c>'), DAMAGED, "B2"),
    ("two values", with_cell('<c r="B2"><v>10</v><v>9999</v></c>'), DAMAGED, "B2"),
    ("two formulas", with_cell('<c r="B2"><f>1</f><f>2</f><v>10</v></c>'), DAMAGED, "B2"),
    ("an element in a value", with_cell('<c r="B2"><v>1<b/>0</v></c>'), DAMAGED, "B2"),
    ("boolean 2", with_cell('<c r="B2" t="b"><v>2</v></c>'), DAMAGED, "B2"),
    ("boolean true", with_cell('<c r="B2" t="b"><v>true</v></c>'), DAMAGED, "B2"),
    ("an unknown type", with_cell('<c r="B2" t="x"><v>1</v></c>'), DAMAGED, "B2"),
    ("a date that is none", with_cell('<c r="B2" t="d"><v>tomorrow</v></c>'), DAMAGED, "B2"),
    ("inline with a value", with_cell('<c r="B2" t="inlineStr"><v>10</v></c>'), DAMAGED, "B2"),
    ("inline with both", with_cell('<c r="B2" t="inlineStr"><is><t>1</t></is><v>10</v></c>'), DAMAGED, "B2"),
    ("inline text, number type", with_cell('<c r="B2"><is><t>1</t></is><v>10</v></c>'), DAMAGED, "B2"),
    ("two inline texts", with_cell('<c r="B2" t="inlineStr"><is><t>1</t></is><is><t>2</t></is></c>'), DAMAGED, "B2"),
    ("an element in a text", with_cell('<c r="B2" t="inlineStr"><is><t>1<b>9</b></t></is></c>'), DAMAGED, "B2"),
    ("two texts in one string", book(strings=string_table("<si><t>a</t><t>b</t></si>" * 7)), DAMAGED, STRINGS),
]

KINDS: list[Refusal] = [
    ("html as xls", b"<html><body><table><tr><td>10</td></tr></table>", "file-not-a-workbook", "html"),
    ("html with a mark", "\ufeff  <!DOCTYPE html><html>".encode(), "file-not-a-workbook", "html"),
    ("csv in UTF-16", "Lớp\t10\r\n".encode("utf-16"), "file-not-a-workbook", "text"),
    ("csv", "Lớp 1;10\r\n".encode(), "file-not-a-workbook", "text"),
    ("csv in cp1258", "Lop 1;\xe0;10\r\n".encode("latin-1"), "file-not-a-workbook", "text"),
    (
        "spreadsheet 2003",
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
        "file-not-a-workbook",
        "xml-spreadsheet",
    ),
    ("mail part", b"Content-Type: application/octet-stream\r\n\r\nUEsDBBQABgAIAAAAIQ", "file-not-a-workbook", "text"),
    ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "file-not-a-workbook", "pdf"),
    ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "file-not-a-workbook", "image"),
    ("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF", "file-not-a-workbook", "image"),
    ("heic", b"\0\0\0\x18ftypheic\0\0\0\0", "file-not-a-workbook", "image"),
    (
        "xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "Workbook".encode("utf-16-le") + bytes(50),
        "file-not-a-workbook",
        "xls",
    ),
    (
        "xls with a password",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\x09\x08\x10\x00\x00\x06\x05\x00"
        + bytes(12)
        + b"\x2f\0\4\0abcd"
        + "Workbook".encode("utf-16-le")
        + bytes(50),
        "file-encrypted",
        None,
    ),
    (
        "xlsx with a password",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"),
        "file-encrypted",
        None,
    ),
    (
        "doc",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "WordDocument".encode("utf-16-le"),
        "file-not-a-workbook",
        "docx",
    ),
    (
        "ods",
        pack({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": "<m/>"}, method=0),
        "file-not-a-workbook",
        "ods",
    ),
    (
        "ods with a password",
        pack(
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "META-INF/manifest.xml": "<m:encryption-data/>",
            },
            method=0,
        ),
        "file-encrypted",
        None,
    ),
    ("noise", bytes(range(256)), "file-not-a-workbook", "unknown"),
]

REFUSED = [*CONTAINER, *BOMBS, *XML, *GRID, *PACKAGES, *VALUES, *KINDS]


def _utf16(text: str) -> bytes:
    return text.replace("UTF-8", "UTF-16").encode("utf-16")


def _prefixed(text: str) -> str:
    plain = text.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    for name in ("worksheet", "sheetData", "row", "c", "v", "f"):
        plain = plain.replace(f"<{name} ", f"<x:{name} ").replace(f"<{name}>", f"<x:{name}>")
        plain = plain.replace(f"</{name}>", f"</x:{name}>")
    return plain


def _without_addresses() -> str:
    rows = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    numbers = ("10", "20", "30", "40")
    rows += "".join(f'<row><c t="s"><v>{n}</v></c><c><v>{v}</v></c></row>' for n, v in enumerate(numbers, 2))
    return rows + '<row><c t="s"><v>6</v></c><c><f>SUM(B2:B5)</f><v>100</v></c></row>'


_MARKED = {name: b"\xef\xbb\xbf" + str(data).encode() for name, data in parts().items()}
_ODD_STYLES = styles(cells='<xf numFmtId="0"/>' * 100_000)
_BLANKS = "".join(f'<row r="{row}">' + '<c s="1"/>' * 300 + "</row>" for row in range(10, 2_010))

READ: list[Reading] = [
    ("the honest form", HONEST, FORM),
    ("not compressed", pack(parts(), method=0), FORM),
    ("streamed", pack(parts(), streamed=True), FORM),
    ("streamed, unsigned descriptors", pack(parts(), streamed=True, signed=False), FORM),
    ("zip64 headers", pack(parts(), zip64=True), FORM),
    ("a comment", write_zip(entries(), comment=b"made by hand"), FORM),
    ("backslashes in names", pack({name.replace("/", "\\"): data for name, data in parts().items()}), FORM),
    ("names in capitals", pack({name.upper(): data for name, data in parts().items()}), FORM),
    ("a folder entry", replaced(Part("xl/", b"", method=0)), FORM),
    ("UTF-16 throughout", pack({name: _utf16(str(data)) for name, data in parts().items()}), FORM),
    ("UTF-8 mark throughout", pack(_MARKED), FORM),
    ("x: prefixes", book(sheet=_prefixed(sheet())), FORM),
    ("absolute target", _renamed(SHEET, "/xl/worksheets/sheet1.xml"), FORM),
    ("target with ./", _renamed(SHEET, "./worksheets/sheet1.xml"), FORM),
    ("target with ../", _renamed(SHEET, "../xl/worksheets/sheet1.xml"), FORM),
    ("target with backslash", _renamed(SHEET, "worksheets\\sheet1.xml"), FORM),
    ("no addresses", with_rows(_without_addresses()), FORM),
    ("no addresses in cells", with_rows(ROWS.replace('<c r="A', '<c o="').replace('<c r="B', '<c o="')), FORM),
    ("dimension too large", book(sheet=sheet(before='<dimension ref="A1:XFD1048576"/>')), FORM),
    ("dimension too small", book(sheet=sheet(before='<dimension ref="A1:C3"/>')), FORM),
    ("a number by reference", with_number("&#49;0"), FORM),
    ("comments elsewhere", with_rows("<!-- a -->" + ROWS + "<?x y?>"), FORM),
    ("CDATA in a string", book(strings=strings(*["<![CDATA[<Lớp>]]> 1"] * 7)), {"A2": "text:<Lớp> 1"}),
    ("AlternateContent elsewhere", book(workbook=workbook(before='<x:a xmlns:x="urn:x"><x:b/></x:a>')), FORM),
    ("an extension in a cell", with_cell('<c r="B2"><v>10</v><extLst><ext uri="x"/></extLst></c>'), FORM),
    ("template content type", book(types=content_types(main=f"{MEDIA}.template.main+xml")), FORM),
    (
        "font of unknown family",
        book(styles=styles().replace("<cellXfs>", '<fonts><font><family val="999"/></font></fonts><cellXfs>')),
        FORM,
    ),
    ("100,000 styles", _stored(styles=_ODD_STYLES), FORM),
    (
        "100,000 validations",
        _stored(sheet=sheet(after=f"<dataValidations>{'<dataValidation/>' * 100_000}</dataValidations>")),
        FORM,
    ),
    (
        "no styles",
        pack({n: d for n, d in parts(links=links().replace("styles", "styling")).items() if n != STYLES}),
        FORM,
    ),
    (
        "no properties",
        pack({n: d for n, d in parts(root=relationships(("officeDocument", WORKBOOK))).items() if n != CORE}),
        FORM,
    ),
    ("2,000 rows of 300 blank cells", _stored(sheet=sheet(ROWS + _BLANKS)), FORM | {"A10": None}),
    (
        "one cell at XFD1048576",
        with_rows(ROWS + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        FORM | {"XFD1048576": "number:1"},
    ),
    (
        "merge of the whole grid",
        book(sheet=sheet(after='<mergeCells><mergeCell ref="A1:XFD1048576"/><mergeCell ref="A1:B2"/></mergeCells>')),
        FORM,
    ),
    ("exponent", with_number("1E1"), FORM | {"B2": "number:1E1"}),
    ("long exponent", with_number("1.2345678901E+10"), {"B2": "number:1.2345678901E+10"}),
    ("1e308", with_number("1e308"), {"B2": "number:1e308"}),
    ("negative zero", with_number("-0"), {"B2": "number:-0"}),
    ("plus", with_number("+10"), {"B2": "number:+10"}),
    ("leading zeros", with_number("0010"), {"B2": "number:0010"}),
    ("2^53 + 1", with_number("9007199254740993"), {"B2": "number:9007199254740993"}),
    ("fraction", with_number("10.4999"), {"B2": "number:10.4999"}),
    ("true", with_cell('<c r="B2" t="b"><v>1</v></c>'), {"B2": "bool:1"}),
    ("error", with_cell('<c r="B2" t="e"><v>#SPILL!</v></c>'), {"B2": "error:#SPILL!"}),
    ("ISO date", with_cell('<c r="B2" t="d"><v>2026-11-20T00:00:00</v></c>'), {"B2": "date:2026-11-20T00:00:00"}),
    ("no value", with_cell('<c r="B2"/>'), {"B2": None}),
    ("empty value", with_cell('<c r="B2"><v/></c>'), {"B2": None}),
    ("string type, no value", with_cell('<c r="B2" t="s"/>'), {"B2": None}),
    ("formula, no value", with_cell('<c r="B2"><f>1+1</f></c>'), {"B2": "none:=1+1"}),
    ("formula, empty value", with_cell('<c r="B2"><f>1+1</f><v></v></c>'), {"B2": "none:=1+1"}),
    ("formula with empty text", with_cell('<c r="B2" t="str"><f>T("")</f><v></v></c>'), {"B2": 'text:=T("")'}),
    ("formula with text", with_cell('<c r="B2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>'), {"B2": 'text:ab="a"&"b"'}),
    ("formula to another file", with_cell('<c r="B2"><f>[1]S!A1</f><v>10</v></c>'), {"B2": "number:10=[1]S!A1"}),
    ("empty formula", with_cell('<c r="B2"><f/><v>10</v></c>'), {"B2": "number:10=?"}),
    ("inline text", with_cell('<c r="B2" t="inlineStr"><is><t> a </t></is></c>'), {"B2": "text: a "}),
    (
        "inline rich text",
        with_cell('<c r="B2" t="inlineStr"><is><r><t>1</t></r><r><rPr><b/></rPr><t>0</t></r></is></c>'),
        {"B2": "text:10"},
    ),
    ("empty inline text", with_cell('<c r="B2" t="inlineStr"><is/></c>'), {"B2": "text:"}),
    (
        "ruby",
        book(
            strings=string_table('<si><r><t>Lớp</t></r><r><t> 1</t></r><rPh sb="0" eb="1"><t>ruby</t></rPh></si>' * 7)
        ),
        {"A2": "text:Lớp 1"},
    ),
    (
        "escapes",
        book(strings=strings(*["a_x000D_b _x005F_x0041_ _xD800_ _xZZZZ_"] * 7)),
        {"A2": "text:a\rb _x0041_ _xD800_ _xZZZZ_"},
    ),
    (
        "emoji, direction marks",
        book(strings=strings(*["😀\u202e\u200b\ufffd"] * 7)),
        {"A2": "text:😀\u202e\u200b\ufffd"},
    ),
    ("32,767 characters", _stored(strings=strings(*["x" * 32_767] * 7)), {"A2": "text:" + "x" * 32_767}),
    ("32,767 after escapes", _stored(strings=strings(*["_x0041_" * 32_767] * 7)), {"A2": "text:" + "A" * 32_767}),
    (
        "text that looks like a formula",
        book(strings=strings(*["=cmd|'/C calc'!A0"] * 7)),
        {"A2": "text:=cmd|'/C calc'!A0"},
    ),
]

SHARED_FORMULAS = (
    ("SUM(B2:C2)", 1, 0, "SUM(B3:C3)"),
    ("SUM(B2:C2)", 0, 1, "SUM(C2:D2)"),
    ("$B$2+B$2+$B2", 3, 2, "$B$2+D$2+$B5"),
    ('"B2"&B2', 1, 0, '"B2"&B3'),
    ('"say ""B2"""&B2', 1, 0, '"say ""B2"""&B3'),
    ("'B2'!B2+Sheet1!C3", 1, 1, "'B2'!C3+Sheet1!D4"),
    ("[1]S!A1", 1, 0, "[1]S!A2"),
    ("LOG10(B2)+ATAN2(B2,C2)", 1, 0, "LOG10(B3)+ATAN2(B3,C3)"),
    ("Tong_B2+B2x+B2", 1, 0, "Tong_B2+B2x+B3"),
    ("_xlfn.STDEV.S(B2:B9)", 1, 1, "_xlfn.STDEV.S(C3:C10)"),
    ("SUM(B:C)+SUM(2:3)", 2, 1, "SUM(C:D)+SUM(4:5)"),
    ("SUM($B:C)+SUM($2:3)", 2, 1, "SUM($B:D)+SUM($2:5)"),
    ("1E5+B2*1.5E+3", 1, 0, "1E5+B3*1.5E+3"),
    ("Bang1[[#This Row],[B2]]+B2", 1, 0, "Bang1[[#This Row],[B2]]+B3"),
    ("IF(B2=TRUE,#REF!,B2)", 1, 0, "IF(B3=TRUE,#REF!,B3)"),
    ("A1", -1, 0, "?"),
    ("XFD1", 0, 1, "?"),
    ("B1048576", 1, 0, "?"),
    ("SUM(A:A)", 0, -1, "?"),
    ("ABCD1+XFE1", 1, 0, "?"),
    ("Số_2+B2", 1, 0, "Số_2+B3"),
)
