"""The HTML page: what it says is what was computed, no text becomes markup, nothing is loaded, the same bytes twice."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from aggregator.catalogue import message
from aggregator.consolidation import (
    Consolidation,
    Coverage,
    Effect,
    FileLine,
    UnitLine,
    complete_figures,
    count_blanks,
    make_branches,
    sum_totals,
)
from aggregator.decisions import Decision
from aggregator.findings import Finding
from aggregator.forms import LEVELS, load_form
from aggregator.outputs.page import board as page_board
from aggregator.outputs.page import document as page_document
from aggregator.outputs.page import findings as page_findings
from aggregator.outputs.page import is_own_page, write_page
from aggregator.outputs.page import words as page_words
from aggregator.register import Register, Unit
from aggregator.submission import Leaf
from aggregator.words import in_language
from tests.test_workbook import FORMS, make_result

ROOT = Path(__file__).resolve().parents[1]
VOID = {"meta", "input", "link", "br", "img", "hr"}
SCHOOLS = 3500
MOST_BYTES = 6_000_000

ATTACKS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "' autofocus onfocus='alert(4)",
    "</style></title></dialog><iframe src=//a.example>",
    "<!-- <script>",
    "<!-- <script x",
    "]]>&lt;b&gt;&amp;",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(5)",
    "=HYPERLINK(1)",
    "\x00\x01\x1b[31m\x7f\u202e\ufeff\ufffe",
    "\ud800 lone \udfff",
    "dòng một\r\ndòng hai\u2028dòng ba",
    "dài " * 10_000,
)


# --- reading the page ------------------------------------------------------------------------------------------------


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    children: list["Node"] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def find(self, tag: str, **attributes: str) -> list["Node"]:
        """Elements below, in order; `class_` is one of the classes."""
        found = []
        for child in self.children:
            wanted = all(
                value in child.attributes.get(name.rstrip("_"), "").split()
                if name == "class_"
                else child.attributes.get(name.replace("_", "-")) == value
                for name, value in attributes.items()
            )
            found += [child] if child.tag == tag and wanted else []
            found += child.find(tag, **attributes)
        return found

    def all(self) -> list["Node"]:
        return [self, *(node for child in self.children for node in child.all())]


class Tree(HTMLParser):
    """A strict reader: every element is closed where it was opened. Texts belong to all elements around them."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]
        self.declared: list[str] = []
        self.feed(data.decode("utf-8"))
        self.close()
        assert [node.tag for node in self.open] == [""]

    def handle_decl(self, decl: str) -> None:
        self.declared.append(decl)

    def handle_starttag(self, tag, attrs) -> None:
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data) -> None:
        for node in self.open:
            node.texts.append(data)

    def handle_comment(self, data) -> None:
        raise AssertionError(f"a comment: {data[:80]}")


def read(data: bytes) -> Node:
    tree = Tree(data)
    assert tree.declared == ["doctype html"]
    return tree.root


def one(node: Node, tag: str, **attributes: str) -> Node:
    found = node.find(tag, **attributes)
    assert len(found) == 1, (tag, attributes, len(found))
    return found[0]


def embedded(page: Node) -> dict:
    """The block of data; nothing in it may end the element or begin a comment."""
    text = "".join(one(page, "script", id="data").texts)
    assert "<" not in text
    return json.loads(text)


def numeral(text: str) -> int:
    assert re.fullmatch(r"\d{1,3}(\.\d{3})*", text), text
    return int(text.replace(".", ""))


def with_units(result: Consolidation, change: Callable[[Unit], Unit]) -> Consolidation:
    """The same result with every unit changed wherever it stands."""
    units = {unit.code: change(unit) for unit in result.register.units}
    return replace(
        result,
        at=units[result.at.code],
        register=Register.of(units.values()),
        leaves=tuple(leaf._replace(unit=units[leaf.unit.code]) for leaf in result.leaves),
        branches=tuple(replace(branch, unit=units[branch.unit.code]) for branch in result.branches),
        units=tuple(replace(line, unit=units[line.unit.code]) for line in result.units),
    )


@cache
def result_of(form: str = "tong-hop-2024") -> Consolidation:
    """The district of the workbook's tests, with a refused file, late units, decisions and findings of every kind."""
    result = with_units(make_result(form), lambda unit: replace(unit, phone="0251 000 001", email="a@vi-du.example"))
    refused = FileLine("nhan_ve/8.xlsx", "b" * 64, 9000, "8", form, "school", "refused", 1, date(2024, 10, 9))
    row = result.form.rows[2].key
    findings = (
        Finding("value-interpreted", "nhan_ve/7.xlsx", "Số liệu", "D9", "7", row, "count", "02 lớp", "2"),
        *result.findings,
        Finding("value-ambiguous", refused.path, "Số liệu", "D14", "8", row, "count", "12/350", None, "12 / 350"),
        Finding("people-below-count", "nhan_ve/7.xlsx", "Số liệu", "E9", "7", row, "people", "3", "≥ 8"),
        Finding("report-missing", unit="27469", found="Phường Súng (mẫu) (27469)"),
    )
    coverage = replace(result.coverage, refused=("8",), received=(*result.coverage.accepted, "8"), missing=("27469",))
    coverage = replace(coverage, late=("8", "7"))
    states = {"8": "refused", "27469": "missing"}
    units = tuple(
        replace(
            line,
            status=states.get(line.unit.code, "accepted"),
            files=(f"nhan_ve/{line.unit.code}.xlsx",),
            received=date(2024, 10, 9),
            late=line.unit.code in (coverage.late or ()),
        )
        for line in result.units
    )
    decision = Decision(3, "exclude", "cu/7.xlsx", reason="bản nháp", by="Nguyễn Văn A", date="2024-10-08")
    files = (*result.files, refused)
    effects = (Effect(decision, ("nhan_ve/cu/7.xlsx",)),)
    return replace(result, findings=findings, coverage=coverage, units=units, files=files, effects=effects)


@pytest.fixture(scope="module")
def result() -> Consolidation:
    return result_of()


@pytest.fixture(scope="module")
def page(result) -> Node:
    return read(write_page(result))


# --- structure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_every_part_is_there_and_named(form, lang):
    page = read(write_page(result_of(form), lang))
    assert one(page, "html").attributes["lang"] == lang
    ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    assert [node.attributes["id"] for node in page.find("section")] == [
        "board",
        "findings",
        "totals",
        "decisions",
        "sources",
    ]
    for node in page.all():
        for name in ("aria-labelledby", "aria-describedby"):
            assert node.attributes.get(name, ids[0]) in ids
        if node.attributes.get("href", "").startswith("#"):
            assert node.attributes["href"][1:] in ids
    for tag in ("header", "nav", "main", "footer", "h1", "title", "dialog"):
        one(page, tag)


def test_headings_do_not_jump(page):
    levels = [int(node.tag[1]) for node in page.all() if re.fullmatch("h[1-6]", node.tag)]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_tables_have_captions_and_scopes(page):
    tables = page.find("table")
    assert len(tables) == 2
    for table in tables:
        assert one(table, "caption").text
        assert {node.attributes["scope"] for node in table.find("th")} <= {"row", "col", "colgroup"}
        assert all(row.find("th", scope="row") for row in one(table, "tbody").find("tr"))


def test_every_control_has_a_name(page):
    labelled = {id(node) for label in page.find("label") for node in label.all()}
    controls = [node for node in page.all() if node.tag in ("input", "select")]
    assert len(controls) == 3 + 4
    assert all(id(node) in labelled for node in controls)
    assert all(node.text for node in page.find("button"))


def test_nothing_is_loaded_and_only_our_own_script_may_run(page):
    loading = {"src", "srcset", "data", "action", "poster", "style", "background"}
    for node in page.all():
        assert not loading & node.attributes.keys(), node.tag
        assert not [name for name in node.attributes if name.startswith("on")]
        assert node.tag not in ("link", "img", "iframe", "object", "embed", "form", "base")
        assert re.match("#|tel:|mailto:|$", node.attributes.get("href", ""))
    policy = one(page, "meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy.startswith("default-src 'none'; ")
    script = next(node for node in page.find("script") if "type" not in node.attributes)
    for name, node in (("style-src", one(page, "style")), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256("".join(node.texts).encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy


# --- the numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_table_holds_the_totals(form):
    result = result_of(form)
    table = one(read(write_page(result)), "table", class_="totals")
    cells = {int(node.attributes["data-figure"]): numeral(node.text) for node in table.find("td", class_="number")}
    assert cells == {at: result.totals[figure] for at, figure in enumerate(result.form.figures)}
    labels = [one(row, "th").text for row in one(table, "tbody").find("tr")]
    assert labels == [" ".join(row.label.split()) for row in result.form.rows]


@pytest.mark.parametrize("form", FORMS)
def test_every_total_is_the_sum_of_its_contributors(form):
    result = result_of(form)
    data = embedded(read(write_page(result)))
    for at, figure in enumerate(result.form.figures):
        assert sum(branch["totals"][at] for branch in data["branches"]) == result.totals[figure] == data["totals"][at]
        for branch in data["branches"]:
            leaves = [values[at] or 0 for values in data["values"][branch["first"] : branch["last"]]]
            assert sum(leaves) == branch["totals"][at]
    assert [leaf[0] for leaf in data["leaves"]] == [leaf.unit.code for leaf in result.leaves]


def test_a_blank_is_not_a_zero(result):
    data = embedded(read(write_page(result)))
    for leaf, values in zip(result.leaves, data["values"], strict=True):
        for figure, value in zip(result.form.figures, values, strict=True):
            if figure in result.form.typed:
                assert value == leaf.figures[figure]
    assert any(value == 0 for values in data["values"] for value in values)
    assert any(value is None for values in data["values"] for value in values)


def test_how_many_units_stand_behind_a_row(result, page):
    rows = one(one(page, "table", class_="totals"), "tbody").find("tr")
    told = {row.key: one(line, "td", class_="behind").text for row, line in zip(result.form.rows, rows, strict=True)}
    for row in result.form.rows:
        for measure in row.fill:
            blank = result.blank.get((row.key, measure), 0)
            filled = sum(leaf.figures[(row.key, measure)] is not None for leaf in result.leaves)
            assert f"{filled} đơn vị" + (f", {blank} để trống" if blank else "") in told[row.key]


def test_numbers_that_javascript_cannot_hold_are_texts(result):
    figure = result.form.figures[0]
    data = embedded(read(write_page(replace(result, totals={**result.totals, figure: 2**53 + 1}))))
    assert data["totals"][0] == "9007199254740993"


# --- completeness and findings ---------------------------------------------------------------------------------------


def test_the_board_says_of_every_unit_where_it_stands(result, page):
    board = one(page, "section", id="board")
    cards = {one(card, "span", class_="id").text: card for card in board.find("li", class_="unit")}
    assert set(cards) == {line.unit.code for line in result.units}
    words = {"accepted": "✓ đã nhận", "refused": "! cần sửa", "missing": "– chưa nộp"}
    for line in result.units:
        card = cards[line.unit.code]
        assert card.attributes["data-state"] == line.status
        assert card.find("span", class_="tag")[0].text == words[line.status]
        assert ("data-late" in card.attributes) == bool(line.late)
        assert bool(card.find("span", class_="late")) == bool(line.late)
    assert one(cards["8"], "a", href="tel:0251000001").text == "0251 000 001"
    assert one(cards["8"], "a", href="mailto:a@vi-du.example")
    assert "8.xlsx: 1 lỗi" in cards["8"].text


def test_units_stand_under_their_parent_with_counts(page):
    board = one(page, "section", id="board")
    for summary, codes in (
        ("Phường Sen (mẫu) 27466 đã nhận 2/2, nộp muộn 1", {"007", "7"}),
        ("Phường Súng (mẫu) 27469 đã nhận 0/1, cần sửa 1, nộp muộn 1", {"8"}),
    ):
        block = next(node for node in board.find("details") if one(node.children[0], "h3").text in summary)
        assert block.children[0].text == summary
        assert {one(card, "span", class_="id").text for card in block.find("li")} == codes


def test_coverage_is_a_text_and_a_bar(result, page):
    assert one(page, "p", id="coverage").text == "6/8 đơn vị đã nhận (75 %)"
    bar = one(page, "progress", class_="big").attributes
    assert (bar["value"], bar["max"]) == ("6", "8")


def test_without_a_register_nobody_is_missing(result):
    coverage = Coverage(None, ("7",), ("7",), (), ())
    page = read(write_page(replace(result, coverage=coverage)))
    assert "chưa biết còn thiếu" in one(page, "p", class_="coverage").text
    assert not page.find("progress", class_="big")
    assert not one(page, "header").find("li", class_="missing")


def test_nothing_has_come_in_yet():
    result = make_result(leaves=())
    codes = tuple(line.unit.code for line in result.units)
    units = tuple(replace(line, status="missing") for line in result.units)
    coverage = Coverage(codes, (), (), (), codes)
    page = read(write_page(replace(result, coverage=coverage, units=units, files=(), findings=())))
    assert one(page, "p", id="coverage").text == "0/8 đơn vị đã nhận (0 %)"
    assert {node.text for node in page.find("td", class_="number") if "data-figure" in node.attributes} == {"0"}
    assert "Không có vấn đề nào" in one(page, "section", id="findings").text


def test_a_branch_says_how_many_of_its_units_are_in(result, page):
    coverage = {branch["code"]: (branch["accepted"], branch["expected"]) for branch in embedded(page)["branches"]}
    assert coverage == {"778": (1, 1), "27466": (3, 3), "27469": (0, 2), "27470": (1, 1), "9": (1, 1)}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_finding_is_there_with_its_facts(result, lang):
    items = read(write_page(result, lang)).find("li", class_="finding")
    assert Counter(item.attributes["data-code"] for item in items) == Counter(each.code for each in result.findings)
    for finding in result.findings:
        texts = [item.text for item in items if item.attributes["data-code"] == finding.code]
        facts = (finding.cell, finding.found, finding.expected, finding.suggestion, message(finding, lang))
        assert any(all(" ".join(fact.split()) in text for fact in facts if fact) for text in texts), finding.code


def test_findings_are_grouped_by_file_gravest_first(page):
    groups = page.find("article", class_="file")
    assert [one(group, "h3").text for group in groups] == [
        "nhan_ve/007.xlsx",
        "nhan_ve/8.xlsx",
        "nhan_ve/7.xlsx",
        "Toàn đợt báo cáo",
    ]
    severities = [item.attributes["data-severity"] for item in groups[2].find("li", class_="finding")]
    assert severities == ["warning", "info"]
    assert "cần sửa" in one(groups[1], "p", class_="who").text


def test_what_is_too_much_is_said(result, monkeypatch):
    monkeypatch.setattr(page_findings, "MAX_FINDINGS", 2)
    page = read(write_page(result))
    items = page.find("li", class_="finding")
    assert [item.attributes["data-severity"] for item in items] == ["error", "error"]
    assert any("2 vấn đề nặng nhất trong 5" in note.text for note in page.find("p", class_="note"))


def test_a_larger_result_is_shown_by_its_branches(result, page):
    """With the same numbers, but only the units and files of which something is to be said."""
    large = read(write_page(result, most=len(result.units) - 1))
    shared = ("totals", "branches", "figures")
    data, whole = embedded(large), embedded(page)
    assert {name: data[name] for name in shared} == {name: whole[name] for name in shared}
    assert (data["whole"], data["leaves"], data["values"]) == (False, [], [])
    assert whole["whole"]
    board, listed = one(large, "section", id="board"), one(one(large, "section", id="sources"), "tbody").find("tr")
    assert {one(card, "span", class_="id").text for card in board.find("li")} == {"7", "8", "27469"}
    assert [node.text for node in board.find("summary")] == [
        node.text for node in one(page, "section", id="board").find("summary")
    ]
    assert [one(row, "th").text for row in listed] == [
        line.path for line in result.files if line.status in ("refused", "ignored")
    ]
    notes = " ".join(node.text for node in large.find("p", class_="note"))
    for part in ("Có tới 8 đơn vị", "chỉ nêu tên 3 trong 3 đơn vị", "chỉ liệt kê 2 trong 8 tệp", "“Chi tiết”"):
        assert part in notes
    assert skeleton(one(large, "section", id="totals")) == skeleton(one(page, "section", id="totals"))


def test_as_many_entries_as_a_browser_likes_are_all_named(result):
    assert write_page(result, most=len(result.units)) == write_page(result)


def test_of_a_larger_result_so_many_units_and_files_are_named(result, monkeypatch):
    monkeypatch.setattr(page_board, "MOST_NAMED", 2)
    monkeypatch.setattr(page_document, "MOST_FILES", 1)
    large = read(write_page(result, most=1))
    assert len(one(large, "section", id="board").find("li")) == 2
    assert len(one(one(large, "section", id="sources"), "tbody").find("tr")) == 1
    notes = " ".join(node.text for node in large.find("p", class_="note"))
    assert "chỉ nêu tên 2 trong 3 đơn vị" in notes
    assert "chỉ liệt kê 1 trong 8 tệp" in notes


def test_what_no_unit_of_a_branch_may_fill_is_not_a_zero(result):
    branches = {branch["code"]: branch["levels"] for branch in embedded(read(write_page(result, most=1)))["branches"]}
    levels = {unit.code: LEVELS.index(unit.level) for unit in result.register.units}
    assert branches == {
        branch.unit.code: sorted({levels[leaf.unit.code] for leaf in result.leaves[branch.first : branch.last]})
        for branch in result.branches
    }


def test_decisions_and_files_are_accounted_for(result, page):
    decided = one(page, "ul", class_="decisions").text
    for part in ("exclude cu/7.xlsx (decisions.csv:3)", "bản nháp, Nguyễn Văn A, 2024-10-08", "nhan_ve/cu/7.xlsx"):
        assert part in decided
    sources = one(page, "section", id="sources")
    account = "Đã xem 8 tệp = 6 đã nhận + 1 cần sửa + 0 có bản mới hơn + 0 trùng + 1 bỏ qua"
    assert account in sources.text
    rows = one(one(sources, "table"), "tbody").find("tr")
    assert [one(row, "th").text for row in rows] == [line.path for line in result.files]
    assert [one(row, "td", class_="sha").text for row in rows] == [line.sha256 or "" for line in result.files]


# --- strangers' texts ------------------------------------------------------------------------------------------------


def spoiled(text: str) -> Consolidation:
    """The same result with one text in every place that a stranger can fill."""
    result = with_units(result_of(), lambda unit: replace(unit, name=text, email=text, phone=text))
    findings = tuple(
        finding._replace(file=finding.file and text, found=text, expected=text, suggestion=text, sheet=text, cell=text)
        for finding in result.findings
    )
    decisions = [replace(each.decision, target=text, reason=text, by=text, date=text) for each in result.effects]
    lines = (replace(line, files=(text,), remark=text, companions=(text,)) for line in result.units)
    return replace(
        result,
        campaign=text,
        as_of=text,
        caption=text,
        leaves=tuple(leaf._replace(file=text, via=text) for leaf in result.leaves),
        units=tuple(lines),
        files=tuple(replace(line, path=text) for line in result.files),
        findings=findings,
        effects=tuple(Effect(decision, (text,)) for decision in decisions),
        options={text: text},
    )


def skeleton(page: Node) -> list[tuple[str, tuple[str, ...]]]:
    return [(node.tag, tuple(node.attributes)) for node in page.all()]


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: ascii(text[:20]))
def test_no_text_becomes_markup(text):
    data = write_page(spoiled(text))
    shown = data.decode("utf-8")
    page = read(data)
    assert skeleton(page) == skeleton(read(write_page(spoiled("hiền lành"))))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe\uffff]", shown)
    assert embedded(page)
    assert len(data) < 600_000
    assert all(re.match("#|$", node.attributes.get("href", "")) for node in page.find("a"))
    if len(text) < 100 and text.isprintable():
        assert text in one(page, "h1").text
        assert embedded(page)["leaves"][0][1] == text


def test_texts_that_begin_a_template_stay_texts():
    assert "{{ 7 * 7 }}" in one(read(write_page(spoiled("{{ 7 * 7 }}"))), "h1").text


# --- the same bytes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_same_bytes_in_another_world(lang):
    program = (
        "import hashlib; from tests.test_page import result_of; from aggregator.outputs.page import write_page;"
        f"print(hashlib.sha256(write_page(result_of(), {lang!r})).hexdigest())"
    )
    digests = {hashlib.sha256(write_page(result_of(), lang)).hexdigest()}
    for seed, zone, locale in (("1", "Asia/Ho_Chi_Minh", "vi_VN.UTF-8"), ("2", "America/Lima", "C")):
        world = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LANG": locale, "LC_ALL": locale}
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=world, capture_output=True, check=True)
        digests.add(done.stdout.decode().strip())
    assert len(digests) == 1


def test_a_page_of_ours_is_known(tmp_path, result):
    ours, other = tmp_path / "a.html", tmp_path / "b.html"
    ours.write_bytes(write_page(result))
    other.write_text("<!doctype html><title>HTSD aggregator </title>", encoding="utf-8")
    assert is_own_page(ours)
    assert not is_own_page(other)
    assert not is_own_page(tmp_path / "none.html")
    assert not is_own_page(tmp_path)


# --- a whole province ------------------------------------------------------------------------------------------------


def province(schools: int) -> Consolidation:
    """Eleven districts, 330 communes, every tenth school missing, every third with a warning."""
    form = load_form("tong-hop-2024")
    units = [Unit("75", "Tỉnh Đồng Mây (mẫu)", "province", None)]
    for n in range(schools):
        district, commune = f"75{n % 11:02d}", f"75{n % 11:02d}{n % 330 // 11:02d}"
        contact = {"email": f"truong{n}@vi-du.example", "phone": "0251 000 000"}
        units += [Unit(district, f"Huyện số {n} (mẫu)", "district", "75")] if n < 11 else []
        units += [Unit(commune, f"Xã số {n} (mẫu)", "commune", district)] if n < 330 else []
        units.append(Unit(f"{commune}{n:05d}", f"Trường Tiểu học số {n} (mẫu)", "school", commune, **contact))
    register = Register.of(units)
    sent = [unit for n, unit in enumerate(register.units) if unit.level == "school" and n % 10]
    leaves = tuple(_leaf(form, unit, n) for n, unit in enumerate(sent))
    totals = tuple(complete_figures(form, leaf) for leaf in leaves)
    branches = make_branches(register.root, form, register, leaves, totals)
    expected = tuple(unit.code for unit in register.units if unit.level == "school")
    accepted = tuple(unit.code for unit in sent)
    missing = tuple(sorted(set(expected) - set(accepted)))
    states = {**dict.fromkeys(accepted, "accepted"), **dict.fromkeys(missing, "missing")}
    row = form.rows[2].key
    return Consolidation(
        at=register.root,
        form=form,
        register=register,
        campaign="dong-may-2024",
        leaves=leaves,
        branches=branches,
        leaf_totals=totals,
        totals=sum_totals(form, [branch.totals for branch in branches]),
        blank=count_blanks(form, leaves),
        coverage=Coverage(expected, accepted, accepted, (), missing),
        files=tuple(FileLine(x.file, x.sha256, 20_000, x.unit.code, form.id, "school", "accepted", 0) for x in leaves),
        units=tuple(UnitLine(unit, states.get(unit.code, "not-expected"), (), 0) for unit in register.units),
        findings=(
            *(Finding("people-below-count", x.file, "Số liệu", "E9", x.unit.code, row) for x in leaves[::3]),
            *(Finding("report-missing", unit=code, found=code) for code in missing),
        ),
    )


def _leaf(form, unit: Unit, seed: int) -> Leaf:
    figures = {figure: None if (at + seed) % 5 == 0 else (at * seed) % 400 for at, figure in enumerate(form.typed)}
    path = f"nhan_ve/{unit.parent}_Xa-mau/{unit.code}_Truong-Tieu-hoc-mau.xlsx"
    return Leaf(unit, figures, path, hashlib.sha256(path.encode()).hexdigest(), f"{form.id} 1")


def test_a_province_of_3500_schools_fits():
    result = province(SCHOOLS)
    data = write_page(result)
    assert len(data) < MOST_BYTES
    page = read(data)
    assert len(page.find("li", class_="unit")) == SCHOOLS
    assert one(page, "p", id="coverage").text.startswith(f"3.{len(result.leaves) - 3000}/3.500 đơn vị")
    assert not [node for node in page.find("details") if "open" in node.attributes and "block" in node.attributes]


# --- words -----------------------------------------------------------------------------------------------------------


def test_both_languages_say_the_same():
    for table in (page_words._WORDS, page_words._SCRIPT_WORDS):
        for key, vi in table.items():
            en = in_language(vi, "en")
            assert vi.strip(), key
            assert en.strip() and en != vi, key
            assert vi.count("{}") == en.count("{}"), key


def test_every_word_is_used():
    folder = Path(page_words.__file__).parent
    sources = [path for path in folder.glob("*.*") if path.name != "words.py"]
    said = "".join(path.read_text(encoding="utf-8") for path in sources)
    states = {"not-expected", "outside"}
    assert [key for key in page_words._WORDS.keys() - states if not re.search(f"[\"']{key}[\"']", said)] == []
    script = (folder / "page.js").read_text(encoding="utf-8")
    assert [key for key in page_words._SCRIPT_WORDS if f"words.{key}" not in script] == []
