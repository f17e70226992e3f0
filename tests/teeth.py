"""Do the tests bite? Empties each check, each number rule and each sum in turn: the tests must turn red every time.

`python -m tests.teeth [--jobs N] [--only NAME] [--list] [--learn]`. Each target runs in a forked child, where the
function is replaced by one that finds nothing, in its module, in every module that imported it and in every tuple that
holds it. The test that noticed the last time is run there (`data/teeth.json`, written by `--learn`), and if it does not
notice any more, the test files that should, the likeliest first. Needs a system with `fork`.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import json
import multiprocessing
import os
import pkgutil
import signal
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import wraps
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

import aggregator
from aggregator.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300
"""Longest time for one target; a test that hangs is red too."""

HINTS = ROOT / "tests" / "data" / "teeth.json"
"""By target the test that noticed the last time it was emptied."""

RED = (1, 2)
"""pytest: tests failed; a test file could not even be loaded."""
GREEN = (0, 5)
"""pytest: all passed; no test was chosen."""
HUNG = -signal.SIGKILL
NOT_REPLACED = 99

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


def no_tally(*_args: Any) -> Any:
    from aggregator.status import Tally

    return Tally(0, 0, 0, 0, None, 0, 0, 0, 0)


@contextmanager
def unguarded(*_args: Any) -> Iterator[None]:
    yield


def codes_lost(lines: Sequence[Any], *_args: Any) -> list[Any]:
    return [None] * len(lines)


# --- what is emptied, and who should notice -------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Functions of one module. `tests` are names of test files without `test_` and `.py`, the likeliest to bite first.

    Before them run the sample cases of the finding codes that stand in the function, or that `codes` says for it.
    """

    module: str
    fakes: dict[str, Fake]
    tests: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


def tuple_of(module: str, name: str, fake: Fake, tests: tuple[str, ...]) -> Iterator[Group]:
    """Every function of a tuple, wherever it is written."""
    for function in getattr(importlib.import_module(module), name):
        yield Group(function.__module__, {function.__name__: fake}, tests)


CASES = "cases::test_a_case_says_exactly_its_line"
CHOSEN = ("intake", "hierarchy", "collect")
SUMMED = ("intake", "hierarchy", "consolidated", "workbook", "collect")

LINT = {
    "sheets": (
        *("_check_merges", "_check_columns", "_check_views", "_check_pane", "_check_links", "_check_pages"),
        *("_check_ranges", "_check_counts", "check_used"),
    ),
    "rules": ("_check_validations", "_check_texts", "_check_formulas", "_check_conditions"),
    "names": ("_check_sheets", "_check_seen", "_check_built_in", "check_selected"),
    "formats": ("_check_number_formats", "_check_cell_formats", "_check_alignment", "_check_fonts"),
    "tables": ("check_names", "check_tables", "_check_table", "check_filter"),
    "drawings": ("_check_drawing", "_check_chart", "_check_notes"),
    "package": ("_check_parts", "_check_types", "_check_relations", "_check_reached", "check_uses"),
    "properties": ("_check_part",),
    "contents": ("content_faults",),
    "strings": ("check_strings",),
}
"""What the lint of our own workbooks asks, by module."""

GROUPS: tuple[Group, ...] = (
    *tuple_of("aggregator.checks", "CHECKS", nothing, (CASES,)),
    *tuple_of("aggregator.numbers", "RULES", none, ("numbers",)),
    *tuple_of("aggregator.numbers", "CONDITIONS", none, ("numbers",)),
    Group("aggregator.checks", {"_once_per_cell": lambda found: tuple(found)}, ("cli", CASES)),
    Group(
        "aggregator.identity",
        {
            "_seals": gives(()),
            "_perhaps_old": first,
            "_broken": gives(False),
            "_unit": gives((None, False, ())),
            "_form": gives((None, ())),
            "_data_sheet": gives((None, ())),
            "_known": gives((None, (), ())),
            "_carriers": nothing,
            "_chain": nothing,
            "is_consolidated": gives(False),
        },
        ("collect", CASES, "decisions"),
        {"_broken": "seal-broken", "is_consolidated": "total-edited", "_carriers": "unit-conflict"},
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
        ("alignment",),
    ),
    Group(
        "aggregator.intake.choose",
        {
            "_first_status": gives("accepted"),
            "_covers": gives(False),
            "_brought": nothing,
            "_decided": lambda examinations, _desk: list(examinations),
            "_unused": nothing,
            "_warn_unexpected": none,
        },
        (*CHOSEN, "decisions"),
        {"_unused": "decision-unused"},
    ),
    Group(
        "aggregator.intake.returns",
        {"_distinct": lambda returns, _desk: list(returns), "_same": gives(False), "_newest": none, "retire": none},
        ("every_leaf_once", *CHOSEN, "decisions"),
    ),
    Group(
        "aggregator.intake.routes",
        {
            "each_once": lambda leaves, _desk: (list(leaves), frozenset()),
            "_under_pins": first,
            "reached": gives(set()),
        },
        ("every_leaf_once", *CHOSEN),
    ),
    Group(
        "aggregator.status",
        {
            "due": none,
            "_faulty": gives({}),
            "_strays": gives(()),
            "tally": no_tally,
            "_groups": gives(()),
            "mostly_blank": nothing,
        },
        ("status",),
    ),
    Group(
        "aggregator.receipts",
        {
            "_faults": nothing,
            "merged": first,
            "_dated": first,
            "_harmless": first,
            "vietnam_day": lambda moment: moment.date(),
        },
        ("receipts", "status"),
    ),
    Group(
        "aggregator.steps.receipts",
        {"_seen": nothing, "sight_day": none, "last_day": gives(date.min)},
        ("receipts", "status"),
    ),
    Group("aggregator.outputs.reminders", {"_sentences": gives([])}, ("status",)),
    Group("aggregator.steps.status", {"_put_texts": nothing}, ("status",)),
    Group(
        "aggregator.run_changes",
        {
            "_leaf_changes": nothing,
            "_file_changes": nothing,
            "_total_changes": nothing,
            "_different": gives(()),
            "_complete": gives({}),
        },
        ("runs",),
    ),
    Group("aggregator.steps.runs", {"_copy_settings": nothing, "_clear_left_overs": none}, ("runs",)),
    Group(
        "aggregator.steps.archive",
        {
            "_fault": none,
            "_opened": nothing,
            "_results": gives(([], ())),
            "is_own_archive": gives(True),
            "_safe_names": iter,
        },
        ("runs",),
    ),
    Group(
        "aggregator.steps.placing",
        {"kept_results": nothing, "_keep_earlier": none, "is_own_result": gives(True)},
        ("placing", "runs", "collect"),
    ),
    *(Group(f"aggregator.lint.{module}", dict.fromkeys(names, nothing), ("lint",)) for module, names in LINT.items()),
    Group(
        "aggregator.steps.give_back_copies",
        {"ways": gives(()), "_same_unit": gives(True), "_as_typed": first},
        ("return",),
    ),
    Group("aggregator.steps.give_back_cases", {"_goes_back": gives(True), "_latest": first}, ("return",)),
    Group("aggregator.outputs.word.outline", {"_cross_faults": nothing}, ("word",)),
    Group("aggregator.locking", {"alone": unguarded}, ("runs",)),
    Group("aggregator.intake.clones", {"warn_clones": none}, ("decisions",), {"warn_clones": "clone"}),
    Group(
        "aggregator.decisions",
        {"_faults": nothing, "_is_raised": gives(False), "_file": first},
        ("decisions",),
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
        SUMMED,
    ),
    Group(
        "aggregator.account",
        {
            "cover": no_coverage,
            "all_findings": gives(()),
            "_missing": nothing,
            "_late": nothing,
            "_latest": none,
            "_effects": gives(()),
            "first_days": gives({}),
            "is_late": gives(False),
            "file_lines": gives(()),
            "unit_lines": gives(()),
        },
        (*CHOSEN, "decisions", "cli"),
        {"_missing": "report-missing", "_late": "report-late"},
    ),
    Group(
        "aggregator.consolidated",
        {
            "_origin": nothing,
            "_other_tokens": nothing,
            "_compare": nothing,
            "_words": nothing,
            "_texts": nothing,
            "_carried": first,
            "_proof": gives("proven"),
        },
        ("consolidated", "verify", "cli"),
    ),
    Group(
        "aggregator.outputs.workbook_compare",
        {"compare_numbers": gives(()), "changed_headers": nothing},
        ("consolidated", "verify"),
    ),
    Group(
        "aggregator.outputs.workbook_texts",
        {"compare_list": nothing, "compare_texts": nothing, "compare_heads": nothing, "compare_summary": nothing},
        ("verify", "consolidated"),
    ),
    Group(
        "aggregator.outputs.workbook_copy",
        {
            "_is_sound": gives(True),
            "_is_list": gives(True),
            "_is_leaf": gives(True),
            "_is_unit": gives(True),
            "_are_texts": gives(True),
        },
        ("consolidated", "verify"),
    ),
    Group("aggregator.reading.claim", {"may_be_larger": gives(False)}, ("verify", "reading", "consolidated")),
    Group("aggregator.steps.verify", {"judged": first}, ("verify",)),
    Group("aggregator.outputs.workbook_hidden", {"check_mac": gives(())}, ("cli",)),
    Group(
        "aggregator.form_faults",
        {
            "_twice": nothing,
            "_units_known": nothing,
            "_totals_whole": nothing,
            "_totals_apart": nothing,
            "_somebody_fills": nothing,
            "_days_exist": nothing,
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
    """`rounds` are arguments of pytest; each further round runs where those before saw nothing.

    `hint` is the test that noticed the last time; if it does not notice any more, the rounds are run.
    """

    name: str
    function: Fake
    fake: Fake
    rounds: tuple[tuple[str, ...], ...]
    hint: str | None = None


def targets() -> Iterator[Target]:
    hints: dict[str, str] = json.loads(HINTS.read_text(encoding="utf-8")) if HINTS.exists() else {}
    for group in GROUPS:
        module = importlib.import_module(group.module)
        for name, fake in group.fakes.items():
            function = getattr(module, name, None)
            if not callable(function):
                raise SystemExit(f"teeth: {group.module} has no function {name}")
            codes = [group.codes[name]] if name in group.codes else codes_of(function)
            rounds = ((*places((CASES,)), "-k", " or ".join(codes)) if codes else (), places(group.tests))
            known = f"{group.module}.{name}"
            yield Target(known, function, fake, tuple(each for each in rounds if each), hints.get(known))


def codes_of(function: Fake) -> list[str]:
    """Finding codes that stand in the source of a function."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return sorted({text for text in texts if isinstance(text, str) and text in CATALOGUE})


def places(names: Sequence[str]) -> tuple[str, ...]:
    """Test files, or tests in them, as pytest wants them named."""
    parts = [name.partition("::") for name in names]
    return tuple(f"{ROOT / 'tests' / f'test_{file}.py'}{mark}{test}" for file, mark, test in parts)


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


class Noticed:
    """A plugin of pytest: which test was the first to fail."""

    def __init__(self) -> None:
        self.test: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.test is None:
            self.test = report.nodeid


def run_tests(words: Sequence[str], noticed: Noticed | None = None) -> int:
    """The status of pytest with these arguments, in this process, in silence."""
    quiet = ["-x", "-q", "--tb=no", "--no-header", "--no-summary", "--hypothesis-profile=teeth"]
    plugins = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:benchmark"]
    return int(pytest.main([*quiet, *plugins, f"--rootdir={ROOT}", *words], [noticed] if noticed else None))


def operate(job: Job) -> None:
    """In the child: empty the function, run the tests until something is seen, leave with their status."""
    os.setsid()
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(null, stream)
    if job.target is not None and not replace_everywhere(job.target.function, job.target.fake):
        os._exit(NOT_REPLACED)
    if job.target and job.target.hint and run_tests((str(ROOT / job.target.hint),)) == RED[0]:
        os._exit(RED[0])
    noticed = Noticed()
    statuses = (run_tests(words, noticed) for words in job.rounds)
    status = next((status for status in statuses if status not in GREEN), 0)
    if job.told and noticed.test:
        job.told.write_text(noticed.test, encoding="utf-8")
    os._exit(status)


def end(process: ForkProcess) -> None:
    """A child with everything it started."""
    try:
        os.killpg(process.pid or 0, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()


@dataclass(frozen=True)
class Job:
    """`told`: where the child writes which test noticed."""

    target: Target | None
    rounds: tuple[tuple[str, ...], ...]
    told: Path | None = None


def run_all(jobs: Sequence[Job], parallel: int) -> Iterator[tuple[Job, int, float]]:
    """Every job in a child of its own, with its exit status and seconds, as they end."""
    context = multiprocessing.get_context("fork")
    waiting = list(reversed(jobs))
    running: dict[int, tuple[ForkProcess, Job, float]] = {}
    while waiting or running:
        while waiting and len(running) < parallel:
            job = waiting.pop()
            process = context.Process(target=operate, args=(job,))
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
                yield job, process.exitcode or 0, seconds


def red_alone(found: Sequence[Target], parallel: int) -> list[str]:
    """Tests that fail while nothing is emptied: they can prove nothing."""
    every = sorted(
        {place for target in found for words in target.rounds for place in words if place.startswith(str(ROOT))}
    )
    jobs = [Job(None, ((place,),)) for place in every]
    return [Path(job.rounds[0][0]).name for job, status, _ in run_all(jobs, parallel) if status]


def verdict(status: int) -> str:
    return "bitten" if status in (*RED, HUNG) else "SURVIVED" if status == 0 else f"NO VERDICT ({status})"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.teeth", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--learn", action="store_true", help="write down which test notices each target")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="targets whose name contains this")
    parser.add_argument("--list", action="store_true", help="name the targets and do nothing")
    return parser.parse_args()


def learn(found: Sequence[Target], parallel: int) -> int:
    """Write down which test notices each target; those that are not asked for keep what was known."""
    known: dict[str, str] = json.loads(HINTS.read_text(encoding="utf-8")) if HINTS.exists() else {}
    with tempfile.TemporaryDirectory() as room:
        jobs = [
            Job(replace(target, hint=None), target.rounds, Path(room) / str(number))
            for number, target in enumerate(found)
        ]
        for job, _, seconds in run_all(jobs, parallel):
            if job.target and job.told and job.told.exists():
                known[job.target.name] = job.told.read_text(encoding="utf-8")
                print(f"{seconds:5.1f} s  {job.target.name}: {known[job.target.name]}", flush=True)
    here = {target.name for target in targets()}
    kept = {name: test for name, test in sorted(known.items()) if name in here}
    HINTS.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def main() -> int:
    options = arguments()
    load_everything()
    found = [target for target in targets() if options.only in target.name]
    if options.list:
        print("\n".join(target.name for target in found))
        return 0
    start = time.monotonic()
    if options.learn:
        return learn(found, options.jobs)
    bitten = 0
    for job, status, seconds in run_all([Job(target, target.rounds) for target in found], options.jobs):
        bitten += verdict(status) == "bitten"
        print(f"{verdict(status):8} {seconds:5.1f} s  {job.target.name if job.target else ''}", flush=True)
    if red := red_alone(found, options.jobs):
        print(f"red while nothing is emptied, so that their bites prove nothing: {', '.join(red)}")
    print(f"{bitten} of {len(found)} bitten in {time.monotonic() - start:.0f} s")
    return int(bool(bitten < len(found) or red or not found))


if __name__ == "__main__":
    sys.exit(main())
