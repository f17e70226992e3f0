"""Which form and unit a workbook is, with carriers missing, copied, contradicting or from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from aggregator import layout as place
from aggregator.campaign import Campaign
from aggregator.forms import form_ids, load_form
from aggregator.identity import Expectation, identify
from aggregator.reading.book import Cell, RawBook, RawSheet
from aggregator.reading.strict import open_book
from aggregator.steps.issue import init_sample, issue_for
from aggregator.template import blank_issue, write_form

SCHOOL, OTHER = "2746601", "2746602"
FORMS = {form_id: load_form(form_id) for form_id in form_ids()}


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    return init_sample(tmp_path_factory.mktemp("q7") / "q7", "quan-7-2024")


def issued(campaign: Campaign, code: str = SCHOOL) -> RawBook:
    book, _ = open_book(write_form(issue_for(campaign, campaign.register.by_code[code])))
    return book


def look(book: RawBook, campaign: Campaign | None):
    ours = (campaign.form, campaign.id, campaign.key, campaign.register) if campaign else ()
    identity, findings = identify(book, Expectation(FORMS, *ours))
    unit = identity.unit.code if identity.unit else None
    return identity.form.id if identity.form else None, unit, [finding.code for finding in findings]


def without(book: RawBook, lost: Callable[[RawSheet, Cell], bool]) -> RawBook:
    """The workbook without the cells that `lost` names."""
    sheets = (
        replace(sheet, cells={at: cell for at, cell in sheet.cells.items() if not lost(sheet, cell)})
        for sheet in book.sheets
    )
    return replace(book, sheets=tuple(sheets))


def is_token(_sheet: RawSheet, cell: Cell) -> bool:
    return cell.text.startswith("HTSD:")


def with_sheet(book: RawBook, number: int, sheet: RawSheet) -> RawBook:
    return replace(book, sheets=(*book.sheets[:number], sheet, *book.sheets[number + 1 :]))


def typed_code(book: RawBook, code: str | None) -> RawBook:
    number = next(number for number, sheet in enumerate(book.sheets) if sheet.name == place.UNIT_SHEET)
    cells = dict(book.sheets[number].cells)
    cells.pop((place.UNIT_FIRST_ROW, 2), None)
    if code:
        cells[(place.UNIT_FIRST_ROW, 2)] = Cell("text", code)
    return with_sheet(book, number, replace(book.sheets[number], cells=cells))


def test_as_issued(campaign: Campaign) -> None:
    assert look(issued(campaign), campaign) == ("tong-hop-2024", SCHOOL, [])


@pytest.mark.parametrize("kept", [place.DATA_SHEET, place.HELP_SHEET, place.HIDDEN_SHEET])
def test_one_cell_carrier_is_enough(campaign: Campaign, kept: str) -> None:
    book = without(issued(campaign), lambda sheet, cell: is_token(sheet, cell) and sheet.name != kept)
    book = replace(typed_code(book, None), names={}, keywords=None)
    assert look(book, campaign) == ("tong-hop-2024", SCHOOL, [])


@pytest.mark.parametrize("carrier", ["name", "keywords"])
def test_without_cell_tokens_the_weaker_carriers_speak(campaign: Campaign, carrier: str) -> None:
    book = issued(campaign)
    bare = without(typed_code(book, None), is_token)
    names, keywords = (book.names, None) if carrier == "name" else ({}, book.keywords)
    assert look(replace(bare, names=names, keywords=keywords), campaign) == ("tong-hop-2024", SCHOOL, [])


def test_without_any_token_row_codes_and_the_typed_code_are_enough(campaign: Campaign) -> None:
    book = replace(without(issued(campaign), is_token), names={}, keywords=None)
    assert look(book, campaign) == ("tong-hop-2024", SCHOOL, [])
    assert look(typed_code(book, None), campaign)[1:] == (None, ["unit-missing"])


def test_sheets_are_found_by_content_not_by_name(campaign: Campaign) -> None:
    book = issued(campaign)
    renamed = replace(book, sheets=tuple(replace(sheet, name=f"Sheet{n}") for n, sheet in enumerate(book.sheets)))
    ours = Expectation(FORMS, campaign.form, campaign.id, campaign.key, campaign.register)
    identity, findings = identify(renamed, ours)
    assert findings == () and identity.data.name == "Sheet0" and identity.details.name == "Sheet1"


def test_a_sheet_copied_from_another_unit(campaign: Campaign) -> None:
    book = with_sheet(issued(campaign), 0, issued(campaign, OTHER).sheets[0])
    assert look(book, campaign)[1:] == (None, ["unit-conflict"])


def test_another_code_typed_over_the_issued_one(campaign: Campaign) -> None:
    assert look(typed_code(issued(campaign), OTHER), campaign)[1:] == (None, ["unit-conflict"])


def test_the_table_twice(campaign: Campaign) -> None:
    book = issued(campaign)
    twice = replace(book, sheets=(*book.sheets, replace(book.sheets[0], name="Cơ sở 2", state="hidden")))
    assert look(twice, campaign)[2] == ["form-twice"]


def test_the_blank_form_takes_the_code_that_is_typed(campaign: Campaign) -> None:
    book, _ = open_book(write_form(blank_issue(campaign.form)))
    assert look(typed_code(book, SCHOOL), campaign) == ("tong-hop-2024", SCHOOL, [])
    assert look(book, campaign)[1:] == (None, ["unit-missing"])
    assert look(typed_code(book, "0999"), campaign)[1:] == (None, ["unit-unknown"])
    assert look(typed_code(book, "0999"), None)[1:] == ("0999", [])


def test_another_years_or_provinces_form(campaign: Campaign) -> None:
    for form_id in ("tong-hop-2021", "dong-nai-2023"):
        book, _ = open_book(write_form(blank_issue(FORMS[form_id])))
        assert look(typed_code(book, SCHOOL), campaign) == (None, SCHOOL, ["form-other"])


def test_a_changed_token_breaks_the_seal(campaign: Campaign) -> None:
    book = issued(campaign)
    stranger = replace(campaign, key=b"x" * 32)
    assert look(book, stranger)[2] == ["seal-broken"]


def test_a_file_of_another_campaign_is_read_and_said(campaign: Campaign) -> None:
    """Last year's file sent again, or a neighbour's: carried, and the office is told."""
    form_id, unit, codes = look(issued(replace(campaign, id="quan-7-2023")), campaign)
    assert (form_id, unit, codes) == ("tong-hop-2024", SCHOOL, ["seal-foreign"])


def test_without_a_campaign_the_workbook_says_who_stands_above(campaign: Campaign) -> None:
    identity, findings = identify(issued(campaign), Expectation(FORMS))
    assert findings == ()
    assert (identity.unit.name, identity.unit.level, identity.unit.parent) == (
        campaign.register.by_code[SCHOOL].name,
        "school",
        "27466",
    )
    assert [parent.code for parent in identity.parents] == ["27466", "778"]
