"""Several machines: a real dask scheduler and real worker processes, one killed during the run; a real S3 server.

Whatever happens to the workers, the results are those of one machine, byte for byte.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import s3fs

from tests.corpus import make_corpus
from tests.proof.helpers import ROOT, SEED, Done, numbers_for, program, scaled

FILES = 4_000
PATIENCE = 60.0
NAME, INBOX, RESULTS = "sao-mai", "nhan_ve", "ket_qua"
FALLBACK = "đọc ở máy này"
BUCKET = "cuoc-goi"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign with good files, a broken one, an archive and a workbook that another program must open."""
    print(f"PROOF_SEED={SEED}")
    folder = tmp_path_factory.mktemp("cluster") / NAME
    corpus = make_corpus(folder, scaled(FILES), numbers_for("cluster").randrange(10**6))
    inbox = folder / INBOX
    (inbox / "hong.xlsx").write_bytes(corpus.files[0].read_bytes()[:5_000])
    (inbox / "cu.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2_000))
    with zipfile.ZipFile(inbox / "gui.zip", "w") as archive:
        archive.write(corpus.files[1], "trong/mot.xlsx")
        archive.write(corpus.files[2], "trong/hai.xlsx")
    return folder


@pytest.fixture
def campaign(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / NAME))


@pytest.fixture(scope="module")
def local(made: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    """What one machine makes of it."""
    folder = Path(shutil.copytree(made, tmp_path_factory.mktemp("local") / NAME))
    return outcome(folder, aggregate(folder))


def aggregate(folder: Path, *words: str) -> Done:
    return program("-C", NAME, "aggregate", "--json", "--now", "2024-10-20", *words, folder=folder.parent)


def outcome(folder: Path, done: Done) -> tuple[str, dict[str, bytes]]:
    assert done.status == 1, done.err[-2_000:]
    return done.out, {path.name: path.read_bytes() for path in sorted((folder / RESULTS).iterdir()) if path.is_file()}


# --- machines ------------------------------------------------------------------------------------------------------


@dataclass
class Machines:
    """A scheduler and its workers. `scheduler` is its address."""

    scheduler: str
    workers: list[subprocess.Popen[bytes]]


def surroundings(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "AWS_EC2_METADATA_DISABLED": "true", **more}


@contextmanager
def started(words: Sequence[str], folder: Path, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    log = (folder / f"{words[1].rpartition('.')[2]}-{time.monotonic_ns()}.log").open("wb")
    with log, subprocess.Popen([sys.executable, *words], cwd=folder, env=env, stdout=log, stderr=log) as process:
        try:
            yield process
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], bool], seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def machines(folder: Path, workers: int, **more: str) -> Iterator[Machines]:
    port, env = free_port(), surroundings(**more)
    address = f"tcp://127.0.0.1:{port}"
    scheduling = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    working = ["-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    with started(scheduling, folder, env):
        wait_for(lambda: answers(port))
        first, second = started(working, folder, env), started(working, folder, env)
        with first as one, second as two:
            found = Machines(address, [one, two][:workers])
            for extra in [one, two][workers:]:
                extra.kill()
                extra.wait()
            _wait_until_joined(address, workers)
            yield found


def _wait_until_joined(address: str, number: int) -> None:
    from distributed import Client

    with Client(address, timeout=PATIENCE, set_as_default=False) as client:
        wait_for(lambda: len(client.nthreads()) == number)


def readers_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes that a worker has started."""
    found: list[int] = []
    for task in Path(f"/proc/{process.pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def kill_while_reading(victims: Sequence[subprocess.Popen[bytes]], orphans: list[int]) -> threading.Thread:
    """Kills each victim as soon as it reads."""

    def run() -> None:
        for victim in victims:
            wait_for(lambda victim=victim: bool(readers_of(victim)))  # type: ignore[misc]
            orphans.extend(readers_of(victim))
            os.kill(victim.pid, signal.SIGKILL)
            victim.wait()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


# --- what happens --------------------------------------------------------------------------------------------------


def test_two_machines_give_what_one_gives(campaign: Path, tmp_path: Path, local: tuple[str, dict[str, bytes]]) -> None:
    with machines(tmp_path, 2) as found:
        done = aggregate(campaign, "--executor", "dask", "--scheduler", found.scheduler)
    assert outcome(campaign, done) == local
    assert FALLBACK not in done.err


def test_a_killed_machine_changes_nothing(campaign: Path, tmp_path: Path, local: tuple[str, dict[str, bytes]]) -> None:
    orphans: list[int] = []
    with machines(tmp_path, 2) as found:
        killer = kill_while_reading(found.workers[:1], orphans)
        done = aggregate(campaign, "--executor", "dask", "--scheduler", found.scheduler)
        killer.join()
        assert found.workers[0].returncode == -signal.SIGKILL
        assert found.workers[1].poll() is None
        wait_for(lambda: not any(map(is_alive, orphans)))
    assert orphans
    assert outcome(campaign, done) == local
    assert FALLBACK not in done.err


def test_when_every_machine_is_gone_this_one_reads(
    campaign: Path, tmp_path: Path, local: tuple[str, dict[str, bytes]]
) -> None:
    with machines(tmp_path, 2) as found:
        killer = kill_while_reading(found.workers, [])
        done = aggregate(campaign, "--executor", "dask", "--scheduler", found.scheduler)
        killer.join()
    assert outcome(campaign, done) == local
    assert FALLBACK in done.err


def test_without_a_scheduler_or_machines_nothing_is_written(campaign: Path, tmp_path: Path) -> None:
    nobody = f"tcp://127.0.0.1:{free_port()}"
    done = aggregate(campaign, "--executor", "dask", "--scheduler", nobody)
    assert (done.status, nobody in done.err) == (3, True)
    with machines(tmp_path, 0) as found:
        done = aggregate(campaign, "--executor", "dask", "--scheduler", found.scheduler)
    assert (done.status, "dask worker" in done.err) == (3, True)
    assert not [path for path in campaign.rglob("tong-hop-*") if RESULTS in path.parts]


def test_an_address_of_s3_is_read_where_the_workers_are(
    campaign: Path, tmp_path: Path, local: tuple[str, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    house = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "invented",
        "AWS_SECRET_ACCESS_KEY": "invented",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in house.items():
        monkeypatch.setenv(name, value)
    with started(["-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], tmp_path, surroundings()):
        wait_for(lambda: answers(port))
        store = s3fs.S3FileSystem()
        store.mkdir(BUCKET)
        store.put(f"{campaign / INBOX}/", f"{BUCKET}/{INBOX}/", recursive=True)
        shutil.rmtree(campaign / INBOX)
        place = f"s3://{BUCKET}/{INBOX}"
        with machines(tmp_path, 2, **house) as found:
            done = aggregate(campaign, place, "--executor", "dask", "--scheduler", found.scheduler)
        here = aggregate(campaign, place, "--force")
    assert (done.status, here.status) == (1, 1), done.err[-2_000:] + here.err[-2_000:]
    assert FALLBACK not in done.err
    assert done.out == here.out
    wanted = Done(1, local[0], "")
    assert done.totals == wanted.totals
    assert [line["path"] for line in done.document["files"]] == [
        f"s3://{BUCKET}/{line['path']}" for line in wanted.document["files"]
    ]
