"""Every entry of the shared table typed into a real cell of an issued form, saved by openpyxl, and read as a file.

`tests/test_numbers.py` asks the function; here the same answers must come through the workbook: several entries stand
in one file, each in a cell of its measure.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell as TheirCell

from aggregator.examine import examine_bytes, make_subject
from aggregator.forms import FigureKey, load_form
from aggregator.identity import identify
from aggregator.layout import DATA_SHEET, Layout
from aggregator.numbers import Measure
from aggregator.reading.book import a1
from aggregator.reading.strict import open_book
from aggregator.report import Figure
from aggregator.steps.survey import expectation
from aggregator.template import blank_issue, write_form
from tests.bad_files_craft import unpacked
from tests.hostile import SHEET, pack
from tests.test_numbers import REFUSALS, _shared_cases

FORM = load_form("tong-hop-2024")
EXPECTED = expectation(None)
Entry = tuple[str, Measure, str]


def _cells(measure: Measure) -> list[FigureKey]:
    """Cells of one measure whose rows agree with any counting word: classes and people first."""
    return [key for key in FORM.typed if key[1] == measure]


def _batches() -> Iterator[dict[FigureKey, Entry]]:
    """The table dealt out to files: as many entries of a measure as the form has cells for it."""
    waiting: dict[Measure, list[Entry]] = {"count": [], "people": [], "money": []}
    for entry in _shared_cases():
        waiting[entry[1]].append(entry)
    while any(waiting.values()):
        batch: dict[FigureKey, Entry] = {}
        for measure, entries in waiting.items():
            room = _cells(measure)
            batch.update(zip(room, entries[: len(room)], strict=False))
            del entries[: len(room)]
        yield batch


def _type(cell: TheirCell, entry: str) -> None:
    """As a person's entry ends up in the file: `num:` and the like natively, everything else as text."""
    kind, _, text = entry.partition(":")
    if kind == "num":
        cell.value = float(text) if "." in text else int(text)
    elif kind == "date":
        cell.value = datetime.date.fromisoformat(text)
    elif kind == "time":
        cell.value = datetime.time.fromisoformat(text)
    elif kind == "err":
        cell.value, cell.data_type = text, "e"
    elif kind == "bool":
        cell.value = text.upper() == "TRUE"
    elif kind == "formula":
        cell.value = text.split(" ")[0]
    else:
        cell.value = entry
        cell.data_type = "s"


def _file(batch: dict[FigureKey, Entry]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(write_form(blank_issue(FORM))))
    sheet, layout = book[DATA_SHEET], Layout(FORM)
    book["Đơn vị"]["B3"] = "0990101"
    for key, (entry, _, _) in batch.items():
        _type(sheet[a1(*layout.cell_of[key])], entry)
    stream = io.BytesIO()
    book.save(stream)
    return _with_results(stream.getvalue(), batch)


def _with_results(data: bytes, batch: dict[FigureKey, Entry]) -> bytes:
    """openpyxl stores no result with a formula, and whole numbers without a point; Excel does both."""
    parts, layout = unpacked(data), Layout(FORM)
    text = parts[SHEET].decode()
    for key, (entry, _, _) in batch.items():
        address = a1(*layout.cell_of[key])
        cached = re.search(r"\(cached (\d+)\)", entry)
        if cached:
            text = re.sub(rf'(<c r="{address}".*?</f>)<v ?/?>(?:</v>)?', rf"\g<1><v>{cached[1]}</v>", text, count=1)
        if entry.startswith("num:"):
            text = re.sub(rf'(<c r="{address}"[^>]*>)<v>[^<]*</v>', rf"\g<1><v>{entry[4:]}</v>", text, count=1)
    return pack({**parts, SHEET: text.encode()}, method=0)


def _read() -> list[tuple[Entry, Figure, str | None]]:
    """Every entry with the figure that came of it, and the code of the finding at its cell."""
    found = []
    for batch in _batches():
        data = _file(batch)
        book = open_book(data)[0]
        assert book
        figures = make_subject(book, identify(book, EXPECTED)[0]).report.figures
        said = {
            f.cell: f.code
            for f in examine_bytes(data, "a.xlsx", EXPECTED).findings
            if f.code in {*REFUSALS, "value-interpreted"}
        }
        found += [(entry, figures[key], said.get(figures[key].cell)) for key, entry in batch.items()]
    return found


def test_a_cell_says_what_the_table_says() -> None:
    found = _read()
    assert sorted(entry for entry, _, _ in found) == sorted(_shared_cases())
    wrong = [
        (entry, figure.text, figure.reading, code) for entry, figure, code in found if not _fits(entry, figure, code)
    ]
    assert wrong == []


def _fits(entry: Entry, figure: Figure, code: str | None) -> bool:
    """The value or the question of the table; and what refuses is said at the cell."""
    text, _, expected = entry
    reading = figure.reading
    if expected == "ambiguous":
        asked = "value-date" if text.startswith("date:") else "value-ambiguous"
        return reading.value is None and reading.code == code == asked
    if expected == "invalid":
        return reading.value is None and reading.code == code and code in REFUSALS - {"value-ambiguous"}
    return (0 if reading.blank else reading.value) == int(expected) and code == reading.code


def test_a_file_with_one_plain_entry_is_added() -> None:
    key = _cells("count")[0]
    (leaf,) = examine_bytes(_file({key: ("num:12.0", "count", "12")}), "a.xlsx", EXPECTED).leaves
    assert leaf.figures[key] == 12
    assert Path(leaf.file).name == "a.xlsx"
