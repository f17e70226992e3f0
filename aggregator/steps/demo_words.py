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

WIDTH = 79
GLUE = "\N{NO-BREAK SPACE}"
"""Keeps a code and its number on one line."""
MAIN: tuple[tuple[FigureKey, str, str], ...] = (
    (("1", "count"), "Lớp bồi dưỡng, tập huấn", "Classes"),
    (("1.T", "people"), "Người tham gia các lớp", "Participants"),
    (("4.2", "count"), "Sách huy động (quyển)", "Books given"),
    (("5", "count"), "Cuộc thi, tọa đàm (mục 5)", "Contests, talks (row 5)"),
    (("10.1", "money"), "Ngân sách nhà nước (đồng)", "State budget (đồng)"),
    (("10.2", "money"), "Kinh phí khác (đồng)", "Other money (đồng)"),
)
"""The figures that are printed; all are compared."""
SHOWN_FAULT = "row-moved"


@dataclass(frozen=True, slots=True)
class Words:
    """The language and the folder as the user named it."""

    lang: str
    folder: Path

    def vi(self, vi: str, en: str) -> str:
        return en if self.lang == "en" else vi

    def number(self, value: int) -> str:
        return f"{value:,}".replace(",", self.vi(".", ","))

    def opened(self, campaign: Campaign) -> Iterator[str]:
        levels = Counter(unit.level for unit in campaign.register.units)
        yield self.vi(
            f"DỮ LIỆU BỊA: {campaign.root.name}, năm {campaign.year}, hạt giống ngẫu nhiên {SEED}",
            f"INVENTED DATA: {campaign.root.name}, {campaign.year}, random seed {SEED}",
        )
        yield self.vi(
            f"1. Lập đợt:   {levels['district']} huyện, {levels['commune']} xã, {levels['school']} trường, trung tâm",
            f"1. Campaign:  {levels['district']} districts, {levels['commune']} communes, {levels['school']} schools",
        )

    def issued(self, campaign: Campaign, number: int) -> str:
        folder = self.folder / campaign.issued
        return self.vi(f"2. Phát biểu: {number} tệp, trong {folder}", f"2. Issued:    {number} files, in {folder}")

    def sent(self, campaign: Campaign, number: int) -> str:
        folder = self.folder / campaign.received
        return self.vi(
            f"3. Nhận về:   {number} tệp đã điền, có cả tệp lỗi, trong {folder}",
            f"3. Returned:  {number} filled files, faulty ones too, in {folder}",
        )

    def added(self, done: Aggregated) -> Iterator[str]:
        result = done.result
        files = file_summary(result.files, self.lang).partition(": ")[2]
        yield self.vi(f"4. Tổng hợp:  tệp: {files}", f"4. Added up:  {files}")
        yield " " * 14 + next(coverage_lines(result.coverage, {}, self.lang))

    # --- the two calculations --------------------------------------------------------------------------------------

    def compared(self, outcome: Outcome) -> Iterator[str]:
        yield ""
        if outcome.sums:
            yield from self._table(outcome.sums[0])
            yield from self._agreement(outcome.sums)
        else:
            yield self.vi(
                "Phép cộng lần hai chỉ có trong bản mã nguồn (tests/oracle.py), không có ở đây.",
                "The second calculation is only part of the source checkout (tests/oracle.py).",
            )
        yield from self._wrapped(self._chain(outcome))

    def _table(self, pair: Sum) -> Iterator[str]:
        heads = (self.vi("Chương trình", "This program"), self.vi("Cộng lần hai", "Second sum"))
        yield f"{self.vi('Toàn tỉnh', 'Province'):30}{heads[0]:>18}{heads[1]:>18}"
        for figure, vi, en in MAIN:
            ours, theirs = (self.number(totals[figure]) for totals in (pair.ours, pair.theirs))
            mark = "" if ours == theirs else "   ≠"
            yield f"{self.vi(vi, en):30}{ours:>18}{theirs:>18}{mark}"

    def _agreement(self, sums: tuple[Sum, ...]) -> Iterator[str]:
        wrong = [
            f"{pair.name} {key}.{measure}: {ours} ≠ {pair.theirs[(key, measure)]}"
            for pair in sums
            for (key, measure), ours in pair.ours.items()
            if ours != pair.theirs[(key, measure)]
        ]
        names, figures = ", ".join(pair.name for pair in sums[1:]), len(sums[0].ours)
        if wrong:
            yield from self._wrapped(self.vi("KHÔNG KHỚP: ", "THEY DIFFER: ") + "; ".join(wrong))
            return
        yield from self._wrapped(
            self.vi(
                f"KHỚP: cả {figures} số liệu của toàn tỉnh, và của từng nhánh ({names}). "
                "Lần hai: tests/oracle.py, chỉ dùng openpyxl.",
                f"AGREED: all {figures} figures of the province and of each branch ({names}). "
                "Second sum: tests/oracle.py, openpyxl alone.",
            )
        )

    def _chain(self, outcome: Outcome) -> str:
        if outcome.chain_agrees:
            return self.vi(
                "Cộng qua cấp huyện (tỉnh chỉ nhận tệp của các huyện): cũng ra đúng số đó.",
                "By way of the districts (the province gets their workbooks only): the same totals.",
            )
        return self.vi("Cộng qua cấp huyện: KHÔNG KHỚP.", "By way of the districts: THEY DIFFER.")

    # --- findings and files ----------------------------------------------------------------------------------------

    def found(self, done: Aggregated) -> Iterator[str]:
        """Every code that was met, with how often, by severity."""
        counts = count_codes(done.result.findings)
        yield ""
        yield self.vi(
            f"Cố ý gài lỗi; đã gặp {len(counts)} loại vấn đề (giải thích: docs/findings.md):",
            f"The faults are meant; {len(counts)} kinds of findings (see docs/findings.md):",
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
        yield self.vi(
            f"MỞ XEM, trong thư mục {folder} (bằng Excel, LibreOffice hoặc WPS):",
            f"WHAT TO OPEN, in the folder {folder} (with Excel, LibreOffice or WPS):",
        )
        yield from self._place(
            done.outputs[0],
            f"cả tỉnh; xem trước các sheet {sheets}",
            f"the province; first see the sheets {sheets}",
        )
        yield from self._place(
            done.page or "", "cả tỉnh trên một trang web, xem được trên điện thoại", "the province on one page"
        )
        yield from self._place(done.outputs[1], "một huyện; các huyện khác ở cạnh", "a district; others beside it")
        yield from self._place(
            issued.relative_to(campaign.folder).as_posix(),
            "một biểu như trường nhận được",
            "a form as a school gets it",
        )
        yield from self._place(good.file, "biểu đó, trường đã điền", "the same form, filled in by the school")
        yield from self._place(bad or "", "một tệp lỗi: hai dòng bị đổi chỗ", "a faulty file: two rows swapped")
        yield ""
        yield from self._wrapped(
            self.vi(
                f"Thử tiếp: sửa một tệp lỗi rồi chạy lại “aggregator -C {folder} aggregate”. "
                "Chạy lại lệnh demo thì mọi thứ được làm mới.",
                f"Next: correct a faulty file and run 'aggregator -C {folder} aggregate'. "
                "Running demo again makes everything anew.",
            )
        )

    def _place(self, path: str, vi: str, en: str) -> Iterator[str]:
        yield f"  {path}"
        yield f"      {self.vi(vi, en)}"

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
