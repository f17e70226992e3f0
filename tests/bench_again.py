"""Intake of a campaign folder, and again after one corrected file: `python -m tests.bench_again FOLDER`.

Prints {"first": seconds, "again": seconds}.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from aggregator.campaign import Campaign, load_campaign
from aggregator.kept import FILE
from aggregator.locking import FOLDER
from aggregator.plain import collect_rarely
from aggregator.steps.survey import Request, collect


def main() -> None:
    collect_rarely()
    campaign = load_campaign(Path(sys.argv[1]))
    (campaign.folder / FOLDER / FILE).unlink(missing_ok=True)
    first = intake(campaign)
    one, other = sorted((campaign.folder / campaign.received).glob("*.xlsx"))[:2]
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    again = intake(campaign)
    one.write_bytes(data)
    print(json.dumps({"first": first, "again": again}))


def intake(campaign: Campaign) -> float:
    """Seconds of reading, checking and choosing."""
    began = time.monotonic()
    collected = collect(Request((campaign.folder / campaign.received,), campaign.folder, campaign))
    seconds = time.monotonic() - began
    del collected  # what comes next is not the intake
    return seconds


if __name__ == "__main__":
    main()
