"""LUT Tensor Core: tables of signed sums of k activations, shared by all columns, looked up bit plane by bit plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from hwsim.arrays.base import ceil_div
from hwsim.arrays.low_bit import LowBitArray
from hwsim.arrays.low_bit.units import SignedTable, Unit
from hwsim.gemm import Gemm, IntLike, Shapes
from hwsim.macs.base import Mac
from hwsim.macs.low_bit import LowBitMac


class Precompute(Enum):
    """Who makes the tables: the engine, or the operator before it, from which they come through the port of A."""

    INSIDE = "inside"
    FUSED = "fused"


@dataclass(frozen=True, slots=True)
class Lut(LowBitArray):
    """``m`` half tables of 2^(k-1) entries, each seen by ``n`` units; weights are remapped beforehand.

    Mo et al., "LUT Tensor Core", ISCA 2025 (arXiv 2408.06003), sections 3.1 and 3.2.
    """

    precompute: Precompute = Precompute.INSIDE

    name: ClassVar[str] = "lut"
    summary: ClassVar[str] = "table lookup: shared half tables of signed sums, one bit plane of the weights per cycle"

    @property
    def builds_tables(self) -> bool:
        return self.precompute is Precompute.INSIDE

    def unit(self, mac: LowBitMac) -> Unit:
        return SignedTable(mac, self.k)

    def port_words(self, shapes: Gemm | Shapes, mac: Mac) -> Mapping[str, IntLike]:
        """Of tables that come through the port, activations that fill them: the last group of k is a whole table."""
        words = LowBitArray.port_words(self, shapes, mac)
        if self.builds_tables:
            return words
        tables = shapes.m * ceil_div(shapes.k, self.k) * self.fold_counts(shapes)["n"]
        return {**words, "a": tables * self.k}
