"""A second and a third reading of every accepted file, by openpyxl and by calamine, cell by cell against ours.

What is compared is what stands in a cell, not what it is taken for. A different number or text refuses the file; what
another program does not see is only told, for both lose figures that are there. Each reads in a process that may die.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path

from aggregator.catalogue import severity_of
from aggregator.disposable import Job, Lost, do_apart
from aggregator.examine import make_subject
from aggregator.findings import Finding, Findings, located
from aggregator.forms import Measure
from aggregator.identity import Expectation, identify, is_consolidated
from aggregator.inbox import MAX_PATH, Item
from aggregator.layout import COLUMN_OF
from aggregator.outputs.workbook_layout import DETAIL_SHEET
from aggregator.reading import calamine, limits, refusals
from aggregator.reading.archive import open_bundle
from aggregator.reading.book import Address, Cell, RawBook, a1
from aggregator.reading.foreign import open_any
from aggregator.reading.locked import unlock
from aggregator.reading.sniff import sniff
from aggregator.sheets import find_sheet
from aggregator.submission import Examination
from aggregator.text import clean, printable
from aggregator.words import Fact

SECONDS = 60
"""For one file; openpyxl takes ten for the details of a province."""

US = "aggregator"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the bytes of one accepted file are: `member` of a zip archive; `sha256` proves that they are the same."""

    name: str
    path: Path
    member: str | None
    sha256: str | None
    passwords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """One input cell, and what it is for where the form says so."""

    sheet: str
    at: Address
    row: str | None = None
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One file to be read again, in these cells."""

    source: Source
    places: tuple[Place, ...] = ()


Seen = Cell | None
Views = Mapping[str, tuple[Seen, ...] | Lost]
"""By program, what it sees in every place, or why it sees nothing at all."""


def ask_others(
    examinations: Sequence[Examination], items: Sequence[Item], expected: Expectation, passwords: tuple[str, ...] = ()
) -> list[Examination]:
    """The examinations, the accepted ones with what a second opinion says of them."""
    by_name = {item.name: item for item in items}
    accepted = {
        examined.path: source_of(examined, by_name, passwords) for examined in examinations if _counts(examined)
    }
    said = dict(_opinions([source for source in accepted.values() if source is not None], expected))
    return [_with(examined, said.get(examined.path, ())) for examined in examinations]


def _counts(examined: Examination) -> bool:
    refused = any(severity_of(finding) == "error" for finding in examined.findings)
    return bool(examined.leaves) and not examined.ignored and not refused


def source_of(examined: Examination, by_name: Mapping[str, Item], passwords: tuple[str, ...]) -> Source | None:
    """Where the bytes of an examined file are; `None` where the folder has no such file."""
    item = by_name.get(examined.path)
    if item is not None:
        return Source(examined.path, item.path, item.member, examined.sha256, passwords)
    archive = next((name for name in by_name if examined.path.startswith(f"{name}!/")), None)
    if archive is None:
        return None
    member = examined.path.removeprefix(f"{archive}!/")
    return Source(examined.path, by_name[archive].path, member, examined.sha256, passwords)


def _with(examined: Examination, findings: Findings) -> Examination:
    unit = examined.unit.code if examined.unit else None
    found = located(findings, file=examined.path, unit=unit)
    refused = any(severity_of(finding) == "error" for finding in found)
    leaves = () if refused else examined.leaves
    return examined._replace(leaves=leaves, findings=(*examined.findings, *found))


# --- asking --------------------------------------------------------------------------------------------------------


def _opinions(sources: Sequence[Source], expected: Expectation) -> Iterator[tuple[str, Findings]]:
    """What is to be said of each file."""
    ours = list(do_apart(Job(_Ours(expected), SECONDS), sources))
    tasks = [
        Task(source, () if isinstance(own, Lost) else tuple(own)) for source, own in zip(sources, ours, strict=True)
    ]
    views = {name: list(do_apart(Job(read, SECONDS), tasks)) for name, read in READERS.items()}
    for number, (task, own) in enumerate(zip(tasks, ours, strict=True)):
        if isinstance(own, Lost):
            yield task.source.name, (_not_asked(task.source.name, {US: own}),)
        else:
            others = {name: seen[number] for name, seen in views.items()}
            yield task.source.name, tuple(_compare(task, tuple(own.values()), others))


@dataclass(frozen=True, slots=True)
class _Ours:
    """Our own reading once more: every input cell, blank or not."""

    expected: Expectation

    def __call__(self, source: Source) -> dict[Place, Seen]:
        book, findings = open_any(bytes_of(source), source.name)
        if book is None:
            raise ValueError(findings[0].code)
        return dict(_details(book) if is_consolidated(book) else _inputs(book, self.expected))


def _inputs(book: RawBook, expected: Expectation) -> Iterator[tuple[Place, Seen]]:
    identity, _ = identify(book, expected)
    subject = make_subject(book, identity)
    for key, measure in subject.report.figures:
        at = (subject.alignment.rows[key], COLUMN_OF[measure])
        yield Place(subject.data.name, at, key, measure), subject.data.cells.get(at)


def _details(book: RawBook) -> Iterator[tuple[Place, Seen]]:
    """Of a consolidated workbook the numbers of its leaves; every other number there is computed from them."""
    sheet = find_sheet(book, DETAIL_SHEET)
    for at, cell in sheet.cells.items() if sheet else ():
        if cell.kind == "number" and cell.formula is None:
            yield Place(sheet.name if sheet else "", at), cell


def bytes_of(source: Source) -> bytes:
    """The workbook itself. Raises where it is no longer there, or another by now."""
    with source.path.open("rb") as file:
        data = file.read(limits.FILE.value + 1)
    if source.member is not None:
        bundle = open_bundle(data)
        data = bundle.read(next(one for one in bundle.members if printable(one.name, MAX_PATH) == source.member))
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise ValueError("the file is another by now")
    return unlock(data, source.passwords) if sniff(data) == "encrypted" else data


# --- the two others ------------------------------------------------------------------------------------------------


def _by_openpyxl(task: Task) -> tuple[Seen, ...]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(bytes_of(task.source)), data_only=True)
    return tuple(
        _seen(book[place.sheet].cell(*place.at).value) if place.sheet in book.sheetnames else None
        for place in task.places
    )


def _seen(value: object) -> Seen:
    if value is None:
        return None
    if isinstance(value, bool):
        return Cell("bool", "1" if value else "0")
    if isinstance(value, int | float):
        return Cell("number", repr(value))
    if isinstance(value, datetime | date | time | timedelta):
        return Cell("date", str(value))
    return Cell("text", str(value))


def _by_calamine(task: Task) -> tuple[Seen, ...]:
    book = calamine.read_book(bytes_of(task.source), refusals.DISAGREE)
    sheets = {sheet.name: sheet.cells for sheet in book.sheets}
    return tuple(sheets.get(place.sheet, {}).get(place.at) for place in task.places)


READERS: Mapping[str, Callable[[Task], tuple[Seen, ...]]] = {"openpyxl": _by_openpyxl, "calamine": _by_calamine}


# --- comparing -----------------------------------------------------------------------------------------------------


def _compare(task: Task, ours: Sequence[Seen], views: Views) -> Iterator[Finding]:
    lost = {name: seen for name, seen in views.items() if isinstance(seen, Lost)}
    if lost:
        yield _not_asked(task.source.name, lost)
    heard = {name: seen for name, seen in views.items() if not isinstance(seen, Lost)}
    for number, (place, own) in enumerate(zip(task.places, ours, strict=True)):
        others = {name: seen[number] for name, seen in heard.items()}
        verdicts = {judge(own, other) for other in others.values()}
        if verdicts - {"same"}:
            yield _finding(place, own, others, "different" in verdicts)


def _not_asked(file: str, lost: Mapping[str, Lost]) -> Finding:
    """A program that cannot open the file has no opinion of it."""
    programs = ", ".join(f"{name} ({loss.why})" for name, loss in lost.items())
    return Finding(
        "file-converted",
        found=Path(file).suffix,
        expected=Fact("ý kiến thứ hai (second opinion): {programs}", programs=programs),
    )


def _finding(place: Place, own: Seen, others: Mapping[str, Seen], different: bool) -> Finding:
    readings = {US: own, **others} if different else others
    found = " · ".join(f"{name}: {_shown(seen)}" for name, seen in readings.items())
    code, expected = ("file-damaged", refusals.DISAGREE.vi) if different else ("value-interpreted", _shown(own))
    where = Finding(code, sheet=place.sheet, cell=a1(*place.at), row=place.row, measure=place.measure)
    return where._replace(found=found, expected=expected)


def _shown(seen: Seen) -> str:
    return printable(clean(seen.text), 40) if seen and clean(seen.text) else "–"


def judge(own: Seen, other: Seen) -> str:
    """`same`, `different`, or `unseen`: the other has nothing there, or neither a number nor a text."""
    if _blank(own) or _blank(other):
        return "same" if _blank(own) and _blank(other) else "different" if _blank(own) else "unseen"
    assert own is not None and other is not None
    if other.kind not in ("number", "text"):
        return "unseen"
    return "same" if clean(own.text) == clean(other.text) or _equal(own.text, other.text) else "different"


def _blank(seen: Seen) -> bool:
    return seen is None or clean(seen.text) == ""


def _equal(ours: str, theirs: str) -> bool:
    """The same number: exactly, or as the double that both programs make of it."""
    try:
        return Fraction(ours) == Fraction(theirs) or float(ours) == float(theirs)
    except (ValueError, OverflowError, ZeroDivisionError):
        return False
