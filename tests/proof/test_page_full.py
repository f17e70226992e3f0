"""The HTML page in a real browser: axe has nothing to say, the keyboard reaches and works everything, it prints.

The page is that of the demo province; a large and a hostile one besides. The browser is Chromium, driven from npm.
"""

import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from aggregator.account import consolidate
from aggregator.campaign import load_campaign
from aggregator.consolidation import Consolidation
from aggregator.outputs.page import write_page
from aggregator.steps.demo import run_demo
from aggregator.steps.survey import Request, collect
from tests.office import demand, environment, find, pdf_text
from tests.test_page import ATTACKS, SCHOOLS, province, spoiled

DRIVER = Path(__file__).with_name("page.cjs")
CACHE = Path(__file__).resolve().parents[2] / ".cache"
PACKAGES = {"playwright-core": "1.56.1", "axe-core": "4.11.4"}
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
INSTALL_SECONDS = 300.0
TASK_SECONDS = 300.0
OPEN_SECONDS = 10.0
"""Above it something grows as it must not; two seconds are usual, but the machine may be busy."""
A4 = "594.96 x 841.92"


@functools.cache
def libraries() -> Path:
    """The driver and axe, installed once into `.cache/`, whole or not at all."""
    home = CACHE / ("page-" + "-".join(PACKAGES.values()))
    demand(None if shutil.which("node") and shutil.which("npm") else "node and npm are not installed")
    if not home.exists():
        CACHE.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="npm-", dir=CACHE))
        names = [f"{name}@{version}" for name, version in PACKAGES.items()]
        command = ["npm", "install", "--prefix", str(fresh), "--no-audit", "--no-fund", *names]
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        if done.returncode == 0 and not home.exists():
            fresh.replace(home)
        shutil.rmtree(fresh, ignore_errors=True)
        demand(None if home.exists() else f"npm could not install {names}: {done.stderr.strip()[-300:]}")
    return home


def browse(task: str, page: Path, room: Path) -> Any:
    browser = os.environ.get("CHROME") or find(*BROWSERS)
    demand(None if browser else "no Chromium is installed (Debian: chromium-headless-shell)")
    command = ["node", str(DRIVER), str(libraries()), str(browser), str(room), task, str(page)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=TASK_SECONDS, env=environment())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trang")


@pytest.fixture(scope="module")
def result(room: Path) -> Consolidation:
    """The demo province, read and added up once more."""
    folder = room / "tinh"
    assert run_demo(folder, lambda *_lines: None, lambda _document: None, "vi") == 0
    campaign = load_campaign(folder)
    got = collect(Request((folder / campaign.received,), folder, campaign, now="2024-10-16"))
    return consolidate(got.choice, got.examinations, got.at, got.setting)


@pytest.fixture(scope="module")
def page(room: Path, result: Consolidation) -> Path:
    path = room / "tổng hợp 09.html"
    path.write_bytes(write_page(result))
    return path


def shown(found: list[Any]) -> None:
    """The text of the live count names as many as can be seen."""
    assert re.search(r"\d+", found[0])[0] == str(found[1])  # type: ignore[index]


def test_axe_has_nothing_to_say(page: Path, room: Path) -> None:
    found = browse("axe", page, room)
    for width in ("desk", "phone"):
        for state in ("closed", "open", "dialog"):
            assert found[f"{width} {state}"]["told"] == []
            assert found[f"{width} {state}"]["passes"] > 20
        assert found[width]["wide"] <= found[width]["viewport"]
        assert found[width]["said"] == []
        assert found[width]["asked"] == 1


def test_the_keyboard_reaches_every_control(page: Path, room: Path) -> None:
    found = browse("tab", page, room)
    assert found["wanted"] > 100
    assert found["reached"] == found["wanted"]
    assert found["unseen"] == []


def test_every_control_works_from_the_keyboard(page: Path, room: Path, result: Consolidation) -> None:
    found = browse("keys", page, room)
    coverage, total = result.coverage, len(result.findings)
    expected = len(coverage.expected or ())
    assert found["skipped"] == "main"
    for name in ("units", "toDo", "all", "typed"):
        shown(found[name])
    assert 0 < found["units"][1] < expected
    assert found["toDo"][1] == len(coverage.refused) + len(coverage.missing)
    assert (found["closed"], found["opened"]) == (0, expected)
    assert found["summary"] == [True, False, True]
    assert found["all"][1] == total
    assert found["noInfo"][2] == 0 < found["noInfo"][1] < total
    assert 0 < found["typed"][1] < found["noInfo"][1]
    assert found["code"]["value"]
    assert found["code"]["others"] == 0
    assert found["reset"] == [f"Đang hiện {total}/{total} vấn đề", "finding-find"]
    assert found["said"] == []


def number(text: str) -> int:
    return int(text.replace(".", "")) if re.fullmatch(r"[\d.]+", text) else 0


def test_a_number_opens_to_its_contributors(page: Path, room: Path, result: Consolidation) -> None:
    found = browse("number", page, room)
    total = result.totals[result.form.figures[3]]
    assert number(found["number"]) == total
    assert found["title"].startswith(found["number"])
    assert sum(number(part[0][2]) for part in found["closed"]) == total
    leaves = [row for part in found["opened"] for row in part if row[0] == "leaf"]
    alone = [part[0] for part in found["opened"] if len(part) == 1]
    assert sum(number(row[2]) for row in (*leaves, *alone)) == total
    assert all(".xlsx" in row[1] for row in leaves)
    assert found["inside"]
    assert found["back"] == found["number"]
    assert not found["still"]
    assert found["said"] == []


def test_a_number_of_a_larger_result_opens_to_its_branches(room: Path, result: Consolidation) -> None:
    path = room / "branches.html"
    path.write_bytes(write_page(result, most=10))
    found = browse("number", path, room)
    total = result.totals[result.form.figures[3]]
    assert number(found["number"]) == total
    assert [len(part) for part in found["closed"]] == [1] * len(result.branches)
    assert sum(number(part[0][2]) for part in found["closed"]) == total
    assert found["opened"] == found["closed"]
    assert found["back"] == found["number"]
    assert found["said"] == []
    assert [told["told"] for name, told in browse("axe", path, room).items() if " " in name] == [[]] * 6


def test_it_reads_without_a_script_and_prints(page: Path, room: Path, result: Consolidation) -> None:
    found = browse("paper", page, room)
    assert found["numbers"] >= len(result.form.figures)
    assert (found["filters"], found["buttons"]) == (0, 0)
    assert found["toDo"] == len(result.coverage.refused) + len(result.coverage.missing)
    names = result.register.by_code
    for name in ("page.pdf", "no-script.pdf"):
        text = " ".join(pdf_text(room / name).split())
        for code in (*result.coverage.refused, *result.coverage.missing):
            assert code in text, (name, names[code].name)
        for figure in result.form.figures:
            assert f"{result.totals[figure]:,}".replace(",", ".") in text
        assert "Bỏ lọc" not in text
        assert "Tải lại" not in text
        facts = subprocess.run(["pdfinfo", str(room / name)], capture_output=True, text=True, check=True).stdout
        assert A4 in facts


@pytest.mark.parametrize("attack", [text for text in ATTACKS if "alert" in text or "src" in text])
def test_strangers_texts_stay_texts(room: Path, attack: str) -> None:
    path = room / "hostile.html"
    path.write_bytes(write_page(spoiled(attack.replace("alert(", "globalThis.pwned=(").replace("//a.", "//b."))))
    found = browse("hostile", path, room)
    assert found["said"] == []
    assert len(found["asked"]) == 1
    assert found["elements"] == 2
    assert not found["ran"]


def test_a_province_opens_at_once(room: Path) -> None:
    path = room / "large.html"
    path.write_bytes(write_page(province(SCHOOLS)))
    times = browse("speed", path, room)
    best = {name: min(turn[name] for turn in times) / 1000 for name in ("open", "filter", "number")}
    print(best, path.stat().st_size)
    assert max(best.values()) < OPEN_SECONDS
    assert times[0]["rows"] > 100
