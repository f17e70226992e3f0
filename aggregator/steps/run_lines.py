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
from aggregator.words import both, in_language, mark

MAX_CAUSES = 20
MAX_FILES = 40
HEADS = (
    mark("Lần"),
    mark("Ngày", "run"),
    mark("Đơn vị"),
    mark("Tệp", "run"),
    mark("Đã nhận"),
    mark("Số tổng thay đổi"),
)
WHY = {"gone": mark("không còn"), "changed": mark("đã khác lúc chạy")}
WORDS = both(
    {
        "count": mark("số lượng"),
        "people": mark("số người"),
        "money": mark("số tiền"),
        "added": mark("mới"),
        "removed": mark("không còn"),
        "changed": mark("số liệu khác"),
        "gone": mark("không còn"),
        "form": mark("mẫu biểu"),
        "version": mark("phiên bản mẫu"),
        "at": mark("đơn vị tổng hợp"),
        "options": mark("tuỳ chọn"),
        "as_of": mark("ngày tổng hợp"),
    }
)

T = TypeVar("T")


def run_lines(runs: Sequence[RunLine], lang: str) -> Iterator[str]:
    """A line per run, oldest first."""
    if runs:
        yield "{:>5}  {:10}  {:16}  {:>6}  {:>11}  {}".format(*(in_language(head, lang) for head in HEADS))
    for run in runs:
        accepted = f"{run.accepted}/{'?' if run.expected is None else run.expected}"
        changed = "–" if run.changed is None else str(run.changed)
        yield f"{run.run:5}  {run.as_of or '–':10}  {run.at[:16]:16}  {run.files:6}  {accepted:>11}  {changed}"


def comparison_lines(found: Comparison, register: Register, lang: str) -> Iterator[str]:
    """Totals with what made them change, then files, settings and what else was different."""
    first, second = found.first.run, found.second.run
    count = len(found.totals)
    yield (
        in_language(
            "Lần {first} → lần {second}: {count} tổng số thay đổi", lang, first=first, second=second, count=count
        )
    )
    if found.context:
        names = ", ".join(WORDS[lang][name] for name in found.context)
        yield from _wrapped(in_language("Khác nhau về: {names}", lang, names=names))
    if found.settings:
        yield from _wrapped(in_language("Tệp thiết lập đã đổi: {names}", lang, names=", ".join(found.settings)))
    for total in found.totals:
        yield from _total_lines(total, register, lang)
    if found.files:
        yield ""
        yield in_language("{number} tệp khác trước:", lang, number=len(found.files))
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
    content = (in_language(" (nội dung khác)", lang)) if change.content else ""
    status = words[change.after]
    moved = f"{words[change.before]} → {status}" if change.before != change.after else status
    return f"{change.path}: {moved}{content}"


def _some(items: Sequence[T], limit: int, line: Callable[[T], str], lang: str) -> Iterator[str]:
    for item in items[:limit]:
        yield from _wrapped(f"  {line(item)}", " " * 12)
    more = len(items) - limit
    if more > 0:
        yield in_language("  … và {more} dòng nữa (--json có đủ)", lang, more=more)


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, width(), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}".replace(",", ".")


def _signed(value: int) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{_number(abs(value))}"


def missing_lines(done: Archived, lang: str) -> Iterator[str]:
    """Why nothing was packed, file by file, and what can be done."""
    if done.missing:
        yield from _wrapped(
            in_language(
                "Chưa đóng gói lần chạy {run}: {number} tệp không còn như lúc chạy. Xin chép lại các tệp "
                "này, hoặc chạy aggregate để có lần mới rồi đóng gói lần đó.",
                lang,
                run=done.run,
                number=len(done.missing),
            )
        )
    for missing in done.missing:
        yield f"  {missing.path}: {in_language(WHY[missing.why], lang)}"
    for path in done.left_out:
        yield (in_language("  Kết quả {path} không còn nguyên như lúc chạy nên không có trong gói.", lang, path=path))
