"""The shape of a LUT array: operand bits of M tables and N groups of weights, and the shape that needs fewest."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from hwsim.errors import SpecError


@dataclass(frozen=True, slots=True)
class ArrayBits:
    """``units`` look-up units, each for ``group`` activations, arranged as m tables by n columns (equations 7 and 8).

    Raises SpecError for numbers below 1.
    """

    units: int
    w_bits: int
    entry_bits: int
    group: int = 4

    def __post_init__(self) -> None:
        for name in ("units", "w_bits", "entry_bits", "group"):
            if getattr(self, name) < 1:
                raise SpecError(f"{name} is at least 1, not {getattr(self, name)}")

    def table_bits(self, m: int) -> int:
        """Bits of the m half tables."""
        return (m * self.entry_bits) << (self.group - 1)

    def weight_bits(self, n: int) -> int:
        """Bits of the n groups of weights."""
        return self.group * n * self.w_bits

    @property
    def best_rows(self) -> float:
        """The real m at which both sum to least for m * n = units: where they are equal."""
        return sqrt(self.group * self.w_bits * self.units / (2 ** (self.group - 1) * self.entry_bits))

    def best_shapes(self) -> tuple[tuple[int, int], ...]:
        """All (m, n) with m a power of two and m * n = units that need fewest bits."""
        rows = [1 << i for i in range(self.units.bit_length()) if self.units % (1 << i) == 0]
        bits = {m: self.table_bits(m) + self.weight_bits(self.units // m) for m in rows}
        return tuple((m, self.units // m) for m in rows if bits[m] == min(bits.values()))
