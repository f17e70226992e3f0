"""The consolidated workbook: the official table with totals, every number traceable to the line and file it came from.

Deterministic: the same consolidation and key give the same bytes. Texts of units are always written as text; every sum
is a formula over a contiguous block with its result stored. The tables come from `workbook_layout` and
`workbook_lists`; here they are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from aggregator.consolidation import Consolidation
from aggregator.outputs.workbook_hidden import Line, Written, hidden_lines
from aggregator.outputs.workbook_layout import (
    BRANCH_SHEET,
    CHECK_SHEET,
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
from aggregator.outputs.workbook_lists import Listing, listings, source_list
from aggregator.outputs.workbook_summary import write_summary
from aggregator.reading.book import Address
from aggregator.seal import RESULT_PREFIX, Token, make_token
from aggregator.styles import FONT, PAGE_NUMBERS, SMALL, wrapped_lines
from aggregator.submission import Leaf
from aggregator.writing import MAX_TEXT, Book, LostInWriting, Page, Style, build

TEXT: Style = {**FONT, "font_size": 10, "border": 1, "num_format": "@"}
WRAPPED: Style = {**TEXT, "text_wrap": True, "valign": "top"}
NUMBER: Style = {**FONT, "font_size": 10, "border": 1, "align": "right", "num_format": "#,##0"}
SUMMED: Style = {**NUMBER, "bg_color": "#E8EEF4"}
HEAD: Style = {**FONT, "font_size": 9, "border": 1, "bold": True, "bg_color": "#E8EEF4", "align": "center"}
WORDS: Style = {**FONT, "font_size": 9, "border": 1, "text_wrap": True, "align": "center"}
TITLE: Style = {**FONT, "font_size": 13, "bold": True}
HIDDEN: Style = {**SMALL, "num_format": "@"}

WORD_HEIGHT = 88.0
LIST_LINE = 13.5
"""Points of one line of 10-point type."""
MAX_HEIGHT = 409.0
FIGURE_WIDTH, MONEY_WIDTH = 11.5, 17.0
BRANCH_WIDTHS = (13, 40, 22, 9)
DETAIL_WIDTHS = (14, 40, 14, 24, 34, 14, 18)
EXTRA_WIDTHS = (20, 12, 22, 34, 40)


def write_workbook(result: Consolidation, key: bytes | None) -> bytes:
    """The workbook of one unit as bytes; with a key it is sealed, so that the office above can tell it is ours."""
    token = result_token(result, key)
    properties = {"title": f"{SUMMARY_SHEET}: {result.at.name}"[:200], "keywords": token.text}
    return build(lambda book: _fill(book, result, token, key), **properties)


def result_token(result: Consolidation, key: bytes | None) -> Token:
    return make_token(result.form.id, result.form.version, result.campaign, result.at.code, key, RESULT_PREFIX)


def settled_leaves(result: Consolidation) -> tuple[Leaf, ...]:
    """The leaves with their units as the register has them."""
    known = result.register.by_code
    return tuple(replace(leaf, unit=known[leaf.unit.code]) for leaf in result.leaves)


def _fill(book: Book, result: Consolidation, token: Token, key: bytes | None) -> None:
    leaves = settled_leaves(result)
    branches = branch_table(result.form, result.branches, leaves)
    summary = book.page(SUMMARY_SHEET)
    write_summary(summary, result, token, branches)
    summary.call("activate")
    title = f"{result.at.name} ({result.at.code})"
    _write_table(book, result, branches, f"THEO ĐƠN VỊ: {title}", BRANCH_WIDTHS)
    details = detail_table(result.form, leaves, result.leaf_totals)
    _write_table(book, result, details, f"CHI TIẾT TỪNG BẢN NỘP: {title}", DETAIL_WIDTHS)
    lists = (*listings(result), source_list(result))
    for listing in lists:
        write_listing(book, listing)
    written = Written(lists, dict(_fixed_texts(book, {listing.sheet for listing in lists})))
    _write_hidden(book, hidden_lines(result, leaves, written, token, key))


def _fixed_texts(book: Book, lists: set[str]) -> Iterator[tuple[str, Mapping[Address, str]]]:
    """By sheet the texts that stand at a place of their own: neither in a list nor in a line of a unit."""
    for sheet, texts in book.texts().items():
        above = HEADER_ROW if sheet in (BRANCH_SHEET, DETAIL_SHEET) else None
        if sheet not in lists:
            yield sheet, {at: text for at, text in texts.items() if above is None or at[0] < above}


# --- the two sheets of numbers -------------------------------------------------------------------------------------


def _write_table(book: Book, result: Consolidation, table: Table, title: str, widths: Sequence[float]) -> None:
    """Not filtered or sorted from the header: sorting `Chi tiết` would tear the blocks that are summed."""
    page = book.page(table.sheet)
    page.widths(_table_widths(table, widths))
    page.text((1, 1), title, TITLE)
    for column, figure in table.figures.items():
        page.text((LABEL_ROW, column), figure_label(result.form, figure), WORDS)
    page.height(LABEL_ROW, WORD_HEIGHT)
    for column, header in enumerate(table.headers, start=1):
        page.text((HEADER_ROW, column), header, HEAD)
    for row, line in enumerate(table.lines, start=FIRST_LINE):
        for column, value in enumerate(line, start=1):
            write_value(page, (row, column), value, NUMBER if column in table.figures else TEXT)
    _print_wide(page, table)


def _table_widths(table: Table, widths: Sequence[float]) -> tuple[float, ...]:
    figures = (MONEY_WIDTH if measure == "money" else FIGURE_WIDTH for _, measure in table.figures.values())
    extras = len(table.headers) - len(widths) - len(table.figures)
    return (*widths, *figures, *EXTRA_WIDTHS[len(EXTRA_WIDTHS) - extras :])


def write_value(page: Page, at: Address, value: Value, style: Style) -> None:
    """A text, a whole number, a sum with its result, or a blank cell."""
    if isinstance(value, Sum):
        page.formula(at, value.formula, value.value, SUMMED)
    elif isinstance(value, int):
        page.number(at, value, NUMBER)
    elif value is None:
        page.blank(at, style)
    else:
        page.text(at, shortened(value), style)


def _print_wide(page: Page, table: Table) -> None:
    """Landscape, code and name repeated on every page."""
    _print_list(page, 58)
    page.call("repeat_rows", 0, HEADER_ROW - 1)
    page.call("repeat_columns", 0, 1)
    page.call("freeze_panes", FIRST_LINE - 1, 2)
    page.call("ignore_errors", {"number_stored_as_text": f"A1:A{table.last_line}"})


def _print_list(page: Page, scale: int | None) -> None:
    page.call("set_landscape")
    page.call("set_paper", 9)
    page.call("set_margins", left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.call("set_footer", PAGE_NUMBERS)
    if scale:
        page.call("set_print_scale", scale)
    else:
        page.call("fit_to_pages", 1, 0)


# --- lists ---------------------------------------------------------------------------------------------------------


def write_listing(book: Book, listing: Listing) -> None:
    """A title, facts where there are any, headers and lines; a list may be filtered."""
    page = book.page(listing.sheet)
    page.widths([width for _, width in listing.columns])
    page.text((1, 1), listing.title, TITLE)
    for row, (label, value) in enumerate(listing.facts, start=2):
        page.text((row, 1), label, TEXT)
        write_value(page, (row, 2), value, TEXT)
    header = HEADER_ROW + len(listing.facts)
    for column, (text, _) in enumerate(listing.columns, start=1):
        page.text((header, column), text, {**HEAD, "text_wrap": True})
    for row, line in enumerate(listing.lines, start=header + 1):
        for column, value in enumerate(line, start=1):
            write_value(page, (row, column), value, WRAPPED)
        page.height(row, _line_height(line, listing))
    if listing.lines:
        page.call("autofilter", header - 1, 0, header + len(listing.lines) - 1, len(listing.columns) - 1)
    page.call("freeze_panes", header, 0)
    page.call("repeat_rows", header - 1)
    page.call("ignore_errors", {"number_stored_as_text": f"A1:L{header + max(len(listing.lines), 1)}"})
    _print_list(page, None)


def _line_height(line: Sequence[str | int], listing: Listing) -> float:
    """High enough for the longest text: LibreOffice does not fit rows by itself; no row is higher than Excel allows."""
    texts = ((str(value), width) for value, (_, width) in zip(line, listing.columns, strict=True))
    lines = max(sum(wrapped_lines(part, width) for part in text.split("\n")) for text, width in texts)
    return min(MAX_HEIGHT, LIST_LINE * lines + 3)


def _write_hidden(book: Book, lines: Sequence[Line]) -> None:
    """Texts only; a line that does not fit into a cell would be lost, so it stops the writing."""
    page = book.page(CHECK_SHEET)
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            if len(text) > MAX_TEXT:
                raise LostInWriting(f"{CHECK_SHEET}: line {row} is longer than a cell")
            page.text((row, column), text, HIDDEN)
    page.call("very_hidden")
