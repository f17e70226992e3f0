"""The forms that ship against the printed tables, the checks of a form file, two editions compared in words."""

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aggregator.documents import Fault
from aggregator.faults import BadDocument, UnknownForm
from aggregator.forms import LEVELS, Form, form_ids, load_form, load_form_file
from aggregator.resources import template_dir
from aggregator.steps.describe import compare, form_lines, lint

CLASSES = tuple(f"1.{number:02}" for number in range(1, 14))
CONTESTS = ("5.1", "5.2", "5.3", "5.4", "5.5", "5.6")
AFTER_CONTESTS = (*("6", "6.1", "6.2", "6.3", "7", "7.1", "7.2", "8", "9", "9.1", "9.2", "10", "10.1", "10.2", "11"),)
KEYS_2021 = ("1", "1.T", *CLASSES, "2", "3", "4", "4.1", "4.2", "5", *CONTESTS, *AFTER_CONTESTS)
KEYS = {
    "tong-hop-2021": KEYS_2021,
    "tong-hop-2024": tuple(key for key in KEYS_2021 if key != "5.6"),
    "dong-nai-2023": (
        *("B1", "B1.1", "B1.2", "B2", "B2.1", "B2.2", "B2.x", "B3", "B3.1", "B3.2", "B3.3", "B3.x"),
        *("B4", "B4.1", "B4.2", "B4.3", "B4.x", "B5", "B5.1", "B5.1p", "B5.2", "B5.2p", "B5.3", "B5.3p"),
        *("B5.4", "B5.4p", "B5.5", "B5.5p", "B6", "B6.1", "B6.2", "B6.3"),
    ),
}
"""Row keys in printed order."""

ANNEX = ("tong-hop-2021", "tong-hop-2024")


@pytest.fixture(params=KEYS)
def form(request: pytest.FixtureRequest) -> Form:
    return load_form(request.param)


@pytest.fixture(params=ANNEX)
def annex(request: pytest.FixtureRequest) -> Form:
    return load_form(request.param)


# --- what is printed -----------------------------------------------------------------------------------------------


def test_three_forms_ship() -> None:
    assert form_ids() == ("dong-nai-2023", "tong-hop-2021", "tong-hop-2024")
    assert {form_id: len(load_form(form_id).rows) for form_id in form_ids()} == {
        "tong-hop-2021": 42,
        "tong-hop-2024": 41,
        "dong-nai-2023": 32,
    }


def test_rows_stand_in_printed_order(form: Form) -> None:
    assert tuple(row.key for row in form.rows) == KEYS[form.id]


def test_codes_begin_with_a_letter_and_keep_zeros(annex: Form) -> None:
    codes = {row.key: row.code for row in annex.rows}
    assert codes["1"] == "M01"
    assert codes["1.T"] == "M01.T"
    assert codes["1.01"] == "M01.01"
    assert codes["7"] == "M07"
    assert codes["10.1"] == "M10.1"
    assert [code for key, code in codes.items() if not code.startswith(f"M{int(key.split('.')[0]):02}")] == []


def test_the_codes_of_dong_nai_are_its_keys() -> None:
    assert all(row.key == row.code for row in load_form("dong-nai-2023").rows)


def test_slips_of_the_print_are_kept(annex: Form) -> None:
    """ "Các thi" lacks "cuộc", and "thăm quan" is spelled so in both editions: the plan is the plan."""
    assert annex.by_key["5"].label.startswith("Tổ chức các thi, các buổi tọa đàm")
    assert "thăm quan" in annex.by_key["6"].label
    assert annex.by_key["6.3"].label == "Thăm quan, học tập tại bảo tàng, di tích lịch sử"


def test_faults_of_the_scan_are_not(annex: Form) -> None:
    assert annex.by_key["3"].label == "Ấn phẩm thông tin (tờ rơi, áp phích, băng rôn, khẩu hiệu)"
    assert annex.by_key["5.2"].label.startswith("Trưng bày")
    assert annex.by_key["1.10"].label.endswith("TTHTCĐ")


@pytest.mark.parametrize(
    ("key", "unit", "measures"),
    [
        ("1.01", "lớp/người", ("count", "people")),
        ("5.3", "Số cuộc/người", ("count", "people")),
        ("4.1", "Tập thể/cá nhân", ("count", "people")),
        ("2", "Tin, bài/ cuộc", ("count",)),
        ("3", "quyển/ tờ", ("count",)),
        ("7.2", "Trường/trung tâm", ("count",)),
        ("9.1", "Đơn vị", ("count",)),
        ("9.2", "Người", ("people",)),
        ("10.1", "đồng", ("money",)),
    ],
)
def test_the_slash_means_what_the_form_says(annex: Form, key: str, unit: str, measures: tuple[str, ...]) -> None:
    """A pair of columns, or one number of this or that: only the form knows."""
    assert annex.by_key[key].unit == unit
    assert annex.by_key[key].fill == measures
    assert annex.units[unit] == measures


@pytest.mark.parametrize(("form_id", "sizes"), [("tong-hop-2021", (32, 22, 2)), ("tong-hop-2024", (31, 21, 2))])
def test_how_many_cells_are_typed(form_id: str, sizes: tuple[int, ...]) -> None:
    typed = [measure for _, measure in load_form(form_id).typed]
    assert tuple(typed.count(measure) for measure in ("count", "people", "money")) == sizes


def test_pairs_are_rows_of_two_measures_but_not_the_donors(annex: Form) -> None:
    """Collectives and single donors of row 4.1 are two numbers of their own."""
    both = {row.key for row in annex.rows if row.fill == ("count", "people")}
    assert {row.key for row in annex.rows if row.paired} == both - {"4.1"}
    assert "4.1" in both


def test_totals_and_their_parts(annex: Form) -> None:
    totals = {row.key: row.total for row in annex.rows if row.total}
    contests = tuple(key for key in CONTESTS if key in annex.by_key)
    assert {key: (total.measure, total.relation, total.parts) for key, total in totals.items()} == {
        "1": ("count", "=", CLASSES),
        "1.T": ("people", "=", CLASSES),
        "5": ("count", ">=", contests),
        "6": ("count", ">=", ("6.1", "6.2", "6.3")),
    }
    assert set(annex.computed) == {("1", "count"), ("1.T", "people")}
    assert ("1", "count") in annex.figures
    assert ("1", "count") not in annex.typed


def test_headings_hold_nothing(annex: Form) -> None:
    assert {row.key for row in annex.rows if row.kind == "heading"} == {"4", "7", "9", "10"}
    assert all(not row.fill and not row.unit for row in annex.rows if row.kind == "heading")
    assert [row.key for row in annex.rows if row.text] == ["11"]


@pytest.mark.parametrize("level", ["school", "commune", "province", "nation"])
def test_opening_ceremonies_of_districts_belong_to_districts(annex: Form, level: str) -> None:
    row = annex.by_key["7.1"]
    assert row.fillable_at(level) == ()
    assert row.fillable_at("district") == ("count",)
    assert row.fillable_at(None) == ("count",)
    assert annex.cap(row, "count", "district") == 1


def test_once_it_has_ended_a_row_is_closed_to_all_and_says_why() -> None:
    form = load_form("tong-hop-2024")
    before, after = form.on(date(2025, 6, 30)), form.on(date(2025, 7, 1))
    assert before == form
    assert {row.key for row, was in zip(after.rows, form.rows, strict=True) if row != was} == {"7.1"}
    row = after.by_key["7.1"]
    assert [row.fillable_at(level) for level in LEVELS] == [()] * len(LEVELS)
    assert row.remark in form.by_key["7.1"].printed_notes
    assert row.remark
    assert (after.fingerprint, after.figures) == (form.fingerprint, form.figures)


def test_caps(annex: Form) -> None:
    row = annex.by_key["1.01"]
    assert [annex.cap(row, "people", level) for level in ("school", "commune", "district")] == [9_999, 40_000, 40_000]
    assert [annex.cap(row, "count", level) for level in ("school", "commune")] == [9_999, 9_999]
    assert annex.cap(annex.by_key["10.1"], "money", "school") == 999_999_999_999
    assert annex.cap(annex.by_key["7.2"], "count", "school") == 1
    assert annex.cap(annex.by_key["7.2"], "count", "commune") == 9_999


def test_a_typed_day_never_fits_under_a_cap(form: Form) -> None:
    """Office suites store a typed "1/10" as 44,470 or more; no count or people cell takes that."""
    typed = [(form.by_key[key], measure) for key, measure in form.typed if measure != "money"]
    caps = [form.cap(row, measure, level) for row, measure in typed for level in LEVELS]
    assert max(caps) < 44_000


def test_what_only_one_edition_has() -> None:
    forms = {form_id: load_form(form_id) for form_id in KEYS}
    assert forms["tong-hop-2021"].footnote == "(Lưu ý: Không thay đổi thứ tự các mục trong bảng tổng hợp báo cáo)"
    assert [form_id for form_id, form in forms.items() if form.footnote] == ["tong-hop-2021"]
    assert [form_id for form_id, form in forms.items() if "calendar" in form.lists] == ["tong-hop-2021"]
    assert all("activities" in form.lists for form in forms.values())
    assert forms["tong-hop-2021"].header["count"] == "Số lớp/ số cuộc thi"
    assert forms["tong-hop-2024"].header["count"] == "Số lớp/số cuộc thi"
    assert forms["tong-hop-2024"].caption is None


def test_open_lines_of_dong_nai_count_only_where_it_says_so() -> None:
    form = load_form("dong-nai-2023")
    assert {row.key: row.fill for row in form.rows if row.text} == {
        "B1.1": ("count",), "B1.2": ("count",), "B2.x": (), "B3.x": (), "B4.x": ()
    }  # fmt: skip


def test_a_form_does_not_change_with_the_layout_of_its_file(tmp_path: Path) -> None:
    document = json.loads((template_dir() / "tong-hop-2024.json").read_text(encoding="utf-8"))
    file = tmp_path / "x.json"
    file.write_text(json.dumps(dict(reversed(document.items()))), encoding="utf-8-sig")
    assert load_form_file(file) == load_form("tong-hop-2024")
    document["rows"][0]["label"] += "."
    file.write_text(json.dumps(document), encoding="utf-8")
    assert load_form_file(file).fingerprint != load_form("tong-hop-2024").fingerprint


def test_an_unknown_form_names_the_known_ones() -> None:
    with pytest.raises(UnknownForm) as stop:
        load_form("../setup")
    assert stop.value.status == 2
    assert all(form_id in stop.value.message(lang) for lang in ("vi", "en") for form_id in form_ids())


# --- faults of a form file -----------------------------------------------------------------------------------------


@pytest.fixture
def document() -> dict[str, Any]:
    return json.loads((template_dir() / "tong-hop-2021.json").read_text(encoding="utf-8"))


def row_of(document: dict[str, Any], key: str) -> dict[str, Any]:
    return next(row for row in document["rows"] if row["key"] == key)


def linted(document: Any, folder: Path) -> list[tuple[str, str]]:
    """Place and found of every fault."""
    file = folder / "mau.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    faults = lint(file)
    assert all(fault.file == "mau.json" and fault.expected for fault in faults)
    return [(fault.place, fault.found) for fault in faults]


def test_a_good_form_has_no_faults(document: dict[str, Any], tmp_path: Path) -> None:
    assert linted(document, tmp_path) == []


Change = Callable[[dict[str, Any]], Any]

FAULTS: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "key twice": (
        lambda form: form["rows"].append({**row_of(form, "2"), "code": "M99"}),
        [("$.rows[15].key", "2"), ("$.rows[42].key", "2")],
    ),
    "code twice": (
        lambda form: form["rows"].append({**row_of(form, "2"), "key": "99"}),
        [("$.rows[15].code", "M02"), ("$.rows[42].code", "M02")],
    ),
    "total without total": (lambda form: row_of(form, "1").pop("total"), [("$.rows[0].total", "no parts")]),
    "total without parts": (
        lambda form: row_of(form, "5")["total"].update(parts=[]),
        [("$.rows[20].total", "no parts")],
    ),
    "unknown part": (
        lambda form: row_of(form, "6")["total"]["parts"].append("6.4"),
        [("$.rows[27].total.parts[3]", "6.4")],
    ),
    "part without the measure": (
        lambda form: row_of(form, "1.T")["total"]["parts"].append("2"),
        [("$.rows[1].total.parts[13]", "2")],
    ),
    "overlapping totals": (
        lambda form: row_of(form, "6")["total"]["parts"].append("5.1"),
        [("$.rows[27].total.parts[3]", "5.1")],
    ),
    "unknown unit": (lambda form: row_of(form, "2").update(unit="bài"), [("$.rows[15].unit", "bài")]),
    "measure that the unit has not": (
        lambda form: row_of(form, "2").update(fill=["count", "money"]),
        [("$.rows[15].fill", "count, money")],
    ),
    "no level may fill it": (lambda form: row_of(form, "7.1").update(levels=[]), [("$.rows[32].levels", "[]")]),
    "ended on a day that does not exist": (
        lambda form: row_of(form, "7.1").update(ended={"since": "2025-02-30", "remark": "Không còn cấp huyện."}),
        [("$.rows[32].ended.since", "2025-02-30")],
    ),
    "nothing to fill": (lambda form: row_of(form, "2").update(fill=[]), [("$.rows[15].fill", "[]")]),
    "need of an unknown row": (
        lambda form: form["rules"]["needs"][0].update(row="4.3"),
        [("$.rules.needs[0]", "4.3.count")],
    ),
    "wrong type": (lambda form: form.update(year="2021"), [("$.year", '"2021"')]),
    "wrong kind of row": (lambda form: row_of(form, "2").update(kind="sum"), [("$.rows[15].kind", '"sum"')]),
    "code that a spreadsheet would read": (
        lambda form: row_of(form, "2").update(code="2.10"),
        [("$.rows[15].code", '"2.10"')],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(document: dict[str, Any], tmp_path: Path, fault: str) -> None:
    change, expected = FAULTS[fault]
    change(document)
    assert linted(document, tmp_path) == expected


def test_a_row_that_no_level_fills_may_say_why(document: dict[str, Any], tmp_path: Path) -> None:
    row_of(document, "7.1").update(levels=[], remark="Từ 01/7/2025 không còn cấp huyện.")
    assert linted(document, tmp_path) == []


def test_all_faults_in_one_pass(document: dict[str, Any], tmp_path: Path) -> None:
    """Those of the schema all together; those between rows all together."""
    rows = (
        "overlapping totals",
        "unknown unit",
        "no level may fill it",
        "need of an unknown row",
        "total without total",
    )
    shape = ("wrong type", "wrong kind of row", "code that a spreadsheet would read")
    for names in (rows, shape):
        changed = copy.deepcopy(document)
        for name in names:
            FAULTS[name][0](changed)
        assert sorted(linted(changed, tmp_path)) == sorted(line for name in names for line in FAULTS[name][1])


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ("{", "dòng 1, ký tự 2", "Expecting property name"),
        ('{"id": "a", "id": "b"}', "id", "hai lần"),
        ("[" * 100_000, "$", "RecursionError"),
        ("[]", "$", "[]"),
        ('"mẫu"', "$", "mẫu"),
    ],
)
def test_what_is_no_form_at_all(tmp_path: Path, text: str, place: str, found: str) -> None:
    faults = linted(text, tmp_path)
    assert [faulty[0] for faulty in faults] == [place]
    assert found in faults[0][1]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "mau.json"
    file.write_bytes(b'{"id": "\xff"}')
    assert lint(file) == (Fault("mau.json", "byte 8", "không phải UTF-8", "UTF-8"),)
    assert lint(tmp_path / "none.json") == (Fault("none.json", "$", "FileNotFoundError", "tệp JSON đọc được"),)


def test_loading_raises_with_all_faults(document: dict[str, Any], tmp_path: Path) -> None:
    FAULTS["unknown unit"][0](document)
    file = tmp_path / "mau.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(BadDocument) as stop:
        load_form_file(file)
    assert stop.value.status == 3
    assert "mau.json · $.rows[15].unit: đang là bài" in stop.value.message("vi")
    assert "mau.json · $.rows[15].unit: found bài" in stop.value.message("en")


# --- two editions in words -----------------------------------------------------------------------------------------


def test_what_changed_from_2021_to_2024() -> None:
    """One row dropped, three wordings shortened, all later rows one up; the rest are texts around the table."""
    changes = compare(load_form("tong-hop-2021"), load_form("tong-hop-2024"))
    assert [change.row for change in changes if change.what == "only-first"] == ["5.6"]
    assert [change.row for change in changes if change.what == "label"] == ["5", "5.4", "5.5"]
    assert [change.row for change in changes if change.what == "place"] == list(AFTER_CONTESTS)
    assert {change.what for change in changes} == {
        *("title", "caption", "footnote", "header", "label", "only-first", "place"),
    }


def test_changes_are_said_in_words() -> None:
    changes = compare(load_form("tong-hop-2021"), load_form("tong-hop-2024"))
    vi, en = ([change.text(lang) for change in changes] for lang in ("vi", "en"))
    assert "dòng 5.6: chỉ có ở mẫu thứ nhất: Các cuộc thi khác" in vi
    assert "row 5.6: only in the first form: Các cuộc thi khác" in en
    assert "dòng 6: đổi vị trí: dòng thứ 28 → 27" in vi
    assert any(line.startswith("ghi chú cuối bảng:") and line.endswith("“không có”") for line in vi)


def test_the_other_way_round_and_the_same() -> None:
    first, second = load_form("tong-hop-2024"), load_form("tong-hop-2021")
    assert [change.row for change in compare(first, second) if change.what == "only-second"] == ["5.6"]
    assert compare(first, first) == ()


def test_a_form_as_text_names_every_row(form: Form) -> None:
    text = "\n".join(form_lines(form))
    assert all(row.code in text and row.label in text for row in form.rows)
    assert all(title in text for title in form.titles)
