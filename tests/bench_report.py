"""The tables of a benchmark, for the terminal and for `docs/performance.md`."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

STAGES = {
    **dict.fromkeys(("guard", "read", "check"), "ms a file"),
    **dict.fromkeys(("add-up", "write", "page"), "s for all"),
    **dict.fromkeys(("one", "two"), "s of the clock for reading all"),
    **dict.fromkeys(("form-look", "form"), "ms a form as issued"),
    **dict.fromkeys(("look", "cells"), "s for all"),
}
START, END = "<!-- bench: begin -->", "<!-- bench: end -->"


def tables(found: Mapping[str, Any]) -> str:
    """Costs, promises, forms and start, as Markdown."""
    return "\n".join((*_costs(found["costs"]), "", *_promises(found["promises"]), "", *_rest(found)))


def _costs(costs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| reader | files | runs | CPU ms a file: min | median | max | seconds: median | MB |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for name, files in dict.fromkeys((cost["name"], cost["files"]) for cost in costs):
        same = [cost for cost in costs if (cost["name"], cost["files"]) == (name, files)]
        each = sorted(cost["cpu"] / files * 1_000 for cost in same)
        wall, memory = statistics.median(cost["wall"] for cost in same), max(cost["memory"] for cost in same) / 2**20
        numbers = f"{each[0]:.2f} | {statistics.median(each):.2f} | {each[-1]:.2f} | {wall:.1f} | {memory:.0f}"
        yield f"| {name} | {files:,} | {len(same)} | {numbers} |"


def _promises(promises: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| | promise | bound | measured |"
    yield "| --- | --- | ---: | ---: |"
    for one in promises:
        sign, kept = ("≤", one["value"] <= one["bound"]) if one["at_most"] else ("≥", one["value"] >= one["bound"])
        yield f"| {'kept' if kept else 'not kept'} | {one['name']} | {sign} {one['bound']:g} | {one['value']:.2f} |"


def _rest(found: Mapping[str, Any]) -> Iterator[str]:
    forms, (ours, bare) = found["forms"], found["start"]
    yield f"One form built: {forms['built']:.1f} ms; personalised from a base: {forms['personalised']:.2f} ms."
    first, again = found["intake"]
    yield f"Intake of {found['sizes'][2]:,} files: {first:.1f} s; again after one corrected file: {again:.1f} s."
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
