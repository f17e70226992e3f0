"""Runs and what changed between them, as text for a window of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from aggregator.outputs.terminal import STATUS, width
from aggregator.register import Register
from aggregator.run_changes import Cause, Comparison, FileChange, TotalChange
from aggregator.steps.archive import Archived
from aggregator.steps.runs import RunLine

MAX_CAUSES = 20
MAX_FILES = 40
WORDS = {
    "vi": {
        "count": "số lượng",
        "people": "số người",
        "money": "số tiền",
        "added": "mới",
        "removed": "không còn",
        "changed": "số liệu khác",
        "gone": "không còn",
        "form": "mẫu biểu",
        "version": "phiên bản mẫu",
        "at": "đơn vị tổng hợp",
        "options": "tuỳ chọn",
        "as_of": "ngày tổng hợp",
    },
    "en": {
        "count": "count",
        "people": "people",
        "money": "money",
        "added": "new",
        "removed": "gone",
        "changed": "other figures",
        "gone": "gone",
        "form": "form",
        "version": "form version",
        "at": "unit",
        "options": "options",
        "as_of": "as of",
    },
}

T = TypeVar("T")


def run_lines(runs: Sequence[RunLine], lang: str) -> Iterator[str]:
    """A line per run, oldest first."""
    heads = ("Lần", "Ngày", "Đơn vị", "Tệp", "Đã nhận", "Số tổng thay đổi")
    if lang == "en":
        heads = ("Run", "As of", "Unit", "Files", "Accepted", "Totals changed")
    if runs:
        yield "{:>5}  {:10}  {:16}  {:>6}  {:>11}  {}".format(*heads)
    for run in runs:
        accepted = f"{run.accepted}/{'?' if run.expected is None else run.expected}"
        changed = "–" if run.changed is None else str(run.changed)
        yield f"{run.run:5}  {run.as_of or '–':10}  {run.at[:16]:16}  {run.files:6}  {accepted:>11}  {changed}"


def comparison_lines(found: Comparison, register: Register, lang: str) -> Iterator[str]:
    """Totals with what made them change, then files, settings and what else was different."""
    first, second = found.first.run, found.second.run
    count = len(found.totals)
    yield (
        f"Lần {first} → lần {second}: {count} tổng số thay đổi"
        if lang == "vi"
        else (f"Run {first} → run {second}: {count} totals changed")
    )
    if found.context:
        names = ", ".join(WORDS[lang][name] for name in found.context)
        yield from _wrapped(f"{'Khác nhau về' if lang == 'vi' else 'Different'}: {names}")
    if found.settings:
        head = "Tệp thiết lập đã đổi" if lang == "vi" else "Settings files changed"
        yield from _wrapped(f"{head}: {', '.join(found.settings)}")
    for total in found.totals:
        yield from _total_lines(total, register, lang)
    if found.files:
        yield ""
        yield f"{len(found.files)} tệp khác trước:" if lang == "vi" else f"{len(found.files)} files are different:"
        yield from _some(found.files, MAX_FILES, lambda change: _file_line(change, lang), lang)


def _total_lines(change: TotalChange, register: Register, lang: str) -> Iterator[str]:
    yield ""
    values = f"{_number(change.before)} → {_number(change.after)} ({_signed(change.difference)})"
    measure = WORDS[lang][change.figure[1]]
    yield from _wrapped(f"{change.code} {change.label}, {measure}: {values}", "  ")
    yield from _some(change.causes, MAX_CAUSES, lambda cause: _cause_line(cause, register, lang), lang)


def _cause_line(cause: Cause, register: Register, lang: str) -> str:
    unit = register.by_code.get(cause.unit)
    name = f" {unit.name}" if unit else ""
    return f"{_signed(cause.difference):>8}  {cause.unit}{name} · {cause.file} ({WORDS[lang][cause.kind]})"


def _file_line(change: FileChange, lang: str) -> str:
    words = STATUS[lang]
    if change.before is None:
        return f"{change.path}: {WORDS[lang]['added']}, {words[change.after or '']}"
    if change.after is None:
        return f"{change.path}: {words[change.before]} → {WORDS[lang]['gone']}"
    content = (" (nội dung khác)" if lang == "vi" else " (other content)") if change.content else ""
    status = words[change.after]
    moved = f"{words[change.before]} → {status}" if change.before != change.after else status
    return f"{change.path}: {moved}{content}"


def _some(items: Sequence[T], limit: int, line: Callable[[T], str], lang: str) -> Iterator[str]:
    for item in items[:limit]:
        yield from _wrapped(f"  {line(item)}", " " * 12)
    more = len(items) - limit
    if more > 0:
        yield f"  … và {more} dòng nữa (--json có đủ)" if lang == "vi" else f"  … and {more} more (all in --json)"


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, width(), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}".replace(",", ".")


def _signed(value: int) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{_number(abs(value))}"


def missing_lines(done: Archived, lang: str) -> Iterator[str]:
    """Why nothing was packed, file by file, and what can be done."""
    why = (
        {"gone": "không còn", "changed": "đã khác lúc chạy"} if lang == "vi" else {"gone": "gone", "changed": "changed"}
    )
    if done.missing:
        yield from _wrapped(
            f"Chưa đóng gói lần chạy {done.run}: {len(done.missing)} tệp không còn như lúc chạy. "
            "Xin chép lại các tệp này, hoặc chạy aggregate để có lần mới rồi đóng gói lần đó."
            if lang == "vi"
            else f"Run {done.run} was not packed: {len(done.missing)} files are not what they were. "
            "Restore them, or run aggregate and archive the new run."
        )
    for missing in done.missing:
        yield f"  {missing.path}: {why[missing.why]}"
    for path in done.left_out:
        yield (
            f"  Kết quả {path} không còn nguyên như lúc chạy nên không có trong gói."
            if lang == "vi"
            else f"  The result {path} is not what it was and is not in the archive."
        )
