"""A .docx by the measures of Decree 30/2020, annex I: page, fonts, styles, page numbers, tables with fixed widths.

The one door to python-docx, with `drawing`, which puts a report on this paper. Every text that comes in is text: no
field or link is ever made of it. The same report gives the same bytes: fixed dates, no author, a zip without clock.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from aggregator.outputs.word.lines import Runs
from aggregator.text import xml_safe
from aggregator.writing import CREATED

FONT = "Times New Roman"
PAGE_MM = (210, 297)
MARGINS_MM = {"top": 20, "bottom": 20, "left": 30, "right": 15}
HEADER_MM = 10
MARK = "HTSD-BC:"
"""How the keywords of a report of ours begin."""

KEPT_STYLES = ("Normal", "DefaultParagraphFont", "TableNormal", "NoList", "Heading1", "Heading2", "Header")
ALIGNMENT = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
UNUSED_PARTS = ("thumbnail", "customXml", "stylesWithEffects", "webSettings")


def open_paper() -> DocxDocument:
    """An empty A4 page with our styles and nothing of the library's own look."""
    document = Document()
    _drop_parts(document)
    _plain_styles(document)
    for name, facts in STYLES.items():
        _add_style(document, name, **facts)
    set_page(document.sections[0])
    _modern(document)
    return document


def _drop_parts(document: DocxDocument) -> None:
    """Parts of the library's template that no report needs: a preview picture, unused styles."""
    for part in (document.part.package, document.part):
        for name, rel in list(part.rels.items()):
            if any(word in rel.reltype for word in UNUSED_PARTS):
                del part.rels[name]


def _modern(document: DocxDocument) -> None:
    """As a document of Word 2013 and later: no compatibility mode, and a zoom that validators accept."""
    settings = document.settings.element
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    for zoom in settings.iter(qn("w:zoom")):
        zoom.attrib.clear()
        zoom.set(qn("w:percent"), "100")


def _plain_styles(document: DocxDocument) -> None:
    root = document.styles.element
    for style in list(root):
        if style.tag == qn("w:latentStyles") or (
            style.tag == qn("w:style") and style.get(qn("w:styleId")) not in KEPT_STYLES
        ):
            root.remove(style)
    for fonts in root.iter(qn("w:rFonts")):
        _one_font(fonts)
    normal = document.styles["Normal"]
    _set_font(normal, 14)
    spacing = normal.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing_rule = WD_LINE_SPACING.SINGLE
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    normal.element.get_or_add_rPr().append(language)


def _set_font(style: Any, size: float, bold: bool = False, italic: bool = False) -> None:
    """One font for every script; theme fonts would win over it and are taken out."""
    font = style.font
    font.name, font.size, font.bold, font.italic = FONT, Pt(size), bold, italic
    font.color.rgb = RGBColor(0, 0, 0)
    _one_font(style.element.rPr.rFonts)


def _one_font(fonts: Any) -> None:
    fonts.attrib.clear()
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), FONT)


STYLES: dict[str, dict[str, Any]] = {
    "BC mục lớn": {"base": "Heading 1", "bold": True, "before": 8, "after": 4, "keep": True, "indent": 10},
    "BC mục nhỏ": {"base": "Heading 2", "bold": True, "before": 6, "after": 3, "keep": True, "indent": 10},
    "BC nội dung": {"align": "justify", "before": 3, "after": 3, "indent": 10},
    "BC gạch đầu dòng": {"align": "justify", "before": 1, "after": 2, "indent": 10},
    "BC ghi chú": {"align": "justify", "italic": True, "before": 3, "after": 3, "indent": 10},
    "BC gợi ý": {"align": "justify", "italic": True, "size": 12, "before": 4, "after": 2, "keep": True, "left": 10},
    "BC bản thảo": {"align": "justify", "italic": True, "size": 13, "before": 2, "after": 2, "left": 10, "bar": True},
    "BC tiêu đề": {"align": "center", "bold": True},
    "BC phần đầu": {"align": "center", "size": 13},
    "BC nơi nhận": {"size": 11},
    "BC ô bảng": {"size": 12, "before": 0.5, "after": 0.5},
}
"""Sizes in pt, indents in mm; `bar`: a grey line at the left edge of what is still a draft."""


def _add_style(document: DocxDocument, name: str, **facts: Any) -> None:
    base = facts.get("base")
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.base_style = document.styles[base or "Normal"]
    _set_font(style, facts.get("size", 14), facts.get("bold", False), facts.get("italic", False))
    shape = style.paragraph_format
    shape.alignment = ALIGNMENT[facts.get("align", "left")]
    shape.space_before, shape.space_after = Pt(facts.get("before", 0)), Pt(facts.get("after", 0))
    shape.first_line_indent = Mm(facts["indent"]) if "indent" in facts else None
    shape.left_indent = Mm(facts["left"]) if "left" in facts else None
    shape.keep_with_next = facts.get("keep", False)
    shape.widow_control = True
    if facts.get("bar"):
        add_border(style.element.get_or_add_pPr(), "left", size=18, space=6, color="A6A6A6")


def add_border(properties: Any, side: str, size: int = 6, space: int = 1, color: str = "000000") -> None:
    """A line along one side of a paragraph; its place among the properties is fixed by the schema."""
    borders, line = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", size), ("space", space), ("color", color)):
        line.set(qn(f"w:{name}"), str(value))
    borders.append(line)
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl", "w:rPr"
    )


# --- pages ---------------------------------------------------------------------------------------------------------


def set_page(section: Section, landscape: bool = False) -> None:
    """A4 with the decree's margins; numbers from 1, centred in the top margin, none on the first page."""
    width, height = PAGE_MM[::-1] if landscape else PAGE_MM
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    margins = {"top": 30, "bottom": 15, "left": 20, "right": 20} if landscape else MARGINS_MM
    section.top_margin, section.bottom_margin = Mm(margins["top"]), Mm(margins["bottom"])
    section.left_margin, section.right_margin = Mm(margins["left"]), Mm(margins["right"])
    section.header_distance = Mm(HEADER_MM)
    section.different_first_page_header_footer = True
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), "1")
    section._sectPr.insert_element_before(numbers, "w:cols", "w:titlePg", "w:docGrid")


def new_section(document: DocxDocument, landscape: bool) -> None:
    """The paragraph that ends the section before is so low that it never makes a page of its own."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    document.paragraphs[-1].paragraph_format.line_spacing = Pt(1)
    for old in section._sectPr.findall(qn("w:pgNumType")):
        section._sectPr.remove(old)
    set_page(section, landscape)


def number_pages(document: DocxDocument) -> None:
    """One header for all sections: the field PAGE, the only field in the document."""
    paragraph = document.sections[0].header.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.tab_stops.clear_all()
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "2"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


# --- text ----------------------------------------------------------------------------------------------------------


def write(paragraph: Paragraph, runs: Runs) -> Paragraph:
    """Runs into a paragraph; gaps are highlighted. A line break in a text is a line break."""
    for run in runs:
        written = paragraph.add_run(xml_safe(run.text))
        written.bold, written.italic = run.bold or None, run.italic or None
        if run.gap:
            written.font.highlight_color = WD_COLOR_INDEX.YELLOW
    return paragraph


def rule(paragraph: Paragraph, indent_mm: float) -> None:
    """A printed line of its own length: the upper edge of an almost empty paragraph, indented on both sides."""
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Mm(indent_mm)
    shape.line_spacing = Pt(6)
    shape.space_before = Pt(2)
    add_border(paragraph._p.get_or_add_pPr(), "top")


# --- bytes ---------------------------------------------------------------------------------------------------------


def to_bytes(document: DocxDocument, title: str, keywords: str) -> bytes:
    facts = document.core_properties
    facts.title, facts.keywords, facts.language = xml_safe(title)[:255], xml_safe(keywords)[:255], "vi-VN"
    facts.author = facts.last_modified_by = facts.comments = facts.subject = ""
    facts.created = facts.modified = CREATED
    facts.revision = 1
    out = io.BytesIO()
    document.save(out)
    return _without_clock(out.getvalue())


def _without_clock(data: bytes) -> bytes:
    """The same parts in the same order, each with the earliest date that a zip can hold."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in _in_order(old.namelist()):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o600 << 16
            new.writestr(entry, old.read(name), zipfile.ZIP_DEFLATED, 6)
    return out.getvalue()


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (not name.startswith("[Content"), name))
