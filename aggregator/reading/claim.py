"""Whether a file may be larger than a form: a consolidated workbook of ours, which says so in its document properties.

Only the directory of the container and one small part are read. In a campaign the seal must fit too; without a key the
file's word is taken, for its memory and time are bounded all the same.
"""

from __future__ import annotations

from aggregator.reading import limits, package
from aggregator.reading.container import Archive, open_archive
from aggregator.reading.limits import Bounds
from aggregator.reading.refusals import Refused
from aggregator.reading.workbook import read_properties
from aggregator.seal import RESULT_PREFIX, parse_token

SMALL, LARGE = 2**17, 2**21
"""Bytes. Up to `SMALL` nobody asks what a workbook says it is, for one of ours is then within the limits of forms;
above `LARGE` a consolidated workbook needs more memory and time than a form may take."""

_LINKS = "_rels/.rels"


def bounds_for(data: bytes, campaign: str | None, key: bytes | None) -> Bounds:
    """The limits for an .xlsx: those of forms, or of consolidated workbooks."""
    return limits.result_bounds() if may_be_larger(data, campaign, key) else limits.form_bounds()


def may_be_larger(data: bytes, campaign: str | None, key: bytes | None) -> bool:
    """Whether it is a consolidated workbook of ours; with a key, one of this campaign that the key has sealed."""
    token = parse_token(read_keywords(data) or "") if len(data) > SMALL else None
    if token is None or token.prefix != RESULT_PREFIX:
        return False
    return key is None or (token.campaign == campaign and token.sealed_by(key))


def read_keywords(data: bytes) -> str | None:
    """The keywords of the document properties, where we write the token."""
    try:
        archive = open_archive(data, limits.result_bounds())
        _check_small(archive, _LINKS)
        part = package.only_part(package.read_links(archive, ""), "core-properties", _LINKS)
        if part is not None:
            _check_small(archive, part)
        return read_properties(archive, part).keywords
    except Refused:
        return None


def _check_small(archive: Archive, part: str) -> None:
    entry = archive.entries.get(part.lower())
    if entry is not None and entry.size > limits.CLAIM.value:
        raise Refused(limits.CLAIM, part)
