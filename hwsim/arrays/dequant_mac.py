"""Dequantising multipliers: low-bit weights are brought to the activations' format and multiplied, a step per cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hwsim.arrays.low_bit import LowBitArray
from hwsim.arrays.low_bit.unit_base import Unit
from hwsim.arrays.low_bit.units import Products
from hwsim.errors import SpecError
from hwsim.float_patterns import FloatPatterns
from hwsim.macs.base import Mac
from hwsim.macs.low_bit import LowBitMac


@dataclass(frozen=True, slots=True)
class DequantMac(LowBitArray):
    """``m`` x ``n`` trees of ``k * tables`` multipliers of uniform precision, whatever the bits of the weights.

    The MAC tensor core of LUT Tensor Core (ISCA 2025, section 4), with a dequantiser for each weight of a step.
    """

    name: ClassVar[str] = "dequant-mac"
    summary: ClassVar[str] = "multiplier-adder trees over weights dequantised to the activations' format"

    @property
    def makes_tables(self) -> bool:
        return False

    def check_mac(self, mac: Mac) -> None:
        """Weights become values of the activations' format, which may have too few digits for them."""
        LowBitArray.check_mac(self, mac)
        if isinstance(mac.a, FloatPatterns) and mac.w.bits > mac.a.exact_bits:
            raise SpecError(
                f"{self.name}: {mac.a} holds all weights of up to {mac.a.exact_bits} bits, not of w_bits={mac.w.bits}"
            )

    def unit(self, mac: LowBitMac) -> Unit:
        return Products(mac, self.k)
