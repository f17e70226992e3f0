"""Why the strict reader gives a file back: one named rule per reason, in Vietnamese and English.

Inside the reading room a refusal is an exception that knows its rule, part and cell; it never leaves the room, for
`open_book` makes one finding of it. A rule says what should be, so that the finding's `expected` can carry it.
"""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.findings import Finding
from aggregator.reading import limits
from aggregator.reading.limits import Limit


@dataclass(frozen=True, slots=True)
class Rule:
    """What an honest file keeps, and the code of the finding when it does not."""

    code: str
    vi: str
    en: str
    found: str | None = None
    """What the file is instead, where that says more than the part."""


class Refused(Exception):
    """One broken rule or limit, with the part and the cell where they are known."""

    def __init__(self, rule: Rule | Limit, part: str | None = None, cell: str | None = None) -> None:
        super().__init__(rule.en)
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
    return _ENGLISH.get(sentence, sentence)


# --- what the file is
STRICT = Rule(
    "file-not-a-workbook",
    "Save As: Excel Workbook (.xlsx)",
    "Save As: Excel Workbook (.xlsx)",
    found="Strict Open XML",
)
ENCRYPTED = Rule("file-encrypted", "tệp không đặt mật khẩu mở", "a file without a password to open it")

# --- the container
BROKEN_ZIP = Rule("file-damaged", "tệp nén nguyên vẹn từ đầu đến cuối", "an archive that is whole from end to end")
SURROUNDED = Rule("file-damaged", "không có gì trước, giữa và sau các phần", "nothing around or between the parts")
TWO_HEADERS = Rule("file-damaged", "mục lục và phần của tệp nén khớp nhau", "headers that agree with the directory")
METHOD = Rule("file-damaged", "nén theo deflate hoặc không nén", "stored or deflated entries")
CHECKSUM = Rule("file-damaged", "mã kiểm CRC khớp", "a checksum that agrees")
GLUED = Rule("file-hostile", "chỉ một tệp nén, các phần không chồng nhau", "one archive whose parts do not overlap")
BAD_NAME = Rule("file-hostile", "tên phần nằm trong tệp nén", "entry names that stay inside the archive")
TWINS = Rule("file-hostile", "mỗi tên phần chỉ một lần", "each entry name once")
INFLATES = Rule("file-hostile", "giải nén đúng kích thước đã ghi", "parts that inflate to their declared size")

# --- the XML
BROKEN_XML = Rule("file-damaged", "XML đúng cú pháp", "well-formed XML")
ENCODING = Rule("file-damaged", "XML mã hoá UTF-8 hoặc UTF-16", "XML in UTF-8 or UTF-16")
DOCTYPE = Rule("file-hostile", "XML không có DOCTYPE", "XML without a DOCTYPE")
WRONG_ROOT = Rule("file-damaged", "phần XML đúng loại và đúng không gian tên", "the root and namespace of its kind")
PLAIN_TEXT = Rule("file-damaged", "giá trị ô không xen chú thích XML", "a cell value without XML comments in it")
ELSEWHERE = Rule("file-damaged", "phần tử nằm đúng chỗ, đúng một lần", "each element in its place, once")

# --- the package
MISSING = Rule("file-damaged", "đủ các phần của sổ tính", "all parts of a workbook")
CONTENT_TYPE = Rule("file-damaged", "phần có đúng loại nội dung", "a part with its content type")
RELATIONSHIP = Rule("file-damaged", "liên kết giữa các phần rõ ràng", "relationships that point to one part each")
OUTSIDE = Rule("file-hostile", "liên kết không ra ngoài tệp", "relationships that stay inside the file")
NO_SHEET = Rule("file-damaged", "có ít nhất một trang tính", "at least one worksheet")
SHEET_TWINS = Rule("file-damaged", "mỗi tên trang tính chỉ một lần", "each sheet name once")
BAD_SHEET = Rule("file-damaged", "trang tính có tên, trạng thái và phần của nó", "a sheet with name, state and part")
DDE = Rule("file-hostile", "không có lệnh DDE", "no DDE command")
BAD_STYLE = Rule("file-damaged", "kiểu ô là số có trong bảng kiểu", "a cell format that the style table has")

# --- the cells
ROW_NUMBER = Rule("file-damaged", "số dòng là số nguyên", "a row number in plain digits")
ROW_ORDER = Rule("file-damaged", "số dòng tăng dần, không lặp", "rows in order, each once")
ADDRESS = Rule("file-damaged", "địa chỉ ô như Excel ghi", "a cell address as Excel writes it")
CELL_ORDER = Rule("file-damaged", "ô trong dòng tăng dần, không lặp", "cells in order, each once")
CONTRADICTION = Rule("file-damaged", "địa chỉ ô khớp với số dòng", "a cell address that agrees with its row")
ONE_VALUE = Rule("file-damaged", "mỗi ô một giá trị", "one value in a cell")
CELL_TYPE = Rule("file-damaged", "loại giá trị mà Excel biết", "a value type that Excel knows")
NUMBER = Rule("file-damaged", "số viết bằng chữ số thường", "a number in plain digits")
BOOLEAN = Rule("file-damaged", "giá trị đúng/sai là 1 hoặc 0", "a truth value of 1 or 0")
DATE = Rule("file-damaged", "ngày theo ISO 8601", "a date after ISO 8601")
STRING_INDEX = Rule("file-damaged", "chỉ số chuỗi dùng chung có thật", "an index of an existing shared string")
RANGE = Rule("file-damaged", "vùng ô như Excel ghi", "a range as Excel writes it")

# --- other formats
BROKEN_ODS = Rule("file-damaged", "bảng tính OpenDocument đúng cấu tạo", "a well-built OpenDocument spreadsheet")
BROKEN_XLS = Rule("file-damaged", "tệp Excel 97–2003 đúng cấu tạo", "a well-built Excel 97–2003 workbook")
BROKEN_XLSB = Rule("file-damaged", "tệp Excel nhị phân (.xlsb) đúng cấu tạo", "a well-built binary workbook (.xlsb)")
DISAGREE = Rule("file-damaged", "các cách đọc cho cùng một số", "the same number by every way of reading")
MACRO_NAME = Rule(
    "file-damaged", "sổ tính có macro phải mang đuôi .xlsm", "a workbook with macros is named .xlsm", found="macro"
)

# --- what a format keeps from us: no refusals, but the facts of `file-converted`
ODS = Rule(
    "file-converted",
    "khoá sheet, liên kết tới tệp khác, lúc lưu tệp",
    "the lock, links to other files, the save time",
    found="OpenDocument .ods",
)
XLS = Rule("file-converted", ODS.vi, ODS.en, found="Excel 97–2003 .xls")
XLSB = Rule(
    "file-converted",
    "công thức trong ô, khoá sheet, liên kết tới tệp khác, lúc lưu tệp",
    "formulas in cells, the lock, links to other files, the save time",
    found="Excel .xlsb",
)
MACROS = Rule("file-converted", "macro (không bao giờ được chạy)", "macros (they are never run)", found="macro")

# --- passwords
NO_CRYPTO = Rule("file-encrypted", "cài thêm gói [crypto] để mở bằng mật khẩu", "the extra [crypto], to open it")
WRONG_PASSWORD = Rule("file-encrypted", "mật khẩu có trong tệp --password-file", "a password of the --password-file")

_ENGLISH = {
    rule.vi: rule.en
    for module in (vars(), vars(limits))
    for rule in list(module.values())
    if isinstance(rule, (Rule, Limit))
}
