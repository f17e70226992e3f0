"""What was read in the run before, by name and content, so that an unchanged file is not opened again.

A cache in the campaign's `.aggregator/`, which may be deleted at any time. A file's bytes are always hashed: neither
its size nor its time is believed. Each entry is sealed with the campaign's key over everything that its reading
depended on; one that does not fit, or a state file that is damaged, is as if it were not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import io
import pickle
import sqlite3
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from pathlib import Path
from typing import Any

from aggregator import __version__
from aggregator.campaign import CAMPAIGN_FILE, UNITS_FILE, Campaign
from aggregator.decisions import FILE as DECISIONS_FILE
from aggregator.findings import Finding
from aggregator.inbox import Item, read_file
from aggregator.locking import FOLDER
from aggregator.reading import limits
from aggregator.register import Unit
from aggregator.resources import tool_hash
from aggregator.seal import mac
from aggregator.submission import Examination, Leaf

FILE = "readings.sqlite"
LARGEST = 2**21
"""Bytes of the largest file whose reading is kept: far more than any form has."""
WAIT = 2.0
"""Seconds for another process to let go of the state file."""

PLAIN = {
    "aggregator.submission": ("Examination", "Leaf"),
    "aggregator.figures": ("Figures", "_shared"),
    "aggregator.register": ("Unit",),
    "aggregator.findings": ("Finding",),
    "aggregator.report": ("Note",),
    "aggregator.decisions": ("Decision",),
    "aggregator.words": ("Fact", "Words"),
    "builtins": ("frozenset",),
}
"""What a reading consists of; nothing else is ever made from the state file."""

TUPLES = {Examination, Leaf, Finding}
"""Those of which there are many."""

BLOCK = 250
"""Readings that are sealed and stored together, so that what they share is stored once. A block of which something is
gone is written anew, and so is one that is not half full."""
TABLE = "CREATE TABLE IF NOT EXISTS block (number INTEGER PRIMARY KEY, seal BLOB, content BLOB)"
NOT_OUR_FAULT = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
"""What making the file anew would not mend."""

Block = tuple[Examination, ...]


class Shelf:
    """The readings of one campaign. Nothing here raises: what cannot be read or written is not there."""

    def __init__(self, campaign: Campaign) -> None:
        self._path = campaign.folder / FOLDER / FILE
        self._key = campaign.key or b""
        self._files = [_file_hash(campaign.folder / name) for name in (CAMPAIGN_FILE, UNITS_FILE, DECISIONS_FILE)]
        self._tool = "" if self.is_there else tool_hash()
        self._known = campaign.register.by_code
        self._blocks: Mapping[int, Block] = {}
        self._held: Mapping[str, Examination] = {}
        """By the name of the file."""
        self._found: Set[int] = frozenset()

    @property
    def is_there(self) -> bool:
        return self._path.is_file()

    def open(self) -> None:
        """Load what can be believed. The tool is hashed only now: the readers may be at work already."""
        self._tool = self._tool or tool_hash()
        self._blocks = dict(self._stored())
        self._held = {reading.path: reading for block in self._blocks.values() for reading in block}

    def find(self, items: Sequence[Item], digests: Sequence[str]) -> list[Examination | None]:
        """For each entry, its reading in the run before if its bytes are still the same."""
        before = [self._held.get(item.name) for item in items]
        pairs = zip(before, digests, strict=True)
        found = [reading if reading and reading.sha256 == digest else None for reading, digest in pairs]
        self._found = {*map(id, filter(None, found))}
        return found

    def _stored(self) -> Iterator[tuple[int, Block]]:
        place = f"{self._path.absolute().as_uri()}?mode=ro"
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(place, WAIT, uri=True)) as state:
            for number, seal, content in state.execute("SELECT number, seal, content FROM block"):
                sealed = isinstance(content, bytes) and isinstance(seal, bytes)
                if sealed and hmac.compare_digest(seal, self._seal(content)):
                    yield number, _opened(content, self._known)

    def keep(self, readings: Iterable[Examination]) -> None:
        """These and no others, for the next run; what was found among those of the last run is the same object."""
        gone = {id(reading) for reading in self._held.values()} - self._found
        fresh = [reading for reading in readings if id(reading) not in self._found and _may_be_kept(reading)]
        if not gone and not fresh:
            return
        whole = {number: block for number, block in self._blocks.items() if _is_whole(block, gone)}
        moved = [reading for number, block in self._blocks.items() if number not in whole for reading in block]
        fresh += [reading for reading in moved if id(reading) not in gone]
        contents = [_packed(fresh[start : start + BLOCK], self._known) for start in range(0, len(fresh), BLOCK)]
        with contextlib.suppress(sqlite3.Error, OSError):
            self._path.parent.mkdir(exist_ok=True)
            try:
                self._write(whole, contents)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorname in NOT_OUR_FAULT:
                    raise
                self._path.unlink(missing_ok=True)
                self._write({}, [_packed(block, self._known) for block in whole.values()] + contents)

    @cached_property
    def _context(self) -> str:
        """A hash over the tool, the campaign's files and the limits of the reader."""
        parts = [__version__, sys.version, self._tool, repr(sorted(_limits().items())), *self._files]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _seal(self, content: bytes) -> bytes:
        return mac(self._key, "readings", self._context, hashlib.sha256(content).hexdigest())

    def _write(self, whole: Collection[int], contents: Sequence[bytes]) -> None:
        """Blocks that are whole stay as they are."""
        with contextlib.closing(sqlite3.connect(self._path, timeout=WAIT)) as state, state:
            state.execute(TABLE)
            gone = [(number,) for (number,) in state.execute("SELECT number FROM block") if number not in whole]
            state.executemany("DELETE FROM block WHERE number = ?", gone)
            lines = [(self._seal(content), content) for content in contents]
            state.executemany("INSERT INTO block (seal, content) VALUES (?, ?)", lines)


def _is_whole(block: Block, gone: Collection[int]) -> bool:
    return 2 * len(block) >= BLOCK and not any(map(gone.__contains__, map(id, block)))


def _may_be_kept(reading: Examination) -> bool:
    """Not the members of archives, which are not hashed before they are unpacked, nor what a process died of."""
    return reading.sha256 is not None and "!/" not in reading.path and (reading.size or 0) <= LARGEST


def hashable(items: Sequence[Item]) -> list[str]:
    """Where the files lie that may have been kept; empty for other entries."""
    return ["" if item.member or item.finding or item.address else item.file for item in items]


def digests(files: Sequence[str]) -> list[str]:
    """SHA-256 of each; empty where there is none."""
    return [_digest(file) if file else "" for file in files]


def _digest(path: str) -> str:
    """Empty where the file cannot be read or is too large."""
    try:
        data = read_file(path, LARGEST + 1)
    except OSError:
        return ""
    return hashlib.sha256(data).hexdigest() if len(data) <= LARGEST else ""


# --- as bytes ------------------------------------------------------------------------------------------------------


Units = Mapping[str, Unit]
"""Those of the campaign's register by their codes: a reading names them, and the seal holds for this register only."""


def _packed(readings: Sequence[Examination], known: Units) -> bytes:
    """What readings of one chunk have in common they share as they come from their worker, and so it stands in the
    bytes once."""
    packed = io.BytesIO()
    _Packer(packed, known).dump(list(readings))
    return packed.getvalue()


class _Packer(pickle.Pickler):
    """Writes what is made quickly when it is opened."""

    def __init__(self, file: io.BytesIO, known: Units) -> None:
        super().__init__(file, protocol=5)
        self._known = known

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind in TUPLES:
            return _tuple_of, (kind, tuple(value))
        if kind is Unit and self._known.get(value.code) == value:
            return _unit_of, (value.code,)
        return NotImplemented


def _tuple_of(kind: type[Any], values: tuple[Any, ...]) -> Any:
    """Stands in the bytes for `tuple.__new__`."""


def _unit_of(code: str) -> Unit:  # type: ignore[empty-body]
    """Stands in the bytes for the unit of the register."""


class _Plain(pickle.Unpickler):
    """Makes nothing but the frozen values of a reading."""

    def __init__(self, file: io.BytesIO, known: Units) -> None:
        super().__init__(file)
        self._made = {_tuple_of.__name__: tuple.__new__, _unit_of.__name__: known.__getitem__}

    def find_class(self, module: str, name: str) -> Any:
        if module == __name__ and name in self._made:
            return self._made[name]
        if name not in PLAIN.get(module, ()):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def _opened(content: bytes, known: Units) -> Block:
    try:
        readings = _Plain(io.BytesIO(content), known).load()
    except (pickle.UnpicklingError, EOFError, AttributeError, TypeError, ValueError, IndexError, KeyError):
        return ()
    sound = isinstance(readings, list) and all(isinstance(reading, Examination) for reading in readings)
    return tuple(readings) if sound else ()


# --- on what a reading depends -------------------------------------------------------------------------------------


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _limits() -> Mapping[str, int]:
    return {name: limit.value for name, limit in vars(limits).items() if isinstance(limit, limits.Limit)}
