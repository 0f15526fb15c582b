"""Hardware floats by exact fractions, one number after the other, and operands that are hard to add and multiply."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from float_oracle import DIGITS, Digits
from hwsim.floats import STORAGE
from hwsim.formats import FLOATS
from hwsim.hardware_floats import FloatLayout


def value(pattern: int, name: str) -> float:
    """What ``pattern`` stands for in a named format; subnormal numbers are zeros."""
    with np.errstate(invalid="ignore"):  # signalling NaNs
        found = float(np.array(pattern, f"u{FLOATS[name].bits // 8}").view(STORAGE[name]).astype(np.float64))
    return math.copysign(0.0, found) if abs(found) < Fraction(2) ** DIGITS[name].low else found


def pattern(value: float, name: str) -> int:
    """The bits of a value of a named format, of NaN those of the quiet positive one."""
    bits = np.array(math.nan if math.isnan(value) else value, STORAGE[name])
    return int(bits.view(f"u{FLOATS[name].bits // 8}"))


def nearest(exact: Fraction, digits: Digits) -> float:
    """``exact``, not zero, to nearest even as if exponents had no end, then flushed to zero or overflowed."""
    magnitude = abs(exact)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    exponent -= magnitude < Fraction(2) ** exponent
    step = Fraction(2) ** (exponent - digits.precision + 1)
    found = round(magnitude / step) * step
    if found < Fraction(2) ** digits.low:
        found = Fraction(0)
    if found > digits.largest:
        return math.copysign(math.inf if digits.infinite else float(digits.largest), exact)
    return math.copysign(float(found), exact)


def added(x: float, y: float, digits: Digits) -> float:
    if not (math.isfinite(x) and math.isfinite(y)):
        return x + y
    exact = Fraction(x) + Fraction(y)
    return nearest(exact, digits) if exact else x + y


def multiplied(x: float, y: float, digits: Digits) -> float:
    exact = math.isfinite(x) and math.isfinite(y) and Fraction(x) * Fraction(y)
    return nearest(exact, digits) if exact else x * y


def hard_pairs(layout: FloatLayout, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Any patterns; near negatives; few fraction bits (ties); a few places apart; both large; both small; specials."""
    rng = np.random.default_rng(seed)
    fraction, sign = (1 << layout.fraction_bits) - 1, 1 << layout.magnitude_bits

    def numbers(low: int = 0, high: int = layout.exponent_ones) -> np.ndarray:
        exponent = rng.integers(low, high + 1, count)
        return (
            exponent << layout.fraction_bits | rng.integers(0, fraction + 1, count) | sign * rng.integers(0, 2, count)
        )

    def sparse() -> np.ndarray:
        kept = rng.integers(0, fraction + 1, count) & rng.integers(0, fraction + 1, count)
        return numbers() & ~fraction | kept & rng.integers(0, fraction + 1, count)

    def beside(x: np.ndarray, most: int) -> np.ndarray:
        exponent = np.clip(
            (x & ~sign) // (fraction + 1) + rng.integers(-most, most + 1, count), 0, layout.exponent_ones
        )
        return numbers() & (fraction | sign) | exponent << layout.fraction_bits

    x, ties = numbers(), sparse()
    special = np.array([0, layout.nan, layout.overflow, layout.largest, layout.smallest, layout.smallest - 1, 1])
    pairs = [
        (x, numbers()),
        (x, x ^ sign ^ rng.integers(0, 4, count)),
        (ties, sparse()),
        (x, beside(x, layout.fraction_bits + 4)),
        (ties, beside(x, 2)),
        (numbers(layout.exponent_ones - 2), numbers(layout.bias - 2)),
        (numbers(0, layout.bias), numbers(0, layout.bias)),
        (numbers(0, 3), numbers(layout.bias - layout.fraction_bits if layout.bias > layout.fraction_bits else 0)),
        (rng.choice(special, count) | sign * rng.integers(0, 2, count), numbers()),
        tuple(np.stack(np.meshgrid(*[np.concatenate([special, special | sign])] * 2)).reshape(2, -1)),
    ]
    return np.concatenate([a for a, _ in pairs]), np.concatenate([b for _, b in pairs])
