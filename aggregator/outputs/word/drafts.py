"""What units wrote, gathered under the heading it belongs to as a draft for the clerk, each with its unit's name.

Nothing is shortened or reworded. A heading with very many texts shows the first ones and says where the others are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from aggregator.consolidation import Consolidation
from aggregator.outputs.word.lines import Line, Run, gap, safe
from aggregator.outputs.word.outline import Outline
from aggregator.text import label_key

MOST_DRAFTS = 200
"""Texts under one heading: nobody edits more into one paragraph."""
EDIT = "Dự thảo từ ý kiến các đơn vị: xin chọn lọc, biên tập rồi xóa dòng này"

Written = tuple[str, str]
"""Name of the unit and its words."""


def narrative_lines(result: Consolidation, about: str) -> Iterator[Line]:
    """What was written under one heading of the form."""
    return draft_lines(_written(result, "narrative", {label_key(about)}))


def open_lines(result: Consolidation, topic: str, rows: Collection[str]) -> Iterator[Line]:
    """What was written in open rows; nothing, not even the topic, where nobody wrote."""
    written = tuple(_written(result, "open", {label_key(key) for key in rows}))
    if written:
        yield Line("body", (Run(f"{topic}:", bold=True),))
        yield from draft_lines(written)


def other_lines(result: Consolidation, outline: Outline) -> Iterator[Line]:
    """Narratives under headings that the outline does not have: another edition's, or somebody's own."""
    blocks = [block for section in outline.sections for block in section.all_blocks() if block.kind == "narratives"]
    known = {label_key(block.text) for block in blocks}
    other = tuple(
        (leaf.unit.name, f"{note.about}: {note.text}")
        for leaf in result.leaves
        for note in leaf.notes
        if note.kind == "narrative" and label_key(note.about) not in known
    )
    if other:
        yield Line("body", (Run("Nội dung khác các đơn vị nêu:", bold=True),))
        yield from draft_lines(other)


def _written(result: Consolidation, kind: str, about: Collection[str]) -> Iterator[Written]:
    for leaf in result.leaves:
        for note in leaf.notes:
            if note.kind == kind and label_key(note.about) in about:
                yield leaf.unit.name, note.text


def draft_lines(written: Iterable[Written]) -> Iterator[Line]:
    texts = [(name, text) for name, text in written if text.strip()]
    if not texts:
        return
    yield Line("hint", gap(EDIT))
    for name, text in texts[:MOST_DRAFTS]:
        yield Line("draft", (Run(f"{safe(name)}: ", bold=True), Run(safe(text))))
    if len(texts) > MOST_DRAFTS:
        rest = len(texts) - MOST_DRAFTS
        yield Line("hint", gap(f"Còn {rest} ý kiến khác, xem sheet Ghi chú của tệp tổng hợp"))
