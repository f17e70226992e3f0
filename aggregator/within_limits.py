"""One file within its limits of time and memory: what happens inside a process that reads."""

from __future__ import annotations

import contextlib
import gc
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from aggregator.disposable import die_with_parent
from aggregator.examine import Large, Outcome, Room, gave_up, look
from aggregator.identity import Expectation
from aggregator.inbox import Item
from aggregator.plain import collect_rarely

SECONDS_PER_FILE = 20
MEMORY = 400 * 2**20
"""Bytes a worker may take beyond what it holds at its start."""
SECONDS_PER_MEGABYTE, MEMORY_PER_BYTE, MOST_MEMORY = 6, 150, 4 * 2**30
"""What a large consolidated workbook of ours may take besides, by its size: four times what 3,400 schools were measured
to take (7 s and 240 MB for 5 MB), and at most so much memory."""


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


def too_much(allowance: Allowance) -> Mapping[str, str]:
    return {"too-slow": f"> {allowance.seconds} s", "too-large": f"> {allowance.memory // 2**20} MB"}


def start(task: Task) -> None:
    global _task
    _task = task
    gc.freeze()  # what the process was copied with stays as it is: to look through it would copy its pages too
    collect_rarely(100_000)
    die_with_parent()
    _limit_memory()


def _limit_memory() -> None:
    """Address space, where the system can limit it; on Windows the size limits of the reader stand alone."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))


def examine_chunk(items: Sequence[Item]) -> list[Outcome]:
    assert _task is not None
    return [examine_one(item, _task, "shared", Allowance.of(None)) for item in items]


def examine_one(item: Item, task: Task, room: Room, allowance: Allowance) -> Outcome:
    try:
        with _time_limit(allowance.seconds):
            return look(item, task.expected, task.passwords, room)
    except _TooSlow:
        return gave_up(item.name, "file-too-large", too_much(allowance)["too-slow"], task.expected)
    except MemoryError:
        return gave_up(item.name, "file-too-large", too_much(allowance)["too-large"], task.expected)


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
