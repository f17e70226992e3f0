"""The pictures of README, made anew: `python -m tests.proof.pictures [FOLDER]` (default docs/images).

form.png: the form of a school of Quận 7 with invented numbers; tong-hop.png: what the district gets; bieu-do.png: its
charts; bao-cao.png: its Word report. All are pages that LibreOffice prints. trang.png: its page in a browser. The
numbers are the same in every run.
"""

import os
import random
import sys
import tempfile
from pathlib import Path

from tests.office import Office, demand, find, pdf_text, png, run
from tests.proof.helpers import MODEST, ROOT, Campaign, fill, fill_quickly, sample_campaign
from tests.proof.word_reports import printed

DPI = 100
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SCHOOL = "2746602"
FOLDER = ROOT / "docs" / "images"


def taken(paper: Path, picture: Path, words: str = "") -> Path:
    """One page of a PDF as PNG: the first that holds `words`."""
    number = next(at for at, text in enumerate(pdf_text(paper).split("\f")) if words in text)
    with tempfile.TemporaryDirectory() as room:
        pages = png(paper, Path(room) / "pages", DPI)
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(pages[number].read_bytes())
    return picture


def seen(page: Path, picture: Path) -> Path:
    """The upper part of a page as a browser shows it."""
    browser = os.environ.get("CHROME") or find(*BROWSERS)
    demand(None if browser else "no Chromium is installed (Debian: chromium-headless-shell)")
    size = "--window-size=1000,1100"
    run(str(browser), "--headless", "--no-sandbox", "--hide-scrollbars", size, f"--screenshot={picture}", page.as_uri())
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
        report = Path(room) / "bao-cao.docx"
        campaign.run("report", "-o", report, "--now", "2024-10-14")
        form = office.pdf(campaign.inbox / campaign.name_of(SCHOOL), Path(room) / "form.pdf")
        book = office.pdf(result, Path(room) / "book.pdf")
        pictures = [
            taken(form, folder / "form.png"),
            taken(book, folder / "tong-hop.png"),
            taken(book, folder / "bieu-do.png", "BIỂU ĐỒ"),
            taken(printed(report, Path(room)), folder / "bao-cao.png"),
            seen(result.with_suffix(".html"), folder / "trang.png"),
        ]
    office.close()
    return pictures


if __name__ == "__main__":
    for path in make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(path, path.stat().st_size)
