"""The JSON document of `status`: the result of section 8, with levels, parents, units and blank rows added."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aggregator.campaign import Deadline
from aggregator.outputs.result import result_document
from aggregator.register import Unit
from aggregator.status import BlankRow, Faulty, Group, Standing, Tally, UnitStatus


def status_document(standing: Standing, outputs: Iterable[str] = ()) -> dict[str, Any]:
    """Everything that `status` knows; nothing is cut."""
    result = standing.result
    document = result_document(
        "status",
        form=result.form.id,
        campaign=result.campaign or None,
        at=result.at,
        files=result.files,
        findings=result.findings,
        coverage=result.coverage,
        totals=result.totals,
        blank=result.blank,
        outputs=outputs,
    )
    return {
        **document,
        "levels": [_level(level, tally, standing.deadlines.get(level)) for level, tally in standing.levels],
        "parents": [_parent(group) for group in standing.groups],
        "units": [_unit(unit) for unit in standing.units],
        "files_unassigned": [_faulty(file) for file in standing.strays],
        "rows_mostly_blank": [_blank(blank) for blank in standing.blank_rows],
    }


def _tally(tally: Tally) -> dict[str, int | None]:
    names = ("expected", "received", "accepted", "refused", "missing", "overdue", "not_due")
    return {
        **{name: getattr(tally, name) for name in names},
        "late": tally.late,
        "late_unknown": tally.late_unknown,
        "signed": tally.signed,
        "percent": tally.percent,
    }


def _level(level: str, tally: Tally, deadline: Deadline | None) -> dict[str, Any]:
    return {"level": level, "deadline": _deadline(deadline), **_tally(tally)}


def _parent(group: Group) -> dict[str, Any]:
    parent = group.parent
    return {
        "code": parent.code,
        "name": parent.name,
        "level": parent.level,
        "contact": _contact(parent),
        **_tally(group.tally),
    }


def _unit(unit: UnitStatus) -> dict[str, Any]:
    line = unit.line
    return {
        "code": unit.unit.code,
        "name": unit.unit.name,
        "level": unit.unit.level,
        "parent": unit.unit.parent,
        "status": unit.state,
        "due": unit.due,
        "deadline": _deadline(unit.deadline),
        "received": line.received.isoformat() if line.received else None,
        "late": line.late,
        "companions": list(line.companions),
        "contact": _contact(unit.unit),
        "files": list(line.files),
        "errors": [_faulty(file) for file in unit.faulty],
        "findings": line.findings,
        "remark": line.remark or None,
    }


def _faulty(file: Faulty) -> dict[str, Any]:
    return {"file": file.path, "errors": len(file.errors)}


def _deadline(deadline: Deadline | None) -> dict[str, Any] | None:
    return {"date": deadline.day.isoformat(), "inclusive": deadline.inclusive} if deadline else None


def _contact(unit: Unit) -> dict[str, str | None]:
    return {"email": unit.email or None, "phone": unit.phone or None}


def _blank(blank: BlankRow) -> dict[str, Any]:
    row = blank.row
    return {"row": row.key, "code": row.code, "label": row.label, "blank": blank.blank, "returns": blank.returns}
