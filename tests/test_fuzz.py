"""What the fuzzer found is read again, and some hundred files of a fixed seed; `make fuzz` goes on for minutes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from aggregator.examine import examine_bytes
from aggregator.reading.foreign import FOREIGN
from aggregator.reading.sniff import sniff
from aggregator.steps.survey import expectation
from tests.fuzz import CORPUS, SECONDS_PER_FILE, bases, case, judge

EXPECTED = expectation(None)
KEPT = sorted(CORPUS.glob("*.xlsx"))
FRESH = 300


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_finding_of_the_fuzzer_stays_fixed(path: Path) -> None:
    started = time.monotonic()
    assert judge(examine_bytes(path.read_bytes(), path.name, EXPECTED)) is None
    assert time.monotonic() - started < SECONDS_PER_FILE


def test_fresh_files_are_read_or_refused() -> None:
    everything = bases()
    cases = [
        (number, data) for number in range(FRESH) if sniff(data := case(everything, "2024", number)) not in FOREIGN
    ]
    wrong = {number: said for number, data in cases if (said := judge(examine_bytes(data, f"{number}.xlsx", EXPECTED)))}
    assert wrong == {}
    assert len(cases) > 0.9 * FRESH


def test_the_same_seed_makes_the_same_file() -> None:
    everything = bases()
    assert [case(everything, "1", number) for number in range(20)] == [
        case(everything, "1", number) for number in range(20)
    ]
