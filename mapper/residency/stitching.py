"""Schedules of parts of a graph put one after the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from hwsim.residency import MemoryGraph
from mapper.residency.schedule import Run, Schedule

Piece = tuple[Collection[str], Schedule]
"""Buffers that lie at the entry of a part, and its schedule; if there are any, a stand-in for the entry runs first."""


def stitch(graph: MemoryGraph, pieces: Sequence[Piece], stand_ins: Collection[str]) -> Schedule:
    """One schedule of ``graph``, without the steps ``stand_ins`` that stand for entries and exits of parts.

    What lies at an entry goes on from the part before; what a part brings back at its very end comes with the next
    step.
    """
    order: list[str] = []
    runs: list[Run] = []
    latest = 0  # where the runs of the part before begin: none earlier reaches its end
    for carried, schedule in pieces:
        base, entered = len(order), bool(carried)
        order += [name for name in schedule.order if name not in stand_ins]
        going_on = _take_ends(runs, base, latest, carried)
        latest = len(runs)
        for run in schedule.runs:
            start, end = (min(base + max(0, place - entered), len(order)) for place in (run.start, run.end))
            if run.start == 0 and run.buffer in going_on:
                start = going_on[run.buffer].start
            if start < end or start == len(order):
                runs.append(Run(run.buffer, start, end))
    return Schedule(graph, tuple(order), tuple(run for run in runs if run.start < run.end))


def _take_ends(runs: list[Run], place: int, first: int, carried: Collection[str]) -> dict[str, Run]:
    """Remove from ``runs[first:]`` those of ``carried`` that end at ``place``, by buffer."""
    taken = {run.buffer: run for run in runs[first:] if run.end == place and run.buffer in carried}
    runs[first:] = [run for run in runs[first:] if taken.get(run.buffer) is not run]
    return taken


def renamed(schedule: Schedule, new: MemoryGraph) -> Schedule:
    """``schedule`` of one graph, told in the names of another with the same signature."""
    old = schedule.graph
    steps: Mapping[str, str] = {a.name: b.name for a, b in zip(old.steps, new.steps, strict=True)}
    buffers = dict(zip(old.buffers, new.buffers, strict=True))
    order = tuple(steps[name] for name in schedule.order)
    return Schedule(new, order, tuple(Run(buffers[run.buffer], run.start, run.end) for run in schedule.runs))
