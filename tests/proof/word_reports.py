"""Word reports as an office would get them: invented numbers, and words of some schools; printed by LibreOffice Writer.

`python -m tests.proof.word_reports FOLDER` writes the pages of the three reports there as pictures, to be looked at.
"""

import random
import sys
import tempfile
from pathlib import Path

import openpyxl

from tests.office import demand, png, run
from tests.proof.helpers import MODEST, Campaign, fill_quickly, sample_campaign

REPORTS = {"hai-ba-trung-2021": "2021-10-14", "dong-nai-2023": "2023-10-30", "quan-7-2024": "2024-10-14"}
"""Sample → the day of its report."""
MISSING = 3
NARRATIVES = (
    "Nhà trường đã xây dựng kế hoạch, phân công từng tổ chuyên môn và tuyên truyền tới toàn thể phụ huynh.",
    "Học sinh hào hứng với ngày hội đọc sách; thư viện mở cửa cả buổi trưa trong suốt Tuần lễ.",
    "Một số hoạt động phải chuyển sang hình thức trực tuyến nên số người tham gia còn ít.",
)
ACTIVITIES = (
    ("Ngày hội đọc sách “Mỗi trang sách một chân trời”", "Thư viện trường", 1, 320, "Sân trường"),
    ("Thi kể chuyện theo sách", "Đội thiếu niên", 2, 64, None),
    ("Tọa đàm “Cùng con học suốt đời”", "Ban đại diện cha mẹ học sinh", 1, 85, "Trực tuyến"),
)
DPI = 70


def reported(folder: Path, sample: str, seed: object) -> tuple[Campaign, Path]:
    """A campaign in which all but a few units have reported, some with words too, and its report."""
    rng = random.Random(f"{seed} {sample}")
    campaign = sample_campaign(folder, sample)
    senders = list(campaign.issued)[:-MISSING]
    for code in senders:
        path = fill_quickly(campaign, code, rng, MODEST)
        if rng.random() < 0.06:
            write_words(path, rng)
    target = campaign.folder / "bao-cao.docx"
    done = campaign.run("report", "-o", target, "--now", REPORTS[sample])
    assert done.status == 0, done.err[-2000:]
    return campaign, target


def write_words(path: Path, rng: random.Random) -> None:
    """Narratives and activities, typed as a school does."""
    book = openpyxl.load_workbook(path)
    headings = [cells[0] for cells in book["Thuyết minh"].iter_rows(min_row=4, max_col=2) if cells[0].value]
    for heading in rng.sample(headings, 2):
        heading.offset(0, 1).value = rng.choice(NARRATIVES)
    line = next(cells[0].row for cells in book["Hoạt động"].iter_rows(max_col=1) if cells[0].value in (1, "1"))
    for column, value in enumerate(rng.choice(ACTIVITIES), start=2):
        book["Hoạt động"].cell(line, column).value = value
    book.save(path)


def printed(source: Path, folder: Path) -> Path:
    """The .docx as PDF."""
    with tempfile.TemporaryDirectory(prefix="writer-") as profile:
        words = ("--headless", f"-env:UserInstallation={Path(profile).as_uri()}", "--convert-to", "pdf", "--outdir")
        run("soffice", *words, folder, source)
    target = folder / f"{source.stem}.pdf"
    demand(None if target.is_file() else "LibreOffice Writer is not installed (package libreoffice-writer)")
    return target


def make(folder: Path) -> list[Path]:
    pictures = []
    for sample in REPORTS:
        with tempfile.TemporaryDirectory() as room:
            _, report = reported(Path(room) / sample, sample, "ảnh")
            pdf = printed(report, Path(room)).rename(Path(room) / f"{sample}.pdf")
            pictures += png(pdf, folder, DPI)
    return pictures


if __name__ == "__main__":
    for picture in make(Path(sys.argv[1])):
        print(picture, picture.stat().st_size)
