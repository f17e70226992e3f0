"""Work done by a process beside this one: its result, or the same from here."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

import pytest

from aggregator.beside import Beside, can_copy


def forks() -> bool:
    return sys.platform == "linux" and (os.cpu_count() or 1) > 1


def test_the_work_is_done_by_another_process() -> None:
    with Beside(os.getpid) as work:
        assert (work.result() != os.getpid()) == can_copy() == forks()


def test_a_fresh_process_does_it_too() -> None:
    over = threading.Event()
    threading.Thread(target=over.wait, daemon=True).start()
    with Beside(os.getpid, fresh=True) as work:
        assert (work.result() != os.getpid()) == ((os.cpu_count() or 1) > 1)
    over.set()


@pytest.mark.parametrize("worth", [True, False])
def test_a_thread_or_too_little_work_keeps_it_here(worth: bool) -> None:
    over = threading.Event()
    if worth:
        threading.Thread(target=over.wait, daemon=True).start()
    with Beside(os.getpid, worth=worth) as work:
        assert work.result() == os.getpid()
    over.set()


def test_what_goes_wrong_goes_wrong_here() -> None:
    def fail() -> None:
        raise KeyError(os.getpid())

    with Beside(fail) as work, pytest.raises(KeyError, match=str(os.getpid())):
        work.result()


def test_a_process_that_is_killed_costs_nothing_but_time() -> None:
    here = os.getpid()

    def die_elsewhere() -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), 9)
        return 7

    with Beside(die_elsewhere) as work:
        assert work.result() == 7


def test_nobody_waits_for_what_is_not_wanted() -> None:
    def sleep() -> None:
        time.sleep(60)

    start = time.monotonic()
    with Beside(sleep):
        pass
    assert time.monotonic() - start < 30


LARGE = "x" * 2**22


@pytest.mark.parametrize("make", [lambda: LARGE, lambda: [LARGE] * 3])
def test_large_results_come_whole(make: Callable[[], object]) -> None:
    with Beside(make) as work:
        assert work.result() == make()
