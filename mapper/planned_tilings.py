"""Tilings of products whose activations lie on chip by a memory plan: parameters pass by once, as fast as can be."""

from __future__ import annotations

from dataclasses import replace

from hwsim.errors import SpecError
from hwsim.jobs import Job
from hwsim.machine import Machine
from hwsim.planned_jobs import passes_once, planned_jobs, working_machine
from hwsim.residency import Account, MemoryGraph
from hwsim.tiles.demand import Demand
from hwsim.tiles.tiling import Tiling
from hwsim.workload.graph import Workload
from mapper.tiling_search import search_tiling


def planned_tilings(workload: Workload, graph: MemoryGraph, account: Account, machine: Machine) -> dict[str, Tiling]:
    """A tiling for each product of ``workload``; the same serve every plan of ``graph``.

    Raises SpecError, naming the layer and a size that is enough, if scratchpad_b is too small for parameters to pass
    by once while their sums stay.
    """
    best: dict[Demand, Tiling] = {}
    found = {}
    for name, job in planned_jobs(workload, graph, account, machine).items():
        if job.demand not in best:
            tiling = _tiling(machine, job)
            if tiling is None:
                raise SpecError(
                    f"{workload.name}: layer {name!r}: scratchpad_b_bytes={machine.b.size_bytes} is too small for its "
                    f"parameters to pass by once while its sums stay; {_enough(machine, job)} is enough"
                )
            best[job.demand] = tiling
        found[name] = best[job.demand]
    return found


def _tiling(machine: Machine, job: Job) -> Tiling | None:
    """The fastest tiling that moves nothing twice; None if no such tiling fits."""
    try:
        tiling = search_tiling(working_machine(machine, job.demand), job.demand).tiling
    except SpecError:
        return None
    return tiling if passes_once(job, tiling) else None


def _enough(machine: Machine, job: Job) -> int:
    """A size of scratchpad_b with which there is a tiling: the first that doubling meets."""
    size = machine.b.size_bytes
    while _tiling(replace(machine, b=replace(machine.b, size_bytes=size)), job) is None:
        size *= 2
    return size
