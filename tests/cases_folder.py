"""Cases that need several files or the whole folder: twice the same unit, nobody twice, missing, consolidated."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from tests.cases_craft import (
    SCHOOL,
    TOWN,
    UNIT_SHEET,
    Cases,
    campaign,
    filled,
    line,
    name_of,
    packed,
    stored,
)

cases = Cases()

FIRST, SECOND = f"{SCHOOL}_lan-1.xlsx", f"{SCHOOL}_lan-2.xlsx"
EARLIER, LATER = "2021-10-06T02:30:00Z", "2021-10-08T07:15:00Z"
PARTS = ("0990401", "0990402", "0990404")
"""Schools below the town; the town and these must report."""
RESULT = f"tong-hop-{TOWN}.xlsx"


# --- several files of one unit -------------------------------------------------------------------------------------


@cases.add(
    line(file=f"nhan_ve/{FIRST}", sheet=None), line(file=f"nhan_ve/{SECOND}", sheet=None)
)
def submission_conflict() -> Mapping[str, bytes]:
    """Two workbooks of one school with different numbers, saved at the same minute: nobody can say which one counts."""
    return {FIRST: filled(), SECOND: filled({"D14": 5})}


@cases.add(
    line(file=f"nhan_ve/{SECOND}", sheet=None, severity="info"), status={SECOND: "duplicate"}
)
def submission_duplicate() -> Mapping[str, bytes]:
    """The same workbook came twice, under two names."""
    return {FIRST: filled(), SECOND: filled()}


@cases.add(
    line(file=f"nhan_ve/{SECOND}", sheet=None, severity="info"), status={SECOND: "duplicate"}
)
def submission_duplicate__saved_again() -> Mapping[str, bytes]:
    """The second file was saved again two days later with the same numbers."""
    return {FIRST: filled(), SECOND: filled(saved=LATER)}


@cases.add(
    line(file=f"nhan_ve/{FIRST}", sheet=None, severity="info"), status={FIRST: "superseded"}
)
def submission_superseded() -> Mapping[str, bytes]:
    """The school corrected a number and sent the workbook again, saved two days later."""
    return {FIRST: filled(), SECOND: filled({"D14": 5}, saved=LATER)}


# --- the register --------------------------------------------------------------------------------------------------


def own(unit: str, **more: object) -> Mapping[str, object]:
    """A line about the file of one unit as a whole."""
    return line(file=f"nhan_ve/{name_of(unit)}", unit=unit, sheet=None, **more)  # type: ignore[arg-type]


@cases.add(own("0990403", severity="warning"))
def unit_not_in_register() -> Mapping[str, bytes]:
    """A school that was closed before the week reported all the same."""
    return {name_of("0990403"): filled(unit="0990403")}


@cases.add(own("0990405", severity="warning"))
def unit_not_in_register__no_duty() -> Mapping[str, bytes]:
    """A class that need not report did."""
    return {name_of("0990405"): filled(unit="0990405")}


@cases.add(own(TOWN), status={name_of("0990401"): "accepted", name_of("0990402"): "accepted"})
def counted_twice() -> Mapping[str, bytes]:
    """The town's return includes its schools, and two of them also reported themselves."""
    inclusive = filled({f"{UNIT_SHEET}!B10": "gồm cả đơn vị trực thuộc"}, unit=TOWN)
    return {name_of(TOWN): inclusive, **{name_of(unit): filled(unit=unit) for unit in PARTS[:2]}}


@cases.add(
    {**line(severity="warning", sheet=None, unit="0990404"), "file": None}, command=("aggregate", "--at", TOWN)
)
def report_missing() -> Mapping[str, bytes]:
    """Of the town and its three schools that must report, one school did not."""
    return {name_of(unit): filled(unit=unit) for unit in (TOWN, *PARTS[:2])}


# --- consolidated workbooks ----------------------------------------------------------------------------------------


@cache
def consolidated() -> bytes:
    """What `aggregate --at 09904` writes for the town and its schools."""
    from aggregator.steps.collect import Request, aggregate

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for unit in (TOWN, *PARTS):
            (folder / "nhan_ve").mkdir(exist_ok=True)
            (folder / "nhan_ve" / name_of(unit)).write_bytes(stored(filled(unit=unit)))
        here = replace(campaign(), folder=folder)
        output = folder / RESULT
        aggregate(Request((folder / "nhan_ve",), folder, here, output=output, at=TOWN, workers=1))
        return output.read_bytes()


def result_book() -> Workbook:
    return load_workbook(io.BytesIO(consolidated()))


def result_line(sheet: str, cell: str, row: str, unit: str = TOWN) -> Mapping[str, object]:
    return line(cell, row, "count", file=f"nhan_ve/{RESULT}", sheet=sheet, unit=unit)


@cases.add(result_line("Tổng hợp", "D14", "1.07"))
def total_edited() -> Mapping[str, bytes]:
    """A total on `Tổng hợp` of the town's consolidated workbook was typed over."""
    book = result_book()
    book["Tổng hợp"]["D14"] = 99
    return {RESULT: packed(book)}


@cases.add(result_line("Chi tiết", "V5", "1.07", "0990401"))
def detail_edited() -> Mapping[str, bytes]:
    """A school's number on `Chi tiết` of the town's consolidated workbook was typed over."""
    book = result_book()
    book["Chi tiết"]["V5"] = 99
    return {RESULT: packed(book)}
