"""Findings in a terminal: the same fault once with all its cells, the gravest file first, 80 columns."""

import random

import pytest

from aggregator.findings import Finding
from aggregator.outputs.places import joined_places
from aggregator.outputs.terminal import finding_lines


def at(*cells: str, sheet: str = "Số liệu") -> list[Finding]:
    return [Finding("value-negative", file="a.xlsx", sheet=sheet, cell=cell, found="-1") for cell in cells]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["D14"], "Số liệu!D14"),
        (["D14", "D16", "D17", "D18"], "Số liệu!D14, D16–D18"),
        (["D18", "D17", "D14", "D16"], "Số liệu!D14, D16–D18"),
        (["D14", "D15"], "Số liệu!D14, D15"),
        (["D9", "E9", "D10", "D11", "E10", "E11"], "Số liệu!D9–D11, E9–E11"),
        (["D14", "D14"], "Số liệu!D14"),
        (["A4\\", "D14:D16", "D14"], "Số liệu!D14, A4\\, D14:D16"),
        (["Z9", "AA9"], "Số liệu!Z9, AA9"),
    ],
)
def test_cells_are_joined(cells: list[str], said: str) -> None:
    assert joined_places(at(*cells), "vi") == said


def test_one_cell_tells_its_row() -> None:
    finding = Finding("value-negative", sheet="Số liệu", cell="D14", row="1.05")
    assert joined_places([finding], "vi") == "Số liệu!D14 (dòng 1.05)"
    assert joined_places([finding], "en") == "Số liệu!D14 (row 1.05)"
    assert joined_places([finding, finding], "vi") == "Số liệu!D14 (dòng 1.05)"


def test_sheets_stand_apart() -> None:
    both = [*at("D14", "D15", "D16"), *at("B4", sheet="Lịch"), Finding("value-negative", sheet="Hoạt động")]
    assert joined_places(both, "vi") == "Số liệu!D14–D16; Lịch!B4; Hoạt động"


def test_many_cells_are_counted() -> None:
    cells = [f"D{row}" for row in range(10, 100, 2)]
    said = joined_places(at(*cells), "vi")
    assert said.startswith("Số liệu!D10, D12") and said.endswith("D32, và 33 ô khác")


def test_every_cell_is_told_or_counted() -> None:
    seed = "ô"
    rng = random.Random(seed)
    for _ in range(200):
        cells = rng.sample([f"{letter}{row}" for letter in "DEF" for row in range(8, 30)], rng.randint(2, 12))
        told: set[str] = set()
        for piece in joined_places(at(*cells), "vi").removeprefix("Số liệu!").split(", "):
            first, _, last = piece.partition("–")
            told |= {f"{first[0]}{row}" for row in range(int(first[1:]), int((last or first)[1:]) + 1)}
        assert told == set(cells), f"seed {seed}"


def test_the_same_fault_is_said_once_and_errors_come_first() -> None:
    mild = Finding("report-late", file="b.xlsx")
    lines = list(finding_lines([mild, *at("D14", "D16", "D17", "D18")], "vi"))
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert heads == ["a.xlsx", "b.xlsx"]
    assert sum("LỖI" in line for line in lines) == 1
    assert any("Số liệu!D14, D16–D18" in line for line in lines)
    assert max(map(len, lines)) <= 80
