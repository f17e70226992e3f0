"""The pictures of README, made anew: `python -m tests.proof.pictures [FOLDER]` (default docs/images).

form.png: the form of a school of Quận 7 with invented numbers; tong-hop.png: what the district gets. Both are the first
page that LibreOffice prints. The numbers are the same in every run.
"""

import random
import sys
import tempfile
from pathlib import Path

from tests.office import Office, png
from tests.proof.helpers import MODEST, ROOT, Campaign, fill, fill_quickly, sample_campaign

DPI = 100
SCHOOL = "2746602"
FOLDER = ROOT / "docs" / "images"


def printed(office: Office, book: Path, picture: Path) -> Path:
    """The first page of a workbook as PNG."""
    with tempfile.TemporaryDirectory() as room:
        pages = png(office.pdf(book, Path(room) / "a.pdf"), Path(room) / "pages", DPI)
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(pages[0].read_bytes())
    return picture


def collected(office: Office, campaign: Campaign) -> Path:
    """All units but three have reported; returns the consolidated workbook."""
    rng = random.Random("ảnh")
    fill(office, campaign, SCHOOL, rng, most=MODEST)
    for code in list(campaign.issued)[:-3]:
        if code != SCHOOL:
            fill_quickly(campaign, code, rng, MODEST)
    done = campaign.run("aggregate", "--now", "2024-10-14", "--json")
    return campaign.folder / str(done.document["outputs"][0])


def make(folder: Path) -> list[Path]:
    office = Office(locale="vi-VN")
    with tempfile.TemporaryDirectory() as room:
        campaign = sample_campaign(Path(room) / "quan-7", "quan-7-2024")
        result = collected(office, campaign)
        form = campaign.inbox / campaign.name_of(SCHOOL)
        pictures = [printed(office, form, folder / "form.png"), printed(office, result, folder / "tong-hop.png")]
    office.close()
    return pictures


if __name__ == "__main__":
    for path in make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(path, path.stat().st_size)
