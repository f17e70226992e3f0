"""A lint of our own for what other checkers of workbooks let pass and Excel repairs or refuses.

It reads the bytes of a finished workbook and knows nothing of how they were written; it runs on every workbook before
it is handed over, so it is quick: one pass per part, no objects for cells. It is no reader of strangers' files.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from aggregator.lint.fault import Broken, Fault
from aggregator.lint.package import check_package, open_package
from aggregator.lint.workbook import check_largest, check_workbook

__all__ = ["MOST", "Fault", "Half", "lint_workbook"]

Half = Literal["largest", "rest"]
"""The package and the cells of the largest sheet, or all the rest."""

MOST = 100
"""Faults that are named; nobody reads on."""


def lint_workbook(data: bytes | Path, *, own: bool = False, half: Half | None = None) -> tuple[Fault, ...]:
    """What is wrong with a workbook, given as bytes or as a file; empty when nothing is.

    own: what holds only for workbooks that we write, too: a result is stored with every formula, for example.
    half: one half of the work, which two processes may do at once; nothing is wrong when both find nothing.
    """
    return tuple(islice(_faults(data, own, half), MOST))


def _faults(data: bytes | Path, own: bool, half: Half | None) -> Iterator[Fault]:
    try:
        package = open_package(data)
        if half == "rest":
            yield from check_workbook(package, own, but_largest=True)
            return
        unreadable = False
        for fault in check_package(package, own):
            unreadable = unreadable or fault.kind in _UNREADABLE
            yield fault
        if not unreadable:
            yield from check_largest(package, own) if half == "largest" else check_workbook(package, own)
    except Broken as broken:
        yield broken.fault


_UNREADABLE = frozenset({"broken-xml", "illegal-character", "doctype", "part-twice"})
"""Kinds after which the parts cannot be looked into."""
