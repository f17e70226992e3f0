"""Reading in worker processes: the process that adds up never parses a stranger's bytes.

Each worker has a memory limit and each file a time limit. A file that kills its worker costs exactly itself: the files
that were under way with it are read again, one process each, and the killer is named. Formats whose readers may abort
are read that way from the start.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from threading import Thread
from typing import TypeVar

from aggregator.consolidated import ConsolidatedContent
from aggregator.disposable import Job, Lost, do_apart
from aggregator.examine import Large, Outcome, Room, Unpacked, consult, gave_up
from aggregator.faults import Stop
from aggregator.identity import Expectation
from aggregator.inbox import Item
from aggregator.submission import Examination
from aggregator.tickets import Tickets
from aggregator.within_limits import Allowance, Task, examine_chunk, examine_one, start, too_much

GRACE = 5
"""Seconds more until a process that does not listen is ended from outside."""
CHUNK = 32
"""Files that a worker takes at once."""

R = TypeVar("R")


def examine_all(
    items: Sequence[Item], expected: Expectation, workers: int | None = None, passwords: Sequence[str] = ()
) -> Iterator[Examination]:
    """Every item examined, in order, the members of an archive behind it.

    `workers=0` reads in this process: for tests of single stages only.
    """
    for together in examine_each(items, expected, workers, passwords):
        yield from together


def examine_each(
    items: Sequence[Item], expected: Expectation, workers: int | None = None, passwords: Sequence[str] = ()
) -> Iterator[tuple[Examination, ...]]:
    """As `examine_all`, what one item gives together."""
    with Readers(expected, workers, passwords) as readers:
        yield from readers.examine_each(items)


class Readers:
    """The worker processes; they start when they are first asked for something and have ended when this is left."""

    def __init__(
        self,
        expected: Expectation,
        workers: int | None = None,
        passwords: Sequence[str] = (),
        heard: Callable[[int], object] = bool,
    ) -> None:
        """`heard` is told of how many files more it is known what they give, whenever some came back."""
        self._task = Task(expected, tuple(passwords))
        self._heard = heard
        self._count = os.cpu_count() or 1 if workers is None else workers
        self._pool: ProcessPoolExecutor | None = None
        self._open_for = 0
        self._ending: Thread | None = None

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def dismiss(self) -> None:
        """Nothing more is asked of them: they end while the caller goes on. Until this is left no copy of this process
        may be made, for it would lack a thread."""
        if self._pool is not None:
            self._ending = Thread(target=self._pool.shutdown, kwargs={"cancel_futures": True})
            self._ending.start()

    def begin(self, parts: Sequence[Callable[[], R]], worth: bool) -> Callable[[], list[R]]:
        """Something else that one of them does, part by part, where that is `worth` it and a worker is ready at once;
        how to get the results. Who wants these helps, and does what a worker came to nothing of."""
        if not worth or not self._count or not ready_at_once():
            return lambda: [part() for part in parts]
        self._close()
        tickets = Tickets(parts)
        tickets.share(partial(_submit, self._open(1)))
        return lambda: tickets.results(died=self._close)

    def examine_each(
        self, items: Sequence[Item], meanwhile: Callable[[], object] = bool
    ) -> Iterator[tuple[Examination, ...]]:
        """What each item gives. `meanwhile` is done here as soon as the workers read."""
        for item, outcome in zip(items, self._outcomes(items, meanwhile), strict=True):
            if not isinstance(outcome, Examination):
                self._close()  # a process of its own is a copy of this one, and no thread of the pool may be in it
            settled = _settled(item, outcome, self._task)
            if isinstance(settled, Unpacked):
                members = examine_all(settled.items, self._task.expected, self._count, self._task.passwords)
                yield settled.archive, *members
            else:
                yield (settled,)

    def _outcomes(self, items: Sequence[Item], meanwhile: Callable[[], object]) -> Iterator[Outcome]:
        """As far as workers that serve many files can tell: `None` where a file needs a process for itself."""
        if not self._count:
            for item in items:
                self._heard(1)
                yield examine_one(item, self._task, "large", Allowance.of(None))
            return
        chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
        results: dict[int, list[Outcome]] = {}
        while waiting := [number for number in range(len(chunks)) if number not in results]:
            results |= self._read({number: chunks[number] for number in waiting}, meanwhile)
            lost = [number for number in waiting if number not in results]
            for number in lost[: self._count]:  # one of these killed its worker, none of the others was under way
                results[number] = [None] * len(chunks[number])
                self._heard(len(chunks[number]))
            meanwhile = bool
        for number in range(len(chunks)):
            yield from results[number]

    def _read(self, chunks: Mapping[int, Sequence[Item]], meanwhile: Callable[[], object]) -> dict[int, list[Outcome]]:
        """The results of those chunks that came back; if a worker dies the others end too."""
        pool = self._open(min(self._count, len(chunks)))
        futures = {number: _submit(pool, partial(examine_chunk, chunk)) for number, chunk in chunks.items()}
        meanwhile()
        results: dict[int, list[Outcome]] = {}
        for number, future in futures.items():
            with contextlib.suppress(BrokenProcessPool):
                if future:
                    results[number] = future.result()
                    self._heard(len(results[number]))
        if len(results) < len(chunks):
            self._close()
        return results

    def _open(self, count: int) -> ProcessPoolExecutor:
        """At least so many processes; those that are there, where they are enough."""
        if self._open_for < count:
            self._close()
        if self._pool is None:
            self._open_for = count
            try:
                self._pool = ProcessPoolExecutor(
                    count, mp_context=_context(), initializer=start, initargs=(self._task,)
                )
            except OSError as error:
                raise CannotStart(error) from error
        return self._pool

    def _close(self) -> None:
        if self._ending is not None:
            self._ending.join()
        elif self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._ending, self._pool, self._open_for = None, None, 0


def _submit(pool: ProcessPoolExecutor, work: Callable[[], R]) -> Future[R] | None:
    """`None` where a worker has died already."""
    try:
        return pool.submit(work)
    except BrokenProcessPool:
        return None
    except OSError as error:
        raise CannotStart(error) from error


class CannotStart(Stop):
    """The system gives no processes: too many are running, or a full disk leaves no room for their semaphores."""

    def __init__(self, error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        super().__init__(
            "Máy không cho mở thêm tiến trình để đọc tệp ({reason}). Chưa ghi gì cả; xin đóng bớt chương "
            "trình, xem dung lượng đĩa rồi chạy lại.",
            reason=reason,
        )


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
    work = partial(examine_one, task=task, room=room, allowance=allowance)
    (found,) = do_apart(Job(work, allowance.seconds + GRACE, allowance.memory), [item])
    return _of_lost(item, found, task, allowance) if isinstance(found, Lost) or found is None else found


def _of_lost(item: Item, lost: Lost | None, task: Task, allowance: Allowance) -> Examination:
    """A file that ended its process, by itself or by what it cost."""
    reasons = {why: ("file-too-large", found) for why, found in too_much(allowance).items()}
    why = lost.why if lost else ""
    return gave_up(item.name, *reasons.get(why, ("file-hostile", "worker")), task.expected)


def _context() -> multiprocessing.context.BaseContext:
    return multiprocessing.get_context("fork" if ready_at_once() else "spawn")


def ready_at_once() -> bool:
    """Whether a worker is a copy of this process; on Windows and macOS it is a fresh one, which takes a second."""
    return "fork" in multiprocessing.get_all_start_methods() and os.uname().sysname == "Linux"
