"""A program for a whole network: its own order, and the best tiling of each product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hwsim.errors import SpecError
from hwsim.jobs import jobs_of
from hwsim.machine import Machine
from hwsim.program import Program
from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import Tiling
from hwsim.workload.graph import Workload
from mapper.objective import Objective
from mapper.tiling_search import Choice, search_tiling


def plan(
    workload: Workload,
    machine: Machine,
    objective: Objective = Objective.DRAM_BYTES,
    buffers: Sequence[int] | None = None,
) -> Program:
    """Tile every product of ``workload`` for ``machine``, in the workload's own order; errors as ``tile_products``."""
    choices = tile_products(workload, machine, objective, buffers)
    return program_of(workload, machine, {name: choice.tiling for name, choice in choices.items()})


def tile_products(
    workload: Workload,
    machine: Machine,
    objective: Objective = Objective.DRAM_BYTES,
    buffers: Sequence[int] | None = None,
) -> dict[str, Choice]:
    """The best tiling of each product, by operator; equal products are searched once. ``buffers`` as search_tiling.

    Raises SpecError, naming the layer, if a scratchpad cannot hold one fold, with the bytes that it needs, or if a
    number of the search exceeds 64 bits.
    """
    best: dict[tuple[str, Demand], Choice] = {}
    choices: dict[str, Choice] = {}
    for name, job in jobs_of(workload, machine).items():
        key = job.machine.engine.spec, job.demand
        if key not in best:
            try:
                best[key] = search_tiling(job.machine, job.demand, objective, buffers)
            except SpecError as error:
                raise SpecError(f"{workload.name}: layer {name!r}: {error}") from None
            except OverflowError:
                reason = "the search for a tiling counts in 64 bits, and a size, rate or latency here exceeds them"
                raise SpecError(f"{workload.name}: layer {name!r}: {reason}") from None
        choices[name] = best[key]
    return choices


def program_of(workload: Workload, machine: Machine, tilings: Mapping[str, Tiling]) -> Program:
    """The program with these tilings, in the workload's own order."""
    return Program(
        workload=workload.name,
        engine=machine.engine.spec,
        machine=machine.fields,
        order=tuple(operator.name for operator in workload.operators),
        tilings=dict(tilings),
        name=f"{workload.name} on {machine.engine.spec}",
    )
