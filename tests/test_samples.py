"""The five sample campaigns: their command gives the committed result, another program adds up to the same totals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from aggregator.forms import load_form
from aggregator.resources import schema
from tests.cases_samples import NAMES, SAMPLES, SPOKEN, inputs, result_of, settled
from tests.oracle import SHEET, add_up
from tests.test_cases import same

SCHEMA = Draft202012Validator(json.loads(schema("result").read_text(encoding="utf-8")))


@pytest.fixture(params=NAMES)
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of one sample, so that a run can leave nothing in the original."""
    return shutil.copytree(SAMPLES / request.param, tmp_path / "sample_reports" / request.param)


@pytest.mark.parametrize("name", NAMES)
def test_the_filled_workbooks_are_made_again_as_they_were_committed(name: str) -> None:
    made = inputs(name)
    committed = [path.relative_to(SAMPLES / name).as_posix() for path in (SAMPLES / name).glob("nhan_ve/*")]
    assert sorted(path for path in made if path.startswith("nhan_ve/")) == sorted(committed)
    assert all(same(data, (SAMPLES / name / path).read_bytes()) for path, data in made.items())


def test_the_command_gives_the_expected_result(sample: Path) -> None:
    status, document = result_of(sample.name, sample.parent.parent)
    expected = json.loads((sample / "expected.json").read_text(encoding="utf-8"))
    assert settled(document) == expected
    assert status == 1
    assert list(SCHEMA.iter_errors(document)) == []
    assert {line["status"] for line in document["files"]} == {"accepted", "refused"}
    assert {finding["severity"] for finding in document["findings"]} >= {"error", "warning", "info"}


def test_an_independent_sum_is_the_same(sample: Path, tmp_path: Path) -> None:
    document = json.loads((sample / "expected.json").read_text(encoding="utf-8"))
    accepted = [sample / line["path"] for line in document["files"] if line["status"] == "accepted"]
    sums = add_up(in_digits(path, tmp_path) for path in accepted)
    form = load_form(document["form"])
    wanted = {
        key: {measure: sums[form.by_key[key].code][measure] for measure in numbers}
        for key, numbers in document["totals"].items()
    }
    assert document["totals"] == wanted
    assert any(number for numbers in wanted.values() for number in numbers.values())


def in_digits(path: Path, folder: Path) -> Path:
    """The workbook with what was typed in words put in digits, which is all that the oracle reads."""
    book = load_workbook(path)
    cells: list[Any] = [cell for row in book[SHEET]["D6:E60"] for cell in row if cell.value in SPOKEN]
    for cell in cells:
        cell.value = SPOKEN[cell.value]
    book.save(folder / path.name)
    return folder / path.name
