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
    en: str
    code: str = "file-too-large"


def _megabytes(count: int) -> int:
    return count * 1024 * 1024


# --- the container
FILE = Limit(_megabytes(20), "tệp không quá 20 MB", "a file of at most 20 MB")
ENTRIES = Limit(1_000, "không quá 1.000 mục trong tệp nén", "at most 1,000 entries in the archive")
RATIO = Limit(100, "dữ liệu nén không quá 100 lần", "data compressed at most 100 times", code="file-hostile")
RATIO_FREE = Limit(100 * 1024, "dưới 100 KB không xét tỉ lệ nén", "below 100 KB the ratio is free")
PART = Limit(_megabytes(96), "mỗi phần giải nén không quá 96 MB", "at most 96 MB in one part once inflated")
ALL_PARTS = Limit(_megabytes(192), "tất cả giải nén không quá 192 MB", "at most 192 MB in all once inflated")

# --- an archive of returns
MEMBERS = Limit(500, "không quá 500 tệp trong một tệp nén", "at most 500 files in one archive")
MEMBER = Limit(_megabytes(20), "mỗi tệp trong tệp nén không quá 20 MB", "a file of at most 20 MB inside an archive")
ALL_MEMBERS = Limit(_megabytes(192), "tệp nén giải nén không quá 192 MB", "an archive of at most 192 MB once inflated")
NESTING = Limit(
    1, "tệp nén chỉ mở một lớp; xin giải nén tệp bên trong", "archives opened one layer deep; unpack the inner one"
)

# --- the XML
DEPTH = Limit(100, "XML lồng nhau không quá 100 cấp", "XML nested at most 100 levels deep")
ATTRIBUTES = Limit(64, "mỗi phần tử XML không quá 64 thuộc tính", "at most 64 attributes on one XML element")
ATTRIBUTE = Limit(128 * 1024, "mỗi thuộc tính XML không quá 128 KB", "an XML attribute of at most 128 KB")
TOKEN = Limit(_megabytes(1), "mỗi thẻ, chú thích hay đoạn chữ XML không quá 1 MB", "at most 1 MB between two XML tags")
TAGS = Limit(8_000_000, "mỗi phần không quá 8 triệu thẻ XML", "at most 8 million XML tags in one part")

# --- the workbook
SHEETS = Limit(100, "không quá 100 trang tính", "at most 100 sheets")
SHEET_NAME = Limit(255, "tên trang tính không quá 255 ký tự", "a sheet name of at most 255 characters")
RELATIONSHIPS = Limit(10_000, "không quá 10.000 liên kết giữa các phần", "at most 10,000 relationships")
NAMES = Limit(10_000, "không quá 10.000 tên được định nghĩa", "at most 10,000 defined names")
NAME = Limit(8_192, "tên được định nghĩa không quá 8.192 ký tự", "a defined name of at most 8,192 characters")
STYLES = Limit(200_000, "không quá 200.000 kiểu ô", "at most 200,000 cell formats")
PROPERTY = Limit(32_767, "thuộc tính tài liệu không quá 32.767 ký tự", "a property of at most 32,767 characters")

# --- the cells
ROWS = Limit(1_048_576, "dòng nằm trong bảng của Excel", "a row inside Excel's grid", code="file-damaged")
COLUMNS = Limit(16_384, "cột nằm trong bảng của Excel", "a column inside Excel's grid", code="file-damaged")
CELLS = Limit(3_000_000, "mỗi trang tính không quá 3.000.000 ô", "at most 3,000,000 cells on one sheet")
FILLED = Limit(200_000, "mỗi trang tính không quá 200.000 ô có dữ liệu", "at most 200,000 filled cells on one sheet")
FILLED_IN_ALL = Limit(500_000, "cả tệp không quá 500.000 ô có dữ liệu", "at most 500,000 filled cells in all")
TEXT = Limit(32_767, "mỗi ô không quá 32.767 ký tự", "at most 32,767 characters in one cell")
TEXT_IN_ALL = Limit(10_000_000, "cả tệp không quá 10 triệu ký tự", "at most 10 million characters in all")
STRINGS = Limit(2_000_000, "không quá 2 triệu chuỗi dùng chung", "at most 2 million shared strings")
FORMULA = Limit(8_192, "mỗi công thức không quá 8.192 ký tự", "a formula of at most 8,192 characters")
NUMBER = Limit(64, "mỗi số không quá 64 ký tự", "a number of at most 64 characters", code="file-damaged")
MERGES = Limit(100_000, "không quá 100.000 vùng gộp ô", "at most 100,000 merged ranges")
EXPANSION = Limit(
    4_000_000,
    "công thức dùng chung quá dài thì không khai triển",
    "shared formulas longer than this in all are not expanded",
)

# --- a consolidated workbook of ours: the leaves of a whole province or more
RESULT_FILE = Limit(_megabytes(200), "tệp tổng hợp không quá 200 MB", "a consolidated workbook of at most 200 MB")
RESULT_PARTS = Limit(
    _megabytes(512), "tệp tổng hợp giải nén không quá 512 MB", "a consolidated workbook of at most 512 MB once inflated"
)
RESULT_CELLS = Limit(
    7_000_000,
    "tệp tổng hợp không quá 7 triệu ô có dữ liệu",
    "at most 7 million filled cells in a consolidated workbook",
)
RESULT_TEXT = Limit(
    100_000_000, "tệp tổng hợp không quá 100 triệu ký tự", "at most 100 million characters in a consolidated workbook"
)
RESULT_TAGS = Limit(
    60_000_000,
    "mỗi phần của tệp tổng hợp không quá 60 triệu thẻ XML",
    "at most 60 million XML tags in one of its parts",
)
CLAIM = Limit(_megabytes(1), "thuộc tính tài liệu không quá 1 MB", "document properties of at most 1 MB")


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
