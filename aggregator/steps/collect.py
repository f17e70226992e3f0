"""Reading what came back and adding it up: `check` and `aggregate`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from aggregator.account import all_findings, consolidate, file_lines
from aggregator.beside import WORTH_A_COPY, Beside
from aggregator.catalogue import severity_of
from aggregator.consolidation import Consolidation, Effect, FileLine
from aggregator.faults import Usage
from aggregator.findings import Finding, Findings
from aggregator.forms import LEVELS
from aggregator.inbox import shown
from aggregator.intake import Choice
from aggregator.outputs.page import is_own_page, write_page
from aggregator.outputs.result import result_document
from aggregator.outputs.workbook import write_workbook
from aggregator.register import Unit
from aggregator.steps.placing import Placing, is_own_result
from aggregator.steps.runs import one_run, settle_run
from aggregator.steps.survey import Request, collect


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of `check`."""

    files: tuple[FileLine, ...]
    findings: Findings
    form: str | None
    campaign: str | None
    effects: tuple[Effect, ...] = ()

    def document(self) -> dict[str, Any]:
        return result_document(
            "check",
            form=self.form,
            campaign=self.campaign,
            files=self.files,
            findings=self.findings,
            effects=self.effects,
        )


@dataclass(frozen=True, slots=True)
class Aggregated:
    """The outcome of `aggregate`: the result asked for, further results of `--each`, and where they were written."""

    result: Consolidation
    outputs: tuple[str, ...]
    kept: tuple[str, ...] = ()
    """Results that got another name because the wanted one could not be replaced."""
    page: str | None = None
    """The same result as a page to look at; `outputs` are workbooks."""

    def document(self) -> dict[str, Any]:
        result = self.result
        document = result_document(
            "aggregate",
            form=result.form.id,
            campaign=result.campaign or None,
            at=result.at,
            files=result.files,
            findings=result.findings,
            coverage=result.coverage,
            totals=result.totals,
            blank=result.blank,
            effects=result.effects,
            outputs=self.outputs,
        )
        return {**document, "page": self.page}


def check(request: Request) -> Checked:
    """Read and check; nothing is added up or written."""
    collected = collect(request, keep_receipts=False)
    choice, form, campaign = collected.choice, collected.form, request.campaign
    files = file_lines(choice, collected.examinations)
    findings = (*all_findings(choice, collected.examinations, files), *choice.unused)
    return Checked(files, findings, form.id if form else None, campaign.id if campaign else None, choice.effects)


def aggregate(request: Request) -> Aggregated:
    """Read, check, choose, add up and write the consolidated workbooks."""
    if request.each and request.each not in LEVELS:
        raise Usage("Không có cấp “{each}”. Các cấp: {listed}.", each=request.each, listed=", ".join(LEVELS))
    with one_run(request.campaign, request.waiting):
        collected = collect(request)
        units = _wanted(collected.at, request.each, collected.choice)
        results = [consolidate(collected.choice, collected.examinations, unit, collected.setting) for unit in units]
        written, kept = _write_all(request, results)
    outputs, page = written[: len(results)], next(iter(written[len(results) :]), None)
    return Aggregated(results[0], outputs, kept, page)


def _wanted(at: Unit, each: str | None, choice: Choice) -> list[Unit]:
    below = choice.register.subtree(at.code)[1:]
    return [at, *(unit for unit in below if each and unit.level == each and unit.code not in choice.brought)]


# --- putting results in their place ----------------------------------------------------------------------------------


def _write_all(request: Request, results: Sequence[Consolidation]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where each workbook came to lie, then the page if there is one; and which of them got another name."""
    key = request.campaign.key if request.campaign else None
    wants_page = request.campaign is not None and not request.output
    making = Beside(
        partial(write_page, results[0], request.lang),
        worth=wants_page and len(results[0].leaves) in WORTH_A_COPY,
    )
    with making, Placing(request.force, lambda path: is_own_result(path) or is_own_page(path)) as placing:
        page = cache(making.result)
        for number, result in enumerate(results):
            wanted = _output(request, result) if number else request.output or _output(request, result)
            placing.stage(wanted, write_workbook(result, key, page if wants_page and not number else bool))
        if wants_page:
            placing.stage(_output(request, results[0]).with_suffix(".html"), page())
        places = [placed.path for placed in placing.wanted]
        written = [placed.path for placed in settle_run(request.campaign, results[0], placing, request.base)]
    kept = (path for path, place in zip(written, places, strict=True) if path != place)
    return tuple(shown(path, request.base) for path in written), tuple(shown(path, request.base) for path in kept)


def _output(request: Request, result: Consolidation) -> Path:
    folder = request.campaign.folder / request.campaign.results if request.campaign else Path.cwd()
    return folder / f"tong-hop-{result.at.code}.xlsx"


def worst(findings: Iterable[Finding]) -> str | None:
    """The gravest severity among the findings."""
    found = {severity_of(finding) for finding in findings}
    return next((severity for severity in ("error", "warning", "info") if severity in found), None)
