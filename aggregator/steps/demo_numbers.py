"""Believable numbers for `demo`: what a school, a learning centre or an office might have done in the week.

Seeded by the unit's code, so that a unit's numbers do not depend on the order of work. Pairs agree, sub-totals are at
least their parts, money is whole đồng; some rows stay blank, some are zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from aggregator.forms import FigureKey, Form
from aggregator.register import Unit
from aggregator.steps.demo_province import SEED

STEP = 500_000
"""Money comes in multiples of this, in đồng."""
ZERO, MORE = 0.25, 0.06
"""How often nothing is written as 0 instead of blank; how often a sub-total has an event without a row of its own."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Habit:
    """A row, how often it is filled, how many (money: in steps), and how many people come to each."""

    row: str
    often: float
    number: Span
    people: Span = (0, 0)


SCHOOL = (
    Habit("1.01", 0.5, (1, 3), (8, 25)),
    Habit("1.02", 0.2, (1, 1), (10, 25)),
    Habit("1.03", 0.3, (1, 2), (10, 25)),
    Habit("1.07", 0.8, (3, 18), (25, 40)),
    Habit("1.09", 0.6, (1, 4), (12, 30)),
    Habit("1.11", 0.15, (1, 2), (15, 30)),
    Habit("1.13", 0.2, (1, 2), (20, 40)),
    Habit("2", 0.8, (1, 8)),
    Habit("3", 0.8, (2, 40)),
    Habit("4.2", 0.7, (20, 600)),
    Habit("5.1", 0.4, (1, 1)),
    Habit("5.2", 0.6, (1, 3)),
    Habit("5.3", 0.3, (1, 2), (40, 150)),
    Habit("5.4", 0.6, (1, 4), (30, 120)),
    Habit("5.5", 0.5, (1, 3), (30, 200)),
    Habit("6.1", 0.5, (1, 4), (30, 150)),
    Habit("6.2", 0.5, (1, 3), (50, 300)),
    Habit("6.3", 0.3, (1, 2), (30, 90)),
    Habit("7.2", 0.85, (1, 1)),
    Habit("8", 0.4, (1, 2)),
    Habit("9.1", 0.3, (1, 5)),
    Habit("9.2", 0.4, (2, 30)),
    Habit("10.1", 0.7, (2, 40)),
    Habit("10.2", 0.5, (1, 20)),
)
CENTRE = (
    Habit("1.04", 0.5, (1, 2), (15, 40)),
    Habit("1.05", 0.6, (1, 3), (20, 35)),
    Habit("1.06", 0.3, (1, 1), (10, 25)),
    Habit("1.08", 0.9, (1, 5), (30, 90)),
    Habit("1.10", 0.5, (1, 1), (10, 25)),
    Habit("1.12", 0.5, (1, 2), (8, 20)),
    Habit("1.13", 0.4, (1, 2), (20, 40)),
    Habit("2", 0.6, (1, 5)),
    Habit("3", 0.8, (2, 30)),
    Habit("4.2", 0.5, (20, 200)),
    Habit("5.5", 0.8, (1, 4), (30, 120)),
    Habit("6.1", 0.5, (1, 2), (30, 100)),
    Habit("6.2", 0.6, (1, 2), (50, 200)),
    Habit("7.2", 0.8, (1, 1)),
    Habit("8", 0.4, (1, 2)),
    Habit("9.2", 0.3, (1, 10)),
    Habit("10.1", 0.6, (2, 20)),
    Habit("10.2", 0.5, (1, 10)),
)
OFFICE = (
    Habit("1.01", 0.8, (1, 3), (20, 60)),
    Habit("1.03", 0.5, (1, 2), (15, 40)),
    Habit("1.08", 0.7, (1, 6), (40, 120)),
    Habit("1.10", 0.6, (1, 2), (15, 50)),
    Habit("2", 0.9, (3, 30)),
    Habit("3", 0.9, (10, 200)),
    Habit("4.2", 0.6, (100, 1500)),
    Habit("5.1", 0.5, (1, 1)),
    Habit("5.2", 0.5, (1, 2)),
    Habit("5.3", 0.5, (1, 2), (80, 300)),
    Habit("5.5", 0.8, (1, 5), (40, 200)),
    Habit("6.1", 0.6, (1, 3), (50, 200)),
    Habit("6.2", 0.8, (1, 2), (100, 400)),
    Habit("7.1", 0.9, (1, 1)),
    Habit("8", 0.5, (1, 3)),
    Habit("9.1", 0.7, (2, 15)),
    Habit("9.2", 0.7, (5, 60)),
    Habit("10.1", 0.9, (10, 200)),
    Habit("10.2", 0.6, (4, 80)),
)

DONORS = Habit("4.1", 1.0, (1, 12), (3, 15))
"""Whoever counts books names who gave them."""

NOTES: Mapping[str, tuple[str, ...]] = {
    "1.13": ("Lớp sơ cấp cứu, phòng chống đuối nước", "Lớp làm đồ dùng từ vật liệu tái chế", "Lớp trồng rau sạch"),
    "4.2": ("Sách tặng tủ sách lớp học", "Chủ yếu là truyện tranh và sách tham khảo", "Tặng thư viện xã"),
    "5.5": ("Chủ đề: đọc sách cùng con", "Chủ đề: tự học trên môi trường số", "Tổ chức tại sân trường"),
    "6.2": ("Có tiểu phẩm về khuyến học", "Hát dân ca, kể chuyện theo sách"),
    "11": ("Trồng 20 cây xanh quanh thư viện", "Mở cửa thư viện đến 20 giờ trong Tuần lễ", "Ngày hội đổi sách cũ"),
}


def dice(unit: Unit) -> Random:
    """The chance of one unit."""
    return Random(f"{SEED} {unit.code}")


def habits(unit: Unit) -> tuple[Habit, ...]:
    if unit.level != "school" or unit.kind == "department":
        return OFFICE
    return CENTRE if unit.kind == "learning-centre" else SCHOOL


def invent_figures(form: Form, unit: Unit, chance: Random) -> dict[FigureKey, int]:
    """What the unit types; a figure that is not there stays blank."""
    figures: dict[FigureKey, int] = {}
    for habit in habits(unit):
        if form.by_key[habit.row].fillable_at(unit.level):
            figures |= _row(form, habit, chance)
    if figures.get(("4.2", "count")):
        figures |= _row(form, DONORS, chance)
    return figures | _subtotals(form, figures, chance)


def _row(form: Form, habit: Habit, chance: Random) -> dict[FigureKey, int]:
    fill = form.by_key[habit.row].fill
    if chance.random() >= habit.often:
        return {(habit.row, measure): 0 for measure in fill} if chance.random() < ZERO else {}
    number = chance.randint(*habit.number)
    if fill == ("money",):
        return {(habit.row, "money"): number * STEP}
    people = sum(chance.randint(*habit.people) for _ in range(number)) if "count" in fill else number
    values = {"count": number, "people": people}
    return {(habit.row, measure): values[measure] for measure in fill}


def _subtotals(form: Form, figures: Mapping[FigureKey, int], chance: Random) -> dict[FigureKey, int]:
    """Typed sub-totals: the sum of their parts, now and then one more; blank where all parts are."""
    totals: dict[FigureKey, int] = {}
    for row in form.rows:
        if row.total and not row.computed:
            measure = row.total.measure
            parts = [figures[(part, measure)] for part in row.total.parts if (part, measure) in figures]
            if parts:
                totals[(row.key, measure)] = sum(parts) + (chance.random() < MORE)
    return totals


def invent_notes(figures: Mapping[FigureKey, int], chance: Random) -> dict[str, str]:
    """Words for the note column of some rows that have numbers, and now and then for the open row."""
    filled = {key for (key, _), value in figures.items() if value} | {"11"}
    return {key: chance.choice(words) for key, words in NOTES.items() if key in filled and chance.random() < 0.3}
