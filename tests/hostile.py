"""Crafts .xlsx bytes, sound ones and every kind of unsound one, part by part and header by header.

Two layers: `write_zip` writes a zip in which every field may lie; `parts`, `sheet` and `book` make the XML of a small
form whose B2:B5 hold 10, 20, 30, 40 and whose B6 adds them up. Nothing is written to disk and no bomb is ever inflated.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
WORKBOOK = "xl/workbook.xml"
WORKBOOK_RELS = "xl/_rels/workbook.xml.rels"
TYPES = "[Content_Types].xml"
CORE = "docProps/core.xml"


# --- the container


@dataclass(frozen=True)
class Part:
    """One zip entry; what is `None` is told truly."""

    name: str
    data: bytes
    method: int = 8
    raw: bytes | None = None
    flags: int = 0
    local_flags: int | None = None
    local_name: str | None = None
    checksum: int | None = None
    size: int | None = None
    local_size: int | None = None
    streamed: bool = False
    signed: bool = True
    zip64: bool = False
    name_flag: bool = False
    offset: int | None = None


def deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


def deflated_blanks(megabytes: int) -> bytes:
    """Many megabytes of blanks, deflated without ever standing in memory."""
    engine = zlib.compressobj(1, zlib.DEFLATED, -15)
    block = b" " * 1_048_576
    return b"".join(engine.compress(block) for _ in range(megabytes)) + engine.flush()


def write_zip(
    parts: Iterable[Part], before: bytes = b"", after: bytes = b"", comment: bytes = b"", **end: int
) -> bytes:
    """The archive; `end` may overrule `shift` (added to the directory's offset) and `count`."""
    body, directory, count = bytearray(before), bytearray(), 0
    for part in parts:
        offset = len(body) if part.offset is None else part.offset
        if part.offset is None:
            body += _local(part)
        directory += _central(part, offset)
        count += 1
    count = end.get("count", count)
    start = len(body) + end.get("shift", 0)
    tail = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), start, len(comment))
    return bytes(body + directory) + tail + comment + after


def _stored(part: Part) -> bytes:
    if part.raw is not None:
        return part.raw
    return deflate(part.data) if part.method == 8 else part.data


def _facts(part: Part) -> tuple[int, int, int]:
    checksum = zlib.crc32(part.data) if part.checksum is None else part.checksum
    size = len(part.data) if part.size is None else part.size
    return checksum, len(_stored(part)), size


def _flags(part: Part) -> int:
    return part.flags | (8 if part.streamed else 0) | (0x800 if part.name_flag else 0)


def _local(part: Part) -> bytes:
    checksum, stored, size = _facts(part)
    name = (part.local_name or part.name).encode("utf-8" if part.name_flag else "cp437")
    flags = _flags(part) if part.local_flags is None else part.local_flags
    extra = b""
    if part.local_size is not None:
        size = part.local_size
    if part.zip64:
        extra = struct.pack("<2H2Q", 1, 16, size, stored)
        stored = size = 0xFFFFFFFF
    if part.streamed:
        checksum = stored = size = 0
    header = struct.pack(
        "<4s5H3I2H", b"PK\3\4", 20, flags, part.method, 0, 0x5921, checksum, stored, size, len(name), len(extra)
    )
    return header + name + extra + _stored(part) + (_descriptor(part) if part.streamed else b"")


def _descriptor(part: Part) -> bytes:
    return (b"PK\7\x08" if part.signed else b"") + struct.pack("<3I", *_facts(part))


def _central(part: Part, offset: int) -> bytes:
    checksum, stored, size = _facts(part)
    name = part.name.encode("utf-8" if part.name_flag else "cp437")
    extra = b""
    if part.zip64:
        extra = struct.pack("<2H3Q", 1, 24, size, stored, offset)
        stored = size = offset = 0xFFFFFFFF
    header = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 20, 20, _flags(part), part.method, 0, 0x5921, checksum, stored, size,
        len(name), len(extra), 0, 0, 0, 0, offset,
    )  # fmt: skip
    return header + name + extra


def pack(parts: Mapping[str, bytes | str], **common: bool | int) -> bytes:
    """An archive of these parts, all written the same way."""
    return write_zip(_plain(parts, **common))


def _plain(parts: Mapping[str, bytes | str], **common: bool | int) -> list[Part]:
    encoded = {name: data.encode() if isinstance(data, str) else data for name, data in parts.items()}
    return [Part(name, data, **common) for name, data in encoded.items()]  # type: ignore[arg-type]


def replaced(part: Part, of: Mapping[str, bytes | str] | None = None) -> bytes:
    """The form with one entry written in a way of its own; added at the end when the form has none of that name."""
    entries = _plain(of or parts())
    if all(entry.name != part.name for entry in entries):
        return write_zip([*entries, part])
    return write_zip(part if entry.name == part.name else entry for entry in entries)


def entries(of: Mapping[str, bytes | str] | None = None) -> list[Part]:
    return _plain(of or parts())


# --- the package


def parts(**changed: bytes | str) -> dict[str, bytes | str]:
    """The parts of the small form; a part may be replaced by its short name (`sheet`, `strings`, `workbook` …)."""
    whole: dict[str, bytes | str] = {
        TYPES: content_types(),
        "_rels/.rels": root_links(),
        WORKBOOK: workbook(),
        WORKBOOK_RELS: links(),
        SHEET: sheet(),
        STRINGS: strings("Nội dung", "Số lượng", "Lớp 1", "Lớp 2", "Lớp 3", "Lớp 4", "Cộng"),
        STYLES: styles(),
        CORE: core(),
    }
    short = {
        "types": TYPES, "root": "_rels/.rels", "workbook": WORKBOOK, "links": WORKBOOK_RELS,
        "sheet": SHEET, "strings": STRINGS, "styles": STYLES, "core": CORE,
    }  # fmt: skip
    return whole | {short[name]: data for name, data in changed.items()}


def without(*names: str) -> dict[str, bytes | str]:
    return {name: data for name, data in parts().items() if name not in names}


def book(**changed: bytes | str) -> bytes:
    """The small form as a file, with some parts replaced."""
    return pack(parts(**changed))


def content_types(*, sheets: int = 1, extra: str = "", main: str = f"{MEDIA}.sheet.main+xml") -> str:
    overrides = [("/xl/workbook.xml", main)]
    overrides += [(f"/xl/worksheets/sheet{number}.xml", f"{MEDIA}.worksheet+xml") for number in range(1, sheets + 1)]
    overrides += [("/xl/sharedStrings.xml", f"{MEDIA}.sharedStrings+xml"), ("/xl/styles.xml", f"{MEDIA}.styles+xml")]
    lines = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides)
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    default = f'{rels}<Default Extension="xml" ContentType="application/xml"/>'
    return f'{HEAD}<Types xmlns="{PACKAGE}/content-types">{default}{lines}{extra}</Types>'


def relationships(*found: tuple[str, str], extra: str = "") -> str:
    """Relationships `rId1`, `rId2` … of (kind, target); a kind without `://` is one of Office."""
    lines = ""
    for number, (kind, target) in enumerate(found, 1):
        full = kind if "://" in kind else f"{OFFICE}/{kind}"
        lines += f'<Relationship Id="rId{number}" Type="{full}" Target="{target}"/>'
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{lines}{extra}</Relationships>'


def root_links() -> str:
    return relationships(("officeDocument", WORKBOOK), (f"{PACKAGE}/relationships/metadata/core-properties", CORE))


def links(*more: tuple[str, str], sheet: str = "worksheets/sheet1.xml", extra: str = "") -> str:
    found = [("worksheet", sheet), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")]
    return relationships(*found, *more, extra=extra)


def workbook(
    sheets: str = '<sheet name="Số liệu" sheetId="1" r:id="rId1"/>', before: str = "", after: str = "", head: str = HEAD
) -> str:
    root = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    return f"{head}{root}{before}<sheets>{sheets}</sheets>{after}</workbook>"


def strings(*texts: str) -> str:
    return string_table("".join(f"<si><t>{text}</t></si>" for text in texts))


def string_table(items: str, head: str = HEAD) -> str:
    return f'{head}<sst xmlns="{MAIN}">{items}</sst>'


def styles(cells: str = '<xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/>', codes: str | None = None) -> str:
    own = '<numFmt numFmtId="164" formatCode="0&quot; lớp&quot;"/>' if codes is None else codes
    return f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts>{own}</numFmts><cellXfs>{cells}</cellXfs></styleSheet>'


def core(modified: str = "2026-11-20T08:00:00Z", keywords: str = "HTSD:thu") -> str:
    spaces = f'xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dcterms="http://purl.org/dc/terms/"'
    words = f"<cp:keywords>{keywords}</cp:keywords><dcterms:modified>{modified}</dcterms:modified>"
    return f"{HEAD}<cp:coreProperties {spaces}>{words}</cp:coreProperties>"


# --- the sheet

ROWS = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><v>10</v></c></row>'
    '<row r="3"><c r="A3" t="s"><v>3</v></c><c r="B3"><v>20</v></c></row>'
    '<row r="4"><c r="A4" t="s"><v>4</v></c><c r="B4"><v>30</v></c></row>'
    '<row r="5"><c r="A5" t="s"><v>5</v></c><c r="B5"><v>40</v></c></row>'
    '<row r="6"><c r="A6" t="s"><v>6</v></c><c r="B6"><f>SUM(B2:B5)</f><v>100</v></c></row>'
)


def sheet(rows: str = ROWS, before: str = "", after: str = "", head: str = HEAD, root: str = "") -> str:
    opening = f'<worksheet xmlns="{MAIN}"{root}>'
    return f"{head}{opening}{before}<sheetData>{rows}</sheetData>{after}</worksheet>"


def rows_with(cell: str) -> str:
    """The rows of the form with another B2."""
    changed = ROWS.replace('<c r="B2"><v>10</v></c>', cell)
    assert changed != ROWS
    return changed


def with_cell(cell: str, **changed: bytes | str) -> bytes:
    """The form with another B2."""
    return book(sheet=sheet(rows_with(cell)), **changed)


def with_number(text: str) -> bytes:
    """The form with these characters as the number in B2."""
    return with_cell(f'<c r="B2"><v>{text}</v></c>')


def with_rows(rows: str) -> bytes:
    return book(sheet=sheet(rows))
