"""The forms that ship: `forms list`, `show`, `lint`, `diff`."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.commands.root import cli
from aggregator.console import EXIT_FINDINGS, Switches, command
from aggregator.words import mark


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
    rows = switches.text(mark("dòng", "number"))
    switches.say(*(f"{form.id:16} {len(form.rows):3} {rows}  {form.name}" for form in listed))


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
        switches.say(switches.text("{file_name}: không có lỗi.", file_name=file.name))
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
        switches.say(switches.text("Hai mẫu giống nhau."))
