"""The command line: every command under one group, and the console script.

Results go to stdout, findings and progress to stderr; what all commands share stands in `console`, the commands
themselves in `commands`.
"""

from __future__ import annotations

import sys

from aggregator.commands import collect, describe, give_back, issue, report, results, runs, status
from aggregator.commands.root import cli
from aggregator.plain import collect_rarely

__all__ = ["cli", "main"]

COMMANDS = (describe, issue, collect, status, give_back, report, results, runs)
"""Importing a module hangs its commands on the group."""


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
    collect_rarely()
    cli(prog_name="aggregator")
