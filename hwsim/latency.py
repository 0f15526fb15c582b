"""How long a product takes, in clock cycles: exact where data cannot matter, bounds where it can."""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.gemm import IntLike


@dataclass(frozen=True, slots=True)
class Latency:
    """Cycles from the first operand edge to the last result edge; ``low <= count <= high``.

    Each field is an int, or an array when the question was asked of many shapes at once.
    """

    low: IntLike
    expected: IntLike
    high: IntLike

    @classmethod
    def exact(cls, cycles: IntLike) -> Latency:
        return cls(cycles, cycles, cycles)
