"""The peers of the benchmark, each in a process of its own: `python -m tests.bench_readers NAME FOLDER`.

Each reads every workbook of a folder and adds up columns D and E of the table by sheet row; none checks anything.
Prints {"sums": {cell: number}} and the CPU seconds of reading alone, without the start of the interpreter; of a program
that is not Python, all it takes.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.office import find

SHEET, FIRST_ROW = "Số liệu", 6
COLUMNS = ("D", "E")
OFFICE_FILES = 100
"""More are not given to LibreOffice, which takes a second for a few."""
R_SCRIPT = Path(__file__).with_name("bench_readxl.R")

Reader = Callable[[Sequence[Path]], Counter[str]]


def _add(sums: Counter[str], rows: Iterable[Sequence[Any]]) -> None:
    """`rows` begin with the first row of the sheet; a blank is whatever the reader makes of one."""
    for number, row in enumerate(rows, start=1):
        for name, value in zip(COLUMNS, row[3:5], strict=False):
            if number >= FIRST_ROW and isinstance(value, int | float) and value == value:
                sums[f"{name}{number}"] += int(value)


def calamine(paths: Sequence[Path]) -> Counter[str]:
    """The floor: all sheets, nothing looked at."""
    import python_calamine

    sums: Counter[str] = Counter()
    for path in paths:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
        _add(sums, sheets[SHEET])
    return sums


def pandas_openpyxl(paths: Sequence[Path]) -> Counter[str]:
    """What a user would write."""
    return _by_pandas(paths, "openpyxl")


def pandas_calamine(paths: Sequence[Path]) -> Counter[str]:
    return _by_pandas(paths, "calamine")


def _by_pandas(paths: Sequence[Path], engine: Any) -> Counter[str]:
    import pandas

    total = None
    for path in paths:
        table = pandas.read_excel(path, sheet_name=SHEET, header=None, engine=engine)
        numbers = table.iloc[FIRST_ROW - 1 :, 3:5].apply(pandas.to_numeric, errors="coerce").fillna(0)
        total = numbers if total is None else total.add(numbers, fill_value=0)
    sums: Counter[str] = Counter()
    if total is not None:
        _add(sums, [[]] * (FIRST_ROW - 1) + [[0, 0, 0, *row] for row in total.to_numpy().tolist()])
    return sums


def openpyxl_read_only(paths: Sequence[Path]) -> Counter[str]:
    import openpyxl

    sums: Counter[str] = Counter()
    for path in paths:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        _add(sums, book[SHEET].iter_rows(values_only=True))
        book.close()
    return sums


def libreoffice(paths: Sequence[Path]) -> Counter[str]:
    """Every file turned into CSV by one start of the program, then added up."""
    sums: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as room:
        export = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
        profile = f"-env:UserInstallation=file://{room}/profile"
        words = [
            find("soffice", "libreoffice") or "soffice",
            profile,
            "--headless",
            "--convert-to",
            export,
            "--outdir",
            f"{room}/out",
        ]
        subprocess.run([*words, *map(str, paths[:OFFICE_FILES])], check=True, capture_output=True)
        for table in Path(room, "out").glob("*.csv"):
            rows = csv.reader(table.read_text(encoding="utf-8").splitlines())
            _add(sums, [[_number(text) for text in row] for row in rows])
    return sums


def has_readxl() -> bool:
    """Whether R and its package are installed (Debian: r-cran-readxl)."""
    program = find("Rscript")
    words = [program or "", "-e", "quit(status = !requireNamespace('readxl', quietly = TRUE))"]
    return program is not None and subprocess.run(words, capture_output=True, check=False).returncode == 0


def readxl(paths: Sequence[Path]) -> Counter[str]:
    """R reads all files in one start."""
    words = [find("Rscript") or "Rscript", R_SCRIPT, SHEET, str(FIRST_ROW)]
    paths_in = "\n".join(map(str, paths)).encode()
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    answer = subprocess.run(words, input=paths_in, check=True, capture_output=True, env=environment)
    rows = [[_number(text) for text in line.split()] for line in answer.stdout.decode("ascii").splitlines()]
    sums: Counter[str] = Counter()
    _add(sums, [[]] * (FIRST_ROW - 1) + [[None, None, None, *row] for row in rows])
    return sums


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None


READERS: dict[str, Reader] = {
    "calamine": calamine,
    "pandas-openpyxl": pandas_openpyxl,
    "openpyxl-read-only": openpyxl_read_only,
    "pandas-calamine": pandas_calamine,
    "readxl": readxl,
    "libreoffice": libreoffice,
}


def main() -> None:
    name, folder = sys.argv[1:3]
    paths = sorted(Path(folder).glob("*.xlsx"))
    READERS[name](paths[:1])
    began = _cpu()
    sums = READERS[name](paths)
    print(json.dumps({"sums": sums, "cpu": _cpu() - began}))


def _cpu() -> float:
    """Seconds of this process and of those that it started."""
    own = os.times()
    return own.user + own.system + own.children_user + own.children_system


if __name__ == "__main__":
    main()
