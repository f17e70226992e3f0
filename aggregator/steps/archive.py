"""Packing a run: exactly the files it read, its settings, manifest and results, in one zip archive.

Unpacked it is a campaign folder that can be run again. Every file is compared with the SHA-256 of the manifest before
anything is written; an archive is whole or not at all. The same run gives the same bytes.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

from aggregator.campaign import Campaign
from aggregator.faults import Stop
from aggregator.inbox import MAX_PATH, shown
from aggregator.reading import limits
from aggregator.runs import InputFile, Manifest
from aggregator.steps.placing import Placing, kept_results
from aggregator.steps.runs import MANIFEST_FILE, children, load_run, run_folder
from aggregator.text import printable

BLOCK = 2**20
COMMENT = b"HTSD-LT"
"""By this comment an archive is known as ours."""
OUTSIDE = "ngoai"
"""Stands for every step up to a folder outside the campaign."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What a run read and what is not there any more as it was: `gone` or `changed`."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Archived:
    """`output` is `None` where nothing was written because of `missing`. `left_out` are results that were replaced."""

    run: int
    output: str | None
    inputs: int
    missing: tuple[Missing, ...]
    left_out: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "inputs": self.inputs,
            "missing": [{"path": line.path, "why": line.why} for line in self.missing],
            "left_out": list(self.left_out),
            "outputs": [self.output] if self.output else [],
        }


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file to be packed as `name`. `head` bytes of it were hashed: too large a file is not read whole."""

    name: str
    path: Path
    sha256: str
    head: int = sys.maxsize


def archive(campaign: Campaign, number: int | None, output: Path | None, force: bool = False) -> Archived:
    """Pack one run, the latest by default; under the campaign's lock, which the caller holds."""
    manifest = load_run(campaign, number)
    target = output or campaign.folder / campaign.results / f"luu-tru-{manifest.run:04d}.zip"
    inputs = [_input_entry(file, campaign.folder) for file in _opened(manifest)]
    kept = _kept(campaign, manifest)
    named = (
        *((entry.name, entry) for entry in inputs),
        *((shown(entry.path, campaign.folder), entry) for entry in kept),
    )
    missing = tuple(Missing(name, why) for name, entry in named if (why := _fault(entry)))
    results, left_out = _results(manifest, campaign.folder)
    if missing:
        return Archived(manifest.run, None, len(inputs), missing, left_out)
    entries = sorted(_safe_names((*inputs, *kept, *results)), key=lambda entry: entry.name)
    with Placing(force, is_own_archive) as placing:
        placing.stage_large(target, lambda file: _pack(file, entries))
        (placed,) = placing.settle()
    return Archived(manifest.run, shown(placed.path, campaign.folder), len(inputs), (), left_out)


def is_own_archive(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as packed:
            return packed.comment == COMMENT
    except (OSError, zipfile.BadZipFile):
        return False


# --- what goes in --------------------------------------------------------------------------------------------------


def _opened(manifest: Manifest) -> Iterator[InputFile]:
    """Files that the run read; what lay in a zip archive comes with the archive."""
    paths = {file.path for file in manifest.files}
    for file in manifest.files:
        pieces = file.path.split("!/")
        around = ("!/".join(pieces[:count]) for count in range(1, len(pieces)))
        if file.sha256 and paths.isdisjoint(around):
            yield file


def _input_entry(file: InputFile, base: Path) -> _Entry:
    read_whole = file.size is None or file.size <= limits.FILE.value
    head = sys.maxsize if read_whole else file.size or 0
    return _Entry(file.path, _found(base, file.path), file.sha256 or "", head)


def _found(base: Path, name: str) -> Path:
    """Where a file lies that results call by this name; what could not be printed in it was escaped."""
    path = base / name
    if path.is_file():
        return path
    place = base
    for part in PurePosixPath(name).parts:
        alike = (child for child in children(place) if printable(child.name, MAX_PATH) == part)
        place = place / part if (place / part).exists() else next(alike, place / part)
    return place


def _kept(campaign: Campaign, manifest: Manifest) -> list[_Entry]:
    """The settings as they were, and the manifest itself."""
    room = run_folder(campaign, manifest.run)
    path = room / MANIFEST_FILE
    itself = _Entry(MANIFEST_FILE, path, hashlib.sha256(path.read_bytes()).hexdigest())
    return [itself, *(_Entry(setting.path, room / setting.path, setting.sha256) for setting in manifest.settings)]


def _results(manifest: Manifest, base: Path) -> tuple[list[_Entry], tuple[str, ...]]:
    """The run's results, also where a later run gave them a numbered name; and those that are no more."""
    found, gone = [], []
    for output in manifest.outputs:
        plain = _found(base, output.path)
        entries = (_Entry(output.path, path, output.sha256) for path in (plain, *kept_results(plain)))
        entry = next((entry for entry in entries if _fault(entry) is None), None)
        if entry:
            found.append(entry)
        else:
            gone.append(output.path)
    return found, tuple(gone)


def _safe_names(entries: Iterable[_Entry]) -> Iterator[_Entry]:
    """Names that stay inside the folder into which the archive is unpacked, each once."""
    taken: set[str] = set()
    for entry in entries:
        parts = [OUTSIDE if part == ".." else part.strip("/:") for part in PurePosixPath(entry.name).parts]
        name = "/".join(part for part in parts if part)
        while name in taken:
            name = f"{OUTSIDE}/{name}"
        taken.add(name)
        yield replace(entry, name=name)


# --- writing it ----------------------------------------------------------------------------------------------------


def _fault(entry: _Entry) -> str | None:
    """`gone` or `changed`, or `None` where the file is what the run read."""
    if not entry.path.is_file():
        return "gone"
    try:
        return None if _copy(entry) else "changed"
    except OSError:
        return "gone"


def _copy(entry: _Entry, target: IO[bytes] | None = None) -> bool:
    """Read the file, block by block, into `target`; whether it is what the run read."""
    digest, left = hashlib.sha256(), entry.head
    with entry.path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block[:left])
            left = max(0, left - len(block))
            if target:
                target.write(block)
    return digest.hexdigest() == entry.sha256


def _pack(file: BinaryIO, entries: Sequence[_Entry]) -> None:
    """Stored, not compressed: workbooks are compressed already, and the bytes depend on no library's version."""
    with zipfile.ZipFile(file, "w") as packed:
        packed.comment = COMMENT
        for entry in entries:
            info = zipfile.ZipInfo(entry.name)
            info.create_system, info.external_attr = 3, 0o644 << 16
            info.file_size = entry.path.stat().st_size
            with packed.open(info, "w") as target:
                whole = _copy(entry, target)
            if not whole:
                raise Stop(
                    "Tệp {entry_name} vừa bị thay đổi trong lúc đóng gói. Chưa ghi gì cả; xin chạy lại.",
                    entry_name=entry.name,
                )
