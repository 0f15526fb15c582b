"""Orders of steps: a memory graph told in another order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hwsim.errors import SpecError, nearest
from hwsim.residency import MemoryGraph


def in_order(graph: MemoryGraph, order: Sequence[str]) -> MemoryGraph:
    """``graph`` with its steps in ``order``; raises SpecError for what is not an order in which they can run."""
    counts = Counter(order)
    for name, count in counts.items():
        if name not in graph.index:
            raise SpecError(f"{graph.name}: the order names {name!r}{nearest(name, graph.index)}, which is no step")
        if count > 1:
            raise SpecError(f"{graph.name}: the order names step {name!r} {count} times; once is allowed")
    for step in graph.steps:
        if step.name not in counts:
            raise SpecError(f"{graph.name}: the order leaves out step {step.name!r}")
    place = {name: at for at, name in enumerate(order)}
    for step in graph.steps:
        for tensor in step.reads:
            maker = graph.maker.get(tensor)
            if maker is not None and place[graph.steps[maker].name] > place[step.name]:
                first = graph.steps[maker].name
                raise SpecError(
                    f"{graph.name}: the order runs {step.name!r} before {first!r}, whose {tensor!r} it reads"
                )
    return replace(graph, steps=tuple(graph.steps[graph.index[name]] for name in order))
