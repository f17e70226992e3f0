"""The findings of a result, grouped by file, gravest first, as plain texts for the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aggregator.catalogue import MAX_FACT, message, severity_of
from aggregator.consolidation import Consolidation, FileLine
from aggregator.findings import SEVERITIES, Finding
from aggregator.outputs.page.words import SYMBOLS, severity_word, words
from aggregator.register import Unit
from aggregator.text import printable

MAX_FINDINGS = 5000
"""Beyond so many the page says that it lists the gravest; the workbook and the JSON have them all."""


@dataclass(frozen=True, slots=True)
class Item:
    """One finding. `facts` are pairs of word and text."""

    code: str
    severity: str
    symbol: str
    word: str
    place: str
    about: str
    sentence: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FileGroup:
    """The findings of one file; `file` is `None` for those about the whole campaign."""

    file: str | None
    status: str | None
    unit: Unit | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class FindingList:
    groups: tuple[FileGroup, ...]
    severities: tuple[tuple[str, int], ...]
    codes: tuple[tuple[str, int], ...]
    shown: int
    total: int


def make_findings(result: Consolidation, lang: str) -> FindingList:
    ranked = sorted(result.findings, key=_rank)
    listed = ranked[:MAX_FINDINGS]
    by_file: dict[str | None, list[Finding]] = {}
    for finding in listed:
        by_file.setdefault(finding.file, []).append(finding)
    severities = Counter(severity_of(finding) for finding in listed)
    codes = Counter(finding.code for finding in listed)
    files = {line.path: line for line in result.files}
    return FindingList(
        groups=tuple(_group(result, file, files, findings, lang) for file, findings in by_file.items()),
        severities=tuple((severity, severities[severity]) for severity in SEVERITIES if severities[severity]),
        codes=tuple(sorted(codes.items())),
        shown=len(listed),
        total=len(ranked),
    )


def _rank(finding: Finding) -> int:
    return SEVERITIES.index(severity_of(finding))


def _group(
    result: Consolidation,
    file: str | None,
    files: Mapping[str, FileLine],
    findings: Iterable[Finding],
    lang: str,
) -> FileGroup:
    findings = tuple(findings)
    line = files.get(file or "")
    codes = (line.unit if line else None, *(finding.unit for finding in findings if file))
    unit = result.register.by_code.get(next((code for code in codes if code), ""))
    items = tuple(_item(result, finding, lang) for finding in findings)
    return FileGroup(file, line.status if line else None, unit, items)


def _item(result: Consolidation, finding: Finding, lang: str) -> Item:
    severity = severity_of(finding)
    said = words(lang)
    facts = ((said[name], getattr(finding, name)) for name in ("found", "expected", "suggestion"))
    return Item(
        code=finding.code,
        severity=severity,
        symbol=SYMBOLS[severity],
        word=severity_word(severity, lang),
        place=_place(result, finding, said),
        about=_about(result, finding),
        sentence=message(finding, lang),
        facts=tuple((word, printable(text, MAX_FACT)) for word, text in facts if text is not None),
    )


def _place(result: Consolidation, finding: Finding, said: Mapping[str, str]) -> str:
    """`Số liệu!D14 · dòng M01.01 · số người`."""
    row = result.form.by_key.get(finding.row or "")
    parts = (
        "!".join(part for part in (finding.sheet, finding.cell) if part),
        said["row"].format(row.code if row else finding.row) if finding.row else "",
        said.get(finding.measure, finding.measure) if finding.measure else "",
    )
    return printable(" · ".join(part for part in parts if part))


def _about(result: Consolidation, finding: Finding) -> str:
    """The row's label; for a finding of no file the unit."""
    row = result.form.by_key.get(finding.row or "")
    unit = result.register.by_code.get(finding.unit or "")
    if finding.file is None and unit:
        return printable(f"{unit.name} ({unit.code})")
    return row.label if row else ""
