"""`report`: the .docx read back with python-docx, for the three outlines, and for texts that mean harm."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

pytest.importorskip("docx")

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.table import Table

from aggregator.account import consolidate
from aggregator.campaign import Campaign, load_campaign
from aggregator.cli import cli
from aggregator.consolidation import Consolidation
from aggregator.forms import form_ids, load_form
from aggregator.outputs.word.content import make_report
from aggregator.outputs.word.drawing import write_word
from aggregator.outputs.word.names import office_of
from aggregator.outputs.word.outline import load_outline
from aggregator.outputs.word.sentences import bare
from aggregator.register import Register, Unit
from aggregator.report import Note
from aggregator.resources import outline_dir, sample_dir
from aggregator.steps.issue import init_sample
from aggregator.steps.survey import Request, collect
from tests.filling import send

SAMPLES = {"hai-ba-trung-2021": "2021-10-31", "dong-nai-2023": "2023-10-31", "quan-7-2024": "2024-10-31"}
SCHOOLS = ("2746601", "2746602", "2746603")
PAIR = {("1.07", "count"): 2, ("1.07", "people"): 60}


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def opened(path: Path) -> DocxDocument:
    return Document(str(path))


def lines(document: DocxDocument) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs if paragraph.text]


def grid(table: Table) -> list[list[str]]:
    """Texts of a table, one per cell of its own: a cell over two columns stands once."""
    return [
        ["".join(text.text or "" for text in cell.iter(qn("w:t"))) for cell in row._tr.findall(qn("w:tc"))]
        for row in table.rows
    ]


def gaps(document: DocxDocument) -> list[str]:
    """Everything that is highlighted, tables included."""
    found = document.element.body.iter(qn("w:r"))
    return [
        "".join(text.text or "" for text in run.iter(qn("w:t")))
        for run in found
        if run.find(f".//{qn('w:highlight')}") is not None
    ]


def shown(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def spoken(number: int) -> str:
    return f"{number:02d}" if 0 < number < 10 else shown(number)


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return init_sample(tmp_path / "q7", "quan-7-2024")


@pytest.fixture(scope="module", params=SAMPLES)
def sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[DocxDocument, dict, Campaign]:
    """A sample's report, and the totals of `aggregate` over the same files."""
    place = tmp_path_factory.mktemp("mau") / request.param
    shutil.copytree(sample_dir() / request.param, place)
    path, words = place / "bao-cao.docx", ("--now", SAMPLES[request.param])
    done = run("-C", place, "report", "-o", path, *words)
    assert done.exit_code == 1, done.stderr
    totals = json.loads(run("-C", place, "aggregate", "--json", *words).stdout)
    return opened(path), totals, load_campaign(place)


# --- numbers -------------------------------------------------------------------------------------------------------


def test_the_annex_equals_the_totals_row_by_row(sample) -> None:
    document, told, campaign = sample
    rows = grid(document.tables[2])[2:]
    assert len(rows) == len(campaign.form.rows)
    for row, cells in zip(campaign.form.rows, rows, strict=True):
        assert cells[:3] == [row.stt, row.label, row.unit]
        totals = told["totals"].get(row.key, {})
        if "money" in totals:
            assert cells[3] in (shown(totals["money"]), "…") and len(cells) == 5
            continue
        for measure, text in zip(("count", "people"), cells[3:5], strict=True):
            if measure not in totals:
                assert text == "", row.key
            elif totals[measure]:
                assert text == shown(totals[measure]), (row.key, measure)
            else:
                assert text in ("0", "…"), (row.key, measure)


def test_the_sentences_state_the_totals(sample) -> None:
    document, told, campaign = sample
    text = "\n".join(lines(document))
    outline = load_outline(campaign.form)
    blocks = [block for section in outline.sections for block in section.all_blocks() if block.kind == "figures"]
    stated = 0
    for clause in (clause for block in blocks for clause in block.clauses):
        total = sum(told["totals"][key][measure] for key, measure in clause.figures)
        if total:
            said = clause.text.replace("{n}", spoken(total))
            assert said in text or said[:1].upper() + said[1:] in text, said
            stated += 1
    assert stated >= 10
    for keys in (keys for block in blocks for keys in block.parts):
        start = f"- {bare(campaign.form.by_key[keys[0]])}: "
        numbers = [spoken(number) for key in keys for number in told["totals"][key].values() if number]
        line = next((line for line in lines(document) if line.startswith(start)), start)
        assert re.findall(r"[1-9][\d.]*|0[1-9]", line.removeprefix(start).rstrip(".;")) == numbers


def test_the_outline_of_the_form_is_kept(sample) -> None:
    document, told, campaign = sample
    headings = [p.text for p in document.paragraphs if p.style.name in ("BC mục lớn", "BC mục nhỏ")]
    outline = load_outline(campaign.form)
    titles = [
        title for section in outline.sections for title in (section.title, *(part.title for part in section.parts))
    ]
    assert headings == [title.replace("{year}", str(campaign.year)) for title in titles]
    coverage = told["coverage"]
    assert f"{coverage['accepted']}/{coverage['expected']} đơn vị phải báo cáo" in "\n".join(lines(document))


def test_what_the_clerk_must_fill_in_stands_out(sample) -> None:
    document, _, _ = sample
    marked = gaps(document)
    assert marked.count("[ghi số]") == 1 + len(document.sections) - 1
    assert "[họ và tên người ký]" in marked and "[…]" in marked
    assert all(text.startswith("[") and text.endswith("]") for text in marked)
    body = "".join(text.text or "" for text in document.element.body.iter(qn("w:t")))
    assert sorted(marked) == sorted(re.findall(r"\[[^\]]*\]", body))


def test_units_that_are_missing_are_named(sample) -> None:
    document, told, campaign = sample
    text = "\n".join(
        [*lines(document), *(cell for table in document.tables[2:] for row in grid(table) for cell in row)]
    )
    names = [campaign.register.by_code[code].name for code in told["coverage"]["units_missing"]]
    assert names and [name for name in names if name not in text] == []


# --- the paper -----------------------------------------------------------------------------------------------------


def test_page_fonts_and_heading_block(sample) -> None:
    """Decree 30/2020, annex I."""
    document, _, campaign = sample
    assert len(document.sections) >= 2
    for section in document.sections:
        assert sorted((round(section.page_width.mm), round(section.page_height.mm))) == [210, 297]
        assert 30 <= round(max(section.left_margin.mm, section.top_margin.mm)) <= 35
        assert section.different_first_page_header_footer
        assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"
    assert document.sections[0].orientation == WD_ORIENT.PORTRAIT
    fonts = {fonts.get(qn("w:ascii")) for fonts in document.styles.element.iter(qn("w:rFonts"))}
    assert fonts == {"Times New Roman"}
    left, right = document.tables[0].rows[0].cells
    assert right.text.split("\n")[:2] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    assert left.text.split("\n")[:2] == ["ỦY BAN NHÂN DÂN", campaign.root.name.upper()]
    number, day = document.tables[0].rows[1].cells
    assert number.text == "Số: [ghi số]/BC-UBND" and day.text.endswith(f"năm {campaign.year}")
    assert document.paragraphs[0].text == "BÁO CÁO"
    signature = document.tables[1].rows[0].cells[1].text
    assert [line for line in campaign.signature if line not in signature] == []
    assert document.tables[1].rows[0].cells[0].text.startswith("Nơi nhận:\n- ")


def test_rows_are_not_split_and_headers_are_repeated(sample) -> None:
    document, _, _ = sample
    table = document.tables[2]
    heads = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
    assert heads == [True, True] + [False] * (len(heads) - 2)
    assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in table.rows)
    assert any(text.startswith("(Kèm theo Báo cáo số ") for text in lines(document))


def test_the_only_field_is_the_page_number(sample) -> None:
    document, _, _ = sample
    assert fields(document) == ["PAGE"]


def fields(document: DocxDocument) -> list[str]:
    parts = (document.element, document.sections[0].header._element)
    simple = [field.get(qn("w:instr")) for part in parts for field in part.iter(qn("w:fldSimple"))]
    other = [
        element.tag
        for part in parts
        for tag in ("w:instrText", "w:hyperlink", "w:object")
        for element in part.iter(qn(tag))
    ]
    return [*simple, *other]


# --- blank, zero, closed -------------------------------------------------------------------------------------------


def written(campaign: Campaign, *words: object) -> DocxDocument:
    path = campaign.folder / "bao-cao.docx"
    done = run("-C", campaign.folder, "report", "-o", path, *words)
    assert done.exit_code == 0, done.stderr
    return opened(path)


def test_blank_is_not_zero(campaign) -> None:
    send(campaign, SCHOOLS[0], {**PAIR, ("1.12", "count"): 0, ("1.12", "people"): 0, ("3", "count"): 0})
    document = written(campaign)
    text = lines(document)
    assert "- Không phát sinh: xóa mù chữ;" in text
    unknown = next(line for line in text if line.startswith("- Chưa có số liệu: "))
    assert "phổ cập giáo dục (tiểu học, THCS)" in unknown and "kỹ năng sống" not in unknown
    news = next(line for line in text if line.startswith("2. Thông tin, tuyên truyền"))
    assert "ông phát hành ấn phẩm" in news and "chưa có số liệu về số tin, bài" in news
    cells = {row.key: cells for row, cells in zip(campaign.form.rows, grid(document.tables[2])[2:], strict=True)}
    assert cells["1.12"][3:5] == ["0", "0"] and cells["1.11"][3:5] == ["…", "…"] and cells["10.1"][3] == "…"
    assert cells["1.07"][3:5] == ["2", "60"] and cells["1"][3] == "2" and cells["4"][3:5] == ["", ""]


def test_who_declares_nothing_has_zeros(campaign) -> None:
    send(campaign, SCHOOLS[0], {}, **{"Có tổ chức hoạt động": "không"})
    document = written(campaign)
    assert any("báo không tổ chức hoạt động: Trường Mầm non Mưa Lụa (mẫu)" in line for line in lines(document))
    assert not any("Chưa có số liệu" in line for line in lines(document))
    assert any("Không mở lớp bồi dưỡng, tập huấn nào." in line for line in lines(document))


def test_a_row_that_nobody_here_may_fill_is_left_out(campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    document = written(campaign, "--at", "27466")
    cells = {row.key: cells for row, cells in zip(campaign.form.rows, grid(document.tables[2])[2:], strict=True)}
    assert cells["7.1"][3:5] == ["", ""]
    assert not any("cấp huyện" in line for line in lines(document))
    missing = next(line for line in lines(document) if "chưa gửi báo cáo: " in line)
    names = [campaign.register.by_code[code].name for code in ("27466", *SCHOOLS[1:])]
    assert missing == f"Có 03 đơn vị chưa gửi báo cáo: {', '.join(names)}."
    assert document.tables[0].rows[0].cells[0].text.startswith("ỦY BAN NHÂN DÂN\nPHƯỜNG TÂN THUẬN ĐÔNG")


def test_people_without_count_is_pointed_out(campaign) -> None:
    result = made_up(campaign)
    figures = {("1.07", "count"): 0, ("1.07", "people"): 30}
    result = with_figures(result, figures)
    document = drawn(result, campaign)
    assert any(
        "không mở lớp bồi dưỡng, tập huấn nào; tuy nhiên có ghi 30 người" in line.lower() for line in lines(document)
    )
    assert " [xem lại số liệu này]" in gaps(document)


def test_without_a_campaign(campaign, tmp_path: Path) -> None:
    paths = [send(campaign, code, PAIR) for code in SCHOOLS]
    apart = tmp_path / "roi"
    apart.mkdir()
    for path in paths:
        shutil.copy(path, apart)
    done = run("report", apart, "-o", tmp_path / "bc.docx")
    assert done.exit_code == 0, done.stderr
    document = opened(tmp_path / "bc.docx")
    assert "[năm]" in gaps(document)
    assert any("chưa xác định được đơn vị nào chưa báo cáo" in line for line in lines(document))
    assert any("Đã mở 06 lớp bồi dưỡng, tập huấn với 180 người tham gia." in line for line in lines(document))


# --- what units wrote ----------------------------------------------------------------------------------------------


def type_in(path: Path, cells: Mapping[tuple[str, str], object]) -> None:
    book = openpyxl.load_workbook(path)
    for (sheet, cell), value in cells.items():
        book[sheet][cell] = value
    book.save(path)


def test_narratives_open_rows_and_activities(campaign) -> None:
    first, second = (send(campaign, code, PAIR) for code in SCHOOLS[:2])
    heading = {row[0].value: row[0].row for row in openpyxl.load_workbook(first)["Thuyết minh"].iter_rows(max_col=1)}
    done = f"B{heading['II. Các hoạt động đã thực hiện']}"
    type_in(first, {("Thuyết minh", done): "Nhà trường tổ chức ngày hội đọc sách toàn trường."})
    type_in(
        second, {("Thuyết minh", done): "=1+1 là câu hỏi của buổi tọa đàm", ("Hoạt động", "B4"): "Ngày hội đọc sách"}
    )
    notes = {
        row[7].value: row[0].row
        for row in openpyxl.load_workbook(first)["Số liệu"].iter_rows(max_col=8)
        if row[7].value
    }
    type_in(first, {("Số liệu", f"F{notes['M11']}"): "Tặng xe đạp cho học sinh nghèo"})
    document = written(campaign, "--now", "2024-10-14")
    text = lines(document)
    styles = {p.text: p.style.name for p in document.paragraphs}
    draft = "Trường Mầm non Mưa Lụa (mẫu): Nhà trường tổ chức ngày hội đọc sách toàn trường."
    assert styles[draft] == "BC bản thảo"
    assert (
        text.index("II. CÁC HOẠT ĐỘNG ĐÃ THỰC HIỆN")
        < text.index(draft)
        < text.index(next(t for t in text if t.startswith("III. ")))
    )
    assert styles["Trường Mầm non Mưa Lụa (mẫu): Tặng xe đạp cho học sinh nghèo"] == "BC bản thảo"
    assert any(line.startswith("[Dự thảo từ ý kiến các đơn vị") for line in gaps(document))
    rows = grid(document.tables[3])
    assert rows[0][:3] == ["STT", "Đơn vị báo cáo", "Các hoạt động"]
    assert rows[1][:3] == ["1", "Trường Tiểu học Diều Giấy (mẫu)", "Ngày hội đọc sách"]
    assert "Phụ lục II" in text and document.sections[2].orientation == WD_ORIENT.LANDSCAPE


# --- texts that mean harm ------------------------------------------------------------------------------------------

HOSTILE = (
    '=HYPERLINK("http://x.example","a")',
    "{ INCLUDETEXT C:\\\\a } { PAGE } {{ x }} {year} [ghi số]",
    "\x00\x07\x0b\x1b[31m đỏ \ud800 \ufffe <w:p/> & ]]>",
    "\u202eđảo ngược\u202c",
    "dòng một\ndòng hai\r\n\tdòng ba",
    "dài " * 10_000,
    "x" * 40_000,
)


def made_up(campaign: Campaign) -> Consolidation:
    send(campaign, SCHOOLS[0], PAIR)
    collected = collect(Request((campaign.folder / campaign.received,), campaign.folder, campaign), keep_receipts=False)
    return consolidate(collected.choice, collected.examinations, collected.at, collected.setting)


def with_figures(result: Consolidation, figures: Mapping) -> Consolidation:
    leaf = result.leaves[0]._replace(figures={**result.leaves[0].figures, **figures})
    totals = {**result.totals, **figures, ("1", "count"): 0, ("1.T", "people"): figures[("1.07", "people")]}
    return replace(result, leaves=(leaf,), totals=totals)


def drawn(result: Consolidation, campaign: Campaign | None) -> DocxDocument:
    data = write_word(make_report(result, load_outline(result.form), campaign), "x")
    return Document(io.BytesIO(data))


def test_hostile_text_is_text(campaign) -> None:
    result = made_up(campaign)
    sections = result.form.sections
    notes = [Note("narrative", sections[0], text, "") for text in HOSTILE]
    notes += [Note("open", "11", text, "") for text in HOSTILE] + [
        Note("narrative", text, text, "") for text in HOSTILE
    ]
    leaf = result.leaves[0]._replace(
        unit=replace(result.leaves[0].unit, name=HOSTILE[2]),
        notes=tuple(notes),
        activities=tuple(("1", text, text, "2", "3", text) for text in HOSTILE),
    )
    document = drawn(replace(result, leaves=(leaf,)), campaign)
    assert fields(document) == ["PAGE"]
    drafts = [p for p in document.paragraphs if p.style.name == "BC bản thảo"]
    assert len(drafts) == 3 * len(HOSTILE)
    assert drafts[0].text.endswith('=HYPERLINK("http://x.example","a")')
    assert "{ PAGE } {{ x }} {year} [ghi số]" in drafts[1].text
    assert "<w:p/> & ]]>" in drafts[2].text and "\\x07" in drafts[2].text
    assert "\u202e" not in drafts[3].text and "đảo ngược" in drafts[3].text
    assert drafts[4].text.endswith("dòng một\ndòng hai\ndòng ba")
    assert len(drafts[6].text) > 32_000
    assert gaps(document).count("[ghi số]") == len(document.sections)


def test_many_texts_are_cut_and_said(campaign) -> None:
    result = made_up(campaign)
    notes = tuple(Note("narrative", result.form.sections[0], f"ý kiến {n}", "") for n in range(250))
    activities = tuple((str(n), f"việc {n}", "", "", "", "") for n in range(600))
    document = drawn(replace(result, leaves=(result.leaves[0]._replace(notes=notes, activities=activities),)), campaign)
    assert sum(p.style.name == "BC bản thảo" for p in document.paragraphs) == 200
    assert "[Còn 50 ý kiến khác, xem sheet Ghi chú của tệp tổng hợp]" in gaps(document)
    assert "Còn 100 hoạt động khác, xem sheet Hoạt động của tệp tổng hợp." in lines(document)


# --- the file ------------------------------------------------------------------------------------------------------


def test_the_same_inputs_give_the_same_bytes(campaign, tmp_path: Path) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    first, second = tmp_path / "a.docx", tmp_path / "b.docx"
    for path in (first, second):
        assert run("-C", campaign.folder, "report", "-o", path, "--now", "2024-10-14").exit_code == 0
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any("thumbnail" in name or "customXml" in name for name in archive.namelist())
    facts = opened(first).core_properties
    assert (facts.author, facts.last_modified_by, facts.comments) == ("", "", "")
    assert facts.created == facts.modified and facts.created.year == 2000


def test_an_earlier_report_is_kept_and_the_same_one_is_not(campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    assert run("-C", campaign.folder, "report").exit_code == 0
    path = campaign.folder / "ket_qua/bao-cao-778.docx"
    before = path.read_bytes()
    again = json.loads(run("-C", campaign.folder, "report", "--json").stdout)
    assert again["outputs"] == ["ket_qua/bao-cao-778.docx"] and again["totals"]["1.07"] == {"count": 2, "people": 60}
    assert len(list(path.parent.glob("*.docx"))) == 1
    send(campaign, SCHOOLS[1], PAIR)
    done = run("-C", campaign.folder, "report")
    assert "ket_qua/bao-cao-778-2.docx" in done.stderr
    assert path.with_name("bao-cao-778-2.docx").read_bytes() == before != path.read_bytes()


def test_an_edited_report_is_kept(campaign) -> None:
    """What a clerk wrote into our report is never lost by running the command again."""
    send(campaign, SCHOOLS[0], PAIR)
    path = campaign.folder / "bc.docx"
    assert run("-C", campaign.folder, "report", "-o", path).exit_code == 0
    document = opened(path)
    document.add_paragraph("Lời của người soạn")
    document.save(str(path))
    assert run("-C", campaign.folder, "report", "-o", path).exit_code == 0
    assert "Lời của người soạn" in lines(opened(path.with_name("bc-2.docx")))
    assert "Lời của người soạn" not in lines(opened(path))


@pytest.mark.parametrize("kind", ["docx", "text"])
def test_a_file_of_somebody_else_is_not_touched(campaign, kind: str) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    path = campaign.folder / "cua-toi.docx"
    Document().save(str(path)) if kind == "docx" else path.write_text("chữ", encoding="utf-8")
    before = path.read_bytes()
    done = run("-C", campaign.folder, "report", "-o", path)
    assert done.exit_code == 3 and "--force" in done.stderr
    assert path.read_bytes() == before
    assert run("-C", campaign.folder, "report", "-o", path, "--force").exit_code == 0
    assert path.read_bytes() != before


def test_another_ending_is_refused(campaign) -> None:
    done = run("-C", campaign.folder, "report", "-o", campaign.folder / "bc.xlsx")
    assert done.exit_code == 2 and ".docx" in done.stderr


def test_without_python_docx_the_message_says_what_to_install(campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [
        name for name in sys.modules if name.startswith(("docx", "aggregator.outputs.word", "aggregator.steps.word"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("aggregator.steps.word", raising=False)
    monkeypatch.setitem(sys.modules, "docx", None)
    for lang in ("vi", "en"):
        done = run("-C", campaign.folder, "report", "-o", campaign.folder / "bc.docx", "--lang", lang)
        assert done.exit_code == 3 and "python-docx" in done.stderr, done.stderr
    assert not (campaign.folder / "bc.docx").exists()


# --- outlines and names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form_id", form_ids())
def test_every_form_has_an_outline_that_speaks_of_every_number(form_id: str) -> None:
    form = load_form(form_id)
    outline = load_outline(form)
    blocks = [block for section in outline.sections for block in section.all_blocks()]
    spoken_of = {figure for block in blocks for clause in block.clauses for figure in clause.figures}
    spoken_of |= {figure for block in blocks for keys in block.parts for figure in form.figures if figure[0] in keys}
    assert set(form.figures) - spoken_of == set()
    assert {block.text for block in blocks if block.kind == "narratives"} == set(form.sections)
    open_rows = {key for block in blocks for key in block.rows}
    assert {row.key for row in form.rows if row.text} == open_rows


def test_all_faults_of_an_own_outline_are_told(campaign) -> None:
    send(campaign, SCHOOLS[0], PAIR)
    document = json.loads((outline_dir() / "tong-hop-2024.json").read_text(encoding="utf-8"))
    document["form"] = "tong-hop-2021"
    document["sections"][0]["blocks"].append({"is": "narratives", "about": "Không có mục này"})
    document["sections"][1]["blocks"][1]["parts"].append(["9.9"])
    document["sections"][1]["blocks"][1]["clauses"][0]["figures"] = [["1", "people"]]
    own = campaign.folder / "de-cuong.json"
    own.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    done = run("-C", campaign.folder, "report", "-o", campaign.folder / "bc.docx", "--outline", own)
    assert done.exit_code == 3
    assert all(text in done.stderr for text in ("$.form", "Không có mục này", "9.9", "1 people"))
    document = json.loads((outline_dir() / "tong-hop-2024.json").read_text(encoding="utf-8"))
    document["title"] = "Về một tuần lễ khác"
    own.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    assert "Về một tuần lễ khác" in lines(written(campaign, "--outline", own))


UNITS = (
    Unit("1", "Tỉnh Đồng Nai", "province", None),
    Unit("2", "Quận 7", "district", "1"),
    Unit("3", "Phường Tân Hưng", "commune", "2"),
    Unit("4", "Trường Tiểu học Sao (mẫu)", "school", "3"),
    Unit("5", "Phòng Nội vụ", "school", "2", "department"),
    Unit("6", "UBND xã Phú", "commune", "2"),
)


@pytest.mark.parametrize(
    ("code", "head", "symbol", "place", "name"),
    [
        ("1", ["ỦY BAN NHÂN DÂN", "TỈNH ĐỒNG NAI"], "BC-UBND", "Đồng Nai", "Ủy ban nhân dân tỉnh Đồng Nai"),
        ("2", ["ỦY BAN NHÂN DÂN", "QUẬN 7"], "BC-UBND", "Quận 7", "Ủy ban nhân dân Quận 7"),
        ("3", ["ỦY BAN NHÂN DÂN", "PHƯỜNG TÂN HƯNG"], "BC-UBND", "Tân Hưng", "Ủy ban nhân dân phường Tân Hưng"),
        (
            "4",
            ["UBND PHƯỜNG TÂN HƯNG", "TRƯỜNG TIỂU HỌC SAO (MẪU)"],
            "BC-[viết tắt tên cơ quan]",
            "Tân Hưng",
            "Trường Tiểu học Sao (mẫu)",
        ),
        ("5", ["UBND QUẬN 7", "PHÒNG NỘI VỤ"], "BC-[viết tắt tên cơ quan]", "Quận 7", "Phòng Nội vụ"),
        ("6", ["ỦY BAN NHÂN DÂN", "XÃ PHÚ"], "BC-UBND", "Phú", "Ủy ban nhân dân xã Phú"),
    ],
)
def test_how_an_office_is_called(code: str, head: list[str], symbol: str, place: str, name: str) -> None:
    office = office_of(next(unit for unit in UNITS if unit.code == code), Register.of(UNITS))
    texts: Iterator[str] = ("".join(run.text for run in runs) for runs in office.head)
    assert [text for text in (office.parent, *texts) if text] == head
    said = ["".join(run.text for run in runs) for runs in (office.symbol, office.place, office.name)]
    assert said == [symbol, place, name]
