"""The few formulas that are recalculated, exactly; everything else gives None, quickly."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import formula as module
from aggregator.formula import MAX_DEPTH, MAX_LENGTH, evaluate, normalised
from aggregator.reading.book import Cell, RawSheet, a1

ENDLESS = 30
"""Seconds of the processor; each takes milliseconds, and without its limit minutes."""
SHEET = RawSheet(
    "Số liệu",
    cells={
        (1, 1): Cell("number", "5"),  # A1
        (2, 1): Cell("text", "x"),
        (3, 1): Cell("number", "9999", formula="A1+3"),  # A3 is 8, whatever is stored
        (4, 1): Cell("number", "8", formula="A5"),
        (5, 1): Cell("number", "8", formula="A4"),  # A4 and A5 run in a circle
        (6, 1): Cell("error", "#REF!"),
        (7, 1): Cell("bool", "1"),
        (8, 1): Cell("none", "", formula="$A$1*2"),
        (9, 1): Cell("number", "1.5E3"),
        (1, 2): Cell("number", "0.1"),
        (2, 2): Cell("number", "NaN"),
        (3, 2): Cell("text", "", formula='IF(A1>0,"","")'),
        (4, 2): Cell("date", "2021-10-02"),
        (5, 2): Cell("text", "12"),
    },
)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=12+8", 20), ("12+8", 20), (" = 12 + 8 ", 20), ("2+3*4", 14), ("(2+3)*4", 20), ("8-3-2", 3), ("8/4/2", 1),
        ("-2*-3", 6), ("--5", 5), ("+5", 5), ("-A1*-2", 10), ("1/3*3", 1), ("0.1+0.2", Fraction(3, 10)), ("12.", 12),
        ("1E2", 100), ("1.5e+3", 1500), ("A1", 5), ("a1", 5), ("$A$1+A$1", 10), ("A3", 8), ("A8", 10), ("A9", 1500),
        ("B1*10", 1), ("Z99", 0), ("Z99+1", 1), ("SUM(A1)", 5), ("sum(A1:A3)", 13), ("SUM(A3:A1)", 13),
        ("SUM($A$1:$A$3)*2", 26), ("SUM(A1,A3,4)", 17), ("SUM(A2,5)", 5), ("SUM(A2)", 0), ("SUM(A7,1)", 1),
        ("SUM(B5,1)", 1), ("SUM(SUM(A1),(1+2))", 8), ("SUM (1,2)", 3), ("SUM(C1:XFD1048576)", 0), ("-SUM(1,2)+4", 1),
        ("SUM(A1+A3,1)", 14), ("((((1))))", 1), ("A1/3", Fraction(5, 3)),
    ],
)  # fmt: skip
def test_recalculated(formula: str, expected: int | Fraction) -> None:
    assert evaluate(formula, SHEET) == expected


@pytest.mark.parametrize(
    "formula",
    [
        "", "=", "1+", "*1", "(1", "1)", "()", "1 2", "A1 A3", "1,2", "A1:A3", "SUM()", "SUM(1,)", "SUM(,1)", "SUM 1",
        "SUM(A1:A3", "SUM(A1:2)", "SUM(A:A)", "SUM(1:2)", "2^3", "10%", "1&2", "A1=5", "A1>1", '"5"', "TRUE", "PI()",
        "ROUND(5,0)", "LOG10(1)", "SUMIF(A1:A3,5)", "IF(1,2,3)", "ROW(A1)", "A1#", "@A1", "{1,2}", "Tổng", "name",
        "Sheet2!A1", "'Số liệu'!A1", "[1]S!A1", "SUM(Sheet2!A1:A2)", "Sheet2!A1+1", "#REF!", "cmd|'/C calc'!A0",
        "A0", "XFE1", "A1048577", "AAAA1", "A01", "1.2.3", "1_000", "1E", "1E999", "9" * 31, "\uff11+1", "\u0661",
        "A2+1", "A4", "A5+1", "SUM(A4)", "SUM(A1:A5)", "A6", "SUM(A6)", "SUM(A1:A6)", "A7+1", "B2", "SUM(B2)", "B3",
        "SUM(B3)", "B4", "B5+1", "1/0", "1/(A1-5)", "1/Z99", "SUM((A1,A3))", "A1;A3", "1:2", "$", "A$", "A1$",
    ],
)  # fmt: skip
def test_refused(formula: str) -> None:
    assert evaluate(formula, SHEET) is None


def test_a_cell_cannot_hold_its_own_sum() -> None:
    assert evaluate("A1+1", SHEET, home=(1, 1)) is None
    assert evaluate("A3+1", SHEET, home=(1, 1)) is None
    assert evaluate("Z9+1", SHEET, home=(9, 26)) is None


def _chain(length: int) -> RawSheet:
    cells = {(row, 1): Cell("none", "", formula=f"A{row + 1}+1") for row in range(1, length)}
    return RawSheet("S", cells={**cells, (length, 1): Cell("number", "1")})


def test_limits_hold_at_the_limit_and_one_past_it() -> None:
    assert evaluate("(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH, SHEET) == 1
    assert evaluate("(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1), SHEET) is None
    assert evaluate("A1", _chain(MAX_DEPTH + 1)) == MAX_DEPTH + 1
    assert evaluate("A1", _chain(MAX_DEPTH + 2)) is None
    assert evaluate("1".rjust(MAX_LENGTH, "+"), SHEET) == 1
    assert evaluate("1".rjust(MAX_LENGTH + 1, "+"), SHEET) is None


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    full = RawSheet("S", cells={(row, 1): Cell("number", "1") for row in range(1, 101)})
    assert evaluate("SUM(A1:A100)", full) == 100
    # 6 tokens, 100 cells looked for, 100 cells read
    monkeypatch.setattr(module, "MAX_WORK", 206)
    assert evaluate("SUM(A1:A100)", full) == 100
    assert evaluate("SUM(A1:A100)+1", full) is None


def _doubling() -> RawSheet:
    """Every cell adds the next one twice: 2^30 steps for who does not remember."""
    cells = {(row, 1): Cell("none", "", formula=f"A{row + 1}+A{row + 1}") for row in range(1, 31)}
    return RawSheet("S", cells={**cells, (31, 1): Cell("number", "1")})


def _squaring() -> RawSheet:
    cells = {(row, 1): Cell("none", "", formula=f"A{row + 1}*A{row + 1}") for row in range(1, 31)}
    return RawSheet("S", cells={**cells, (31, 1): Cell("number", "3")})


def _crowded() -> RawSheet:
    return RawSheet(
        "S", cells={(row, column): Cell("number", "1") for row in range(1, 401) for column in range(1, 501)}
    )


@pytest.mark.parametrize(
    ("formula", "sheet", "expected"),
    [
        ("A1", _doubling(), 2**30),
        ("A1", _squaring(), None),
        ("SUM(A1:XFD1048576)", _crowded(), None),
        (",".join(["SUM(A1:XFD1048576"] + ["A1:XFD1048576"] * 100) + ")", _crowded(), None),
        ("SUM(C2:XFD1048576)", SHEET, 0),
        ("*".join(["9" * 30] * 60), SHEET, None),
        ("1E99*" * 300 + "1", SHEET, None),
        ("(" * 100_000, SHEET, None),
        ("-" * 100_000 + "1", SHEET, None),
        (" " * 100_000 + "1", SHEET, 1),
        ("1" * 100_000, SHEET, None),
    ],
)
def test_hostile_formulas_end(formula: str, sheet: RawSheet, expected: int | None) -> None:
    begun = time.process_time()
    assert evaluate(formula, sheet) == expected
    assert time.process_time() - begun < ENDLESS


@given(st.text(max_size=60) | st.text(alphabet="A1SUM():,+-*/ $.E0", max_size=40))
def test_any_text_gives_a_number_or_none(formula: str) -> None:
    assert isinstance(evaluate(formula, SHEET), Fraction | None)


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=30))
def test_sums_agree_with_pythons(numbers: list[int]) -> None:
    sheet = RawSheet("S", cells={(row, 3): Cell("number", str(n)) for row, n in enumerate(numbers, 1)})
    assert evaluate(f"SUM(C1:{a1(len(numbers), 3)})", sheet) == sum(numbers)
    assert evaluate("+".join(a1(row, 3) for row in range(1, len(numbers) + 1)), sheet) == sum(numbers)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("=SUM(D5:D9)", "sum( $D$5 : $D$9 )"),
        ("SUM(D5:D9)", " =SUM(D5:D9)\n"),
        ("'Số liệu'!D5+1", "'Số liệu'!$D$5 + 1"),
        ('if(A1="a b","$",0)', 'IF(A1 = "a b", "$", 0)'),
    ],
)
def test_equal_when_normalised(a: str, b: str) -> None:
    assert normalised(a) == normalised(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [("SUM(D5:D9)", "SUM(D5:D8)"), ("D5+D6", "D6+D5"), ('"a b"', '"ab"'), ('"A"', '"a"'), ("'a b'!D5", "'ab'!D5")],
)
def test_different_when_normalised(a: str, b: str) -> None:
    assert normalised(a) != normalised(b)
