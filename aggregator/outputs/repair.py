"""What `repair` did, line by line: what was moved, what was read or is doubtful, what did not fit, and why not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from aggregator.findings import Finding
from aggregator.outputs.result import result_document
from aggregator.outputs.terminal import width
from aggregator.register import Unit
from aggregator.repair.carry import Move, Repair
from aggregator.repair.lines import Left, Problem
from aggregator.text import printable
from aggregator.words import in_language, mark

MAX_TEXT = 60

WHY: dict[str, str] = {
    "consolidated": mark("Đây là tệp tổng hợp, không phải biểu của một đơn vị."),
    "no-unit": mark("Tệp không cho biết số liệu của đơn vị nào. Xin thêm --unit MÃ."),
    "no-table": mark("Không tìm thấy bảng nào có tên mục của mẫu."),
    "two-forms": mark("Bảng hợp với nhiều mẫu: {rows}. Xin ghi rõ mẫu bằng --form."),
    "two-tables": mark("Có số liệu ở nhiều bảng: {cells}. Xin giữ lại một bảng."),
    "two-columns": mark("Không rõ lấy cột nào: {cells}. Xin giữ lại một cột cho mỗi loại."),
    "no-columns": mark("Không tìm thấy cột số lượng và cột người ở {cells}. Xin ghi tiêu đề cột như trong mẫu."),
    "scaled": mark("{cells} cho biết số liệu tính theo nghìn hoặc triệu. Xin ghi số đầy đủ."),
    "code-and-label": mark(
        "{cells}: mã dòng và tên mục chỉ hai dòng khác nhau ({rows}): “{found}”. Xin xem lại; nếu mã "
        "đúng dùng --trust code, nếu tên mục đúng dùng --trust label."
    ),
    "label-unknown": mark(
        "{cells}: mã là của dòng {rows} nhưng tên mục không có trong mẫu: “{found}”. Nếu đúng là "
        "dòng này, dùng --trust code."
    ),
    "unit-differs": mark("{cells}: đơn vị tính khác với mẫu (dòng {rows}): “{found}”."),
    "two-rows": mark("{cells}: “{found}” có thể là nhiều dòng: {rows}. Xin ghi mã dòng."),
    "row-twice": mark("Dòng {rows} có ở nhiều chỗ với số liệu khác nhau: {cells} (“{found}”). Xin giữ lại một chỗ."),
    "row-unknown": mark("mẫu không có dòng này"),
    "no-cell": mark("dòng này không có ô cho số liệu đó"),
    "format": mark("định dạng ô; số đã chuyển là số lưu trong ô, có thể khác số nhìn thấy"),
    "no-sheet": mark("mẫu không có sheet này"),
    "no-section": mark("mẫu không có mục này"),
    "same-again": mark("lặp lại đúng như dòng đã lấy"),
    "total-differs": mark("số tổng ghi trong tệp khác với tổng các số đã chuyển; xin hỏi lại đơn vị"),
    "other-unit": mark("tệp ghi mã đơn vị khác"),
    "sheet-unread": mark("sheet có số nhưng không thuộc biểu"),
}
"""Each reason as a message."""


def why(name: str, lang: str, **facts: str) -> str:
    return in_language(WHY[name], lang, **facts)


def _problem_text(problem: Problem, lang: str) -> str:
    cells = [f"{problem.sheet}!{cell}" if problem.sheet else cell for cell in problem.cells]
    facts = {"cells": ", ".join(cells), "rows": ", ".join(problem.rows), "found": problem.found}
    return why(problem.why, lang, **{name: printable(text, 300) for name, text in facts.items()})


def repair_lines(repair: Repair, unit: Unit | None, output: str | None, lang: str) -> Iterator[str]:
    """For people: problems, or what was done."""
    for problem in repair.problems:
        yield from textwrap.wrap(
            in_language("KHÔNG RÕ: {problem}", lang, problem=_problem_text(problem, lang)),
            width(),
            subsequent_indent="    ",
        )
    if output is None:
        yield in_language("Chưa ghi tệp nào; tệp gốc giữ nguyên.", lang)
        return
    if unit:
        yield in_language("Đơn vị: {code} {name}", lang, code=unit.code, name=unit.name).rstrip()
    told = [move for move in repair.moves if is_told(move)]
    yield from (_move_line(move, lang) for move in told)
    kept = len(repair.moves) - len(told)
    yield in_language("{kept} ô giữ nguyên chỗ.", lang, kept=kept)
    yield from _left_lines(repair.left, lang)
    if repair.missing:
        head = in_language("Không tìm thấy trong tệp, để trống: ", lang)
        yield from textwrap.wrap(head + ", ".join(repair.missing), width(), subsequent_indent="    ")
    yield in_language("Đã ghi {output}", lang, output=output)


def is_told(move: Move) -> bool:
    """What changed its place or its words, or is not certain."""
    return is_moved(move) or not move.certain or move.text != str(move.entry)


def is_moved(move: Move) -> bool:
    return (move.from_sheet, move.source) != (move.to_sheet, move.target)


def _move_line(move: Move, lang: str) -> str:
    """`D14 ← Sheet1!E17 (dòng 1.07): 12`."""
    row = in_language(" (dòng {row})", lang, row=move.row) if move.row else ""
    to = move.target if move.row else f"{move.to_sheet}!{move.target}"
    source = f"{move.from_sheet}!{move.source}" if move.source else (in_language("xác định từ tệp", lang))
    said = printable(str(move.entry), MAX_TEXT)
    if move.text != str(move.entry):
        said = f"“{printable(move.text, MAX_TEXT)}” → {said}"
    doubt = "" if move.certain else (in_language(" – chưa rõ, xin sửa", lang))
    return f"{to} ← {source}{row}: {said}{doubt}"


def _left_lines(left: Sequence[Left], lang: str) -> Iterator[str]:
    head = in_language("KHÔNG CHUYỂN", lang)
    for entry in left:
        row = in_language(" (dòng {row})", lang, row=entry.row) if entry.row else ""
        where = f"{entry.sheet}!{entry.cell}" if entry.cell else entry.sheet
        yield f"{head} {where}{row}: {printable(entry.text, MAX_TEXT)} – {why(entry.why, lang)}"


def repair_document(
    names: tuple[str, str | None, str | None, str | None],
    unit: Unit | None,
    repair: Repair,
    findings: Sequence[Finding],
) -> dict[str, Any]:
    """The JSON document; `names` are the original, the new file, the form and the campaign."""
    file, output, form, campaign = names
    result = result_document(
        "repair", form=form, campaign=campaign, findings=findings, outputs=[output] if output else []
    )
    return {
        **result,
        "file": file,
        "unit": unit.code if unit else None,
        "carried": [_move_document(move) for move in repair.moves],
        "left": [_left_document(left) for left in repair.left],
        "blank_rows": list(repair.missing),
        "problems": [_problem_document(problem) for problem in repair.problems],
    }


def _move_document(move: Move) -> dict[str, Any]:
    return {
        "to": {"sheet": move.to_sheet, "cell": move.target},
        "from": {"sheet": move.from_sheet, "cell": move.source} if move.source else None,
        "row": move.row,
        "measure": move.measure,
        "found": move.text,
        "value": move.entry,
        "moved": is_moved(move),
        "certain": move.certain,
    }


def _left_document(left: Left) -> dict[str, Any]:
    text = {lang: why(left.why, lang) for lang in ("vi", "en")}
    where = {"sheet": left.sheet, "cell": left.cell, "row": left.row}
    return {"why": left.why, **where, "found": left.text, "number": left.number, "message": text}


def _problem_document(problem: Problem) -> dict[str, Any]:
    text = {lang: _problem_text(problem, lang) for lang in ("vi", "en")}
    where = {"sheet": problem.sheet, "cells": list(problem.cells), "rows": list(problem.rows)}
    return {"why": problem.why, **where, "found": problem.found, "message": text}
