"""A run costed: figures of engines from the machine's technology, scratchpads from CACTI's table, DRAM as cited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from hwsim.machine import Machine
from hwsim.memory_energy import DRAM_PJ_PER_BYTE
from hwsim.report import LayerReport, Report
from hwsim.run_cost import BESIDE, DRAM, ENGINE, RunCost
from hwsim.technology import EngineFigures
from hwsim.technology.memories.sram import Sram, sram_table
from hwsim.tiles.tiling import Operand
from hwsim.tiles.traffic import Reason, Stream


def run_cost(machine: Machine, report: Report) -> RunCost | None:
    """What ``report`` cost on ``machine``; None if it has no technology."""
    if machine.technology is None:
        return None
    return _Costing(machine, report).cost()


@dataclass
class _Costing:
    machine: Machine
    report: Report

    @cached_property
    def engines(self) -> dict[str, tuple[Machine, EngineFigures]]:
        """What computes, by component; what stands beside the engine if the network has products for it."""
        beside, used = self.machine.beside, {layer.engine for layer in self.report.layers}
        named = {ENGINE: self.machine, BESIDE: beside if beside and beside.engine.spec in used else None}
        return {name: (x, x.figures) for name, x in named.items() if x is not None and x.figures is not None}

    @cached_property
    def pads(self) -> dict[Operand, Sram]:
        table = sram_table()
        return {
            x: table.sram(self.node, pad.size_bytes, 8 * pad.port_bytes_per_cycle)
            for x in Operand
            for pad in [self.machine.scratchpad(x)]
        }

    @cached_property
    def node(self) -> int:
        assert self.machine.technology is not None
        return sram_table().node(self.machine.technology.node_nm)

    @property
    def time_ns(self) -> float:
        return self.report.total_cycles / self.machine.clock_ghz

    def cost(self) -> RunCost:
        assert self.machine.technology is not None
        areas = {f"{name}.{kind}": area for name, (_, x) in self.engines.items() for kind, area in x.areas_um2.items()}
        areas |= {f"scratchpad_{x.value}": pad.area_um2 for x, pad in self.pads.items()}
        settled, glitching = (self._energy(unit_delay) for unit_delay in (False, True))
        return RunCost(
            self.machine.technology.origin, areas, settled, glitching, tuple(self._notes(settled is not None))
        )

    def _energy(self, unit_delay: bool) -> dict[str, float] | None:
        """By component; None where an engine like one of these was not simulated."""
        parts: dict[str, float] = {}
        for name, (machine, figures) in self.engines.items():
            macs = sum(layer.macs for layer in self.report.layers if layer.engine == machine.engine.spec)
            taken = figures.energy_pj(macs, self.report.total_cycles, self.time_ns, unit_delay)
            if taken is None:
                return None
            parts |= {f"{name}.{part}": energy for part, energy in taken.items()}
        parts |= {f"scratchpad_{x.value}": self._pad_pj(x) for x in Operand}
        return {**parts, DRAM: DRAM_PJ_PER_BYTE * self.report.dram_bytes}

    def _pad_pj(self, operand: Operand) -> float:
        """Reads and writes for the engine and for DRAM, each as wide as the engine's port, and what it leaks."""
        pad, width = self.pads[operand], self.machine.scratchpad(operand).port_bytes_per_cycle
        moved = [_moved(layer, operand) for layer in self.report.layers]
        read, written = (sum(each[way] for each in moved) for way in (0, 1))
        accessed: float = (pad.read_pj * read + pad.write_pj * written) / width
        return accessed + pad.leakage_mw * self.time_ns

    def _notes(self, simulated: bool) -> Iterator[str]:
        technology = self.machine.technology
        assert technology is not None
        said = technology.provenance
        mapped = f"mapped by {_listed(said.tools)}; no wires"
        yield f"figures of {technology.name}: {said.library} at {technology.corner}, {mapped}"
        if technology.scaling:
            yield technology.scaling
        for machine, figures in self.engines.values():
            yield from figures.notes
            if machine is not self.machine and figures.clock_ghz < machine.clock_ghz:
                yield f"{machine.engine.spec} beside the engine reaches {figures.clock_ghz:.4f} GHz without more stages"
        yield f"scratchpads are those of CACTI 7 at {self.node} nm, the nearest node of its table, not scaled"
        if simulated:
            yield f"engines switch as with operands {said.operands}; energy_pj leaves glitches out"
            yield f"a byte through DRAM takes {DRAM_PJ_PER_BYTE} pJ, cited (Horowitz, ISSCC 2014)"
        yield "the vector unit and what controls the engine from outside are in no area and no energy"


def _moved(layer: LayerReport, operand: Operand) -> tuple[float, float]:
    """Bytes that a layer reads from the scratchpad of ``operand`` and writes to it. Operands come from DRAM; partial
    sums cross to it and back, and what leaves in the end has been read to be requantised."""
    read, written = layer.accesses[operand]
    if operand is Operand.C:
        crossed = layer.traffic.get((Stream.C, Reason.PARTIAL_SUM), 0) / 2
        return read + crossed, written + crossed
    return read, written + sum(moved for (stream, _), moved in layer.traffic.items() if stream is Stream(operand.value))


def _listed(tools: Mapping[str, str]) -> str:
    return ", ".join(f"{tool} {version}" for tool, version in tools.items())
