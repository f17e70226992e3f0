"""Why the strict reader gives a file back: one named rule per reason, in Vietnamese and English.

Inside the reading room a refusal is an exception that knows its rule, part and cell; it never leaves the room, for
`open_book` makes one finding of it. A rule says what should be, so that the finding's `expected` can carry it.
"""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.findings import Finding
from aggregator.reading import limits
from aggregator.reading.limits import Limit
from aggregator.words import ENGLISH, in_language


@dataclass(frozen=True, slots=True)
class Rule:
    """What an honest file keeps, and the code of the finding when it does not."""

    code: str
    vi: str
    found: str | None = None
    """What the file is instead, where that says more than the part."""


class Refused(Exception):
    """One broken rule or limit, with the part and the cell where they are known."""

    def __init__(self, rule: Rule | Limit, part: str | None = None, cell: str | None = None) -> None:
        super().__init__(in_language(rule.vi, ENGLISH))
        self.rule = rule
        self.part = part
        self.cell = cell
        self.sheet: str | None = None

    def at(self, part: str) -> Refused:
        """The same refusal, knowing its part."""
        self.part = self.part or part
        return self

    def on(self, sheet: str, cell: str | None) -> Refused:
        """The same refusal, knowing its sheet and, where it did not say so itself, the cell that was being read."""
        self.sheet = sheet
        self.cell = self.cell or cell
        return self

    def finding(self) -> Finding:
        """The refusal as the one finding that `open_book` returns."""
        place = [self.part] if self.part else []
        place += [f"ô {self.cell}"] if self.cell else []
        found = self.rule.found if isinstance(self.rule, Rule) else None
        return Finding(
            self.rule.code,
            sheet=self.sheet if self.cell else None,
            cell=self.cell,
            found=found or ", ".join(place) or None,
            expected=self.rule.vi,
        )


def in_english(sentence: str) -> str:
    """The English of a sentence that stands in `Finding.expected`; any other text comes back as it is."""
    return in_language(sentence, ENGLISH) if sentence in _SENTENCES else sentence


# --- what the file is
STRICT = Rule(
    "file-not-a-workbook",
    "Save As: Excel Workbook (.xlsx)",
    found="Strict Open XML",
)
ENCRYPTED = Rule("file-encrypted", "tệp không đặt mật khẩu mở")

# --- the container
BROKEN_ZIP = Rule("file-damaged", "tệp nén nguyên vẹn từ đầu đến cuối")
SURROUNDED = Rule("file-damaged", "không có gì trước, giữa và sau các phần")
TWO_HEADERS = Rule("file-damaged", "mục lục và phần của tệp nén khớp nhau")
METHOD = Rule("file-damaged", "nén theo deflate hoặc không nén")
CHECKSUM = Rule("file-damaged", "mã kiểm CRC khớp")
GLUED = Rule("file-hostile", "chỉ một tệp nén, các phần không chồng nhau")
BAD_NAME = Rule("file-hostile", "tên phần nằm trong tệp nén")
TWINS = Rule("file-hostile", "mỗi tên phần chỉ một lần")
INFLATES = Rule("file-hostile", "giải nén đúng kích thước đã ghi")

# --- the XML
BROKEN_XML = Rule("file-damaged", "XML đúng cú pháp")
ENCODING = Rule("file-damaged", "XML mã hoá UTF-8 hoặc UTF-16")
DOCTYPE = Rule("file-hostile", "XML không có DOCTYPE")
WRONG_ROOT = Rule("file-damaged", "phần XML đúng loại và đúng không gian tên")
PLAIN_TEXT = Rule("file-damaged", "giá trị ô không xen chú thích XML")
ELSEWHERE = Rule("file-damaged", "phần tử nằm đúng chỗ, đúng một lần")

# --- the package
MISSING = Rule("file-damaged", "đủ các phần của sổ tính")
CONTENT_TYPE = Rule("file-damaged", "phần có đúng loại nội dung")
RELATIONSHIP = Rule("file-damaged", "liên kết giữa các phần rõ ràng")
OUTSIDE = Rule("file-hostile", "liên kết không ra ngoài tệp")
NO_SHEET = Rule("file-damaged", "có ít nhất một trang tính")
SHEET_TWINS = Rule("file-damaged", "mỗi tên trang tính chỉ một lần")
BAD_SHEET = Rule("file-damaged", "trang tính có tên, trạng thái và phần của nó")
DDE = Rule("file-hostile", "không có lệnh DDE")
BAD_STYLE = Rule("file-damaged", "kiểu ô là số có trong bảng kiểu")

# --- the cells
ROW_NUMBER = Rule("file-damaged", "số dòng là số nguyên")
ROW_ORDER = Rule("file-damaged", "số dòng tăng dần, không lặp")
ADDRESS = Rule("file-damaged", "địa chỉ ô như Excel ghi")
CELL_ORDER = Rule("file-damaged", "ô trong dòng tăng dần, không lặp")
CONTRADICTION = Rule("file-damaged", "địa chỉ ô khớp với số dòng")
ONE_VALUE = Rule("file-damaged", "mỗi ô một giá trị")
CELL_TYPE = Rule("file-damaged", "loại giá trị mà Excel biết")
NUMBER = Rule("file-damaged", "số viết bằng chữ số thường")
BOOLEAN = Rule("file-damaged", "giá trị đúng/sai là 1 hoặc 0")
DATE = Rule("file-damaged", "ngày theo ISO 8601")
STRING_INDEX = Rule("file-damaged", "chỉ số chuỗi dùng chung có thật")
RANGE = Rule("file-damaged", "vùng ô như Excel ghi")

# --- other formats
BROKEN_ODS = Rule("file-damaged", "bảng tính OpenDocument đúng cấu tạo")
BROKEN_XLS = Rule("file-damaged", "tệp Excel 97–2003 đúng cấu tạo")
BROKEN_XLSB = Rule("file-damaged", "tệp Excel nhị phân (.xlsb) đúng cấu tạo")
DISAGREE = Rule("file-damaged", "các cách đọc cho cùng một số")
MACRO_NAME = Rule("file-damaged", "sổ tính có macro phải mang đuôi .xlsm", found="macro")

# --- what a format keeps from us: no refusals, but the facts of `file-converted`
ODS = Rule(
    "file-converted",
    "khoá sheet, liên kết tới tệp khác, lúc lưu tệp",
    found="OpenDocument .ods",
)
XLS = Rule("file-converted", ODS.vi, found="Excel 97–2003 .xls")
XLSB = Rule(
    "file-converted",
    "công thức trong ô, khoá sheet, liên kết tới tệp khác, lúc lưu tệp",
    found="Excel .xlsb",
)
MACROS = Rule("file-converted", "macro (không bao giờ được chạy)", found="macro")

# --- passwords
NO_CRYPTO = Rule("file-encrypted", "cài thêm gói [crypto] để mở bằng mật khẩu")
WRONG_PASSWORD = Rule("file-encrypted", "mật khẩu có trong tệp --password-file")

_SENTENCES = {
    rule.vi for module in (vars(), vars(limits)) for rule in list(module.values()) if isinstance(rule, (Rule, Limit))
}
