"""What a report is made of before it is drawn: lines of runs, and strangers' text made safe for them.

Our own texts mark a gap for the clerk with [square brackets] and a value with {braces}; both are taken apart before
any text of a unit comes in, so that what a unit wrote is never taken for a gap, a value or a field of Word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from aggregator.text import CELL_LENGTH, clean, printable

LineStyle = Literal["section", "part", "body", "item", "hint", "draft", "note"]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text. A `gap` is to be filled in by the clerk and stands out."""

    text: str
    gap: bool = False
    bold: bool = False
    italic: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph."""

    style: LineStyle
    runs: Runs

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def words(text: str) -> Runs:
    return (Run(text),)


def gap(text: str) -> Runs:
    return (Run(f"[{text}]", gap=True),)


def safe(text: str) -> str:
    """A stranger's text as it may stand in the report: the same words, nothing that XML or Word reads otherwise."""
    return "\n".join(printable(clean(line), CELL_LENGTH) for line in text.splitlines()).strip("\n")


_MARKS = re.compile(r"\[[^\[\]]+\]|\{(\w+)\}")


def fill(text: str, values: Mapping[str, Runs]) -> Runs:
    """A text of ours with its gaps marked and its values put in."""
    return tuple(run for run in _filled(text, values) if run.text)


def _filled(text: str, values: Mapping[str, Runs]) -> Iterator[Run]:
    end = 0
    for mark in _MARKS.finditer(text):
        yield Run(text[end : mark.start()])
        yield from values.get(mark[1], words(mark[0])) if mark[1] else (Run(mark[0], gap=True),)
        end = mark.end()
    yield Run(text[end:])
