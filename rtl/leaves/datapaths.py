"""What a MAC makes of its sum and two operands, by the MAC's name; a PE is built around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyrtl

from hwsim.macs import DENSE_MACS
from rtl.leaves.arithmetic import add, fit
from rtl.leaves.booth import compressed_product
from rtl.leaves.operands import Operands
from rtl.leaves.wiring import output_port, register

Sum = Sequence[pyrtl.WireVector]
"""The rows of one sum, each as wide as the accumulator: one, or two of a carry-save pair."""

AddProduct = Callable[[Sum, pyrtl.WireVector, pyrtl.WireVector, Operands, bool], Sum]
"""The sum after one more product, from the sum before, ``a``, ``w``, and whether the sum before comes from here too."""


def parallel(sums: Sum, a: pyrtl.WireVector, w: pyrtl.WireVector, operands: Operands, looped: bool) -> Sum:
    """The synthesis tool's multiplier and an adder."""
    (acc,) = sums
    return [add(acc, operands.term(a, w, len(acc)))]


def booth(sums: Sum, a: pyrtl.WireVector, w: pyrtl.WireVector, operands: Operands, looped: bool) -> Sum:
    """Partial products in a compressor tree, an adder that makes the product, an adder that makes the sum."""
    (acc,) = sums
    return [add(acc, fit(booth_product(a, w, operands), len(acc), operands.product_signed))]


def fused(sums: Sum, a: pyrtl.WireVector, w: pyrtl.WireVector, operands: Operands, looped: bool) -> Sum:
    """Partial products and the sum in one compressor tree, and one adder."""
    return [add(*opt1(sums, a, w, operands, looped))]


def opt1(sums: Sum, a: pyrtl.WireVector, w: pyrtl.WireVector, operands: Operands, looped: bool) -> Sum:
    """Partial products and all rows of the sum in one compressor tree, and nothing else."""
    return compressed_product(a, w, operands, sums, len(sums[0]), looped)


def booth_product(a: pyrtl.WireVector, w: pyrtl.WireVector, operands: Operands) -> pyrtl.WireVector:
    """The exact product, ``product_bits`` wide, from partial products."""
    return add(*compressed_product(a, w, operands, [], operands.product_bits))


@dataclass(frozen=True, slots=True)
class Datapath:
    """The inside of a PE: ``endings`` name the rows of its sum, as the MAC has them."""

    endings: tuple[str, ...]
    add_product: AddProduct

    def accumulators(self, bits: int) -> list[pyrtl.Register]:
        """The registers of a sum that stays."""
        return [register(f"acc{ending}", bits) for ending in self.endings]

    def accumulate(
        self,
        acc: Sequence[pyrtl.Register],
        a: pyrtl.WireVector,
        w: pyrtl.WireVector,
        operands: Operands,
        first: pyrtl.WireVector,
        enable: pyrtl.WireVector,
    ) -> None:
        """``acc <= (first ? 0 : acc) + a * w`` when ``enable``, else ``acc``."""
        begun = [row & ~first.sign_extended(len(row)) for row in acc]
        for row, after in zip(acc, self.add_product(begun, a, w, operands, True), strict=True):
            row.next <<= pyrtl.select(enable, after, row)

    def show(self, acc: Sum) -> None:
        """An output port for every row."""
        for ending, row in zip(self.endings, acc, strict=True):
            output_port(f"c{ending}", row)

    def rows_of(self, bus: pyrtl.WireVector) -> Sum:
        """The rows of a sum that comes on one bus, the first in its lowest bits."""
        bits = len(bus) // len(self.endings)
        return [bus[i * bits : (i + 1) * bits] for i in range(len(self.endings))] if len(self.endings) > 1 else [bus]


def joined(sums: Sum) -> pyrtl.WireVector:
    """All rows of a sum on one bus, the first in its lowest bits."""
    return pyrtl.concat_list(list(sums)) if len(sums) > 1 else sums[0]


_ADD_PRODUCT: dict[str, AddProduct] = {"parallel": parallel, "booth": booth, "fused": fused, "opt1": opt1}
DATAPATHS = {mac.name: Datapath(mac.sum_rows, _ADD_PRODUCT[mac.name]) for mac in DENSE_MACS}
"""By the name of the MAC."""
