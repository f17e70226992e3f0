"""The words of the page in Vietnamese and English, and numbers as each language writes them.

Words with `{}` are filled by `str.format`, on the page by the script in the same way. What other outputs already name
(states of units, states of files, severities) keeps its name from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from aggregator.outputs.terminal import STATUS
from aggregator.outputs.terminal import WORDS as SEVERITY_WORDS
from aggregator.words import in_language, mark

_WORDS: Mapping[str, str] = {
    "title": mark("Tổng hợp: {}"),
    "skip": mark("Tới nội dung chính"),
    "contents": mark("Các phần của trang"),
    "top": mark("Về đầu trang"),
    "unit": mark("Đơn vị"),
    "campaign": mark("Đợt báo cáo"),
    "as-of": mark("Số liệu đến ngày"),
    "unknown": mark("chưa rõ"),
    "form": mark("Mẫu biểu"),
    "version": mark("bản"),
    "progress": mark("Tỷ lệ đơn vị đã nhận"),
    "coverage": mark("{}/{} đơn vị đã nhận ({} %)"),
    "coverage-open": mark("{} đơn vị đã nhận. Không có danh sách đơn vị nên chưa biết còn thiếu đơn vị nào."),
    "files": mark("Tệp đã xem"),
    "files-table": mark("Danh sách tệp, tình trạng và mã SHA-256"),
    "files-large": mark(
        "Trang này chỉ liệt kê {} trong {} tệp, là những tệp không được tính vào kết quả; đủ cả ở sheet “Nguồn” của "
        "tệp tổng hợp."
    ),
    "board": mark("Tình trạng nộp báo cáo"),
    "board-note": mark("Các đơn vị xếp theo nơi nhận báo cáo. Mở từng dòng để xem đơn vị và cách liên hệ."),
    "board-large": mark(
        "Có tới {} đơn vị nên trang này chỉ nêu tên {} trong {} đơn vị cần để ý: còn thiếu, cần sửa hoặc nộp muộn. "
        "Đủ cả ở sheet “Tình trạng nộp” của tệp tổng hợp."
    ),
    "board-none": mark("Chưa có đơn vị nào phải báo cáo."),
    "board-search": mark("Tìm đơn vị (tên hoặc mã)"),
    "board-state": mark("Tình trạng"),
    "all-states": mark("Tất cả"),
    "to-do": mark("Còn việc phải làm"),
    "open-all": mark("Mở tất cả"),
    "close-all": mark("Đóng tất cả"),
    "shown-units": mark("Đang hiện {}/{} đơn vị"),
    "others": mark("Không phải báo cáo nhưng có gửi tệp"),
    "not-expected": mark("không phải báo cáo"),
    "outside": mark("ngoài danh sách phải nộp"),
    "strays": mark("{} tệp cần sửa chưa rõ của đơn vị nào, hoặc của đơn vị không phải báo cáo: xem phần Vấn đề."),
    "contact": mark("Liên hệ"),
    "received": mark("nhận ngày {}"),
    "unit-findings": mark("{} vấn đề"),
    "printed-good": mark("Các đơn vị đã nhận và không có gì cần nói thêm không in từng dòng."),
    "late": mark("nộp muộn"),
    "findings": mark("Vấn đề"),
    "findings-none": mark("Không có vấn đề nào."),
    "severity": mark("Mức"),
    "code": mark("Loại vấn đề"),
    "all-codes": mark("Tất cả các loại"),
    "find": mark("Tìm (đơn vị, tệp, nội dung)"),
    "reset": mark("Bỏ lọc"),
    "shown-findings": mark("Đang hiện {}/{} vấn đề"),
    "cut": mark("Trang này chỉ liệt kê {} vấn đề nặng nhất trong {}; đủ cả ở sheet “Vấn đề” của tệp tổng hợp."),
    "whole": mark("Toàn đợt báo cáo"),
    "row": mark("dòng {}"),
    "found": mark("Đang ghi"),
    "expected": mark("Cần là"),
    "suggestion": mark("Gợi ý"),
    "count": mark("số lượng"),
    "people": mark("số người"),
    "money": mark("số tiền"),
    "totals": mark("Số liệu tổng hợp"),
    "totals-note": mark("Bấm vào một số để xem số đó cộng từ những đơn vị nào."),
    "totals-large": mark(
        "Bấm vào một số để xem số đó cộng từ những nhánh nào; từng đơn vị xem ở sheet “Chi tiết” của tệp tổng hợp."
    ),
    "totals-caption": mark("Bảng số liệu tổng hợp của {}"),
    "scroll": mark("Bảng, cuộn ngang được"),
    "behind": mark("Cộng từ"),
    "units": mark("{} đơn vị"),
    "blank": mark("{} để trống"),
    "decisions": mark("Quyết định đã áp dụng"),
    "decisions-none": mark("Không có quyết định nào tác động đến kết quả này."),
    "decided-on": mark("Tác động đến"),
    "reason": mark("Lý do"),
    "sources": mark("Tệp và nguồn"),
    "account": mark("Đã xem {} tệp = {}"),
    "file": mark("Tệp"),
    "status": mark("Tình trạng"),
    "day": mark("Ngày nhận"),
    "issues": mark("Số vấn đề"),
    "size": mark("Số byte"),
    "made-by": mark("Công cụ"),
    "fingerprint": mark("Dấu vân tay của mẫu (SHA-256)"),
    "options": mark("Tuỳ chọn"),
    "close": mark("Đóng"),
}

_SCRIPT_WORDS: Mapping[str, str] = {
    "show": mark("xem các đơn vị đóng góp"),
    "sum": mark("Cộng từ {} nhánh"),
    "own": mark("Hoạt động của chính đơn vị"),
    "leaves": mark("Xem {} đơn vị"),
    "leaf": mark("Xem 1 đơn vị"),
    "more": mark("Xem thêm {}"),
    "blank": mark("để trống"),
    "nothing": mark("chưa có số liệu"),
    "accepted": mark("{}/{} đơn vị đã nhận"),
    "unit": mark("Đơn vị"),
    "value": mark("Số liệu"),
    "share": mark("Tỷ lệ"),
    "cell": mark("ô {} trên sheet {} của từng biểu"),
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
    return {key: in_language(text, lang) for key, text in _WORDS.items()}


def script_words(lang: str) -> Mapping[str, str]:
    """What the script says when somebody opens a number."""
    return {key: in_language(text, lang) for key, text in _SCRIPT_WORDS.items()}


def severity_word(severity: str, lang: str) -> str:
    return SEVERITY_WORDS[lang][severity].capitalize()


def file_status_word(status: str, lang: str) -> str:
    return STATUS[lang].get(status, status)


def number(value: int, lang: str) -> str:
    """`1.234.567` in Vietnamese, `1,234,567` in English."""
    text = f"{value:,}"
    return text if lang == "en" else text.replace(",", ".")
