"""The boundary between the command line and the program: switches, output, exit status, faults.

The one place where exceptions become messages, and where a fault of the program itself is saved instead of shown.
"""

from __future__ import annotations

import functools
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aggregator import __version__
from aggregator.faults import Stop
from aggregator.json_text import json_lines
from aggregator.spoken import CHOICE, LANG_HELP
from aggregator.words import Words, in_language, spoken

if TYPE_CHECKING:
    from aggregator.campaign import Campaign
    from aggregator.findings import Finding

EXIT_FINDINGS = 1
EXIT_FAULT = 70
LINES_AT_ONCE = 500
"""Of a document or of the findings: the whole text would be in memory many times over."""


@dataclass(slots=True)
class Switches:
    """What every command understands after its name."""

    folder: Path | None
    command: str
    json: bool = False
    lang: str = "vi"
    quiet: bool = False
    strict: bool = False
    force: bool = False
    now: str | None = None

    def say(self, *lines: str) -> None:
        """Results for people: stdout, unless it carries JSON."""
        if not self.json:
            for line in lines:
                click.echo(line)

    def tell(self, message: str, /, **values: Any) -> None:
        """Progress for people, in their language: stderr."""
        click.echo(self.text(message, **values), err=True)

    def pass_on(self, words: Words) -> None:
        """A message from further down, told as progress."""
        click.echo(words.text(self.lang), err=True)

    def document(self, document: dict[str, Any]) -> None:
        if self.json:
            lines = json_lines(document)
            while told := list(islice(lines, LINES_AT_ONCE)):
                click.echo("\n".join(told))

    def findings(self, findings: Iterable[Finding]) -> None:
        """Findings for people: stderr. `--quiet` keeps errors and warnings."""
        from aggregator.outputs.terminal import finding_lines

        wanted = ("error", "warning") if self.quiet else ("error", "warning", "info")
        lines = finding_lines(findings, self.lang, wanted)
        while told := list(islice(lines, LINES_AT_ONCE)):
            click.echo("\n".join(told), err=True)

    def text(self, message: str, /, **values: Any) -> str:
        return in_language(message, self.lang, **values)

    def campaign(self) -> Campaign:
        """The campaign of `-C DIR` or of the current folder. Raises `Stop` where there is none."""
        from aggregator.campaign import load_campaign

        return load_campaign(self.folder or Path.cwd())

    def campaign_if_any(self) -> Campaign | None:
        from aggregator.campaign import is_campaign

        return self.campaign() if self.folder or is_campaign(Path.cwd()) else None


OPTIONS = (
    click.option("--json", "json_", is_flag=True, help="Một tài liệu JSON trên stdout."),
    click.option("--lang", type=CHOICE, envvar="AGGREGATOR_LANG", default="vi", help=LANG_HELP),
    click.option("--quiet", is_flag=True, help="Chỉ in lỗi và lưu ý."),
    click.option("--strict", is_flag=True, help="Có lưu ý cũng coi là chưa đạt (mã thoát 1)."),
    click.option("--force", is_flag=True, help="Cho phép ghi đè tệp đã có."),
    click.option("--now", type=click.DateTime(["%Y-%m-%d"]), help="Ngày tổng hợp (YYYY-MM-DD)."),
)


PASSWORD_FILE = click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    help="Tệp chứa mật khẩu mở của các biểu, mỗi dòng một mật khẩu (cần gói [crypto]).",
)
RECEIVED = click.option(
    "--received",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Ngày nhận các tệp mới của lần này (YYYY-MM-DD), ghi vào so_nhan.csv.",
)


def read_passwords(path: Path | None) -> tuple[str, ...]:
    """One password a line. Raises `Stop` where the file cannot be read; what stands in it is never shown."""
    if path is None:
        return ()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(
            "Không đọc được tệp mật khẩu {path_name}. Cần tệp văn bản UTF-8, mỗi dòng một mật khẩu.",
            path_name=path.name,
        ) from error
    return tuple(line for line in lines if line)


def command(group: click.Group, name: str) -> Callable[[Callable[..., int | None]], click.Command]:
    """A command with the common switches; the function returns the exit status (default 0)."""

    def decorate(function: Callable[..., int | None]) -> click.Command:
        @functools.wraps(function)
        @click.pass_context
        def run(context: click.Context, /, **values: Any) -> None:
            switches = _switches(context, name, values)
            context.exit(_guarded(switches, lambda: function(switches, **values)))

        wrapped: Callable[..., Any] = run
        for option in reversed(OPTIONS):
            wrapped = option(wrapped)
        return group.command(name)(wrapped)

    return decorate


def _switches(context: click.Context, name: str, values: dict[str, Any]) -> Switches:
    now = values.pop("now")
    values.pop("lang")  # checked by click; known since the program started, and perhaps given before the command
    return Switches(
        folder=context.find_root().params.get("folder"),
        command=name,
        json=values.pop("json_"),
        now=now.strftime("%Y-%m-%d") if now else None,
        lang=spoken(),
        **{key: values.pop(key) for key in ("quiet", "strict", "force")},
    )


def _guarded(switches: Switches, call: Callable[[], int | None]) -> int:
    try:
        return call() or 0
    except Stop as stop:
        click.echo(stop.message(switches.lang), err=True)
        switches.document(_stopped(switches, stop))
        return stop.status
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except Exception:
        details = _save_fault()
        switches.tell(
            "Chương trình gặp lỗi ngoài dự kiến. {details}; dữ liệu của bạn không bị thay đổi.",
            details=details,
        )
        return EXIT_FAULT


def _stopped(switches: Switches, stop: Stop) -> dict[str, Any]:
    """The JSON document of a command that could not do its work: all keys, and the reason."""
    from aggregator.outputs.result import result_document

    return {**result_document(switches.command), "error": {"vi": stop.vi, "en": stop.en}}


def _save_fault() -> Words:
    """Where the details are; on a full disk nowhere, and then at least what kind of fault it was."""
    details = traceback.format_exc()
    try:
        handle, name = tempfile.mkstemp(prefix="aggregator-", suffix=".txt", text=True)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"aggregator {__version__}, Python {sys.version}\n{details}")
    except OSError as error:
        kind = details.strip().splitlines()[-1]
        return Words.of("Không lưu được chi tiết ({reason}): {kind}", reason=error.strerror, kind=kind)
    return Words.of("Chi tiết đã lưu ở {name}", name=name)


def status(switches: Switches, findings: Iterable[Finding]) -> int:
    """0 clean, 1 with an error (or with a warning under `--strict`)."""
    from aggregator.steps.collect import worst

    gravest = worst(findings)
    return EXIT_FINDINGS if gravest == "error" or (switches.strict and gravest == "warning") else 0
