"""The Booth MAC: partial products in radix 4, a compressor tree, and two carry-propagate additions per cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from hwsim.bitweight import Nest, build
from hwsim.bitweight.columns import Tree
from hwsim.macs.bit_weight import BitWeightMac


@dataclass(frozen=True, slots=True)
class BoothMac(BitWeightMac):
    """The strong bit-parallel baseline: the sum and carry of one product are added, then the product to the sum."""

    tree: Tree = Tree.DADDA

    name: ClassVar[str] = "booth"
    summary: ClassVar[str] = "Booth radix-4 partial products, compressor tree, product adder, accumulator adder"

    @property
    def leaf_modes(self) -> Mapping[str, int]:
        return self.tree.leaf_modes

    def nest(self, k: int = 1) -> Nest:
        return build(self.parallel_nest(k), "accumulate", "k", self.nest_acc_bits)
