"""Three-dimensional systolic cube: a whole block product enters per edge, and sums march through the block's k."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Limits, Matrix
from hwsim.arrays.blocks import HIGH, LOW, blocks, idle, register_dtype
from hwsim.arrays.leaves import counted, delay, foot_leaf, mac_leaf, skew_delays
from hwsim.arrays.schedule import Schedule
from hwsim.arrays.scheduled import ScheduledArray
from hwsim.arrays.scratchpad import Scratchpad
from hwsim.arrays.skew import Skew
from hwsim.arrays.wavefront import spread, timeline
from hwsim.gemm import Gemm
from hwsim.inventory import Inventory
from hwsim.macs import DENSE_MACS, Mac
from hwsim.ports import BIT, Beat, Direction, Inputs, Port


@dataclass(frozen=True, slots=True)
class Cube(ScheduledArray):
    """``p`` x ``p`` x ``p`` PEs (x = m, y = k, z = n); A[x, y] marches along z, B[y, z] along x, sums along y."""

    p: int = 8
    overlap: bool = True

    name: ClassVar[str] = "cube"
    summary: ClassVar[str] = "three-dimensional systolic cube, one block product per edge"
    fold_order: ClassVar[str] = "mnk"
    stream_axis: ClassVar[str | None] = None
    houses: ClassVar[tuple[type[Mac], ...]] = DENSE_MACS
    elementwise: ClassVar[tuple[str, ...]] = ("p",)

    @property
    def limits(self) -> Limits:
        return Limits(m=self.p, n=self.p, k=self.p)

    @property
    def schedule(self) -> Schedule:
        return Schedule(0, 3 * self.p - 2, 1, self.overlap)

    @property
    def pe_count(self) -> int:
        return self.p**3

    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        return spread(m, k, n)

    def ports(self, mac: Mac) -> tuple[Port, ...]:
        lanes = self.p * self.p
        return (
            Port("a", Direction.INPUT, lanes, mac.a),
            Port("b", Direction.INPUT, lanes, mac.w),
            Port("valid", Direction.INPUT, 1, BIT),
            Port("c_in", Direction.INPUT, lanes, mac.acc),
            Port("c", Direction.OUTPUT, lanes, mac.acc),
            Port("c_valid", Direction.OUTPUT, lanes, BIT),
        )

    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        p, dtype = self.p, register_dtype(mac)
        gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
        starts, activity = self.starts(gemm, mac), self.activity(gemm, mac)
        scratchpad = self._scratchpad(gemm, starts, len(activity), dtype)
        a_skew, b_skew = Skew(self._sides(), p, dtype), Skew(self._sides(), p, dtype, march_first=True)
        a_reg: Matrix = np.zeros((p, p, p), dtype)
        b_reg, psum, psum_next = np.zeros_like(a_reg), np.zeros_like(a_reg), np.zeros_like(a_reg)
        feed = self._feed(a, b, starts, len(activity), dtype)
        for edge, (inputs, active_pes) in enumerate(zip(feed, activity.tolist(), strict=True), 1):
            np.multiply(a_reg, b_reg, out=psum_next)
            psum_next[:, 1:] += psum[:, :-1]
            psum, psum_next = psum_next, psum
            a_reg, b_reg = a_skew.push(inputs["a"]), b_skew.push(inputs["b"])
            c_in, outputs = scratchpad.after(edge, psum[:, -1].reshape(-1))
            yield Beat(active_pes, {**inputs, "c_in": c_in}, outputs)
        return scratchpad.product

    def inventory(self, mac: Mac) -> Inventory:
        return counted(
            (mac_leaf("pe_cube", mac), self.pe_count),
            (foot_leaf(mac), self.p * self.p),
            *skew_delays(mac.a.bits, self._sides()),
            *skew_delays(mac.w.bits, self._sides()),
            (delay(1, self.p + 1), 1),
            (delay(1, 1), 2 * self.p - 2),
        )

    def _sides(self) -> NDArray[np.int64]:
        """Edges by which lane (i, j) of a face runs late: i + j."""
        return np.add.outer(np.arange(self.p), np.arange(self.p))

    def _scratchpad(self, gemm: Gemm, starts: NDArray[np.int64], cycles: int, dtype: type[np.integer]) -> Scratchpad:
        fold, _ = timeline(starts, 1, cycles)
        down, across = -(-gemm.n // self.p), -(-gemm.k // self.p)
        tops, lefts = fold // (down * across) * self.p, fold // across % down * self.p
        x, z = (side.reshape(-1) for side in np.indices((self.p, self.p)))
        return Scratchpad(gemm.m, gemm.n, tops, lefts, self.p + x + z, x, z, dtype)

    def _feed(
        self, a: Matrix, b: Matrix, starts: NDArray[np.int64], cycles: int, dtype: type[np.integer]
    ) -> Iterator[Inputs]:
        """Blocks of A and B as vectors of p * p lanes, folds in the order m, n, k."""
        a_blocks, b_blocks = (blocks(x, self.p, self.p, dtype) for x in (a, b))
        k_blocks, n_blocks = b_blocks.shape[:2]
        a_lanes, b_lanes = a_blocks.reshape(len(a_blocks), k_blocks, -1), b_blocks.reshape(k_blocks, n_blocks, -1)
        nothing = {"a": idle(self.p**2, dtype), "b": idle(self.p**2, dtype), "valid": LOW}
        for fold in timeline(starts, 1, cycles)[0].tolist():
            outer, k = divmod(fold, k_blocks)
            m, n = divmod(outer, n_blocks)
            yield {"a": a_lanes[m, k], "b": b_lanes[k, n], "valid": HIGH} if fold >= 0 else nothing
