"""Exceptions that stop a command; everything a unit did wrong is a finding instead.

One small tree with one boundary in `cli`. Each carries its message, in either language, and the exit status.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aggregator.words import ENGLISH, VIETNAMESE, Words

if TYPE_CHECKING:
    from aggregator.documents import Fault

EXIT_USAGE = 2
EXIT_IMPOSSIBLE = 3


class Stop(Exception):
    """A command cannot go on: a message of the catalogue with its values, and the exit status."""

    status = EXIT_IMPOSSIBLE

    def __init__(self, message: str, /, **values: Any) -> None:
        self.words = Words(message, values)
        super().__init__(self.words.text(ENGLISH))

    def message(self, lang: str) -> str:
        return self.words.text(lang)

    @property
    def vi(self) -> str:
        return self.message(VIETNAMESE)

    @property
    def en(self) -> str:
        return self.message(ENGLISH)


class Usage(Stop):
    """The command line asks for something that does not exist or does not go together."""

    status = EXIT_USAGE


class UnknownForm(Usage):
    def __init__(self, form_id: str, known: Sequence[str]) -> None:
        listed = ", ".join(known)
        super().__init__("Không có mẫu “{form_id}”. Các mẫu hiện có: {listed}.", form_id=form_id, listed=listed)


class BadDocument(Stop):
    """A form, campaign or register file with faults: all of them, each with file, place, found, expected."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("Tệp thiết lập có lỗi, chưa làm gì cả:")

    def message(self, lang: str) -> str:
        return "\n".join([super().message(lang), *(fault.text(lang) for fault in self.faults)])
