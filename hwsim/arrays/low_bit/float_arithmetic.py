"""One arithmetic in two forms: on bit patterns, as the gates, and on float64 values, which is faster.

Both round as `hwsim.hardware_floats`: once per operation, to nearest even, without subnormal numbers. That they give
the same results is a tested law; stepping uses patterns, whole products use values.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwsim.float_patterns import FloatPatterns
from hwsim.floats import Floats
from hwsim.hardware_floats import FloatLayout, add, add_exponent, convert, decode, encode, multiply, negate
from hwsim.hardware_floats.conversion import DOUBLE_BITS
from hwsim.hardware_floats.dot_products import table_entries
from hwsim.lut.plans import TablePlan

Terms = NDArray[Any]
"""Patterns in int64, or values in float64."""

DOUBLE_FRACTION_BITS = DOUBLE_BITS - 1


class Arithmetic(ABC):
    """Operations of floating-point units on arrays that broadcast."""

    @abstractmethod
    def received(self, values: Floats, format: FloatPatterns) -> Terms:
        """Operands, given as values of ``format``."""

    @abstractmethod
    def zeros(self, shape: tuple[int, ...]) -> Terms:
        """+0 everywhere."""

    @abstractmethod
    def whole(self, integers: NDArray[np.integer], layout: FloatLayout) -> Terms:
        """Integers that ``layout`` holds."""

    @abstractmethod
    def add(self, x: Terms, y: Terms, layout: FloatLayout) -> Terms: ...

    @abstractmethod
    def multiply(self, x: Terms, y: Terms, layout: FloatLayout, out: FloatLayout) -> Terms:
        """``x * y`` of ``layout``, rounded to ``out``."""

    @abstractmethod
    def convert(self, x: Terms, layout: FloatLayout, out: FloatLayout) -> Terms: ...

    @abstractmethod
    def scale(self, x: Terms, places: int, layout: FloatLayout) -> Terms:
        """``x * 2**places``; what gets too small is flushed."""

    @abstractmethod
    def negate(self, x: Terms, negative: Terms, layout: FloatLayout) -> Terms:
        """``x``, or minus it where ``negative`` is 1."""

    @abstractmethod
    def table(self, a: Sequence[Terms], plan: TablePlan, layout: FloatLayout) -> Terms:
        """The entries of a plan, last axis, of a group of arrays (...)."""

    def tree(self, terms: Sequence[Terms], layout: FloatLayout) -> Terms:
        """The sum as a tree of adders makes it: neighbours first, an odd one waits for the next level."""
        level = list(terms)
        while len(level) > 1:
            odd = level[len(level) - len(level) % 2 :]
            level = [self.add(x, y, layout) for x, y in zip(level[0::2], level[1::2], strict=False)] + odd
        return level[0]


class PatternArithmetic(Arithmetic):
    """Bit patterns in int64, by the functions of `hwsim.hardware_floats`."""

    def received(self, values: Floats, format: FloatPatterns) -> Terms:
        return format.patterns(values)

    def zeros(self, shape: tuple[int, ...]) -> Terms:
        return np.zeros(shape, np.int64)

    def whole(self, integers: NDArray[np.integer], layout: FloatLayout) -> Terms:
        return encode(integers.astype(np.float64), layout).astype(np.int64)

    def add(self, x: Terms, y: Terms, layout: FloatLayout) -> Terms:
        return add(x, y, layout).astype(np.int64)

    def multiply(self, x: Terms, y: Terms, layout: FloatLayout, out: FloatLayout) -> Terms:
        return multiply(x, y, layout, out).astype(np.int64)

    def convert(self, x: Terms, layout: FloatLayout, out: FloatLayout) -> Terms:
        return x if layout == out else convert(x, layout, out).astype(np.int64)

    def scale(self, x: Terms, places: int, layout: FloatLayout) -> Terms:
        return add_exponent(x, np.array(places), layout).astype(np.int64)

    def negate(self, x: Terms, negative: Terms, layout: FloatLayout) -> Terms:
        return negate(x, negative, layout).astype(np.int64)

    def table(self, a: Sequence[Terms], plan: TablePlan, layout: FloatLayout) -> Terms:
        return np.moveaxis(table_entries(a, plan, layout).astype(np.int64), 0, -1)


class ValueArithmetic(Arithmetic):
    """Values in float64, rounded after every operation.

    A float64 holds every product of two floats of up to 24 digits, and sums so closely that rounding them again gives
    the sum rounded once (53 >= 2 * 24 + 2: Figueroa, "When is double rounding innocuous?", SIGNUM 1995).
    """

    def received(self, values: Floats, format: FloatPatterns) -> Terms:
        return decode(format.patterns(values), format.layout)

    def zeros(self, shape: tuple[int, ...]) -> Terms:
        return np.zeros(shape)

    def whole(self, integers: NDArray[np.integer], layout: FloatLayout) -> Terms:
        return integers.astype(np.float64)

    def add(self, x: Terms, y: Terms, layout: FloatLayout) -> Terms:
        with np.errstate(invalid="ignore"):
            return round_values(x + y, layout)

    def multiply(self, x: Terms, y: Terms, layout: FloatLayout, out: FloatLayout) -> Terms:
        with np.errstate(invalid="ignore"):
            return round_values(x * y, out)

    def convert(self, x: Terms, layout: FloatLayout, out: FloatLayout) -> Terms:
        return x if layout == out else round_values(x, out)

    def scale(self, x: Terms, places: int, layout: FloatLayout) -> Terms:
        return round_values(x * 2.0**places, layout) if places else x

    def negate(self, x: Terms, negative: Terms, layout: FloatLayout) -> Terms:
        return x * np.where(negative, -1.0, 1.0)

    def table(self, a: Sequence[Terms], plan: TablePlan, layout: FloatLayout) -> Terms:
        with np.errstate(invalid="ignore"):
            return plan.evaluate(a, lambda x: round_values(x, layout))


PATTERNS, VALUES = PatternArithmetic(), ValueArithmetic()


def round_values(x: NDArray[np.float64], layout: FloatLayout) -> NDArray[np.float64]:
    """float64 ``x`` (any shape) rounded once, to nearest even whatever the exponent, then flushed or overflowed."""
    dropped = DOUBLE_FRACTION_BITS - layout.fraction_bits
    words = np.ascontiguousarray(x).view(np.int64)
    words = words + ((words >> dropped & 1) + ((1 << (dropped - 1)) - 1))  # a carry goes into the exponent
    words &= -1 << dropped
    found = words.view(np.float64).reshape(np.shape(x))
    smallest, largest, overflow = _bounds(layout)
    magnitude = np.abs(found)
    with np.errstate(invalid="ignore"):
        found = np.where(magnitude < smallest, np.copysign(0.0, found), found)
    return np.where(magnitude > largest, np.copysign(overflow, found), found)


@cache
def _bounds(layout: FloatLayout) -> tuple[float, float, float]:
    """The smallest and the largest positive number, and what is beyond."""
    smallest, largest, overflow = decode(np.array([layout.smallest, layout.largest, layout.overflow]), layout).tolist()
    return smallest, largest, overflow
