"""The official table with the totals, and how many units stand behind each of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aggregator.consolidation import Consolidation, count_filled
from aggregator.forms import FigureKey, Measure, Row
from aggregator.outputs.page.words import number, words


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the table. `index` is its place among the figures of the form; `wide` spans both columns."""

    index: int | None
    text: str = ""
    measure: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    row: Row
    figures: tuple[Figure, ...]
    behind: str


def make_totals(result: Consolidation, lang: str) -> tuple[Line, ...]:
    """One line per row of the form, in its order."""
    index = {figure: at for at, figure in enumerate(result.form.figures)}
    filled = count_filled(result.form, result.leaves)
    return tuple(
        Line(row, tuple(_figures(result, row, index, lang)), _behind(result, row, filled, lang))
        for row in result.form.rows
    )


def _figures(result: Consolidation, row: Row, index: Mapping[FigureKey, int], lang: str) -> Iterable[Figure]:
    measures: tuple[Measure, ...] = ("money",) if (row.key, "money") in index else ("count", "people")
    for measure in measures:
        at = index.get((row.key, measure))
        if at is None:
            yield Figure(None)
            continue
        text = number(result.totals[(row.key, measure)], lang)
        yield Figure(at, text, measure_word(row, measure, lang), wide=measure == "money")


def measure_word(row: Row, measure: Measure, lang: str) -> str:
    """What the form counts in this row (`lớp`), else the measure."""
    return row.words.get(measure) or words(lang)[measure]


def _behind(result: Consolidation, row: Row, filled: Mapping[FigureKey, int], lang: str) -> str:
    """`37 đơn vị, 4 để trống`; by measure where they differ."""
    measures = [measure for key, measure in result.form.figures if key == row.key]
    texts = [_units(filled[(row.key, measure)], result.blank.get((row.key, measure), 0), lang) for measure in measures]
    if len(set(texts)) < 2:
        return texts[0] if texts else ""
    return "; ".join(
        f"{measure_word(row, measure, lang)}: {text}" for measure, text in zip(measures, texts, strict=True)
    )


def _units(units: int, blank: int, lang: str) -> str:
    said = words(lang)
    text = said["units"].format(number(units, lang))
    return f"{text}, {said['blank'].format(number(blank, lang))}" if blank else text
