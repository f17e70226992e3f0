"""The reader of binary workbooks (.xlsb): values, errors, hidden rows and number formats, by the records of each part.

calamine gives a blank for an error and for a formula without a result, and passes over the short records that some
programs write; so the records are read here. Formulas are seen, but not what they say.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from aggregator.reading import limits, package, refusals
from aggregator.reading.areas import Area
from aggregator.reading.book import Address, Cell, Kind, RawBook, RawSheet, State, a1
from aggregator.reading.container import Archive, open_archive
from aggregator.reading.formulas import UNKNOWN
from aggregator.reading.package import Link
from aggregator.reading.refusals import Refused
from aggregator.reading.strict import check_unread
from aggregator.reading.strings import Budget
from aggregator.reading.styles import built_in
from aggregator.reading.xls import number_text

_ROW, _TEXT_ITEM, _FORMAT, _STYLE, _BOOK, _BUNDLE, _MERGE, _PROTECTED = 0, 19, 44, 47, 153, 156, 176, 535
_STYLES_START, _STYLES_END = 617, 618
_CELLS = {2: "rk", 3: "error", 4: "bool", 5: "real", 6: "text", 7: "shared"}
_FORMULAS = {8: "text", 9: "real", 10: "bool", 11: "error"}
_SHORT = {kind + 11: name for kind, name in _CELLS.items()}
"""A cell right behind the one before it, without its column."""
_BLANK, _SHORT_BLANK = 1, 12
_ERRORS = {
    0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#GETTING_DATA",
}  # fmt: skip
_STATES: dict[int, State] = {0: "visible", 1: "hidden", 2: "veryHidden"}
_BROKEN = (struct.error, IndexError, UnicodeDecodeError, OverflowError)


@dataclass(slots=True)
class _Sheet:
    """One sheet while it is read."""

    texts: list[str]
    formats: list[str]
    budget: Budget
    row: int = 0
    column: int = 0
    cells: dict[Address, Cell] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    protected: bool = False


def read_xlsb(data: bytes) -> RawBook:
    """The workbook. Raises `Refused` with the sheet and the cell."""
    archive = open_archive(data)
    check_unread(archive)
    try:
        return _read(archive)
    except _BROKEN:
        raise Refused(refusals.BROKEN_XLSB) from None


def _read(archive: Archive) -> RawBook:
    part = package.find_workbook(package.read_links(archive, ""))
    links = package.read_links(archive, part)
    records = list(_records(archive.read(part)))
    budget = Budget()
    texts = _texts(archive, package.only_part(links, "sharedStrings", part), budget)
    formats = _formats(archive, package.only_part(links, "styles", part))
    sheets: list[RawSheet] = []
    for name, state, target in _listed(records, links, part):
        if len(sheets) >= limits.SHEETS.value:
            raise Refused(limits.SHEETS)
        if any(name.casefold() == sheet.name.casefold() for sheet in sheets):
            raise Refused(refusals.SHEET_TWINS, part)
        sheets.append(_read_sheet(archive.read(target), name, state, _Sheet(texts, formats, budget)))
    if not sheets:
        raise Refused(refusals.NO_SHEET, part)
    date1904 = any(kind == _BOOK and body[0] & 1 for kind, body in records)
    return RawBook(tuple(sheets), converted=True, date1904=date1904, macros=archive.has("xl/vbaProject.bin"))


# --- the records ---------------------------------------------------------------------------------------------------


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and body of every record: both numbers are written seven bits at a time."""
    position = 0
    while position < len(data):
        kind, position = _seven_bits(data, position, 2)
        size, position = _seven_bits(data, position, 4)
        if position + size > len(data):
            raise IndexError
        yield kind, data[position : position + size]
        position += size


def _seven_bits(data: bytes, position: int, most: int) -> tuple[int, int]:
    number = 0
    for place in range(most):
        byte = data[position + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            break
    return number, position + place + 1


def _wide(body: bytes, position: int) -> tuple[str, int]:
    """A text with its length in front, and where it ends."""
    (size,) = struct.unpack_from("<I", body, position)
    end = position + 4 + 2 * size
    if end > len(body):
        raise IndexError
    return body[position + 4 : end].decode("utf-16-le", "surrogatepass"), end


def _listed(records: list[tuple[int, bytes]], links: Mapping[str, Link], part: str) -> Iterator[tuple[str, State, str]]:
    """Name, state and part of each worksheet in workbook order."""
    for kind, body in records:
        if kind != _BUNDLE:
            continue
        (state,) = struct.unpack_from("<I", body)
        key, position = _wide(body, 8)
        name, _ = _wide(body, position)
        link = links.get(key)
        if link is None or link.target is None or not name or state not in _STATES:
            raise Refused(refusals.BAD_SHEET, part)
        if link.kind == "worksheet":
            yield name, _STATES[state], link.target


def _texts(archive: Archive, part: str | None, budget: Budget) -> list[str]:
    found: list[str] = []
    for kind, body in _records(archive.read(part)) if part else ():
        if kind == _TEXT_ITEM:
            if len(found) >= limits.STRINGS.value:
                raise Refused(limits.STRINGS)
            found.append(budget.take(_wide(body, 1)[0]))
    return found


def _formats(archive: Archive, part: str | None) -> list[str]:
    """The number format of each cell style."""
    codes, styles, inside = dict(built_in()), list[str](), False
    for kind, body in _records(archive.read(part)) if part else ():
        if kind == _FORMAT:
            (number,) = struct.unpack_from("<H", body)
            codes[str(number)] = _wide(body, 2)[0]
        elif kind in (_STYLES_START, _STYLES_END):
            inside = kind == _STYLES_START
        elif kind == _STYLE and inside:
            if len(styles) >= limits.STYLES.value:
                raise Refused(limits.STYLES)
            styles.append(str(struct.unpack_from("<H", body, 2)[0]))
    return [codes.get(number, "General") for number in styles]


# --- a sheet -------------------------------------------------------------------------------------------------------


def _read_sheet(data: bytes, name: str, state: State, sheet: _Sheet) -> RawSheet:
    try:
        for kind, body in _records(data):
            _take(sheet, kind, body)
    except Refused as refused:
        raise refused.on(name, a1(sheet.row, sheet.column) if sheet.column else None) from None
    sheet.budget.filled += len(sheet.cells)
    hidden = frozenset(sheet.hidden_rows)
    return RawSheet(name, state, sheet.cells, tuple(sheet.merges), hidden, protected=sheet.protected)


def _take(sheet: _Sheet, kind: int, body: bytes) -> None:
    if kind == _ROW:
        _start_row(sheet, body)
    elif kind in _CELLS or kind in _FORMULAS or kind == _BLANK:
        _move(sheet, struct.unpack_from("<I", body)[0] + 1)
        _put(sheet, kind, body[4:])
    elif kind in _SHORT or kind == _SHORT_BLANK:
        _move(sheet, sheet.column + 1)
        _put(sheet, kind, body)
    elif kind == _MERGE:
        top, bottom, left, right = struct.unpack_from("<4I", body)
        if len(sheet.merges) >= limits.MERGES.value:
            raise Refused(limits.MERGES)
        sheet.merges.append((top + 1, left + 1, bottom + 1, right + 1))
    elif kind == _PROTECTED:
        sheet.protected = True


def _start_row(sheet: _Sheet, body: bytes) -> None:
    row = struct.unpack_from("<I", body)[0] + 1
    if row > limits.ROWS.value:
        raise Refused(limits.ROWS)
    if row <= sheet.row:
        raise Refused(refusals.ROW_ORDER, cell=a1(row, 1))
    sheet.row, sheet.column = row, 0
    if body[11] & 0x10:
        sheet.hidden_rows.add(row)


def _move(sheet: _Sheet, column: int) -> None:
    if not sheet.row or column <= sheet.column:
        raise Refused(refusals.CELL_ORDER)
    if column > limits.COLUMNS.value:
        raise Refused(limits.COLUMNS)
    sheet.column = column


def _put(sheet: _Sheet, kind: int, body: bytes) -> None:
    """The cell, its style in the first bytes and its value in those behind."""
    name = _CELLS.get(kind) or _FORMULAS.get(kind) or _SHORT.get(kind)
    if name is None:
        return
    found, text = _value(sheet, name, body[4:])
    style = int.from_bytes(body[:3], "little")
    shown = sheet.formats[style] if style < len(sheet.formats) else "General"
    # what a formula says is not read: its number is taken, anything else is for nobody to guess
    formula = UNKNOWN if kind in _FORMULAS and found != "number" else None
    if found == "text" and not text and formula is None:
        return
    sheet.cells[sheet.row, sheet.column] = Cell(found, text, formula, shown)
    if len(sheet.cells) > limits.FILLED.value:
        raise Refused(limits.FILLED)
    if sheet.budget.filled + len(sheet.cells) > limits.FILLED_IN_ALL.value:
        raise Refused(limits.FILLED_IN_ALL)


def _value(sheet: _Sheet, name: str, body: bytes) -> tuple[Kind, str]:
    if name == "rk":
        return "number", number_text(_rk(body))
    if name == "real":
        return "number", number_text(struct.unpack_from("<d", body)[0])
    if name == "error":
        return "error", _ERRORS.get(body[0], "#")
    if name == "bool":
        return "bool", "1" if body[0] else "0"
    if name == "text":
        return "text", sheet.budget.take(_wide(body, 0)[0])
    (index,) = struct.unpack_from("<I", body)
    if index >= len(sheet.texts):
        raise Refused(refusals.STRING_INDEX)
    return "text", sheet.texts[index]


def _rk(body: bytes) -> float:
    """A number in four bytes: 30 bits of a whole number or of a double, perhaps divided by 100."""
    (packed,) = struct.unpack_from("<i", body)
    value = float(packed >> 2)
    if not packed & 2:
        (value,) = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))
    return value / 100 if packed & 1 else value
