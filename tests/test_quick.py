"""The short way through a workbook gives the verdict, the cells and the findings of the strict way, or gives way.

Over all sample files, all bad files and random mutants; one that is read by the short way is read here by both.
"""

from __future__ import annotations

import io
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from aggregator.examine import examine_bytes, look
from aggregator.forms import form_ids, load_form
from aggregator.identity import Expectation
from aggregator.inbox import Item
from aggregator.numbers import _plain_number, _read_native
from aggregator.reading import container, directory, leaves, limits, quick, quick_strings, workbook
from aggregator.reading.book import Cell, RawBook
from aggregator.reading.memory import forget
from aggregator.reading.refusals import Refused
from aggregator.reading.strict import open_book
from aggregator.template import blank_issue, write_form
from tests.bad_files import select
from tests.corpus import make_corpus
from tests.differential import mutants, opened, packed
from tests.test_house import ROOT

SEED = random.randrange(10**6)
MUTANTS = 400
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
WORKBOOK, CORE = "xl/workbook.xml", "docProps/core.xml"
Told = tuple[Any, ...]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget()
    yield
    forget()


class Ways:
    """Counts which way was taken; `strict` shuts the short one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken: Counter[str] = Counter()
        self.around: Counter[str] = Counter()
        self.strict = False
        for room, name in ((quick, "read_sheet"), (quick_strings, "read_strings")):
            monkeypatch.setattr(room, name, self._counting(getattr(room, name), self.taken))
        for room, name in ((workbook, "take_texts"), (container, "list_usual")):
            monkeypatch.setattr(room, name, self._counting(getattr(room, name), self.around))

    def _counting(self, known: Any, taken: Counter[str]) -> Any:
        def read(*args: Any) -> Any:
            found = None if self.strict else known(*args)
            taken["strict" if found is None else "short"] += 1
            return found

        return read

    def both(self, data: bytes) -> tuple[Told, Told]:
        self.strict = False
        short = told(data)
        self.strict = True
        return short, told(data)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    return Ways(monkeypatch)


def told(data: bytes) -> Told:
    """Everything that is read, the order of the cells included."""
    book, findings = open_book(data)
    return book, findings, order(book)


def order(book: RawBook | None) -> list[Any]:
    return [list(sheet.cells) for sheet in book.sheets] if book else []


def sample_files() -> list[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "sample_reports").rglob("*.xls[xm]"))]


def is_workbook(data: bytes) -> bool:
    return open_book(data)[0] is not None


def form_file(form_id: str = "tong-hop-2024") -> bytes:
    return write_form(blank_issue(load_form(form_id)))


# --- the same ------------------------------------------------------------------------------------------------------


def test_sample_files_are_read_the_same(ways: Ways) -> None:
    for data in sample_files():
        short, strict = ways.both(data)
        assert short == strict
    assert ways.taken["short"] > 1_000


def test_bad_files_are_read_the_same(ways: Ways) -> None:
    parts = opened(filled_form())
    for case in select(heavy=False):
        short, strict = ways.both(case.make(parts))
        assert short == strict, case.name


def test_mutants_are_read_the_same(ways: Ways) -> None:
    """Tags, attributes, texts and bytes changed at random; some are still read, most of them by one way only."""
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    bases = [(form_id, form_file(form_id)) for form_id in form_ids()]
    bases += [
        (f"sample {number}", data)
        for number, data in enumerate(rng.sample(list(filter(is_workbook, sample_files())), 10))
    ]
    read = 0
    for name, data in mutants(bases, MUTANTS, str(SEED)):
        short, strict = ways.both(data)
        assert short == strict, (SEED, name)
        read += short[0] is not None
    assert read > MUTANTS / 10
    assert ways.taken["short"] > MUTANTS


CHARACTERS = [
    *"<>&\"'/= \r\n\t]0aẤ�",
    "]]>",
    "&#49;",
    "&#xB;",
    "&#x1F600;",
    "&#55296;",
    "&#1114112;",
    "&amp;",
    "&x;",
    "\x01",
    "\ufffe",
    "<!-- -->",
    "<v>1</v>",
    "<v/>",
    "<f/>",
    "<is>",
    "_x0041_",
]
"""What a text of a cell may not hold as it stands, or may be read in two ways."""
BEGINNINGS = {SHEET: "<c r=", STRINGS: "<si>", WORKBOOK: "<definedName", CORE: "<dc"}


def test_single_characters_are_read_the_same(ways: Ways) -> None:
    """One put in, taken out or doubled anywhere in the XML of the table, of the strings, or of two smaller parts."""
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    parts = opened(filled_form())
    read = 0
    for number in range(MUTANTS):
        name = rng.choice((SHEET, STRINGS, WORKBOOK, CORE))
        text = parts[name].decode()
        at = rng.randrange(len(text)) if number % 4 else text.index(BEGINNINGS[name]) + number // 4
        piece = rng.choice(CHARACTERS)
        changed = text[:at] + piece + text[at + rng.choice((0, 0, 1, len(piece))) :]
        short, strict = ways.both(packed({**parts, name: changed.encode("utf-8", "surrogatepass")}))
        assert short == strict, (SEED, name, at, piece)
        read += short[0] is not None
    assert 0 < read < MUTANTS


def filled_form() -> bytes:
    """As a program that keeps strings apart from the sheets would save it."""
    parts = opened(form_file())
    text = parts[SHEET].decode()
    for cell, number in (("D8", 2), ("E8", 60), ("D21", 12)):
        text, done = re.subn(rf'(<c r="{cell}"[^>]*)/>', rf"\1><v>{number}</v></c>", text)
        assert done == 1
    return packed({**parts, SHEET: text.encode()})


SHEET_CHANGES = {
    "row twice": ('<row r="9"', '<row r="8"'),
    "hidden row": ('<row r="9"', '<row hidden="1" r="9"'),
    "row of another namespace": ('<row r="9"', '<row xmlns="urn:x" r="9"'),
    "unknown prefix": ('<row r="9"', '<row x:y="1" r="9"'),
    "attribute twice": ('<row r="9"', '<row r="9" r="9"'),
    "cell of another row": ('r="D9"', 'r="D8"'),
    "cell twice": ('r="E9"', 'r="D9"'),
    "beyond the grid": ('r="E9"', 'r="ZZZ9"'),
    "table twice": ("</sheetData>", "</sheetData><sheetData/>"),
    "table in a comment": ("<sheetData>", "<!--<sheetData>-->"),
    "table empty": ("<sheetData>", "<sheetData/><x><sheetData>"),
    "encoding": ('encoding="UTF-8"', 'encoding="US-ASCII"'),
    "doctype": ("<worksheet", "<!DOCTYPE x><worksheet"),
    "another root": ("<worksheet", "<worksheets"),
    "dde": ("<f>SUM(", "<f>cmd|'/C calc'!A0+SUM("),
    "no lock": ("<sheetProtection", "<sheetProtections"),
    "hidden column": ('<col min="1"', '<col hidden="1" min="1"'),
    "row closed twice": ("</row>", "</row></row>"),
    "merge turned round": ("<mergeCell ref=", '<mergeCell ref="B2:A1"/><mergeCell ref='),
}


@pytest.mark.parametrize("what", SHEET_CHANGES)
def test_a_changed_sheet_is_read_the_same(ways: Ways, what: str) -> None:
    was, now = SHEET_CHANGES[what]
    parts = opened(form_file())
    text = parts[SHEET].decode()
    assert was in text
    short, strict = ways.both(packed({**parts, SHEET: text.replace(was, now, 1).encode()}))
    assert short == strict
    assert short != told(form_file())


LOWERED = (
    "TAGS",
    "TOKEN",
    "TEXT",
    "TEXT_IN_ALL",
    "STRINGS",
    "CELLS",
    "FILLED",
    "FILLED_IN_ALL",
    "FORMULA",
    "MERGES",
    "COLUMNS",
)


@pytest.mark.parametrize("name", LOWERED)
def test_every_limit_holds_on_the_short_way(ways: Ways, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    limit = getattr(limits, name)
    verdicts = set()
    for value in (1, 3, 5, 10, 20, 100, 400, 600, 5_000, 20_000, 60_000):
        monkeypatch.setattr(limits, name, replace(limit, value=min(value, limit.value)))
        forget()
        short, strict = ways.both(form_file())
        assert short == strict, value
        verdicts.add(short[0] is None)
    assert True in verdicts


def test_one_file_after_another_of_the_same_shape(ways: Ways) -> None:
    """The same sheets with other strings, other styles and other sheets with the same strings are not mixed up."""
    parts = opened(filled_form())
    files = [parts, {**parts, STRINGS: parts[STRINGS].replace("lớp".encode(), "LỚP".encode())}]
    files.append({**parts, "xl/styles.xml": parts["xl/styles.xml"].replace(b"#,##0", b"0.0,#0")})
    files.append({**parts, SHEET: parts[SHEET].replace(b"<v>60</v>", b"<v>61</v>")})
    seen = []
    for one in (*files, *reversed(files)):
        short, strict = ways.both(packed(one))
        assert short == strict
        seen.append(short)
    assert seen[:4] == seen[:3:-1]
    assert all(seen[0] != other for other in seen[1:4])


def listed(data: bytes) -> Any:
    try:
        return container._listed(data, limits.form_bounds())
    except Refused:
        return "refused"


def test_directories_are_read_the_same() -> None:
    """Of sample files, bad files, and samples with one byte of the directory or of a header changed."""
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    samples = [data for data in sample_files() if data.startswith(b"PK")]
    files = [*samples, *(case.make(opened(filled_form())) for case in select(heavy=False))]
    for number in range(MUTANTS * 10):
        data = bytearray(samples[number % len(samples)])
        at = rng.choice([data.rfind(b"PK\x01\x02"), data.find(b"PK\x03\x04"), data.rfind(b"PK\x05\x06")])
        data[min(at + rng.randrange(60), len(data) - 1)] = rng.choice([0, 1, 2, 8, 0x50, 0xFF, rng.randrange(256)])
        files.append(bytes(data))
    ways: Counter[bool] = Counter()
    for data in files:
        usual = directory.list_usual(data)
        ways[usual is None] += 1
        known = usual is not None and directory.within(usual, limits.form_bounds())
        assert not known or usual == listed(data), SEED
    assert ways[False] > len(samples) / 2 and ways[True] > MUTANTS


# --- really short --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form_id", form_ids())
def test_an_issued_form_goes_the_short_way(ways: Ways, form_id: str) -> None:
    open_book(form_file(form_id))
    assert set(ways.taken) == {"short"}


def test_of_the_next_file_of_a_shape_only_its_own_texts_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (path.read_bytes() for path in make_corpus(tmp_path / "dot", 2, SEED).files)
    expected = told(other)
    forget()
    assert told(one) != expected
    whole: list[object] = []
    for room, name in ((quick_strings, "_read_whole"), (leaves, "_take_all")):
        real = getattr(room, name)
        monkeypatch.setattr(room, name, lambda data, real=real: whole.append(data) or real(data))
    assert told(other) == expected
    assert whole == []


def test_a_form_that_another_program_saved_goes_the_short_way(ways: Ways) -> None:
    book = openpyxl.load_workbook(io.BytesIO(form_file()))
    buffer = io.BytesIO()
    book.save(buffer)
    open_book(buffer.getvalue())
    assert ways.taken["short"] > ways.taken["strict"]


def test_nothing_of_a_large_sheet_or_table_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends many large files does not fill the memory with what they have in common."""
    parts = opened(filled_form())
    spaces = b" " * 2**17
    large_sheet = {**parts, SHEET: parts[SHEET].replace(b"<sheetData>", spaces + b"<sheetData>", 1)}
    text = b"<si><t>" + b"x" * 30_000 + b"</t></si>"
    large_table = {**parts, STRINGS: parts[STRINGS].replace(b"</sst>", text * 5 + b"</sst>")}
    for one, shared in ((parts, True), (large_sheet, False), (large_table, False)):
        book, _ = open_book(packed(one))
        assert book is not None
        assert (book.sheets[0].shape is not None) == shared


def test_what_is_remembered_is_small(ways: Ways) -> None:
    """A part over the limit is read each time; nothing of it is kept."""
    parts = opened(form_file())
    blank = b"<!-- " + b"x" * 200_000 + b" -->"
    large = {**parts, SHEET: parts[SHEET].replace(b"<sheetData>", b"<sheetData>" + b"" + b"", 1) + blank}
    short, strict = ways.both(packed(large))
    assert short == strict


# --- numbers -------------------------------------------------------------------------------------------------------

FORMATS = ("General", "#,##0", "0", "dd/mm/yyyy", "0%", "0.00", "@", '"d"0', "[h]:mm", "standard", "#,##0\\ đ")


@pytest.mark.parametrize("measure", ["count", "people", "money"])
def test_plain_numbers_are_read_as_by_the_rules(measure: Any) -> None:
    rng = random.Random(SEED)
    texts = [
        "0",
        "00",
        "007",
        "1",
        "999",
        "1000",
        "43999",
        "44000",
        "47500",
        "47501",
        "9" * 12,
        "9" * 13,
        "٣",
        "²",
        "1.0",
        "1e3",
        "-1",
        "",
    ]
    texts += [str(rng.randrange(10 ** rng.randrange(1, 14))) for _ in range(300)]
    answered = 0
    for text in texts:
        for code in FORMATS:
            cell = Cell("number", text, None, code)
            quickly = _plain_number(cell, measure)
            answered += quickly is not None
            assert quickly in (None, _read_native(cell, measure)), (SEED, text, code)
    assert answered > len(texts)


def test_whole_files_give_the_same_leaves(ways: Ways) -> None:
    """Through identity, alignment and checks: every sample file, good, deviating or hostile, in an order of chance, the
    short way with all that was remembered of the files before it."""
    print(f"seed {SEED}")
    expected = Expectation({form_id: load_form(form_id) for form_id in form_ids()})
    paths = [path for path in (ROOT / "sample_reports").rglob("*.xls[xm]") if path.stat().st_size < 100_000]
    items = [Item(str(path), path.name) for path in random.Random(SEED).sample(sorted(paths), len(paths))]
    short = [look(item, expected) for item in items]
    ways.strict = True
    for item, found in zip(items, short, strict=True):
        forget()
        assert look(item, expected) == found, (SEED, item.path)
    assert len(items) > 150


def test_files_of_one_shape_give_the_same_findings(ways: Ways) -> None:
    """Cells of the table, its labels and its codes changed one by one, in a file like others that came before."""
    print(f"seed {SEED}")
    rng = random.Random(SEED)
    expected = Expectation({form_id: load_form(form_id) for form_id in form_ids()})
    parts = opened(filled_form())
    sheet, strings = parts[SHEET].decode(), parts[STRINGS].decode()
    cells = re.findall(r'<c r="[A-H][0-9]+" s="[0-9]+"/>', sheet)
    texts = re.findall("(?<=<t>)[^<]+(?=</t>)", strings)
    codes: Counter[str] = Counter()
    for number in range(MUTANTS):
        changed = dict(parts)
        if number % 3:
            empty = rng.choice(cells)
            changed[SHEET] = sheet.replace(
                empty, f"{empty[:-2]}><v>{rng.randrange(10 ** rng.randrange(1, 9))}</v></c>"
            ).encode()
        else:
            text = rng.choice(texts)
            changed[STRINGS] = strings.replace(f"<t>{text}</t>", f"<t>{rng.choice(texts)}</t>").encode()
        data = packed(changed)
        ways.strict = False
        short = examine_bytes(data, "a.xlsx", expected)
        ways.strict = True
        assert examine_bytes(data, "a.xlsx", expected) == short, (SEED, number)
        codes.update({finding.code for finding in short.findings})
    assert {"label-changed", "value-outside-form", "unit-changed"} <= codes.keys()
