"""When the reports come back: `check`, `aggregate`, `repair`."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from aggregator.commands.root import cli
from aggregator.console import EXIT_FINDINGS, PASSWORD_FILE, RECEIVED, Switches, command, read_passwords, status
from aggregator.faults import Usage

if TYPE_CHECKING:
    from aggregator.cluster import Cluster
    from aggregator.inbox import Place


def _place(_context: click.Context, _param: click.Parameter, value: Any) -> Any:
    """A path, or the address of a folder that is not on this machine; of several arguments, each."""
    from aggregator.remote import Address, is_url

    if isinstance(value, tuple):
        return tuple(_place(_context, _param, one) for one in value)
    return value if value is None else Address(value) if is_url(value) else Path(value)


EXECUTOR = click.option(
    "--executor",
    type=click.Choice(["local", "dask"]),
    default="local",
    help="Đọc tệp trên máy này (local) hay trên nhiều máy (dask).",
)
SCHEDULER = click.option("--scheduler", help="Địa chỉ máy điều phối dask (cần gói [cluster]), ví dụ tcp://may-1:8786.")


def reading_options(function: Callable[..., int]) -> Callable[..., int]:
    """By whom files are read and with which passwords: what `check` and `aggregate` have in common, as `reading`."""

    @functools.wraps(function)
    def with_reading(
        switches: Switches, executor: str, scheduler: str | None, password_file: Path | None, **values: Any
    ) -> int:
        cluster = _cluster(switches, executor, scheduler)
        reading = {"cluster": cluster, "passwords": read_passwords(password_file)}
        return function(switches, reading=reading, **values)

    wrapped: Callable[..., int] = with_reading
    for option in (PASSWORD_FILE, SCHEDULER, EXECUTOR):
        wrapped = option(wrapped)
    return wrapped


def _cluster(switches: Switches, executor: str, scheduler: str | None) -> Cluster | None:
    if (executor == "dask") != (scheduler is not None):
        raise Usage("Cần cả --executor dask và --scheduler với địa chỉ máy điều phối.")
    if scheduler is None:
        return None
    from aggregator.cluster import Cluster

    def told(number: int) -> None:
        switches.tell("{number} tệp không đọc được ở máy khác nên đã đọc ở máy này.", number=number)

    return Cluster(scheduler, told)


@command(cli, "check")
@click.argument("paths", nargs=-1, required=True, callback=_place)
@click.option("--second-opinion", is_flag=True, help="Đọc lại mỗi tệp đạt bằng hai chương trình khác và so từng số.")
@reading_options
def check(switches: Switches, paths: tuple[Place, ...], second_opinion: bool, reading: dict[str, Any]) -> int:
    """Đọc và kiểm tra tệp hoặc thư mục, không thay đổi gì.

    Ví dụ: aggregator -C quan-7 check quan-7/nhan_ve
    """
    from aggregator.outputs.terminal import decision_lines, file_summary
    from aggregator.steps import collect

    if second_opinion and not all(isinstance(path, Path) for path in paths):
        raise Usage("--second-opinion chỉ đọc được tệp trên máy này.")
    checked = collect.check(make_request(switches, paths, second_opinion=second_opinion, **reading))
    switches.document(checked.document())
    switches.findings(checked.findings)
    switches.say(file_summary(checked.files, switches.lang), *decision_lines(checked.effects, switches.lang))
    return status(switches, checked.findings)


@command(cli, "aggregate")
@click.argument("folder", required=False, callback=_place)
@click.option("-o", "output", type=click.Path(path_type=Path), help="Tệp kết quả (.xlsx).")
@click.option("--at", help="Mã đơn vị cần tổng hợp (mặc định: đơn vị gốc).")
@click.option("--each", help="Thêm một tệp cho mỗi đơn vị của cấp này (school, commune, district …).")
@click.option("--require-complete", is_flag=True, help="Còn đơn vị chưa nộp thì coi là chưa đạt (mã thoát 1).")
@RECEIVED
@reading_options
def aggregate(
    switches: Switches,
    folder: Place | None,
    output: Path | None,
    at: str | None,
    each: str | None,
    require_complete: bool,
    received: datetime | None,
    reading: dict[str, Any],
) -> int:
    """Đọc, kiểm tra, cộng dồn và ghi tệp tổng hợp.

    \b
    Ví dụ:
      aggregator -C quan-7 aggregate
      aggregator aggregate thu-muc-nhan -o ket-qua.xlsx
    """
    from aggregator.outputs.terminal import result_lines
    from aggregator.steps import collect

    paths, day = (folder,) if folder else (), received.date() if received else None
    request = make_request(switches, paths, output=output, at=at, each=each, received=day, **reading)
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


def make_request(switches: Switches, paths: tuple[Place, ...], **more: Any) -> Any:
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
