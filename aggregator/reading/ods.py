"""The strict reader of OpenDocument spreadsheets (.ods): the same limits, the same refusals, the same `RawBook`.

One pass over `content.xml`. Repeated cells and rows are counted, and written out only where they hold something.
"""

from __future__ import annotations

from dataclasses import replace

from aggregator.reading import limits, refusals
from aggregator.reading.areas import inside
from aggregator.reading.book import RawBook, RawSheet, a1
from aggregator.reading.container import open_archive
from aggregator.reading.formulas import UNKNOWN
from aggregator.reading.ods_cells import CONTENT, OFFICE, STYLE, TABLE, Document, Table, close_cell, times_of
from aggregator.reading.refusals import Refused
from aggregator.reading.strict import check_unread
from aggregator.reading.xml import Attributes, Node, walk

PART = "content.xml"
_FAR = 10_000
"""Hidden rows beyond it are not noted: no form reaches so far, and one attribute can hide a million."""


# --- cells ---------------------------------------------------------------------------------------------------------


def _start_cell(document: Document, attributes: Attributes) -> None:
    document.elements += 1
    if document.elements > limits.CELLS.value:
        raise Refused(limits.CELLS)
    document.attributes = attributes
    document.paragraphs = []
    document.table.column += 1


def _end_cell(document: Document) -> None:
    attributes, table = document.attributes, document.table
    first = table.column
    table.column += times_of(attributes.get(f"{TABLE}number-columns-repeated")) - 1
    _take_spans(table, attributes, first)
    cell = close_cell(document)
    if cell is None:
        return
    if table.column > limits.COLUMNS.value:
        raise Refused(limits.COLUMNS)
    table.line.extend((column, cell) for column in range(first, table.column + 1))


def _take_spans(table: Table, attributes: Attributes, column: int) -> None:
    for kind, areas in (("spanned", table.merges), ("matrix", table.arrays)):
        names = ("rows", "columns")
        keys = [f"{TABLE}number-{'matrix-' * (kind == 'matrix')}{name}-spanned" for name in names]
        rows, columns = (times_of(attributes.get(key)) for key in keys)
        if rows == columns == 1:
            continue
        if len(areas) >= limits.MERGES.value:
            raise Refused(limits.MERGES)
        bottom, right = table.row + rows, column + columns - 1
        if bottom > limits.ROWS.value or right > limits.COLUMNS.value:
            raise Refused(refusals.RANGE)
        areas.append((table.row + 1, column, bottom, right))


# --- rows, columns, sheets -----------------------------------------------------------------------------------------


def _is_hidden(attributes: Attributes) -> bool:
    return attributes.get(f"{TABLE}visibility") in ("collapse", "filter")


def _start_row(document: Document, attributes: Attributes) -> None:
    document.row_attributes = attributes
    document.table.column = 0
    document.table.line = []


def _end_row(document: Document) -> None:
    table, attributes = document.table, document.row_attributes
    times = times_of(attributes.get(f"{TABLE}number-rows-repeated"))
    first, table.row, table.column = table.row + 1, table.row + times, 0
    if _is_hidden(attributes):
        table.hidden_rows.update(range(first, min(table.row, _FAR) + 1))
    if not table.line:
        return
    if table.row > limits.ROWS.value:
        raise Refused(limits.ROWS)
    if len(table.cells) + times * len(table.line) > limits.FILLED.value:
        raise Refused(limits.FILLED)
    document.budget.filled += times * len(table.line)
    if document.budget.filled > limits.FILLED_IN_ALL.value:
        raise Refused(limits.FILLED_IN_ALL)
    for row in range(first, table.row + 1):
        table.cells.update({(row, column): cell for column, cell in table.line})


def _take_column(document: Document, attributes: Attributes) -> None:
    table = document.table
    first = table.columns + 1
    table.columns += times_of(attributes.get(f"{TABLE}number-columns-repeated"))
    if _is_hidden(attributes):
        table.hidden_columns.update(range(first, min(table.columns, limits.COLUMNS.value) + 1))


def _start_table(document: Document, attributes: Attributes) -> None:
    name = attributes.get(f"{TABLE}name", "")
    if not name or any(name.casefold() == table.name.casefold() for table in document.tables):
        raise Refused(refusals.SHEET_TWINS if name else refusals.BAD_SHEET)
    if len(name) > limits.SHEET_NAME.value:
        raise Refused(limits.SHEET_NAME)
    if len(document.tables) >= limits.SHEETS.value:
        raise Refused(limits.SHEETS)
    protected = attributes.get(f"{TABLE}protected") == "true"
    document.tables.append(Table(name, attributes.get(f"{TABLE}style-name", ""), protected))


def _end_table(document: Document) -> None:
    """Cells filled by an array formula carry a formula too, for what they hold was not typed."""
    table = document.table
    if sum(min(len(table.cells), 1 + bottom - top) for top, _, bottom, _ in table.arrays) > limits.CELLS.value:
        raise Refused(limits.CELLS)
    for area in table.arrays:
        for spot in inside(area, table.cells):
            if table.cells[spot].formula is None:
                table.cells[spot] = replace(table.cells[spot], formula=UNKNOWN)


def _take_link(document: Document, _attributes: Attributes) -> None:
    document.external = True


def _start_style(document: Document, attributes: Attributes) -> None:
    document.style = attributes.get(f"{STYLE}name", "")


def _take_display(document: Document, attributes: Attributes) -> None:
    if attributes.get(f"{TABLE}display") == "false":
        document.hidden_styles.add(document.style)


def _refuse_dde(_document: Document, _attributes: Attributes) -> None:
    raise Refused(refusals.DDE)


_CELL: Node[Document] = Node(CONTENT, start=_start_cell, end=_end_cell)
_ROW: Node[Document] = Node(
    {f"{TABLE}table-cell": _CELL, f"{TABLE}covered-table-cell": _CELL}, start=_start_row, end=_end_row
)
_LINES: dict[str, Node[Document]] = {
    f"{TABLE}table-row": _ROW,
    f"{TABLE}table-column": Node(start=_take_column),
}
for _name in ("rows", "header-rows", "row-group", "columns", "header-columns", "column-group"):
    _LINES[f"{TABLE}table-{_name}"] = Node(_LINES)
_SHEET: Node[Document] = Node(
    {**_LINES, f"{TABLE}table-source": Node(start=_take_link)}, start=_start_table, end=_end_table
)
_DOCUMENT: Node[Document] = Node(
    {
        f"{OFFICE}automatic-styles": Node(
            {f"{STYLE}style": Node({f"{STYLE}table-properties": Node(start=_take_display)}, start=_start_style)}
        ),
        f"{OFFICE}body": Node(
            {f"{OFFICE}spreadsheet": Node({f"{TABLE}table": _SHEET, f"{TABLE}dde-links": Node(start=_refuse_dde)})}
        ),
    }
)
_ONLY_HERE = frozenset(f"{TABLE}{name}" for name in ("table", "table-row", "table-cell", "covered-table-cell"))


def read_ods(data: bytes) -> RawBook:
    """The workbook. Raises `Refused` with the sheet and the cell."""
    archive = open_archive(data)
    document = Document()
    try:
        walk(archive.read(PART), PART, f"{OFFICE}document-content", _DOCUMENT, document, _ONLY_HERE)
    except Refused as refused:
        raise _placed(refused, document) from None
    if not document.tables:
        raise Refused(refusals.NO_SHEET, PART)
    check_unread(archive)
    macros = any(name.startswith(("basic/", "scripts/")) for name in archive.entries)
    sheets = tuple(_sheet(table, document) for table in document.tables)
    return RawBook(sheets, converted=True, macros=macros, external_links=document.external)


def _placed(refused: Refused, document: Document) -> Refused:
    """The refusal with the cell that was being read."""
    if not document.tables or not document.table.column or refused.rule is refusals.BROKEN_XML:
        return refused
    return refused.on(document.table.name, a1(document.table.row + 1, min(document.table.column, limits.COLUMNS.value)))


def _sheet(table: Table, document: Document) -> RawSheet:
    return RawSheet(
        table.name,
        "hidden" if table.style in document.hidden_styles else "visible",
        table.cells,
        tuple(table.merges),
        frozenset(table.hidden_rows),
        frozenset(table.hidden_columns),
        table.protected,
    )
