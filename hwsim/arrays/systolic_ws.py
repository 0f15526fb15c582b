"""Weight-stationary systolic array: weights rest, activations march across, sums march down."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Array, Limits, Matrix
from hwsim.arrays.blocks import register_dtype
from hwsim.arrays.schedule import Schedule
from hwsim.arrays.stationary import StationaryMesh, stationary_schedule
from hwsim.arrays.wavefront import spread
from hwsim.gemm import Gemm
from hwsim.inventory import Inventory
from hwsim.macs.base import Mac
from hwsim.ports import Beat, Port


@dataclass(frozen=True, slots=True)
class SystolicWs(Array):
    """PE (r, c) keeps B[r, c]; A[m, r] marches along row r, C[m, c] leaves at the foot of column c.

    ``overlap`` doubles the weight registers, so that the next tile enters while this one works.
    """

    rows: int = 16
    cols: int = 16
    overlap: bool = False

    name: ClassVar[str] = "systolic-ws"
    summary: ClassVar[str] = "weight-stationary systolic array"
    fold_order: ClassVar[str] = "nkm"
    stream_axis: ClassVar[str | None] = "m"

    @property
    def limits(self) -> Limits:
        return Limits(m=None, n=self.cols, k=self.rows)

    @property
    def schedule(self) -> Schedule:
        return stationary_schedule(self.rows, self.cols, self.overlap)

    @property
    def pe_count(self) -> int:
        return self.rows * self.cols

    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        return spread(k, n)

    def ports(self, mac: Mac) -> tuple[Port, ...]:
        return self._mesh(mac).ports()

    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
        return self._mesh(mac).run(a, b, self.starts(gemm), self.activity(gemm), register_dtype(mac))

    def inventory(self, mac: Mac) -> Inventory:
        return self._mesh(mac).inventory()

    def _mesh(self, mac: Mac) -> StationaryMesh:
        return StationaryMesh(self.rows, self.cols, self.overlap, mac.w, mac.a, mac.acc, "w", "a")
