"""The receipt book `so_nhan.csv`: on which day each file came in. Kept by the tool, editable by staff.

A line says when the tool first saw a file (its real day in Vietnam, never the time of the file itself) and, where
staff know better, when the file was received. What staff wrote is kept as it stands, columns of their own included.
The SHA-256 is the key; the file's name is there for people. Holds the only clock of the house.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

from aggregator.documents import Fault
from aggregator.faults import BadDocument
from aggregator.tables import Columns, Line, Table, day_of, delimiter_of, line_fault, read_table, read_text
from aggregator.text import clean
from aggregator.words import Fact, mark

RECEIPTS_FILE = "so_nhan.csv"
COLUMNS = Columns(("sha256", "file", "first_seen", "received", "by"), required=("sha256",))
DAYS = ("first_seen", "received")
SHA256 = re.compile(r"[0-9a-f]{64}")
DAY_WORDS = mark(
    "YYYY-MM-DD, ví dụ 2024-10-05 (Excel hay đổi cách ghi ngày khi lưu: chọn cột, định dạng Text rồi ghi lại)"
)
GIVEN = "dòng lệnh"
"""Who says so, where the day came with `--received`."""
VIETNAM = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh: no daylight saving time since 1975, so no time-zone data is needed."""
RUNS_IN_EXCEL = ("=", "+", "-", "@")
"""A cell of a CSV file that begins with one of these is a formula to Excel."""


More = tuple[tuple[str, str], ...]


class Receipt(NamedTuple):
    """One file. `received` is what staff wrote; `more` are columns of theirs, as (header, text)."""

    sha256: str
    file: str
    first_seen: date | None
    received: date | None
    by: str
    more: More = ()

    @property
    def day(self) -> date | None:
        """The day that counts; `None` where nobody knows."""
        return self.received or self.first_seen


@dataclass(frozen=True, slots=True)
class Receipts:
    """The lines in the order of the file, one per SHA-256; and the text that they were read from."""

    lines: tuple[Receipt, ...] = ()
    text: str = field(default="", compare=False, repr=False)

    @property
    def days(self) -> Mapping[str, date]:
        """SHA-256 → day of receipt, where one is known."""
        return {line.sha256: line.day for line in self.lines if line.day}


def today() -> date:
    """The day it is now in Vietnam, whatever the computer's own time zone."""
    return vietnam_day(datetime.now(UTC))


def vietnam_day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


# --- the file ------------------------------------------------------------------------------------------------------


def load_receipts(folder: Path) -> Receipts:
    """The receipt book of a campaign folder; empty where there is none. Raises `BadDocument` with all its faults."""
    path = folder / RECEIPTS_FILE
    return read_receipts(read_text(path), path.name) if path.exists() else Receipts()


def read_receipts(text: str, name: str) -> Receipts:
    """A receipt book from the text of its file."""
    if not text.strip():
        return Receipts()
    table, faults = read_table(text, name, COLUMNS)
    if not _is_sound(table):
        faults = [*faults, *_faults(table.lines(), name)]
    if faults:
        raise BadDocument(faults)
    return Receipts(tuple(map(Receipt._make, zip(*_columns(table), strict=True))), text)


def _is_sound(table: Table) -> bool:
    """Whether there is no fault in any line; quickly, as in nearly every book."""
    keys = [key.lower() for key in table.column("sha256")]
    days = {day for column in DAYS for day in table.column(column)}
    return len({*keys}) == len(keys) and _are_hashes(keys) and False not in map(day_of, days)


def _are_hashes(keys: Sequence[str]) -> bool:
    """Whether all are, for `SHA256`; by their length and as one number."""
    try:
        return {*map(len, keys)} <= {64} and len(bytes.fromhex("".join(keys))) == 32 * len(keys)
    except ValueError:
        return False


def _columns(table: Table) -> Iterator[Iterable[Any]]:
    """The fields of all receipts, in their order."""
    yield map(str.lower, table.column("sha256"))
    yield table.column("file")
    for column in DAYS:
        days = {day: day_of(day) or None for day in {*table.column(column)}}
        yield map(days.__getitem__, table.column(column))
    yield table.column("by")
    more = [header for header in dict.fromkeys(table.header) if header and header not in COLUMNS.names]
    cells = zip(*map(table.column, more), strict=True) if more else [()] * len(table.rows)
    yield (tuple(zip(more, own, strict=True)) for own in cells) if more else cells


def _faults(lines: Iterable[tuple[int, Line]], name: str) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for number, line in lines:
        key = line["sha256"].lower()
        if not SHA256.fullmatch(key):
            yield line_fault(name, number, line, "sha256", Fact("64 chữ số và chữ a–f, như chương trình đã ghi"))
        elif first.setdefault(key, number) != number:
            yield line_fault(
                name, number, line, "sha256", Fact("mỗi tệp một dòng (đã có ở dòng {number})", number=first[key])
            )
        for column in DAYS:
            if day_of(line.get(column, "")) is False:
                yield line_fault(name, number, line, column, Fact(DAY_WORDS))


def dump_receipts(receipts: Receipts) -> bytes:
    """The bytes of the file, as Excel opens it: UTF-8 with a byte order mark, no text that would run as a formula."""
    keys, files, first, received, by, own = zip(*receipts.lines, strict=True) if receipts.lines else [()] * 6
    days = {day: day.isoformat() if day else "" for day in {*first, *received}}
    columns = [files, map(days.__getitem__, first), map(days.__getitem__, received), by, *_of_staff(own)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS.names, *_harmless(_headers(own))))
    writer.writerows(zip(keys, *map(_harmless, columns), strict=True))
    return text.getvalue().encode("utf-8-sig")


def dump_longer(book: Receipts, known: Receipts) -> bytes:
    """As `dump_receipts`, of a book that grew out of `known`: where only lines came behind it, all before them stays as
    staff left it, separator and order of columns included."""
    text, old = known.text, len(known.lines)
    (header,) = csv.reader([text.partition("\n")[0]], delimiter=delimiter_of(text)) if text.strip() else ([],)
    names = [name.strip() for name in header]
    if book.lines[:old] != known.lines or sorted(names) != sorted({*names, *COLUMNS.names}) or text.count('"') % 2:
        return dump_receipts(book)
    places = [Receipt._fields.index(name) if name in COLUMNS.names else None for name in names]
    more = io.StringIO()
    writer = csv.writer(more, delimiter=delimiter_of(text), lineterminator="\n")
    writer.writerows(["" if place is None else line[place] for place in places] for line in book.lines[old:])
    between = "" if text.endswith("\n") else "\n"
    return f"{text}{between}{more.getvalue()}".encode("utf-8-sig")


def _headers(own: Sequence[More]) -> Sequence[str]:
    """Of the columns of staff."""
    return list(dict.fromkeys(header for more in {*own} for header, _ in more))


def _of_staff(own: Sequence[More]) -> Iterable[Sequence[str]]:
    texts = [dict(more) for more in own] if any(own) else []
    return [[line.get(header, "") for line in texts] for header in _headers(own)]


def _harmless(texts: Iterable[str]) -> list[str]:
    """With an apostrophe before what Excel would run; read back it stays, and is not doubled."""
    return [f"'{text}" if text.startswith(RUNS_IN_EXCEL) else text for text in texts]


# --- new files -----------------------------------------------------------------------------------------------------


def merged(receipts: Receipts, seen: Iterable[tuple[str, str]], today: date | None, received: date | None) -> Receipts:
    """With the files of this run, as (SHA-256, path), behind those that are known.

    Lines that are there keep their place and their entries; `received` fills only what has no day at all.
    """
    here, old = list(seen), receipts.lines
    if received:
        came = {sha256 for sha256, _ in here}
        old = tuple(_dated(line, received) if line.sha256 in came else line for line in old)
    known = {line.sha256 for line in old}
    new: dict[str, str] = {}
    for path, sha256 in sorted((path, sha256) for sha256, path in here if sha256 not in known):
        new.setdefault(sha256, path)
    by = GIVEN if received else ""
    files = _harmless(map(clean, new.values()))
    return Receipts((*old, *(Receipt(key, file, today, received, by) for key, file in zip(new, files, strict=True))))


def _dated(line: Receipt, received: date) -> Receipt:
    return line if line.day else line._replace(received=received, by=line.by or GIVEN)
