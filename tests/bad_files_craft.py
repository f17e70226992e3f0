"""A filled issued form as a set of parts, and the patches from which the bad files are made.

The form is issued by the program for a unit of a generated register and filled in its XML as Excel would store it:
D8:D11 hold 10, 20, 30, 40, E8:E11 ten times as many people, and the totals in D6 and E7 their sums. `D8` stands for
the cell that `shared/facts/bad_files.md` calls B2.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from aggregator.campaign import KEY_FILE, Campaign
from aggregator.steps.issue import init_own, issue_for
from aggregator.template import write_form
from tests.hostile import SHEET, STRINGS, STYLES, Part, entries, pack, write_zip

Parts = dict[str, bytes]
"""Every part of one workbook by its name, in order."""
Make = Callable[[Parts], bytes]


@dataclass(frozen=True)
class Case:
    """One line of `bad_files.md`: how its file is made, named and put into the folder.

    `texts` must reach the consolidated workbook, as text. `heavy` cases run in the proof only.
    """

    name: str
    make: Make
    file: str = "{code}.xlsx"
    heavy: bool = False
    unit_of: str | None = None
    put: Callable[[Path, bytes], None] = Path.write_bytes
    texts: tuple[str, ...] = ()


FORM, YEAR = "tong-hop-2024", 2024
DISTRICT, COMMUNES, SCHOOLS = "099", 5, 80
NUMBERS = {8: 10, 9: 20, 10: 30, 11: 40}
"""Sheet row and count; ten times as many people."""
FIRST = "D8"
SECRET = "5a" * 32


def unit_codes() -> list[str]:
    """The 400 schools of the register, in order."""
    return [f"{DISTRICT}{c:02}{s:02}" for c in range(1, COMMUNES + 1) for s in range(1, SCHOOLS + 1)]


def _register() -> str:
    head = "code,name,level,parent,kind,email,phone,valid_from,valid_to,reports\n"
    lines = [f"{DISTRICT},Huyện Thử (mẫu),district,,district,,,,,yes"]
    for number in range(1, COMMUNES + 1):
        lines.append(f"{DISTRICT}{number:02},Xã Thử {number} (mẫu),commune,{DISTRICT},commune,,,,,no")
    lines += [f"{code},Trường {code} (mẫu),school,{code[:5]},primary,,,,,yes" for code in unit_codes()]
    return head + "\n".join(lines) + "\n"


def make_campaign(folder: Path) -> Campaign:
    """The campaign of all these tests; its key is fixed, so that every file is the same on every run."""
    folder.mkdir(parents=True)
    (folder / KEY_FILE).write_text(f"{SECRET}\n", encoding="ascii")
    units = folder.parent / "don_vi.csv"
    units.write_text(_register(), encoding="utf-8")
    return init_own(folder, FORM, units, YEAR)


# --- the honest form


def unpacked(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@dataclass
class Press:
    """Honest filled forms for the units of one campaign: one is issued, the others get its text with their token."""

    campaign: Campaign

    def __post_init__(self) -> None:
        self._first = unit_codes()[0]
        self._parts = filled(unpacked(write_form(issue_for(self.campaign, self._unit(self._first)))))
        self._tokens = {self._first: self._token(self._first)}

    def _unit(self, code: str):
        return self.campaign.register.by_code[code]

    def _token(self, code: str) -> bytes:
        return issue_for(self.campaign, self._unit(code)).token.text.encode()

    def form(self, code: str) -> Parts:
        """The parts of the filled form of a unit; all units stand in communes of one district."""
        changes = [
            (self._tokens[self._first], self._token(code)),
            (self._first.encode(), code.encode()),
            (f"Xã Thử {int(self._first[3:5])} (mẫu)".encode(), f"Xã Thử {int(code[3:5])} (mẫu)".encode()),
            (f">{self._first[:5]}<".encode(), f">{code[:5]}<".encode()),
        ]
        return {name: _replaced(data, changes) for name, data in self._parts.items()}


def _replaced(data: bytes, changes: Iterable[tuple[bytes, bytes]]) -> bytes:
    for old, new in changes:
        data = data.replace(old, new)
    return data


def filled(parts: Parts, numbers: Mapping[int, int] | None = None) -> Parts:
    """The form with counts by sheet row and ten times as many people, totals stored."""
    typed = NUMBERS if numbers is None else numbers
    for row, count in typed.items():
        parts = with_cell(parts, f"D{row}", value(parts, f"D{row}", count))
        parts = with_cell(parts, f"E{row}", value(parts, f"E{row}", 10 * count))
    total = sum(typed.values())
    return with_total(with_total(parts, "D6", total), "E7", 10 * total)


# --- patches


def text_of(parts: Parts, name: str = SHEET) -> str:
    return parts[name].decode()


def with_part(parts: Parts, name: str, data: str | bytes) -> Parts:
    return {**parts, name: data.encode() if isinstance(data, str) else data}


def changed(parts: Parts, name: str, old: str, new: str, count: int = 1) -> Parts:
    """One text of one part replaced; it must stand there."""
    text = text_of(parts, name)
    assert old in text, f"{name} has no {old!r}"
    return with_part(parts, name, text.replace(old, new, count))


def _cell_pattern(address: str) -> re.Pattern[str]:
    return re.compile(rf'<c r="{re.escape(address)}"((?: [a-z]+="[^"]*")*)(?:/>|>.*?</c>)', re.DOTALL)


def cell_at(parts: Parts, address: str, sheet: str = SHEET) -> str:
    match = _cell_pattern(address).search(text_of(parts, sheet))
    assert match, f"no cell {address}"
    return match[0]


def style_of(parts: Parts, address: str, sheet: str = SHEET) -> str:
    found = re.search(r' s="(\d+)"', cell_at(parts, address, sheet))
    return found[1] if found else "0"


def with_cell(parts: Parts, address: str, xml: str, sheet: str = SHEET) -> Parts:
    """Another element in the place of one cell."""
    text, count = _cell_pattern(address).subn(lambda _: xml, text_of(parts, sheet), count=1)
    assert count == 1, f"no cell {address}"
    return with_part(parts, sheet, text)


def value(parts: Parts, address: str, number: object, extra: str = "") -> str:
    """A number in the style of its cell."""
    return f'<c r="{address}" s="{style_of(parts, address)}"{extra}><v>{number}</v></c>'


def first(inner: str, extra: str = "") -> Callable[[Parts], Parts]:
    """Another content of the first number."""

    def change(parts: Parts) -> Parts:
        xml = f'<c r="{FIRST}" s="{style_of(parts, FIRST)}"{extra}>{inner}</c>'
        return with_cell(parts, FIRST, xml)

    return change


def with_total(parts: Parts, address: str, number: object) -> Parts:
    """Another stored result of a total."""
    cell = re.sub(r"<v>[^<]*</v>", f"<v>{number}</v>", cell_at(parts, address))
    return with_cell(parts, address, cell)


def with_string(parts: Parts, inner: str) -> tuple[Parts, int]:
    """A further shared string (the inside of `<si>`), and its index."""
    text = text_of(parts, STRINGS)
    index = text.count("<si>")
    return with_part(parts, STRINGS, text.replace("</sst>", f"<si>{inner}</si></sst>")), index


def with_text(parts: Parts, address: str, inner: str, sheet: str = SHEET) -> Parts:
    """A shared string (the inside of `<si>`) in a cell."""
    style = style_of(parts, address, sheet)
    parts, index = with_string(parts, inner)
    return with_cell(parts, address, f'<c r="{address}" s="{style}" t="s"><v>{index}</v></c>', sheet)


def plain(text: str) -> str:
    """The inside of `<si>` for a text, as Excel writes it."""
    return f'<t xml:space="preserve">{escape(text)}</t>'


def with_style(parts: Parts, address: str, code: str) -> Parts:
    """A cell with another number format, everything else of its style kept."""
    text = text_of(parts, STYLES)
    number, cells = (
        190 + len(re.findall("<numFmt ", text)),
        re.search(r"<cellXfs[^>]*>(.*?)</cellXfs>", text, re.DOTALL),
    )
    assert cells
    added = f'<numFmt numFmtId="{number}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
    text = re.sub(r"<numFmts[^>]*>", lambda found: found[0] + added, text, count=1)
    if "<numFmts" not in text:
        text = text.replace("<fonts", f"<numFmts>{added}</numFmts><fonts", 1)
    own = f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    text = text.replace("</cellXfs>", f"{own}</cellXfs>")
    index = len(re.findall(r"<xf ", cells[1]))
    parts = with_part(parts, STYLES, re.sub(r'<cellXfs count="\d+"', f'<cellXfs count="{index + 1}"', text))
    cell = re.sub(r' s="\d+"', f' s="{index}"', cell_at(parts, address), count=1)
    return with_cell(parts, address, cell)


def before_rows(parts: Parts, xml: str) -> Parts:
    return changed(parts, SHEET, "<sheetData>", f"{xml}<sheetData>")


def after_rows(parts: Parts, xml: str) -> Parts:
    return changed(parts, SHEET, "</sheetData>", f"</sheetData>{xml}")


def last_rows(parts: Parts, xml: str, sheet: str = SHEET) -> Parts:
    return changed(parts, sheet, "</sheetData>", f"{xml}</sheetData>")


def with_sheet(parts: Parts, name: str, xml: str | bytes, attributes: str = "", at_front: bool = False) -> Parts:
    """A further worksheet, with everything a package wants of it."""
    part = "xl/worksheets/sheet99.xml"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    parts = with_part(parts, part, xml)
    parts = with_type(parts, f"/{part}", kind)
    parts = with_link(parts, "rId99", "worksheet", "worksheets/sheet99.xml")
    listed = f'<sheet name="{name}" sheetId="99"{attributes} r:id="rId99"/>'
    old, new = ("<sheets>", f"<sheets>{listed}") if at_front else ("</sheets>", f"{listed}</sheets>")
    return changed(parts, "xl/workbook.xml", old, new)


def with_type(parts: Parts, part: str, kind: str) -> Parts:
    line = f'<Override PartName="{part}" ContentType="{kind}"/>'
    return changed(parts, "[Content_Types].xml", "</Types>", f"{line}</Types>")


def with_link(parts: Parts, key: str, kind: str, target: str, source: str = "xl/_rels/workbook.xml.rels") -> Parts:
    """A further relationship; a kind without `://` is one of Office."""
    full = kind if "://" in kind else f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
    line = f'<Relationship Id="{key}" Type="{full}" Target="{target}"/>'
    return changed(parts, source, "</Relationships>", f"{line}</Relationships>")


# --- packing


def packed(*changes: Callable[[Parts], Parts], method: int = 8) -> Make:
    """A workbook from the form with these patches, in order."""

    def make(parts: Parts) -> bytes:
        for change in changes:
            parts = change(parts)
        return pack(parts, method=method)

    return make


def in_part(name: str, old: str, new: str, count: int = 1) -> Callable[[Parts], Parts]:
    return lambda parts: changed(parts, name, old, new, count)


def with_entry(part: Callable[[Parts], Part]) -> Make:
    """The form with one zip entry written in a way of its own; added at the end when it has none of that name."""

    def make(parts: Parts) -> bytes:
        own = part(parts)
        listed = entries(parts)
        if all(entry.name != own.name for entry in listed):
            return write_zip([*listed, own])
        return write_zip(own if entry.name == own.name else entry for entry in listed)

    return make


@cache
def repeated(head: bytes, block: bytes, times: int, tail: bytes) -> tuple[bytes, int, int]:
    """`head + block * times + tail` deflated without ever standing in memory: stream, size and checksum."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = engine.compress(head) + engine.flush(zlib.Z_FULL_FLUSH)
    stream += (engine.compress(block) + engine.flush(zlib.Z_FULL_FLUSH)) * times
    stream += engine.compress(tail) + engine.flush()
    checksum = _combined(zlib.crc32(head), _power(zlib.crc32(block), len(block), times), len(block) * times)
    checksum = _combined(checksum, zlib.crc32(tail), len(tail))
    return stream, len(head) + len(block) * times + len(tail), checksum


def _combined(one: int, other: int, size: int) -> int:
    """The checksum of two texts one after the other, from theirs and the size of the second (as zlib does it)."""
    return _shifted(one, size) ^ other


def _power(checksum: int, size: int, times: int) -> int:
    """The checksum of a text repeated, by doubling."""
    total, whole = 0, 0
    for bit in bin(times)[2:]:
        total, whole = _combined(total, total, whole), 2 * whole
        if bit == "1":
            total, whole = _combined(total, checksum, size), whole + size
    return total


def _shifted(checksum: int, size: int) -> int:
    """The checksum moved on by `size` zero bytes: multiplied by x^(8 size) modulo the polynomial."""
    factor, base = 1 << 31, 1 << 30
    exponent = 8 * size
    while exponent:
        if exponent & 1:
            factor = _product(factor, base)
        base = _product(base, base)
        exponent >>= 1
    return _product(checksum, factor)


def _product(a: int, b: int) -> int:
    """Product of two polynomials over GF(2), bits reflected, modulo that of CRC-32."""
    result = 0
    for bit in range(31, -1, -1):
        if a >> bit & 1:
            result ^= b
        b = b >> 1 ^ 0xEDB88320 if b & 1 else b >> 1
    return result
