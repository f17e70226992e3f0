"""The numbers of one unit: a mapping like any other, only smaller."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping

import pytest

from aggregator.figures import MOST_PICKS, Figures, values_of
from aggregator.forms import FigureKey, form_ids, load_form

KEYS: tuple[FigureKey, ...] = (("1", "count"), ("1", "people"), ("2", "money"))
VALUES = (3, None, 1_500_000)


def test_a_mapping_like_any_other() -> None:
    figures: Figures[int | None] = Figures(KEYS, VALUES)
    plain: Mapping[FigureKey, int | None] = dict(zip(KEYS, VALUES, strict=True))
    assert figures == plain
    assert plain == figures
    assert list(figures) == list(plain)
    assert list(figures.items()) == list(plain.items())
    assert list(figures.values()) == list(plain.values())
    assert len(figures) == 3
    assert {**figures} == plain
    assert figures["2", "money"] == 1_500_000
    assert figures.get(("1", "people"), 7) is None
    assert figures.get(("3", "count"), 7) == 7
    assert ("3", "count") not in figures
    with pytest.raises(KeyError):
        figures["3", "count"]


def test_other_numbers_are_other_figures() -> None:
    assert Figures(KEYS, VALUES) != Figures(KEYS, (3, 0, 1_500_000))
    assert Figures(KEYS[::-1], VALUES[::-1]) == Figures(KEYS, VALUES)


@pytest.mark.parametrize("values", [(), (1, 2), (1, 2, 3, 4)])
def test_no_number_without_a_place(values: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="values for 3 keys"):
        Figures(KEYS, values)


def test_it_comes_whole_from_another_process() -> None:
    many = [Figures(KEYS, (number, None, 0)) for number in range(50)]
    assert pickle.loads(pickle.dumps(many)) == many


@pytest.mark.parametrize("form_id", form_ids())
def test_it_is_small(form_id: str) -> None:
    typed = load_form(form_id).typed
    figures = Figures(typed, range(len(typed)))
    plain = dict(figures)
    assert sys.getsizeof(figures) + 8 * len(typed) + 100 < sys.getsizeof(plain) / 2


def test_numbers_of_some_keys_in_their_order() -> None:
    figures: Figures[int | None] = Figures(KEYS, VALUES)
    wanted = (KEYS, list(KEYS), KEYS[::-1], (("3", "count"), *KEYS, ("1", "money")), ())
    for keys in (*wanted, *wanted):
        expected = [figures.get(key) for key in keys]
        assert list(values_of(figures, keys)) == list(values_of(dict(figures), keys)) == expected


def test_what_is_picked_is_forgotten_in_time() -> None:
    figures: Figures[int | None] = Figures(KEYS, VALUES)
    for number in range(3 * MOST_PICKS):
        assert list(values_of(figures, [KEYS[number % 3]])) == [VALUES[number % 3]]
    assert len(figures._keys.picks) <= MOST_PICKS
