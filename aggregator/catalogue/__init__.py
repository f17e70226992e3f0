"""Every finding code with its severity and its sentences in Vietnamese and English.

The one place where a finding becomes text: what is wrong, what was expected, what to do. `{found}`, `{expected}` and
`{suggestion}` are the facts of the finding; a part in square brackets is left out where its fact is unknown.
"""

from __future__ import annotations

import re

from aggregator.catalogue.errors import (
    FILE_ERRORS,
    FOLDER_ERRORS,
    IDENTITY_ERRORS,
    RULE_ERRORS,
    STRUCTURE_ERRORS,
    VALUE_ERRORS,
)
from aggregator.catalogue.others import INFOS, WARNINGS
from aggregator.findings import Finding, Severity
from aggregator.reading.refusals import in_english
from aggregator.text import printable
from aggregator.words import ENGLISH, in_language, mark, said

MAX_FACT = 300
"""Characters of one fact that a sentence repeats."""

CATALOGUE = {
    entry.code: entry
    for group in (
        FILE_ERRORS,
        IDENTITY_ERRORS,
        STRUCTURE_ERRORS,
        VALUE_ERRORS,
        RULE_ERRORS,
        FOLDER_ERRORS,
        WARNINGS,
        INFOS,
    )
    for entry in group
}

OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
FACT = re.compile(r"\{(found|expected|suggestion)\}")
BLANK = mark("(trống)")


def severity_of(finding: Finding) -> Severity:
    return finding.severity_override or CATALOGUE[finding.code].severity


def message(finding: Finding, lang: str) -> str:
    """What is wrong and what to do, as one text. The facts are put in last, so they are never read as a pattern."""
    template = in_language(CATALOGUE[finding.code].vi, lang)
    template = OPTIONAL.sub(lambda part: part[1] if _all_known(part[1], finding) else "", template)
    return FACT.sub(lambda fact: _fact(finding, fact[1], lang), template)


def _all_known(part: str, finding: Finding) -> bool:
    return all(getattr(finding, fact) is not None for fact in FACT.findall(part))


def _fact(finding: Finding, name: str, lang: str) -> str:
    value = getattr(finding, name)
    if value is not None and lang == ENGLISH:
        value = in_english(said(value, lang))
    return in_language(BLANK, lang) if value is None else printable(value, MAX_FACT)
