"""The MAC of low-bit weights: many bits times few, bit plane by bit plane or at once, as its array makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hwsim.errors import SpecError
from hwsim.formats import Format, IntFormat, SignFormat
from hwsim.low_bit.weights import MAX_BITS
from hwsim.lut.geometry import check_activation
from hwsim.macs.base import Mac

DEFAULT_BITS = 2


def weight_format(bits: int) -> IntFormat:
    """Signed weights of ``bits`` bits; of one bit -1 and +1."""
    return SignFormat() if bits == 1 else IntFormat(bits)


@dataclass(frozen=True, slots=True)
class LowBitMac(Mac):
    """Activations ``a`` of up to 16 bits times signed weights of ``w_bits`` bits, from which the format ``w`` follows.

    One-bit weights are -1 and +1; from two bits on they are two's complement.
    """

    w: IntFormat = field(default=weight_format(DEFAULT_BITS), init=False)
    w_bits: int = DEFAULT_BITS

    name: ClassVar[str] = "low-bit"
    summary: ClassVar[str] = "activations times weights of a few bits, one bit plane per cycle or all at once"

    def __post_init__(self) -> None:
        if not 1 <= self.w_bits <= MAX_BITS:
            raise SpecError(f"mac={self.name} has weights of 1 to {MAX_BITS} bits, not w_bits={self.w_bits}")
        object.__setattr__(self, "w", weight_format(self.w_bits))
        Mac.__post_init__(self)
        check_activation(self.a)

    def field_for(self, role: str, format: Format) -> str:
        if role != "w":
            return Mac.field_for(self, role, format)
        if not isinstance(format, IntFormat) or not format.signed or format.bits > MAX_BITS:
            raise SpecError(f"mac={self.name} has signed weights of 1 to {MAX_BITS} bits, not w={format}")
        return f"w_bits={format.bits}"
