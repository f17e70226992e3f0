"""Work that may die: done in a process of its own, with a limit of time and memory, one outcome per task.

For foreign readers, which abort, panic or hang on some files. A task that kills its process costs exactly itself; the
next process goes on with the task after it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Generic, TypeVar

MEMORY = 600 * 2**20
"""Bytes a process may take beyond what it holds at its start."""

_PROCESS = (
    multiprocessing.get_context("fork").Process
    if sys.platform == "linux"
    else multiprocessing.get_context("spawn").Process
)
"""Fork where it is safe: the process is ready at once."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Lost:
    """A task without a result: `died`, `too-slow`, `too-large`, or the name of what it raised."""

    why: str


@dataclass(frozen=True, slots=True)
class Job(Generic[T, R]):
    """What is done with each task, and how long it may take."""

    work: Callable[[T], R]
    seconds: float
    memory: int = MEMORY


def do_apart(job: Job[T, R], tasks: Sequence[T]) -> Iterator[R | Lost]:
    """The outcome of every task, in order."""
    done = 0
    while done < len(tasks):
        for outcome in _one_process(job, tasks[done:]):
            done += 1
            yield outcome


def _one_process(job: Job[T, R], tasks: Sequence[T]) -> Iterator[R | Lost]:
    """Outcomes up to and including the first that cost the process its life."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = _PROCESS(target=_serve, args=(theirs, job, tasks), daemon=True)
    process.start()
    theirs.close()
    try:
        for _ in tasks:
            outcome = _next(ours, job.seconds)
            yield outcome[0] if isinstance(outcome, tuple) else outcome
            if isinstance(outcome, Lost):
                return
    finally:
        ours.close()
        _end(process)


def _next(connection: Connection, seconds: float) -> tuple[Any] | Lost:
    """What the process sends: a result or a loss it survived, in a tuple; else why nothing more will come."""
    try:
        return connection.recv() if connection.poll(seconds) else Lost("too-slow")
    except (EOFError, OSError):
        return Lost("died")


def _end(process: BaseProcess) -> None:
    process.join(0.2)
    if process.is_alive():
        process.kill()
    process.join()
    process.close()


def _serve(connection: Connection, job: Job[T, R], tasks: Sequence[T]) -> None:
    """In the other process. Panics of foreign libraries are no `Exception`; what they print is for nobody."""
    faulthandler.disable()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    die_with_parent()
    _limit_memory(job.memory)
    for task in tasks:
        try:
            outcome: R | Lost = job.work(task)
        except MemoryError:
            outcome = Lost("too-large")
        except BaseException as error:
            outcome = Lost(type(error).__name__)
        connection.send((outcome,))
    connection.close()


def die_with_parent() -> None:
    """In a worker: end as soon as the process that wants the work ends, even by `kill -9`.

    Before memory is limited, because a thread takes address space of its own.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), name="parent", daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _limit_memory(memory: int) -> None:
    """Address space, where the system can limit it."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, resource.RLIM_INFINITY))
