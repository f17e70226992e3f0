"""What users read, in Vietnamese and English: the Vietnamese sentence in the code, the English one in a catalogue.

A message is known by its Vietnamese sentence (`str.format` placeholders); `locale/en` holds the English, `locale/vi`
what click says in English only. Both are made by `python -m tests.make_words`. A sentence that needs another English
one in another place is told apart by a context (`mark("Tệp", "column")`), which is never shown.
"""

from __future__ import annotations

import contextlib
import contextvars
import gettext
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DOMAIN = "aggregator"
FOLDER = Path(__file__).resolve().parent / "locale"
VIETNAMESE, ENGLISH = LANGUAGES = ("vi", "en")
BETWEEN = "\x04"
"""What gettext puts between a context and its message."""

_spoken = contextvars.ContextVar("spoken", default=VIETNAMESE)


def mark(text: str, context: str = "") -> str:
    """The message itself; the catalogue of English gets an entry for it."""
    return f"{context}{BETWEEN}{text}" if context else text


def in_language(text: str, lang: str, /, **values: Any) -> str:
    """A message with its values; a value that is a message itself is said in the same language."""
    sentence = _english().gettext(text) if lang == ENGLISH else text
    sentence = sentence.rpartition(BETWEEN)[2]
    if not values:
        return sentence
    return sentence.format(
        **{name: value.text(lang) if isinstance(value, Words) else value for name, value in values.items()}
    )


@cache
def _english() -> gettext.NullTranslations:
    """Without its catalogue the program is not whole: that is a fault, not silence in another language."""
    return gettext.translation(DOMAIN, FOLDER, [ENGLISH])


@dataclass(frozen=True, slots=True)
class Words:
    """A message that waits for its language."""

    message: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, message: str, /, **values: Any) -> Words:
        return cls(message, values)

    def text(self, lang: str) -> str:
        return in_language(self.message, lang, **self.values)


class Fact(str):
    """A Vietnamese text that knows its English, for what is also stored, compared and written: see `said`."""

    words: Words

    def __new__(cls, message: str, /, **values: Any) -> Fact:
        words = Words(message, values)
        fact = super().__new__(cls, words.text(VIETNAMESE))
        fact.words = words
        return fact

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.words.message,), dict(self.words.values)


def said(text: str, lang: str) -> str:
    """What somebody wrote as it is; a fact of ours in the language."""
    return text.words.text(lang) if isinstance(text, Fact) else text


def both(table: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """A table of messages in each language: `table[lang][key]`."""
    return {lang: {key: in_language(text, lang) for key, text in table.items()} for lang in LANGUAGES}


# --- the language of the command line ------------------------------------------------------------------------------


def asked(arguments: Sequence[str]) -> str:
    """The language that a command line asks for, before anybody has parsed it; else that of the environment."""
    wishes = [os.environ.get("AGGREGATOR_LANG", "")]
    options = itertools.takewhile(lambda argument: argument != "--", arguments)
    for before, argument in itertools.pairwise(("", *options)):
        name, _, value = argument.partition("=")
        wishes.append(argument if before == "--lang" else value if name == "--lang" else "")
    return next((wish for wish in reversed(wishes) if wish in LANGUAGES), VIETNAMESE)


@contextlib.contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Help and click's own lines are in this language inside. gettext, and so click, asks `LANGUAGE`."""
    token, domain, before = _spoken.set(lang), gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = lang
    try:
        yield
    finally:
        _spoken.reset(token)
        gettext.textdomain(domain)
        os.environ.pop("LANGUAGE")
        if before is not None:
            os.environ["LANGUAGE"] = before


def spoken() -> str:
    """The language inside `speaking`."""
    return _spoken.get()
