"""One code with its severity and its sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.findings import Severity


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    severity: Severity
    vi: str
    en: str


def entries(severity: Severity, *lines: tuple[str, str, str]) -> tuple[Entry, ...]:
    return tuple(Entry(code, severity, vi, en) for code, vi, en in lines)
