"""Exact cuts: where all that is live was just made, what comes before and after can be planned apart.

A cut is a step that every other step must precede or follow, such that whatever crosses it is its own output. After it
the scratchpad holds exactly those outputs, whatever was done before: costs on both sides add, peaks do not meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from hwsim.residency import Buffer, MemoryGraph, Step
from mapper.residency.indexed import Indexed

ENTRY = "(entry)"
"""Name of the step that stands for the cut before a segment: it makes what crosses."""


@dataclass(frozen=True)
class Segment:
    """Steps [first, last) of the whole graph's default order as a graph of its own, after an entry step that makes
    what is ``carried`` over the cut before, if anything is."""

    graph: MemoryGraph
    first: int
    last: int
    carried: tuple[str, ...]


def signature(graph: MemoryGraph) -> tuple[object, ...]:
    """Equal for graphs that differ in names alone."""
    x = Indexed(graph)
    steps = tuple(
        (inputs, outputs, over, step.repeatable)
        for inputs, outputs, over, step in zip(x.inputs, x.outputs, x.overwritten, graph.steps, strict=True)
    )
    return steps, x.predecessors, x.sizes, x.unit_bytes, x.copied, x.maker


def segments(graph: MemoryGraph) -> list[Segment]:
    """``graph`` from one exact cut to the next."""
    x = Indexed(graph)
    edges = [0, *(step + 1 for step in _cuts(x) if step + 1 < x.count), x.count]
    if len(edges) == 2:
        return [Segment(graph, 0, x.count, ())]
    return [_segment(x, first, last) for first, last in pairwise(edges)]


def _cuts(x: Indexed) -> list[int]:
    """Pinned steps that nothing passes but what they make, once."""
    passing = [0] * (x.count + 1)
    for uses in x.uses:
        passing[uses[0]] += 1
        passing[uses[-1]] -= 1
    crossing, total = [], 0
    for delta in passing:
        total += delta
        crossing.append(total)
    own = [sum(1 for b in x.outputs[step] if x.readers[b]) for step in range(x.count)]
    final = [not step.repeatable for step in x.graph.steps]
    return [step for step in x.pinned if crossing[step] == own[step] and final[step]]


def following(step: Step, entry: str) -> Step:
    """``step`` after the stand-in ``entry``, also where it reads nothing that the cut carries."""
    return replace(step, after=(*step.after, entry))


def _segment(x: Indexed, first: int, last: int) -> Segment:
    graph = x.graph
    steps = list(graph.steps[first:last])
    carried = tuple(x.names[b] for b in x.outputs[first - 1] if x.readers[b]) if first else ()
    if carried:
        steps = [Step(ENTRY, (), carried), *(following(step, ENTRY) for step in steps)]
    touched: Sequence[str] = list(dict.fromkeys(name for step in steps for name in step.touched))
    buffers: dict[str, Buffer] = {name: graph.buffers[name] for name in touched}
    return Segment(MemoryGraph(graph.name, tuple(steps), buffers), first, last, carried)
