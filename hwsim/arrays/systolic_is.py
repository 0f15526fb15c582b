"""Input-stationary systolic array: the weight-stationary one computing the transposed product."""

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
class SystolicIs(Array):
    """PE (r, c) keeps A[c, r]; B[r, n] marches along row r, C[c, n] leaves at the foot of column c.

    ``overlap`` doubles the activation registers, so that the next tile enters while this one works.
    """

    rows: int = 16
    cols: int = 16
    overlap: bool = False

    name: ClassVar[str] = "systolic-is"
    summary: ClassVar[str] = "input-stationary systolic array"
    fold_order: ClassVar[str] = "mkn"
    stream_axis: ClassVar[str | None] = "n"

    @property
    def limits(self) -> Limits:
        return Limits(m=self.cols, n=None, k=self.rows)

    @property
    def schedule(self) -> Schedule:
        return stationary_schedule(self.rows, self.cols, self.overlap)

    @property
    def pe_count(self) -> int:
        return self.rows * self.cols

    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        return spread(k, m)

    def ports(self, mac: Mac) -> tuple[Port, ...]:
        return self._mesh(mac).ports()

    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
        transposed = yield from self._mesh(mac).run(
            b.T, a.T, self.starts(gemm), self.activity(gemm), register_dtype(mac)
        )
        return transposed.T

    def inventory(self, mac: Mac) -> Inventory:
        return self._mesh(mac).inventory()

    def _mesh(self, mac: Mac) -> StationaryMesh:
        return StationaryMesh(self.rows, self.cols, self.overlap, mac.a, mac.w, mac.acc, "a", "b")
