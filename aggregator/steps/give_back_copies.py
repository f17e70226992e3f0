"""How one refused file goes back: its own marked copy, its entries in a fresh form, or a text alone.

Runs in a process of its own, because the bytes are a stranger's. Nothing here writes a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from aggregator.campaign import Campaign
from aggregator.catalogue import severity_of
from aggregator.examine import examine_bytes
from aggregator.findings import Finding, Findings
from aggregator.identity import Expectation, identify
from aggregator.layout import UNIT_LABELS
from aggregator.outputs.marking.letter import Way, sentence
from aggregator.outputs.marking.splice import CannotMark
from aggregator.outputs.marking.styles import FILLS
from aggregator.outputs.marking.workbook import Mark, Weight, mark_workbook
from aggregator.reading.areas import area
from aggregator.reading.book import Address, RawBook
from aggregator.reading.foreign import open_any
from aggregator.reading.sniff import sniff
from aggregator.register import Unit
from aggregator.repair.carry import Entry, Move
from aggregator.repair.lines import Left
from aggregator.second_opinion import Source, bytes_of
from aggregator.sheets import detail, find_details
from aggregator.steps.mend import Found, Search, find_again, fresh_issue
from aggregator.template import write_form

MAX_MARKS = 500
"""Of one file; nobody corrects more one by one."""

UNCERTAIN = frozenset({"unit-conflict", "seal-broken", "form-twice", "submission-conflict"})
"""Whose figures these are, or which of them count, is open: no copy goes out under anybody's name."""
OUT_OF_ORDER = frozenset(
    {"form-unknown", "form-other", "sheet-missing", "header-changed", "row-moved", "row-missing", "row-extra"}
    | {"row-duplicated", "label-changed", "unit-changed", "formula-replaced", "level-row", "total-mismatch"}
)
"""What a sender cannot type right in a locked form."""
RETYPED = frozenset({"header-changed", "label-changed", "unit-changed", "formula-replaced"})
"""Of these, what can be typed back where the lock is gone."""
ANSWERED_AT: Mapping[str, str] = {"nothing-filled": UNIT_LABELS[6], "counted-twice": UNIT_LABELS[7]}
"""Findings about a whole file, and the line of `Đơn vị` at which they are answered."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file that goes back, and what is wrong with it."""

    source: Source | None
    unit: Unit | None
    faults: Findings
    decided: str | None = None
    """The unit that staff gave the file to."""


@dataclass(frozen=True, slots=True)
class Made:
    """What goes back: `faults` stand in the copy, `disorder` stood in the sender's file, `left` found no place."""

    way: Way
    faults: Findings
    copy: bytes | None = None
    red: int = 0
    amber: int = 0
    """Cells marked as wrong, and as doubtful."""
    disorder: Findings = ()
    left: tuple[Left, ...] = ()


def ways(faults: Findings) -> tuple[Way, ...]:
    """The one rule: how a file with these faults may go back, the best way first; a text is always possible.

    Marked where everything can be put right by typing into the sender's own workbook. Else its entries are carried
    into a fresh form, where they are found again with certainty. Nothing is sent out under a name that is in doubt.
    """
    codes = {finding.code for finding in faults if severity_of(finding) == "error"}
    if codes & UNCERTAIN or any(code.startswith("file-") for code in codes):
        return ("text",)
    if not codes & OUT_OF_ORDER:
        return ("marked", "carried", "text")
    return ("carried", "marked", "text") if codes & OUT_OF_ORDER <= RETYPED else ("carried", "text")


def saved(source: Source | None) -> str | None:
    """The save time that an office program wrote into a file."""
    book, _ = open_any(bytes_of(source), source.name) if source else (None, ())
    return book.saved if book else None


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes what goes back of each file; `campaign` is `None` where there is none."""

    expected: Expectation
    campaign: Campaign | None = None

    def __call__(self, task: Task) -> Made:
        makers = {"marked": self._marked, "carried": self._carried}
        for way in ways(task.faults):
            try:
                if way in makers and task.source is not None:
                    return makers[way](task, bytes_of(task.source))
            except CannotMark:
                continue
        return Made("text", task.faults, disorder=_disorder(task.faults))

    def _marked(self, task: Task, data: bytes) -> Made:
        book, _ = open_any(data, task.source.name if task.source else "")
        if book is None or sniff(data) != "xlsx" or book.macros:
            raise CannotMark("format")
        marks = self._marks(book, task.faults)
        return Made("marked", task.faults, mark_workbook(data, marks), *_colours(marks))

    def _carried(self, task: Task, data: bytes) -> Made:
        """In the right order, as typed; what is wrong in the new form is marked there."""
        book, _ = open_any(data, task.source.name if task.source else "")
        found = self._found(task, book) if book else Found()
        form = self.expected.forms.get(found.form or "")
        if book is None or form is None or found.repair.problems or not _same_unit(task.unit, found):
            raise CannotMark("not-certain")
        typed: dict[str, dict[Address, Entry]] = {}
        for move in found.repair.moves:
            typed.setdefault(move.to_sheet, {})[move.to] = _as_typed(book, move)
        fresh = write_form(replace(fresh_issue(self.campaign, form, found.unit), typed=typed))
        faults = tuple(f for f in examine_bytes(fresh, "", self.expected).findings if severity_of(f) != "info")
        again, _ = open_any(fresh)
        assert again is not None
        marks = self._marks(again, faults)
        return Made(
            "carried", faults, mark_workbook(fresh, marks), *_colours(marks), _disorder(task.faults), found.repair.left
        )

    def _found(self, task: Task, book: RawBook) -> Found:
        campaign = self.campaign
        wanted = campaign.form.id if campaign else None
        return find_again(book, Search(self.expected, campaign.id if campaign else None, task.decided, wanted, None))

    def _marks(self, book: RawBook, faults: Findings) -> tuple[Mark, ...]:
        """A mark at every cell, and one note at the top of the table that says how many there are."""
        identity, _ = identify(book, self.expected)
        placed = [(finding, _place(book, finding)) for finding in faults]
        cells = [Mark(*place, _weight(finding), sentence(finding)) for finding, place in placed if place][:MAX_MARKS]
        others = dict.fromkeys(sentence(finding) for finding, place in placed if place is None)
        top = identity.data or next(sheet for sheet in book.sheets if sheet.state == "visible")
        about = "\n".join((*_summary(cells), *(f"- {said}" for said in others)))
        return (*cells, Mark(top.name, (1, 1), "about", about)) if about else tuple(cells)


def _disorder(faults: Findings) -> Findings:
    return tuple(finding for finding in faults if finding.code in OUT_OF_ORDER)


def _same_unit(unit: Unit | None, found: Found) -> bool:
    """The carriers agree on whose figures these are, and it is the one to whom the file goes back."""
    doubts = any(severity_of(finding) == "error" for finding in found.findings)
    return not doubts and (unit is None or found.unit is None or unit.code == found.unit.code)


def _as_typed(book: RawBook, move: Move) -> Entry:
    """A text stays the text that it was; a number that is read in one way only is a number."""
    if not move.source:
        return move.entry
    sheet = next(sheet for sheet in book.sheets if sheet.name == move.from_sheet)
    cell = sheet.cells.get(address(move.source))
    typed = cell is not None and cell.kind == "text" and cell.formula is None and move.measure is not None
    return cell.text if cell is not None and typed else move.entry


def address(cell: str) -> Address:
    """`D14` → (14, 4)."""
    return area(cell)[:2]


def _place(book: RawBook, finding: Finding) -> tuple[str, Address] | None:
    """The sheet and cell at which a finding is answered, where there is one."""
    if finding.code in ANSWERED_AT and finding.cell is None and (details := find_details(book)) is not None:
        return details.name, address(detail(details, ANSWERED_AT[finding.code])[1])
    if finding.cell is None or all(sheet.name != finding.sheet for sheet in book.sheets):
        return None
    return str(finding.sheet), address(finding.cell)


def _weight(finding: Finding) -> Weight:
    return "error" if severity_of(finding) == "error" else "warning"


def _colours(marks: Sequence[Mark]) -> tuple[int, int]:
    """How many cells are wrong, and how many only doubtful."""
    places = {weight: {(mark.sheet, mark.at) for mark in marks if mark.weight == weight} for weight in FILLS}
    return len(places["error"]), len(places["warning"] - places["error"])


def _summary(marks: Sequence[Mark]) -> Iterator[str]:
    errors, doubts = _colours(marks)
    if errors:
        yield f"{errors} ô cần sửa, tô màu hồng. Đưa chuột vào từng ô để đọc lời nhắc."
    if doubts:
        yield f"{doubts} ô cần xem lại, tô màu vàng; đúng rồi thì để nguyên."
