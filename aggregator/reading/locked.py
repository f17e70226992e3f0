"""Encrypted workbooks: opened in memory with one of the passwords that the office knows, never written anywhere.

Needs msoffcrypto-tool (the extra `crypto`); without it, or without passwords, an encrypted file stays closed. No
password is ever shown.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
from collections.abc import Sequence
from typing import Any

from aggregator.reading import limits, refusals
from aggregator.reading.refusals import Refused

LIBRARY = "msoffcrypto"
MAX_PASSWORDS = 50
"""Each costs a tenth of a second on purpose; the time of one file must suffice."""


def unlock(data: bytes, passwords: Sequence[str]) -> bytes:
    """The workbook inside. Raises `Refused` with what is missing."""
    if importlib.util.find_spec(LIBRARY) is None:
        raise Refused(refusals.NO_CRYPTO)
    library = importlib.import_module(LIBRARY)
    for password in passwords[:MAX_PASSWORDS]:
        found = _try(library, data, password)
        if found is not None:
            return found
    raise Refused(refusals.WRONG_PASSWORD)


def _try(library: Any, data: bytes, password: str) -> bytes | None:
    """The content, or `None` where this password does not fit; the library meets broken files with any exception."""
    out = io.BytesIO()
    try:
        file = library.OfficeFile(io.BytesIO(data))
        file.load_key(password=password)
        file.decrypt(out)
    except MemoryError:
        raise
    except Exception:
        return None
    content = out.getvalue()
    if len(content) > limits.FILE.value:
        raise Refused(limits.FILE)
    return content or None
