"""Reminders: one text per parent, ready to be pasted into Zalo or an e-mail, and a list of the units in a workbook.

The texts ask the receiver for something and say how to answer; they speak of nobody else's units. Bytes depend on the
standing alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aggregator.catalogue import message
from aggregator.files import slug
from aggregator.outputs.status_words import (
    LEVELS,
    contact_text,
    day_text,
    deadline_text,
    faulty_text,
    file_name,
    state_text,
)
from aggregator.outputs.workbook import write_listing
from aggregator.outputs.workbook_lists import Column, Listing
from aggregator.register import Unit
from aggregator.status import Faulty, Group, Standing, UnitStatus, tally
from aggregator.writing import build

LANG = "vi"
"""Units read Vietnamese, whatever language the office's screen speaks."""
LINE_END = "\r\n"
"""Older Notepads show nothing else as a new line."""
MAX_SENTENCES = 3
"""Of one file; the rest the unit hears of when it asks, or with the marked copy of `return`."""
MAX_CELLS = 5
TO_SENDERS = {
    "submission-conflict": "Đơn vị đã gửi nhiều bản có số liệu khác nhau nên chưa cộng bản nào.",
    "counted-twice": (
        "Bản này gồm cả số liệu của đơn vị trực thuộc, mà các nơi đó đã gửi riêng. "
        "Xin gửi bản chỉ có hoạt động của riêng đơn vị."
    ),
    "form-unknown": "Không nhận ra đây là mẫu nào. Xin ghi số liệu vào biểu đã được phát.",
    "file-unreadable": "Chúng tôi không mở được tệp. Xin gửi lại.",
}
"""In place of sentences that speak to the office: of its folders, its settings, its commands."""
SHEET = "Nhắc nộp"
COLUMNS: tuple[Column, ...] = (
    ("Nơi nhắc", 18),
    ("Mã đơn vị", 10),
    ("Tên đơn vị", 22),
    ("Cấp", 11),
    ("Tình trạng", 10),
    ("Hạn nộp", 12),
    ("Điện thoại", 12),
    ("E-mail", 22),
    ("Bản ký", 6),
    ("Tệp cần sửa", 24),
    ("Số lỗi", 5),
    ("Lời nhắc", 44),
)


# --- texts ---------------------------------------------------------------------------------------------------------


def reminder_texts(standing: Standing) -> dict[str, bytes]:
    """File name → text, for every parent that has a unit to ask."""
    return {
        reminder_name(group.parent): LINE_END.join((*_text(standing, group), "")).encode("utf-8-sig")
        for group in (_others(standing, group) for group in standing.groups)
        if group.to_do
    }


def _others(standing: Standing, group: Group) -> Group:
    """Without the office itself: it does not write to itself."""
    units = tuple(unit for unit in group.units if unit.unit.code != standing.result.at.code)
    return Group(group.parent, units, tally(units))


def reminder_name(parent: Unit) -> str:
    return f"{parent.code}-{slug(parent.name)}.txt"


def _text(standing: Standing, group: Group) -> Iterator[str]:
    yield f"Kính gửi: {_receiver(standing, group)}"
    yield ""
    yield f"Về báo cáo {standing.title}:"
    yield f"{_until(standing)}đã nhận được báo cáo của {group.tally.received}/{group.tally.expected} đơn vị."
    for deadline, missing in _by_deadline(group):
        yield ""
        yield f"CHƯA NỘP: {len(missing)} đơn vị{deadline}"
        yield from (f"{number}. {_missing_line(unit)}" for number, unit in enumerate(missing, start=1))
    if group.tally.missing:
        yield f"Nhờ {_them(group.tally.missing)} điền vào biểu Excel đã được phát rồi gửi về."
    refused = [unit for unit in group.units if unit.state == "refused"]
    if refused:
        yield ""
        yield f"CẦN SỬA: {len(refused)} đơn vị đã gửi nhưng số liệu chưa cộng được"
        for number, unit in enumerate(refused, start=1):
            yield from _refused_lines(number, unit)
        yield f"Nhờ {_them(len(refused))} {_correction(refused)}."
    yield ""
    yield from _closing(standing)


def _receiver(standing: Standing, group: Group) -> str:
    if group.parent.code == standing.result.at.code:
        return f"các đơn vị trực thuộc {group.parent.name}"
    return f"{group.parent.name} và các đơn vị trực thuộc"


def _until(standing: Standing) -> str:
    who = standing.result.at.name
    return f"Đến ngày {day_text(standing.now, LANG)}, {who} " if standing.now else f"Đến nay, {who} "


def _by_deadline(group: Group) -> Iterator[tuple[str, list[UnitStatus]]]:
    """Missing units with one deadline under one heading."""
    headings: dict[str, list[UnitStatus]] = {}
    for unit in group.units:
        if unit.state == "missing":
            headings.setdefault(_deadline_words(unit), []).append(unit)
    yield from headings.items()


def _deadline_words(unit: UnitStatus) -> str:
    if unit.deadline is None:
        return ""
    overdue = "; đã quá hạn" if unit.due == "overdue" else ""
    return f" (hạn nộp: {deadline_text(unit.deadline, LANG)}{overdue})"


def _missing_line(unit: UnitStatus) -> str:
    only_scan = ": đã có bản chụp hoặc bản Word, còn thiếu biểu Excel" if unit.signed else ""
    return f"{unit.unit.name} (mã {unit.unit.code}){only_scan}"


def _refused_lines(number: int, unit: UnitStatus) -> Iterator[str]:
    """The unit, its files, and what is wrong in each, the first few sentences."""
    remark = f": {unit.line.remark}" if unit.line.remark else ""
    yield f"{number}. {unit.unit.name} (mã {unit.unit.code}){remark}"
    for file in unit.faulty:
        yield f"   Tệp {faulty_text(file, LANG)}"
        sentences = _sentences(file)
        yield from (f"   - {sentence}" for sentence in sentences[:MAX_SENTENCES])
        if (more := len(sentences) - MAX_SENTENCES) > 0:
            yield f"   - và {more} loại lỗi khác"


def _sentences(file: Faulty) -> list[str]:
    """What is wrong, each sentence once with the cells it speaks of."""
    cells: dict[str, list[str]] = {}
    for finding in file.errors:
        sentence = TO_SENDERS.get(finding.code) or message(finding, LANG)
        cells.setdefault(sentence, []).append(finding.cell or "")
    return [f"{_cells(places)}{sentence}" for sentence, places in cells.items()]


def _cells(places: list[str]) -> str:
    known = list(dict.fromkeys(place for place in places if place))
    more = f" và {len(known) - MAX_CELLS} ô khác" if len(known) > MAX_CELLS else ""
    return f"Ô {', '.join(known[:MAX_CELLS])}{more}: " if known else ""


def _them(number: int) -> str:
    return "đơn vị trên" if number == 1 else "các đơn vị trên"


def _correction(refused: Iterable[UnitStatus]) -> str:
    codes = {finding.code for unit in refused for file in unit.faulty for finding in file.errors}
    twice = "; nơi đã gửi nhiều bản khác nhau xin cho biết bản nào đúng" if "submission-conflict" in codes else ""
    return f"sửa lại rồi gửi cả tệp{twice}"


def _closing(standing: Standing) -> Iterator[str]:
    at = standing.result.at
    contact = contact_text(at, LANG)
    yield f"Cần hướng dẫn thêm, xin liên hệ {at.name}{f': {contact}' if contact else ''}."
    yield "Trân trọng cảm ơn."


# --- the workbook --------------------------------------------------------------------------------------------------


def write_reminders(standing: Standing) -> bytes:
    """The workbook with one line per unit to remind or to note."""
    listing = reminder_list(standing)
    return build(lambda book: write_listing(book.page(listing.sheet), listing), title=listing.title[:200])


def reminder_list(standing: Standing) -> Listing:
    lines = tuple(_line(standing, group, unit) for group in standing.groups for unit in group.notable)
    to_do = sum(len(group.to_do) for group in standing.groups)
    late = f"; NỘP MUỘN: {standing.total.late}" if standing.total.late else ""
    day = f" (đến ngày {day_text(standing.now, LANG)})" if standing.now else ""
    return Listing(SHEET, f"CÁC ĐƠN VỊ CẦN NHẮC: {to_do}{late}{day}", COLUMNS, lines)


def _line(standing: Standing, group: Group, unit: UnitStatus) -> tuple[str | int, ...]:
    who = unit.unit
    return (
        f"{group.parent.name} ({group.parent.code})",
        who.code,
        who.name,
        LEVELS[LANG].get(who.level, who.level),
        state_text(unit, LANG),
        deadline_text(unit.deadline, LANG) if unit.deadline else "",
        who.phone,
        who.email,
        "có" if unit.signed else "chưa",
        "\n".join(file_name(file.path) for file in unit.faulty),
        sum(len(file.errors) for file in unit.faulty) or "",
        _single_text(standing, unit),
    )


def _single_text(standing: Standing, unit: UnitStatus) -> str:
    """The same request for one unit alone; nothing where nothing is asked."""
    report = f"báo cáo {standing.title} của đơn vị"
    if unit.unit.code == standing.result.at.code:
        return ""
    if unit.state == "missing":
        due = f" (hạn nộp: {deadline_text(unit.deadline, LANG)})" if unit.deadline else ""
        sent = "mới nhận được bản chụp hoặc bản Word, còn thiếu biểu Excel" if unit.signed else "chưa nhận được"
        told = f"{_until(standing)}{sent} {report}{due}. Nhờ đơn vị điền vào biểu Excel đã được phát rồi gửi về."
    elif unit.state == "refused":
        files = "; ".join(f"tệp {file_name(file.path)} có {len(file.errors)} lỗi" for file in unit.faulty)
        told = f"{report} chưa cộng được ({files}). Nhờ đơn vị {_correction([unit])}."
    else:
        return ""
    return f"Kính gửi {unit.unit.name}: {told} Xin cảm ơn."
