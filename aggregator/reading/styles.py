"""The number format of each cell style; nothing else of the style table is read.

Formats matter for one question only: does the cell show what it holds, or a date, or nothing at all?
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aggregator.reading import limits, refusals
from aggregator.reading.memory import remembered
from aggregator.reading.package import MAIN
from aggregator.reading.refusals import Refused
from aggregator.reading.xml import Attributes, Node, walk

GENERAL = "General"
_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);\\("$"#,##0\\)',
    6: '"$"#,##0_);[Red]\\("$"#,##0\\)',
    7: '"$"#,##0.00_);\\("$"#,##0.00\\)',
    8: '"$"#,##0.00_);[Red]\\("$"#,##0.00\\)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "m/d/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yyyy h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* \\(#,##0\\);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}


@dataclass(slots=True)
class _Styles:
    codes: dict[str, str] = field(default_factory=dict)
    cells: list[str] = field(default_factory=list)
    tables: int = 0


def _add_code(styles: _Styles, attributes: Attributes) -> None:
    if len(styles.codes) >= limits.STYLES.value:
        raise Refused(limits.STYLES)
    code = attributes.get("formatCode", GENERAL)
    if len(code) > limits.TEXT.value:
        raise Refused(limits.TEXT)
    styles.codes[attributes.get("numFmtId", "")] = code


def _start_cells(styles: _Styles, _attributes: Attributes) -> None:
    styles.tables += 1
    if styles.tables > 1:
        raise Refused(refusals.ELSEWHERE)


def _add_cell(styles: _Styles, attributes: Attributes) -> None:
    if len(styles.cells) >= limits.STYLES.value:
        raise Refused(limits.STYLES)
    styles.cells.append(attributes.get("numFmtId", "0"))


_STYLES: Node[_Styles] = Node(
    {
        f"{MAIN}numFmts": Node({f"{MAIN}numFmt": Node(start=_add_code)}),
        f"{MAIN}cellXfs": Node({f"{MAIN}xf": Node(start=_add_cell)}, start=_start_cells),
    }
)
_BY_ID = {str(key): code for key, code in _BUILT_IN.items()}


def built_in() -> Mapping[str, str]:
    """The formats that every workbook has, by their number."""
    return _BY_ID


@dataclass(frozen=True, slots=True, eq=False)
class Formats:
    """The format code of each cell style, by the number with which cells point to it; the same table is one object."""

    codes: Mapping[str, str] = field(default_factory=dict)


NO_FORMATS = Formats()


@remembered(16)
def read_formats(data: bytes, part: str) -> Formats:
    """The formats of a table of styles."""
    styles = _Styles()
    walk(data, part, f"{MAIN}styleSheet", _STYLES, styles, frozenset({f"{MAIN}cellXfs"}))
    codes = _BY_ID | styles.codes
    return Formats({str(index): codes.get(key) or GENERAL for index, key in enumerate(styles.cells)})
