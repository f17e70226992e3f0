"""Figures found again: a shuffled form restored exactly, an ambiguous one refused, and what the command leaves."""

from __future__ import annotations

import io
import json
import os
import random
import signal
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from aggregator import layout as place
from aggregator.campaign import load_campaign
from aggregator.cli import cli
from aggregator.forms import FigureKey, form_ids, load_form
from aggregator.layout import COLUMN_OF, Layout
from aggregator.numbers import read_text
from aggregator.reading.book import Cell, RawBook, RawSheet, a1
from aggregator.reading.strict import open_book
from aggregator.repair.carry import Repair, carry_table, doubtful
from aggregator.repair.faces import Rows
from aggregator.repair.lines import Trust
from aggregator.repair.table import NoTable, find_table
from aggregator.steps import issue, mend
from aggregator.steps.issue import issue_for
from aggregator.template import blank_issue, live_check, live_words, write_form
from aggregator.writing import LostInWriting
from tests.filling import filled

FORMS = ("tong-hop-2021", "tong-hop-2024", "dong-nai-2023")
Figures = dict[FigureKey, object]


load_form = cache(load_form)


@cache
def all_rows(form_id: str) -> Rows:
    return Rows(load_form(form_id), tuple(load_form(other) for other in form_ids() if other != form_id))


@cache
def typed(form_id: str) -> Mapping[FigureKey, int]:
    """Every cell of the form filled, each with another number."""
    form = load_form(form_id)
    return {key: 2_000 + number for number, key in enumerate(form.typed)}


@cache
def table(form_id: str) -> RawSheet:
    form = load_form(form_id)
    book, _ = open_book(filled(blank_issue(form), typed(form_id)))
    assert book is not None
    notes = {(Layout(form).row_of[row.key], place.NOTE): Cell("text", f"ghi {row.key}") for row in form.rows}
    return replace(book.sheets[0], cells={**book.sheets[0].cells, **notes})


def repaired(sheet: RawSheet, form_id: str, trust: Trust | None = None) -> Repair:
    found = find_table(RawBook((sheet,)), all_rows(form_id))
    assert not isinstance(found, NoTable), found
    return carry_table(found, all_rows(form_id), None, trust)


def figures(repair: Repair) -> Figures:
    return {(move.row, move.measure): move.entry for move in repair.moves if move.row and move.measure}


def notes(repair: Repair) -> dict[str | None, object]:
    return {move.row: move.entry for move in repair.moves if move.measure is None}


def lines_of(sheet: RawSheet, layout: Layout) -> dict[str, dict[int, Cell]]:
    """The cells of every row of the form, by its key."""
    return {
        key: {column: cell for (row, column), cell in sheet.cells.items() if row == at}
        for key, at in layout.row_of.items()
    }


def laid_out(sheet: RawSheet, layout: Layout, lines: list[dict[int, Cell]], right: int = 0, down: int = 0) -> RawSheet:
    """The sheet with these lines as its table, everything moved right and down."""
    kept = {at: cell for at, cell in sheet.cells.items() if not layout.first_row <= at[0] <= layout.last_row}
    cells = {
        (layout.first_row + number, column): cell for number, line in enumerate(lines) for column, cell in line.items()
    }
    growth = len(lines) - len(layout.form.rows)
    below = {(row + growth * (row > layout.last_row), column): cell for (row, column), cell in kept.items()}
    moved = {(row + down, column + right): cell for (row, column), cell in {**below, **cells}.items()}
    return replace(sheet, cells=dict(sorted(moved.items())))


# --- a shuffled form is restored exactly ---------------------------------------------------------------------------


@pytest.mark.parametrize("form_id", FORMS)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), codes=st.sampled_from(["kept", "gone", "some"]), right=st.integers(0, 3))
def test_a_shuffled_form_is_restored_exactly(form_id: str, seed: int, codes: str, right: int) -> None:
    """Rows shuffled, lost and copied, blank rows put between, codes gone, everything somewhere else on the sheet."""
    rng, layout = random.Random(seed), Layout(load_form(form_id))
    lines = lines_of(table(form_id), layout)
    lost = set(rng.sample(list(lines), rng.randrange(4)))
    order = [key for key in lines if key not in lost]
    rng.shuffle(order)
    copied = rng.sample(order, rng.randrange(3))
    made: list[dict[int, Cell]] = []
    for key in [*order, *copied]:
        bare = codes == "gone" or (codes == "some" and rng.random() < 0.5)
        made.append({column: cell for column, cell in lines[key].items() if not (bare and column == place.CODE)})
        made += [{}] * (rng.random() < 0.1)
    outcome = repaired(laid_out(table(form_id), layout, made, right, rng.randrange(5)), form_id)
    if form_id == "dong-nai-2023" and codes != "kept":
        assert {problem.why for problem in outcome.problems} <= {"two-rows"}
    else:
        assert outcome.problems == ()
    if not outcome.problems:
        assert figures(outcome) == {key: value for key, value in typed(form_id).items() if key[0] not in lost}
        assert notes(outcome) == {key: f"ghi {key}" for key in lines if key not in lost}
        assert set(outcome.missing) == {key for key in lost if layout.form.by_key[key].fill}
        assert {left.why for left in outcome.left} <= {"same-again"}


@pytest.mark.parametrize("form_id", FORMS)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_labels_erased_codes_alone_restore_it(form_id: str, seed: int) -> None:
    rng, layout = random.Random(seed), Layout(load_form(form_id))
    lines = list(lines_of(table(form_id), layout).values())
    rng.shuffle(lines)
    bare = [{column: cell for column, cell in line.items() if column != place.LABEL} for line in lines]
    outcome = repaired(laid_out(table(form_id), layout, bare), form_id)
    assert outcome.problems == ()
    assert figures(outcome) == typed(form_id)


def test_equal_labels_without_codes_are_told_apart_by_their_order() -> None:
    """Đồng Nai has five lines "Số lượt người tham gia:"; in order, each stands between two that are known."""
    layout = Layout(load_form("dong-nai-2023"))
    lines = [
        {column: cell for column, cell in line.items() if column != place.CODE}
        for line in lines_of(table("dong-nai-2023"), layout).values()
    ]
    outcome = repaired(laid_out(table("dong-nai-2023"), layout, lines), "dong-nai-2023")
    assert figures(outcome) == typed("dong-nai-2023")
    number = layout.row_of["B5.2"] - layout.first_row
    del lines[number]  # now two of them stand in one gap
    outcome = repaired(laid_out(table("dong-nai-2023"), layout, lines), "dong-nai-2023")
    assert [(problem.why, problem.cells) for problem in outcome.problems] == [
        ("two-rows", (a1(layout.row_of["B5.1p"], place.LABEL),)),
        ("two-rows", (a1(layout.row_of["B5.1p"] + 1, place.LABEL),)),
    ]


# --- what is not certain is refused --------------------------------------------------------------------------------


def changed(form_id: str, changes: Mapping[tuple[str, int], Cell | None]) -> RawSheet:
    """The table with some cells put differently, by row key and column."""
    layout, cells = Layout(load_form(form_id)), dict(table(form_id).cells)
    for (key, column), cell in changes.items():
        at = (layout.row_of[key], column)
        if cell is None:
            cells.pop(at, None)
        else:
            cells[at] = cell
    return replace(table(form_id), cells=cells)


def cell_of(form_id: str, key: str, column: int) -> str:
    return a1(Layout(load_form(form_id)).row_of[key], column)


def text(value: str) -> Cell:
    return Cell("text", value)


def problems(outcome: Repair) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    assert not (outcome.problems and outcome.moves)
    return [(problem.why, problem.cells, problem.rows) for problem in outcome.problems]


F = "tong-hop-2021"


@pytest.mark.parametrize("form_id", FORMS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_row_twice_with_different_entries_is_refused(form_id: str, seed: int) -> None:
    rng, layout = random.Random(seed), Layout(load_form(form_id))
    lines = list(lines_of(table(form_id), layout).values())
    key, measure = rng.choice(list(typed(form_id)))
    twin = dict(lines[layout.row_of[key] - layout.first_row])
    twin[COLUMN_OF[measure]] = Cell("number", "1")
    lines.insert(rng.randrange(len(lines)), twin)
    (problem,) = repaired(laid_out(table(form_id), layout, lines), form_id).problems
    assert (problem.why, problem.rows, len(problem.cells)) == ("row-twice", (key,), 2)


def test_a_blank_twin_says_nothing() -> None:
    layout = Layout(load_form(F))
    lines = list(lines_of(table(F), layout).values())
    kept = {place.LABEL, place.UNIT, place.CODE}
    lines += [{column: cell for column, cell in lines[9].items() if column in kept}]
    assert figures(repaired(laid_out(table(F), layout, lines), F)) == typed(F)


def test_code_and_label_of_different_rows_are_refused_unless_one_is_trusted() -> None:
    label, unit = load_form(F).by_key["6.2"].label, load_form(F).by_key["6.2"].unit
    sheet = changed(F, {("6.1", place.LABEL): text(label), ("6.1", place.UNIT): text(unit), ("6.2", place.CODE): None})
    where = cell_of(F, "6.1", place.LABEL)
    assert problems(repaired(sheet, F)) == [("code-and-label", (where,), ("6.1", "6.2"))]
    assert figures(repaired(sheet, F, "code")) == typed(F)
    assert [why for why, _, _ in problems(repaired(sheet, F, "label"))] == ["row-twice"]


def test_rows_pasted_beside_their_codes_are_carried_by_label_when_staff_say_so() -> None:
    columns = [*range(1, place.CODE)]
    layout = Layout(load_form(F))
    swap = {"1.02": "1.06", "1.06": "1.02"}
    lines = lines_of(table(F), layout)
    sheet = changed(F, {(key, column): lines[swap[key]].get(column) for key in swap for column in columns})
    assert [(why, cells) for why, cells, _ in problems(repaired(sheet, F))] == [
        ("code-and-label", (cell_of(F, "1.02", place.LABEL),)),
        ("code-and-label", (cell_of(F, "1.06", place.LABEL),)),
    ]
    assert figures(repaired(sheet, F, "label")) == typed(F)


def test_a_label_that_no_form_has_is_not_taken_for_its_code() -> None:
    """A school wrote another activity over a label it did not need."""
    sheet = changed(F, {("1.12", place.LABEL): text("Lớp bơi")})
    assert problems(repaired(sheet, F)) == [("label-unknown", (cell_of(F, "1.12", place.LABEL),), ("1.12",))]
    assert figures(repaired(sheet, F, "code")) == typed(F)


def test_another_unit_is_another_number() -> None:
    sheet = changed(F, {("10.1", place.UNIT): text("triệu đồng")})
    assert problems(repaired(sheet, F)) == [("unit-differs", (cell_of(F, "10.1", place.LABEL),), ("10.1",))]


@pytest.mark.parametrize("words", ["ĐVT: triệu đồng", "Đơn vị tính: 1.000 đồng", "Số liệu (nghìn người)"])
def test_figures_in_thousands_are_refused(words: str) -> None:
    sheet = replace(table(F), cells={**table(F).cells, (3, 9): text(words)})
    assert problems(repaired(sheet, F)) == [("scaled", ("I3",), ())]


def test_a_place_name_is_no_scale() -> None:
    sheet = replace(table(F), cells={**table(F).cells, (3, 9): text("Xã Triệu Đông, Công ty Tỷ Phú")})
    assert figures(repaired(sheet, F)) == typed(F)


def test_contradictions_without_any_entry_do_no_harm() -> None:
    blank = {("1.12", column): None for column in (place.COUNT, place.PEOPLE, place.NOTE)}
    outcome = repaired(changed(F, {("1.12", place.LABEL): text("Lớp bơi"), **blank}), F)
    assert figures(outcome) == {key: value for key, value in typed(F).items() if key[0] != "1.12"}


@pytest.mark.parametrize("header", ["Số lớp", "Số người"])
def test_two_columns_of_one_kind_are_refused(header: str) -> None:
    sheet = replace(table(F), cells={**table(F).cells, (4, 9): text(header), (10, 9): Cell("number", "5")})
    found = find_table(RawBook((sheet,)), all_rows(F))
    column = "D" if header == "Số lớp" else "E"
    assert found == NoTable("two-columns", (f"{sheet.name}!{column}", f"{sheet.name}!I"))


def test_two_tables_with_entries_are_refused_and_a_blank_one_is_not_in_the_way() -> None:
    other = replace(table(F), name="Bản sao")
    found = find_table(RawBook((table(F), other)), all_rows(F))
    assert found == NoTable("two-tables", ("Số liệu", "Bản sao"))
    blank, _ = open_book(write_form(blank_issue(load_form(F))))
    assert blank is not None
    cells = {at: cell for at, cell in blank.sheets[0].cells.items() if cell.formula is None}
    found = find_table(RawBook((replace(table(F), cells=cells), other)), all_rows(F))
    assert not isinstance(found, NoTable) and found.sheet.name == "Bản sao"


# --- what does not fit is named ------------------------------------------------------------------------------------


def test_a_number_in_an_unknown_row_and_in_a_closed_cell_is_left_behind() -> None:
    layout = Layout(load_form(F))
    lines = list(lines_of(changed(F, {("2", place.PEOPLE): Cell("number", "77")}), layout).values())
    lines.append({place.LABEL: text("Lớp võ"), place.COUNT: Cell("number", "3"), place.PEOPLE: text("45 em")})
    outcome = repaired(laid_out(table(F), layout, lines), F)
    row, two = layout.last_row + 1, layout.row_of["2"]
    assert [(left.why, left.cell, left.text, left.row) for left in outcome.left] == [
        ("no-cell", f"E{two}", "77", "2"),
        ("row-unknown", f"D{row}", "3", None),
        ("row-unknown", f"E{row}", "45 em", None),
    ]
    assert figures(outcome) == typed(F)


def test_a_typed_total_that_is_not_the_sum_is_named() -> None:
    right = sum(value for (key, measure), value in typed(F).items() if key.startswith("1.") and measure == "count")
    assert repaired(changed(F, {("1", place.COUNT): Cell("number", str(right))}), F).left == ()
    (left,) = repaired(changed(F, {("1", place.COUNT): Cell("number", str(right + 2))}), F).left
    assert (left.why, left.cell, left.text) == ("total-differs", cell_of(F, "1", place.COUNT), f"{right + 2} ≠ {right}")


@pytest.mark.parametrize(
    ("cell", "entry"),
    [
        (Cell("text", "02 lớp"), 2),
        (Cell("text", "1.500"), 1_500),
        (Cell("number", "12.0"), 12),
        (Cell("text", "không"), 0),
        (Cell("text", "  "), None),
        (Cell("number", "13119", None, "d/m/yyyy"), "13119 (?)"),
        (Cell("number", "45567", None, "d/m/yyyy"), "45567"),
        (Cell("number", "1.5"), "1.5"),
        (Cell("number", "-3"), "-3"),
        (Cell("error", "#REF!"), "#REF!"),
        (Cell("bool", "1"), "TRUE"),
        (Cell("number", "12", "VLOOKUP(A1,B1:C9,2)"), "=VLOOKUP(A1,B1:C9,2)"),
        (Cell("none", "", "A1"), "=A1"),
        (Cell("text", "khoảng 200"), "khoảng 200"),
    ],
)
def test_certain_entries_become_numbers_and_doubtful_ones_stay_words(cell: Cell, entry: object) -> None:
    outcome = repaired(changed(F, {("1.03", place.COUNT): cell}), F)
    assert figures(outcome).get(("1.03", "count")) == entry


def test_a_format_that_may_show_another_number_is_told() -> None:
    shown_in_thousands = Cell("number", "3500", None, "0.0,")
    outcome = repaired(changed(F, {("10.1", place.COUNT): shown_in_thousands}), F)
    assert figures(outcome)[("10.1", "money")] == 3_500
    (left,) = outcome.left
    assert (left.why, left.cell, left.text) == ("format", cell_of(F, "10.1", place.COUNT), "3500 (0.0,)")


@given(st.text(max_size=20), st.sampled_from(["count", "people", "money"]))
def test_what_is_doubtful_can_never_be_read_as_a_number(words: str, measure: Any) -> None:
    reading = read_text(doubtful(words, measure), measure)
    assert reading.value is None and not reading.blank


# --- other editions and home-made tables ---------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new"), [("tong-hop-2021", "tong-hop-2024"), ("tong-hop-2024", "tong-hop-2021")])
@pytest.mark.parametrize("codes", [True, False])
def test_another_edition_is_carried_row_by_row(old: str, new: str, codes: bool) -> None:
    cells = {at: cell for at, cell in table(old).cells.items() if codes or at[1] != place.CODE}
    outcome = repaired(replace(table(old), cells=cells), new)
    common = {key: value for key, value in typed(old).items() if key in load_form(new).typed}
    assert outcome.problems == ()
    assert figures(outcome) == common
    extra = [left.cell for left in outcome.left]
    if old == "tong-hop-2021":
        assert extra == [cell_of(old, "5.6", column) for column in (place.COUNT, place.PEOPLE, place.NOTE)]
        assert {left.why for left in outcome.left} == {"row-unknown"}
    else:
        assert (extra, outcome.missing) == ([], ("5.6",))


def home_made(header: tuple[str | None, ...], lines: list[tuple[object, ...]], first: str = "B3") -> RawBook:
    """A table typed by somebody on a sheet of their own."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Tuần lễ"
    top, left = (
        openpyxl.utils.cell.coordinate_from_string(first)[1],
        openpyxl.utils.cell.column_index_from_string(first[0]),
    )
    sheet["A1"] = "BÁO CÁO TUẦN LỄ HƯỞNG ỨNG HỌC TẬP SUỐT ĐỜI"
    for row, line in enumerate([header, *lines], start=top):
        for column, value in enumerate(line, start=left):
            sheet.cell(row, column, value)
    out = io.BytesIO()
    book.save(out)
    raw, findings = open_book(out.getvalue())
    assert raw is not None, findings
    return raw


HOME: list[tuple[object, ...]] = [
    (1, "Phổ biến kiến thức khoa học, kiến thức pháp luật cho người lao động", "Lớp/người", 2, 61, None),
    (2, "- Giáo dục kỹ năng sống cho học sinh:", "lớp / người", 12, 350, "cả năm học"),
    (3, "Xoá mù chữ", "lớp/người", None, None, None),
    (4, "Hoạt động văn nghệ", "cuộc/người", "03 cuộc", 400, None),
    (5, "Thi nấu ăn", "cuộc", 1, 30, None),
    (6, "Ngân sách nhà nước", "Đồng", "15 triệu", None, None),
    (7, "Tổ chức hoạt động văn nghệ, thể thao, thăm quan, sinh hoạt chuyên đề", "cuộc", 3, None, None),
]
HOME_FIGURES = {
    ("1.08", "count"): 2, ("1.08", "people"): 61, ("1.07", "count"): 12, ("1.07", "people"): 350,
    ("6.2", "count"): 3, ("6.2", "people"): 400, ("10.1", "money"): 15_000_000, ("6", "count"): 3,
}  # fmt: skip


@pytest.mark.parametrize(
    "header",
    [
        ("STT", "Nội dung", "ĐVT", "Số lớp, số cuộc", "Số người tham gia", "Ghi chú"),
        ("STT", "Nội dung", "ĐVT", "Số lượng", "Số học sinh", "Ghi chú"),
        ("TT", "Hoạt động", None, None, None, None),
    ],
)
def test_a_home_made_table_is_found_by_its_labels(header: tuple[str | None, ...]) -> None:
    found = find_table(home_made(header, HOME), all_rows(F))
    assert not isinstance(found, NoTable)
    outcome = carry_table(found, all_rows(F), None)
    assert outcome.problems == ()
    assert figures(outcome) == HOME_FIGURES
    assert notes(outcome) == {"1.07": "cả năm học"}
    assert [(left.cell, left.text, left.row) for left in outcome.left] == [("E8", "1", None), ("F8", "30", None)]
    move = next(move for move in outcome.moves if move.row == "1.07" and move.measure == "people")
    assert (move.target, move.from_sheet, move.source) == (cell_of(F, "1.07", place.PEOPLE), "Tuần lễ", "F5")


def test_headers_say_which_column_is_which_wherever_they_stand() -> None:
    lines = [(label, people, count, None) for _, label, _, count, people, _ in HOME[:4]]
    found = find_table(home_made(("Nội dung", "Số người", "Số cuộc", None), lines), all_rows(F))
    assert not isinstance(found, NoTable)
    wanted = {key: value for key, value in HOME_FIGURES.items() if key[0] not in ("6", "10.1")}
    assert figures(carry_table(found, all_rows(F), None)) == wanted


def test_a_table_without_headers_or_units_is_refused() -> None:
    lines = [(label, count, people) for _, label, _, count, people, _ in HOME]
    assert find_table(home_made(("A", "B", "C"), lines), all_rows(F)) == NoTable("no-columns", ("Tuần lễ",))


# --- typed into a fresh form ---------------------------------------------------------------------------------------


def test_a_form_with_entries_is_the_issued_one_but_for_them() -> None:
    """Stored totals are right for whoever does not calculate."""
    form = load_form(F)
    layout = Layout(form)
    entries = {layout.cell_of[key]: value for key, value in typed(F).items()}
    entries[layout.cell_of[("1.02", "count")]] = "khoảng 3"
    made = write_form(replace(blank_issue(form), typed={place.DATA_SHEET: entries}))
    sheet = openpyxl.load_workbook(io.BytesIO(made), data_only=True)[place.DATA_SHEET]
    assert {at: sheet.cell(*at).value for at in entries} == entries
    for key, parts in form.computed.items():
        stored = sheet.cell(*layout.cell_of[key]).value
        assert stored == sum(typed(F)[part] for part in parts if part != ("1.02", "count"))
    assert write_form(replace(blank_issue(form), typed={})) == write_form(blank_issue(form))


@pytest.mark.parametrize(
    ("key", "count", "people", "words"),
    [
        ("1.01", None, None, ""),
        ("1.01", 2, 30, ""),
        ("1.01", "hai", 30, "Chỉ ghi bằng chữ số"),
        ("1.01", 2, None, "Còn thiếu số người"),
        ("1.01", None, 30, "Còn thiếu số lớp, số cuộc"),
        ("1.01", 30, 2, "Số người ít hơn số lớp, số cuộc"),
        ("5", 0, None, "Nhỏ hơn tổng các dòng bên dưới"),
        ("10.1", 15, None, "Ghi đủ số đồng, không ghi theo triệu"),
        ("10.1", 15_000, None, "Số tiền rất nhỏ, xin xem lại"),
        ("10.1", 15_000_000, None, ""),
    ],
)
def test_the_stored_words_of_the_live_check(key: str, count: Any, people: Any, words: str) -> None:
    """Each is one of the words of the formula beside it."""
    layout = Layout(load_form(F))
    at = layout.row_of[key]
    entries = {(at, place.COUNT): count, (at, place.PEOPLE): people, layout.cell_of[("5.1", "count")]: 4}
    row = layout.form.by_key[key]
    said = live_words(layout, row, {where: value for where, value in entries.items() if value is not None})
    assert said == words
    assert f'"{said}"' in live_check(layout, row)


def test_nothing_is_typed_into_a_locked_cell() -> None:
    form = load_form(F)
    locked = Layout(form).cell_of[("1", "count")]
    with pytest.raises(LostInWriting, match="no open cell"):
        write_form(replace(blank_issue(form), typed={place.DATA_SHEET: {locked: 5}}))


# --- the command ---------------------------------------------------------------------------------------------------

SAMPLE, SCHOOL = "quan-7-2024", "2746602"
Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.delenv("AGGREGATOR_LANG", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> tuple[int, Any]:
        with pytest.raises(SystemExit) as stop:
            cli([str(word) for word in words], prog_name="aggregator")
        out = capsys.readouterr().out
        return int(stop.value.code or 0), json.loads(out) if "--json" in words else out

    return call


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    issue.init_sample(tmp_path / "dot", SAMPLE)
    return tmp_path / "dot"


GOOD: Mapping[FigureKey, object] = {
    ("1.07", "count"): 12, ("1.07", "people"): 350, ("5", "count"): 2, ("5.4", "count"): 2, ("5.4", "people"): 80,
    ("10.1", "money"): 5_000_000,
}  # fmt: skip


def returned(campaign: Path, change: Callable[[Workbook], object] = lambda _book: None, **details: str) -> Path:
    """The school's own workbook, filled, then changed."""
    loaded = load_campaign(campaign)
    made = filled(issue_for(loaded, loaded.register.by_code[SCHOOL]), GOOD, details)
    book = openpyxl.load_workbook(io.BytesIO(made))
    change(book)
    path = campaign.parent / "gui ve.xlsx"
    book.save(path)
    return path


def swap_and_insert(book: Workbook) -> None:
    sheet = book[place.DATA_SHEET]
    sheet.insert_rows(10)
    sheet["F20"] = "theo kế hoạch"
    book["Hoạt động"]["B4"], book["Hoạt động"]["D4"] = "Ngày hội đọc sách", 2
    book["Thuyết minh"]["B5"] = "Thuận lợi: có."
    book["Minh chứng"]["B4"] = "anh-1.jpg"


def test_the_new_file_is_issued_to_the_unit_and_accepted(run: Run, campaign: Path) -> None:
    original = returned(campaign, swap_and_insert, **{"Người lập biểu": "Nguyễn An", "Điện thoại": "0912 345 678"})
    before = original.read_bytes()
    assert run("-C", campaign, "check", original)[0] == 1
    status, document = run("-C", campaign, "repair", original, "-o", "moi.xlsx", "--json")
    assert (status, document["problems"], document["left"], document["findings"]) == (0, [], [], [])
    assert document["outputs"] == ["../moi.xlsx"] and document["unit"] == SCHOOL
    assert original.read_bytes() == before
    status, checked = run("-C", campaign, "check", "moi.xlsx", "--json")
    assert status == 0 and [line["status"] for line in checked["files"]] == ["accepted"]
    book = openpyxl.load_workbook("moi.xlsx")
    layout = Layout(load_form("tong-hop-2024"))
    for key, value in GOOD.items():
        assert book[place.DATA_SHEET].cell(*layout.cell_of[key]).value == value
    moved = next(line for line in document["carried"] if (line["row"], line["measure"]) == ("1.07", "people"))
    at = layout.row_of["1.07"]
    assert (moved["to"]["cell"], moved["from"]["cell"], moved["moved"]) == (f"E{at}", f"E{at + 1}", True)
    assert [book["Đơn vị"].cell(row, 2).value for row in (7, 8)] == ["Nguyễn An", "0912 345 678"]
    assert [book["Hoạt động"][cell].value for cell in ("B4", "D4")] == ["Ngày hội đọc sách", 2]
    assert book["Thuyết minh"]["B5"].value == "Thuận lợi: có."
    assert book["Minh chứng"]["B4"].value == "anh-1.jpg"
    assert book[place.DATA_SHEET]["F19"].value == "theo kế hoạch"


def test_what_was_moved_is_said_line_by_line(run: Run, campaign: Path) -> None:
    original = returned(campaign, swap_and_insert)
    at = Layout(load_form("tong-hop-2024")).row_of["1.07"]
    status, said = run("-C", campaign, "repair", original, "-o", "moi.xlsx")
    assert status == 0
    assert f"D{at} ← Số liệu!D{at + 1} (dòng 1.07): 12" in said
    status, said = run("-C", campaign, "repair", original, "-o", "again.xlsx", "--lang", "en")
    assert f"E{at} ← Số liệu!E{at + 1} (row 1.07): 350" in said


def test_an_ambiguous_row_writes_nothing(run: Run, campaign: Path) -> None:
    at = Layout(load_form("tong-hop-2024")).row_of["1.07"]

    def change(book: Workbook) -> None:
        sheet = book[place.DATA_SHEET]
        for column in range(1, 9):
            sheet.cell(at + 1, column, sheet.cell(at, column).value)
        sheet.cell(at + 1, place.COUNT, 99)

    status, document = run("-C", campaign, "repair", returned(campaign, change), "-o", "moi.xlsx", "--json")
    assert (status, document["outputs"], document["carried"]) == (1, [], [])
    (problem,) = document["problems"]
    assert (problem["why"], problem["rows"], problem["cells"]) == ("row-twice", ["1.07"], [f"B{at}", f"B{at + 1}"])
    assert not Path("moi.xlsx").exists()
    status, said = run("-C", campaign, "repair", returned(campaign, change), "-o", "moi.xlsx")
    assert status == 1 and f"Số liệu!B{at}, Số liệu!B{at + 1}" in " ".join(said.split())


def test_a_doubtful_entry_is_carried_as_words_and_asked_about_again(run: Run, campaign: Path) -> None:
    at = Layout(load_form("tong-hop-2024")).row_of["1.07"]

    def change(book: Workbook) -> None:
        swap_and_insert(book)
        book[place.DATA_SHEET].cell(at + 1, place.COUNT, "12 hoặc 13")

    status, document = run("-C", campaign, "repair", returned(campaign, change), "-o", "moi.xlsx", "--json")
    assert status == 1 and document["outputs"]
    (finding,) = document["findings"]
    assert (finding["file"], finding["cell"], finding["row"]) == ("../moi.xlsx", f"D{at}", "1.07")
    assert openpyxl.load_workbook("moi.xlsx")[place.DATA_SHEET].cell(at, 4).value == "12 hoặc 13"


HALF = write_form(blank_issue(load_form(F)))[:9_000]


def save_home_made(path: Path) -> Path:
    book = Workbook()
    for line in [("STT", "Nội dung", "ĐVT", "Số lớp, số cuộc", "Số người", "Ghi chú"), *HOME]:
        book.active.append(line)
    book.save(path)
    return path


def test_a_home_made_table_needs_its_unit(run: Run, campaign: Path, tmp_path: Path) -> None:
    source = save_home_made(tmp_path / "tu lap.xlsx")
    status, document = run("-C", campaign, "repair", source, "-o", "moi.xlsx", "--json")
    assert (status, [problem["why"] for problem in document["problems"]]) == (1, ["no-unit"])
    status, document = run("-C", campaign, "repair", source, "-o", "moi.xlsx", "--unit", SCHOOL, "--json")
    assert status == 1  # row "Thi nấu ăn" stays behind
    assert [left["why"] for left in document["left"]] == ["row-unknown", "row-unknown"]
    assert {line["severity"] for line in document["findings"]} <= {"info", "warning"}
    status, checked = run("-C", campaign, "check", "moi.xlsx", "--json")
    assert [(line["status"], line["unit"]) for line in checked["files"]] == [("accepted", SCHOOL)]
    assert run("-C", campaign, "repair", source, "-o", "x.xlsx", "--unit", "99999")[0] == 2
    assert run("-C", campaign, "repair", source, "-o", "x.xlsx", "--form", F, "--unit", SCHOOL)[0] == 2


def test_without_a_campaign_a_blank_form_gets_the_code_typed(run: Run, tmp_path: Path) -> None:
    source = save_home_made(tmp_path / "tu lap.xlsx")
    status, document = run("repair", source, "-o", "moi.xlsx", "--json")
    assert (status, [problem["why"] for problem in document["problems"]]) == (1, ["two-forms"])
    status, document = run("repair", source, "-o", "moi.xlsx", "--form", F, "--unit", "0012", "--json")
    assert document["outputs"] == ["moi.xlsx"]
    assert openpyxl.load_workbook("moi.xlsx")["Đơn vị"]["B3"].value == "0012"
    status, checked = run("check", "moi.xlsx", "--json")
    assert [(line["status"], line["unit"]) for line in checked["files"]] == [("accepted", "0012")]


def test_staff_say_whose_it_is_and_hear_what_the_file_says(run: Run, campaign: Path) -> None:
    original = returned(campaign, swap_and_insert)
    status, document = run("-C", campaign, "repair", original, "-o", "moi.xlsx", "--unit", "2746601", "--json")
    assert (status, document["unit"]) == (0, "2746601")
    assert [(left["why"], left["found"]) for left in document["left"]] == [("other-unit", SCHOOL)]
    assert openpyxl.load_workbook("moi.xlsx")["Đơn vị"]["B3"].value == "2746601"


def test_nothing_is_overwritten_least_of_all_the_original(run: Run, campaign: Path) -> None:
    original = returned(campaign, swap_and_insert)
    before = original.read_bytes()
    assert run("-C", campaign, "repair", original, "-o", original)[0] == 2
    assert run("-C", campaign, "repair", original, "-o", original, "--force")[0] == 2
    Path("moi.xlsx").write_bytes(b"mine")
    assert run("-C", campaign, "repair", original, "-o", "moi.xlsx")[0] == 3
    assert Path("moi.xlsx").read_bytes() == b"mine"
    assert run("-C", campaign, "repair", original, "-o", "moi.xlsx", "--force")[0] == 0
    assert original.read_bytes() == before
    assert run("-C", campaign, "repair", "khong co.xlsx", "-o", "neu.xlsx")[0] == 3


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "file-empty"), (HALF, "file-damaged"), (b"text", "file-not-a-workbook")]
)
def test_a_file_that_cannot_be_read_is_said_and_nothing_written(
    run: Run, tmp_path: Path, data: bytes, code: str
) -> None:
    (tmp_path / "hong.xlsx").write_bytes(data)
    status, document = run("repair", "hong.xlsx", "-o", "moi.xlsx", "--form", F, "--json")
    assert (status, [finding["code"] for finding in document["findings"]]) == (1, [code])
    assert (document["findings"][0]["file"], document["outputs"]) == ("hong.xlsx", [])
    assert not Path("moi.xlsx").exists()


def test_a_broken_seal_leaves_open_whose_figures_they_are(run: Run, campaign: Path) -> None:
    def change(book: Workbook) -> None:
        for sheet in book:
            for line in sheet.iter_rows():
                for cell in line:
                    if str(cell.value).startswith("HTSD:"):
                        cell.value = str(cell.value)[:-1] + ("0" if str(cell.value)[-1] != "0" else "1")

    original = returned(campaign, change)
    status, document = run("-C", campaign, "repair", original, "-o", "moi.xlsx", "--json")
    assert (status, [finding["code"] for finding in document["findings"]]) == (1, ["seal-broken"])
    assert run("-C", campaign, "repair", original, "-o", "moi.xlsx", "--unit", SCHOOL)[0] == 0


def test_a_file_that_kills_its_reader_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mend, "_find", lambda _task: os.kill(os.getpid(), signal.SIGKILL))
    (tmp_path / "a.xlsx").write_bytes(b"x")
    done = mend.repair(mend.RepairRequest(tmp_path / "a.xlsx", tmp_path / "b.xlsx", tmp_path))
    assert [(finding.code, finding.found) for finding in done.findings] == [("file-hostile", "died")]
    assert done.failed and not (tmp_path / "b.xlsx").exists()


def test_a_consolidated_workbook_is_no_form(run: Run, campaign: Path) -> None:
    returned(campaign).rename(campaign / "nhan_ve" / "a.xlsx")
    assert run("-C", campaign, "aggregate", "-o", "tong.xlsx")[0] == 0
    status, document = run("-C", campaign, "repair", "tong.xlsx", "-o", "moi.xlsx", "--json")
    assert (status, [problem["why"] for problem in document["problems"]]) == (1, ["consolidated"])
