"""A consolidated workbook of an office below, taken apart into its leaves, after proving that nobody edited it.

The hidden copy is read first and must be whole; from it the sheets are computed again and compared cell by cell with
what stands there. Texts of units (notes, open lists) are not in the hidden copy and are taken from their sheets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from aggregator.consolidation import complete_figures, make_branches, sum_totals
from aggregator.findings import Finding, Findings
from aggregator.forms import Form
from aggregator.identity import Expectation
from aggregator.outputs import workbook_layout as names
from aggregator.outputs.workbook_compare import compare_table, compare_totals
from aggregator.outputs.workbook_hidden import SCHEMA, Entry, check_mac, make_leaf, make_unit, read_entries
from aggregator.outputs.workbook_layout import branch_table, detail_table, total_cells
from aggregator.outputs.workbook_lists import NOTE_WORDS
from aggregator.reading.book import RawBook, RawSheet, a1
from aggregator.register import Register, Unit
from aggregator.report import Note, find_sheet
from aggregator.seal import RESULT_PREFIX, Token, parse_token
from aggregator.submission import Leaf
from aggregator.text import clean

T = TypeVar("T")

MAX_FIGURE = 10**13
"""Above every cap of every form; a larger number was never written by us."""


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


@dataclass(frozen=True, slots=True)
class _Copy:
    """The hidden copy, decoded. `leaves` still carry `via` as it was written."""

    token: Token
    parents: tuple[Unit, ...]
    units: tuple[Unit, ...]
    leaves: tuple[Leaf, ...]
    totals: tuple[int, ...]


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
    copy = _decoded(form, entries)
    if copy is None:
        return None, (_broken(1),)
    findings = (*_origin(copy, book, hidden, entries, expected), *_compare(book, form, copy))
    return _content(book, form, copy, expected, path, sha256), findings


def _broken(row: int) -> Finding:
    return Finding("seal-broken", sheet=names.CHECK_SHEET, cell=a1(row, 2))


# --- the hidden copy -----------------------------------------------------------------------------------------------


def _head(entries: Sequence[Entry]) -> Mapping[str, Any]:
    content = entries[0].content
    return content if entries[0].kind == "head" and isinstance(content, dict) else {}


def _token(entries: Sequence[Entry]) -> Token | None:
    token = parse_token(str(_head(entries).get("token", "")))
    return token if token and token.prefix == RESULT_PREFIX else None


def _form(entries: Sequence[Entry], expected: Expectation) -> tuple[Form | None, Findings]:
    """The form the workbook was made by: known, the same edition to the letter, and the campaign's."""
    token, head = _token(entries), _head(entries)
    form = expected.forms.get(token.form) if token else None
    edition = (token.version if token else None, head.get("fingerprint"), head.get("schema"))
    if form is None or edition != (form.version, form.fingerprint, SCHEMA):
        found = f"{token.form} ({token.version})" if token else None
        return None, (Finding("form-unknown", found=found, expected=", ".join(sorted(expected.forms))),)
    if expected.form is not None and form.id != expected.form.id:
        return None, (Finding("form-other", found=form.id, expected=expected.form.id),)
    return form, ()


def _decoded(form: Form, entries: Sequence[Entry]) -> _Copy | None:
    """The copy, or `None` where it is not one of ours: its hashes fit, but what it says cannot be."""
    try:
        copy = _decode(form, entries)
        return copy if _is_sound(form, copy) else None
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, StopIteration):
        return None


def _decode(form: Form, entries: Sequence[Entry]) -> _Copy:
    def of(kind: str) -> list[Any]:
        return [entry.content for entry in entries if entry.kind == kind]

    token = _token(entries)
    assert token is not None
    units = tuple(make_unit(content) for content in of("unit"))
    by_code = {unit.code: unit for unit in units}
    leaves = tuple(make_leaf(form, content, by_code) for content in of("leaf"))
    (totals,) = of("totals")
    return _Copy(token, tuple(make_unit(content) for content in of("above"))[::-1], units, leaves, tuple(totals))


def _is_sound(form: Form, copy: _Copy) -> bool:
    """One tree under the unit, each leaf once and in its order, figures that can be, totals that are their sums."""
    register = _register(copy)
    places = [register.position[leaf.unit.code] for leaf in copy.leaves]
    figures = [value for leaf in copy.leaves for value in leaf.figures.values() if value is not None]
    return (
        len(register.units) == len(copy.units)
        and copy.units[0].code == copy.token.unit
        and places == sorted(set(places))
        and all(type(value) is int and 0 <= value <= MAX_FIGURE for value in figures)
        and all(isinstance(text, str) for leaf in copy.leaves for text in (leaf.file, leaf.sha256, leaf.version))
        and all(isinstance(leaf.saved or "", str) and isinstance(leaf.via or "", str) for leaf in copy.leaves)
        and copy.totals == tuple(_sums(form, copy.leaves))
    )


def _register(copy: _Copy) -> Register:
    """The tree below the unit, which is its root whatever stands above it."""
    return Register.of((replace(copy.units[0], parent=None), *copy.units[1:]))


def _sums(form: Form, leaves: Sequence[Leaf]) -> Iterator[int]:
    totals = sum_totals(form, [complete_figures(form, leaf) for leaf in leaves])
    yield from (totals[key] for key in form.figures)


# --- what it is compared with --------------------------------------------------------------------------------------


def _origin(
    copy: _Copy, book: RawBook, hidden: RawSheet, entries: tuple[Entry, ...], expected: Expectation
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


def _compare(book: RawBook, form: Form, copy: _Copy) -> Iterator[Finding]:
    """The three sheets of numbers as they were written, against those in the book."""
    register = _register(copy)
    totals = [complete_figures(form, leaf) for leaf in copy.leaves]
    branches = branch_table(form, make_branches(register.root, form, register, copy.leaves, totals))
    cells = total_cells(form, branches, dict(zip(form.figures, copy.totals, strict=True)))
    details = detail_table(form, copy.leaves, totals)
    checks: tuple[tuple[str, Callable[[RawSheet], Iterator[Finding]]], ...] = (
        (names.SUMMARY_SHEET, partial(compare_totals, form=form, totals=cells)),
        (names.BRANCH_SHEET, partial(compare_table, table=branches, code="total-edited")),
        (names.DETAIL_SHEET, partial(compare_table, table=details, code="detail-edited")),
    )
    for name, check in checks:
        sheet = find_sheet(book, name)
        if sheet is None:
            yield Finding("sheet-missing", sheet=name, expected=name)
        else:
            yield from check(sheet)


# --- what it brings ------------------------------------------------------------------------------------------------


def _content(
    book: RawBook, form: Form, copy: _Copy, expected: Expectation, path: str, sha256: str
) -> ConsolidatedContent:
    known: Mapping[str, Unit] = expected.register.by_code if expected.register else {}
    notes = _by_unit(_notes(book, form))
    activities = _by_unit(_open_lines(book, form, names.ACTIVITIES_SHEET, "activities"))
    calendar = _by_unit(_open_lines(book, form, names.CALENDAR_SHEET, "calendar"))
    leaves = tuple(
        replace(
            leaf,
            unit=known.get(leaf.unit.code, leaf.unit),
            via=path,
            notes=notes.get(leaf.unit.code, ()),
            activities=activities.get(leaf.unit.code, ()),
            calendar=calendar.get(leaf.unit.code, ()),
        )
        for leaf in copy.leaves
    )
    units = tuple(known.get(unit.code, unit) for unit in copy.units)
    return ConsolidatedContent(form.id, copy.token.campaign, units[0], copy.parents, units, leaves, path, sha256)


def _by_unit(lines: Iterator[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for code, line in lines:
        found.setdefault(code, []).append(line)
    return {code: tuple(values) for code, values in found.items()}


def _texts(book: RawBook, name: str, columns: int) -> Iterator[tuple[str, ...]]:
    """Lines below the headers, each as texts of its first columns."""
    sheet = find_sheet(book, name)
    rows = sorted({row for row, _ in sheet.cells if row >= names.FIRST_LINE}) if sheet else []
    for row in rows:
        cells = (sheet.cells.get((row, column)) for column in range(1, columns + 1)) if sheet else ()
        yield tuple(cell.text if cell else "" for cell in cells)


def _notes(book: RawBook, form: Form) -> Iterator[tuple[str, Note]]:
    kinds = {words: kind for kind, words in NOTE_WORDS.items()}
    for code, _, words, row_code, about, cell, text in _texts(book, names.NOTES_SHEET, 7):
        row = form.by_code.get(clean(row_code))
        kind = kinds.get(clean(words), clean(words))
        yield clean(code), Note(kind, row.key if row else about, text, clean(cell))


def _open_lines(book: RawBook, form: Form, name: str, table: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if table not in form.lists:
        return
    for code, _, *line in _texts(book, name, 2 + len(form.lists[table]["headers"])):
        yield clean(code), tuple(line)
