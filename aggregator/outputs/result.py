"""The JSON result of `check` and `aggregate`: one document with all keys always present (contract, section 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aggregator import __version__
from aggregator.catalogue import message, severity_of
from aggregator.consolidation import Coverage, Effect, FileLine
from aggregator.findings import Finding
from aggregator.forms import FigureKey, Form
from aggregator.register import Unit

SCHEMA = 1
FACTS = ("file", "sheet", "cell", "unit", "row", "measure", "found", "expected", "suggestion")


def result_document(
    command: str,
    *,
    form: str | None = None,
    campaign: str | None = None,
    at: Unit | None = None,
    files: Iterable[FileLine] = (),
    findings: Iterable[Finding] = (),
    coverage: Coverage | None = None,
    totals: Mapping[FigureKey, int] | None = None,
    blank: Mapping[FigureKey, int] | None = None,
    effects: Iterable[Effect] = (),
    outputs: Iterable[str] = (),
) -> dict[str, Any]:
    """The document; unknown parts are null or empty."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "aggregator", "version": __version__},
        "command": command,
        "form": form,
        "campaign": campaign,
        "at": {"code": at.code, "name": at.name, "level": at.level} if at else None,
        "files": [_file(line) for line in files],
        "findings": [finding_document(finding) for finding in findings],
        "coverage": _coverage(coverage),
        "totals": by_row(totals or {}),
        "blank": by_row(blank or {}),
        "decisions": [_decision(effect) for effect in effects],
        "outputs": list(outputs),
        "error": None,
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """One finding with its message in both languages; facts that do not apply are null."""
    return {
        "code": finding.code,
        "severity": severity_of(finding),
        **{name: getattr(finding, name) for name in FACTS},
        "message": {"vi": message(finding, "vi"), "en": message(finding, "en")},
    }


def _file(line: FileLine) -> dict[str, Any]:
    return {
        "path": line.path,
        "sha256": line.sha256,
        "bytes": line.size,
        "unit": line.unit,
        "form": line.form,
        "level": line.level,
        "status": line.status,
        "findings": line.findings,
        "received": line.received.isoformat() if line.received else None,
    }


def _decision(effect: Effect) -> dict[str, Any]:
    """A decision of staff that had an effect, and the files it touched."""
    names = ("what", "target", "value", "reason", "by", "date")
    return {**{name: getattr(effect.decision, name) for name in names}, "files": list(effect.on)}


def _coverage(coverage: Coverage | None) -> dict[str, Any]:
    names = ("expected", "received", "accepted", "refused", "missing", "late")
    counts = {name: getattr(coverage, name) if coverage else None for name in names}
    known = {name: len(codes) if codes is not None else None for name, codes in counts.items()}
    if coverage is not None and coverage.expected is None:
        known["missing"] = None
    return {**known, "units_missing": list(coverage.missing) if coverage and coverage.expected is not None else []}


def by_row(numbers: Mapping[FigureKey, int]) -> dict[str, dict[str, int]]:
    """`{"1.01": {"count": 12, "people": 340}}` in the order given."""
    rows: dict[str, dict[str, int]] = {}
    for (key, measure), number in numbers.items():
        rows.setdefault(key, {})[measure] = number
    return rows


def form_document(form: Form) -> dict[str, Any]:
    """A form for `forms show --json`."""
    return {
        "id": form.id,
        "version": form.version,
        "year": form.year,
        "name": form.name,
        "fingerprint": form.fingerprint,
        "titles": list(form.titles),
        "caption": form.caption,
        "footnote": form.footnote,
        "rows": [
            {
                "key": row.key,
                "code": row.code,
                "stt": row.stt,
                "label": row.label,
                "unit": row.unit,
                "kind": row.kind,
                "fill": list(row.fill),
            }
            for row in form.rows
        ],
    }
