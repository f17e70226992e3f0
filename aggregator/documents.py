"""JSON documents of the project, checked against their schemas: every fault with its file, place, found, expected."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from aggregator.resources import schema as schema_path
from aggregator.text import printable
from aggregator.words import Fact, in_language, said

SHOWN = 120
"""Characters of a wrong value that are repeated in its fault."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a file that describes things: `place` is a JSON path (`$.rows[3].unit`) or `dòng 12, cột level`."""

    file: str
    place: str
    found: str
    expected: str

    def text(self, lang: str) -> str:
        found, expected = printable(said(self.found, lang), SHOWN), printable(said(self.expected, lang), 2 * SHOWN)
        return in_language(
            "  {file} · {place}: đang là {found}; cần là {expected}",
            lang,
            file=self.file,
            place=said(self.place, lang),
            found=found,
            expected=expected,
        )


def load_json(path: Path) -> tuple[Any, tuple[Fault, ...]]:
    """The document, or the one fault that keeps it from being read."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_no_twins), ()
    except json.JSONDecodeError as error:
        place = Fact("dòng {line}, ký tự {column}", line=error.lineno, column=error.colno)
        return None, (Fault(path.name, place, error.msg, "JSON"),)
    except UnicodeDecodeError as error:
        return None, (Fault(path.name, f"byte {error.start}", Fact("không phải UTF-8"), "UTF-8"),)
    except _Twin as error:
        return None, (Fault(path.name, str(error), Fact("hai lần"), Fact("một lần")),)
    except (OSError, RecursionError) as error:
        return None, (Fault(path.name, "$", type(error).__name__, Fact("tệp JSON đọc được")),)


class _Twin(ValueError):
    """One key twice in an object: readers would choose different twins."""


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise _Twin(next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1))
    return result


def is_date(text: str) -> bool:
    """Whether a text of the shape YYYY-MM-DD is a day of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def schema_faults(document: Any, schema: str, name: str) -> tuple[Fault, ...]:
    """All faults of `document` against `schemas/<schema>.schema.json`, in document order."""
    errors = sorted(_validator(schema).iter_errors(document), key=lambda error: error.json_path)
    return tuple(_fault(error, name) for error in errors)


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema_path(schema).read_text(encoding="utf-8")))


def _fault(error: ValidationError, name: str) -> Fault:
    found = json.dumps(error.instance, ensure_ascii=False, default=str)
    return Fault(
        name, error.json_path, found, f"{error.validator}: {json.dumps(error.validator_value, ensure_ascii=False)}"
    )
