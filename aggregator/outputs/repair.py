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

MAX_TEXT = 60

WHY: dict[str, tuple[str, str]] = {
    "consolidated": (
        "Đây là tệp tổng hợp, không phải biểu của một đơn vị.",
        "This is a consolidated workbook, not the form of one unit.",
    ),
    "no-unit": (
        "Tệp không cho biết số liệu của đơn vị nào. Xin thêm --unit MÃ.",
        "The file does not say whose figures these are. Add --unit CODE.",
    ),
    "no-table": (
        "Không tìm thấy bảng nào có tên mục của mẫu.",
        "No table with the row labels of the form was found.",
    ),
    "two-forms": (
        "Bảng hợp với nhiều mẫu: {rows}. Xin ghi rõ mẫu bằng --form.",
        "The table fits several forms: {rows}. Say which with --form.",
    ),
    "two-tables": (
        "Có số liệu ở nhiều bảng: {cells}. Xin giữ lại một bảng.",
        "There are figures in several tables: {cells}. Keep one of them.",
    ),
    "two-columns": (
        "Không rõ lấy cột nào: {cells}. Xin giữ lại một cột cho mỗi loại.",
        "It is not clear which column counts: {cells}. Keep one of each kind.",
    ),
    "no-columns": (
        "Không tìm thấy cột số lượng và cột người ở {cells}. Xin ghi tiêu đề cột như trong mẫu.",
        "No column of counts and no column of people on {cells}. Head the columns as the form does.",
    ),
    "scaled": (
        "{cells} cho biết số liệu tính theo nghìn hoặc triệu. Xin ghi số đầy đủ.",
        "{cells} says that figures are in thousands or millions. Write them in full.",
    ),
    "code-and-label": (
        "{cells}: mã dòng và tên mục chỉ hai dòng khác nhau ({rows}): “{found}”. "
        "Xin xem lại; nếu mã đúng dùng --trust code, nếu tên mục đúng dùng --trust label.",
        "{cells}: code and label say different rows ({rows}): “{found}”. "
        "Look; if the code is right use --trust code, if the label is, --trust label.",
    ),
    "label-unknown": (
        "{cells}: mã là của dòng {rows} nhưng tên mục không có trong mẫu: “{found}”. "
        "Nếu đúng là dòng này, dùng --trust code.",
        "{cells}: the code is row {rows}, but no form has this label: “{found}”. If it is that row, use --trust code.",
    ),
    "unit-differs": (
        "{cells}: đơn vị tính khác với mẫu (dòng {rows}): “{found}”.",
        "{cells}: the unit is not the form's (row {rows}): “{found}”.",
    ),
    "two-rows": (
        "{cells}: “{found}” có thể là nhiều dòng: {rows}. Xin ghi mã dòng.",
        "{cells}: “{found}” may be several rows: {rows}. Write the row code.",
    ),
    "row-twice": (
        "Dòng {rows} có ở nhiều chỗ với số liệu khác nhau: {cells} (“{found}”). Xin giữ lại một chỗ.",
        "Row {rows} stands at several places with different entries: {cells} (“{found}”). Keep one of them.",
    ),
    "row-unknown": ("mẫu không có dòng này", "the form has no such row"),
    "no-cell": ("dòng này không có ô cho số liệu đó", "this row has no cell for it"),
    "format": (
        "định dạng ô; số đã chuyển là số lưu trong ô, có thể khác số nhìn thấy",
        "the format of the cell; carried was the stored number, which may not be the one that is seen",
    ),
    "no-sheet": ("mẫu không có sheet này", "the form has no such sheet"),
    "no-section": ("mẫu không có mục này", "the form has no such section"),
    "same-again": ("lặp lại đúng như dòng đã lấy", "the same again as the row that was taken"),
    "total-differs": (
        "số tổng ghi trong tệp khác với tổng các số đã chuyển; xin hỏi lại đơn vị",
        "the total in the file is not the sum of what was carried; ask the unit",
    ),
    "other-unit": ("tệp ghi mã đơn vị khác", "the file names another unit"),
    "sheet-unread": ("sheet có số nhưng không thuộc biểu", "numbers on a sheet that is no part of the form"),
}
"""Each reason in both languages."""


def why(name: str, lang: str, **facts: str) -> str:
    return WHY[name][lang == "en"].format(**facts)


def _problem_text(problem: Problem, lang: str) -> str:
    cells = [f"{problem.sheet}!{cell}" if problem.sheet else cell for cell in problem.cells]
    facts = {"cells": ", ".join(cells), "rows": ", ".join(problem.rows), "found": problem.found}
    return why(problem.why, lang, **{name: printable(text, 300) for name, text in facts.items()})


def repair_lines(repair: Repair, unit: Unit | None, output: str | None, lang: str) -> Iterator[str]:
    """For people: problems, or what was done."""
    vi = lang == "vi"
    for problem in repair.problems:
        yield from textwrap.wrap(
            f"{'KHÔNG RÕ' if vi else 'UNCLEAR'}: {_problem_text(problem, lang)}", width(), subsequent_indent="    "
        )
    if output is None:
        yield "Chưa ghi tệp nào; tệp gốc giữ nguyên." if vi else "Nothing was written; the original is as it was."
        return
    if unit:
        yield f"{'Đơn vị' if vi else 'Unit'}: {unit.code} {unit.name}".rstrip()
    told = [move for move in repair.moves if is_told(move)]
    yield from (_move_line(move, lang) for move in told)
    kept = len(repair.moves) - len(told)
    yield f"{kept} ô giữ nguyên chỗ." if vi else f"{kept} entries stayed where they were."
    yield from _left_lines(repair.left, lang)
    if repair.missing:
        head = "Không tìm thấy trong tệp, để trống: " if vi else "Not found in the file, left blank: "
        yield from textwrap.wrap(head + ", ".join(repair.missing), width(), subsequent_indent="    ")
    yield f"Đã ghi {output}" if vi else f"Wrote {output}"


def is_told(move: Move) -> bool:
    """What changed its place or its words, or is not certain."""
    return is_moved(move) or not move.certain or move.text != str(move.entry)


def is_moved(move: Move) -> bool:
    return (move.from_sheet, move.source) != (move.to_sheet, move.target)


def _move_line(move: Move, lang: str) -> str:
    """`D14 ← Sheet1!E17 (dòng 1.07): 12`."""
    row = f" ({'dòng' if lang == 'vi' else 'row'} {move.row})" if move.row else ""
    to = move.target if move.row else f"{move.to_sheet}!{move.target}"
    source = f"{move.from_sheet}!{move.source}" if move.source else ("xác định từ tệp" if lang == "vi" else "the file")
    said = printable(str(move.entry), MAX_TEXT)
    if move.text != str(move.entry):
        said = f"“{printable(move.text, MAX_TEXT)}” → {said}"
    doubt = "" if move.certain else (" – chưa rõ, xin sửa" if lang == "vi" else " – not clear, to be corrected")
    return f"{to} ← {source}{row}: {said}{doubt}"


def _left_lines(left: Sequence[Left], lang: str) -> Iterator[str]:
    head = "KHÔNG CHUYỂN" if lang == "vi" else "NOT CARRIED"
    for entry in left:
        row = f" ({'dòng' if lang == 'vi' else 'row'} {entry.row})" if entry.row else ""
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
