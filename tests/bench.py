"""How long things take: `python -m tests.bench [--files N]`. Prints a table; exits 1 where a promise is broken.

Small for now: the start of the program, one form written, one form read and checked, a folder added up.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aggregator.campaign import load_campaign
from aggregator.examine import look
from aggregator.forms import load_form
from aggregator.inbox import Item
from aggregator.steps import issue
from aggregator.steps.collect import aggregate
from aggregator.steps.survey import Request, expectation
from aggregator.template import blank_issue, write_form
from tests.filling import send

SAMPLE = "hai-ba-trung-2021"


@dataclass(frozen=True)
class Line:
    """Seconds of the middle run; `promise` is the most it may take, where somebody was promised something."""

    name: str
    seconds: float
    promise: float | None = None

    @property
    def kept(self) -> bool:
        return self.promise is None or self.seconds <= self.promise

    def __str__(self) -> str:
        most = f"  (≤ {self.promise:.2f} s)" if self.promise else ""
        return f"{self.seconds:8.3f} s  {self.name}{most}{'' if self.kept else '  TOO SLOW'}"


def measured(call: Callable[[], object], times: int) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def start_up() -> Line:
    """What the interpreter itself takes is left out."""
    helped, empty = ([sys.executable, "-m", "aggregator", "--help"], [sys.executable, "-c", "pass"])
    with_us, without = (
        measured(partial(subprocess.run, words, capture_output=True, check=True), 7) for words in (helped, empty)
    )
    return Line("aggregator --help, beyond Python's own start", with_us - without, 0.2)


def folder_of(files: int, place: Path) -> Path:
    """The sample's campaign with up to `files` returned workbooks."""
    folder = place / "dot"
    campaign = issue.init_sample(folder, SAMPLE)
    issued = [line for line in issue.distribute(campaign) if line.unit.level == "school"]
    for line in issued[:files]:
        send(campaign, line.unit.code, {("2", "count"): 12, ("1.07", "count"): 2, ("1.07", "people"): 60})
    return folder


def lines(files: int) -> list[Line]:
    form = load_form("tong-hop-2021")
    found = [start_up(), Line("one form written", measured(lambda: write_form(blank_issue(form)), 9))]
    with tempfile.TemporaryDirectory() as place:
        folder = folder_of(files, Path(place))
        campaign = load_campaign(folder)
        returned = sorted((folder / campaign.received).iterdir())
        expected = expectation(campaign)
        found.append(Line("one form read and checked", measured(lambda: look(Item(returned[0], "x"), expected), 9)))
        request = Request((folder / campaign.received,), folder, campaign)
        found.append(Line(f"{len(returned)} files added up and written", measured(lambda: aggregate(request), 3)))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=40)
    found = lines(parser.parse_args().files)
    print("\n".join(map(str, found)))
    return int(not all(line.kept for line in found))


if __name__ == "__main__":
    sys.exit(main())
