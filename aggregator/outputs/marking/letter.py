"""The short text that goes with a returned file, ready to be pasted into Zalo or an e-mail.

It speaks to the one who filled the file: what is wrong at which cell, what to do, until when. Of other units it says
nothing. Units read Vietnamese, whatever language the office's screen speaks; the bytes depend on the facts alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from aggregator.campaign import Deadline
from aggregator.catalogue import message, severity_of
from aggregator.findings import Finding
from aggregator.forms import Form
from aggregator.layout import (
    ACTIVITIES_SHEET,
    CALENDAR_SHEET,
    DATA_SHEET,
    EVIDENCE_SHEET,
    NARRATIVE_SHEET,
    UNIT_SHEET,
)
from aggregator.outputs.reminders import LINE_END, TO_SENDERS
from aggregator.outputs.repair import why
from aggregator.outputs.status_words import contact_text, deadline_text, file_name
from aggregator.reading.areas import area
from aggregator.register import Unit
from aggregator.repair.lines import Left
from aggregator.text import printable

LANG = "vi"
MAX_LINES, FEW, MAX_CELLS = 10, 2, 6
"""Lines that name faults in the whole text, and in each of its smaller lists; the rest is marked in the copy."""
MAX_LABEL, MAX_ENTRY = 40, 60

SHEETS = (DATA_SHEET, UNIT_SHEET, ACTIVITIES_SHEET, CALENDAR_SHEET, EVIDENCE_SHEET, NARRATIVE_SHEET)

Way = Literal["marked", "carried", "text"]

SENTENCES = {
    **TO_SENDERS,
    "clone": "Số liệu giống hệt của một đơn vị khác. Xin xem có ghi nhầm vào tệp của nhau không.",
    "file-hostile": "Tệp có cấu tạo bất thường nên không mở được an toàn. Xin ghi số liệu vào biểu đã được phát.",
    "form-twice": "Trong tệp có hai bảng số liệu nên không biết lấy bảng nào. Xin giữ lại một bảng rồi gửi lại.",
}
"""In place of sentences that speak to the office, or of another unit."""


LEFT_WORDS = {
    "total-differs": "tổng ghi trong tệp khác với tổng các dòng đã chép",
    "format": "số đã chép là số lưu trong ô, có thể khác số nhìn thấy",
}
"""As above, of what was not carried."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What the text must know. `faults` stand in the copy where there is one; `disorder` was in the sender's file."""

    way: Way
    files: tuple[str, ...]
    faults: tuple[Finding, ...]
    refused: bool
    copy: str | None = None
    disorder: tuple[Finding, ...] = ()
    left: tuple[Left, ...] = ()
    red: int = 0
    amber: int = 0
    """Cells of each colour in the copy."""
    unit: Unit | None = None
    form: Form | None = None
    title: str = ""
    office: Unit | None = None
    deadline: Deadline | None = None
    now: date | None = None


def sentence(finding: Finding) -> str:
    """What is wrong, to the one who can put it right."""
    return SENTENCES.get(finding.code) or message(finding, LANG)


def letter_bytes(letter: Letter) -> bytes:
    return LINE_END.join((*letter_lines(letter), "")).encode("utf-8-sig", "replace")


def letter_lines(letter: Letter) -> Iterator[str]:
    yield f"Kính gửi: {_receiver(letter)}"
    yield ""
    yield _opening(letter)
    yield from _disorder(letter)
    errors = [finding for finding in _in_order(letter.faults) if severity_of(finding) == "error"]
    doubts = [finding for finding in _in_order(letter.faults) if severity_of(finding) == "warning"]
    room = MAX_LINES - FEW * sum(map(bool, (doubts, letter.left, letter.disorder)))
    yield from _faults(letter, "Cần sửa:", errors, room)
    yield from _faults(letter, "Cần xem lại, đúng rồi thì để nguyên:", doubts, max(FEW, room + FEW - len(errors)))
    yield from _left(letter)
    yield ""
    yield from _to_do(letter)
    yield from _closing(letter)


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Sheet by sheet as the workbook has them, from top to bottom; what speaks of the whole file comes first."""
    return sorted(
        findings,
        key=lambda finding: (
            finding.cell is not None,
            SHEETS.index(finding.sheet) if finding.sheet in SHEETS else len(SHEETS),
            area(finding.cell)[:2] if finding.cell else (0, 0),
        ),
    )


def _receiver(letter: Letter) -> str:
    if letter.unit is None:
        return f"đơn vị đã gửi tệp “{_shown(letter.files[0])}”"
    return f"{printable(letter.unit.name or 'đơn vị')} (mã {printable(letter.unit.code)})"


def _shown(path: str) -> str:
    return printable(file_name(path), 100)


def _opening(letter: Letter) -> str:
    report = f" {letter.title}" if letter.title else ""
    names = ", ".join(f"“{_shown(file)}”" for file in letter.files)
    if len(letter.files) > 1:
        return f"Đã nhận {len(letter.files)} tệp báo cáo{report} của đơn vị: {names}; số liệu chưa cộng được."
    state = "số liệu trong tệp chưa cộng được" if letter.refused else "có chỗ cần đơn vị xem lại"
    return f"Cảm ơn đơn vị đã gửi báo cáo{report}. Đã nhận tệp {names}, nhưng {state}."


# --- what is wrong -------------------------------------------------------------------------------------------------


def _disorder(letter: Letter) -> Iterator[str]:
    """Of a table that was put in order again: what was out of order, in the sender's file."""
    if letter.way != "carried":
        return
    structure = _grouped(letter, letter.disorder)
    yield ""
    if structure:
        yield "Bảng trong tệp không còn đúng mẫu đã phát:"
        yield from _first(structure, FEW)
    yield "Để đơn vị khỏi ghi lại, số liệu đã được chép sang biểu mới, đúng dòng theo mẫu. Xin đối chiếu lại một lượt."


def _faults(letter: Letter, head: str, findings: Sequence[Finding], most: int) -> Iterator[str]:
    lines = _grouped(letter, findings)
    if lines:
        yield ""
        yield head
        yield from _first(lines, most, "; các chỗ này đã đánh dấu trong tệp" if letter.copy else "")


def _first(lines: Sequence[str], most: int, tail: str = "") -> Iterator[str]:
    shown = len(lines) if len(lines) == most + 1 else most
    yield from (f"- {line}" for line in lines[:shown])
    if len(lines) > shown:
        yield f"- và {len(lines) - shown} chỗ khác{tail}."


def _grouped(letter: Letter, findings: Sequence[Finding]) -> list[str]:
    """Each sentence once, with the cells it speaks of."""
    places: dict[str, list[Finding]] = {}
    for finding in findings:
        places.setdefault(sentence(finding), []).append(finding)
    return [f"{_where(letter, same)}{said}" for said, same in places.items()]


def _where(letter: Letter, findings: Sequence[Finding]) -> str:
    """`Sheet Số liệu, ô D14 (Lớp dạy bơi): `, or the cells alone where there are several."""
    cells = list(dict.fromkeys(finding.cell for finding in findings if finding.cell))
    if not cells:
        return ""
    first = findings[0]
    sheet = f"Sheet {printable(first.sheet)}, ô " if first.sheet else "Ô "
    row = letter.form.by_key.get(first.row or "") if letter.form else None
    label = f" ({printable(row.label, MAX_LABEL)})" if row and row.label and len(cells) == 1 else ""
    more = f" và {len(cells) - MAX_CELLS} ô khác" if len(cells) > MAX_CELLS else ""
    return f"{sheet}{', '.join(cells[:MAX_CELLS])}{more}{label}: "


def _left(letter: Letter) -> Iterator[str]:
    """What found no place in the new form: the sender must say where it belongs."""
    told = {(finding.sheet, finding.cell) for finding in letter.disorder}
    left = [left for left in letter.left if (left.sheet, left.cell) not in told]
    if not left:
        return
    yield ""
    yield "Những chỗ này không chép được hoặc không khớp, xin xem và ghi lại vào biểu mới nếu cần:"
    lines = [
        f"Sheet {printable(left.sheet)}{f', ô {left.cell}' if left.cell else ''}: "
        f"“{printable(left.text, MAX_ENTRY)}” – {LEFT_WORDS.get(left.why) or why(left.why, LANG)}"
        for left in left
    ]
    yield from _first(lines, FEW)


# --- what to do ----------------------------------------------------------------------------------------------------


def _to_do(letter: Letter) -> Iterator[str]:
    until = _until(letter)
    if len(letter.files) > 1:
        yield f"Nhờ đơn vị cho biết bản nào đúng, hoặc gửi lại một bản đúng{until}."
        return
    if letter.copy is None and letter.disorder:
        yield f"Nhờ đơn vị ghi lại số liệu vào biểu đã được phát (còn nguyên mẫu và khoá) rồi gửi lại{until}."
        return
    if letter.copy is None:
        yield f"Nhờ đơn vị sửa như trên rồi gửi lại tệp Excel{until}."
        return
    yield "Nhờ đơn vị:"
    yield f"1. Mở tệp kèm theo “{letter.copy}”. {_marks_words(letter.red, letter.amber)}".rstrip()
    yield f"2. {_correction(letter)}"
    if letter.refused:
        yield f"3. Lưu tệp (vẫn dạng .xlsx) rồi gửi lại chính tệp đó{until}."
    else:
        yield f"3. Nếu có sửa, lưu tệp (vẫn dạng .xlsx) rồi gửi lại{until}; nếu đều đúng thì chỉ cần báo lại."


def _correction(letter: Letter) -> str:
    if not letter.red and not letter.amber:
        return "Đối chiếu lại số liệu, chỗ nào sai hoặc thiếu thì ghi lại ngay trong tệp."
    corrected = "Ghi lại cho đúng ngay vào các ô đó" if letter.red else "Xem lại các ô đó"
    kept = ", chỗ nào đúng rồi thì để nguyên" if letter.amber else ""
    return f"{corrected}{kept}; các ô khác vẫn như đơn vị đã ghi."


def _marks_words(errors: int, doubts: int) -> str:
    red, amber = "ô cần sửa tô màu hồng", "ô cần xem lại tô màu vàng"
    coloured = ", ".join(words for words, there in ((red, errors), (amber, doubts)) if there)
    return f"{coloured[:1].upper()}{coloured[1:]}; đưa chuột vào ô để đọc lời nhắc." if coloured else ""


def _until(letter: Letter) -> str:
    if letter.deadline is None:
        return ""
    if letter.now and letter.deadline.missed_by(letter.now):
        return f" sớm nhất có thể (hạn nộp: {deadline_text(letter.deadline, LANG)}, đã quá)"
    return f" ({deadline_text(letter.deadline, LANG)})"


def _closing(letter: Letter) -> Iterator[str]:
    office = letter.office
    if office is not None:
        contact = contact_text(office, LANG)
        yield f"Cần hướng dẫn thêm, xin liên hệ {office.name}{f': {contact}' if contact else ''}."
    yield "Trân trọng cảm ơn."
