"""Asking for corrections: `return`."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.commands.collect import make_request
from aggregator.commands.root import cli
from aggregator.console import PASSWORD_FILE, Switches, command, read_passwords


@command(cli, "return")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--warnings", is_flag=True, help="Trả lại cả tệp đã nhận nhưng có chỗ cần xem lại.")
@PASSWORD_FILE
def give_back(switches: Switches, paths: tuple[Path, ...], warnings: bool, password_file: Path | None) -> int:
    """Bản đánh dấu chỗ sai và lời nhắn ngắn cho nơi đã gửi các tệp chưa nhận được.

    \b
    Ví dụ:
      aggregator -C quan-7 return
      aggregator -C quan-7 return --warnings quan-7/nhan_ve/27475_Phuong-Tan-Hung
    """
    from aggregator.steps import give_back as steps

    request = make_request(switches, paths, passwords=read_passwords(password_file))
    done = steps.give_back(request, warnings, whole=not paths)
    switches.document(done.document())
    switches.say(*steps.return_lines(done, switches.lang))
    return 0
