"""A folder with 20 good forms and one file for every case of the page: each has exactly its line, the good ones count.

The cases that take seconds to make run in `tests/proof/test_bad_files_full.py`, where memory and time are bounded too.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from tests.bad_files import (
    ADDS,
    CASES,
    GOOD,
    Laid,
    Line,
    Run,
    added_by_unit,
    aggregate,
    expected,
    lay_out,
    lines,
    names_of_facts,
    select,
)
from tests.hostile import MAIN

FACTS = Path(__file__).parent / "data" / "bad_files.md"


@dataclass(frozen=True)
class Outcome:
    """One run over the folder, with everything that is asked of it afterwards."""

    laid: list[Laid]
    run: Run
    added: dict[str, int]
    workbook: Path


def run_all(scratch: Path, heavy: bool) -> Outcome:
    folder = scratch / "dot"
    laid = lay_out(folder, select(heavy))
    run = aggregate(folder)
    workbook = folder / run.document["outputs"][0]
    return Outcome(laid, run, added_by_unit(workbook), workbook)


def check_lines(outcome: Outcome) -> None:
    """Every bad file has exactly its line: a file that starts to pass is a failure too."""
    found = lines(outcome.laid, outcome.run.document, outcome.added)
    wanted = {name: line for name, line in expected().items() if name in found}
    assert {name: line for name, line in found.items() if line != wanted.get(name)} == {}
    assert outcome.run.exit_code == 1


def check_total(outcome: Outcome) -> None:
    """What was added is what the good files and the accepted ones say, and nothing else."""
    wanted = [int(line.adds) for line in _lines_of(outcome) if line.adds]
    assert outcome.run.document["totals"]["1"]["count"] == GOOD * ADDS + sum(wanted)
    assert {one.unit: outcome.added.get(one.unit) for one in outcome.laid if one.case is None} == {
        one.unit: ADDS for one in outcome.laid if one.case is None
    }
    assert sum(outcome.added.values()) == GOOD * ADDS + sum(wanted)


def _lines_of(outcome: Outcome) -> Iterator[Line]:
    told = expected()
    return (told[one.case.name] for one in outcome.laid if one.case)


def check_unicode(outcome: Outcome) -> None:
    """Names that are not UTF-8 and halves of characters are escaped before they reach the result."""
    json.dumps(outcome.run.document, ensure_ascii=False).encode("utf-8")


def check_units(outcome: Outcome) -> None:
    units = {one.path: one.unit for one in outcome.laid if one.case}
    said = [finding for finding in outcome.run.document["findings"] if finding["file"] in units]
    ignored = {file["path"] for file in outcome.run.document["files"] if file["status"] == "ignored"}
    wrong = {(f["file"], f["unit"]) for f in said if f["file"] not in ignored and f["unit"] != units[f["file"]]}
    assert wrong == set()


def check_printed(outcome: Outcome) -> None:
    assert "Traceback" not in outcome.run.errors
    printed = str(outcome.run.document["files"]) + str(outcome.run.document["findings"])
    names = [file["path"] for file in outcome.run.document["files"]]
    assert all(character.isprintable() for name in names for character in name), names
    assert "\x1b" not in printed and "\u202e" not in "".join(names)


# --- texts from strangers are inert in the result


def check_texts(outcome: Outcome) -> None:
    book = openpyxl.load_workbook(outcome.workbook)
    texts = {one.unit: one.case.texts for one in outcome.laid if one.case and one.case.texts}
    for sheet in ("Ghi chú", "Hoạt động"):
        said = _texts_by_unit(book[sheet], texts)
        wanted = {unit for unit in texts if unit in outcome.added}
        missing = {
            unit: texts[unit] for unit in wanted if not all(any(t in s for s in said[unit]) for t in texts[unit])
        }
        only_notes = {one.unit for one in outcome.laid if one.case and "xml:space" in one.case.name}
        assert {u: t for u, t in missing.items() if sheet == "Ghi chú" or u not in only_notes} == {}, sheet


def _texts_by_unit(sheet, units) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {unit: [] for unit in units}
    for row in sheet.iter_rows():
        unit = next((str(cell.value) for cell in row if str(cell.value) in said), None)
        if unit:
            assert all(cell.data_type != "f" for cell in row), [cell.value for cell in row]
            said[unit] += [str(cell.value) for cell in row if cell.value is not None]
    return said


def check_formulas(outcome: Outcome) -> None:
    book = openpyxl.load_workbook(outcome.workbook)
    formulas = [
        str(cell.value)
        for sheet in book
        if sheet.title not in ("Tổng hợp", "Theo đơn vị", "Biểu đồ")
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    ours = [text for text in formulas if not any(word in text for word in ("cmd", "HYPERLINK", "WEBSERVICE", "http"))]
    assert formulas == ours
    assert all(text.startswith(("=SUM(", "=COUNT", "=IF(", "='", "=D", "=E")) for text in formulas), Counter(formulas)


def check_links(outcome: Outcome) -> None:
    with zipfile.ZipFile(outcome.workbook) as archive:
        names = archive.namelist()
        text = b"".join(archive.read(name) for name in names)
    assert not [name for name in names if "externalLink" in name or "vbaProject" in name]
    links = re.findall(rb"<hyperlink ([^>]*)>", text)
    assert links and not [link for link in links if b"r:id" in link or b"location=" not in link]
    assert b'TargetMode="External"' not in text
    assert MAIN.encode() in text


# --- the tests


def check_epoch(outcome: Outcome) -> None:
    """Day 43,737 of a workbook that counts from 1904 is in 2023, not in 2019."""
    (path,) = (one.path for one in outcome.laid if one.case and one.case.name.startswith("date1904"))
    (finding,) = (finding for finding in outcome.run.document["findings"] if finding["file"] == path)
    assert finding["found"] == "30/09/2023" and finding["suggestion"] is None


CHECKS = (
    check_lines,
    check_total,
    check_unicode,
    check_units,
    check_printed,
    check_texts,
    check_formulas,
    check_links,
    check_epoch,
)


def test_a_folder_of_bad_files(tmp_path: Path) -> None:
    """One run, and all questions asked of it: the folder takes seconds to make."""
    outcome = run_all(tmp_path, heavy=False)
    for check in CHECKS:
        check(outcome)


def test_every_case_of_the_page_has_a_file_and_a_line() -> None:
    names = Counter(case.name for case in CASES)
    assert max(names.values()) == 1
    assert set(names_of_facts(FACTS.read_text(encoding="utf-8"))) - set(names) == set()
    assert list(expected()) == list(names)
