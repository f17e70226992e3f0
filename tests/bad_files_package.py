"""Bad files whose bytes are wrong: the container, bombs, the XML, the grid and the package."""

from __future__ import annotations

import base64
import random
import re
import string
import struct
import unicodedata
import zlib
from collections.abc import Callable

from tests.bad_files_craft import (
    FIRST,
    Case,
    Make,
    Parts,
    after_rows,
    before_rows,
    cell_at,
    changed,
    first,
    in_part,
    last_rows,
    packed,
    plain,
    repeated,
    text_of,
    value,
    with_cell,
    with_entry,
    with_link,
    with_part,
    with_sheet,
    with_string,
    with_style,
    with_text,
    with_type,
)
from tests.hostile import (
    CORE,
    HEAD,
    MAIN,
    MEDIA,
    OFFICE,
    SHEET,
    STRINGS,
    STYLES,
    TYPES,
    WORKBOOK,
    WORKBOOK_RELS,
    Part,
    entries,
    pack,
    write_zip,
)

THEME = "xl/theme/theme1.xml"
GIGA = 4096
"""Blocks of a megabyte in four gigabytes."""
MEGA = b" " * 1_048_576

HONEST = packed()


def _parts_9999(parts: Parts) -> Parts:
    """The form with 9,999 in the first number, as the twin that must never win."""
    return with_cell(parts, FIRST, value(parts, FIRST, 9999))


# --- the container


def _sheet_entry(**how) -> Make:
    return with_entry(lambda parts: Part(SHEET, parts[SHEET], **how))


def _and_twin(name: str) -> Make:
    return lambda parts: write_zip([*entries(parts), Part(name, _parts_9999(parts)[SHEET])])


def _of_bytes(change: Callable[[bytes], bytes]) -> Make:
    return lambda parts: change(HONEST(parts))


def _thirds(data: bytes) -> bytes:
    third = len(data) // 3
    return data[:third] + bytes(third) + data[2 * third :]


def _as_mail(data: bytes) -> bytes:
    head = "Content-Type: application/vnd.ms-excel\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + base64.encodebytes(data)


def _fixed(data: bytes) -> Make:
    return lambda _parts: data


_HTML = "<html><body><table><tr><td>Lớp 1</td><td>10</td></tr></table></body></html>".encode()
_XML_2003 = (
    b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
)
_EMPTY_END = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)

CONTROL = [Case("read: 10,20,30,40 = 100", HONEST)]
CONTAINER = [
    Case("1 byte", _of_bytes(lambda data: data[:1])),
    Case("cut in half (e-mail/USB copy broken)", _of_bytes(lambda data: data[: len(data) // 2])),
    Case("last 10 bytes missing (no end record)", _of_bytes(lambda data: data[:-10])),
    Case("central directory offset off by 37", lambda parts: write_zip(entries(parts), shift=37)),
    Case("CRC of sheet1.xml wrong (bit rot)", _sheet_entry(checksum=12345)),
    Case("local header name differs from central directory name", _sheet_entry(local_name=SHEET.replace("1", "9"))),
    Case("two workbooks glued together; which one is read?", lambda parts: HONEST(parts) + HONEST(_parts_9999(parts))),
    Case("two entries named xl/worksheets/sheet1.xml (10 then 9999)", _and_twin(SHEET)),
    Case(
        "sheet1.xml and Sheet1.xml (9999) both present; OPC names are case-insensitive",
        _and_twin(SHEET.replace("sheet1", "Sheet1")),
    ),
    Case(
        "sheet target ../../…/a system file",
        packed(in_part(WORKBOOK_RELS, '"worksheets/sheet1.xml"', '"../../../../../etc/hostname"')),
    ),
    Case("sheet1.xml flagged ZipCrypto-encrypted", _sheet_entry(flags=1)),
    Case("entries use LZMA (Excel refuses)", _sheet_entry(method=14)),
    Case("a .docx renamed .xlsx", _fixed(pack({TYPES: f"{HEAD}<Types/>", "word/document.xml": "<w/>"}))),
    Case("HTML table saved as .xls (web system export)", _fixed(_HTML), "{code}.xls"),
    Case("HTML saved as .xlsx", _fixed(_HTML)),
    Case("UTF-16 CSV renamed", _fixed("Lớp 1\t10\r\nLớp 2\t20\r\n".encode("utf-16"))),
    Case("SpreadsheetML-2003 XML named .xls", _fixed(_XML_2003), "{code}.xls"),
    Case("the same named .xlsx", _fixed(_XML_2003)),
    Case("right size, all NULs (network share / power loss)", _of_bytes(lambda data: bytes(len(data)))),
    Case("middle third is NULs (partial sync)", _of_bytes(_thirds)),
    Case("mail part saved undecoded", _of_bytes(_as_mail)),
    Case("zip comment holds a second, empty end record", lambda parts: write_zip(entries(parts), comment=_EMPTY_END)),
    Case("700 bytes before the zip (self-extractor / mail gateway banner)", _of_bytes(lambda data: b"x" * 700 + data)),
    Case("5000 NULs after the zip (padding by a mail gateway)", _of_bytes(lambda data: data + bytes(5000))),
    Case(
        "entry names use backslashes (old Java tools)",
        lambda parts: pack({name.replace("/", "\\"): data for name, data in parts.items()}),
    ),
    Case("no compression (valid)", packed(method=0)),
    Case("streamed zip with data descriptors (valid; many web exports)", lambda parts: pack(parts, streamed=True)),
    Case("zip64 headers on a small file (valid; System.IO.Packaging)", lambda parts: pack(parts, zip64=True)),
    Case("extension in capitals", HONEST, "{code}.XLSX"),
    Case(".xlsx.xlsx", HONEST, "{code}.xlsx.xlsx"),
    Case("a .zip holding the workbook, renamed .xlsx", lambda parts: pack({"bieu.xlsx": HONEST(parts)})),
    Case("no extension", HONEST, "{code}"),
]


# --- bombs: none is ever inflated, neither here nor by what is tested


def _bomb(name: str, block: bytes, times: int, around: Callable[[Parts], tuple[bytes, bytes]]) -> Make:
    """A part that inflates to `times` blocks, declared truly."""

    def make(parts: Parts) -> Part:
        raw, size, checksum = repeated(around(parts)[0], block, times, around(parts)[1])
        return Part(name, b"", raw=raw, size=size, checksum=checksum)

    return with_entry(make)


def _around(name: str, mark: str, behind: bool = True) -> Callable[[Parts], tuple[bytes, bytes]]:
    def split(parts: Parts) -> tuple[bytes, bytes]:
        head, mark_found, tail = parts[name].partition(mark.encode())
        assert mark_found
        return (head + mark_found, tail) if behind else (head, mark_found + tail)

    return split


def _long_string(parts: Parts) -> Parts:
    """One string of a megabyte that does not compress well, in 20,000 cells below the table."""
    letters = "".join(random.Random(1).choices(string.ascii_letters, k=1_000_000))
    parts, index = with_string(parts, f"<t>{letters}</t>")
    rows = "".join(f'<row r="{row}"><c r="B{row}" t="s"><v>{index}</v></c></row>' for row in range(100, 20_100))
    return last_rows(parts, rows)


def _long_formulas(parts: Parts) -> Parts:
    """On the sheet of instructions, where no number is looked for."""
    master = f'<f t="shared" ref="J100:J100099" si="0">&quot;{"x" * 7_990}&quot;&amp;A1</f>'
    rows = [f'<row r="100"><c r="J100">{master}<v>1</v></c></row>']
    rows += [
        f'<row r="{row}"><c r="J{row}"><f t="shared" si="0"/><v>{row}</v></c></row>' for row in range(101, 100_100)
    ]
    return last_rows(parts, "".join(rows), "xl/worksheets/sheet6.xml")


_ONE_STRING = _around(STRINGS, "</sst>", behind=False)


def _in_string(parts: Parts) -> tuple[bytes, bytes]:
    head, tail = _ONE_STRING(parts)
    return head + b"<si><t>", b"</t></si>" + tail


def _in_row(parts: Parts) -> tuple[bytes, bytes]:
    head, tail = _around(SHEET, "</sheetData>", behind=False)(parts)
    return head + b'<row r="99">', b"</row>" + tail


BOMBS = [
    Case(
        "sheet1.xml inflates to 4.0 GB of spaces after the last row",
        _bomb(SHEET, MEGA, GIGA - 300, _around(SHEET, "</sheetData>", behind=False)),
    ),
    Case("one shared string of 1 GB", _bomb(STRINGS, b"x" * 1_048_576, 1_000, _in_string)),
    Case("60 million shared strings (1 GB)", _bomb(STRINGS, b"<si><t>x</t></si>" * 60_000, 1_000, _ONE_STRING)),
    Case(
        "theme1.xml inflates to 4 GB (openpyxl reads it whole)",
        _bomb(THEME, MEGA, GIGA - 300, lambda parts: (parts[THEME], b"")),
    ),
    Case(
        "an unreferenced 4 GB picture part", _bomb("xl/media/a.png", bytes(1_048_576), GIGA - 300, lambda _: (b"", b""))
    ),
    Case("one row of 250 million <c/>", _bomb(SHEET, b"<c/>" * 250_000, 1_000, _in_row)),
    Case("one 1 MB shared string used by 20,000 cells (20 GB if copied per cell)", packed(_long_string)),
    Case(
        "100,000 shared-formula cells of an 8,000-character formula (800 MB if expanded)",
        packed(_long_formulas),
        heavy=True,
    ),
]


# --- the XML

_LAUGHS = '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
_LONG_ENTITY = f'<!DOCTYPE x [<!ENTITY a "{"x" * 100_000}">]>'
_SYSTEM = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
_REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'


def _doctype(name: str, doctype: str, root: str, old: str = "", new: str = "") -> Make:
    changes = [in_part(name, f"<{root} ", f"{doctype}<{root} ")]
    return packed(*changes, *([in_part(name, old, new)] if old else []))


def _encoded(codec: str, says: str, *names: str) -> Make:
    def change(parts: Parts) -> Parts:
        for name in names or [name for name in parts if name.endswith((".xml", ".rels"))]:
            text = unicodedata.normalize("NFC", text_of(parts, name)).replace('encoding="UTF-8"', f'encoding="{says}"')
            parts = with_part(parts, name, text.encode(codec, "xmlcharrefreplace"))
        return parts

    return packed(change)


def _in_1258(parts: Parts) -> Parts:
    """Vietnamese in the old Windows page: base letters with their hat, tones as marks of their own."""
    text = unicodedata.normalize("NFD", text_of(parts, STRINGS))
    for mark in ("\u0302", "\u0306", "\u031b"):
        text = re.sub(f"[A-Za-z]{mark}", lambda found: unicodedata.normalize("NFC", found[0]), text)
    return with_part(parts, STRINGS, text.encode("cp1258", "replace"))


def _prefixed(parts: Parts) -> Parts:
    text = text_of(parts).replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    return with_part(parts, SHEET, re.sub(r"<(/?)([a-zA-Z]+)(?=[ />])", r"<\1x:\2", text))


def _strict(parts: Parts) -> Parts:
    old = "http://schemas.openxmlformats.org"
    spaces = {
        MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
        OFFICE: "http://purl.oclc.org/ooxml/officeDocument/relationships",
        f"{old}/drawingml/2006/main": "http://purl.oclc.org/ooxml/drawingml/main",
    }
    for name in parts:
        for space, other in spaces.items():
            parts = with_part(parts, name, parts[name].replace(space.encode(), other.encode()))
    return parts


def _alternate(parts: Parts) -> Parts:
    cell = cell_at(parts, FIRST)
    space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    choice = f'<mc:Choice Requires="x14">{cell}</mc:Choice><mc:Fallback>{cell.replace(">10<", ">9999<")}</mc:Fallback>'
    return with_cell(parts, FIRST, f'<mc:AlternateContent xmlns:mc="{space}">{choice}</mc:AlternateContent>')


def _comment_and_cdata(parts: Parts) -> Parts:
    parts = first("<v><![CDATA[10]]></v>")(parts)
    return with_cell(parts, "D9", value(parts, "D9", "2<!-- -->0"))


def _broken_after(parts: Parts) -> Parts:
    return with_part(parts, SHEET, text_of(parts).partition('<row r="10"')[0])


_SECOND_DATA = '<sheetData><row r="8"><c r="D8"><v>9999</v></c></row></sheetData>'

XML = [
    Case("billion laughs in sharedStrings.xml", _doctype(STRINGS, _LAUGHS, "sst", "<si><t>", "<si><t>&c;")),
    Case(
        "billion laughs in workbook.xml (sheet definedName)", _doctype(WORKBOOK, _LAUGHS, "workbook", '">"', '">&c;"')
    ),
    Case("billion laughs in [Content_Types].xml", _doctype(TYPES, _LAUGHS, "Types")),
    Case(
        "quadratic blow-up: one 100 KB entity used 20,000 times (2 GB)",
        _doctype(STRINGS, _LONG_ENTITY, "sst", "<si><t>", f"<si><t>{'&a;' * 20_000}"),
    ),
    Case("external entity in workbook.xml", _doctype(WORKBOOK, _SYSTEM, "workbook", '">"', '">&a;"')),
    Case("bare & in a shared string (home-made exporter)", packed(in_part(STRINGS, "<si><t>", "<si><t>A & B "))),
    Case(r"raw \x01 in a shared string", packed(in_part(STRINGS, "<si><t>", "<si><t>\x01"))),
    Case("NUL byte in the XML", packed(in_part(SHEET, "<v>10</v>", "<v>1\x000</v>"))),
    Case(
        "3,000 nested elements in workbook.xml extLst",
        packed(in_part(WORKBOOK, "</workbook>", f"<extLst>{'<a>' * 3_000}{'</a>' * 3_000}</extLst></workbook>")),
    ),
    Case(
        "one 50 MB attribute",
        with_entry(
            lambda parts: Part(
                SHEET, changed(parts, SHEET, "<worksheet ", f'<worksheet a="{"x" * (50 << 20)}" ')[SHEET]
            )
        ),
        heavy=True,
    ),
    Case(
        "200,000 attributes on one element",
        packed(in_part(SHEET, '<c r="D8"', "<c " + " ".join(f'a{n}=""' for n in range(200_000)) + ' r="D8"')),
    ),
    Case("two <sheetData> elements; the second has 9999", packed(lambda parts: after_rows(parts, _SECOND_DATA))),
    Case(
        "a <row> placed outside <sheetData> (invisible in Excel)",
        packed(lambda parts: after_rows(parts, '<row r="60"><c r="D60"><v>9999</v></c></row>')),
    ),
    Case("external DTD http://127.0.0.1:9/x.dtd", _doctype(SHEET, _REMOTE, "worksheet")),
    Case(
        "sheet/strings/workbook parts in UTF-16 with BOM (legal)",
        _encoded("utf-16", "UTF-16", SHEET, STRINGS, WORKBOOK),
    ),
    Case("workbook.xml and rels in UTF-16", _encoded("utf-16", "UTF-16", WORKBOOK, WORKBOOK_RELS)),
    Case("UTF-8 BOM on every part", _encoded("utf-8-sig", "UTF-8")),
    Case("x:row / x:c prefixes (Open XML SDK style, legal)", packed(_prefixed)),
    Case("declares UTF-8, bytes are windows-1258", packed(_in_1258)),
    Case("declares windows-1252 and is", _encoded("cp1252", "windows-1252", STRINGS)),
    Case('Strict OOXML namespaces (Excel "Strict Open XML" save)', packed(_strict)),
    Case("worksheet in an unknown namespace", packed(in_part(SHEET, MAIN, "urn:x"))),
    Case("worksheet without namespace", packed(in_part(SHEET, f' xmlns="{MAIN}"', ""))),
    Case("XML breaks after row 3", packed(_broken_after)),
    Case(
        "200,000 nested elements in the sheet",
        packed(lambda parts: after_rows(parts, f"<extLst>{'<a>' * 200_000}{'</a>' * 200_000}</extLst>"), method=0),
    ),
    Case('CDATA in <v>, comment inside number "1<!-- -->0"', packed(_comment_and_cdata)),
    Case("mc:AlternateContent around a cell", packed(_alternate)),
]


# --- the grid


def _dimension(ref: str) -> Make:
    return packed(
        lambda parts: with_part(
            parts, SHEET, re.sub('<dimension ref="[^"]*"', f'<dimension ref="{ref}"', text_of(parts))
        )
    )


def _renamed_row(number: str, cell: str) -> Make:
    """The row of the first number under another row number and address."""

    def change(parts: Parts) -> Parts:
        text = text_of(parts).replace('<row r="8" ', f'<row r="{number}" ')
        return with_part(parts, SHEET, re.sub(r'<c r="([A-H])8"', rf'<c r="\g<1>{cell}"', text))

    return packed(change)


def _row(parts: Parts, row: int) -> str:
    found = re.search(rf'<row r="{row}" .*?</row>', text_of(parts), re.DOTALL)
    assert found
    return found[0]


def _twice(parts: Parts) -> Parts:
    row = _row(parts, 8)
    return changed(parts, SHEET, row, row + row.replace("<v>10</v>", "<v>9999</v>"))


def _cell_twice(parts: Parts) -> Parts:
    cell = cell_at(parts, FIRST)
    return changed(parts, SHEET, cell, cell + cell.replace("<v>10</v>", "<v>9999</v>"))


def _turned(parts: Parts) -> Parts:
    row = _row(parts, 8)
    cells = re.findall(r"<c .*?(?:/>|</c>)", row, re.DOTALL)
    return changed(parts, SHEET, row, row.replace("".join(cells[1:4]), "".join(reversed(cells[1:4]))))


def without_addresses(parts: Parts) -> Parts:
    """No `r` anywhere: what was left out before must now stand there empty."""
    text, last = text_of(parts), 0

    def bare_row(found: re.Match[str]) -> str:
        nonlocal last
        gap, last = int(found[1]) - last - 1, int(found[1])
        cells, column = [], 0
        for cell in re.finditer(r'<c r="([A-Z])\d+"', found[0]):
            wanted = ord(cell[1]) - 64
            cells.append("<c/>" * (wanted - column - 1))
            column = wanted
        fills = iter(cells)
        body = re.sub(r'<c r="[A-Z]\d+"', lambda _: f"{next(fills)}<c", found[0])
        return "<row/>" * gap + body.replace(f'<row r="{found[1]}"', "<row", 1)

    return with_part(parts, SHEET, re.sub(r'<row r="(\d+)"[^>]*>.*?</row>', bare_row, text, flags=re.DOTALL))


def _merges(*refs: str) -> Make:
    lines = "".join(f'<mergeCell ref="{ref}"/>' for ref in refs)
    return packed(in_part(SHEET, "</mergeCells>", f"{lines}</mergeCells>"))


def _blanks(parts: Parts) -> Parts:
    letters = [a + b for a in ("", *"ABCDEFGHIJK") for b in string.ascii_uppercase][:300]
    rows = (
        f'<row r="{row}">' + "".join(f'<c r="{column}{row}" s="1"/>' for column in letters) + "</row>"
        for row in range(100, 2_100)
    )
    return last_rows(parts, "".join(rows))


def _blank_cells(parts: Parts) -> Part:
    """Deflated in a hurry: the best of zlib's levels takes 20 seconds here."""
    return _quickly(_blanks(parts)[SHEET])


def _hidden(parts: Parts) -> Parts:
    parts = changed(parts, SHEET, '<row r="9" ', '<row r="9" hidden="1" ')
    return changed(parts, SHEET, '<col min="4" ', '<col hidden="1" min="4" ')


def row_inserted(parts: Parts) -> Parts:
    """A blank row above sheet row 9, as Excel inserts it: everything below is one lower, formulas follow."""

    def lower(row: str) -> str:
        return str(int(row) + 1) if int(row) >= 9 else row

    text = text_of(parts)
    head, opening, rest = text.partition("<sheetData>")
    body, closing, tail = rest.partition("</sheetData>")
    body = re.sub(r'r="([A-Z]*)(\d+)"', lambda found: f'r="{found[1]}{lower(found[2])}"', body)
    body = re.sub(r"<f>[^<]*</f>", lambda f: re.sub(r"\b([A-H])(\d+)\b", lambda a: a[1] + lower(a[2]), f[0]), body)
    body = body.replace('<row r="10" ', '<row r="9" spans="1:8"/><row r="10" ', 1)
    tail = re.sub(r"\b([A-H])(\d+)\b", lambda found: found[1] + lower(found[2]), tail)
    return with_part(parts, SHEET, head + opening + body + closing + tail)


GRID = [
    Case("dimension A1:XFD1048576, 6 real rows", _dimension("A1:XFD1048576")),
    Case("dimension says A1:C3", _dimension("A1:C3")),
    Case(
        "one extra cell at XFD1048576",
        packed(lambda parts: last_rows(parts, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    ),
    Case(
        "cell A99999999 (outside Excel)",
        packed(lambda parts: last_rows(parts, '<row r="99999999"><c r="A99999999"><v>1</v></c></row>')),
    ),
    Case("cell ZZZZ1", packed(lambda parts: last_rows(parts, '<row r="99"><c r="ZZZZ99"><v>1</v></c></row>'))),
    Case('row r="0" / cell A0', _renamed_row("0", "0")),
    Case('row r="-1"', _renamed_row("-1", "8")),
    Case("row 2 appears twice (10 then 9999)", packed(_twice)),
    Case("B2 twice in its row (10 then 9999)", packed(_cell_twice)),
    Case('r="$B$2"', packed(in_part(SHEET, 'r="D8"', 'r="$D$8"'))),
    Case("C2 before B2 before A2", packed(_turned)),
    Case('row r="2.0"', _renamed_row("8.0", "8")),
    Case("no r attributes at all (legal; many exporters)", packed(without_addresses)),
    Case("mergeCell A1:XFD1048576", _merges("A1:XFD1048576")),
    Case("overlapping merged ranges", _merges("D8:E9", "D9:E10")),
    Case(
        "<cols> min=1 max=99999999",
        packed(in_part(SHEET, "</cols>", '</cols><cols><col min="1" max="99999999" width="9"/></cols>')),
    ),
    Case("blank styled cells 2000 rows x 300 columns", with_entry(_blank_cells), heavy=True),
    Case("row 3 hidden, column B hidden", packed(_hidden)),
    Case("a row inserted: everything from row 3 is one lower", packed(row_inserted)),
]


# --- the package


def _less(*names: str) -> Make:
    return lambda parts: pack({name: data for name, data in parts.items() if name not in names})


def _index(text: str) -> Make:
    return packed(first(f"<v>{text}</v>", ' t="s"'))


def _second(name: str, copy: bool = True, attributes: str = "", at_front: bool = False) -> Make:
    """A second sheet: the table again with 9,999 in it, or only that number."""
    bare = (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData><row r="8"><c r="D8"><v>9999</v></c></row></sheetData></worksheet>'
    )

    def change(parts: Parts) -> Parts:
        sheet = _parts_9999(parts)[SHEET] if copy else bare
        return with_sheet(parts, name, sheet, attributes, at_front)

    return packed(change)


def _sheet_named(name: str) -> Callable[[Parts], Parts]:
    return in_part(WORKBOOK, '<sheet name="Số liệu"', f'<sheet name="{name}"')


def _many_sheets(parts: Parts) -> Parts:
    bare = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode()
    numbers = range(100, 5_100)
    parts = {**parts, **{f"xl/worksheets/s{n}.xml": bare for n in numbers}}
    listed = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/s{n}.xml"/>' for n in numbers
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/s{n}.xml" ContentType="{MEDIA}.worksheet+xml"/>' for n in numbers
    )
    parts = changed(parts, WORKBOOK, "</sheets>", f"{listed}</sheets>")
    parts = changed(parts, WORKBOOK_RELS, "</Relationships>", f"{links}</Relationships>")
    return changed(parts, TYPES, "</Types>", f"{types}</Types>")


def _external(parts: Parts, inner: str, target: str = "") -> Parts:
    part = "xl/externalLinks/externalLink1.xml"
    parts = with_part(parts, part, f'{HEAD}<externalLink xmlns="{MAIN}" xmlns:r="{OFFICE}">{inner}</externalLink>')
    parts = with_type(parts, f"/{part}", f"{MEDIA}.externalLink+xml")
    parts = with_link(parts, "rId90", "externalLink", "externalLinks/externalLink1.xml")
    if not target:
        return parts
    link = f'<Relationship Id="rId1" Type="{OFFICE}/externalLinkPath" Target="{target}" TargetMode="External"/>'
    rels = f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{link}</Relationships>'
    return with_part(parts, "xl/externalLinks/_rels/externalLink1.xml.rels", rels)


def _to_share(parts: Parts) -> Parts:
    parts = first("<f>[1]S!A1</f><v>10</v>")(parts)
    inner = '<externalBook r:id="rId1"><sheetNames><sheetName val="S"/></sheetNames></externalBook>'
    return _external(parts, inner, "file://server/share/x.xlsx")


def _with_macros(parts: Parts) -> Parts:
    parts = changed(parts, TYPES, f"{MEDIA}.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    parts = with_part(parts, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(600))
    parts = with_type(parts, "/xl/vbaProject.bin", "application/vnd.ms-office.vbaProject")
    return with_link(
        parts, "rId90", "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin"
    )


def _names(parts: Parts) -> Parts:
    names = "".join(f"<definedName name=\"n{n}\">'Số liệu'!$D${n}</definedName>" for n in range(1, 100_001))
    return changed(parts, WORKBOOK, "</definedNames>", f"{names}</definedNames>")


def _styles(parts: Parts) -> Parts:
    xfs = "".join(
        f'<xf numFmtId="{n % 50}" fontId="{n % 7}" fillId="{n % 3}" borderId="{n % 5}"/>' for n in range(100_000)
    )
    return changed(parts, STYLES, "</cellXfs>", f"{xfs}</cellXfs>")


def _validations(parts: Parts) -> Parts:
    rules = "".join(
        f'<dataValidation type="whole" sqref="J{n}"><formula1>{n % 97}</formula1></dataValidation>'
        for n in range(1, 100_001)
    )
    return changed(parts, SHEET, "</dataValidations>", f"{rules}</dataValidations>")


def _comments(parts: Parts) -> Parts:
    notes = "".join(
        f'<comment ref="K{n}" authorId="0"><text><t>Ghi chú số {n}: {n * n % 9973}</t></text></comment>'
        for n in range(1, 50_001)
    )
    parts = with_part(
        parts,
        "xl/comments1.xml",
        f'{HEAD}<comments xmlns="{MAIN}"><authors><author/></authors><commentList>{notes}</commentList></comments>',
    )
    parts = with_type(parts, "/xl/comments1.xml", f"{MEDIA}.comments+xml")
    rels = f'<Relationship Id="rId1" Type="{OFFICE}/comments" Target="../comments1.xml"/>'
    whole = f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rels}</Relationships>'
    return with_part(parts, "xl/worksheets/_rels/sheet1.xml.rels", whole)


def _date_1904(parts: Parts) -> Parts:
    parts = changed(parts, WORKBOOK, "<workbookPr ", '<workbookPr date1904="1" ')
    return with_style(first("<v>43737</v>")(parts), FIRST, "dd/mm/yyyy")


def _bad_date(parts: Parts) -> Parts:
    text = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", r"\g<1>hôm qua", text_of(parts, CORE))
    assert "hôm qua" in text
    return with_part(parts, CORE, text)


PACKAGE = [
    Case("[Content_Types].xml missing", _less(TYPES)),
    Case("xl/workbook.xml missing", _less(WORKBOOK)),
    Case("workbook.xml.rels missing", _less(WORKBOOK_RELS)),
    Case("two sheets listed, the first one part missing", _less(SHEET)),
    Case("shared string index -1", _index("-1")),
    Case('shared string index "x"', _index("x")),
    Case(
        "two sheets both named BaoCao (10 and 9999)",
        packed(_sheet_named("BaoCao"), lambda p: with_sheet(p, "BaoCao", _parts_9999(p)[SHEET])),
    ),
    Case(
        "sheets BaoCao and BAOCAO",
        packed(_sheet_named("BaoCao"), lambda p: with_sheet(p, "BAOCAO", _parts_9999(p)[SHEET])),
    ),
    Case(
        "<sheets/> empty",
        packed(lambda p: with_part(p, WORKBOOK, re.sub("<sheets>.*</sheets>", "<sheets/>", text_of(p, WORKBOOK)))),
    ),
    Case("macro workbook renamed .xlsx (Excel refuses to open it)", packed(_with_macros)),
    Case(
        "a real DDE link (cmd /C calc) in externalLink1.xml",
        packed(lambda parts: _external(parts, '<ddeLink ddeService="cmd" ddeTopic="/C calc"/>')),
    ),
    Case(
        "sheet1.xml part missing though listed",
        packed(
            lambda parts: {
                n: d for n, d in with_sheet(parts, "Trang khác", parts[SHEET], at_front=True).items() if n != SHEET
            }
        ),
    ),
    Case(
        "sharedStrings.xml present, not in [Content_Types]",
        packed(
            lambda p: with_part(
                p, TYPES, re.sub(r'<Override PartName="/xl/sharedStrings.xml"[^>]*/>', "", text_of(p, TYPES))
            )
        ),
    ),
    Case("shared string index 9999", _index("9999")),
    Case(
        "absolute relationship targets (/xl/worksheets/sheet1.xml; legal)",
        packed(in_part(WORKBOOK_RELS, 'Target="', 'Target="/xl/', 99)),
    ),
    Case(
        "targets ../xl/worksheets/sheet1.xml and ./",
        packed(
            in_part(WORKBOOK_RELS, '"worksheets/sheet1.xml', '"../xl/worksheets/sheet1.xml'),
            in_part(WORKBOOK_RELS, '"worksheets/sheet2.xml', '"./worksheets/sheet2.xml'),
        ),
    ),
    Case(
        r"sheet name of 40 characters with : \ / ? * [ ]",
        packed(_sheet_named(r"Số liệu : \ / ? * [ ] của trường chúng tôi")),
    ),
    Case('sheet name "BaoCao "', packed(_sheet_named("Số liệu "))),
    Case(
        "first sheet veryHidden (9999), second is the form",
        _second("Cũ", copy=False, attributes=' state="veryHidden"', at_front=True),
    ),
    Case("5,000 sheets", packed(_many_sheets), heavy=True),
    Case("B2 = [1]S!A1 of file://server/share; cached 10", packed(_to_share)),
    Case("100,000 defined names", packed(_names), heavy=True),
    Case("styles.xml with 100,000 cellXfs", packed(_styles), heavy=True),
    Case("100,000 data validations", packed(_validations), heavy=True),
    Case("a comments part with 50,000 notes", packed(_comments), heavy=True),
    Case('font family val="999"', packed(in_part(STYLES, "<family val=", '<family val="999" was='))),
    Case("docProps/core.xml with a bad date", packed(_bad_date)),
    Case('date1904="1" workbook with a date-styled cell', packed(_date_1904)),
]


def _formatted_rows(parts: Parts) -> Part:
    """A common accident: a million rows below the table carry a height and nothing else."""
    head, mark, tail = parts[SHEET].partition(b"</sheetData>")
    rows = "".join(
        f'<row r="{row}" spans="1:8" ht="15.75" customHeight="1" x14ac:dyDescent="0.25"/>'
        for row in range(101, 1_000_101)
    )
    head = head.replace(b"<worksheet ", b'<worksheet xmlns:x14ac="urn:x" ', 1)
    return _quickly(head + rows.encode() + mark + tail)


def _quickly(data: bytes) -> Part:
    engine = zlib.compressobj(1, zlib.DEFLATED, -15)
    return Part(SHEET, data, raw=engine.compress(data) + engine.flush())


def _too_many(parts: Parts) -> Part:
    cells = "".join(f'<row r="{row}"><c r="J{row}"><v>{row}</v></c></row>' for row in range(101, 200_102))
    return _quickly(last_rows(parts, cells)[SHEET])


def _photo(megabytes: int) -> Make:
    noise = random.Random(1).randbytes(megabytes << 20)
    return with_entry(lambda _parts: Part("xl/media/anh.png", noise, method=0))


MORE = [
    Case("(a million empty formatted rows)", with_entry(_formatted_rows), heavy=True),
    Case("(200,001 numbers beside the table)", with_entry(_too_many), heavy=True),
    Case("(a photo of 19 MB inside)", lambda parts: _photo(19)(parts), heavy=True),
    Case("(a photo of 21 MB inside)", lambda parts: _photo(21)(parts), heavy=True),
]

CASES = [*CONTROL, *CONTAINER, *BOMBS, *XML, *GRID, *PACKAGE, *MORE]

__all__ = ["CASES", "before_rows", "plain", "row_inserted", "with_text", "without_addresses"]
