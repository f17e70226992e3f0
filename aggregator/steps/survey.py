"""What lies in the folders, whose it is and which of it counts: how `check`, `aggregate` and `status` begin.

Reads and decides; writes nothing but the receipt book of a campaign.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from itertools import chain
from pathlib import Path

from aggregator import cluster
from aggregator.account import Setting
from aggregator.campaign import Campaign
from aggregator.cluster import Cluster
from aggregator.consolidation import get_ready
from aggregator.decisions import NONE
from aggregator.faults import Stop, Usage
from aggregator.findings import Finding
from aggregator.forms import Form, ShippedForms, form_ids, load_form
from aggregator.identity import Expectation
from aggregator.inbox import Item, Place, gather
from aggregator.intake import Choice, choose
from aggregator.kept import Shelf, digests, hashable
from aggregator.locking import Waiting
from aggregator.receipts import load_receipts
from aggregator.register import Register, Unit
from aggregator.remote import Address
from aggregator.second_opinion import ask_others
from aggregator.steps.receipts import note_receipts
from aggregator.steps.told import Progress, Together, Told
from aggregator.submission import Examination
from aggregator.workers import Readers

TOP = Unit("TONG-HOP", "Tổng hợp", "nation", None)
"""Stands above units that have no common parent, where no campaign tells one."""

RETURNS_FOLDER = "tra_lai"
"""Where `return` puts its copies: among the results, or without a campaign in the current folder."""

MANY = 1_000
"""Files that take longer to read than it takes to load what adds up, and to hash than to tell another process."""
PART = 100
"""Files that are hashed together: 2 ms."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a command is asked. Paths are as given; `base` is the folder that results are named from."""

    paths: tuple[Place, ...]
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
    received: date | None = None
    """The day on which the files that are new in this run came in."""
    lang: str = "vi"
    """Of the page for people; workbooks are Vietnamese."""
    second_opinion: bool = False
    """Read every accepted file by two other programs too."""
    may_be_empty: bool = False
    """Nothing that can be read is an answer too: nobody has reported yet."""
    waiting: Waiting | None = None
    """Told when another run in the campaign must be waited for."""
    cluster: Cluster | None = None
    """Other machines that read, where there are any."""


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything that is known before anything is added up. `form` is `None` where no file is of any form."""

    request: Request
    examinations: tuple[Examination, ...]
    form: Form | None
    choice: Choice
    setting: Setting

    @property
    def at(self) -> Unit:
        return self.choice.at


def collect(request: Request, keep_receipts: bool = True) -> Collected:
    """Read, check and choose. In a campaign the receipt book and the kept readings are brought up to date, unless told
    otherwise."""
    campaign = request.campaign
    receipts = cache(partial(load_receipts, campaign.folder)) if campaign and keep_receipts else None
    with ExitStack() as until:
        form, examinations = _one_form(campaign, _examine(request, receipts, until))
        if request.second_opinion:
            until.close()  # the others are asked in copies of this process
            examinations = ask_others(examinations, items_of(request), expectation(campaign), request.passwords)
        register, root = _register(campaign, examinations)
        at = _unit(request.at, register, root)
        day, decisions = (campaign.day, campaign.decisions) if campaign else (None, NONE)
        choice = choose(examinations, register, at, day, decisions)
        setting = _setting(request, form or _newest_form(), examinations)
        if campaign and receipts:
            book = note_receipts(campaign, examinations, request.received, receipts())
            setting = replace(setting, received=book.days)
        return Collected(request, tuple(examinations), form, choice, setting)


def expectation(campaign: Campaign | None) -> Expectation:
    """What the workers need to know."""
    forms = ShippedForms()
    if campaign is None:
        return Expectation(forms)
    return Expectation(
        forms, campaign.form, campaign.id, campaign.key, campaign.register, campaign.decisions, campaign.day
    )


def items_of(request: Request) -> tuple[Item, ...]:
    """Every entry of the folders asked for; what we issued or wrote ourselves only where it is asked for."""
    campaign = request.campaign
    aside = [campaign.folder / name for name in (campaign.issued, campaign.results)] if campaign else []
    aside += [] if campaign else [request.base / RETURNS_FOLDER]
    asked = {path.absolute() for path in request.paths if isinstance(path, Path)}
    return gather(request.paths, request.base, [path for path in aside if path.absolute() not in asked])


def _examine(request: Request, receipts: Callable[[], object] | None, until: ExitStack) -> list[Examination]:
    """Where there are `receipts` they are loaded while others work; without them nothing is kept. The readers have
    ended when `until` does."""
    items = items_of(request)
    campaign = request.campaign
    shelf = Shelf(campaign) if campaign and campaign.key and not request.passwords else None
    told = Told(request.progress, len(items))
    try:
        readers = until.enter_context(Readers(expectation(campaign), request.workers, request.passwords, told))
        together = _each(request, items, shelf, receipts, told, readers)
        examinations = [*chain.from_iterable(together)]
        readers.dismiss()
    finally:
        told.end()
    if shelf and receipts:
        shelf.keep(examinations)
    if not request.may_be_empty and all(examined.ignored for examined in examinations):
        raise NothingToRead(request.paths)
    return examinations


def _each(
    request: Request,
    items: Sequence[Item],
    shelf: Shelf | None,
    receipts: Callable[[], object] | None,
    told: Told,
    readers: Readers,
) -> Iterator[Together]:
    """In order, what each item gives: as it was kept, else read now."""
    known = _known(shelf, items, readers) if shelf and shelf.is_there else [None] * len(items)
    unread = [item for item, reading in zip(items, known, strict=True) if reading is None]
    told(len(items) - len(unread))
    if request.cluster:
        expected = expectation(request.campaign)
        read = told.passing(cluster.examine_each(unread, expected, request.cluster, request.passwords))
    else:
        read = readers.examine_each(unread, partial(_meanwhile, receipts, len(unread)) if receipts else bool)
    for reading in known:
        yield (reading,) if reading else next(read)
    yield from read  # nothing more comes, but the readers finish


def _known(shelf: Shelf, items: Sequence[Item], readers: Readers) -> list[Examination | None]:
    """What was kept of each item. Many are hashed by a reader too, while what was kept is loaded here."""
    files = hashable(items)
    parts = [partial(digests, files[start : start + PART]) for start in range(0, len(files), PART)]
    hashed = readers.begin(parts, len(items) > MANY)
    shelf.open()
    return shelf.find(items, list(chain.from_iterable(hashed())))


def _meanwhile(receipts: Callable[[], object], unread: int) -> None:
    """What is wanted when all is read, loaded while others read."""
    if unread > MANY:
        get_ready()
    with suppress(Stop):  # what is wrong with the receipts is said when they are needed
        receipts()


class NothingToRead(Stop):
    def __init__(self, places: Sequence[Place]) -> None:
        names = ", ".join(place.shown if isinstance(place, Address) else place.name or str(place) for place in places)
        super().__init__(
            "Không có biểu (.xlsx) nào trong {names}. Xin chép các tệp đơn vị gửi về vào thư mục này rồi chạy lại.",
            names=names,
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
    return examined._replace(leaves=(), units=(), findings=(*examined.findings, finding))


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
        raise Usage("Không có đơn vị mã {code} trong danh sách.", code=code)
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
    setting = Setting(form, campaign.id, True, campaign.day, request.now, campaign.caption, campaign.signature, options)
    return replace(setting, deadlines=campaign.deadlines)
