"""One file, from its bytes to its leaves and findings: open, identify, align, read, check.

Runs in a worker process, because the bytes are a stranger's. Gives back plain values; never raises for a file's sake.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

from aggregator.alignment import align
from aggregator.catalogue import severity_of
from aggregator.checks import run_checks
from aggregator.checks.subject import Subject
from aggregator.consolidated import read_consolidated
from aggregator.findings import Finding, Findings, located
from aggregator.identity import Expectation, Identity, identify, is_consolidated
from aggregator.layout import Layout
from aggregator.reading import limits
from aggregator.reading.book import RawBook
from aggregator.reading.sniff import sniff
from aggregator.reading.strict import open_book
from aggregator.register import Unit
from aggregator.report import read_report
from aggregator.submission import Examination, Leaf

WORD = re.compile(r"[0-9A-Za-z]+")

UNSUPPORTED = ("docx", "pptx", "pdf", "image")
"""Kinds that may accompany a report but hold no form: a scan, the Word twin, photos."""


def examine(path: Path, name: str, expected: Expectation) -> Examination:
    """Everything one file says. `name` is how results call it."""
    try:
        data = _read(path)
    except OSError as error:
        return gave_up(name, "file-unreadable", error.strerror or type(error).__name__, expected)
    return examine_bytes(data, name, expected)


def gave_up(name: str, code: str, found: str, expected: Expectation) -> Examination:
    """A file of which nothing but its name is known."""
    return _blamed(Examination(name, None, None, findings=(Finding(code, found=found),)), expected)


def _read(path: Path) -> bytes:
    """The bytes, and one byte more than the limit at most: the reader then says that it is too large."""
    with path.open("rb") as file:
        return file.read(limits.FILE.value + 1)


def examine_bytes(data: bytes, name: str, expected: Expectation) -> Examination:
    """As `examine`, from the bytes of the file."""
    bare = Examination(name, hashlib.sha256(data).hexdigest(), len(data))
    kind = sniff(data)
    if kind in UNSUPPORTED:
        return replace(_companion(name, kind, expected), sha256=bare.sha256, size=bare.size)
    book, findings = open_book(data)
    return _blamed(replace(bare, findings=findings) if book is None else _opened(book, bare, expected), expected)


def _blamed(examined: Examination, expected: Expectation) -> Examination:
    """With file and unit in every finding; the unit by the file's name where nothing better is known."""
    unit = examined.unit or _unit_by_name(examined.path, expected)
    findings = located(examined.findings, file=examined.path, unit=unit.code if unit else None)
    return replace(examined, unit=unit, findings=findings)


def _opened(book: RawBook, bare: Examination, expected: Expectation) -> Examination:
    return (_consolidated if is_consolidated(book) else _form)(book, bare, expected)


def _companion(name: str, kind: str, expected: Expectation) -> Examination:
    """A scan, Word twin or photo whose name or folder names a unit, or else just an unsupported file."""
    unit = _unit_by_name(name, expected)
    code = "file-companion" if unit else "file-unsupported"
    finding = Finding(code, file=name, unit=unit.code if unit else None, found=kind)
    return Examination(name, None, None, unit=unit, findings=(finding,), ignored=True)


def _unit_by_name(name: str, expected: Expectation) -> Unit | None:
    """The unit whose code stands in the name of the file, or else of a folder: the weakest carrier.

    Good enough to say whose broken file or scan this is, never to say whose figures.
    """
    known = expected.register.by_code if expected.register else {}
    for piece in reversed(name.split("/")):
        units = [known[word] for word in WORD.findall(piece) if word in known]
        if units:
            return units[0]
    return None


def _consolidated(book: RawBook, bare: Examination, expected: Expectation) -> Examination:
    content, findings = read_consolidated(book, expected, bare.path, bare.sha256 or "")
    if content is None:
        return replace(bare, kind="consolidated", findings=findings)
    return replace(
        bare,
        kind="consolidated",
        form=content.form,
        campaign=content.campaign,
        unit=content.unit,
        parents=content.parents,
        units=content.units,
        leaves=() if _refused(findings) else content.leaves,
        findings=findings,
    )


def _form(book: RawBook, bare: Examination, expected: Expectation) -> Examination:
    identity, findings = identify(book, expected)
    known = replace(
        bare,
        kind="form",
        form=identity.form.id if identity.form else None,
        campaign=identity.campaign,
        unit=identity.unit,
        parents=identity.parents,
        findings=findings,
    )
    if identity.form is None or identity.data is None:
        return known
    subject = make_subject(book, identity)
    findings = (*findings, *run_checks(subject))
    known = replace(known, findings=findings)
    return known if _refused(findings) else replace(known, leaves=(_leaf(subject, known, book.saved),))


def make_subject(book: RawBook, identity: Identity) -> Subject:
    """An opened and identified file, aligned and read, ready to be checked."""
    assert identity.form is not None and identity.data is not None
    layout = Layout(identity.form)
    alignment = align(identity.data, layout)
    report = read_report(book, identity, alignment)
    level = identity.unit.level if identity.unit else None
    return Subject(book, identity, identity.form, layout, identity.data, alignment, report, level)


def _refused(findings: Findings) -> bool:
    return any(severity_of(finding) == "error" for finding in findings)


def _leaf(subject: Subject, known: Examination, saved: str | None) -> Leaf:
    report = subject.report
    assert known.unit is not None
    return Leaf(
        unit=known.unit,
        figures={key: figure.value for key, figure in report.figures.items()},
        file=known.path,
        sha256=known.sha256 or "",
        version=f"{subject.form.id} {subject.form.version}",
        inclusive=bool(report.inclusive),
        held=report.held is not False,
        saved=saved,
        notes=report.notes,
        activities=report.activities,
        calendar=report.calendar,
    )
