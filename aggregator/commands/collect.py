"""When the reports come back: `check`, `aggregate`, `repair`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import click

from aggregator.commands.root import cli
from aggregator.console import EXIT_FINDINGS, PASSWORD_FILE, RECEIVED, Switches, command, read_passwords, status


@command(cli, "check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--second-opinion", is_flag=True, help="Đọc lại mỗi tệp đạt bằng hai chương trình khác và so từng số.")
@PASSWORD_FILE
def check(switches: Switches, paths: tuple[Path, ...], second_opinion: bool, password_file: Path | None) -> int:
    """Đọc và kiểm tra tệp hoặc thư mục, không thay đổi gì.

    Ví dụ: aggregator -C quan-7 check quan-7/nhan_ve
    """
    from aggregator.outputs.terminal import decision_lines, file_summary
    from aggregator.steps import collect

    passwords = read_passwords(password_file)
    checked = collect.check(make_request(switches, paths, passwords=passwords, second_opinion=second_opinion))
    switches.document(checked.document())
    switches.findings(checked.findings)
    switches.say(file_summary(checked.files, switches.lang), *decision_lines(checked.effects, switches.lang))
    return status(switches, checked.findings)


@command(cli, "aggregate")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("-o", "output", type=click.Path(path_type=Path), help="Tệp kết quả (.xlsx).")
@click.option("--at", help="Mã đơn vị cần tổng hợp (mặc định: đơn vị gốc).")
@click.option("--each", help="Thêm một tệp cho mỗi đơn vị của cấp này (school, commune, district …).")
@click.option("--require-complete", is_flag=True, help="Còn đơn vị chưa nộp thì coi là chưa đạt (mã thoát 1).")
@RECEIVED
@PASSWORD_FILE
def aggregate(
    switches: Switches,
    folder: Path | None,
    output: Path | None,
    at: str | None,
    each: str | None,
    require_complete: bool,
    received: datetime | None,
    password_file: Path | None,
) -> int:
    """Đọc, kiểm tra, cộng dồn và ghi tệp tổng hợp.

    \b
    Ví dụ:
      aggregator -C quan-7 aggregate
      aggregator aggregate thu-muc-nhan -o ket-qua.xlsx
    """
    from aggregator.outputs.terminal import result_lines
    from aggregator.steps import collect

    passwords = read_passwords(password_file)
    paths, day = (folder,) if folder else (), received.date() if received else None
    request = make_request(switches, paths, output=output, at=at, each=each, received=day, passwords=passwords)
    done = collect.aggregate(request)
    switches.document(done.document())
    switches.findings(done.result.findings)
    switches.say("", *result_lines(done.result, switches.lang))
    switches.say(*(switches.text("Kết quả: {path}", path=path) for path in done.outputs))
    if done.page:
        switches.say(switches.text("Trang xem nhanh: {page}", page=done.page))
    for path in done.kept:
        click.echo(switches.text("Tệp cũ đang mở nên kết quả ghi vào {path}", path=path), err=True)
    complete = require_complete or bool(request.campaign and request.campaign.require_complete)
    return status(switches, done.result.findings) or (EXIT_FINDINGS if complete and done.result.coverage.missing else 0)


@command(cli, "repair")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "output", type=click.Path(path_type=Path), required=True, help="Tệp .xlsx mới sẽ ghi.")
@click.option("--unit", help="Mã đơn vị của số liệu, nếu tệp không cho biết hoặc ghi sai.")
@click.option("--form", help="Mẫu cần ghi, khi không có đợt báo cáo.")
@click.option("--trust", type=click.Choice(["code", "label"]), help="Khi mã dòng và tên mục mâu thuẫn: tin bên nào.")
def repair(
    switches: Switches, file: Path, output: Path, unit: str | None, form: str | None, trust: Literal["code", "label"]
) -> int:
    """Tìm số liệu theo mã dòng hoặc tên mục, ghi vào một biểu mới; tệp gốc giữ nguyên.

    Ví dụ: aggregator -C quan-7 repair bang-tu-lap.xlsx -o sua.xlsx --unit 2746602
    """
    from aggregator.steps.mend import RepairRequest
    from aggregator.steps.mend import repair as mend

    campaign = switches.campaign_if_any()
    base = campaign.folder if campaign else Path.cwd()
    mended = mend(RepairRequest(file, output, base, campaign, unit, form, trust, switches.force))
    switches.document(mended.document())
    switches.findings(mended.findings)
    switches.say(*mended.lines(switches.lang))
    return EXIT_FINDINGS if mended.failed else status(switches, mended.findings)


def make_request(switches: Switches, paths: tuple[Path, ...], **more: Any) -> Any:
    """What a command asks of `steps.survey`, with what all commands have in common."""
    from aggregator.steps.survey import Request

    campaign = switches.campaign_if_any()
    base = campaign.folder if campaign else Path.cwd()
    if not paths:
        paths = (campaign.folder / campaign.received if campaign else Path.cwd(),)
    common: dict[str, Any] = {
        "force": switches.force,
        "lang": switches.lang,
        "now": switches.now,
        "progress": _progress(switches),
        "waiting": switches.pass_on,
    }
    return Request(paths, base, campaign, **common, **more)


def _progress(switches: Switches) -> Callable[[int, int], None] | None:
    """A bar on stderr while files are read, when somebody is looking."""
    if switches.quiet or not sys.stderr.isatty():
        return None
    from aggregator.outputs.progress import bar

    return bar(switches.text("Đang đọc"))
