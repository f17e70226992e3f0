"""The notes of one worksheet ("comments" in the files): those the sender wrote stay, those of an earlier round go.

Old-style notes, which every Excel since 2007 and LibreOffice show at the cell and neither prints. A note is two things
in the file: its text, and a box in a drawing that says where it appears.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import quoteattr

from aggregator.outputs.marking.sheet import Grid, beside
from aggregator.outputs.marking.splice import CannotMark, written
from aggregator.reading import xml
from aggregator.reading.areas import area
from aggregator.reading.book import Address, a1
from aggregator.reading.package import MAIN
from aggregator.reading.xml import Attributes, Node

AUTHOR = "Nơi nhận báo cáo"
WORDS = {"error": "LỖI", "warning": "CẦN XEM LẠI", "about": "TỆP CẦN SỬA"}
"""What a note of ours begins with, so that colour never stands alone."""

BELOW = "\n\nGhi chú đã có của đơn vị: "
"""Between a note of ours and one that the sender had written at the same cell."""

MAX_NOTE = 2_000
BOX_WIDTH, LINE_PIXELS, LETTERS = 300, 17, 42
"""Of a note in 10-point Tahoma."""

_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OTHER_OBJECTS = re.compile(rb"""ObjectType\s*=\s*["'](?!Note["'])""")


@dataclass(frozen=True, slots=True)
class Note:
    """One note: `head` is printed bold in front of the text."""

    at: Address
    author: str
    text: str
    head: str = ""


@dataclass(slots=True)
class _Reading:
    authors: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    at: Address | None = None
    author: str = ""
    pieces: list[str] = field(default_factory=list)


def read_notes(data: bytes, part: str) -> tuple[Note, ...]:
    """The notes of a comments part."""
    reading = _Reading()
    xml.walk(data, part, f"{MAIN}comments", _COMMENTS, reading)
    return tuple(reading.notes)


def without_ours(notes: Sequence[Note]) -> tuple[Note, ...]:
    """What the sender wrote; what we wrote in an earlier round is left out."""
    theirs = (replace(note, text=note.text.partition(BELOW)[2]) if _ours(note) else note for note in notes)
    return tuple(note for note in theirs if note.text)


def _ours(note: Note) -> bool:
    """By its first word too, for LibreOffice forgets who wrote a note."""
    return note.author == AUTHOR or note.text.startswith(tuple(f"{word}: " for word in WORDS.values()))


def _take_author(reading: _Reading, text: str) -> None:
    reading.authors.append(text)


def _start_note(reading: _Reading, attributes: Attributes) -> None:
    author = attributes.get("authorId", "")
    if not author.isdecimal() or not author.isascii() or int(author) >= len(reading.authors):
        raise CannotMark("notes")
    reading.at = area(attributes.get("ref", ""))[:2]
    reading.author, reading.pieces = reading.authors[int(author)], []


def _take_text(reading: _Reading, text: str) -> None:
    reading.pieces.append(text)


def _end_note(reading: _Reading) -> None:
    assert reading.at is not None
    reading.notes.append(Note(reading.at, reading.author, "".join(reading.pieces)))


_TEXT: Node[_Reading] = Node(
    {f"{MAIN}t": Node(text=_take_text), f"{MAIN}r": Node({f"{MAIN}t": Node(text=_take_text)})},
)
_COMMENTS: Node[_Reading] = Node(
    {
        f"{MAIN}authors": Node({f"{MAIN}author": Node(text=_take_author)}),
        f"{MAIN}commentList": Node(
            {f"{MAIN}comment": Node({f"{MAIN}text": _TEXT}, start=_start_note, end=_end_note)},
        ),
    }
)


def check_drawing(data: bytes) -> None:
    """A drawing with anything but notes (buttons, boxes to tick) is not written anew. Raises `CannotMark`."""
    if _OTHER_OBJECTS.search(data):
        raise CannotMark("drawing")


def together(theirs: Sequence[Note], ours: Iterable[Note]) -> tuple[Note, ...]:
    """One note for each cell, in order of the cells: where both wrote, theirs stands below ours."""
    found = {note.at: note for note in theirs}
    for note in ours:
        other = found.get(note.at)
        found[note.at] = replace(note, text=note.text + (f"{BELOW}{other.text}" if other else ""))
    return tuple(note for _, note in sorted(found.items()))


# --- the parts -----------------------------------------------------------------------------------------------------


def comments_part(notes: Sequence[Note]) -> bytes:
    authors = list(dict.fromkeys(note.author for note in notes)) or [AUTHOR]
    named = "".join(f"<author>{written(author, 255)}</author>" for author in authors)
    listed = "".join(_comment(note, authors.index(note.author)) for note in notes)
    return _document(
        f'<comments xmlns="{_SHEET}"><authors>{named}</authors><commentList>{listed}</commentList></comments>'
    )


def _comment(note: Note, author: int) -> str:
    runs = _run(f"{note.head}: ", "<b/>") if note.head else ""
    runs += _run(note.text, "")
    return f'<comment ref="{a1(*note.at)}" authorId="{author}"><text>{runs}</text></comment>'


def _run(text: str, bold: str) -> str:
    look = f'<rPr>{bold}<sz val="10"/><color indexed="81"/><rFont val="Tahoma"/><family val="2"/></rPr>'
    return f'<r>{look}<t xml:space="preserve">{written(text, 32_000)}</t></r>'


def drawing_part(notes: Sequence[Note], grid: Grid, number: int) -> bytes:
    """The boxes; `number` tells the drawings of one workbook apart."""
    shapes = "".join(_shape(note, grid, number * 1024 + 1 + count) for count, note in enumerate(notes))
    return _document(
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel">'
        f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{",".join(_blocks(number, len(notes)))}"/>'
        "</o:shapelayout>"
        '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
        '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
        f"{shapes}</xml>"
    )


def _blocks(number: int, notes: int) -> Iterator[str]:
    """Numbers of shapes are given out in blocks of 1,024."""
    yield from (str(block) for block in range(number, number + notes // 1024 + 1))


def _shape(note: Note, grid: Grid, number: int) -> str:
    anchor = ", ".join(str(length) for length in beside(grid, note.at, BOX_WIDTH, box_height(note)))
    style = "position:absolute;width:225pt;height:60pt;z-index:1;visibility:hidden"
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style={quoteattr(style)} fillcolor="#ffffe1" '
        'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/>'
        f'</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
        f"<x:AutoFill>False</x:AutoFill><x:Row>{note.at[0] - 1}</x:Row><x:Column>{note.at[1] - 1}</x:Column>"
        "</x:ClientData></v:shape>"
    )


def box_height(note: Note) -> int:
    """High enough for the whole text, a line more for words that do not break well."""
    lines = sum(len(line) // LETTERS + 1 for line in f"{note.head}: {note.text}".split("\n"))
    return LINE_PIXELS * (lines + 1) + 8


def _document(content: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{content}'.encode()
