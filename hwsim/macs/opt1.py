"""OPT1, half-compress accumulation: the sum stays a carry-save pair, and no carry propagates in the PE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from hwsim.bitweight import Nest, build, opt1
from hwsim.bitweight.columns import Tree
from hwsim.bitweight.digit_sums import DigitSum
from hwsim.macs.bit_weight import BitWeightMac
from hwsim.macs.sums import Enabled, Matrix, Sums


@dataclass(frozen=True, slots=True)
class Opt1Mac(BitWeightMac):
    """Partial products and the fed-back pair meet in one tree (HPCA 2025, DOI 10.1109/HPCA61900.2025.00058)."""

    tree: Tree = Tree.DADDA

    name: ClassVar[str] = "opt1"
    summary: ClassVar[str] = "half-compress accumulation: carry-save sums, the adder outside of the PE"
    sum_rows: ClassVar[tuple[str, ...]] = ("_sum", "_carry")

    @property
    def leaf_modes(self) -> Mapping[str, int]:
        return self.tree.leaf_modes

    @property
    def digit_sum(self) -> DigitSum:
        """The tree of a PE that keeps its pair."""
        return DigitSum.of_product(self.encoding, self.a, self.w, self.acc.bits, 2, looped=True, tree=self.tree)

    def nest(self, k: int = 1) -> Nest:
        return build(opt1(self.parallel_nest(k)), "half_reduce", "k", self.nest_acc_bits)

    def sums(self, rows: int, cols: int, dtype: DTypeLike) -> Sums:
        return PairSums(self, rows, cols)


class PairSums(Sums):
    """Sum and carry of every PE, bit by bit as the gates make them."""

    needs_enable = True  # compressing a pair with zeros keeps its total, and moves its bits

    def __init__(self, mac: Opt1Mac, rows: int, cols: int) -> None:
        self._mac, self._tree = mac, mac.digit_sum
        self._pair: Matrix = np.zeros((2, rows, cols), np.int64)
        self._flat = self._pair.reshape(2, -1)

    def clear(self, places: slice) -> None:
        self._flat[:, places] = 0

    def add_product(self, a: Matrix, w: Matrix, enabled: Enabled) -> None:
        digits = np.moveaxis(self._mac.encoding.encode(a, self._mac.a).astype(np.int64), -1, 0)
        rows = self._tree.pair(self._pair, digits, [w] * len(digits))
        for kept, row in zip(self._pair, rows, strict=True):
            np.copyto(kept, self._mac.acc.wrap(row), where=np.not_equal(enabled, 0))

    @property
    def words(self) -> Matrix:
        return self._mac.acc.wrap(self._pair[0] + self._pair[1])

    def shown(self) -> Mapping[str, Matrix]:
        return {f"c{ending}": row.copy() for ending, row in zip(self._mac.sum_rows, self._flat, strict=True)}
