"""What reading one file gives: the file's line in the account, and the leaves that may be added up.

A leaf is one unit's figures, whether they come from the unit's own workbook or from a line of a verified
consolidated workbook. Plain tuples, of which a hundred thousand are quickly made: they travel from worker processes to
the process that adds up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from aggregator.decisions import Decision
from aggregator.findings import Findings
from aggregator.forms import FigureKey
from aggregator.register import Unit
from aggregator.report import Note

FileKind = Literal["form", "consolidated", "other"]
Origin = Literal["own", "proven", "consistent", "typed"]
"""How far a number can be believed: from the unit's own workbook; from a verified consolidated workbook with a right
seal, or one that only agrees with itself; typed by hand as an inclusive total, whatever carried it here."""
Proof = Literal["proven", "not-proven", "foreign"]
"""Whether a consolidated workbook is known to be ours: by our key, not known, or another campaign's."""


class Leaf(NamedTuple):
    """One unit's figures. A value of `None` is a blank cell, which adds 0 and is not 0.

    `file` and `sha256` are those of the workbook that the unit filled; `via` is the consolidated workbook that
    carried them here, if any. `saved` is the save time an office program wrote into the file.
    """

    unit: Unit
    figures: Mapping[FigureKey, int | None]
    file: str
    sha256: str
    version: str
    inclusive: bool = False
    held: bool = True
    saved: str | None = None
    via: str | None = None
    origin: Origin = "own"
    foreign: bool = False
    """Filled into a workbook that was issued in another campaign, perhaps last year's."""
    notes: tuple[Note, ...] = ()
    activities: tuple[tuple[str, ...], ...] = ()
    calendar: tuple[tuple[str, ...], ...] = ()

    @property
    def path(self) -> str:
        """The file in the folder that this leaf came out of."""
        return self.via or self.file

    @property
    def content(self) -> tuple[object, ...]:
        """What makes two returns of one unit the same return."""
        figures = tuple(sorted(self.figures.items(), key=repr))
        return figures, self.inclusive, self.held, self.notes, self.activities, self.calendar


class Examination(NamedTuple):
    """One file, opened, identified, read and checked by itself.

    `ignored` files (an own earlier result, a temporary file) are in the account but in no total. `parents` is the
    chain from the unit's parent up, as far as the workbook or the register tells.
    """

    path: str
    sha256: str | None
    size: int | None
    kind: FileKind = "other"
    form: str | None = None
    campaign: str | None = None
    unit: Unit | None = None
    parents: tuple[Unit, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    units: tuple[Unit, ...] = ()
    """Units that a consolidated workbook brings with it, parents first."""
    findings: Findings = ()
    ignored: bool = False
    proof: Proof | None = None
    """Of a consolidated workbook."""
    saved: str | None = None
    """The save time that an office program wrote into a form, of a refused one too."""
    decided: frozenset[Decision] = frozenset()
    """Waivers that settled findings of this file."""
