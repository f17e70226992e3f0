"""The intake of a campaign folder, once, as a command does it: `python -m tests.bench_again FOLDER`.

Prints {"seconds": of the clock for reading, checking and choosing}, without the start of the process.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from aggregator.campaign import load_campaign
from aggregator.plain import collect_rarely
from aggregator.steps.survey import Request, collect


def main() -> None:
    collect_rarely()
    campaign = load_campaign(Path(sys.argv[1]))
    began = time.monotonic()
    collected = collect(Request((campaign.folder / campaign.received,), campaign.folder, campaign))
    print(json.dumps({"seconds": time.monotonic() - began}))
    del collected  # only now: what comes after is not the intake


if __name__ == "__main__":
    main()
