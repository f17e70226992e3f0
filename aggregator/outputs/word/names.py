"""How an office is called on its paper: the letterhead, the symbol of its reports, the place in the date line.

From the name and level in the register. Where the name does not tell, a gap is left for the clerk rather than a guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.outputs.word.lines import Runs, gap, safe, words
from aggregator.register import Register, Unit
from aggregator.text import clean

COUNCIL = "Ủy ban nhân dân"
AREAS = ("Thành phố", "Thị xã", "Thị trấn", "Đặc khu", "Tỉnh", "Quận", "Huyện", "Phường", "Xã")
"""Longer words first: what the name of an administrative unit begins with."""
NAMED_AFTER = ("hai bà trưng", "hồ chí minh", "điện biên phủ", "trần hưng đạo", "lê lợi", "quang trung", "nguyễn huệ")
"""People and events: behind them, and before a number, the word for the area keeps its capital and is never left out
(Decree 30/2020, annex II)."""


@dataclass(frozen=True, slots=True)
class Office:
    """`parent` is the smaller line above `head`; `name` and `area` stand in sentences."""

    parent: str
    head: tuple[Runs, ...]
    symbol: Runs
    place: Runs
    name: Runs
    area: Runs


def office_of(unit: Unit, register: Register) -> Office:
    """Everything that is known of a unit's paper."""
    above = register.ancestors(unit.code)
    name = bare_name(unit)
    place = _place((unit, *above))
    if _area(name):
        council = words(f"{COUNCIL} {in_sentence(name)}")
        head = (words(COUNCIL.upper()), words(name.upper()))
        return Office("", head, words("BC-UBND"), place, council, words(in_sentence(name)))
    areas = [bare_name(one) for one in above if _area(bare_name(one))]
    parent = f"UBND {areas[0]}".upper() if areas else ""
    area = words(in_sentence(areas[0])) if areas else gap("địa bàn")
    symbol = (*words("BC-"), *gap("viết tắt tên cơ quan"))
    if not name or unit.level == "nation":
        return Office(parent, (gap("TÊN CƠ QUAN BÁO CÁO"),), symbol, place, gap("Tên cơ quan báo cáo"), area)
    return Office(parent, (words(name.upper()),), symbol, place, words(name), area)


def bare_name(unit: Unit) -> str:
    """The name without "UBND" in front: `UBND xã Phú` → `xã Phú`."""
    return re.sub(r"^(?:UBND|Ủy ban nhân dân|Uỷ ban nhân dân)\s+", "", clean(safe(unit.name)), flags=re.IGNORECASE)


def _area(name: str) -> str:
    """The word for the kind of administrative unit that a name begins with, or nothing."""
    key = clean(name).casefold()
    return next((word for word in AREAS if key.startswith(word.casefold() + " ")), "")


def _proper(name: str) -> bool:
    """Whether the word for the area belongs to the name: `Quận 7`, `Quận Hai Bà Trưng`."""
    rest = clean(name)[len(_area(name)) :].strip()
    return rest[:1].isdigit() or rest.casefold().startswith(NAMED_AFTER)


def in_sentence(name: str) -> str:
    """`Tỉnh Đồng Nai` → `tỉnh Đồng Nai`; `Quận 7` stays."""
    return name if not _area(name) or _proper(name) else name[:1].lower() + name[1:]


def _place(units: Sequence[Unit]) -> Runs:
    """`Quận 7`, `Đồng Nai`: the nearest administrative unit."""
    name = next((name for name in map(bare_name, units) if _area(name)), "")
    if not name:
        return gap("địa danh")
    return words(name if _proper(name) else name[len(_area(name)) :].strip())
