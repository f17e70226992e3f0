"""What `verify` says of each file, in one sentence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aggregator.consolidation import FileLine
from aggregator.outputs.terminal import width
from aggregator.submission import Proof
from aggregator.words import both, mark

SENTENCES = both(
    {
        "proven": mark("còn nguyên; dấu đúng, do đợt báo cáo này lập ({leaves} bản nộp)."),
        "not-proven": mark(
            "số liệu khớp, không ô nào bị sửa; chưa chứng minh được tệp do ai lập, vì không có khoá của "
            "đợt báo cáo ở đây ({leaves} bản nộp)."
        ),
        "foreign": mark(
            "số liệu khớp, không ô nào bị sửa; tệp của đợt báo cáo khác nên không kiểm được dấu ({leaves} bản nộp)."
        ),
        "edited": mark("ĐÃ BỊ SỬA ở {places} chỗ."),
        "other": mark("không kiểm được, xem giải thích."),
        "ignored": mark("bỏ qua."),
    }
)


@dataclass(frozen=True, slots=True)
class VerifiedFile:
    """One file with what is known of its origin, how many reports it carries and which cells were edited."""

    line: FileLine
    proof: Proof | None
    campaign: str | None
    leaves: int
    edited: tuple[str, ...] = ()

    @property
    def _sentence(self) -> str:
        if self.line.status == "ignored":
            return "ignored"
        if self.line.status == "accepted":
            return self.proof or "other"
        return "edited" if self.edited else "other"

    def text(self, lang: str) -> str:
        sentence = SENTENCES[lang][self._sentence]
        return f"{self.line.path}: {sentence.format(leaves=self.leaves, places=len(self.edited))}"


def verified_lines(files: Iterable[VerifiedFile], lang: str) -> Iterator[str]:
    """One paragraph per file."""
    for file in files:
        yield from textwrap.wrap(file.text(lang), width(), subsequent_indent="  ", break_on_hyphens=False)
