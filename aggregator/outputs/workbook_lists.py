"""The lists of the consolidated workbook: who reported, what was found, what units wrote, where everything came from.

Each list is a frozen table of texts and whole numbers; drawing it is left to `workbook`. Notes and open lists are read
back from here by the office above, so their columns are the whole of what a unit wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aggregator import __version__
from aggregator import layout as place
from aggregator.catalogue import message, severity_of
from aggregator.consolidation import Consolidation, Effect, FileLine, UnitLine
from aggregator.findings import Finding
from aggregator.forms import Form
from aggregator.outputs import workbook_layout as names
from aggregator.outputs.workbook_summary import coverage_share, day_words
from aggregator.report import Note
from aggregator.submission import Leaf

SEVERITY_WORDS = {"error": "Lỗi, không cộng", "warning": "Cần xem lại", "info": "Thông tin"}
UNIT_WORDS = {
    "accepted": "đã nhận",
    "refused": "cần sửa",
    "missing": "chưa nộp",
    "outside": "ngoài danh sách",
    "not-expected": "không phải báo cáo",
}
FILE_WORDS = {
    "accepted": "đã cộng",
    "refused": "không cộng, cần sửa",
    "superseded": "đã có bản mới hơn",
    "duplicate": "trùng bản đã có",
    "ignored": "bỏ qua",
}
LATE_WORDS = {True: "muộn", False: "đúng hạn", None: "chưa rõ"}
NOTE_WORDS = {"note": "Ghi chú", "open": "Nội dung khác", "narrative": "Thuyết minh", "evidence": "Minh chứng"}
MEASURE_WORDS = {"count": "số lượng", "people": "số người", "money": "số tiền"}

WHO: tuple[Column, ...] = (("Mã đơn vị", 14), ("Tên đơn vị", 40))
STATUS_COLUMNS: tuple[Column, ...] = (
    *WHO,
    ("Cấp", 26),
    ("Đơn vị cấp trên", 16),
    ("Tình trạng", 18),
    ("Ngày nhận", 12),
    ("Nộp muộn", 10),
    ("Bản ký", 9),
    ("Tệp", 50),
    ("Số vấn đề", 10),
    ("Lưu ý", 44),
)
FINDING_COLUMNS: tuple[Column, ...] = (
    ("Mức", 14),
    ("Đơn vị", 12),
    ("Tệp", 32),
    ("Sheet", 11),
    ("Ô", 7),
    ("Mã dòng", 9),
    ("Số liệu", 9),
    ("Đang ghi", 18),
    ("Cần là", 18),
    ("Gợi ý", 16),
    ("Giải thích", 60),
    ("Mã vấn đề", 18),
)
NOTE_COLUMNS: tuple[Column, ...] = (
    *WHO,
    ("Loại", 16),
    ("Mã dòng", 10),
    ("Mục", 44),
    ("Ô", 8),
    ("Lời ghi", 90),
)
FILE_COLUMNS: tuple[Column, ...] = (
    ("Tệp", 60),
    ("SHA-256", 68),
    ("Số byte", 12),
    ("Tình trạng", 22),
    ("Đơn vị", 14),
    ("Mẫu", 18),
    ("Ngày nhận", 12),
    ("Số vấn đề", 10),
)


Column = tuple[str, float]
"""Header and width."""


@dataclass(frozen=True)
class Listing:
    """A sheet of texts and counts; `facts` are pairs of label and value above the headers."""

    sheet: str
    title: str
    columns: tuple[Column, ...]
    lines: tuple[tuple[str | int, ...], ...]
    facts: tuple[tuple[str, str | int], ...] = ()


def listings(result: Consolidation) -> Iterator[Listing]:
    """All lists in sheet order."""
    yield status_list(result)
    yield finding_list(result)
    yield note_list(result)
    for sheet, name, width in (
        (names.ACTIVITIES_SHEET, "activities", 30.0),
        (names.CALENDAR_SHEET, "calendar", 20.0),
    ):
        if name in result.form.lists:
            yield open_list(result, sheet, name, width)


# --- units and findings --------------------------------------------------------------------------------------------


def status_list(result: Consolidation) -> Listing:
    lines = tuple(_status_line(line) for line in result.units)
    return Listing(names.STATUS_SHEET, f"TÌNH TRẠNG NỘP BÁO CÁO: {coverage_share(result)}", STATUS_COLUMNS, lines)


def _status_line(line: UnitLine) -> tuple[str | int, ...]:
    unit = line.unit
    level = place.LEVEL_NAMES.get(unit.level, unit.level)
    status = UNIT_WORDS.get(line.status, line.status)
    day = f"{line.received:%d/%m/%Y}" if line.received else ""
    late = LATE_WORDS[line.late] if line.files else ""
    signed = "có" if line.companions else "chưa"
    files = "\n".join(line.files)
    return unit.code, unit.name, level, unit.parent or "", status, day, late, signed, files, line.findings, line.remark


def finding_list(result: Consolidation) -> Listing:
    lines = tuple(_finding_line(result.form, finding) for finding in result.findings)
    return Listing(names.FINDINGS_SHEET, f"CÁC VẤN ĐỀ: {len(lines)}", FINDING_COLUMNS, lines)


def _finding_line(form: Form, finding: Finding) -> tuple[str, ...]:
    row = form.by_key.get(finding.row or "")
    texts = (
        SEVERITY_WORDS[severity_of(finding)],
        finding.unit,
        finding.file,
        finding.sheet,
        finding.cell,
        row.code if row else finding.row,
        MEASURE_WORDS.get(finding.measure or "", finding.measure),
        finding.found,
        finding.expected,
        finding.suggestion,
        message(finding, "vi"),
        finding.code,
    )
    return tuple(text or "" for text in texts)


# --- what units wrote ----------------------------------------------------------------------------------------------


def note_list(result: Consolidation) -> Listing:
    lines = tuple(_note_line(result.form, leaf, note) for leaf in result.leaves for note in leaf.notes)
    return Listing(names.NOTES_SHEET, "GHI CHÚ VÀ THUYẾT MINH CỦA CÁC ĐƠN VỊ", NOTE_COLUMNS, lines)


def _note_line(form: Form, leaf: Leaf, note: Note) -> tuple[str, ...]:
    row = form.by_key.get(note.about) if note.kind in ("note", "open") else None
    code, about = (row.code, row.label) if row else ("", note.about)
    return leaf.unit.code, leaf.unit.name, NOTE_WORDS.get(note.kind, note.kind), code, about, note.cell, note.text


def open_list(result: Consolidation, sheet: str, name: str, width: float) -> Listing:
    """One open list of all units, one below the other."""
    table = result.form.lists[name]
    columns = ((header, width if number else 8.0) for number, header in enumerate(table["headers"]))
    lines = tuple((leaf.unit.code, leaf.unit.name, *line) for leaf in result.leaves for line in getattr(leaf, name))
    return Listing(sheet, table["title"], (*WHO, *columns), lines)


# --- the manifest --------------------------------------------------------------------------------------------------


def source_list(result: Consolidation) -> Listing:
    """Tool, form, options, the account, then every file."""
    lines = tuple(_file_line(line) for line in result.files)
    return Listing(names.SOURCE_SHEET, "NGUỒN SỐ LIỆU", FILE_COLUMNS, lines, tuple(_facts(result)))


def _file_line(line: FileLine) -> tuple[str | int, ...]:
    size = "" if line.size is None else line.size
    status = FILE_WORDS.get(line.status, line.status)
    day = f"{line.received:%d/%m/%Y}" if line.received else ""
    return line.path, line.sha256 or "", size, status, line.unit or "", line.form or "", day, line.findings


def _facts(result: Consolidation) -> Iterator[tuple[str, str | int]]:
    form = result.form
    yield "Phiên bản công cụ", __version__
    yield "Mẫu", f"{form.id}, bản {form.version}"
    yield "Dấu vân tay của mẫu (SHA-256)", form.fingerprint
    yield "Đợt báo cáo", result.campaign
    yield "Tổng hợp cho", f"{result.at.name} ({result.at.code})"
    yield "Số liệu đến ngày", day_words(result.as_of)
    yield "Số đơn vị", coverage_share(result)
    yield from ((f"Tuỳ chọn: {name}", value) for name, value in sorted((result.options or {}).items()))
    yield from ((f"Quyết định: {effect.decision.what}", _decided(effect)) for effect in result.effects)
    yield "Số tệp đã xem", len(result.files)
    yield from _counts(result.files)


def _decided(effect: Effect) -> str:
    """What was decided about what, why, by whom and when, and what it touched."""
    line = effect.decision
    value = f" → {line.value}" if line.value else ""
    who = ", ".join(text for text in (line.reason, line.by, line.date) if text)
    return f"{line.target}{value}{f' ({who})' if who else ''}: {', '.join(effect.on)}"


def _counts(files: Iterable[FileLine]) -> Iterator[tuple[str, int]]:
    """One count per status; together they are all files."""
    statuses = [line.status for line in files]
    for status in dict.fromkeys((*FILE_WORDS, *sorted(statuses))):
        yield f"   {FILE_WORDS.get(status, status)}", statuses.count(status)
