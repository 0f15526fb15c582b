"""Schedules of segments put one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hwsim.residency import MemoryGraph
from mapper.residency.cuts import ENTRY, Segment
from mapper.residency.schedule import Run, Schedule


def stitch(graph: MemoryGraph, parts: Sequence[tuple[Segment, Schedule]]) -> Schedule:
    """One schedule of ``graph``: what a segment finds made at its entry goes on from the segment before."""
    order: list[str] = []
    runs: list[Run] = []
    latest = 0  # where the runs of the segment before begin: none earlier reaches its end
    for segment, schedule in parts:
        shift = len(order) - segment.entered
        carried = {} if not segment.entered else _take_ends(runs, len(order), latest)
        latest = len(runs)
        order += [name for name in schedule.order if name != ENTRY]
        for run in schedule.runs:
            if segment.entered and run.start == 0:
                runs.append(Run(run.buffer, carried.pop(run.buffer).start, run.end + shift))
            else:
                runs.append(Run(run.buffer, run.start + shift, run.end + shift))
        runs += carried.values()
    return Schedule(graph, tuple(order), tuple(runs))


def _take_ends(runs: list[Run], place: int, first: int) -> dict[str, Run]:
    """Remove from ``runs[first:]`` those that end at ``place``, by buffer."""
    taken = {run.buffer: run for run in runs[first:] if run.end == place}
    runs[first:] = [run for run in runs[first:] if run.end != place]
    return taken


def renamed(schedule: Schedule, new: MemoryGraph) -> Schedule:
    """``schedule`` of one graph, told in the names of another with the same signature."""
    old = schedule.graph
    steps: Mapping[str, str] = {a.name: b.name for a, b in zip(old.steps, new.steps, strict=True)}
    buffers = dict(zip(old.buffers, new.buffers, strict=True))
    order = tuple(steps[name] for name in schedule.order)
    return Schedule(new, order, tuple(Run(buffers[run.buffer], run.start, run.end) for run in schedule.runs))
