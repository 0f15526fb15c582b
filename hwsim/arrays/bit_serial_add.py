"""Bit-serial addition: k activations of a row are gated by a bit of their weights each, and an adder tree adds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hwsim.arrays.low_bit import LowBitArray
from hwsim.arrays.low_bit.unit_base import Unit
from hwsim.arrays.low_bit.units import BitSerial
from hwsim.errors import SpecError
from hwsim.formats import MAX_INT_BITS
from hwsim.macs.low_bit import LowBitMac


@dataclass(frozen=True, slots=True)
class BitSerialAdd(LowBitArray):
    """``m`` x ``n`` adder trees over ``k * tables`` activations; one-bit weights negate instead of gating.

    After Stripes (Judd et al., MICRO 2016), as LUT Tensor Core compares itself with it (ISCA 2025, section 4).
    """

    name: ClassVar[str] = "bit-serial-add"
    summary: ClassVar[str] = "adder trees over activations gated by one bit plane of the weights per cycle"

    def __post_init__(self) -> None:
        LowBitArray.__post_init__(self)
        if self.k > (most := MAX_INT_BITS[False]):
            raise SpecError(
                f"{self.name}: k is at most {most}, as a group's bits of weights are one word, not {self.k}"
            )

    @property
    def makes_tables(self) -> bool:
        return False

    def unit(self, mac: LowBitMac) -> Unit:
        return BitSerial(mac, self.k)
