"""The token that names a workbook's form and unit, its seal, and the sheet password.

The seal shows that a token was issued by the holder of `campaign.key`; it is a guard-rail against mix-ups, short
enough to stand in a cell, not a signature.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from functools import lru_cache

PREFIX = "HTSD:"
RESULT_PREFIX = "HTSD-TH:"
"""Begins the token of a consolidated workbook, so that nobody takes it for a filled form."""


@dataclass(frozen=True, slots=True)
class Token:
    """`HTSD:<form>|<version>|<campaign>|<unit>|<seal>`; in a blank template unit and seal are empty."""

    form: str
    version: str
    campaign: str
    unit: str
    seal: str
    prefix: str = PREFIX

    @property
    def text(self) -> str:
        return f"{self.prefix}{self.form}|{self.version}|{self.campaign}|{self.unit}|{self.seal}"

    def sealed_by(self, key: bytes) -> bool:
        return hmac.compare_digest(self.seal.encode(), make_seal(key, self).encode())


@lru_cache(maxsize=64)
def parse_token(text: str) -> Token | None:
    """The token that a cell holds, or `None`."""
    prefix = next((prefix for prefix in (PREFIX, RESULT_PREFIX) if text.startswith(prefix)), None)
    if prefix is None:
        return None
    parts = text[len(prefix) :].strip().split("|")
    if len(parts) != 5 or not parts[0] or not parts[1]:
        return None
    form, version, campaign, unit, seal = parts
    return Token(form, version, campaign, unit, seal, prefix)


def make_token(form: str, version: str, campaign: str, unit: str, key: bytes | None, prefix: str = PREFIX) -> Token:
    """A sealed token; without a unit or a key the seal stays empty."""
    bare = Token(form, version, campaign, unit, "", prefix)
    seal = make_seal(key, bare) if key and unit else ""
    return Token(form, version, campaign, unit, seal, prefix)


def make_seal(key: bytes, token: Token) -> str:
    """80 bits of HMAC-SHA256 in 16 letters."""
    parts = (token.prefix, token.form, token.version, token.campaign, token.unit)
    return base64.b32encode(mac(key, "seal", *parts)[:10]).decode()


def sheet_password(key: bytes) -> str:
    """At most 15 characters: some readers overflow on longer legacy passwords."""
    return base64.b32encode(mac(key, "sheet")[:8]).decode()[:12]


def mac(key: bytes, *parts: str) -> bytes:
    """HMAC-SHA256 over parts that cannot run into each other."""
    return hmac.digest(key, b"".join(map(_part, parts)), "sha256")


class Mac:
    """The same for parts that come one by one."""

    def __init__(self, key: bytes, *parts: str) -> None:
        self._mac = hmac.new(key, b"".join(map(_part, parts)), "sha256")

    def add(self, part: str) -> None:
        self._mac.update(_part(part))

    def hex(self) -> str:
        return self._mac.hexdigest()


def _part(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(4, "big") + data
