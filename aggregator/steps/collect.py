"""Reading what came back and adding it up: `check` and `aggregate`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aggregator.account import Setting, all_findings, consolidate, file_lines
from aggregator.campaign import Campaign
from aggregator.catalogue import severity_of
from aggregator.consolidation import Consolidation, FileLine
from aggregator.faults import Stop, Usage
from aggregator.findings import Finding, Findings
from aggregator.forms import LEVELS, Form, form_ids, load_form
from aggregator.identity import Expectation
from aggregator.inbox import Item, gather, shown
from aggregator.intake import Choice, choose
from aggregator.outputs.result import result_document
from aggregator.outputs.workbook import write_workbook
from aggregator.register import Register, Unit
from aggregator.second_opinion import ask_others
from aggregator.steps.placing import put_result
from aggregator.submission import Examination
from aggregator.workers import examine_all

TOP = Unit("TONG-HOP", "Tổng hợp", "nation", None)
"""Stands above units that have no common parent, where no campaign tells one."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What `check` and `aggregate` are asked. Paths are as given; `base` is the folder results are named from."""

    paths: tuple[Path, ...]
    base: Path
    campaign: Campaign | None = None
    output: Path | None = None
    at: str | None = None
    each: str | None = None
    force: bool = False
    now: str | None = None
    workers: int | None = None
    progress: Progress | None = None
    passwords: tuple[str, ...] = ()
    """Tried in turn on workbooks that need one to open."""
    second_opinion: bool = False
    """Read every accepted file by two other programs too."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of `check`."""

    files: tuple[FileLine, ...]
    findings: Findings
    form: str | None
    campaign: str | None

    def document(self) -> dict[str, Any]:
        return result_document(
            "check", form=self.form, campaign=self.campaign, files=self.files, findings=self.findings
        )


@dataclass(frozen=True, slots=True)
class Aggregated:
    """The outcome of `aggregate`: the result asked for, further results of `--each`, and where they were written."""

    result: Consolidation
    outputs: tuple[str, ...]
    kept: tuple[str, ...] = ()
    """Results that got another name because the wanted one could not be replaced."""

    def document(self) -> dict[str, Any]:
        result = self.result
        return result_document(
            "aggregate",
            form=result.form.id,
            campaign=result.campaign or None,
            at=result.at,
            files=result.files,
            findings=result.findings,
            coverage=result.coverage,
            totals=result.totals,
            blank=result.blank,
            outputs=self.outputs,
        )


def expectation(campaign: Campaign | None) -> Expectation:
    """What the workers need to know."""
    forms = {form_id: load_form(form_id) for form_id in form_ids()}
    if campaign is None:
        return Expectation(forms)
    return Expectation(forms, campaign.form, campaign.id, campaign.key, campaign.register)


def check(request: Request) -> Checked:
    """Read and check; nothing is added up or written."""
    examinations = _examine(request)
    form, examinations = _one_form(request.campaign, examinations)
    if request.second_opinion:
        examinations = ask_others(examinations, _items(request), expectation(request.campaign), request.passwords)
    register, at = _register(request.campaign, examinations)
    choice = choose(examinations, register, at, request.campaign.day if request.campaign else None)
    files = file_lines(choice, examinations)
    findings = all_findings(choice, examinations, files, None)
    return Checked(files, findings, form.id if form else None, request.campaign.id if request.campaign else None)


def aggregate(request: Request) -> Aggregated:
    """Read, check, choose, add up and write the consolidated workbooks."""
    if request.each and request.each not in LEVELS:
        raise Usage(f"Không có cấp “{request.each}”. Các cấp: {', '.join(LEVELS)}.", f"No level '{request.each}'.")
    examinations = _examine(request)
    form, examinations = _one_form(request.campaign, examinations)
    form = form or _newest_form()
    register, root = _register(request.campaign, examinations)
    at = _unit(request.at, register, root)
    choice = choose(examinations, register, at, request.campaign.day if request.campaign else None)
    setting = _setting(request, form, examinations)
    results = [consolidate(choice, examinations, unit, setting) for unit in _wanted(at, request.each, choice)]
    outputs, kept = _write_all(request, results)
    return Aggregated(results[0], outputs, kept)


def _items(request: Request) -> tuple[Item, ...]:
    """Every entry of the folders asked for; what we issued or wrote ourselves only where it is asked for."""
    campaign = request.campaign
    aside = [campaign.folder / name for name in (campaign.issued, campaign.results)] if campaign else []
    asked = {path.absolute() for path in request.paths}
    return gather(request.paths, request.base, [path for path in aside if path.absolute() not in asked])


def _examine(request: Request) -> list[Examination]:
    items = _items(request)
    examinations = []
    for examined in examine_all(items, expectation(request.campaign), request.workers, request.passwords):
        examinations.append(examined)
        if request.progress:
            request.progress(len(examinations), max(len(items), len(examinations)))
    if all(examined.ignored for examined in examinations):
        raise NothingToRead(request.paths)
    return examinations


class NothingToRead(Stop):
    def __init__(self, paths: Sequence[Path]) -> None:
        names = ", ".join(path.name or str(path) for path in paths)
        super().__init__(
            f"Không có biểu (.xlsx) nào trong {names}. Xin chép các tệp đơn vị gửi về vào thư mục này rồi chạy lại.",
            f"There is no workbook in {names}. Put the returned files there and run again.",
        )


def _one_form(campaign: Campaign | None, examinations: list[Examination]) -> tuple[Form | None, list[Examination]]:
    """Without a campaign the most frequent form is added up; files of another form are refused."""
    if campaign is not None:
        return campaign.form, examinations
    counts = Counter(examined.form for examined in examinations if examined.form)
    if not counts:
        return None, examinations
    chosen = min(counts, key=lambda form_id: (-counts[form_id], form_id))
    return load_form(chosen), [_of_form(examined, chosen) for examined in examinations]


def _of_form(examined: Examination, chosen: str) -> Examination:
    if examined.form in (None, chosen):
        return examined
    unit = examined.unit.code if examined.unit else None
    finding = Finding("form-other", file=examined.path, unit=unit, found=examined.form, expected=chosen)
    return replace(examined, leaves=(), units=(), findings=(*examined.findings, finding))


def _newest_form() -> Form:
    """Nothing could be read as any form: the result is an empty table of the newest form."""
    return max((load_form(form_id) for form_id in form_ids()), key=lambda form: (form.year, form.id))


def _register(campaign: Campaign | None, examinations: Sequence[Examination]) -> tuple[Register, Unit]:
    """The office's register; without a campaign the tree that the workbooks carry, and its lowest common unit."""
    if campaign is not None:
        return campaign.register, campaign.root
    units: dict[str, Unit] = {}
    sent = [examined for examined in examinations if examined.unit]
    for examined in sent:
        for unit in (*examined.parents[::-1], *examined.units, examined.unit):
            if unit and (unit.code not in units or units[unit.code].parent is None):
                units[unit.code] = unit
    roots = [unit for unit in units.values() if unit.parent not in units]
    register = Register.of(_rooted(units, roots))
    chains = [
        [examined.unit.code, *(parent.code for parent in register.ancestors(examined.unit.code))]
        for examined in sent
        if examined.unit
    ]
    common = set.intersection(*map(set, chains)) if chains else {register.root.code}
    lowest = max(common, key=lambda code: len(register.ancestors(code)))
    return register, register.by_code[lowest]


def _rooted(units: dict[str, Unit], roots: list[Unit]) -> list[Unit]:
    """One tree: a single root stands as it is, several get one above them."""
    if len(roots) == 1:
        return [replace(unit, parent=None) if unit is roots[0] else unit for unit in units.values()]
    codes = {unit.code for unit in roots}
    return [TOP, *(replace(unit, parent=TOP.code) if unit.code in codes else unit for unit in units.values())]


def _unit(code: str | None, register: Register, root: Unit) -> Unit:
    if code is None:
        return root
    if code not in register.by_code:
        raise Usage(f"Không có đơn vị mã {code} trong danh sách.", f"There is no unit {code} in the register.")
    return register.by_code[code]


def _setting(request: Request, form: Form, examinations: Sequence[Examination]) -> Setting:
    campaign = request.campaign
    options = {
        name: str(value) for name, value in (("at", request.at), ("each", request.each), ("now", request.now)) if value
    }
    if campaign is None:
        carried = sorted({examined.campaign for examined in examinations if examined.campaign})
        name = carried[0] if len(carried) == 1 else ""
        return Setting(form, name, False, None, request.now, form.caption, form.signature, options)
    return Setting(form, campaign.id, True, campaign.day, request.now, campaign.caption, campaign.signature, options)


def _wanted(at: Unit, each: str | None, choice: Choice) -> list[Unit]:
    below = choice.register.subtree(at.code)[1:]
    return [at, *(unit for unit in below if each and unit.level == each and unit.code not in choice.brought)]


# --- putting results in their place ----------------------------------------------------------------------------------


def _write_all(request: Request, results: Sequence[Consolidation]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    key = request.campaign.key if request.campaign else None
    outputs, kept = [], []
    for number, result in enumerate(results):
        wanted = _output(request, result) if number else request.output or _output(request, result)
        data = write_workbook(result, key)
        written = put_result(wanted, data, request.force)
        outputs.append(shown(written, request.base))
        if written != wanted:
            kept.append(shown(written, request.base))
    return tuple(outputs), tuple(kept)


def _output(request: Request, result: Consolidation) -> Path:
    folder = request.campaign.folder / request.campaign.results if request.campaign else Path.cwd()
    return folder / f"tong-hop-{result.at.code}.xlsx"


def worst(findings: Iterable[Finding]) -> str | None:
    """The gravest severity among the findings."""
    found = {severity_of(finding) for finding in findings}
    return next((severity for severity in ("error", "warning", "info") if severity in found), None)
