"""The short way through a small part of XML: what was read once need not be parsed again when only texts differ.

The texts at the ends of its branches are taken out and numbered; what is left is, in file after file, the same bytes,
and so is what a reader makes of it, but for the numbers, for which the texts are put back.
"""

from __future__ import annotations

import re

_DECLARATION = re.compile(rb"""<\?xml version="1\.0" encoding="(?:UTF|utf)-8"(?: standalone="(?:yes|no)")? ?\?>\s*""")
_TEXT = re.compile(rb">([^<>&\r\x00-\x08\x0b\x0c\x0e-\x1f]{1,300})</")
"""Short, and without anything that stands for something else."""
_NUMBERED = re.compile("\ue000([0-9]+)\ue001")
_MARKS = "\ue000", "\ue001"
LARGEST = 2**15


def take_texts(data: bytes, most: int) -> tuple[bytes, tuple[str, ...]] | None:
    """The part with numbers in the place of its texts, and these; `None` where a text may not be plain text, or is of
    more than `most` characters."""
    declared = _DECLARATION.match(data) if len(data) <= LARGEST else None
    if declared is None or b"<!" in data or data.find(b"<?", declared.end()) >= 0:
        return None
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(mark in whole for mark in (*_MARKS, "\ufffe", "\uffff")):
        return None
    parts = _TEXT.split(data)
    left = [parts[0]]
    for number, piece in enumerate(parts[2::2]):
        left += (f">{_MARKS[0]}{number}{_MARKS[1]}</".encode(), piece)
    texts = tuple(text.decode() for text in parts[1::2])
    return (b"".join(left), texts) if max(map(len, texts), default=0) <= most else None


def put_back(read: str | None, texts: tuple[str, ...]) -> str | None:
    """What was read, with the texts for their numbers."""
    return _NUMBERED.sub(lambda found: texts[int(found[1])], read) if read else read
