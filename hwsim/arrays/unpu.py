"""UNPU: every unit makes a table of its own, of 2^(k-1) entries for k one-bit or k - 1 multi-bit weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hwsim.arrays.low_bit import LowBitArray
from hwsim.arrays.low_bit.entries import OwnEntry
from hwsim.arrays.low_bit.unit_base import Unit
from hwsim.arrays.low_bit.units import SignedTable, SubsetTable
from hwsim.errors import SpecError
from hwsim.macs.low_bit import LowBitMac


@dataclass(frozen=True, slots=True)
class Unpu(LowBitArray):
    """``m`` x ``n`` units with a builder and a table each; symmetry halves the table of one-bit weights alone.

    UNPU (Lee et al., JSSC 2019), whose peaks at 16 bits and 1 bit differ by 16 * 4/3; the baseline of LUT Tensor Core.
    """

    entry: OwnEntry = OwnEntry.EXACT

    name: ClassVar[str] = "unpu"
    summary: ClassVar[str] = "table lookup with a table in every unit, whose symmetry serves one-bit weights alone"

    def __post_init__(self) -> None:
        LowBitArray.__post_init__(self)
        if self.k < 2:
            raise SpecError(f"unpu: k must be at least 2, not {self.k}: a table serves k - 1 weights of several bits")

    @property
    def symmetric(self) -> bool:
        return self.entry is OwnEntry.SYMMETRIC

    @property
    def sharing(self) -> int:
        return 1

    def unit(self, mac: LowBitMac) -> Unit:
        if mac.w_bits == 1:
            return SignedTable(mac, self.k, self.symmetric)
        return SubsetTable(mac, self.k - 1, self.symmetric)
