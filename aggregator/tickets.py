"""Work in parts that a copy of this process and this one share: whoever is free draws the next part.

The tickets lie in a pipe, from which the system gives each to one reader only; so neither waits for the other, nor for
Python's lock, and when they are gone both are done. A copy that dies takes the results of its parts with it; those are
done here. Linux only.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any, Generic, TypeVar

R = TypeVar("R")

AT_ONCE = 20
"""Parts whose results come back together: while they are under way nobody need ask for more."""
SIZE = 4
"""Bytes of a ticket."""

_drawn_from: Tickets[Any] | None = None
"""That of this process, or of the one that it is a copy of."""


class Tickets(Generic[R]):
    """Made before the other process is copied from this one. What has no ticket because the pipe is full (by then there
    are more than a thousand) is done here, last of all."""

    def __init__(self, parts: Sequence[Callable[[], R]]) -> None:
        global _drawn_from
        _drawn_from = self
        self._parts = parts
        self._pipe, ours = os.pipe()
        os.set_blocking(ours, False)
        with contextlib.suppress(BlockingIOError):
            os.write(ours, b"".join(number.to_bytes(SIZE, "big") for number in range(len(parts))))
        os.close(ours)
        self._futures: list[Future[dict[int, R]] | None] = []

    def share(self, submit: Callable[[Callable[[], dict[int, R]]], Future[dict[int, R]] | None]) -> None:
        """`submit` hands work to the other process, and gives `None` where that has died. None of it is ever called
        back: with no ticket left it ends at once."""
        self._futures = [submit(partial(draw, AT_ONCE)) for _ in range(0, len(self._parts), AT_ONCE)]

    def drawn(self, most: int) -> Iterator[tuple[int, R]]:
        while most and (ticket := os.read(self._pipe, SIZE)):
            number = int.from_bytes(ticket, "big")
            yield number, self._parts[number]()
            most -= 1

    def results(self, died: Callable[[], object]) -> list[R]:
        """In the order of the parts, when all are done."""
        found = dict(self.drawn(len(self._parts)))
        os.close(self._pipe)
        for future in self._futures:
            try:
                found |= future.result() if future else {}
            except BrokenProcessPool:
                died()
        return [found[number] if number in found else part() for number, part in enumerate(self._parts)]


def draw(most: int) -> dict[int, Any]:
    """In the other process: so many parts, fewer where no ticket is left."""
    assert _drawn_from is not None
    return dict(_drawn_from.drawn(most))
