"""The words with which staff write numbers, and how a text falls into them.

A text is tidied and becomes items (number, scale word, counting word, sign ...), whose kinds, one letter each, form a
shape for the rules to match. A number spelled out to its last digit is worked out here too.
Not here: what digits are worth (see `amounts`), and whether a reading may be used or must be asked (see `numbers`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aggregator.text import clean, legacy_encoding, plain, stands_for

Measure = Literal["count", "people", "money"]

LONGEST_ENTRY = 200
"""Characters of one entry; a longer one is a story, not a number."""
LARGEST = 10**15 - 1
"""Excel keeps 15 digits; a longer number was rounded before it reached us."""

SCALES: Mapping[str, int] = {
    "nghìn": 10**3, "ngàn": 10**3, "k": 10**3, "ngđ": 10**3,
    "triệu": 10**6, "tr": 10**6, "trđ": 10**6, "tỷ": 10**9, "tỉ": 10**9,
}  # fmt: skip
_WORDS: Mapping[str, str] = {
    "C": "đ|đồng|vnd|vnđ|việt nam đồng|đồng việt nam|₫",
    "L": "lớp|lớp học|cuộc|buổi|lần|đợt|quyển|quyển sách|cuốn|cuốn sách|tin|bài|tin bài|bài viết|tờ|tờ rơi|tờ gấp"
    "|trường|trung tâm|đơn vị|tập thể|huyện|quận|xã|phường|hội thảo|hội nghị|tọa đàm|hội thi|kế hoạch|cái|chiếc"
    "|hoạt động|chuyên đề|chương trình|sự kiện|video|trang tin|tài liệu|bản|bộ|mô hình|câu lạc bộ|băng rôn|pano",
    "P": "người|lượt|lượt người|người học|học sinh|hs|hssv|học viên|hv|sinh viên|sv|giáo viên|gv|cá nhân|em|cán bộ"
    "|cb|cbql|cán bộ quản lý|nhân viên|nv|phụ huynh|người dân|nhân dân|đại biểu|hội viên|đoàn viên|thành viên"
    "|người tham gia|người tham dự|lượt người tham gia|học sinh tham gia",
    "O": "không|ko",
    "K": "có|tổ chức|thực hiện|phát sinh|triển khai|nào|gì|cả|kinh phí",
    "U": "chưa|đang|sẽ|dự kiến|như trên|nt|ở trên|tiếp tục",
    "A": "khoảng|độ|gần|hơn|trên|dưới|ước|ước tính|chừng|tầm|cỡ|xấp xỉ|ngót|non|tối đa|tối thiểu|ít nhất|nhiều nhất"
    "|vài|mấy|dăm|hàng|trở lên|trở xuống|~|≈|>|<|≥|≤|±",
    "H": "trăm|chục|tá|vạn|mươi",
    "R": "rưỡi",
    "E": "chẵn",
    "J": "và|với",
    "T": "từ|đến|tới|->|→",
    "D": "ngày|tháng|năm|quý|tuần|thứ",
    "X": "x|×|*",
    "%": "phần trăm",
    "W": "ngân sách",
}
_DIGITS: Mapping[str, int] = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "nhăm": 5,
    "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
OWN: Mapping[Measure, str] = {"count": "L", "people": "P", "money": "C"}
_LONGEST_PHRASE = 4
_Phrases = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Item:
    """One number, known phrase, unknown word or sign; `kind` is a letter of `_WORDS`, `N`, `S`, `W` or the sign."""

    kind: str
    text: str
    spaced: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What a rule sees: the tidied text, its items and the measure of the cell."""

    text: str
    items: tuple[Item, ...]
    measure: Measure
    font: str | None = None

    @property
    def shape(self) -> str:
        return shape_of(self.items)


def _phrase_table() -> _Phrases:
    """Phrases by what is left of them without any marks; `to` leads to `tờ`, and to nothing that begins with it."""
    table: dict[str, tuple[tuple[str, str], ...]] = {}
    kinds = {**_WORDS, "S": "|".join(SCALES)}
    for kind, phrases in kinds.items():
        for phrase in phrases.split("|"):
            table[plain(phrase)] = (*table.get(plain(phrase), ()), (phrase, kind))
    return table


_PHRASES = _phrase_table()
_TOKEN = re.compile(r"(?P<blank> ?)(?:(?P<number>[0-9]+(?:[.,]+[0-9]+)*)|(?P<word>[^\W\d_]+)|(?P<sign>->|[^ ]))")
_ASCII = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"
)
_FAR_APART = re.compile(r"(?<=[0-9])(?:[\t\n\x0b\x0c\r\x85\u2028\u2029]|\s\s)\s*(?=[0-9])")
_QUOTE_PREFIX = re.compile("^['’‘]+ ?(?=[^'’‘ ])")
_TAIL = re.compile(r"(?<=[^\s.,;/]) ?(?:\./\.|[.,;])$")


def entry_of(text: str, measure: Measure) -> Entry | None:
    """The text tidied for reading, or `None` when it is too long to be a number."""
    # two numbers on two lines, or in two columns of a pasted table, are not one number grouped by blanks
    typed = clean(_FAR_APART.sub(" ; ", text.translate(_ASCII)))
    if len(typed) > LONGEST_ENTRY:
        return None
    tidy = _TAIL.sub("", _QUOTE_PREFIX.sub("", typed))
    return Entry(tidy, items_of(tidy), measure, legacy_encoding(text[: 4 * LONGEST_ENTRY]))


def items_of(text: str) -> tuple[Item, ...]:
    # `tr.đ`, `hs.`: a full stop behind letters only shortens a word
    shortened = re.sub(r"(?<=[^\W\d_])\.(?=[^\W\d_]| |$)", " ", text.lower())
    tokens = tuple(_TOKEN.finditer(clean(shortened)))
    items: list[Item] = []
    place = 0
    while place < len(tokens):
        item, used = _item(tokens, place)
        items.append(item)
        place += used
    return tuple(items)


def _item(tokens: tuple[re.Match[str], ...], place: int) -> tuple[Item, int]:
    """The longest known phrase from here on, else the one token; and how many tokens it took."""
    spaced = bool(tokens[place]["blank"])
    if number := tokens[place]["number"]:
        return Item("N", number, spaced), 1
    for length in range(_LONGEST_PHRASE, 0, -1):
        phrase = " ".join(token.group().strip() for token in tokens[place : place + length])
        for word, kind in _PHRASES.get(plain(phrase), ()):
            if len(tokens) >= place + length and stands_for(phrase, word):
                return Item(kind, word, spaced), length
    sign = tokens[place]["sign"]
    return Item("W" if sign is None else sign, str(sign or tokens[place]["word"]), spaced), 1


def shape_of(items: tuple[Item, ...]) -> str:
    """One letter per item; a sign that looks like one of the letters cannot be, letters are never signs."""
    return "".join(item.kind for item in items)


def spelled(items: tuple[Item, ...]) -> int | None:
    """A number in words, counting or currency words behind it left aside; `None` when it is not one."""
    found = re.fullmatch("([OWDSH]+R?)[LPC]*E?", shape_of(items))
    if found is None:
        return None
    total, section, last = 0, 0, LARGEST + 1
    digit: int | None = None
    for item in items[: found.end(1)]:
        if item.kind == "S" and SCALES[item.text] < last and section + (digit or 0):
            last = SCALES[item.text]
            total, section, digit = total + (section + (digit or 0)) * last, 0, None
        elif item.kind == "R":
            section += last // 2
        elif (step := _spelled_step(item.text, digit)) is None:
            return None
        else:
            section, digit = section + step[0], step[1]
    return total + section + (digit or 0)


def _spelled_step(word: str, digit: int | None) -> tuple[int, int | None] | None:
    """(what joins the section, the digit now pending) for one word below the scale words."""
    value = next((value for name, value in _DIGITS.items() if stands_for(word, name)), None)
    if value is not None:
        return (0, value) if digit is None else None
    if stands_for(word, "mười") or word == "mươi":
        return (digit or 1) * 10, None
    if word == "trăm" and digit is not None:
        return digit * 100, None
    return (0, digit) if word in ("linh", "lẻ", "le") else None
