"""Makes what lies in `sample_reports`: a case for each finding code, and the filled sample campaigns.

`python -m tests.make_cases [NAME…]` writes everything anew, or the cases of some codes and some campaigns; the same
bytes on every run. The cases stand in `cases_files`, `cases_structure`, `cases_values` and `cases_folder`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests import cases_files, cases_folder, cases_structure, cases_values
from tests.cases_craft import FAULTS, Case
from tests.cases_samples import NAMES, write_sample

CASES: tuple[Case, ...] = (
    *cases_files.cases, *cases_structure.cases, *cases_values.cases, *cases_folder.cases,
)  # fmt: skip
BY_FOLDER = {case.folder: case for case in CASES}


def write_case(case: Case, root: Path) -> None:
    """One folder, from nothing."""
    folder = root / case.folder
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for name, data in case.files().items():
        (folder / name).write_bytes(data)


def main(codes: Iterable[str]) -> None:
    wanted = set(codes)
    if not wanted:
        for folder in FAULTS.iterdir():
            if folder.is_dir() and not folder.name.startswith("_") and folder.name not in BY_FOLDER:
                shutil.rmtree(folder)
    for case in CASES:
        if not wanted or wanted & {case.code, case.folder}:
            write_case(case, FAULTS)
    with tempfile.TemporaryDirectory() as scratch:
        for name in NAMES:
            if not wanted or name in wanted:
                write_sample(name, Path(scratch))


if __name__ == "__main__":
    main(sys.argv[1:])
