"""The hidden sheet is the same whether this process writes it or a copy of it does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aggregator.consolidation import Consolidation
from aggregator.forms import load_form
from aggregator.outputs import workbook, workbook_apart
from aggregator.report import Note
from aggregator.writing import LostInWriting, build
from tests.test_workbook import KEY, make_leaves, make_result

ODD = ("\x7f", "_x000D_", " a\nb ", "=1+1", "\u2028")


@pytest.fixture(scope="module")
def result() -> Consolidation:
    form = load_form("tong-hop-2024")
    first, *rest = make_leaves(form)
    notes = tuple(Note("note", form.rows[0].key, text, "F8") for text in ODD)
    return make_result(form.id, (first._replace(notes=notes), *rest))


@pytest.mark.parametrize("copies", [True, False])
@pytest.mark.parametrize("worth", [range(10_000), range(0)])
def test_the_same_bytes(result: Consolidation, monkeypatch: pytest.MonkeyPatch, worth: range, copies: bool) -> None:
    """By a copy of this process, by a fresh one, or here if neither can be had."""
    here = workbook.write_workbook(result, KEY)
    taken = []
    real = workbook_apart.Page.take_lines
    monkeypatch.setattr(workbook_apart.Page, "take_lines", lambda page, lines: taken.append(lines) or real(page, lines))
    monkeypatch.setattr(workbook_apart, "WORTH_A_COPY", worth)
    if not copies:
        monkeypatch.setattr("aggregator.beside.can_copy", lambda: False)
        monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert workbook.write_workbook(result, KEY) == here
    assert len(taken) == (copies or not worth)
    assert all(isinstance(lines.xml, bytes if worth else Path) for lines in taken)


def test_who_writes() -> None:
    assert [workbook_apart.by_whom(returns) for returns in (1_000, 1_001, 24_999, 25_000)] == [
        "this",
        "copy",
        "copy",
        "fresh",
    ]


def test_a_text_that_must_be_shared_is_written_here(result: Consolidation, monkeypatch: pytest.MonkeyPatch) -> None:
    note = Note("narrative", result.form.sections[0], "x" * 20_000, "B4")
    long = make_result(result.form.id, (result.leaves[0]._replace(notes=(note,)), *result.leaves[1:]))
    here = workbook.write_workbook(long, KEY)
    told = []
    real = workbook_apart._tell
    monkeypatch.setattr(workbook_apart, "_tell", lambda facts, place: told.append(place) or real(facts, place))
    monkeypatch.setattr(workbook_apart, "WORTH_A_COPY", range(0))
    assert workbook.write_workbook(long, KEY) == here
    assert len(told) == 1


@pytest.mark.parametrize("whom", ["this", "copy"])
def test_a_line_that_is_too_long_stops_the_writing(whom: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_apart, "MAX_TEXT", 10_000)
    hidden = workbook_apart.Hidden(lambda: [("head", {}), ("line", "x" * 12_000)], load_form("tong-hop-2024"), None)

    def fill(book: Any) -> None:
        with workbook_apart.hidden_page(book, hidden, whom):
            pass

    with pytest.raises(LostInWriting, match="line 2"):
        build(fill)
