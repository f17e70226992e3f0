"""Reads one number as staff type it: an integer, a question, or a refusal. Never a float, never a silent guess.

A text becomes items (number, scale word, counting word, sign ...) whose kinds, one letter each, form a shape; each
rule of `RULES` knows one shape and answers or passes on. Above all: where a factor of 1,000 is at risk, ask.
Not here: caps of a form, plausibility, `money-too-small`; those are checks on the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from aggregator.formula import evaluate
from aggregator.reading.book import Cell, RawSheet
from aggregator.text import clean, legacy_encoding, plain, stands_for

Measure = Literal["count", "people", "money"]

LONGEST_ENTRY = 200
"""Characters of one entry; a longer one is a story, not a number."""
LARGEST = 10**15 - 1
"""Excel keeps 15 digits; a longer number was rounded before it reached us."""
SMALLEST_MONEY = 1_000
"""Below it no amount of đồng is real: thousands or millions were meant."""
DAY_NUMBERS = range(44_000, 47_501)
"""Dates of 2020 to early 2030 as Excel stores them: what becomes of `2/10` typed for two classes and ten people."""
LONGEST_PADDED = 3
"""Offices write 02 and 005; more digits behind a zero are a telephone number or a code."""
SCALED_LIMIT = 10**6
"""Nobody counts a million thousands: the scale word then only repeats what the digits say."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`value` is set only when it may be used; `code` is a finding code, `None` when read as it stands or blank.

    `how` is a slug for the finding's text, `suggestions` are likely readings, most likely first, for a question.
    """

    value: int | None
    code: str | None = None
    how: str = "as-is"
    suggestions: tuple[int, ...] = ()
    blank: bool = False


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
        return _shape(self.items)


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact value that may still be a fraction or, with `doubt`, only one of several readings (`options`)."""

    value: Fraction
    how: str
    doubt: bool = False
    options: tuple[Fraction, ...] = ()


Rule = Callable[[Entry], Reading | None]
Condition = Callable[[Amount, Measure], Reading | None]


def read_text(text: str, measure: Measure) -> Reading:
    """A text as typed or pasted; every value it gives carries `value-interpreted`."""
    entry = _entry(text, measure)
    if entry is None:
        return _refused("value-not-a-number", "too-long")
    return next((reading for rule in RULES if (reading := rule(entry))), _refused("value-not-a-number", "words"))


def read_cell(cell: Cell, measure: Measure, sheet: RawSheet) -> Reading:
    """A cell of whatever kind; `sheet` is where the cells of its formula are found."""
    if cell.kind == "error":
        return _refused("value-error-cell", "error")
    if cell.formula is not None:
        return _read_formula(cell, cell.formula, measure, sheet)
    if cell.kind == "text":
        return read_text(cell.text, measure)
    if cell.kind == "number":
        return _read_native(cell, measure)
    if cell.kind == "date":
        return _refused("value-date", "date", _iso_pair(cell.text))
    return _refused("value-not-a-number", "boolean") if cell.kind == "bool" else _BLANK


_BLANK = Reading(None, how="blank", blank=True)


def _refused(code: str, how: str, suggestions: tuple[Fraction | int, ...] = ()) -> Reading:
    """Suggestions keep their order; what cannot stand in the cell is left out."""
    usable = tuple(int(value) for value in suggestions if value == int(value) and 0 <= value <= LARGEST)
    return Reading(None, code, how, tuple(dict.fromkeys(usable)))


def _question(how: str, *suggestions: Fraction | int) -> Reading:
    return _refused("value-ambiguous", how, suggestions)


_NATIVE = re.compile(r"([+-]?)([0-9]+)(?:\.[0-9]*)?(?:[eE]([+-]?[0-9]{1,3}))?", re.ASCII)
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE | re.DOTALL)


def _read_native(cell: Cell, measure: Measure) -> Reading:
    codes = "" if cell.format.lower() in ("general", "standard") else _LITERAL.sub("", cell.format).lower()
    if re.search("[dmyhs]", codes):
        return _refused("value-date", "date", _serial_pair(cell.text))
    if "%" in codes:
        return _refused("value-not-a-number", "percent")
    return _native(cell.text, measure)


def _native(text: str, measure: Measure) -> Reading:
    """The characters of `<v>`; Excel itself writes 12 as `12.0` or `1.2E1` at times."""
    found = _NATIVE.fullmatch(text)
    if found is None:
        return _refused("value-not-a-number", "malformed")
    if found[1] == "-":
        return _refused("value-negative", "negative")
    if len(text) > LONGEST_ENTRY:
        return _refused("value-too-large", "too-large")
    value = Fraction(text)
    if value.denominator == 1:
        return _settled(Amount(value, "exponent" if found[3] else "as-is"), measure, None)
    return _native_part(value, measure)


def _native_part(value: Fraction, measure: Measure) -> Reading:
    """Excel in English makes 1.5 of a typed 1.500, so up to three decimals may be thousands."""
    thousands = value * 1_000
    if thousands.denominator != 1:
        return _refused("value-fraction", "fraction")
    return _question("fraction", thousands, *((value * 10**6,) if measure == "money" else ()))


def _read_formula(cell: Cell, formula: str, measure: Measure, sheet: RawSheet) -> Reading:
    """Used only when our own exact result is the stored one."""
    exact = evaluate(formula, sheet) if cell.kind == "number" else None
    if exact is None or _NATIVE.fullmatch(cell.text) is None or not _equals(exact, cell.text):
        return _refused("value-not-calculated", "formula")
    reading = _read_native(cell, measure)
    if reading.value is not None:
        return replace(reading, code="value-interpreted", how="formula")
    return _refused("value-fraction", "formula") if reading.how == "fraction" else reading


def _equals(exact: Fraction, stored: str) -> bool:
    return len(stored) <= LONGEST_ENTRY and Fraction(stored) == exact


def _serial_pair(serial: str) -> tuple[int, ...]:
    """The two numbers that Excel may have taken for a date."""
    found = re.fullmatch(r"([0-9]{1,7})(?:\.0*)?", serial, re.ASCII)
    if found is None or not 1 <= int(found[1]) <= 2_958_465:
        return ()
    return _pair_of(date(1899, 12, 30) + timedelta(days=int(found[1])))


def _iso_pair(text: str) -> tuple[int, ...]:
    try:
        return _pair_of(date.fromisoformat(text[:10]))
    except ValueError:
        return ()


def _pair_of(day: date) -> tuple[int, ...]:
    """`2/10` becomes 2 October of this year, `12/35` the first of December 1935."""
    this_year = DAY_NUMBERS.start <= (day - date(1899, 12, 30)).days < DAY_NUMBERS.stop
    return (day.day, day.month) if day.day != 1 or this_year else (day.month, day.year % 100)


_SCALES: Mapping[str, int] = {
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
_OWN: Mapping[Measure, str] = {"count": "L", "people": "P", "money": "C"}
_LONGEST_PHRASE = 4
_Phrases = Mapping[str, tuple[tuple[str, str], ...]]


def _phrase_table() -> _Phrases:
    """Phrases by what is left of them without any marks; `to` leads to `tờ`, and to nothing that begins with it."""
    table: dict[str, tuple[tuple[str, str], ...]] = {}
    kinds = {**_WORDS, "S": "|".join(_SCALES)}
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


def _entry(text: str, measure: Measure) -> Entry | None:
    """The text tidied for reading, or `None` when it is too long to be a number."""
    # two numbers on two lines, or in two columns of a pasted table, are not one number grouped by blanks
    typed = clean(_FAR_APART.sub(" ; ", text.translate(_ASCII)))
    if len(typed) > LONGEST_ENTRY:
        return None
    tidy = _TAIL.sub("", _QUOTE_PREFIX.sub("", typed))
    return Entry(tidy, _items(tidy), measure, legacy_encoding(text[: 4 * LONGEST_ENTRY]))


def _items(text: str) -> tuple[Item, ...]:
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


def _shape(items: tuple[Item, ...]) -> str:
    """One letter per item; a sign that looks like one of the letters cannot be, letters are never signs."""
    return "".join(item.kind for item in items)


_PLAIN = re.compile(r"[0-9]+", re.ASCII)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?:,[0-9]{3})+)", re.ASCII)
_GROUPED_PART = re.compile(
    r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+),([0-9]{1,3})|([1-9][0-9]{0,2}(?:,[0-9]{3})+)\.([0-9]{1,3})", re.ASCII
)
_DECIMAL = re.compile(r"(0|[1-9][0-9]*)[.,]([0-9]{1,2})", re.ASCII)
_ODD_THOUSAND = re.compile(r"([0-9]+)[.,]([0-9]{3})", re.ASCII)
_SCALED = re.compile("(?:NS)+[NR]?")


def _numeral(text: str) -> Amount | None:
    """One number token, `None` when its groups are wrong; only groups of exactly three digits are thousands."""
    if _PLAIN.fullmatch(text):
        padded = text.startswith("0") and len(text) > LONGEST_PADDED
        return Amount(Fraction(text), "text", padded, (Fraction(text),) if len(text) < 9 else ())
    if _GROUPED.fullmatch(text):
        return Amount(_joined(text), "grouped")
    if found := _GROUPED_PART.fullmatch(text):
        return _with_part(found[1] or found[3], found[2] or found[4])
    if found := _DECIMAL.fullmatch(text):
        return Amount(Fraction(f"{found[1]}.{found[2]}"), "decimal")
    if found := _ODD_THOUSAND.fullmatch(text):
        # `1500.000`, `0,500`: thousands by its groups, a fraction by its head
        readings = (_joined(text), Fraction(f"{found[1]}.{found[2]}"))
        return Amount(readings[0], "grouped", True, readings)
    return None


def _joined(text: str) -> Fraction:
    return Fraction(re.sub(r"[ .,]", "", text))


def _with_part(head: str, part: str) -> Amount:
    """`1.500,00` is whole; three digits behind the second kind of separator may be thousands again."""
    value = _joined(head) + Fraction(int(part), 10 ** len(part))
    thousands = len(part) == 3
    return Amount(value, "grouped", thousands, (_joined(head) * 1_000 + int(part), value) if thousands else ())


def _amount(items: tuple[Item, ...], measure: Measure) -> Amount | None:
    """A lone number, one grouped by blanks, or numbers with scale words."""
    shape = _shape(items)
    if shape == "N":
        return _numeral(items[0].text)
    if shape and not shape.strip("N"):
        return _spaced(items, measure)
    return _scaled(items) if _SCALED.fullmatch(shape) else None


def _spaced(items: tuple[Item, ...], measure: Measure) -> Amount | None:
    """`15 000 000`; but `1 500` in a class or people cell may be two numbers."""
    text = " ".join(item.text for item in items)
    if not re.fullmatch(r"[1-9][0-9]{0,2}(?: [0-9]{3})+", text, re.ASCII):
        return None
    value = _joined(text)
    if len(items) > 2 or measure == "money":
        return Amount(value, "grouped")
    return Amount(value, "grouped", True, (value, *(Fraction(item.text) for item in items)))


def _scaled(items: tuple[Item, ...]) -> Amount | None:
    """`15 triệu 500 nghìn`: scales must fall, and each part must be smaller than the scale before it."""
    total, last = Fraction(0), 0
    pairs = len(items) // 2
    for number, scale in zip(items[0::2], items[1::2], strict=False):
        part = _scaled_part(number.text, _SCALES[scale.text], single=pairs == 1)
        if part is None or (last and (part.doubt or part.value >= last or _SCALES[scale.text] >= last)):
            return None
        if part.doubt:
            return part if len(items) == 2 else None
        total, last = total + part.value, _SCALES[scale.text]
    if len(items) % 2 == 0:
        return Amount(total, "scale-word")
    return _with_tail(total, last, items[-1]) if total.denominator == 1 else None


def _scaled_part(number: str, scale: int, *, single: bool) -> Amount | None:
    """`1,5 tỷ` is certain; `1.500 triệu` may be 1,5 triệu or 1,5 tỷ."""
    numeral = _numeral(number)
    if numeral is None or (numeral.how == "decimal" and not single):
        return None
    value = numeral.value * scale
    if numeral.how == "grouped":
        return Amount(value, "scale-word", True, (value, value / 1_000))
    if numeral.value >= SCALED_LIMIT:
        return Amount(value, "scale-word", True, (numeral.value, value))
    return Amount(value, "scale-word", numeral.doubt)


def _with_tail(total: Fraction, scale: int, tail: Item) -> Amount | None:
    """What follows the last scale word: `1tr5`, `15 triệu 500`, `1 triệu rưỡi`, `15 triệu 500.000`."""
    if total % scale:
        return None
    if tail.kind == "R":
        return Amount(total + Fraction(scale, 2), "scale-word")
    number, digits = _numeral(tail.text), len(tail.text)
    if number is None or number.how == "decimal" or number.value >= scale:
        return None
    if number.how == "grouped":
        return Amount(total + number.value, "scale-word", number.doubt or number.value * 10 < scale)
    spoken, lower = total + number.value * scale / 10**digits, total + number.value * scale / 1_000
    certain = digits == 3 or (digits == 1 and not tail.spaced)
    return Amount(spoken, "scale-word", not certain, (spoken, lower))


def _doubtful(amount: Amount, measure: Measure) -> Reading | None:
    return _question(amount.how, *amount.options) if amount.doubt else None


def _small_money(amount: Amount, measure: Measure) -> Reading | None:
    if measure != "money" or not 0 < amount.value < SMALLEST_MONEY:
        return None
    return _question("small-money", amount.value * 1_000, amount.value * 10**6)


def _part(amount: Amount, measure: Measure) -> Reading | None:
    return _refused("value-fraction", "fraction") if amount.value.denominator != 1 else None


def _too_large(amount: Amount, measure: Measure) -> Reading | None:
    return _refused("value-too-large", "too-large") if amount.value > LARGEST else None


def _day_number(amount: Amount, measure: Measure) -> Reading | None:
    """Only digits as they stand can be a date in disguise; `45.000 người` cannot."""
    as_it_stands = amount.how in ("as-is", "text", "exponent")
    if measure == "money" or not as_it_stands or int(amount.value) not in DAY_NUMBERS:
        return None
    return _refused("value-date", "day-number", _serial_pair(str(amount.value)))


CONDITIONS: tuple[Condition, ...] = (_doubtful, _small_money, _part, _too_large, _day_number)


def _settled(amount: Amount, measure: Measure, code: str | None = "value-interpreted") -> Reading:
    failed = next((reading for condition in CONDITIONS if (reading := condition(amount, measure))), None)
    return failed or Reading(int(amount.value), code, amount.how)


def _blank(entry: Entry) -> Reading | None:
    return None if entry.text else _BLANK


def _old_font(entry: Entry) -> Reading | None:
    return _refused("value-not-a-number", "old-font") if entry.font else None


def _formula_as_text(entry: Entry) -> Reading | None:
    """`=12+8` in a text cell shows no result; we compute it to ask, not to use it."""
    if entry.text[0] not in "=+@":
        return None
    result = _calculated(entry.items if entry.text[0] == "+" else entry.items[1:], entry.measure)
    return _refused("value-not-a-number", "formula-as-text") if result is None else _question("formula-as-text", result)


def _nil(entry: Entry) -> Reading | None:
    own = _OWN[entry.measure]
    nil = re.fullmatch(f"-+|O(?:K|{own})*", entry.shape)
    return Reading(0, "value-interpreted", "nil-word") if nil else None


def _tick(entry: Entry) -> Reading | None:
    """Ticks, dots and strokes say that something is there, not how much."""
    ticked = re.fullmatch(r"[xX×✓✔☑√vVoO?*\"”]|[.…_]+|[/\\]+", entry.text)
    return _question("tick") if ticked or entry.shape == "K" else None


def _undone(entry: Entry) -> Reading | None:
    return _question("not-yet") if "U" in entry.shape else None


def _approximate(entry: Entry) -> Reading | None:
    """`khoảng 200`, `>100`, `2 chục`: the exact number must come from the sender."""
    round_word = "H" in entry.shape and "N" in entry.shape
    if "A" not in entry.shape and not round_word:
        return None
    rest = replace(entry, items=tuple(item for item in entry.items if item.kind != "A"))
    reading = None if round_word else _one_amount(rest)
    if reading is None:
        return _question("approximate")
    return _question("approximate", *(reading.suggestions if reading.value is None else (reading.value,)))


def _percent(entry: Entry) -> Reading | None:
    """With words it may hide a number of people; alone it says nothing."""
    if "%" not in entry.shape:
        return None
    return _question("percent") if entry.shape.strip("N%") else _refused("value-not-a-number", "percent")


def _negative(entry: Entry) -> Reading | None:
    """Also `(5)`, an accountant's minus, and `- 12 lớp`, which may be a list's dash."""
    if not re.match(r"-+\(?N|\(-*N[SLPC]*\)C?$", entry.shape):
        return None
    numbers = tuple(item for item in entry.items if item.kind in "NSR")
    amount = _amount(numbers, entry.measure)
    certain = amount is not None and not amount.doubt
    return _refused("value-negative", "negative", (amount.value,) if amount and certain else ())


_DAY = r"[0-9]{1,2}"
_DATE = re.compile(
    rf"{_DAY}([/-]){_DAY}\1(?:[0-9]{{2}}|[0-9]{{4}})|{_DAY}\.{_DAY}\.[0-9]{{4}}"
    rf"|[0-9]{{4}}([/-]){_DAY}\2{_DAY}(?:[ t].*)?"
    rf"|{_DAY} ?[:hg] ?[0-9]{{2}}(?::[0-9]{{2}})?(?: ?[ap]m)?|{_DAY} ?(?:h|giờ)",
    re.IGNORECASE | re.ASCII,
)


def _date(entry: Entry) -> Reading | None:
    """Dates and times of the day; `1/10` alone is a question, not a date."""
    named = entry.shape.startswith("DN")
    return _refused("value-date", "date") if named or _DATE.fullmatch(entry.text) else None


def _exponent(entry: Entry) -> Reading | None:
    """As Excel shows a large number in a narrow column: at most one digit before the point."""
    if not re.fullmatch(r"(?:[0-9]{1,15}|[0-9]\.(?![0-9]{3}[eE])[0-9]{1,14})[eE]\+?[0-9]{1,2}", entry.text, re.ASCII):
        return None
    return _settled(Amount(Fraction(entry.text), "exponent"), entry.measure)


def _repeated_in_words(entry: Entry) -> Reading | None:
    """`15.000.000 đồng (Mười lăm triệu đồng)`: used only when the words say the same."""
    found = re.fullmatch(r"([^()]*[0-9][^()]*)\(([^()0-9]+)\)", entry.text)
    if found is None:
        return None
    head = read_text(found[1], entry.measure)
    words = _spelled(_items(re.sub("^.*:", "", found[2])))
    if head.value is None or words == head.value:
        return head
    return _question("in-words", head.value, *(() if words is None else (words,)))


def _in_words(entry: Entry) -> Reading | None:
    """`hai lớp`: understood, but confirmed, since a word may also name something else."""
    words = _spelled(entry.items)
    return None if words is None else _question("in-words", words)


def _one_amount(entry: Entry) -> Reading | None:
    """A number, with scale and currency for money, with a counting word of the measure otherwise."""
    own = _OWN[entry.measure]
    tail = "C*E?" if entry.measure == "money" else f"(?:{own}(?:[,J]?{own})*)?"
    found = re.fullmatch(f"(C?)([NSR]+)({tail})", entry.shape)
    if found is None or (found[1] and entry.measure != "money"):
        return None
    amount = _amount(entry.items[found.start(2) : found.end(2)], entry.measure)
    if amount is None:
        return None
    if "S" in found[2] and entry.measure != "money":
        amount = replace(amount, doubt=amount.doubt or not found[3] or amount.value >= 10**6)
        amount = replace(amount, options=amount.options or (amount.value,))
    unit_word = (found[1] or found[3]) and amount.how != "scale-word"
    return _settled(replace(amount, how="unit-word") if unit_word else amount, entry.measure)


def _pair(entry: Entry) -> Reading | None:
    """`12/350`: classes and people in one cell, in either order, or a date."""
    if entry.shape != "N/N":
        return None
    if entry.measure == "money":
        return _refused("value-not-a-number", "pair")
    numbers = sorted(_certain_numbers(entry), reverse=entry.measure == "people")
    return _question("pair", *numbers)


def _range(entry: Entry) -> Reading | None:
    two_units = "L" in entry.shape and "P" in entry.shape
    if two_units or not re.fullmatch("T?N[SLPC]*[-T]N[SLPC]*", entry.shape):
        return None
    return _question("range", *(() if "S" in entry.shape else _certain_numbers(entry)))


def _calculation(entry: Entry) -> Reading | None:
    """`12+8`, `23 lớp x 40 hs`: the result is likely, not certain."""
    if not re.search("N.*[+X]", entry.shape):
        return None
    result = _calculated(entry.items, entry.measure)
    return _question("calculation", *(() if result is None else (result,)))


def _several_parts(entry: Entry) -> Reading | None:
    """`12 lớp/350 người`: with a unit on every part the units decide; twice the same unit is a question."""
    parts = _parts(entry.items)
    amounts = tuple(amount for part in parts if (amount := _part_amount(part, entry.measure)))
    if len(parts) < 2 or len(amounts) < len(parts):
        return None
    own = tuple(a for a, part in zip(amounts, parts, strict=True) if _unit(part) == _OWN[entry.measure])
    slash = "/" in entry.shape
    # `35 hs/1 lớp` may be so many in every class
    rate = slash and amounts[-1].value == 1
    if len(own) == 1 and not rate and not re.search("[CS]", entry.shape):
        return _settled(replace(own[0], how="units"), entry.measure)
    return _question("several-parts", *((sum(a.value for a in own),) if own and not slash else ()))


def _other_measure(entry: Entry) -> Reading | None:
    """`12 lớp` in a people cell: the number is clear, its place is not."""
    found = re.fullmatch("C?([NSR]+)([LPC]*)", entry.shape)
    amount = _amount(entry.items[found.start(1) : found.end(1)], entry.measure) if found else None
    if amount is None:
        return None
    if entry.measure == "money" or re.search("[SC]", entry.shape):
        return _question("other-measure")
    return _question("other-measure", *(amount.options if amount.doubt else (amount.value,)))


def _bad_groups(entry: Entry) -> Reading | None:
    """`15.00.000`, `1..500`: the sender must retype it."""
    numbers = tuple(item for item in entry.items if item.kind == "N")
    wrong = len(numbers) == 1 and _numeral(numbers[0].text) is None
    return _refused("value-not-a-number", "grouping") if wrong else None


def _several_numbers(entry: Entry) -> Reading | None:
    return _question("several-numbers") if entry.shape.count("N") > 1 else None


RULES: tuple[Rule, ...] = (
    _blank, _old_font, _formula_as_text, _nil, _tick, _undone, _repeated_in_words, _approximate, _percent, _negative,
    _date, _exponent, _in_words, _one_amount, _pair, _range, _calculation, _several_parts, _other_measure,
    _bad_groups, _several_numbers,
)  # fmt: skip


_NO_CELLS = RawSheet("")
_SEPARATORS = "/,;J()-"


def _certain_numbers(entry: Entry) -> tuple[Fraction, ...]:
    numerals = (_numeral(item.text) for item in entry.items if item.kind == "N")
    return tuple(numeral.value for numeral in numerals if numeral and not numeral.doubt)


def _calculated(items: tuple[Item, ...], measure: Measure) -> Fraction | None:
    """The result of a sum or product typed as text, counting words left aside."""
    shape = _shape(items)
    if "L" in shape and "P" in shape and "X" not in shape:
        return None
    runs = re.finditer(r"[NSR]+[LPC]*|[-+X/()]|.", shape)
    pieces = tuple(_operand(items[run.start() : run.end()], measure) for run in runs)
    return None if None in pieces else evaluate("".join(map(str, pieces)), _NO_CELLS)


def _operand(items: tuple[Item, ...], measure: Measure) -> str | None:
    """One amount as a plain integer, one sign as it is; anything else spoils the calculation."""
    if items[0].kind in "-+X/()":
        return items[0].kind.replace("X", "*")
    amount = _amount(tuple(item for item in items if item.kind in "NSR"), measure)
    return None if amount is None or amount.doubt or amount.value.denominator != 1 else str(amount.value)


def _parts(items: tuple[Item, ...]) -> tuple[tuple[Item, ...], ...]:
    """Split at separators, and where a number follows a unit."""
    groups: list[list[Item]] = [[]]
    for item in items:
        follows_unit = item.kind == "N" and groups[-1] and groups[-1][-1].kind in "LPC"
        if item.kind in _SEPARATORS or follows_unit:
            groups.append([])
        if item.kind not in _SEPARATORS:
            groups[-1].append(item)
    return tuple(tuple(group) for group in groups if group)


def _part_amount(part: tuple[Item, ...], measure: Measure) -> Amount | None:
    """A part needs its own unit or a scale word; without one it could be anything."""
    found = re.fullmatch("([NSR]+)(L+|P+|C*)", _shape(part))
    if found is None or not (found[2] or "S" in found[1]):
        return None
    return _amount(part[: found.end(1)], measure)


def _unit(part: tuple[Item, ...]) -> str:
    return part[-1].kind if part[-1].kind in "LP" else "C"


def _spelled(items: tuple[Item, ...]) -> int | None:
    """A number in words, counting or currency words behind it left aside; `None` when it is not one."""
    found = re.fullmatch("([OWDSH]+R?)[LPC]*E?", _shape(items))
    if found is None:
        return None
    total, section, last = 0, 0, LARGEST + 1
    digit: int | None = None
    for item in items[: found.end(1)]:
        if item.kind == "S" and _SCALES[item.text] < last and section + (digit or 0):
            last = _SCALES[item.text]
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
