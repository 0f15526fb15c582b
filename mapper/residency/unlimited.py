"""The plan for a scratchpad without bounds: nothing is ever sent away to come back."""

from __future__ import annotations

from hwsim.residency import MemoryGraph, MemoryPlan, Status
from mapper.residency.schedule import keep_all

SCHEME = "infinite scratchpad"


def unlimited(graph: MemoryGraph) -> MemoryPlan:
    """The default order, every buffer from its first use to its last, at an address that nobody else has."""
    offsets, height = {}, 0
    schedule = keep_all(graph)
    for run in schedule.runs:
        offsets[run] = height
        height += graph.buffers[run.buffer].bytes
    return schedule.plan(SCHEME, height, offsets, Status.OPTIMAL, 0)
