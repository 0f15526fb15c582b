"""A graph whose streams are taken out, for solvers that know of none: what is left has the same schedules.

A buffer that a step streams out is there for later steps as if it lay in DRAM from the start, but only after that step;
one that is mirrored has a copy as if it were handed out. What the streams move is the same in every schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hwsim.residency import Buffer, MemoryGraph, Step
from mapper.residency.schedule import Schedule, keep_all


def plain(graph: MemoryGraph) -> MemoryGraph:
    """``graph`` without streams; itself if it has none."""
    if not has_streams(graph):
        return graph
    makers: Mapping[str, str] = {x.buffer: step.name for step in graph.steps for x in step.streamed_out}
    steps = tuple(_plain_step(graph, step, makers) for step in graph.steps)
    touched = dict.fromkeys(name for step in steps for name in step.touched)
    buffers = {name: _plain_buffer(graph, name) for name in touched}
    return replace(graph, steps=steps, buffers=buffers)


def has_streams(graph: MemoryGraph) -> bool:
    """Whether some step works tile by tile."""
    return any(step.streamed_in or step.streamed_out for step in graph.steps)


def with_streams(graph: MemoryGraph, schedule: Schedule) -> Schedule:
    """``schedule`` of ``plain(graph)`` as one of ``graph``."""
    return replace(schedule, graph=graph)


def streamed_bytes(graph: MemoryGraph) -> int:
    """Bytes that every schedule of ``graph`` moves beside those that the schedules of ``plain(graph)`` count."""
    kept = keep_all(graph)
    return kept.objective_bytes - replace(kept, graph=plain(graph)).objective_bytes


def _plain_step(graph: MemoryGraph, step: Step, makers: Mapping[str, str]) -> Step:
    streamed = [graph.steps[graph.maker[x.buffer]].name for x in step.streamed_in if x.buffer in graph.maker]
    fetched = [makers[name] for name in step.inputs if name in makers]
    after = tuple(dict.fromkeys((*step.after, *streamed, *fetched)))
    return replace(step, streamed_in=(), streamed_out=(), after=after)


def _plain_buffer(graph: MemoryGraph, name: str) -> Buffer:
    buffer = graph.buffers[name]
    if name in graph.made_in_dram:
        return replace(buffer, in_dram=True, handed_out=False, mirrored=False)
    return replace(buffer, mirrored=False, handed_out=buffer.handed_out or buffer.mirrored)
