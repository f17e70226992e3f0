"""The returns of `demo`: every issued workbook filled in and put into the folder of returned files, good or spoiled.

Who does what is drawn by the seed; times of saving are fixed and archives packed anew, so that two demos give the same
bytes. Names of people are never written.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import load_workbook
from openpyxl.writer.excel import ExcelWriter

from aggregator import layout as place
from aggregator.campaign import Campaign
from aggregator.files import slug, write_atomic
from aggregator.forms import load_form
from aggregator.layout import Layout
from aggregator.register import Unit
from aggregator.steps import demo_faults as faults
from aggregator.steps.demo_faults import Desk, Mishap
from aggregator.steps.demo_numbers import SCHOOL, dice, habits, invent_figures, invent_notes
from aggregator.steps.demo_province import SEED
from aggregator.steps.issue import Issued
from aggregator.template import blank_issue, write_form

SAVED, LATER = "2024-10-10T08:00:00Z", "2024-10-11T09:30:00Z"
PACKED = (2024, 10, 10, 8, 0, 0)
OLD_FORM = "tong-hop-2021"
STRANGE_CODE = "0919999"
CLERK, PHONE = "Văn thư (ví dụ)", "0000 000 000"

_CORE = "docProps/core.xml"
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_MERGED = re.compile(rb"(?:<mergeCell [^>]*/>)+")

PDF_OBJECTS = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
)

File = tuple[str, bytes]
"""A name and what is in it."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A unit with the workbook that was issued to it; `stem` is the name of its file without the ending."""

    campaign: Campaign
    unit: Unit
    path: Path

    @property
    def stem(self) -> str:
        return self.path.stem

    def file(self, *mishaps: Mishap, saved: str = SAVED) -> bytes:
        """The filled form after what befell it."""
        desk = self.open()
        self.fill(desk)
        for mishap in mishaps:
            mishap(desk)
        return pack(desk.book, saved)

    def open(self) -> Desk:
        return open_desk(self.path, Layout(self.campaign.form))

    def fill(self, desk: Desk) -> None:
        chance = dice(self.unit)
        figures = invent_figures(self.campaign.form, self.unit, chance)
        for (row, measure), value in figures.items():
            desk.put(row, measure, value)
        for row, words in invent_notes(figures, chance).items():
            desk.text(row, place.NOTE, words)
        answer(desk, 4, CLERK)
        answer(desk, 5, PHONE)
        if chance.random() < 0.3:
            _list_activity(desk, self.unit)


def open_desk(path: Path | io.BytesIO, layout: Layout) -> Desk:
    book: Any = load_workbook(path)
    return Desk(book, book[place.DATA_SHEET], layout)


def answer(desk: Desk, number: int, text: str) -> None:
    """Write one answer on `Đơn vị`."""
    desk.book[place.UNIT_SHEET].cell(place.UNIT_FIRST_ROW + number, 2).value = text


def _list_activity(desk: Desk, unit: Unit) -> None:
    sheet = desk.book[place.ACTIVITIES_SHEET]
    for column, value in enumerate(("Ngày hội đọc sách “Mỗi tuần một quyển”", unit.name, 1, 120), start=2):
        sheet.cell(place.LIST_FIRST_ROW, column).value = value


def pack(book: Any, saved: str) -> bytes:
    """The workbook as bytes that do not tell the time of day."""
    raw, packed = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        ExcelWriter(book, archive).save()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, PACKED)
            info.create_system = 0
            target.writestr(info, _steady(name, source.read(name), saved), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _steady(name: str, data: bytes, saved: str) -> bytes:
    """Without the clock; merged cells in one order, because openpyxl keeps them in a set."""
    if name == _CORE:
        return _MODIFIED.sub(rb"\g<1>" + saved.encode(), data)
    return _MERGED.sub(lambda cells: b"".join(sorted(re.findall(rb"<[^>]*>", cells[0]))), data)


# --- what a unit sends ---------------------------------------------------------------------------------------------

Habit = Callable[[Sender], Iterator[File]]


def as_asked(sender: Sender) -> Iterator[File]:
    yield f"{sender.stem}.xlsx", sender.file()


def after(mishaps: tuple[Mishap, ...], sender: Sender) -> Iterator[File]:
    yield f"{sender.stem}.xlsx", sender.file(*mishaps)


def with_mishaps(*mishaps: Mishap) -> Habit:
    """A partial, because a closure could not travel to a worker."""
    return partial(after, mishaps)


def nothing(sender: Sender) -> Iterator[File]:
    del sender
    yield from ()


def unfilled(sender: Sender) -> Iterator[File]:
    yield f"{sender.stem}.xlsx", pack(sender.open().book, SAVED)


def held_nothing(sender: Sender) -> Iterator[File]:
    desk = sender.open()
    answer(desk, 6, place.HELD[1])
    yield f"{sender.stem}.xlsx", pack(desk.book, SAVED)


def twice(sender: Sender) -> Iterator[File]:
    yield f"{sender.stem}.xlsx", sender.file()
    yield f"{sender.stem} (1).xlsx", sender.file()


def corrected(sender: Sender) -> Iterator[File]:
    yield f"{sender.stem}.xlsx", sender.file()
    yield f"{sender.stem} - ban sua.xlsx", sender.file(faults.another_number, saved=LATER)


def contradicting(sender: Sender) -> Iterator[File]:
    yield f"{sender.stem}.xlsx", sender.file()
    yield f"{sender.stem} - Copy.xlsx", sender.file(faults.another_number)


def inclusive(sender: Sender) -> Iterator[File]:
    yield f"{sender.stem}.xlsx", sender.file(lambda desk: answer(desk, 7, place.SCOPE_INCLUSIVE))


def cut_short(sender: Sender) -> Iterator[File]:
    data = sender.file()
    yield f"{sender.stem}.xlsx", data[: len(data) // 2]


def empty(sender: Sender) -> Iterator[File]:
    yield f"{sender.stem}.xlsx", b""


def web_page(sender: Sender) -> Iterator[File]:
    yield f"{sender.stem}.xlsx", b"<html><body><table><tr><td>12</td><td>350</td></tr></table></body></html>\n"


def with_scan(sender: Sender) -> Iterator[File]:
    yield from as_asked(sender)
    yield f"{sender.unit.code}_ban-ky-dong-dau.pdf", _blank_pdf()


def still_open(sender: Sender) -> Iterator[File]:
    yield from as_asked(sender)
    yield f"~${sender.stem[2:]}.xlsx", b"\x07Van thu".ljust(165)


def last_years_form(sender: Sender) -> Iterator[File]:
    yield f"{sender.stem} (mau 2021).xlsx", _on_blank(OLD_FORM, sender.unit.code)


def strange_code(sender: Sender) -> Iterator[File]:
    yield "bieu so lieu.xlsx", _on_blank(sender.campaign.form.id, STRANGE_CODE)


def _on_blank(form_id: str, code: str) -> bytes:
    """A blank template on which somebody typed a code and a few numbers."""
    form = load_form(form_id)
    desk = open_desk(io.BytesIO(write_form(blank_issue(form))), Layout(form))
    answer(desk, 0, code)
    desk.put("1.07", "count", 4)
    desk.put("1.07", "people", 130)
    return pack(desk.book, SAVED)


def _blank_pdf() -> bytes:
    """One empty page, as from a scanner that was fed the wrong side."""
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(PDF_OBJECTS, start=1):
        places.append(b"%010d 00000 n \n" % len(data))
        data += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(places)
    return data + table + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(data)


SCHOOLS: tuple[Habit, ...] = (
    *(with_mishaps(mishap) for mishap in (faults.swap_rows, faults.delete_row, faults.insert_row)),
    with_mishaps(faults.change_label, faults.change_unit),
    *(with_mishaps(mishap) for mishap in (faults.type_over_total, faults.slash, faults.day, faults.odd_numbers)),
    *(with_mishaps(mishap) for mishap in (faults.millions, faults.small_subtotal)),
    *(unfilled, contradicting, cut_short, empty, web_page, last_years_form, strange_code),
    *(nothing, nothing, nothing, nothing),
    *(with_mishaps(mishap) for mishap in (faults.nobody_came, faults.from_nowhere, faults.columns_mixed)),
    *(with_mishaps(mishap) for mishap in (faults.great_crowd, faults.books_of_nobody, faults.thousands)),
    *(with_mishaps(mishap) for mishap in (faults.hide_row, faults.unlock_and_add, faults.number_as_text)),
    *(held_nothing, twice, corrected, with_scan, still_open),
)
"""What befalls schools, each once: first what is refused, then who sends nothing, then what is added all the same."""
COMMUNES: tuple[Habit, ...] = (inclusive, nothing)


def make_plan(units: Sequence[Unit]) -> Mapping[str, Habit]:
    """Who does something else than asked, by the code of the unit. Centres and departments do as asked."""
    chance = Random(SEED)
    schools = [unit.code for unit in units if habits(unit) is SCHOOL]
    communes = [unit.code for unit in units if unit.level == "commune"]
    plan = dict(zip(chance.sample(schools, len(SCHOOLS)), SCHOOLS, strict=True))
    return plan | dict(zip(chance.sample(communes, len(COMMUNES)), COMMUNES, strict=True))


def send_all(campaign: Campaign, issued: Sequence[Issued]) -> int:
    """Everything that comes back, put below the folder of returned files; the number of files."""
    plan = make_plan([line.unit for line in issued])
    senders = [Sender(campaign, line.unit, campaign.folder / line.path) for line in issued]
    with ProcessPoolExecutor() as pool:
        return sum(pool.map(_send, senders, [plan.get(line.unit.code, as_asked) for line in issued], chunksize=4))


def _send(sender: Sender, habit: Habit) -> int:
    """In a worker, because openpyxl takes its time; the number of files."""
    files = tuple(habit(sender))
    for name, data in files:
        write_atomic(_folder(sender.campaign, sender.unit) / name, data)
    return len(files)


def _folder(campaign: Campaign, unit: Unit) -> Path:
    """`nhan_ve/<district>/<commune>`, as an office sorts its mail."""
    chain = [*campaign.register.ancestors(unit.code)[-2::-1], *([unit] if unit.level != "school" else [])]
    return campaign.folder.joinpath(campaign.received, *(slug(each.name) for each in chain))
