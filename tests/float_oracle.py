"""Floats by exact fractions: one rounding, and products by look-up spelled out one number after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hwsim.formats import FloatFormat
from hwsim.low_bit import LowBitWeights
from hwsim.lut import FloatRule, ScaleSharing, TableQuantiser, TableScale


@dataclass(frozen=True)
class Digits:
    """Precision in bits, exponents of the smallest and the largest normal number, the largest number."""

    precision: int
    low: int
    largest: Fraction
    infinite: bool = True


def ieee(precision: int, low: int, high: int) -> Digits:
    return Digits(precision, low, (2 - Fraction(1, 1 << (precision - 1))) * 2**high)


DIGITS = {
    "fp32": ieee(24, -126, 127),
    "bf16": ieee(8, -126, 127),
    "fp16": ieee(11, -14, 15),
    "fp8e5m2": ieee(3, -14, 15),
    "fp8e4m3": Digits(4, -6, Fraction(448), infinite=False),
}


def nearest(value: Fraction, format: FloatFormat) -> float:
    """``value`` rounded to nearest, ties to even."""
    digits = DIGITS[format.name]
    if not value:
        return 0.0
    magnitude = abs(value)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    exponent -= magnitude < Fraction(2) ** exponent
    step = Fraction(2) ** (max(exponent, digits.low) - digits.precision + 1)
    found = round(magnitude / step) * step
    if found > digits.largest:
        found = math.inf if digits.infinite else digits.largest
    return math.copysign(float(found), value)


def add(x: float, y: float, format: FloatFormat) -> float:
    return nearest(Fraction(x) + Fraction(y), format) if math.isfinite(x) and math.isfinite(y) else x + y


def multiply(x: float, y: float, format: FloatFormat) -> float:
    return nearest(Fraction(x) * Fraction(y), format) if math.isfinite(x) and math.isfinite(y) else x * y


def converted(x: float, format: FloatFormat) -> float:
    return nearest(Fraction(x), format) if math.isfinite(x) else x


def signed_sum(values: Sequence[float], signs: Sequence[int], format: FloatFormat) -> float:
    """The sum of a group, each half by itself, every addition rounded."""
    if len(values) == 1:
        return signs[0] * nearest(Fraction(values[0]), format)
    middle = len(values) // 2
    left = signed_sum(values[:middle], signs[:middle], format)
    return add(left, signed_sum(values[middle:], signs[middle:], format), format)


def tables_of(k: int, span: int, group: int) -> list[list[int | None]]:
    """Elements of k of each table; None where a table is not full."""
    tables: list[list[int | None]] = []
    for first in range(0, k, span):
        end = min(first + span, k)
        for start in range(first, end, group):
            tables.append([i if i < end else None for i in range(start, start + group)])
    return tables


def close(
    result: float, total: float, activations: float, weights: LowBitWeights, span: int, j: int, format: FloatFormat
) -> float:
    zero = float(2 * weights.zero[span, j] + 1 - 2**weights.bits)
    if zero:
        total = add(total, -multiply(zero, activations, format), format)
    scale = nearest(Fraction(float(weights.scale[span, j])) / 2, format)
    return add(result, multiply(total, scale, format), format)


def group_values(row: Sequence[float], table: list[int | None]) -> list[float]:
    return [0.0 if i is None else row[i] for i in table]


def plane_signs(weights: LowBitWeights, table: list[int | None], j: int, plane: int) -> list[int]:
    return [-1 if i is None else 2 * (int(weights.codes[i, j]) >> plane & 1) - 1 for i in table]


def float_element(row: Sequence[float], weights: LowBitWeights, j: int, rule: FloatRule, group: int) -> float:
    """One element of the product under the rule."""
    result, tables = 0.0, tables_of(len(row), weights.span, group)
    for span in range(len(weights.scale)):
        total = activations = 0.0
        for table in (t for t in tables if (t[0] or 0) // weights.span == span):
            values = group_values(row, table)
            for plane in range(weights.bits):
                found = signed_sum(values, plane_signs(weights, table, j, plane), rule.entry)
                total = add(total, multiply(found, float(2**plane), rule.accumulator), rule.accumulator)
            in_group = signed_sum(values, [1] * group, rule.entry)
            activations = add(activations, converted(in_group, rule.accumulator), rule.accumulator)
        result = close(result, total, activations, weights, span, j, rule.accumulator)
    return result


def quantised_element(
    row: Sequence[float], weights: LowBitWeights, j: int, quantiser: TableQuantiser, group: int
) -> float:
    """One element of the product with integer tables."""
    tables = tables_of(len(row), weights.span, group)
    sets = [scale_set(t, table[0] or 0, quantiser.scale) for t, table in enumerate(tables)]
    highest = 2 ** (quantiser.bits - 1) - 1
    wide, narrow = quantiser.precompute, quantiser.accumulator
    result = total = activations = 0.0
    integers = 0
    for t, table in enumerate(tables):
        values = group_values(row, table)
        scale = set_scale(row, [other for other, s in zip(tables, sets, strict=True) if s == sets[t]], highest, wide)
        for plane in range(weights.bits):
            entry = signed_sum(values, plane_signs(weights, table, j, plane), wide)
            quotient = nearest(Fraction(entry) / Fraction(scale), wide)
            integers += max(-highest, min(highest, round(Fraction(quotient)))) << plane
        activations = add(activations, converted(signed_sum(values, [1] * group, wide), narrow), narrow)
        span = (table[0] or 0) // weights.span
        last = t + 1 == len(tables) or (tables[t + 1][0] or 0) // weights.span != span
        if last or sets[t + 1] != sets[t]:
            total = add(total, multiply(nearest(Fraction(integers), narrow), converted(scale, narrow), narrow), narrow)
            integers = 0
        if last:
            result = close(result, total, activations, weights, span, j, narrow)
            total = activations = 0.0
    return result


def scale_set(number: int, first: int, scale: TableScale) -> int:
    """Which scale a table has, by its number and its first activation."""
    if scale.sharing is ScaleSharing.GROUP:
        return first // scale.activations
    return number if scale.sharing is ScaleSharing.TABLE else 0


def set_scale(row: Sequence[float], tables: list[list[int | None]], highest: int, format: FloatFormat) -> float:
    """The largest magnitude of any entry of some tables over the highest integer."""
    largest = 0.0
    for table in tables:
        values = group_values(row, table)
        signs = [1 if v >= 0 else -1 for v in values]
        largest = max(largest, abs(signed_sum(values, signs, format)))
    return nearest(Fraction(largest) / highest, format) or 1.0


def elementwise(function: object, a: np.ndarray, weights: LowBitWeights, *rest: object) -> np.ndarray:
    rows = a.astype(np.float64).tolist()
    return np.array([[function(row, weights, j, *rest) for j in range(weights.n)] for row in rows])  # type: ignore[operator]
