"""The shape of an array with the fewest operand bits: closed form, search, and the paper's M2 N64 K4."""

from __future__ import annotations

from collections.abc import Callable
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import SpecError
from hwsim.lut import least_bits_rows, least_bits_shapes, operand_bits


@pytest.mark.parametrize(
    ("bits", "entry", "shapes", "rows"),
    [
        (1, 16, [(2, 64)], 2.0),
        (2, 16, [(2, 64), (4, 32)], 2**1.5),
        (1, 8, [(2, 64), (4, 32)], 2**1.5),
        (2, 8, [(4, 32)], 4.0),
        (4, 16, [(4, 32)], 4.0),
    ],
)
def test_the_least_operand_bits_elongate_the_array(
    bits: int, entry: int, shapes: list[tuple[int, int]], rows: float
) -> None:
    assert least_bits_shapes(512, 4, bits, entry) == shapes
    assert isclose(least_bits_rows(512, 4, bits, entry), rows)
    assert isclose(least_bits_rows(512, 4, bits, entry), (64 * bits / entry) ** 0.5)


@given(st.integers(1, 300), st.integers(1, 6), st.integers(1, 8), st.integers(1, 20))
def test_the_closed_form_lies_between_the_best_shapes_neighbours(units: int, group: int, bits: int, entry: int) -> None:
    products = units * group
    best = least_bits_shapes(products, group, bits, entry)
    least = operand_bits(*best[0], group, bits, entry)
    real = least_bits_rows(products, group, bits, entry)
    bound = real * 2 ** (group - 1) * entry + group * units / real * bits
    assert bound <= least * (1 + 1e-9)
    sides = [m for m in range(1, units + 1) if units % m == 0]
    below, above = [m for m in sides if m <= real], [m for m in sides if m >= real]
    assert {m for m, _ in best} <= {*below[-1:], *above[:1]}


def test_groups_must_divide_the_products() -> None:
    with pytest.raises(SpecError) as refused:
        least_bits_shapes(510, 4, 1, 16)
    assert str(refused.value) == "510 products do not divide into groups of 4"


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda: operand_bits(0, 64, 4, 1, 16), "m is at least 1, not 0"),
        (lambda: operand_bits(2, 64, 4, 1, -1), "entry_bits is at least 1, not -1"),
        (lambda: least_bits_shapes(512, 4, 0, 16), "w_bits is at least 1, not 0"),
        (lambda: least_bits_shapes(512, 0, 1, 16), "a table is made for 1 to 12 activations, not for 0"),
        (lambda: least_bits_rows(512, 4, 1, 0), "entry_bits is at least 1, not 0"),
        (lambda: least_bits_rows(-512, 4, 1, 16), "products is at least 1, not -512"),
    ],
)
def test_what_no_array_has_is_refused(ask: Callable[[], object], sentence: str) -> None:
    with pytest.raises(SpecError) as refused:
        ask()
    assert str(refused.value) == sentence
