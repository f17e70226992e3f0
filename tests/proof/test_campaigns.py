"""Whole campaigns by the command line: issued, filled in LibreOffice, added up, compared with a second calculation."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import openpyxl
import pytest

from tests.office import Office, run
from tests.proof.helpers import (
    LEVELS,
    SAMPLES,
    SEED,
    SHEET,
    UNIT_SHEET,
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
    sheet_row,
    slots,
    summary_totals,
    value_cell,
)

FILLED = 7
"""Workbooks per sample at full size, and five at least, of every level that the sample has."""


@dataclass(frozen=True)
class Collected:
    campaign: Campaign
    files: list[Path]
    done: Done

    @cached_property
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


def levels_of(campaign: Campaign) -> list[str]:
    """The levels that have a workbook, from the top: with districts or, since July 2025, without."""
    return [level for level in ("province", *LEVELS) if campaign.of_level(level)]


def chosen(campaign: Campaign, rng: random.Random) -> list[str]:
    """Units of every level: up to two of each level above the schools, the rest schools."""
    upper = [code for level in levels_of(campaign)[:-1] for code in some(campaign.of_level(level), 2, rng)]
    return upper + some(campaign.of_level("school"), max(scaled(FILLED, least=5) - len(upper), 2), rng)


def some(codes: list[str], count: int, rng: random.Random) -> list[str]:
    return rng.sample(codes, min(count, len(codes)))


@pytest.fixture(scope="module", params=SAMPLES)
def collected(
    request: pytest.FixtureRequest, office: Office, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Collected]:
    campaign = sample_campaign(tmp_path_factory.mktemp("đợt") / request.param, request.param)
    rng = numbers_for(request.param)
    files = [fill(office, campaign, code, rng) for code in chosen(campaign, rng)]
    yield Collected(campaign, files, campaign.run("aggregate", "--json"))


def test_every_file_is_accepted(collected: Collected) -> None:
    units = collected.campaign.units
    levels = {units[line["unit"]]["level"] for line in collected.done.document["files"]}
    assert len(collected.files) >= 5
    assert levels == set(levels_of(collected.campaign))
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


# --- nothing filled, no activity, zero -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Three:
    """One campaign, one school each: nothing typed, 'không' chosen, zeros typed, numbers typed, both contradicting."""

    campaign: Campaign
    done: Done

    def found(self, code: str) -> list[tuple[str, str, str | None]]:
        lines = self.done.findings(self.campaign.name_of(code))
        return [(line["code"], line["severity"], line["cell"]) for line in lines if line["severity"] == "error"]

    def state(self, code: str) -> str:
        return self.done.states()[self.campaign.name_of(code)]


NOTHING, NONE_HELD, ZEROS, NUMBERS, BOTH = "2746601", "2746602", "2746603", "2746901", "2746903"


@pytest.fixture(scope="module")
def three(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Three:
    campaign = sample_campaign(tmp_path_factory.mktemp("trống") / "quan-7", "quan-7-2024")
    held = (UNIT_SHEET, value_cell(campaign.issued[NOTHING], "Có tổ chức hoạt động"), "không")
    zeros = [(SHEET, slot.cell, "0") for slot in slots(campaign.issued[ZEROS])]
    one = (SHEET, "D8", "1"), (SHEET, "E8", "30")
    typed = {NOTHING: [], NONE_HELD: [held], ZEROS: zeros, NUMBERS: one, BOTH: [held, *one]}
    for code, entries in typed.items():
        assert office.type_in(campaign.issued[code], campaign.inbox / campaign.name_of(code), entries) == []
    return Three(campaign, campaign.run("aggregate", "--json"))


def test_nothing_filled_is_sent_back(three: Three) -> None:
    assert three.found(NOTHING) == [("nothing-filled", "error", None)]
    assert three.state(NOTHING) == "refused"


def test_no_activity_declared_is_accepted(three: Three) -> None:
    assert three.found(NONE_HELD) == []
    assert three.state(NONE_HELD) == "accepted"


def test_zeros_are_accepted(three: Three) -> None:
    assert three.found(ZEROS) == []
    assert three.state(ZEROS) == "accepted"


def test_declared_none_but_filled_is_sent_back(three: Three) -> None:
    cell = value_cell(three.campaign.issued[BOTH], "Có tổ chức hoạt động")
    assert three.found(BOTH) == [("declared-none-but-filled", "error", cell)]
    assert three.state(BOTH) == "refused"


def test_what_was_left_blank_is_counted_apart_from_zero(three: Three) -> None:
    """Of the three accepted, the school that typed zeros left nothing blank, the one without activity all."""
    blank = three.done.document["blank"]
    assert (blank["1.01"]["count"], blank["1.02"]["count"], blank["10.1"]["money"]) == (1, 2, 2)
    assert three.done.totals["1.01"] == {"count": 1, "people": 30}
    assert three.done.totals["1"] == {"count": 1}
    assert three.done.totals["1.T"] == {"people": 30}
    assert sum(sum(row.values()) for row in three.done.totals.values()) == 2 * 31


def test_the_three_stand_apart_on_the_status_sheet(three: Three) -> None:
    (name,) = three.done.document["outputs"]
    lines = openpyxl.load_workbook(three.campaign.folder / name)["Tình trạng nộp"].iter_rows(values_only=True)
    words = {line[0]: line[4] for line in lines if line[0] in (NOTHING, NONE_HELD, ZEROS, BOTH)}
    assert words == {NOTHING: "cần sửa", NONE_HELD: "đã nhận", ZEROS: "đã nhận", BOTH: "cần sửa"}
    coverage = three.done.document["coverage"]
    assert (coverage["accepted"], coverage["refused"], coverage["received"]) == (3, 2, 5)
    assert set(coverage["units_missing"]).isdisjoint((NOTHING, NONE_HELD, ZEROS, NUMBERS, BOTH))


# --- double routes -------------------------------------------------------------------------------------------------

WARDS = {"quan-7-2024": ("27478", "27475"), "ben-cat-2021": ("25840", "25846")}
"""A ward whose schools also send their own, and one whose inclusive workbook stands alone."""


def fill_inclusive(office: Office, campaign: Campaign, code: str, rng: random.Random) -> Path:
    """A ward's workbook with its schools in it, as the ward says on `Đơn vị`."""
    numbers = fill(office, campaign, code, rng, campaign.folder / f"{code}.xlsx")
    scope = (UNIT_SHEET, value_cell(numbers, "Phạm vi số liệu"), "gồm cả đơn vị trực thuộc")
    target = campaign.inbox / campaign.name_of(code)
    assert office.type_in(numbers, target, [scope]) == []
    return target


@pytest.mark.parametrize("sample", WARDS)
def test_a_ward_and_its_own_schools_are_counted_once(office: Office, tmp_path: Path, sample: str) -> None:
    campaign, rng = sample_campaign(tmp_path / "đợt", sample), numbers_for(f"hai đường {sample}")
    twice, alone = WARDS[sample]
    schools = [code for code in campaign.issued if campaign.units[code]["parent"] == twice]
    counted = [fill(office, campaign, code, rng) for code in schools]
    fill_inclusive(office, campaign, twice, rng)
    counted.append(fill_inclusive(office, campaign, alone, rng))
    done = campaign.run("aggregate", "--json")
    (finding,) = done.findings(campaign.name_of(twice), without=["subtotal-above-parts"])
    assert (finding["code"], finding["unit"]) == ("counted-twice", twice)
    assert [code for code in schools if f"{code} (nhan_ve/{campaign.name_of(code)})" not in finding["found"]] == []
    assert done.states() == {path.name: "accepted" for path in counted} | {campaign.name_of(twice): "refused"}
    assert full(done.totals, campaign.form) == expected_totals(counted, campaign.form)


# --- two tiers -----------------------------------------------------------------------------------------------------


def test_without_districts_their_row_takes_no_number_and_prints_why(office: Office, tmp_path: Path) -> None:
    campaign = sample_campaign(tmp_path / "đợt", "sao-mai-2025")
    commune = campaign.of_level("commune")[0]
    issued, sent = campaign.issued[commune], campaign.inbox / campaign.name_of(commune)
    cell = f"D{sheet_row(issued, 'M07.1')}"
    entries = [(SHEET, cell, "1"), (SHEET, "D8", "1"), (SHEET, "E8", "30")]
    refused = office.type_in(issued, tmp_path / "khoá.xlsx", entries)
    assert [(entry.cell, entry.why) for entry in refused] == [(cell, "locked")]
    assert "Từ01/7/2025khôngcòncấphuyện." in "".join(
        run("pdftotext", "-raw", "-enc", "UTF-8", office.pdf(issued, tmp_path / "b.pdf"), "-").split()
    )
    assert office.type_in(issued, sent, entries, force=True) == []
    done = campaign.run("aggregate", "--json")
    found = [(line["cell"], line["row"]) for line in done.findings() if line["code"] == "level-row"]
    assert found == [(cell, "7.1")]
    assert done.states() == {sent.name: "refused"}
