"""Real LibreOffice, Poppler and Gnumeric for the tests: a person who types, edits, recalculates and prints.

One soffice per `Office`, started at the first job and used for all documents; it runs in its own throw-away profile
through `tests/uno_worker.py`. Nothing of `aggregator` is imported here. A job that hangs is killed after `seconds`
and the next job starts afresh. Every place is given as the screen shows it: sheet name, `D14`, row 14.
"""

import atexit
import functools
import json
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

WORKER = Path(__file__).with_name("uno_worker.py")
START_SECONDS = 90.0
JOB_SECONDS = 120.0
PYTHONS = ("/usr/bin/python3", "python3", "/usr/lib/libreoffice/program/python", "/opt/libreoffice/program/python")
LOCKS = re.compile(rb"<(?:\w+:)?(?:sheet|workbook)Protection\b[^>]*?(?:/>|>\s*</(?:\w+:)?\w+Protection>)")
LOCK_PARTS = re.compile(r"xl/(?:workbook|worksheets/[^/]+)\.xml")


class OfficeError(Exception):
    """LibreOffice did not do the job; the text says which and why."""


@dataclass(frozen=True)
class Entry:
    """What is typed into one cell; `as_text` is a leading apostrophe, so '007' stays text."""

    sheet: str
    cell: str
    text: str
    as_text: bool = False


@dataclass(frozen=True)
class Refused:
    """An entry that the workbook did not take; why: 'locked' or 'validation'."""

    sheet: str
    cell: str
    text: str
    why: str


@dataclass(frozen=True)
class Cell:
    """A cell after recalculation. value: '12' for 12 and 12.0, else the shortest decimal, or the text, or '#REF!';
    formula: '' or as LibreOffice writes it in English, `=SUM($'Chi tiết'.D2:D9)`; kind: number, text, error."""

    value: str
    formula: str
    kind: str


Sheets = dict[str, dict[str, Cell]]


def demand(reason: str | None) -> None:
    """Skip the test, or fail it where REQUIRE_PROGRAMS=1 says that the programs must be there."""
    if reason is None:
        return
    if os.environ.get("REQUIRE_PROGRAMS") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def find(*names: str) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)


def knows_uno(python: str) -> bool:
    try:
        return subprocess.run([python, "-c", "import uno"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@functools.cache
def uno_python() -> str | None:
    return next((path for name in PYTHONS if (path := shutil.which(name)) and knows_uno(path)), None)


def missing() -> str | None:
    """Why LibreOffice cannot be driven here, else None."""
    if find("soffice", "libreoffice") is None:
        return "LibreOffice is not installed (package libreoffice-calc)"
    if uno_python() is None:
        return "no Python on this machine can import uno (package python3-uno)"
    return None


def environment() -> dict[str, str]:
    """Without the venv, and with an encoding in which Vietnamese file names exist."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return kept | {"LC_ALL": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"}


class Office:
    """LibreOffice in one locale ('vi-VN' reads a typed 1.500 as 1500 where `local` is asked for)."""

    def __init__(self, locale: str = "en-US", seconds: float = JOB_SECONDS) -> None:
        self.locale = locale
        self.seconds = seconds
        self._worker: subprocess.Popen[str] | None = None
        atexit.register(self.close)

    # -- what a person does

    def type_in(
        self,
        source: Path,
        target: Path,
        entries: Iterable[Entry | tuple[str, str, str]],
        *,
        force: bool = False,
        validate: bool = True,
        local: bool = False,
    ) -> list[Refused]:
        """Open, type, save as `target` (.xlsx .xlsm .xls .ods .fods); the entries that were not taken.

        force: as after somebody removed all protection, and it stays removed. validate=False: as pasted, the
        cell's validation is not asked. local: numbers and dates as in the locale of this Office, else English.
        """
        cells = [asdict(entry if isinstance(entry, Entry) else Entry(*entry)) for entry in entries]
        told = self._run("type_in", source, target, force, entries=cells, validate=validate, local=local)
        return [Refused(**fact) for fact in told]

    def recalc(self, source: Path, sheets: Sequence[str] = (), target: Path | None = None) -> Sheets:
        """Calculate everything anew; all non-empty cells of the named (default: all) sheets, hidden ones too."""
        told = self._run("recalc", source, target, sheets=list(sheets))
        return {sheet: {at: Cell(**cell) for at, cell in cells.items()} for sheet, cells in told.items()}

    def edit(self, source: Path, target: Path, steps: Iterable[Mapping[str, Any]], *, force: bool = False) -> None:
        """Change the structure by hand, in order, and save; rows count from 1; OfficeError where it is protected.

        {"do": "swap_rows", "sheet": S, "a": 14, "b": 15} · insert_rows, delete_rows, hide_rows: row, count=1 ·
        copy_rows: first, last, to, to_sheet=S · set_text, set_formula: cell, text · unprotect_sheet: password="" ·
        unprotect_book: password="" · remove_sheet · rename_sheet: to · show_sheet: visible=True.
        """
        self._run("edit", source, target, force, steps=[dict(step) for step in steps])

    def convert(self, source: Path, target: Path) -> Path:
        """Open and save by the ending of `target`, nothing else; .csv is the first sheet."""
        self._run("convert", source, target)
        return target

    def pdf(self, source: Path, target: Path) -> Path:
        """Print all visible sheets, each with its own page set-up."""
        return self.convert(source, target)

    # -- the process

    def close(self) -> None:
        """End soffice; the next job starts a new one."""
        worker, self._worker = self._worker, None
        if worker is None or worker.stdin is None:
            return
        worker.stdin.close()
        try:
            worker.wait(timeout=10)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()

    def _run(self, job: str, source: Path, target: Path | None, force: bool = False, **facts: Any) -> Any:
        where = str(target.absolute()) if target else None
        with tempfile.TemporaryDirectory() as folder:
            opened = without_locks(source, Path(folder)) if force else source
            message = {"job": job, "source": str(opened.absolute()), "target": where, **facts}
            return self._ask(message, f"{job} {source.name}")

    def _ask(self, message: dict[str, Any], what: str) -> Any:
        worker = self._started()
        try:
            assert worker.stdin is not None
            worker.stdin.write(json.dumps(message) + "\n")
            worker.stdin.flush()
            told = self._answer(worker, self.seconds, what)
        except BaseException:
            self.close()
            raise
        if "error" in told:
            if "DisposedException" in told["error"]:
                self.close()
            raise OfficeError(f"{what}: {told['error']}")
        return told["result"]

    def _started(self) -> "subprocess.Popen[str]":
        if self._worker is not None and self._worker.poll() is None:
            return self._worker
        demand(missing())
        profile = tempfile.mkdtemp(prefix="office-")
        program = find("soffice", "libreoffice")
        command = [uno_python(), str(WORKER), program, profile, self.locale, str(START_SECONDS)]
        self._worker = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            encoding="utf-8",
            start_new_session=True,
        )
        try:
            told = self._answer(self._worker, START_SECONDS + 10, "start of LibreOffice")
            if "error" in told:
                raise OfficeError(told["error"])
        except BaseException:
            self.close()
            raise
        return self._worker

    @staticmethod
    def _answer(worker: "subprocess.Popen[str]", seconds: float, what: str) -> dict[str, Any]:
        assert worker.stdout is not None
        if not select.select([worker.stdout], [], [], seconds)[0]:
            raise OfficeError(f"{what}: no answer after {seconds:.0f} s, LibreOffice was killed")
        line = worker.stdout.readline()
        if not line:
            raise OfficeError(f"{what}: LibreOffice ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


def without_locks(source: Path, folder: Path) -> Path:
    """A copy of an .xlsx without any sheet or workbook protection, whatever its password."""
    copy = folder / source.name
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            new.writestr(item, LOCKS.sub(b"", content) if LOCK_PARTS.fullmatch(item.filename) else content)
    return copy


def run(*command: str | Path, seconds: float = JOB_SECONDS) -> str:
    """One program that may be absent (see `demand`); its output; CalledProcessError with stderr in it."""
    name = str(command[0])
    demand(None if shutil.which(name) else f"{name} is not installed")
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=seconds, env=environment())
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        done.check_returncode()
    return done.stdout


def png(pdf: Path, out_dir: Path, dpi: int = 70) -> list[Path]:
    """Every page of a PDF as a picture, in order."""
    out_dir.mkdir(parents=True, exist_ok=True)
    run("pdftoppm", "-png", "-r", str(dpi), pdf, out_dir / pdf.stem)
    return sorted(out_dir.glob(f"{pdf.stem}-*.png"))


def pdf_text(pdf: Path) -> str:
    """The words of a PDF, laid out as on paper; pages end with a form feed."""
    return run("pdftotext", "-layout", "-enc", "UTF-8", pdf, "-")


def gnumeric(source: Path, target: Path) -> Path:
    """Open with Gnumeric, recalculate, save by the ending of `target` (.xlsx .xls .ods .csv)."""
    run("ssconvert", "--recalc", source, target)
    return target
