"""Every workbook of the repository and of the bad files, and 2,000 mutants: ours, openpyxl and calamine agree."""

from __future__ import annotations

from pathlib import Path

from tests.bad_files import select
from tests.bad_files_craft import Press, make_campaign, unit_codes
from tests.differential import compare, mutants
from tests.proof.helpers import SEED, scaled
from tests.test_differential import bases, check, committed, crafted

LARGEST = 3_000_000


def test_every_workbook_agrees(tmp_path: Path) -> None:
    press = Press(make_campaign(tmp_path / "dot"))
    bad = ((case.name, case.make(press.form(unit_codes()[7]))) for case in select(heavy=False))
    check(compare([*committed(), *crafted(LARGEST), *((name, data) for name, data in bad if len(data) < LARGEST)]))


def test_two_thousand_mutants_agree() -> None:
    print(f"PROOF_SEED={SEED}")
    check(compare(mutants([*bases(), *committed()[::40]], scaled(2_000), SEED)))
