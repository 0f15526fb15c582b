"""Dot-product units on bit patterns: three ways to one sum, the products by look-up of whole matrices, and numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.floats import FP16
from hwsim.formats import FLOATS
from hwsim.hardware_floats import FloatLayout, add, decode, encode, multiply
from hwsim.hardware_floats.dot_products import add_entry, add_selected, multiply_add, table_entries, tree_sum
from hwsim.low_bit import unsigned_weights
from hwsim.lut import FloatRule, Layout, half_plan, lookup_floats, select, subset_plan

HALF = FloatLayout.of(FP16)
E4M3 = FloatLayout.of(FLOATS["fp8e4m3"])
FLOAT32 = FloatLayout.of(FLOATS["fp32"])
ZERO = np.array(0)


def words(bits: np.ndarray) -> np.ndarray:
    """Numbers of bits (group, ...), the first bit the highest."""
    return np.tensordot(1 << np.arange(len(bits))[::-1], bits, axes=1)


@st.composite
def exact_operands(draw: st.DrawFn) -> tuple[FloatLayout, np.ndarray, np.ndarray]:
    """A layout, four activations with sums that it holds, and signed 4-bit weights."""
    layout, most = draw(st.sampled_from([(HALF, 15), (FloatLayout.of(FLOATS["bf16"]), 15), (E4M3, 4)]))
    a = draw(st.lists(st.integers(-most, most), min_size=4, max_size=4))
    w = draw(st.lists(st.integers(-8, 7), min_size=4, max_size=4))
    return layout, np.array(a), np.array(w)


@settings(max_examples=100, deadline=None)
@given(exact_operands())
def test_three_units_make_the_same_sum_where_nothing_is_rounded(
    given: tuple[FloatLayout, np.ndarray, np.ndarray],
) -> None:
    layout, a, w = given
    exact = np.array(a @ w, np.float64)
    patterns = encode(a.astype(np.float64), layout)
    multiplied = multiply_add(ZERO, patterns, encode(w.astype(np.float64), layout), layout, FLOAT32)
    selected = looked_up = ZERO
    conventional = table_entries(list(patterns), subset_plan(4), layout)
    for plane in range(4):
        bits, top = w >> plane & 1, np.array(int(plane == 3))
        selected = add_selected(selected, patterns, bits, np.array(plane), top, layout, FLOAT32)
        looked_up = add_entry(looked_up, conventional, words(bits), np.array(plane), top, layout, FLOAT32)
    assert decode(np.stack([multiplied, selected, looked_up]), FLOAT32).tolist() == [exact] * 3


@pytest.mark.parametrize("bits", [1, 2, 4])
@pytest.mark.parametrize("accumulator", ["fp16", "fp32"])
def test_a_matrix_by_lookup_is_what_the_units_add_up(bits: int, accumulator: str) -> None:
    """The half table and the look-ups of a unit, against the product of whole matrices under the same rule."""
    rng = np.random.default_rng(bits)
    a = rng.normal(size=(3, 24)).astype(np.float16)
    weights = unsigned_weights(rng.integers(0, 1 << bits, (24, 5)), bits, scale=2.0, zero=((1 << bits) - 1) / 2)
    expected = lookup_floats(a, weights, FloatRule(FP16, FP16, FLOATS[accumulator]))
    acc, layout = FloatLayout.of(FLOATS[accumulator]), Layout(24, 4, 24)
    chosen, psum = select(weights, layout), np.zeros((3, 5), np.int64)
    for t, group in enumerate(layout.spread(encode(a.T, HALF))):
        entries = np.repeat(table_entries(list(group), half_plan(4), HALF)[:, :, np.newaxis], 5, axis=2)
        for plane in range(bits):
            entry, negative = (np.broadcast_to(side[t, plane], (3, 5)) for side in (chosen.entry, chosen.negative))
            psum = add_entry(psum, entries, entry, np.array(plane), negative, HALF, acc)
    assert np.array_equal(decode(psum, acc), expected.astype(np.float64))


def test_a_tree_adds_neighbours_first() -> None:
    terms = list(encode(np.array([2048.0, 1.0, 1.0, 1.0, 1.0]), HALF))
    first, second = add(terms[0], terms[1], HALF), add(terms[2], terms[3], HALF)
    assert tree_sum(terms, HALF) == add(add(first, second, HALF), terms[4], HALF)
    assert decode(tree_sum(terms, HALF), HALF) == 2052  # one after the other they would stay 2048
    assert tree_sum(terms[:1], HALF) == terms[0]


def test_products_are_rounded_to_the_layout_of_the_sum() -> None:
    x = encode(np.array([[15.0], [0.0625]]), E4M3)
    wide, narrow = (multiply_add(ZERO, x, x, E4M3, out) for out in (HALF, E4M3))
    assert decode(wide, HALF) == [225.0]  # of 225 + 2**-8, which has 16 digits
    assert decode(narrow, E4M3) == [224.0]
    assert decode(multiply(x[0], x[0], E4M3, HALF), HALF) == [225.0]


@pytest.mark.parametrize("plan", [half_plan, subset_plan])
def test_a_table_has_the_sums_that_its_plan_says(plan: object) -> None:
    a = np.array([1.0, -2.0, 4.0, 0.5])
    expected = plan(4).evaluate(list(a), lambda x: x)  # type: ignore[operator]
    entries = table_entries(list(encode(a, HALF)), plan(4), HALF)  # type: ignore[operator]
    assert decode(entries, HALF).tolist() == expected.tolist()
    assert entries.dtype == np.uint16
