"""Every workbook of the repository and of the bad files, and 2,000 mutants: ours, openpyxl and calamine agree."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from tests.bad_files import select
from tests.bad_files_craft import Press, make_campaign, unit_codes
from tests.differential import compare, mutants
from tests.proof.helpers import SEED, scaled
from tests.test_differential import bases, check, committed, crafted

LARGEST = 3_000_000


def is_whole(data: bytes) -> bool:
    """Whether every part can be unpacked: what was damaged on purpose has nothing left to change."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        return False


def test_every_workbook_agrees(tmp_path: Path) -> None:
    press = Press(make_campaign(tmp_path / "dot"))
    bad = ((case.name, case.make(press.form(unit_codes()[7]))) for case in select(heavy=False))
    check(compare([*committed(), *crafted(LARGEST), *((name, data) for name, data in bad if len(data) < LARGEST)]))


def test_two_thousand_mutants_agree() -> None:
    print(f"PROOF_SEED={SEED}")
    whole = [(name, data) for name, data in committed() if is_whole(data)]
    check(compare(mutants([*bases(), *whole[::40]], scaled(2_000), SEED)))
