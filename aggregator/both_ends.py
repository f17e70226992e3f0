"""Work in parts that another process and this one share: the other takes them from the front, this one from the back.

No part is called back once it is handed over: if the other process dies while one is, Python's pool (3.11) dies of it
with a traceback and never answers. So few are handed over at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from threading import Lock
from typing import Generic, TypeVar

R = TypeVar("R")
Submit = Callable[[Callable[[], R]], "Future[R] | None"]
"""Hands a part to the other process; `None` where that has ended."""

UNDER_WAY = 2
"""Parts that the other process holds, so that the next one is there when it has done one."""


class BothEnds(Generic[R]):
    """Begins when it is made. `submit` is also called by the thread that hears of what was done."""

    def __init__(self, parts: Sequence[Callable[[], R]], submit: Submit[R]) -> None:
        self._parts, self._submit = parts, submit
        self._waiting = deque(range(len(parts)))
        self._handed: dict[int, Future[R]] = {}
        self._lock = Lock()
        for _ in range(UNDER_WAY):
            self._hand_over()

    def _hand_over(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            number = self._waiting[0]
            future = self._submit(self._parts[number])
            if future is None:
                return
            self._handed[self._waiting.popleft()] = future
        future.add_done_callback(self._go_on)  # without the lock: what is done already is told at once

    def _go_on(self, done: Future[R]) -> None:
        """The lock is not asked for where the pool has died: it may tell so while this process waits for the pool."""
        if not done.cancelled() and done.exception() is None:
            self._hand_over()

    def results(self, died: Callable[[], object]) -> list[R]:
        """In the order of the parts; those of a process that `died` are done here."""
        own: dict[int, R] = {}
        while (number := self._last()) is not None:
            own[number] = self._parts[number]()
        return [own[number] if number in own else self._theirs(number, died) for number in range(len(self._parts))]

    def _last(self) -> int | None:
        with self._lock:
            return self._waiting.pop() if self._waiting else None

    def _theirs(self, number: int, died: Callable[[], object]) -> R:
        try:
            return self._handed[number].result()
        except BrokenProcessPool:
            died()
            return self._parts[number]()
