"""Click's commands and groups, with help in the language that the command line asks for.

The help stands in the code in Vietnamese and is translated when it is shown; click's own lines come from the same
catalogues by way of gettext.
"""

from __future__ import annotations

import copy
import gettext
import inspect
import sys
from collections.abc import Sequence
from typing import Any

import click

from aggregator.words import LANGUAGES, asked, in_language, mark, speaking, spoken

CHOICE = click.Choice(LANGUAGES)
LANG_HELP = mark("Ngôn ngữ: vi hoặc en.")


def _said(text: str) -> str:
    return in_language(inspect.cleandoc(text), spoken())


def _translated(parameter: click.Parameter) -> click.Parameter:
    shown = copy.copy(parameter)
    if isinstance(shown, click.Option) and shown.help:
        shown.help = _said(shown.help)
    return shown


class Command(click.Command):
    """A command that explains itself in the language spoken."""

    def get_short_help_str(self, limit: int = 45) -> str:
        return click.Command.get_short_help_str(self._shown(), limit)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        shown = self._shown()
        shown.params = [_translated(parameter) for parameter in self.params]
        click.Command.format_help(shown, ctx, formatter)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [gettext.gettext(piece) for piece in super().collect_usage_pieces(ctx)]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Click keeps the option, and with it the language in which it was first asked for."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = gettext.gettext("Show this message and exit.")
        return option

    def _shown(self) -> Command:
        shown = copy.copy(self)
        shown.help = _said(self.help) if self.help else self.help
        return shown


class Group(Command, click.Group):
    """A group of such commands; where the program starts, it finds out which language is spoken."""

    command_class = Command
    group_class = type

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.params.append(click.Option(["--lang"], type=CHOICE, expose_value=False, help=LANG_HELP))

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        given = sys.argv[1:] if args is None else list(args)
        with speaking(asked(given)):
            return super().main(given, *rest, **more)
