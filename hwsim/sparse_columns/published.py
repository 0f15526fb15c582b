"""Published figures of the sparse engines as formulas, and why one of them is no cycle count (HPCA 2025, its RTL)."""

from __future__ import annotations

from hwsim.encodings.statistics import DigitStatistics
from hwsim.errors import SpecError

_GROUP = 4
_OPS_PER_MAC = 2


def average_group_count(statistics: DigitStatistics, k: int) -> float:
    """What the bench of the published RTL prints as average cycles for vectors of ``k`` operands, in expectation:
    (k E[n] + P1) / (k + P0 + P1) for the four digits of int8, with n an operand's non-zero digits.

    It is no cycle count, for two reasons. It averages the *count* of non-zero digits of a group, which is 0 for an
    empty group, though that group occupies a cycle: the cycles are ``cycles_per_operand``. And the last group of a
    vector is sampled twice if it needs at most one cycle: with probability P0 (no top digit of four is non-zero) the
    second sample adds nothing, with P1 (just one) it adds 1.
    Raises SpecError unless ``k`` is a positive multiple of 4.
    """
    if k < _GROUP or k % _GROUP:
        raise SpecError(f"the published bench reads groups of {_GROUP} operands: k is a multiple of {_GROUP}, not {k}")
    none, one = (float(p) for p in statistics.group_pmf(_GROUP)[-1][:2])
    samples = k // _GROUP * statistics.digits
    return (k * statistics.mean + one) / (samples + none + one)


def throughput_gops(clock_ghz: float, cycles_per_operand: float, lanes: int = 1) -> float:
    """Billions of operations per second of one PE (a multiply-accumulate is two); a MAC takes 1 cycle per operand.

    The published speed-ups, 2.7 for three OPT4C and 3.6 for one OPT4E of four lanes in the area of a MAC at half the
    clock, put 2.22 cycles per operand here: no empty group costs anything and no column waits.
    """
    return _OPS_PER_MAC * clock_ghz * lanes / cycles_per_operand
