"""About a consolidated workbook that is there: `verify`, `trace`."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.commands.root import cli
from aggregator.console import Switches, command, status


@command(cli, "verify")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def verify(switches: Switches, files: tuple[Path, ...]) -> int:
    """Tệp tổng hợp có còn đúng như lúc lập không; ô nào bị sửa thì chỉ ra từng ô.

    Ví dụ: aggregator -C quan-7 verify nhan_ve/tong-hop-778.xlsx
    """
    from aggregator.outputs.verified import verified_lines
    from aggregator.steps import verify as step

    campaign = switches.campaign_if_any()
    done = step.verify(files, campaign.folder if campaign else Path.cwd(), campaign)
    switches.document(done.document())
    switches.findings(done.findings)
    switches.say(*verified_lines(done.files, switches.lang))
    return status(switches, done.findings)


@command(cli, "trace")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("row", metavar="ROWKEY")
@click.option("--measure", type=click.Choice(["count", "people", "money"]), help="Chỉ số liệu này của dòng.")
def trace(switches: Switches, file: Path, row: str, measure: str | None) -> int:
    """Một con số trong tệp tổng hợp: từ tổng xuống từng đơn vị, tệp, ô.

    Ví dụ: aggregator trace tong-hop-778.xlsx 1.01 --measure people
    """
    from aggregator.steps import trace as step

    campaign = switches.campaign_if_any()
    traced = step.trace(file, row, measure, campaign.folder if campaign else Path.cwd(), campaign)
    switches.document(traced.document())
    switches.findings(traced.findings)
    warning = traced.warning(switches.lang)
    if warning:
        click.echo(warning, err=True)
    switches.say(*traced.lines(switches.lang))
    return status(switches, traced.findings)
