"""Conventional table lookup: a full table of sums over bits 0 and 1, made beside every few units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hwsim.arrays.low_bit import LowBitArray
from hwsim.arrays.low_bit.entries import OwnEntry
from hwsim.arrays.low_bit.unit_base import Unit
from hwsim.arrays.low_bit.units import SubsetTable
from hwsim.macs.low_bit import LowBitMac


@dataclass(frozen=True, slots=True)
class LutConventional(LowBitArray):
    """Tables of 2^k entries; ``share`` neighbouring columns of a row share a builder and its registers.

    The conventional LUT of LUT Tensor Core (ISCA 2025, figure 13: shared by four).
    """

    share: int = 4
    entry: OwnEntry = OwnEntry.EXACT

    name: ClassVar[str] = "lut-conventional"
    summary: ClassVar[str] = "table lookup without symmetry: a table of 2^k entries made for every few columns"

    @property
    def symmetric(self) -> bool:
        return self.entry is OwnEntry.SYMMETRIC

    @property
    def sharing(self) -> int:
        return self.share

    def unit(self, mac: LowBitMac) -> Unit:
        return SubsetTable(mac, self.k, self.symmetric)
