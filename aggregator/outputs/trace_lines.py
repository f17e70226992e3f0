"""A traced number as a tree for a window of 80 columns, in Vietnamese or English."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from aggregator.outputs.terminal import width
from aggregator.outputs.trace_tree import TracedBranch, TracedFigure, TracedLeaf
from aggregator.outputs.workbook_layout import ORIGIN_WORDS
from aggregator.text import printable
from aggregator.words import both, in_language, mark

SHA_SHOWN = 12
INDENT = "  "
WORDS = both(
    {
        "blank": mark("{n} đơn vị để trống"),
        "own": mark("hoạt động của chính đơn vị"),
        "none": mark("chưa có bản nộp nào"),
        "typed": mark("đơn vị gõ “{text}”"),
        "via": mark("qua tệp tổng hợp {text}"),
        "sum": mark("cộng từ"),
        "count": mark("số lượng"),
        "people": mark("số người"),
        "money": mark("số tiền"),
    }
)


def trace_lines(figures: Iterable[TracedFigure], lang: str) -> Iterator[str]:
    """Every figure as a tree of its own."""
    for number, figure in enumerate(figures):
        yield from [""] if number else []
        yield from _figure(figure, lang, 0)


def _figure(figure: TracedFigure, lang: str, depth: int) -> Iterator[str]:
    words = WORDS[lang]
    yield from _wrapped(f"{figure.code} {figure.label} – {words[figure.figure[1]]}: {grouped(figure.total)}", depth)
    if figure.parts:
        yield from _wrapped(f"{words['sum']}:", depth + 1)
    for part in figure.parts:
        yield from _figure(part, lang, depth + 1)
    for branch in figure.branches:
        yield from _branch(branch, lang, depth + 1)


def _branch(branch: TracedBranch, lang: str, depth: int) -> Iterator[str]:
    words = WORDS[lang]
    own = f" ({words['own']})" if branch.own else ""
    blank = f" ({words['blank'].format(n=len(branch.blank))})" if branch.blank else ""
    if not branch.leaves and not branch.blank:
        yield from _wrapped(f"{branch.unit.code} {branch.unit.name}{own}: {words['none']}", depth)
        return
    yield from _wrapped(f"{branch.unit.code} {branch.unit.name}{own}: {grouped(branch.total)}{blank}", depth)
    for leaf in branch.leaves:
        yield from _leaf(leaf, lang, depth + 1)


def _leaf(traced: TracedLeaf, lang: str, depth: int) -> Iterator[str]:
    leaf, words = traced.leaf, WORDS[lang]
    yield from _wrapped(f"{leaf.unit.code} {leaf.unit.name}: {grouped(traced.value)}", depth)
    yield from _wrapped(f"{traced.sheet}!{traced.cell} · {leaf.file} [{leaf.sha256[:SHA_SHOWN]}]", depth + 1)
    if leaf.origin != "own":
        yield from _wrapped(in_language(ORIGIN_WORDS[leaf.origin], lang), depth + 1)
    if leaf.via:
        yield from _wrapped(words["via"].format(text=leaf.via), depth + 1)
    for text in traced.typed:
        yield from _wrapped(words["typed"].format(text=text), depth + 1)
    for text in traced.decisions:
        yield from _wrapped(text, depth + 1)


def grouped(number: int) -> str:
    """`1.234.567`, as in Vietnam."""
    return f"{number:,}".replace(",", ".")


def _wrapped(text: str, depth: int) -> list[str]:
    """File names stay whole, so that they can be copied."""
    indent = INDENT * depth
    lines = textwrap.TextWrapper(
        width(), initial_indent=indent, subsequent_indent=indent + INDENT * 2, break_on_hyphens=False
    )
    return lines.wrap(printable(text, len(text) * 10))
