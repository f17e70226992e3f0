"""Exceptions that stop a command; everything a unit did wrong is a finding instead.

One small tree with one boundary in `cli`. Each carries Vietnamese and English sentences and the exit status.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aggregator.documents import Fault

EXIT_USAGE = 2
EXIT_IMPOSSIBLE = 3


class Stop(Exception):
    """A command cannot go on. `vi` and `en` are complete messages; `status` is the exit status."""

    status = EXIT_IMPOSSIBLE

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en

    def message(self, lang: str) -> str:
        return self.en if lang == "en" else self.vi


class Usage(Stop):
    """The command line asks for something that does not exist or does not go together."""

    status = EXIT_USAGE


class UnknownForm(Usage):
    def __init__(self, form_id: str, known: Sequence[str]) -> None:
        listed = ", ".join(known)
        super().__init__(
            f"Không có mẫu “{form_id}”. Các mẫu hiện có: {listed}.", f"No form '{form_id}'. Forms: {listed}."
        )


class BadDocument(Stop):
    """A form, campaign or register file with faults: all of them, each with file, place, found, expected."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            "\n".join(["Tệp thiết lập có lỗi, chưa làm gì cả:", *(fault.text("vi") for fault in faults)]),
            "\n".join(["A settings file has faults; nothing was done:", *(fault.text("en") for fault in faults)]),
        )
