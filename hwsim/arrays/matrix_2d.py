"""Two-dimensional matrix unit: operands are broadcast along rows and columns, results stay."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Array, Matrix
from hwsim.arrays.blocks import idle, register_dtype
from hwsim.arrays.drain import Drain
from hwsim.arrays.k_stream import k_stream
from hwsim.arrays.leaves import counted, delay, mac_leaf, resolvers
from hwsim.arrays.resting_sums import RestingSums
from hwsim.arrays.schedule import Schedule
from hwsim.arrays.wavefront import Wavefronts
from hwsim.gemm import Gemm
from hwsim.inventory import Inventory, Leaf
from hwsim.macs.base import Mac
from hwsim.macs.sums import Sums
from hwsim.ports import VALID, Beat, Outputs


@dataclass(frozen=True, slots=True)
class Matrix2d(RestingSums):
    """``rows`` x ``cols`` PEs behind one operand register per row and column; PE (i, j) keeps C[i, j]."""

    name: ClassVar[str] = "matrix-2d"
    summary: ClassVar[str] = "broadcast matrix unit with sums that stay"

    @property
    def schedule(self) -> Schedule:
        if self.drain is Drain.COLUMN:
            return Schedule(0, self.rows + 1, self.rows, self.overlap)
        return Schedule(0, 1, 1, self.overlap)

    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        return np.array([m * n])

    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        rows, cols, dtype = self.rows, self.cols, register_dtype(mac)
        gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
        starts, activity = self.starts(gemm, mac), self.activity(gemm, mac)
        results = (AtOnce if self.drain is Drain.PARALLEL else RowByRow)(self, gemm, starts)
        a_reg, b_reg, first, valid = np.zeros((rows, 1), dtype), np.zeros(cols, dtype), False, False
        sums, everywhere = mac.sums(rows, cols, dtype), slice(None)
        feed = k_stream(a, b, mac, rows, cols, starts, len(activity))
        for edge, (inputs, active_pes) in enumerate(zip(feed, activity.tolist(), strict=True), 1):
            if first:
                sums.clear(everywhere)
            sums.add_product(a_reg, b_reg, valid)
            a_reg, b_reg = inputs["a"][:, None], inputs["b"]
            first, valid = bool(inputs["first"][0]), bool(inputs["valid"][0])
            yield Beat(active_pes, inputs, results.after(edge, sums))
        return results.product

    def inventory(self, mac: Mac) -> Inventory:
        drain = int(self.drain is Drain.COLUMN)
        return counted(
            (mac_leaf("pe_matrix", mac, drain=drain), self.pe_count),
            (Leaf.of("operand_register", bits=mac.a.bits), self.rows),
            (Leaf.of("operand_register", bits=mac.w.bits), self.cols),
            (Leaf.of("done_flag"), 1),
            (Leaf.of("drain_flag"), drain * self.rows),
            (delay(3, 1), 1),
            resolvers(mac, drain * self.cols),
        )


class AtOnce:
    """Every accumulator is visible as it is; all are valid for the edge that completes their sums."""

    def __init__(self, array: Array, gemm: Gemm, starts: NDArray[np.int64]) -> None:
        self._folds = list(array.folds(gemm.m, gemm.n, gemm.k))
        self._done = Wavefronts(starts + gemm.k + 1, 1)
        self._lanes = array.pe_count
        self.product = np.zeros((gemm.m, gemm.n), np.int64)

    def after(self, edge: int, sums: Sums) -> Outputs:
        return {**sums.shown(), "c_valid": np.full(self._lanes, self.keep(edge, sums), VALID)}

    def keep(self, edge: int, sums: Sums) -> bool:
        """Put ``sums`` into the product if this edge completes a fold, and tell whether."""
        done = [self._folds[number] for number, _ in self._done.at(edge)]
        for fold in done:
            place = self.product[fold.m, fold.n]
            place[:] = sums.words[: place.shape[0], : place.shape[1]]
        return bool(done)


class RowByRow:
    """An edge after their completion the sums move into a chain per column, whose foot shows the bottom row first."""

    def __init__(self, array: Array, gemm: Gemm, starts: NDArray[np.int64]) -> None:
        self._sums = AtOnce(array, gemm, starts)
        self._nothing = idle(array.limits.n or 1, np.int64)
        self._chain: list[Matrix] = []  # rows yet to leave, the last one next
        self._captured: list[Matrix] = []
        self.product = self._sums.product

    def after(self, edge: int, sums: Sums) -> Outputs:
        if self._captured:
            self._chain = self._captured
        self._captured = list(sums.words.copy()) if self._sums.keep(edge, sums) else []
        valid = bool(self._chain)
        foot = self._chain.pop() if valid else self._nothing
        return {"c": foot, "c_valid": np.full(len(foot), valid, VALID)}
