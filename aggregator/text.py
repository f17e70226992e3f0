"""Vietnamese text made comparable, and strangers' text made safe to show.

Two labels are the same when a reader sees the same words: Unicode form, kind of blank, Ð for Đ and the place of a
tone mark make no difference; another tone, another letter or another case does. Text typed in an old VNI or TCVN3
font is recognised and named, never converted. Escaping is done once, at the edge, by `printable` or `xml_safe`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

LegacyFont = Literal["VNI", "TCVN3"]

SHOWN_LENGTH = 200
CELL_LENGTH = 32_767
"""Excel's limit for the text of one cell, counted in UTF-16 units."""

_BLANKS = re.compile("[\t\n\x0b\x0c\r\x85 \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000\u3164]+")
# Marks that turn the direction of writing (U+202A-202E, U+2066-2069, U+200F) are not in here: they change what is seen.
_INVISIBLE = re.compile("[\xad\u180e\u200b-\u200e\u2060-\u2064\ufe0f\ufeff]+")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_VOWELS = re.compile("(?:[aeiouyAEIOUY][\u0300-\u036f]*)+")
_SLASH = re.compile(r" ?/ ?")
_STROKE = "\u0335"


def clean(text: str) -> str:
    """NFC, Đ for Ð, ordinary single blanks, nothing invisible, trimmed."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return _cleaned_once(text) if len(text) <= SHOWN_LENGTH else _cleaned(text)


def _cleaned(text: str) -> str:
    visible = _INVISIBLE.sub("", text).replace("\xd0", "\u0110")
    return unicodedata.normalize("NFC", _BLANKS.sub(" ", visible)).strip(" ")


_cleaned_once = lru_cache(maxsize=8192)(_cleaned)
"""Labels are the same in every file; long texts are not."""


@lru_cache(maxsize=4096)
def label_key(text: str) -> str:
    """What two labels have in common when `same_text` holds; for comparing many, not for showing."""
    decomposed = unicodedata.normalize("NFD", _SLASH.sub("/", clean(text)))
    return unicodedata.normalize("NFC", _VOWELS.sub(_tone_last, decomposed))


def _tone_last(vowels: re.Match[str]) -> str:
    """Old and new spelling put the tone on different vowels of one group (hòa, hoà): it goes behind the last."""
    return _TONES.sub("", vowels[0]) + "".join(_TONES.findall(vowels[0]))


def same_text(a: str, b: str) -> bool:
    """Equal to a reader: see the head of this module; blanks around a slash do not count."""
    return a == b or label_key(a) == label_key(b)


def plain(text: str) -> str:
    """Lower case without any diacritics, for matching words: `Đơn vị` → `don vi`."""
    return _plain_once(text) if len(text) <= SHOWN_LENGTH else _plain(text)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", clean(text).lower().replace("đ", "d"))
    return unicodedata.normalize("NFC", "".join(c for c in letters if unicodedata.category(c) != "Mn"))


_plain_once = lru_cache(maxsize=4096)(_plain)


@lru_cache(maxsize=4096)
def stands_for(typed: str, word: str) -> bool:
    """Is `typed` the word with some or all of its marks left out? `nguời` is `người`; `ngân` is not `ngàn`."""
    typed_letters, typed_tones = _marks(typed)
    letters, tones = _marks(word)
    if [base for base, _ in typed_letters] != [base for base, _ in letters]:
        return False
    return typed_tones <= tones and all(a <= b for (_, a), (_, b) in zip(typed_letters, letters, strict=True))


def _marks(word: str) -> tuple[list[tuple[str, frozenset[str]]], frozenset[str]]:
    """Base letters with their own marks (â, ơ, đ), and the tones of the whole word apart."""
    decomposed = unicodedata.normalize("NFD", clean(word).lower().replace("đ", "d" + _STROKE))
    letters: list[tuple[str, frozenset[str]]] = []
    for char in _TONES.sub("", decomposed):
        if unicodedata.combining(char) and letters:
            base, marks = letters.pop()
            letters.append((base, marks | {char}))
        else:
            letters.append((char, frozenset()))
    return letters, frozenset(_TONES.findall(decomposed))


# Old fonts: every word that is no Vietnamese as it stands must become a Vietnamese syllable by the font's table.

_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_VNI_LETTERS = {"ñ": "đ", "ô": "ơ", "ö": "ư", "î": "ỵ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "í": "í", "ì": "ì"}
_VNI_MARKS = {
    "ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323", "â": "\u0302", "ê": "\u0306",
    "á": "\u0302\u0301", "à": "\u0302\u0300", "å": "\u0302\u0309", "ã": "\u0302\u0303", "ä": "\u0302\u0323",
    "é": "\u0306\u0301", "è": "\u0306\u0300", "ú": "\u0306\u0309", "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip
_VNI_TOKEN = re.compile(f"([aeouyôö])([{''.join(_VNI_MARKS)}])|([{''.join(_VNI_LETTERS)}])")
_ONSETS = "b|ch?|d|đ|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu|r|s|th?|tr|v|x"
_RIMES = (
    "(?:a|ă|â|e|ê|i|o|ô|ơ|u|ư|oa|oă|oe|uâ|uê|uy|iê|yê|uô|ươ|uyê)(?:c|m|ng?|p|t)"
    "|(?:a|ê|i|oa|uê|uy|y)(?:ch|nh)|y[mt]|oo(?:ng|c)"
    "|a|e|ê|i|o|ô|ơ|u|ư|y|ia|ya|ua|ưa|uya|oa|oe|uê|uơ|uy"
    "|(?:a|â|ê|i|ư|uy|iê|yê|ươ)u|(?:a|o|ô|ơ|u|ư|oa|uô|ươ)i|(?:a|â|oa|uâ)y|(?:a|e|oa|oe)o"
)
_SYLLABLE = re.compile(f"(?:{_ONSETS})?(?:{_RIMES})")
_LONGEST_SYLLABLE = 14


def legacy_encoding(text: str) -> LegacyFont | None:
    """The old font a text was typed for, when its letters make sense only in that font; `None` for all other text."""
    letters = unicodedata.normalize("NFC", text)
    if letters.isascii() or any(ord(c) > 0xFF and c.isalpha() for c in letters):
        return None
    odd = tuple(word for word in _words(letters) if not word.isascii() and not _is_syllable(word))
    if odd and all(_is_syllable(_from_vni(word)) for word in odd):
        return "VNI"
    if odd and all(_is_syllable("".join(_TCVN3.get(c, c) for c in word)) for word in odd):
        return "TCVN3"
    return None


def _words(text: str) -> tuple[str, ...]:
    """Words without ASCII punctuation and digits at their edges; a word without any ASCII letter proves nothing."""
    bare = (re.sub(r"[!-/:-@\[-`{-~0-9]+", " ", text[:CELL_LENGTH])).split()
    return tuple(word for word in bare if re.search("[A-Za-z]", word) or word.isalpha())


def _from_vni(word: str) -> str:
    return _VNI_TOKEN.sub(_vni_letter, word.lower())


def _vni_letter(token: re.Match[str]) -> str:
    base, mark, letter = token.groups()
    if letter:
        return _VNI_LETTERS[letter]
    return _VNI_LETTERS.get(base, base) + _VNI_MARKS[mark]


def _is_syllable(word: str) -> bool:
    """Could this be one Vietnamese syllable? At most one tone, known beginning, known rime."""
    if len(word) > _LONGEST_SYLLABLE:
        return False
    decomposed = unicodedata.normalize("NFD", word.lower().replace("ð", "đ"))
    toneless = unicodedata.normalize("NFC", _TONES.sub("", decomposed))
    return len(_TONES.findall(decomposed)) <= 1 and _SYLLABLE.fullmatch(toneless) is not None


_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def printable(text: str, limit: int = SHOWN_LENGTH) -> str:
    """One line of at most `limit` characters, safe in a terminal, CSV, JSON and a cell; cut text ends in `…`.

    Control characters, lone surrogates, ANSI and marks that turn the writing direction become visible escapes.
    Escaping twice changes nothing.
    """
    if len(text) <= limit and text.isprintable():
        return text
    head = text[: limit + 1]
    shown = "".join(_escape(c) if unicodedata.category(c) in _NOT_SHOWN else c for c in head)
    return shown if len(shown) <= limit else shown[: max(limit - 1, 0)] + "…"


def xml_safe(text: str, limit: int = CELL_LENGTH) -> str:
    """Text that a workbook can carry: what XML forbids becomes a visible escape, cut at `limit` UTF-16 units."""
    if len(text) <= limit // 2 and text.isprintable():
        return text
    safe = _NOT_XML.sub(lambda found: _escape(found[0]), text[:limit])
    return safe.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")
