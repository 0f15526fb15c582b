"""Floating-point units on bit patterns: all pairs of FP8 and many of FP16 against exact fractions and numpy; laws."""

from __future__ import annotations

from itertools import product
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from float_oracle import DIGITS, Digits, ieee
from hardware_float_oracle import added, hard_pairs, multiplied, nearest, pattern, value
from hwsim.errors import SpecError
from hwsim.floats import STORAGE
from hwsim.formats import FLOATS
from hwsim.hardware_floats import FloatLayout, add, add_exponent, convert, decode, encode, multiply, negate

NAMED = {name: FloatLayout.of(FLOATS[name]) for name in DIGITS}
FP8 = ("fp8e4m3", "fp8e5m2")
ALL = np.arange(256, dtype=np.uint8)
LEFT, RIGHT = (side.ravel() for side in np.meshgrid(ALL, ALL, indexing="ij"))
LAYOUTS = st.builds(FloatLayout, st.integers(2, 6), st.integers(1, 12), st.booleans())


def digits_of(layout: FloatLayout) -> Digits:
    """The same numbers in the words of the oracle."""
    digits = ieee(layout.fraction_bits + 1, 1 - layout.bias, layout.exponent_ones - 1 - layout.bias)
    if layout.infinities:
        return digits
    last_but_one = (2 - 2 * 2.0**-layout.fraction_bits) * 2.0 ** (layout.exponent_ones - layout.bias)
    return Digits(digits.precision, digits.low, type(digits.largest)(last_but_one), infinite=False)


@st.composite
def operands(draw: st.DrawFn, count: int = 2) -> tuple[Any, ...]:
    """A layout and some of its patterns."""
    layout = draw(LAYOUTS)
    patterns = st.integers(0, (1 << layout.bits) - 1)
    return layout, *(np.array([draw(patterns)]) for _ in range(count))


def is_nan(patterns: np.ndarray, layout: FloatLayout) -> np.ndarray:
    return np.isnan(decode(patterns, layout))


@pytest.mark.parametrize("name", FP8)
def test_sums_of_all_pairs_of_fp8(name: str) -> None:
    values = [value(x, name) for x in range(256)]
    expected = [pattern(added(x, y, DIGITS[name]), name) for x, y in product(values, values)]
    assert add(LEFT, RIGHT, NAMED[name]).tolist() == expected


@pytest.mark.parametrize(("name", "out"), [(a, b) for a in FP8 for b in (a, "fp16", "fp32")])
def test_products_of_all_pairs_of_fp8(name: str, out: str) -> None:
    values = [value(x, name) for x in range(256)]
    expected = [pattern(multiplied(x, y, DIGITS[out]), out) for x, y in product(values, values)]
    assert multiply(LEFT, RIGHT, NAMED[name], NAMED[out]).tolist() == expected


@pytest.mark.parametrize("name", [*FP8, "fp16", "bf16"])
def test_every_pattern_is_the_value_that_the_format_says(name: str) -> None:
    layout = NAMED[name]
    patterns = np.arange(1 << layout.bits, dtype=layout.storage)
    with np.errstate(invalid="ignore"):
        values = patterns.view(STORAGE[name]).astype(np.float64)
    smallest = float(ml_dtypes.finfo(STORAGE[name]).smallest_normal)
    values = np.where(np.abs(values) < smallest, np.copysign(0, values), values)
    assert np.array_equal(decode(patterns, layout), values, equal_nan=True)
    assert np.array_equal(np.signbit(decode(patterns, layout)), np.signbit(values) & ~np.isnan(values))


def flushed(patterns: np.ndarray) -> np.ndarray:
    return np.where(patterns & 0x7C00, patterns, patterns & 0x8000).astype(np.uint16)


def one_nan(patterns: np.ndarray) -> np.ndarray:
    return np.where((patterns & 0x7FFF) > 0x7C00, 0x7E00, patterns)


def test_sums_of_fp16_are_those_of_numpy_but_for_subnormals() -> None:
    x, y = hard_pairs(NAMED["fp16"], 60_000)
    with np.errstate(all="ignore"):
        expected = flushed(x).view(np.float16) + flushed(y).view(np.float16)
    assert np.array_equal(add(x, y, NAMED["fp16"]), one_nan(flushed(expected.view(np.uint16))))


def test_products_of_fp16_are_those_of_numpy_but_for_subnormals() -> None:
    x, y = hard_pairs(NAMED["fp16"], 60_000)
    a, b = flushed(x).view(np.float16), flushed(y).view(np.float16)
    with np.errstate(all="ignore"):
        expected = (a * b).view(np.uint16)
        exact = np.abs(a.astype(np.float32) * b.astype(np.float32))
    # numpy rounds at the last place of subnormals, a unit at that of a product with an exponent without end
    between = (exact < 2.0**-14) & (exact < 2.0**-14 * (1 - 2.0**-12))
    expected = np.where(between, expected & 0x8000, expected)
    assert (between & (exact > 0)).sum() > 1000
    assert np.array_equal(multiply(x, y, NAMED["fp16"]), one_nan(expected))


@pytest.mark.parametrize("name", ["bf16", "fp16", "fp32"])
def test_hard_pairs_against_fractions(name: str) -> None:
    x, y = hard_pairs(NAMED[name], 250, seed=1)
    pairs = [(value(a, name), value(b, name)) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    assert add(x, y, NAMED[name]).tolist() == [pattern(added(a, b, DIGITS[name]), name) for a, b in pairs]
    assert multiply(x, y, NAMED[name]).tolist() == [pattern(multiplied(a, b, DIGITS[name]), name) for a, b in pairs]


@settings(max_examples=300, deadline=None)
@given(operands())
def test_any_layout_is_exact_then_rounded_once(given: tuple[FloatLayout, np.ndarray, np.ndarray]) -> None:
    layout, x, y = given
    digits, (a,), (b,) = digits_of(layout), decode(x, layout).tolist(), decode(y, layout).tolist()
    for unit, exact in ((add, added), (multiply, multiplied)):
        result = decode(unit(x, y, layout), layout)
        assert np.array_equal(result, [exact(a, b, digits)], equal_nan=True)
        assert np.isnan(result) or np.signbit(result) == np.signbit(exact(a, b, digits))


@settings(max_examples=200, deadline=None)
@given(LAYOUTS, st.floats(-1e3, 1e3) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_value_is_rounded_once(layout: FloatLayout, real: float) -> None:
    digits = digits_of(layout)
    expected = nearest(type(digits.largest)(real), digits) if real else real
    assert decode(encode(np.array([real]), layout), layout) == [expected]


@settings(max_examples=200, deadline=None)
@given(operands())
def test_both_operations_commute(given: tuple[FloatLayout, np.ndarray, np.ndarray]) -> None:
    layout, x, y = given
    assert add(x, y, layout) == add(y, x, layout)
    assert multiply(x, y, layout) == multiply(y, x, layout)


@settings(max_examples=200, deadline=None)
@given(operands(1))
def test_neutral_and_opposite_operands(given: tuple[FloatLayout, np.ndarray]) -> None:
    layout, x = given
    seen = encode(decode(x, layout), layout)  # flushed, and one NaN
    one, zero, opposite = (
        layout.bias << layout.fraction_bits,
        1 << layout.magnitude_bits,
        negate(x, np.array(1), layout),
    )
    assert multiply(x, np.array([one]), layout) == seen
    assert add(x, np.array([zero]), layout) == seen
    assert negate(opposite, np.array(1), layout) == x
    assert add(x, opposite, layout) == (0 if np.isfinite(decode(x, layout)) else layout.nan)


@settings(max_examples=300, deadline=None)
@given(operands(3))
def test_rounding_keeps_the_order(given: tuple[FloatLayout, np.ndarray, np.ndarray, np.ndarray]) -> None:
    layout, x, y, z = given
    low, high = sorted((x, y), key=lambda pattern: float(decode(pattern, layout)[0]))
    for unit, other in ((add, z), (multiply, z & ((1 << layout.magnitude_bits) - 1))):
        below, above = unit(low, other, layout), unit(high, other, layout)
        unordered = is_nan(below, layout) | is_nan(above, layout)
        assert unordered or decode(below, layout) <= decode(above, layout)


@settings(max_examples=200, deadline=None)
@given(operands(1), st.integers(0, 40))
def test_adding_to_the_exponent_is_multiplying_by_a_power_of_two(
    given: tuple[FloatLayout, np.ndarray], places: int
) -> None:
    layout, x = given
    moved = add_exponent(x, np.array(places), layout)
    assert moved == encode(decode(x, layout) * 2.0**places, layout)
    if (exponent := layout.bias + places) <= layout.largest >> layout.fraction_bits:
        assert moved == multiply(x, np.array([exponent << layout.fraction_bits]), layout)


@settings(max_examples=200, deadline=None)
@given(operands(1), LAYOUTS)
def test_conversion_rounds_once(given: tuple[FloatLayout, np.ndarray], out: FloatLayout) -> None:
    layout, x = given
    assert convert(x, layout, out) == encode(decode(x, layout), out)


def test_special_cases_spelled_out() -> None:
    half, e4m3 = NAMED["fp16"], NAMED["fp8e4m3"]
    zero, minus_zero, inf, minus_inf, nan = 0, 0x8000, 0x7C00, 0xFC00, 0x7E00
    cases = [
        (add, minus_zero, minus_zero, minus_zero),
        (add, zero, minus_zero, zero),
        (add, 0x3C00, 0xBC00, zero),
        (add, inf, minus_inf, nan),
        (add, minus_inf, 0xFBFF, minus_inf),
        (add, 0x7BFF, 0x7BFF, inf),
        (add, 0x03FF, 0x03FF, zero),  # subnormal operands are zeros
        (add, 0x0401, 0x8400, zero),  # a subnormal sum is flushed
        (add, 0x0400, 0x8401, minus_zero),  # and keeps its sign
        (add, 0xFE01, 0x3C00, nan),
        (multiply, minus_zero, 0x3C00, minus_zero),
        (multiply, zero, minus_inf, nan),
        (multiply, 0x0001, inf, nan),  # infinity times a flushed operand
        (multiply, minus_inf, 0x3C00, minus_inf),
        (multiply, 0x0400, 0xB800, minus_zero),  # half of the smallest number
        (multiply, 0x07FF, 0x3800, zero),  # the largest number below the smallest, exact
        (multiply, 0x0410, 0x3BE0, 0x0400),  # a tie rounds up to the smallest number
        (multiply, 0x0410, 0x3BDF, zero),
    ]
    for unit, x, y, expected in cases:
        assert unit(np.array(x), np.array(y), half) == expected, (unit.__name__, hex(x), hex(y))
    assert add(np.array(0x7E), np.array(0x7E), e4m3) == 0x7E  # 448 + 448
    assert multiply(np.array(0xFE), np.array(0x7E), e4m3) == 0xFE
    assert add(np.array(0xFF), np.array(0), e4m3) == 0x7F
    assert add_exponent(np.array(0x78), np.array(1), e4m3) == 0x7E  # 2 * 256
    assert convert(np.array(inf), half, e4m3) == 0x7E


def test_layouts_are_those_of_the_formats() -> None:
    for name, layout in NAMED.items():
        info = ml_dtypes.finfo(STORAGE[name])
        assert layout.bits == FLOATS[name].bits
        assert decode(np.array([layout.largest, layout.smallest]), layout).tolist() == [
            float(info.max),
            float(info.smallest_normal),
        ]
    assert NAMED["fp8e4m3"] == FloatLayout(4, 3, infinities=False)
    assert NAMED["fp16"].parameters("out_") == {"out_exp_bits": 5, "out_frac_bits": 10, "out_infinities": 1}


def test_operands_broadcast_and_keep_the_storage_type() -> None:
    layout = NAMED["fp8e5m2"]
    table = add(ALL[:, np.newaxis], ALL, layout)
    assert table.shape == (256, 256)
    assert table.dtype == np.uint8
    assert np.array_equal(table.ravel(), add(LEFT, RIGHT, layout))
    assert multiply(np.zeros((3, 0), np.uint8), np.zeros(1, np.uint8), layout, NAMED["fp32"]).dtype == np.uint32


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: FloatLayout(1, 3),
            "a hardware float has 2 to 8 bits of exponent and 1 to 23 bits of fraction, not 1 and 3",
        ),
        (
            lambda: FloatLayout(8, 24),
            "a hardware float has 2 to 8 bits of exponent and 1 to 23 bits of fraction, not 8 and 24",
        ),
        (lambda: FloatLayout.of(FLOATS["fp64"]), "a hardware float has up to 32 bits, not 64 as fp64"),
        (
            lambda: add(np.array([3, 256]), np.array([0]), NAMED["fp8e5m2"]),
            "a hardware float has values from 3 to 256; uint8 holds 0 to 255",
        ),
    ],
)
def test_what_is_no_hardware_float_is_refused(make: Any, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        make()
    assert str(refused.value) == message
