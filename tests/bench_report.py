"""The tables of a benchmark, for the terminal and for `docs/performance.md`."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

STAGES = {
    **dict.fromkeys(("guard", "read", "check"), "ms a file"),
    **dict.fromkeys(("add-up", "write", "page"), "s for all"),
    **dict.fromkeys(("one", "two"), "s of the clock for reading all"),
    **dict.fromkeys(("form-look", "form"), "ms a form as issued"),
    **dict.fromkeys(("look", "cells"), "s for all"),
}
OURS = "check"
Costs = Sequence[Mapping[str, Any]]
START, END = "<!-- bench: begin -->", "<!-- bench: end -->"


def tables(found: Mapping[str, Any]) -> str:
    """Costs, ratios, growth, promises, forms and start, as Markdown."""
    costs = found["costs"]
    parts = (_costs(costs), _ratios(costs), _growth(costs), _promises(found["promises"]), _rest(found))
    return "\n\n".join("\n".join(part) for part in parts)


def _costs(costs: Costs) -> Iterator[str]:
    yield "| reader | files | runs | CPU ms a file: min | median | max | seconds: min | median | max | MB |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, files in dict.fromkeys((cost["name"], cost["files"]) for cost in costs):
        same = _runs(costs, name, files)
        each = sorted(cost["cpu"] / files * 1_000 for cost in same)
        walls, memory = sorted(cost["wall"] for cost in same), max(cost["memory"] for cost in same) / 2**20
        cpu = f"{each[0]:.2f} | {statistics.median(each):.2f} | {each[-1]:.2f}"
        wall = f"{walls[0]:.1f} | {statistics.median(walls):.1f} | {walls[-1]:.1f}"
        yield f"| {name} | {files:,} | {len(same)} | {cpu} | {wall} | {memory:.0f} |"


def _ratios(costs: Costs) -> Iterator[str]:
    """Each reader's runs by those of `check` in the same turn."""
    yield "| times `check` | files | CPU: min | median | max | seconds: min | median | max |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, files in dict.fromkeys((cost["name"], cost["files"]) for cost in costs):
        theirs, ours = _runs(costs, name, files), _runs(costs, OURS, files)
        if name == OURS or not ours or len(ours) != len(theirs):
            continue
        of = {kind: sorted(a[kind] / b[kind] for a, b in zip(theirs, ours, strict=True)) for kind in ("cpu", "wall")}
        each = (number for ratios in of.values() for number in (ratios[0], statistics.median(ratios), ratios[-1]))
        yield f"| {name} | {files:,} | {' | '.join(f'{number:.2f}' for number in each)} |"


def _growth(costs: Costs) -> Iterator[str]:
    """Of each reader, what many files take by what fewer took; medians."""
    yield "| grows | files | times | CPU, times | seconds, times | MB, times |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name in dict.fromkeys(cost["name"] for cost in costs):
        sizes = sorted({cost["files"] for cost in costs if cost["name"] == name})
        for few, many in pairwise(sizes):
            before, after = (
                [statistics.median(run[kind] for run in _runs(costs, name, size)) for kind in ("cpu", "wall", "memory")]
                for size in (few, many)
            )
            times = " | ".join(f"{b / a:.2f}" for a, b in zip(before, after, strict=True))
            yield f"| {name} | {few:,} → {many:,} | {many / few:g} | {times} |"


def _runs(costs: Costs, name: str, files: int) -> Costs:
    return [cost for cost in costs if (cost["name"], cost["files"]) == (name, files)]


def _promises(promises: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| | promise | bound | measured |"
    yield "| --- | --- | ---: | ---: |"
    for one in promises:
        sign, kept = ("≤", one["value"] <= one["bound"]) if one["at_most"] else ("≥", one["value"] >= one["bound"])
        value = f"{one['value']:.{2 if one['bound'] >= 1 else 4}f}"
        yield f"| {'kept' if kept else 'not kept'} | {one['name']} | {sign} {one['bound']:g} | {value} |"


def _rest(found: Mapping[str, Any]) -> Iterator[str]:
    forms, (ours, bare) = found["forms"], found["start"]
    yield f"One form built: {forms['built']:.1f} ms; personalised from a base: {forms['personalised']:.2f} ms."
    first, again = found["intake"]
    yield f"Intake of {found['sizes'][2]:,} files: {first:.1f} s; again after one corrected file: {again:.3f} s."
    yield ""
    yield "| stage | |"
    yield "| --- | ---: |"
    for name, unit in STAGES.items():
        yield f"| {name} | {found['stages'][name]:.2f} {unit} |"
    yield ""
    machine = f"{found['cores']} cores, Python {found['python']}"
    yield f"`aggregator --help`: {ours:.2f} s; Python alone: {bare:.2f} s. {machine}."


def write_into(page: Path, found: Mapping[str, Any]) -> None:
    """Between the two marks of the page."""
    text = page.read_text(encoding="utf-8")
    head, _, rest = text.partition(START)
    _, _, tail = rest.partition(END)
    page.write_text(f"{head}{START}\n\n{tables(found)}\n\n{END}{tail}", encoding="utf-8")
