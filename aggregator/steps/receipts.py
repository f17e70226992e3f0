"""Writing down when files came in: `so_nhan.csv` of a campaign, at every `aggregate` and `status`, never at `check`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from aggregator.campaign import Campaign
from aggregator.files import write_atomic
from aggregator.receipts import RECEIPTS_FILE, Receipts, dump_longer, load_receipts, merged, today
from aggregator.submission import Examination

LONG_OVER = timedelta(days=60)
"""So long after the last deadline the day on which a file is first seen says nothing of when it came."""


def note_receipts(
    campaign: Campaign,
    examinations: Iterable[Examination],
    received: date | None = None,
    known: Receipts | None = None,
) -> Receipts:
    """The receipt book with the files of this run; written only where it changed from what is `known` of it."""
    known = load_receipts(campaign.folder) if known is None else known
    book = merged(known, _seen(campaign, examinations), sight_day(campaign, today()), received)
    if book != known:
        write_atomic(campaign.folder / RECEIPTS_FILE, dump_longer(book, known))
    return book


def _seen(campaign: Campaign, examinations: Iterable[Examination]) -> Iterable[tuple[str, str]]:
    """What came in, as (SHA-256, path): companions too; what is passed over by its name has no hash."""
    for examined in examinations:
        own_result = examined.kind == "consolidated" and examined.unit and examined.unit.code == campaign.root.code
        if examined.sha256 and not own_result:
            yield examined.sha256, examined.path


def sight_day(campaign: Campaign, day: date) -> date | None:
    """The day to write down for a file that is new today; `None` where the campaign is long over."""
    return None if day > last_day(campaign) + LONG_OVER else day


def last_day(campaign: Campaign) -> date:
    """The last deadline, or the end of the week where there is none."""
    return max((deadline.day for deadline in campaign.deadlines.values()), default=campaign.end)
