"""While the reports come in: `status`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from aggregator.commands.collect import make_request
from aggregator.commands.root import cli
from aggregator.console import EXIT_FINDINGS, PASSWORD_FILE, RECEIVED, Switches, command, read_passwords
from aggregator.console import status as exit_status


@command(cli, "status")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--at", help="Mã đơn vị cần xem (mặc định: đơn vị gốc).")
@click.option("--reminders", is_flag=True, help="Ghi lời nhắc cho từng nơi và bảng nhac-nop.xlsx vào thư mục kết quả.")
@click.option("--require-complete", is_flag=True, help="Còn đơn vị chưa nộp thì coi là chưa đạt (mã thoát 1).")
@RECEIVED
@PASSWORD_FILE
def status(
    switches: Switches,
    folder: Path | None,
    at: str | None,
    reminders: bool,
    require_complete: bool,
    received: datetime | None,
    password_file: Path | None,
) -> int:
    """Ai đã nộp, ai chưa nộp, ai phải sửa, ai nộp muộn.

    \b
    Ví dụ:
      aggregator -C quan-7 status --now 2024-10-12
      aggregator -C quan-7 status --reminders
    """
    from aggregator.outputs.status_terminal import status_lines
    from aggregator.steps import status as steps

    campaign, passwords = switches.campaign(), read_passwords(password_file)
    paths, day = (folder,) if folder else (), received.date() if received else None
    request = make_request(switches, paths, at=at, received=day, passwords=passwords, may_be_empty=True)
    done = steps.status(request, campaign, reminders)
    result = done.standing.result
    switches.document(done.document())
    switches.findings(finding for finding in result.findings if not finding.file and not finding.unit)
    switches.say(*status_lines(done.standing, switches.lang))
    switches.say(*steps.written_lines(done, switches.lang))
    complete = require_complete or campaign.require_complete
    return exit_status(switches, result.findings) or (EXIT_FINDINGS if complete and result.coverage.missing else 0)
