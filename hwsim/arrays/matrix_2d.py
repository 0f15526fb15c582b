"""Two-dimensional matrix unit: operands are broadcast along rows and columns, results stay."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Array, Limits, Matrix
from hwsim.arrays.blocks import register_dtype
from hwsim.arrays.drain import Drain
from hwsim.arrays.k_stream import k_stream, k_stream_ports
from hwsim.arrays.leaves import counted, delay, mac_leaf
from hwsim.arrays.schedule import Schedule
from hwsim.arrays.wavefront import Wavefronts
from hwsim.gemm import Gemm
from hwsim.inventory import Inventory, Leaf
from hwsim.macs.base import Mac
from hwsim.ports import VALID, Beat, Outputs, Port


@dataclass(frozen=True, slots=True)
class Matrix2d(Array):
    """``rows`` x ``cols`` PEs behind one operand register per row and column; PE (i, j) keeps C[i, j]."""

    rows: int = 16
    cols: int = 16
    overlap: bool = False
    drain: Drain = Drain.PARALLEL

    name: ClassVar[str] = "matrix-2d"
    summary: ClassVar[str] = "broadcast matrix unit with sums that stay"
    fold_order: ClassVar[str] = "mnk"
    stream_axis: ClassVar[str | None] = "k"

    @property
    def limits(self) -> Limits:
        return Limits(m=self.rows, n=self.cols, k=None)

    @property
    def schedule(self) -> Schedule:
        if self.drain is Drain.COLUMN:
            return Schedule(0, self.rows + 1, self.rows, self.overlap)
        return Schedule(0, 1, 1, self.overlap)

    @property
    def pe_count(self) -> int:
        return self.rows * self.cols

    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        return np.array([m * n])

    def ports(self, mac: Mac) -> tuple[Port, ...]:
        return k_stream_ports(mac, self.rows, self.cols, self.drain)

    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        rows, cols, dtype = self.rows, self.cols, register_dtype(mac)
        gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
        starts, activity = self.starts(gemm), self.activity(gemm)
        folds = list(self.folds(gemm.m, gemm.n, gemm.k))
        product = np.zeros((gemm.m, gemm.n), np.int64)
        a_reg, b_reg = np.zeros((rows, 1), dtype), np.zeros(cols, dtype)
        first, acc, partial = False, np.zeros((rows, cols), dtype), np.zeros((rows, cols), dtype)
        done, leaving = Wavefronts(starts + gemm.k + 1, 1), Wavefronts(starts + gemm.k + 2, rows)
        result = acc
        feed = k_stream(a, b, mac, rows, cols, starts, len(activity))
        for edge, (inputs, active_pes) in enumerate(zip(feed, activity.tolist(), strict=True), 1):
            np.multiply(a_reg, b_reg, out=partial)
            np.add(0 if first else acc, partial, out=acc)
            a_reg, b_reg, first = inputs["a"][:, None], inputs["b"], bool(inputs["first"][0])
            if self.drain is Drain.COLUMN:
                shown = [age for _, age in leaving.at(edge)]
                outputs = self._column_port(result, shown)
            finished = [fold for fold, _ in done.at(edge)]
            for fold in finished:
                result = acc.copy()
                place = product[folds[fold].m, folds[fold].n]
                place[:] = result[: place.shape[0], : place.shape[1]]
            if self.drain is Drain.PARALLEL:
                outputs = {"c": acc.reshape(-1).copy(), "c_valid": np.full(acc.size, len(finished), VALID)}
            yield Beat(active_pes, inputs, outputs)
        return product

    def _column_port(self, result: Matrix, shown: list[int]) -> Outputs:
        """The foot of every column: ``result`` bottom row first, 0 when nothing leaves."""
        rows = [self.rows - 1 - age for age in shown]
        c = result[rows[0]].copy() if rows else np.zeros(self.cols, result.dtype)
        return {"c": c, "c_valid": np.full(self.cols, len(rows), VALID)}

    def inventory(self, mac: Mac) -> Inventory:
        drain = int(self.drain is Drain.COLUMN)
        return counted(
            (mac_leaf("pe_matrix", mac, drain=drain), self.pe_count),
            (Leaf.of("operand_register", bits=mac.a.bits), self.rows),
            (Leaf.of("operand_register", bits=mac.w.bits), self.cols),
            (Leaf.of("done_flag"), 1),
            (Leaf.of("drain_flag"), drain * self.rows),
            (delay(3, 1), 1),
        )
