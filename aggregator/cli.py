"""The command line: parse, one call, print, exit. Nothing is decided here but words and the exit status.

Results go to stdout, findings and progress to stderr; what all commands share stands in `console`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import click

from aggregator import __version__
from aggregator.console import EXIT_FINDINGS, PASSWORD_FILE, Switches, command, read_passwords, status


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-C", "folder", type=click.Path(path_type=Path), help="Thư mục đợt báo cáo.")
@click.version_option(__version__, prog_name="aggregator")
def cli(folder: Path | None) -> None:
    """Tổng hợp số liệu Tuần lễ hưởng ứng học tập suốt đời: phát biểu Excel, nhận về, kiểm tra, cộng dồn.

    \b
    Ví dụ:
      aggregator init quan-7 --sample quan-7-2024
      aggregator -C quan-7 distribute
      aggregator -C quan-7 aggregate
    """
    del folder


@cli.group()
def forms() -> None:
    """Các mẫu biểu có sẵn: list, show, lint, diff."""


@command(forms, "list")
def forms_list(switches: Switches) -> None:
    """Liệt kê các mẫu biểu.

    Ví dụ: aggregator forms list
    """
    from aggregator.outputs.result import form_document
    from aggregator.steps.describe import list_forms

    listed = list_forms()
    switches.document({"forms": [form_document(form) for form in listed]})
    switches.say(*(f"{form.id:16} {len(form.rows):3} {switches.vi('dòng', 'rows')}  {form.name}" for form in listed))


@command(forms, "show")
@click.argument("form")
def forms_show(switches: Switches, form: str) -> None:
    """In một mẫu biểu, từng dòng.

    Ví dụ: aggregator forms show tong-hop-2024
    """
    from aggregator.forms import load_form
    from aggregator.outputs.result import form_document
    from aggregator.steps.describe import form_lines

    loaded = load_form(form)
    switches.document(form_document(loaded))
    switches.say(*form_lines(loaded))


@command(forms, "lint")
@click.argument("file", type=click.Path(path_type=Path))
def forms_lint(switches: Switches, file: Path) -> int:
    """Kiểm tra một tệp mẫu biểu (JSON), nêu mọi lỗi trong một lần.

    Ví dụ: aggregator forms lint mau-moi.json
    """
    from aggregator.steps.describe import lint

    faults = lint(file)
    switches.document(
        {"faults": [{"place": fault.place, "found": fault.found, "expected": fault.expected} for fault in faults]}
    )
    switches.say(*(fault.text(switches.lang) for fault in faults))
    if not faults:
        switches.say(switches.vi(f"{file.name}: không có lỗi.", f"{file.name}: no faults."))
    return EXIT_FINDINGS if faults else 0


@command(forms, "diff")
@click.argument("first")
@click.argument("second")
def forms_diff(switches: Switches, first: str, second: str) -> None:
    """So sánh hai mẫu biểu bằng lời.

    Ví dụ: aggregator forms diff tong-hop-2021 tong-hop-2024
    """
    from aggregator.forms import load_form
    from aggregator.steps.describe import compare

    changes = compare(load_form(first), load_form(second))
    switches.document({"changes": [change.document() for change in changes]})
    switches.say(*(change.text(switches.lang) for change in changes))
    if not changes:
        switches.say(switches.vi("Hai mẫu giống nhau.", "The two forms are the same."))


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
        raise click.UsageError("--sample NAME, hoặc --form FORM --units FILE --year YYYY")
    switches.document({"campaign": campaign.id, "units": len(campaign.register.units), "folder": directory.as_posix()})
    switches.say(
        switches.vi(
            f"Đã tạo đợt {campaign.id} với {len(campaign.register.units)} đơn vị trong {directory}. "
            f"Tiếp theo: aggregator -C {directory} distribute",
            f"Created {campaign.id} with {len(campaign.register.units)} units in {directory}. "
            f"Next: aggregator -C {directory} distribute",
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
    switches.say(switches.vi(f"Đã ghi {written}", f"Wrote {written}"))


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
        switches.vi(
            f"{len(issued)} biểu trong {campaign.issued}: {counts['new']} mới, {counts['changed']} thay đổi, "
            f"{counts['same']} giữ nguyên. Danh sách: {campaign.issued}/{issue.ISSUE_LIST}",
            f"{len(issued)} workbooks in {campaign.issued}: {counts['new']} new, {counts['changed']} changed, "
            f"{counts['same']} unchanged. List: {campaign.issued}/{issue.ISSUE_LIST}",
        )
    )


@command(cli, "check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--second-opinion", is_flag=True, help="Đọc lại mỗi tệp đạt bằng hai chương trình khác và so từng số.")
@PASSWORD_FILE
def check(switches: Switches, paths: tuple[Path, ...], second_opinion: bool, password_file: Path | None) -> int:
    """Đọc và kiểm tra tệp hoặc thư mục, không thay đổi gì.

    Ví dụ: aggregator -C quan-7 check quan-7/nhan_ve
    """
    from aggregator.outputs.terminal import file_summary
    from aggregator.steps import collect

    passwords = read_passwords(password_file)
    checked = collect.check(_request(switches, paths, passwords=passwords, second_opinion=second_opinion))
    switches.document(checked.document())
    switches.findings(checked.findings)
    switches.say(file_summary(checked.files, switches.lang))
    return status(switches, checked.findings)


@command(cli, "aggregate")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("-o", "output", type=click.Path(path_type=Path), help="Tệp kết quả (.xlsx).")
@click.option("--at", help="Mã đơn vị cần tổng hợp (mặc định: đơn vị gốc).")
@click.option("--each", help="Thêm một tệp cho mỗi đơn vị của cấp này (school, commune, district …).")
@click.option("--require-complete", is_flag=True, help="Còn đơn vị chưa nộp thì coi là chưa đạt (mã thoát 1).")
@PASSWORD_FILE
def aggregate(
    switches: Switches,
    folder: Path | None,
    output: Path | None,
    at: str | None,
    each: str | None,
    require_complete: bool,
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
    request = _request(switches, (folder,) if folder else (), output=output, at=at, each=each, passwords=passwords)
    done = collect.aggregate(request)
    switches.document(done.document())
    switches.findings(done.result.findings)
    switches.say("", *result_lines(done.result, switches.lang))
    switches.say(*(switches.vi(f"Kết quả: {path}", f"Result: {path}") for path in done.outputs))
    for path in done.kept:
        click.echo(
            switches.vi(f"Tệp cũ đang mở nên kết quả ghi vào {path}", f"The old file is open; wrote {path}"), err=True
        )
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


def _request(switches: Switches, paths: tuple[Path, ...], **more: Any) -> Any:
    from aggregator.steps.collect import Request

    campaign = switches.campaign_if_any()
    base = campaign.folder if campaign else Path.cwd()
    if not paths:
        paths = (campaign.folder / campaign.received if campaign else Path.cwd(),)
    return Request(paths, base, campaign, force=switches.force, now=switches.now, progress=_progress(switches), **more)


def _progress(switches: Switches) -> Callable[[int, int], None] | None:
    """A bar on stderr while files are read, when somebody is looking."""
    if switches.quiet or not sys.stderr.isatty():
        return None
    from aggregator.outputs.progress import bar

    return bar(switches.vi("Đang đọc", "Reading"))


@command(cli, "demo")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
def demo(switches: Switches, directory: Path | None) -> int:
    """Một đợt báo cáo trọn vẹn trên dữ liệu bịa, có cả tệp lỗi; in ra chỗ cần xem.

    Ví dụ: aggregator demo
    """
    from aggregator.steps.demo import run_demo

    return run_demo(directory or Path("demo"), switches.say, switches.document, switches.lang)


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
    cli(prog_name="aggregator")
