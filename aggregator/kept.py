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
import os
import pickle
import sqlite3
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aggregator import __version__
from aggregator.campaign import CAMPAIGN_FILE, UNITS_FILE, Campaign
from aggregator.decisions import FILE as DECISIONS_FILE
from aggregator.inbox import Item
from aggregator.locking import FOLDER
from aggregator.reading import limits
from aggregator.resources import tool_hash
from aggregator.seal import mac
from aggregator.submission import Examination

FILE = "readings.sqlite"
LARGEST = 2**21
"""Bytes of the largest file whose reading is kept: far more than any form has."""
WAIT = 2.0
"""Seconds for another process to let go of the state file."""

PLAIN = {
    "aggregator.submission": ("Examination", "Leaf"),
    "aggregator.register": ("Unit",),
    "aggregator.findings": ("Finding",),
    "aggregator.report": ("Note",),
    "aggregator.decisions": ("Decision",),
    "aggregator.words": ("Fact", "Words"),
    "builtins": ("frozenset",),
}
"""What a reading consists of; nothing else is ever made from the state file."""

Name = tuple[str, str]
"""How results call the file, and the SHA-256 of its bytes."""
Line = tuple[str, str, bytes, bytes]
"""Name, SHA-256, seal and content."""

TABLE = """CREATE TABLE IF NOT EXISTS reading
    (name TEXT, sha256 TEXT, seal BLOB, content BLOB, PRIMARY KEY (name, sha256)) WITHOUT ROWID"""
NOT_OUR_FAULT = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")
"""What making the file anew would not mend."""

TAKE = "SELECT seal, content FROM reading WHERE name = ? AND sha256 = ?"


class Shelf:
    """The readings of one campaign. Nothing here raises: what cannot be read or written is not there."""

    def __init__(self, campaign: Campaign) -> None:
        self._path = campaign.folder / FOLDER / FILE
        self._key = campaign.key or b""
        self._context = context_of(campaign)
        self._state: sqlite3.Connection | None = None
        self._served: set[Name] = set()
        if self._path.is_file():
            with contextlib.suppress(sqlite3.Error):
                self._state = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", timeout=WAIT, uri=True)

    def known(self, item: Item) -> Examination | None:
        """The reading of an entry whose bytes are those of the run before."""
        if self._state is None or item.member is not None or item.finding is not None or item.address is not None:
            return None
        digest = _digest(item.path)
        reading = self._read((item.name, digest)) if digest else None
        if reading is not None and digest:
            self._served.add((item.name, digest))
        return reading

    def _read(self, name: Name) -> Examination | None:
        with contextlib.suppress(sqlite3.Error, TypeError, ValueError):
            found = self._state.execute(TAKE, name).fetchone() if self._state else None
            if found and hmac.compare_digest(bytes(found[0]), self._seal(name, bytes(found[1]))):
                return _opened(bytes(found[1]))
        return None

    def keep(self, readings: Iterable[Examination]) -> None:
        """These and no others, for the next run."""
        self.close()
        kept = {(reading.path, reading.sha256 or ""): reading for reading in readings if _may_be_kept(reading)}
        fresh = [self._line(name, reading) for name, reading in kept.items() if name not in self._served]
        with contextlib.suppress(sqlite3.Error, OSError):
            self._path.parent.mkdir(exist_ok=True)
            try:
                self._write(kept.keys(), fresh)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorname in NOT_OUR_FAULT:
                    raise
                self._path.unlink(missing_ok=True)
                self._write(kept.keys(), fresh)

    def _line(self, name: Name, reading: Examination) -> Line:
        content = pickle.dumps(reading, protocol=5)
        return *name, self._seal(name, content), content

    def _seal(self, name: Name, content: bytes) -> bytes:
        return mac(self._key, "reading", self._context, *name, hashlib.sha256(content).hexdigest())

    def _write(self, names: Collection[Name], fresh: Sequence[Line]) -> None:
        """What is gone is taken out; what was served stays as it is."""
        with contextlib.closing(sqlite3.connect(self._path, timeout=WAIT)) as state, state:
            state.execute(TABLE)
            gone = [name for name in state.execute("SELECT name, sha256 FROM reading") if name not in names]
            state.executemany("DELETE FROM reading WHERE name = ? AND sha256 = ?", gone)
            state.executemany("INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)", fresh)

    def close(self) -> None:
        if self._state is not None:
            self._state.close()
            self._state = None


def _may_be_kept(reading: Examination) -> bool:
    """Not the members of archives, which are not hashed before they are unpacked, nor what a process died of."""
    return reading.sha256 is not None and "!/" not in reading.path and (reading.size or 0) <= LARGEST


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read(min(size, LARGEST) + 1)
    except OSError:
        return None
    return hashlib.sha256(data).hexdigest() if len(data) == size <= LARGEST else None


class _Plain(pickle.Unpickler):
    """Makes nothing but the frozen values of a reading."""

    def find_class(self, module: str, name: str) -> Any:
        if name not in PLAIN.get(module, ()):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def _opened(content: bytes) -> Examination | None:
    try:
        reading = _Plain(io.BytesIO(content)).load()
    except (pickle.UnpicklingError, EOFError, AttributeError, TypeError, ValueError, IndexError, KeyError):
        return None
    return reading if isinstance(reading, Examination) else None


# --- on what a reading depends -------------------------------------------------------------------------------------


def context_of(campaign: Campaign) -> str:
    """A hash over the tool, the campaign's files and the limits of the reader."""
    parts = [__version__, sys.version, tool_hash(), repr(sorted(_limits().items()))]
    parts += [_file_hash(campaign.folder / name) for name in (CAMPAIGN_FILE, UNITS_FILE, DECISIONS_FILE)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _limits() -> Mapping[str, int]:
    return {name: limit.value for name, limit in vars(limits).items() if isinstance(limit, limits.Limit)}
