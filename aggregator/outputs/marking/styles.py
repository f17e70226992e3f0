"""The looks of marked cells: every look a cell has, once more with another fill; nothing else about it changes.

Lock, number format, font and borders stay those of the cell, so that what was locked stays locked and what could be
typed into can be typed into.
"""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.outputs.marking.splice import (
    CannotMark,
    Edit,
    Tag,
    add_inside,
    prefix_of,
    scan,
    spliced,
    with_attribute,
)

ERROR, WARNING = "FFFFC7CE", "FFFFEB9C"
"""Light red and light amber: black digits on them are easy to read, and they differ in brightness too."""
OPEN = "FFFFFDE7"
"""What the issued form gives a cell that may be filled: a mark of an earlier round goes back to it."""
PLAIN = ""

FILLS: Mapping[str, str] = {"error": ERROR, "warning": WARNING}


class Looks:
    """The style table of one workbook, with the looks that are added to it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._lists: dict[str, Tag] = {}
        self._colours: list[str] = []
        self._looks: list[tuple[Tag, bool]] = []
        """Of every look its element, and whether a cell with it is locked."""
        self._added: dict[tuple[int, str], int] = {}
        self._new_fills: dict[str, int] = {}
        scan(data, self._visit)
        if self._lists.keys() != {"fills", "cellXfs"} or not self._looks:
            raise CannotMark("styles")

    def _visit(self, tag: Tag, when: str) -> None:
        path = _path(tag)
        if when == "start":
            if path == "fills/fill":
                self._colours.append("")
            elif path == "fills/fill/patternFill/fgColor" and self._colours:
                self._colours[-1] = tag.attributes.get("rgb", "").upper()
            elif path == "cellXfs/xf":
                self._looks.append((tag, True))
            elif path == "cellXfs/xf/protection":
                self._looks[-1] = (self._looks[-1][0], tag.attributes.get("locked", "1") not in ("0", "false"))
        elif path in ("fills", "cellXfs"):
            self._lists[path] = tag

    def locked(self, look: int) -> bool:
        return self._looks[look][1]

    @property
    def marked(self) -> frozenset[int]:
        """Looks that carry a fill of ours: marks of an earlier round."""
        ours = {number for number, colour in enumerate(self._colours) if colour in FILLS.values()}
        return frozenset(
            number for number, (tag, _) in enumerate(self._looks) if _number(tag.attributes.get("fillId")) in ours
        )

    def filled(self, look: int, colour: str) -> int:
        """The number of the same look with this fill."""
        if not 0 <= look < len(self._looks):
            raise CannotMark("styles")
        return self._added.setdefault((look, colour), len(self._looks) + len(self._added))

    def data(self) -> bytes:
        """The style table with everything that was asked for."""
        if not self._added:
            return self._data
        copies = b"".join(self._copy(look, colour) for look, colour in self._added)
        fills = "".join(self._fill(colour) for colour in self._new_fills).encode()
        edits = [*_grown(self._data, self._lists["fills"], len(self._colours) + len(self._new_fills), fills)]
        edits += _grown(self._data, self._lists["cellXfs"], len(self._looks) + len(self._added), copies)
        return spliced(self._data, edits)

    def _copy(self, look: int, colour: str) -> bytes:
        tag = self._looks[look][0]
        fill = 0 if colour == PLAIN else self._new_fills.setdefault(colour, len(self._colours) + len(self._new_fills))
        head = with_attribute(self._data[tag.start : tag.inside], "fillId", str(fill))
        return with_attribute(head, "applyFill", "1") + self._data[tag.inside : tag.end]

    def _fill(self, colour: str) -> str:
        x = prefix_of(self._data, self._lists["fills"])
        pattern = f'<{x}fgColor rgb="{colour}"/><{x}bgColor indexed="64"/>'
        return f'<{x}fill><{x}patternFill patternType="solid">{pattern}</{x}patternFill></{x}fill>'


def _path(tag: Tag) -> str:
    """`cellXfs/xf`: where an element stands below the root, for the few levels that matter."""
    names: list[str] = []
    at: Tag | None = tag
    while at is not None and at.depth > 0:
        names.insert(0, at.name)
        at = at.parent
    return "/".join(names)


def _grown(data: bytes, tag: Tag, count: int, children: bytes) -> list[Edit]:
    """Children added to a counted list."""
    if tag.empty(data):
        raise CannotMark("styles")
    head = data[tag.start : tag.inside]
    counted = with_attribute(head, "count", str(count)) if "count" in tag.attributes else head
    return [(tag.start, tag.inside, counted), add_inside(data, tag, children)]


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and text.isascii() else 0
