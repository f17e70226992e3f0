"""The words of the page in Vietnamese and English, and numbers as each language writes them.

Words with `{}` are filled by `str.format`, on the page by the script in the same way. What other outputs already name
(states of units, states of files, severities) keeps its name from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from aggregator.outputs.terminal import STATUS
from aggregator.outputs.terminal import WORDS as SEVERITY_WORDS

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Tổng hợp: {}", "Consolidation: {}"),
    "skip": ("Tới nội dung chính", "Skip to the content"),
    "contents": ("Các phần của trang", "Parts of the page"),
    "top": ("Về đầu trang", "Back to the top"),
    "unit": ("Đơn vị", "Unit"),
    "campaign": ("Đợt báo cáo", "Campaign"),
    "as-of": ("Số liệu đến ngày", "As of"),
    "unknown": ("chưa rõ", "not known"),
    "form": ("Mẫu biểu", "Form"),
    "version": ("bản", "version"),
    "progress": ("Tỷ lệ đơn vị đã nhận", "Share of units accepted"),
    "coverage": ("{}/{} đơn vị đã nhận ({} %)", "{}/{} units accepted ({} %)"),
    "coverage-open": (
        "{} đơn vị đã nhận. Không có danh sách đơn vị nên chưa biết còn thiếu đơn vị nào.",
        "{} units accepted. Without a register nobody knows who is missing.",
    ),
    "files": ("Tệp đã xem", "Files seen"),
    "files-table": ("Danh sách tệp, tình trạng và mã SHA-256", "Files with status and SHA-256"),
    "board": ("Tình trạng nộp báo cáo", "Who has reported"),
    "board-note": (
        "Các đơn vị xếp theo nơi nhận báo cáo. Mở từng dòng để xem đơn vị và cách liên hệ.",
        "Units stand under the unit they report to. Open a line to see them and how to reach them.",
    ),
    "board-none": ("Chưa có đơn vị nào phải báo cáo.", "No unit has to report."),
    "board-search": ("Tìm đơn vị (tên hoặc mã)", "Find a unit (name or code)"),
    "board-state": ("Tình trạng", "Status"),
    "all-states": ("Tất cả", "All"),
    "to-do": ("Còn việc phải làm", "Something to do"),
    "open-all": ("Mở tất cả", "Open all"),
    "close-all": ("Đóng tất cả", "Close all"),
    "shown-units": ("Đang hiện {}/{} đơn vị", "Showing {} of {} units"),
    "others": ("Không phải báo cáo nhưng có gửi tệp", "Need not report but sent something"),
    "not-expected": ("không phải báo cáo", "need not report"),
    "outside": ("ngoài danh sách phải nộp", "outside the register"),
    "strays": (
        "{} tệp cần sửa chưa rõ của đơn vị nào, hoặc của đơn vị không phải báo cáo: xem phần Vấn đề.",
        "{} refused files of no known unit, or of a unit that need not report: see the findings.",
    ),
    "contact": ("Liên hệ", "Contact"),
    "received": ("nhận ngày {}", "received {}"),
    "unit-findings": ("{} vấn đề", "findings: {}"),
    "printed-good": (
        "Các đơn vị đã nhận và không có gì cần nói thêm không in từng dòng.",
        "Units that are accepted without anything to add are not printed one by one.",
    ),
    "late": ("nộp muộn", "late"),
    "findings": ("Vấn đề", "Findings"),
    "findings-none": ("Không có vấn đề nào.", "There are no findings."),
    "severity": ("Mức", "Severity"),
    "code": ("Loại vấn đề", "Kind of finding"),
    "all-codes": ("Tất cả các loại", "All kinds"),
    "find": ("Tìm (đơn vị, tệp, nội dung)", "Find (unit, file, text)"),
    "reset": ("Bỏ lọc", "Clear filter"),
    "shown-findings": ("Đang hiện {}/{} vấn đề", "Showing {} of {} findings"),
    "cut": (
        "Trang này chỉ liệt kê {} vấn đề nặng nhất trong {}; đủ cả ở sheet “Vấn đề” của tệp tổng hợp.",
        "This page lists the gravest {} of {} findings; all of them are on the sheet “Vấn đề” of the workbook.",
    ),
    "whole": ("Toàn đợt báo cáo", "Whole campaign"),
    "row": ("dòng {}", "row {}"),
    "found": ("Đang ghi", "Found"),
    "expected": ("Cần là", "Expected"),
    "suggestion": ("Gợi ý", "Suggestion"),
    "count": ("số lượng", "count"),
    "people": ("số người", "people"),
    "money": ("số tiền", "money"),
    "totals": ("Số liệu tổng hợp", "Totals"),
    "totals-note": (
        "Bấm vào một số để xem số đó cộng từ những đơn vị nào.",
        "Press a number to see which units it is the sum of.",
    ),
    "totals-caption": ("Bảng số liệu tổng hợp của {}", "Consolidated figures of {}"),
    "scroll": ("Bảng, cuộn ngang được", "Table, scrolls sideways"),
    "behind": ("Cộng từ", "Sum of"),
    "units": ("{} đơn vị", "units: {}"),
    "blank": ("{} để trống", "{} left blank"),
    "decisions": ("Quyết định đã áp dụng", "Decisions that had an effect"),
    "decisions-none": (
        "Không có quyết định nào tác động đến kết quả này.",
        "No decision had an effect on this result.",
    ),
    "decided-on": ("Tác động đến", "Touches"),
    "reason": ("Lý do", "Reason"),
    "sources": ("Tệp và nguồn", "Files and sources"),
    "account": ("Đã xem {} tệp = {}", "{} files seen = {}"),
    "file": ("Tệp", "File"),
    "status": ("Tình trạng", "Status"),
    "day": ("Ngày nhận", "Received"),
    "issues": ("Số vấn đề", "Findings"),
    "size": ("Số byte", "Bytes"),
    "made-by": ("Công cụ", "Tool"),
    "fingerprint": ("Dấu vân tay của mẫu (SHA-256)", "Fingerprint of the form (SHA-256)"),
    "options": ("Tuỳ chọn", "Options"),
    "close": ("Đóng", "Close"),
}

_SCRIPT_WORDS: Mapping[str, tuple[str, str]] = {
    "show": ("xem các đơn vị đóng góp", "see which units it comes from"),
    "sum": ("Cộng từ {} nhánh", "Sum of {} branches"),
    "own": ("Hoạt động của chính đơn vị", "The unit's own activity"),
    "leaves": ("Xem {} đơn vị", "Show {} units"),
    "leaf": ("Xem 1 đơn vị", "Show 1 unit"),
    "more": ("Xem thêm {}", "Show {} more"),
    "blank": ("để trống", "left blank"),
    "nothing": ("chưa có số liệu", "no figures yet"),
    "accepted": ("{}/{} đơn vị đã nhận", "{}/{} units accepted"),
    "unit": ("Đơn vị", "Unit"),
    "value": ("Số liệu", "Figure"),
    "share": ("Tỷ lệ", "Share"),
    "cell": ("ô {} trên sheet {} của từng biểu", "cell {} on the sheet {} of each form"),
}

SYMBOLS: Mapping[str, str] = {
    "accepted": "✓",
    "refused": "!",
    "missing": "–",
    "not-expected": "·",
    "outside": "·",
    "superseded": "↺",
    "duplicate": "=",
    "ignored": "·",
    "error": "✕",
    "warning": "!",
    "info": "i",
}
"""A sign beside each word of state, so that colour alone says nothing."""


@cache
def words(lang: str) -> Mapping[str, str]:
    """Everything the page itself says."""
    return {key: texts[lang == "en"] for key, texts in _WORDS.items()}


def script_words(lang: str) -> Mapping[str, str]:
    """What the script says when somebody opens a number."""
    return {key: texts[lang == "en"] for key, texts in _SCRIPT_WORDS.items()}


def severity_word(severity: str, lang: str) -> str:
    return SEVERITY_WORDS[lang][severity].capitalize()


def file_status_word(status: str, lang: str) -> str:
    return STATUS[lang].get(status, status)


def number(value: int, lang: str) -> str:
    """`1.234.567` in Vietnamese, `1,234,567` in English."""
    text = f"{value:,}"
    return text if lang == "en" else text.replace(",", ".")
