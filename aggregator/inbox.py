"""Every file of a folder, accounted for: what will be opened and what is passed over, and why.

Looks at names and kinds of directory entries only; contents are looked at by the workers. Follows no link out of the
folder and opens nothing that could block.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from aggregator.faults import Stop
from aggregator.findings import Finding
from aggregator.remote import Address, fetch, files_below
from aggregator.text import printable
from aggregator.words import Fact

TEMPORARY_PREFIXES = ("~$", "._", ".~lock.")
TEMPORARY_SUFFIXES = (".tmp", ".crdownload", ".part", ".download", ".partial")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
MAX_PATH = 4_096
AT_ONCE = 2**16
"""Bytes that are asked for first: more than nearly every form has."""
READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
MAC_FOLDER = "__MACOSX"
"""Where macOS puts its shadow files when it makes a zip archive."""
SYSTEM_NAMES = ("thumbs.db", "desktop.ini", ".ds_store")


class Item(NamedTuple):
    """One entry. `file` is where it lies, `name` how results call it; a `finding` says why it is passed over."""

    file: str
    name: str
    finding: Finding | None = None
    member: str | None = None
    """Of a file inside a zip archive: its name there; `file` is the archive's."""
    address: Address | None = None
    """Of a file that is not on this machine; `file` then says nothing."""

    @property
    def path(self) -> Path:
        return Path(self.file)

    @property
    def place(self) -> str:
        """What tells two entries apart."""
        return self.address.url if self.address else str(self.path.absolute())


Place = Path | Address


def gather(places: Sequence[Place], base: Path, leave_out: Sequence[Path] = ()) -> tuple[Item, ...]:
    """All entries of files and folders, in order of their names; each once. Raises `Stop` where a path is not there."""
    hidden = {path.absolute() for path in leave_out}
    found = [
        item
        for place in places
        for item in (_distant(place) if isinstance(place, Address) else _entries(place, base, hidden))
    ]
    if len(places) == 1 and len({item.name for item in found}) == len(found):  # none twice, as in most folders
        return tuple(sorted(found, key=attrgetter("name")))
    first: dict[str, Item] = {}
    for item in found:
        first.setdefault(item.place, item)
    return tuple(item for _, item in sorted(first.items(), key=lambda entry: (entry[1].name, entry[0])))


def _distant(folder: Address) -> Iterator[Item]:
    """Files of a folder that is not on this machine, called by their whole address."""
    for address in files_below(folder):
        name = printable(address.shown, MAX_PATH)
        yield Item("", name, passed_by_name(name.rpartition("/")[2]), address=address)


def _entries(path: Path, base: Path, leave_out: set[Path]) -> list[Item]:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise CannotRead(path, error) from error
    return _walk(path, base, leave_out) if stat.S_ISDIR(mode) else [_item(path, base, mode)]


class CannotRead(Stop):
    def __init__(self, path: Path, error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        super().__init__(
            "Không đọc được {path_name} ({reason}). Xin kiểm tra lại đường dẫn và quyền truy cập.",
            path_name=path.name or path,
            reason=reason,
        )


def _walk(folder: Path, base: Path, leave_out: set[Path]) -> list[Item]:
    left_out = {path.name for path in leave_out}
    waiting, found = [folder], []
    while waiting:
        current = waiting.pop()
        try:
            files, others = _children(current, left_out)
        except OSError as error:
            if current == folder:
                raise CannotRead(folder, error) from error
            found.append(Item(str(current), shown(current, base), Finding("file-unreadable", found=error.strerror)))
            continue
        here = _relative(current, base)
        within, before = os.path.join(current, ""), "" if here == "." else f"{here}/"  # noqa: PTH118  # a text to put names behind
        names = [printable(before + child, MAX_PATH) for child in files]
        found += map(Item, map(within.__add__, files), names, map(passed_by_name, files))
        for child, mode in others:
            if child in left_out and (current / child).absolute() in leave_out:
                continue
            file, name = within + child, printable(before + child, MAX_PATH)
            if not stat.S_ISDIR(mode):
                found.append(Item(file, name, _passed_over(child, mode)))
                continue
            waiting.append(current / child)
            if waiting[-1].suffix.lower() in WORKBOOK_SUFFIXES:
                found.append(Item(file, name, Finding("file-unsupported", found=Fact("thư mục"))))
    return found


def _children(folder: Path, apart: set[str]) -> tuple[list[str], list[tuple[str, int]]]:
    """Names of plain files; names and kinds of all else and of those that are looked at apart. The folder itself tells
    them: no entry is touched."""
    files: list[str] = []
    others: list[tuple[str, int]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and entry.name not in apart:
                files.append(entry.name)
            else:
                others.append((entry.name, _kind(entry)))
    return files, others


def _kind(entry: os.DirEntry[str]) -> int:
    if entry.is_symlink():
        return stat.S_IFLNK
    if entry.is_file(follow_symlinks=False):
        return stat.S_IFREG
    return stat.S_IFDIR if entry.is_dir(follow_symlinks=False) else stat.S_IFSOCK


def _item(path: Path, base: Path, mode: int) -> Item:
    return Item(str(path), shown(path, base), _passed_over(path.name, mode))


def _passed_over(name: str, mode: int) -> Finding | None:
    if stat.S_ISREG(mode):
        return passed_by_name(name)
    reason = Fact("liên kết (link)") if stat.S_ISLNK(mode) else Fact("không phải tệp thường")
    return Finding("file-unsupported", found=reason)


def passed_by_name(name: str) -> Finding | None:
    """Files that other programs and systems leave behind."""
    if name.endswith(".xlsx") and name[0].isalnum():  # as nearly all are
        return None
    name = name.lower()
    if name.startswith(TEMPORARY_PREFIXES) or name.endswith(TEMPORARY_SUFFIXES):
        return Finding("file-temporary")
    if name in SYSTEM_NAMES or name.startswith("."):
        return Finding("file-unsupported", found=Fact("tệp ẩn"))
    return None


def member_item(archive: Item, member: str, finding: Finding | None) -> Item:
    """One file inside a zip archive, as an entry of its own."""
    folders, _, name = member.rpartition("/")
    if MAC_FOLDER in folders.split("/"):
        finding = Finding("file-temporary")
    shown_name = f"{archive.name}!/{printable(member, MAX_PATH)}"
    return archive._replace(name=shown_name, finding=passed_by_name(name) or finding, member=member)


def shown(path: Path, base: Path) -> str:
    """The path relative to `base` with `/`, as results show it; what cannot be printed is escaped."""
    return printable(_relative(path, base), MAX_PATH)


def _relative(path: Path, base: Path) -> str:
    try:
        relative = os.path.relpath(path, base)
    except ValueError:  # another drive on Windows
        relative = str(path)
    return Path(relative).as_posix()


def read_item(item: Item, most: int) -> bytes:
    """The bytes of an entry, at most so many. May raise `OSError`."""
    if item.address:
        return fetch(item.address, most)
    return read_file(item.file, most)


def read_file(place: str, most: int) -> bytes:
    """At most so many bytes of a file. May raise `OSError`."""
    file = os.open(place, READ)
    try:
        data = os.read(file, min(AT_ONCE, most))
        whole = len(data) == most or not os.read(file, 1)
    finally:
        os.close(file)
    return data if whole else _read_whole(place, most)


def _read_whole(place: str, most: int) -> bytes:
    """Of a large file, or one that comes piece by piece."""
    with Path(place).open("rb") as file:
        return file.read(most)
