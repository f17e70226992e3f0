"""Folders that are not on this machine: `s3://…`, `gs://…`, `file://…` and whatever else fsspec can reach.

Needs fsspec (the extra `cluster`), and for each kind of address the package that fsspec names. A file is fetched by
whoever reads it, and no further than the reader's limit.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from aggregator.faults import Stop

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
"""How an address begins; a single letter before the colon is a drive of Windows."""


@dataclass(frozen=True, slots=True)
class Address:
    """Of a file or folder. `url` may carry a key or password; `shown` never does."""

    url: str

    @property
    def shown(self) -> str:
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def is_url(text: str) -> bool:
    return URL.match(text) is not None


class CannotReach(Stop):
    def __init__(self, address: Address, reason: str) -> None:
        super().__init__(
            "Không mở được {address} ({reason}). Xin kiểm tra địa chỉ, mạng và quyền truy cập.",
            address=address.shown,
            reason=reason,
        )


class NotInstalled(Stop):
    def __init__(self, package: str) -> None:
        super().__init__(
            "Máy này chưa có phần đọc thư mục trên mạng: {package}. Xin cài thêm: {install}.",
            package=package,
            install='pip install "htsd-aggregator[cluster]"',
        )


def files_below(address: Address) -> Iterator[Address]:
    """Every file of a folder, or the file itself. Raises `Stop` where nothing can be reached."""
    try:
        system, root = _opened(address)
        found = system.find(root)
    except Stop:
        raise
    except Exception as error:  # each kind of address has errors of its own
        raise CannotReach(address, _reason(error)) from error
    if not found:
        raise CannotReach(address, os.strerror(errno.ENOENT))
    for path in found:
        yield Address(_beside(address, root, path))


def fetch(address: Address, most: int) -> bytes:
    """The file's bytes, `most` at most. Raises `OSError` whatever went wrong."""
    try:
        system, path = _opened(address)
        with system.open(path, "rb") as file:
            data = file.read(most)
    except OSError:
        raise
    except Exception as error:
        raise OSError(errno.EIO, _reason(error)) from error
    return bytes(data)


def _opened(address: Address) -> tuple[Any, str]:
    """The file system that knows the address, and what the address is called there."""
    try:
        system, path = import_module("fsspec.core").url_to_fs(address.url)
    except ImportError as error:
        raise NotInstalled(str(error)) from error
    return system, path


def _beside(address: Address, root: str, path: str) -> str:
    """The address of a file that lies in the folder of this address."""
    return address.url if path == root else address.url.rstrip("/") + path.removeprefix(root.rstrip("/"))


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
