"""Is a consolidated workbook still what was computed? It proves itself from its own hidden copy; no campaign is needed.

With the campaign's key its origin is proven too. What is no consolidated workbook is named, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.campaign import Campaign
from aggregator.catalogue import severity_of
from aggregator.consolidation import FileLine
from aggregator.faults import Stop
from aggregator.findings import Finding, Findings
from aggregator.identity import Expectation
from aggregator.inbox import CannotRead, Item, gather, shown
from aggregator.outputs.result import result_document
from aggregator.outputs.verified import VerifiedFile
from aggregator.steps.survey import NothingToRead, expectation
from aggregator.submission import Examination
from aggregator.words import Fact
from aggregator.workers import examine_all

FORM_WORDS = Fact("biểu số liệu của đơn vị")
CANNOT_OPEN = "file-"
"""Codes of files that could not be opened at all begin so."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The outcome of `verify`."""

    files: tuple[VerifiedFile, ...]
    findings: Findings

    def document(self) -> dict[str, Any]:
        """Contract, section 8; each file also says whether its origin is proven."""
        forms = {file.line.form for file in self.files if file.line.form}
        campaigns = {file.campaign for file in self.files if file.campaign}
        document = result_document(
            "verify",
            form=forms.pop() if len(forms) == 1 else None,
            campaign=campaigns.pop() if len(campaigns) == 1 else None,
            files=[file.line for file in self.files],
            findings=self.findings,
        )
        told = [{**line, "origin": file.proof} for line, file in zip(document["files"], self.files, strict=True)]
        return {**document, "files": told}


def verify(paths: Sequence[Path], base: Path, campaign: Campaign | None = None) -> Verified:
    """Every file, and every file of a folder. Raises `Stop` where there is nothing to read at all."""
    items, missing = _items(paths, base)
    examined = list(examine_all(items, proof_expectation(campaign)))
    asked = {shown(path, base) for path in paths}
    files = [*missing, *(_judged(one, asked, examined) for one in examined)]
    if all(one.ignored for one in files):
        raise NothingToRead(paths)
    findings = tuple(finding for one in files for finding in one.findings)
    return Verified(tuple(map(verified_file, files)), findings)


def proof_expectation(campaign: Campaign | None) -> Expectation:
    """Whose seal counts, and nothing else of the campaign: a workbook of another unit or form proves itself as well."""
    known = expectation(campaign)
    return Expectation(known.forms, campaign=known.campaign, key=known.key)


def _items(paths: Iterable[Path], base: Path) -> tuple[list[Item], list[Examination]]:
    """What can be looked at, and a finding for every path that is not there. Raises `Stop` where none is."""
    items: dict[str, Item] = {}
    missing: list[Examination] = []
    stops: list[Stop] = []
    for path in paths:
        try:
            items.update((item.name, item) for item in gather([path], base))
        except CannotRead as stop:
            stops.append(stop)
            missing.append(_unreadable(shown(path, base)))
    if stops and not items:
        raise stops[0]
    return [items[name] for name in sorted(items)], missing


def _unreadable(name: str) -> Examination:
    return Examination(
        name, None, None, findings=(Finding("file-unreadable", file=name, found=Fact("không có tệp này")),)
    )


def _judged(one: Examination, asked: set[str], others: Sequence[Examination]) -> Examination:
    """What nobody asked for by name stays passed over, and so does an archive whose members were looked at."""
    opened = any(other.path.startswith(f"{one.path}!/") for other in others)
    return one if one.ignored and (opened or one.path not in asked) else judged(one)


def judged(one: Examination) -> Examination:
    """Anything but a consolidated workbook says so in one finding, in place of what `check` would say of it."""
    if one.kind == "consolidated" or (not one.ignored and _cannot_open(one.findings)):
        return one
    found = FORM_WORDS if one.kind == "form" else next((finding.found for finding in one.findings), None)
    unit = one.unit.code if one.unit else None
    finding = Finding("not-consolidated", file=one.path, unit=unit, found=found)
    return one._replace(findings=(finding,), ignored=False, leaves=())


def _cannot_open(findings: Iterable[Finding]) -> bool:
    return any(finding.code.startswith(CANNOT_OPEN) and severity_of(finding) == "error" for finding in findings)


def verified_file(one: Examination) -> VerifiedFile:
    refused = any(severity_of(finding) == "error" for finding in one.findings)
    unit = one.unit
    line = FileLine(
        path=one.path,
        sha256=one.sha256,
        size=one.size,
        unit=unit.code if unit else None,
        form=one.form,
        level=unit.level if unit else None,
        status="ignored" if one.ignored else "refused" if refused else "accepted",
        findings=len(one.findings),
    )
    return VerifiedFile(line, one.proof, one.campaign or None, len(one.leaves), tuple(_edited_cells(one.findings)))


def _edited_cells(findings: Iterable[Finding]) -> Iterator[str]:
    """Places that are no longer as written."""
    for finding in findings:
        if finding.sheet and severity_of(finding) == "error":
            yield f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet
