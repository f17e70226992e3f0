"""Putting results in their place: an earlier one of ours is kept under a number, anybody else's file is not touched.

All results of a run are written whole under temporary names first; only then is the first one replaced. A full disk or
a read-only folder is so noticed while every earlier result still stands where it stood.
"""

from __future__ import annotations

import errno
import filecmp
import hashlib
import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from aggregator.faults import Stop
from aggregator.files import DENIED, CannotWrite, Draft, flush_folder, numbered, write_draft
from aggregator.seal import RESULT_PREFIX

BUSY = DENIED | {errno.EBUSY}
"""What a system says of a file that is open elsewhere: the result then gets a numbered name."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A result and its SHA-256."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class _Staged:
    """`draft` is `None` where the very same file is there already."""

    wanted: Placed
    draft: Draft | None


class Placing:
    """The results of one run on their way. What was not settled when the `with` ends is dropped."""

    def __init__(self, force: bool = False, is_own: Callable[[Path], bool] | None = None) -> None:
        self._force = force
        self._is_own = is_own or is_own_result
        self._staged: list[_Staged] = []

    def __enter__(self) -> Placing:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for staged in self._staged:
            if staged.draft:
                staged.draft.drop()

    @property
    def wanted(self) -> tuple[Placed, ...]:
        return tuple(staged.wanted for staged in self._staged)

    def stage(self, path: Path, data: bytes) -> None:
        """Write a result beside its place. Raises `Stop` where a file of somebody else stands there."""
        wanted = Placed(path, hashlib.sha256(data).hexdigest())
        if _size(path) == len(data) and path.read_bytes() == data:
            self._staged.append(_Staged(wanted, None))
        else:
            self._staged.append(_Staged(wanted, self.draft(path, lambda file: file.write(data))))

    def stage_large(self, path: Path, write: Callable[[BinaryIO], object]) -> None:
        """The same for what is too large to be held in memory."""
        draft = self.draft(path, write)
        with draft.temporary.open("rb") as file:
            wanted = Placed(path, hashlib.file_digest(file, "sha256").hexdigest())
        if _same(path, draft.temporary):
            draft.drop()
            self._staged.append(_Staged(wanted, None))
        else:
            self._staged.append(_Staged(wanted, draft))

    def draft(self, path: Path, write: Callable[[BinaryIO], object]) -> Draft:
        if _size(path) is not None and not self._force and not self._is_own(path):
            raise Stop(
                "Đã có tệp {path_name} không phải do chương trình tạo ra. Dùng --force để ghi đè, hoặc đặt tên khác.",
                path_name=path.name,
            )
        return write_draft(path, write)

    def settle(self) -> tuple[Placed, ...]:
        """Put them all in place, in order; a result that is open elsewhere gets a numbered name."""
        return tuple(
            Placed(_put(staged.draft), staged.wanted.sha256) if staged.draft else staged.wanted
            for staged in self._staged
        )


def put_result(path: Path, data: bytes, force: bool, is_own: Callable[[Path], bool] | None = None) -> Path:
    """One result by itself."""
    with Placing(force, is_own) as placing:
        placing.stage(path, data)
        return placing.settle()[0].path


def _put(draft: Draft) -> Path:
    kept = None
    try:
        kept = _keep_earlier(draft.path)
        return draft.place()
    except CannotWrite as error:
        if kept:
            kept.unlink(missing_ok=True)
        if error.error.errno not in BUSY:
            raise
    twin = next((path for path in kept_results(draft.path) if _same(path, draft.temporary)), None)
    return twin or draft.place(numbered(draft.path))


def _keep_earlier(path: Path) -> Path | None:
    """A second name for the earlier result, or a copy: at no moment is there none under the plain name.

    `None` where there was none, or where the same bytes have been kept before: results that change to and fro do not
    pile up. The copy is for disks that know no second names.
    """
    if _size(path) is None or any(_same(kept, path) for kept in kept_results(path)):
        return None
    name = numbered(path)
    if not _linked(path, name):
        with path.open("rb") as earlier:
            write_draft(name, lambda file: shutil.copyfileobj(earlier, file)).place()
    return name


def _linked(path: Path, name: Path) -> bool:
    """Give a file a second name; a symbolic link belongs to somebody else's file, which may change."""
    if path.is_symlink():
        return False
    try:
        os.link(path, name)
    except OSError:
        return False
    flush_folder(name.parent)
    return True


def kept_results(path: Path) -> Iterator[Path]:
    """Earlier results under their numbered names, oldest first."""
    stem = f"{path.stem}-"
    numbers = (name.stem.removeprefix(stem) for name in path.parent.glob(f"*{path.suffix}") if name.stem != path.stem)
    for number in sorted(int(number) for number in numbers if number.isdecimal() and number.isascii()):
        yield path.with_name(f"{stem}{number}{path.suffix}")


def _size(path: Path) -> int | None:
    """`None` where no file is. Raises `CannotWrite` where something else stands there."""
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotWrite(path, error) from error
    if not stat.S_ISREG(facts.st_mode):
        raise CannotWrite(path, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    return facts.st_size


def _same(path: Path, other: Path) -> bool:
    """Whether two files have the same bytes."""
    return _size(path) == _size(other) and filecmp.cmp(path, other, shallow=False)


def is_own_result(path: Path) -> bool:
    """Whether a file says of itself that it is a consolidated workbook of ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            return RESULT_PREFIX.encode() in archive.read("docProps/core.xml")
    except (OSError, KeyError, zipfile.BadZipFile, RuntimeError):
        return False
