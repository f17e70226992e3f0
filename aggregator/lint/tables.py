"""Tables and filters: their ranges, names and headers; Excel repairs a table whose header is not its cell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from aggregator.lint.contents import Header, decoded
from aggregator.lint.fault import Fault, shown
from aggregator.lint.markup import number, parse, twice
from aggregator.lint.names import why_illegal
from aggregator.lint.package import Package
from aggregator.lint.ranges import area_of, holds, meet, overlaps, text_of
from aggregator.reading.areas import Area


@dataclass(frozen=True, slots=True)
class Table:
    part: str
    root: Element
    area: Area | None

    @property
    def columns(self) -> list[str]:
        return [decoded(line.get("name", "")) for line in self.root.findall("tableColumns/tableColumn")]

    @property
    def header(self) -> bool:
        return self.root.get("headerRowCount", "1") != "0"


def read_tables(package: Package, sheet: str) -> list[Table]:
    roots = ((line.target, parse(line.target, package.read(line.target))) for line in package.leading(sheet, "table"))
    return [Table(part, root, area_of(root.get("ref", ""))) for part, root in roots]


def headers_of(tables: Sequence[Table]) -> Mapping[int, list[Header]]:
    """Row → what the cells of the table headers in it must say."""
    rows: dict[int, list[Header]] = {}
    for table in tables:
        if table.area and table.header:
            rows.setdefault(table.area[0], []).append((table.area[1], table.columns))
    return rows


def check_names(tables: Sequence[Table], names: Collection[str]) -> Iterator[Fault]:
    """All tables of the workbook: no two of one name or number, and none with the name of a range."""
    taken, ids = set(names), set[str]()
    for table in tables:
        name, key = table.root.get("displayName", ""), table.root.get("id", "")
        if reason := why_illegal(name):
            yield Fault("table-name-illegal", table.part, shown(name), reason)
        if name.casefold() in taken:
            yield Fault("table-name-twice", table.part, name, "another table or a defined name is called the same")
        if key in ids:
            yield Fault("table-id-twice", table.part, name, f"id {key}")
        taken.add(name.casefold())
        ids.add(key)


def check_tables(part: str, tables: Sequence[Table], merges: Sequence[Area], dxfs: int) -> Iterator[Fault]:
    for table in tables:
        yield from _check_table(table, dxfs)
    areas = [table.area for table in tables if table.area]
    for one, other in overlaps(areas):
        yield Fault("table-overlap", part, text_of(other), f"overlaps the table {text_of(one)}")
    for area in areas:
        for merge in merges:
            if meet(area, merge):
                yield Fault("merge-in-table", part, text_of(merge), f"lies in the table {text_of(area)}")


def _check_table(table: Table, dxfs: int) -> Iterator[Fault]:
    part, area, names = table.part, table.area, table.columns
    if area is None:
        yield Fault("range-illegal", part, shown(table.root.get("ref", "")), "no range of cells for a table")
        return
    width, height = area[3] - area[1] + 1, area[2] - area[0] + 1
    if width != len(names):
        yield Fault("table-columns-wrong", part, text_of(area), f"{len(names)} columns are named")
    if height < 1 + table.header + number(table.root.attrib, "totalsRowCount"):
        yield Fault("table-without-rows", part, text_of(area), "a table needs a row below its header")
    folded = [name.casefold() for name in names]
    for name in [*twice(folded), *(name for name in folded if not name)]:
        yield Fault("table-column-twice", part, shown(name), "two columns of this name, or no name")
    for key in twice(line.get("id", "") for line in table.root.findall("tableColumns/tableColumn")):
        yield Fault("table-column-twice", part, text_of(area), f"two columns of id {key}")
    own = table.root.find("autoFilter")
    filtered = area_of(own.get("ref", "")) if own is not None else None
    if own is not None and not (filtered and holds(area, filtered) and filtered[0] == area[0]):
        yield Fault("filter-range-wrong", part, own.get("ref", ""), f"not the header of {text_of(area)}")
    for element in table.root.iter():
        for name, value in element.attrib.items():
            if name.endswith("xfId") and not 0 <= number(element.attrib, name, -1) < dxfs:
                yield Fault("condition-format-missing", part, element.tag, f"{name}={value} of {dxfs}")


def check_filter(part: str, root: Element, tables: Sequence[Table], hidden: str | None, own: bool) -> Iterator[Fault]:
    """The filter of a sheet; `hidden` is the range of its `_FilterDatabase`, by which Excel finds it again."""
    element = root.find("autoFilter")
    if element is None:
        return
    ref = element.get("ref", "")
    area = area_of(ref)
    if area is None:
        yield Fault("filter-range-wrong", part, shown(ref), "no range of cells")
        return
    for column in element.findall("filterColumn"):
        if not 0 <= number(column.attrib, "colId", -1) <= area[3] - area[1]:
            yield Fault("filter-range-wrong", part, ref, f"colId {column.get('colId')} lies beside it")
    for table in tables:
        if table.area and meet(area, table.area):
            yield Fault("filter-in-table", part, ref, f"overlaps the table {text_of(table.area)}")
    if own and area_of(hidden or "") != area:
        yield Fault("filter-name-missing", part, ref, f"_FilterDatabase names {shown(hidden or 'nothing')}")
