"""Layers of a network, timed one by one at the depth asked for; equal layers are timed once."""

from __future__ import annotations

from dataclasses import dataclass, field

from hwsim.jobs import Job
from hwsim.layer_run import Depth, Handover, time_closed, time_with_operands
from hwsim.machine import Machine
from hwsim.machine_fields import MACHINE_FIELDS
from hwsim.operands import FLOAT_SYNTHETIC, SYNTHETIC, Operands
from hwsim.report import LayerReport
from hwsim.tiles.demand import Demand
from hwsim.tiles.loops import TileLoops
from hwsim.tiles.pipeline import Timeline
from hwsim.tiles.port_traffic import product_accesses
from hwsim.tiles.tiling import Tiling
from hwsim.tiles.traffic import Accesses, product_traffic


@dataclass
class LayerTiming:
    """``layer`` gives a report for each product; what was noticed on the way is said by ``assumptions``."""

    machine: Machine
    depth: Depth
    operands: Operands
    synthetic: list[str] = field(default_factory=list)
    port_bound: list[str] = field(default_factory=list)
    known: dict[tuple[str, Demand, Tiling, Handover], tuple[Timeline, bool]] = field(default_factory=dict)
    moved: dict[tuple[str, Demand, Tiling], Accesses] = field(default_factory=dict)

    def layer(self, job: Job, tiling: Tiling, handover: Handover, number: int) -> LayerReport:
        """The report of one product, the ``number``-th of the network."""
        demand, engine = job.demand, job.machine.engine
        return LayerReport(
            name=job.name,
            m=demand.m,
            n=demand.n,
            k=demand.k,
            batch=demand.batch,
            pe_count=engine.pe_count,
            timeline=self._timeline(job, tiling, handover, number),
            traffic=product_traffic(demand, tiling),
            tiling=tiling,
            fused=tuple(operator.name for operator in job.chain.operators),
            passes=engine.passes,
            engine=engine.spec,
            accesses=self._accesses(job, tiling) if self.machine.technology is not None else {},
        )

    def _accesses(self, job: Job, tiling: Tiling) -> Accesses:
        key = (job.machine.engine.spec, job.demand, tiling)
        if key not in self.moved:
            self.moved[key] = product_accesses(job.machine, job.demand, tiling)
        return self.moved[key]

    def _timeline(self, job: Job, tiling: Tiling, handover: Handover, number: int) -> Timeline:
        key = (job.machine.engine.spec, job.demand, tiling, handover)
        if self.depth is Depth.CLOSED and key in self.known:
            timeline, port_bound = self.known[key]
        else:
            loops = TileLoops(job.machine, job.demand, tiling, handover.preloaded)
            timeline = self._timed(loops, job, handover, number)
            port_bound = loops.port_bound
            self.known[key] = timeline, port_bound
        self.port_bound += [job.name] * port_bound
        return timeline

    def _timed(self, loops: TileLoops, job: Job, handover: Handover, number: int) -> Timeline:
        if self.depth is Depth.CLOSED:
            return time_closed(loops, handover)
        timeline, synthetic = time_with_operands(loops, handover, job, number, self.operands, self.depth)
        if synthetic:
            self.synthetic.append(job.name if synthetic == "aw" else f"{job.name} ({synthetic} alone)")
        return timeline

    def assumptions(self) -> list[str]:
        """A sentence each, once all layers are timed."""
        said = []
        if self.port_bound:
            said.append(f"tiles wait for a scratchpad's port, which counts as compute, in {', '.join(self.port_bound)}")
        if self.depth is Depth.CLOSED:
            said += self.machine.engine.array.assumptions(self.machine.engine.mac)
        if self.synthetic:
            how = FLOAT_SYNTHETIC if self.machine.engine.mac.floating else SYNTHETIC
            said.append(f"operands of {', '.join(self.synthetic)} are synthetic: {how}")
        return said


def _clock(machine: Machine) -> str:
    clock, fmax = f"the clock is {machine.clock_ghz} GHz", machine.fmax_ghz
    if machine.technology is None or fmax is None:
        how = "assumed" if machine.clock_ghz == MACHINE_FIELDS["clock_ghz"].default else "as given"
        return f"{clock}, {how}: no technology is chosen"
    if machine.clock_ghz == fmax:
        return f"{clock}, the fastest of {machine.engine.spec} in {machine.technology.name}"
    reached = f"{machine.engine.spec} reaches {fmax} GHz in {machine.technology.name}"
    return (
        f"{clock}, as given, faster than possible: {reached}"
        if machine.clock_ghz > fmax
        else f"{clock}, as given: {reached}"
    )


def machine_assumptions(machine: Machine) -> list[str]:
    """What every run on this machine rests on, the clock first."""
    said = [
        _clock(machine),
        f"the vector unit does {machine.lanes} operations per cycle; what follows a product alone rides along",
    ]
    if machine.engine.additions_left:
        said.append("results leave the engine as sum and carry, which the vector unit adds: one operation for each")
    return said
