"""The benchmark on a handful of files: its corpus, its peers, and that a wrong sum stops it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from aggregator.campaign import load_campaign
from aggregator.examine import look
from aggregator.inbox import Item
from aggregator.steps.survey import expectation
from tests import bench, bench_report
from tests.bench_readers import READERS
from tests.corpus import Corpus, make_corpus

FILES = 8


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return make_corpus(tmp_path_factory.mktemp("bench") / "corpus", FILES, 7)


def test_the_corpus_is_seeded_and_each_file_of_its_own(corpus: Corpus, tmp_path: Path) -> None:
    same = make_corpus(tmp_path / "again", FILES, 7)
    assert same.sums == corpus.sums != make_corpus(tmp_path / "other", FILES, 8).sums
    assert len({path.read_bytes() for path in corpus.files}) == FILES == len({path.name for path in corpus.files})


def test_every_file_is_a_good_return(corpus: Corpus) -> None:
    expected = expectation(load_campaign(corpus.campaign.folder))
    for path in corpus.files:
        examined = look(Item(str(path), path.name), expected)
        assert [leaf.unit.code for leaf in examined.leaves] == [path.stem]


@pytest.mark.parametrize("name", sorted(READERS.keys() - {"libreoffice", "readxl"}))
def test_every_peer_finds_the_same_sums(corpus: Corpus, name: str) -> None:
    bench.agree(name, +READERS[name](corpus.files), corpus.sums)


def test_the_commands_find_them_too(corpus: Corpus) -> None:
    assert bench.check(corpus).files == FILES
    cost = bench.aggregate(corpus)
    assert cost.wall > 0 < cost.cpu
    assert cost.memory > 2**20


def test_the_intake_after_a_corrected_file_leaves_the_folder_as_it_was(corpus: Corpus) -> None:
    before = [path.read_bytes() for path in corpus.files]
    first, after = bench.again(corpus)
    assert first > 0 < after
    assert [path.read_bytes() for path in corpus.files] == before


def test_every_stage_is_timed(corpus: Corpus) -> None:
    found = bench.stages(corpus)
    assert found.keys() == bench_report.STAGES.keys()
    assert min(found.values()) > 0


def test_a_wrong_sum_stops_the_run(corpus: Corpus) -> None:
    cell = max(corpus.sums, key=lambda name: corpus.sums[name])
    with pytest.raises(bench.Wrong, match=cell):
        bench.agree("x", Counter(corpus.sums) + Counter({cell: 1}), corpus.sums)
    with pytest.raises(bench.Wrong):
        bench.peer("calamine", corpus, {**corpus.sums, cell: 0})


def test_the_tables_say_what_was_not_kept(tmp_path: Path) -> None:
    promises = [bench.Promise("fast", 3.0, 4).__dict__, bench.Promise("faster", 3.0, 8, at_most=False).__dict__]
    costs = [bench.Cost("check", 10, cpu, 1.0, 2**20).__dict__ for cpu in (0.01, 0.03, 0.02)]
    costs += [bench.Cost("peer", 10, cpu, 2.0, 2**20).__dict__ for cpu in (0.04, 0.03, 0.06)]
    costs.append(bench.Cost("peer", 100, 0.8, 30.0, 2**21).__dict__)
    found = {
        "costs": costs,
        "promises": promises,
        "forms": {"built": 30.0, "personalised": 1.0},
        "start": (0.2, 0.1),
        "intake": (2.0, 0.1),
        "stages": dict.fromkeys(bench_report.STAGES, 1.5),
    }
    page = tmp_path / "page.md"
    page.write_text(f"before {bench_report.START} old {bench_report.END} after", encoding="utf-8")
    bench_report.write_into(page, {**found, "intake": (2.0, 0.1), "sizes": [1, 5, 10], "cores": 2, "python": "3"})
    text = page.read_text(encoding="utf-8")
    assert "| check | 10 | 3 | 1.00 | 2.00 | 3.00 | 1.0 | 1.0 | 1.0 | 1 |" in text
    assert "| peer | 10 | 1.00 | 3.00 | 4.00 | 2.00 | 2.00 | 2.00 |" in text
    assert "| peer | 10 → 100 | 10 | 20.00 | 15.00 | 2.00 |" in text
    assert "| kept | fast | ≤ 4 | 3.00 |" in text
    assert "| not kept | faster | ≥ 8 | 3.00 |" in text
    assert text.startswith("before ") and text.endswith(" after") and "old" not in text
