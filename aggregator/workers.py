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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from aggregator.consolidated import ConsolidatedContent
from aggregator.disposable import Job, Lost, die_with_parent, do_apart
from aggregator.examine import Large, Outcome, Room, Unpacked, consult, gave_up, look
from aggregator.faults import Stop
from aggregator.identity import Expectation
from aggregator.inbox import Item
from aggregator.plain import collect_rarely
from aggregator.submission import Examination

SECONDS_PER_FILE = 20
GRACE = 5
"""Seconds more until a process that does not listen is ended from outside."""
MEMORY = 400 * 2**20
"""Bytes a worker may take beyond what it holds at its start."""
SECONDS_PER_MEGABYTE, MEMORY_PER_BYTE, MOST_MEMORY = 6, 150, 4 * 2**30
"""What a large consolidated workbook of ours may take besides, by its size: four times what 3,400 schools were measured
to take (7 s and 240 MB for 5 MB), and at most so much memory."""
CHUNK = 32


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker must know to examine a file."""

    expected: Expectation
    passwords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one file may cost: seconds, and bytes of memory."""

    seconds: int
    memory: int

    @classmethod
    def of(cls, outcome: Large | None) -> Allowance:
        """That of a form, or of a large result."""
        size = outcome.size if outcome else 0
        memory = min(MEMORY + MEMORY_PER_BYTE * size, MOST_MEMORY)
        return cls(SECONDS_PER_FILE + SECONDS_PER_MEGABYTE * size // 2**20, memory)


_task: Task | None = None


def examine_all(
    items: Sequence[Item], expected: Expectation, workers: int | None = None, passwords: Sequence[str] = ()
) -> Iterator[Examination]:
    """Every item examined, in order, the members of an archive behind it.

    `workers=0` reads in this process: for tests of single stages only.
    """
    for together in examine_each(items, expected, workers, passwords):
        yield from together


def examine_each(
    items: Sequence[Item],
    expected: Expectation,
    workers: int | None = None,
    passwords: Sequence[str] = (),
    meanwhile: Callable[[], object] = bool,
) -> Iterator[tuple[Examination, ...]]:
    """As `examine_all`, what one item gives together. `meanwhile` is done here as soon as the workers read."""
    task = Task(expected, tuple(passwords))
    for item, outcome in zip(items, _outcomes(items, task, workers, meanwhile), strict=True):
        settled = _settled(item, outcome, task)
        if isinstance(settled, Unpacked):
            yield settled.archive, *examine_all(settled.items, expected, workers, passwords)
        else:
            yield (settled,)


def consult_one(item: Item, expected: Expectation) -> tuple[Examination, ConsolidatedContent | None]:
    """One file with all that it carries where it is a consolidated workbook, read in a process of its own."""
    task = Task(expected)
    allowance = Allowance.of(Large(_size(item)))
    job = Job(partial(consult, expected=expected), allowance.seconds + GRACE, allowance.memory)
    (found,) = do_apart(job, [item])
    return (_of_lost(item, found, task, allowance), None) if isinstance(found, Lost) else found


def _size(item: Item) -> int:
    try:
        return item.path.stat().st_size
    except OSError:
        return 0


def _outcomes(
    items: Sequence[Item], task: Task, workers: int | None, meanwhile: Callable[[], object]
) -> Iterator[Outcome]:
    """As far as workers that serve many files can tell: `None` where a file needs a process for itself."""
    if workers == 0:
        yield from (_examine_one(item, task, "large", Allowance.of(None)) for item in items)
        return
    chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
    count = min(workers or os.cpu_count() or 1, max(1, len(chunks)))
    results: list[list[Outcome]] = []
    try:
        with _pool(count, task) as pool:
            futures = [pool.submit(_examine_chunk, chunk) for chunk in chunks]
            meanwhile()
            for chunk, future in zip(chunks, futures, strict=True):
                results.append(_result(future) or [None] * len(chunk))
    except OSError as error:
        raise CannotStart(error) from error
    for result in results:
        yield from result


class CannotStart(Stop):
    """The system gives no processes: too many are running, or a full disk leaves no room for their semaphores."""

    def __init__(self, error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        super().__init__(
            "Máy không cho mở thêm tiến trình để đọc tệp ({reason}). Chưa ghi gì cả; xin đóng bớt chương "
            "trình, xem dung lượng đĩa rồi chạy lại.",
            reason=reason,
        )


def _settled(item: Item, outcome: Outcome, task: Task) -> Examination | Unpacked:
    """What was found out; where the file needs a process for itself, or a larger one, from there."""
    if outcome is None:
        outcome = _apart(item, task, "own", None)
    if isinstance(outcome, Large):
        outcome = _apart(item, task, "large", outcome)
    assert isinstance(outcome, Examination | Unpacked)
    return outcome


def _apart(item: Item, task: Task, room: Room, large: Large | None) -> Outcome:
    """In a process of its own."""
    allowance = Allowance.of(large)
    work = partial(_examine_one, task=task, room=room, allowance=allowance)
    (found,) = do_apart(Job(work, allowance.seconds + GRACE, allowance.memory), [item])
    return _of_lost(item, found, task, allowance) if isinstance(found, Lost) or found is None else found


def _of_lost(item: Item, lost: Lost | None, task: Task, allowance: Allowance) -> Examination:
    """A file that ended its process, by itself or by what it cost."""
    reasons = {why: ("file-too-large", found) for why, found in _too_much(allowance).items()}
    why = lost.why if lost else ""
    return gave_up(item.name, *reasons.get(why, ("file-hostile", "worker")), task.expected)


def _too_much(allowance: Allowance) -> dict[str, str]:
    return {"too-slow": f"> {allowance.seconds} s", "too-large": f"> {allowance.memory // 2**20} MB"}


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
    collect_rarely()
    die_with_parent()
    _limit_memory()


def _limit_memory() -> None:
    """Address space, where the system can limit it; on Windows the size limits of the reader stand alone."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))


def _examine_chunk(items: Sequence[Item]) -> list[Outcome]:
    assert _task is not None
    return [_examine_one(item, _task, "shared", Allowance.of(None)) for item in items]


def _examine_one(item: Item, task: Task, room: Room, allowance: Allowance) -> Outcome:
    try:
        with _time_limit(allowance.seconds):
            return look(item, task.expected, task.passwords, room)
    except _TooSlow:
        return gave_up(item.name, "file-too-large", _too_much(allowance)["too-slow"], task.expected)
    except MemoryError:
        return gave_up(item.name, "file-too-large", _too_much(allowance)["too-large"], task.expected)


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
