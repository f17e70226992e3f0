"""Reading on other machines and from addresses, without a cluster; `proof/test_cluster.py` has a real one."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aggregator import cluster, workers
from aggregator.campaign import Campaign, load_campaign
from aggregator.cli import cli
from aggregator.cluster import OtherTool, Work, read_parcel
from aggregator.inbox import Item, gather
from aggregator.remote import Address, fetch, is_url
from aggregator.resources import sample_dir
from aggregator.steps.survey import expectation

SAMPLE = "quan-7-2024"


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    folder = tmp_path / SAMPLE
    shutil.copytree(sample_dir() / SAMPLE, folder)
    (folder / "nhan_ve" / "hong.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    first = next(path for path in sorted((folder / "nhan_ve").rglob("*.xlsx")) if path.name != "hong.xlsx")
    with zipfile.ZipFile(folder / "nhan_ve" / "gui.zip", "w") as archive:
        archive.write(first, "trong/ban-sao.xlsx")
    return load_campaign(folder)


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def entries(campaign: Campaign) -> tuple[Item, ...]:
    return gather([campaign.folder / campaign.received], campaign.folder)


def test_a_parcel_is_read_as_it_is_here(campaign: Campaign) -> None:
    items, expected = entries(campaign), expectation(campaign)
    work = Work(expected, (), cluster._tool())
    assert len(items) > 5
    assert read_parcel(items, work) == list(workers.examine_each(items, expected, 1))


def test_a_machine_that_does_not_see_the_files_gives_them_back(campaign: Campaign) -> None:
    work = Work(expectation(campaign), (), cluster._tool())
    items = entries(campaign)
    items[0].path.unlink()
    assert read_parcel(items, work) is None


def test_another_version_reads_nothing(campaign: Campaign) -> None:
    found = read_parcel(entries(campaign), Work(expectation(campaign), (), "another"))
    assert isinstance(found, OtherTool) and found.host


@pytest.mark.parametrize(
    "words", [("--executor", "dask"), ("--scheduler", "tcp://x:1"), ("--executor", "local", "--scheduler", "tcp://x:1")]
)
def test_dask_and_its_scheduler_go_together(campaign: Campaign, words: tuple[str, ...]) -> None:
    for command in ("check", "aggregate"):
        result = run("-C", campaign.folder, command, campaign.folder / "nhan_ve", *words)
        assert (result.exit_code, "--scheduler" in result.stderr) == (2, True)
    assert not (campaign.folder / campaign.results).exists()


def test_what_is_not_installed_is_said(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("distributed", "fsspec", "fsspec.core"):
        monkeypatch.setitem(sys.modules, module, None)
    dask = ("--executor", "dask", "--scheduler", "tcp://127.0.0.1:1")
    for words in [(campaign.folder / "nhan_ve", *dask), (f"file://{campaign.folder}/nhan_ve",)]:
        result = run("-C", campaign.folder, "check", *words)
        assert (result.exit_code, "[cluster]" in result.stderr) == (3, True)


def test_second_opinion_wants_files_of_this_machine(campaign: Campaign) -> None:
    result = run("-C", campaign.folder, "check", "--second-opinion", f"file://{campaign.folder}/nhan_ve")
    assert result.exit_code == 2


# --- addresses -----------------------------------------------------------------------------------------------------


def url_of(path: Path) -> str:
    return path.absolute().as_uri()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("s3://b/x", True), ("memory://x", True), ("C://x", False), ("nhan_ve", False), ("a/b://c", False), ("", False)],
)
def test_what_an_address_is(text: str, is_one: bool) -> None:
    assert is_url(text) is is_one


def place_of(finding: dict[str, str]) -> list[str]:
    """All but the texts, in which long addresses are cut short."""
    return [finding[key] for key in ("code", "severity", "file", "sheet", "cell", "unit", "row", "measure")]


def test_an_address_gives_what_the_folder_gives(campaign: Campaign) -> None:
    folder = campaign.folder / campaign.received
    documents = []
    for place in (folder, url_of(folder)):
        result = run("-C", campaign.folder, "check", "--json", place)
        documents.append((result.exit_code, json.loads(result.stdout)))
    (here_status, here), (there_status, there) = documents
    assert (here_status, len(here["files"])) == (there_status, len(there["files"]))
    text = json.dumps(there, ensure_ascii=False).replace(url_of(folder), campaign.received)
    assert [line | {"path": ""} for line in here["files"]] == [line | {"path": ""} for line in there["files"]]
    assert [place_of(line) for line in json.loads(text)["findings"]] == [place_of(line) for line in here["findings"]]
    assert [line["path"] for line in json.loads(text)["files"]] == [line["path"] for line in here["files"]]
    assert any("gui.zip!/trong/ban-sao.xlsx" in line["path"] for line in there["files"])


def test_an_address_is_added_up_as_the_folder_is(campaign: Campaign) -> None:
    totals = []
    for place in (campaign.folder / campaign.received, url_of(campaign.folder / campaign.received)):
        result = run("-C", campaign.folder, "aggregate", "--json", "--force", place)
        totals.append(json.loads(result.stdout)["totals"])
    assert totals[0] == totals[1] and any(totals[0].values())


@pytest.mark.parametrize("url", ["file:///does/not/exist", "no-such-kind://x/y"])
def test_an_address_that_leads_nowhere_stops(campaign: Campaign, url: str) -> None:
    result = run("-C", campaign.folder, "aggregate", url)
    assert (result.exit_code, url in result.stderr) == (3, True)
    assert not (campaign.folder / campaign.results).exists()


def test_a_file_that_is_gone_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        fetch(Address(url_of(tmp_path / "gone.xlsx")), 10)


def test_a_file_is_fetched_no_further_than_asked(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"0123456789")
    assert fetch(Address(url_of(tmp_path / "a.xlsx")), 4) == b"0123"


def test_a_key_in_an_address_is_never_shown() -> None:
    assert Address("s3://who:secret@house/bucket/x.xlsx?token=secret#secret").shown == "s3://house/bucket/x.xlsx"
