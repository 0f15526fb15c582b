"""OPT2, reduction under the same bit-weight: k operands in space, one narrow carry-save tree for every digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hwsim.bitweight import Nest, opt2, resolve, spatial
from hwsim.macs.bit_weight import BitWeightMac


@dataclass(frozen=True, slots=True)
class Opt2Mac(BitWeightMac):
    """Partial products of one weight are summed unshifted; then they are added, shifted and combined, once per tree.

    HPCA 2025 (DOI 10.1109/HPCA61900.2025.00058) has the digits in time; here they are in space, as in the authors'
    Verilog, so that a tree takes a whole product of every operand per cycle.
    """

    name: ClassVar[str] = "opt2"
    summary: ClassVar[str] = "reduction under the same bit-weight: narrow carry-save trees, one shift and add per tree"

    def nest(self, k: int = 1) -> Nest:
        """One tree of ``k`` operands: opt2 of a tree, its digits moved back from time into space."""
        in_time = opt2(self.tree_nest(k))
        return spatial(resolve(in_time, "bw"), "bw")
