"""A report put on paper: heading block, lines, signature, annexes.

Tables are written row by row as XML, because python-docx looks for every cell from the beginning of the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.document import Document as DocxDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from aggregator.outputs.word.annex import Annex, Cell
from aggregator.outputs.word.content import Report
from aggregator.outputs.word.lines import Run, Runs, gap, words
from aggregator.outputs.word.paper import (
    MARK,
    new_section,
    number_pages,
    open_paper,
    rule,
    to_bytes,
    write,
)
from aggregator.text import xml_safe

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
LEFT_MM, RIGHT_MM = 58, 107
STYLE_OF = {
    "section": "BC mục lớn",
    "part": "BC mục nhỏ",
    "body": "BC nội dung",
    "item": "BC gạch đầu dòng",
    "note": "BC ghi chú",
    "hint": "BC gợi ý",
    "draft": "BC bản thảo",
}


def write_word(report: Report, identity: str) -> bytes:
    """The bytes of the .docx; `identity` says in its properties what it is a report of."""
    document = open_paper()
    number_pages(document)
    _draw_heading(document, report)
    for line in report.lines:
        write(document.add_paragraph(style=STYLE_OF[line.style]), line.runs)
    for paragraph in document.paragraphs[-2:]:
        paragraph.paragraph_format.keep_with_next = True
    _draw_foot(document, report)
    for name, annex in report.annexes:
        _draw_annex(document, annex, name, report.attached)
    return to_bytes(document, _text(report.title), MARK + identity)


def _text(runs: Runs) -> str:
    return "".join(run.text for run in runs)


# --- heading block and signature -----------------------------------------------------------------------------------


def _draw_heading(document: DocxDocument, report: Report) -> None:
    """Who issues the report on the left, the name of the country on the right; number and date on one line."""
    top, below = _two_columns(document, 2)
    office = report.office
    if office.parent:
        _add(top[0], words(office.parent))
    for head in office.head:
        _add(top[0], _bold(head))
    rule(_add(top[0], ()), LEFT_MM / 3)
    _add(top[1], _bold(words(COUNTRY)))
    _add(top[1], _bold(words(MOTTO)), 14)
    rule(_add(top[1], ()), 23)
    _add(below[0], report.number)
    _add(below[1], tuple(Run(run.text, run.gap, italic=True) for run in report.date))
    for cell in (*top, *below):
        _drop_first(cell)
    title = document.add_paragraph(style="BC tiêu đề")
    title.paragraph_format.space_before = Pt(18)
    write(title, words("BÁO CÁO"))
    write(document.add_paragraph(style="BC tiêu đề"), report.title)
    line = document.add_paragraph(style="BC tiêu đề")
    rule(line, 55)
    line.paragraph_format.space_after = Pt(8)


def _bold(runs: Runs) -> Runs:
    return tuple(Run(run.text, run.gap, bold=True) for run in runs)


def _two_columns(document: DocxDocument, rows: int) -> list[tuple[_Cell, _Cell]]:
    """A table without lines that holds two blocks side by side and is never split."""
    table = document.add_table(rows, 2)
    table.autofit = False
    _set_padding(table._tbl.tblPr, 0)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, (LEFT_MM, RIGHT_MM), strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return [(row.cells[0], row.cells[1]) for row in table.rows]


def _add(cell: _Cell, runs: Runs, size: float | None = None, style: str = "BC phần đầu") -> Paragraph:
    paragraph = write(cell.add_paragraph(style=style), runs)
    for run in paragraph.runs if size else ():
        run.font.size = Pt(size or 0)
    return paragraph


def _drop_first(cell: _Cell) -> None:
    """The empty paragraph with which a cell begins."""
    first = cell.paragraphs[0]._p
    first.getparent().remove(first)


def _draw_foot(document: DocxDocument, report: Report) -> None:
    """Recipients on the left, level with the authority and the post on the right; room for seal and signature."""
    ((left, right),) = _two_columns(document, 1)
    _add(left, (Run("Nơi nhận:", bold=True, italic=True),), 12, "BC nơi nhận")
    for number, name in enumerate(report.recipients, start=1):
        end = "." if number == len(report.recipients) else ";"
        _add(left, (*words("- "), *name, *words(end)), style="BC nơi nhận")
    for text in report.signature or ("[CHỨC VỤ NGƯỜI KÝ]",):
        _add(right, _signature_line(text, bool(report.signature)), 14)
    signer = _add(right, gap("họ và tên người ký"), 14)
    signer.paragraph_format.space_before = Pt(70)
    for cell in (left, right):
        _drop_first(cell)


def _signature_line(text: str, known: bool) -> Runs:
    if text.startswith("("):
        return (Run(text, italic=True),)
    return (Run(text, gap=not known, bold=True),)


# --- annexes -------------------------------------------------------------------------------------------------------


def _draw_annex(document: DocxDocument, annex: Annex, name: str, attached: Runs) -> None:
    new_section(document, annex.landscape)
    write(document.add_paragraph(style="BC tiêu đề"), words(name))
    write(document.add_paragraph(style="BC tiêu đề"), annex.title)
    caption = write(
        document.add_paragraph(style="BC tiêu đề"), tuple(Run(run.text, run.gap, italic=True) for run in attached)
    )
    for run in caption.runs:
        run.bold = False
    caption.paragraph_format.space_after = Pt(8)
    _draw_table(document, annex)
    for number, line in enumerate(annex.below or ((),)):
        paragraph = write(document.add_paragraph(style="BC ghi chú"), line)
        paragraph.paragraph_format.first_line_indent = Mm(0)
        paragraph.paragraph_format.space_before = Pt(0 if number else 6)


def _draw_table(document: DocxDocument, annex: Annex) -> None:
    table = document.add_table(0, len(annex.widths))
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, annex.widths, strict=True):
        column.width = Mm(width)
    _draw_lines(table._tbl.tblPr)
    _set_padding(table._tbl.tblPr, 1.2)
    style = str(document.styles["BC ô bảng"].style_id)
    for row in _head_rows(annex):
        table._tbl.append(_table_row(style, row, annex.widths, head=True))
    for cells in annex.rows:
        row = [(cell, None) for cell in cells]
        table._tbl.append(_table_row(style, row, annex.widths, head=False))


def _draw_lines(properties: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")


def _set_padding(properties: Any, width_mm: float) -> None:
    padding = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        _set(padding, f"w:{side}", w=str(Mm(width_mm).twips), type="dxa")
    properties.insert_element_before(padding, "w:tblLook")


Merged = tuple[Cell, str | None]
"""A cell and how it is merged downwards: `restart`, `continue` or not."""


def _head_rows(annex: Annex) -> list[list[Merged]]:
    """Header rows; what is two rows high continues in the second."""
    first = [(cell, "restart" if cell.down > 1 else None) for cell in annex.head[0]]
    if len(annex.head) == 1:
        return [first]
    second: list[Merged] = []
    low = list(annex.head[1])
    for cell, merge in first:
        if merge:
            second.append((Cell(), "continue"))
        else:
            second.extend((low.pop(0), None) for _ in range(cell.across))
    return [first, second]


def _table_row(style: str, cells: Sequence[Merged], widths: Sequence[int], head: bool) -> Any:
    """A row that is not split over two pages; header rows are repeated on every page."""
    row, properties = OxmlElement("w:tr"), OxmlElement("w:trPr")
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))
    row.append(properties)
    at = 0
    for cell, merge in cells:
        row.append(_table_cell(style, cell, merge, sum(widths[at : at + cell.across])))
        at += cell.across
    return row


def _table_cell(style: str, cell: Cell, merge: str | None, width_mm: int) -> Any:
    """`style` is an id: to look it up by name for every cell would take most of the time."""
    element, properties, paragraph = OxmlElement("w:tc"), OxmlElement("w:tcPr"), OxmlElement("w:p")
    _set(properties, "w:tcW", w=str(Mm(width_mm).twips), type="dxa")
    if cell.across > 1:
        _set(properties, "w:gridSpan", val=str(cell.across))
    if merge:
        _set(properties, "w:vMerge", val=merge)
    _set(properties, "w:vAlign", val="center")
    look = OxmlElement("w:pPr")
    _set(look, "w:pStyle", val=style)
    _set(look, "w:jc", val=cell.align)
    paragraph.append(look)
    element.append(properties)
    element.append(paragraph)
    if cell.text:
        run: Any = OxmlElement("w:r")
        run.text = xml_safe(cell.text)
        if cell.bold:
            run.get_or_add_rPr().get_or_add_b()
        paragraph.append(run)
    return element


def _set(parent: Any, tag: str, **attributes: str) -> None:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)
