"""The lines of a long table, drawn one by one; how lines look is worked out once for all that look alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from types import NoneType

from aggregator.bulk import Look, types_of
from aggregator.outputs.workbook_layout import Sum, Value, shortened
from aggregator.outputs.workbook_looks import NUMBER, SUMMED
from aggregator.reading.book import Address
from aggregator.writing import Page, Style

NUMERAL, WORDS, TOTAL = "number", "text", "sum"
KINDS: Mapping[type, str] = {int: NUMERAL, NoneType: NUMERAL, Sum: TOTAL}
"""Of all but texts. A blank cell looks as the number that is missing there."""

Extra = Sequence[Hashable]
"""Whatever else decides how a line looks."""
StyleOf = Callable[[int, bool, Extra], Style]
"""The style of a column (from 1), with a link in it or not, in a line with this extra."""


class Lines:
    """Draws the lines of one page. `linked` are the cells with a link."""

    def __init__(self, page: Page, style_of: StyleOf, linked: Iterable[Address]) -> None:
        self._page = page
        self._style_of = style_of
        self._linked: dict[int, tuple[int, ...]] = {}
        for row, column in sorted(linked):
            self._linked[row] = (*self._linked.get(row, ()), column)
        self._looks: dict[Hashable, Look] = {}

    def draw(
        self, row: int, line: Sequence[Value], extra: Extra = (), height: float | None = None, level: int = 0
    ) -> None:
        linked = self._linked.get(row, ())
        types = types_of(line)
        look = self._looks.get((types, linked, extra))
        if look is None:
            look = self._looks[types, linked, extra] = self._look(types, linked, extra)
        values = list(line)
        for column, _, _ in look.texts:
            values[column] = shortened(values[column])  # type: ignore[arg-type]
        self._page.line(row, values, look, height, level)

    def _look(self, types: Sequence[type], linked: Sequence[int], extra: Extra) -> Look:
        columns = enumerate(types, start=1)
        return self._page.look(
            [
                styled(KINDS.get(kind, WORDS), self._style_of(column, column in linked, extra))
                for column, kind in columns
            ],
            types,
        )


def styled(kind: str, style: Style) -> Style:
    """The style of a cell that holds a text, a number or a sum."""
    if kind == TOTAL:
        return {**style, **SUMMED}
    return {**NUMBER, **style} if kind == NUMERAL else style
