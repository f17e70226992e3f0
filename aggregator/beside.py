"""Work done in a process beside this one while this one goes on: a copy of it, where copying a process is cheap, or a
fresh one, which knows nothing but its work.

Elsewhere, with one core, and where the other process comes to nothing, it is done here, when its result is wanted.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from aggregator.disposable import die_with_parent

R = TypeVar("R")

WORTH_A_COPY = range(1_001, 25_000)
"""Returns in a result of which a part is worth a copy of the process: fewer are done at once, more would fill the
memory."""


def can_copy() -> bool:
    """Whether a copy of this process would run beside it: there are cores, and no thread that a copy would lack."""
    return sys.platform == "linux" and (os.cpu_count() or 1) > 1 and threading.active_count() == 1


class Beside(Generic[R]):
    """`work` begun now if it is `worth` a process, and its `result`. It may change nothing that others see; who leaves
    the context needs it no more."""

    def __init__(self, work: Callable[[], R], *, worth: bool = True, fresh: bool = False) -> None:
        self._work = work
        self._ours: Connection | None = None
        self._process: BaseProcess | None = None
        if worth and (can_copy() or (fresh and (os.cpu_count() or 1) > 1)):
            with contextlib.suppress(OSError):
                self._begin(multiprocessing.get_context("spawn" if fresh else "fork"))

    def _begin(self, context: Any) -> None:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        with theirs:
            process = context.Process(target=_serve, args=(theirs, self._work), daemon=True)
            process.start()
        self._ours, self._process = ours, process

    def __enter__(self) -> Beside[R]:
        return self

    def __exit__(self, *_: object) -> None:
        if self._ours is not None and self._process is not None:
            self._ours.close()
            self._process.kill()
            self._process.join()

    def result(self) -> R:
        """What the work gives, or what it raises."""
        if self._ours is None:
            return self._work()
        try:
            return self._ours.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            return self._work()


def _serve(connection: Connection, work: Callable[[], R]) -> None:
    """In the other process. What went wrong goes wrong again where it can be told."""
    die_with_parent()
    with contextlib.suppress(Exception):
        connection.send(work())
    connection.close()
    os._exit(0)
