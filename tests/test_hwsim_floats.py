"""Rounding to floating-point formats, against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from float_oracle import DIGITS, nearest
from hwsim.errors import SpecError
from hwsim.floats import FP8E4M3, FP8E5M2, FP16, STORAGE, check_representable, rounded, stored
from hwsim.formats import FLOATS, FP32, FloatFormat

NAMED = st.sampled_from([FLOATS[name] for name in DIGITS])


def values_of(format: FloatFormat) -> np.ndarray:
    """All finite values of a format of 8 or 16 bits, in float64, in order."""
    patterns = np.arange(1 << format.bits).astype(f"u{format.bits // 8}").view(STORAGE[format.name])
    with np.errstate(invalid="ignore"):  # signalling NaNs
        values = patterns.astype(np.float64)
    return np.unique(values[np.isfinite(values)])


@settings(max_examples=200, deadline=None)
@given(NAMED, st.floats(allow_nan=False, allow_infinity=False) | st.floats(-1000, 1000), st.booleans())
def test_rounding_is_to_nearest_even(format: FloatFormat, value: float, single: bool) -> None:
    with np.errstate(over="ignore"):
        given = np.array([value], np.float32 if single else np.float64)
    if np.isfinite(given[0]):
        assert rounded(given, format)[0] == nearest(Fraction(float(given[0])), format)


@settings(max_examples=200, deadline=None)
@given(NAMED, st.integers(-400, 400), st.integers(-24, 9), st.sampled_from([0, 2**-60, -(2**-60)]))
def test_next_to_a_tie_nothing_is_rounded_twice(format: FloatFormat, odd: int, exponent: int, beside: float) -> None:
    value = (2 * odd + 1) * 2.0**exponent * (1 + beside)
    beyond = np.nextafter(value, np.inf if beside > 0 else -np.inf) if beside else value
    assert rounded(np.array([beyond]), format)[0] == nearest(Fraction(beyond), format)


@pytest.mark.parametrize("format", [FP16, FP8E4M3, FP8E5M2, FLOATS["bf16"]], ids=str)
def test_every_value_of_a_format_is_itself_and_every_middle_is_even(format: FloatFormat) -> None:
    values = values_of(format)
    assert np.array_equal(rounded(values, format), values)
    assert np.array_equal(stored(values, format).astype(np.float64), values)
    middles = (values[1:] + values[:-1]) / 2
    expected = [nearest(Fraction(middle), format) for middle in middles.tolist()[::7]]
    assert rounded(middles[::7], format).tolist() == expected


def test_what_is_too_large() -> None:
    large = np.array([1e6, -1e6, 464.0, 1e300])
    assert rounded(large, FP8E4M3).tolist() == [448, -448, 448, 448]
    assert rounded(large, FP8E5M2).tolist() == [np.inf, -np.inf, 448, np.inf]
    assert rounded(large, FP16).tolist() == [np.inf, -np.inf, 464, np.inf]
    assert rounded(large, FP32)[3] == np.inf
    assert np.isnan(rounded(np.array([np.nan]), FP8E4M3)[0])


def test_bad_input() -> None:
    with pytest.raises(SpecError) as caught:
        rounded(np.zeros(1), FLOATS["fp64"])
    assert str(caught.value) == "values are rounded to formats of up to 32 bits, not to fp64"
    with pytest.raises(SpecError) as caught:
        check_representable(np.array([[1.0, 0.1]]), FP16, "the activations")
    assert str(caught.value) == "the activations: 0.1 is not a value of fp16; round them"
    with pytest.raises(SpecError) as caught:
        check_representable(np.array([np.inf]), FP16, "the activations")
    assert str(caught.value) == "the activations: a value is not finite"
