"""Two other readers asked for the numbers of a workbook, each in a process that may die of it; and mutants.

`python -m tests.differential openpyxl|calamine` reads paths from stdin and prints what it sees, one JSON line a file:
calamine aborts the whole process on some files, openpyxl may take for ever over others.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import queue
import random
import re
import subprocess
import sys
import tempfile
import threading
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from aggregator.reading.book import Cell, RawBook, RawSheet, a1
from aggregator.reading.strict import open_book
from tests.hostile import SHEET, Part, pack, write_zip

ROOT = Path(__file__).resolve().parents[1]
SECONDS_PER_FILE = 10.0
MOST_CELLS = 200_000

Address = tuple[int, int]
Numbers = dict[Address, float]
Seen = Mapping[str, Numbers]
"""Numbers by sheet name; what another reader takes for a date is told as its day number."""


# --- the other readers, inside the disposable process


def by_openpyxl(path: Path) -> dict[str, list[tuple[int, int, float]]]:
    import openpyxl
    from openpyxl.utils.datetime import to_excel

    def number(value: object) -> float | None:
        if isinstance(value, (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)):
            return float(to_excel(value, book.epoch))
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    book = openpyxl.load_workbook(path, data_only=True)
    sheets = {}
    for sheet in book.worksheets:
        cells = ((*spot, number(cell.value)) for spot, cell in sheet._cells.items())
        sheets[sheet.title] = [cell for cell in cells if cell[2] is not None]
    return sheets


def by_calamine(path: Path) -> dict[str, list[tuple[int, int, float]]]:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(str(path))
    sheets = {}
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        top, left = sheet.start or (0, 0)
        rows = sheet.to_python(skip_empty_area=True)
        cells = [(top + r + 1, left + c + 1, _day(value)) for r, row in enumerate(rows) for c, value in enumerate(row)]
        sheets[name] = [cell for cell in cells if cell[2] is not None]
    return sheets


def _day(value: object) -> float | None:
    """A number, or the day number that became a date, a time or a span."""
    if isinstance(value, datetime.datetime):
        return (value - datetime.datetime(1899, 12, 30)) / datetime.timedelta(days=1)
    if isinstance(value, datetime.date):
        return float((value - datetime.date(1899, 12, 30)).days)
    if isinstance(value, datetime.time):
        return (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / 86_400
    if isinstance(value, datetime.timedelta):
        return value / datetime.timedelta(days=1)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


READERS = {"openpyxl": by_openpyxl, "calamine": by_calamine}


def serve(name: str) -> None:
    warnings.simplefilter("ignore")
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    for line in sys.stdin:
        try:
            seen: Any = READERS[name](Path(line.rstrip("\n")))
        except BaseException as error:  # a panic of calamine is no Exception
            seen = f"{type(error).__name__}: {error}"[:300]
        print(json.dumps(seen), flush=True)


# --- asking them


class Other:
    """One other reader; started again when it died or hung."""

    def __init__(self, name: str) -> None:
        self.name, self.died = name, 0
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str] = queue.Queue()

    def ask(self, path: Path) -> Seen | None:
        """What it sees, or `None` where it refuses, dies or hangs."""
        process = self._process or self._start()
        assert process.stdin
        try:
            process.stdin.write(f"{path}\n")
            process.stdin.flush()
            line = self._lines.get(timeout=SECONDS_PER_FILE)
        except (queue.Empty, BrokenPipeError):
            line = ""
        if not line:
            self.died += 1
            self.close()
            return None
        seen = json.loads(line)
        if isinstance(seen, str):
            return None
        return {sheet: {(row, column): number for row, column, number in cells} for sheet, cells in seen.items()}

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.differential", self.name]
        pipe = subprocess.PIPE
        started = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
        self._lines = queue.Queue()
        threading.Thread(target=_pump, args=(started.stdout, self._lines), daemon=True).start()
        self._process = started
        return started

    def close(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = None


def _pump(stream: IO[str], lines: queue.Queue[str]) -> None:
    for line in stream:
        lines.put(line)
    lines.put("")


# --- comparing


@dataclass(frozen=True)
class Difference:
    """One cell of which another reader says something else."""

    reader: str
    sheet: str
    cell: str
    ours: str
    theirs: float | None


@dataclass(frozen=True)
class Spot:
    """A cell of which two readers say different things."""

    data: bytes
    sheet: RawSheet
    at: Address
    ours: Cell | None
    theirs: float | None

    @property
    def lost(self) -> bool:
        return self.ours is not None and self.theirs is None


def _under_merge(spot: Spot) -> bool:
    """openpyxl drops what stands in a merged range beside its first cell."""
    row, column = spot.at
    merged = [area for area in spot.sheet.merges if area[0] <= row <= area[2] and area[1] <= column <= area[3]]
    return spot.lost and any(spot.at != area[:2] for area in merged)


def _other_spelling(spot: Spot) -> bool:
    """openpyxl does not find a sheet whose target has a backslash or other capitals than its part, and says nothing."""
    names = opened(spot.data).keys()
    targets = re.findall(rb'Target="([^"]*)"', _part(spot.data, "xl/_rels/workbook.xml.rels"))
    paths = (target.decode(errors="replace").removeprefix("/xl/") for target in targets)
    capitals = {name.lower() for name in names}
    return spot.lost and any(
        "\\" in path or (f"xl/{path}" not in names and f"xl/{path}".lower() in capitals) for path in paths
    )


def _reference(spot: Spot) -> bool:
    """calamine reads `&#49;0` as no number."""
    return spot.lost and any(re.search(rb"<v>[^<]*&#", part) for part in opened(spot.data).values())


def _no_such_day(spot: Spot) -> bool:
    """A day number that is no date (negative, or beyond the year 9999) is lost."""
    if spot.ours is None or not _dated(spot.ours) or spot.theirs:
        return False
    return not 0 <= (value_of(spot.ours) or -1) < 2_958_466


def _rounded_day(spot: Spot) -> bool:
    """A day number taken for a date comes back rounded to a second or less, or in the other epoch."""
    if spot.ours is None or spot.theirs is None or not _dated(spot.ours):
        return False
    gap = abs((value_of(spot.ours) or 0) - spot.theirs)
    return min(gap, abs(gap - 1462), abs(gap - 1)) < 1e-4


def _dated(cell: Cell | None) -> bool:
    if cell is None:
        return False
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', "", cell.format, flags=re.IGNORECASE)
    return cell.kind == "date" or re.search("[dmyhs]", bare, re.IGNORECASE) is not None


EXCUSES: dict[str, tuple[Callable[[Spot], bool], ...]] = {
    "openpyxl": (_under_merge, _other_spelling, _no_such_day, _rounded_day),
    "calamine": (_reference, _no_such_day, _rounded_day),
}
"""In each the other reader loses a value, or a part of one; `tests/test_differential.py` has a file for each."""


def differences(reader: str, data: bytes, book: RawBook, theirs: Seen) -> Iterator[Difference]:
    for sheet in book.sheets:
        others = theirs.get(sheet.name, {})
        numbers = {at: cell for at, cell in sheet.cells.items() if cell.kind in ("number", "date")}
        for at in sorted(numbers.keys() | others.keys()):
            spot = Spot(data, sheet, at, numbers.get(at), others.get(at))
            if not _same(spot) and not any(excuse(spot) for excuse in EXCUSES[reader]):
                yield Difference(reader, sheet.name, a1(*at), _shown(sheet.cells.get(at)), spot.theirs)


def _same(spot: Spot) -> bool:
    return spot.ours is not None and spot.theirs is not None and value_of(spot.ours) == spot.theirs


def _part(data: bytes, name: str) -> bytes:
    return opened(data).get(name, b"")


def value_of(cell: Cell) -> float | None:
    """A number, or the day number of an ISO date."""
    if cell.kind == "number":
        return float(cell.text)
    with contextlib.suppress(ValueError):
        return _day(datetime.datetime.fromisoformat(cell.text).replace(tzinfo=None))
    return None


def _shown(cell: Cell | None) -> str:
    return f"{cell.kind}:{cell.text[:40]}={cell.formula} [{cell.format}]" if cell else "nothing"


@dataclass
class Tally:
    """How many workbooks were read by whom, and every difference."""

    files: int = 0
    ours: int = 0
    both: dict[str, int] | None = None
    found: list[tuple[str, Difference]] | None = None

    def __post_init__(self) -> None:
        self.both = dict.fromkeys(READERS, 0)
        self.found = []


def compare(files: Iterable[tuple[str, bytes]]) -> Tally:
    """Every workbook that we accept, read by the others too."""
    tally = Tally()
    others = [Other(name) for name in READERS]
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "a.xlsx"
        for name, data in files:
            tally.files += 1
            book = open_book(data)[0]
            if book is None or not _is_small(book):
                continue
            tally.ours += 1
            path.write_bytes(data)
            for other in others:
                seen = other.ask(path)
                if seen is not None:
                    assert tally.both is not None and tally.found is not None
                    tally.both[other.name] += 1
                    tally.found += [(name, difference) for difference in differences(other.name, data, book, seen)]
    for other in others:
        other.close()
    return tally


def _is_small(book: RawBook) -> bool:
    """calamine makes the whole rectangle: a cell at XFD1048576 would take 400 GB."""
    corners = [(max(r for r, _ in s.cells) * max(c for _, c in s.cells)) for s in book.sheets if s.cells]
    return max(corners, default=0) < MOST_CELLS


# --- mutants

_PIECES = (
    "<v>", "</v>", "<f>", "</f>", "<row>", "</row>", "<v/>", "<f/>", "<c/>", "<row/>", "<extLst/>", "<v>9999</v>",
    "<f>1+1</f>", '<c r="C9"><v>5</v></c>', "<is><t>7</t></is>", '<mergeCell ref="D8:E9"/>', "<!-- -->",
)  # fmt: skip
_ATTRIBUTES = (
    'r="A1"', 'r="D8"', 'r="8"', 't="s"', 't="str"', 't="b"', 't="e"', 't="n"', 't="inlineStr"', 't="d"', 's="1"',
    's="2"', 's="9"', 'hidden="1"', 't="shared" si="0"', 't="array" ref="D8:D9"', 'date1904="1"', "",
)  # fmt: skip
_TEXTS = (
    "0", "1", "-1", "12.0", "1.5", "1E1", "1.2345678901E10", "9007199254740993", "0010", "+7", " 8", "8 ",
    "1_000", "NaN", "１０", "0x1F", "1,5", "45000", "TRUE", "#REF!", "2024-10-02", "-0", "1e308", "1e-7", "10.4999",
    "&#49;0", "",
)  # fmt: skip


def mutant(data: bytes, chance: random.Random) -> bytes:
    """The workbook with tags, attributes, texts, parts or bytes lost, doubled, moved or exchanged."""
    how = chance.choice((_tags, _tags, _attributes, _attributes, _texts, _texts, _parts, _bytes_inside, _bytes))
    return how(data, chance)


def _inside(change: Callable[[str, random.Random], str]) -> Callable[[bytes, random.Random], bytes]:
    def mutate(data: bytes, chance: random.Random) -> bytes:
        parts = opened(data)
        sheets = [name for name in parts if "worksheets/sheet" in name]
        name = chance.choice((*sheets[:1] * 6, *sheets, *parts)) if sheets else chance.choice(list(parts))
        text = parts[name].decode("utf-8", "replace")
        return packed({**parts, name: change(text, chance).encode("utf-8", "replace")})

    return mutate


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    return pack(parts, method=0)


def _tokens(text: str) -> list[str]:
    return re.findall(r"<[^>]*>|[^<]+", text) or [text]


def _tag_change(text: str, chance: random.Random) -> str:
    tokens = _tokens(text)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at, to = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        how = chance.randrange(5)
        if how == 0 and len(tokens) > 1:
            del tokens[at]
        elif how == 1:
            tokens[to:to] = tokens[at : at + chance.randrange(1, 12)]
        elif how == 2:
            tokens[at], tokens[to] = tokens[to], tokens[at]
        elif how == 3:
            del tokens[at : at + chance.randrange(1, 12)]
            tokens = tokens or [""]
        else:
            tokens.insert(at, chance.choice(_PIECES))
    return "".join(tokens)


def _attribute_change(text: str, chance: random.Random) -> str:
    places = list(re.finditer(r' [\w:]+="[^"]*"', text))
    for place in sorted(chance.sample(places, min(len(places), chance.choice((1, 1, 2, 5)))), key=lambda p: -p.start()):
        other = chance.choice((chance.choice(_ATTRIBUTES), chance.choice(places)[0].strip(), ""))
        text = f"{text[: place.start()]} {other}{text[place.end() :]}"
    return text


def _text_change(text: str, chance: random.Random) -> str:
    places = list(re.finditer(r">[^<]+<", text))
    for place in sorted(chance.sample(places, min(len(places), chance.choice((1, 2, 5)))), key=lambda p: -p.start()):
        text = f"{text[: place.start()]}>{chance.choice(_TEXTS)}<{text[place.end() :]}"
    return text


_tags, _attributes, _texts = _inside(_tag_change), _inside(_attribute_change), _inside(_text_change)


def _parts(data: bytes, chance: random.Random) -> bytes:
    parts = opened(data)
    one, other = chance.choice(list(parts)), chance.choice(list(parts))
    how = chance.randrange(4)
    if how == 0:
        del parts[one]
    elif how == 1:
        parts[one], parts[other] = parts[other], parts[one]
    elif how == 2:
        parts[one] = parts[other]
    else:
        return write_zip(
            [*(Part(n, d, method=0) for n, d in parts.items()), Part(one.swapcase(), parts[other], method=0)]
        )
    return packed(parts)


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, removed or doubled."""
    broken = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at, size = chance.randrange(len(broken) + 1), chance.randrange(1, 40)
        how = chance.randrange(4)
        if how == 0 and at < len(broken):
            broken[at] ^= 1 << chance.randrange(8)
        elif how == 1 and at < len(broken):
            broken[at] = chance.randrange(256)
        elif how == 2:
            del broken[at : at + size]
        else:
            broken[at:at] = broken[at : at + size]
    return bytes(broken)


def _bytes_inside(data: bytes, chance: random.Random) -> bytes:
    parts = opened(data)
    name = chance.choice((SHEET, *parts)) if SHEET in parts else chance.choice(list(parts))
    return packed({**parts, name: flipped(parts[name], chance)})


def _bytes(data: bytes, chance: random.Random) -> bytes:
    return flipped(data, chance)


def mutants(bases: Sequence[tuple[str, bytes]], count: int, seed: str) -> Iterator[tuple[str, bytes]]:
    """So many mutants of sound workbooks; each is named by its base and the seed that makes it again."""
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        name, data = bases[number % len(bases)]
        yield f"{name}, mutant {seed!r} {number}", mutant(data, chance)


if __name__ == "__main__":
    os.nice(5)
    serve(sys.argv[1])
