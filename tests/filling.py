"""Filling issued workbooks as a program of a school would: open, type into cells, save."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import openpyxl

from aggregator import layout as place
from aggregator.campaign import Campaign
from aggregator.forms import FigureKey
from aggregator.layout import Layout
from aggregator.reading.book import a1
from aggregator.steps.issue import issue_for
from aggregator.template import Issue, write_form
from tests.cases_craft import packed

SAVED = "2024-10-06T02:30:00Z"

Typed = Mapping[FigureKey, object]


def filled(issue: Issue, typed: Typed, details: Mapping[str, str] | None = None, saved: str = SAVED) -> bytes:
    """The workbook of `issue` with values typed into the table and beside labels of `Đơn vị`.

    All are saved at one time, so that of two returns of one unit none is newer by chance.
    """
    book = openpyxl.load_workbook(io.BytesIO(write_form(issue)))
    layout = Layout(issue.form)
    for key, value in typed.items():
        book[place.DATA_SHEET][a1(*layout.cell_of[key])] = value
    for label, value in (details or {}).items():
        row = place.UNIT_FIRST_ROW + place.UNIT_LABELS.index(label)
        book[place.UNIT_SHEET].cell(row, 2, value)
    return packed(book, saved)


def send(campaign: Campaign, code: str, typed: Typed, name: str | None = None, **details: str) -> Path:
    """The filled workbook of one unit, put into the campaign's inbox."""
    data = filled(issue_for(campaign, campaign.register.by_code[code]), typed, details)
    path = campaign.folder / campaign.received / (name or f"{code}.xlsx")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
