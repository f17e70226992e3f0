"""Broken workbooks without end, for as long as one likes: no exception, no hang, no number out of a refused file.

`python -m tests.fuzz [--seconds 600] [--seed N] [--keep]` breaks filled forms, results and crafted files by bytes,
tags, attributes, texts and parts, and has each examined in a child process with the limits of a worker. What made it
fail lands in `tests/data/fuzz/`, where `tests/test_fuzz.py` reads every file again. The seed makes a run again.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import multiprocessing
import os
import random
import secrets
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from aggregator.catalogue import severity_of
from aggregator.examine import examine_bytes
from aggregator.forms import form_ids
from aggregator.outputs.result import finding_document
from aggregator.reading.foreign import FOREIGN
from aggregator.reading.sniff import sniff
from aggregator.steps.survey import expectation
from aggregator.submission import Examination
from aggregator.within_limits import MEMORY
from tests.differential import flipped, mutant
from tests.hostile_cases import READ
from tests.manipulations import Table, base_of

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(__file__).parent / "data" / "fuzz"
SECONDS_PER_FILE = 60
SECONDS_OF_SILENCE = SECONDS_PER_FILE + 10
SMALL = 100_000
KEPT = 25_000
"""Bytes of a file that is kept for its outcome only."""


# --- what is broken, and how


def bases() -> list[bytes]:
    """Filled forms of every edition, results, faulty files of the samples, and the crafted sound ones."""
    forms = [Table(base_of(form), random.Random(number)).file() for number, form in enumerate(form_ids() * 2)]
    samples = sorted((ROOT / "sample_reports").rglob("*.xlsx"))
    results = [path for path in samples if path.name.startswith("tong-hop")]
    faults = [path.read_bytes() for path in (*samples[::12], *results)]
    crafted = [data for _, data, _ in READ if len(data) < SMALL]
    foreign = [
        path.read_bytes() for path in sorted((CORPUS.parent / "foreign").glob("*")) if path.stat().st_size < SMALL
    ]
    return [*forms * 5, *(data for data in faults if data.startswith(b"PK")), *crafted, *foreign[:4]]


def case(everything: list[bytes], seed: str, number: int) -> bytes:
    """The same bytes for the same seed and number. Most are broken once; a few again and again."""
    chance = random.Random(f"{seed} {number}")
    data = chance.choice(everything)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        try:
            data = mutant(data, chance) if chance.random() < 0.9 else flipped(data, chance)
        except Exception:  # broken so that the mutator cannot open it again
            return flipped(data, chance)
    return data


def judge(examined: Examination) -> str | None:
    """What is wrong with the answer, or nothing."""
    refused = any(severity_of(finding) == "error" for finding in examined.findings)
    if refused and examined.leaves:
        return "refused, and its numbers are added"
    if not refused and not examined.leaves and not examined.ignored and not examined.findings:
        return "neither read nor refused"
    values = [value for leaf in examined.leaves for value in leaf.figures.values() if value is not None]
    if not all(type(value) is int and 0 <= value < 10**13 for value in values):
        return f"a number that is none: {values}"
    told = json.dumps([finding_document(finding) for finding in examined.findings], ensure_ascii=False)
    return None if told.encode("utf-8", "surrogatepass").decode("utf-8", "replace") == told else "half a character"


def outcome(examined: Examination) -> str:
    return " ".join(sorted({finding.code for finding in examined.findings})) or "accepted"


# --- the child: readers of other formats may kill it, which in a run costs a process that has nothing else to do


def child(pipe: Connection, seed: str, start: int, step: int) -> None:
    """Says which case it begins, then what came of it; dies of nothing that it can catch."""
    os.nice(10)
    everything = bases()
    _limit()
    expected = expectation(None)
    for number in _count(start, step):
        pipe.send((number, None, None))
        data = case(everything, seed, number)
        try:
            examined = examine_bytes(data, f"fuzz/{number}.xlsx", expected)
            pipe.send((number, outcome(examined), judge(examined)))
        except MemoryError:
            pipe.send((number, "too much memory", None))
        except BaseException:
            pipe.send((number, "exception", traceback.format_exc()))


def _count(start: int, step: int) -> Iterator[int]:
    while True:
        yield start
        start += step


def _limit() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))


# --- the parent


class Child:
    """One child at work: which case it is at, and since when."""

    def __init__(self, seed: str, start: int, step: int) -> None:
        self.seed, self.at, self.step, self.since = seed, start, step, time.monotonic()
        self.pipe, other = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self.process: BaseProcess = context.Process(target=child, args=(other, seed, start, step), daemon=True)
        self.process.start()
        other.close()

    def hear(self) -> tuple[int, str, str | None] | None:
        """What the child said, or that it died or hangs; `None` where there is nothing new."""
        try:
            if self.pipe.poll(0.05):
                number, said, wrong = self.pipe.recv()
                self.at, self.since = number, time.monotonic()
                return None if said is None else (number, said, wrong)
        except EOFError:
            self.process.join(5)
            return self.at, "died", f"the process died with {self.process.exitcode}"
        silence = time.monotonic() - self.since
        return (self.at, "hung", f"silent for {silence:.0f} s") if silence > SECONDS_OF_SILENCE else None

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def fuzz(seconds: float, seed: str, workers: int, keep: bool = False) -> tuple[Counter[str], list[str]]:
    """Counts per outcome, and everything that went wrong; whatever did is kept in the corpus."""
    counts: Counter[str] = Counter()
    wrongs: list[str] = []
    everything = bases()
    children = [Child(seed, number, workers) for number in range(workers)]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for place, one in enumerate(children):
            heard = one.hear()
            if heard is None:
                continue
            number, said, wrong = heard
            data = case(everything, seed, number) if wrong or keep else b""
            if said == "died" and sniff(data) in FOREIGN:
                said, wrong = "died in its own process", None
            counts[said] += 1
            if wrong or (keep and counts[said] == 1 and len(data) < KEPT):
                path = save(data)
                wrongs += [f"{path.name} (seed {seed}, case {number}): {said}: {wrong}"] if wrong else []
            if said.startswith(("died", "hung")):
                one.stop()
                children[place] = Child(seed, number + workers, workers)
    for one in children:
        one.stop()
    return counts, wrongs


def save(data: bytes) -> Path:
    CORPUS.mkdir(exist_ok=True)
    path = CORPUS / f"{hashlib.sha256(data).hexdigest()[:12]}.xlsx"
    path.write_bytes(data)
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", default=str(secrets.randbelow(10**6)))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", action="store_true", help="keep the first file of every outcome too")
    asked = parser.parse_args()
    print(f"seed {asked.seed}, {asked.seconds:.0f} s, {asked.workers} processes", flush=True)
    counts, wrongs = fuzz(asked.seconds, asked.seed, asked.workers, asked.keep)
    for said, count in counts.most_common():
        print(f"{count:8} {said}")
    print(f"{sum(counts.values())} files, {len(wrongs)} failures", *wrongs, sep="\n")
    return 1 if wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
