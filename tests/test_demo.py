"""The demo from end to end: what it makes, that two calculations agree, that it repeats itself to the byte."""

import hashlib
import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from openpyxl import load_workbook

from aggregator.campaign import Campaign, load_campaign
from aggregator.faults import Stop
from aggregator.forms import load_form
from aggregator.layout import Layout
from aggregator.steps import demo, demo_outcome, demo_province
from aggregator.steps.demo_numbers import dice, invent_figures
from aggregator.steps.demo_returns import COMMUNES, SCHOOLS, make_plan

FORM = load_form(demo_province.FORM)


@dataclass
class Said:
    """What one run printed and gave back."""

    folder: Path
    status: int = -1
    lines: list[str] = field(default_factory=list)
    documents: list[dict] = field(default_factory=list)

    @property
    def document(self) -> dict:
        return self.documents[0]


def run(folder: Path, lang: str = "vi") -> Said:
    said = Said(folder)
    said.status = demo.run_demo(folder, lambda *lines: said.lines.extend(lines), said.documents.append, lang)
    return said


def contents(folder: Path) -> dict[str, str]:
    """Every file with its hash."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def wide(said: Said) -> list[str]:
    """Lines that a window of 80 columns would break; the name of the test's folder is not ours."""
    return [line for line in said.lines if len(line) > 80 and str(said.folder) not in line]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    return run(tmp_path_factory.mktemp("here") / "demo")


def test_both_calculations_agree(said: Said) -> None:
    assert said.status == 0
    assert said.document["agree"] is True
    assert said.document["chain_agrees"] is True
    assert said.document["totals"]["1"]["count"] > 100
    assert said.document["totals"]["10.1"]["money"] % 500_000 in (0, 15_000)


def test_size(said: Said) -> None:
    units = load_campaign(said.folder).register.units
    levels = Counter(unit.level for unit in units)
    schools = [unit for unit in units if unit.level == "school" and unit.kind not in ("department", "learning-centre")]
    assert levels["district"] >= 3
    assert levels["commune"] >= 12
    assert len(schools) >= 60
    assert any(unit.kind == "learning-centre" for unit in units)
    assert all(unit.code.startswith("0") for unit in units)
    assert len({unit.name for unit in units}) == len(units)


def test_at_least_twelve_faults(said: Said) -> None:
    met = {finding["code"] for finding in said.document["findings"]}
    errors = {finding["code"] for finding in said.document["findings"] if finding["severity"] == "error"}
    assert len(errors) >= 12
    wanted = {"row-moved", "row-missing", "row-extra", "label-changed", "unit-changed", "formula-replaced"}
    wanted |= {"value-ambiguous", "value-date", "value-fraction", "value-negative", "value-not-a-number"}
    wanted |= {"subtotal-below-parts", "submission-conflict", "counted-twice", "nothing-filled", "unit-unknown"}
    wanted |= {"file-empty", "file-damaged", "file-not-a-workbook", "form-other", "money-too-small", "outlier"}
    wanted |= {"people-without-count", "count-without-people", "people-below-count", "books-without-donors"}
    wanted |= {"row-hidden", "value-outside-form", "value-interpreted", "lock-removed", "submission-duplicate"}
    wanted |= {"submission-superseded", "file-companion", "file-temporary", "report-missing"}
    assert wanted - met == set()


def test_outputs_open_and_say_the_same(said: Said) -> None:
    """The cells of the province's workbook, as another program reads them, are the totals of the document."""
    assert len(said.document["outputs"]) == 5
    assert all((said.folder / path).is_file() for path in said.document["outputs"])
    sheet = load_workbook(said.folder / said.document["outputs"][0], data_only=True)["Tổng hợp"]
    by_code = {row[7]: row for row in sheet.iter_rows(max_col=8, values_only=True) if row[7]}
    for key, measure in FORM.figures:
        cell = by_code[FORM.by_key[key].code][4 if measure == "people" else 3]
        assert cell == said.document["totals"][key][measure], (key, measure)


def test_text(said: Said) -> None:
    assert wide(said) == []
    text = "\n".join(said.lines)
    assert "KHỚP" in text
    assert str(demo_province.SEED) in text
    named = [line.strip() for line in said.lines if line.endswith((".xlsx", ".html"))]
    assert len(named) == 6
    assert all((said.folder / name).is_file() for name in named)


def test_the_same_again_to_the_byte(said: Said) -> None:
    """A second run replaces the first; only its words are in the other language."""
    before = contents(said.folder)
    again = run(said.folder, "en")
    assert contents(said.folder) == before
    assert again.document == said.document
    assert "AGREED" in "\n".join(again.lines)
    assert wide(again) == []
    json.dumps(again.document)


def test_an_own_file_in_the_folder_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / demo_province.MARKER).write_bytes(b"")
    (folder / "ket_qua").mkdir()
    (folder / "ghi-chu.txt").write_text("của tôi", encoding="utf-8")
    demo_province.make_room(folder)
    assert [path.name for path in folder.iterdir()] == ["ghi-chu.txt"]


@pytest.mark.parametrize("file", [False, True], ids=["folder", "file"])
def test_another_place_is_refused(tmp_path: Path, file: bool) -> None:
    place = tmp_path / "cua-toi"
    (place.parent if file else place).mkdir(exist_ok=True)
    (place if file else place / "units.csv").write_text("của tôi", encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(Stop, match="not made by demo"):
        run(place)
    assert contents(tmp_path) == before


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    demo_province.make_room(tmp_path)
    demo_province.make_room(tmp_path / "not there yet")


def test_the_second_calculation_can_fail(said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another total is told, and gives exit status 1. The files are those of the first run."""

    def copied(campaign: Campaign, *_: object) -> tuple:
        for name in (campaign.issued, campaign.received):
            shutil.copytree(said.folder / name, campaign.folder / name, dirs_exist_ok=True)
        return ()

    monkeypatch.setattr(demo, "distribute", copied)
    monkeypatch.setattr(demo, "send_all", copied)
    monkeypatch.setattr(demo, "load_oracle", lambda: lambda paths: {"M02": {"count": 1}})
    other = run(tmp_path / "demo")
    assert other.status == 1
    assert other.document["agree"] is False
    assert "KHÔNG KHỚP" in "\n".join(other.lines)


def test_without_the_oracle(said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(demo_outcome, "PACKAGE", tmp_path / "site-packages" / "aggregator")
    assert demo_outcome.load_oracle() is None


@pytest.mark.parametrize("kind", ["primary", "learning-centre", "department"])
def test_numbers_are_believable(said: Said, kind: str) -> None:
    units = [unit for unit in load_campaign(said.folder).register.units if unit.kind == kind]
    for unit in units:
        figures = invent_figures(FORM, unit, dice(unit))
        assert figures == invent_figures(FORM, unit, dice(unit))
        for row in FORM.rows:
            if row.paired:
                count, people = figures.get((row.key, "count"), 0), figures.get((row.key, "people"), 0)
                assert (count == people == 0) or count <= people <= 500 * count
        assert all(figures.get((key, "money"), 0) % 500_000 == 0 for key in ("10.1", "10.2"))
        assert set(figures) <= set(Layout(FORM).open_cells(unit.level).values())


def test_everybody_has_one_part_in_the_plan(said: Said) -> None:
    plan = make_plan(load_campaign(said.folder).register.units)
    assert len(plan) == len(SCHOOLS) + len(COMMUNES)
