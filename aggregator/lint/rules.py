"""Validations and conditional formats: what Excel takes out of a workbook when one of them breaks a limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from aggregator.lint.fault import Fault, shown
from aggregator.lint.formulas import formula_faults
from aggregator.lint.markup import number
from aggregator.lint.ranges import area_of, overlaps, text_of
from aggregator.lint.sheets import Around
from aggregator.reading.areas import Area

MAX_LIST, MAX_VALIDATIONS = 255, 65_534
MAX_TEXTS = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 255}
MAX_ERROR = 225
"""What Excel's own dialogue takes, though it opens files with more."""
_NEEDS_TWO = ("between", "notBetween")


def check_rules(part: str, root: Element, around: Around) -> Iterator[Fault]:
    yield from _check_validations(part, root, around)
    yield from _check_conditions(part, root, around)


def _check_validations(part: str, root: Element, around: Around) -> Iterator[Fault]:
    rules = root.findall("dataValidations/dataValidation")
    if len(rules) > MAX_VALIDATIONS:
        yield Fault("too-many-validations", part, "dataValidations", f"{len(rules)}, at most {MAX_VALIDATIONS}")
    areas: list[Area] = []
    for rule in rules:
        place = rule.get("sqref", "")
        yield from _areas(part, place, areas)
        yield from _check_texts(part, place, rule, around.own)
        yield from _check_formulas(part, place, rule, around)
    for one, other in overlaps(areas):
        yield Fault("validation-overlap", part, text_of(other), f"overlaps the validation of {text_of(one)}")


def _areas(part: str, refs: str, areas: list[Area]) -> Iterator[Fault]:
    """The ranges of a rule are added to `areas`."""
    if not refs.split():
        yield Fault("range-illegal", part, "", "a rule for no cells")
    for ref in refs.split():
        area = area_of(ref, whole=True)
        if area is None:
            yield Fault("range-illegal", part, shown(ref), "no range of cells for a rule")
        else:
            areas.append(area)


def _check_texts(part: str, place: str, rule: Element, own: bool) -> Iterator[Fault]:
    limits = MAX_TEXTS | ({"error": MAX_ERROR} if own else {})
    for name, most in limits.items():
        if len(rule.get(name, "")) > most:
            yield Fault(
                "validation-text-too-long", part, place, f"{name}: {len(rule.get(name, ''))} characters of {most}"
            )


def _check_formulas(part: str, place: str, rule: Element, around: Around) -> Iterator[Fault]:
    kind = rule.get("type", "none")
    texts = [line.text or "" for line in (rule.find("formula1"), rule.find("formula2")) if line is not None]
    two = kind not in ("none", "list", "custom") and rule.get("operator", "between") in _NEEDS_TWO
    if kind != "none" and len(texts) < 1 + two:
        yield Fault("validation-incomplete", part, place, f"{len(texts)} formulas for {kind}")
    for text in texts:
        if text.startswith('"') and kind == "list":
            if len(text) - 2 > MAX_LIST:
                yield Fault("validation-list-too-long", part, place, f"{len(text) - 2} characters, at most {MAX_LIST}")
            if not text.endswith('"') or len(text) < 2 or text[1:-1].replace('""', "").count('"'):
                yield Fault("formula-unbalanced", part, place, f"a quote does not close: {shown(text)}")
            continue
        for name, detail in formula_faults(text, around.sheets, around.own):
            yield Fault(name, part, place, detail)


def _check_conditions(part: str, root: Element, around: Around) -> Iterator[Fault]:
    priorities: Counter[int] = Counter()
    for block in root.findall("conditionalFormatting"):
        place = block.get("sqref", "")
        yield from _areas(part, place, [])
        for rule in block.findall("cfRule"):
            priority = number(rule.attrib, "priority")
            priorities[priority] += 1
            if priority < 1 or (around.own and priorities[priority] > 1):
                yield Fault("condition-priority", part, place, f"priority {priority} is no number of its own")
            if not 0 <= number(rule.attrib, "dxfId") < max(around.formats.differences, "dxfId" not in rule.attrib):
                yield Fault("condition-format-missing", part, place, f"dxfId {rule.get('dxfId')}")
            for line in rule.findall("formula"):
                for name, detail in formula_faults(line.text or "", around.sheets, around.own):
                    yield Fault(name, part, place, detail)
