"""The house itself: who may import whom, every finding code in all its places, generated pages, sizes, no private paths.

Reads the sources as text and trees; runs nothing of the program but its catalogue and its help. Part of `make lint`.
"""

import ast
import configparser
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from aggregator.catalogue import BLANK, CATALOGUE, FACT, OPTIONAL
from aggregator.findings import SEVERITIES
from tests import make_docs

ROOT = Path(__file__).resolve().parents[1]

LAYERS: tuple[tuple[str, ...], ...] = (
    ("aggregator",),
    ("text", "resources", "findings", "seal"),
    ("catalogue", "documents"),
    ("faults",),
    ("files", "inbox"),
    ("reading",),
    ("forms",),
    ("register",),
    ("campaign", "layout"),
    ("formula",),
    ("numbers",),
    ("alignment", "identity"),
    ("report",),
    ("submission",),
    ("checks",),
    ("consolidated",),
    ("examine",),
    ("workers",),
    ("intake", "consolidation"),
    ("account",),
    ("writing",),
    ("styles",),
    ("template_sheets",),
    ("template",),
    ("outputs",),
    ("steps",),
    ("console",),
    ("cli",),
    ("__main__",),
)
"""From the ground up. A room may use the layers below its own; a name stands for a module or for a whole package.

Modules of one package may use each other, neighbours in one layer may not, and nowhere is there a circle."""

LATE = {
    "cli": "start-up time: a command loads only what it uses",
    "console": "start-up time: a command loads only what it uses",
    "consolidation": "pandas takes 0.3 s to load",
    "workers": "the module `resource` does not exist on Windows",
}
"""Modules with imports inside functions, and why."""

MAX_FUNCTION = 40
MAX_MODULE = 300
LONG_FUNCTIONS: dict[str, str] = {}
LONG_MODULES = {
    "aggregator/numbers.py": "one rule per way people write a number, and the words they use",
}
"""What is longer than a page, and why it stays one."""


# --- the modules ---------------------------------------------------------------------------------------------------


def source_files() -> list[Path]:
    return sorted((ROOT / "aggregator").rglob("*.py"))


def module_name(path: Path) -> str:
    """`aggregator.reading.book`; a package is named by its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    return {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in source_files()}


def imported(node: ast.AST) -> list[str]:
    """Full names of what one statement imports: `from aggregator import layout` is `aggregator.layout`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"relative import in line {node.lineno}"
        names = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name if name in modules() else str(node.module) for name in names]
    return []


def imports(tree: ast.AST, *, late: bool) -> Iterator[str]:
    """What a module imports at its top level (types included), or inside its functions."""
    for node, inside in walk(tree, False):
        if inside == late:
            yield from imported(node)


def walk(tree: ast.AST, inside: bool) -> Iterator[tuple[ast.AST, bool]]:
    for node in ast.iter_child_nodes(tree):
        deeper = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        yield node, deeper
        yield from walk(node, deeper)


def room(module: str) -> str:
    """The name by which `LAYERS` knows a module."""
    return module.split(".")[1] if "." in module else module


def layer(module: str) -> int:
    return next(number for number, rooms in enumerate(LAYERS) if room(module) in rooms)


def test_every_module_has_its_layer() -> None:
    rooms = [name for names in LAYERS for name in names]
    assert len(rooms) == len(set(rooms))
    assert {room(module) for module in modules()} - set(rooms) == set()


@pytest.mark.parametrize("late", [False, True], ids=["top", "late"])
def test_imports_go_down(late: bool) -> None:
    wrong = [
        f"{module} → {other}"
        for module, tree in modules().items()
        for other in set(imports(tree, late=late))
        if other in modules() and room(other) != room(module) and layer(other) >= layer(module)
    ]
    assert wrong == []


def test_no_circle() -> None:
    below = {
        module: {other for late in (False, True) for other in imports(tree, late=late) if other in modules()} - {module}
        for module, tree in modules().items()
    }
    while leaves := [module for module, others in below.items() if not others & below.keys()]:
        for module in leaves:
            del below[module]
    assert below == {}


def test_imports_stand_at_the_top() -> None:
    late = {module for module, tree in modules().items() if next(imports(tree, late=True), None)}
    assert {room(module) for module in late} == set(LATE)


def test_foreign_libraries_stay_behind_their_door() -> None:
    doors = {
        "xlsxwriter": {"writing"},
        "pandas": {"consolidation"},
        "jsonschema": {"documents"},
        "click": {"cli", "console"},
        "rich": {"outputs"},
        "python_calamine": {"reading"},
        "openpyxl": set(),
    }
    for module, tree in modules().items():
        used = {name.split(".")[0] for late in (False, True) for name in imports(tree, late=late)}
        assert [name for name in used & doors.keys() if room(module) not in doors[name]] == [], module


def test_packages_are_all_listed() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = config["options"]["packages"].split()
    tree = [module_name(path) for path in source_files() if path.name == "__init__.py"]
    assert sorted(name for name in listed if not name.startswith("aggregator._data")) == sorted(tree)


# --- finding codes -------------------------------------------------------------------------------------------------

MAKERS = {"Finding", "Rule", "Limit", "say", "at_figure", "_at_row", "_gave_up", "_refused"}
"""Calls that take a finding code among their arguments."""


def codes_in(tree: ast.AST) -> set[str]:
    """Codes that stand as literals where a finding is made."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node.func) in MAKERS]
    literals = [value for call in calls for value in (*call.args, *(word.value for word in call.keywords))]
    texts = [value.value for value in literals if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    return {text for text in texts if re.fullmatch(r"(file|form|unit|seal|sheet|row|value)-[a-z-]+", text)} | {
        call.args[0].value
        for call in calls
        if called(call.func) in {"Finding", "say", "at_figure", "_at_row", "_gave_up"}
        for call_args in [call.args]
        if call_args and isinstance(call_args[0], ast.Constant) and isinstance(call_args[0].value, str)
        for call in [call]
        if "-" in call_args[0].value or called(call.func) != "_gave_up"
    }
