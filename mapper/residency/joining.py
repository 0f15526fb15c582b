"""Schedules of parts, one after the other: what lies at a cut goes on from the part before."""

from __future__ import annotations

from hwsim.residency import MemoryGraph
from mapper.residency.frontier import ENTRY, EXIT, Path
from mapper.residency.schedule import Run, Schedule


def joined(graph: MemoryGraph, path: Path) -> Schedule:
    """One schedule of ``graph``. A buffer that a part brings back at its very end comes with the next step."""
    order: list[str] = []
    runs: list[Run] = []
    for part, schedule in path.parts:
        base, entered = len(order), schedule.order[0] == ENTRY
        order += [name for name in schedule.order if name not in (ENTRY, EXIT)]
        open_runs = {run.buffer: run for run in runs if run.end == base and run.buffer in part.carried}
        runs = [run for run in runs if open_runs.get(run.buffer) is not run]
        for run in schedule.runs:
            start = base + max(0, run.start - entered)
            end = min(base + run.end - entered, len(order))
            if entered and run.start == 0:
                earlier = open_runs.pop(run.buffer, None)
                start = earlier.start if earlier is not None else base
            start = min(start, len(order))
            if start < end or start == len(order):
                runs.append(Run(run.buffer, start, max(start, end)))
    return Schedule(graph, tuple(order), tuple(run for run in runs if run.start < run.end))
