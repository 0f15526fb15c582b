"""Steps that need not run before the last moment: control edges that cost nothing and leave fewer orders.

Let u make one buffer k, for one reader c. Let H be what u reads, without buffers in DRAM that it alone reads. If H is
no larger than k, and all that u reads no larger than what c makes, then u may as well run just before c. Take any plan
and move u there. Where k lay before c, H lies now, or less; where k was spilled and fetched, H is. Just before c all
that lies there anyway fits beside what c makes, so in the place of that fits what u reads. Nothing moves more bytes.
Done from the last step to the first, this holds for all such steps at once, and those with the same reader may run in
any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hwsim.residency import MemoryGraph, Step


def postponed(graph: MemoryGraph) -> MemoryGraph:
    """``graph`` with every such step after all that its reader needs beside it, in the default order among equals.

    The cheapest schedules of both cost the same. A graph in which steps may run again is left as it is.
    """
    if any(step.repeatable for step in graph.steps):
        return graph
    named = {name for step in graph.steps for name in step.after}
    late: dict[int, list[int]] = {}
    for index, step in enumerate(graph.steps):
        reader = _sole_reader(graph, step)
        if reader is not None and step.name not in named and _may_wait(graph, step, graph.steps[reader]):
            late.setdefault(reader, []).append(index)
    edges: dict[int, tuple[str, ...]] = {}
    for reader, waiting in late.items():
        others = sorted(graph.before[reader] - set(waiting))
        for number, index in enumerate(waiting):
            edges[index] = tuple(graph.steps[x].name for x in (*others, *waiting[:number]))
    if not edges:
        return graph
    steps = [replace(x, after=(*x.after, *edges.get(i, ()))) for i, x in enumerate(graph.steps)]
    return replace(graph, steps=tuple(_in_order(graph, steps)))


def _in_order(graph: MemoryGraph, steps: list[Step]) -> Iterator[Step]:
    """The steps in an order in which they can run, near the one that is given."""
    before = [set(places) for places in graph.before]
    for index, step in enumerate(steps):
        before[index] |= {graph.index[name] for name in step.after}
    done: set[int] = set()
    waiting = list(range(len(steps)))
    while waiting:
        ready = next(index for index in waiting if before[index] <= done)
        waiting.remove(ready)
        done.add(ready)
        yield steps[ready]


def _sole_reader(graph: MemoryGraph, step: Step) -> int | None:
    """The only reader of the only buffer that the step makes, and leaves to nobody else."""
    if len(step.makes) != 1 or step.streamed_in or step.streamed_out or step.in_place:
        return None
    readers, buffer = graph.readers[step.outputs[0]], graph.buffers[step.outputs[0]]
    return readers[0] if len(readers) == 1 and not buffer.has_copy else None


def _may_wait(graph: MemoryGraph, step: Step, reader: Step) -> bool:
    if reader.in_place is not None:
        return False
    sizes = {name: graph.buffers[name].bytes for name in (*step.inputs, *step.outputs, *reader.outputs)}
    held = [x for x in step.inputs if not (graph.buffers[x].in_dram and len(graph.readers[x]) == 1)]
    made = sum(sizes[x] for x in reader.outputs)
    return sum(sizes[x] for x in held) <= sizes[step.outputs[0]] and sum(sizes[x] for x in step.inputs) <= made
