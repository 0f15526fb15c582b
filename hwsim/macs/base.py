"""What every MAC micro-architecture tells the array that houses it."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import DTypeLike

from hwsim.errors import SpecError
from hwsim.formats import INT8, INT32, Format, IntFormat
from hwsim.macs.sums import Sums, WordSums


@dataclass(frozen=True, slots=True)
class Mac(ABC):
    """A multiply-accumulate unit: ``a`` times ``w``, summed in ``acc``."""

    a: IntFormat = INT8
    w: IntFormat = INT8
    acc: IntFormat = INT32

    name: ClassVar[str]
    summary: ClassVar[str]
    sum_rows: ClassVar[tuple[str, ...]] = ("",)
    """What a sum is between two cycles, as endings of the names of its wires: one word, or two rows that are worth
    their total modulo ``2**acc.bits``."""

    def __post_init__(self) -> None:
        for field in ("a", "w", "acc"):
            if not isinstance(getattr(self, field), IntFormat):
                raise SpecError(f"mac={self.name} computes with integers: {field} cannot be {getattr(self, field)}")
        if not self.acc.signed and (self.a.signed or self.w.signed):
            raise SpecError(f"acc={self.acc} cannot hold the sums of {self.a} times {self.w}: it has no sign")
        if not self.accumulator_holds(1):
            raise SpecError(
                f"acc={self.acc} cannot hold one product of {self.a} times {self.w}, "
                f"which needs {self.accumulator_bits(1)} bits"
            )

    @classmethod
    def implied(cls, given: Mapping[str, object]) -> Mapping[str, Any]:
        """Defaults that follow from the fields that were given."""
        return {}

    @classmethod
    def implies(cls) -> bool:
        """Whether any default follows from others."""
        return cls.implied.__func__ is not Mac.implied.__func__  # type: ignore[attr-defined]

    @property
    def floating(self) -> bool:
        """Whether its activations are floats."""
        return False

    def field_for(self, role: str, format: Format) -> str:
        """What an inline form says to have ``format`` for ``role`` (a, w or acc)."""
        return f"{role}={format}"

    @property
    def leaf_modes(self) -> Mapping[str, int]:
        """Parameters of the leaves that have this MAC inside, beside formats."""
        return {}

    @property
    def keeps_pairs(self) -> bool:
        """Whether a sum is two rows, and its carries propagate outside of the PE."""
        return len(self.sum_rows) > 1

    @property
    def sum_bits(self) -> int:
        """Bits of all rows of one sum."""
        return len(self.sum_rows) * self.acc.bits

    def sums(self, rows: int, cols: int, dtype: DTypeLike) -> Sums:
        """Accumulators of ``rows`` x ``cols`` PEs that keep their sums; ``dtype`` holds its words."""
        return WordSums(rows, cols, dtype)

    def product_range(self) -> tuple[int, int]:
        """Smallest and largest value of one product."""
        corners = [x * y for x in (self.a.low, self.a.high) for y in (self.w.low, self.w.high)]
        return min(corners), max(corners)

    @property
    def largest_product(self) -> int:
        """Largest magnitude of one product."""
        low, high = self.product_range()
        return max(-low, high)

    def accumulator_holds(self, k: int) -> bool:
        """Whether a sum of ``k`` products fits the accumulator for all operands."""
        low, high = self.product_range()
        return self.acc.low <= k * low and k * high <= self.acc.high

    def accumulator_bits(self, k: int) -> int:
        """Bits that the accumulator needs for any sum of ``k`` products, its sign bit included if it has one."""
        low, high = self.product_range()
        return max((-k * low - 1).bit_length(), (k * high).bit_length()) + int(self.acc.signed)

    @property
    def longest_sum(self) -> int:
        """The largest ``k`` that ``accumulator_holds``."""
        bounds = zip(self.product_range(), (self.acc.low, self.acc.high), strict=True)
        return min(limit // product for product, limit in bounds if product)
