"""LUT Tensor Core: tables of signed sums of k activations, shared by all columns, looked up bit plane by bit plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from hwsim.arrays.base import Matrix, ceil_div
from hwsim.arrays.low_bit import LowBitArray
from hwsim.arrays.low_bit.entries import Entry
from hwsim.arrays.low_bit.unit_base import Unit
from hwsim.arrays.low_bit.units import QuantisedTable, SignedTable
from hwsim.errors import SpecError
from hwsim.float_patterns import FloatPatterns
from hwsim.gemm import Gemm, IntLike, Shapes
from hwsim.low_bit.weights import signed_weights
from hwsim.lut.token_tables import ENTRY, largest_sum, token_sums
from hwsim.macs.base import Mac
from hwsim.macs.low_bit import LowBitMac


class Precompute(Enum):
    """Who makes the tables: the engine, or the operator before it, from which they come through the port of A."""

    INSIDE = "inside"
    FUSED = "fused"


RESCALED = (
    "sums of INT8 tables ride along with what brings them to their scale: one multiplication by the row's scale, the "
    "correction by z' and one multiplication by the weights' scale for each result, which are not counted"
)


@dataclass(frozen=True, slots=True)
class Lut(LowBitArray):
    """``m`` half tables of 2^(k-1) entries, each seen by ``n`` units; weights are remapped beforehand.

    With ``entry=int8`` a product is not ``a @ b`` but the sum, over tables and planes, of INT8 entries with one scale
    per row of A, each plane of a weight counting -1 or +1 (`hwsim.rescaling` makes real numbers of it). Gates and sums
    are then those of integers, also of float activations, which reach the engine as integers of their tables alone.
    Mo et al., "LUT Tensor Core", ISCA 2025 (arXiv 2408.06003), sections 3.1 and 3.2.
    """

    precompute: Precompute = Precompute.INSIDE
    entry: Entry = Entry.EXACT

    name: ClassVar[str] = "lut"
    summary: ClassVar[str] = "table lookup: shared half tables of signed sums, one bit plane of the weights per cycle"

    def __post_init__(self) -> None:
        LowBitArray.__post_init__(self)
        if self.quantised and self.builds_tables:
            raise SpecError(
                "lut: entry=int8 needs precompute=fused, not precompute=inside: the operator that makes the tables "
                "quantises them"
            )

    @property
    def symmetric(self) -> bool:
        return self.entry is Entry.SYMMETRIC

    @property
    def quantised(self) -> bool:
        """Whether tables come in INT8 with a scale per row, made of integers or of floats."""
        return self.entry is Entry.INT8

    @property
    def builds_tables(self) -> bool:
        return self.precompute is Precompute.INSIDE

    def unit(self, mac: LowBitMac) -> Unit:
        return QuantisedTable(mac, self.k) if self.quantised else SignedTable(mac, self.k, self.symmetric)

    def exact(self, mac: Mac) -> bool:
        return not self.quantised and LowBitArray.exact(self, mac)

    def implied(self, mac: type[Mac], given: Mapping[str, object]) -> Mapping[str, Any]:
        """Sums of quantised tables are integers, whatever the activations are."""
        return {} if self.quantised else LowBitArray.implied(self, mac, given)

    def check_mac(self, mac: Mac) -> None:
        LowBitArray.check_mac(self, mac)
        if not self.quantised:
            return
        if isinstance(mac.acc, FloatPatterns):
            raise SpecError(f"lut: entry=int8 has sums of integers, not acc={mac.acc}")
        if not mac.acc.signed:
            raise SpecError(f"acc={mac.acc} cannot hold the sums of {ENTRY} times {mac.w}: it has no sign")
        self.check_sum(self.k, mac)

    def multiply(self, a: Matrix, b: Matrix, mac: Mac) -> Matrix:
        if not self.quantised:
            return LowBitArray.multiply(self, a, b, mac)
        return token_sums(a, signed_weights(b, mac.w.bits), self.k)

    def check_sum(self, k: int, mac: Mac) -> None:
        largest = largest_sum(k, self.k, mac.w.bits)
        if not self.quantised:
            LowBitArray.check_sum(self, k, mac)
        elif largest > mac.acc.high:
            raise SpecError(
                f"acc={mac.acc} is too narrow for k={k} activations in tables of {ENTRY} with weights of "
                f"{mac.w.bits} bits: it needs {1 + largest.bit_length()} bits"
            )

    def longest_sum(self, mac: Mac) -> int:
        if not self.quantised:
            return LowBitArray.longest_sum(self, mac)
        return self.k * (mac.acc.high // largest_sum(self.k, self.k, mac.w.bits))

    def assumptions(self, mac: Mac) -> tuple[str, ...]:
        return (RESCALED,) if self.quantised else ()

    def port_words(self, shapes: Gemm | Shapes, mac: Mac) -> Mapping[str, IntLike]:
        """Of tables that come through the port, activations that fill them: the last group of k is a whole table."""
        words = LowBitArray.port_words(self, shapes, mac)
        if self.builds_tables:
            return words
        tables = shapes.m * ceil_div(shapes.k, self.k) * self.fold_counts(shapes)["n"]
        return {**words, "a": tables * self.k}
