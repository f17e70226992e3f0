"""The rows of a sheet, one at a time, and the sheet without them: a sheet may be larger than the memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_START, _END, _ROW = b"<sheetData", b"</sheetData>", b"<row"


def fragments(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What stands in `sheetData` before the first `<row`, then what stands behind each."""
    left, inside = b"", False
    for piece in pieces:
        left += piece
        if not inside:
            behind = _behind_start(left)
            if behind < 0:
                continue
            left, inside = left[behind:], True
        if (end := left.find(_END)) >= 0:
            yield from left[:end].split(_ROW)
            return
        *whole, left = left.split(_ROW)
        yield from whole


def without_rows(pieces: Iterable[bytes]) -> bytes:
    """The sheet with an empty `sheetData`."""
    left, kept, inside = b"", [], False
    rest = iter(pieces)
    for piece in rest:
        left += piece
        if not inside:
            behind = _behind_start(left)
            if behind < 0:
                continue
            kept.append(left[:behind])
            left, inside = left[behind:], True
            if kept[0].endswith(b"/>"):
                break
        if (end := left.find(_END)) >= 0:
            left = left[end:]
            break
        left = left[-len(_END) :]
    return b"".join((*kept, left, *rest))


def _behind_start(left: bytes) -> int:
    """Where the start tag of `sheetData` ends; -1 where it has not been seen whole."""
    tag = left.find(_START)
    return left.find(b">", tag) + 1 or -1 if tag >= 0 else -1
