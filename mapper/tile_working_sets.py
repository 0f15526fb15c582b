"""Budgets below the largest working set: the steps that do not fit work tile by tile, and the rest is mapped as ever.

COSMA takes operators as atomic (arXiv 2311.18246, section III) and has no answer there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hwsim.errors import SpecError
from hwsim.jobs import Job, jobs_of
from hwsim.machine import Machine
from hwsim.residency import Account, MemoryGraph, Step
from hwsim.residency.tiled import TiledStep, tile_steps
from hwsim.workload.graph import Workload
from mapper.candidates import TileSpace
from mapper.tile_options import moving_options, product_options


@dataclass(frozen=True, slots=True)
class TiledGraph:
    """``graph`` with the steps in ``tiled`` working tile by tile, and the least that they move in any choice."""

    graph: MemoryGraph
    bound_bytes: int
    tiled: tuple[TiledStep, ...]


def tile_working_sets(
    workload: Workload, graph: MemoryGraph, account: Account, machine: Machine, budget_bytes: int
) -> TiledGraph:
    """The graph in which every step fits ``budget_bytes``.

    For each step that does not, the way that moves the fewest bytes more, given the steps before it; tile sides are
    whole folds of the machine's engine. Raises SpecError for a step that fits in no way.
    """
    choosing = _Choosing(workload, graph, account, machine, budget_bytes, jobs_of(workload, machine))
    tiled, bound = [], 0
    for step in graph.steps:
        if not choosing.fits(step):
            options = choosing.options(step)
            bound += min(choosing.least(step, option) + choosing.besides(step, option) for option in options)
            tiled.append(choosing.choose(step, options))
    return TiledGraph(tile_steps(graph, tiled), bound, tuple(tiled))


@dataclass
class _Choosing:
    workload: Workload
    graph: MemoryGraph
    account: Account
    machine: Machine
    budget_bytes: int
    jobs: Mapping[str, Job]
    copied: set[str] = field(default_factory=set)
    """buffers of which the tilings that were chosen leave a copy in DRAM"""

    def fits(self, step: Step) -> bool:
        return self.graph.working_set(step) <= self.budget_bytes

    def options(self, step: Step) -> list[TiledStep]:
        """Every way to run the step in the budget."""
        jobs = [self.jobs[name] for name in step.operators if name in self.jobs]
        if jobs:
            space = TileSpace.of(jobs[0].machine, jobs[0].demand)
            bits = 8 * self.account.element_bytes
            found = list(product_options(self.graph, step, jobs[0], space, bits, self.budget_bytes))
        elif all(len(self.workload.tensors[name].shape) < 2 for name in step.touched):
            raise SpecError(
                f"{self.graph.name}: step {step.name!r} needs {self.graph.working_set(step)} bytes of "
                f"{self.budget_bytes}, and no shape says how to tile it"
            )
        else:
            found = list(moving_options(self.graph, step, self.workload, self.budget_bytes))
        if not found:
            raise SpecError(
                f"{self.graph.name}: step {step.name!r} fits {self.budget_bytes} bytes in no tiling "
                f"for {self.machine.engine.spec}"
            )
        return found

    def choose(self, step: Step, options: list[TiledStep]) -> TiledStep:
        choice = min(options, key=lambda option: self.cost(step, option))
        self.copied.update(choice.streamed)
        return choice

    def cost(self, step: Step, option: TiledStep) -> tuple[int, int]:
        """Bytes more than without the step, if what was chosen before stays; then room."""
        total = self.least(step, option)
        for name in option.streamed:
            buffer = self.graph.buffers[name]
            spilled = name in step.inputs and not buffer.has_copy and name not in self.copied
            readers = (self.graph.steps[index] for index in self.graph.readers[name])
            returns = name in step.outputs and any(self.fits(reader) for reader in readers)
            total += buffer.bytes * (spilled + returns)
        return total, option.room_bytes

    def least(self, step: Step, option: TiledStep) -> int:
        """Bytes that the step itself moves, compulsory ones left out in its favour."""
        total = 0
        for name, moved in option.streamed.items():
            buffer = self.graph.buffers[name]
            free = buffer.in_dram if name in step.inputs else buffer.handed_out
            total += moved - free * buffer.bytes
        return total

    def besides(self, step: Step, option: TiledStep) -> int:
        """Bytes that move elsewhere because of this option, whatever the other steps choose: a copy by a maker that
        fits, for this step alone; a return to a reader that fits."""
        graph, total = self.graph, 0
        for name in option.streamed:
            readers = [graph.steps[index] for index in graph.readers[name]]
            if name in step.outputs:
                total += graph.buffers[name].bytes * any(self.fits(reader) for reader in readers)
            elif not graph.buffers[name].has_copy and self.fits(graph.steps[graph.maker[name]]):
                total += graph.buffers[name].bytes * (sum(not self.fits(reader) for reader in readers) == 1)
        return total
