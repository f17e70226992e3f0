"""The words of a standing, in Vietnamese and English: states, deadlines, days, contacts.

Shared by the terminal, the reminders and the list of units to remind, so that one thing has one name everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from aggregator.campaign import Deadline
from aggregator.receipts import RECEIPTS_FILE
from aggregator.register import Unit
from aggregator.status import Faulty, Tally, UnitStatus
from aggregator.words import both, in_language, mark

STATES: Mapping[str, Mapping[str, str]] = both(
    {
        "accepted": mark("đã nhận"),
        "refused": mark("cần sửa"),
        "missing": mark("chưa nộp"),
        "late": mark("nộp muộn"),
    }
)
DUE: Mapping[str, Mapping[str, str]] = both(
    {
        "overdue": mark("quá hạn"),
        "not-due": mark("chưa đến hạn"),
    }
)
LEVELS: Mapping[str, Mapping[str, str]] = both(
    {
        "school": mark("Trường, đơn vị"),
        "commune": mark("Xã, phường"),
        "district": mark("Huyện, quận"),
        "province": mark("Tỉnh"),
        "nation": mark("Toàn quốc"),
    }
)


def day_text(day: date, lang: str) -> str:
    return day.isoformat() if lang == "en" else f"{day:%d/%m/%Y}"


def deadline_text(deadline: Deadline, lang: str) -> str:
    """As the plans say it: the day itself is in time, or only the day before."""
    day = day_text(deadline.day, lang)
    if deadline.inclusive:
        return in_language("chậm nhất ngày {day}", lang, day=day)
    return in_language("trước ngày {day}", lang, day=day)


def deadline_brief(deadline: Deadline, lang: str) -> str:
    """For a narrow column."""
    text = deadline_text(deadline, lang)
    return text.replace("chậm nhất ngày", "đến").replace("trước ngày", "trước")


def state_text(unit: UnitStatus, lang: str) -> str:
    """`chưa nộp, quá hạn`; `nộp muộn` for a good return that came too late."""
    if unit.state == "accepted" and unit.late:
        return STATES[lang]["late"]
    words = STATES[lang].get(unit.state, unit.state)
    return f"{words}, {DUE[lang][unit.due]}" if unit.due else words


def signed_text(unit: UnitStatus, lang: str) -> str:
    return in_language("bản ký: có", lang) if unit.signed else in_language("bản ký: chưa", lang)


def counts_text(tally: Tally, lang: str) -> str:
    """`đã nhận 3/6, cần sửa 1, chưa nộp 2 (1 quá hạn, 1 chưa đến hạn)`; nothing is said of what is 0."""
    states, words = STATES[lang], DUE[lang]
    parts = [f"{states['accepted']} {tally.accepted}/{tally.expected}"]
    parts += [f"{states['refused']} {tally.refused}"] if tally.refused else []
    if tally.missing:
        due = ((tally.overdue, words["overdue"]), (tally.not_due, words["not-due"]))
        told = ", ".join(word if number == tally.missing else f"{number} {word}" for number, word in due if number)
        parts.append(f"{states['missing']} {tally.missing}" + (f" ({told})" if told else ""))
    parts += [f"{states['late']} {tally.late}"] if tally.late else []
    return ", ".join(parts)


def contact_text(unit: Unit, lang: str) -> str:
    """Telephone and e-mail of the register, or nothing."""
    phone = in_language("ĐT {phone}", lang, phone=unit.phone) if unit.phone else ""
    return ", ".join(part for part in (phone, unit.email) if part)


def faulty_text(file: Faulty, lang: str) -> str:
    """`0900001_Thu-vien.xlsx: 3 lỗi`."""
    number = len(file.errors)
    errors = in_language(mark("{number} lỗi", "one") if number == 1 else mark("{number} lỗi"), lang, number=number)
    return f"{file_name(file.path)}: {errors}"


def file_name(path: str) -> str:
    """What the sender called the file, without our folders."""
    return path.rpartition("/")[2]


def late_advice(number: int, lang: str) -> str:
    """Of how many returns nobody knows whether they were late, and what to do."""
    return in_language(
        "Nộp muộn: chưa biết ở {number} đơn vị, vì chưa rõ ngày nhận tệp. Xin ghi ngày nhận vào cột received của "
        "{file}, hoặc chạy lại với --received YYYY-MM-DD.",
        lang,
        number=number,
        file=RECEIPTS_FILE,
    )
