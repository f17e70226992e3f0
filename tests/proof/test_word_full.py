"""Word reports of three campaigns through real programs: Microsoft's SDK reads them, LibreOffice Writer prints them.

Numbers are fresh every run; PROOF_SEED repeats one.
"""

import json
from pathlib import Path

import pytest

from tests.office import pdf_text, run
from tests.ooxml import validate
from tests.proof.helpers import SEED, Campaign
from tests.proof.word_reports import REPORTS, printed, reported

Made = tuple[Campaign, Path, Path]


@pytest.fixture(scope="module", params=REPORTS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Campaign, .docx and .pdf."""
    print(f"PROOF_SEED={SEED}")
    folder = tmp_path_factory.mktemp("word")
    campaign, report = reported(folder / request.param, request.param, SEED)
    return campaign, report, printed(report, folder)


def pages(pdf: Path) -> list[str]:
    return pdf_text(pdf).split("\f")[:-1]


def test_microsofts_reader_has_no_objection(made: Made) -> None:
    _, report, _ = made
    assert validate([report]) == {report: []}


def test_every_row_and_total_is_on_paper(made: Made) -> None:
    """Labels are broken into lines on paper, so words are looked for without blanks, in the form's order."""
    campaign, _, pdf = made
    sample = campaign.folder.name
    told = campaign.run("aggregate", "--now", REPORTS[sample], "--json").document["totals"]
    document = run("pdftotext", "-raw", "-enc", "UTF-8", pdf, "-")
    annex = "".join(document[document.index("(Kèm theo Báo cáo số") :].split())
    at = 0
    for row in campaign.form["rows"]:
        words = "".join(row["label"].split())
        at = annex.find(words[:12], at)
        assert at >= 0, row["label"]
        numbers = [f"{number:,}".replace(",", ".") for number in told.get(row["key"], {}).values()]
        assert [number for number in numbers if number != "0" and number not in annex[at:]] == [], row["label"]


def test_pages(made: Made) -> None:
    """A4, none blank, numbered from the second page of the report and of every annex."""
    _, _, pdf = made
    facts = run("pdfinfo", pdf)
    assert "A4" in facts
    texts = pages(pdf)
    assert all(text.split() for text in texts)
    assert texts[0].split()[0] != "1" and texts[1].split()[0] == "2"
    firsts = [text for text in texts if text.split()[0] == "Phụ"]
    assert len(firsts) >= 2, "the table and the list of activities"
    fonts = run("pdffonts", pdf)
    assert "Times" in fonts or "LiberationSerif" in fonts, fonts


def test_the_signature_is_not_alone_on_its_page(made: Made) -> None:
    _, _, pdf = made
    page = next(text for text in pages(pdf) if "Nơi nhận:" in text)
    before = page[: page.index("Nơi nhận:")].split()
    assert len(before) > 8, before


def test_the_same_again(made: Made) -> None:
    campaign, report, _ = made
    again = campaign.folder / "lan-hai.docx"
    done = campaign.run("report", "-o", again, "--now", REPORTS[campaign.folder.name], "--json")
    assert json.loads(done.out)["outputs"] == ["lan-hai.docx"]
    assert again.read_bytes() == report.read_bytes()
