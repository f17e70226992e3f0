"""A campaign folder: one year's collection with its form, register, deadlines, folders and key.

Loads and checks what stands there; creating and changing folders is left to `steps`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from aggregator.decisions import Decisions, load_decisions
from aggregator.documents import Fault, is_date, load_json, schema_faults
from aggregator.faults import BadDocument, Stop
from aggregator.forms import Form, form_ids, load_form
from aggregator.register import Register, Unit, load_register

CAMPAIGN_FILE = "campaign.json"
KEY_FILE = "campaign.key"
UNITS_FILE = "units.csv"


@dataclass(frozen=True, slots=True)
class Deadline:
    """`inclusive`: "chậm nhất ngày D" (the day itself is in time); else "trước ngày D" (the day before is the last)."""

    level: str
    day: date
    inclusive: bool

    @property
    def last_day(self) -> date:
        """The last day that is in time."""
        return self.day if self.inclusive else self.day - timedelta(days=1)

    def missed_by(self, received: date) -> bool:
        return received > self.last_day


@dataclass(frozen=True, slots=True)
class Campaign:
    """Everything a run needs to know about the collection; `key` is `None` where `campaign.key` is lost."""

    folder: Path
    id: str
    form: Form
    year: int
    title: str
    theme: str
    start: date
    end: date
    caption: str | None
    signature: tuple[str, ...]
    plan: str | None
    deadlines: Mapping[str, Deadline]
    issued: str
    received: str
    results: str
    require_complete: bool
    register: Register
    key: bytes | None
    decisions: Decisions

    @property
    def root(self) -> Unit:
        return self.register.root

    @property
    def day(self) -> date:
        """The day on which a unit must exist to be expected: the first day of the week."""
        return self.start


def is_campaign(folder: Path) -> bool:
    return (folder / CAMPAIGN_FILE).is_file()


def load_campaign(folder: Path) -> Campaign:
    """The campaign in `folder`. Raises `BadDocument` with all faults, or `Stop` where there is none."""
    if not is_campaign(folder):
        raise Stop(
            "Thư mục này không có {campaign_file}. Hãy chạy lệnh trong thư mục đợt báo cáo, hoặc dùng -C THƯ_MỤC.",
            campaign_file=CAMPAIGN_FILE,
        )
    document, faults = load_json(folder / CAMPAIGN_FILE)
    faults = faults or campaign_faults(document)
    try:
        register: Register | None = load_register(folder / UNITS_FILE)
    except BadDocument as error:
        register, faults = None, (*faults, *error.faults)
    if faults or register is None:
        raise BadDocument(faults)
    faults, decisions = _root_faults(document, register), Decisions()
    try:
        decisions = load_decisions(folder, document["folders"]["received"], register)
    except BadDocument as error:
        faults = (*faults, *error.faults)
    if faults:
        raise BadDocument(faults)
    return _make_campaign(folder, document, register, decisions)


def campaign_faults(document: Any) -> tuple[Fault, ...]:
    """Faults of a campaign document by itself."""
    faults = schema_faults(document, "campaign", CAMPAIGN_FILE)
    if not faults and document["form"] not in form_ids():
        faults = (Fault(CAMPAIGN_FILE, "$.form", document["form"], " / ".join(form_ids())),)
    return faults or tuple(_date_faults(document))


def _date_faults(document: Mapping[str, Any]) -> list[Fault]:
    days = {"$.event.start": document["event"]["start"], "$.event.end": document["event"]["end"]}
    days |= {f"$.deadlines[{n}].date": deadline["date"] for n, deadline in enumerate(document["deadlines"])}
    return [Fault(CAMPAIGN_FILE, place, day, "YYYY-MM-DD") for place, day in days.items() if not is_date(day)]


def _root_faults(document: Mapping[str, Any], register: Register) -> tuple[Fault, ...]:
    if register.root.code == document["root"]:
        return ()
    return (Fault(CAMPAIGN_FILE, "$.root", document["root"], f"{register.root.code} ({UNITS_FILE})"),)


def _make_campaign(folder: Path, document: Mapping[str, Any], register: Register, decisions: Decisions) -> Campaign:
    start = date.fromisoformat(document["event"]["start"])
    form = load_form(document["form"]).on(start)
    return Campaign(
        folder=folder,
        form=form,
        register=register,
        decisions=decisions,
        key=read_key(folder),
        start=start,
        end=date.fromisoformat(document["event"]["end"]),
        caption=document["caption"] if document["caption"] is not None else form.caption,
        signature=tuple(document["signature"]) or form.signature,
        deadlines={line["level"]: _deadline(line) for line in document["deadlines"]},
        require_complete=document["policy"]["require_complete"],
        **{name: document[name] for name in ("id", "year", "title", "theme", "plan")},
        **{name: document["folders"][name] for name in ("issued", "received", "results")},
    )


def _deadline(line: Mapping[str, Any]) -> Deadline:
    return Deadline(line["level"], date.fromisoformat(line["date"]), line["inclusive"])


def read_key(folder: Path) -> bytes | None:
    """The secret behind the seals, or `None` where the file is missing or not what `init` wrote."""
    try:
        return bytes.fromhex((folder / KEY_FILE).read_text(encoding="ascii").strip()) or None
    except (OSError, ValueError):
        return None
