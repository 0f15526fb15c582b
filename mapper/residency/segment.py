"""One segment between exact cuts: little effort first, then narrow cuts, then all the effort that is left."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hwsim.residency import MemoryGraph
from mapper.residency.cuts import signature
from mapper.residency.frontier import cheapest_path
from mapper.residency.peak import least_peak
from mapper.residency.postponing import postponed
from mapper.residency.schedule import keep_all
from mapper.residency.stages import Retained, retain
from mapper.residency.stitching import renamed

FIRST_SECONDS = 1.0
"""Effort before narrow cuts are looked for, and on each different part between them."""
STATES = 2_000
"""Sets of steps that the smallest peak of a part may look at."""


def solve_segment(graph: MemoryGraph, budget_bytes: int, seconds: float, chained: bool = False) -> Retained:
    """The cheapest schedule of ``graph``; ``seconds`` are deterministic, and more of them never make it worse."""
    best = retain(graph, budget_bytes, min(seconds, FIRST_SECONDS), chained)
    if best.proven or seconds <= FIRST_SECONDS:
        return best
    repeats = any(step.repeatable for step in graph.steps)
    narrow = None if chained or repeats else _by_narrow_cuts(graph, budget_bytes)
    best = best if narrow is None else _better(best, narrow)
    if best.proven:
        return replace(best, seconds=min(seconds, 2 * FIRST_SECONDS))
    longer = retain(graph, budget_bytes, seconds, chained)
    return replace(_better(best, longer), seconds=longer.seconds)


def _better(one: Retained, two: Retained) -> Retained:
    cheaper = min(one.schedule, two.schedule, key=lambda schedule: schedule.objective_bytes)
    return Retained(cheaper, max(one.bound_bytes, two.bound_bytes))


def _by_narrow_cuts(graph: MemoryGraph, budget_bytes: int) -> Retained | None:
    narrow = postponed(graph)
    path = cheapest_path(narrow, _Parts(budget_bytes).solve)
    if path is None:
        return None
    schedule = path.schedule(narrow)
    assert schedule.objective_bytes <= path.bytes, "no part pays less than its share"
    return Retained(replace(schedule, graph=graph), path.bound_bytes)


@dataclass
class _Parts:
    """Solves parts, equal ones once."""

    budget_bytes: int
    known: dict[object, Retained | None] = field(default_factory=dict)

    def solve(self, graph: MemoryGraph) -> Retained | None:
        kind = signature(graph)
        if kind not in self.known:
            self.known[kind] = self._solved(graph)
        found = self.known[kind]
        return None if found is None else replace(found, schedule=renamed(found.schedule, graph))

    def _solved(self, graph: MemoryGraph) -> Retained | None:
        if graph.least_budget > self.budget_bytes:
            return None
        peak = least_peak(graph, STATES)
        if peak.peak_bytes <= self.budget_bytes:
            return Retained(keep_all(graph, peak.order), 0)
        return retain(graph, self.budget_bytes, FIRST_SECONDS)
