"""`kill -9` at random moments: the old result or the new one, never half of one, and the next run works.

Real processes are killed, spread over the whole length of a run. Before each, one returned file is swapped, so that the
result of every run differs from the one before it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest

from tests.proof.helpers import ROOT, SEED, SHEET, Campaign, numbers_for, sample_campaign, scaled, slots, succeed

KILLS = 100
SCHOOLS = 3
PATIENCE = 2.0
"""Seconds until no worker of a killed run may be left."""
SETTINGS = {"campaign.json", "units.csv", "so_nhan.csv"}
LINUX = Path("/proc/self/status").exists()


@pytest.fixture(autouse=True)
def seed() -> None:
    print(f"PROOF_SEED={SEED}")


def typed(campaign: Campaign, code: str, number: int) -> bytes:
    """The issued workbook of a school with one number in every class; openpyxl is quicker here than LibreOffice."""
    path = campaign.issued[code]
    book = openpyxl.load_workbook(path)
    for slot in slots(path):
        if slot.code.startswith("M01."):
            book[SHEET][slot.cell] = number
    target = campaign.folder / "typed.xlsx"
    book.save(target)
    data = target.read_bytes()
    target.unlink()
    return data


@dataclass
class Bench:
    """A campaign whose first return alternates between two states, and the one result that belongs to each."""

    campaign: Campaign
    states: tuple[bytes, bytes]
    results: list[bytes] = field(default_factory=list)
    seconds: float = 60.0
    """How long a run takes."""
    whole: set[str] = field(default_factory=set)
    """Run folders that have been looked at."""

    @property
    def result(self) -> Path:
        return self.campaign.folder / "ket_qua" / f"tong-hop-{self.root}.xlsx"

    @property
    def runs(self) -> Path:
        return self.campaign.folder / "ket_qua/lan"

    @property
    def root(self) -> str:
        return next(code for code, line in self.campaign.units.items() if not line["parent"])

    def swap(self, state: int) -> None:
        path = self.campaign.inbox / "a.xlsx"
        waiting = path.with_name("a.new")
        waiting.write_bytes(self.states[state])
        waiting.replace(path)

    def aggregate(self) -> None:
        succeed("-C", self.campaign.folder, "aggregate", "--json")

    def start(self) -> subprocess.Popen[bytes]:
        """A run whose workers carry its mark in their environment."""
        return subprocess.Popen(
            [sys.executable, "-m", "aggregator", "-C", str(self.campaign.folder), "aggregate", "--json"],
            env=os.environ | {"PYTHONPATH": str(ROOT), "KILL_MARK": str(self.campaign.folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def orphans(self) -> list[int]:
        """Live processes of killed runs."""
        mark = f"KILL_MARK={self.campaign.folder}".encode()
        return [int(path.name) for path in Path("/proc").glob("[0-9]*") if _alive_with(path, mark)]


def _alive_with(process: Path, mark: bytes) -> bool:
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        return state not in "ZX" and mark in (process / "environ").read_bytes().split(b"\0")
    except (OSError, IndexError):
        return False


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    campaign = sample_campaign(tmp_path_factory.mktemp("đợt") / "q7", "quan-7-2024")
    codes = campaign.of_level("school")[:SCHOOLS]
    made = Bench(campaign, (typed(campaign, codes[0], 3), typed(campaign, codes[0], 5)))
    for code in codes[1:]:
        (campaign.inbox / campaign.name_of(code)).write_bytes(typed(campaign, code, 2))
    for data in made.states:  # every file is in the book of receipts before anything is measured
        (campaign.inbox / "a.xlsx").write_bytes(data)
        made.aggregate()
    for state in (0, 1):
        made.swap(state)
        started = time.monotonic()
        made.aggregate()
        made.seconds = min(made.seconds, time.monotonic() - started)
        made.results.append(made.result.read_bytes())
        assert_opens(made.result)
    assert made.results[0] != made.results[1]
    yield made


def assert_runs_are_whole(bench: Bench) -> None:
    """Every folder that bears a number holds everything."""
    for folder in bench.runs.iterdir():
        if folder.name.isdigit() and folder.name not in bench.whole:
            bench.whole.add(folder.name)
            names = {path.name for path in folder.iterdir()}
            assert names == {*SETTINGS, "manifest.json"}, folder.name
            manifest = json.loads((folder / "manifest.json").read_bytes())
            assert manifest["run"] == int(folder.name)
            assert {setting["path"] for setting in manifest["settings"]} == SETTINGS


def assert_opens(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    assert "Tổng hợp" in openpyxl.load_workbook(path, read_only=True).sheetnames


def left_over(bench: Bench) -> list[str]:
    return [path.name for path in (bench.campaign.folder / "ket_qua").rglob("*.tmp")]


def test_kill_at_any_moment_leaves_the_old_result_or_the_new_one(bench: Bench) -> None:
    rng, seen, killed, half_way = numbers_for("kill"), [0, 0], 0, 0
    kills = scaled(KILLS, least=10)
    moments = [(number + rng.random()) / kills * bench.seconds for number in range(kills)]
    rng.shuffle(moments)
    state = bench.results.index(bench.result.read_bytes())
    for moment in moments:
        old, state = state, 1 - state
        bench.swap(state)
        process = bench.start()
        time.sleep(moment)
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        print(f"killed after {moment:.3f} s")
        found = bench.result.read_bytes()
        assert found in (bench.results[old], bench.results[state])
        seen[found == bench.results[state]] += 1
        assert_runs_are_whole(bench)
        half_way += bool(left_over(bench))
        _assert_no_orphan(bench)
        bench.aggregate()
        assert bench.result.read_bytes() == bench.results[state]
        assert left_over(bench) == []
    print(f"{killed} of {kills} killed under way; old {seen[0]}, new {seen[1]}; {half_way} left something unfinished")
    assert killed >= kills * 0.5, "most were still running when they were killed"
    assert seen[0] > 0
    kept = list((bench.campaign.folder / "ket_qua").glob(f"{bench.result.stem}-*.xlsx"))
    assert len(kept) <= 2 + len(bench.states), "results that change to and fro do not pile up"


def _assert_no_orphan(bench: Bench) -> None:
    if LINUX:
        until = time.monotonic() + PATIENCE
        while (left := bench.orphans()) and time.monotonic() < until:
            time.sleep(0.02)
        assert left == []


@pytest.mark.skipif(not LINUX, reason="moments are told by what lies in the folder; any system will do")
def test_kill_while_results_are_put_in_their_places(bench: Bench) -> None:
    """The short moment that random ones seldom hit: killed as soon as something unfinished is seen."""
    rng = random.Random(f"{SEED} placing")
    results = bench.campaign.folder / "ket_qua"
    caught, tries = 0, scaled(15, least=3)
    state = bench.results.index(bench.result.read_bytes())
    for _ in range(tries):
        state = 1 - state
        bench.swap(state)
        process = bench.start()
        while process.poll() is None and not any(results.rglob(".*.tmp")):
            pass
        time.sleep(rng.random() * 0.02)
        process.kill()
        process.wait()
        caught += bool(left_over(bench))
        assert bench.result.read_bytes() in bench.results
        assert_runs_are_whole(bench)
        bench.aggregate()
        assert bench.result.read_bytes() == bench.results[state]
        assert left_over(bench) == []
    print(f"{caught} of {tries} killed with something unfinished")
    assert caught


# --- real disks ----------------------------------------------------------------------------------------------------


def mounted(place: Path, *words: str) -> bool:
    """Whether this may be mounted here: root on Linux may."""
    if not LINUX or os.geteuid() != 0 or not shutil.which("mount"):
        return False
    return subprocess.run(["mount", *words, str(place)], capture_output=True).returncode == 0


@pytest.fixture
def small_campaign(tmp_path: Path) -> Iterator[Campaign]:
    """One whose results lie on a disk of their own, of 1 MB; where nothing can be mounted, on an ordinary one."""
    campaign = sample_campaign(tmp_path / "q7", "quan-7-2024")
    results = campaign.folder / "ket_qua"
    on_disk = mounted(results, "-t", "tmpfs", "-o", "size=1m", "tmpfs")
    code = campaign.of_level("school")[0]
    try:
        (campaign.inbox / "a.xlsx").write_bytes(typed(campaign, code, 3))
        succeed("-C", campaign.folder, "aggregate")
        (campaign.inbox / "a.xlsx").write_bytes(typed(campaign, code, 5))
        yield campaign
    finally:
        if on_disk:
            subprocess.run(["umount", str(results)], check=True)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def limited(campaign: Campaign, free: int) -> tuple[int, str, str]:
    """A run with so many bytes of space left: on the small disk, or else no file may be longer than that."""
    results = campaign.folder / "ket_qua"
    filler = results / "đầy.bin"
    command = [sys.executable, "-m", "aggregator", "-C", str(campaign.folder), "aggregate", "--json"]
    if os.path.ismount(results):
        space = shutil.disk_usage(results).free - free
        filler.write_bytes(b"\0" * max(0, space))
    else:
        command = ["sh", "-c", f'ulimit -f {max(1, free // 512)}; exec "$@"', "sh", *command]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=120)
    filler.unlink(missing_ok=True)
    return done.returncode, done.stdout, done.stderr


def test_a_full_disk_at_any_point_loses_nothing(small_campaign: Campaign) -> None:
    """From no space at all up to enough, in steps: exit 3 with one line and nothing changed, until it fits."""
    results = small_campaign.folder / "ket_qua"
    before = tree(results)
    stopped = 0
    for free in range(0, 400_000, round(4096 * max(1, 5 / scaled(5)))):
        status, out, err = limited(small_campaign, free)
        if status == 0:
            break
        stopped += 1
        assert status == 3, err
        assert len(err.strip().splitlines()) == 1 and "Traceback" not in err
        assert json.loads(out)["error"]["vi"]
        assert tree(results) == before
    assert status == 0 and stopped >= 3
    after = tree(results)
    name = next(name for name in before if name.startswith("tong-hop"))
    assert after[name] != before[name] and before[name] in after.values()


def test_a_read_only_results_folder_loses_nothing(small_campaign: Campaign) -> None:
    results = small_campaign.folder / "ket_qua"
    if os.path.ismount(results):
        subprocess.run(["mount", "-o", "remount,ro", str(results)], check=True)
    else:
        results.chmod(0o500)
    before = tree(results)
    done = small_campaign.run("aggregate", "--json")
    if os.path.ismount(results) or os.geteuid() != 0:
        assert done.status == 3 and json.loads(done.out)["error"]["en"]
        assert len(done.err.strip().splitlines()) == 1
        assert tree(results) == before
    results_writable(results)
    assert small_campaign.run("aggregate", "--json").status == 0


def results_writable(results: Path) -> None:
    if os.path.ismount(results):
        subprocess.run(["mount", "-o", "remount,rw", str(results)], check=True)
    else:
        results.chmod(0o700)
