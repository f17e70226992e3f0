"""The hidden sheet is the same whether this process writes it or a copy of it does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aggregator.consolidation import Consolidation
from aggregator.forms import load_form
from aggregator.outputs import workbook, workbook_apart
from aggregator.outputs.workbook_hidden import Line
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
def test_the_same_bytes(result: Consolidation, monkeypatch: pytest.MonkeyPatch, copies: bool) -> None:
    here = workbook.write_workbook(result, KEY)
    began = []
    monkeypatch.setattr(workbook, "WORTH_A_COPY", range(10_000))
    if not copies:
        monkeypatch.setattr("aggregator.beside.can_copy", lambda: began.append(1))
    assert workbook.write_workbook(result, KEY) == here
    assert bool(began) == (not copies)


@pytest.mark.parametrize("worth", [True, False])
def test_a_line_that_is_too_long_stops_the_writing(worth: bool) -> None:
    def lines() -> Iterator[Line]:
        yield "head", "{}", "0" * 64
        yield "line", "x" * 40_000, "0" * 64

    def fill(book) -> None:  # type: ignore[no-untyped-def]
        with workbook_apart.hidden_page(book, lines, worth=worth):
            pass

    with pytest.raises(LostInWriting, match="line 2"):
        build(fill)
