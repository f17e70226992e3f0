"""Do the tests bite? Empties each check, each number rule and each sum in turn: the tests must turn red every time.

`python -m tests.teeth [--jobs N] [--only NAME] [--list]`. Each target runs in a forked child, where the function is
replaced by one that finds nothing, in its module, in every module that imported it and in every tuple that holds it;
then the test files that should notice are run there, the likeliest first. Needs a system with `fork`.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import pkgutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

import aggregator

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 180
"""Longest time for one target; a test that hangs is red too."""

WARM = ("click.testing", "jsonschema", "openpyxl", "pandas", "python_calamine", "rich.progress", "xlsxwriter", "xdist")
"""Libraries that the children find loaded already."""

Fake = Callable[..., Any]


# --- what a function gives that does nothing ------------------------------------------------------------------------


def gives(value: Any) -> Fake:
    return lambda *_args, **_words: value


def nothing(*_args: Any, **_words: Any) -> Iterator[Any]:
    return iter(())


def none(*_args: Any, **_words: Any) -> None:
    return None


def first(one: Any, *_args: Any, **_words: Any) -> Any:
    return one


def zeros(form: Any, *_args: Any) -> dict[Any, int]:
    return dict.fromkeys(form.figures, 0)


def no_branch(form: Any, *_args: Any) -> tuple[int, int, dict[Any, int]]:
    return 0, 0, zeros(form)


def no_coverage(*_args: Any) -> Any:
    from aggregator.consolidation import Coverage

    return Coverage((), (), (), (), ())


def codes_lost(lines: Sequence[Any], *_args: Any) -> list[Any]:
    return [None] * len(lines)


# --- what is emptied, and who should notice -------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Functions of one module. `tests` are file names without `test_` and `.py`, the likeliest to bite first."""

    module: str
    fakes: dict[str, Fake]
    tests: tuple[str, ...]


def tuple_of(module: str, name: str, fake: Fake, tests: tuple[str, ...]) -> Iterator[Group]:
    """Every function of a tuple, wherever it is written."""
    for function in getattr(importlib.import_module(module), name):
        yield Group(function.__module__, {function.__name__: fake}, tests)


CHECKED = ("checks", "faults", "identity", "examine", "samples", "steps")
CHOSEN = ("intake", "hierarchy", "steps")
ALIGNED = ("alignment", "checks", "faults")

GROUPS: tuple[Group, ...] = (
    *tuple_of("aggregator.checks", "CHECKS", nothing, CHECKED),
    *tuple_of("aggregator.numbers", "RULES", none, ("numbers",)),
    *tuple_of("aggregator.numbers", "CONDITIONS", none, ("numbers",)),
    Group("aggregator.checks", {"_once_per_cell": lambda found: tuple(found)}, CHECKED),
    Group(
        "aggregator.identity",
        {
            "_seals": gives(()),
            "_broken": gives(False),
            "_unit": gives((None, False, ())),
            "_form": gives((None, ())),
            "_data_sheet": gives((None, ())),
            "_known": gives((None, (), ())),
            "_carriers": nothing,
            "_chain": nothing,
            "is_consolidated": gives(False),
        },
        ("identity", *CHECKED, "consolidated"),
    ),
    Group(
        "aggregator.alignment",
        {
            "_moved": gives(frozenset()),
            "_first_of_each": lambda lines, _layout: (list(lines), ()),
            "_codes_left_behind": first,
            "_cut": lambda lines, _sheet, _layout: (lines, []),
            "_by_label": codes_lost,
        },
        ALIGNED,
    ),
    Group(
        "aggregator.intake",
        {
            "_first_status": gives("accepted"),
            "_covers": gives(False),
            "_brought": nothing,
            "_distinct": lambda returns, _desk: list(returns),
            "_same": gives(False),
            "_newest": none,
            "_drop": none,
            "_each_once": lambda leaves, _desk: (list(leaves), frozenset()),
            "_reached": gives(set()),
            "_warn_unexpected": none,
        },
        CHOSEN,
    ),
    Group(
        "aggregator.consolidation",
        {
            "complete_figures": zeros,
            "sum_totals": zeros,
            "count_blanks": gives({}),
            "make_branches": gives(()),
            "_branch": no_branch,
        },
        (*CHOSEN, "consolidated", "workbook"),
    ),
    Group(
        "aggregator.account",
        {
            "cover": no_coverage,
            "all_findings": gives(()),
            "_missing": nothing,
            "file_lines": gives(()),
            "unit_lines": gives(()),
        },
        (*CHOSEN, "account"),
    ),
    Group(
        "aggregator.consolidated",
        {
            "_origin": nothing,
            "_other_tokens": nothing,
            "_compare": nothing,
            "_is_sound": gives(True),
            "_notes": nothing,
        },
        ("consolidated", "hierarchy"),
    ),
    Group(
        "aggregator.outputs.workbook_compare", {"compare_table": nothing, "compare_totals": nothing}, ("consolidated",)
    ),
    Group("aggregator.outputs.workbook_hidden", {"check_mac": gives(())}, ("consolidated",)),
    Group(
        "aggregator.forms",
        {
            "_twice": nothing,
            "_units_known": nothing,
            "_totals_whole": nothing,
            "_totals_apart": nothing,
            "_somebody_fills": nothing,
            "_needs_known": nothing,
        },
        ("forms",),
    ),
    Group(
        "aggregator.register",
        {"_line_faults": nothing, "_tree_faults": nothing, "_cycles": nothing},
        ("register",),
    ),
    Group("aggregator.campaign", {"_date_faults": gives([]), "_root_faults": gives(())}, ("campaign",)),
)


@dataclass(frozen=True)
class Target:
    name: str
    function: Fake
    fake: Fake
    tests: tuple[Path, ...]


def targets() -> Iterator[Target]:
    for group in GROUPS:
        module = importlib.import_module(group.module)
        files = [Path(__file__).with_name(f"test_{name}.py") for name in dict.fromkeys(group.tests)]
        tests = tuple(path for path in files if path.is_file())
        for name, fake in group.fakes.items():
            if not callable(getattr(module, name, None)):
                raise SystemExit(f"teeth: {group.module} has no function {name}")
            yield Target(f"{group.module}.{name}", getattr(module, name), fake, tests)


# --- the operation --------------------------------------------------------------------------------------------------


def load_everything() -> None:
    """All of the program and its libraries; no test module, for those must import what was emptied."""
    for found in pkgutil.walk_packages(aggregator.__path__, "aggregator."):
        if found.name != "aggregator.__main__":
            importlib.import_module(found.name)
    for name in WARM:
        importlib.import_module(name)
    settings.register_profile(
        "teeth",
        max_examples=30,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


def replace_everywhere(function: Fake, fake: Fake) -> int:
    """Put `fake` wherever a module holds `function`, by name or in a tuple, list or dict; returns how often."""

    @wraps(function)
    def emptied(*args: Any, **words: Any) -> Any:
        return fake(*args, **words)

    def swapped(value: Any) -> Any:
        if value is function:
            return emptied
        if type(value) in (tuple, list) and any(part is function for part in value):
            return type(value)(emptied if part is function else part for part in value)
        if type(value) is dict and any(part is function for part in value.values()):
            return {key: emptied if part is function else part for key, part in value.items()}
        return value

    count = 0
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != "aggregator":
            continue
        for attribute, value in list(vars(module).items()):
            new = swapped(value)
            if new is not value:
                setattr(module, attribute, new)
                count += 1
    return count


def run_tests(tests: Sequence[Path]) -> int:
    """The status of pytest over these files, in this process, in silence."""
    quiet = ["-x", "-q", "--tb=no", "--no-header", "--no-summary", "--hypothesis-profile=teeth"]
    plugins = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:benchmark"]
    return int(pytest.main([*quiet, *plugins, f"--rootdir={ROOT}", *map(str, tests)]))


def operate(target: Target | None, tests: Sequence[Path]) -> None:
    """In the child: empty the function, run the tests, leave with their status."""
    os.setsid()
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(null, stream)
    if target is not None and not replace_everywhere(target.function, target.fake):
        os._exit(99)
    status = run_tests(tests)
    os._exit(status)


def end(process: ForkProcess) -> None:
    """A child with everything it started."""
    try:
        os.killpg(process.pid or 0, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()


RED = (1, 2)
"""pytest: tests failed; a test file could not even be loaded."""
HUNG = -9


@dataclass(frozen=True)
class Job:
    target: Target | None
    tests: tuple[Path, ...]


def run_all(jobs: Sequence[Job], parallel: int) -> Iterator[tuple[Job, int, float]]:
    """Every job in a child of its own, with its exit status and seconds, as they end."""
    context = multiprocessing.get_context("fork")
    waiting = list(reversed(jobs))
    running: dict[int, tuple[ForkProcess, Job, float]] = {}
    while waiting or running:
        while waiting and len(running) < parallel:
            job = waiting.pop()
            process = context.Process(target=operate, args=(job.target, job.tests))
            process.start()
            running[process.sentinel] = (process, job, time.monotonic())
        wait(list(running), timeout=1)
        for sentinel, (process, job, start) in list(running.items()):
            seconds = time.monotonic() - start
            if process.is_alive() and seconds > SECONDS:
                end(process)
                process.join()
            if not process.is_alive():
                process.join()
                del running[sentinel]
                yield job, HUNG if process.exitcode is None else process.exitcode, seconds


def red_before(found: Sequence[Target], parallel: int) -> set[Path]:
    """Test files that fail while nothing is emptied: they can prove nothing."""
    files = sorted({path for target in found for path in target.tests})
    return {job.tests[0] for job, status, _ in run_all([Job(None, (path,)) for path in files], parallel) if status}


def verdict(status: int) -> str:
    return "bitten" if status in (*RED, HUNG) else "SURVIVED" if status == 0 else f"NO VERDICT ({status})"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.teeth", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="targets whose name contains this")
    parser.add_argument("--list", action="store_true", help="name the targets and do nothing")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    load_everything()
    found = [target for target in targets() if options.only in target.name]
    if options.list:
        print("\n".join(target.name for target in found))
        return 0
    start = time.monotonic()
    red = red_before(found, options.jobs)
    for path in sorted(red):
        print(f"RED BEFORE ANYTHING WAS EMPTIED  {path.name}", flush=True)
    jobs = [Job(target, tuple(path for path in target.tests if path not in red)) for target in found]
    survived = 0
    for job, status, seconds in run_all([job for job in jobs if job.tests], options.jobs):
        assert job.target is not None
        survived += verdict(status) != "bitten"
        print(f"{verdict(status):9} {seconds:5.1f} s  {job.target.name}", flush=True)
    untested = [job.target.name for job in jobs if job.target and not job.tests]
    for name in untested:
        print(f"NO TESTS           {name}", flush=True)
    bitten = len(found) - survived - len(untested)
    print(f"{bitten} of {len(found)} bitten in {time.monotonic() - start:.0f} s")
    return int(bool(red or survived or untested or not found))


if __name__ == "__main__":
    sys.exit(main())
