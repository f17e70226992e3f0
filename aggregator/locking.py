"""One run at a time in a campaign: a lock of the operating system, which ends with the process that holds it.

It lies in `.aggregator/`, which may be deleted at any time. Beside it stands who holds it and since when, for the
message to whoever waits and for nothing else.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from aggregator.faults import Stop
from aggregator.files import CannotWrite
from aggregator.words import Words, mark

FOLDER = ".aggregator"
LOCK_FILE = "run.lock"
HOLDER_FILE = "run.pid"
HOLDER = re.compile(r"(\d{1,10}) (\d\d:\d\d)\n")
WAIT_SECONDS = 30.0

Waiting = Callable[[Words], None]
"""Told once that somebody else is running and that we wait."""


class Busy(Stop):
    """Another run in the same campaign did not end while we waited."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            "Trong đợt này đang có một lần tổng hợp khác chạy ({who}) và chưa xong. Chưa làm gì cả; xin chạy lại sau.",
            who=_who(folder),
        )


@contextlib.contextmanager
def alone(campaign: Path, waiting: Waiting | None = None) -> Iterator[None]:
    """Nobody else runs in the campaign folder meanwhile. Raises `Busy`, or `CannotWrite` where nothing can be locked.

    Worker processes do not hold the lock: it is free as soon as this process ends, in whatever way.
    """
    folder = campaign / FOLDER
    lock = FileLock(folder / LOCK_FILE)
    try:
        folder.mkdir(exist_ok=True)
        _acquire(lock, folder, waiting)
    except Timeout as error:
        raise Busy(folder) from error
    except OSError as error:
        raise CannotWrite(folder / LOCK_FILE, error) from error
    holder = folder / HOLDER_FILE
    try:
        with contextlib.suppress(OSError):
            holder.write_text(f"{os.getpid()} {datetime.now():%H:%M}\n", encoding="ascii", newline="\n")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, folder: Path, waiting: Waiting | None) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if waiting:
            said = mark("Trong đợt này đang có một lần tổng hợp khác chạy ({who}); chờ tối đa {seconds:.0f} giây…")
            waiting(Words.of(said, who=_who(folder), seconds=WAIT_SECONDS))
        lock.acquire(timeout=WAIT_SECONDS)


def _who(folder: Path) -> Words:
    """The process that holds the lock, as far as it could write it down."""
    try:
        found = HOLDER.fullmatch((folder / HOLDER_FILE).read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError):
        found = None
    if not found:
        return Words.of("không rõ tiến trình nào")
    return Words.of("tiến trình số {number}, từ {since}", number=found[1], since=found[2])
