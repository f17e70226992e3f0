"""How far the reading is, for whoever waits in front of the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from aggregator.submission import Examination

Progress = Callable[[int, int], None]
"""Told (done, total) now and then, and (total, total) at the end, whatever the end was."""
Together = tuple[Examination, ...]
"""What one file gives: itself, and behind it the members of an archive."""


class Told:
    """Tells somebody how many files are done, if anybody listens."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._done, self._total = 0, total

    def __call__(self, more: int) -> None:
        self._done = min(self._done + more, self._total)
        if self._progress:
            self._progress(self._done, self._total)

    def passing(self, read: Iterable[Together]) -> Iterator[Together]:
        """What comes by, one file each, is told as it does."""
        for together in read:
            self(1)
            yield together

    def end(self) -> None:
        """Also where something went wrong before all was done."""
        self(self._total)
