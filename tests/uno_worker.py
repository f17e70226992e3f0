"""Does what a person does in LibreOffice, one JSON job a line on stdin, one JSON answer a line on stdout.

Run by a Python that can `import uno` (the system's), never by the venv of the tests; `tests/office.py` is its
only caller. It owns the soffice process: when stdin ends, for whatever reason, soffice is killed and the profile
removed. Macros never run, links are never updated, nothing is kept between two jobs.
"""

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import IllegalArgumentException
from com.sun.star.table import CellAddress, CellRangeAddress

Job = dict[str, Any]

FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
    ".fods": "OpenDocument Spreadsheet Flat XML",
    ".csv": "Text - txt - csv (StarCalc)",
    ".pdf": "calc_pdf_Export",
}
FORMULA_CELLS = 16  # com.sun.star.sheet.CellFlags.FORMULA
ANY_CONTENT = 1 | 2 | 4 | 16  # VALUE, DATETIME, STRING, FORMULA
WHOLE_OR_DECIMAL = ("WHOLE", "DECIMAL")
SWITCHES = ["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard"]
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale"
 oor:op="fuse"><value>{locale}</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel"
 oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link"
 oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""


class Refused(Exception):
    """The job asks for something that this document does not allow or does not have."""


# --- the process -----------------------------------------------------------------------------------------------


def start(program: str, profile: Path, locale: str, pipe: str) -> "subprocess.Popen[bytes]":
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(PROFILE.format(locale=locale), encoding="utf-8")
    where = f"-env:UserInstallation={profile.as_uri()}"
    command = [program, where, *SWITCHES, f"--accept=pipe,name={pipe};urp;"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, start_new_session=True, **quiet)


def connect(pipe: str, seconds: float) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + seconds
    while True:
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
        except NoConnectException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def read_jobs(jobs: "queue.Queue[str]", soffice: "subprocess.Popen[bytes]", profile: Path) -> None:
    """A thread of its own, so that the end of stdin also ends a job that hangs."""
    for line in sys.stdin:
        jobs.put(line)
    end(soffice, profile)
    os._exit(0)


def end(soffice: "subprocess.Popen[bytes]", profile: Path) -> None:
    """Kill the script, the splash and the office itself; the last of them may still be writing for a moment."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(soffice.pid, signal.SIGKILL)
    soffice.wait()
    for _ in range(20):
        shutil.rmtree(profile, ignore_errors=True)
        if not profile.exists():
            return
        time.sleep(0.1)


# --- documents -------------------------------------------------------------------------------------------------


def properties(**values: object) -> tuple[PropertyValue, ...]:
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


def load(desktop: Any, path: str) -> Any:
    never = {"MacroExecutionMode": 0, "UpdateDocMode": 0}
    document = desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, properties(Hidden=True, **never))
    if document is None or not hasattr(document, "Sheets"):
        raise Refused(f"LibreOffice does not open it as a workbook: {path}")
    return document


def save(document: Any, path: str) -> None:
    filter_name = FILTERS[Path(path).suffix.lower()]
    document.storeToURL(Path(path).as_uri(), properties(FilterName=filter_name, Overwrite=True))


def sheet_of(document: Any, name: str) -> Any:
    wanted = unicodedata.normalize("NFC", name)
    for existing in document.Sheets.ElementNames:
        if unicodedata.normalize("NFC", existing) == wanted:
            return document.Sheets.getByName(existing)
    raise Refused(f"no sheet {name!r}; there are {list(document.Sheets.ElementNames)}")


def cell_of(document: Any, sheet: str, address: str) -> Any:
    return sheet_of(document, sheet).getCellRangeByName(address)


def is_locked(cell: Any) -> bool:
    return bool(cell.Spreadsheet.isProtected() and cell.CellProtection.IsLocked)


def letters(column: int) -> str:
    text = ""
    while column >= 0:
        text = chr(65 + column % 26) + text
        column = column // 26 - 1
    return text


# --- typing ----------------------------------------------------------------------------------------------------


def put(cell: Any, entry: Job, local: bool) -> None:
    if entry["as_text"]:
        cell.setString(entry["text"])
    elif local:
        cell.FormulaLocal = entry["text"]
    else:
        cell.setFormula(entry["text"])


def number_allowed(rule: Any, value: float) -> bool:
    if rule.Type.value == "WHOLE" and value != int(value):
        return False
    try:
        low, high = float(rule.getFormula1()), float(rule.getFormula2() or "nan")
    except ValueError:
        return True  # the bound is a formula; nobody here needs it
    tests: dict[str, Callable[[], bool]] = {
        "BETWEEN": lambda: low <= value <= high,
        "NOT_BETWEEN": lambda: not low <= value <= high,
        "EQUAL": lambda: value == low,
        "NOT_EQUAL": lambda: value != low,
        "GREATER": lambda: value > low,
        "GREATER_EQUAL": lambda: value >= low,
        "LESS": lambda: value < low,
        "LESS_EQUAL": lambda: value <= low,
    }
    return tests.get(rule.getOperator().value, lambda: True)()


def validation_allows(cell: Any) -> bool:
    """What the entry dialog would say; the API itself never asks the validation."""
    rule, kind = cell.Validation, cell.Type.value
    if not rule.ShowErrorMessage or rule.ErrorAlertStyle.value != "STOP" or kind == "EMPTY":
        return True
    if rule.Type.value in WHOLE_OR_DECIMAL:
        is_text = kind == "TEXT" or (kind == "FORMULA" and cell.FormulaResultType2 != 1)
        return not is_text and number_allowed(rule, cell.Value)
    if rule.Type.value == "LIST" and rule.getFormula1().startswith('"'):
        return cell.String in [choice.strip().strip('"') for choice in rule.getFormula1().split(";")]
    return True


def enter(document: Any, entry: Job, job: Job) -> str | None:
    """Type one cell; the reason why it is refused, else None."""
    cell = cell_of(document, entry["sheet"], entry["cell"])
    if is_locked(cell):
        return "locked"
    before = cell.Formula
    put(cell, entry, job["local"])
    if job["validate"] and not validation_allows(cell):
        cell.Formula = before
        return "validation"
    return None


def type_in(document: Any, job: Job) -> list[Job]:
    refused = []
    for entry in job["entries"]:
        why = enter(document, entry, job)
        if why:
            refused.append({"sheet": entry["sheet"], "cell": entry["cell"], "text": entry["text"], "why": why})
    save(document, job["target"])
    return refused


# --- reading back ----------------------------------------------------------------------------------------------


def addresses(ranges: Any) -> Iterator[tuple[int, int]]:
    for block in ranges.RangeAddresses:
        for row in range(block.StartRow, block.EndRow + 1):
            for column in range(block.StartColumn, block.EndColumn + 1):
                yield row, column


def plain(value: object) -> str:
    """A whole number without its '.0'; text as it is."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def used_range(sheet: Any) -> Any:
    cursor = sheet.createCursor()
    cursor.gotoStartOfUsedArea(False)
    cursor.gotoEndOfUsedArea(True)
    return cursor


def describe(sheet: Any, at: tuple[int, int], value: object, formula: str) -> Job:
    if isinstance(value, (float, str)):
        return {"value": plain(value), "formula": formula, "kind": "number" if isinstance(value, float) else "text"}
    return {"value": sheet.getCellByPosition(at[1], at[0]).String, "formula": formula, "kind": "error"}


def cells_of(sheet: Any) -> dict[str, Job]:
    area = used_range(sheet)
    top, left = area.RangeAddress.StartRow, area.RangeAddress.StartColumn
    values, formulas = area.getDataArray(), area.getFormulaArray()
    with_formula = set(addresses(sheet.queryContentCells(FORMULA_CELLS)))
    cells = {}
    for row, column in addresses(sheet.queryContentCells(ANY_CONTENT)):
        formula = formulas[row - top][column - left] if (row, column) in with_formula else ""
        name = f"{letters(column)}{row + 1}"
        cells[name] = describe(sheet, (row, column), values[row - top][column - left], formula)
    return cells


def recalc(document: Any, job: Job) -> dict[str, dict[str, Job]]:
    document.calculateAll()
    names = job["sheets"] or document.Sheets.ElementNames
    result = {name: cells_of(sheet_of(document, name)) for name in names}
    if job["target"]:
        save(document, job["target"])
    return result


# --- editing ---------------------------------------------------------------------------------------------------


def open_sheet(document: Any, step: Job) -> Any:
    """The sheet to change by rows; on a protected one the menu would be grey and the API does nothing silently."""
    sheet = sheet_of(document, step["sheet"])
    if sheet.isProtected():
        raise Refused(f"sheet {step['sheet']!r} is protected: unprotect it first")
    return sheet


def rows(sheet: Any, first: int, last: int) -> CellRangeAddress:
    """Whole rows, numbered from 1 as the screen shows them."""
    return CellRangeAddress(sheet.RangeAddress.Sheet, 0, first - 1, sheet.Columns.Count - 1, last - 1)


def at_row(sheet: Any, row: int) -> CellAddress:
    return CellAddress(sheet.RangeAddress.Sheet, 0, row - 1)


def swap_rows(document: Any, step: Job) -> None:
    """Cut and paste three times over an empty row below the table, so formulas follow as they do for a user."""
    sheet = open_sheet(document, step)
    spare = used_range(sheet).RangeAddress.EndRow + 3
    for source, target in ((step["a"], spare), (step["b"], step["a"]), (spare, step["b"])):
        sheet.moveRange(at_row(sheet, target), rows(sheet, source, source))


def insert_rows(document: Any, step: Job) -> None:
    open_sheet(document, step).Rows.insertByIndex(step["row"] - 1, step.get("count", 1))


def delete_rows(document: Any, step: Job) -> None:
    open_sheet(document, step).Rows.removeByIndex(step["row"] - 1, step.get("count", 1))


def copy_rows(document: Any, step: Job) -> None:
    sheet = open_sheet(document, step)
    target = open_sheet(document, {"sheet": step["to_sheet"]}) if step.get("to_sheet") else sheet
    target.copyRange(at_row(target, step["to"]), rows(sheet, step["first"], step["last"]))


def set_text(document: Any, step: Job) -> None:
    unlocked_cell(document, step).setString(step["text"])


def set_formula(document: Any, step: Job) -> None:
    unlocked_cell(document, step).setFormula(step["text"])


def unlocked_cell(document: Any, step: Job) -> Any:
    cell = cell_of(document, step["sheet"], step["cell"])
    if is_locked(cell):
        raise Refused(f"{step['sheet']}!{step['cell']} is locked: unprotect the sheet first")
    return cell


def hide_rows(document: Any, step: Job) -> None:
    sheet = open_sheet(document, step)
    for row in range(step["row"], step["row"] + step.get("count", 1)):
        sheet.Rows.getByIndex(row - 1).IsVisible = False


def unprotect(protected: Any, step: Job) -> None:
    with contextlib.suppress(IllegalArgumentException):
        protected.unprotect(step.get("password", ""))
    if protected.isProtected():
        raise Refused("still protected: the password is another one (force=True opens any)")


def unprotect_sheet(document: Any, step: Job) -> None:
    unprotect(sheet_of(document, step["sheet"]), step)


def unprotect_book(document: Any, step: Job) -> None:
    unprotect(document, step)


def open_book(document: Any) -> Any:
    if document.isProtected():
        raise Refused("the list of sheets is protected: unprotect_book first")
    return document


def remove_sheet(document: Any, step: Job) -> None:
    open_book(document).Sheets.removeByName(sheet_of(document, step["sheet"]).Name)


def rename_sheet(document: Any, step: Job) -> None:
    sheet_of(open_book(document), step["sheet"]).setName(step["to"])


def show_sheet(document: Any, step: Job) -> None:
    sheet_of(open_book(document), step["sheet"]).IsVisible = step.get("visible", True)


STEPS: dict[str, Callable[[Any, Job], None]] = {
    "swap_rows": swap_rows,
    "insert_rows": insert_rows,
    "delete_rows": delete_rows,
    "copy_rows": copy_rows,
    "set_text": set_text,
    "set_formula": set_formula,
    "hide_rows": hide_rows,
    "unprotect_sheet": unprotect_sheet,
    "unprotect_book": unprotect_book,
    "remove_sheet": remove_sheet,
    "rename_sheet": rename_sheet,
    "show_sheet": show_sheet,
}


def edit(document: Any, job: Job) -> None:
    for step in job["steps"]:
        if step["do"] not in STEPS:
            raise Refused(f"no step {step['do']!r}; there are {sorted(STEPS)}")
        STEPS[step["do"]](document, step)
    save(document, job["target"])


def convert(document: Any, job: Job) -> None:
    save(document, job["target"])


# --- the loop --------------------------------------------------------------------------------------------------

JOBS: dict[str, Callable[[Any, Job], object]] = {
    "type_in": type_in,
    "recalc": recalc,
    "edit": edit,
    "convert": convert,
}


def do(desktop: Any, job: Job) -> object:
    document = load(desktop, job["source"])
    try:
        return JOBS[job["job"]](document, job)
    finally:
        document.close(True)


def answer(desktop: Any, line: str) -> Job:
    try:
        return {"result": do(desktop, json.loads(line))}
    except Exception as fault:  # whatever UNO raises goes back to the test that asked
        return {"error": f"{type(fault).__name__}: {fault}"}


def tell(told: Job) -> None:
    print(json.dumps(told), flush=True)


def main(program: str, profile: str, locale: str, seconds: str) -> None:
    pipe = f"office-{os.getpid()}"
    soffice = start(program, Path(profile), locale, pipe)
    jobs: queue.Queue[str] = queue.Queue()
    # not a daemon: whatever happens below, the process ends where the thread has cleaned up
    threading.Thread(target=read_jobs, args=(jobs, soffice, Path(profile))).start()
    try:
        desktop = connect(pipe, float(seconds))
    except NoConnectException as fault:
        tell({"error": f"LibreOffice did not start within {seconds} s: {fault}"})
        return
    tell({"result": "ready"})
    while True:
        tell(answer(desktop, jobs.get()))


if __name__ == "__main__":
    main(*sys.argv[1:])
