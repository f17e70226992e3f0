"""One total of a consolidated workbook taken apart down to unit, file and cell: `trace`.

The workbook is verified first. What is shown comes from its hidden copy, so that an edited sheet cannot mislead; that
it was edited is said, and the exit status tells it too.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.campaign import Campaign
from aggregator.faults import Usage
from aggregator.findings import Finding, Findings
from aggregator.forms import MEASURES, FigureKey, Form, Row
from aggregator.inbox import gather, shown
from aggregator.outputs.trace_document import trace_document
from aggregator.outputs.trace_lines import trace_lines
from aggregator.outputs.trace_tree import Source, TracedFigure, trace_figure
from aggregator.outputs.verified import VerifiedFile
from aggregator.register import Unit
from aggregator.steps.verify import judged, proof_expectation, verified_file
from aggregator.submission import Examination
from aggregator.words import Fact, in_language, mark
from aggregator.workers import consult_one

FOLDER = Fact("thư mục")
NEAR = 5
"""How many similar row keys are offered."""
EDITED = mark("Tệp đã bị sửa sau khi lập. Dưới đây là số liệu lúc lập, không phải số đang thấy trên các sheet.")


@dataclass(frozen=True, slots=True)
class Traced:
    """The outcome of `trace`; without figures where the workbook could not be read."""

    file: VerifiedFile
    at: Unit | None
    row: Row | None
    figures: tuple[TracedFigure, ...]
    findings: Findings

    def document(self) -> dict[str, Any]:
        return trace_document(self.file, self.at, self.row, self.figures, self.findings)

    def lines(self, lang: str) -> tuple[str, ...]:
        return tuple(trace_lines(self.figures, lang))

    def warning(self, lang: str) -> str | None:
        """What must be known before the figures are read."""
        return in_language(EDITED, lang) if self.figures and self.file.line.status == "refused" else None


def trace(path: Path, key: str, measure: str | None, base: Path, campaign: Campaign | None = None) -> Traced:
    """Raises `Usage` where the form has no such row or the row no such measure, `Stop` where there is no file."""
    expected = proof_expectation(campaign)
    if path.is_dir():
        return _nothing(
            Examination(shown(path, base), None, None, findings=(Finding("file-unsupported", found=FOLDER),))
        )
    (item,) = gather([path], base)
    if item.finding is not None:
        return _nothing(Examination(item.name, None, None, findings=(item.finding,)))
    examined, content = consult_one(item, expected)
    if content is None:
        return _nothing(examined)
    form = expected.forms[content.form]
    row = find_row(form, key)
    source = Source(form, content.units, content.written, content.lists)
    figures = tuple(trace_figure(source, figure) for figure in _figures(form, row, measure))
    return Traced(verified_file(examined), content.unit, row, figures, examined.findings)


def _nothing(examined: Examination) -> Traced:
    told = judged(examined)
    return Traced(verified_file(told), None, None, (), told.findings)


def find_row(form: Form, key: str) -> Row:
    """By row key (`1.01`) or row code (`M01.01`), in any case."""
    wanted = key.strip().upper()
    for row in form.rows:
        if wanted in (row.key.upper(), row.code.upper()):
            return row
    names = {name.upper(): row.key for row in form.rows for name in (row.key, row.code)}
    near = dict.fromkeys(names[name] for name in difflib.get_close_matches(wanted, names, NEAR, cutoff=0.3))
    listed = ", ".join(near) or ", ".join(row.key for row in form.rows)
    raise Usage(
        "Mẫu {form_id} không có dòng “{key}”. Các mã dòng gần giống: {listed}.",
        form_id=form.id,
        key=key,
        listed=listed,
    )


def _figures(form: Form, row: Row, measure: str | None) -> list[FigureKey]:
    """The numbers of the row, or the one asked for."""
    has = [name for name in MEASURES if (row.key, name) in form.figures]
    wanted = [name for name in has if measure in (None, name)]
    if not wanted:
        listed = ", ".join(has) or "–"
        raise Usage(
            "Dòng {row_key} không có số liệu {measure} (có: {listed}).",
            row_key=row.key,
            measure=measure or "",
            listed=listed,
        )
    return [(row.key, name) for name in wanted]
