"""The numbers of one unit by row and measure, small enough that a hundred thousand units fit into the memory."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, ValuesView
from functools import lru_cache
from typing import Any, TypeVar, overload

from aggregator.forms import FigureKey

Number = TypeVar("Number", bound=int | None, covariant=True)
D = TypeVar("D")


class Figures(Mapping[FigureKey, Number]):
    """A mapping that is never changed; all of the same keys share these."""

    __slots__ = ("_keys", "_places", "_values")

    def __init__(self, keys: Iterable[FigureKey], values: Iterable[Number]) -> None:
        self._keys, self._places = _shared(tuple(keys))
        self._values = tuple(values)
        if len(self._values) != len(self._keys):
            raise ValueError(f"{len(self._values)} values for {len(self._keys)} keys")

    def __getitem__(self, key: FigureKey) -> Number:
        return self._values[self._places[key]]

    def __iter__(self) -> Iterator[FigureKey]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._places

    @overload
    def get(self, key: FigureKey, /) -> Number | None: ...
    @overload
    def get(self, key: FigureKey, /, default: Number | D) -> Number | D: ...
    def get(self, key: FigureKey, /, default: Any = None) -> Any:
        at = self._places.get(key)
        return default if at is None else self._values[at]

    def items(self) -> ItemsView[FigureKey, Number]:
        return dict(zip(self._keys, self._values, strict=True)).items()

    def values(self) -> ValuesView[Number]:
        return dict(zip(self._keys, self._values, strict=True)).values()

    def __reduce__(self) -> tuple[type[Any], tuple[Any, ...]]:
        return Figures, (self._keys, self._values)

    def __repr__(self) -> str:
        return f"Figures({dict(self)!r})"


@lru_cache(maxsize=256)
def _shared(keys: tuple[FigureKey, ...]) -> tuple[tuple[FigureKey, ...], Mapping[FigureKey, int]]:
    return keys, {key: place for place, key in enumerate(keys)}
