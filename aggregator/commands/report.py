"""When the numbers are in: `report`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import ModuleType

import click

from aggregator.commands.collect import make_request
from aggregator.commands.root import cli
from aggregator.console import PASSWORD_FILE, RECEIVED, Switches, command, read_passwords, status
from aggregator.faults import Stop

LIBRARY = "docx"


class NoWord(Stop):
    def __init__(self) -> None:
        super().__init__(
            "Chưa cài phần viết báo cáo Word. Xin cài thêm: pip install htsd-aggregator[word] (gói "
            "python-docx), rồi chạy lại. Tệp tổng hợp Excel vẫn lập được bằng lệnh aggregate.",
        )


@command(cli, "report")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("-o", "output", type=click.Path(path_type=Path), help="Tệp báo cáo (.docx).")
@click.option("--at", help="Mã đơn vị cần báo cáo (mặc định: đơn vị gốc).")
@click.option("--outline", type=click.Path(path_type=Path), help="Đề cương riêng (.json) thay cho đề cương có sẵn.")
@RECEIVED
@PASSWORD_FILE
def report(
    switches: Switches,
    folder: Path | None,
    output: Path | None,
    at: str | None,
    outline: Path | None,
    received: datetime | None,
    password_file: Path | None,
) -> int:
    """Lập báo cáo Word theo thể thức văn bản: lời, số liệu, bảng kèm theo; chỗ cần ghi thêm được tô vàng.

    \b
    Ví dụ:
      aggregator -C quan-7 report -o bao-cao.docx
      aggregator -C quan-7 report --at 27466 -o tan-thuan-dong.docx
    """
    word = _word()
    from aggregator.outputs.terminal import result_lines

    passwords = read_passwords(password_file)
    paths, day = (folder,) if folder else (), received.date() if received else None
    done = word.report(make_request(switches, paths, output=output, at=at, received=day, passwords=passwords), outline)
    switches.document(done.document())
    switches.findings(done.result.findings)
    switches.say("", *result_lines(done.result, switches.lang))
    switches.say(switches.text("Báo cáo: {output}", output=done.output))
    switches.say(
        switches.text(
            "Còn lại cho người soạn: các chỗ tô vàng trong [ngoặc vuông] và các đoạn dự thảo in nghiêng.",
        )
    )
    if done.kept:
        switches.tell("Bản trước được giữ ở {kept}", kept=done.kept)
    if done.moved:
        switches.tell("Tệp cũ đang mở nên báo cáo ghi vào {output}", output=done.output)
    return status(switches, done.result.findings)


def _word() -> ModuleType:
    """The step, which needs python-docx. Raises `NoWord` where that is not installed."""
    try:
        from aggregator.steps import word
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in (LIBRARY, "lxml"):
            raise NoWord from error
        raise
    return word
