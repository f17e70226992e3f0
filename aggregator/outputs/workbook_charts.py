"""What `Biểu đồ` answers: which questions, from which cells, in which order. Drawn by `workbook_chart_page`.

Pure. A panel is a small table and a chart of it. Numbers of the form are sums of cells of `Tổng hợp` and `Theo đơn
vị`, so that they follow every recalculation; only who has reported is counted here. At most `MOST` lines a panel, the
largest first: more cannot be read in a chart, and all of them stand on the sheets themselves.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aggregator.consolidation import Branch, Consolidation
from aggregator.forms import FigureKey, Form, Measure
from aggregator.layout import Layout
from aggregator.outputs.workbook_layout import BRANCH_SHEET, FIRST_LINE, OWN_ACTIVITY, SUMMARY_SHEET, Sum, Table
from aggregator.reading.book import Address, a1

MOST = 15
LABEL_LENGTH = 58
CLASS_WORD = "lớp"
LABEL_ENDS = " :.-+"
OPENING = 16
"""A label shorter than this says little without the heading above it ("Cá nhân")."""

NO_REGISTER = "Không có danh sách đơn vị nên chưa biết còn thiếu đơn vị nào."
NO_NUMBERS = "Chưa có số liệu."


@dataclass(frozen=True, slots=True)
class Panel:
    """A question, the table that answers it, how the chart is read out; `empty` stands where there are no lines."""

    question: str
    headers: tuple[str, ...]
    lines: tuple[tuple[str, *tuple[int | Sum, ...]], ...]
    alt: str
    empty: str = NO_NUMBERS
    money: bool = False


def panels(result: Consolidation, branches: Table) -> Iterator[Panel]:
    """Completeness, people, classes, money; a question for which the form has no row is left out."""
    form = result.form
    yield completeness(result)
    people = [key for key in form.typed if key[1] == "people"]
    if people:
        yield _of_rows(result, people, "Hoạt động nào có đông người tham gia nhất?", ("Hoạt động", "Số người"))
    classes = class_figures(form)
    if classes:
        yield _of_branches(result, branches, classes, "Đơn vị nào mở nhiều lớp nhất?", "Số lớp")
    money = [key for key in form.typed if key[1] == "money"]
    if len(money) > 1:
        yield _of_rows(result, money, "Kinh phí đến từ nguồn nào?", ("Nguồn", "Số tiền (đồng)"))
    elif money:
        (key,) = money
        label = form.by_key[key[0]].label.strip(LABEL_ENDS)
        yield _of_branches(result, branches, money, f"{label}: đơn vị nào nhiều nhất?", "Số tiền (đồng)")


# --- who has reported ----------------------------------------------------------------------------------------------


def completeness(result: Consolidation) -> Panel:
    """Per direct child how many units are in and how many are not, those that lack most first."""
    expected = _by_branch(result, result.coverage.expected or ())
    accepted = _by_branch(result, set(result.coverage.accepted) & set(result.coverage.expected or ()))
    order = sorted(expected, key=lambda code: (accepted[code] - expected[code], result.register.position[code]))
    lines = tuple((_unit_name(result, code), accepted[code], expected[code] - accepted[code]) for code in order[:MOST])
    title = _titled("Đơn vị nào còn thiếu báo cáo?", len(lines), len(order), "thiếu nhiều nhất")
    told = "; ".join(f"{name}: đã nhận {done}, chưa có {missing}" for name, done, missing in lines)
    empty = NO_REGISTER if result.coverage.expected is None else NO_NUMBERS
    return Panel(title, ("Đơn vị", "Đã nhận", "Chưa có"), lines, f"{title} {told}", empty)


def _by_branch(result: Consolidation, codes: Iterable[str]) -> Counter[str]:
    return Counter(result.register.branch(code, result.at.code) or code for code in codes)


def _unit_name(result: Consolidation, code: str) -> str:
    name = result.register.by_code[code].name
    return _short(OWN_ACTIVITY.format(name=name) if code == result.at.code else name)


# --- numbers of the form -------------------------------------------------------------------------------------------


def _of_rows(result: Consolidation, figures: Sequence[FigureKey], question: str, headers: tuple[str, str]) -> Panel:
    """Totals of rows, each the one cell of `Tổng hợp`."""
    cells = Layout(result.form).cell_of
    labels = row_labels(result.form)
    found = {
        key: (_short(labels[key[0]]), Sum(f"SUM('{SUMMARY_SHEET}'!{a1(*cells[key])})", result.totals[key]))
        for key in figures
    }
    return _largest(found.values(), question, headers, figures[0][1])


def _of_branches(
    result: Consolidation, branches: Table, figures: Sequence[FigureKey], question: str, header: str
) -> Panel:
    """What each branch has of the figures, together, from its line on `Theo đơn vị`."""
    column_of = {key: column for column, key in branches.figures.items()}
    columns = [column_of[key] for key in figures]
    found = [
        (_branch_name(branch), _line_sum(branch, figures, row, columns))
        for row, branch in enumerate(result.branches, start=FIRST_LINE)
    ]
    return _largest(found, question, ("Đơn vị", header), figures[0][1])


def _branch_name(branch: Branch) -> str:
    return _short(OWN_ACTIVITY.format(name=branch.unit.name) if branch.own else branch.unit.name)


def _line_sum(branch: Branch, figures: Sequence[FigureKey], row: int, columns: Sequence[int]) -> Sum:
    cells = ",".join(f"'{BRANCH_SHEET}'!{a1(row, column)}" for column in columns)
    return Sum(f"SUM({cells})", sum(branch.totals[key] for key in figures))


def _largest(found: Iterable[tuple[str, Sum]], question: str, headers: tuple[str, str], measure: Measure) -> Panel:
    """The largest first; what is zero is no part of a picture."""
    lines = sorted((line for line in found if line[1].value), key=lambda line: -line[1].value)
    shown = tuple(lines[:MOST])
    title = _titled(question, len(shown), len(lines), "lớn nhất")
    told = "; ".join(f"{name}: {number.value}" for name, number in shown)
    return Panel(title, headers, shown, f"{title} {told}", money=measure == "money")


def _titled(question: str, shown: int, all_of_them: int, which: str) -> str:
    return question if shown == all_of_them else f"{question} ({shown} dòng {which} trong {all_of_them})"


def _short(text: str) -> str:
    return textwrap.shorten(text, LABEL_LENGTH, placeholder=" …")


def class_figures(form: Form) -> tuple[FigureKey, ...]:
    """The figures that count classes, none twice: a total of classes stands for its parts."""
    counted = [
        key for key in form.figures if key[1] == "count" and form.by_key[key[0]].words.get("count") == CLASS_WORD
    ]
    covered = {part for key in counted for part in form.computed.get(key, ())}
    return tuple(key for key in counted if key not in covered)


def row_labels(form: Form) -> dict[str, str]:
    """What to call each row where it stands alone: with its heading if it says little, as the row above it if it only
    says that people are counted ("Số lượt người tham gia:")."""
    labels: dict[str, str] = {}
    heading = above = ""
    for row in form.rows:
        label = row.label.strip(LABEL_ENDS)
        if row.kind == "heading":
            heading = label
        elif not row.stt and row.words.get("people", "\0") in label.casefold():
            label = above
        elif len(label) < OPENING and heading:
            label = f"{heading}: {label}"
        labels[row.key] = above = label
    return labels


# --- where it stands -----------------------------------------------------------------------------------------------

TOP, HEIGHT = 4, 23
"""Row of the first question, and rows from one to the next."""


def panel_cells(number: int, panel: Panel) -> Mapping[Address, str | int | Sum]:
    """Every cell of a panel, the `number`-th counted from 0: the question, the headers, the lines."""
    top = TOP + number * HEIGHT
    cells: dict[Address, str | int | Sum] = {(top, 1): panel.question}
    for column, header in enumerate(panel.headers, start=1):
        cells[top + 1, column] = header
    if not panel.lines:
        cells[top + 2, 1] = panel.empty
    for row, line in enumerate(panel.lines, start=top + 2):
        cells.update({(row, column): value for column, value in enumerate(line, start=1)})
    return cells
