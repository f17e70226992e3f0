"""A campaign folder as people may have edited it: every fault named with its place, deadlines, key."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aggregator.campaign import Deadline, load_campaign, read_key
from aggregator.faults import BadDocument, Stop
from aggregator.resources import sample_dir

SAMPLES = ("ben-cat-2021", "dong-nai-2023", "duc-trong-2021", "hai-ba-trung-2021", "quan-7-2024", "sao-mai-2025")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("campaign.json", "units.csv"):
        shutil.copy(sample_dir() / "hai-ba-trung-2021" / name, tmp_path / name)
    return tmp_path


def change(folder: Path, edit: Callable[[dict[str, Any]], Any]) -> None:
    file = folder / "campaign.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    edit(document)
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def faults(folder: Path) -> list[tuple[str, str, str]]:
    """File, place and found of every fault."""
    with pytest.raises(BadDocument) as stop:
        load_campaign(folder)
    assert stop.value.status == 3
    assert all(fault.expected for fault in stop.value.faults)
    return [(fault.file, fault.place, fault.found) for fault in stop.value.faults]


@pytest.mark.parametrize("name", SAMPLES)
def test_samples(name: str) -> None:
    campaign = load_campaign(sample_dir() / name)
    assert campaign.id == name
    assert campaign.root == campaign.register.root
    assert campaign.day == campaign.start <= campaign.end
    assert (campaign.issued, campaign.received, campaign.results) == ("phat_ra", "nhan_ve", "ket_qua")


def test_texts_of_the_campaign_come_before_those_of_the_form(folder: Path) -> None:
    before = load_campaign(folder)
    assert before.caption == before.form.caption
    assert before.signature == ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    change(folder, lambda campaign: campaign.update(caption="(Kèm theo)", signature=["CHỦ TỊCH"]))
    after = load_campaign(folder)
    assert (after.caption, after.signature) == ("(Kèm theo)", ("CHỦ TỊCH",))
    change(folder, lambda campaign: campaign.update(signature=[]))
    assert load_campaign(folder).signature == after.form.signature


# --- what is missing or wrong --------------------------------------------------------------------------------------


def test_a_folder_without_a_campaign(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(Stop) as stop:
            load_campaign(folder)
        assert stop.value.status == 3
        assert "campaign.json" in stop.value.vi
        assert "-C" in stop.value.en


@pytest.mark.parametrize(
    ("edit", "place", "found"),
    [
        (lambda campaign: campaign.update(form="tong-hop-2019"), "$.form", "tong-hop-2019"),
        (lambda campaign: campaign.update(root="7"), "$.root", "7"),
        (lambda campaign: campaign["event"].update(start="2021-02-30"), "$.event.start", "2021-02-30"),
        (lambda campaign: campaign["deadlines"][1].update(date="2021-11-31"), "$.deadlines[1].date", "2021-11-31"),
        (lambda campaign: campaign["deadlines"][0].update(date="8/10/2021"), "$.deadlines[0].date", '"8/10/2021"'),
        (lambda campaign: campaign["deadlines"][0].update(inclusive="yes"), "$.deadlines[0].inclusive", '"yes"'),
        (lambda campaign: campaign.update(year="2021"), "$.year", '"2021"'),
        (lambda campaign: campaign["folders"].update(issued="../ra"), "$.folders.issued", '"../ra"'),
        (lambda campaign: campaign.update(id="Hai Bà Trưng"), "$.id", '"Hai Bà Trưng"'),
    ],
)
def test_one_fault(folder: Path, edit: Callable[[dict[str, Any]], Any], place: str, found: str) -> None:
    change(folder, edit)
    assert faults(folder) == [("campaign.json", place, found)]


@pytest.mark.parametrize("name", ["theme", "root", "deadlines", "folders"])
def test_a_field_that_is_missing(folder: Path, name: str) -> None:
    change(folder, lambda campaign: campaign.pop(name))
    ((file, place, _),) = faults(folder)
    assert (file, place) == ("campaign.json", "$")


@pytest.mark.parametrize(("text", "place"), [("", "dòng 1, ký tự 1"), ("{\n ]", "dòng 2, ký tự 2"), ("[]", "$")])
def test_no_json(folder: Path, text: str, place: str) -> None:
    (folder / "campaign.json").write_text(text, encoding="utf-8")
    assert [fault[:2] for fault in faults(folder)] == [("campaign.json", place)]


def test_both_files_in_one_pass(folder: Path) -> None:
    change(folder, lambda campaign: campaign.update(form="x", year=0))
    (folder / "units.csv").write_text("code,name,level,parent\n007,,huyện,\n", encoding="utf-8")
    assert [fault[:2] for fault in faults(folder)] == [
        ("campaign.json", "$.year"),
        ("units.csv", "dòng 2, cột name"),
        ("units.csv", "dòng 2, cột level"),
    ]


def test_dates_are_looked_at_together(folder: Path) -> None:
    change(folder, lambda campaign: (campaign["event"].update(end="2021-09-31"),
                                     campaign["deadlines"][2].update(date="2021-02-29")))  # fmt: skip
    assert [place for _, place, _ in faults(folder)] == ["$.event.end", "$.deadlines[2].date"]


def test_a_register_that_is_not_there(folder: Path) -> None:
    (folder / "units.csv").unlink()
    assert faults(folder) == [("units.csv", "$", "FileNotFoundError")]


# --- deadlines, key ------------------------------------------------------------------------------------------------

DAY = date(2021, 10, 8)


@pytest.mark.parametrize(
    ("inclusive", "received", "missed"),
    [
        (True, date(2021, 10, 7), False),
        (True, DAY, False),
        (True, date(2021, 10, 9), True),
        (False, date(2021, 10, 7), False),
        (False, DAY, True),
        (False, date(2021, 10, 9), True),
    ],
)
def test_the_printed_day_itself(inclusive: bool, received: date, missed: bool) -> None:
    """ "Chậm nhất ngày 8" takes the 8th, "trước ngày 8" does not."""
    assert Deadline("school", DAY, inclusive).missed_by(received) is missed


def test_deadlines_of_a_campaign(folder: Path) -> None:
    assert load_campaign(folder).deadlines == {
        "school": Deadline("school", date(2021, 10, 7), True),
        "commune": Deadline("commune", DAY, False),
        "district": Deadline("district", date(2021, 10, 15), False),
    }


def test_key(folder: Path) -> None:
    (folder / "campaign.key").write_text("00ff" * 16 + "\n", encoding="ascii")
    assert read_key(folder) == b"\x00\xff" * 16
    assert load_campaign(folder).key == b"\x00\xff" * 16


@pytest.mark.parametrize("data", [None, b"", b"\n", b"khoa", b"0f0", b"\xff\xfe0\x000\x00"])
def test_a_lost_key_stops_nothing_but_seals(folder: Path, data: bytes | None) -> None:
    if data is not None:
        (folder / "campaign.key").write_bytes(data)
    assert load_campaign(folder).key is None
