"""Reading in worker processes: the process that adds up never parses a stranger's bytes.

Each worker has a memory limit and each file a time limit. A file that kills its worker costs exactly itself: the files
that were under way with it are read again, one process each, and the killer is named. Formats whose readers may abort
are read that way from the start.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from aggregator.disposable import Job, Lost, do_apart
from aggregator.examine import Outcome, Unpacked, gave_up, look
from aggregator.identity import Expectation
from aggregator.inbox import Item
from aggregator.submission import Examination

SECONDS_PER_FILE = 20
GRACE = 5
"""Seconds more until a process that does not listen is ended from outside."""
MEMORY = 400 * 2**20
"""Bytes a worker may take beyond what it holds at its start."""
CHUNK = 16


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker must know to examine a file."""

    expected: Expectation
    passwords: tuple[str, ...] = ()


_task: Task | None = None


def examine_all(
    items: Sequence[Item], expected: Expectation, workers: int | None = None, passwords: Sequence[str] = ()
) -> Iterator[Examination]:
    """Every item examined, in order, the members of an archive behind it.

    `workers=0` reads in this process: for tests of single stages only.
    """
    task = Task(expected, tuple(passwords))
    for item, outcome in zip(items, _outcomes(items, task, workers), strict=True):
        settled = _settled(item, outcome, task)
        if isinstance(settled, Unpacked):
            yield settled.archive
            yield from examine_all(settled.items, expected, workers, passwords)
        else:
            yield settled


def _outcomes(items: Sequence[Item], task: Task, workers: int | None) -> Iterator[Outcome]:
    """As far as workers that serve many files can tell: `None` where a file needs a process for itself."""
    if workers == 0:
        yield from (_examine_one(item, task, alone=True) for item in items)
        return
    chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
    count = min(workers or os.cpu_count() or 1, max(1, len(chunks)))
    results: list[list[Outcome]] = []
    with _pool(count, task) as pool:
        futures = [pool.submit(_examine_chunk, chunk) for chunk in chunks]
        for chunk, future in zip(chunks, futures, strict=True):
            results.append(_result(future) or [None] * len(chunk))
    for result in results:
        yield from result


def _settled(item: Item, outcome: Outcome, task: Task) -> Examination | Unpacked:
    """What was found out; where the file needs a process for itself, from there."""
    if outcome is not None:
        return outcome
    (found,) = do_apart(Job(partial(_examine_one, task=task, alone=True), SECONDS_PER_FILE + GRACE, MEMORY), [item])
    return _of_lost(item, found, task) if isinstance(found, Lost) or found is None else found


def _of_lost(item: Item, lost: Lost | None, task: Task) -> Examination:
    """A file that ended its process, by itself or by what it cost."""
    reasons = {
        "too-slow": ("file-too-large", f"> {SECONDS_PER_FILE} s"),
        "too-large": ("file-too-large", f"> {MEMORY // 2**20} MB"),
    }
    why = lost.why if lost else ""
    return gave_up(item.name, *reasons.get(why, ("file-hostile", "worker")), task.expected)


def _pool(count: int, task: Task) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, mp_context=_context(), initializer=_start, initargs=(task,))


def _context() -> multiprocessing.context.BaseContext:
    """Fork where it exists: a worker is ready at once. Elsewhere (Windows, macOS) a fresh process."""
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() and os.uname().sysname == "Linux" else "spawn"
    return multiprocessing.get_context(method)


def _result(future: Future[list[Outcome]]) -> list[Outcome] | None:
    """The chunk's result, or `None` where its worker died."""
    try:
        return future.result()
    except BrokenProcessPool:
        return None


def _start(task: Task) -> None:
    global _task
    _task = task
    _limit_memory()


def _limit_memory() -> None:
    """Address space, where the system can limit it; on Windows the size limits of the reader stand alone."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))


def _examine_chunk(items: Sequence[Item]) -> list[Outcome]:
    assert _task is not None
    return [_examine_one(item, _task, alone=False) for item in items]


def _examine_one(item: Item, task: Task, alone: bool) -> Outcome:
    try:
        with _time_limit(SECONDS_PER_FILE):
            return look(item, task.expected, task.passwords, alone)
    except _TooSlow:
        return gave_up(item.name, "file-too-large", f"> {SECONDS_PER_FILE} s", task.expected)
    except MemoryError:
        return gave_up(item.name, "file-too-large", f"> {MEMORY // 2**20} MB", task.expected)


class _TooSlow(BaseException):
    """A file took longer than its time; no reader that catches every `Exception` may catch this one."""


@contextlib.contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    """An alarm, where the system has one and this is the main thread."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _TooSlow

    try:
        before = signal.signal(signal.SIGALRM, ring)
    except ValueError:
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
