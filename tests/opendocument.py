"""Writes an openpyxl workbook as a small .ods, the same bytes every time, for cases that no office program may make.

Values, formulas with their results, states and locks of sheets; no styles. Written for the tests, not by the program.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.worksheet.worksheet import Worksheet

SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
STYLES = (
    '<office:automatic-styles><style:style style:name="gone" style:family="table">'
    '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
)
MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{SPREADSHEET}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
REFERENCE = re.compile(r"\b([A-Z]{1,2}[0-9]+)(?::([A-Z]{1,2}[0-9]+))?\b")


def as_ods(book: Workbook, results: Mapping[str, int] | None = None) -> bytes:
    """`results` are the stored results of formulas by their cell (`D6`); a formula without one was never calculated."""
    return packed_ods("".join(_table(sheet, results or {}) for sheet in book.worksheets))


def packed_ods(tables: str, styles: str = STYLES, more: Mapping[str, str] | None = None) -> bytes:
    """An .ods around the XML of its tables."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {SPACES}>{styles}'
    content = (
        f"{head}<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    parts = {"mimetype": SPREADSHEET, "content.xml": content, "META-INF/manifest.xml": MANIFEST, **(more or {})}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return buffer.getvalue()


def table(rows: str, name: str = "Số liệu", attributes: str = "") -> str:
    return f"<table:table table:name={quoteattr(name)}{attributes}>{rows}</table:table>"


def _table(sheet: Worksheet, results: Mapping[str, int]) -> str:
    hidden = ' table:style-name="gone"' if sheet.sheet_state != "visible" else ""
    locked = ' table:protected="true"' if sheet.protection.sheet else ""
    return table("".join(_rows(sheet, results)), sheet.title, hidden + locked)


def _rows(sheet: Worksheet, results: Mapping[str, int]) -> Iterator[str]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        hidden = ' table:visibility="collapse"' if sheet.row_dimensions[number].hidden else ""
        written = (_cell(cell.value, results.get(cell.coordinate), isinstance(cell, MergedCell)) for cell in cells)
        yield f"<table:table-row{hidden}>{''.join(written)}</table:table-row>"


def _cell(value: Any, result: int | None, covered: bool) -> str:
    if covered:
        return "<table:covered-table-cell/>"
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
    if isinstance(value, int | float):
        return number_cell(value)
    if value.startswith("="):
        formula = f" table:formula={quoteattr('of:=' + REFERENCE.sub(_reference, value[1:]).replace(',', ';'))}"
        return number_cell(result, formula) if result is not None else f"<table:table-cell{formula}/>"
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def number_cell(value: float | str, attributes: str = "", shown: str | None = None) -> str:
    text = f"<text:p>{value if shown is None else escape(shown)}</text:p>"
    return f'<table:table-cell office:value-type="float" office:value="{value}"{attributes}>{text}</table:table-cell>'


def _reference(found: re.Match[str]) -> str:
    return f"[.{found[1]}:.{found[2]}]" if found[2] else f"[.{found[1]}]"
