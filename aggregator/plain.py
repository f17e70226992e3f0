"""Frozen values that travel between processes: made anew by their constructor, which is several times faster than the
way dataclasses go by themselves. And because there are many of them, none in a circle, circles are looked for rarely.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any


class Plain:
    """A dataclass of at least two fields whose constructor takes them all, in their order, and changes none."""

    __slots__ = ()

    def __reduce__(self) -> tuple[type[Any], tuple[Any, ...]]:
        kind: Any = type(self)
        return kind, _values(kind)(self)


def collect_rarely(objects: int = 1_000_000) -> None:
    """For the rest of the process, after so many new objects. What a file makes has no circles, and is gone or needed
    when the next one comes."""
    gc.set_threshold(objects, 20, 200)


@lru_cache(maxsize=64)
def _values(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*(field.name for field in fields(kind)))
