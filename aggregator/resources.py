"""Where the data that comes with the program lies: schemas, forms, sample campaigns.

A wheel carries the top-level folders inside the package as `_data`; a checkout, and an editable install of it, has
them beside the package. Nobody else looks for them. Nothing is read here, but for a hash over all of it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(packaged: str, checkout: str) -> Path:
    inside = PACKAGE / "_data" / packaged
    return inside if inside.is_dir() else PACKAGE.parent / checkout


def schema(name: str) -> Path:
    """The JSON Schema of `form`, `campaign`, `result` …"""
    return folder("schemas", "schemas") / f"{name}.schema.json"


def template_dir() -> Path:
    """The folder of the forms: `<form>.json` and the blank `<form>.xlsx`."""
    return folder("templates", "templates")


def outline_dir() -> Path:
    """The folder of the outlines of the Word report: `<form>.json`."""
    return template_dir() / "outlines"


def sample_dir() -> Path:
    """The folder of the sample campaigns, one folder each with at least `campaign.json` and `units.csv`."""
    return folder("samples", "sample_reports")


@lru_cache(maxsize=1)
def tool_hash() -> str:
    """Of every module and every form: the same version with another rule is another tool."""
    package = Path(__file__).parent
    found = [*package.rglob("*.py"), *template_dir().rglob("*.json")]
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in sorted(found))).hexdigest()
