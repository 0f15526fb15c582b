"""What arrays with sums at rest share: a rectangle of PEs, its folds, its ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hwsim.arrays.base import Limits
from hwsim.arrays.drain import Drain
from hwsim.arrays.k_stream import k_stream_ports
from hwsim.arrays.scheduled import ScheduledArray
from hwsim.macs import DENSE_MACS, Mac
from hwsim.ports import Port


@dataclass(frozen=True, slots=True)
class RestingSums(ScheduledArray):
    """``rows`` x ``cols`` PEs; PE (i, j) keeps C[i, j], and results leave as ``drain`` says."""

    rows: int = 16
    cols: int = 16
    overlap: bool = False
    drain: Drain = Drain.PARALLEL

    fold_order: ClassVar[str] = "mnk"
    stream_axis: ClassVar[str | None] = "k"
    houses: ClassVar[tuple[type[Mac], ...]] = DENSE_MACS
    elementwise: ClassVar[tuple[str, ...]] = ("rows", "cols")

    @property
    def limits(self) -> Limits:
        return Limits(m=self.rows, n=self.cols, k=None)

    @property
    def pe_count(self) -> int:
        return self.rows * self.cols

    def ports(self, mac: Mac) -> tuple[Port, ...]:
        return k_stream_ports(mac, self.rows, self.cols, self.drain)
