"""The short way through a small part of XML: what was read once need not be parsed again when only texts differ.

The texts at the ends of its branches are taken out and numbered; what is left is, in file after file, the same bytes,
and so is what a reader makes of it, but for the numbers, for which the texts are put back. Where the part before was
the same but for a few texts, only these are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.reading.memory import kept

_DECLARATION = re.compile(rb"""<\?xml version="1\.0" encoding="(?:UTF|utf)-8"(?: standalone="(?:yes|no)")? ?\?>\s*""")
_PLAIN = rb"[^<>&\r\x00-\x08\x0b\x0c\x0e-\x1f]{1,300}"
"""Short, and without anything that stands for something else."""
_TEXT, _ALONE = re.compile(rb">(" + _PLAIN + rb")</"), re.compile(_PLAIN)
_NUMBERED = re.compile("\ue000([0-9]+)\ue001")
_MARKS = "\ue000", "\ue001"
_NO_CHARACTERS = "\ufffe", "\uffff"
_END = b"</"
LARGEST = 2**15

Taken = tuple[bytes, tuple[str, ...]]
"""The part with numbers in the place of its texts, and these."""


@dataclass(slots=True)
class _Base:
    """The last part of its kind that was taken apart as a whole: cut before each `</`, and by the piece that ends with
    a text the number of this."""

    pieces: Sequence[bytes] = ()
    taken: Taken | None = None
    numbers: Mapping[int, int] = field(default_factory=dict)


@kept(16)
def _base(_pieces: int, _first: bytes) -> _Base:
    """That of parts with so many pieces of which the first begins so; filled in by who takes one apart."""
    return _Base()


def take_texts(data: bytes, most: int) -> Taken | None:
    """`None` where a text may not be plain text, or is of more than `most` characters."""
    if len(data) > LARGEST:
        return None
    pieces = data.split(_END)
    base = _base(len(pieces), _before_text(pieces[0]))
    taken = _differing(base.taken[0], base, pieces) if base.taken else None
    if taken is None:
        taken = _take_all(data)
        if taken is None:
            return None
        base.pieces, base.taken, base.numbers = pieces, taken, _numbers(pieces)
    return taken if max(map(len, taken[1]), default=0) <= most else None


def _numbers(pieces: Sequence[bytes]) -> Mapping[int, int]:
    ends = [number for number, piece in enumerate(pieces[:-1]) if _text_of(piece)]
    return {number: place for place, number in enumerate(ends)}


def _before_text(piece: bytes) -> bytes:
    return piece[: piece.rfind(b">") + 1]


def _text_of(piece: bytes) -> bytes:
    """The text with which a piece ends; empty where there is none that stands for itself."""
    start = piece.rfind(b">") + 1
    return piece[start:] if start and _ALONE.fullmatch(piece, start) else b""


def _differing(left: bytes, base: _Base, pieces: Sequence[bytes]) -> Taken | None:
    """By the texts that are not those of the part before; `None` where anything else is."""
    assert base.taken is not None
    texts = list(base.taken[1])
    for number, (before, piece) in enumerate(zip(base.pieces, pieces, strict=True)):
        if piece != before:
            text = _decoded(_text_of(piece)) if _before_text(piece) == _before_text(before) else None
            if not text or number not in base.numbers:
                return None
            texts[base.numbers[number]] = text
    return left, tuple(texts)


def _take_all(data: bytes) -> Taken | None:
    declared = _DECLARATION.match(data)
    if declared is None or b"<!" in data or data.find(b"<?", declared.end()) >= 0 or _decoded(data) is None:
        return None
    parts = _TEXT.split(data)
    left = [parts[0]]
    for number, piece in enumerate(parts[2::2]):
        left += (f">{_MARKS[0]}{number}{_MARKS[1]}</".encode(), piece)
    return b"".join(left), tuple(text.decode() for text in parts[1::2])


def _decoded(data: bytes) -> str | None:
    """`None` where it is no UTF-8, or has a character that is none in XML or is one of our marks."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if any(mark in text for mark in (*_MARKS, *_NO_CHARACTERS)) else text


def put_back(read: str | None, texts: tuple[str, ...]) -> str | None:
    """What was read, with the texts for their numbers."""
    return _NUMBERED.sub(lambda found: texts[int(found[1])], read) if read else read
