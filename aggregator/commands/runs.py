"""Earlier runs: `runs list`, `runs compare`, `archive`."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.commands.root import cli
from aggregator.console import EXIT_FINDINGS, Switches, command


@cli.group()
def runs() -> None:
    """Các lần tổng hợp đã chạy trong đợt: list, compare."""


@command(runs, "list")
def runs_list(switches: Switches) -> int:
    """Liệt kê các lần đã chạy, mỗi lần một dòng.

    Ví dụ: aggregator -C quan-7 runs list
    """
    from aggregator.steps.run_lines import run_lines
    from aggregator.steps.runs import list_runs

    campaign = switches.campaign()
    listed, damaged = list_runs(campaign)
    bad = [{"file": run.path, "message": {"vi": run.vi, "en": run.en}} for run in damaged]
    switches.document({"campaign": campaign.id, "runs": [run.document() for run in listed], "damaged": bad})
    switches.say(*run_lines(listed, switches.lang))
    if not listed and not damaged:
        switches.say(switches.text("Đợt này chưa có lần chạy nào."))
    for run in damaged:
        click.echo(run.message(switches.lang), err=True)
    return EXIT_FINDINGS if damaged else 0


@command(runs, "compare")
@click.argument("first", type=click.IntRange(1))
@click.argument("second", type=click.IntRange(1))
def runs_compare(switches: Switches, first: int, second: int) -> None:
    """So hai lần chạy: tổng số nào thay đổi, do tệp của đơn vị nào.

    Ví dụ: aggregator -C quan-7 runs compare 1 2
    """
    from aggregator.steps.run_lines import comparison_lines
    from aggregator.steps.runs import compare_runs

    campaign = switches.campaign()
    found = compare_runs(campaign, first, second)
    switches.document({"campaign": campaign.id, **found.document()})
    switches.say(*comparison_lines(found, campaign.register, switches.lang))


@command(cli, "archive")
@click.argument("run", required=False, type=click.IntRange(1))
@click.option("-o", "output", type=click.Path(path_type=Path), help="Tệp .zip sẽ ghi.")
def archive(switches: Switches, run: int | None, output: Path | None) -> int:
    """Đóng gói một lần chạy (mặc định: lần cuối): các tệp đã đọc, thiết lập, kết quả.

    Ví dụ: aggregator -C quan-7 archive 3 -o luu-tru.zip
    """
    from aggregator.steps import archive as packing
    from aggregator.steps.run_lines import missing_lines
    from aggregator.steps.runs import one_run

    campaign = switches.campaign()
    with one_run(campaign, switches.pass_on):
        done = packing.archive(campaign, run, output, switches.force)
    switches.document({"campaign": campaign.id, **done.document()})
    for line in missing_lines(done, switches.lang):
        click.echo(line, err=True)
    if done.output:
        switches.say(
            switches.text(
                "Đã đóng gói lần chạy {run} ({inputs} tệp nhận về) vào {output}",
                run=done.run,
                inputs=done.inputs,
                output=done.output,
            )
        )
    return EXIT_FINDINGS if done.missing else 0
