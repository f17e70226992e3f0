"""Bad files whose bytes are sound: the values, the strangers' texts, the form itself, and the folder around it."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from tests.bad_files_craft import (
    FIRST,
    Case,
    Make,
    Parts,
    cell_at,
    changed,
    filled,
    first,
    in_part,
    last_rows,
    packed,
    plain,
    style_of,
    text_of,
    value,
    with_cell,
    with_part,
    with_sheet,
    with_string,
    with_style,
    with_text,
    with_total,
)
from tests.hostile import SHEET, STRINGS, WORKBOOK, pack

HONEST = packed()
ACTIVITIES, UNIT = "xl/worksheets/sheet3.xml", "xl/worksheets/sheet2.xml"


# --- values


def _number(text: str) -> Make:
    return packed(first(f"<v>{text}</v>"))


def _typed(text: str) -> Make:
    """A number stored as text."""
    return packed(lambda parts: with_text(parts, FIRST, plain(text)))


def _error(text: str) -> Make:
    return packed(first(f"<v>{text}</v>", ' t="e"'))


def _dated(serial: str) -> Make:
    return packed(lambda parts: with_style(first(f"<v>{serial}</v>")(parts), FIRST, "dd/mm/yyyy"))


_NUMBERS = (
    ("NaN", "NaN"), ("Infinity", "Infinity"), ("1e308", "1e308"), ("negative zero", "-0"), ("hex", "0x0A"),
    ("comma decimal inside <v>", "10,5"), ("underscore", "1_0"), ("full-width digits in <v>", "１０"),
    ("blank <v> </v>", " "), ("--5", "--5"), ("400-digit integer", "1" * 400), ("5,000-digit integer", "1" * 5_000),
    ("2^53+1", "9007199254740993"), (".5", ".5"), ("negative", "-10"),
    ("fraction where a whole count is needed", "10.4"), ("1E1", "1E1"), ("10.", "10."), ("leading zeros", "0010"),
)  # fmt: skip
_TYPED = (
    ("1,5 triệu", "1,5 triệu"), ("a count with a unit", "10 lớp"), ("full-width digits", "１０"),
    ("trailing space", "10 "), ("letter O", "1O"), ("dot at end", "10."), ("dash for none", "-"),
    ("không (none)", "không"), ("x", "x"), ("empty string", ""), ("one space", " "), ("zero-width space", "\u200b"),
    ("typed formula as text", "=5+5"), ("text NaN", "NaN"), ("text True", "True"),
)  # fmt: skip
_ERRORS = (
    ("#REF! error", "#REF!"), ("#DIV/0!", "#DIV/0!"), ("#N/A", "#N/A"), ("#SPILL! (new error)", "#SPILL!"),
    ("unknown error", "#KHONG!"),
)  # fmt: skip


def _circular(parts: Parts) -> Parts:
    return first("<f>D6</f><v>10</v>")(parts)


VALUES = [
    *(Case(f"numeric <v> = {name}", _number(text)) for name, text in _NUMBERS),
    *(Case(f"number stored as text: {name}", _typed(text)) for name, text in _TYPED),
    Case("boolean TRUE", packed(first("<v>1</v>", ' t="b"'))),
    Case("boolean FALSE", packed(first("<v>0</v>", ' t="b"'))),
    Case("boolean 2", packed(first("<v>2</v>", ' t="b"'))),
    *(Case(name, _error(text)) for name, text in _ERRORS),
    Case(
        'rich inline "1"+"0"',
        packed(first("<is><r><t>1</t></r><r><rPr><b/></rPr><t>0</t></r></is>", ' t="inlineStr"')),
    ),
    Case("inlineStr with <v> and no <is>", packed(first("<v>10</v>", ' t="inlineStr"'))),
    Case("ISO date", packed(first("<v>2024-10-02T00:00:00</v>", ' t="d"'))),
    Case("date serial too large", _dated("99999999")),
    Case("negative date serial", _dated("-45000")),
    Case("formula without cached value", packed(first("<f>5+5</f>"))),
    Case('formula giving ""', packed(first('<f>IF(1=1,"",1)</f><v></v>', ' t="str"'))),
    Case("stale cached value (formula says 10, cache says 9999)", packed(first("<f>5+5</f><v>9999</v>"))),
    Case("shared formula without master", packed(first('<f t="shared" si="0"/><v>10</v>'))),
    Case("circular (B2=B6, B6=SUM)", packed(_circular)),
    Case("two <v> elements", packed(first("<v>10</v><v>9999</v>"))),
    Case("dynamic array cm=1", packed(first('<f t="array" ref="D8">5+5</f><v>10</v>', ' cm="1"'))),
]


# --- texts from strangers: as a note, in the open row and in the open list


def _said(inner: str) -> Make:
    """The inside of `<si>` at every place where a unit may write words."""

    def change(parts: Parts) -> Parts:
        parts = with_text(parts, "F8", inner)
        parts = with_text(parts, "F46", inner)
        parts = with_text(parts, "B4", inner, ACTIVITIES)
        return with_text(parts, "F4", inner, ACTIVITIES)

    return packed(change)


def _text(name: str, text: str, inner: str | None = None, shown: str | None = None) -> Case:
    """One text, escaped as Excel does it; `shown` is a piece that the result must have, as it stands there."""
    expected = (text if shown is None else shown,)
    return Case(name, _said(plain(text) if inner is None else inner), texts=tuple(piece for piece in expected if piece))


def _school_code(name: str, text: str) -> Case:
    return Case(name, packed(lambda parts: with_text(parts, "B3", plain(text), UNIT)))


def _note_formula(formula: str, result: str) -> Make:
    def change(parts: Parts) -> Parts:
        style = style_of(parts, "F8")
        return with_cell(parts, "F8", f'<c r="F8" s="{style}" t="str"><f>{formula}</f><v>{result}</v></c>')

    return packed(change)


def _ruby(parts: Parts) -> Parts:
    """The label of row 8 in two runs, with a phonetic reading between them that is no part of it."""
    index = re.search(r"<v>(\d+)</v>", cell_at(parts, "B8"))
    assert index
    items = re.findall("<si>.*?</si>", text_of(parts, STRINGS), re.DOTALL)
    label = re.sub("<[^>]*>", "", items[int(index[1])])
    runs = f'<r><t xml:space="preserve">{label[:9]}</t></r><r><t xml:space="preserve">{label[9:]}</t></r>'
    return with_text(parts, "B8", f'{runs}<rPh sb="0" eb="3"><t>(ruby)</t></rPh>')


def _unpreserved(parts: Parts) -> Parts:
    return with_text(parts, "F8", "<t>  hai đầu có dấu cách  </t>")


TEXTS = [
    _text("DDE text in a note", "=cmd|'/C calc'!A0"),
    _text("HYPERLINK text", '=HYPERLINK("http://127.0.0.1:9/?"&D8,"Xem")'),
    _text("- text", "-2+3+cmd|'/C calc'!A0"),
    _text("tab then =", "\t=1+1", shown="=1+1"),
    _text("full-width =", "＝1+1"),
    _text("WEBSERVICE text", '=WEBSERVICE("http://127.0.0.1:9/")'),
    _text("CSV break-out", 'a","b\n=1+1;"c', shown='a","b'),
    _text("HTML", "<script>alert(1)</script><img src=x onerror=alert(1)>"),
    _text("Markdown link", "[bấm vào đây](http://127.0.0.1:9/)"),
    _text("log-line injection", "bình thường\n2024-10-01 ERROR tổng = 9999", shown="bình thường"),
    _school_code("path traversal as a school code", "../../../tmp/x"),
    _school_code("Windows device name as a school code", "CON"),
    _text("str.format injection", "{0.__class__.__mro__} {unit} {}"),
    _text("percent injection", "%s %d %(x)s %n 100%"),
    _text("_xD800_ lone surrogate", "a _xD800_ b"),
    _text('_x005F_ escaped underscore (literal "_x0041_")', "_x005F_x0041_", shown="_x0041_"),
    _text("RTL override", "giá \u202e0001 đồng"),
    _text("zero-width characters", "Ti\u200bểu\ufeff học", shown="Tiểu học"),
    _text("32,768 characters", "x" * 32_768, shown=""),
    _text("1,000,000 characters", "ab" * 500_000, shown=""),
    _text("U+FFFE non-character", "a\ufffeb", shown=""),
    _text("U+FFFF (illegal in XML)", "a\uffffb", shown=""),
    _text("&#0; (illegal in XML)", "", inner="<t>a&#0;b</t>", shown=""),
    _text("emoji", "vui 😀👩‍🏫", shown="vui 😀"),
    _text("URL text", "http://127.0.0.1:9/anh.png"),
    _text("file URL text", "file:///etc/passwd"),
    _text("xlsxwriter external: link text", "external:c:\\temp\\x.xlsx"),
    _text("xlsxwriter internal: link text", "internal:'Tổng hợp'!A1"),
    _text("array-formula text", "{=SUM(A1:A9)}"),
    _text("three spaces", "   ", shown=""),
    _text("CR LF inside", "dòng một\r\ndòng hai", inner="<t>dòng một_x000D_\ndòng hai</t>", shown="dòng một\ndòng hai"),
    Case(
        "C2 is a real formula =HYPERLINK(...)",
        _note_formula('HYPERLINK("http://127.0.0.1:9/?"&amp;D8,"Xem")', "Xem"),
    ),
    Case("C2 is a real formula =cmd|'/C calc'!A0", _note_formula("cmd|'/C calc'!A0", "x")),
    Case('rich text with phonetic run: "Lớp"+"(ruby)"', packed(_ruby)),
    Case("leading/trailing spaces without xml:space", packed(_unpreserved), texts=("hai đầu có dấu cách",)),
]


# --- the form


def _shown_as(code: str, *numbers: tuple[str, str]) -> Make:
    def change(parts: Parts) -> Parts:
        for address, number in numbers:
            parts = with_style(with_cell(parts, address, value(parts, address, number)), address, code)
        return parts

    return packed(change)


def _unfilled(parts: Parts) -> Parts:
    for row in range(8, 12):
        for column in "DE":
            parts = with_cell(
                parts, f"{column}{row}", f'<c r="{column}{row}" s="{style_of(parts, f"{column}{row}")}"/>'
            )
    return with_total(with_total(parts, "D6", 0), "E7", 0)


def _second_copy(parts: Parts) -> Parts:
    return with_sheet(parts, "Cơ sở 2", filled(parts, {8: 1, 9: 2, 10: 3, 11: 4})[SHEET])


def _below(parts: Parts) -> Parts:
    return last_rows(
        parts, '<row r="70"><c r="B70" t="inlineStr"><is><t>Bổ sung</t></is></c><c r="D70"><v>50</v></c></row>'
    )


def label_of(parts: Parts, address: str) -> str:
    index = re.search(r"<v>(\d+)</v>", cell_at(parts, address))
    assert index
    item = re.findall("<si>.*?</si>", text_of(parts, STRINGS), re.DOTALL)[int(index[1])]
    return re.sub("<[^>]*>", "", item)


def _relabelled(change: Callable[[str], str]) -> Make:
    return packed(lambda parts: with_text(parts, "B9", plain(change(label_of(parts, "B9")))))


def _cyrillic(text: str) -> str:
    return text.translate(str.maketrans("oaecpx", "оаесрх"))


def _sorted(parts: Parts) -> Parts:
    """Rows 8 to 11 turned round with everything in A to F; the small codes stay."""
    rows = {row: {c: cell_at(parts, f"{c}{row}") for c in "ABCDEF"} for row in range(8, 12)}
    for row, source in zip(range(8, 12), range(11, 7, -1), strict=True):
        for column, cell in rows[source].items():
            parts = with_cell(parts, f"{column}{row}", cell.replace(f'r="{column}{source}"', f'r="{column}{row}"'))
    return parts


def _manual(parts: Parts) -> Parts:
    parts = with_total(with_total(parts, "D6", 0), "E7", 0)
    text = re.sub(r"<calcPr[^>]*/>", '<calcPr calcId="124519" calcMode="manual"/>', text_of(parts, WORKBOOK))
    return with_part(parts, WORKBOOK, text)


def _fractions(parts: Parts) -> Parts:
    for row, number in zip(range(8, 12), ("10.4", "20.4", "30.4", "40.4"), strict=True):
        parts = with_cell(parts, f"D{row}", value(parts, f"D{row}", number))
    return with_total(parts, "D6", "101.6")


def _filtered(parts: Parts) -> Parts:
    for row in (9, 10):
        parts = changed(parts, SHEET, f'<row r="{row}" ', f'<row r="{row}" hidden="1" ')
    return parts


FORM = [
    Case(
        "number format ;;; shows nothing; the stored value is 9999", _shown_as(";;;", (FIRST, "9999"), ("E8", "9999"))
    ),
    Case("number format 0, shows 10; stored 10000", _shown_as("0,", (FIRST, "10000"))),
    Case("shows 10; stored 10.4999 (the column of shown numbers does not add up)", _shown_as("0", (FIRST, "10.4999"))),
    Case("broken format code", _shown_as('0" lớp', (FIRST, "10"))),
    Case("the form returned unfilled (B2:B5 empty, B6 cached 0)", packed(_unfilled)),
    Case("a second filled copy of the form in sheet 2 (branch campus)", packed(_second_copy)),
    Case(
        'the form sheet renamed "Sheet1 (2)"',
        packed(in_part(WORKBOOK, '<sheet name="Số liệu"', '<sheet name="Sheet1 (2)"')),
    ),
    Case("numbers typed in row 9, outside the form", packed(_below)),
    Case('label "Lớp 2" replaced by "Lớp 9"', _relabelled(lambda _: "Bồi dưỡng kỹ năng bơi lội cho học sinh")),
    Case("label with Cyrillic letters that look the same", _relabelled(_cyrillic)),
    Case("rows sorted by the school (labels moved with their numbers)", packed(_sorted)),
    Case("calcMode=manual, B6 cached 0 while B2:B5 sum to 100", packed(_manual)),
    Case("10.4 + 20.4 + 30.4 + 40.4 shown as 10,20,30,40; total 101.6 shown as 102", packed(_fractions)),
    Case("an auto-filter hides rows 3-4", packed(_filtered)),
]


# --- the folder


def _folder(path: Path, data: bytes) -> None:
    path.mkdir()
    (path / "ruot.txt").write_bytes(b"x")


def _link(target: str) -> Callable[[Path, bytes], None]:
    return lambda path, _data: path.symlink_to(target)


def _fifo(path: Path, _data: bytes) -> None:
    os.mkfifo(path)


def _at(seconds: int) -> Callable[[Path, bytes], None]:
    def put(path: Path, data: bytes) -> None:
        path.write_bytes(data)
        os.utime(path, (seconds, seconds))

    return put


def _other_numbers(parts: Parts) -> bytes:
    return pack(filled(parts, {8: 1, 9: 2, 10: 3, 11: 4}))


_OPEN = "the form that is open"
_ACCENTS = "{code} Trường Hòa Bình.xlsx"
_OWNER = b"\x05Co Lan" + b" " * 48 + bytes(110)
_APPLE_DOUBLE = b"\0\5\x16\7\0\2\0\0Mac OS X        " + bytes(4000)
_SAME_NAME = "the same name in NFD, other numbers"
_FAR, _LONG_AGO = 4_070_908_800, 0

FOLDER = [
    Case("a directory named x.xlsx", HONEST, "{code} thu muc.xlsx", put=_folder),
    Case("symlink to a system file", HONEST, "{code} lien ket.xlsx", put=_link("/etc/hostname")),
    Case("dangling symlink", HONEST, "{code} dut.xlsx", put=_link("khong-co.xlsx")),
    Case("a FIFO (open blocks for ever)", HONEST, "{code} ong.xlsx", put=_fifo),
    Case(
        "Excel owner file ~$ (165 bytes): the form is open in Excel",
        lambda _parts: _OWNER[:165],
        "~${code}.xlsx",
        unit_of=_OPEN,
    ),
    Case(_OPEN, HONEST),
    Case("macOS AppleDouble ._ file", lambda _parts: _APPLE_DOUBLE, "._{code}.xlsx"),
    Case("hidden dot file", HONEST, ".{code}.xlsx"),
    Case("spaces, brackets, accents", HONEST, "{code}  (bản cuối) [sửa] Trường Ướm thử.xlsx"),
    Case("case twin a", HONEST, "truong {code}.xlsx"),
    Case("mtime 1970", HONEST, put=_at(_LONG_AGO)),
    Case("(the name in NFC)", HONEST, unicodedata.normalize("NFC", _ACCENTS)),
    Case(_SAME_NAME, _other_numbers, unicodedata.normalize("NFD", _ACCENTS), unit_of="(the name in NFC)"),
    Case("(case twin A)", _other_numbers, "TRUONG {code}.xlsx"),
    Case("newline in the name", HONEST, "{code}\nTổng = 9999.xlsx"),
    Case("ANSI escape in the name", HONEST, "{code}\x1b[2J\x1b[31mđỏ.xlsx"),
    Case("RTL override in the name", HONEST, "{code}\u202exslx.exe.xlsx"),
    Case("name begins with = (goes into a report cell!)", HONEST, "=1+{code}.xlsx"),
    Case("name is not UTF-8", HONEST, "{code} tr\udcad\udce9ng.xlsx"),
    Case("trailing space in the name", HONEST, "{code}.xlsx "),
    Case("mtime in 2099 (clock skew)", HONEST, put=_at(_FAR)),
]

CASES = [*VALUES, *TEXTS, *FORM, *FOLDER]

__all__ = ["CASES", "label_of", "with_string"]
