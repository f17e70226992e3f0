"""The working papers of choosing: statuses, findings and effects as they come to be known."""

from __future__ import annotations

from dataclasses import dataclass, field

from aggregator.decisions import NONE, Decision, Decisions
from aggregator.findings import Finding
from aggregator.register import Register
from aggregator.submission import Leaf


@dataclass(slots=True)
class Desk:
    """Working papers of one run of `choose`; never leaves this package."""

    register: Register
    status: dict[str, str]
    decisions: Decisions = NONE
    pinned: frozenset[str] = frozenset()
    findings: list[Finding] = field(default_factory=list)
    effects: dict[Decision, list[str]] = field(default_factory=dict)

    def say(self, code: str, leaf: Leaf, found: str, expected: str | None = None) -> None:
        self.findings.append(Finding(code, file=leaf.path, unit=leaf.unit.code, found=found, expected=expected))

    def supersede(self, leaf: Leaf, by: Leaf, why: str | None = None) -> None:
        self.drop(leaf, "superseded")
        self.say("submission-superseded", leaf, by.path, why)

    def drop(self, leaf: Leaf, status: str) -> None:
        """A form that does not count changes its status; a consolidated workbook keeps it for its other leaves."""
        if leaf.via is None:
            self.status[leaf.path] = status

    def note(self, decision: Decision, what: str) -> None:
        on = self.effects.setdefault(decision, [])
        if what not in on:
            on.append(what)
