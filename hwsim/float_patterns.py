"""Floats as wires carry them: the bit patterns of a format, which is what ports and registers hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.floats import FP16, STORAGE, Floats, Singles, check_representable, stored
from hwsim.formats import FloatFormat, Format, IntFormat
from hwsim.hardware_floats import FloatLayout

WIDEST_BITS = 32
"""Units are made for floats of up to so many bits."""


@dataclass(frozen=True, slots=True)
class FloatPatterns(IntFormat):
    """A float format whose values stand on wires as unsigned integers of its bits; operands are given as floats."""

    bits: int = FP16.bits
    signed: bool = False
    format: FloatFormat = FP16

    @property
    def name(self) -> str:
        return self.format.name

    def __str__(self) -> str:
        return self.format.name

    @property
    def layout(self) -> FloatLayout:
        """Exponent, fraction and special values."""
        return _layout(self.format)

    @property
    def exact_bits(self) -> int:
        """Signed integers of up to so many bits are values of the format."""
        return self.layout.significand_bits + 1

    @property
    def largest(self) -> float:
        """The largest finite value."""
        return float(self.values(np.array([self.layout.largest]))[0])

    def check_values(self, values: NDArray[Any], what: str) -> Singles:
        """Return float ``values`` (any shape) in float32; raises SpecError if one is not a finite value of the format.

        Subnormal values are values of the format; units take them for zeros.
        """
        if not is_floating(values.dtype):
            raise SpecError(f"{what} holds {values.dtype}; values of {self} are given as floats")
        return check_representable(values, self.format, what)

    def stored(self, values: Floats) -> Floats:
        """Values in the numpy type of the format, rounded as `hwsim.floats.stored` does; NaN is that of the units."""
        with np.errstate(invalid="ignore"):  # NaNs that signal
            return stored(np.where(np.isnan(values), np.nan, values), self.format)

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        """Values of many magnitudes: most near 1, some large, tiny (also subnormal), and zeros of both signs."""
        places = rng.choice([0, 0, 0, 1, -1], shape) * rng.integers(0, self.layout.bias + 1, shape)
        values = np.ldexp(rng.standard_normal(shape), places) * (rng.random(shape) < 0.9)
        return self.stored(np.clip(values, -self.largest, self.largest))

    def patterns(self, values: Floats) -> NDArray[np.int64]:
        """The bits of values of the format."""
        return self.stored(values).view(self.layout.storage).astype(np.int64)

    def values(self, patterns: NDArray[np.integer]) -> Floats:
        """The values of patterns, in the numpy type of the format."""
        words = np.ascontiguousarray(patterns).astype(self.layout.storage)
        return words.view(STORAGE[self.format.name])


@cache
def _layout(format: FloatFormat) -> FloatLayout:
    return FloatLayout.of(format)


def float_patterns(format: Format, what: str) -> FloatPatterns:
    """The patterns of ``format``; raises SpecError unless it is a float of up to 32 bits."""
    if isinstance(format, FloatPatterns):
        return format
    if not isinstance(format, FloatFormat) or format.bits > WIDEST_BITS:
        raise SpecError(f"{what} is a float of up to {WIDEST_BITS} bits, not {format}")
    return FloatPatterns(format.bits, False, format)


def check_matrix(x: object, format: IntFormat, what: str) -> None:
    """Raise SpecError unless ``x`` is a matrix with values of ``format``."""
    kind = "floats" if isinstance(format, FloatPatterns) else "integers"
    if not isinstance(x, np.ndarray):
        raise SpecError(f"{what} must be a matrix of {kind} (a numpy array), not {type(x).__name__}")
    matches = is_floating(x.dtype) if isinstance(format, FloatPatterns) else np.issubdtype(x.dtype, np.integer)
    if x.ndim != 2 or not matches:
        raise SpecError(f"{what} must be a matrix of {kind}, not {x.dtype} of shape {x.shape}")
    if isinstance(format, FloatPatterns):
        format.check_values(x, what)
    else:
        format.check(x, what)


def is_floating(kind: np.dtype[Any]) -> bool:
    """Whether arrays of this type hold floats, those of `hwsim.floats.STORAGE` included."""
    return bool(np.issubdtype(kind, np.floating)) or kind.type in STORAGE.values()


def equal_values(x: NDArray[Any], y: NDArray[Any]) -> bool:
    """Whether two matrices hold the same values; of floats, where every NaN is like every other."""
    if not is_floating(x.dtype):
        return np.array_equal(x, y)
    return np.array_equal(x.astype(np.float64), y.astype(np.float64), equal_nan=True)
