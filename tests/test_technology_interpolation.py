"""Between characterised parameters: exact at points, linear and bilinear between, the same from either end."""

from __future__ import annotations

from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.technology.interpolation import Kind, Place, estimate

WIDTHS = st.integers(1, 40)
AROUND = st.tuples(st.integers(2, 40), st.integers(1, 20), st.integers(1, 20))
"""A value, and how far the two around it are from it."""


def place(**values: int) -> Place:
    return tuple(sorted(values.items()))


@given(st.sets(st.tuples(WIDTHS, WIDTHS), min_size=1, max_size=6), st.data())
def test_it_is_exact_where_it_was_characterised(points: set[tuple[int, int]], data: st.DataObject) -> None:
    places = [place(a=a, b=b) for a, b in points]
    at = data.draw(st.sampled_from(places))
    found = estimate(places, at)
    assert found is not None
    assert (found.kind, found.weights) == (Kind.EXACT, ((at, 1.0),))


@given(st.lists(WIDTHS, min_size=2, max_size=5, unique=True), st.data())
def test_between_two_points_it_rises_as_they_do(values: list[int], data: st.DataObject) -> None:
    heights = sorted(data.draw(st.lists(st.floats(0, 1e6), min_size=len(values), max_size=len(values))))
    figures = {place(bits=x): y for x, y in zip(sorted(values), heights, strict=True)}
    found = [estimate(figures, place(bits=x)) for x in range(min(values), max(values) + 1)]
    rising = [each.of(figures) for each in found if each is not None]
    assert len(rising) == len(found)
    assert all(low <= high + 1e-6 for low, high in pairwise(rising))


@given(AROUND, AROUND, st.tuples(*[st.integers(-50, 50)] * 4))
def test_a_rectangle_gives_every_bilinear_figure(
    one: tuple[int, int, int], other: tuple[int, int, int], law: tuple[int, int, int, int]
) -> None:
    at = one[0], other[0]
    spans = [(value - below, value + above) for value, below, above in (one, other)]

    def figure(x: int, y: int) -> int:
        return law[0] + law[1] * x + law[2] * y + law[3] * x * y

    figures = {place(bits=x, stages=y): float(figure(x, y)) for x, y in product(*spans)}
    found = estimate(figures, place(bits=at[0], stages=at[1]))
    assert found is not None
    assert found.kind is Kind.INTERPOLATED
    assert found.of(figures) == pytest.approx(figure(*at), abs=1e-6)


@given(st.sets(st.tuples(WIDTHS, WIDTHS), min_size=2, max_size=8), st.tuples(WIDTHS, WIDTHS))
def test_weights_are_shares_and_meet_in_the_place(points: set[tuple[int, int]], at: tuple[int, int]) -> None:
    places = [place(a=a, b=b) for a, b in points]
    found = estimate(places, place(a=at[0], b=at[1]))
    if found is not None:
        assert sum(weight for _, weight in found.weights) == pytest.approx(1)
        assert all(weight >= 0 for _, weight in found.weights)
        for name, value in (("a", at[0]), ("b", at[1])):
            assert sum(weight * dict(corner)[name] for corner, weight in found.weights) == pytest.approx(value)


@given(st.sets(st.tuples(WIDTHS, WIDTHS), min_size=1, max_size=8), st.tuples(WIDTHS, WIDTHS), st.randoms())
def test_neither_the_order_of_points_nor_the_names_matter(
    points: set[tuple[int, int]], at: tuple[int, int], random: Random
) -> None:
    listed = sorted(points)
    shuffled = list(listed)
    random.shuffle(shuffled)
    figures = {point: 3.0 * point[0] + 7.0 * point[1] for point in listed}
    one = estimate([place(a=a, b=b) for a, b in listed], place(a=at[0], b=at[1]))
    other = estimate([place(a=b, b=a) for a, b in shuffled], place(a=at[1], b=at[0]))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        forth = one.of({place(a=a, b=b): value for (a, b), value in figures.items()})
        back = other.of({place(a=b, b=a): value for (a, b), value in figures.items()})
        assert forth == pytest.approx(back)


@given(st.lists(WIDTHS, min_size=1, max_size=4, unique=True), st.integers(41, 1000))
def test_outside_there_is_nothing_unless_it_is_allowed(values: list[int], at: int) -> None:
    places = [place(bits=value, stages=3) for value in values]
    assert estimate(places, place(bits=at, stages=3)) is None
    assert estimate(places, place(bits=at, stages=3), ("stages",)) is None
    found = estimate(places, place(bits=at, stages=3), ("bits",))
    if len(values) == 1:
        assert found is None
    else:
        assert found is not None
        assert found.kind is Kind.EXTRAPOLATED
        assert found.of({x: 5.0 * dict(x)["bits"] for x in places}) == pytest.approx(5 * at)


def test_parameters_of_other_names_are_no_neighbours() -> None:
    assert estimate([place(bits=1, x=1), place(bits=9, x=1)], place(bits=4)) is None
