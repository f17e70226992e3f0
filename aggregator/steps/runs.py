"""Keeping runs: `ket_qua/lan/0001/` with the manifest and the settings as they were; listing and comparing them.

A run's folder is written under another name and renamed when everything in it is on the disk, so that a run that was
killed leaves none. Numbers are never given twice; nothing here changes or deletes a run.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.campaign import CAMPAIGN_FILE, UNITS_FILE, Campaign
from aggregator.consolidation import Consolidation
from aggregator.decisions import FILE as DECISIONS_FILE
from aggregator.faults import Stop, Usage
from aggregator.files import TEMPORARY, CannotWrite, flush_folder, temporary_name, write_draft
from aggregator.inbox import shown
from aggregator.locking import Waiting, alone
from aggregator.receipts import RECEIPTS_FILE
from aggregator.run_changes import Comparison, changed_totals, compare
from aggregator.runs import (
    Damaged,
    Hashed,
    Manifest,
    dump_manifest,
    make_document,
    numbered_document,
    read_manifest,
)
from aggregator.steps.placing import Placed, Placing

RUNS = "lan"
MANIFEST_FILE = "manifest.json"
SETTINGS = (CAMPAIGN_FILE, UNITS_FILE, DECISIONS_FILE, RECEIPTS_FILE)
"""What is copied into a run. The secret `campaign.key` is not: results are handed on."""
LEFT_OVER = ("tong-hop-", "luu-tru-")
"""How names begin that only a command under the campaign's lock writes into the results folder."""
MAX_MANIFEST = 2**28


def runs_folder(campaign: Campaign) -> Path:
    return campaign.folder / campaign.results / RUNS


def run_folder(campaign: Campaign, number: int) -> Path:
    return runs_folder(campaign) / f"{number:04d}"


@contextlib.contextmanager
def one_run(campaign: Campaign | None, waiting: Waiting | None = None) -> Iterator[None]:
    """Alone in the campaign, with what killed runs left behind cleared away; without a campaign nothing is shared."""
    if campaign is None:
        yield
        return
    with alone(campaign.folder, waiting):
        _clear_left_overs(campaign)
        yield


# --- keeping -------------------------------------------------------------------------------------------------------


def settle_run(campaign: Campaign | None, result: Consolidation, placing: Placing, base: Path) -> tuple[Placed, ...]:
    """Put the results of a run in their places and keep the run; without a campaign there is nowhere to keep it.

    Everything is on the disk before the first result is replaced.
    """
    if campaign is None:
        return placing.settle()
    number = max(_numbers(campaign), default=0) + 1
    room = run_folder(campaign, number)
    draft = temporary_name(room)
    try:
        _make_folder(draft)
        document = make_document(result, tuple(_copy_settings(campaign.folder, draft)))

        def write_manifest(placed: tuple[Placed, ...]) -> None:
            outputs = [Hashed(shown(output.path, base), output.sha256) for output in placed]
            _write(draft / MANIFEST_FILE, dump_manifest(numbered_document(document, number, outputs)))

        write_manifest(placing.wanted)
        placed = placing.settle()
        if placed != placing.wanted:
            write_manifest(placed)
        _rename(draft, room)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return placed


def _clear_left_overs(campaign: Campaign) -> None:
    """Remove what killed runs left unfinished: only our own names, only while nobody else can be running."""
    results = campaign.folder / campaign.results
    for path in children(results):
        found = TEMPORARY.fullmatch(path.name)
        if found and found["name"].startswith(LEFT_OVER) and path.is_file() and not path.is_symlink():
            with contextlib.suppress(OSError):
                path.unlink()
    for path in children(results / RUNS):
        found = TEMPORARY.fullmatch(path.name)
        if found and found["name"].isdecimal() and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)


def children(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _make_folder(draft: Path) -> None:
    try:
        draft.mkdir(parents=True)
    except OSError as error:
        raise CannotWrite(draft.parent, error) from error


def _copy_settings(folder: Path, draft: Path) -> Iterator[Hashed]:
    for name in SETTINGS:
        try:
            data = (folder / name).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise CannotWrite(draft / name, error) from error
        _write(draft / name, data)
        yield Hashed(name, hashlib.sha256(data).hexdigest())


def _write(path: Path, data: bytes) -> None:
    """Inside a folder that nobody sees yet."""
    write_draft(path, lambda file: file.write(data)).place()


def _rename(draft: Path, room: Path) -> None:
    flush_folder(draft)
    try:
        draft.rename(room)
    except OSError as error:
        raise CannotWrite(room, error) from error
    flush_folder(room.parent)


# --- reading -------------------------------------------------------------------------------------------------------


class BadRun(Stop):
    """A run whose manifest is not what was written. `path` is relative to the campaign folder."""

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        super().__init__(
            "{path} bị hỏng hoặc đã bị sửa ({why}) nên không dùng được lần chạy này. Các lần khác không "
            "bị ảnh hưởng; xin chép lại tệp này từ bản lưu, hoặc chạy aggregate để có lần mới.",
            path=path,
            why=why,
        )


def load_run(campaign: Campaign, number: int | None = None) -> Manifest:
    """A run by its number; without one the latest. Raises `Usage` where there is none, `BadRun` where it is damaged."""
    numbers = _numbers(campaign)
    if not numbers:
        raise Usage("Đợt này chưa có lần chạy nào. Hãy chạy aggregate trước.")
    if number is not None and number not in numbers:
        listed = f"1–{numbers[-1]}" if numbers == list(range(1, numbers[-1] + 1)) else ", ".join(map(str, numbers))
        raise Usage("Không có lần chạy số {number}. Hiện có: {listed}.", number=number, listed=listed)
    return _load(campaign, numbers[-1] if number is None else number)


def _numbers(campaign: Campaign) -> list[int]:
    names = (path.name for path in children(runs_folder(campaign)) if path.is_dir())
    return sorted(int(name) for name in names if name.isascii() and name.isdecimal())


def _load(campaign: Campaign, number: int) -> Manifest:
    path = run_folder(campaign, number) / MANIFEST_FILE
    name = shown(path, campaign.folder)
    try:
        if path.stat().st_size > MAX_MANIFEST:
            raise BadRun(name, f"> {MAX_MANIFEST // 2**20} MB")
        manifest = read_manifest(path.read_bytes())
    except OSError as error:
        raise BadRun(name, error.strerror or type(error).__name__) from error
    except Damaged as error:
        raise BadRun(name, str(error)) from error
    if manifest.run != number:
        raise BadRun(name, f"run {manifest.run}")
    return manifest


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the list; `changed` counts totals against the run before, `None` for the first."""

    run: int
    at: str
    as_of: str | None
    files: int
    accepted: int | None
    expected: int | None
    changed: int | None
    outputs: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"outputs": list(self.outputs)}


def list_runs(campaign: Campaign) -> tuple[tuple[RunLine, ...], tuple[BadRun, ...]]:
    """All runs, oldest first, and those that cannot be read."""
    lines, bad = [], []
    before: Manifest | None = None
    for number in _numbers(campaign):
        try:
            manifest = _load(campaign, number)
        except BadRun as error:
            bad.append(error)
            continue
        lines.append(_line(manifest, len(changed_totals(before, manifest)) if before else None))
        before = manifest
    return tuple(lines), tuple(bad)


def _line(manifest: Manifest, changed: int | None) -> RunLine:
    return RunLine(
        manifest.run,
        manifest.at,
        manifest.as_of,
        len(manifest.files),
        manifest.coverage["accepted"],
        manifest.coverage["expected"],
        changed,
        tuple(output.path for output in manifest.outputs),
    )


def compare_runs(campaign: Campaign, first: int, second: int) -> Comparison:
    return compare(load_run(campaign, first), load_run(campaign, second))
