"""Cases that need several files or the whole folder: twice the same unit, nobody twice, missing, consolidated."""

from __future__ import annotations

import hashlib
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


def decided(*lines: str) -> bytes:
    """A `decisions.csv` as Excel saves it."""
    return ("\ufeff" + "".join(f"{text}\r\n" for text in ("what,target,value,reason,by,date", *lines))).encode()


def own_line(unit: str, **more: object) -> Mapping[str, object]:
    """A line about the file of one unit as a whole."""
    return line(file=f"nhan_ve/{name_of(unit)}", unit=unit, sheet=None, **more)  # type: ignore[arg-type]


FIRST, SECOND = f"{SCHOOL}_lan-1.xlsx", f"{SCHOOL}_lan-2.xlsx"
EARLIER, LATER = "2021-10-06T02:30:00Z", "2021-10-08T07:15:00Z"
PARTS = ("0990401", "0990402", "0990404")
"""Schools below the town; the town and these must report."""
LATE_DAY = "2021-10-12"
RESULT = f"tong-hop-{TOWN}.xlsx"


def schools(*units: str) -> Mapping[str, bytes]:
    """A workbook of each, no two with the same figures."""
    return {name_of(unit): filled({"D22": 12 + number}, unit=unit) for number, unit in enumerate(units)}


# --- several files of one unit -------------------------------------------------------------------------------------


@cases.add(line(file=f"nhan_ve/{FIRST}", sheet=None), line(file=f"nhan_ve/{SECOND}", sheet=None))
def submission_conflict() -> Mapping[str, bytes]:
    """Two workbooks of one school with different numbers, saved at the same minute: nobody can say which one counts."""
    return {FIRST: filled(), SECOND: filled({"D14": 5})}


@cases.add(line(file=f"nhan_ve/{SECOND}", sheet=None, severity="info"), status={SECOND: "duplicate"})
def submission_duplicate() -> Mapping[str, bytes]:
    """The same workbook came twice, under two names."""
    return {FIRST: filled(), SECOND: filled()}


@cases.add(line(file=f"nhan_ve/{SECOND}", sheet=None, severity="info"), status={SECOND: "duplicate"})
def submission_duplicate__saved_again() -> Mapping[str, bytes]:
    """The second file was saved again two days later with the same numbers."""
    return {FIRST: filled(), SECOND: filled(saved=LATER)}


@cases.add(line(file=f"nhan_ve/{FIRST}", sheet=None, severity="info"), status={FIRST: "superseded"})
def submission_superseded() -> Mapping[str, bytes]:
    """The school corrected a number and sent the workbook again, saved two days later."""
    return {FIRST: filled(), SECOND: filled({"D14": 5}, saved=LATER)}


@cases.add(line(file="nhan_ve/a.xlsx", sheet=None, severity="info"), status={"a.xlsx": "superseded"})
def submission_superseded__by_decision() -> Mapping[str, bytes]:
    """Two workbooks of one school contradict each other; the office asked and pinned the second."""
    return {"a.xlsx": filled(), "b.xlsx": filled({"D14": 5}), "decisions.csv": decided("pin,b.xlsx,,hỏi lại trường,,")}


@cases.add(
    {**line(file="decisions.csv", sheet=None, unit=None), "severity": "warning"},
    status={name_of(SCHOOL): "accepted"},
)
def decision_unused() -> Mapping[str, bytes]:
    """A file that was to be left out is no longer there."""
    return {name_of(SCHOOL): filled(), "decisions.csv": decided("exclude,ban-nhap.xlsx,,,Chị Mẫu,2021-10-08")}


@cases.add(own_line("0990102", severity="warning"), own_line("0990103", severity="warning"))
def clone() -> Mapping[str, bytes]:
    """Two schools sent the same figures."""
    return {name_of(unit): filled(unit=unit) for unit in ("0990102", "0990103")}


# --- the register --------------------------------------------------------------------------------------------------


@cases.add(own_line("0990403", severity="warning"))
def unit_not_in_register() -> Mapping[str, bytes]:
    """A school that was closed before the week reported all the same."""
    return {name_of("0990403"): filled(unit="0990403")}


@cases.add(own_line("0990405", severity="warning"))
def unit_not_in_register__no_duty() -> Mapping[str, bytes]:
    """A class that need not report did."""
    return {name_of("0990405"): filled(unit="0990405")}


@cases.add(own_line(TOWN), status={name_of("0990401"): "accepted", name_of("0990402"): "accepted"})
def counted_twice() -> Mapping[str, bytes]:
    """The town's return includes its schools, and two of them also reported themselves."""
    inclusive = filled({f"{UNIT_SHEET}!B10": "gồm cả đơn vị trực thuộc"}, unit=TOWN)
    return {name_of(TOWN): inclusive, **schools(*PARTS[:2])}


@cases.add(own_line("0990401", severity="warning"), command=("aggregate", "--at", "0990401"))
def report_late() -> Mapping[str, bytes]:
    """A school's workbook came in a day after its deadline, as the office wrote into its receipt book."""
    data = stored(filled(unit="0990401"))
    receipt = f"sha256,file,first_seen,received,by\n{hashlib.sha256(data).hexdigest()},,,{LATE_DAY},Anh Mẫu\n"
    return {name_of("0990401"): data, "so_nhan.csv": receipt.encode()}


@cases.add({**line(severity="warning", sheet=None, unit="0990404"), "file": None}, command=("aggregate", "--at", TOWN))
def report_missing() -> Mapping[str, bytes]:
    """Of the town and its three schools that must report, one school did not."""
    return schools(TOWN, *PARTS[:2])


# --- consolidated workbooks ----------------------------------------------------------------------------------------


@cache
def consolidated() -> bytes:
    """What `aggregate --at 09904` writes for the town and its schools."""
    from aggregator.steps.collect import aggregate
    from aggregator.steps.survey import Request

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "nhan_ve").mkdir()
        for name, data in schools(TOWN, *PARTS).items():
            (folder / "nhan_ve" / name).write_bytes(stored(data))
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


@cases.add(line(sheet=None), command=("verify",))
def not_consolidated() -> Mapping[str, bytes]:
    """Somebody asked whether a school's filled form, which is no consolidated workbook, was edited."""
    return {name_of(SCHOOL): filled()}
