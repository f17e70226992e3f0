"""Figures found in a changed or home-made workbook, written into a freshly issued form: `repair`.

The original is only read, in a process of its own; the new file is counted when staff put it in its place, not before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aggregator.campaign import Campaign
from aggregator.catalogue import severity_of
from aggregator.disposable import Job, Lost, do_apart
from aggregator.examine import examine_bytes
from aggregator.faults import Stop, Usage
from aggregator.files import write_atomic
from aggregator.findings import Finding, Findings, located
from aggregator.forms import Form, load_form
from aggregator.identity import Expectation, identify, is_consolidated
from aggregator.inbox import CannotRead, shown
from aggregator.layout import UNIT_SHEET
from aggregator.outputs.repair import repair_document, repair_lines
from aggregator.reading import limits
from aggregator.reading.book import RawBook
from aggregator.reading.foreign import open_any
from aggregator.register import Unit
from aggregator.repair.carry import Repair, carry_table
from aggregator.repair.faces import Rows
from aggregator.repair.lines import Left, Problem, Trust
from aggregator.repair.sheets import Blank, carry_sheets
from aggregator.repair.table import NoTable, find_table, form_of_table
from aggregator.seal import Token, parse_token
from aggregator.steps.collect import worst
from aggregator.steps.issue import issue_for
from aggregator.steps.survey import expectation
from aggregator.template import Issue, blank_issue, write_form

SECONDS = 30

NOT_THIS_UNIT = ("unit-unknown", "unit-conflict", "seal-broken")
"""Findings of the original that leave open whose figures these are; then only staff can say it."""


@dataclass(frozen=True, slots=True)
class RepairRequest:
    """What `repair` is asked. `unit` and `form` overrule what the file says of itself."""

    file: Path
    output: Path
    base: Path
    campaign: Campaign | None = None
    unit: str | None = None
    form: str | None = None
    trust: Trust | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Mended:
    """The outcome: `findings` are those of the new file, or of the original where nothing could be carried."""

    file: str
    form: Form | None
    unit: Unit | None
    repair: Repair
    findings: Findings = ()
    output: str | None = None
    campaign: str | None = None

    @property
    def failed(self) -> bool:
        """Something was refused, or a figure stayed behind."""
        behind = any(left.number for left in self.repair.left)
        return self.output is None or behind or worst(self.findings) == "error"

    def document(self) -> dict[str, Any]:
        names = (self.file, self.output, self.form.id if self.form else None, self.campaign)
        return repair_document(names, self.unit, self.repair, self.findings)

    def lines(self, lang: str) -> Sequence[str]:
        return tuple(repair_lines(self.repair, self.unit, self.output, lang))


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, and for whom."""

    expected: Expectation
    campaign: str | None
    unit: str | None
    form: str | None
    trust: Trust | None


@dataclass(frozen=True, slots=True)
class Found:
    """What the other process brings back: with problems, or findings that are errors, nothing is carried."""

    form: str | None = None
    unit: Unit | None = None
    repair: Repair = field(default_factory=Repair)
    findings: Findings = ()


def repair(request: RepairRequest) -> Mended:
    """Find, carry, write, check the new file. Raises `Stop` where the new file may not be written."""
    campaign, name = request.campaign, shown(request.file, request.base)
    _check_request(request)
    expected = expectation(campaign)
    search = Search(expected, campaign.id if campaign else None, request.unit, _wanted(request), request.trust)
    (found,) = do_apart(Job(_find, SECONDS), [(request.file, search)])
    if isinstance(found, Lost):
        found = Found(findings=(Finding("file-hostile", found=found.why),))
    form = expected.forms.get(found.form or "")
    mended = Mended(name, form, found.unit, found.repair, located(found.findings, file=name))
    mended = replace(mended, campaign=campaign.id if campaign else None)
    if form is None or found.repair.problems or any(severity_of(finding) == "error" for finding in found.findings):
        return mended
    data = write_form(replace(fresh_issue(campaign, form, found.unit), typed=found.repair.typed))
    output = shown(request.output, request.base)
    checked = examine_bytes(data, output, expected)
    write_atomic(request.output, data)
    return replace(mended, output=output, findings=(*mended.findings, *checked.findings))


def _wanted(request: RepairRequest) -> str | None:
    return request.campaign.form.id if request.campaign else request.form


def _check_request(request: RepairRequest) -> None:
    """Before anything is read: the forms and units that are asked for exist, and nothing would be overwritten."""
    campaign, output = request.campaign, request.output
    if request.form:
        load_form(request.form)
    if campaign and request.form not in (None, campaign.form.id):
        raise Usage(
            "Đợt báo cáo này dùng mẫu {form_id}, không phải {form}.",
            form_id=campaign.form.id,
            form=request.form,
        )
    if campaign and request.unit and request.unit not in campaign.register.by_code:
        raise Usage("Không có đơn vị mã {unit} trong danh sách.", unit=request.unit)
    if not request.file.is_file():
        raise CannotRead(request.file, FileNotFoundError(2, "No such file"))
    if output.exists() and output.samefile(request.file):
        raise Usage(
            "Tệp mới phải khác tệp gốc; tệp gốc luôn được giữ nguyên.",
        )
    if output.exists() and not request.force:
        raise Stop(
            "Đã có tệp {output_name}. Dùng --force để ghi đè, hoặc đặt tên khác.",
            output_name=output.name,
        )


def fresh_issue(campaign: Campaign | None, form: Form, unit: Unit | None) -> Issue:
    """The form issued to the unit, or the blank template where there is no campaign."""
    return issue_for(campaign, unit) if campaign and unit else blank_issue(form)


# --- in a process of its own ---------------------------------------------------------------------------------------


def _find(task: tuple[Path, Search]) -> Found:
    path, search = task
    with path.open("rb") as file:
        book, findings = open_any(file.read(limits.FILE.value + 1), path.name)
    found = Found() if book is None else find_again(book, search)
    return replace(found, findings=(*findings, *found.findings))


def find_again(book: RawBook, task: Search) -> Found:
    """Say whose it is, find the table, decide what is carried."""
    if is_consolidated(book):
        return Found(repair=Repair(problems=(Problem("consolidated"),)))
    unit, other, doubts = _unit(book, task)
    form, problems = _form(book, task)
    if unit is None and not doubts and task.campaign is not None:
        problems = (*problems, Problem("no-unit"))
    if form is None or problems or doubts:
        return Found(form.id if form else None, unit, Repair(problems=problems), doubts)
    carried = _carried(book, form, unit, task)
    return Found(form.id, unit, replace(carried, left=(*other, *carried.left)))


def _unit(book: RawBook, task: Search) -> tuple[Unit | None, tuple[Left, ...], Findings]:
    """Whose figures these are: what staff say, and that the file says otherwise; else what the carriers say."""
    identity, findings = identify(book, replace(task.expected, form=None))
    if task.unit is None:
        return identity.unit, (), tuple(finding for finding in findings if finding.code in NOT_THIS_UNIT)
    said = identity.unit
    register = task.expected.register
    own = said if said and said.code == task.unit else None
    other = (Left("other-unit", UNIT_SHEET, None, said.code, number=False),) if said and not own else ()
    return (register.by_code[task.unit] if register else own or Unit(task.unit, "", "school", None)), other, ()


def _form(book: RawBook, task: Search) -> tuple[Form | None, tuple[Problem, ...]]:
    """The form to write: the one that is asked for, else the one that the file is of."""
    forms = task.expected.forms
    named = {task.form} if task.form else {token.form for token in _tokens(book)}
    likely = tuple(sorted(named)) if len(named) == 1 else form_of_table(book, forms.values())
    if len(likely) == 1 and likely[0] in forms:
        return forms[likely[0]], ()
    return None, (Problem("two-forms" if len(likely) > 1 else "no-table", rows=likely),)


def _tokens(book: RawBook) -> Iterator[Token]:
    for sheet in book.sheets:
        for cell in sheet.cells.values():
            token = parse_token(cell.text) if cell.kind == "text" and cell.text.startswith("HTSD") else None
            if token is not None:
                yield token


def _carried(book: RawBook, form: Form, unit: Unit | None, task: Search) -> Repair:
    others = tuple(other for other in task.expected.forms.values() if other.id != form.id)
    rows = Rows(form, others)
    table = find_table(book, rows)
    if isinstance(table, NoTable):
        return Repair(problems=(Problem(table.why, cells=table.places),))
    issued = task.campaign is not None
    carried = carry_table(table, rows, unit.level if unit and issued else None, task.trust)
    if carried.problems:
        return carried
    beside = carry_sheets(book, Blank(form, unit, issued), table)
    return replace(carried, moves=(*carried.moves, *beside.moves), left=(*carried.left, *beside.left))
