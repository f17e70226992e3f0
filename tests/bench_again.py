"""Intake of a campaign folder, and again after one corrected file: `python -m tests.bench_again FOLDER`.

Prints {"first": seconds, "again": seconds}: medians. Every correction has other numbers, as if its school had
sent it anew.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from pathlib import Path

from aggregator.campaign import Campaign, load_campaign
from aggregator.kept import FILE
from aggregator.locking import FOLDER
from aggregator.plain import collect_rarely
from aggregator.steps.survey import Request, collect
from tests.corpus import filled_forms

FIRST, AGAIN = 3, 6
"""How often the first, and how many corrections."""


def main() -> None:
    collect_rarely()
    campaign = load_campaign(Path(sys.argv[1]))
    first = statistics.median(anew(campaign) for _ in range(FIRST))
    schools = [unit for unit in campaign.register.units if unit.level == "school"]
    corrections = filled_forms(campaign, [schools[0]] * AGAIN, random.Random("corrected"))
    file = campaign.folder / campaign.received / f"{schools[0].code}.xlsx"
    before = file.read_bytes()
    again = statistics.median([corrected(campaign, file, data) for data, _ in corrections])
    file.write_bytes(before)
    print(json.dumps({"first": first, "again": again}))


def anew(campaign: Campaign) -> float:
    (campaign.folder / FOLDER / FILE).unlink(missing_ok=True)
    return intake(campaign)


def corrected(campaign: Campaign, file: Path, data: bytes) -> float:
    file.write_bytes(data)
    return intake(campaign)


def intake(campaign: Campaign) -> float:
    """Seconds of reading, checking and choosing."""
    began = time.monotonic()
    collected = collect(Request((campaign.folder / campaign.received,), campaign.folder, campaign))
    seconds = time.monotonic() - began
    del collected  # what comes next is not the intake
    return seconds


if __name__ == "__main__":
    main()
