"""Weight-stationary systolic array: weights rest, activations march across, sums march down."""

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
class SystolicWs(RestingOperand):
    """PE (r, c) keeps B[r, c]; A[m, r] marches along row r, C[m, c] leaves at the foot of column c."""

    name: ClassVar[str] = "systolic-ws"
    summary: ClassVar[str] = "weight-stationary systolic array"
    fold_order: ClassVar[str] = "nkm"
    stream_axis: ClassVar[str | None] = "m"

    @property
    def limits(self) -> Limits:
        return Limits(m=None, n=self.cols, k=self.rows)

    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        return spread(k, n)

    def mesh(self, mac: Mac) -> StationaryMesh:
        return StationaryMesh(self.rows, self.cols, self.overlap, mac, a_rests=False, rest_port="w", stream_port="a")

    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
        return self.mesh(mac).run(a, b, self.starts(gemm, mac), self.activity(gemm, mac), register_dtype(mac))
