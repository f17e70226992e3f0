"""Every case of `shared/facts/bad_files.md` as a file, and what a run over all of them must say of each.

`python -m tests.bad_files` runs the folder and writes the expected lines anew into `tests/data/bad_files.csv`; every
line there was looked at by a person. One line: name, status, codes, places, and what the unit adds to the total of
row 1 (blank: nothing).
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.text import printable
from tests import bad_files_content, bad_files_package
from tests.bad_files_craft import NUMBERS, Case, Press, make_campaign, packed, unit_codes

ROOT = Path(__file__).resolve().parents[1]
EXPECTED = Path(__file__).parent / "data" / "bad_files.csv"
COLUMNS = ("name", "status", "code", "place", "adds")
CASES: tuple[Case, ...] = (*bad_files_package.CASES, *bad_files_content.CASES)
GOOD = 20
TEMPORARY = "tam"
MEMORY, SECONDS = 2**30, 120
ADDS = sum(NUMBERS.values())


@dataclass(frozen=True)
class Line:
    """What is said of one file."""

    name: str
    status: str
    code: str
    place: str
    adds: str


def expected() -> dict[str, Line]:
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return {row["name"]: Line(**row) for row in csv.DictReader(file)}


# --- the folder


@dataclass(frozen=True)
class Laid:
    """One file in the inbox: its case (`None`: one of the good ones), its unit and how results call it."""

    case: Case | None
    unit: str
    path: str


def lay_out(folder: Path, cases: Sequence[Case]) -> list[Laid]:
    """The campaign with 20 good forms and one file per case, each of a unit of its own."""
    press = Press(make_campaign(folder))
    inbox = folder / "nhan_ve"
    codes = iter(unit_codes())
    good = [Laid(None, code, f"nhan_ve/{code}.xlsx") for code, _ in zip(codes, range(GOOD), strict=False)]
    for one in good:
        (inbox / f"{one.unit}.xlsx").write_bytes(packed()(press.form(one.unit)))
    units: dict[str, str] = {}
    for case in CASES:  # the unit of a case does not depend on which others run
        units[case.name] = next(codes)
    laid = [Laid(case, units[case.unit_of or case.name], "") for case in cases]
    return [*good, *(_put(one, inbox, press) for one in laid)]


def _put(one: Laid, inbox: Path, press: Press) -> Laid:
    assert one.case is not None
    name = one.case.file.format(code=one.unit)
    one.case.put(inbox / name, one.case.make(press.form(one.unit)))
    return Laid(one.case, one.unit, printable(f"nhan_ve/{name}", 4_096))


# --- the run, watched


@dataclass(frozen=True)
class Run:
    """One run of the command: `memory` is the most that all its processes held at one time."""

    exit_code: int
    document: dict[str, Any]
    errors: str
    seconds: float
    memory: int
    processes: int


def aggregate(folder: Path, *words: str) -> Run:
    """The command as people run it, in a process of its own; it gets a folder for temporary files to itself."""
    command = [sys.executable, "-m", "aggregator", "-C", str(folder), "aggregate", "--json", *words]
    temporary = folder.parent / TEMPORARY
    temporary.mkdir(exist_ok=True)
    env = {**os.environ, "TMPDIR": str(temporary)}
    started = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=out, stderr=errors, cwd=ROOT, env=env)
        watch = Watch(process.pid)
        watch.start()
        exit_code = process.wait(timeout=600)
        seconds = time.monotonic() - started
        watch.stop()
        out.seek(0)
        errors.seek(0)
        document, said = json.loads(out.read().decode("utf-8")), errors.read().decode("utf-8")
    return Run(exit_code, document, said, seconds, watch.most, watch.processes)


class Watch(threading.Thread):
    """Adds up the peak memory of a process and all below it, again and again, and keeps the largest sum."""

    def __init__(self, root: int, every: float = 0.05) -> None:
        super().__init__(daemon=True)
        self.root, self.every, self.most, self.processes = root, every, 0, 0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(self.every):
            tree = _tree(self.root)
            self.most = max(self.most, sum(map(_peak, tree)))
            self.processes = max(self.processes, len(tree))

    def stop(self) -> None:
        self._over.set()
        self.join()


def _tree(root: int) -> list[int]:
    """A process and its descendants; who is whose child stands behind the name in brackets."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        parent = _text(status).rpartition(")")[2].split()[1:2]
        children.setdefault(int(parent[0]) if parent else 0, []).append(int(status.parent.name))
    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def _peak(process: int) -> int:
    for line in _text(Path(f"/proc/{process}/status")).splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


# --- what was said


def lines(laid: Iterable[Laid], document: Mapping[str, Any], added: Mapping[str, int]) -> dict[str, Line]:
    """The line of every case. A zip's members are told with it."""
    return {one.case.name: _line(one.case.name, one, document, added) for one in laid if one.case}


def _line(name: str, one: Laid, document: Mapping[str, Any], added: Mapping[str, int]) -> Line:
    files = [file for file in document["files"] if _is_of(file["path"], one.path)]
    about = [finding for finding in document["findings"] if finding["file"] and _is_of(finding["file"], one.path)]
    said = [finding for finding in about if finding["code"] != "clone"]  # all of them hold the same numbers
    accepted = any(file["status"] == "accepted" for file in files)
    return Line(
        name,
        " ".join(file["status"] for file in files),
        " ".join(finding["code"] for finding in said),
        " ".join(_place(finding) for finding in said).strip(),
        str(added.get(one.unit, "")) if accepted else "",
    )


def _is_of(path: str, wanted: str) -> bool:
    return path == wanted or path.startswith(f"{wanted}!/")


def _place(finding: Mapping[str, Any]) -> str:
    """`Số liệu!D8`, a sheet, or what a refused file is or where it broke."""
    sheet, cell = finding["sheet"], finding["cell"]
    if sheet or cell:
        return (f"{sheet}!{cell}" if cell else sheet).replace(" ", "_")
    broken = finding["code"].startswith("file-") and finding["found"]
    return finding["found"].replace(" ", "_") if broken else "-"


def added_by_unit(workbook: Path) -> dict[str, int]:
    """What each unit adds to the total of row 1, read from the consolidated workbook by openpyxl."""
    import openpyxl

    sheet = openpyxl.load_workbook(workbook, read_only=True, data_only=True)["Chi tiết"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(row for row in rows if "M01.count" in row)
    column = head.index("M01.count")
    return {str(row[0]): row[column] for row in rows if str(row[0] or "").isdigit() and isinstance(row[column], int)}


def select(heavy: bool) -> list[Case]:
    return [case for case in CASES if heavy or not case.heavy]


def write_expected(found: Mapping[str, Line]) -> None:
    with EXPECTED.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(line, column) for column in COLUMNS] for line in found.values())


def names_of_facts(page: str) -> Iterator[str]:
    """The cases of the page, one behind the other."""
    for line in page.splitlines():
        if line.startswith("- **"):
            before, _, cases = line.partition(" ← ")
            yield from (
                [before.removeprefix("- **").removesuffix("**")] if "honest form" in cases else cases.split(" · ")
            )


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "dot"
        laid = lay_out(folder, CASES)
        run = aggregate(folder)
        added = added_by_unit(folder / run.document["outputs"][0])
        write_expected(lines(laid, run.document, added))
        told = f"exit {run.exit_code}, {run.seconds:.1f} s, {run.memory >> 20} MB in {run.processes} processes"
        print(f"{told}, {len(laid)} files", file=sys.stderr)


if __name__ == "__main__":
    os.umask(0o022)
    main()
