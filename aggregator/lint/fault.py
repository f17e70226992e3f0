"""What the lint finds: one fault of one workbook, and the exception that ends the look at one part."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` is a short hyphenated name, `part` a part of the package, `place` a cell, range or name inside it."""

    kind: str
    part: str
    place: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.part} {self.place}: {self.detail}"


class Broken(Exception):
    """A part that cannot be looked at any further."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def shown(text: str) -> str:
    """A text of the workbook, short enough for a message."""
    return ascii(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
