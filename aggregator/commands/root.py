"""The group that all commands hang on."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator import __version__
from aggregator.spoken import Group


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-C", "folder", type=click.Path(path_type=Path), help="Thư mục đợt báo cáo.")
@click.version_option(__version__, prog_name="aggregator", help="In phiên bản rồi thoát.")
def cli(folder: Path | None) -> None:
    """Tổng hợp số liệu Tuần lễ hưởng ứng học tập suốt đời: phát biểu Excel, nhận về, kiểm tra, cộng dồn.

    \b
    Ví dụ:
      aggregator init quan-7 --sample quan-7-2024
      aggregator -C quan-7 distribute
      aggregator -C quan-7 aggregate
    """
    del folder
