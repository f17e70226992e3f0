"""Reading on several machines: what `workers` does here, done by the workers of a dask.distributed cluster.

Files go out in parcels. On the other machine a parcel is read by a fresh process, never by dask's own, for the bytes
are a stranger's: there the limits of `workers` hold. A parcel that does not come back, because machines died or do not
see the folder, is read here; so the result is the same whatever happens. Needs distributed (the extra `cluster`).
"""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from aggregator import workers
from aggregator.faults import Stop
from aggregator.identity import Expectation
from aggregator.inbox import Item
from aggregator.resources import tool_hash
from aggregator.submission import Examination

FEWEST, MOST = 50, 1_000
"""Files of a parcel: a process is started for each, so not too few; a lost one is read again, so not too many."""
PARCELS_PER_THREAD = 4
CONNECT = 15
"""Seconds until a scheduler that does not answer is given up."""

LOOK = 5
"""Seconds between two looks whether any machine is left."""

Together = tuple[Examination, ...]
"""What one item gives: more than one where it is an archive."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the scheduler is, and whom to tell how many files had to be read here after all."""

    scheduler: str
    lost: Callable[[int], None] = lambda _number: None


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker must know. `tool` is the hash of the program that asks; another program may read otherwise."""

    expected: Expectation
    passwords: tuple[str, ...]
    tool: str


@dataclass(frozen=True, slots=True)
class OtherTool:
    """Instead of results: the machine has another version of the program."""

    host: str


def _tool() -> str:
    """The program and the Python that runs it."""
    return f"{tool_hash()} {sys.version_info[:2]}"


class NoScheduler(Stop):
    def __init__(self, address: str, error: Exception) -> None:
        super().__init__(
            "Không nối được với máy điều phối {address} ({reason}). Xin kiểm tra địa chỉ rồi chạy lại.",
            address=address,
            reason=type(error).__name__,
        )


class NoCluster(Stop):
    def __init__(self, package: str) -> None:
        super().__init__(
            "Máy này chưa có phần chạy trên nhiều máy: {package}. Xin cài thêm: {install}.",
            package=package,
            install='pip install "htsd-aggregator[cluster]"',
        )


class NoMachines(Stop):
    def __init__(self, address: str) -> None:
        super().__init__(
            "Máy điều phối {address} chưa có máy nào để đọc tệp. Xin mở máy đọc (dask worker) rồi chạy lại.",
            address=address,
        )


class Different(Stop):
    def __init__(self, host: str) -> None:
        super().__init__(
            "Máy {host} dùng bản aggregator khác với máy này nên có thể đọc khác. Chưa ghi gì cả; xin cài cùng một "
            "bản trên mọi máy rồi chạy lại.",
            host=host,
        )


def examine_each(
    items: Sequence[Item], expected: Expectation, cluster: Cluster, passwords: Sequence[str] = ()
) -> Iterator[Together]:
    """As `workers.examine_each`, on the cluster."""
    if not items:
        return
    work = Work(expected, tuple(passwords), _tool())
    missed = 0
    with _connected(cluster.scheduler) as client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise NoMachines(cluster.scheduler)
        parcels = list(_parcels(items, threads))
        with client.get_executor(pure=False) as executor:
            shared = client.scatter(work, broadcast=True, hash=False)
            futures: list[Any] = [executor.submit(read_parcel, parcel, shared) for parcel in parcels]
            for number, parcel in enumerate(parcels):
                found = _result(futures[number], client)
                futures[number] = None
                missed += len(parcel) if found is None else 0
                yield from workers.examine_each(parcel, expected, None, passwords) if found is None else found
    if missed:
        cluster.lost(missed)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise NoCluster(str(error)) from error
    try:
        client = distributed.Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoScheduler(address, error) from error
    with client:
        yield client


def _parcels(items: Sequence[Item], threads: int) -> Iterator[Sequence[Item]]:
    size = min(max(-(-len(items) // (PARCELS_PER_THREAD * threads)), FEWEST), MOST)
    return (items[start : start + size] for start in range(0, len(items), size))


def _result(future: Any, client: Any) -> list[Together] | None:
    """What came back; `None` where nothing did, for whatever reason."""
    try:
        while not _is_done(future):
            if not client.nthreads():
                return None
        found: list[Together] | OtherTool | None = future.result()
    except Exception:  # machines, networks and dask itself may fail in ways of their own
        return None
    if isinstance(found, OtherTool):
        raise Different(found.host)
    return found


def _is_done(future: Any) -> bool:
    """Within `LOOK` seconds. Where every machine is gone, dask would wait for another one forever."""
    done: bool = bool(wait([future], timeout=LOOK).done)
    return done


# --- on the other machine ------------------------------------------------------------------------------------------


def read_parcel(items: Sequence[Item], work: Work) -> list[Together] | OtherTool | None:
    """In a worker of the cluster: read by a process beside it. `None` where the files are not to be seen there."""
    if work.tool != _tool():
        return OtherTool(socket.gethostname())
    if not all(item.address or item.finding or item.path.exists() for item in items):
        return None
    found: list[Together] | None = _ask_process(pickle.dumps((list(items), work)))
    return found


def _ask_process(question: bytes) -> Any:
    """The answer of a fresh process; it ends as soon as its input does, so with this one."""
    command = [sys.executable, "-c", "from aggregator.cluster import serve; serve()"]
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=surroundings) as process:
        assert process.stdin and process.stdout
        process.stdin.write(question)
        process.stdin.flush()
        answer = process.stdout.read()
        process.stdin.close()
    return pickle.loads(answer)  # our own process wrote it


def serve() -> None:
    """The process beside: one question in, one answer out. What foreign readers print goes elsewhere."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    items, work = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_input, daemon=True).start()
    pickle.dump(list(workers.examine_each(items, work.expected, 1, work.passwords)), out, protocol=5)
    out.flush()
    os._exit(0)


def _end_with_input() -> None:
    """Without Python's lock on the stream, which a forked child would wait for in vain."""
    while os.read(0, 4096):
        pass
    os._exit(1)
