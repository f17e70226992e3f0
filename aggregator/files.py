"""Putting a result in its place: temporary name in the same folder, flushed, then replaced in one step.

`kill -9` or a full disk leaves the old file or the new one, never half of one. Nothing else in the house writes files
that people keep.
"""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from pathlib import Path

from aggregator.faults import Stop

MAX_SLUG = 40


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` so that `path` is either the old file or the whole new one. Raises `Stop` with one clear message."""
    temporary = path.with_name(f".{path.name[:60]}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise CannotWrite(path, error) from error


class CannotWrite(Stop):
    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        reason = error.strerror or type(error).__name__
        super().__init__(
            f"Không ghi được tệp {path.name} ({reason}). Xin đóng tệp nếu đang mở, xem quyền ghi và dung lượng đĩa.",
            f"Cannot write {path.name} ({reason}). Close it if it is open; check permissions and free space.",
        )


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
