"""Everything that a campaign writes, from the first file to the last: the same bytes in any world, texts only texts."""

from __future__ import annotations

import io
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

pytest.importorskip("docx")

from aggregator import layout as place
from aggregator.campaign import load_campaign
from aggregator.steps.issue import init_sample
from tests.cases_craft import packed
from tests.filling import send

ROOT = Path(__file__).resolve().parents[1]
SEED = "kết quả"
SCHOOLS = ("2746601", "2746602", "2746603", "2747501")
HOSTILE = (
    '=HYPERLINK("http://a.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\tcột _x0007_ chuông _xD800_ nửa chữ _x0000_",
    "dài " * 8_000,
    "<script>alert(1)</script>&amp;]]>{{ 7*7 }}",
)
COMMANDS = (
    ("aggregate", "--received", "2024-10-06", "--now", "2024-10-12"),
    ("report", "-o", "{folder}/bao-cao.docx", "--now", "2024-10-12"),
    ("return",),
    ("status", "--reminders", "--now", "2024-10-12"),
)
WORLDS = (
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Ho_Chi_Minh", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONUTF8": "1"},
)


def filled_with_texts(data: bytes) -> bytes:
    """A filled form with a text that means harm in every cell for texts."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    spots = [(place.DATA_SHEET, f"F{row}") for row in range(14, 21)]
    spots += [(place.NARRATIVE_SHEET, f"B{row}") for row in range(4, 11)]
    spots += [(place.ACTIVITIES_SHEET, f"B{row}") for row in range(4, 11)]
    for (sheet, cell), text in zip(spots, HOSTILE * 3, strict=True):
        book[sheet][cell].value = text[:32_767]
        book[sheet][cell].data_type = "s"
    return packed(book, "2024-10-06T02:30:00Z")


def prepare(folder: Path) -> None:
    """Three good files with such texts, one with a negative number under a name like a formula, one that is no form."""
    init_sample(folder, "quan-7-2024")
    units = folder / "units.csv"
    lines = units.read_text(encoding="utf-8-sig").replace("Trường Tiểu học Diều Giấy", "=1+1 Trường Diều Giấy")
    units.write_text(lines, encoding="utf-8-sig")
    campaign = load_campaign(folder)
    for number, code in enumerate(SCHOOLS):
        typed = {("1.07", "count"): -2 if number == 1 else 2, ("1.07", "people"): 60}
        sent = send(campaign, code, typed, name="=cmd.xlsx" if number == 1 else None)
        sent.write_bytes(filled_with_texts(sent.read_bytes()))
    (folder / campaign.received / "@la.xlsx").write_bytes(b"PK\x03\x04 no workbook")


def run_in(world: dict[str, str], source: Path, folder: Path, rng: random.Random) -> None:
    """All commands over a copy whose received files came in another order, at other times."""
    shutil.copytree(source, folder, ignore=lambda path, names: names if Path(path).name == "nhan_ve" else [])
    received = sorted((source / "nhan_ve").iterdir())
    rng.shuffle(received)
    (folder / "nhan_ve").mkdir(exist_ok=True)
    for file in received:
        copy = folder / "nhan_ve" / file.name
        copy.write_bytes(file.read_bytes())
        os.utime(copy, (rng.randrange(10**9), rng.randrange(10**9)))
    for words in COMMANDS:
        command = [sys.executable, "-m", "aggregator", "-C", str(folder), *words, "--json"]
        command = [word.replace("{folder}", str(folder)) for word in command]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **world}, capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()
        (folder / f"{words[0]}.json").write_bytes(done.stdout.replace(str(folder).encode(), b"DIR"))


def written(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".aggregator" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    room = tmp_path_factory.mktemp("the-gioi")
    prepare(room / "goc")
    results = []
    for number, world in enumerate(WORLDS):
        run_in(world, room / "goc", room / str(number), random.Random(f"{SEED} {number}"))
        results.append(written(room / str(number)))
    return results


def test_the_same_bytes_in_another_world(worlds: list[dict[str, bytes]]) -> None:
    one, two = worlds
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == [], f"seed {SEED}"
    kinds = {Path(name).suffix for name in one if not name.startswith("nhan_ve")}
    assert kinds >= {".xlsx", ".docx", ".html", ".txt", ".json", ".csv"}


# --- texts stay texts ------------------------------------------------------------------------------------------------


def parts(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                yield archive.read(name).decode("utf-8")


def of_kind(files: dict[str, bytes], kind: str) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if name.endswith(kind) and not name.startswith("nhan_ve")}


def test_no_text_becomes_a_formula(worlds: list[dict[str, bytes]]) -> None:
    books = of_kind(worlds[0], ".xlsx")
    assert len(books) >= 3
    for name, data in books.items():
        formulas = [found for part in parts(data) for found in re.findall(r"<f[ >][^<]*", part)]
        assert not [text for text in formulas if re.search(r"HYPERLINK|cmd|A1:A9|2\+3|1\+1", text)], name


def test_no_text_becomes_a_link_or_a_field(worlds: list[dict[str, bytes]]) -> None:
    for name, data in {**of_kind(worlds[0], ".xlsx"), **of_kind(worlds[0], ".docx")}.items():
        text = "".join(parts(data))
        assert 'TargetMode="External"' not in text, name
        fields = re.findall(r"<w:instrText[^>]*>([^<]*)|w:instr=\"([^\"]*)", text)
        assert {"".join(field).split()[0] for field in fields} <= {"PAGE", "NUMPAGES", "TOC"}, name


def test_every_part_is_sound_xml_text(worlds: list[dict[str, bytes]]) -> None:
    """No control characters, no halves of characters; long texts are cut with a word about it, not torn."""
    for name, data in worlds[0].items():
        if name.startswith("nhan_ve") or Path(name).suffix == ".key":
            continue
        texts = parts(data) if name.endswith((".xlsx", ".docx")) else [data.decode("utf-8-sig")]
        for text in texts:
            assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", text), name


def test_the_texts_are_all_there(worlds: list[dict[str, bytes]]) -> None:
    result = next(data for name, data in worlds[0].items() if re.fullmatch(r"ket_qua/tong-hop-\w+\.xlsx", name))
    sheet = openpyxl.load_workbook(io.BytesIO(result))["Ghi chú"]
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None}
    for text in HOSTILE:
        start = text.strip()[:3]
        assert any(start in cell for cell in cells), start
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s", "n"}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts.append(data)


def test_the_page_runs_nothing_of_theirs(worlds: list[dict[str, bytes]]) -> None:
    (page,) = of_kind(worlds[0], ".html").values()
    tags = Tags()
    tags.feed(page.decode("utf-8"))
    assert tags.scripts
    assert not [script for script in tags.scripts if "alert(1)" in script and "<script>" in script]


def test_lines_for_spreadsheets_begin_with_no_sign(worlds: list[dict[str, bytes]]) -> None:
    """Staff open the .csv files in Excel, which takes `=…` at the beginning of a field for a formula."""
    for name, data in of_kind(worlds[0], ".csv").items():
        if not name.endswith("units.csv"):
            fields = re.split("[,;\n]", data.decode("utf-8-sig"))
            assert not [field for field in fields if field.strip('"').startswith(("=", "@", "+"))], name
