"""The shared texts: cut at their tags, never built up as a tree, for there may be hundreds of thousands."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from aggregator.lint.fault import Fault, shown
from aggregator.text import CELL_LENGTH

_HEAD = re.compile(rb"<sst\b([^>]*)>")
_UNIQUE = re.compile(rb'\buniqueCount="([0-9]{1,9})"')
_PHONETIC = re.compile(rb"<rPh\b.*?</rPh>", re.DOTALL)
_TEXT = re.compile(rb"<t\b[^>]*?(?:/>|>([^<]*)</t>)")
_ESCAPE = re.compile(rb"_x([0-9A-Fa-f]{4})_")
_UNDERSCORE, _BLANKS = 0x5F, (0x09, 0x0A, 0x0D)


def split_strings(data: bytes) -> list[bytes]:
    """What stands between `<si` and the next one."""
    return data.split(b"<si")[1:]


def text_in(content: bytes) -> str:
    """The characters of one shared or inline text, without its runs and its reading aid."""
    plain = b"".join(_TEXT.findall(_PHONETIC.sub(b"", content) if b"<rPh" in content else content))
    return html.unescape(plain.decode("utf-8", "replace"))


def units(text: str) -> int:
    """Length as Excel counts it: in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def text_faults(content: bytes, own: bool) -> Iterator[tuple[str, str]]:
    """Too long for a cell, or an escape that Excel reads as another character than was meant."""
    if len(content) > CELL_LENGTH and (length := units(text_in(content))) > CELL_LENGTH:
        yield "string-too-long", f"{length} characters, at most {CELL_LENGTH}"
    for found in _ESCAPE.finditer(content) if b"_x" in content else ():
        code = int(found[1], 16)
        if not _is_character(code) or (own and code != _UNDERSCORE and code not in _BLANKS):
            yield "escaped-control", f"{found[0].decode()} is read as another character"
            return


def _is_character(code: int) -> bool:
    """No half of a surrogate pair, and nothing that Unicode keeps free."""
    return code != 0 and not 0xD800 <= code <= 0xDFFF and code < 0xFFFE


def check_strings(part: str, data: bytes, items: Sequence[bytes], own: bool) -> Iterator[Fault]:
    escaped = b"_x" in data
    for number, item in enumerate(items):
        if escaped or len(item) > CELL_LENGTH:
            for kind, detail in text_faults(item, own):
                yield Fault(kind, part, f"item {number}", f"{detail}: {shown(text_in(item)[:40])}")
    head = _HEAD.search(data)
    told = _UNIQUE.search(head[1]) if head else None
    if own and (told is None or int(told[1]) != len(items)):
        yield Fault("string-count-wrong", part, "uniqueCount", f"{len(items)} texts stand there")
