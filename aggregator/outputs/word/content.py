"""The whole report as plain values: letterhead, lines under the outline's headings, recipients, signature, annexes.

The words are those of the outline and of the totals; what only the clerk can know is a gap. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aggregator.campaign import Campaign
from aggregator.consolidation import Consolidation
from aggregator.outputs.word.annex import Annex, activity_count, activity_list, official_table, unit_list
from aggregator.outputs.word.drafts import narrative_lines, open_lines, other_lines
from aggregator.outputs.word.lines import Line, Run, Runs, fill, gap, safe, words
from aggregator.outputs.word.names import Office, office_of
from aggregator.outputs.word.outline import Block, Outline, Section
from aggregator.outputs.word.sentences import Figures, figure_lines, prose
from aggregator.outputs.workbook_summary import day_words, is_complete

NUMBER, DAY, MONTH = gap("ghi số"), gap("…"), gap("…")
MOST_NAMES = 10
"""More units than a sentence can bear are listed in an annex."""
ROMAN = ("I", "II", "III")

Values = Mapping[str, Runs]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is printed, in order."""

    office: Office
    date: Runs
    number: Runs
    title: Runs
    lines: tuple[Line, ...]
    recipients: tuple[Runs, ...]
    signature: tuple[str, ...]
    attached: Runs
    annexes: tuple[tuple[str, Annex], ...]
    """With the name of each: `Phụ lục II`."""


def make_report(result: Consolidation, outline: Outline, campaign: Campaign | None) -> Report:
    """The report of the unit that was added up."""
    office = office_of(result.at, result.register)
    values = _values(result, campaign, office)
    lines = (*_opening(outline, values), *_sections(result, outline, values), *_closing(outline, values))
    names = [_annex_name(result, kind) for kind in _annex_kinds(result)]
    recipients = outline.recipients.get(result.at.level, outline.recipients["other"])
    return Report(
        office=office,
        date=(*office.place, *words(", "), *_day(values)),
        number=(*words("Số: "), *NUMBER, *words("/"), *office.symbol),
        title=fill(outline.title, values),
        lines=lines,
        recipients=tuple(fill(name, values) for name in recipients),
        signature=tuple(safe(line) for line in result.signature),
        attached=_attached(office, values),
        annexes=tuple(zip(names, _annexes(result, outline, values), strict=True)),
    )


def _day(values: Values) -> Runs:
    return (*words("ngày "), *DAY, *words(" tháng "), *MONTH, *words(" năm "), *values["year"])


def _attached(office: Office, values: Values) -> Runs:
    number = (*words("(Kèm theo Báo cáo số "), *NUMBER, *words("/"), *office.symbol, *words(" "))
    return (*number, *_day(values), *words(" của "), *office.name, *words(")"))


def _values(result: Consolidation, campaign: Campaign | None, office: Office) -> Values:
    """What the braces of an outline stand for."""
    common = {"unit": office.name, "area": office.area, "table": words(_annex_name(result, "table"))}
    if campaign is None:
        year = gap("năm")
        week = (*words("Tuần lễ hưởng ứng học tập suốt đời năm "), *year)
        return {**common, "year": year, "week": week, "theme": (), "dates": (), "plan": gap("số, ngày của kế hoạch")}
    theme = safe(campaign.theme)
    days = f" (từ ngày {campaign.start:%d/%m/%Y} đến ngày {campaign.end:%d/%m/%Y})"
    return {
        **common,
        "year": words(str(campaign.year)),
        "week": words(safe(campaign.title)),
        "theme": words(f" với chủ đề “{theme}”" if theme else ""),
        "dates": words(days),
        "plan": _plan(campaign.plan),
    }


def _plan(number: str | None) -> Runs:
    if number is None:
        return gap("Kế hoạch số, ngày, cơ quan ban hành")
    kind = "Kế hoạch" if "/KH" in number else "Văn bản"
    return (*words(f"{kind} số {safe(number)} "), *gap("ngày, cơ quan ban hành"))


# --- lines ---------------------------------------------------------------------------------------------------------


def _opening(outline: Outline, values: Values) -> Iterator[Line]:
    for text in outline.intro:
        yield Line("body", _sentence_case(fill(text, values)))


def _closing(outline: Outline, values: Values) -> Iterator[Line]:
    for text in outline.closing:
        yield Line("note" if text.startswith("(") else "body", fill(text, values))


def _sentence_case(runs: Runs) -> Runs:
    first = runs[0]
    return (Run(first.text[:1].upper() + first.text[1:], first.gap, first.bold, first.italic), *runs[1:])


def _sections(result: Consolidation, outline: Outline, values: Values) -> Iterator[Line]:
    figures = Figures(result)
    for number, section in enumerate(outline.sections, start=1):
        yield Line("section", fill(section.title, values))
        yield from _blocks(section, figures, values)
        for part in section.parts:
            yield Line("part", fill(part.title, values))
            yield from _blocks(part, figures, values)
        if number == len(outline.sections):
            yield from other_lines(result, outline)


def _blocks(section: Section, figures: Figures, values: Values) -> Iterator[Line]:
    for block in section.blocks:
        yield from _block(block, figures, values)


def _block(block: Block, figures: Figures, values: Values) -> Iterator[Line]:
    result = figures.result
    if block.kind == "text":
        yield Line("body", fill(block.text, values))
    elif block.kind == "figures":
        yield from figure_lines(block, figures)
    elif block.kind == "coverage":
        yield from (Line("body", words(text)) for text in coverage_texts(result))
    elif block.kind == "narratives":
        yield from narrative_lines(result, block.text)
    elif block.kind == "open":
        yield from open_lines(result, block.text, block.rows)
    elif number := activity_count(result):
        name = _annex_name(result, "activities")
        text = f"Các đơn vị đã liệt kê {prose(number)} hoạt động cụ thể (danh mục tại {name} kèm theo Báo cáo này)."
        yield Line("body", words(text))


# --- how complete --------------------------------------------------------------------------------------------------


def coverage_line(result: Consolidation) -> str:
    """`Số liệu tổng hợp từ 37/41 đơn vị phải báo cáo, đến ngày 14/10/2024.`"""
    accepted, expected = len(result.coverage.accepted), result.coverage.expected
    share = f"{accepted} đơn vị" if expected is None else f"{accepted}/{len(expected)} đơn vị phải báo cáo"
    day = f", đến ngày {day_words(result.as_of)}" if result.as_of else ""
    return f"Số liệu tổng hợp từ {share}{day}."


def coverage_texts(result: Consolidation) -> Iterator[str]:
    """Paragraphs: how many reported, who declared nothing, who is missing and in what way."""
    whole = " Tất cả các đơn vị đã gửi báo cáo." if is_complete(result) else ""
    if result.coverage.expected is None:
        whole = " Chưa có danh sách đơn vị nên chưa xác định được đơn vị nào chưa báo cáo."
    yield coverage_line(result) + whole
    none = [leaf.unit.code for leaf in result.leaves if not leaf.held]
    for kind, codes in (("báo không tổ chức hoạt động", none), *_wanting(result)):
        if codes:
            yield f"Có {prose(len(codes))} đơn vị {kind}{_names(result, codes, kind)}."


def _wanting(result: Consolidation) -> Sequence[tuple[str, Sequence[str]]]:
    """Units whose part in the numbers is missing, not certain or late."""
    coverage = result.coverage
    return (
        ("chưa gửi báo cáo", coverage.missing),
        ("đã gửi nhưng số liệu còn phải chỉnh sửa, chưa cộng vào Báo cáo này", coverage.refused),
        ("chưa rõ số liệu hoạt động của riêng đơn vị", [line.unit.code for line in result.units if line.remark]),
        ("gửi báo cáo muộn", coverage.late or ()),
    )


def _names(result: Consolidation, codes: Sequence[str], kind: str) -> str:
    """The names, or where they are listed."""
    if len(codes) > MOST_NAMES and any(kind == wanting for wanting, _ in _wanting(result)):
        return f" (danh sách tại {_annex_name(result, 'units')})"
    names = [safe(result.register.by_code[code].name) for code in codes[:MOST_NAMES]]
    rest = len(codes) - len(names)
    return ": " + ", ".join(names) + (f" và {prose(rest)} đơn vị khác" if rest else "")


# --- annexes -------------------------------------------------------------------------------------------------------


def _annex_kinds(result: Consolidation) -> tuple[str, ...]:
    """Which annexes there are, in order."""
    many = any(len(codes) > MOST_NAMES for _, codes in _wanting(result))
    activities = activity_count(result) > 0
    return ("table", *(["activities"] if activities else []), *(["units"] if many else []))


def _annex_name(result: Consolidation, kind: str) -> str:
    kinds = _annex_kinds(result)
    return f"Phụ lục {ROMAN[kinds.index(kind)]}" if len(kinds) > 1 else "Phụ lục"


def _annexes(result: Consolidation, outline: Outline, values: Values) -> Iterator[Annex]:
    for kind in _annex_kinds(result):
        if kind == "table":
            yield official_table(result, fill(outline.table_title, values), coverage_line(result))
        elif kind == "activities":
            yield activity_list(result)
        else:
            groups = [(words, codes) for words, codes in _wanting(result) if len(codes) > MOST_NAMES]
            yield unit_list(result.register, groups)
