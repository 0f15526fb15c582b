"""Budgets below the largest working set: the steps that do not fit work tile by tile, and the rest is mapped as ever.

COSMA takes operators as atomic (arXiv 2311.18246, section III) and has no answer there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hwsim.errors import SpecError
from hwsim.jobs import Job, jobs_of
from hwsim.machine import Machine
from hwsim.residency import Account, Buffer, MemoryGraph, Step
from hwsim.residency.graph import Streamed
from hwsim.workload.graph import Workload
from mapper.candidates import TileSpace
from mapper.tile_options import TileOption, moving_options, product_options


@dataclass(frozen=True, slots=True)
class TiledGraph:
    """``graph`` with some steps working tile by tile, and the least that these steps move in any choice of tiles."""

    graph: MemoryGraph
    bound_bytes: int
    tiled: tuple[str, ...]


def tile_working_sets(
    workload: Workload, graph: MemoryGraph, account: Account, machine: Machine, budget_bytes: int
) -> TiledGraph:
    """The graph in which every step fits ``budget_bytes``.

    For each step that does not, the way that moves the fewest bytes more, given the steps before it; tile sides are
    whole folds of the machine's engine. Raises SpecError for a step that fits in no way.
    """
    jobs = jobs_of(workload, machine)
    tiled = _Tiled(workload, graph, account, machine, budget_bytes, jobs)
    return tiled.run()


@dataclass
class _Tiled:
    workload: Workload
    graph: MemoryGraph
    account: Account
    machine: Machine
    budget_bytes: int
    jobs: Mapping[str, Job]

    def run(self) -> TiledGraph:
        buffers = dict(self.graph.buffers)
        steps, tiled, bound = [], [], 0
        in_dram = set[str]()
        for step in self.graph.steps:
            if self.fits(step):
                steps.append(step)
                continue
            options = list(self.options(step))
            if not options:
                raise SpecError(
                    f"{self.graph.name}: step {step.name!r} fits {self.budget_bytes} bytes in no tiling "
                    f"for {self.machine.engine.spec}"
                )
            choice = min(options, key=lambda option: self.cost(step, option, buffers, in_dram))
            bound += min(self.least(step, option) + self.besides(step, option) for option in options)
            tiled.append(step.name)
            steps.append(self.tile(step, choice, buffers, in_dram))
        graph = replace(self.graph, steps=tuple(steps), buffers=buffers, assumptions=self.assumptions(tiled))
        return TiledGraph(graph, bound, tuple(tiled))

    def options(self, step: Step) -> list[TileOption]:
        jobs = [self.jobs[name] for name in step.operators if name in self.jobs]
        if not jobs:
            if all(len(self.workload.tensors[name].shape) < 2 for name in step.touched):
                raise SpecError(
                    f"{self.graph.name}: step {step.name!r} needs {self.graph.working_set(step)} bytes of "
                    f"{self.budget_bytes}, and no shape says how to tile it"
                )
            return list(moving_options(self.graph, step, self.workload, self.budget_bytes))
        space = TileSpace.of(self.machine, jobs[0].demand)
        bits = 8 * self.account.element_bytes
        return list(product_options(self.graph, step, jobs[0], space, bits, self.budget_bytes))

    def cost(self, step: Step, option: TileOption, buffers: Mapping[str, Buffer], in_dram: set[str]) -> tuple[int, int]:
        """Bytes more than without the step, if what was chosen before stays; then room."""
        total = self.least(step, option)
        for name in option.streamed:
            size = buffers[name].bytes
            if name in step.inputs and not buffers[name].has_copy and name not in in_dram:
                total += size  # spilled as it is made
            if name in step.outputs and self.graph.readers[name]:
                total += size  # comes back at least once
        return total, option.room_bytes

    def least(self, step: Step, option: TileOption) -> int:
        """Bytes that the step itself moves, compulsory ones left out in its favour."""
        total = 0
        for name, moved in option.streamed.items():
            buffer = self.graph.buffers[name]
            free = buffer.in_dram if name in step.inputs else buffer.handed_out
            total += moved - free * buffer.bytes
        return total

    def besides(self, step: Step, option: TileOption) -> int:
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

    def fits(self, step: Step) -> bool:
        return self.graph.working_set(step) <= self.budget_bytes

    def tile(self, step: Step, option: TileOption, buffers: dict[str, Buffer], in_dram: set[str]) -> Step:
        """The step with these buffers streamed; notes where their copies come from."""
        for name in option.streamed:
            if name in step.outputs:
                in_dram.add(name)
            elif name not in in_dram and not buffers[name].has_copy:
                buffers[name] = replace(buffers[name], mirrored=True)
        room = f"{step.name} (tiles)"
        buffers[room] = Buffer(room, option.room_bytes)
        kept = set(step.touched) - set(option.streamed)
        in_place = step.in_place if step.in_place and set(step.in_place) <= kept else None
        return Step(
            step.name,
            tuple(name for name in step.inputs if name in kept),
            (*(name for name in step.outputs if name in kept), room),
            in_place,
            operators=step.operators,
            streamed_in=self.streams(step.inputs, option),
            streamed_out=self.streams(step.outputs, option),
        )

    def streams(self, names: tuple[str, ...], option: TileOption) -> tuple[Streamed, ...]:
        return tuple(Streamed(name, option.streamed[name]) for name in names if name in option.streamed)

    def assumptions(self, tiled: list[str]) -> tuple[str, ...]:
        said = f"{', '.join(tiled)} work tile by tile: their working sets exceed {self.budget_bytes} bytes"
        return (*self.graph.assumptions, *([said] if tiled else []))
