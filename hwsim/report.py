"""What a simulation found: cycles by cause, bytes by operand and reason, layer by layer; plain values, JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from hwsim.run_cost import NO_COST, RunCost
from hwsim.tiles.pipeline import Stall, Timeline
from hwsim.tiles.tiling import Tiling
from hwsim.tiles.traffic import Accesses, Reason, Stream, Traffic, add_traffic


@dataclass(frozen=True)
class LayerReport:
    """One matrix product of the network; groups and heads are in ``batch``."""

    name: str
    m: int
    n: int
    k: int
    batch: int
    pe_count: int
    timeline: Timeline
    traffic: Traffic
    tiling: Tiling
    fused: tuple[str, ...] = ()
    """vector operators that work on this layer's results as they leave"""
    passes: int = 1
    """cycles for which a PE works on each product"""
    engine: str = ""
    """what computes the layer"""
    accesses: Accesses = field(default_factory=dict)
    """of scratchpads, but for DRAM; asked for energy alone"""

    @property
    def macs(self) -> int:
        return self.m * self.n * self.k * self.batch

    @property
    def utilization(self) -> float:
        """Multiply-accumulates over what all PEs could have done in the layer's total cycles."""
        return self.macs * self.passes / (self.pe_count * self.timeline.total_cycles)

    @property
    def dram_bytes(self) -> int:
        return sum(self.traffic.values())

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "engine": self.engine,
            "m": self.m,
            "n": self.n,
            "k": self.k,
            "batch": self.batch,
            "macs": self.macs,
            "compute_cycles": self.timeline.compute_cycles,
            "total_cycles": self.timeline.total_cycles,
            "stall_cycles": _stalls_json(self.timeline.stalls),
            "utilization": self.utilization,
            "dram_bytes": self.dram_bytes,
            "dram_bytes_by_reason": _traffic_json(self.traffic),
            "tiling": asdict(self.tiling),
            "fused": list(self.fused),
        }


@dataclass(frozen=True)
class OperatorReport:
    """One operator that is no product; fused into a layer, or with cycles and bytes of its own."""

    name: str
    op: str
    kind: str
    cycles: int
    vector_ops: int
    traffic: Traffic
    fused_into: str | None = None

    @property
    def dram_bytes(self) -> int:
        return sum(self.traffic.values())

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "op": self.op,
            "kind": self.kind,
            "fused_into": self.fused_into,
            "cycles": self.cycles,
            "vector_ops": self.vector_ops,
            "dram_bytes": self.dram_bytes,
            "dram_bytes_by_reason": _traffic_json(self.traffic),
        }


REASON_OF = {"load": Reason.FIRST_LOAD, "store": Reason.OUTPUT, "spill": Reason.SPILL, "retrieve": Reason.RETRIEVE}
"""Why a tensor moves, by the kind of its transfer in a memory plan."""


@dataclass(frozen=True, slots=True)
class TransferReport:
    """A tensor that a memory plan moves at a step: the ``place``-th of its order; ``kind`` as the plan names it."""

    tensor: str
    step: str
    place: int
    kind: str
    bytes: int
    cycles: int

    @property
    def traffic(self) -> Traffic:
        return {(Stream.TENSORS, REASON_OF[self.kind]): self.bytes}


@dataclass(frozen=True)
class Report:
    """The answer of ``simulate``. ``cost`` is None without a technology, and energies and areas are then too.

    ``total_cycles`` is ``compute_cycles`` plus all ``stall_cycles``; operators with rows of their own are one of the
    causes. ``transfers`` are those of a memory plan; None without one. Rates count dense-equivalent operations, two for
    each multiply-accumulate, of the whole network.
    """

    workload: str
    engine: str
    machine: Mapping[str, object]
    depth: str
    pe_count: int
    clock_ghz: float
    layers: tuple[LayerReport, ...]
    other_operators: tuple[OperatorReport, ...]
    assumptions: tuple[str, ...]
    passes: int = 1
    transfers: tuple[TransferReport, ...] | None = None
    cost: RunCost | None = None

    @property
    def compute_cycles(self) -> int:
        return sum(layer.timeline.compute_cycles for layer in self.layers)

    @property
    def stall_cycles(self) -> dict[Stall, int]:
        stalls: dict[Stall, int] = {cause: 0 for cause in Stall if cause is not Stall.TRANSFERS}
        for layer in self.layers:
            for cause, cycles in layer.timeline.stalls.items():
                stalls[cause] += cycles
        stalls[Stall.OTHER_OPERATORS] += sum(row.cycles for row in self.other_operators)
        if self.transfers is not None:
            stalls[Stall.TRANSFERS] = sum(move.cycles for move in self.transfers)
        return stalls

    @property
    def total_cycles(self) -> int:
        layers = sum(layer.timeline.total_cycles for layer in self.layers)
        between = sum(row.cycles for row in self.other_operators) + sum(move.cycles for move in self.transfers or ())
        return layers + between

    @property
    def macs(self) -> int:
        return sum(layer.macs for layer in self.layers)

    @property
    def utilization(self) -> float:
        """Multiply-accumulates of the engine's own layers over what all its PEs could have done in ``total_cycles``."""
        own = sum(layer.macs for layer in self.layers if layer.engine == self.engine)
        return own * self.passes / (self.pe_count * self.total_cycles) if self.total_cycles else 0.0

    @property
    def traffic(self) -> Traffic:
        parts = [*(layer.traffic for layer in self.layers), *(row.traffic for row in self.other_operators)]
        return add_traffic([*parts, *(move.traffic for move in self.transfers or ())])

    @property
    def dram_bytes(self) -> int:
        return sum(self.traffic.values())

    @property
    def time_ms(self) -> float:
        return self.total_cycles / self.clock_ghz / 1e6

    @property
    def tops(self) -> float:
        """Tera-operations per second achieved by the array over the whole run."""
        return 2 * self.macs / (self.time_ms * 1e9) if self.total_cycles else 0.0

    @property
    def energy_pj(self) -> float | None:
        """Of engine, scratchpads and DRAM over the whole run, glitches left out."""
        return None if self.cost is None else self.cost.energy_pj

    @property
    def area_um2(self) -> float | None:
        """Of the engine."""
        return None if self.cost is None else self.cost.area_um2

    def costed(self, cost: RunCost | None) -> Report:
        """The same with what it costs, and what that rests on."""
        return self if cost is None else replace(self, cost=cost, assumptions=(*self.assumptions, *cost.notes))

    def to_json(self) -> dict[str, Any]:
        """A plain value for ``json.dump``."""
        cost = NO_COST if self.cost is None else self.cost.to_json(self.tops, self.time_ms)
        moves = {} if self.transfers is None else {"transfers": [asdict(move) for move in self.transfers]}
        return {
            "workload": self.workload,
            "engine": self.engine,
            "machine": dict(self.machine),
            "depth": self.depth,
            "pe_count": self.pe_count,
            "total_cycles": self.total_cycles,
            "compute_cycles": self.compute_cycles,
            "stall_cycles": _stalls_json(self.stall_cycles),
            "macs": self.macs,
            "utilization": self.utilization,
            "time_ms": self.time_ms,
            "tops": self.tops,
            "dram_bytes": self.dram_bytes,
            "dram_bytes_by_reason": _traffic_json(self.traffic),
            "clock_ghz": self.clock_ghz,
            **cost,
            "assumptions": list(self.assumptions),
            "layers": [layer.to_json() for layer in self.layers],
            "other_operators": [row.to_json() for row in self.other_operators],
            **moves,
        }


def _stalls_json(stalls: Mapping[Stall, int]) -> dict[str, int]:
    return {cause.value: cycles for cause, cycles in stalls.items()}


def _traffic_json(traffic: Traffic) -> dict[str, dict[str, int]]:
    """Nested: operand, then reason."""
    table: dict[str, dict[str, int]] = {}
    for stream in Stream:
        reasons = {reason.value: traffic[stream, reason] for reason in Reason if (stream, reason) in traffic}
        if reasons:
            table[stream.value] = reasons
    return table
