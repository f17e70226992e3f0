"""The whole folder of bad files in one run: every line, the sums, the memory of all processes together, the time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bad_files import MEMORY, SECONDS, TEMPORARY
from tests.test_bad_files import CHECKS, Outcome, run_all


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return run_all(tmp_path_factory.mktemp("xau"), heavy=True)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_file_has_its_line(check: Callable[[Outcome], None], outcome: Outcome) -> None:
    check(outcome)


def test_memory_and_time_are_bounded(outcome: Outcome) -> None:
    print(f"{outcome.run.seconds:.1f} s, {outcome.run.memory >> 20} MB in {outcome.run.processes} processes together")
    assert 60 << 20 < outcome.run.memory < MEMORY
    assert outcome.run.seconds < SECONDS
    assert outcome.run.processes > 1


def test_nothing_was_written_outside(outcome: Outcome) -> None:
    """Nothing is ever extracted: the campaign holds what was put there, its receipts, and one result with its run."""
    folder: Path = outcome.workbook.parent.parent
    made = {path.name for path in folder.iterdir()}
    ours = {"campaign.json", "campaign.key", "units.csv", "so_nhan.csv", "phat_ra", "ket_qua", ".aggregator"}
    assert made <= {*ours, "nhan_ve"}
    assert list((folder.parent / TEMPORARY).iterdir()) == []
    results = {outcome.workbook.name, outcome.workbook.with_suffix(".html").name, "lan"}
    assert {path.name for path in (folder / "ket_qua").iterdir()} == results
