"""Write the pages that are made from the program itself: `python -m tests.make_docs`.

`docs/findings.md` from the catalogue, `docs/commands.md` from the help of every command. A test compares both with
what stands in `docs/`, so they cannot fall behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from aggregator import catalogue
from aggregator.catalogue import FACT, OPTIONAL
from aggregator.catalogue.entry import Entry
from aggregator.cli import cli
from aggregator.words import VIETNAMESE, speaking

DOCS = Path(__file__).resolve().parents[1] / "docs"
COLUMNS = 100

GROUPS: tuple[tuple[str, str, tuple[Entry, ...]], ...] = (
    ("Tệp không đọc được", "The file cannot be read", catalogue.FILE_ERRORS),
    ("Tệp của ai, theo mẫu nào", "Whose file, which form", catalogue.IDENTITY_ERRORS),
    ("Bảng bị thay đổi", "The table was changed", catalogue.STRUCTURE_ERRORS),
    ("Ô số liệu", "Entries", catalogue.VALUE_ERRORS),
    ("Số liệu không khớp nhau", "Figures that do not agree", catalogue.RULE_ERRORS),
    ("Nhiều tệp với nhau", "Files among each other", catalogue.FOLDER_ERRORS),
    ("Lưu ý", "Warnings", catalogue.WARNINGS),
    ("Ghi nhận", "Information", catalogue.INFOS),
)

SEVERITY = {
    "error": ("lỗi: tệp chưa được cộng", "error: the file is not added"),
    "warning": ("lưu ý: vẫn cộng, xin kiểm tra", "warning: added; please check"),
    "info": ("ghi nhận: vẫn cộng", "info: added"),
}

FACTS = {
    "found": ("đang có", "found"),
    "expected": ("cần có", "expected"),
    "suggestion": ("gợi ý", "suggestion"),
}

HEAD = """# Các vấn đề · Findings

Trang này được tạo từ chương trình bằng `make docs`; xin không sửa tay. Mỗi mã có một tệp mẫu trong
`sample_reports/faults/`. Chữ nghiêng là chỗ chương trình điền giá trị thật; phần không biết được bỏ qua.

This page is made from the program by `make docs`; do not edit it. Every code has a sample in
`sample_reports/faults/`. Words in italics are filled in; parts with an unknown fact are left out.
"""


def findings_page() -> str:
    """Every code with its severity and both sentences, in the order of the catalogue's groups."""
    listed = {entry.code for _, _, entries in GROUPS for entry in entries}
    missing = catalogue.CATALOGUE.keys() - listed
    if missing:
        raise LookupError(f"codes in no group of this page: {', '.join(sorted(missing))}")
    return "\n".join((HEAD, *_groups())).rstrip() + "\n"


def _groups() -> Iterator[str]:
    for vi, en, entries in GROUPS:
        yield f"## {vi} · {en}\n"
        for entry in entries:
            yield f"### `{entry.code}`\n"
            yield f"{' · '.join(SEVERITY[entry.severity])}\n"
            yield f"- {_sentence(entry.vi, 0)}\n- {_sentence(entry.en, 1)}\n"


def _sentence(template: str, language: int) -> str:
    """A sentence with all its optional parts and with names in place of the facts."""
    return FACT.sub(lambda fact: f"*{FACTS[fact[1]][language]}*", OPTIONAL.sub(r"\1", template))


def commands_page() -> str:
    """The help of every command, in the order in which `--help` lists them."""
    head = (
        "# Các lệnh · Commands\n\n"
        "Trang này được tạo từ chương trình bằng `make docs`; xin không sửa tay.\n"
        "This page is made from the program by `make docs`; do not edit it.\n"
    )
    with speaking(VIETNAMESE):
        return "\n".join((head, *_commands(cli, "aggregator", None))).rstrip() + "\n"


def _commands(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent, terminal_width=COLUMNS, max_content_width=COLUMNS)
    context.help_option_names = ["-h", "--help"]
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None and not found.hidden:
                yield from _commands(found, child, context)


PAGES: dict[str, Callable[[], str]] = {"findings.md": findings_page, "commands.md": commands_page}


def main() -> None:
    DOCS.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8", newline="\n")
        click.echo(f"docs/{name}")


if __name__ == "__main__":
    main()
