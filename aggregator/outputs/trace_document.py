"""A traced number as one JSON document: `schemas/trace.schema.json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aggregator import __version__
from aggregator.consolidation import FileLine
from aggregator.findings import Finding
from aggregator.forms import Row
from aggregator.outputs.result import finding_document
from aggregator.outputs.trace_tree import TracedBranch, TracedFigure, TracedLeaf
from aggregator.outputs.verified import VerifiedFile
from aggregator.register import Unit

SCHEMA = 1


def trace_document(
    file: VerifiedFile, at: Unit | None, row: Row | None, figures: Iterable[TracedFigure], findings: Iterable[Finding]
) -> dict[str, Any]:
    """All keys always; `figures` is empty where the workbook could not be read."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "aggregator", "version": __version__},
        "command": "trace",
        "file": _file(file.line, file.proof, file.campaign),
        "at": _unit(at) if at else None,
        "row": {"key": row.key, "code": row.code, "label": row.label, "unit": row.unit} if row else None,
        "figures": [_figure(figure) for figure in figures],
        "findings": [finding_document(finding) for finding in findings],
    }


def _file(line: FileLine, proof: str | None, campaign: str | None) -> dict[str, Any]:
    return {
        "path": line.path,
        "sha256": line.sha256,
        "bytes": line.size,
        "form": line.form,
        "campaign": campaign,
        "status": line.status,
        "origin": proof,
    }


def _unit(unit: Unit) -> dict[str, Any]:
    return {"code": unit.code, "name": unit.name, "level": unit.level}


def _figure(figure: TracedFigure) -> dict[str, Any]:
    key, measure = figure.figure
    return {
        "row": key,
        "code": figure.code,
        "label": figure.label,
        "measure": measure,
        "total": figure.total,
        "parts": [_figure(part) for part in figure.parts],
        "branches": [_branch(branch) for branch in figure.branches],
    }


def _branch(branch: TracedBranch) -> dict[str, Any]:
    return {
        "unit": _unit(branch.unit),
        "own": branch.own,
        "total": branch.total,
        "leaves": [_leaf(leaf) for leaf in branch.leaves],
        "blank": [leaf.unit.code for leaf in branch.blank],
    }


def _leaf(traced: TracedLeaf) -> dict[str, Any]:
    leaf = traced.leaf
    return {
        "unit": _unit(leaf.unit),
        "value": traced.value,
        "file": leaf.file,
        "sha256": leaf.sha256,
        "via": leaf.via,
        "sheet": traced.sheet,
        "cell": traced.cell,
        "origin": leaf.origin,
        "typed": list(traced.typed),
        "decisions": list(traced.decisions),
    }
