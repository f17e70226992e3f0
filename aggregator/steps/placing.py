"""Putting a result in its place: an earlier one of ours is kept under a number, anybody else's file is not touched."""

from __future__ import annotations

import zipfile
from pathlib import Path

from aggregator.faults import Stop
from aggregator.files import CannotWrite, numbered, write_atomic
from aggregator.seal import RESULT_PREFIX


def put_result(path: Path, data: bytes, force: bool) -> Path:
    """Write a result. An earlier result of ours is kept under a numbered name; any other file needs `force`."""
    if path.exists():
        if path.read_bytes() == data:
            return path
        if not force and not is_own_result(path):
            raise Stop(
                f"Đã có tệp {path.name} không phải do chương trình tạo ra. Dùng --force để ghi đè, hoặc đặt tên khác.",
                f"{path.name} exists and is not a result of this program. Use --force, or choose another name.",
            )
    try:
        _keep_earlier(path)
        write_atomic(path, data)
    except (CannotWrite, PermissionError):
        path = numbered(path)
        write_atomic(path, data)
    return path


def _keep_earlier(path: Path) -> None:
    """A copy, not a move: at no moment is there no result under the plain name."""
    if path.exists():
        write_atomic(numbered(path), path.read_bytes())


def is_own_result(path: Path) -> bool:
    """Whether a file says of itself that it is a consolidated workbook of ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            return RESULT_PREFIX.encode() in archive.read("docProps/core.xml")
    except (OSError, KeyError, zipfile.BadZipFile, RuntimeError):
        return False
