"""How much columns lose by waiting for the slowest, if every operand takes one cycle per non-zero digit.

The model without groups: a column's time is a sum of k independent operands, and ``sync`` waits for the largest.
"""

from __future__ import annotations

import math

import numpy as np

from hwsim.encodings.pmf import expected_max, sum_pmf
from hwsim.encodings.statistics import DigitStatistics
from hwsim.errors import SpecError

_REACH_SD = 12.0
_STEPS_PER_SD = 512


def sync_overhead(statistics: DigitStatistics, k: int, columns: int) -> float:
    """E[slowest of ``columns``] / E[one column] for reductions over ``k`` operands, by the exact convolved pmf.

    Raises SpecError for ``k`` or ``columns`` below 1.
    """
    return expected_max(sum_pmf(statistics.nonzero_pmf, k), columns) / (k * statistics.mean)


def normal_sync_overhead(statistics: DigitStatistics, k: int, columns: int) -> float:
    """The same with a normal column time: 1 + (s / mu) e(columns) / sqrt(k), which goes to 1 as k grows.

    Raises SpecError for ``k`` or ``columns`` below 1.
    """
    if k < 1:
        raise SpecError(f"a reduction has at least 1 operand, not {k}")
    return 1 + statistics.sd / statistics.mean * expected_normal_max(columns) / math.sqrt(k)


def expected_normal_max(count: int) -> float:
    """e(count), the expected largest of ``count`` independent standard normal variables: 2.070 of 32."""
    if count < 1:
        raise SpecError(f"a maximum is over at least 1 variable, not {count}")
    x = np.arange(0.5 / _STEPS_PER_SD, _REACH_SD, 1 / _STEPS_PER_SD)
    below = np.array([(1 + math.erf(value / math.sqrt(2))) / 2 for value in x])
    # E[max] = integral over x > 0 of P(max > x) - P(max < -x)
    return float((1 - below**count - (1 - below) ** count).sum()) / _STEPS_PER_SD
