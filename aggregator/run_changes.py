"""What changed between two runs: which totals, because of which unit and file, and what else was different.

Pure; needs nothing but the two manifests. The causes of a total add up to its difference, because every unit counts
once in every total.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from aggregator.forms import FigureKey
from aggregator.runs import LeafLine, Manifest

CONTEXT = ("form", "version", "at", "options", "as_of")
"""What two runs may have been asked differently."""

Key = TypeVar("Key")
Figures = Mapping[FigureKey, int]


@dataclass(frozen=True, slots=True)
class Cause:
    """A unit whose figures made a total change: `added`, `removed` or `changed`, by which file."""

    unit: str
    file: str
    kind: str
    difference: int


@dataclass(frozen=True, slots=True)
class TotalChange:
    """A total that is not what it was; `None` where one of the two runs has no such figure."""

    figure: FigureKey
    code: str
    label: str
    before: int | None
    after: int | None
    causes: tuple[Cause, ...]

    @property
    def difference(self) -> int:
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is new, gone, has another content or another status; statuses are `None` where it is not there."""

    path: str
    unit: str | None
    content: bool
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`settings` and `context` name what else is different: settings files; form, unit, options and day."""

    first: Manifest
    second: Manifest
    totals: tuple[TotalChange, ...]
    files: tuple[FileChange, ...]
    settings: tuple[str, ...]
    context: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        return {
            "first": self.first.run,
            "second": self.second.run,
            "totals": [_total_document(change) for change in self.totals],
            "files": [asdict(change) for change in self.files],
            "settings": list(self.settings),
            "context": list(self.context),
        }


def _total_document(change: TotalChange) -> dict[str, Any]:
    row, measure = change.figure
    return {
        "row": row,
        "code": change.code,
        "label": change.label,
        "measure": measure,
        "before": change.before,
        "after": change.after,
        "difference": change.difference,
        "causes": [asdict(cause) for cause in change.causes],
    }


def compare(first: Manifest, second: Manifest) -> Comparison:
    """What changed from the first run to the second; the causes of a total add up to its difference."""
    return Comparison(
        first,
        second,
        tuple(_total_changes(first, second)),
        tuple(_file_changes(first, second)),
        _different(*({file.path: file.sha256 for file in run.settings} for run in (first, second))),
        _different(*({name: getattr(run, name) for name in CONTEXT} for run in (first, second))),
    )


def _different(first: Mapping[Key, Any], second: Mapping[Key, Any]) -> tuple[Key, ...]:
    """Names that do not stand for the same on both sides, in the order of the second."""
    return tuple(key for key in {**second, **first} if first.get(key) != second.get(key))


def changed_totals(first: Manifest, second: Manifest) -> tuple[FigureKey, ...]:
    return _different(first.totals, second.totals)


def _total_changes(first: Manifest, second: Manifest) -> Iterator[TotalChange]:
    causes: dict[FigureKey, list[Cause]] = {}
    for unit, kind, file, old, new in _leaf_changes(first, second):
        for key in {**new, **old}:
            difference = new.get(key, 0) - old.get(key, 0)
            if difference:
                causes.setdefault(key, []).append(Cause(unit, file, kind, difference))
    rows = {**first.rows, **second.rows}
    for key in changed_totals(first, second):
        code, label = rows.get(key[0], (key[0], ""))
        before, after = first.totals.get(key), second.totals.get(key)
        yield TotalChange(key, code, label, before, after, tuple(causes.get(key, ())))


def _leaf_changes(first: Manifest, second: Manifest) -> Iterator[tuple[str, str, str, Figures, Figures]]:
    """Units whose figures differ: unit, kind, file, figures before and after with computed rows."""
    old, new = ({leaf.unit: leaf for leaf in run.leaves} for run in (first, second))
    same_form = first.typed == second.typed and first.computed == second.computed
    for unit in {**new, **old}:
        before, after = old.get(unit), new.get(unit)
        if before and after and same_form and before.figures == after.figures:
            continue
        kind = "changed" if before and after else "added" if after else "removed"
        file = after.path if after else old[unit].path
        yield unit, kind, file, _complete(first, before), _complete(second, after)


def _complete(run: Manifest, leaf: LeafLine | None) -> Figures:
    """All figures of a leaf, blanks as 0, computed rows from their parts."""
    if leaf is None:
        return {}
    typed = {key: number or 0 for key, number in zip(run.typed, leaf.figures, strict=True)}
    return {**typed, **{key: sum(typed[part] for part in parts) for key, parts in run.computed.items()}}


def _file_changes(first: Manifest, second: Manifest) -> Iterator[FileChange]:
    old, new = ({file.path: file for file in run.files} for run in (first, second))
    for path in sorted(old.keys() | new.keys()):
        before, after = old.get(path), new.get(path)
        content = bool(before and after and before.sha256 != after.sha256)
        statuses = before.status if before else None, after.status if after else None
        if content or statuses[0] != statuses[1]:
            unit = (after.unit if after else None) or (before.unit if before else None)
            yield FileChange(path, unit, content, *statuses)
