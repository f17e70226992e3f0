"""Text made comparable, old fonts recognised, strangers' text made safe to show."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text import (
    CELL_LENGTH,
    SHOWN_LENGTH,
    clean,
    label_key,
    legacy_encoding,
    plain,
    printable,
    same_text,
    stands_for,
    xml_safe,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  a  b \t\n c ", "a b c"),
        ("\u00a0Số\u00a0\u2009lớp\u3000", "Số lớp"),
        ("Ðơn vị", "Đơn vị"),
        ("Đơn vị", "Đơn vị"),
        (unicodedata.normalize("NFD", "Tổng số lượt người"), "Tổng số lượt người"),
        ("\ufeffhọc\u200b si\u00adnh\u2060", "học sinh"),
        ("e\u200b\u0301", "é"),
        ("a\u202eb", "a\u202eb"),
        ("dòng 1\r\ndòng 2", "dòng 1 dòng 2"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Xóa mù chữ", "Xoá mù chữ"),
        ("hòa", "hoà"),
        ("HÒA", "HOÀ"),
        ("thuỷ lợi", "thủy lợi"),
        ("khuỷu", "khủyu"),
        ("Hoạt động", "Họat động"),
        ("Tin, bài/ cuộc", "Tin, bài/cuộc"),
        ("quyển / tờ", "quyển/tờ"),
        ("Ðơn vị", "Đơn vị"),
        (unicodedata.normalize("NFD", "Người dân tộc"), "Người dân tộc"),
        (" Số  lớp\u00a0", "Số lớp"),
        ("\ud800", "\ud800"),
    ],
)
def test_same_to_a_reader(a: str, b: str) -> None:
    assert same_text(a, b)
    assert label_key(a) == label_key(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("hòa", "hóa"),
        ("hòa", "hoa"),
        ("Lớp 1", "Lớp 2"),
        ("Lớp", "lớp"),
        ("ngân", "ngần"),
        ("cô", "cơ"),
        ("Lớp", "L\u043ep"),
        ("lớp", "l\u1edb\u0440"),
        ("a b", "ab"),
        ("báo cao", "bao cáo"),
        ("Tin, bài", "Tin bài"),
        ("a", "a\u202e"),
    ],
)
def test_different_to_a_reader(a: str, b: str) -> None:
    assert not same_text(a, b)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đơn vị", "don vi"),
        ("KHÔNG", "khong"),
        ("Ðồng ₫", "dong ₫"),
        ("Người\u00a0dân", "nguoi dan"),
        ("15.000", "15.000"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize("typed", ["người", "nguoi", "nguời", "ngưòi", "NGƯỜI", "ngươi", "nguòi"])
def test_marks_may_be_left_out(typed: str) -> None:
    assert stands_for(typed, "người")


@pytest.mark.parametrize(
    ("typed", "word"), [("ngân", "ngàn"), ("bãi", "bài"), ("tổ", "tờ"), ("lớp", "lóp"), ("đồng", "dồng"), ("bai", "bà")]
)
def test_other_marks_are_other_words(typed: str, word: str) -> None:
    assert not stands_for(typed, word)


@pytest.mark.parametrize(
    ("text", "font"),
    [
        ("Töø toå 3", "VNI"),
        ("Phoøng Giaùo duïc vaø Ñaøo taïo", "VNI"),
        ("Hoïc taäp suoát ñôøi", "VNI"),
        ("TRÖÔØNG TIEÅU HOÏC", "VNI"),
        ("Khoâng", "VNI"),
        ("12 lôùp/350 ngöôøi", "VNI"),
        ("Tr\xadêng tiÓu häc", "TCVN3"),
        ("§¬n vÞ b¸o c¸o", "TCVN3"),
        ("Häc tËp suèt ®êi", "TCVN3"),
        ("kh«ng", "TCVN3"),
        ("350 ng\xadêi", "TCVN3"),
    ],
)
def test_old_fonts_are_recognised(text: str, font: str) -> None:
    assert legacy_encoding(text) == font


@pytest.mark.parametrize(
    "text",
    [
        "", "12", "abc", "Trường tiểu học", "Không", "Hà Nam", "cô giáo là có", "Ðo", "Ðà Lạt", "Ði", "sân bóng",
        unicodedata.normalize("NFD", "Tuần lễ hưởng ứng học tập suốt đời"), "họ\u00adc", "café", "naïve résumé",
        "El Niño", "Müller, Zürich", "São Paulo", "©2024", "Excel®", "«quoted»", "5½", "m² 12 °C", "£100 ¥5 §3", "🎉",
        "\ud800", "ﾊﾝｶｸ", "Иванов", "a·b", "x" * 5000 + "ö",
    ],
)  # fmt: skip
def test_no_false_alarm_of_old_fonts(text: str) -> None:
    assert legacy_encoding(text) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Trường Tiểu học", "Trường Tiểu học"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b31m", "\\x9b31m"),
        ("evil\u202excel.exe", "evil\\u202excel.exe"),
        ("\ud800\udcff", "\\ud800\\udcff"),
        ("\u2066x\u2069\u200f", "\\u2066x\\u2069\\u200f"),
        ("a\u2028b\ufffe\uffff", "a\\u2028b\\ufffe\\uffff"),
        ("=cmd|'/C calc'!A0", "=cmd|'/C calc'!A0"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


@pytest.mark.parametrize("limit", [1, 10, SHOWN_LENGTH])
def test_printable_is_cut_at_its_limit(limit: int) -> None:
    assert printable("x" * limit, limit) == "x" * limit
    assert printable("x" * (limit + 1), limit) == "x" * (limit - 1) + "…"
    assert len(printable("\ud800" * limit, limit)) == limit


@given(st.text(max_size=300))
def test_shown_text_goes_everywhere(text: str) -> None:
    shown = printable(text)
    assert len(shown) <= SHOWN_LENGTH and len(shown.splitlines()) <= 1
    assert json.loads(json.dumps(shown)) == shown
    csv.writer(io.StringIO()).writerow([shown])
    shown.encode("utf-8")
    assert printable(shown) == shown


def test_xml_safe() -> None:
    assert xml_safe("dòng 1\ndòng\t2\r\n") == "dòng 1\ndòng\t2\r\n"
    assert xml_safe("a\x00b\x0b\ud800\ufffe") == "a\\x00b\\x0b\\ud800\\ufffe"
    assert len(xml_safe("x" * (CELL_LENGTH + 1))) == CELL_LENGTH
    assert xml_safe("🎉" * CELL_LENGTH) == "🎉" * (CELL_LENGTH // 2)


@given(st.text(max_size=100))
def test_every_function_takes_any_text(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert same_text(text, clean(text))
    assert same_text(text, unicodedata.normalize("NFD", text))
    assert plain(plain(text)) == plain(text)
    legacy_encoding(text)
    xml_safe(text).encode("utf-8")
