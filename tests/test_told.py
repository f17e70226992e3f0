"""While many files are read, who waits sees how far it is; whatever happens, the bar goes and the cursor comes back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.steps.survey import NothingToRead, Request, collect
from aggregator.workers import CHUNK

FILES = 2 * CHUNK + 5
SHOWN, HIDDEN = b"\x1b[?25h", b"\x1b[?25l"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(FILES):
        (tmp_path / f"{number:03d}.xlsx").write_bytes(b"no workbook")
    return tmp_path


def test_it_is_told_while_files_are_read(folder: Path) -> None:
    said: list[tuple[int, int]] = []
    collect(Request((folder,), folder, progress=lambda *told: said.append(told)))
    assert [told for told in said if told[0]] == [
        *((done, FILES) for done in (CHUNK, 2 * CHUNK, FILES)),
        (FILES, FILES),
    ]


def test_the_end_is_told_where_there_is_nothing_to_read(tmp_path: Path) -> None:
    said: list[tuple[int, int]] = []
    with pytest.raises(NothingToRead):
        collect(Request((tmp_path,), tmp_path, progress=lambda *told: said.append(told)))
    assert said[-1] == (0, 0)


def heard_from(terminal: int) -> bytes:
    """Nothing where the other side has gone."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminal")
def test_the_bar_counts_and_gives_the_cursor_back(folder: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "aggregator", "check", str(folder)]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment) as done:
        os.close(theirs)
        seen = b"".join(iter(lambda: heard_from(ours), b""))
    os.close(ours)
    assert done.returncode == 1
    for count in (CHUNK, 2 * CHUNK, FILES):
        assert f"{count}/{FILES}".encode() in seen
    assert seen.count(HIDDEN) == seen.count(SHOWN) == 1
    assert seen.index(HIDDEN) < seen.index(SHOWN)
