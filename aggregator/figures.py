"""The numbers of one unit by row and measure, small enough that a hundred thousand units fit into the memory."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, TypeVar, overload

from aggregator.forms import FigureKey

Number = TypeVar("Number", bound=int | None, covariant=True)
D = TypeVar("D")


class Figures(Mapping[FigureKey, Number]):
    """A mapping that is never changed; all of the same keys share these."""

    __slots__ = ("_keys", "_values", "sum")

    def __init__(
        self, keys: Iterable[FigureKey] | Keys, values: Iterable[Number], known_sum: int | None = None
    ) -> None:
        self._keys = keys if isinstance(keys, Keys) else _shared(tuple(keys))
        self._values = tuple(values)
        numbers: tuple[Any, ...] = self._values
        if len(numbers) != len(self._keys.places):
            raise ValueError(f"{len(numbers)} values for {len(self._keys.places)} keys")
        self.sum: int = sum(filter(None, numbers)) if known_sum is None else known_sum
        """Of all numbers, whatever they count."""

    def __getitem__(self, key: FigureKey) -> Number:
        return self._values[self._keys.places[key]]

    def __iter__(self) -> Iterator[FigureKey]:
        return iter(self._keys.places)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._keys.places

    @overload
    def get(self, key: FigureKey, /) -> Number | None: ...
    @overload
    def get(self, key: FigureKey, /, default: Number | D) -> Number | D: ...
    def get(self, key: FigureKey, /, default: Any = None) -> Any:
        at = self._keys.places.get(key)
        return default if at is None else self._values[at]

    def pick(self, keys: Sequence[FigureKey]) -> Sequence[Number | None]:
        """See `values_of`."""
        return self._keys.pick(keys)(self._values)

    def items(self) -> ItemsView[FigureKey, Number]:
        return dict(zip(self._keys.places, self._values, strict=True)).items()

    def values(self) -> ValuesView[Number]:
        return _Values(self)

    def __reduce__(self) -> tuple[type[Any], tuple[Any, ...]]:
        return Figures, (self._keys, self._values, self.sum)

    def __repr__(self) -> str:
        return f"Figures({dict(self)!r})"


def values_of(figures: Mapping[FigureKey, Number], keys: Sequence[FigureKey]) -> Sequence[Number | None]:
    """The numbers of these keys in their order; `None` for one that is not there."""
    return figures.pick(keys) if isinstance(figures, Figures) else [figures.get(key) for key in keys]


def sums_of(many: Iterable[Mapping[FigureKey, int | None]]) -> list[int]:
    """Of each, all numbers together, whatever they count."""
    return [figures.sum if isinstance(figures, Figures) else sum(filter(None, figures.values())) for figures in many]


def columns_of(
    many: Sequence[Mapping[FigureKey, Number]], keys: Sequence[FigureKey]
) -> Iterator[Sequence[tuple[Number | None, ...]]]:
    """The numbers of many units, key by key; so many units at once that it takes little memory."""
    for start in range(0, len(many), AT_ONCE):
        yield tuple(zip(*[values_of(figures, keys) for figures in many[start : start + AT_ONCE]], strict=True))


class _Values(ValuesView[Any]):
    _mapping: Figures[Any]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._mapping._values)


Pick = Callable[[tuple[Any, ...]], Sequence[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """What all figures of a form have in common: the place of each key, in order; and what was picked from them."""

    places: Mapping[FigureKey, int]
    picks: dict[int, tuple[Sequence[FigureKey], Pick]] = field(default_factory=dict)

    def pick(self, wanted: Sequence[FigureKey]) -> Pick:
        """How the values of some keys are taken out, found once for each list of them."""
        known = self.picks.get(id(wanted))
        if known is None or known[0] is not wanted:
            if len(self.picks) >= MOST_PICKS:
                self.picks.clear()
            known = self.picks[id(wanted)] = (wanted, self._pick(wanted))
        return known[1]

    def _pick(self, wanted: Sequence[FigureKey]) -> Pick:
        if tuple(wanted) == tuple(self.places):
            return tuple
        places = [self.places.get(key, len(self.places)) for key in wanted]
        return partial(_picked, places)

    def __reduce__(self) -> tuple[Callable[..., Keys], tuple[tuple[FigureKey, ...]]]:
        return _shared, (tuple(self.places),)


def _picked(places: Sequence[int], values: tuple[Any, ...]) -> Sequence[Any]:
    """One place beyond the last stands for what is not there."""
    padded = (*values, None)
    return [padded[place] for place in places]


AT_ONCE = 1_000

MOST_PICKS = 64
"""Lists of keys whose places are kept in mind."""


@lru_cache(maxsize=256)
def _shared(keys: tuple[FigureKey, ...]) -> Keys:
    return Keys({key: place for place, key in enumerate(keys)})
