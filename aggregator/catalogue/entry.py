"""One code with its severity and its sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.findings import Severity
from aggregator.words import ENGLISH, in_language


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    severity: Severity
    vi: str

    @property
    def en(self) -> str:
        return in_language(self.vi, ENGLISH)


def entries(severity: Severity, *lines: tuple[str, str]) -> tuple[Entry, ...]:
    return tuple(Entry(code, severity, vi) for code, vi in lines)
