"""What a row is recognised by wherever it stands: its code, or its label and unit as people retype them.

Other editions of the form count too: a row code never changes its meaning, so their labels name the same row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from aggregator.forms import Form
from aggregator.text import label_key

_BULLET = re.compile(r"^(?:[0-9]+(?:\.[0-9]+)*[.)]|[-+*•–])\s*(?=\S)")


def face(text: str) -> str:
    """What a label or a unit is recognised by: without numbering, bullet, capitals and the colon at its end."""
    key = label_key(text)
    return _BULLET.sub("", key).rstrip(" :.;").casefold() or key


def unit_face(text: str) -> str:
    """As `face`; `cuộc` and `Số cuộc` are the same unit."""
    return face(text).removeprefix("số ")


@dataclass(frozen=True)
class Rows:
    """The rows that a line may be: those of the form, and how other editions print the same row."""

    form: Form
    others: tuple[Form, ...] = ()

    @cached_property
    def by_face(self) -> Mapping[str, tuple[str, ...]]:
        """Row keys of every label; another edition's label counts where no own row has it."""
        own = _index((face(row.label), row.key) for row in self.form.rows)
        older = _index(
            (face(row.label), self.form.by_code[row.code].key)
            for form in self.others
            for row in form.rows
            if row.code in self.form.by_code
        )
        return {**older, **own}

    @cached_property
    def units(self) -> Mapping[str, frozenset[str]]:
        """Units that a row is printed with, by its key; what it is in another edition is the same row."""
        units: dict[str, set[str]] = {}
        for form in (self.form, *self.others):
            for row in form.rows:
                if row.code in self.form.by_code:
                    units.setdefault(self.form.by_code[row.code].key, set()).add(unit_face(row.unit))
        return {key: frozenset(faces) for key, faces in units.items()}

    @cached_property
    def unit_faces(self) -> frozenset[str]:
        return frozenset(unit for faces in self.units.values() for unit in faces) - {""}

    def key_of_code(self, code: str) -> str | None:
        row = self.form.by_code.get(code)
        return row.key if row else None


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for name, key in pairs:
        if key not in index.get(name, ()):
            index[name] = (*index.get(name, ()), key)
    return index
