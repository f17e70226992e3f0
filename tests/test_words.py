"""Two languages: every message has its English, the catalogues are as the code wants them, help is all of one language.

A screen in English may repeat what is Vietnamese by name: units, sheets, files, what somebody typed, and examples.
"""

import copy
import gettext
import io
import json
import os
import pickle
import re
import shutil
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from aggregator import layout as place
from aggregator import words
from aggregator.catalogue import CATALOGUE, message
from aggregator.cli import cli
from aggregator.faults import Stop
from aggregator.findings import Finding
from aggregator.words import BETWEEN, ENGLISH, FOLDER, LANGUAGES, VIETNAMESE, Fact, Words, in_language, said
from tests import make_words

VIETNAMESE_LETTER = re.compile("[ăâđêôơưàằầèềìòồờùừỳảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹáắấéếíóốớúứýạặậẹệịọộợụựỵ]", re.IGNORECASE)
QUOTED = re.compile(f"“[^”]*”|'[^']*'|đồng\\b|{place.DATA_SHEET}|{place.UNIT_SHEET}")
CLICK_SAYS = re.compile(
    r"\b(Usage|Options|Commands|OPTIONS|COMMAND|ARGS|Show|Error|Try|Missing|Invalid|No such|Did you|Got unexpected|"
    r"requires|is not one of|does not|default:|required)\b"
)
LANGUAGE_OF = {"AGGREGATOR_LANG": None}
"""What the environment of whoever runs the tests says of languages does not count."""


def run(*arguments: str, lang: str | None = None) -> click.testing.Result:
    return CliRunner(env={**LANGUAGE_OF, "AGGREGATOR_LANG": lang}).invoke(cli, list(arguments), prog_name="aggregator")


def commands(command: click.Command = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


def fields(text: str) -> set[str]:
    """The placeholders of a message; those of findings, in brackets that may fall away, among them."""
    return {str(name) for _, name, _, _ in string.Formatter().parse(text.rpartition(BETWEEN)[2]) if name is not None}


# --- the catalogues --------------------------------------------------------------------------------------------------


def test_every_message_has_its_english_and_no_other_has() -> None:
    english = make_words.translations(ENGLISH)
    assert sorted(make_words.messages() - english.keys()) == []
    assert sorted(english.keys() - make_words.messages()) == []
    assert [key for key, text in english.items() if not text] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_say_the_same_facts(lang: str) -> None:
    for key, text in make_words.translations(lang).items():
        assert text
        forms = (text,) if isinstance(text, str) else text
        # one form of Vietnamese stands for the English plural, which has all the facts
        wanted = set().union(*map(fields, key.split("\0")))
        for form in forms:
            assert fields(form) <= wanted, key
            assert lang == VIETNAMESE or fields(form) == wanted, key
            assert form.startswith("\n") == key.startswith("\n"), key


def test_the_english_is_english() -> None:
    found = {key: QUOTED.sub("", str(text)) for key, text in make_words.translations(ENGLISH).items()}
    assert {key: text for key, text in found.items() if VIETNAMESE_LETTER.search(text)} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_files_are_what_the_tool_writes(lang: str) -> None:
    table = make_words.updated(lang)
    path = make_words.po_path(lang)
    assert path.read_text(encoding="utf-8") == make_words.po_text(lang, table)
    assert path.with_suffix(".mo").read_bytes() == make_words.mo_bytes(lang, table)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_gettext_reads_the_compiled_catalogue(lang: str) -> None:
    """The reader of the standard library finds in the .mo what Babel finds in the .po."""
    table = make_words.translations(lang)
    compiled = gettext.GNUTranslations(io.BytesIO(make_words.po_path(lang).with_suffix(".mo").read_bytes()))
    assert compiled.info()["content-type"] == "text/plain; charset=UTF-8"
    for key, text in table.items():
        one, _, many = key.partition("\0")
        said = compiled.ngettext(one, many, 2) if many else compiled.gettext(one)
        assert said == (text if isinstance(text, str) else text[-1]), key


def test_nothing_of_the_machine_stands_in_them() -> None:
    for lang in LANGUAGES:
        text = make_words.po_path(lang).read_text(encoding="utf-8")
        assert (
            re.search(r"Date|Last-Translator|Babel|#:|fuzzy|/", text.split("\n\n")[0].replace("text/plain", "")) is None
        )


def test_the_tool_keeps_what_is_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An obsolete message goes, a lost one comes back empty, all others keep their English."""
    shutil.copytree(FOLDER, tmp_path / "locale")
    monkeypatch.setattr(make_words, "FOLDER", tmp_path / "locale")
    before = make_words.translations(ENGLISH)
    lost = min(before)
    make_words.write(ENGLISH, {**{key: text for key, text in before.items() if key != lost}, "cũ": "old"})
    make_words.main()
    assert make_words.translations(ENGLISH) == {**before, lost: ""}


# --- messages --------------------------------------------------------------------------------------------------------


def test_a_message_in_a_message_is_said_in_one_language() -> None:
    outer = "Trong đợt này đang có một lần tổng hợp khác chạy ({who}) và chưa xong. Chưa làm gì cả; xin chạy lại sau."
    stop = Stop(outer, who=Words.of("tiến trình số {number}, từ {since}", number=7, since="08:30"))
    assert "tiến trình số 7, từ 08:30" in stop.vi
    assert "process 7, since 08:30" in stop.en and str(stop) == stop.en
    assert VIETNAMESE_LETTER.search(stop.en) is None


def test_values_are_never_read_as_patterns() -> None:
    assert in_language("Kết quả: {path}", ENGLISH, path="{path}{0}.xlsx") == "Result: {path}{0}.xlsx"


def test_a_fact_is_an_ordinary_text_that_knows_its_english() -> None:
    """It comes through a worker process whole; written down it is Vietnamese."""
    fact = Fact("dòng {number}, cột {column}", number=3, column="code")
    for one in (fact, pickle.loads(pickle.dumps(fact)), copy.deepcopy(fact)):
        assert one == "dòng 3, cột code" and json.dumps([one]) == json.dumps(["dòng 3, cột code"])
        assert (said(one, VIETNAMESE), said(one, ENGLISH)) == ("dòng 3, cột code", "line 3, column code")
    assert said("thư mục", ENGLISH) == "thư mục"


def test_faults_of_a_list_of_units_are_told_in_english(tmp_path: Path) -> None:
    units = tmp_path / "u.csv"
    units.write_text("code,name,level,parent\n1,,school,\n1,B,nowhere,2\n3,C,school,4\n", encoding="utf-8")
    given = ["init", str(tmp_path / "x"), "--form", "tong-hop-2024", "--units", str(units), "--year", "2024"]
    done = run(*given, "--lang", "en")
    assert done.exit_code == 3 and "line 2, column name: found " in done.output
    assert VIETNAMESE_LETTER.findall(done.output) == []
    assert "dòng 2, cột name: đang là " in run(*given, "--lang", "vi").output


def test_a_context_is_never_shown() -> None:
    for text in make_words.messages():
        if BETWEEN in text:
            assert in_language(text, VIETNAMESE) == text.partition(BETWEEN)[2]
            assert BETWEEN not in in_language(text, ENGLISH)


def test_without_its_catalogue_the_program_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    words._english.cache_clear()
    try:
        assert in_language("Đơn vị", VIETNAMESE) == "Đơn vị"
        with pytest.raises(FileNotFoundError):
            in_language("Đơn vị", ENGLISH)
    finally:
        words._english.cache_clear()


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_finding_speaks_both(code: str) -> None:
    vi, en = (message(Finding(code), lang) for lang in LANGUAGES)
    assert VIETNAMESE_LETTER.search(vi)
    assert VIETNAMESE_LETTER.search(QUOTED.sub("", en)) is None


# --- help and click's own lines --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_is_all_of_one_language(path: tuple[str, ...]) -> None:
    vi, en = (run(*path, "--help", lang=lang) for lang in LANGUAGES)
    assert (vi.exit_code, en.exit_code) == (0, 0)
    assert "Cách dùng: aggregator" in vi.output and "Tuỳ chọn:" in vi.output
    assert CLICK_SAYS.findall(vi.output) == []
    assert "Usage: aggregator" in en.output and "Options:" in en.output
    assert VIETNAMESE_LETTER.findall(QUOTED.sub("", en.output)) == []
    assert run(*path, "--help").output == vi.output
    assert run(*path, "--help", "--lang", "en").output == en.output
    assert run(*path, "--lang=en", "--help").output == en.output


SLIPS = {
    "no command": ["nope"],
    "nearly a command": ["chek"],
    "nothing below a group": ["forms", "nope"],
    "no option": ["check", "x", "--nope"],
    "no argument": ["check"],
    "too many": ["forms", "show", "a", "b"],
    "no value": ["check", "x", "--now"],
    "no day": ["check", "x", "--now", "2024"],
    "no choice": ["trace", "x.xlsx", "1.01", "--measure", "nope"],
    "no number": ["init", "x", "--year", "x"],
    "no value wanted": ["check", "x", "--quiet=1"],
    "no language": ["check", "x", "--lang", "fr"],
}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_slips_are_told_in_one_language(slip: list[str]) -> None:
    vi, en = (run(*slip, lang=lang) for lang in LANGUAGES)
    assert (vi.exit_code, en.exit_code) == (2, 2)
    assert "Lỗi: " in vi.output and CLICK_SAYS.findall(QUOTED.sub("", vi.output)) == []
    assert "Error: " in en.output and VIETNAMESE_LETTER.findall(en.output) == []


def test_one_process_may_speak_both_in_turn() -> None:
    """Nothing of one run is left for the next, not in click and not in the environment."""
    before = (os.environ.get("LANGUAGE"), gettext.textdomain())
    first = run("check", "--help", lang="vi").output
    assert run("check", "--help", lang="en").output != first
    assert run("check", "--help", lang="vi").output == first
    assert (os.environ.get("LANGUAGE"), gettext.textdomain()) == before


def test_the_command_line_wins_over_the_environment() -> None:
    assert run("forms", "list", "--lang", "vi", lang="en").output == run("forms", "list").output
    assert run("--lang", "en", "forms", "list").output == run("forms", "list", lang="en").output


def test_only_the_option_chooses_the_language() -> None:
    """A folder may be called `en`; what stands behind `--` is no option."""
    assert words.asked(["check", "en", "--", "--lang", "en"]) == words.asked(["-C", "x=en"]) == VIETNAMESE
    assert (
        words.asked(["--lang", "vi", "check", "--lang=en"]) == words.asked(["--lang", "en", "--lang", "fr"]) == ENGLISH
    )


def test_the_real_program_speaks_english_from_anywhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "aggregator", "check", "--lang", "en"]
    environment = {**os.environ, "LANGUAGE": "vi", "PYTHONPATH": str(FOLDER.parents[1]), "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 2 and "Missing argument 'PATHS...'" in done.stderr


# --- whole runs ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign with its forms issued and not one returned: everything is missing, nothing is named by a user."""
    folder = tmp_path_factory.mktemp("words") / "dot"
    assert run("init", str(folder), "--sample", "quan-7-2024").exit_code == 0
    assert run("-C", str(folder), "distribute").exit_code == 0
    for number, path in enumerate(sorted((folder / "phat_ra").rglob("*.xlsx"))[:2]):
        shutil.copy(path, folder / "nhan_ve" / f"{number}.xlsx")
    (folder / "nhan_ve" / "2.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "nhan_ve" / "3.xlsx").mkdir()
    return folder


RUNS = (
    ["check", "{}/nhan_ve"],
    ["aggregate", "--now", "2024-12-01", "--force"],
    ["status"],
    ["runs", "list"],
    ["return"],
)


@pytest.mark.parametrize("arguments", RUNS, ids=lambda arguments: arguments[0])
def test_a_run_in_english_says_nothing_in_vietnamese(campaign: Path, arguments: list[str]) -> None:
    """But for names: of the campaign's units, and of what is quoted."""
    given = [argument.format(campaign) for argument in arguments]
    done = run("-C", str(campaign), *given, "--lang", "en")
    assert done.exit_code in (0, 1), done.output
    text = " ".join(done.output.split())
    units = (campaign / "units.csv").read_text(encoding="utf-8-sig")
    for name in sorted((cell for line in units.splitlines() for cell in line.split(",")), key=len, reverse=True):
        text = text.replace(name, "") if VIETNAMESE_LETTER.search(name) else text
    left = QUOTED.sub("", text)
    assert [left[max(0, found.start() - 40) : found.end() + 40] for found in VIETNAMESE_LETTER.finditer(left)] == []
