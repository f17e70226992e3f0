"""Where the collection stands, for a window of 80 columns: per level, then per parent the units to act on.

Who is fine is only counted. Long lists are cut and say so; the JSON document and the workbook of reminders have all.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator

from aggregator.outputs.status_words import (
    LEVELS,
    STATES,
    contact_text,
    counts_text,
    day_text,
    deadline_brief,
    faulty_text,
    late_advice,
    signed_text,
    state_text,
)
from aggregator.outputs.terminal import file_summary, width
from aggregator.status import BlankRow, Group, Standing, Tally, UnitStatus
from aggregator.words import in_language, mark

MAX_PARENTS = 40
MAX_UNITS = 12
"""Of one parent."""
MAX_ROWS = 10
HEADS = (
    mark("Cấp"),
    mark("Phải nộp"),
    mark("Đã nhận"),
    mark("Cần sửa"),
    mark("Chưa nộp"),
    mark("Muộn"),
    mark("Đạt"),
    mark("Hạn nộp"),
)
FIRST, NUMBERS = 15, (9, 9, 8, 9, 6, 6)
"""Widths of the first column and of the numbers."""


def status_lines(standing: Standing, lang: str) -> Iterator[str]:
    """Everything, without the findings of the single files."""
    yield from _head(standing, lang)
    yield ""
    yield from _table(standing, lang)
    for group in [group for group in standing.groups if group.notable][:MAX_PARENTS]:
        yield ""
        yield from _group_lines(group, lang)
    yield from _rest(standing, lang)
    yield from _stray_lines(standing, lang)
    yield from _blank_lines(standing.blank_rows, lang)


def _head(standing: Standing, lang: str) -> Iterator[str]:
    at, total = standing.result.at, standing.total
    title = in_language("Tình hình nộp báo cáo", lang)
    yield from _wrapped(f"{title}: {at.name} ({at.code})")
    if standing.now:
        day = day_text(standing.now, lang)
        yield in_language("Tính đến ngày {day}", lang, day=day)
    yield from _wrapped(_capital(f"{counts_text(total, lang)}."))
    if standing.result.files:
        yield file_summary(standing.result.files, lang) + "."
    if total.received:
        yield from _wrapped(_signed(total, lang))
    if outside := sum(unit.state == "outside" for unit in standing.units):
        yield (in_language("Ngoài ra có {outside} đơn vị không phải nộp nhưng có gửi.", lang, outside=outside))
    if total.late_unknown:
        yield from _wrapped(late_advice(total.late_unknown, lang))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _signed(total: Tally, lang: str) -> str:
    return in_language(
        "Bản ký (bản chụp, ảnh, Word): có ở {signed}/{received} đơn vị đã nộp.",
        lang,
        signed=total.signed,
        received=total.received,
    )


def _wrapped(text: str, indent: str = "", hanging: str = "  ") -> list[str]:
    return textwrap.wrap(
        text,
        width() - 1,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


# --- per level -----------------------------------------------------------------------------------------------------


def _table(standing: Standing, lang: str) -> Iterator[str]:
    heads = tuple(in_language(head, lang) for head in HEADS)
    yield _line(heads[0], heads[1:-1], heads[-1])
    for level, tally in standing.levels:
        deadline = standing.deadlines.get(level)
        none = in_language("chưa có hạn", lang)
        due = deadline_brief(deadline, lang) if deadline else none
        yield _line(LEVELS[lang].get(level, level), _numbers(tally, deadline is not None), due)
    if len(standing.levels) > 1:
        yield _line(in_language("Cộng", lang), _numbers(standing.total, bool(standing.deadlines)), "")


def _numbers(tally: Tally, has_deadline: bool) -> tuple[str, ...]:
    late = "?" if tally.late is None and tally.received else str(tally.late or 0)
    late = late if has_deadline else "–"
    counts = (tally.expected, tally.accepted, tally.refused, tally.missing)
    return (*map(str, counts), late, f"{tally.percent}%")


def _line(first: str, numbers: tuple[str, ...], last: str) -> str:
    cells = (padded(text, size, right=True) for text, size in zip(numbers, NUMBERS, strict=True))
    return f"{padded(first, FIRST)}{''.join(cells)}  {last}".rstrip()


def columns_of(text: str) -> int:
    """How many columns of a terminal the text takes: marks none, wide letters two."""
    letters = unicodedata.normalize("NFC", text)
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in letters)


def padded(text: str, size: int, right: bool = False) -> str:
    blanks = " " * max(0, size - columns_of(text))
    return blanks + text if right else text + blanks


# --- per parent ----------------------------------------------------------------------------------------------------


def _group_lines(group: Group, lang: str) -> Iterator[str]:
    parent = group.parent
    yield from _wrapped(f"{parent.name} ({parent.code}): {counts_text(group.tally, lang)}")
    if group.to_do and (contact := contact_text(parent, lang)):
        yield from _wrapped(contact, indent="  ")
    for unit in group.to_do[:MAX_UNITS]:
        yield from _unit_lines(unit, lang)
    if (more := len(group.to_do) - MAX_UNITS) > 0:
        yield in_language("  và {more} đơn vị khác", lang, more=more)
    late = [unit for unit in group.units if unit.late]
    if late:
        yield from _wrapped(_late_text(late, lang), indent="  ")


def _unit_lines(unit: UnitStatus, lang: str) -> Iterator[str]:
    """State and name; below it which files, and whom to ask."""
    head = f"- {state_text(unit, lang).upper()}: {unit.unit.code} {unit.unit.name}"
    signed = f"; {signed_text(unit, lang)}" if unit.came or unit.signed else ""
    yield from _wrapped(head + signed, indent="  ")
    for file in unit.faulty:
        yield from _wrapped(faulty_text(file, lang), indent="    ")
    contact = contact_text(unit.unit, lang) or (in_language("chưa có liên hệ trong units.csv", lang))
    yield from _wrapped(contact, indent="    ")


def _late_text(late: list[UnitStatus], lang: str) -> str:
    """Who was late and when the return came; nothing is asked of them for that."""
    told = [f"{unit.unit.code} {unit.unit.name}{_came(unit, lang)}" for unit in late[:MAX_UNITS]]
    more = len(late) - len(told)
    if more:
        told.append(in_language("và {more} đơn vị khác", lang, more=more))
    return f"- {STATES[lang]['late'].upper()}: {'; '.join(told)}"


def _came(unit: UnitStatus, lang: str) -> str:
    return f" ({day_text(unit.line.received, lang)})" if unit.line.received else ""


def _rest(standing: Standing, lang: str) -> Iterator[str]:
    """Parents of whom nothing is to be asked, parents beyond the limit, and where everything stands."""
    busy = [group for group in standing.groups if group.notable]
    done = len(standing.groups) - len(busy)
    if done:
        yield ""
        text = in_language("{done} nơi khác đã nộp đủ, không phải nhắc.", lang, done=done)
        yield from _wrapped(text)
    if (hidden := len(busy) - MAX_PARENTS) > 0:
        yield ""
        yield in_language("Và {hidden} nơi khác.", lang, hidden=hidden)
    if hidden > 0 or any(max(len(group.to_do), group.tally.late or 0) > MAX_UNITS for group in busy):
        yield ""
        yield from _wrapped(in_language("Danh sách trên đã rút gọn; --reminders và --json cho đủ tất cả.", lang))


# --- files of nobody, rows of nobody -------------------------------------------------------------------------------


def _stray_lines(standing: Standing, lang: str) -> Iterator[str]:
    """Refused files that stand with no unit above."""
    if not standing.strays:
        return
    yield ""
    yield from _wrapped(in_language("Tệp bị loại, chưa rõ của đơn vị nào phải nộp (lệnh check cho biết lý do):", lang))
    for file in standing.strays[:MAX_ROWS]:
        yield from _wrapped(file.path, indent="  ")
    if (more := len(standing.strays) - MAX_ROWS) > 0:
        yield in_language("  và {more} tệp khác (xem --json)", lang, more=more)


def _blank_lines(rows: tuple[BlankRow, ...], lang: str) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield from _wrapped(
        in_language("Dòng mà hơn nửa số bản đã nhận để trống (nên hỏi lại xem các đơn vị có hiểu đúng không):", lang)
    )
    for blank in rows[:MAX_ROWS]:
        yield from _wrapped(f"{blank.row.code} {blank.row.label}: {blank.blank}/{blank.returns}", indent="  ")
    if len(rows) > MAX_ROWS:
        more = len(rows) - MAX_ROWS
        yield in_language("  và {more} dòng khác (xem --json)", lang, more=more)
