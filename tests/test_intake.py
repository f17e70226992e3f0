"""Which leaves count: one return per unit, nobody twice, everything not counted named with its reason."""

from __future__ import annotations

from datetime import date

import pytest

from aggregator.account import Setting, consolidate
from aggregator.findings import Finding
from aggregator.forms import load_form
from aggregator.intake import choose
from aggregator.register import Register, Unit
from aggregator.submission import Examination, Leaf

FORM = load_form("tong-hop-2024")
DAY = date(2024, 10, 3)
DISTRICT = Unit("007", "Quận Thử", "district", None)
WARD = Unit("00701", "Phường Một", "commune", "007")
SCHOOLS = [Unit(f"007010{n}", f"Trường {n} (mẫu)", "school", "00701") for n in (1, 2, 3)]
CLOSED = Unit("0070109", "Trường đã sáp nhập (mẫu)", "school", "00701", valid_to=date(2023, 12, 31))
REGISTER = Register.of([DISTRICT, WARD, *SCHOOLS, CLOSED])
KEY = ("2", "count")


def leaf(unit: Unit, value: int | None, path: str | None = None, **more: object) -> Leaf:
    path = path or f"nhan_ve/{unit.code}.xlsx"
    figures = {key: (value if key == KEY else None) for key in FORM.typed}
    return Leaf(unit, figures, path, f"{path:0<64}"[:64], "tong-hop-2024 1", **more)  # type: ignore[arg-type]


def file(*leaves: Leaf, **more: object) -> Examination:
    first = leaves[0]
    base = Examination(first.path, first.sha256, 1, "form", FORM.id, "c", first.unit, leaves=leaves)
    return base._replace(**more)  # type: ignore[arg-type]


def run(*files: Examination, at: Unit = DISTRICT):
    choice = choose(list(files), REGISTER, at, DAY)
    return choice, consolidate(choice, list(files), at, Setting(FORM, "c", True, DAY))


def codes(choice) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.unit) for finding in choice.findings]


def test_each_leaf_once_in_register_order() -> None:
    choice, result = run(file(leaf(SCHOOLS[2], 3)), file(leaf(WARD, 5)), file(leaf(SCHOOLS[0], 2)))
    assert [one.unit.code for one in choice.leaves] == ["00701", "0070101", "0070103"]
    assert result.totals[KEY] == 10
    assert [(branch.unit.code, branch.first, branch.last) for branch in result.branches] == [("00701", 0, 3)]


def test_an_inclusive_return_whose_units_sent_their_own_is_not_added() -> None:
    """The ward says 100, two of its three schools 30 and 20: the total is 50 and the ward is named."""
    ward = leaf(WARD, 100, inclusive=True)
    choice, result = run(file(ward), file(leaf(SCHOOLS[0], 30)), file(leaf(SCHOOLS[1], 20)))
    assert result.totals[KEY] == 50
    assert codes(choice) == [("counted-twice", "00701")]
    assert choice.status[ward.path] == "refused"
    assert choice.own_unknown == {"00701"}
    assert "0070101" in choice.findings[0].found and "0070102" in choice.findings[0].found
    assert result.coverage.refused == ("00701",)
    assert result.coverage.missing == ("007", "0070103")


def test_an_inclusive_return_alone_counts_for_all_below() -> None:
    _, result = run(file(leaf(WARD, 100, inclusive=True)))
    assert result.totals[KEY] == 100
    assert result.coverage.accepted == ("00701", "0070101", "0070102", "0070103")
    assert result.coverage.missing == ("007",)


def test_of_nested_inclusive_returns_the_lower_one_counts() -> None:
    choice, result = run(file(leaf(DISTRICT, 500, inclusive=True)), file(leaf(WARD, 100, inclusive=True)))
    assert result.totals[KEY] == 100
    assert codes(choice) == [("counted-twice", "007")]


def test_a_refused_leaf_below_leaves_the_inclusive_return_standing() -> None:
    broken = file(leaf(SCHOOLS[0], 30), leaves=(), findings=(Finding("row-moved"),))
    _, result = run(file(leaf(WARD, 100, inclusive=True)), broken)
    assert result.totals[KEY] == 100


def test_the_same_return_twice_counts_once() -> None:
    first, second = leaf(SCHOOLS[0], 7), leaf(SCHOOLS[0], 7, "nhan_ve/b.xlsx")
    choice, result = run(file(first), file(second))
    assert result.totals[KEY] == 7
    assert sorted(choice.status.values()) == ["accepted", "duplicate"]
    assert codes(choice) == [("submission-duplicate", "0070101")]


def test_contradicting_returns_are_neither_added() -> None:
    choice, result = run(file(leaf(SCHOOLS[0], 7)), file(leaf(SCHOOLS[0], 8, "nhan_ve/b.xlsx")), file(leaf(WARD, 1)))
    assert result.totals[KEY] == 1
    assert codes(choice) == [("submission-conflict", "0070101")] * 2
    assert set(choice.status.values()) == {"refused", "accepted"}
    assert result.coverage.refused == ("0070101",)


@pytest.mark.parametrize("order", [0, 1])
def test_a_later_save_supersedes(order: int) -> None:
    old = file(leaf(SCHOOLS[0], 7, saved="2024-10-08T01:00:00Z"))
    new = file(leaf(SCHOOLS[0], 8, "nhan_ve/b.xlsx", saved="2024-10-09T01:00:00Z"))
    choice, result = run(*((old, new) if order else (new, old)))
    assert result.totals[KEY] == 8
    assert codes(choice) == [("submission-superseded", "0070101")]
    assert choice.status[old.path] == "superseded"


def test_one_save_time_alone_decides_nothing() -> None:
    dated = file(leaf(SCHOOLS[0], 7, saved="2024-10-08T01:00:00Z"))
    choice, _ = run(dated, file(leaf(SCHOOLS[0], 8, "nhan_ve/b.xlsx")))
    assert {code for code, _ in codes(choice)} == {"submission-conflict"}


def test_a_unit_that_need_not_report_is_added_outside_the_coverage() -> None:
    choice, result = run(file(leaf(CLOSED, 4)))
    assert result.totals[KEY] == 4
    assert codes(choice) == [("unit-not-in-register", "0070109")]
    assert result.coverage.accepted == ()
    assert "0070109" not in result.coverage.expected


def test_missing_reports_are_named_and_counts_reconcile() -> None:
    ignored = Examination("nhan_ve/a.pdf", "0" * 64, 1, findings=(Finding("file-unsupported"),), ignored=True)
    _, result = run(file(leaf(SCHOOLS[0], 7)), ignored)
    missing = [finding.unit for finding in result.findings if finding.code == "report-missing"]
    assert missing == ["007", "00701", "0070102", "0070103"]
    coverage = result.coverage
    assert len(coverage.expected) == len(coverage.accepted) + len(coverage.refused) + len(coverage.missing)
    statuses = [line.status for line in result.files]
    assert sorted(statuses) == ["accepted", "ignored"]


def test_blank_zero_and_none_are_three_things() -> None:
    _, result = run(file(leaf(SCHOOLS[0], 0)), file(leaf(SCHOOLS[1], None, held=False)))
    assert result.totals[KEY] == 0
    assert result.blank[KEY] == 1
    assert result.blank[("1.07", "count")] == 2
    assert ("7.1", "count") not in result.blank, "a locked cell is never blank"


def test_another_branch_is_in_the_account_but_not_in_the_sum() -> None:
    choice = choose([file(leaf(DISTRICT, 9)), file(leaf(SCHOOLS[0], 2))], REGISTER, WARD, DAY)
    files = [file(leaf(DISTRICT, 9)), file(leaf(SCHOOLS[0], 2))]
    result = consolidate(choice, files, WARD, Setting(FORM, "c", True, DAY))
    assert result.totals[KEY] == 2
    assert [line.status for line in result.files] == ["ignored", "accepted"]
