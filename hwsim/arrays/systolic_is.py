"""Input-stationary systolic array: the weight-stationary one computing the transposed product."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Limits, Matrix
from hwsim.arrays.blocks import register_dtype
from hwsim.arrays.resting_operand import RestingOperand
from hwsim.arrays.stationary import StationaryMesh
from hwsim.arrays.wavefront import spread
from hwsim.gemm import Gemm
from hwsim.macs.base import Mac
from hwsim.ports import Beat


@dataclass(frozen=True, slots=True)
class SystolicIs(RestingOperand):
    """PE (r, c) keeps A[c, r]; B[r, n] marches along row r, C[c, n] leaves at the foot of column c."""

    name: ClassVar[str] = "systolic-is"
    summary: ClassVar[str] = "input-stationary systolic array"
    fold_order: ClassVar[str] = "mkn"
    stream_axis: ClassVar[str | None] = "n"

    @property
    def limits(self) -> Limits:
        return Limits(m=self.cols, n=None, k=self.rows)

    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        return spread(k, m)

    def mesh(self, mac: Mac) -> StationaryMesh:
        return StationaryMesh(self.rows, self.cols, self.overlap, mac, a_rests=True, rest_port="a", stream_port="b")

    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
        starts, activity = self.starts(gemm, mac), self.activity(gemm, mac)
        transposed = yield from self.mesh(mac).run(b.T, a.T, starts, activity, register_dtype(mac))
        return transposed.T
