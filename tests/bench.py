"""How long things take, against peers in the same run: `python -m tests.bench`, or `make bench`.

A seeded corpus of filled forms of the real 2024 form, each of its own unit, is read by ours and by the peers in turns:
bare python-calamine (all sheets: the floor), the script a user would write (pandas.read_excel with openpyxl, and a
sum), openpyxl read-only, pandas with calamine, R's readxl where it is installed, LibreOffice (100 files). Each runs in
a process of its own. Every sum must equal what was typed, or the program stops. Promised are ratios within one run;
those that were not kept are said, and the exit status is 1. Results go to a JSON file and, as tables, into
`docs/performance.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.forms import load_form
from aggregator.kept import FILE
from aggregator.layout import Layout
from aggregator.locking import FOLDER
from aggregator.personal import Press
from aggregator.reading.book import a1
from aggregator.steps.issue import issue_for
from aggregator.template import write_form
from tests import bench_report
from tests.bad_files import Watch
from tests.bench_readers import has_readxl
from tests.corpus import FORM, Corpus, filled_forms, make_corpus
from tests.office import find

ROOT = Path(__file__).resolve().parents[1]
SEED, ROUNDS, CORRECTIONS = 2024, 5, 11
SMALL, CHECKED, LARGE, HUGE = 1_000, 5_000, 10_000, 100_000
BUILT = 40
"""Forms built one by one, to compare with personalised ones."""
PEERS = ("pandas-openpyxl", "openpyxl-read-only", "pandas-calamine")
LOOKED = 0.25
"""Seconds between two looks at the memory of what runs: a look takes 2 ms from it."""


@dataclass(frozen=True)
class Cost:
    """Seconds of the processor and of the clock, and the most bytes that all processes held at one time."""

    name: str
    files: int
    cpu: float
    wall: float
    memory: int

    @property
    def per_file(self) -> float:
        """Milliseconds of the processor."""
        return self.cpu / self.files * 1_000


@dataclass(frozen=True)
class Promise:
    """A ratio or a measure of this run beside what was promised of it."""

    name: str
    value: float
    bound: float
    at_most: bool = True

    @property
    def kept(self) -> bool:
        return self.value <= self.bound if self.at_most else self.value >= self.bound


class Wrong(Exception):
    """Two readers do not agree on a sum."""


# --- one run -------------------------------------------------------------------------------------------------------


def run(name: str, files: int, words: Sequence[object]) -> tuple[Cost, Any]:
    """A program with its JSON answer; the processor time of it and of all it started."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with tempfile.TemporaryFile() as out:
        silent = subprocess.DEVNULL
        process = subprocess.Popen([sys.executable, "-m", *map(str, words)], stdout=out, stderr=silent, cwd=ROOT)
        watch = Watch(process.pid, LOOKED)
        watch.start()
        process.wait()
        wall = time.monotonic() - began
        watch.stop()
        out.seek(0)
        text = out.read().decode("utf-8")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if process.returncode not in (0, 1) or not text:
        raise Wrong(f"{name}: exit {process.returncode}")
    return Cost(name, files, cpu, wall, watch.most), json.loads(text)


def peer(name: str, corpus: Corpus, sums: Mapping[str, int] | None = None) -> Cost:
    """A peer over the whole inbox; processor time without the start of Python and of its libraries."""
    cost, answer = run(name, len(corpus.files), ("tests.bench_readers", name, corpus.files[0].parent))
    agree(name, {cell: number for cell, number in answer["sums"].items() if number}, sums or corpus.sums)
    return Cost(name, cost.files, answer["cpu"], cost.wall, cost.memory)


def check(corpus: Corpus) -> Cost:
    """The command as people run it, its start included; every file must be accepted."""
    forget(corpus)
    folder = corpus.campaign.folder
    cost, answer = run(
        "check", len(corpus.files), ("aggregator", "-C", folder, "check", corpus.files[0].parent, "--json")
    )
    states = {one["status"] for one in answer["files"]}
    if states != {"accepted"} or len(answer["files"]) != len(corpus.files):
        raise Wrong(f"check: {states}")
    return cost


def aggregate(corpus: Corpus) -> Cost:
    """The command as people run it, to the finished workbook and page; nothing is kept from a run before."""
    forget(corpus)
    cost, answer = run(
        "aggregate", len(corpus.files), ("aggregator", "-C", corpus.campaign.folder, "aggregate", "--json")
    )
    layout = Layout(load_form(FORM))
    found = {
        a1(*layout.cell_of[key, name]): number for key, row in answer["totals"].items() for name, number in row.items()
    }
    agree("aggregate", {cell: number for cell, number in found.items() if number}, corpus.sums)
    return cost


def agree(name: str, found: Mapping[str, int], expected: Mapping[str, int]) -> None:
    wanted = {cell: number for cell, number in expected.items() if number}
    if found != wanted:
        wrong = sorted(cell for cell in {*found, *wanted} if found.get(cell) != wanted.get(cell))
        raise Wrong(f"{name}: {[(cell, found.get(cell), wanted.get(cell)) for cell in wrong[:5]]}")


# --- what is measured ----------------------------------------------------------------------------------------------


def small_rounds(corpus: Corpus) -> Iterator[Cost]:
    """All readers in turns, so that a busy moment of the machine hits each."""
    for _ in range(ROUNDS):
        yield peer("calamine", corpus)
        yield check(corpus)
        for name in peers():
            yield peer(name, corpus)
        yield aggregate(corpus)


def peers() -> tuple[str, ...]:
    return (*PEERS, "readxl") if has_readxl() else PEERS


def check_rounds(corpus: Corpus) -> Iterator[Cost]:
    for _ in range(ROUNDS):
        yield peer("calamine", corpus)
        yield check(corpus)


def again(corpus: Corpus) -> tuple[float, float]:
    """Seconds of the first intake, and of the one after a corrected file, each in a process of its own; medians.

    Every correction has other numbers, as if its school had sent it anew.
    """
    file, before = corpus.files[0], corpus.files[0].read_bytes()
    first = statistics.median(intake(corpus, anew=True) for _ in range(ROUNDS))
    school = corpus.campaign.register.by_code[file.stem]
    taken = []
    for data, _ in filled_forms(corpus.campaign, [school] * CORRECTIONS, random.Random(SEED)):
        file.write_bytes(data)
        taken.append(intake(corpus))
    file.write_bytes(before)
    return first, statistics.median(taken)


def intake(corpus: Corpus, anew: bool = False) -> float:
    """Seconds of reading, checking and choosing."""
    if anew:
        forget(corpus)
    _, answer = run("intake", len(corpus.files), ("tests.bench_again", corpus.campaign.folder))
    return float(answer["seconds"])


def forget(corpus: Corpus) -> None:
    """Nothing is kept from a run before."""
    (corpus.campaign.folder / FOLDER / FILE).unlink(missing_ok=True)


def stages(corpus: Corpus) -> dict[str, float]:
    """What a file costs stage by stage, then the whole; see `bench_stages`."""
    _, answer = run("stages", len(corpus.files), ("tests.bench_stages", corpus.campaign.folder))
    return {name: float(value) for name, value in answer.items()}


def distributing(corpus: Corpus) -> tuple[float, float]:
    """Milliseconds of the processor for one form: built with XlsxWriter, and personalised from a base."""
    campaign = corpus.campaign
    units = [unit for unit in campaign.register.units if unit.level == "school"]
    began = time.process_time()
    for unit in units[:BUILT]:
        write_form(issue_for(campaign, unit))
    built = (time.process_time() - began) / BUILT
    press, began = Press(), time.process_time()
    for unit in units:
        press.workbook(issue_for(campaign, unit))
    return built * 1_000, (time.process_time() - began) / len(units) * 1_000


def start_up() -> tuple[float, float]:
    """Seconds of `aggregator --help`, and of an empty Python; medians."""
    words = ([sys.executable, "-m", "aggregator", "--help"], [sys.executable, "-c", "pass"])
    with_us, without = (statistics.median(_seconds(one) for _ in range(7)) for one in words)
    return with_us, without


def _seconds(words: Sequence[str]) -> float:
    began = time.monotonic()
    subprocess.run(words, capture_output=True, check=True, cwd=ROOT)
    return time.monotonic() - began


# --- the whole -----------------------------------------------------------------------------------------------------


def middle(costs: Sequence[Cost], name: str, files: int) -> float:
    return statistics.median(cost.per_file for cost in costs if (cost.name, cost.files) == (name, files))


def measure(room: Path, sizes: Sequence[int]) -> dict[str, Any]:
    small, checked, large, *huge = sizes
    costs: list[Cost] = []
    corpus = make_corpus(room / "small", small, SEED)
    costs += small_rounds(corpus)
    if find("soffice", "libreoffice"):
        few = make_corpus(room / "few", 100, SEED)
        costs.append(peer("libreoffice", few))
    corpus = make_corpus(room / "checked", checked, SEED)
    costs += check_rounds(corpus)
    corpus = make_corpus(room / "large", large, SEED)
    costs += [check(corpus), *(peer(name, corpus) for name in ("calamine", *peers()))]
    costs += [aggregate(corpus) for _ in range(ROUNDS)]
    built, personal = distributing(corpus)
    intake, parts = again(corpus), stages(corpus)
    for size in huge:
        costs.append(aggregate(make_corpus(room / "huge", size, SEED)))
    return {
        "sizes": list(sizes),
        "costs": [cost.__dict__ for cost in costs],
        "forms": {"built": built, "personalised": personal},
        "start": start_up(),
        "intake": intake,
        "stages": parts,
        "promises": [
            promise.__dict__ for promise in (*promises(costs, sizes), *others(built / personal, intake, parts))
        ],
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
    }


def others(distribution: float, intake: tuple[float, float], parts: Mapping[str, float]) -> Iterator[Promise]:
    yield Promise("personalised forms: times as fast as built ones", distribution, 10, at_most=False)
    yield Promise("intake after one corrected file: share of the first", intake[1] / intake[0], 0.05)
    yield Promise("reading by two processes: times as fast as by one", parts["one"] / parts["two"], 1.7, at_most=False)
    yield Promise("look over a form as issued: share of its making", parts["form-look"] / parts["form"], 0.55)
    yield Promise("look over all: share of writing them cell by cell", parts["look"] / parts["cells"], 0.2)


def promises(costs: Sequence[Cost], sizes: Sequence[int]) -> Iterator[Promise]:
    small, checked, large, *huge = sizes
    floor, ours = middle(costs, "calamine", checked), middle(costs, "check", checked)
    script = middle(costs, "pandas-openpyxl", small)
    yield Promise("check: processor time of bare calamine, times", ours / floor, 4)
    yield Promise("script (pandas, openpyxl): processor time of check, times", script / ours, 8, at_most=False)
    whole, by_script = (
        statistics.median(cost.wall for cost in costs if (cost.name, cost.files) == (name, large))
        for name in ("aggregate", "pandas-openpyxl")
    )
    yield Promise(f"aggregate of {large}: seconds", whole, 15)
    yield Promise("script: seconds of aggregate, times", by_script / whole, 8, at_most=False)
    for size in huge:
        most = next(cost for cost in costs if (cost.name, cost.files) == ("aggregate", size))
        yield Promise(f"aggregate of {size}: times that of {large}", most.wall / whole, 10.5)
        yield Promise(f"aggregate of {size}: megabytes of memory", most.memory / 2**20, 1_200)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[SMALL, CHECKED, LARGE], metavar="N")
    parser.add_argument("--huge", action="store_true", help=f"also {HUGE} files")
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json")
    parser.add_argument("--page", type=Path, help="the page whose tables are written anew")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        try:
            found = measure(Path(room), [*asked.sizes, *([HUGE] if asked.huge else [])])
        except Wrong as wrong:
            print(f"STOP: {wrong}", file=sys.stderr)
            return 2
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(bench_report.tables(found))
    if asked.page:
        bench_report.write_into(asked.page, found)
    return int(not all(Promise(**promise).kept for promise in found["promises"]))


if __name__ == "__main__":
    sys.exit(main())
