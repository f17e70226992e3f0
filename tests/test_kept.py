"""What was read in the run before: used where nothing changed, never believed where anything did."""

from __future__ import annotations

import os
import pickle
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import aggregator
from aggregator import kept
from aggregator.campaign import load_campaign
from aggregator.cli import cli
from aggregator.outputs import workbook
from aggregator.steps import survey
from tests.corpus import make_corpus

FILES = 6
STATE = Path(".aggregator") / kept.FILE


@pytest.fixture(scope="module")
def made(small_blocks: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign that was added up once."""
    folder = make_corpus(tmp_path_factory.mktemp("kept") / "dot", FILES, 3).campaign.folder
    assert CliRunner().invoke(cli, ["-C", str(folder), "aggregate"]).exit_code == 0
    return folder


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """So that a few files make several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "BLOCK", 2)
        yield


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "dot"))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are opened from now on."""
    names: list[str] = []
    real = survey.Readers.examine_each

    def examine_each(readers, items, *rest):
        names.extend(Path(item.name).name for item in items)
        return real(readers, items, *rest)

    monkeypatch.setattr(survey.Readers, "examine_each", examine_each)
    return names


def aggregate(folder: Path) -> tuple[bytes, bytes]:
    """The workbook and the page."""
    done = CliRunner().invoke(cli, ["-C", str(folder), "aggregate", "--force"])
    assert done.exit_code in (0, 1), done.output
    (book,), (page,) = (list((folder / "ket_qua").glob(f"tong-hop-79{end}")) for end in (".xlsx", ".html"))
    return book.read_bytes(), page.read_bytes()


def anew(folder: Path) -> tuple[bytes, bytes]:
    """The same without what was kept."""
    (folder / STATE).unlink(missing_ok=True)
    return aggregate(folder)


def inbox(folder: Path) -> list[Path]:
    return sorted((folder / "nhan_ve").glob("*.xlsx"))


def test_an_unchanged_folder_is_not_opened_again(folder: Path, opened: list[str]) -> None:
    again = aggregate(folder)
    assert opened == []
    assert again == anew(folder)
    assert len(opened) == FILES


@pytest.mark.parametrize("many", [0, survey.MANY])
@pytest.mark.parametrize("place", [0, -1])
def test_a_corrected_file_is_the_only_one_that_is_opened(
    folder: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch, place: int, many: int
) -> None:
    """Of the same size and time, in the same place: the content decides, whoever hashes it."""
    monkeypatch.setattr(survey, "MANY", many)
    first, second = inbox(folder)[place], inbox(folder)[1]
    facts = first.stat()
    data = second.read_bytes().ljust(facts.st_size, b"\0")[: facts.st_size]
    first.write_bytes(data)
    os.utime(first, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    again = aggregate(folder)
    assert opened == [first.name]
    assert again == anew(folder)


def test_what_stays_is_not_written_again(folder: Path) -> None:
    before = blocks(folder)
    inbox(folder)[0].write_bytes(inbox(folder)[1].read_bytes())
    aggregate(folder)
    after = blocks(folder)
    assert len(before) == FILES // 2
    assert len(before.keys() & after.keys()) == FILES // 2 - 1


def test_blocks_stay_few(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One corrected file after the other: what is left of a block joins the others."""
    monkeypatch.setattr(kept, "BLOCK", 4)
    first, second, third = (path.read_bytes() for path in inbox(folder)[:3])
    for data in (second, third, first) * 2:
        inbox(folder)[0].write_bytes(data)
        aggregate(folder)
    assert len(names(folder)) == FILES
    assert len(blocks(folder)) <= FILES // 2


def blocks(folder: Path) -> dict[bytes, int]:
    """Seal → number."""
    with sqlite3.connect(folder / STATE) as state:
        return dict(state.execute("SELECT seal, number FROM block"))


def test_what_adds_up_is_loaded_while_many_files_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[int] = []
    monkeypatch.setattr(survey, "get_ready", lambda: loaded.append(1))
    anew(folder)
    assert loaded == []
    monkeypatch.setattr(survey, "MANY", FILES - 1)
    aggregate(folder)
    assert loaded == []
    anew(folder)
    assert loaded == [1]


def test_a_file_under_another_name_is_opened(folder: Path, opened: list[str]) -> None:
    inbox(folder)[0].rename(folder / "nhan_ve" / "x.xlsx")
    again = aggregate(folder)
    assert opened == ["x.xlsx"]
    assert again == anew(folder)


def test_what_is_gone_is_forgotten(folder: Path) -> None:
    inbox(folder)[0].unlink()
    aggregate(folder)
    assert len(names(folder)) == FILES - 1


def names(folder: Path) -> list[str]:
    shelf = kept.Shelf(load_campaign(folder))
    shelf.open()
    return list(shelf._held)


def _edit(name: str, old: str, new: str) -> Callable[[Path, pytest.MonkeyPatch], None]:
    def change(folder: Path, _patch: pytest.MonkeyPatch) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def _decide(folder: Path, _patch: pytest.MonkeyPatch) -> None:
    line = f"waive,{inbox(folder)[0].stem},outlier,đã hỏi,A,2024-10-01\n"
    (folder / "decisions.csv").write_text(f"what,target,value,reason,by,date\n{line}", encoding="utf-8")


def _update(_folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(kept, "__version__", aggregator.__version__ + ".1")


def _other_rules(_folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(kept, "tool_hash", lambda: "another")


CHANGES = {
    "register": _edit("units.csv", "Trường Thử số 0", "Trường Thử số không"),
    "week": _edit("campaign.json", "2024-10-01", "2024-09-30"),
    "decisions": _decide,
    "version": _update,
    "rules": _other_rules,
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_a_reading_depends_on_makes_it_old(
    folder: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    CHANGES[what](folder, monkeypatch)
    again = aggregate(folder)
    assert len(opened) == FILES
    assert again == anew(folder)


class Attack:
    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, ("attacked",)


def _all_contents(path: Path, change: Callable[[bytes], bytes]) -> None:
    with sqlite3.connect(path) as state:
        for number, content in state.execute("SELECT number, content FROM block").fetchall():
            state.execute("UPDATE block SET content = ? WHERE number = ?", (change(content), number))


def _exchange(path: Path) -> None:
    """Every block under the seal of another."""
    with sqlite3.connect(path) as state:
        rows = state.execute("SELECT number, content FROM block").fetchall()
        assert len(rows) > 1
        for (number, _), (_, content) in zip(rows, rows[1:] + rows[:1], strict=True):
            state.execute("UPDATE block SET content = ? WHERE number = ?", (content, number))


def _one_lost(path: Path) -> None:
    with sqlite3.connect(path) as state:
        state.execute("UPDATE block SET seal = zeroblob(32) WHERE number = 2")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "noise": lambda path: path.write_bytes(random.Random(1).randbytes(5_000)),
    "empty": lambda path: path.write_bytes(b""),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "pages": lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096)),
    "numbers": lambda path: _all_contents(path, lambda content: content.replace(b"K\x02", b"K\x03")),
    "cut": lambda path: _all_contents(path, lambda content: content[:-20]),
    "exchanged": _exchange,
    "one seal": _one_lost,
    "words": lambda path: sqlite3.connect(path).executescript("UPDATE block SET seal = 'x', content = 'y'"),
    "nothing": lambda path: sqlite3.connect(path).executescript("UPDATE block SET seal = NULL, content = NULL"),
    "attack": lambda path: _all_contents(path, lambda _: pickle.dumps(Attack())),
    "other table": lambda path: sqlite3.connect(path).executescript("DROP TABLE block; CREATE TABLE block (a)"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_state_is_rebuilt(
    folder: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    DAMAGE[what](folder / STATE)
    again = aggregate(folder)
    assert 0 < len(opened) <= FILES
    assert not (tmp_path / "attacked").exists()
    opened.clear()
    assert aggregate(folder) == again
    assert opened == []
    assert anew(folder) == again


def test_even_a_sealed_entry_makes_nothing_but_readings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has the key still cannot run anything."""
    monkeypatch.chdir(folder)
    campaign = load_campaign(folder)
    shelf = kept.Shelf(campaign)
    with sqlite3.connect(folder / STATE) as state:
        content = pickle.dumps(Attack())
        state.execute("UPDATE block SET seal = ?, content = ?", (shelf._seal(content), content))
    aggregate(folder)
    assert not (folder / "attacked").exists()


def test_the_state_of_another_campaign_is_nothing(folder: Path, opened: list[str]) -> None:
    (folder / "campaign.key").write_text("ab" * 32 + "\n", encoding="ascii")
    aggregate(folder)
    assert len(opened) == FILES


def test_check_reads_it_and_leaves_it_alone(folder: Path, opened: list[str]) -> None:
    before = (folder / STATE).read_bytes()
    inbox(folder)[0].write_bytes(inbox(folder)[1].read_bytes())
    assert CliRunner().invoke(cli, ["-C", str(folder), "check", str(folder / "nhan_ve")]).exit_code in (0, 1)
    assert len(opened) == 1
    assert (folder / STATE).read_bytes() == before


def test_a_folder_that_cannot_hold_it_is_no_fault(folder: Path, opened: list[str]) -> None:
    (folder / STATE).unlink()
    (folder / STATE).mkdir()
    assert aggregate(folder)
    assert len(opened) == FILES


def test_more_returns_than_a_sheet_has_lines_write_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_LEAVES", FILES - 1)
    before = {path: path.read_bytes() for path in (folder / "ket_qua").rglob("*") if path.is_file()}
    done = CliRunner().invoke(cli, ["-C", str(folder), "aggregate", "--force"])
    assert (done.exit_code, str(FILES - 1) in done.stderr) == (3, True)
    assert {path: path.read_bytes() for path in (folder / "ket_qua").rglob("*") if path.is_file()} == before
