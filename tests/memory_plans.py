"""Memory plans made without a mapper, for tests: from one that keeps nothing to one that keeps everything."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hwsim.residency import Account, MemoryGraph, MemoryPlan, MemoryPlans, Status
from mapper.residency.schedule import Run, Schedule

Keep = Callable[[str, int], bool]
"""Whether a buffer stays in the scratchpad over the gap before the step at this place."""


def schedule_of(graph: MemoryGraph, keep: Keep) -> Schedule:
    """The default order; between two uses a buffer stays where ``keep`` says so."""
    uses: dict[str, list[int]] = {name: [] for name in graph.buffers}
    for place, step in enumerate(graph.steps):
        for name in step.touched:
            uses[name].append(place)
    runs = []
    for name, places in uses.items():
        start = places[0]
        for before, place in pairwise(places):
            if place > before + 1 and not keep(name, place):
                runs.append(Run(name, start, before + 1))
                start = place
        runs.append(Run(name, start, places[-1] + 1))
    return Schedule(graph, tuple(step.name for step in graph.steps), tuple(runs))


def plan_of(graph: MemoryGraph, keep: Keep, scheme: str = "hwsim") -> MemoryPlan:
    """The plan of that schedule, each run at the lowest address that is free while it lasts."""
    schedule = schedule_of(graph, keep)
    offsets: dict[Run, int] = {}
    for run in sorted(schedule.runs):
        size, at = graph.buffers[run.buffer].bytes, 0
        meeting = [x for x in offsets if x.start < run.end and run.start < x.end]
        for other in sorted(meeting, key=offsets.__getitem__):
            if offsets[other] < at + size:
                at = max(at, offsets[other] + graph.buffers[other.buffer].bytes)
        offsets[run] = at
    height = max(offsets[run] + graph.buffers[run.buffer].bytes for run in offsets)
    return schedule.plan(scheme, height, offsets, Status.FEASIBLE, 0)


def plans_of(graph: MemoryGraph, account: Account, source: str, **keeps: Keep) -> MemoryPlans:
    """A file with one plan for each scheme."""
    plans = {scheme: plan_of(graph, keep, scheme) for scheme, keep in keeps.items()}
    return MemoryPlans(
        workload=graph.name,
        source=source,
        dims={},
        account=account,
        budget_bytes=max(plan.budget_bytes for plan in plans.values()),
        least_budget_bytes=graph.least_budget,
        peak_budget_bytes=schedule_of(graph, lambda name, place: True).peak_bytes,
        peak_is_proven=False,
        compulsory_bytes=graph.compulsory_bytes,
        assumptions=graph.assumptions,
        plans=plans,
        failures={"arena+belady@default": "fragmented: no address for conv1.out"},
    )
