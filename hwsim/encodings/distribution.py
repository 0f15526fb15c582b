"""How often an operand has each value: exact probabilities over all values of a format."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings.base import MAX_BITS
from hwsim.errors import SpecError
from hwsim.formats import INT8, Format, IntFormat

PUBLISHED_PEAK_SIGMAS = 127 / 24.4
"""Largest value over standard deviation at which INT8 normal data has both published means of non-zero digits, 2.41
for Booth and 2.22 for EN-T (HPCA 2025); sigma itself is inferred from them."""


@dataclass(frozen=True, eq=False)
class Distribution:
    """``probabilities[i]`` belongs to the value ``format.low + i``, shape (2**bits,); they sum to 1."""

    format: IntFormat
    probabilities: NDArray[np.float64] = field(repr=False)
    source: str

    def __post_init__(self) -> None:
        wanted = (_encodable(self.format).high - self.format.low + 1,)
        if self.probabilities.shape != wanted:
            raise SpecError(f"{self.source}: {self.probabilities.shape} probabilities for {wanted} values")
        if not (self.probabilities >= 0).all() or not math.isclose(self.probabilities.sum(), 1, abs_tol=1e-9):
            raise SpecError(f"{self.source}: probabilities are at least 0 and sum to 1")

    @property
    def values(self) -> NDArray[np.int32]:
        """All values of the format, ascending."""
        return np.arange(self.format.low, self.format.high + 1, dtype=np.int32)

    @property
    def mean(self) -> float:
        return float(self.probabilities @ self.values)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return math.sqrt(float(self.probabilities @ (self.values - self.mean) ** 2))

    @staticmethod
    def uniform(format: Format = INT8) -> Distribution:
        """Every value equally often."""
        count = 1 << _encodable(format).bits
        return Distribution(_encodable(format), np.full(count, 1 / count), "uniform")

    @staticmethod
    def normal(format: Format, sigma: float, *, symmetric: bool = True) -> Distribution:
        """A normal variable of mean 0, rounded to integers and conditioned on the range -high..high.

        That range is what quantisation by the largest magnitude gives; with ``symmetric=False`` it is low..high.
        An unsigned format holds the magnitude of such a variable. Raises SpecError unless sigma is positive and finite.
        """
        integers = _encodable(format)
        if not 0 < sigma < math.inf:
            raise SpecError(f"sigma of a normal distribution is a positive number, not {sigma:g}")
        largest = max(-integers.low, integers.high)
        below = [math.erf((v + 0.5) / (sigma * math.sqrt(2))) for v in range(largest + 1)]
        magnitudes = np.diff(below, prepend=0.0)  # P(|x| rounds to v)
        weights = magnitudes
        if integers.signed:
            weights = np.concatenate([magnitudes[:0:-1], 2 * magnitudes[:1], magnitudes[1:-1]])
            weights[0] *= not symmetric
        return Distribution(integers, weights / weights.sum(), f"normal, sigma {sigma:g}")

    @staticmethod
    def published_normal(format: Format = INT8) -> Distribution:
        """The normal distribution behind the published means: sigma 24.4 for int8, in proportion for other widths."""
        return Distribution.normal(format, max(_encodable(format).high, 1) / PUBLISHED_PEAK_SIGMAS)

    @staticmethod
    def max_abs_normal(format: Format, elements: int) -> Distribution:
        """A tensor of ``elements`` normal values, scaled so that the expected largest magnitude is the format's."""
        if elements < 1:
            raise SpecError(f"a tensor has at least 1 element, not {elements}")
        return Distribution.normal(format, max(_encodable(format).high, 1) / expected_peak(elements))

    @staticmethod
    def of(tensor: NDArray[np.integer], format: Format, source: str = "tensor") -> Distribution:
        """The values of ``tensor`` (integers, any shape) as often as they occur.

        Raises SpecError for an empty tensor, for values that are no integers or outside the format.
        """
        integers = _encodable(format)
        if not np.issubdtype(tensor.dtype, np.integer):
            raise SpecError(f"{source} holds {tensor.dtype}; digits are those of integers")
        if not tensor.size:
            raise SpecError(f"{source} is empty: it has no statistics")
        integers.check(tensor, source)
        counts = np.bincount(tensor.ravel().astype(np.int64) - integers.low, minlength=1 << integers.bits)
        return Distribution(integers, counts / tensor.size, source)


def expected_peak(elements: int) -> float:
    """Expected largest magnitude of ``elements`` independent standard normal values: 5.01 for 2**20."""
    step = 1 / 512
    below = np.array([math.erf((i + 0.5) * step / math.sqrt(2)) for i in range(12 * 512)])
    return float((1 - below**elements).sum()) * step  # E[max] = integral of P(max > x)


def _encodable(format: Format) -> IntFormat:
    if not isinstance(format, IntFormat) or format.bits > MAX_BITS:
        raise SpecError(f"digit statistics are those of integers of 1 to {MAX_BITS} bits, not {format}")
    return format
