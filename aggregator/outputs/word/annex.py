"""The tables behind the report: the official table with the totals, the list of activities, the units not in.

The table has the rows, labels and units of the form in its order; nothing is left out. A number that no unit wrote is
"…", as statistics print what was not collected; a cell that nobody here may fill stays empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aggregator.consolidation import Consolidation
from aggregator.forms import Measure, Row
from aggregator.outputs.word.lines import Runs, fill, safe
from aggregator.outputs.word.sentences import Figures, grouped
from aggregator.register import Register

NOT_COLLECTED = "…"
MOST_LINES = 500
"""Lines of a list; the consolidated workbook has them all."""

TABLE_WIDTHS = (11, 68, 29, 21, 16, 20)
LIST_WIDTHS = (12, 46, 66, 46, 22, 20, 35)
UNIT_WIDTHS = (12, 66, 43, 44)


@dataclass(frozen=True, slots=True)
class Cell:
    """`across` columns wide, `down` header rows high."""

    text: str = ""
    align: str = "left"
    bold: bool = False
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class Annex:
    """A table on pages of its own; widths in mm. `below` are lines under the table."""

    title: Runs
    widths: tuple[int, ...]
    head: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    below: tuple[Runs, ...]
    landscape: bool = False


# --- the official table --------------------------------------------------------------------------------------------


def official_table(result: Consolidation, title: Runs, coverage: str) -> Annex:
    """The table of the form with the totals, for one printed annex."""
    figures = Figures(result)
    rows = tuple(_row(row, figures) for row in result.form.rows)
    below = [fill(result.form.footnote, {})] if result.form.footnote else []
    below.append(fill(coverage, {}))
    if any(cell.text == NOT_COLLECTED for row in rows for cell in row):
        below.append(fill(f"Dấu “{NOT_COLLECTED}”: chưa có đơn vị nào ghi số liệu.", {}))
    return Annex(title, TABLE_WIDTHS, _table_head(result), rows, tuple(below))


def _table_head(result: Consolidation) -> tuple[tuple[Cell, ...], ...]:
    """Two header rows: "Số lượng" stands over two columns, the others over both rows."""
    header = result.form.header

    def tall(name: str) -> Cell:
        return Cell(header[name], "center", True, down=2)

    def low(name: str, across: int = 1) -> Cell:
        return Cell(header[name], "center", True, across)

    first = (tall("stt"), tall("label"), tall("unit"), low("quantity", across=2), tall("note"))
    return first, (low("count"), low("people"))


def _row(row: Row, figures: Figures) -> tuple[Cell, ...]:
    bold = bool(row.stt) or row.kind == "heading"
    printed = (Cell(row.stt, "center", bold), Cell(row.label, "left", bold), Cell(row.unit, "center"))
    return (*printed, *_numbers(row, figures, bold), Cell(_note(row, figures.result)))


def _numbers(row: Row, figures: Figures, bold: bool) -> Iterator[Cell]:
    """Count and people, or one cell over both for an amount of money."""
    measures = {measure for _, measure in figures.of_rows([row.key])}
    if "money" in measures:
        yield Cell(_number(row, "money", figures), "center", bold, across=2)
        return
    for measure in ("count", "people"):
        yield Cell(_number(row, measure, figures) if measure in measures else "", "center", bold)


def _number(row: Row, measure: Measure, figures: Figures) -> str:
    value = figures.value((row.key, measure))
    return NOT_COLLECTED if value is None else grouped(value)


def _note(row: Row, result: Consolidation) -> str:
    """The form's own remark; in an open row how many units wrote something."""
    texts = sum(note.kind == "open" and note.about == row.key for leaf in result.leaves for note in leaf.notes)
    return f"{texts} nội dung, xem phần lời của Báo cáo" if texts else row.remark


# --- the list of activities ----------------------------------------------------------------------------------------


def activity_count(result: Consolidation) -> int:
    return sum(len(leaf.activities) for leaf in result.leaves)


def activity_list(result: Consolidation) -> Annex:
    """All lines of the open lists, each with its unit, numbered through."""
    table = result.form.lists["activities"]
    headers = (table["headers"][0], "Đơn vị báo cáo", *table["headers"][1:])
    lines = [(leaf.unit.name, *line[1:]) for leaf in result.leaves for line in leaf.activities]
    rows = tuple(_activity(number, line, len(headers)) for number, line in enumerate(lines[:MOST_LINES], start=1))
    below = _rest(len(lines), "hoạt động khác, xem sheet Hoạt động")
    return Annex(fill(table["title"], {}), LIST_WIDTHS, _list_head(headers), rows, below, landscape=True)


def _activity(number: int, line: tuple[str, ...], columns: int) -> tuple[Cell, ...]:
    cells = [Cell(str(number), "center"), *(Cell(safe(text), "center" if text.isdigit() else "left") for text in line)]
    return tuple([*cells, *[Cell()] * columns][:columns])


# --- units that are wanting -----------------------------------------------------------------------------------------


def unit_list(register: Register, groups: Sequence[tuple[str, Sequence[str]]]) -> Annex:
    """Units that a sentence is too short for, by the kind of what is the matter with them."""
    units = [(words, register.by_code[code]) for words, codes in groups for code in codes]
    rows = tuple(
        (
            Cell(str(number), "center"),
            Cell(safe(unit.name)),
            Cell(safe(register.by_code[unit.parent].name) if unit.parent else ""),
            Cell(f"{words[:1].upper()}{words[1:]}"),
        )
        for number, (words, unit) in enumerate(units[:MOST_LINES], start=1)
    )
    head = _list_head(("STT", "Đơn vị", "Đơn vị cấp trên", "Tình trạng"))
    below = _rest(len(units), "đơn vị khác, xem sheet Tình trạng nộp")
    return Annex(fill("DANH SÁCH ĐƠN VỊ CẦN ĐÔN ĐỐC, RÀ SOÁT", {}), UNIT_WIDTHS, head, rows, below)


def _list_head(headers: Sequence[str]) -> tuple[tuple[Cell, ...], ...]:
    return (tuple(Cell(header, "center", True) for header in headers),)


def _rest(lines: int, what: str) -> tuple[Runs, ...]:
    """What a list is too long for, and where it stands."""
    rest = lines - MOST_LINES
    return (fill(f"Còn {grouped(rest)} {what} của tệp tổng hợp.", {}),) if rest > 0 else ()
