"""A zip archive that holds returns: its members with their names, and the bytes of one; nothing is ever extracted.

The archive must be sound as a container, its members must not: what is wrong with one of them is said of that one.
Names are only shown, so a name that climbs out of a folder does no harm.
"""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass

from aggregator.findings import Finding
from aggregator.reading import limits, refusals
from aggregator.reading.container import inflate, list_directory, place_entries, raw_name
from aggregator.reading.directory import Entry
from aggregator.reading.refusals import Refused
from aggregator.words import Fact

_ENCRYPTED, _UTF8, _MASKED = 0x1, 0x800, 0x2040
_UNIX = 3
_UNICODE_PATH = 0x7075
LINK = Fact("liên kết (link)")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive: its name with `/` and, where it cannot be opened, why."""

    name: str
    entry: Entry
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """The members in the order of their names; folders are left out."""

    data: bytes
    members: tuple[Member, ...]

    def read(self, member: Member) -> bytes:
        """The bytes of one member. Raises `Refused`."""
        return inflate(self.data, member.entry)


def open_bundle(data: bytes) -> Bundle:
    """The archive, nothing inflated yet. Raises `Refused` where it is broken or beyond a limit."""
    if len(data) > limits.FILE.value:
        raise Refused(limits.FILE)
    infos, start = list_directory(data, limits.MEMBERS)
    if sum(info.file_size for info in infos) > limits.ALL_MEMBERS.value:
        raise Refused(limits.ALL_MEMBERS)
    ordered = sorted(infos, key=lambda info: info.header_offset)
    entries = list(place_entries(data, infos, start, member_name))
    pairs = zip(ordered, entries, strict=True)
    members = [Member(entry.name, entry, _wrong(info)) for info, entry in pairs if not entry.name.endswith("/")]
    if len({member.name for member in members}) < len(members):
        raise Refused(refusals.TWINS)
    return Bundle(data, tuple(sorted(members, key=lambda member: member.name)))


def _wrong(info: zipfile.ZipInfo) -> Finding | None:
    """Why a member is not opened, by what the directory says of it."""
    if info.create_system == _UNIX and stat.S_ISLNK(info.external_attr >> 16):
        return Finding("file-unsupported", found=LINK)
    for rule, broken in (
        (refusals.ENCRYPTED, info.flag_bits & (_ENCRYPTED | _MASKED)),
        (refusals.METHOD, info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)),
        (limits.MEMBER, info.file_size > limits.MEMBER.value),
        (limits.RATIO, limits.RATIO_FREE.value < info.file_size > info.compress_size * limits.RATIO.value),
    ):
        if broken:
            return Refused(rule).finding()
    return None


# --- names ---------------------------------------------------------------------------------------------------------


def member_name(info: zipfile.ZipInfo) -> str:
    """The name as its maker meant it: Unicode where it is said or fits, else Vietnamese Windows."""
    raw = raw_name(info)
    text = _unicode_path(info.extra, raw) or _decoded(raw)
    return unicodedata.normalize("NFC", text.replace("\\", "/"))


def _decoded(raw: bytes) -> str:
    """Windows in Vietnamese writes windows-1258; what makes no letters there is taken as cp437, which has any byte."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("cp1258")
    except UnicodeDecodeError:
        return raw.decode("cp437")
    letters = all(unicodedata.category(character)[0] in "LM" for character in text if ord(character) > 0x7F)
    return text if letters else raw.decode("cp437")


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The Unicode name that some programs put beside the plain one, where it was made for this very name."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<2H", extra)
        body, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(body) > 5 and struct.unpack_from("<I", body, 1)[0] == zlib.crc32(raw):
            return body[5:].decode("utf-8", "replace")
    return None
