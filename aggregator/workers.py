"""Reading in worker processes: the process that adds up never parses a stranger's bytes.

Each worker has a memory limit and each file a time limit. A file that kills its worker costs exactly itself: the files
that were under way with it are read again, one process each, and the killer is named.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import FrameType

from aggregator.examine import examine, gave_up
from aggregator.identity import Expectation
from aggregator.inbox import Item
from aggregator.submission import Examination

SECONDS_PER_FILE = 20
MEMORY = 400 * 2**20
"""Bytes a worker may take beyond what it holds at its start."""
CHUNK = 16

Read = Callable[[Sequence[Item]], list[Examination]]

_expected: Expectation | None = None


def examine_all(items: Sequence[Item], expected: Expectation, workers: int | None = None) -> Iterator[Examination]:
    """Every item examined, in order. `workers=0` reads in this process: for tests of single stages only."""
    if workers == 0:
        yield from (_examine_one(item, expected) for item in items)
        return
    chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
    count = min(workers or os.cpu_count() or 1, max(1, len(chunks)))
    results: list[list[Examination] | None] = [None] * len(chunks)
    with _pool(count, expected) as pool:
        futures = [pool.submit(_examine_chunk, chunk) for chunk in chunks]
        for number, future in enumerate(futures):
            results[number] = _outcome(future)
    for chunk, result in zip(chunks, results, strict=True):
        yield from result if result is not None else (_examine_alone(item, expected) for item in chunk)


def _pool(count: int, expected: Expectation) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, mp_context=_context(), initializer=_start, initargs=(expected,))


def _context() -> multiprocessing.context.BaseContext:
    """Fork where it exists: a worker is ready at once. Elsewhere (Windows, macOS) a fresh process."""
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() and os.uname().sysname == "Linux" else "spawn"
    return multiprocessing.get_context(method)


def _outcome(future: Future[list[Examination]]) -> list[Examination] | None:
    """The chunk's result, or `None` where its worker died."""
    try:
        return future.result()
    except BrokenProcessPool:
        return None


def _examine_alone(item: Item, expected: Expectation) -> Examination:
    """One file in a process of its own; if that dies too, this file did it."""
    with _pool(1, expected) as pool:
        result = _outcome(pool.submit(_examine_chunk, [item]))
    if result is None:
        return gave_up(item.name, "file-hostile", "worker", expected)
    return result[0]


def _start(expected: Expectation) -> None:
    global _expected
    _expected = expected
    _limit_memory()


def _limit_memory() -> None:
    """Address space, where the system can limit it; on Windows the size limits of the reader stand alone."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))


def _examine_chunk(items: Sequence[Item]) -> list[Examination]:
    assert _expected is not None
    return [_examine_one(item, _expected) for item in items]


def _examine_one(item: Item, expected: Expectation) -> Examination:
    if item.finding is not None:
        return Examination(item.name, None, None, findings=(item.finding.at(file=item.name),), ignored=True)
    try:
        with _time_limit(SECONDS_PER_FILE):
            return examine(item.path, item.name, expected)
    except _TooSlow:
        return gave_up(item.name, "file-too-large", f"> {SECONDS_PER_FILE} s", expected)
    except MemoryError:
        return gave_up(item.name, "file-too-large", f"> {MEMORY // 2**20} MB", expected)


class _TooSlow(Exception):
    """A file took longer than its time."""


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
