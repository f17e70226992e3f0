"""Opening a campaign and issuing its forms: `init`, `template`, `distribute`."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.campaign import (
    CAMPAIGN_FILE,
    KEY_FILE,
    UNITS_FILE,
    Campaign,
    campaign_faults,
    is_campaign,
    load_campaign,
)
from aggregator.documents import load_json
from aggregator.faults import BadDocument, Stop, Usage
from aggregator.files import slug, write_atomic
from aggregator.forms import load_form
from aggregator.personal import Press
from aggregator.register import Unit, load_register, read_register
from aggregator.resources import sample_dir
from aggregator.steps.attic import Attic
from aggregator.template import Issue, blank_issue, write_form

ISSUE_LIST = "danh_sach.csv"
ISSUE_COLUMNS = ("code", "name", "level", "parent", "file", "sha256", "email", "phone")


def sample_names() -> tuple[str, ...]:
    """The sample campaigns that ship."""
    return tuple(sorted(path.parent.name for path in sample_dir().glob(f"*/{CAMPAIGN_FILE}")))


def init_sample(folder: Path, name: str, force: bool = False) -> Campaign:
    """A campaign folder from a sample. Raises `Usage` for an unknown name."""
    if name not in sample_names():
        listed = ", ".join(sample_names())
        raise Usage("Không có đợt mẫu “{name}”. Hiện có: {listed}.", name=name, listed=listed)
    source = sample_dir() / name
    document, faults = load_json(source / CAMPAIGN_FILE)
    if faults:
        raise BadDocument(faults)
    return _create(folder, document, (source / UNITS_FILE).read_text(encoding="utf-8-sig"), force)


def init_own(folder: Path, form_id: str, units: Path, year: int, force: bool = False) -> Campaign:
    """A campaign folder of one's own; the week is the first of October until somebody edits `campaign.json`."""
    form = load_form(form_id)
    register = load_register(units)
    document = {
        "schema": 1,
        "id": f"{slug(register.root.name)}-{year}".lower().strip("-"),
        "form": form.id,
        "year": year,
        "title": f"Tuần lễ hưởng ứng học tập suốt đời năm {year}",
        "theme": "",
        "event": {"start": f"{year}-10-01", "end": f"{year}-10-07"},
        "plan": None,
        "caption": None,
        "signature": list(form.signature),
        "root": register.root.code,
        "deadlines": [],
        "folders": {"issued": "phat_ra", "received": "nhan_ve", "results": "ket_qua"},
        "policy": {"require_complete": False},
    }
    return _create(folder, document, units.read_text(encoding="utf-8-sig"), force)


def _create(folder: Path, document: dict[str, Any], units: str, force: bool) -> Campaign:
    """Everything is checked before anything is written; an existing key is kept, or old seals would break."""
    if is_campaign(folder) and not force:
        raise Stop(
            "Thư mục {folder_name} đã có đợt báo cáo ({campaign_file}). Dùng --force nếu muốn ghi lại.",
            folder_name=folder.name,
            campaign_file=CAMPAIGN_FILE,
        )
    faults = campaign_faults(document)
    if faults:
        raise BadDocument(faults)
    read_register(units, UNITS_FILE)
    write_atomic(folder / UNITS_FILE, units.encode())
    write_atomic(folder / CAMPAIGN_FILE, (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode())
    if not (folder / KEY_FILE).exists():
        write_atomic(folder / KEY_FILE, f"{secrets.token_hex(32)}\n".encode())
    for name in document["folders"].values():
        (folder / name).mkdir(exist_ok=True)
    return load_campaign(folder)


def template(form_id: str, output: Path, force: bool = False) -> Path:
    """The blank locked workbook of a form."""
    data = write_form(blank_issue(load_form(form_id)))
    if output.exists() and output.read_bytes() == data:
        return output
    if output.exists() and not force:
        raise Stop("Đã có tệp {output_name}. Dùng --force để ghi đè.", output_name=output.name)
    write_atomic(output, data)
    return output


# --- distribute ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Issued:
    """One issued workbook: `path` relative to the campaign folder; `state` is `new`, `same` or `changed`."""

    unit: Unit
    path: str
    sha256: str
    state: str


def issue_for(campaign: Campaign, unit: Unit) -> Issue:
    """What makes the workbook of one unit of the campaign."""
    return Issue(
        form=campaign.form,
        caption=campaign.caption,
        signature=campaign.signature,
        campaign=campaign.id,
        unit=unit,
        parents=campaign.register.ancestors(unit.code),
        key=campaign.key,
    )


def distribute(campaign: Campaign) -> tuple[Issued, ...]:
    """One locked workbook per unit that must report; what did not change is not touched."""
    if campaign.key is None:
        raise Stop(
            "Thiếu hoặc hỏng tệp {key_file} nên không phát biểu được. Xin chép lại tệp này từ bản lưu.",
            key_file=KEY_FILE,
        )
    folder = campaign.folder / campaign.issued
    before = _earlier(folder)
    attic = Attic(folder)
    press = Press()
    issued = tuple(
        _issue_one(campaign, unit, press, attic) for unit in campaign.register.units if unit.must_report(campaign.day)
    )
    now = {line.path for line in issued}
    for path in sorted(before - now):
        attic.move(campaign.folder / path)
    _write_list(folder / ISSUE_LIST, issued, attic)
    return issued


def _issue_one(campaign: Campaign, unit: Unit, press: Press, attic: Attic) -> Issued:
    data = press.workbook(issue_for(campaign, unit))
    parent = campaign.register.by_code[unit.parent or unit.code]
    path = attic.folder / f"{parent.code}_{slug(parent.name)}" / f"{unit.code}_{slug(unit.name)}.xlsx"
    state = "new"
    if path.exists():
        state = "same" if path.read_bytes() == data else "changed"
    if state == "changed":
        attic.move(path)
    if state != "same":
        write_atomic(path, data)
    relative = path.relative_to(campaign.folder).as_posix()
    return Issued(unit, relative, hashlib.sha256(data).hexdigest(), state)


def _earlier(folder: Path) -> set[str]:
    """Paths of the last issue list, as far as it can be read."""
    try:
        text = (folder / ISSUE_LIST).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return set()
    return {line["file"] for line in csv.DictReader(io.StringIO(text)) if _inside(line.get("file"), folder)}


def _inside(path: str | None, folder: Path) -> bool:
    """The list is editable: a path that leaves the folder of issued forms is not followed."""
    return bool(path) and str(path).startswith(f"{folder.name}/") and ".." not in str(path).split("/")


def _write_list(path: Path, issued: tuple[Issued, ...], attic: Attic) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(ISSUE_COLUMNS)
    writer.writerows(_list_lines(issued))
    data = text.getvalue().encode("utf-8-sig")
    if path.exists() and path.read_bytes() == data:
        return
    attic.move(path)
    write_atomic(path, data)


def _list_lines(issued: tuple[Issued, ...]) -> Iterator[tuple[str, ...]]:
    for line in issued:
        unit = line.unit
        yield (unit.code, unit.name, unit.level, unit.parent or "", line.path, line.sha256, unit.email, unit.phone)
