"""Whole campaigns by the command line: issued, filled in LibreOffice, added up, compared with a second calculation."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.office import Office
from tests.proof.helpers import (
    LEVELS,
    SAMPLES,
    SEED,
    Campaign,
    Done,
    Totals,
    column_sums,
    expected_totals,
    fill,
    full,
    numbers_for,
    sample_campaign,
    scaled,
    summary_totals,
)

FILLED = 9
"""Workbooks per sample at full size, and five at least, of every level that the sample has."""


@dataclass(frozen=True)
class Collected:
    campaign: Campaign
    files: list[Path]
    done: Done

    @property
    def expected(self) -> Totals:
        return expected_totals(self.files, self.campaign.form)

    @property
    def output(self) -> Path:
        (name,) = self.done.document["outputs"]
        return self.campaign.folder / name


@pytest.fixture(autouse=True)
def seed() -> None:
    """With a failure pytest prints how to have the same numbers again."""
    print(f"PROOF_SEED={SEED}")


def chosen(campaign: Campaign, rng: random.Random) -> list[str]:
    """Units of every level: up to two of each level above the schools, the rest schools."""
    upper = [code for level in LEVELS[:-1] for code in some(campaign.of_level(level), 2, rng)]
    return upper + some(campaign.of_level("school"), max(scaled(FILLED, least=5) - len(upper), 2), rng)


def some(codes: list[str], count: int, rng: random.Random) -> list[str]:
    return rng.sample(codes, min(count, len(codes)))


@pytest.fixture(scope="module", params=SAMPLES)
def collected(request: pytest.FixtureRequest, office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    campaign = sample_campaign(tmp_path_factory.mktemp("đợt") / request.param, request.param)
    rng = numbers_for(request.param)
    files = [fill(office, campaign, code, rng) for code in chosen(campaign, rng)]
    yield Collected(campaign, files, campaign.run("aggregate", "--json"))


def test_every_file_is_accepted(collected: Collected) -> None:
    units = collected.campaign.units
    levels = {units[line["unit"]]["level"] for line in collected.done.document["files"]}
    assert len(collected.files) >= 5
    assert levels == set(LEVELS)
    assert set(collected.done.states().values()) == {"accepted"}
    assert [line for line in collected.done.findings() if line["severity"] == "error"] == []
    assert collected.done.status == 0


def test_the_json_totals_are_the_oracles(collected: Collected) -> None:
    assert full(collected.done.totals, collected.campaign.form) == collected.expected


def test_the_summary_sheet_shows_the_oracles_totals(collected: Collected) -> None:
    assert summary_totals(collected.output) == collected.expected


@pytest.mark.parametrize("sheet", ["Theo đơn vị", "Chi tiết"])
def test_branches_and_details_add_up_to_the_oracles(collected: Collected, sheet: str) -> None:
    assert column_sums(collected.output, sheet) == collected.expected


def test_the_totals_are_not_all_zero(collected: Collected) -> None:
    assert sum(sum(row.values()) for row in collected.expected.values()) > 100
