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
from aggregator.words import both, in_language, mark

WORDS = both(
    {
        "error": mark("LỖI"),
        "warning": mark("LƯU Ý"),
        "info": mark("GHI NHẬN"),
    }
)
STATUS = both(
    {
        "accepted": mark("đã nhận"),
        "refused": mark("cần sửa", "file"),
        "superseded": mark("có bản mới hơn"),
        "duplicate": mark("trùng"),
        "ignored": mark("bỏ qua"),
    }
)
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
    wrapper = textwrap.TextWrapper(width(), subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    for file, group in sorted(by_file.items(), key=lambda item: _gravest(item[1])):
        yield ""
        yield file or in_language("Toàn đợt", lang)
        yield from _group_lines(group, lang, wrapper)


def _gravest(group: Iterable[Finding]) -> int:
    return min(SEVERITIES.index(severity_of(finding)) for finding in group)


def _group_lines(group: list[Finding], lang: str, wrapper: textwrap.TextWrapper) -> Iterator[str]:
    sentences: dict[tuple[str, str], list[Finding]] = {}
    for finding in group:
        sentences.setdefault((severity_of(finding), message(finding, lang)), []).append(finding)
    for (severity, sentence), same in sorted(sentences.items(), key=lambda item: SEVERITIES.index(item[0][0])):
        places = joined_places(same, lang)
        head = f"  {WORDS[lang][severity]}{' ' + places if places else ''}: "
        yield from wrapper.wrap(head + sentence)


def file_summary(files: Sequence[FileLine], lang: str) -> str:
    """`12 tệp: 9 đã nhận, 2 cần sửa, 1 bỏ qua`."""
    words = STATUS[lang]
    counts = {status: sum(line.status == status for line in files) for status in words}
    parts = ", ".join(f"{number} {words[status]}" for status, number in counts.items() if number)
    return in_language("{number} tệp: {parts}", lang, number=len(files), parts=parts) if files else ""


def coverage_lines(coverage: Coverage, names: dict[str, str], lang: str) -> Iterator[str]:
    """How many units are in, and who is missing."""
    if coverage.expected is None:
        yield in_language(
            "{number} đơn vị đã cộng (chạy ngoài thư mục đợt báo cáo nên không biết còn thiếu đơn vị nào)",
            lang,
            number=len(coverage.accepted),
        )
        return
    yield in_language(
        "{accepted}/{expected} đơn vị đã nhận, {refused} cần sửa, {missing} chưa nộp",
        lang,
        accepted=len(coverage.accepted),
        expected=len(coverage.expected),
        refused=len(coverage.refused),
        missing=len(coverage.missing),
    )
    if coverage.late:
        yield in_language("{number} đơn vị nộp muộn", lang, number=len(coverage.late))
    listed = [f"{code} {names.get(code, '')}".strip() for code in coverage.missing[:MAX_MISSING]]
    more = len(coverage.missing) - len(listed)
    if listed:
        head = in_language("Chưa nộp: ", lang)
        tail = (in_language("; và {more} đơn vị khác", lang, more=more)) if more else ""
        yield from textwrap.wrap(head + "; ".join(listed) + tail, width(), subsequent_indent="  ")


def result_lines(result: Consolidation, lang: str) -> Iterator[str]:
    """The head of a result: for whom, how many, who is missing."""
    names = {unit.code: unit.name for unit in result.register.units}
    yield in_language("Tổng hợp của {name} ({code})", lang, name=result.at.name, code=result.at.code)
    yield file_summary(result.files, lang)
    yield from coverage_lines(result.coverage, names, lang)
    yield from decision_lines(result.effects, lang)


def decision_lines(effects: Iterable[Effect], lang: str) -> Iterator[str]:
    """What staff decided and where it had an effect."""
    for effect in effects:
        head = in_language("Quyết định {decision}: {on}", lang, decision=effect.decision.text, on=", ".join(effect.on))
        yield from textwrap.wrap(head, width(), subsequent_indent="  ", break_long_words=False)
