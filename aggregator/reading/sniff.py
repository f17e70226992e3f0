"""What a file is, told by its content and never by its name.

Only enough is read to choose the right door: a file that is told to be a workbook may still be damaged or hostile.
No bytes make it raise.
"""

from __future__ import annotations

import re
import struct

from aggregator.reading import container
from aggregator.reading.directory import list_usual
from aggregator.reading.memory import kept
from aggregator.reading.refusals import Refused

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
_PHOTOS = (b"ftypheic", b"ftypheix", b"ftypmif1")
_DIRECTORY_OF_WORKBOOK = re.compile(rb"PK\x01\x02.{42}[^\x00]{0,40}xl/", re.DOTALL)
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_ARCHIVES = ((b"Rar!\x1a\x07", "rar"), (b"7z\xbc\xaf\x27\x1c", "7z"))
_HTML = re.compile(r"<(!doctype html|html|head|body|table|meta|style|div)\b", re.IGNORECASE)
_SPREADSHEET_2003 = ("urn:schemas-microsoft-com:office:spreadsheet", 'progid="Excel.Sheet"')
_END = b"PK\x05\x06"
_IN_DIRECTORY = re.compile(rb"PK\x01\x02.{24}(..).{16}", re.DOTALL)
_IN_FRONT = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)
_BY_NAME = (
    ("xl/workbook.bin", "xlsb"),
    ("encrypted-package", "encrypted"),
    ("xl/", "xlsx"),
    ("word/", "docx"),
    ("ppt/", "pptx"),
    ("index/document.iwa", "iwork"),
    ("index.zip", "iwork"),
)
_BIFF_START = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_BIFF_PASSWORD = 0x2F
_HEAD = 4096


def sniff(data: bytes) -> str:
    """One of xlsx, xlsb, ods, xls, encrypted, zip, rar, 7z, iwork, docx, pptx, pdf, image, html, text,
    xml-spreadsheet, empty, unknown.

    `docx` and `pptx` also stand for the binary formats that came before them, and for those of OpenDocument.
    """
    if not data:
        return "empty"
    if data.startswith(_ZIP):
        return _in_zip(data)
    if data.startswith(_OLE2):
        return _in_ole2(data)
    for start, kind in _ARCHIVES:
        if data.startswith(start):
            return kind
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if _is_image(data):
        return "image"
    return "xlsx" if _DIRECTORY_OF_WORKBOOK.search(data[-65_536:]) else _in_text(data)


@kept(1)
def _in_zip(data: bytes) -> str:
    names = list_usual(data) or _zip_names(data)
    for start, kind in _BY_NAME:
        if any(name.startswith(start) for name in names):
            return kind
    if "mimetype" in names:
        return _open_document(data)
    return "zip"


def _zip_names(data: bytes) -> list[str]:
    """Names from the directory, else from the headers that a broken archive still has."""
    end = data.rfind(_END)
    start = int.from_bytes(data[end + 16 : end + 20], "little") if end >= 0 else 0
    names = _names_after(_IN_DIRECTORY, data, start, end) or _names_after(_IN_FRONT, data, 0, len(data))
    return [name.replace("\\", "/").lstrip("/").lower() for name in names]


def _names_after(header: re.Pattern[bytes], data: bytes, start: int, end: int) -> list[str]:
    names = []
    for match in header.finditer(data, start, max(end, 0)):
        size = int.from_bytes(match[1], "little")
        names.append(data[match.end() : match.end() + min(size, 255)].decode("cp437"))
    return names


def _open_document(data: bytes) -> str:
    """By the first part, which names the kind; most programs store it in front, some pack it like the others."""
    kind, manifest = data[:200], b""
    try:
        archive = container.open_archive(data)
        kind = archive.read("mimetype")
        manifest = archive.read("META-INF/manifest.xml")
    except Refused:
        pass
    if _OPEN_DOCUMENT not in kind:
        return "zip"
    if _OPEN_DOCUMENT + b"spreadsheet" not in kind:
        return "pptx" if _OPEN_DOCUMENT + b"presentation" in kind else "docx"
    return "encrypted" if b"encryption-data" in manifest else "ods"


def _in_ole2(data: bytes) -> str:
    """The streams of a compound file stand in it by name, in UTF-16."""
    for stream, kind in (("EncryptedPackage", "encrypted"), ("WordDocument", "docx"), ("PowerPoint Document", "pptx")):
        if stream.encode("utf-16-le") in data:
            return kind
    if any(name.encode("utf-16-le") + b"\0\0" in data for name in ("Workbook", "Book", "WORKBOOK", "BOOK")):
        return "encrypted" if _asks_password(data) else "xls"
    return "unknown"


def _asks_password(data: bytes) -> bool:
    """A BIFF8 workbook with a password says so in one of its first records."""
    at = data.find(_BIFF_START)
    for _ in range(4):
        if at < 0 or at + 4 > len(data):
            return False
        kind, size = struct.unpack_from("<2H", data, at)
        if kind == _BIFF_PASSWORD:
            return True
        at += 4 + size
    return False


def _is_image(data: bytes) -> bool:
    if data.startswith(b"BM"):
        return data[6:10] == b"\0\0\0\0"
    if data.startswith(b"RIFF"):
        return data[8:12] == b"WEBP"
    return data.startswith(_IMAGES) or data[4:12] in _PHOTOS


def _in_text(data: bytes) -> str:
    text = _as_text(data[:_HEAD])
    if text is None:
        return "unknown"
    if any(mark in text for mark in _SPREADSHEET_2003):
        return "xml-spreadsheet"
    return "html" if _HTML.search(text) else "text"


def _as_text(head: bytes) -> str | None:
    """The beginning as text: Unicode by its mark, else any bytes that hold no control characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    text = head.decode("utf-8-sig", "replace") if b"\0" not in head else _wide(head)
    if text is None or len(text) < 2:
        return None
    controls = sum(character < " " and character not in "\t\r\n\f" for character in text)
    return text if controls == 0 else None


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    for zeros, codec in ((head[1::2], "utf-16-le"), (head[::2], "utf-16-be")):
        if zeros and zeros.count(0) > len(zeros) * 0.7:
            return head[: len(head) // 2 * 2].decode(codec, "replace")
    return None
