"""`status`: who has reported, who has not, who must correct, who was late; and the reminders, if asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from aggregator.account import consolidate
from aggregator.campaign import Campaign
from aggregator.files import write_atomic
from aggregator.inbox import shown
from aggregator.outputs.reminders import reminder_name, reminder_texts, write_reminders
from aggregator.outputs.status_document import status_document
from aggregator.status import Standing, make_standing
from aggregator.steps.attic import Attic
from aggregator.steps.placing import put_result
from aggregator.steps.runs import one_run
from aggregator.steps.survey import Request, collect
from aggregator.words import in_language

REMINDERS_FOLDER = "nhac_nop"
REMINDERS_BOOK = "nhac-nop.xlsx"


@dataclass(frozen=True, slots=True)
class Reported:
    """The outcome of `status`; `outputs` are the reminders, the workbook first."""

    standing: Standing
    outputs: tuple[str, ...] = ()
    book_open: bool = False
    """The workbook got another name because the old one could not be replaced."""

    def document(self) -> dict[str, Any]:
        return status_document(self.standing, self.outputs)


def status(request: Request, campaign: Campaign, reminders: bool = False) -> Reported:
    """Read, check and choose as `aggregate` does; nothing is written but the receipt book and the reminders."""
    with one_run(campaign, request.waiting):  # the receipt book is written, as in `aggregate`
        collected = collect(request)
    result = consolidate(collected.choice, collected.examinations, collected.at, collected.setting)
    now = date.fromisoformat(request.now) if request.now else None
    standing = make_standing(result, campaign.deadlines, campaign.title, now)
    return _remind(campaign, standing) if reminders else Reported(standing)


def _remind(campaign: Campaign, standing: Standing) -> Reported:
    """The workbook and the texts; texts of parents that need none any more go to the attic."""
    wanted = campaign.folder / campaign.results / REMINDERS_BOOK
    book = put_result(wanted, write_reminders(standing), force=True)
    texts = _put_texts(wanted.parent / REMINDERS_FOLDER, standing, reminder_texts(standing))
    return Reported(standing, tuple(shown(path, campaign.folder) for path in (book, *texts)), book != wanted)


def _put_texts(folder: Path, standing: Standing, texts: Mapping[str, bytes]) -> Iterator[Path]:
    attic = Attic(folder)
    for unit in standing.result.register.subtree(standing.result.at.code):
        path = folder / reminder_name(unit)
        if path.name not in texts:
            attic.move(path)
            continue
        if not path.is_file() or path.read_bytes() != texts[path.name]:
            attic.move(path)
            write_atomic(path, texts[path.name])
        yield path


def written_lines(done: Reported, lang: str) -> Iterator[str]:
    """Where the reminders are."""
    if not done.outputs:
        return
    book, *texts = done.outputs
    yield ""
    if done.book_open:
        yield (in_language("Bảng cũ đang mở nên bảng mới mang tên khác.", lang))
    yield in_language("Bảng đơn vị cần nhắc: {book}", lang, book=book)
    if texts:
        folder = texts[0].rpartition("/")[0]
        yield in_language("{number} lời nhắc, trong {folder}/", lang, number=len(texts), folder=folder)
