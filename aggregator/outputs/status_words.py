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

STATES: Mapping[str, Mapping[str, str]] = {
    "vi": {"accepted": "đã nhận", "refused": "cần sửa", "missing": "chưa nộp", "late": "nộp muộn"},
    "en": {"accepted": "accepted", "refused": "to correct", "missing": "missing", "late": "late"},
}
DUE: Mapping[str, Mapping[str, str]] = {
    "vi": {"overdue": "quá hạn", "not-due": "chưa đến hạn"},
    "en": {"overdue": "overdue", "not-due": "not yet due"},
}
LEVELS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "school": "Trường, đơn vị",
        "commune": "Xã, phường",
        "district": "Huyện, quận",
        "province": "Tỉnh",
        "nation": "Toàn quốc",
    },
    "en": {
        "school": "Schools, units",
        "commune": "Communes",
        "district": "Districts",
        "province": "Province",
        "nation": "Nation",
    },
}


def day_text(day: date, lang: str) -> str:
    return day.isoformat() if lang == "en" else f"{day:%d/%m/%Y}"


def deadline_text(deadline: Deadline, lang: str) -> str:
    """As the plans say it: the day itself is in time, or only the day before."""
    day = day_text(deadline.day, lang)
    if lang == "en":
        return f"by {day}" if deadline.inclusive else f"before {day}"
    return f"chậm nhất ngày {day}" if deadline.inclusive else f"trước ngày {day}"


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
    if lang == "en":
        return f"signed copy: {'yes' if unit.signed else 'no'}"
    return f"bản ký: {'có' if unit.signed else 'chưa'}"


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
    phone = f"{'tel.' if lang == 'en' else 'ĐT'} {unit.phone}" if unit.phone else ""
    return ", ".join(part for part in (phone, unit.email) if part)


def faulty_text(file: Faulty, lang: str) -> str:
    """`0900001_Thu-vien.xlsx: 3 lỗi`."""
    number = len(file.errors)
    errors = f"{number} {'error' if number == 1 else 'errors'}" if lang == "en" else f"{number} lỗi"
    return f"{file_name(file.path)}: {errors}"


def file_name(path: str) -> str:
    """What the sender called the file, without our folders."""
    return path.rpartition("/")[2]


def late_advice(number: int, lang: str) -> str:
    """Of how many returns nobody knows whether they were late, and what to do."""
    if lang == "en":
        return (
            f"Late: not known for {number} units, because nobody noted when their files came in. Write the day into "
            f"the column received of {RECEIPTS_FILE}, or run again with --received YYYY-MM-DD."
        )
    return (
        f"Nộp muộn: chưa biết ở {number} đơn vị, vì chưa rõ ngày nhận tệp. Xin ghi ngày nhận vào cột received của "
        f"{RECEIPTS_FILE}, hoặc chạy lại với --received YYYY-MM-DD."
    )
