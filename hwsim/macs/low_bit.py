"""The MAC of low-bit weights: many bits times few, bit plane by bit plane or at once, as its array makes it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hwsim.errors import SpecError
from hwsim.float_patterns import FloatPatterns, float_patterns
from hwsim.floats import FP16
from hwsim.formats import FloatFormat, Format, IntFormat, SignFormat
from hwsim.low_bit.weights import MAX_BITS
from hwsim.lut.geometry import check_activation
from hwsim.macs.base import Mac

DEFAULT_BITS = 2
FLOAT_SUM = FP16
"""The format of sums of float activations, of 8 bits too: that of the published RTL."""


def weight_format(bits: int) -> IntFormat:
    """Signed weights of ``bits`` bits; of one bit -1 and +1."""
    return SignFormat() if bits == 1 else IntFormat(bits)


@dataclass(frozen=True, slots=True)
class LowBitMac(Mac):
    """Activations ``a`` of up to 16 bits times signed weights of ``w_bits`` bits, from which the format ``w`` follows.

    One-bit weights are -1 and +1; from two bits on they are two's complement. Sums ``acc`` of float activations are
    floats too, of up to 32 bits, by default fp16, or integers in arrays that add up integers of quantised tables;
    floats are held as what wires carry of them (`FloatPatterns`).
    """

    w: IntFormat = field(default=weight_format(DEFAULT_BITS), init=False)
    w_bits: int = DEFAULT_BITS

    name: ClassVar[str] = "low-bit"
    summary: ClassVar[str] = "activations times weights of a few bits, one bit plane per cycle or all at once"

    def __post_init__(self) -> None:
        if not 1 <= self.w_bits <= MAX_BITS:
            raise SpecError(f"mac={self.name} has weights of 1 to {MAX_BITS} bits, not w_bits={self.w_bits}")
        object.__setattr__(self, "w", weight_format(self.w_bits))
        activations: Format = self.a
        sums: Format = self.acc
        if isinstance(activations, FloatFormat | FloatPatterns):
            check_activation(activations)
            object.__setattr__(self, "a", float_patterns(activations, "an activation"))
            if isinstance(sums, FloatFormat | FloatPatterns):
                object.__setattr__(self, "acc", self.float_sum())
        else:
            Mac.__post_init__(self)
            check_activation(activations)

    @classmethod
    def implied(cls, given: Mapping[str, object]) -> Mapping[str, Any]:
        return {"acc": FLOAT_SUM} if isinstance(given.get("a"), FloatFormat) else {}

    def float_sum(self) -> FloatPatterns:
        """The format of sums where they are floats; raises SpecError if they are not."""
        return float_patterns(self.acc, f"mac={self.name}: a sum of {self.a}")

    @property
    def floating(self) -> bool:
        return isinstance(self.a, FloatPatterns)

    def accumulator_holds(self, k: int) -> bool:
        """Floats hold every sum, rounded: what is too large becomes infinite, or the largest of E4M3."""
        return self.floating or Mac.accumulator_holds(self, k)

    @property
    def longest_sum(self) -> int:
        return sys.maxsize if self.floating else Mac.longest_sum.fget(self)  # type: ignore[attr-defined]

    def field_for(self, role: str, format: Format) -> str:
        if role != "w":
            return Mac.field_for(self, role, format)
        if not isinstance(format, IntFormat) or not format.signed or format.bits > MAX_BITS:
            raise SpecError(f"mac={self.name} has signed weights of 1 to {MAX_BITS} bits, not w={format}")
        return f"w_bits={format.bits}"
