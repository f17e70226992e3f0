"""What a schema cannot say of a form document: rows that contradict each other, totals without parts, needs of nothing.

One generator per question, each giving place, found and expected. Knows documents only; `forms` makes the `Form`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from aggregator.documents import Fault, is_date
from aggregator.words import Fact


def cross_faults(document: Mapping[str, Any], name: str) -> Iterator[Fault]:
    """What a schema cannot say; one generator per question."""
    for question in (_twice, _units_known, _totals_whole, _totals_apart, _somebody_fills, _days_exist, _needs_known):
        for place, found, expected in question(document):
            yield Fault(name, place, found, expected)


Cross = Iterator[tuple[str, str, str]]


def _rows(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, row in enumerate(document["rows"]):
        yield f"$.rows[{number}]", row


def _twice(document: Mapping[str, Any]) -> Cross:
    for name in ("key", "code"):
        seen = Counter(row[name] for row in document["rows"])
        for place, row in _rows(document):
            if seen[row[name]] > 1:
                yield f"{place}.{name}", row[name], Fact("mỗi {name} chỉ ở một dòng", name=name)


def _units_known(document: Mapping[str, Any]) -> Cross:
    for place, row in _rows(document):
        needed = set(row["fill"]) | ({row["total"]["measure"]} if "total" in row else set())
        known = document["units"].get(row["unit"])
        if row["unit"] and known is None:
            yield f"{place}.unit", row["unit"], Fact("đơn vị tính có trong $.units")
        elif needed - set(known or ()):
            yield (
                f"{place}.fill",
                ", ".join(sorted(needed)),
                Fact("số liệu của đơn vị tính {unit!r}: {known}", unit=row["unit"], known=known or "–"),
            )


def _totals_whole(document: Mapping[str, Any]) -> Cross:
    rows = {row["key"]: row for row in document["rows"]}
    for place, row in _rows(document):
        if row["kind"] in ("total", "subtotal") and not row.get("total", {}).get("parts"):
            yield f"{place}.total", "no parts", Fact("dòng tổng có các phần của nó")
        for number, part in enumerate(row.get("total", {}).get("parts", ())):
            if part not in rows:
                yield f"{place}.total.parts[{number}]", part, Fact("mã của một dòng")
            elif row["total"]["measure"] not in rows[part]["fill"]:
                yield (
                    f"{place}.total.parts[{number}]",
                    part,
                    Fact("dòng có ghi {measure}", measure=row["total"]["measure"]),
                )


def _totals_apart(document: Mapping[str, Any]) -> Cross:
    owner: dict[tuple[str, str], str] = {}
    for place, row in _rows(document):
        total = row.get("total", {"parts": (), "measure": ""})
        for number, part in enumerate(total["parts"]):
            first = owner.setdefault((part, total["measure"]), f"{place}.total.parts[{number}]")
            if first != f"{place}.total.parts[{number}]":
                yield (
                    f"{place}.total.parts[{number}]",
                    part,
                    Fact("phần của một tổng duy nhất (đã có ở {first})", first=first),
                )


def _somebody_fills(document: Mapping[str, Any]) -> Cross:
    for place, row in _rows(document):
        if row.get("levels") == [] and not row.get("remark"):
            yield (
                f"{place}.levels",
                "[]",
                Fact("ít nhất một cấp được ghi dòng này, hoặc ghi chú vì sao không cấp nào được ghi"),
            )
        typed = row["kind"] in ("pair", "count", "people", "subtotal", "money")
        if typed and not row["fill"]:
            yield f"{place}.fill", "[]", Fact("các số liệu phải ghi ở dòng loại {kind}", kind=row["kind"])


def _days_exist(document: Mapping[str, Any]) -> Cross:
    for place, row in _rows(document):
        since = row.get("ended", {}).get("since")
        if since and not is_date(since):
            yield f"{place}.ended.since", since, Fact("ngày có trong lịch (YYYY-MM-DD)")


def _needs_known(document: Mapping[str, Any]) -> Cross:
    typed = {(row["key"], measure) for row in document["rows"] for measure in row["fill"]}
    for number, need in enumerate(document["rules"]["needs"]):
        for key, measure in [[need["row"], need["measure"]], *need["any_of"]]:
            if (key, measure) not in typed:
                yield f"$.rules.needs[{number}]", f"{key}.{measure}", Fact("số được ghi trực tiếp")
