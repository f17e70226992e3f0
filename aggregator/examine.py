"""One file, from its bytes to its leaves and findings: open, identify, align, read, check.

Runs in a worker process, because the bytes are a stranger's. Gives back plain values; never raises for a file's sake.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from aggregator.alignment import align
from aggregator.catalogue import severity_of
from aggregator.checks import run_checks
from aggregator.checks.subject import Subject
from aggregator.consolidated import ConsolidatedContent, read_consolidated
from aggregator.figures import Figures
from aggregator.findings import Finding, Findings, located
from aggregator.identity import Expectation, Identity, identify, is_consolidated
from aggregator.inbox import WORKBOOK_SUFFIXES, Item, member_item, read_item
from aggregator.layout import layout_of
from aggregator.reading import limits, refusals
from aggregator.reading.archive import Bundle, open_bundle
from aggregator.reading.book import RawBook
from aggregator.reading.claim import LARGE, bounds_for, may_be_larger
from aggregator.reading.foreign import FOREIGN, open_any
from aggregator.reading.locked import unlock
from aggregator.reading.refusals import Refused
from aggregator.reading.sniff import sniff
from aggregator.register import Unit
from aggregator.report import read_report
from aggregator.submission import Examination, Leaf
from aggregator.words import Fact

Passwords = Sequence[str]

MOST = limits.RESULT_FILE.value + 1
"""Bytes that are read of a file: one more than the limit, by which the reader says that it is too large."""

WORD = re.compile(r"[0-9A-Za-z]+")

UNSUPPORTED = ("docx", "pptx", "pdf", "image")
"""Kinds that may accompany a report but hold no form: a scan, the Word twin, photos. Under the name of a workbook they
are no companion but a mistake."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A zip archive: its own line in the account, and its members, which are examined like files."""

    archive: Examination
    items: tuple[Item, ...]


Room = Literal["shared", "own", "large"]
"""Where a file is looked at: in a process that serves many, in one that may die with it, or in one that may also take
the memory and the time of a large consolidated workbook."""


@dataclass(frozen=True, slots=True)
class Large:
    """A consolidated workbook of ours that needs the `large` room; `size` in bytes."""

    size: int


Outcome = Examination | Unpacked | Large | None
"""`None`: this file must be opened in a process of its own, for a reader of its format may abort."""


def look(item: Item, expected: Expectation, passwords: Passwords = (), room: Room = "large") -> Outcome:
    """One entry of the folder, or one member of an archive."""
    if item.finding is not None:
        if item.member is None or severity_of(item.finding) == "info":
            return Examination(item.name, None, None, findings=(item.finding.at(file=item.name),), ignored=True)
        return _blamed(Examination(item.name, None, None, findings=(item.finding,)), expected)
    try:
        data = _bytes_of(item)
    except OSError as error:
        return gave_up(item.name, "file-unreadable", error.strerror or type(error).__name__, expected)
    except Refused as refused:
        return _blamed(Examination(item.name, None, None, findings=(refused.finding(),)), expected)
    kind = sniff(data)
    if kind == "zip":
        return _unpack(item, data, expected)
    if room == "shared" and (kind in FOREIGN or (kind == "encrypted" and passwords)):
        return None
    needs_room = kind == "xlsx" and len(data) > LARGE and may_be_larger(data, expected.campaign, expected.key)
    if needs_room and room != "large":
        return Large(len(data))
    return examine_bytes(data, item.name, expected, passwords)


def _bytes_of(item: Item) -> bytes:
    if item.member is None:
        return read_item(item, MOST)
    bundle = _bundle(item._replace(name="", member=None), _state(item))
    member = next((member for member in bundle.members if member.name == item.member), None)
    if member is None:
        raise Refused(refusals.MISSING, item.member)
    return bundle.read(member)


@lru_cache(maxsize=1)
def _bundle(archive: Item, _state: tuple[int, ...]) -> Bundle:
    """The members of one archive come one behind the other, and are read from it while it is at hand."""
    return open_bundle(read_item(archive, MOST))


def _state(item: Item) -> tuple[int, ...]:
    """Of a file on this machine, what changes when it is written to."""
    facts = None if item.address else item.path.stat()
    return (facts.st_mtime_ns, facts.st_size) if facts else ()


def _unpack(item: Item, data: bytes, expected: Expectation) -> Examination | Unpacked:
    """The members of an archive as entries of the folder; an archive inside another stays closed."""
    bare = Examination(item.name, hashlib.sha256(data).hexdigest(), len(data))
    try:
        if item.member is not None:
            raise Refused(limits.NESTING)
        members = open_bundle(data).members
    except Refused as refused:
        return _blamed(bare._replace(findings=(refused.finding(),)), expected)
    if not members:
        return _blamed(bare._replace(findings=(Finding("file-empty"),)), expected)
    items = tuple(member_item(item, member.name, member.finding) for member in members)
    told = Finding(
        "file-unsupported", file=item.name, found=Fact("tệp nén, đã mở {number} tệp bên trong", number=len(items))
    )
    return Unpacked(bare._replace(findings=(told,), ignored=True), items)


def gave_up(name: str, code: str, found: str, expected: Expectation) -> Examination:
    """A file of which nothing but its name is known."""
    return _blamed(Examination(name, None, None, findings=(Finding(code, found=found),)), expected)


def examine_bytes(data: bytes, name: str, expected: Expectation, passwords: Passwords = ()) -> Examination:
    """Everything one file says. `name` is how results call it."""
    bare = Examination(name, hashlib.sha256(data).hexdigest(), len(data))
    kind = sniff(data)
    if kind in UNSUPPORTED and not name.lower().endswith(WORKBOOK_SUFFIXES):
        return _companion(bare, kind, expected)
    book, findings = _open(data, kind, name, passwords, bounds_for(data, expected.campaign, expected.key))
    if book is None:
        return _blamed(bare._replace(findings=findings), expected)
    opened = _opened(book, bare, expected)
    return _blamed(opened._replace(findings=(*findings, *opened.findings)) if findings else opened, expected)


def _open(
    data: bytes, kind: str, name: str, passwords: Passwords, bounds: limits.Bounds
) -> tuple[RawBook | None, Findings]:
    if kind != "encrypted" or not passwords:
        return open_any(data, name, bounds)
    try:
        return open_any(unlock(data, passwords), name)
    except Refused as refused:
        return None, (refused.finding(),)


def _blamed(examined: Examination, expected: Expectation) -> Examination:
    """With file and unit in every finding; the unit by the file's name where nothing better is known."""
    if not examined.findings and examined.unit:
        return examined
    unit = examined.unit or _unit_of(examined.path, examined.sha256, expected)
    findings = located(examined.findings, file=examined.path, unit=unit.code if unit else None)
    return examined._replace(unit=unit, findings=findings)


def _opened(book: RawBook, bare: Examination, expected: Expectation) -> Examination:
    return (_consolidated if is_consolidated(book) else _form)(book, bare, expected)


def _companion(bare: Examination, kind: str, expected: Expectation) -> Examination:
    """A scan, Word twin or photo whose name or folder names a unit, or else just an unsupported file."""
    unit = _unit_of(bare.path, bare.sha256, expected)
    code = "file-companion" if unit else "file-unsupported"
    finding = Finding(code, file=bare.path, unit=unit.code if unit else None, found=kind)
    return bare._replace(unit=unit, findings=(finding,), ignored=True)


def _unit_of(name: str, sha256: str | None, expected: Expectation) -> Unit | None:
    """Whose file this is where its content does not tell: as staff decided, or the unit whose code stands in its name
    or else in a folder's, the weakest carrier.

    Good enough to say whose broken file or scan this is, never to say whose figures.
    """
    known = expected.register.by_code if expected.register else {}
    decided = expected.decisions.of("unit", name, sha256)
    if decided:
        return known.get(decided.value)
    for piece in reversed(name.split("/")):
        units = [known[word] for word in WORD.findall(piece) if word in known]
        if units:
            return units[0]
    return None


def consult(item: Item, expected: Expectation) -> tuple[Examination, ConsolidatedContent | None]:
    """One file, and all that it carries where it is a consolidated workbook, edited or not. May raise `OSError`."""
    data = read_item(item, MOST)
    book, _ = open_any(data, item.name, bounds_for(data, expected.campaign, expected.key))
    if book is None or not is_consolidated(book):
        return examine_bytes(data, item.name, expected), None
    bare = Examination(item.name, hashlib.sha256(data).hexdigest(), len(data))
    content, findings = read_consolidated(book, expected, bare.path, bare.sha256 or "")
    return _blamed(_result(bare, content, findings), expected), content


def _consolidated(book: RawBook, bare: Examination, expected: Expectation) -> Examination:
    return _result(bare, *read_consolidated(book, expected, bare.path, bare.sha256 or ""))


def _result(bare: Examination, content: ConsolidatedContent | None, findings: Findings) -> Examination:
    if content is None:
        return bare._replace(kind="consolidated", findings=findings)
    return bare._replace(
        kind="consolidated",
        form=content.form,
        campaign=content.campaign,
        unit=content.unit,
        parents=content.parents,
        units=content.units,
        leaves=() if _refused(findings) else content.leaves,
        proof=content.proof,
        findings=findings,
    )


def _form(book: RawBook, bare: Examination, expected: Expectation) -> Examination:
    decided = expected.decisions.of("unit", bare.path, bare.sha256)
    identity, findings = identify(book, expected, decided.value if decided else None)
    known = bare._replace(
        kind="form",
        form=identity.form.id if identity.form else None,
        campaign=identity.campaign,
        unit=identity.unit,
        parents=identity.parents,
        findings=findings,
        saved=book.saved,
    )
    if identity.form is None or identity.data is None:
        return known
    subject = make_subject(book, identity)
    unit = identity.unit.code if identity.unit else None
    findings, waivers = expected.decisions.settled((*findings, *run_checks(subject)), unit)
    foreign = identity.campaign not in ("", expected.campaign or identity.campaign)
    leaves = () if _refused(findings) else (_leaf(subject, known, foreign),)
    return known._replace(findings=findings, decided=waivers, leaves=leaves)


def make_subject(book: RawBook, identity: Identity) -> Subject:
    """An opened and identified file, aligned and read, ready to be checked."""
    assert identity.form is not None and identity.data is not None
    layout = layout_of(identity.form)
    alignment = align(identity.data, layout)
    report = read_report(book, identity, alignment)
    level = identity.unit.level if identity.unit else None
    return Subject(book, identity, identity.form, layout, identity.data, alignment, report, level)


def _refused(findings: Findings) -> bool:
    return any(severity_of(finding) == "error" for finding in findings)


def _leaf(subject: Subject, known: Examination, foreign: bool) -> Leaf:
    report = subject.report
    assert known.unit is not None
    return Leaf(
        unit=known.unit,
        figures=Figures(report.figures, [figure.reading.value for figure in report.figures.values()]),
        file=known.path,
        sha256=known.sha256 or "",
        version=f"{subject.form.id} {subject.form.version}",
        inclusive=bool(report.inclusive),
        origin="typed" if report.inclusive else "own",
        held=report.held is not False,
        saved=known.saved,
        foreign=foreign,
        notes=report.notes,
        activities=report.activities,
        calendar=report.calendar,
    )
