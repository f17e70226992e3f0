"""The forms themselves: listed, shown, checked, compared in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aggregator.documents import Fault, load_json
from aggregator.forms import Form, Row, form_faults, form_ids, load_form
from aggregator.text import same_text
from aggregator.words import in_language, mark


def list_forms() -> tuple[Form, ...]:
    """All forms that ship."""
    return tuple(load_form(form_id) for form_id in form_ids())


def lint(path: Path) -> tuple[Fault, ...]:
    """Every fault of a form file."""
    document, faults = load_json(path)
    return faults or form_faults(document, path.name)


def form_lines(form: Form) -> Iterator[str]:
    """A form as text: one line per row."""
    yield f"{form.id} ({form.version}) – {form.name}"
    yield f"{form.source}"
    yield from (f"{title}" for title in form.titles)
    if form.caption:
        yield form.caption
    for row in form.rows:
        cells = ",".join(row.fill) or (f"={row.total.measure}" if row.total else "-")
        yield f"{row.code:7} {row.stt:>3} {row.unit:18} {cells:14} {row.label}"
    if form.footnote:
        yield form.footnote


WORDS = {
    "only-first": mark("chỉ có ở mẫu thứ nhất: {before}"),
    "only-second": mark("chỉ có ở mẫu thứ hai: {after}"),
    "label": mark("đổi tên: “{before}” → “{after}”"),
    "unit": mark("đổi đơn vị tính: “{before}” → “{after}”"),
    "kind": mark("đổi cách ghi: {before} → {after}"),
    "place": mark("đổi vị trí: dòng thứ {before} → {after}"),
    "header": mark("tiêu đề cột: “{before}” → “{after}”"),
    "caption": mark("dòng kèm theo: “{before}” → “{after}”"),
    "footnote": mark("ghi chú cuối bảng: “{before}” → “{after}”"),
    "title": mark("tên bảng: “{before}” → “{after}”"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two editions: what, where, before, after."""

    what: str
    row: str | None
    before: str | None
    after: str | None

    def text(self, lang: str) -> str:
        none = in_language("không có", lang)
        sentence = in_language(WORDS[self.what], lang, before=self.before or none, after=self.after or none)
        return in_language("dòng {row}: {sentence}", lang, row=self.row, sentence=sentence) if self.row else sentence

    def document(self) -> dict[str, str | None]:
        return {"what": self.what, "row": self.row, "before": self.before, "after": self.after}


def compare(first: Form, second: Form) -> tuple[Change, ...]:
    """What changed from one edition to the next: texts, headers, then row by row."""
    return (*_texts(first, second), *_headers(first, second), *_rows(first, second))


def _texts(first: Form, second: Form) -> Iterator[Change]:
    pairs = (
        ("title", " ".join(first.titles), " ".join(second.titles)),
        ("caption", first.caption, second.caption),
        ("footnote", first.footnote, second.footnote),
    )
    for what, before, after in pairs:
        if (before or "") != (after or ""):
            yield Change(what, None, before, after)


def _headers(first: Form, second: Form) -> Iterator[Change]:
    for name, before in first.header.items():
        if before != second.header[name]:
            yield Change("header", None, before, second.header[name])


def _rows(first: Form, second: Form) -> Iterator[Change]:
    places = [{row.key: number for number, row in enumerate(form.rows, start=1)} for form in (first, second)]
    for row in first.rows:
        other = second.by_key.get(row.key)
        if other is None:
            yield Change("only-first", row.key, row.label, None)
            continue
        yield from _row(row, other)
        if places[0][row.key] != places[1][row.key]:
            yield Change("place", row.key, str(places[0][row.key]), str(places[1][row.key]))
    for row in second.rows:
        if row.key not in first.by_key:
            yield Change("only-second", row.key, None, row.label)


def _row(row: Row, other: Row) -> Iterator[Change]:
    if not same_text(row.label, other.label):
        yield Change("label", row.key, row.label, other.label)
    if not same_text(row.unit, other.unit):
        yield Change("unit", row.key, row.unit, other.unit)
    if (row.kind, row.fill) != (other.kind, other.fill):
        yield Change("kind", row.key, row.kind, other.kind)
