"""Output-stationary systolic array: operands march, results stay."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Matrix
from hwsim.arrays.blocks import register_dtype
from hwsim.arrays.drain import Drain
from hwsim.arrays.k_stream import k_stream
from hwsim.arrays.leaves import counted, delay, mac_leaf, resolvers, skew_delays
from hwsim.arrays.resting_sums import RestingSums
from hwsim.arrays.results import ColumnPort, PePort, ResultPort
from hwsim.arrays.schedule import Schedule
from hwsim.arrays.skew import Skew, along, diagonal
from hwsim.arrays.wavefront import Wavefronts, spread
from hwsim.gemm import Gemm
from hwsim.inventory import Inventory
from hwsim.macs.base import Mac
from hwsim.ports import VALID, Beat


@dataclass(frozen=True, slots=True)
class SystolicOs(RestingSums):
    """``rows`` x ``cols`` PEs; A enters from the left, B from the top, PE (i, j) keeps C[i, j]."""

    name: ClassVar[str] = "systolic-os"
    summary: ClassVar[str] = "output-stationary systolic array"

    @property
    def schedule(self) -> Schedule:
        crossing = self.rows + self.cols - 1
        if self.drain is Drain.COLUMN:
            return Schedule(0, crossing + self.rows, self.rows, self.overlap)
        return Schedule(0, crossing, 1, self.overlap)

    def profile(self, m: int, n: int, k: int) -> NDArray[np.int64]:
        return spread(m, n)

    def run(self, a: Matrix, b: Matrix, mac: Mac) -> Generator[Beat, None, Matrix]:
        rows, cols, dtype = self.rows, self.cols, register_dtype(mac)
        gemm = Gemm(a.shape[0], b.shape[1], a.shape[1])
        starts, activity = self.starts(gemm, mac), self.activity(gemm, mac)
        feed = k_stream(a, b, mac, rows, cols, starts, len(activity))
        kind = PePort if self.drain is Drain.PARALLEL else ColumnPort
        port: ResultPort = kind(rows, cols, gemm, starts, dtype)
        a_skew, b_skew = Skew(along(rows), cols, dtype), Skew(along(cols), rows, dtype, march_first=True)
        a_reg: Matrix = np.zeros((rows, cols), dtype)
        b_reg = np.zeros_like(a_reg)
        valid: Matrix = np.zeros((rows, cols), VALID)
        sums, diagonals = mac.sums(rows, cols, dtype), [diagonal(rows, cols, d) for d in range(rows + cols - 1)]
        first, valid_skew = Wavefronts(starts + 2, len(diagonals)), Skew(along(rows), cols, VALID)
        for edge, (inputs, active_pes) in enumerate(zip(feed, activity.tolist(), strict=True), 1):
            for _, distance in first.at(edge):
                sums.clear(diagonals[distance])
            sums.add_product(a_reg, b_reg, valid)
            if sums.needs_enable:
                valid = valid_skew.push(inputs["valid"])
            a_reg, b_reg = a_skew.push(inputs["a"]), b_skew.push(inputs["b"])
            yield Beat(active_pes, inputs, port.after(edge, sums))
        return port.product

    def inventory(self, mac: Mac) -> Inventory:
        drain = int(self.drain is Drain.COLUMN)
        return counted(
            (mac_leaf("pe_os", mac, drain=drain), self.pe_count),
            *skew_delays(mac.a.bits, along(self.rows)),
            *skew_delays(mac.w.bits, along(self.cols)),
            (delay(3, 1), self.rows - 1),
            (delay(1, 1), drain * self.cols),
            resolvers(mac, drain * self.cols),
        )
