"""Digit statistics: how many digits of an operand are non-zero, where, and what groups of them cost to issue."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hwsim.encodings.base import Encoding
from hwsim.encodings.distribution import Distribution
from hwsim.encodings.pmf import Pmf, mean_of, sd_of
from hwsim.errors import SpecError


@dataclass(frozen=True, eq=False)
class DigitStatistics:
    """Exact statistics of the digits of one operand drawn from ``distribution``; position 0 is least significant."""

    encoding: Encoding
    distribution: Distribution
    codes: NDArray[np.int8] = field(init=False, repr=False)
    """The digits of every value of the format, shape (values, digits)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", self.encoding.encode(self.distribution.values, self.distribution.format))

    @property
    def digits(self) -> int:
        return self.encoding.digits(self.distribution.format)

    @cached_property
    def nonzero_by_position(self) -> NDArray[np.float64]:
        """P(digit i is not zero), shape (digits,)."""
        return np.asarray(self.distribution.probabilities @ (self.codes != 0))

    @cached_property
    def digit_probabilities(self) -> NDArray[np.float64]:
        """P(digit i has the d-th value of the digit set), shape (digits, len(digit_set))."""
        p = self.distribution.probabilities
        return np.stack([p @ (self.codes == digit) for digit in self.encoding.digit_set], axis=1)

    @cached_property
    def nonzero_pmf(self) -> Pmf:
        """P(an operand has j non-zero digits), shape (digits + 1,): NumPPs of HPCA 2025."""
        counts = np.count_nonzero(self.codes, axis=1)
        return np.asarray(np.bincount(counts, self.distribution.probabilities, self.digits + 1), np.float64)

    @property
    def mean(self) -> float:
        """Expected non-zero digits of an operand."""
        return mean_of(self.nonzero_pmf)

    @property
    def sd(self) -> float:
        """Standard deviation of the number of non-zero digits of an operand."""
        return sd_of(self.nonzero_pmf)

    def at_most(self, count: int) -> float:
        """P(an operand has at most ``count`` non-zero digits)."""
        return float(self.nonzero_pmf[: max(count + 1, 0)].sum())

    def group_pmf(self, group: int) -> NDArray[np.float64]:
        """P(j of ``group`` independent operands have a non-zero digit at position i), shape (digits, group + 1)."""
        p = self.nonzero_by_position[:, np.newaxis]
        pmf = np.ones((self.digits, 1))
        for _ in range(_checked_group(group)):
            one_more = np.zeros((self.digits, pmf.shape[1] + 1))
            one_more[:, :-1] = pmf * (1 - p)
            one_more[:, 1:] += pmf * p
            pmf = one_more
        return pmf

    def group_cycles(self, group: int = 4, empty_group_cycles: int = 1) -> NDArray[np.float64]:
        """E[max(z, n)] at each position, shape (digits,): issue cycles of a group with n non-zero digits.

        z is ``empty_group_cycles``, 0 or 1; raises SpecError for any other, and for a group below 1.
        """
        cycles = np.maximum(np.arange(_checked_group(group) + 1), _checked_empty(empty_group_cycles))
        return np.asarray(self.group_pmf(group) @ cycles)

    def cycles_per_operand(self, group: int = 4, empty_group_cycles: int = 1) -> float:
        """Expected issue cycles of an operand over all its digits, in groups of equal weight on one lane."""
        return float(self.group_cycles(group, empty_group_cycles).sum()) / group

    def group_cycles_pmf(self, group: int = 4, empty_group_cycles: int = 1) -> Pmf:
        """P(one group of operands takes t issue cycles over all its positions), shape (group * digits + 1,).

        Exact although the digits of an operand depend on each other. Groups of different operands are independent: a
        row of k operands takes the sum of k / group of them.
        """
        idle = self.digits - _popcount(self.digits)  # positions without a non-zero digit, by their union
        occupied = self._occupied_and_total(_checked_group(group))
        cycles = np.arange(occupied.shape[1]) + _checked_empty(empty_group_cycles) * idle[:, np.newaxis]
        return np.asarray(np.bincount(cycles.ravel(), occupied.ravel())[: group * self.digits + 1], np.float64)

    def _occupied_and_total(self, group: int) -> NDArray[np.float64]:
        """P(the non-zero positions of a group are the set s, and its non-zero digits are t), shape (2**digits, ...).

        Generating functions in t of "no position outside s" multiply over operands; a Moebius inversion makes sets of
        subsets.
        """
        masks = (self.codes != 0) @ (1 << np.arange(self.digits))
        one = np.zeros((1 << self.digits, self.digits + 1))
        np.add.at(one, (masks, _popcount(self.digits)[masks]), self.distribution.probabilities)
        one = _over_subsets(one, self.digits, np.add)
        total = one
        for _ in range(group - 1):
            grown = np.zeros((len(total), total.shape[1] + self.digits))
            for t in range(one.shape[1]):
                grown[:, t : t + total.shape[1]] += total * one[:, t : t + 1]
            total = grown
        return np.maximum(_over_subsets(total, self.digits, np.subtract), 0.0)

    def occupied_positions(self, group: int) -> float:
        """Expected positions at which any of ``group`` independent operands is not zero: the columns that a
        bit-column-serial engine does not skip (BitWave)."""
        return float((1 - (1 - self.nonzero_by_position) ** _checked_group(group)).sum())


def _popcount(digits: int) -> NDArray[np.int64]:
    """Ones of every number below 2**digits."""
    ones: NDArray[np.int64] = ((np.arange(1 << digits)[:, np.newaxis] >> np.arange(digits)) & 1).sum(axis=1)
    return ones


def _over_subsets(table: NDArray[np.float64], digits: int, combine: np.ufunc) -> NDArray[np.float64]:
    """Sums over the subsets of every set of positions (``np.add``), or its inverse (``np.subtract``)."""
    result = table.copy()
    for i in range(digits):
        pairs = result.reshape(-1, 2, 1 << i, table.shape[1])  # a view: [:, 1] are the sets that hold position i
        combine(pairs[:, 1], pairs[:, 0], out=pairs[:, 1])
    return result


def _checked_group(group: int) -> int:
    if group < 1:
        raise SpecError(f"a group has at least 1 operand, not {group}")
    return group


def _checked_empty(cycles: int) -> int:
    if cycles not in (0, 1):
        raise SpecError(f"an empty group costs 0 or 1 cycles, not {cycles}")
    return cycles
