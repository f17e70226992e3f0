"""The zip container: which parts there are, and the bytes of one, only where every reader would see the same.

The standard library reads the directory; we compare each entry with its own header in the file, want the entries to
lie one behind the other from the first byte to the last, and inflate at most what was declared. Nothing is ever
written to disk.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from aggregator.reading import limits, refusals
from aggregator.reading.directory import Entry, list_usual, within
from aggregator.reading.limits import Bounds, Limit
from aggregator.reading.memory import remembered
from aggregator.reading.refusals import Refused

_LOCAL = struct.Struct("<4s5H3I2H")
_END, _LISTED, _LOCATOR = b"PK\x05\x06", b"PK\x01\x02", b"PK\x06\x07"
_END_SIZE = 22
_ENCRYPTED, _STREAMED, _UTF8, _MASKED = 0x1, 0x8, 0x800, 0x2040
_IN_ZIP64 = 0xFFFFFFFF
_DIRECTORY_FAULTS = (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, OverflowError, OSError)


@dataclass(frozen=True, slots=True)
class Archive:
    """All parts by their name in lower case with `/`, as OPC compares names, and which of them were read so far."""

    data: bytes
    entries: Mapping[str, Entry]
    opened: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        return name.lower() in self.entries

    def read(self, name: str) -> bytes:
        """The bytes of one part; refused where it is missing, longer than declared or changed."""
        entry = self.entries.get(name.lower())
        if entry is None:
            raise Refused(refusals.MISSING, name)
        self.opened.add(name.lower())
        return inflate(self.data, entry)


def open_archive(data: bytes, bounds: Bounds | None = None) -> Archive:
    """The archive when it is sound as a container; nothing is inflated yet."""
    bounds = bounds or limits.form_bounds()
    if len(data) > bounds.file.value:
        raise Refused(bounds.file)
    usual = list_usual(data)
    return Archive(data, usual if usual and within(usual, bounds) else _listed(data, bounds))


def _listed(data: bytes, bounds: Bounds) -> Mapping[str, Entry]:
    """The entries by their name in lower case; refused where readers could differ."""
    infos, directory_start = list_directory(data, limits.ENTRIES)
    for info in infos:
        _check_promise(info, bounds.part)
    if sum(info.file_size for info in infos) > bounds.all_parts.value:
        raise Refused(bounds.all_parts)
    entries: dict[str, Entry] = {}
    for entry in place_entries(data, infos, directory_start, _safe_name):
        if entries.setdefault(entry.name.lower(), entry) is not entry:
            raise Refused(refusals.TWINS, entry.name)
    return entries


def list_directory(data: bytes, most: Limit) -> tuple[list[zipfile.ZipInfo], int]:
    """The entries of the central directory and where it starts; refused when it is no directory, or too long."""
    end = data.rfind(_END)
    if end < 0:
        raise Refused(refusals.BROKEN_ZIP)
    if data.count(_LISTED, _directory_start(data, end), end) > most.value:
        raise Refused(most)
    if end + _END_SIZE + int.from_bytes(data[end + 20 : end + 22], "little") != len(data):
        raise Refused(refusals.SURROUNDED)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return archive.infolist(), archive.start_dir
    except _DIRECTORY_FAULTS:
        raise Refused(refusals.BROKEN_ZIP) from None


def _directory_start(data: bytes, end: int) -> int:
    """Where the directory starts by its end record; the whole file where a zip64 record may say otherwise."""
    if data.startswith(_LOCATOR, max(end - 20, 0)):
        return 0
    return max(end - int.from_bytes(data[end + 12 : end + 16], "little"), 0)


def _check_promise(info: zipfile.ZipInfo, largest: Limit) -> None:
    """What the directory says of one entry, before any byte of it is looked at."""
    name = shown_name(info)
    if info.flag_bits & (_ENCRYPTED | _MASKED):
        raise Refused(refusals.ENCRYPTED, name)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(refusals.METHOD, name)
    if info.file_size > limits.RATIO_FREE.value and info.file_size > info.compress_size * limits.RATIO.value:
        raise Refused(limits.RATIO, name)
    if info.file_size > largest.value:
        raise Refused(largest, name)


def place_entries(
    data: bytes, infos: list[zipfile.ZipInfo], directory_start: int, name_of: Callable[[zipfile.ZipInfo], str]
) -> Iterator[Entry]:
    """Every entry, in the order of the file, where the directory says, one behind the other."""
    position = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < 0:
            raise Refused(refusals.BROKEN_ZIP)
        if info.header_offset != position:
            overlaps = info.header_offset < position or data.startswith(b"PK\x03\x04", position)
            raise Refused(refusals.GLUED if overlaps else refusals.SURROUNDED, shown_name(info))
        entry = _entry(data, info, name_of(info))
        yield entry
        position = _behind(data, info, entry)
    if position != directory_start:
        raise Refused(refusals.GLUED if position > directory_start else refusals.SURROUNDED)


def _entry(data: bytes, info: zipfile.ZipInfo, name: str) -> Entry:
    """The entry of the directory, when its header in the file says the same."""
    header = data[info.header_offset : info.header_offset + _LOCAL.size]
    if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise Refused(refusals.BROKEN_ZIP, shown_name(info))
    _, _, flags, method, _, _, checksum, stored, size, name_size, extra_size = _LOCAL.unpack(header)
    name_start = info.header_offset + _LOCAL.size
    start = name_start + name_size + extra_size
    if data[name_start : name_start + name_size] != raw_name(info):
        raise Refused(refusals.TWO_HEADERS, shown_name(info))
    stored, size = _zip64_sizes(data[name_start + name_size : start], stored, size)
    if (flags ^ info.flag_bits) & (_ENCRYPTED | _MASKED | _STREAMED) or method != info.compress_type:
        raise Refused(refusals.TWO_HEADERS, shown_name(info))
    said, promised = (checksum, stored, size), (info.CRC, info.compress_size, info.file_size)
    if said != promised and not (flags & _STREAMED and said == (0, 0, 0)):
        raise Refused(refusals.TWO_HEADERS, shown_name(info))
    plain = method == zipfile.ZIP_STORED and not flags & (_ENCRYPTED | _MASKED)
    if plain and info.compress_size != info.file_size:
        raise Refused(refusals.INFLATES, shown_name(info))
    return Entry(name, start, info.compress_size, info.file_size, info.CRC, method == zipfile.ZIP_DEFLATED)


def _zip64_sizes(extra: bytes, stored: int, size: int) -> tuple[int, int]:
    """The sizes of a local header, taken from its zip64 field where the header points there."""
    while _IN_ZIP64 in (stored, size) and len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        if kind == 1 and length >= 16 and len(extra) >= 20:
            size, stored = struct.unpack_from("<2Q", extra, 4)
            break
        extra = extra[4 + length :]
    return stored, size


def _behind(data: bytes, info: zipfile.ZipInfo, entry: Entry) -> int:
    """Where the next header must start: behind the data and, in a streamed archive, behind its descriptor."""
    end = entry.start + entry.stored
    if not info.flag_bits & _STREAMED:
        return end
    for layout in ("<3I", "<I2Q"):
        plain = struct.pack(layout, entry.checksum, entry.stored, entry.size)
        for descriptor in (b"PK\x07\x08" + plain, plain):
            if data.startswith(descriptor, end):
                return end + len(descriptor)
    raise Refused(refusals.TWO_HEADERS, entry.name)


def raw_name(info: zipfile.ZipInfo) -> bytes:
    """The bytes of a name, as they stand in the directory."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437", "replace")


def _safe_name(info: zipfile.ZipInfo) -> str:
    """The name with `/`, when no program could take it for a place outside the archive."""
    name = info.orig_filename.replace("\\", "/")
    if "\0" in name or ":" in name or name.startswith("/") or ".." in name.split("/"):
        raise Refused(refusals.BAD_NAME, shown_name(info))
    return name


def shown_name(info: zipfile.ZipInfo) -> str:
    """A stranger's name, short and printable."""
    return ascii(info.orig_filename[:80])[1:-1] if not info.orig_filename.isprintable() else info.orig_filename[:80]


def inflate(data: bytes, entry: Entry) -> bytes:
    """At most one byte more than declared is ever produced."""
    return _inflated(
        data[entry.start : entry.start + entry.stored], entry.name, entry.size, entry.checksum, entry.deflated
    )


@remembered(64, largest=2**15)
def _inflated(raw: bytes, name: str, size: int, checksum: int, deflated: bool) -> bytes:
    content = _deflated(raw, name, size) if deflated else raw
    if len(content) != size:
        raise Refused(refusals.INFLATES, name)
    if zlib.crc32(content) != checksum:
        raise Refused(refusals.CHECKSUM, name)
    return content


def _deflated(raw: bytes, name: str, size: int) -> bytes:
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = engine.decompress(raw, size + 1)
    except zlib.error:
        raise Refused(refusals.BROKEN_ZIP, name) from None
    if len(content) <= size and (not engine.eof or engine.unused_data):
        raise Refused(refusals.BROKEN_ZIP, name)
    return content
