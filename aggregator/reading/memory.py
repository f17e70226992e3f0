"""What was read before need not be read again: parts that are the same, byte for byte, in file after file.

Only results of pure functions of bytes are kept, never a refusal; few and small ones, so that no stranger's file fills
the memory. Every process has its own, which ends with it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
S = TypeVar("S", bytes, str)
T = TypeVar("T")

SMALL = 2**17
"""Bytes of the largest part that is remembered; parts of an issued form are below 50 KB."""

_forgetters: list[Callable[[], None]] = []


def remembered(
    most: int, largest: int = SMALL
) -> Callable[[Callable[Concatenate[S, P], T]], Callable[Concatenate[S, P], T]]:
    """Keeps the last `most` results of a function of bytes or of a text; nobody may change what it gives back."""

    def decorate(function: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
        known = lru_cache(maxsize=most)(function)
        _forgetters.append(known.cache_clear)

        def recall(data: S, *args: P.args, **kwargs: P.kwargs) -> T:
            return (known if len(data) <= largest else function)(data, *args, **kwargs)  # type: ignore[arg-type]

        return update_wrapper(recall, function)  # type: ignore[return-value]

    return decorate


def kept(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keeps the last `most` results, whatever their size: the caller looks at it first."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        known = lru_cache(maxsize=most)(function)
        _forgetters.append(known.cache_clear)
        return known  # type: ignore[return-value]

    return decorate


def forget() -> None:
    """As in a new process."""
    for clear in _forgetters:
        clear()
