"""What a language model takes on a GPU: time by cause, bytes, kernel by kernel; plain values, JSON out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hwsim.gemm import Gemm
from hwsim.gpu.kernel_time import Cause, KernelTime
from hwsim.gpu.precompute import Precompute
from hwsim.workload.llm.run import Phase


@dataclass(frozen=True, slots=True)
class KernelRow:
    """One kernel, ``count`` times in the model; ``fused`` names the operators behind it, ``gemm`` is its product."""

    name: str
    op: str
    count: int
    time: KernelTime
    gemm: Gemm | None = None
    fused: tuple[str, ...] = ()
    precompute: bool = False

    def to_json(self) -> dict[str, Any]:
        sides = {x: getattr(self.gemm, x) for x in ("m", "n", "k", "batch")} if self.gemm else {}
        return {
            "name": self.name,
            "op": self.op,
            "count": self.count,
            **sides,
            "tile": str(self.time.tile) if self.time.tile else None,
            "ms": self.time.total_ms,
            "ms_by_cause": causes_json(self.time.ms),
            "dram_bytes": self.time.dram_bytes,
            "l2_bytes": self.time.l2_bytes,
            "fused": list(self.fused),
        }


@dataclass(frozen=True, slots=True)
class GpuReport:
    """One model at one batch. Rows of a layer count as often as there are layers.

    ``baseline_ms`` is the time with activations read as they are and no tables made: what precompute adds is the
    difference (0 where no tables are).
    """

    machine: str
    precompute: Precompute
    phase: Phase
    batch: int
    seq: int
    layers: int
    rows: tuple[KernelRow, ...]
    baseline_ms: float
    assumptions: tuple[str, ...] = ()
    """of the workload; those of the model of the machine are `ASSUMPTIONS`"""

    @property
    def layer_rows(self) -> tuple[KernelRow, ...]:
        """The kernels of one layer."""
        return tuple(row for row in self.rows if row.name.startswith("layer"))

    @property
    def layer_ms(self) -> float:
        return sum(row.time.total_ms for row in self.layer_rows)

    @property
    def total_ms(self) -> float:
        return sum(row.count * row.time.total_ms for row in self.rows)

    @property
    def flops(self) -> int:
        """Two for each multiply-accumulate of the products, dense-equivalent."""
        return 2 * sum(row.count * row.gemm.macs for row in self.rows if row.gemm is not None)

    @property
    def precompute_ms(self) -> float:
        """What tables add to the whole model: their kernels, their additions, and their bytes in the products."""
        return self.total_ms - self.baseline_ms

    @property
    def precompute_overhead(self) -> float:
        """The same as a share of the time without."""
        return self.precompute_ms / self.baseline_ms

    @property
    def dram_bytes(self) -> float:
        return sum(row.count * row.time.dram_bytes for row in self.rows)

    @property
    def l2_bytes(self) -> float:
        return sum(row.count * row.time.l2_bytes for row in self.rows)

    @property
    def ms_by_cause(self) -> dict[Cause, float]:
        return add_causes((row.count, row.time.ms) for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """A plain value for ``json.dump``."""
        return {
            "phase": self.phase.value,
            "batch": self.batch,
            "seq": self.seq,
            "total_ms": self.total_ms,
            "ms_by_cause": causes_json(self.ms_by_cause),
            "precompute_ms": self.precompute_ms,
            "precompute_overhead": self.precompute_overhead,
            "flops": self.flops,
            "dram_bytes": self.dram_bytes,
            "l2_bytes": self.l2_bytes,
            "layers": self.layers,
            "layer_ms": self.layer_ms,
            "layer_ms_by_cause": causes_json(add_causes((1, row.time.ms) for row in self.layer_rows)),
            "kernels": [row.to_json() for row in self.rows],
        }


def add_causes(parts: Iterable[tuple[int, dict[Cause, float]]]) -> dict[Cause, float]:
    total = dict.fromkeys(Cause, 0.0)
    for count, ms in parts:
        for cause, value in ms.items():
            total[cause] += count * value
    return total


def causes_json(ms: dict[Cause, float]) -> dict[str, float]:
    return {cause.value: value for cause, value in ms.items()}
