"""Groups of operands in time and in probability: padding, the slowest column, and the maximum of many counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings.base import Encoding
from hwsim.encodings.pmf import Pmf
from hwsim.encodings.statistics import DigitStatistics
from hwsim.formats import IntFormat

Nonzero = NDArray[np.bool_]
Counts = NDArray[np.int64]


def nonzero_digits(values: NDArray[np.integer], encoding: Encoding, format: IntFormat, group: int) -> Nonzero:
    """Which digits of (rows, k) operands are not zero, shape (rows, groups, group, digits); the last group padded."""
    nonzero = encoding.encode(values, format) != 0
    rows, k, digits = nonzero.shape
    group = min(group, k)  # zeros that complete a longer group would add nothing
    padded = np.pad(nonzero, ((0, 0), (0, -k % group), (0, 0)))
    return padded.reshape(rows, -1, group, digits)


def slowest(times: Counts, columns: int) -> Counts:
    """The largest of every ``columns`` rows of (rows, ...), shape (ceil(rows / columns), ...)."""
    starts = list(range(0, len(times), columns))
    return np.asarray(np.maximum.reduceat(times, starts, axis=0))


def max_pmf(pmf: Pmf, count: int) -> Pmf:
    """The largest of ``count`` independent variables."""
    return np.diff(np.minimum(np.cumsum(pmf), 1.0) ** count, prepend=0.0)


def occupied_pmf(statistics: DigitStatistics, group: int) -> Pmf:
    """P(u positions have a non-zero digit in any of ``group`` independent operands), shape (digits + 1,).

    Exact although the digits of an operand depend on each other: P(no digit outside s) of one operand, to the power of
    the group, over all sets s of positions, and a Moebius inversion.
    """
    digits = statistics.digits
    positions = np.arange(digits)
    masks = (statistics.codes != 0) @ (1 << positions)
    table = np.asarray(np.bincount(masks, statistics.distribution.probabilities, 1 << digits), np.float64)
    within = np.minimum(_each_position(table, digits, np.add), 1.0) ** group
    exactly = np.maximum(_each_position(within, digits, np.subtract), 0.0)
    ones = ((np.arange(1 << digits)[:, np.newaxis] >> positions) & 1).sum(axis=1)
    return np.asarray(np.bincount(ones, exactly, digits + 1), np.float64)


def _each_position(table: NDArray[np.float64], digits: int, combine: np.ufunc) -> NDArray[np.float64]:
    """Sums over the subsets of every set of positions (``np.add``), or its inverse (``np.subtract``)."""
    result = table.copy()
    for i in range(digits):
        pairs = result.reshape(-1, 2, 1 << i)
        combine(pairs[:, 1], pairs[:, 0], out=pairs[:, 1])
    return result
