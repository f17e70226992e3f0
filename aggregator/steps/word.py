"""`report`: the Word report of a unit, from the same consolidation as `aggregate`.

An earlier report of ours is kept under a numbered name; a file of somebody else is not touched. A report that a clerk
has edited still says that it is ours: it too is kept, under a number, never lost.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.account import consolidate
from aggregator.consolidation import Consolidation
from aggregator.faults import Usage
from aggregator.inbox import shown
from aggregator.outputs.result import result_document
from aggregator.outputs.word.content import make_report
from aggregator.outputs.word.drawing import write_word
from aggregator.outputs.word.outline import load_outline
from aggregator.outputs.word.paper import MARK
from aggregator.steps.placing import kept_results, put_result
from aggregator.steps.runs import one_run
from aggregator.steps.survey import Request, collect

MAX_PROPERTIES = 2**16
"""Bytes of a document's own properties; what is longer is not ours."""


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of `report`; `moved`: the wanted file was open elsewhere and the report got a numbered name.

    `kept` is the numbered name of the earlier report, if one was there.
    """

    result: Consolidation
    output: str
    moved: bool
    kept: str | None

    def document(self) -> dict[str, Any]:
        result = self.result
        return result_document(
            "report",
            form=result.form.id,
            campaign=result.campaign or None,
            at=result.at,
            files=result.files,
            findings=result.findings,
            coverage=result.coverage,
            totals=result.totals,
            blank=result.blank,
            effects=result.effects,
            outputs=(self.output,),
        )


def report(request: Request, outline: Path | None = None) -> Written:
    """Read, check, choose, add up and write the report."""
    if request.output and request.output.suffix.lower() != ".docx":
        raise Usage(
            "Báo cáo Word cần tên tệp .docx, không phải “{output_name}”.",
            output_name=request.output.name,
        )
    with one_run(request.campaign, request.waiting):
        collected = collect(request)
        result = consolidate(collected.choice, collected.examinations, collected.at, collected.setting)
        content = make_report(result, load_outline(result.form, outline), request.campaign)
        wanted = request.output or _output(request, result)
        before = set(kept_results(wanted))
        placed = put_result(wanted, write_word(content, _identity(result)), request.force, is_own_report)
    kept = next((path for path in kept_results(wanted) if path not in {placed, *before}), None)
    return Written(result, shown(placed, request.base), placed != wanted, shown(kept, request.base) if kept else None)


def _output(request: Request, result: Consolidation) -> Path:
    folder = request.campaign.folder / request.campaign.results if request.campaign else Path.cwd()
    return folder / f"bao-cao-{result.at.code}.docx"


def _identity(result: Consolidation) -> str:
    return "|".join((result.form.id, result.form.version, result.campaign, result.at.code))


def is_own_report(path: Path) -> bool:
    """Whether a file says of itself that it is a report of ours."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("docProps/core.xml") as part:
            return MARK.encode() in part.read(MAX_PROPERTIES)
    except (OSError, KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return False
