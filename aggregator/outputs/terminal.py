"""Findings and summaries as text for a window of 80 columns, in Vietnamese or English.

Findings are grouped by file, errors first; equal sentences of one file are said once with all their cells.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from aggregator.catalogue import message, severity_of
from aggregator.consolidation import Consolidation, Coverage, Effect, FileLine
from aggregator.findings import SEVERITIES, Finding
from aggregator.outputs.places import joined_places

WORDS = {
    "vi": {"error": "LỖI", "warning": "LƯU Ý", "info": "GHI NHẬN"},
    "en": {"error": "ERROR", "warning": "WARNING", "info": "INFO"},
}
STATUS = {
    "vi": {
        "accepted": "đã nhận",
        "refused": "cần sửa",
        "superseded": "có bản mới hơn",
        "duplicate": "trùng",
        "ignored": "bỏ qua",
    },
    "en": {
        "accepted": "accepted",
        "refused": "refused",
        "superseded": "superseded",
        "duplicate": "duplicate",
        "ignored": "ignored",
    },
}
MAX_MISSING = 20
SUMMED_UP = ("report-missing",)
"""Codes that the summary tells in one line; the workbook and the JSON list them one by one."""


def width() -> int:
    return max(40, min(100, shutil.get_terminal_size((80, 24)).columns))


def finding_lines(findings: Iterable[Finding], lang: str, severities: Sequence[str] = SEVERITIES) -> Iterator[str]:
    """Findings grouped by file, the gravest first; the same fault in several cells is said once, with all its cells."""
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        if severity_of(finding) in severities and finding.code not in SUMMED_UP:
            by_file.setdefault(finding.file or "", []).append(finding)
    for file, group in sorted(by_file.items(), key=lambda item: _gravest(item[1])):
        yield ""
        yield file or ("Toàn đợt" if lang == "vi" else "Whole campaign")
        yield from _group_lines(group, lang)


def _gravest(group: Iterable[Finding]) -> int:
    return min(SEVERITIES.index(severity_of(finding)) for finding in group)


def _group_lines(group: list[Finding], lang: str) -> Iterator[str]:
    sentences: dict[tuple[str, str], list[Finding]] = {}
    for finding in group:
        sentences.setdefault((severity_of(finding), message(finding, lang)), []).append(finding)
    for (severity, sentence), same in sorted(sentences.items(), key=lambda item: SEVERITIES.index(item[0][0])):
        places = joined_places(same, lang)
        head = f"  {WORDS[lang][severity]}{' ' + places if places else ''}: "
        yield from textwrap.wrap(head + sentence, width(), subsequent_indent="    ", break_long_words=False)


def file_summary(files: Sequence[FileLine], lang: str) -> str:
    """`12 tệp: 9 đã nhận, 2 cần sửa, 1 bỏ qua`."""
    words = STATUS[lang]
    counts = {status: sum(line.status == status for line in files) for status in words}
    parts = ", ".join(f"{number} {words[status]}" for status, number in counts.items() if number)
    return f"{len(files)} {'tệp' if lang == 'vi' else 'files'}: {parts}" if files else ""


def coverage_lines(coverage: Coverage, names: dict[str, str], lang: str) -> Iterator[str]:
    """How many units are in, and who is missing."""
    if coverage.expected is None:
        yield f"{len(coverage.accepted)} " + (
            "đơn vị đã cộng (chạy ngoài thư mục đợt báo cáo nên không biết còn thiếu đơn vị nào)"
            if lang == "vi"
            else "units added (without a campaign nobody knows who is missing)"
        )
        return
    vi = f"{len(coverage.accepted)}/{len(coverage.expected)} đơn vị đã nhận, {len(coverage.refused)} cần sửa, "
    en = f"{len(coverage.accepted)}/{len(coverage.expected)} units accepted, {len(coverage.refused)} to correct, "
    yield vi + f"{len(coverage.missing)} chưa nộp" if lang == "vi" else en + f"{len(coverage.missing)} missing"
    if coverage.late:
        yield f"{len(coverage.late)} đơn vị nộp muộn" if lang == "vi" else f"{len(coverage.late)} units were late"
    listed = [f"{code} {names.get(code, '')}".strip() for code in coverage.missing[:MAX_MISSING]]
    more = len(coverage.missing) - len(listed)
    if listed:
        head = "Chưa nộp: " if lang == "vi" else "Missing: "
        tail = (f"; và {more} đơn vị khác" if lang == "vi" else f"; and {more} more") if more else ""
        yield from textwrap.wrap(head + "; ".join(listed) + tail, width(), subsequent_indent="  ")


def result_lines(result: Consolidation, lang: str) -> Iterator[str]:
    """The head of a result: for whom, how many, who is missing."""
    names = {unit.code: unit.name for unit in result.register.units}
    yield f"{'Tổng hợp của' if lang == 'vi' else 'Consolidated for'} {result.at.name} ({result.at.code})"
    yield file_summary(result.files, lang)
    yield from coverage_lines(result.coverage, names, lang)
    yield from decision_lines(result.effects, lang)


def decision_lines(effects: Iterable[Effect], lang: str) -> Iterator[str]:
    """What staff decided and where it had an effect."""
    for effect in effects:
        head = f"{'Quyết định' if lang == 'vi' else 'Decision'} {effect.decision.text}: {', '.join(effect.on)}"
        yield from textwrap.wrap(head, width(), subsequent_indent="  ", break_long_words=False)
