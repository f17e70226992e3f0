"""Every bound of the strict reader, one named constant each, with the sentence shown when it is hit.

The numbers come from public reporting forms and from Apache POI's defaults; an honest form is far below each. They are
looked up when they are used, never copied, so that a test may lower one. A consolidated workbook of ours may be larger
than a form: what differs stands at the end, as `Bounds`. Nothing here reads a file.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """The largest value still read, and the sentence for one past it."""

    value: int
    vi: str
    code: str = "file-too-large"


def _megabytes(count: int) -> int:
    return count * 1024 * 1024


# --- the container
FILE = Limit(_megabytes(20), "tệp không quá 20 MB")
ENTRIES = Limit(1_000, "không quá 1.000 mục trong tệp nén")
RATIO = Limit(100, "dữ liệu nén không quá 100 lần", code="file-hostile")
RATIO_FREE = Limit(100 * 1024, "dưới 100 KB không xét tỉ lệ nén")
PART = Limit(_megabytes(96), "mỗi phần giải nén không quá 96 MB")
ALL_PARTS = Limit(_megabytes(192), "tất cả giải nén không quá 192 MB")

# --- an archive of returns
MEMBERS = Limit(500, "không quá 500 tệp trong một tệp nén")
MEMBER = Limit(_megabytes(20), "mỗi tệp trong tệp nén không quá 20 MB")
ALL_MEMBERS = Limit(_megabytes(192), "tệp nén giải nén không quá 192 MB")
NESTING = Limit(1, "tệp nén chỉ mở một lớp; xin giải nén tệp bên trong")

# --- the XML
DEPTH = Limit(100, "XML lồng nhau không quá 100 cấp")
ATTRIBUTES = Limit(64, "mỗi phần tử XML không quá 64 thuộc tính")
ATTRIBUTE = Limit(128 * 1024, "mỗi thuộc tính XML không quá 128 KB")
TOKEN = Limit(_megabytes(1), "mỗi thẻ, chú thích hay đoạn chữ XML không quá 1 MB")
TAGS = Limit(8_000_000, "mỗi phần không quá 8 triệu thẻ XML")

# --- the workbook
SHEETS = Limit(100, "không quá 100 trang tính")
SHEET_NAME = Limit(255, "tên trang tính không quá 255 ký tự")
RELATIONSHIPS = Limit(10_000, "không quá 10.000 liên kết giữa các phần")
NAMES = Limit(10_000, "không quá 10.000 tên được định nghĩa")
NAME = Limit(8_192, "tên được định nghĩa không quá 8.192 ký tự")
STYLES = Limit(200_000, "không quá 200.000 kiểu ô")
PROPERTY = Limit(32_767, "thuộc tính tài liệu không quá 32.767 ký tự")

# --- the cells
ROWS = Limit(1_048_576, "dòng nằm trong bảng của Excel", code="file-damaged")
COLUMNS = Limit(16_384, "cột nằm trong bảng của Excel", code="file-damaged")
CELLS = Limit(3_000_000, "mỗi trang tính không quá 3.000.000 ô")
FILLED = Limit(200_000, "mỗi trang tính không quá 200.000 ô có dữ liệu")
FILLED_IN_ALL = Limit(500_000, "cả tệp không quá 500.000 ô có dữ liệu")
TEXT = Limit(32_767, "mỗi ô không quá 32.767 ký tự")
TEXT_IN_ALL = Limit(10_000_000, "cả tệp không quá 10 triệu ký tự")
STRINGS = Limit(2_000_000, "không quá 2 triệu chuỗi dùng chung")
FORMULA = Limit(8_192, "mỗi công thức không quá 8.192 ký tự")
NUMBER = Limit(64, "mỗi số không quá 64 ký tự", code="file-damaged")
MERGES = Limit(100_000, "không quá 100.000 vùng gộp ô")
EXPANSION = Limit(
    4_000_000,
    "công thức dùng chung quá dài thì không khai triển",
)

# --- a consolidated workbook of ours: the leaves of a whole province or more
RESULT_FILE = Limit(_megabytes(200), "tệp tổng hợp không quá 200 MB")
RESULT_PARTS = Limit(_megabytes(512), "tệp tổng hợp giải nén không quá 512 MB")
RESULT_CELLS = Limit(
    7_000_000,
    "tệp tổng hợp không quá 7 triệu ô có dữ liệu",
)
RESULT_TEXT = Limit(100_000_000, "tệp tổng hợp không quá 100 triệu ký tự")
RESULT_TAGS = Limit(
    60_000_000,
    "mỗi phần của tệp tổng hợp không quá 60 triệu thẻ XML",
)
CLAIM = Limit(_megabytes(1), "thuộc tính tài liệu không quá 1 MB")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits that depend on whose file it is."""

    file: Limit
    part: Limit
    all_parts: Limit
    tags: Limit
    cells: Limit
    filled: Limit
    filled_in_all: Limit
    text_in_all: Limit
    strings: Limit


def form_bounds() -> Bounds:
    """For whatever a stranger sends."""
    return Bounds(FILE, PART, ALL_PARTS, TAGS, CELLS, FILLED, FILLED_IN_ALL, TEXT_IN_ALL, STRINGS)


def result_bounds() -> Bounds:
    """For a file that proves, or at least says, that it is a consolidated workbook of ours."""
    cells = (RESULT_CELLS,) * 3
    return Bounds(RESULT_FILE, RESULT_PARTS, RESULT_PARTS, RESULT_TAGS, *cells, RESULT_TEXT, RESULT_CELLS)
