"""The text of a document says what the document says, in lines that are easy to read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aggregator.json_text import json_lines

DOCUMENTS: tuple[dict[str, Any], ...] = (
    {},
    {"command": "status", "error": None, "number": 0, "files": [], "coverage": {}},
    {
        "files": [{"path": 'a\n"b".xlsx', "sha256": None}, {"path": "Trường Sen", "size": 1}],
        "totals": {"1": {"count": 3}},
    },
    {"lines": ("a", "b"), "deep": [[1, [2, {"x": []}]], []], "text": "</script>\u2028", "yes": True},
    {"totals": {"1": {"count": 10**20}, "2": {}}, "last": []},
)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_text_says_the_same(document: dict[str, Any]) -> None:
    text = "\n".join(json_lines(document))
    assert json.loads(text) == json.loads(json.dumps(document))
    assert list(json.loads(text)) == list(document)


def test_every_entry_has_a_line() -> None:
    lines = list(json_lines(DOCUMENTS[2]))
    assert [line.startswith("    {") for line in lines] == [False, False, True, True, False, False, False, False, False]
    assert lines[-3] == '    "1": {"count": 3}'
    assert "Trường Sen" in lines[3]
