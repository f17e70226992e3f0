"""Wheel, source archive and editable install, each in an environment of its own: the program finds its data.

What the program needs is taken from the environment of the tests; pip fetches no more than the build tool.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.proof.helpers import FORMS, ROOT

SECONDS = 600.0
BUILT = (
    "aggregator",
    "schemas",
    "templates",
    "sample_reports",
    "setup.cfg",
    "pyproject.toml",
    "MANIFEST.in",
    "README.md",
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")


def run(*words: str | Path, cwd: Path) -> str:
    """One command; its output, or a failure with all that it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    command = [str(word) for word in words]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=SECONDS)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, so that builds leave nothing behind in the working tree."""
    target = tmp_path_factory.mktemp("nguồn") / "checkout"
    target.mkdir()
    for name in BUILT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=LEFT_OUT)
        elif source.exists():
            shutil.copy(source, target / name)
    return target


@pytest.fixture(scope="module")
def built(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the source archive and the wheel, which is built from the archive."""
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", target, checkout, cwd=target)
    return target


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str | Path], Path]:
    """Installs something into a fresh environment, whose script `aggregator` it returns."""

    def install(name: str, *what: str | Path) -> Path:
        home = tmp_path_factory.mktemp("môi trường") / name
        venv.create(home, with_pip=False)
        folder = home / ("Scripts" if os.name == "nt" else "bin")
        packages = next(home.glob("lib*/**/site-packages"))
        (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
        pip = (sys.executable, "-m", "pip", "--python", folder / "python")
        run(*pip, "install", "--no-deps", "--quiet", *what, cwd=home)
        return folder / "aggregator"

    return install


@pytest.fixture(scope="module")
def wheel(built: Path, environment: Callable[..., Path]) -> Path:
    return environment("wheel", next(built.glob("*.whl")))


@pytest.fixture(scope="module")
def source_archive(built: Path, environment: Callable[..., Path]) -> Path:
    return environment("sdist", next(built.glob("*.tar.gz")))


@pytest.fixture(scope="module")
def editable(checkout: Path, environment: Callable[..., Path]) -> Path:
    return environment("editable", "--editable", checkout)


@pytest.mark.parametrize("kind", ["wheel", "source_archive", "editable"])
def test_the_forms_are_found_from_another_folder(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    program: Path = request.getfixturevalue(kind)
    listed = json.loads(run(program, "forms", "list", "--json", cwd=tmp_path))["forms"]
    assert {form["id"] for form in listed} == set(FORMS)
    assert all(name in run(program, "forms", "list", cwd=tmp_path) for name in FORMS)


@pytest.mark.parametrize("kind", ["wheel", "source_archive", "editable"])
def test_what_runs_is_what_was_installed(
    request: pytest.FixtureRequest, checkout: Path, tmp_path: Path, kind: str
) -> None:
    program: Path = request.getfixturevalue(kind)
    where = run(
        program.with_name("python"), "-c", "import aggregator; print(aggregator.__file__)", cwd=tmp_path
    ).strip()
    home = checkout if kind == "editable" else program.parents[1]
    assert Path(where).is_relative_to(home)


def test_the_wheel_issues_a_sample(wheel: Path, tmp_path: Path) -> None:
    run(wheel, "init", "X", "--sample", "quan-7-2024", cwd=tmp_path)
    issued = json.loads(run(wheel, "-C", "X", "distribute", "--json", cwd=tmp_path))["issued"]
    assert len(issued) == 51
    assert all((tmp_path / "X" / line["path"]).is_file() for line in issued)


def test_the_wheel_holds_the_blank_forms(wheel: Path) -> None:
    names = {path.name for path in wheel.parents[1].glob("lib*/**/aggregator/_data/templates/*.*")}
    assert names == {f"{form}.{ending}" for form in FORMS for ending in ("json", "xlsx")}
