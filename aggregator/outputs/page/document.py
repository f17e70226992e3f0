"""The page itself: the template filled, style and script put in with the policy that lets only them run.

Every text goes through `printable` and is then escaped by the template engine, in one place for all of them; the page
holds no clock, no name of a machine or person, and loads nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from aggregator import __version__
from aggregator.catalogue import severity_of
from aggregator.consolidation import Consolidation, FileLine
from aggregator.findings import SEVERITIES
from aggregator.outputs.page.board import make_board
from aggregator.outputs.page.contributors import contributors
from aggregator.outputs.page.findings import make_findings
from aggregator.outputs.page.totals import make_totals
from aggregator.outputs.page.words import SYMBOLS, file_status_word, number, severity_word, words
from aggregator.outputs.status_words import STATES, day_text
from aggregator.outputs.terminal import STATUS
from aggregator.outputs.workbook_summary import day_words
from aggregator.text import printable

GENERATOR = "HTSD aggregator"
FOLDER = Path(__file__).resolve().parent
MOST_ENTRIES = 25_000
"""Units, returns or files beyond which a page that names each of them is more than a browser likes: 20 MB. A larger
result is shown by its branches, with the units and files of which something is to be said."""
MOST_FILES = 5_000
"""Files that the page of a larger result lists."""
MAX_TEXT = 2000
"""Longer than any sentence of ours with all its facts."""
PHONE = re.compile(r"\+?[0-9][0-9 .()-]{3,24}")
EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}")


def write_page(result: Consolidation, lang: str = "vi", most: int = MOST_ENTRIES) -> bytes:
    """One HTML file in UTF-8: completeness, findings, totals with their contributors, decisions, files. Of more than
    `most` units, returns or files not each is named."""
    whole = max(len(result.units), len(result.leaves), len(result.files)) <= most
    style, script = _asset("page.css"), _asset("page.js")
    page = _environment(lang).get_template("page.html")
    text = page.render(
        lang=lang,
        result=result,
        generator=f"{GENERATOR} {__version__}",
        policy=Markup(_policy(style, script)),
        style=Markup(style),
        script=Markup(script),
        whole=whole,
        data=Markup(contributors(result, lang, whole)),
        w=words(lang),
        symbols=SYMBOLS,
        states=STATES[lang],
        as_of=_as_of(result.as_of, lang),
        severities=_severities(result),
        board=make_board(result, lang, whole),
        findings=make_findings(result, lang),
        totals=make_totals(result, lang),
        account=_account(result, lang),
        files=result.files if whole else _notable(result.files),
    )
    return text.encode("utf-8")


def _notable(files: Iterable[FileLine]) -> Sequence[FileLine]:
    """The first of those that were not simply accepted."""
    return tuple(islice((line for line in files if line.status != "accepted"), MOST_FILES))


def is_own_page(path: Path) -> bool:
    """Whether a file says of itself that it is a page of ours."""
    try:
        with path.open("rb") as file:
            return f'name="generator" content="{GENERATOR} '.encode() in file.read(400)
    except OSError:
        return False


def _asset(name: str) -> str:
    """With plain line ends, whatever a checkout made of them: the policy names the hash of these very characters."""
    return (FOLDER / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded or sent; only this style and this script may run."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _environment(lang: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["number"] = lambda value: number(value, lang)
    environment.filters["day"] = lambda day: day_text(day, lang)
    environment.filters["severity"] = lambda severity: severity_word(severity, lang)
    environment.filters["file_status"] = lambda status: file_status_word(status, lang)
    environment.filters["short"] = printable
    environment.tests["phone"] = lambda text: PHONE.fullmatch(text) is not None
    environment.tests["email"] = lambda text: EMAIL.fullmatch(text) is not None
    return environment


def _shown(value: object) -> object:
    """Every text of the page but our own markup: one line, nothing that cannot be seen, not endless."""
    return printable(value, MAX_TEXT) if isinstance(value, str) and not isinstance(value, Markup) else value


def _as_of(day: str | None, lang: str) -> str:
    if not day:
        return words(lang)["unknown"]
    return day if lang == "en" else day_words(day)


def _severities(result: Consolidation) -> Mapping[str, int]:
    found = [severity_of(finding) for finding in result.findings]
    return {severity: found.count(severity) for severity in SEVERITIES}


def _account(result: Consolidation, lang: str) -> str:
    """`Đã xem 45 tệp = 37 đã nhận + 4 cần sửa + …`: every status is said, together they are all files."""
    statuses = [line.status for line in result.files]
    names = dict.fromkeys((*STATUS[lang], *sorted(statuses)))
    parts = " + ".join(f"{number(statuses.count(name), lang)} {file_status_word(name, lang)}" for name in names)
    return words(lang)["account"].format(number(len(statuses), lang), parts)
