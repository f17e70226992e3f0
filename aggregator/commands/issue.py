"""Before the reports: `init`, `template`, `distribute`; and `demo`."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.commands.root import cli
from aggregator.console import Switches, command


@command(cli, "init")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--sample", help="Tên đợt mẫu, ví dụ quan-7-2024.")
@click.option("--form", help="Mẫu biểu, ví dụ tong-hop-2024.")
@click.option("--units", type=click.Path(path_type=Path), help="Danh sách đơn vị (CSV).")
@click.option("--year", type=click.IntRange(2000, 2100), help="Năm báo cáo.")
def init(
    switches: Switches, directory: Path, sample: str | None, form: str | None, units: Path | None, year: int | None
) -> None:
    """Tạo thư mục đợt báo cáo, từ đợt mẫu hoặc từ danh sách đơn vị của mình.

    Ví dụ: aggregator init quan-7 --sample quan-7-2024
    """
    from aggregator.steps import issue

    if sample and not (form or units or year):
        campaign = issue.init_sample(directory, sample, switches.force)
    elif form and units and year and not sample:
        campaign = issue.init_own(directory, form, units, year, switches.force)
    else:
        raise click.UsageError(switches.text("--sample NAME, hoặc --form FORM --units FILE --year YYYY"))
    switches.document({"campaign": campaign.id, "units": len(campaign.register.units), "folder": directory.as_posix()})
    switches.say(
        switches.text(
            "Đã tạo đợt {campaign_id} với {number} đơn vị trong {directory}. Tiếp theo: aggregator -C "
            "{directory} distribute",
            campaign_id=campaign.id,
            number=len(campaign.register.units),
            directory=directory,
        )
    )


@command(cli, "template")
@click.argument("form")
@click.option("-o", "output", type=click.Path(path_type=Path), required=True, help="Tệp .xlsx sẽ ghi.")
def template(switches: Switches, form: str, output: Path) -> None:
    """Một biểu trống đã khoá, đơn vị nào cũng dùng được (tự ghi mã ở sheet “Đơn vị”).

    Ví dụ: aggregator template tong-hop-2024 -o bieu.xlsx
    """
    from aggregator.steps import issue

    written = issue.template(form, output, switches.force)
    switches.document({"form": form, "outputs": [written.as_posix()]})
    switches.say(switches.text("Đã ghi {written}", written=written))


@command(cli, "distribute")
def distribute(switches: Switches) -> None:
    """Phát cho mỗi đơn vị một biểu đã khoá, trong thư mục phat_ra.

    Ví dụ: aggregator -C quan-7 distribute
    """
    from aggregator.steps import issue

    campaign = switches.campaign()
    issued = issue.distribute(campaign)
    counts = {state: sum(line.state == state for line in issued) for state in ("new", "changed", "same")}
    files = [{"unit": line.unit.code, "path": line.path, "sha256": line.sha256, "state": line.state} for line in issued]
    switches.document({"campaign": campaign.id, "issued": files, "outputs": [f"{campaign.issued}/{issue.ISSUE_LIST}"]})
    switches.say(
        switches.text(
            "{number} biểu trong {issued}: {new} mới, {changed} thay đổi, {same} giữ nguyên. Danh sách: "
            "{issued}/{ISSUE_LIST}",
            number=len(issued),
            issued=campaign.issued,
            new=counts["new"],
            changed=counts["changed"],
            same=counts["same"],
            ISSUE_LIST=issue.ISSUE_LIST,
        )
    )


@command(cli, "demo")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
def demo(switches: Switches, directory: Path | None) -> int:
    """Một đợt báo cáo trọn vẹn trên dữ liệu bịa, có cả tệp lỗi; in ra chỗ cần xem.

    Ví dụ: aggregator demo
    """
    from aggregator.steps.demo import run_demo

    return run_demo(directory or Path("demo"), switches.say, switches.document, switches.lang)
