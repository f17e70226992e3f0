"""Which form, edition and unit a workbook is, by reading all of its carriers.

Cell text survives every program, nothing else does: the token in the cells of every sheet is the primary carrier, a
defined name and the document's keywords are fallbacks, the row codes name the form. Missing carriers are normal;
carriers that contradict each other stop the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from aggregator import layout as place
from aggregator.decisions import NONE, Decisions
from aggregator.findings import Finding, Findings
from aggregator.forms import Form
from aggregator.layout import Layout
from aggregator.reading.book import RawBook, RawSheet, a1
from aggregator.reading.shapes import find_texts
from aggregator.register import Register, Unit
from aggregator.seal import PREFIX, RESULT_PREFIX, Token, parse_token
from aggregator.sheets import ENOUGH, detail, find_details, find_sheet, holds_table, is_token, likeness
from aggregator.text import clean, plain


@dataclass(frozen=True, slots=True)
class Expectation:
    """What this office collects. Without a campaign everything but `forms` is unknown."""

    forms: Mapping[str, Form]
    form: Form | None = None
    campaign: str | None = None
    key: bytes | None = None
    register: Register | None = None
    decisions: Decisions = NONE
    day: date | None = None
    """The first day of the week; what was saved before it cannot tell of it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sent what. `unit` is complete where the register or the workbook tells; `data` is the table's sheet."""

    form: Form | None
    campaign: str = ""
    unit: Unit | None = None
    parents: tuple[Unit, ...] = ()
    data: RawSheet | None = None
    details: RawSheet | None = None
    issued: bool = False
    """The workbook was issued to this unit: code, name and level were prefilled and locked."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A token and where it was found."""

    token: Token
    sheet: str
    cell: str | None


def is_consolidated(book: RawBook) -> bool:
    """Whether this is a result workbook of ours rather than a filled form: by its token, or by its hidden copy."""
    heads = (sheet.cells.get((1, 2)) for sheet in book.sheets)
    if any(head is not None and f'"token":"{RESULT_PREFIX}' in head.text for head in heads):
        return True
    texts = {sheet.cells[at].text for sheet in book.sheets for at in find_texts(sheet, is_token)}
    return any((token := parse_token(text)) is not None and token.prefix == RESULT_PREFIX for text in texts)


def identify(book: RawBook, expected: Expectation, assigned: str | None = None) -> tuple[Identity, Findings]:
    """Form, unit and the sheets that matter, with everything that contradicts or is missing.

    `assigned`: staff decided that the file is this unit's, whatever code it carries or lacks.
    """
    carriers = tuple(_carriers(book))
    details = find_details(book)
    code, issued, unit_findings = (assigned, False, ()) if assigned else _unit(carriers, details, expected)
    unit, parents, known_findings = _known(code, book, details, expected) if code else (None, (), ())
    campaign = next((carrier.token.campaign for carrier in carriers if carrier.token.campaign), "")
    form, form_findings = _form(book, carriers, expected)
    if form is None:  # one reason is enough; the unit is still worth knowing
        return Identity(None, campaign, unit, parents), form_findings
    data, sheet_findings = _data_sheet(book, form)
    identity = Identity(form, campaign, unit, parents, data, details, issued)
    return identity, (*sheet_findings, *unit_findings, *_seals(carriers, expected, book.saved), *known_findings)


# --- carriers ------------------------------------------------------------------------------------------------------


def _cell_tokens(book: RawBook) -> Iterator[Carrier]:
    for sheet in book.sheets:
        for address in find_texts(sheet, is_token):
            if token := parse_token(sheet.cells[address].text):
                yield Carrier(token, sheet.name, a1(*address))


def _carriers(book: RawBook) -> Iterator[Carrier]:
    """Tokens of cells; the weaker carriers only where no cell has one."""
    cells = [carrier for carrier in _cell_tokens(book) if carrier.token.prefix == PREFIX]
    if cells:
        yield from cells
        return
    for text in (book.names.get("HTSD_TOKEN", "").strip('="'), book.keywords or ""):
        token = parse_token(text)
        if token and token.prefix == PREFIX:
            yield Carrier(token, "", None)


# --- the form ------------------------------------------------------------------------------------------------------


def _form(book: RawBook, carriers: tuple[Carrier, ...], expected: Expectation) -> tuple[Form | None, Findings]:
    named = {(carrier.token.form, carrier.token.version) for carrier in carriers}
    if len(named) > 1:
        found = ", ".join(sorted(f"{form} ({version})" for form, version in named))
        return None, (Finding("form-other", found=found, expected=_wanted(expected)),)
    form_id, version = next(iter(named)) if named else (_form_by_content(book, expected), "")
    form = expected.forms.get(form_id)
    if form is None or (version and version != form.version):
        unknown = f"{form_id} ({version})" if form_id else None
        return None, (Finding("form-unknown", found=unknown, expected=", ".join(sorted(expected.forms))),)
    if expected.form is not None and form.id != expected.form.id:
        return None, (Finding("form-other", found=form.id, expected=expected.form.id),)
    return form, ()


def _wanted(expected: Expectation) -> str | None:
    return expected.form.id if expected.form else None


def _form_by_content(book: RawBook, expected: Expectation) -> str:
    """The form whose row codes or labels stand on some sheet, else ""; the campaign's own form where several fit."""
    scores = {
        form.id: max((likeness(sheet, form) for sheet in book.sheets), default=0.0) for form in expected.forms.values()
    }
    best = max(scores.values(), default=0.0)
    fitting = sorted(form_id for form_id, score in scores.items() if score == best and score > ENOUGH)
    own = _wanted(expected)
    return own if own is not None and own in fitting else next(iter(fitting), "")


def _data_sheet(book: RawBook, form: Form) -> tuple[RawSheet | None, Findings]:
    """The sheet that holds the table, by content; two of them stop the file."""
    tables = [sheet for sheet in book.sheets if holds_table(sheet, form)]
    if len(tables) > 1:
        found = ", ".join(sheet.name for sheet in tables)
        return tables[0], (Finding("form-twice", sheet=tables[1].name, found=found, expected=place.DATA_SHEET),)
    if not tables:
        return None, (_no_table(book, form),)
    return tables[0], ()


def _no_table(book: RawBook, form: Form) -> Finding:
    """The sheet is gone; or it is there, and its columns are no longer those of the form."""
    named = find_sheet(book, place.DATA_SHEET)
    if named is None or not named.cells:
        return Finding("sheet-missing", sheet=place.DATA_SHEET, expected=place.DATA_SHEET)
    at = (Layout(form).header_row, place.LABEL)
    found = clean(named.cells[at].text) if at in named.cells else None
    return Finding("header-changed", sheet=named.name, cell=a1(*at), found=found or None, expected=form.header["label"])


# --- the unit ------------------------------------------------------------------------------------------------------


def _unit(
    carriers: tuple[Carrier, ...], details: RawSheet | None, expected: Expectation
) -> tuple[str | None, bool, Findings]:
    """The unit's code, whether the workbook was issued to it, and contradictions."""
    tokens = sorted({carrier.token.unit for carrier in carriers if carrier.token.unit})
    typed, cell = detail(details, place.UNIT_LABELS[0])
    sheet = details.name if details else place.UNIT_SHEET
    codes = sorted({*tokens, *([typed] if typed else [])})
    if len(codes) > 1:
        odd = next((carrier for carrier in carriers if typed in tokens and carrier.token.unit not in ("", typed)), None)
        conflict = Finding("unit-conflict", found=", ".join(codes))
        conflict = conflict.at(sheet=odd.sheet or None, cell=odd.cell) if odd else conflict.at(sheet=sheet, cell=cell)
        return None, False, (conflict,)
    if not codes:
        return None, False, (Finding("unit-missing", sheet=sheet, cell=cell, expected=place.UNIT_LABELS[0]),)
    return codes[0], bool(tokens), ()


def _seals(carriers: tuple[Carrier, ...], expected: Expectation, saved: str | None) -> Findings:
    """Ours must be sealed by our key; another campaign's is carried and said, once."""
    if expected.campaign is None:
        return ()
    campaigns = sorted({carrier.token.campaign for carrier in carriers if carrier.token.campaign})
    foreign = [name for name in campaigns if name != expected.campaign]
    if foreign:
        carried = Finding("seal-foreign", found=", ".join(foreign), expected=expected.campaign)
        return (_perhaps_old(carried, expected, saved),)
    first = {carrier.token: carrier for carrier in reversed(carriers)}
    broken = next((first[token] for token in reversed(first) if _broken(token, expected)), None)
    if broken is None:
        return ()
    return (Finding("seal-broken", sheet=broken.sheet or None, cell=broken.cell, found=broken.token.text),)


def _perhaps_old(carried: Finding, expected: Expectation, saved: str | None) -> Finding:
    """Last year's file again: saved before the week began, so that it can hold nothing of it."""
    if not saved or expected.day is None or saved[:10] >= expected.day.isoformat():
        return carried
    return carried._replace(suggestion=saved[:10], severity_override="warning")


def _broken(token: Token, expected: Expectation) -> bool:
    ours = token.campaign == expected.campaign
    return bool(ours and token.unit and expected.key and not token.sealed_by(expected.key))


def _known(
    code: str, book: RawBook, details: RawSheet | None, expected: Expectation
) -> tuple[Unit | None, tuple[Unit, ...], Findings]:
    """The unit as the register has it; without a register as the workbook says."""
    if expected.register is not None:
        unit = expected.register.by_code.get(code)
        if unit is None:
            cell = detail(details, place.UNIT_LABELS[0])[1]
            sheet = details.name if details else place.UNIT_SHEET
            likely = next((known for known in expected.register.by_code if known.lstrip("0") == code.lstrip("0")), None)
            unknown = Finding("unit-unknown", sheet=sheet, cell=cell, unit=code, found=code, suggestion=likely)
            return None, (), (unknown,)
        return unit, expected.register.ancestors(code), ()
    return _from_workbook(code, book, details)


def _from_workbook(code: str, book: RawBook, details: RawSheet | None) -> tuple[Unit, tuple[Unit, ...], Findings]:
    """Name, level and chain of parents as the hidden sheet has them, else as typed on `Đơn vị`."""
    hidden = _hidden(book)
    name = hidden.get("name") or detail(details, place.UNIT_LABELS[1])[0] or code
    level = hidden.get("level") or _level(detail(details, place.UNIT_LABELS[2])[0])
    chain = tuple(_chain(hidden))
    parents = tuple(
        Unit(code, name, level, chain[number + 1][0] if number + 1 < len(chain) else None)
        for number, (code, name, level) in enumerate(chain)
    )
    return Unit(code, name, level, parents[0].code if parents else None), parents, ()


def _hidden(book: RawBook) -> Mapping[str, str]:
    """Keys and values of `_HTSD`."""
    sheet = next((sheet for sheet in book.sheets if sheet.name == place.HIDDEN_SHEET), None)
    cells = sheet.cells if sheet else {}
    return {
        clean(cell.text): clean(cells[(row, 2)].text)
        for (row, column), cell in cells.items()
        if column == 1 and (row, 2) in cells
    }


def _chain(hidden: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    number = 1
    while f"parent.{number}.code" in hidden and number <= 10:
        values = (hidden.get(f"parent.{number}.{name}", "") for name in ("code", "name", "level"))
        code, name, level = values
        yield code, name, level
        number += 1


def _level(typed: str) -> str:
    """The level behind the words of the list, or behind our own word for it; a school where nothing is said."""
    for level, words in place.LEVEL_NAMES.items():
        if plain(typed) in (plain(words), level):
            return level
    return "school"
