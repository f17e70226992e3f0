"""`return`: for the sender of every refused file a marked copy where that is possible, and a short text.

Which files go back and under which name; how each is made is for `give_back_copies`. The files of the inbox are only
read. A file whose unit has a good return by now is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from aggregator.account import all_findings, file_lines
from aggregator.campaign import Campaign
from aggregator.consolidation import FileLine
from aggregator.disposable import Job, Lost, do_apart
from aggregator.findings import Findings
from aggregator.inbox import shown
from aggregator.outputs.marking.letter import Letter, Way, letter_bytes
from aggregator.outputs.result import result_document
from aggregator.steps.attic import Attic
from aggregator.steps.give_back_cases import Case, cases_of, unit_stem
from aggregator.steps.give_back_copies import Made, Maker, Task
from aggregator.steps.placing import Placing
from aggregator.steps.survey import RETURNS_FOLDER, Collected, Request, collect, expectation
from aggregator.text import printable
from aggregator.words import in_language, mark

SECONDS = 60
"""For one file: read, mark or carry, read again."""
COPY_SUFFIX, TEXT_SUFFIX = "_can-sua.xlsx", ".txt"
OWN_NAME = re.compile(r"(?P<stem>.+?)(?:_ban-\d+)?(?:_can-sua)?(?P<number>-\d+)?\.(?:xlsx|txt)")
"""The names of our outputs; `number` is that of an earlier one that was kept."""
WAYS: dict[Way, str] = {
    "marked": mark("bản gốc có đánh dấu"),
    "carried": mark("đã chép sang biểu mới"),
    "text": mark("chỉ có lời nhắn"),
}


@dataclass(frozen=True, slots=True)
class Returned:
    """One file that goes back; `copy` and `text` are where they were written."""

    unit: str | None
    file: str
    way: Way
    marked: int
    copy: str | None
    text: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The outcome of `return`."""

    collected: Collected
    files: tuple[FileLine, ...]
    findings: Findings
    returned: tuple[Returned, ...]

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(path for line in self.returned for path in (line.copy, line.text) if path))

    def document(self) -> dict[str, Any]:
        form, campaign = self.collected.form, self.collected.request.campaign
        result = result_document(
            "return",
            form=form.id if form else None,
            campaign=campaign.id if campaign else None,
            files=self.files,
            findings=self.findings,
            effects=self.collected.choice.effects,
            outputs=self.outputs,
        )
        return {**result, "returned": [_line_document(line) for line in self.returned]}


def _line_document(line: Returned) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ("unit", "file", "copy", "text", "marked", "way")}


def give_back(request: Request, warnings: bool = False, whole: bool = False) -> GivenBack:
    """Read, check, choose; write what goes back. `whole`: every file is among them, so that older copies can go."""
    collected = collect(request, keep_receipts=False)
    files = file_lines(collected.choice, collected.examinations)
    findings = (*all_findings(collected.choice, collected.examinations, files), *collected.choice.unused)
    cases = cases_of(collected, findings, warnings)
    folder = _folder(request)
    lines = _write(folder, collected, cases)
    if whole and request.campaign:
        _clear(folder, request.campaign, {Path(path).name for line in lines for path in (line.copy, line.text) if path})
    return GivenBack(collected, files, findings, lines)


def _folder(request: Request) -> Path:
    campaign = request.campaign
    return (campaign.folder / campaign.results if campaign else request.base) / RETURNS_FOLDER


# --- writing -------------------------------------------------------------------------------------------------------


def _write(folder: Path, collected: Collected, cases: Sequence[Case]) -> tuple[Returned, ...]:
    """All copies, then all texts, for each text names its copy; earlier ones are kept under a number."""
    made, copies = _put_copies(folder, collected, cases)
    with Placing(collected.request.force, _is_own) as placing:
        for case, one, copy in zip(cases, made, copies, strict=True):
            placing.stage(folder / f"{case.name}{TEXT_SUFFIX}", letter_bytes(_letter(collected, case, one, copy)))
        texts = [placed.path for placed in placing.settle()]
    base = collected.request.base
    return tuple(
        Returned(
            case.unit.code if case.unit else None,
            examined.path,
            one.way,
            one.red + one.amber,
            shown(copy, base) if copy else None,
            shown(text, base),
        )
        for case, one, copy, text in zip(cases, made, copies, texts, strict=True)
        for examined in case.examined
    )


def _put_copies(
    folder: Path, collected: Collected, cases: Sequence[Case]
) -> tuple[Sequence[Made], Sequence[Path | None]]:
    """What is made of every case, without its bytes, and where its copy is."""
    request = collected.request
    tasks = [Task(case.source, case.unit, case.faults, _decided(case, request.campaign)) for case in cases]
    maker = Maker(expectation(request.campaign), request.campaign)
    made: list[Made] = []
    with Placing(request.force, _is_own) as placing:
        for case, outcome in zip(cases, do_apart(Job(maker, SECONDS), tasks), strict=True):
            one = Made("text", case.faults) if isinstance(outcome, Lost) else outcome
            made.append(replace(one, copy=None))
            if one.copy is not None:
                placing.stage(folder / f"{case.name}{COPY_SUFFIX}", one.copy)
        placed = iter(placing.settle())
    return made, [next(placed).path if one.way != "text" else None for one in made]


def _is_own(_path: Path) -> bool:
    """Whatever has the name of a copy in the folder of copies is kept under a number, never overwritten."""
    return True


def _decided(case: Case, campaign: Campaign | None) -> str | None:
    examined = case.examined[0]
    decision = campaign.decisions.of("unit", examined.path, examined.sha256) if campaign else None
    return decision.value if decision else None


def _letter(collected: Collected, case: Case, made: Made, copy: Path | None) -> Letter:
    campaign = collected.request.campaign
    now = collected.request.now
    return Letter(
        way=made.way,
        files=tuple(examined.path for examined in case.examined),
        faults=made.faults,
        refused=case.refused,
        copy=copy.name if copy else None,
        disorder=made.disorder,
        left=made.left,
        red=made.red,
        amber=made.amber,
        unit=case.unit,
        form=collected.form,
        title=campaign.title if campaign else "",
        office=campaign.root if campaign else None,
        deadline=campaign.deadlines.get(case.unit.level) if campaign and case.unit else None,
        now=date.fromisoformat(now) if now else None,
    )


def _clear(folder: Path, campaign: Campaign, current: set[str]) -> None:
    """What went back to units that owe nothing any more goes to the attic, or it would be sent once more."""
    attic = Attic(folder)
    stems = {unit_stem(unit) for unit in campaign.register.units}
    owing = {found["stem"] for name in current if (found := OWN_NAME.fullmatch(name))}
    for path in sorted(folder.glob("*_*")):
        own = OWN_NAME.fullmatch(path.name)
        if own is None or own["stem"] not in stems or path.name in current:
            continue
        if not own["number"] or own["stem"] not in owing:
            attic.move(path)


# --- telling -------------------------------------------------------------------------------------------------------


def return_lines(done: GivenBack, lang: str) -> Iterator[str]:
    """For people: what goes back to whom, and where it lies."""
    if not done.returned:
        yield in_language("Không có tệp nào cần trả lại.", lang)
        return
    for line in done.returned:
        how = in_language(WAYS[line.way], lang)
        how += in_language(" ({number} ô)", lang, number=line.marked) if line.marked else ""
        yield f"{printable(line.file)}: {how} → {(line.copy or line.text).rpartition('/')[2]}"
    folder = done.returned[0].text.rpartition("/")[0]
    yield in_language("{number} tệp, trong {folder}/", lang, number=len(done.returned), folder=folder)
