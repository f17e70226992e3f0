"""Numbered runs: the manifest of one `aggregate`, made and read back.

Pure values: nothing is opened here. A manifest is one compact JSON object that ends with the SHA-256 of all that stands
before it, so that a damaged or edited one is noticed without looking at ten thousand leaves one by one. It explains
itself: the names of its rows and how totals are computed stand in it, so that comparing needs no form.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from aggregator import __version__
from aggregator.consolidation import Consolidation, Coverage, FileLine
from aggregator.figures import values_of
from aggregator.forms import FigureKey, Form
from aggregator.outputs.result import by_row
from aggregator.submission import Leaf

SCHEMA = 1
ENDING = re.compile(rb',"digest":"([0-9a-f]{64})"\}\n')
ENDING_LENGTH = len(',"digest":""}\n') + 64
NO_NUMBER = 0
"""The number in a manifest that is still being made."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """A file of the run that is no input: settings by name, outputs by path."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class InputFile:
    path: str
    sha256: str | None
    size: int | None
    unit: str | None
    status: str


@dataclass(frozen=True, slots=True)
class LeafLine:
    """One unit's figures in the order of `Manifest.typed`; `path` is the file in the folder that they came out of."""

    unit: str
    path: str
    sha256: str
    figures: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One run, as it was kept."""

    run: int
    form: str
    version: str
    campaign: str
    at: str
    as_of: str | None
    options: Mapping[str, str]
    settings: tuple[Hashed, ...]
    files: tuple[InputFile, ...]
    outputs: tuple[Hashed, ...]
    coverage: Mapping[str, int | None]
    totals: Mapping[FigureKey, int]
    rows: Mapping[str, tuple[str, str]]
    """Row key → row code and label."""
    typed: tuple[FigureKey, ...]
    computed: Mapping[FigureKey, tuple[FigureKey, ...]]
    leaves: tuple[LeafLine, ...]


class Damaged(ValueError):
    """A text that is not the manifest that was written; the message says how, in one word."""


# --- making one ----------------------------------------------------------------------------------------------------


def make_document(result: Consolidation, settings: Sequence[Hashed]) -> dict[str, Any]:
    """The manifest of a run that has no number and no outputs yet, as JSON. No clock, user or machine stands in it."""
    form, at = result.form, result.at
    return {
        "schema": SCHEMA,
        "run": NO_NUMBER,
        "tool": {"name": "aggregator", "version": __version__},
        "form": {"id": form.id, "version": form.version, "fingerprint": form.fingerprint},
        "campaign": result.campaign,
        "at": {"code": at.code, "name": at.name, "level": at.level},
        "as_of": result.as_of,
        "options": dict(sorted((result.options or {}).items())),
        "settings": [_hashed(setting) for setting in settings],
        "files": [_file(line) for line in result.files],
        "outputs": [],
        "coverage": _coverage(result.coverage),
        "totals": by_row(result.totals),
        **_explained(form),
        "leaves": [_leaf(form, leaf) for leaf in result.leaves],
    }


def numbered_document(document: Mapping[str, Any], number: int, outputs: Sequence[Hashed]) -> dict[str, Any]:
    return {**document, "run": number, "outputs": [_hashed(output) for output in outputs]}


def dump_manifest(document: Mapping[str, Any]) -> bytes:
    """The file: one line, then the digest."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return body[:-1] + b',"digest":"%s"}\n' % hashlib.sha256(body).hexdigest().encode()


def _hashed(file: Hashed) -> dict[str, str]:
    return {"path": file.path, "sha256": file.sha256}


def _file(line: FileLine) -> dict[str, Any]:
    return {
        "path": line.path,
        "sha256": line.sha256,
        "bytes": line.size,
        "unit": line.unit,
        "status": line.status,
    }


def _coverage(coverage: Coverage) -> dict[str, int | None]:
    codes = {field.name: getattr(coverage, field.name) for field in fields(coverage)}
    return {name: None if units is None else len(units) for name, units in codes.items()}


def _explained(form: Form) -> dict[str, Any]:
    """What the figures of this run mean."""
    computed = ((row, measure, [part for part, _ in parts]) for (row, measure), parts in form.computed.items())
    return {
        "rows": [{"key": row.key, "code": row.code, "label": row.label} for row in form.rows],
        "typed": [list(key) for key in form.typed],
        "computed": [{"row": row, "measure": measure, "parts": parts} for row, measure, parts in computed],
    }


def _leaf(form: Form, leaf: Leaf) -> dict[str, Any]:
    return {
        "unit": leaf.unit.code,
        "file": leaf.file,
        "sha256": leaf.sha256,
        "via": leaf.via,
        "figures": values_of(leaf.figures, form.typed),
    }


# --- reading one ---------------------------------------------------------------------------------------------------


def read_manifest(data: bytes) -> Manifest:
    """A manifest as it was written. Raises `Damaged`."""
    ending = ENDING.fullmatch(data[-ENDING_LENGTH:])
    body = data[:-ENDING_LENGTH] + b"}"
    if not ending or hashlib.sha256(body).hexdigest().encode() != ending[1]:
        raise Damaged("sha256")
    try:
        return _manifest(json.loads(body))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Damaged("schema") from error


def _manifest(document: Mapping[str, Any]) -> Manifest:
    if document["schema"] != SCHEMA:
        raise Damaged(f"schema {document['schema']}")
    totals = document["totals"].items()
    return Manifest(
        run=int(document["run"]),
        form=document["form"]["id"],
        version=document["form"]["version"],
        campaign=document["campaign"],
        at=document["at"]["code"],
        as_of=document["as_of"],
        options=document["options"],
        settings=tuple(Hashed(line["path"], line["sha256"]) for line in document["settings"]),
        files=tuple(_input(line) for line in document["files"]),
        outputs=tuple(Hashed(line["path"], line["sha256"]) for line in document["outputs"]),
        coverage=document["coverage"],
        totals={(row, measure): number for row, numbers in totals for measure, number in numbers.items()},
        rows={row["key"]: (row["code"], row["label"]) for row in document["rows"]},
        typed=tuple((row, measure) for row, measure in document["typed"]),
        computed={
            (line["row"], line["measure"]): tuple((part, line["measure"]) for part in line["parts"])
            for line in document["computed"]
        },
        leaves=tuple(
            LeafLine(leaf["unit"], leaf["via"] or leaf["file"], leaf["sha256"], tuple(leaf["figures"]))
            for leaf in document["leaves"]
        ),
    )


def _input(line: Mapping[str, Any]) -> InputFile:
    return InputFile(line["path"], line["sha256"], line["bytes"], line["unit"], line["status"])
