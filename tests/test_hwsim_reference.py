"""The exact product in every regime: one BLAS call, several pieces, wider floats, plain integers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.reference import exact_matmul


def exact(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The product in Python's integers."""
    return np.matmul(a.astype(object), b.astype(object))


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 8),
    st.integers(1, 300),
    st.integers(1, 8),
    st.integers(1, 28),
    st.integers(1, 28),
    st.integers(0, 2**32 - 1),
)
def test_products_are_exact(m: int, k: int, n: int, a_bits: int, b_bits: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a = rng.integers(-(1 << a_bits - 1), 1 << a_bits - 1, (m, k))
    b = rng.integers(-(1 << b_bits - 1), 1 << b_bits - 1, (k, n))
    result = exact_matmul(a, b)
    assert result.dtype == np.int64
    assert np.array_equal(result, exact(a, b))
    assert np.array_equal(exact_matmul(a, b, 1 << a_bits + b_bits - 2), result)


@pytest.mark.parametrize("k", [1, 63, 64, 65, 1023, 1024, 1025, 2048, 5000])
@pytest.mark.parametrize(("x", "y"), [(-128, -128), (-128, 127), (127, 127)])
def test_extreme_bytes_are_exact_past_every_piece(k: int, x: int, y: int) -> None:
    a, b = np.full((2, k), x, np.int8), np.full((k, 3), y, np.int8)
    a[0, ::7] = 1  # an odd term, which a float that has run out of digits would drop
    b[::5, 1] = -1
    assert np.array_equal(exact_matmul(a, b), exact(a, b))


@pytest.mark.parametrize("bits", [11, 12, 13, 16, 23, 24, 25, 26, 27, 30, 31])
def test_extreme_words_are_exact(bits: int) -> None:
    top = (1 << bits - 1) - 1
    a, b = np.full((2, 130), top, np.int64), np.full((130, 2), -top - 1, np.int64)
    a[:, 1::2] -= 1
    held = 130 * top * (top + 1) < 1 << 63
    expected = exact(a, b) if held else exact(a[:, :1], b[:1])
    assert np.array_equal(exact_matmul(a, b) if held else exact_matmul(a[:, :1], b[:1]), expected)


def test_stacks_of_matrices_multiply_one_by_one() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.integers(-9, 9, (4, 1, 2, 3)), rng.integers(-9, 9, (5, 3, 2))
    assert np.array_equal(exact_matmul(a, b), exact(a, b))


def test_zeros_and_empty_sides() -> None:
    assert exact_matmul(np.zeros((2, 3), int), np.zeros((3, 4), int)).tolist() == [[0] * 4] * 2
    assert exact_matmul(np.zeros((2, 0), int), np.zeros((0, 4), int)).tolist() == [[0] * 4] * 2
    assert exact_matmul(np.zeros((0, 3), int), np.ones((3, 4), int)).shape == (0, 4)
