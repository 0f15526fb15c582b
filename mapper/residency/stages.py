"""Order and evictions of one segment: stages of growing effort, each starting from the best that is known.

Stages are the same whatever the limit; a limit only says after how many of them to stop, so that more time never gives
a worse plan.
"""

from __future__ import annotations

from dataclasses import dataclass

from hwsim.residency import MemoryGraph
from mapper.residency.indexed import Indexed, bits
from mapper.residency.layers import Found, LayeredSearch
from mapper.residency.schedule import Schedule, with_fetches

WORK_PER_SECOND = 10_000
"""States that the layered search makes in about a second."""
WIDTHS = (8, 64, 512, 4096, 32768, 262144)


@dataclass(frozen=True)
class Retained:
    """A schedule, and a bound in bytes that no schedule of its graph within the budget goes below."""

    schedule: Schedule
    bound_bytes: int

    @property
    def proven(self) -> bool:
        return self.schedule.objective_bytes == self.bound_bytes


def retain(graph: MemoryGraph, budget_bytes: int, seconds: float, chained: bool = False) -> Retained:
    """The cheapest schedule within ``budget_bytes``, in the default order alone if ``chained``.

    The budget holds every working set. ``seconds`` are deterministic: counted in work, not in time.
    """
    x = Indexed(graph, chained)
    search = LayeredSearch(
        x, x.capacity(budget_bytes), 1 + 2 * sum(s * len(u) for s, u in zip(x.sizes, x.uses, strict=True))
    )
    best = _every_eviction(x)
    search.limit = best.objective_bytes // x.unit_bytes
    bound, left = 0, int(seconds * WORK_PER_SECOND)
    for width in WIDTHS:
        search.width, search.sets, search.work, search.made = width, max(4, width // 8), left, 0
        found = search.run()
        left -= search.made
        if found is not None:
            best, search.limit = _schedule(x, found), found.cost
        bound = max(bound, min(search.bound, search.limit))
        if bound == search.limit or left <= 0:
            break
    return Retained(best, bound * x.unit_bytes)


def _every_eviction(x: Indexed) -> Schedule:
    """The default order with nothing kept between two steps that are not next to each other."""
    order = [step.name for step in x.graph.steps]
    fetched = set()
    for buffer, uses in enumerate(x.uses):
        fetched |= {(x.names[buffer], use) for before, use in zip(uses, uses[1:]) if use > before + 1}
    return with_fetches(x.graph, order, fetched)


def _schedule(x: Indexed, found: Found) -> Schedule:
    order = [x.graph.steps[step].name for step in found.steps]
    fetched = {(x.names[b], place) for place, mask in enumerate(found.fetched) for b in bits(mask)}
    return with_fetches(x.graph, order, fetched)
