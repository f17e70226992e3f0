"""Putting a file in its place: temporary name in the same folder, flushed, then replaced in one step.

`kill -9` or a full disk leaves the old file or the new one, never half of one. Nothing else in the house writes files
that people keep.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from aggregator.faults import Stop
from aggregator.words import Words

MAX_SLUG = 40
TEMPORARY = re.compile(r"\.(?P<name>.+)\.\d+\.tmp")
"""The name of a file, or of a folder, that was not finished: `.NAME.PROCESS.tmp`."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC, errno.EFBIG})
DENIED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole file beside its place, on the disk; nothing has changed until it is put there."""

    path: Path
    temporary: Path

    def place(self, path: Path | None = None) -> Path:
        """Put it in its place, or under another name there. Raises `CannotWrite`; the draft is then still there."""
        target = path or self.path
        try:
            self.temporary.replace(target)
        except OSError as error:
            raise CannotWrite(target, error) from error
        flush_folder(target.parent)
        return target

    def drop(self) -> None:
        with contextlib.suppress(OSError):
            self.temporary.unlink(missing_ok=True)


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` so that `path` is either the old file or the whole new one. Raises `Stop` with one clear message."""
    draft = write_draft(path, lambda file: file.write(data))
    try:
        draft.place()
    finally:
        draft.drop()


def write_draft(path: Path, write: Callable[[BinaryIO], object]) -> Draft:
    """Everything but the last step: `write` is given the open file. Raises `CannotWrite`, leaving nothing behind."""
    draft = Draft(path, temporary_name(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        draft.drop()
        if isinstance(error, OSError):
            raise CannotWrite(path, error) from error
        raise
    return draft


def temporary_name(path: Path) -> Path:
    return path.with_name(f".{path.name[:60]}.{os.getpid()}.tmp")


def flush_folder(folder: Path) -> None:
    """The new name too outlives a power cut; Windows cannot do that and needs no help."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class CannotWrite(Stop):
    """A file cannot be written; the message tells what can be done about it. `error` is the system's own."""

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        self.error = error
        reason = error.strerror or type(error).__name__
        super().__init__(
            "Không ghi được {path_name} ({reason}). {advice} Các tệp đã có vẫn giữ nguyên.",
            path_name=path.name,
            reason=reason,
            advice=_advice(error.errno),
        )


def _advice(number: int | None) -> Words:
    if number in FULL:
        return Words.of("Đĩa đã đầy: xin dọn bớt để có chỗ trống rồi chạy lại.")
    if number in DENIED:
        return Words.of(
            "Nơi này chỉ cho đọc hoặc tệp đang mở ở chương trình khác: xin đóng tệp, xem quyền ghi rồi chạy lại."
        )
    return Words.of("Xin đóng tệp nếu đang mở, xem lại đường dẫn, quyền ghi và dung lượng đĩa.")


def slug(name: str) -> str:
    """A file-name part of a Vietnamese name: `Trường Tiểu học Sao Biển` → `Truong-Tieu-hoc-Sao-Bien`."""
    bare = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    ascii_only = "".join(letter for letter in bare if letter.isascii())
    return re.sub(r"[^0-9A-Za-z]+", "-", ascii_only).strip("-")[:MAX_SLUG].strip("-")


def numbered(path: Path) -> Path:
    """The first free name `x-2.xlsx`, `x-3.xlsx` … beside `path`."""
    number = 2
    while True:
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
        if not candidate.exists():
            return candidate
        number += 1
