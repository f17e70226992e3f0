"""Adds up what was typed into filled form workbooks, with openpyxl alone: a second opinion that shares no code.

`python tests/oracle.py FILES` prints {row code: {count, people, money}} as JSON.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from openpyxl import load_workbook

SHEET = "Số liệu"
PART = re.compile(r"M01\.\d\d")  # M01.01 … M01.13 make up M01 (count) and M01.T (people)
COMPUTED = {"M01", "M01.T"}
Amount = tuple[str, str, int]


def whole(value: object, where: str) -> int:
    """A typed cell as an integer: blank is 0, '12' and 12.0 are 12; everything else is not for this oracle."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return 0
    if isinstance(value, str) and re.fullmatch(r"\s*\d+\s*", value):
        return int(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value):
        return int(value)
    raise ValueError(f"{where}: {value!r} is not a whole number")


def typed(path: Path) -> Iterator[Amount]:
    """Every (row code, measure, amount) of one workbook."""
    for cells in load_workbook(path)[SHEET].iter_rows(max_col=8):
        unit, count, people, code = (cells[column].value for column in (2, 3, 4, 7))
        if not isinstance(code, str) or not re.fullmatch(r"[MB]\d[\w.]*", code) or code in COMPUTED:
            continue
        where = f"{path.name} {code}"
        if unit == "đồng":
            yield code, "money", whole(count, where)
        else:
            yield code, "count", whole(count, where)
            yield code, "people", whole(people, where)


def add_up(paths: Iterable[Path]) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    for code, measure, amount in (line for path in paths for line in typed(Path(path))):
        names = {code: measure} | ({"M01": "count", "M01.T": "people"} if PART.fullmatch(code) else {})
        for name, only in names.items():
            row = totals.setdefault(name, {"count": 0, "people": 0, "money": 0})
            row[measure] += amount if only == measure else 0
    return totals


if __name__ == "__main__":
    print(json.dumps(add_up(map(Path, sys.argv[1:])), ensure_ascii=False, indent=1))
