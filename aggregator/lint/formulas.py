"""The text of a formula: what Excel cannot take apart it deletes, with the message that the file is damaged."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from aggregator.lint.fault import shown

MAX_FORMULA = 8_192

Said = tuple[str, str]
"""Kind and detail of a fault whose place the caller knows."""

_QUOTED = re.compile(r"\"(?:[^\"]|\"\")*\"|'((?:[^']|'')*)'(!?)")
_SHEET = re.compile(r"(?<![\w.'#\]])([^\W\d][\w.]*(?::[^\W\d][\w.]*)?)!")
_BRACKETS = re.compile(r"[(){}]")
_CLOSES = {")": "(", "}": "{"}
_NEW_FUNCTIONS = (
    "ACOT ARABIC BASE BITAND BITLSHIFT BITOR BITRSHIFT BITXOR BYCOL BYROW CHOOSECOLS CHOOSEROWS CONCAT DAYS "
    "DECIMAL DROP EXPAND FILTER FILTERXML FORMULATEXT HSTACK IFNA IFS ISFORMULA ISOMITTED ISOWEEKNUM LAMBDA LET "
    "MAKEARRAY MAP MAXIFS MINIFS NUMBERVALUE RANDARRAY REDUCE SCAN SEQUENCE SHEET SHEETS SORT SORTBY SWITCH TAKE "
    "TEXTAFTER TEXTBEFORE TEXTJOIN TEXTSPLIT TOCOL TOROW UNICHAR UNICODE UNIQUE VSTACK WEBSERVICE WRAPCOLS "
    "WRAPROWS XLOOKUP XMATCH XOR"
)
"""Excel knows these only as `_xlfn.NAME`; `FILTER` and `SORT` as `_xlfn._xlws.NAME`."""
_NEW = frozenset(_NEW_FUNCTIONS.split())
_FUNCTION = re.compile(r"(?<![\w.])([A-Za-z]\w*)\(")


def formula_faults(text: str, sheets: Collection[str], own: bool) -> Iterator[Said]:
    """`text` as it stands in the file, unescaped; `sheets` are the names of the workbook, case folded."""
    if not text.strip():
        yield "formula-empty", "no text"
        return
    if text.lstrip().startswith("="):
        yield "formula-with-equals", shown(text)
    if len(text) > MAX_FORMULA:
        yield "formula-too-long", f"{len(text)} characters, at most {MAX_FORMULA}"
    bare = _QUOTED.sub(_blank, text)
    if '"' in bare or "'" in bare:
        yield "formula-unbalanced", f"a quote does not close: {shown(text)}"
        return
    if not _closes(bare):
        yield "formula-unbalanced", f"a bracket does not close: {shown(text)}"
    if "!" in text:
        names = [found[1].replace("''", "'") for found in _QUOTED.finditer(text) if found[2]]
        names += [found[1] for found in _SHEET.finditer(bare)]
        yield from (("formula-missing-sheet", shown(name)) for name in names if not _is_known(name, sheets))
    for name in _FUNCTION.findall(bare):
        if name.upper() in _NEW:
            yield "formula-without-prefix", f"{name} must be written _xlfn.{name}"
    if own and "#REF!" in bare:
        yield "formula-broken-reference", shown(text)


def _blank(found: re.Match[str]) -> str:
    """A text becomes nothing, a quoted sheet name a name that needs no quotes and is known."""
    return "0" if found[1] is None else "" if found[2] else "0"


def _closes(bare: str) -> bool:
    """Structured references escape their brackets and are only counted."""
    if "[" in bare or "]" in bare:
        return bare.count("[") == bare.count("]")
    open_ones: list[str] = []
    for bracket in _BRACKETS.findall(bare):
        if bracket not in _CLOSES:
            open_ones.append(bracket)
        elif not open_ones or open_ones.pop() != _CLOSES[bracket]:
            return False
    return not open_ones


def _is_known(name: str, sheets: Collection[str]) -> bool:
    """A sheet, both ends of a block of sheets, or something in another workbook."""
    if "[" in name or name.casefold() in sheets:
        return True
    first, colon, last = name.casefold().partition(":")
    return bool(colon) and first in sheets and last in sheets
