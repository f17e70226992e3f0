"""`demo`: a whole campaign on invented data, from issue to the province's workbook, with faults, added up twice.

The faults are meant; only totals that differ give exit status 1. The parts: `demo_province` who exists,
`demo_numbers` what they did, `demo_faults` and `demo_returns` what they send, `demo_outcome` the second calculation,
`demo_words` what is said.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aggregator.campaign import Campaign
from aggregator.steps.collect import Aggregated, aggregate
from aggregator.steps.demo_outcome import Outcome, add_twice, load_oracle
from aggregator.steps.demo_province import UPWARD, make_room, open_province
from aggregator.steps.demo_returns import send_all
from aggregator.steps.demo_words import Words, outcome_document
from aggregator.steps.issue import distribute
from aggregator.steps.survey import Request

AS_OF = "2024-10-16"
"""The day of the summary: fixed, because no clock stands in a result."""


def run_demo(directory: Path, say: Callable[..., None], document: Callable[[dict[str, Any]], None], lang: str) -> int:
    """Make, issue, fill, add up twice and tell; 1 where two calculations differ. Raises `Stop`."""
    words = Words(lang, directory)
    make_room(directory)
    campaign = open_province(directory)
    say(*words.opened(campaign))
    issued = distribute(campaign)
    say(words.issued(campaign, len(issued)))
    say(words.sent(campaign, send_all(campaign, issued)))
    done = aggregate(_request(campaign, campaign.received, each="district"))
    say(*words.added(done))
    outcome = Outcome(campaign, done, _from_districts(campaign, done), add_twice(campaign, done, load_oracle()))
    say(*words.compared(outcome), *words.found(done), *words.where(outcome))
    document(outcome_document(outcome))
    return 0 if outcome.agree is not False and outcome.chain_agrees else 1


def _request(campaign: Campaign, folder: str, **more: Any) -> Request:
    return Request((campaign.folder / folder,), campaign.folder, campaign, now=AS_OF, **more)


def _from_districts(campaign: Campaign, done: Aggregated) -> Aggregated:
    """The other way up: the province adds what its districts send, and who reports to it directly."""
    folder = campaign.folder / UPWARD
    folder.mkdir()
    root = campaign.root.code
    direct = [leaf.file for leaf in done.result.leaves if leaf.unit.parent == root and leaf.unit.level != "district"]
    for path in (*done.outputs[1:], *direct):
        shutil.copyfile(campaign.folder / path, folder / Path(path).name)
    output = campaign.folder / campaign.results / f"tong-hop-{root}-tu-cac-huyen.xlsx"
    return aggregate(_request(campaign, UPWARD, output=output))
