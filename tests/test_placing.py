"""Results on their way to their places: full disks, folders that cannot be written, files that are open elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from aggregator import files
from aggregator.campaign import Campaign
from aggregator.cli import cli
from aggregator.faults import Stop
from aggregator.files import CannotWrite, write_atomic
from aggregator.seal import RESULT_PREFIX
from aggregator.steps import describe, placing
from aggregator.steps.issue import init_sample
from aggregator.steps.placing import Placing, put_result
from tests.filling import send

ROOT = Path(__file__).resolve().parents[1]
PAIR = {("1.07", "count"): 2, ("1.07", "people"): 60}
RESULT = "ket_qua/tong-hop-778.xlsx"


def always(_path: Path) -> bool:
    return True


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- one after the other -------------------------------------------------------------------------------------------


def test_results_that_change_to_and_fro_do_not_pile_up(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    for data in (b"A", b"B", b"A", b"B", b"A", b"B"):
        assert put_result(path, data, False, always) == path
        assert path.read_bytes() == data
    assert names(tmp_path) == {"x.xlsx", "x-2.xlsx", "x-3.xlsx"}
    assert {(tmp_path / name).read_bytes() for name in ("x-2.xlsx", "x-3.xlsx")} == {b"A", b"B"}


def test_a_kept_result_is_another_file(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    put_result(path, b"A", False, always)
    put_result(path, b"B", False, always)
    path.write_bytes(b"somebody typed")
    assert (tmp_path / "x-2.xlsx").read_bytes() == b"A"


def test_where_no_second_name_can_be_given_the_earlier_result_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_words: object, **_more: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    put_result(tmp_path / "x.xlsx", b"A", False, always)
    put_result(tmp_path / "x.xlsx", b"B", False, always)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == {"x.xlsx": b"B", "x-2.xlsx": b"A"}


def test_names_that_are_no_numbers_are_left_alone(tmp_path: Path) -> None:
    for name in ("x-2.xlsx", "x-ban-cu.xlsx", "x-3.xls", "xy-2.xlsx"):
        (tmp_path / name).write_bytes(b"theirs")
    put_result(tmp_path / "x.xlsx", b"A", False, always)
    put_result(tmp_path / "x.xlsx", b"B", False, always)
    assert (tmp_path / "x-2.xlsx").read_bytes() == b"theirs" and (tmp_path / "x-3.xlsx").read_bytes() == b"A"
    assert list(placing.kept_results(tmp_path / "x.xlsx")) == [tmp_path / "x-2.xlsx", tmp_path / "x-3.xlsx"]


def test_nothing_is_replaced_until_everything_is_written(tmp_path: Path) -> None:
    first, foreign = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    first.write_bytes(RESULT_PREFIX.encode())
    foreign.write_bytes(b"theirs")
    with pytest.raises(Stop), Placing(is_own=lambda path: path == first) as results:
        results.stage(first, b"new")
        results.stage(foreign, b"new")
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == {
        "a.xlsx": RESULT_PREFIX.encode(),
        "b.xlsx": b"theirs",
    }


def test_what_was_not_settled_is_dropped(tmp_path: Path) -> None:
    with Placing() as results:
        results.stage(tmp_path / "a.xlsx", b"new")
        assert len(names(tmp_path)) == 1
    assert names(tmp_path) == set()


# --- open elsewhere ------------------------------------------------------------------------------------------------


def locked(name: str) -> Callable[[Path, Path], Path]:
    """As Windows answers while Excel has a file of this name open."""
    replace = Path.replace

    def answer(self: Path, target: Path) -> Path:
        if target.name == name:
            raise PermissionError(13, "The process cannot access the file")
        return replace(self, target)

    return answer


def test_a_result_that_is_open_gets_a_numbered_name_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.xlsx"
    put_result(path, b"A", False, always)
    monkeypatch.setattr(Path, "replace", locked("x.xlsx"))
    assert put_result(path, b"B", False, always) == tmp_path / "x-2.xlsx"
    assert put_result(path, b"B", False, always) == tmp_path / "x-2.xlsx", "the same again is not written twice"
    assert put_result(path, b"C", False, always) == tmp_path / "x-3.xlsx"
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == {
        "x.xlsx": b"A",
        "x-2.xlsx": b"B",
        "x-3.xlsx": b"C",
    }


def test_a_full_disk_gives_no_numbered_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.xlsx"
    put_result(path, b"A", False, always)

    def refuse(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(CannotWrite) as stop:
        put_result(path, b"B", False, always)
    assert stop.value.error.errno == 28 and "x.xlsx" in stop.value.vi
    assert names(tmp_path) == {"x.xlsx"} and path.read_bytes() == b"A"


def test_a_folder_under_the_name_of_a_result(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").mkdir()
    for force in (False, True):
        with pytest.raises(CannotWrite):
            put_result(tmp_path / "x.xlsx", b"A", force)
    assert names(tmp_path) == {"x.xlsx"}


@pytest.mark.parametrize("number", [*files.FULL, *files.DENIED, None])
def test_advice_fits_the_reason(number: int | None, tmp_path: Path) -> None:
    stop = CannotWrite(tmp_path / "x.xlsx", OSError(number, "reason") if number else OSError())
    assert ("đầy" in stop.vi, "full" in stop.en) == (number in files.FULL,) * 2
    assert stop.status == 3 and "x.xlsx" in stop.en


# --- whole runs ----------------------------------------------------------------------------------------------------


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    made = init_sample(tmp_path / "q7", "quan-7-2024")
    send(made, "2746601", PAIR)
    assert command(made).returncode == 0
    send(made, "2746602", PAIR)
    return made


def command(campaign: Campaign, *words: str, largest: int | None = None) -> subprocess.CompletedProcess[str]:
    """`aggregate` in a process of its own; no file it writes may be longer than `largest` bytes."""

    def limit() -> None:
        import resource

        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    return subprocess.run(
        [sys.executable, "-m", "aggregator", "-C", str(campaign.folder), "aggregate", "--json", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=limit if largest is not None else None,
    )


def assert_stopped(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr
    assert json.loads(done.stdout)["error"]["en"]


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be limited there")
@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_no_space_loses_nothing(campaign: Campaign, share: float) -> None:
    """The limit hits the receipts, the manifest, the copied register or the result, whichever is longer than it."""
    result = campaign.folder / RESULT
    before = tree(campaign.folder / "ket_qua")
    assert_stopped(command(campaign, largest=int(share * result.stat().st_size)))
    assert tree(campaign.folder / "ket_qua") == before
    assert not list(campaign.folder.rglob("*.tmp"))
    assert command(campaign).returncode == 0
    assert result.read_bytes() != before["tong-hop-778.xlsx"]
    assert (campaign.folder / "ket_qua/tong-hop-778-2.xlsx").read_bytes() == before["tong-hop-778.xlsx"]


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be limited there")
def test_no_space_for_the_run_folder_only(campaign: Campaign) -> None:
    """The register is longer than the result: the result fits, its run does not, and the old result stays."""
    before = tree(campaign.folder / "ket_qua")
    with (campaign.folder / "units.csv").open("a", encoding="utf-8", newline="") as file:
        file.write("\n" * 200_000)
    assert_stopped(command(campaign, largest=150_000))
    assert tree(campaign.folder / "ket_qua") == before


@pytest.mark.parametrize("place", ["ket_qua", "ket_qua/lan"])
def test_a_place_that_cannot_be_written_loses_nothing(campaign: Campaign, place: str) -> None:
    path = campaign.folder / place
    path.rename(path.with_name("cho-khac"))
    path.write_bytes(b"a file, no folder")
    before = tree(campaign.folder / "ket_qua") if place != "ket_qua" else {}
    assert_stopped(command(campaign))
    assert path.read_bytes() == b"a file, no folder"
    assert place == "ket_qua" or tree(campaign.folder / "ket_qua") == before


def test_a_fault_of_the_program_on_a_full_disk_is_still_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_words: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    def fail() -> None:
        raise LookupError("a fault of our own")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    monkeypatch.setattr(describe, "list_forms", fail)
    done = CliRunner().invoke(cli, ["forms", "list"])
    assert done.exit_code == 70
    assert len(done.stderr.splitlines()) == 1 and "LookupError" in done.stderr and "No space left" in done.stderr


def test_write_atomic_makes_its_folder_and_leaves_only_the_file(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a/b/c.txt", b"1")
    write_atomic(tmp_path / "a/b/c.txt", b"2")
    assert tree(tmp_path) == {"a/b/c.txt": b"2"}
