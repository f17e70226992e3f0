"""The register: faulty lines named all at once, codes as text, a tree that knows its branches."""

from datetime import date
from pathlib import Path

import pytest

from aggregator.faults import BadDocument
from aggregator.register import Register, Unit, load_register, read_register
from aggregator.resources import sample_dir

HEAD = "code,name,level,parent,kind,email,phone,valid_from,valid_to,reports"
LINES = (
    "007,Quận Mười (mẫu),district,,,,,,,no",
    "0241,Phường Sen (mẫu),commune,007,,,,,,",
    "02411,Trường Tiểu học Mưa (mẫu),school,0241,primary,mua@mau.example,0123,2021-09-05,2024-06-30,yes",
    "2411,Trường Trung học cơ sở Nắng (mẫu),school,0241,,,,,,",
    "0244,Phường Súng (mẫu),commune,007,,,,,,",
    "02442,Trường Mầm non Gió (mẫu),school,0244,,,,,,",
)
GOOD = "\n".join((HEAD, *LINES)) + "\n"


def faults(text: str) -> list[tuple[str, str]]:
    """Place and found of every fault."""
    with pytest.raises(BadDocument) as stop:
        read_register(text, "units.csv")
    assert {fault.file for fault in stop.value.faults} == {"units.csv"}
    assert all(fault.expected for fault in stop.value.faults)
    return [(fault.place, fault.found) for fault in stop.value.faults]


def with_lines(*lines: str) -> str:
    return "\n".join((HEAD, *lines))


# --- reading -------------------------------------------------------------------------------------------------------


def test_a_line_becomes_a_unit() -> None:
    register = read_register(GOOD, "units.csv")
    assert register.by_code["02411"] == Unit(
        "02411", "Trường Tiểu học Mưa (mẫu)", "school", "0241", "primary", "mua@mau.example", "0123",
        date(2021, 9, 5), date(2024, 6, 30), True,
    )  # fmt: skip
    assert register.root.code == "007"
    assert [unit.code for unit in register.units if not unit.reports] == ["007"]


def test_codes_keep_their_zeros() -> None:
    codes = [unit.code for unit in read_register(GOOD, "units.csv").units]
    assert codes == ["007", "0241", "02411", "2411", "0244", "02442"]


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.replace(",", ";").encode(),
        GOOD.replace(",", ";").encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n0244,", "\n,,,,\n\n0244,").encode(),
        GOOD.replace("0241,Phường", ' 0241 ," Phường').replace("Sen (mẫu),", 'Sen (mẫu) ",').encode(),
    ],
    ids=["plain", "BOM", "semicolons", "semicolons and BOM", "Windows", "blank lines", "blanks around"],
)
def test_the_same_register_however_it_was_saved(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_bytes(data)
    assert load_register(tmp_path / "units.csv") == read_register(GOOD, "units.csv")


def test_columns_in_any_order_and_optional_ones_left_out() -> None:
    register = read_register("parent,level,name,code\n,province,Tỉnh (mẫu),01\n01,district,Huyện (mẫu),001\n", "u")
    assert [unit.code for unit in register.units] == ["01", "001"]
    assert all(unit.reports for unit in register.units)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in sample_dir().glob("*/units.csv")))
def test_samples(name: str) -> None:
    register = load_register(sample_dir() / name / "units.csv")
    assert len(register.units) > 20
    assert register.subtree(register.root.code) == register.units


# --- faults --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "column", "found"),
    [
        ("02 41,Phường (mẫu),commune,007", "code", "02 41"),
        ("a|b,Phường (mẫu),commune,007", "code", "a|b"),
        (f"{'1' * 33},Phường (mẫu),commune,007", "code", "1" * 33),
        (",Phường (mẫu),commune,007", "code", ""),
        ("../x,Phường (mẫu),commune,007", "code", "../x"),
        ("0241,,commune,007", "name", ""),
        ("0241,Phường (mẫu),xã,007", "level", "xã"),
        ("0241,Phường (mẫu),,007", "level", ""),
        ("0241,Phường (mẫu),commune,007,,,,2021-13-01", "valid_from", "2021-13-01"),
        ("0241,Phường (mẫu),commune,007,,,,,30/6/2024", "valid_to", "30/6/2024"),
        ("0241,Phường (mẫu),commune,007,,,,,,có", "reports", "có"),
    ],
)
def test_a_faulty_field(line: str, column: str, found: str) -> None:
    assert faults(with_lines(LINES[0], line)) == [(f"dòng 3, cột {column}", found)]


def test_faults_between_lines() -> None:
    assert faults(with_lines(*LINES[:2], LINES[1])) == [("dòng 4, cột code", "0241")]
    assert faults(with_lines(LINES[0], "1,Trường (mẫu),school,9")) == [("dòng 3, cột parent", "9")]
    assert faults(with_lines(LINES[0], "1,Tỉnh (mẫu),province,")) == [("cột parent", "dòng 2 (007), dòng 3 (1)")]


def test_codes_that_look_like_one_number_are_two() -> None:
    register = read_register(with_lines(LINES[0], "7,Trường (mẫu),school,007", "07,Trường (mẫu),school,007"), "u")
    assert set(register.by_code) == {"007", "7", "07"}


def test_no_root() -> None:
    text = with_lines("1,A (mẫu),school,2", "2,B (mẫu),school,1")
    assert faults(text) == [("cột parent", "không có"), ("dòng 2, cột parent", "1 → 2 → 1")]


def test_each_circle_once() -> None:
    circle = ("1,A (mẫu),school,2", "2,B (mẫu),school,3", "3,C (mẫu),school,1", "4,D (mẫu),school,1")
    own = "5,E (mẫu),school,5"
    assert faults(with_lines(LINES[0], *circle, own)) == [
        ("dòng 3, cột parent", "1 → 2 → 3 → 1"),
        ("dòng 7, cột parent", "5 → 5"),
    ]


def test_all_faults_in_one_pass() -> None:
    fields = with_lines(LINES[0], "a b,,xã,007,,,,hôm nay,,maybe", ",Trường (mẫu),school,007")
    assert [place for place, _ in faults(fields)] == [
        *(f"dòng 3, cột {column}" for column in ("code", "name", "level", "reports", "valid_from")),
        "dòng 4, cột code",
    ]
    tree = with_lines(LINES[0], "1,A (mẫu),school,9", "1,B (mẫu),school,007", "2,C (mẫu),school,")
    assert [place for place, _ in faults(tree)] == ["dòng 4, cột code", "cột parent", "dòng 3, cột parent"]


def test_line_numbers_are_those_of_the_file() -> None:
    text = with_lines(LINES[0], "", "", "0241,,commune,007")
    assert faults(text) == [("dòng 5, cột name", "")]
    assert faults(text.replace(",", ";")) == [("dòng 5, cột name", "")]


@pytest.mark.parametrize("text", ["", "\n", "mã,tên,cấp\n1,A,school\n", "code,name,level\n1,A,school\n"])
def test_columns_that_are_missing(text: str) -> None:
    ((place, found),) = faults(text)
    assert place == "dòng 1"
    assert found == text.split("\n")[0]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_bytes("code,name,level,parent\n1,Trường\n".encode("utf-16"))
    for name in ("units.csv", "none.csv"):
        with pytest.raises(BadDocument) as stop:
            load_register(tmp_path / name)
        assert [fault.place for fault in stop.value.faults] == ["$"]


# --- the tree ------------------------------------------------------------------------------------------------------


@pytest.fixture
def register() -> Register:
    """Lines in disorder: children before parents, branches mixed."""
    return read_register(with_lines(*(LINES[number] for number in (5, 2, 0, 4, 3, 1))), "u")


def codes(units: tuple[Unit, ...]) -> list[str]:
    return [unit.code for unit in units]


def test_preorder_with_children_in_the_order_of_their_lines(register: Register) -> None:
    assert codes(register.units) == ["007", "0244", "02442", "0241", "02411", "2411"]
    assert [register.position[code] for code in codes(register.units)] == list(range(6))
    assert codes(register.children["0241"]) == ["02411", "2411"]
    assert register.children["2411"] == ()


def test_subtree_and_ancestors(register: Register) -> None:
    assert codes(register.subtree("0241")) == ["0241", "02411", "2411"]
    assert codes(register.subtree("2411")) == ["2411"]
    assert codes(register.subtree("007")) == codes(register.units)
    assert codes(register.ancestors("2411")) == ["0241", "007"]
    assert register.ancestors("007") == ()


def test_branch(register: Register) -> None:
    """The child of `at` under which a unit stands; `at` for itself; nothing for a stranger."""
    assert register.branch("2411", "007") == "0241"
    assert register.branch("2411", "0241") == "2411"
    assert register.branch("0241", "0241") == "0241"
    assert register.branch("007", "0241") is None
    assert register.branch("02442", "0241") is None


def test_prefixes_mean_nothing(register: Register) -> None:
    """02411 begins with 0241 by chance here: what counts is the column `parent`."""
    strange = read_register(with_lines(LINES[0], *LINES[1:2], LINES[4], "02411,Trường (mẫu),school,0244"), "u")
    assert strange.branch("02411", "007") == "0244"
    assert codes(strange.subtree("0241")) == ["0241"]


def test_extended(register: Register) -> None:
    new = (Unit("9", "Xã Mới (mẫu)", "commune", "007"), Unit("91", "Trường (mẫu)", "school", "9"))
    bigger = register.extended((*new, Unit("2411", "tên khác", "school", "9")))
    assert codes(bigger.subtree("9")) == ["9", "91"]
    assert bigger.by_code["2411"] == register.by_code["2411"]
    assert register.extended(register.units) is register


@pytest.mark.parametrize(
    ("day", "there"),
    [
        (date(2021, 9, 4), False),
        (date(2021, 9, 5), True),
        (date(2024, 6, 30), True),
        (date(2024, 7, 1), False),
        (None, True),
    ],
)
def test_validity_includes_both_days(register: Register, day: date | None, there: bool) -> None:
    assert register.by_code["02411"].valid_on(day) is there
    assert register.by_code["02411"].must_report(day) is there
    assert register.by_code["2411"].valid_on(day)
    assert not register.root.must_report(day)
