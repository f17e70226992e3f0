"""The stages of a run one by one, and reading by one process and by two: `python -m tests.bench_stages FOLDER`.

Prints {"guard", "read", "check": milliseconds of the processor for one file; "add-up", "write", "page": seconds of the
processor for all; "one", "two": seconds of the clock for reading all}. A file costs guard + read + check. Beside them
what the look over our own workbooks takes: {"form-look", "form": milliseconds of the processor, for the form of whose
making the look is the largest share; "look", "cells": seconds of the processor for looking over all and for writing it
with XlsxWriter cell by cell, a measure that stays when our writing becomes faster}.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from aggregator import workers
from aggregator.account import consolidate
from aggregator.campaign import load_campaign
from aggregator.examine import examine_bytes
from aggregator.forms import form_ids, load_form
from aggregator.inbox import gather
from aggregator.intake import choose
from aggregator.lint import lint_workbook
from aggregator.outputs.page import write_page
from aggregator.outputs.workbook import write_workbook
from aggregator.plain import collect_rarely
from aggregator.reading.container import open_archive
from aggregator.reading.foreign import open_any
from aggregator.steps.survey import Request, collect, expectation
from aggregator.template import blank_issue, write_form
from tests.cellwise import cell_by_cell

SOME = 500
"""Files that are read stage by stage."""
ROUNDS, TURNS = 3, 5
"""How often a stage is measured, of which the best counts; and one and two processes in turns, of which the median."""
LOOKS = 9


def main() -> None:
    collect_rarely()
    campaign = load_campaign(Path(sys.argv[1]))
    folder, expected = campaign.folder / campaign.received, expectation(campaign)
    found = each_file([(path.name, path.read_bytes()) for path in sorted(folder.glob("*.xlsx"))[:SOME]], expected)
    items = gather([folder], campaign.folder)
    taken: dict[str, list[float]] = {"one": [], "two": []}
    for name, number in (("one", 1), ("two", 2)) * TURNS:
        taken[name].append(clock(time.monotonic, partial(exhaust, workers.examine_all, items, expected, number)))
    found |= {name: statistics.median(seconds) for name, seconds in taken.items()}
    collected = collect(Request((folder,), campaign.folder, campaign), keep_receipts=False)
    began = time.process_time()
    choice = choose(collected.examinations, campaign.register, campaign.root, campaign.day)
    result = consolidate(choice, collected.examinations, collected.at, collected.setting)
    found["add-up"] = time.process_time() - began
    found["write"] = clock(time.process_time, partial(write_workbook, result, campaign.key))
    found["page"] = clock(time.process_time, partial(write_page, result, "vi"))
    look = partial(lint_workbook, write_workbook(result, campaign.key), own=True)
    found["look"] = min(clock(time.process_time, look) for _ in range(ROUNDS))
    with cell_by_cell():
        found["cells"] = clock(time.process_time, partial(write_workbook, result, campaign.key))
    found["form-look"], found["form"] = max(map(look_at_form, form_ids()), key=lambda pair: pair[0] / pair[1])
    print(json.dumps(found))


def each_file(files: list[tuple[str, bytes]], expected: object) -> dict[str, float]:
    """Milliseconds of one file, the best of some rounds; each stage contains those before it, so they are taken off."""

    def best(stage: Callable[[str, bytes], object]) -> float:
        def whole() -> None:
            for name, data in files:
                stage(name, data)

        return min(clock(time.process_time, whole) for _ in range(ROUNDS)) / len(files) * 1_000

    guard = best(lambda _, data: open_archive(data))
    read = best(lambda name, data: open_any(data, name))
    whole = best(lambda name, data: examine_bytes(data, name, expected))  # type: ignore[arg-type]
    return {"guard": guard, "read": read - guard, "check": whole - read}


def look_at_form(form_id: str) -> tuple[float, float]:
    """Milliseconds for the look over a form as issued, and for all of its making, in turns; the best of each."""
    issue = blank_issue(load_form(form_id))
    calls = partial(lint_workbook, write_form(issue), own=True), partial(write_form, issue)
    taken = [[clock(time.process_time, call) * 1_000 for call in calls] for _ in range(LOOKS)]
    return min(look for look, _ in taken), min(whole for _, whole in taken)


def clock(now: Callable[[], float], call: Callable[[], object]) -> float:
    began = now()
    call()
    return now() - began


def exhaust(iterate: Callable[..., Iterable[object]], *args: object) -> None:
    for _ in iterate(*args):
        pass


if __name__ == "__main__":
    main()
