"""Random single edits of a consolidated workbook, as people and programs make them, each with the cell it touched.

By openpyxl (which drops the results of all formulas) and by patching the XML (which leaves them). No code of the
program is used.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

TABLES = ("Theo đơn vị", "Chi tiết")
LISTS = ("Tình trạng nộp", "Vấn đề", "Ghi chú", "Hoạt động", "Nguồn")
HEADER = "Mã đơn vị"
CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"((?: [a-z]+="[^"]*")*)>(.*?)</c>', re.DOTALL)
SHEET = re.compile(r'<sheet name="([^"]*)" sheetId="(\d+)"')
VALUE = re.compile(r"<v>([^<]*)</v>")


@dataclass(frozen=True)
class Edit:
    """`cell` of `sheet` is no longer as it was; `whole`: a line was put in or taken out there."""

    what: str
    sheet: str
    cell: str
    data: bytes
    whole: bool = False


Maker = Callable[[bytes, random.Random], Edit | None]


def random_edits(data: bytes, number: int, rng: random.Random) -> list[Edit]:
    """So many edits, every kind in turn."""
    found: list[Edit] = []
    while len(found) < number:
        edit = MAKERS[len(found) % len(MAKERS)](data, rng)
        if edit is not None:
            found.append(edit)
    return found


# --- by openpyxl ---------------------------------------------------------------------------------------------------


def _pages(book: Workbook) -> list[Worksheet]:
    return [book[name] for name in ("Tổng hợp", *TABLES, *LISTS) if name in book.sheetnames]


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def typed_over(data: bytes, rng: random.Random) -> Edit:
    """Any cell that holds something: another number, another text, nothing."""
    book = load_workbook(io.BytesIO(data))
    page = rng.choice(_pages(book))
    cell = rng.choice([cell for row in page.iter_rows() for cell in row if cell.value is not None])
    was = cell.value
    others = [None, "Sửa tay", rng.randint(10**6, 10**7), 1.5]
    if isinstance(was, int):
        others += [was + 1, was * 10 + 1, str(was) + "x"]
    elif isinstance(was, str) and not was.startswith("="):
        others += [was + " sửa", was[:-1] or "x", "=1+1"]
    else:
        others += [f"{was}+1", was.replace("SUM", "MAX")] if "SUM" in was else []
    cell.value = rng.choice(others)
    return Edit(f"{was!r} → {cell.value!r}", page.title, cell.coordinate, _saved(book))


def filled_in(data: bytes, rng: random.Random) -> Edit | None:
    """A number where a unit left the cell blank, or where the form has no total."""
    book = load_workbook(io.BytesIO(data))
    page = book[rng.choice(("Chi tiết", "Theo đơn vị", "Tổng hợp"))]
    if page.title == "Tổng hợp":
        rows = [row for row in range(1, page.max_row + 1) if re.match(r"[MB]\d", str(page.cell(row, 8).value))]
        columns = [4, 5]
    else:
        head = _head(page)
        rows = [row for row in range(head + 1, page.max_row + 1) if page.cell(row, 1).value]
        columns = [cell.column for cell in page[head] if "." in str(cell.value)]
    blank = [(row, column) for row in rows for column in columns if page.cell(row, column).value is None]
    spots = [at for at in blank if type(page.cell(*at)).__name__ == "Cell"]
    if not spots:
        return None
    row, column = rng.choice(spots)
    page.cell(row, column).value = rng.randint(0, 99)
    return Edit("blank filled in", page.title, f"{get_column_letter(column)}{row}", _saved(book))


def _head(page: Worksheet) -> int:
    """The row of the headers: the first line that is as wide as the sheet."""
    return next(
        row for row in range(2, page.max_row + 1) if all(page.cell(row, column).value for column in (1, 2, 3, 4))
    )


def _line(page: Worksheet, rng: random.Random) -> int | None:
    rows = [row for row in range(_head(page) + 1, page.max_row + 1) if page.cell(row, 1).value is not None]
    return rng.choice(rows) if rows else None


def line_out(data: bytes, rng: random.Random) -> Edit | None:
    """A line deleted, those below move up."""
    book = load_workbook(io.BytesIO(data))
    page = book[rng.choice([*TABLES, *(name for name in LISTS if name in book.sheetnames)])]
    row = _line(page, rng)
    if row is None or _has_twin(page, row):
        return None
    page.delete_rows(row)
    return Edit("line deleted", page.title, f"A{row}", _saved(book), whole=True)


def _has_twin(page: Worksheet, row: int) -> bool:
    """Of two equal lines nobody can say which one went."""
    texts = [[cell.value for cell in line] for line in page.iter_rows()]
    return texts.count(texts[row - 1]) > 1


def line_in(data: bytes, rng: random.Random) -> Edit | None:
    """A line put in between, those below move down."""
    book = load_workbook(io.BytesIO(data))
    page = book[rng.choice([*TABLES, *(name for name in LISTS if name in book.sheetnames)])]
    row = _line(page, rng)
    if row is None:
        return None
    page.insert_rows(row)
    for column in range(1, _width(page) + 1):
        page.cell(row, column).value = f"thêm {column}" if column < 5 else rng.randint(1, 99)
    return Edit("line put in", page.title, f"A{row}", _saved(book), whole=True)


def _width(page: Worksheet) -> int:
    return max(cell.column for cell in page[_head(page)] if cell.value is not None)


# --- by patching the XML -------------------------------------------------------------------------------------------


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {item.filename: archive.read(item) for item in archive.infolist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _sheets(parts: dict[str, bytes]) -> dict[str, str]:
    """Sheet name → part, as XlsxWriter numbers them."""
    listed = SHEET.findall(parts["xl/workbook.xml"].decode())
    return {name: f"xl/worksheets/sheet{number}.xml" for number, (name, _) in enumerate(listed, start=1)}


def patched(data: bytes, rng: random.Random) -> Edit | None:
    """One cell in the XML: its value, its formula, its text, or the whole cell taken away; the hidden sheet too."""
    parts = _parts(data)
    name, part = rng.choice(sorted(_sheets(parts).items()))
    xml = parts[part].decode()
    cells = list(CELL.finditer(xml))
    if not cells:
        return None
    cell = rng.choice(cells)
    address, attributes, inner = cell.groups()
    style = "".join(re.findall(r' s="\d+"', attributes))
    value = VALUE.search(inner)
    new = {"gone": "", "text": f'<c r="{address}"{style} t="inlineStr"><is><t>{escape("bị sửa")}</t></is></c>'}
    if ' t="s"' not in attributes and value:
        changed = VALUE.sub(f"<v>{int(float(value[1])) + rng.randint(1, 9)}</v>", inner)
        new["value"] = f'<c r="{address}"{attributes}>{changed}</c>'
    if "<f>" in inner:
        new["formula"] = f'<c r="{address}"{attributes}>{inner.replace("<f>", "<f>1+")}</c>'
        new["frozen"] = f'<c r="{address}"{attributes}>{re.sub("<f>.*?</f>", "", inner)}</c>'
    what = rng.choice(sorted(new))
    parts[part] = (xml[: cell.start()] + new[what] + xml[cell.end() :]).encode()
    return Edit(f"XML: {what}", name, address, _packed(parts))


def row_cleared(data: bytes, rng: random.Random) -> Edit | None:
    """A whole line taken out of the XML; the others stay where they are."""
    parts = _parts(data)
    names = _sheets(parts)
    name = rng.choice([*TABLES, *(name for name in LISTS if name in names)])
    xml = parts[names[name]].decode()
    page = load_workbook(io.BytesIO(data))[name]
    row = _line(page, rng)
    if row is None:
        return None
    xml, times = re.subn(rf'<row r="{row}"[^>]*>.*?</row>', "", xml, flags=re.DOTALL)
    assert times == 1
    parts[names[name]] = xml.encode()
    return Edit("XML: line out", name, f"A{row}", _packed(parts), whole=True)


MAKERS: tuple[Maker, ...] = (
    typed_over,
    patched,
    typed_over,
    patched,
    line_out,
    line_in,
    filled_in,
    patched,
    row_cleared,
)
