"""The consolidated workbook: the official table with totals, every number traceable to the line and file it came from.

Deterministic: the same consolidation and key give the same bytes. Texts of units are always written as text; every sum
is a formula over a contiguous block with its result stored. The tables come from `workbook_layout` and
`workbook_lists`; here they are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import partial
from operator import gt

from aggregator.consolidation import Consolidation
from aggregator.faults import Stop
from aggregator.outputs.workbook_apart import Hidden, by_whom, hidden_page
from aggregator.outputs.workbook_chart_page import write_chart_page
from aggregator.outputs.workbook_charts import panels
from aggregator.outputs.workbook_hidden import Written, hidden_facts
from aggregator.outputs.workbook_layout import (
    BACK,
    BRANCH_SHEET,
    CHART_SHEET,
    DETAIL_SHEET,
    FIRST_LINE,
    HEADER_ROW,
    LABEL_ROW,
    SUMMARY_SHEET,
    Sum,
    Table,
    Value,
    branch_table,
    detail_table,
    figure_label,
    shortened,
)
from aggregator.outputs.workbook_lines import NUMERAL, TOTAL, Lines, styled
from aggregator.outputs.workbook_links import BACK_TIP, Link, Links, make_links
from aggregator.outputs.workbook_lists import Listing, listings, source_list
from aggregator.outputs.workbook_looks import (
    HEAD,
    LINK,
    LINKED,
    MARKS,
    MONEY,
    NOTHING_IN,
    NUMBER,
    SCALE,
    TEXT,
    TITLE,
    WORDS,
    WRAPPED,
    print_landscape,
)
from aggregator.outputs.workbook_summary import write_summary
from aggregator.reading.book import Address
from aggregator.seal import RESULT_PREFIX, Token, make_token
from aggregator.styles import wrapped_lines
from aggregator.submission import Leaf
from aggregator.writing import Book, Page, Style, build

MOST_LEAVES = 1_048_576 - FIRST_LINE + 1
"""Lines of `Chi tiết` on a sheet of Excel."""
WORD_HEIGHT = 98.0
LIST_LINE = 13.5
"""Points of one line of 10-point type."""
MAX_HEIGHT = 409.0
LINE_HEIGHT = 15.0
MARKED = ("Tình trạng", "Nộp muộn", "Mức")
"""Columns of our own words, whose gravest are shaded."""
FIGURE_WIDTH, MONEY_WIDTH = 9.5, 17.0
BRANCH_WIDTHS = (12, 36, 22, 9)
DETAIL_WIDTHS = (12, 36, 13, 22, 34, 14, 16)
EXTRA_WIDTHS = (20, 12, 22, 34, 40)


class TooManyLeaves(Stop):
    def __init__(self, number: int) -> None:
        super().__init__(
            "Có {number} bản nộp, mà một sheet Excel chỉ chứa được {most} dòng. Chưa ghi gì cả; xin tổng hợp ở từng "
            "đơn vị cấp dưới trước, rồi tổng hợp các tệp đó.",
            number=number,
            most=MOST_LEAVES,
        )


def write_workbook(result: Consolidation, key: bytes | None, meanwhile: Callable[[], object] = bool) -> bytes:
    """The workbook of one unit as bytes; with a key it is sealed, so that the office above can tell it is ours.

    `meanwhile` is done before another process, which writes the last sheet of a large one, is waited for.
    Raises `Stop` where a sheet of Excel has too few rows for all returns.
    """
    if len(result.leaves) > MOST_LEAVES:
        raise TooManyLeaves(len(result.leaves))
    token = result_token(result, key)
    properties = {
        "title": f"{SUMMARY_SHEET}: {result.at.name}"[:200],
        "subject": result.form.titles[-1][:200],
        "category": result.campaign[:200],
        "keywords": token.text,
    }
    return build(lambda book: _fill(book, result, token, key, meanwhile), **properties)


def result_token(result: Consolidation, key: bytes | None) -> Token:
    return make_token(result.form.id, result.form.version, result.campaign, result.at.code, key, RESULT_PREFIX)


def settled_leaves(result: Consolidation) -> tuple[Leaf, ...]:
    """The leaves with their units as the register has them."""
    known = result.register.by_code
    units = ((leaf, known[leaf.unit.code]) for leaf in result.leaves)
    return tuple(leaf if leaf.unit == unit else leaf._replace(unit=unit) for leaf, unit in units)


def _fill(book: Book, result: Consolidation, token: Token, key: bytes | None, meanwhile: Callable[[], object]) -> None:
    leaves = settled_leaves(result)
    branches = branch_table(result.form, result.branches, leaves)
    links = make_links(result, branches)
    summary = book.page(SUMMARY_SHEET)
    write_summary(summary, result, token, branches)
    _write_links(summary, links)
    summary.call("activate")
    title = f"{result.at.name} ({result.at.code})"
    write_branches(book, result, branches, links, title)
    details = detail_table(result.form, leaves, result.leaf_totals)
    write_details(book, result, details, links, title)
    *before, last = lists = (*listings(result), source_list(result))
    pages = [book.page(listing.sheet) for listing in before]
    charts = write_chart_page(book, list(panels(result, branches)))
    pages.append(book.page(last.sheet))
    texts = dict(_fixed_texts(book, {listing.sheet for listing in lists}))
    numbers = {at: value for at, value in charts.items() if not isinstance(value, str)}
    written = Written(lists, texts, {CHART_SHEET: numbers})
    facts = partial(hidden_facts, result, leaves, written, token)
    with hidden_page(book, Hidden(facts, result.form, key), by_whom(len(leaves))):
        for page, listing in zip(pages, lists, strict=True):
            write_listing(page, listing, links)
        meanwhile()


def _fixed_texts(book: Book, lists: set[str]) -> Iterator[tuple[str, Mapping[Address, str]]]:
    """By sheet the texts that stand at a place of their own: neither in a list nor in a line of a unit."""
    for sheet, texts in book.texts().items():
        above = HEADER_ROW if sheet in (BRANCH_SHEET, DETAIL_SHEET) else None
        if sheet not in lists:
            yield sheet, {at: text for at, text in texts.items() if above is None or at[0] < above}


# --- the two sheets of numbers -------------------------------------------------------------------------------------


def write_branches(book: Book, result: Consolidation, table: Table, links: Links, title: str) -> None:
    """One line per branch; how many returns it has is also seen as a bar."""
    page = _begin_table(book, result, table, f"THEO ĐƠN VỊ: {title}", BRANCH_WIDTHS)
    lines = Lines(page, partial(_column_style, table), links.get(table.sheet, {}))
    for row, line in enumerate(table.lines, start=FIRST_LINE):
        lines.draw(row, line, (line[-1] == "",))
    _end_table(page, table, links)
    column = len(BRANCH_WIDTHS) - 1
    bar = {"type": "data_bar", "bar_color": "#BDD7EE", "min_type": "num"}
    page.call("conditional_format", FIRST_LINE - 1, column, table.last_line - 1, column, {**bar, "min_value": 0})


def write_details(book: Book, result: Consolidation, table: Table, links: Links, title: str) -> None:
    """One line per leaf, those of a branch and of a parent folded under the first of them."""
    page = _begin_table(book, result, table, f"CHI TIẾT TỪNG BẢN NỘP: {title}", DETAIL_WIDTHS)
    lines = Lines(page, partial(_column_style, table), links.get(table.sheet, {}))
    levels = outline_levels(result)
    for row, (line, level) in enumerate(zip(table.lines, levels, strict=True), start=FIRST_LINE):
        lines.draw(row, line, (False,), LINE_HEIGHT, level)
    _end_table(page, table, links)
    page.call("outline_settings", True, False, False, False)


def outline_levels(result: Consolidation) -> Iterator[int]:
    """The first leaf of a branch stands at 0, the first of each further parent in it at 1, all others at 2."""
    for branch in result.branches:
        parents = [leaf.unit.parent for leaf in result.leaves[branch.first : branch.last]]
        for number, parent in enumerate(parents):
            yield 0 if number == 0 else 2 if parent == parents[number - 1] else 1


def _begin_table(book: Book, result: Consolidation, table: Table, title: str, widths: Sequence[float]) -> Page:
    """Not filtered or sorted from the header: sorting `Chi tiết` would tear the blocks that are summed."""
    page = book.page(table.sheet)
    page.widths(_table_widths(table, widths))
    page.text((1, 1), title, TITLE)
    _write_back(page, LABEL_ROW)
    for column, figure in table.figures.items():
        page.text((LABEL_ROW, column), figure_label(result.form, figure), WORDS)
    page.height(LABEL_ROW, WORD_HEIGHT)
    for column, header in enumerate(table.headers, start=1):
        page.text((HEADER_ROW, column), header, HEAD)
    return page


def _end_table(page: Page, table: Table, links: Links) -> None:
    _write_links(page, links)
    _print_wide(page, table)


def _column_style(table: Table, column: int, linked: bool, extra: Sequence[Hashable]) -> Style:
    """`extra`: whether nothing has come in for the line."""
    empty = NOTHING_IN if extra[0] else {}
    if column not in table.figures:
        return {**TEXT, **(LINK if linked else {}), **empty}
    return {**(MONEY if table.figures[column][1] == "money" else NUMBER), **empty}


def _write_links(page: Page, links: Mapping[str, Mapping[Address, Link]]) -> None:
    for at, link in links.get(page.name, {}).items():
        page.link_cell(at, link.target, link.tip)


def _write_back(page: Page, row: int) -> None:
    """The way back to the first sheet, in the head of every other."""
    page.text((row, 1), BACK, LINKED)
    page.link_cell((row, 1), f"'{SUMMARY_SHEET}'!A1", BACK_TIP)


def _table_widths(table: Table, widths: Sequence[float]) -> tuple[float, ...]:
    figures = (MONEY_WIDTH if measure == "money" else FIGURE_WIDTH for _, measure in table.figures.values())
    extras = len(table.headers) - len(widths) - len(table.figures)
    return (*widths, *figures, *EXTRA_WIDTHS[len(EXTRA_WIDTHS) - extras :])


def write_value(page: Page, at: Address, value: Value, style: Style) -> None:
    """A text, a whole number, a sum with its result, or a blank cell."""
    if isinstance(value, Sum):
        page.formula(at, value.formula, value.value, styled(TOTAL, style))
    elif isinstance(value, int):
        page.number(at, value, styled(NUMERAL, style))
    elif value is None:
        page.blank(at, style)
    else:
        page.text(at, shortened(value), style)


def _print_wide(page: Page, table: Table) -> None:
    """Landscape, code and name repeated on every page."""
    print_landscape(page, SCALE)
    page.call("repeat_rows", 0, HEADER_ROW - 1)
    page.call("repeat_columns", 0, 1)
    page.call("freeze_panes", FIRST_LINE - 1, 2)
    page.call("ignore_errors", {"number_stored_as_text": f"A1:A{table.last_line}"})


# --- lists ---------------------------------------------------------------------------------------------------------


def write_listing(page: Page, listing: Listing, links: Links | None = None) -> None:
    """A title, facts where there are any, headers and lines, which may be filtered; `links` where there are others."""
    widths = [width for _, width in listing.columns]
    page.widths(widths)
    page.text((1, 1), listing.title, TITLE)
    for row, (label, value) in enumerate(listing.facts, start=2):
        page.text((row, 1), label, TEXT)
        write_value(page, (row, 2), value, TEXT)
    header = HEADER_ROW + len(listing.facts)
    if links is not None:
        _write_back(page, header - 1)
    for column, (text, _) in enumerate(listing.columns, start=1):
        page.text((header, column), text, {**HEAD, "text_wrap": True})
    marked = [number for number, (text, _) in enumerate(listing.columns) if text in MARKED]
    lines = Lines(page, partial(_listed_style, marked), (links or {}).get(listing.sheet, {}))
    for row, line in enumerate(listing.lines, start=header + 1):
        lines.draw(row, line, tuple([str(line[number]) for number in marked]), _line_height(line, widths))
    _write_links(page, links or {})
    if listing.lines:
        page.call("autofilter", header - 1, 0, header + len(listing.lines) - 1, len(listing.columns) - 1)
    page.call("freeze_panes", header, 0)
    page.call("repeat_rows", header - 1)
    page.call("ignore_errors", {"number_stored_as_text": f"A1:L{header + max(len(listing.lines), 1)}"})
    print_landscape(page, None)


def _listed_style(marked: Sequence[int], column: int, linked: bool, extra: Sequence[Hashable]) -> Style:
    """`extra`: what stands in the columns that are marked."""
    word = extra[marked.index(column - 1)] if column - 1 in marked else None
    return {**WRAPPED, **(LINK if linked else {}), **MARKS.get(str(word), {})}


def _line_height(line: Sequence[str | int], widths: Sequence[float]) -> float:
    """High enough for the longest text: LibreOffice does not fit rows by itself; no row is higher than Excel allows."""
    texts = [*map(str, line)]
    if not any(map(gt, map(len, texts), widths)) and "\n" not in "".join(texts):  # as in nearly every line
        return LIST_LINE + 3
    long = ((text, width) for text, width in zip(texts, widths, strict=True) if len(text) > width or "\n" in text)
    lines = max((sum(wrapped_lines(part, width) for part in text.split("\n")) for text, width in long), default=1)
    return min(MAX_HEIGHT, LIST_LINE * lines + 3)
