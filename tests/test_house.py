"""The house itself: who may import whom, every finding code in all its places, generated pages, sizes.

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
from aggregator.words import in_language
from tests import make_docs

ROOT = Path(__file__).resolve().parents[1]

LAYERS: tuple[tuple[str, ...], ...] = (
    ("aggregator",),
    ("plain",),
    ("text", "words", "resources", "findings", "seal", "disposable", "json_text"),
    ("beside",),
    ("reading",),
    ("lint",),
    ("catalogue", "documents"),
    ("faults",),
    ("remote",),
    ("files", "inbox", "tables", "form_faults"),
    ("locking", "tickets"),
    ("forms",),
    ("register", "receipts", "figures"),
    ("decisions",),
    ("campaign", "layout"),
    ("formula", "number_words"),
    ("amounts",),
    ("number_rules",),
    ("numbers",),
    ("sheets",),
    ("alignment", "identity"),
    ("report",),
    ("repair",),
    ("submission",),
    ("checks", "consolidation"),
    ("bulk", "status"),
    ("writing",),
    ("styles",),
    ("outputs",),
    ("runs",),
    ("run_changes",),
    ("consolidated",),
    ("examine",),
    ("within_limits",),
    ("workers", "second_opinion", "kept"),
    ("cluster",),
    ("intake",),
    ("account",),
    ("template_sheets",),
    ("template",),
    ("personal",),
    ("steps",),
    ("spoken",),
    ("console",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
"""From the ground up. A room may use the layers below its own; a name stands for a module or for a whole package.

Modules of one package may use each other, neighbours in one layer may not, and nowhere is there a circle. `outputs`
lies below `consolidated`, which reads back what `outputs.workbook_*` wrote, by the same tables."""

LATE = {
    "commands": "start-up time: a command loads only what it uses",
    "console": "start-up time: a command loads only what it uses",
    "consolidation": "pandas takes 0.3 s to load",
    "disposable": "the module `resource` does not exist on Windows",
    "second_opinion": "openpyxl takes 0.2 s to load, and is never loaded by the process that adds up",
    "within_limits": "the module `resource` does not exist on Windows",
}
"""Modules with imports inside functions, and why."""

MAX_FUNCTION = 40
MAX_MODULE = 300
LONG_FUNCTIONS: dict[str, str] = {}
LONG_MODULES: dict[str, str] = {}
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
        "docx": {"outputs"},
        "jinja2": {"outputs"},
        "markupsafe": {"outputs"},
        "xlsxwriter": {"writing", "bulk"},
        "pandas": {"consolidation"},
        "jsonschema": {"documents"},
        "click": {"commands", "console", "spoken"},
        "rich": {"outputs"},
        "python_calamine": {"reading"},
        "xlrd": {"reading"},
        "filelock": {"locking"},
        "msoffcrypto": {"reading"},
        "openpyxl": {"steps", "second_opinion"},
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


def test_no_key_is_packaged() -> None:
    """The samples' keys are in the checkout only, where their filled workbooks are."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    assert "key" not in config["options.package_data"]["aggregator._data.samples"]


# --- finding codes -------------------------------------------------------------------------------------------------

MAKERS = {
    "Finding": 0,
    "Rule": 0,
    "Limit": 0,
    "_Limit": 0,
    "desk.say": 0,
    "at_figure": 0,
    "_at_row": 0,
    "_refused": 0,
    "_gave_up": 1,
}
"""Calls that are given a finding code, and which of their arguments it is."""


def codes_in(tree: ast.AST) -> Iterator[str]:
    """Codes that stand as literals where a finding is made, or behind `code=`."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        number = MAKERS.get(name, MAKERS.get(name.rpartition(".")[2], len(call.args)))
        given = [*call.args[number : number + 1], *(word.value for word in call.keywords if word.arg == "code")]
        yield from (value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str))


def test_every_code_that_is_used_is_in_the_catalogue() -> None:
    used = {code: module for module, tree in modules().items() for code in codes_in(tree)}
    assert len(used) > 30
    assert {code: module for code, module in used.items() if code not in CATALOGUE} == {}


def literals(tree: ast.AST) -> Iterator[str]:
    """All texts of a module; of an f-string that begins a code (`f"file-{kind}"`) with every text put in."""
    nodes = list(ast.walk(tree))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    yield from texts
    for node in nodes:
        start = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
        if isinstance(start, ast.Constant) and re.fullmatch("[a-z]+-", str(start.value)):
            yield from (f"{start.value}{text}" for text in texts)


def test_every_code_of_the_catalogue_is_used() -> None:
    """In a check, or in the rules of a form."""
    used = {text for module, tree in modules().items() if room(module) != "catalogue" for text in literals(tree)}
    forms = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").glob("*.json"))
    assert [code for code in CATALOGUE if code not in used and f'"{code}"' not in forms] == []


@pytest.mark.parametrize("code", CATALOGUE)
def test_sentences(code: str) -> None:
    """Both languages, the same facts in both, nothing but facts in braces, brackets that close."""
    entry = CATALOGUE[code]
    assert entry.code == code
    assert entry.severity in SEVERITIES
    assert re.fullmatch("[a-z]+(-[a-z]+)*", code)
    for sentence in (entry.vi, entry.en):
        assert sentence == sentence.strip()
        assert sentence.endswith(".")
        assert re.search(r"[{}\[\]]", FACT.sub("", OPTIONAL.sub(r"\1", sentence))) is None
    assert set(FACT.findall(entry.vi)) == set(FACT.findall(entry.en))
    assert in_language(BLANK, "en") != BLANK


def test_every_code_has_its_page() -> None:
    page = (ROOT / "docs/findings.md").read_text(encoding="utf-8")
    assert re.findall("^### `(.+)`$", page, re.MULTILINE) == list(CATALOGUE)


def test_every_code_has_its_sample_and_no_other_has() -> None:
    """One folder per code, or several: `<code>--<variant>`; what they share begins with `_`."""
    folders = (path.name for path in (ROOT / "sample_reports/faults").glob("[!_]*") if path.is_dir())
    codes = {name.partition("--")[0] for name in folders}
    assert sorted(CATALOGUE.keys() - codes) == []
    assert sorted(codes - CATALOGUE.keys()) == []


# --- pages, sizes, paths -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", make_docs.PAGES)
def test_generated_pages_are_up_to_date(name: str) -> None:
    """Line breaks are left aside: they depend on the version of click."""
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written.split() == make_docs.PAGES[name]().split(), "make docs"


def functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno:
            yield node.name, node.end_lineno - node.lineno + 1


def test_functions_fit_on_a_page() -> None:
    long = {
        f"{module}.{name}": size
        for module, tree in modules().items()
        for name, size in functions(tree)
        if size > MAX_FUNCTION
    }
    assert {name: size for name, size in long.items() if name not in LONG_FUNCTIONS} == {}
    assert LONG_FUNCTIONS.keys() - long.keys() == set()


def test_modules_are_one_room() -> None:
    sizes = {path.relative_to(ROOT).as_posix(): path.read_bytes().count(b"\n") for path in source_files()}
    long = {name: size for name, size in sizes.items() if size > MAX_MODULE}
    assert {name: size for name, size in long.items() if name not in LONG_MODULES} == {}
    assert LONG_MODULES.keys() - long.keys() == set()


def test_every_module_says_what_it_is_for() -> None:
    empty = {path for path in source_files() if not path.read_bytes()}
    documented = {
        module_name(path): ast.get_docstring(modules()[module_name(path)])
        for path in source_files()
        if path not in empty
    }
    assert [module for module, text in documented.items() if not text] == []


def tracked() -> list[Path]:
    """What git has or would take; in an unpacked source archive everything that lies there."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return [path for path in ROOT.rglob("*") if path.is_file()]
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


MACHINE = re.compile(
    r"(?<![\w.:/])/(?:tmp|work|root|home|Users|mnt)/[\w.]"
    r"|\b[A-Z]:\\+Users\\"
    r"|\b(?:pypi|pythonhosted|npmjs|anaconda|jfrog|proxy\.golang)\.(?:org|com|io)\b"
    r"|\b(?:artifactory|nexus)\.[a-z]"
    r"|--(?:extra-)?index-url"
)
"""Folders of a developer's machine and hosts of packages: whoever installs uses their own."""


def test_no_machine_and_no_host_is_named() -> None:
    found = {}
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data and (hit := MACHINE.search(data.decode("utf-8", "replace"))):
            found[path.relative_to(ROOT).as_posix()] = hit[0]
    assert found == {}


@pytest.mark.parametrize(
    "text", ["see /" + "home/an/x", "C:" + "\\Users\\an", "https://" + "pypi" + ".org/simple", "--index" + "-url x"]
)
def test_the_search_would_find_them(text: str) -> None:
    assert MACHINE.search(text)
