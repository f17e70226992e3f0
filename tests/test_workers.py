"""The processes that read: a file that kills one of them costs itself, however many others wait behind it."""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from aggregator import within_limits, workers
from aggregator.identity import Expectation
from aggregator.inbox import Item
from aggregator.submission import Examination
from aggregator.workers import CHUNK, Readers

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="what the workers do is handed to them by fork"),
    pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning"),
]
NOBODY = Expectation({})
KILLER, FILES = 3 * CHUNK + 1, 20 * CHUNK


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that got a process of their own; `KILLER` ends its process wherever it is read."""

    def look(item: Item, *_more: Any) -> Examination:
        if item.name == str(KILLER):
            os.kill(os.getpid(), signal.SIGKILL)
        return Examination(item.name, str(os.getpid()), None)

    names: list[str] = []
    real = workers.do_apart

    def do_apart(job: Any, items: list[Item]) -> Any:
        names.extend(item.name for item in items)
        return real(job, items)

    monkeypatch.setattr(within_limits, "look", look)
    monkeypatch.setattr(workers, "do_apart", do_apart)
    return names


def items() -> list[Item]:
    return [Item("", str(number)) for number in range(FILES)]


def test_it_is_told_how_many_came_back_while_others_are_read(alone: list[str]) -> None:
    heard: list[int] = []
    with Readers(NOBODY, 2, heard=heard.append) as readers:
        list(readers.examine_each(items()))
    assert len(heard) == FILES / CHUNK
    assert sum(heard) == FILES


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_killer_costs_only_those_that_were_under_way_a_process_each(alone: list[str], count: int) -> None:
    found = list(workers.examine_all(items(), NOBODY, workers=count))
    assert [one.path for one in found] == [str(number) for number in range(FILES)]
    assert [finding.code for one in found for finding in one.findings] == ["file-hostile"]
    assert found[KILLER].findings
    assert str(KILLER) in alone
    assert len(alone) <= count * CHUNK


PARTS, MANY = 40, 20_000


def test_a_reader_does_something_else_and_then_reads(alone: list[str]) -> None:
    with Readers(NOBODY, 1) as readers:
        results = readers.begin([partial(answer, number) for number in range(PARTS)], worth=True)
        time.sleep(0.5)
        found = results()
        ((read,),) = readers.examine_each(items()[:1])
    assert [number for number, _ in found] == list(range(PARTS))
    assert found[0][1] != os.getpid()
    assert read.sha256 == str(found[0][1])


def test_who_wants_the_results_helps(alone: list[str]) -> None:
    with Readers(NOBODY, 1) as readers:
        results = readers.begin([partial(answer, number, 0.02) for number in range(PARTS)], worth=True)
        found = results()
    assert [number for number, _ in found] == list(range(PARTS))
    assert os.getpid() in (own := {process for _, process in found})
    assert len(own) == 2


def test_no_part_is_done_twice_and_no_ticket_stays_open(alone: list[str], tmp_path: Path) -> None:
    before = sorted(Path("/proc/self/fd").iterdir())
    with Readers(NOBODY, 1) as readers:
        readers.begin([partial(note, tmp_path / "done", number) for number in range(PARTS)], worth=True)()
    assert sorted(map(int, (tmp_path / "done").read_text(encoding="ascii").split())) == list(range(PARTS))
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_of_more_parts_than_a_pipe_holds_tickets_all_are_done(alone: list[str]) -> None:
    with Readers(NOBODY, 1) as readers:
        parts = [partial(int, number) for number in range(MANY)]
        assert readers.begin(parts, worth=True)() == list(range(MANY))


@pytest.mark.parametrize("worth", [True, False])
def test_what_no_reader_does_is_done_here(alone: list[str], monkeypatch: pytest.MonkeyPatch, worth: bool) -> None:
    if worth:
        monkeypatch.setattr(workers, "ready_at_once", lambda: False)
    with Readers(NOBODY) as readers:
        found = readers.begin([partial(answer, number) for number in range(PARTS)], worth)()
    assert found == [(number, os.getpid()) for number in range(PARTS)]


@pytest.mark.parametrize("wait", [0, 0.001, 0.01, 0.03, 0.5])
def test_a_reader_that_dies_of_something_else_still_leaves_its_result_and_others_read(
    alone: list[str], wait: float
) -> None:
    """Whenever it dies: at once, while we help, and while we wait for it."""
    with Readers(NOBODY, 2) as readers:
        parts = [partial(die_elsewhere, os.getpid(), number, wait) for number in range(PARTS)]
        assert readers.begin(parts, worth=True)() == list(range(PARTS))
        assert len(list(readers.examine_each(items()[:KILLER]))) == KILLER
    assert alone == []


def answer(number: int, seconds: float = 0) -> tuple[int, int]:
    time.sleep(seconds)
    return number, os.getpid()


def note(place: Path, number: int) -> None:
    with place.open("ab") as file:
        file.write(b"%d " % number)


def die_elsewhere(here: int, number: int, wait: float) -> int:
    time.sleep(wait if os.getpid() != here else 0.001)
    if os.getpid() != here:
        os.kill(os.getpid(), signal.SIGKILL)
    return number
