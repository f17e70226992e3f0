"""One cell of an OpenDocument sheet: its text with the blanks that count, its value by its type, its formula.

An error or a missing result stays visible as what it is: a reader that gives a blank for it would lose a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aggregator.reading import limits, refusals, values
from aggregator.reading.areas import Area
from aggregator.reading.book import Address, Cell, Kind
from aggregator.reading.formulas import UNKNOWN, is_command
from aggregator.reading.refusals import Refused
from aggregator.reading.strings import Budget
from aggregator.reading.xml import Attributes, Node

OFFICE, TABLE, TEXT, STYLE = (
    f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0 " for name in ("office", "table", "text", "style")
)
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_GNUMERIC = "http://www.gnumeric.org/odf-extension/1.0 "
_COUNT = re.compile(r"[1-9][0-9]{0,8}")
_ERROR = re.compile(r"#[^#\s]\S{0,30}|Err:[0-9]{3}")
_FORMULA = re.compile(r"(?:(?P<dialect>[A-Za-z]+):)?=(?P<text>.*)", re.DOTALL)
_PIECE = re.compile(r'"(?:[^"]|"")*"|\[\.(?P<first>\$?[A-Z]+\$?[0-9]+)(?::\.(?P<last>\$?[A-Z]+\$?[0-9]+))?\]|;')
_DDE = re.compile(r"(?<![A-Z0-9.])DDE\s*\(", re.IGNORECASE)
_NO_DIGIT = re.compile("[^0-9]")
_SHORT = re.compile(r"[-−]?([0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,2})")
_BLANKS = re.compile("[ \t\r\n]+")
_KEPT = str.maketrans({"\1": " ", "\2": "\t", "\3": "\n"})
"""Blanks that are elements must survive while written blanks are drawn together; XML cannot hold these characters."""


@dataclass(slots=True)
class Table:
    """One sheet while it is read."""

    name: str
    style: str
    protected: bool
    row: int = 0
    column: int = 0
    columns: int = 0
    cells: dict[Address, Cell] = field(default_factory=dict)
    line: list[tuple[int, Cell]] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    arrays: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Document:
    """A file while it is read: its sheets so far, and the pieces of the present cell."""

    budget: Budget = field(default_factory=Budget)
    tables: list[Table] = field(default_factory=list)
    style: str = ""
    hidden_styles: set[str] = field(default_factory=set)
    external: bool = False
    attributes: Attributes = field(default_factory=dict)
    row_attributes: Attributes = field(default_factory=dict)
    paragraphs: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    elements: int = 0

    @property
    def table(self) -> Table:
        return self.tables[-1]


def times_of(text: str | None) -> int:
    """How often something is repeated, or over how many rows it reaches."""
    if text is None:
        return 1
    if not _COUNT.fullmatch(text):
        raise Refused(refusals.RANGE)
    return int(text)


# --- text ----------------------------------------------------------------------------------------------------------


def _start_paragraph(document: Document, _attributes: Attributes) -> None:
    document.pieces = []


def _take_piece(document: Document, text: str) -> None:
    document.pieces.append(text)


def _take_blanks(document: Document, attributes: Attributes) -> None:
    count = times_of(attributes.get(f"{TEXT}c"))
    if count > limits.TEXT.value:
        raise Refused(limits.TEXT)
    document.pieces.append("\1" * count)


def _take_tab(document: Document, _attributes: Attributes) -> None:
    document.pieces.append("\2")


def _take_break(document: Document, _attributes: Attributes) -> None:
    document.pieces.append("\3")


def _end_paragraph(document: Document) -> None:
    text = _BLANKS.sub(" ", "".join(document.pieces)).strip(" ").translate(_KEPT)
    document.paragraphs.append(text)


def _refuse_list(_document: Document, _attributes: Attributes) -> None:
    raise Refused(refusals.ELSEWHERE)


_INLINE: dict[str, Node[Document]] = {
    f"{TEXT}s": Node(start=_take_blanks),
    f"{TEXT}tab": Node(start=_take_tab),
    f"{TEXT}line-break": Node(start=_take_break),
    f"{TEXT}soft-page-break": Node(),
}
_SPAN: Node[Document] = Node(_INLINE, flow=_take_piece, closed=True)
for _name in ("span", "a", "sheet-name", "title", "date", "time", "file-name", "ruby-base"):
    _INLINE[f"{TEXT}{_name}"] = _SPAN
_INLINE[f"{TEXT}ruby"] = Node({f"{TEXT}ruby-base": _SPAN})
_PARAGRAPH: Node[Document] = Node(_INLINE, start=_start_paragraph, end=_end_paragraph, flow=_take_piece, closed=True)
CONTENT: Mapping[str, Node[Document]] = {
    f"{TEXT}p": _PARAGRAPH,
    f"{TEXT}h": _PARAGRAPH,
    f"{TEXT}list": Node(start=_refuse_list),
}
"""What may stand in a cell; notes and drawings are passed over."""


# --- values --------------------------------------------------------------------------------------------------------


def close_cell(document: Document) -> Cell | None:
    """What a cell holds, or `None` where it holds nothing."""
    attributes = document.attributes
    shown = document.budget.take("\n".join(document.paragraphs)) if document.paragraphs else ""
    formula = _formula(attributes.get(f"{TABLE}formula"))
    stored = attributes.get(f"{OFFICE}value-type")
    if _is_error(attributes, stored, formula, shown):
        return Cell("error", shown or "#", formula)
    if stored is None:
        return _untyped(shown, formula)
    kind, read = _READERS.get(stored, ("none", _refuse))
    text = read(attributes, shown)
    if kind == "text":
        return Cell("text", document.budget.take(text), formula) if text or formula is not None else None
    return Cell(
        kind,
        text,
        formula,
        _format(stored, text, shown if document.paragraphs else text) if kind == "number" else "General",
    )


def _is_error(attributes: Attributes, stored: str | None, formula: str | None, shown: str) -> bool:
    """Each program marks errors in its own way; a text that somebody typed is none."""
    if attributes.get(f"{_CALC}value-type") == "error" or f"{_GNUMERIC}error-value" in attributes:
        return True
    return (formula is not None or stored not in (None, "string")) and _ERROR.fullmatch(shown) is not None


def _untyped(shown: str, formula: str | None) -> Cell | None:
    """A formula without a result, or text from a program that leaves its type out."""
    if formula is not None:
        return Cell("text", shown, formula) if shown else Cell("none", "", formula)
    return Cell("text", shown) if shown else None


def _number(attributes: Attributes, _shown: str) -> str:
    text = attributes.get(f"{OFFICE}value", "")
    return values.read_number(text)


def _date(attributes: Attributes, _shown: str) -> str:
    text = attributes.get(f"{OFFICE}date-value", "")
    if not text or len(text) > limits.NUMBER.value:
        raise Refused(refusals.DATE)
    return text


def _time(attributes: Attributes, shown: str) -> str:
    text = attributes.get(f"{OFFICE}time-value", "")
    if not text or len(text) > limits.NUMBER.value:
        raise Refused(refusals.DATE)
    return shown or text


def _truth(attributes: Attributes, _shown: str) -> str:
    value = attributes.get(f"{OFFICE}boolean-value")
    if value not in ("true", "false"):
        raise Refused(refusals.BOOLEAN)
    return "1" if value == "true" else "0"


def _string(attributes: Attributes, shown: str) -> str:
    return attributes.get(f"{OFFICE}string-value", shown)


def _refuse(_attributes: Attributes, _shown: str) -> str:
    raise Refused(refusals.CELL_TYPE)


_READERS: Mapping[str, tuple[Kind, Callable[[Attributes, str], str]]] = {
    "float": ("number", _number),
    "currency": ("number", _number),
    "percentage": ("number", _number),
    "date": ("date", _date),
    "time": ("date", _time),
    "boolean": ("bool", _truth),
    "string": ("text", _string),
}


def _format(stored: str, text: str, shown: str) -> str:
    """A format as Excel would write it, told by what the cell shows: the number, a percentage, or something else."""
    if stored == "percentage" or shown.endswith("%"):
        return "0%"
    if float(text) % 1 or _shows(text, shown):
        return "General"
    return '"{}"'.format(shown.replace('"', "'"))


def _shows(text: str, shown: str) -> bool:
    """Whether the digits that are seen are those of the whole number; zeros behind a decimal mark do not matter."""
    wanted = str(abs(int(float(text))))
    whole = re.sub(r"[.,]0+(?=[^0-9]*$)", "", shown)
    short = _SHORT.fullmatch(shown)
    seen = {_NO_DIGIT.sub("", shown), _NO_DIGIT.sub("", whole), str(int(float(short[1]))) if short else ""}
    return wanted in seen


def _formula(text: str | None) -> str | None:
    """A formula as Excel writes it, without `=`; what cannot be turned surely is `UNKNOWN`."""
    if text is None:
        return None
    if len(text) > limits.FORMULA.value:
        raise Refused(limits.FORMULA)
    if _DDE.search(text) or is_command(text):
        raise Refused(refusals.DDE)
    found = _FORMULA.fullmatch(text)
    if found is None or (found["dialect"] or "of") not in ("of", "oooc"):
        return UNKNOWN
    return _PIECE.sub(_turned, found["text"]) or UNKNOWN


def _turned(piece: re.Match[str]) -> str:
    if piece["first"]:
        return f"{piece['first']}:{piece['last']}" if piece["last"] else piece["first"]
    return "," if piece[0] == ";" else piece[0]
