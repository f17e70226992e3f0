"""A consolidated workbook of an office below, taken apart into its leaves, after proving that nobody edited it.

The hidden copy is read first and must be whole; from it the sheets are computed again and compared cell by cell with
what stands there. Whatever goes upward, numbers and words, is taken from the copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from aggregator.consolidation import complete_figures, make_branches
from aggregator.findings import Finding, Findings
from aggregator.forms import Form
from aggregator.identity import Expectation
from aggregator.outputs import workbook_layout as names
from aggregator.outputs.workbook_compare import compare_cells, compare_numbers
from aggregator.outputs.workbook_copy import Copy, decode, head_of, register_of, token_of
from aggregator.outputs.workbook_formulas import Moves, Scene
from aggregator.outputs.workbook_hidden import SCHEMA, Entry, Written, check_mac, read_entries
from aggregator.outputs.workbook_layout import branch_table, detail_table, total_cells
from aggregator.outputs.workbook_lists import Listing
from aggregator.outputs.workbook_texts import compare_heads, compare_list, compare_summary, compare_texts
from aggregator.reading.book import RawBook, RawSheet, a1
from aggregator.register import Unit
from aggregator.seal import RESULT_PREFIX, Token, parse_token
from aggregator.sheets import find_sheet
from aggregator.submission import Leaf, Origin, Proof


@dataclass(frozen=True, slots=True)
class ConsolidatedContent:
    """What a consolidated workbook brings. `units` begins with `unit`, parents first; `parents` is the chain upward."""

    form: str
    campaign: str
    unit: Unit
    parents: tuple[Unit, ...]
    units: tuple[Unit, ...]
    leaves: tuple[Leaf, ...]
    path: str
    sha256: str
    proof: Proof
    written: tuple[Leaf, ...]
    """The leaves as the workbook itself tells of them: which way each came to it."""
    lists: tuple[Listing, ...]
    """The lists as they were written: findings, files and decisions, for whoever asks where a number came from."""


def read_consolidated(
    book: RawBook, expected: Expectation, path: str, sha256: str
) -> tuple[ConsolidatedContent | None, Findings]:
    """The content and every trace of an edit; with an error among the findings the content must not be added up."""
    hidden = find_sheet(book, names.CHECK_SHEET)
    if hidden is None:
        return None, (Finding("sheet-missing", sheet=names.CHECK_SHEET, expected=names.CHECK_SHEET),)
    entries, findings = read_entries(hidden)
    if findings:
        return None, findings
    form, findings = _form(entries, expected)
    if form is None:
        return None, findings
    copy = decode(form, entries)
    if copy is None:
        return None, (_broken(1),)
    origin = tuple(_origin(copy, book, hidden, entries, expected))
    told = {(finding.sheet, finding.cell) for finding in origin}
    findings = (*origin, *(edit for edit in _compare(book, form, copy) if (edit.sheet, edit.cell) not in told))
    broken = any(finding.code == "seal-broken" for finding in findings)
    proof = "not-proven" if broken else _proof(copy.token, expected)
    return _content(form, copy, expected, path, sha256, proof), findings


def _broken(row: int) -> Finding:
    return Finding("seal-broken", sheet=names.CHECK_SHEET, cell=a1(row, 2))


# --- the form ------------------------------------------------------------------------------------------------------


def _form(entries: Sequence[Entry], expected: Expectation) -> tuple[Form | None, Findings]:
    """The form the workbook was made by: known, the same edition to the letter, and the campaign's."""
    token, head = token_of(entries), head_of(entries)
    form = expected.forms.get(token.form) if token else None
    edition = (token.version if token else None, head.get("fingerprint"), head.get("schema"))
    if form is None or edition != (form.version, form.fingerprint, SCHEMA):
        found = f"{token.form} ({token.version})" if token else None
        return None, (Finding("form-unknown", found=found, expected=", ".join(sorted(expected.forms))),)
    if expected.form is not None and form.id != expected.form.id:
        return None, (Finding("form-other", found=form.id, expected=expected.form.id),)
    return form, ()


# --- what it is compared with --------------------------------------------------------------------------------------


def _origin(
    copy: Copy, book: RawBook, hidden: RawSheet, entries: tuple[Entry, ...], expected: Expectation
) -> Iterator[Finding]:
    """Whose it is: ours must be sealed by our key, another campaign's is carried and said."""
    token = copy.token
    if expected.register is not None and token.unit not in expected.register.by_code:
        yield Finding("unit-unknown", sheet=names.CHECK_SHEET, unit=token.unit, found=token.unit)
    if expected.campaign is not None and token.campaign and token.campaign != expected.campaign:
        yield Finding("seal-foreign", found=token.campaign, expected=expected.campaign)
    if expected.key and token.campaign == expected.campaign:
        if not token.sealed_by(expected.key):
            yield Finding("seal-broken", sheet=names.CHECK_SHEET, cell="B1", found=token.text)
        yield from check_mac(hidden, entries, expected.key)
    yield from _other_tokens(book, token)


def _other_tokens(book: RawBook, token: Token) -> Iterator[Finding]:
    """A visible token that says something else: a sheet of another workbook was put in."""
    for sheet in book.sheets:
        for address, cell in sheet.cells.items():
            other = parse_token(cell.text) if cell.kind == "text" and sheet.name != names.CHECK_SHEET else None
            if other and other.prefix == RESULT_PREFIX and other != token:
                yield Finding("seal-broken", sheet=sheet.name, cell=a1(*address), found=cell.text, expected=token.text)


def _compare(book: RawBook, form: Form, copy: Copy) -> Iterator[Finding]:
    """Every sheet as it was written, against those in the book."""
    register = register_of(copy)
    totals = [complete_figures(form, leaf) for leaf in copy.leaves]
    branches = branch_table(form, make_branches(register.root, form, register, copy.leaves, totals), copy.leaves)
    cells = total_cells(form, branches, dict(zip(form.figures, copy.totals, strict=True)))
    numbers = (names.SUMMARY_SHEET, names.BRANCH_SHEET, names.DETAIL_SHEET)
    sheets = {name: sheet for name in (*numbers, *copy.written.cells) if (sheet := find_sheet(book, name))}
    scene = Scene(sheets, converted=book.converted)
    findings, moves = compare_numbers(scene, form, branches, detail_table(form, copy.leaves, totals), cells)
    for name in numbers:
        yield from findings[name]
        if name in sheets:
            yield from _texts(sheets[name], name, form, copy.written, moves[name])
    yield from _words(book, copy.written, numbers)
    scene = replace(scene, moves=moves)
    for name in (name for name in copy.written.cells if name in sheets):
        yield from compare_cells(scene, name, copy.written.cells[name], any(findings.values()))


def _texts(sheet: RawSheet, name: str, form: Form, written: Written, moves: Moves) -> Iterator[Finding]:
    texts = written.texts.get(name, {})
    if name == names.SUMMARY_SHEET:
        yield from compare_summary(sheet, form, texts, moves)
    else:
        yield from compare_heads(sheet, name, texts, moves)


def _words(book: RawBook, written: Written, numbers: Sequence[str]) -> Iterator[Finding]:
    """The lists, and whatever other sheet has texts."""
    lists = {listing.sheet: listing for listing in written.lists}
    for name in (*lists, *(name for name, texts in written.texts.items() if texts and name not in numbers)):
        sheet = find_sheet(book, name)
        if sheet is None:
            yield Finding("sheet-missing", sheet=name, expected=name)
        elif name in lists:
            yield from compare_list(sheet, lists[name])
        else:
            yield from compare_texts(sheet, name, written.texts[name])


# --- what it brings ------------------------------------------------------------------------------------------------


def _content(
    form: Form, copy: Copy, expected: Expectation, path: str, sha256: str, proof: Proof
) -> ConsolidatedContent:
    known: Mapping[str, Unit] = expected.register.by_code if expected.register else {}
    leaves = tuple(
        leaf._replace(unit=known.get(leaf.unit.code, leaf.unit), via=path, origin=_carried(leaf.origin, proof))
        for leaf in copy.leaves
    )
    units = tuple(known.get(unit.code, unit) for unit in copy.units)
    whose = (form.id, copy.token.campaign, units[0], copy.parents)
    return ConsolidatedContent(*whose, units, leaves, path, sha256, proof, copy.leaves, copy.written.lists)


def _proof(token: Token, expected: Expectation) -> Proof:
    """With our key a wrong seal is an error, so whatever is used is proven."""
    if expected.campaign is not None and token.campaign != expected.campaign:
        return "foreign"
    return "proven" if expected.key else "not-proven"


def _carried(origin: Origin, proof: Proof) -> Origin:
    """A number is believed no more than the weakest step it came by; what was typed by hand stays so."""
    if origin in ("typed", "consistent"):
        return origin
    return "proven" if proof == "proven" else "consistent"
