"""Cases of files that are no form, or not the form or unit they should be."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from openpyxl import Workbook, load_workbook

from aggregator.forms import load_form
from aggregator.steps.issue import issue_for
from aggregator.template import blank_issue, write_form
from tests.cases_craft import (
    GOOD,
    NURSERY,
    SCHOOL,
    SECONDARY,
    SHEET,
    UNIT_SHEET,
    Cases,
    campaign,
    edited,
    filled,
    issued,
    line,
    name_of,
    open_issued,
    packed,
    patched,
    repacked,
    stored,
    typed,
)
from tests.opendocument import as_ods

cases = Cases()

TABLE = "xl/worksheets/sheet1.xml"
WHOLE = {"sheet": None}
"""The place of what is said of a file as a whole; whose it is, its name tells."""
NOBODY = {"sheet": None, "unit": None}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


# --- no workbook ---------------------------------------------------------------------------------------------------


@cases.add(line(**WHOLE))
def file_not_a_workbook() -> bytes:
    """A web page with a table, saved by another program under the name of the form."""
    rows = "".join(f"<tr><td>{row}</td><td>Lớp {row}</td><td>{10 * row}</td></tr>" for row in range(1, 6))
    return f"<html><head><meta charset='utf-8'></head><body><table>{rows}</table></body></html>".encode()


@cases.add(line(**WHOLE))
def file_not_a_workbook__csv() -> bytes:
    """A list separated by semicolons, renamed to .xlsx."""
    return "STT;Các hoạt động;Đơn vị;Số lượng\n1;Giáo dục kỹ năng sống cho học sinh;lớp;4\n".encode()


@cases.add(line(**WHOLE))
def file_empty() -> bytes:
    """The upload was cut off before the first byte."""
    return b""


@cases.add(line(**WHOLE))
def file_encrypted() -> bytes:
    """A container with the streams that Excel writes when a password to open is set; the content is invented."""
    return compound_file("EncryptionInfo", "EncryptedPackage")


def compound_file(*streams: str) -> bytes:
    """The smallest OLE2 file that lists these streams, each of one sector of zeros."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<5H6x9I", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", 0, *[free] * 108)
    blocks = 8 * len(streams)
    chains = [fat, end]
    for number in range(len(streams)):
        first = 2 + 8 * number
        chains += [*range(first + 1, first + 8), end]
    table = struct.pack("<128I", *chains, *[free] * (128 - len(chains)))
    entries = [entry("Root Entry", 5, end, 0, child=1)]
    for number, name in enumerate(streams):
        right = number + 2 if number + 1 < len(streams) else free
        entries.append(entry(name, 2, 2 + 8 * number, 4096, right=right))
    directory = b"".join(entries).ljust(512, b"\0")
    return head + table + directory + bytes(512 * blocks)


def entry(name: str, kind: int, start: int, size: int, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF) -> bytes:
    """One line of 128 bytes in the directory of a compound file."""
    text = (name + "\0").encode("utf-16-le")
    shape = struct.pack("<64sHBB3I", text, len(text), kind, 1, 0xFFFFFFFF, right, child)
    return shape + bytes(36) + struct.pack("<IQ", start, size)


@cases.add(line(**WHOLE))
def file_damaged() -> bytes:
    """Only the first 20,000 bytes arrived, as after an upload that broke off."""
    return stored(filled())[:20_000]


@cases.add(line(**WHOLE))
def file_damaged__crc() -> bytes:
    """One byte in the middle of the table's part was changed on the way."""
    whole = bytearray(filled())
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        entry = archive.getinfo(TABLE)
    whole[entry.header_offset + 30 + len(TABLE) + entry.compress_size // 2] ^= 0x55
    return bytes(whole)


@cases.add(line(**WHOLE))
def file_damaged__xls() -> bytes:
    """The container of an Excel 97 workbook (.xls) under the name of the form, its content lost."""
    return compound_file("Workbook")


@cases.add(line(**WHOLE))
def file_damaged__macros() -> bytes:
    """A workbook with macros whose name was changed from .xlsm to .xlsx; Excel refuses to open it."""
    return with_macros()


def with_macros() -> bytes:
    """The filled form as Excel saves it with macros; the project itself is invented and runs nowhere."""
    plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    data = patched(filled(), "[Content_Types].xml", plain, "application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    return repacked(data, lambda parts: parts.update({"xl/vbaProject.bin": b"no program"}))


@cases.add(line("D14"))
def file_damaged__number() -> bytes:
    """A program wrote 4,0 with a comma where the format wants a plain number."""
    return patched(filled(), TABLE, '<c r="D14" s="25" t="n"><v>4</v>', '<c r="D14" s="25" t="n"><v>4,0</v>')


@cases.add(line("B4", sheet="Thuyết minh"))
def file_too_large() -> bytes:
    """A program other than Excel stored a narrative of 40,000 characters in one cell."""
    story = ("Nhà trường đã triển khai kế hoạch. " * 1200)[:40_000]
    data = filled({"Thuyết minh!B4": "CHUYEN"})
    return patched(data, "xl/worksheets/sheet6.xml", "<t>CHUYEN</t>", f"<t>{story}</t>")


@cases.add(line(**WHOLE))
def file_hostile() -> bytes:
    """The table's XML begins with a DOCTYPE, the way of attacks with entities; this one defines a harmless word."""

    def change(parts: dict[str, bytes]) -> None:
        head, body = parts[TABLE].split(b"\n", 1)
        parts[TABLE] = head + b'\n<!DOCTYPE worksheet [<!ENTITY xin "chao">]>\n' + body

    return repacked(filled(), change)


@cases.add(line(**WHOLE))
def file_hostile__two_of_a_name() -> bytes:
    """The zip holds the table's part twice: programs differ in which one they show."""
    buffer = io.BytesIO(filled())
    other = filled({"D14": 400})
    with zipfile.ZipFile(io.BytesIO(other)) as archive:
        second = archive.read(TABLE)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        entry = zipfile.ZipInfo("xl/worksheets/SHEET1.xml")
        entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
        archive.writestr(entry, second)
    return buffer.getvalue()


@cases.add(line(**WHOLE), refuse_open=True)
def file_unreadable() -> bytes:
    """A sound workbook that the test's system refuses to open (Permission denied); no folder in git can carry that."""
    return filled()


# --- files beside the forms ----------------------------------------------------------------------------------------


def beside(name: str, data: bytes) -> Mapping[str, bytes]:
    return {name_of(SCHOOL): filled(), name: data}


@cases.add(line(severity="info", file="nhan_ve/Kế hoạch.pdf", **NOBODY), status={"Kế hoạch.pdf": "ignored"})
def file_unsupported() -> Mapping[str, bytes]:
    """A PDF whose name says nothing of a unit lies beside a school's workbook."""
    return beside("Kế hoạch.pdf", PDF)


SIGNED = f"{SCHOOL}_ban-ky.pdf"
HALF = f"{NURSERY}_Truong-Mam-non.xlsx.crdownload"
ODS = name_of(SCHOOL).replace(".xlsx", ".ods")
XLSM = name_of(SCHOOL).replace(".xlsx", ".xlsm")
ZIP = "Gui-mot-lan.zip"
TOTALS = {"D6": 6, "E7": 205}


@cases.add(line(severity="info", file=f"nhan_ve/{SIGNED}", sheet=None), status={SIGNED: "ignored"})
def file_companion() -> Mapping[str, bytes]:
    """The signed scan of a school lies beside its workbook, its name beginning with the unit code."""
    return beside(SIGNED, PDF)


@cases.add(line(severity="info", file=f"nhan_ve/{HALF}", **NOBODY), status={HALF: "ignored"})
def file_temporary() -> Mapping[str, bytes]:
    """A download that a browser has not finished lies beside a school's workbook."""
    return beside(HALF, stored(filled(unit=NURSERY))[:4_000])


# --- other formats -------------------------------------------------------------------------------------------------


@cases.add(line(severity="info", file=f"nhan_ve/{ODS}", sheet=None))
def file_converted() -> Mapping[str, bytes]:
    """The form was saved as .ods, the format of LibreOffice."""
    return {ODS: as_ods(open_issued(), TOTALS)}


@cases.add(line(severity="info", file=f"nhan_ve/{XLSM}", sheet=None))
def file_converted__macros() -> Mapping[str, bytes]:
    """The form was saved with macros (.xlsm); they are never run."""
    return {XLSM: with_macros()}


@cases.add(line("D6", "1", "count", file=f"nhan_ve/{ODS}"), others=("file-converted",))
def total_mismatch() -> Mapping[str, bytes]:
    """An .ods in which a total was typed over: it says 8, its rows add up to 6."""
    return {ODS: as_ods(typed(open_issued(), {"D6": 8}), TOTALS)}


def as_zip(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 0
            archive.writestr(entry, data)
    return buffer.getvalue()


INSIDE = f"{ZIP}!/Xã Suối Lau/{name_of(SCHOOL)}"


@cases.add(line(severity="info", file=f"nhan_ve/{ZIP}", **NOBODY), status={ZIP: "ignored", INSIDE: "accepted"})
def file_unsupported__archive() -> Mapping[str, bytes]:
    """A zip archive with a school's workbook in a folder: opened, and the workbook is a file of its own."""
    return {ZIP: as_zip({f"Xã Suối Lau/{name_of(SCHOOL)}": filled()})}


# --- another form --------------------------------------------------------------------------------------------------


@cases.add(line(**WHOLE))
def form_unknown() -> bytes:
    """A table that the school made itself, without any of the form's labels."""
    book = Workbook()
    book.active.title = "Báo cáo"
    for row in (("STT", "Nội dung", "Số lượng"), (1, "Lớp kỹ năng", 4), (2, "Ngày hội đọc sách", 1)):
        book.active.append(row)
    return packed(book)


@cases.add(line(**WHOLE))
def form_unknown__version() -> bytes:
    """The token names an edition of the form that nobody issued."""
    return retokened(filled(), "tong-hop-2021|1|", "tong-hop-2021|9|")


def retokened(data: bytes, old: str, new: str) -> bytes:
    """Every token in every part with one text replaced."""

    def change(parts: dict[str, bytes]) -> None:
        for name, content in parts.items():
            parts[name] = content.replace(old.encode(), new.encode())

    return repacked(data, change)


@cases.add(line(**WHOLE))
def form_other() -> bytes:
    """The blank form of 2024 was filled in instead of the issued one of 2021."""
    book = load_workbook(io.BytesIO(write_form(blank_issue(load_form("tong-hop-2024")))))
    return packed(typed(book, {f"{UNIT_SHEET}!B3": SCHOOL, "D14": 4, "E14": 160}))


@cases.add(line(sheet=f"{SHEET} Copy"))
def form_twice() -> bytes:
    """The sheet `Số liệu` was copied inside the workbook."""
    return edited(lambda book: book.copy_worksheet(book[SHEET]))


# --- another unit --------------------------------------------------------------------------------------------------


@cache
def blank_template() -> bytes:
    return write_form(blank_issue(campaign().form))


def filled_template(code: str | None) -> bytes:
    """The blank template with the school's numbers and this code on `Đơn vị`."""
    book = load_workbook(io.BytesIO(blank_template()))
    return packed(typed(book, {**GOOD, f"{UNIT_SHEET}!B3": code}))


@cases.add(line("B3", sheet=UNIT_SHEET))
def unit_missing() -> bytes:
    """The blank template was filled in, but no unit code was typed on `Đơn vị`."""
    return filled_template(None)


@cases.add(line("B3", sheet=UNIT_SHEET, unit="0990199"))
def unit_unknown() -> bytes:
    """The blank template with a code that is not in the register."""
    return filled_template("0990199")


@cases.add(line("B3", sheet=UNIT_SHEET, unit="990102"))
def unit_unknown__zero_lost() -> bytes:
    """The blank template with the school's code typed without its leading zero."""
    return filled_template("990102")


@cases.add(line("B3", sheet=UNIT_SHEET))
def unit_conflict() -> bytes:
    """The code on `Đơn vị` was typed over with another school's; the tokens still say whose file it is."""
    return filled({f"{UNIT_SHEET}!B3": SECONDARY})


@cases.add(line("H1"))
def unit_conflict__sheet_of_another() -> bytes:
    """The sheet `Số liệu` was replaced by the one of another school, token and all."""
    other = open_issued(SECONDARY)[SHEET]
    return edited(lambda book: book[SHEET].__setitem__("H1", other["H1"].value))


@cases.add(line("H1"))
def seal_broken() -> bytes:
    """The workbook of another school with its code changed everywhere, tokens included, but not the seal."""
    return retokened(filled(unit=SECONDARY), SECONDARY, SCHOOL)


@cases.add(line(sheet=None, severity="info"))
def seal_foreign() -> bytes:
    """The school filled in the workbook that was issued to it in another campaign, by the same form."""
    issue = replace(issue_for(campaign(), campaign().register.by_code[SCHOOL]), campaign="doi-sim-2020")
    return packed(typed(load_workbook(io.BytesIO(write_form(issue))), GOOD))


# --- nothing in it -------------------------------------------------------------------------------------------------


@cases.add(line())
def nothing_filled() -> bytes:
    """The issued workbook came back as it went out."""
    return packed(load_workbook(io.BytesIO(issued())))


@cases.add(line("B9", sheet=UNIT_SHEET))
def declared_none_but_filled() -> bytes:
    """`Có tổ chức hoạt động` says không, and the table is filled in."""
    return filled({f"{UNIT_SHEET}!B9": "không"})
