"""Every finding code has its case, every case is made anew to the same content, and says exactly its one line.

The cases run through the real command line in a copy of `sample_reports/faults/_campaign`.
"""

from __future__ import annotations

import io
import json
import shutil
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from aggregator.catalogue import CATALOGUE
from aggregator.cli import cli
from aggregator.inbox import Item
from tests.cases_craft import CAMPAIGN, FAULTS
from tests.make_cases import BY_FOLDER

FOLDERS = sorted(folder.name for folder in FAULTS.iterdir() if folder.is_dir() and folder.name != CAMPAIGN)
PLACE = ("code", "severity", "file", "sheet", "cell", "unit", "row", "measure")


def told(folder: str) -> dict[str, Any]:
    return json.loads((FAULTS / folder / "case.json").read_text(encoding="utf-8"))


def test_every_code_has_a_case_and_every_case_a_code() -> None:
    assert {folder.partition("--")[0] for folder in FOLDERS} == set(CATALOGUE)
    assert set(FOLDERS) == set(BY_FOLDER)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_case_is_made_again_as_it_was_committed(folder: str) -> None:
    made = BY_FOLDER[folder].files()
    assert sorted(made) == sorted(path.name for path in (FAULTS / folder).iterdir())
    for name, data in made.items():
        assert same(data, (FAULTS / folder / name).read_bytes()), name


def same(one: bytes, other: bytes) -> bool:
    """Byte for byte; or the same parts in the same order, where another zlib only packs them differently."""
    return one == other or (_parts(one) is not None and _parts(one) == _parts(other))


def _parts(data: bytes) -> list[tuple[str, bytes]] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(entry.filename, _content(archive, entry)) for entry in archive.infolist()]
    except zipfile.BadZipFile:
        return None


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """What a part holds; a part that was damaged on purpose is the same as another damaged one."""
    try:
        return archive.read(entry)
    except (zipfile.BadZipFile, zlib.error):
        return b"damaged"


@pytest.fixture
def folder_of_case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the campaign with the files of the case in `nhan_ve`."""
    case = told(request.param)
    root = tmp_path / "dot"
    shutil.copytree(FAULTS / CAMPAIGN, root)
    (root / "nhan_ve").mkdir()
    for name in case["files"]:
        shutil.copyfile(FAULTS / request.param / name, root / "nhan_ve" / name)
    for name in case.get("beside", ()):
        shutil.copyfile(FAULTS / request.param / name, root / name)
    if case["refuse_open"]:
        monkeypatch.setattr("aggregator.examine.read_item", refuse)
    return root


def refuse(item: Item, _most: int) -> bytes:
    raise PermissionError(13, "Permission denied", str(item.path))


@pytest.mark.parametrize(("folder", "folder_of_case"), [(name, name) for name in FOLDERS], indirect=["folder_of_case"])
def test_a_case_says_exactly_its_line(folder: str, folder_of_case: Path) -> None:
    case = told(folder)
    command, *options = case["command"]
    paths = [str(folder_of_case / "nhan_ve")]
    result = CliRunner().invoke(cli, ["-C", str(folder_of_case), command, "--json", *options, *paths])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    document = json.loads(result.stdout)
    found = [{name: finding[name] for name in PLACE} for finding in document["findings"]]
    wanted = [{name: line[name] for name in PLACE} for line in (case["expected"], *case["also"])]
    if case["among"]:
        assert all(line in found for line in wanted), found
    else:
        rest = [line for line in found if line not in wanted]
        assert Counter(map(repr, found)) - Counter(map(repr, rest)) == Counter(map(repr, wanted)), found
        assert sorted(line["code"] for line in rest) == sorted(case["others"]), rest
    assert {line["path"].removeprefix("nhan_ve/"): line["status"] for line in document["files"]} == case["status"]
    assert result.exit_code == case["exit"]
    assert all(finding["message"]["vi"] and finding["message"]["en"] for finding in document["findings"])
