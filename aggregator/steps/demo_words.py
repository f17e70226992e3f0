"""What `demo` says, in Vietnamese or English, in lines of 80 columns, and its JSON document.

Only words and numbers that are already there; nothing is computed here but counts of findings.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator import __version__
from aggregator.campaign import Campaign
from aggregator.catalogue import severity_of
from aggregator.findings import SEVERITIES, Finding
from aggregator.forms import FigureKey
from aggregator.outputs.result import by_row
from aggregator.outputs.terminal import WORDS, coverage_lines, file_summary
from aggregator.steps.collect import Aggregated
from aggregator.steps.demo_numbers import SCHOOL, habits
from aggregator.steps.demo_outcome import Outcome, Sum
from aggregator.steps.demo_province import SEED
from aggregator.words import ENGLISH, in_language, mark

WIDTH = 79
GLUE = "\N{NO-BREAK SPACE}"
"""Keeps a code and its number on one line."""
MAIN: tuple[tuple[FigureKey, str], ...] = (
    (("1", "count"), mark("Lớp bồi dưỡng, tập huấn")),
    (("1.T", "people"), mark("Người tham gia các lớp")),
    (("4.2", "count"), mark("Sách huy động (quyển)")),
    (("5", "count"), mark("Cuộc thi, tọa đàm (mục 5)")),
    (("10.1", "money"), mark("Ngân sách nhà nước (đồng)")),
    (("10.2", "money"), mark("Kinh phí khác (đồng)")),
)
"""The figures that are printed; all are compared."""
SHOWN_FAULT = "row-moved"


@dataclass(frozen=True, slots=True)
class Words:
    """The language and the folder as the user named it."""

    lang: str
    folder: Path

    def text(self, message: str, /, **values: Any) -> str:
        return in_language(message, self.lang, **values)

    def number(self, value: int) -> str:
        return f"{value:,}".replace(",", "," if self.lang == ENGLISH else ".")

    def opened(self, campaign: Campaign) -> Iterator[str]:
        levels = Counter(unit.level for unit in campaign.register.units)
        yield self.text(
            "DỮ LIỆU BỊA: {root_name}, năm {year}, hạt giống ngẫu nhiên {seed}",
            root_name=campaign.root.name,
            year=campaign.year,
            seed=SEED,
        )
        yield self.text(
            "1. Lập đợt:   {district} huyện, {commune} xã, {school} trường, trung tâm",
            district=levels["district"],
            commune=levels["commune"],
            school=levels["school"],
        )

    def issued(self, campaign: Campaign, number: int) -> str:
        folder = self.folder / campaign.issued
        return self.text("2. Phát biểu: {number} tệp, trong {folder}", number=number, folder=folder)

    def sent(self, campaign: Campaign, number: int) -> str:
        folder = self.folder / campaign.received
        return self.text(
            "3. Nhận về:   {number} tệp đã điền, có cả tệp lỗi, trong {folder}",
            number=number,
            folder=folder,
        )

    def added(self, done: Aggregated) -> Iterator[str]:
        result = done.result
        files = file_summary(result.files, self.lang).partition(": ")[2]
        yield self.text("4. Tổng hợp:  tệp: {files}", files=files)
        yield " " * 14 + next(coverage_lines(result.coverage, {}, self.lang))

    # --- the two calculations --------------------------------------------------------------------------------------

    def compared(self, outcome: Outcome) -> Iterator[str]:
        yield ""
        if outcome.sums:
            yield from self._table(outcome.sums[0])
            yield from self._agreement(outcome.sums)
        else:
            yield self.text(
                "Phép cộng lần hai chỉ có trong bản mã nguồn (tests/oracle.py), không có ở đây.",
            )
        yield from self._wrapped(self._chain(outcome))

    def _table(self, pair: Sum) -> Iterator[str]:
        heads = (self.text("Chương trình"), self.text("Cộng lần hai"))
        yield f"{self.text('Toàn tỉnh'):30}{heads[0]:>18}{heads[1]:>18}"
        for figure, name in MAIN:
            ours, theirs = (self.number(totals[figure]) for totals in (pair.ours, pair.theirs))
            sign = "" if ours == theirs else "   ≠"
            yield f"{self.text(name):30}{ours:>18}{theirs:>18}{sign}"

    def _agreement(self, sums: tuple[Sum, ...]) -> Iterator[str]:
        wrong = [
            f"{pair.name} {key}.{measure}: {ours} ≠ {pair.theirs[(key, measure)]}"
            for pair in sums
            for (key, measure), ours in pair.ours.items()
            if ours != pair.theirs[(key, measure)]
        ]
        names, figures = ", ".join(pair.name for pair in sums[1:]), len(sums[0].ours)
        if wrong:
            yield from self._wrapped(self.text("KHÔNG KHỚP: ") + "; ".join(wrong))
            return
        yield from self._wrapped(
            self.text(
                "KHỚP: cả {figures} số liệu của toàn tỉnh, và của từng nhánh ({names}). Lần hai: "
                "tests/oracle.py, chỉ dùng openpyxl.",
                figures=figures,
                names=names,
            )
        )

    def _chain(self, outcome: Outcome) -> str:
        if outcome.chain_agrees:
            return self.text(
                "Cộng qua cấp huyện (tỉnh chỉ nhận tệp của các huyện): cũng ra đúng số đó.",
            )
        return self.text("Cộng qua cấp huyện: KHÔNG KHỚP.")

    # --- findings and files ----------------------------------------------------------------------------------------

    def found(self, done: Aggregated) -> Iterator[str]:
        """Every code that was met, with how often, by severity."""
        counts = count_codes(done.result.findings)
        yield ""
        yield self.text(
            "Cố ý gài lỗi; đã gặp {number} loại vấn đề (giải thích: docs/findings.md):",
            number=len(counts),
        )
        for severity in SEVERITIES:
            codes = [f"{code}{GLUE}{number}" for (level, code), number in counts.items() if level == severity]
            yield from self._wrapped(f"{WORDS[self.lang][severity]}: " + ", ".join(codes))

    def where(self, outcome: Outcome) -> Iterator[str]:
        """What to open, best first."""
        campaign, done, folder = outcome.campaign, outcome.done, self.folder
        good = next(leaf for leaf in done.result.leaves if habits(leaf.unit) is SCHOOL)
        bad = next(finding.file for finding in done.result.findings if finding.code == SHOWN_FAULT)
        issued = next((campaign.folder / campaign.issued).glob(f"*/{good.unit.code}_*.xlsx"))
        sheets = "“Tổng hợp”, “Vấn đề”, “Tình trạng nộp”"
        yield ""
        yield self.text(
            "MỞ XEM, trong thư mục {folder} (bằng Excel, LibreOffice hoặc WPS):",
            folder=folder,
        )
        yield from self._place(
            done.outputs[0],
            self.text("cả tỉnh; xem trước các sheet {sheets}", sheets=sheets),
        )
        yield from self._place(done.page or "", self.text("cả tỉnh trên một trang web, xem được trên điện thoại"))
        yield from self._place(done.outputs[1], self.text("một huyện; các huyện khác ở cạnh"))
        yield from self._place(
            issued.relative_to(campaign.folder).as_posix(),
            self.text("một biểu như trường nhận được"),
        )
        yield from self._place(good.file, self.text("biểu đó, trường đã điền"))
        yield from self._place(bad or "", self.text("một tệp lỗi: hai dòng bị đổi chỗ"))
        yield ""
        yield from self._wrapped(
            self.text(
                "Thử tiếp: sửa một tệp lỗi rồi chạy lại “aggregator -C {folder} aggregate”. Chạy lại lệnh "
                "demo thì mọi thứ được làm mới.",
                folder=folder,
            )
        )

    def _place(self, path: str, what: str) -> Iterator[str]:
        yield f"  {path}"
        yield f"      {what}"

    def _wrapped(self, text: str) -> list[str]:
        lines = textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        return [line.replace(GLUE, " ") for line in lines]


def count_codes(findings: tuple[Finding, ...]) -> dict[tuple[str, str], int]:
    """How often each code was met, by severity and code."""
    return dict(sorted(Counter((str(severity_of(finding)), finding.code) for finding in findings).items()))


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """The demo as JSON; paths are relative to the demo's folder."""
    result = outcome.done.result
    return {
        "schema": 1,
        "tool": {"name": "aggregator", "version": __version__},
        "command": "demo",
        "folder": outcome.campaign.folder.as_posix(),
        "seed": SEED,
        "form": result.form.id,
        "campaign": result.campaign,
        "units": len(outcome.campaign.register.units),
        "files": dict(sorted(Counter(line.status for line in result.files).items())),
        "findings": [
            {"severity": severity, "code": code, "number": number}
            for (severity, code), number in count_codes(result.findings).items()
        ],
        "outputs": [*outcome.done.outputs, *outcome.chain.outputs],
        "totals": by_row(result.totals),
        "oracle": by_row(outcome.sums[0].theirs) if outcome.sums else None,
        "agree": outcome.agree,
        "chain_agrees": outcome.chain_agrees,
    }
