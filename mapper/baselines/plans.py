"""The baselines of the network mapper: an order, a replacement rule, the linear arena; and the optimum of the order.

The arena knows no capacity. Where what it places reaches above the budget, the replacement is run again and aims
lower by the overshoot, so that evictions grow until the arena fits. A step that needs more than the aim runs with
nothing else in the scratchpad; if the arena does not fit with everything evicted between uses, the baseline fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hwsim.residency import MemoryGraph, MemoryPlan, Status, check_plan
from mapper.baselines.arena import height, place_in_arena, placed
from mapper.baselines.replacement import RULES, replace
from mapper.formulation.frame import check_order
from mapper.formulation.gap import solve_gap
from mapper.pulp_solver import AUTO
from mapper.residency.placing import Block, blocks, place
from mapper.residency.schedule import Run, Schedule


@dataclass(frozen=True, slots=True)
class Failure:
    """A baseline without a plan; ``reason`` is one sentence."""

    reason: str


ORDERS = ("default", "peak")
NAMES = tuple(f"{scheme}@{order}" for scheme in (*(f"arena+{rule}" for rule in RULES), "gap") for order in ORDERS)
"""Every baseline."""

Maker = Callable[[int], Schedule | Failure]
"""Capacity in bytes -> schedule."""

Placer = Callable[[Schedule], Mapping[Run, int]]


def baseline_plans(
    graph: MemoryGraph, budget_bytes: int, peak_order: tuple[str, ...], solver: str = AUTO
) -> dict[str, MemoryPlan | Failure]:
    """By name: ``arena+belady``, ``arena+greedy`` and ``gap``, each ``@default`` and ``@peak``.

    ``peak_order`` is an order of minimum peak. Every plan has passed ``check_plan``. ``gap`` is the optimum of its
    order (``bound_bytes`` is proven for that order alone), packed exactly where that takes little.
    """
    orders = dict(zip(ORDERS, (tuple(step.name for step in graph.steps), peak_order), strict=True))
    check_order(graph, peak_order)
    found: dict[str, MemoryPlan | Failure] = {}
    for rule in RULES:
        for name, order in orders.items():
            scheme = f"arena+{rule}@{name}"
            found[scheme] = replacement_plan(graph, budget_bytes, order, rule, scheme)
    for name, order in orders.items():
        found[f"gap@{name}"] = gap_plan(graph, budget_bytes, order, f"gap@{name}", solver)
    return found


def replacement_plan(
    graph: MemoryGraph, budget_bytes: int, order: tuple[str, ...], rule: str, scheme: str
) -> MemoryPlan | Failure:
    """A replacement rule (``RULES``) in ``order``, placed by the linear arena."""
    return _fitted(graph, budget_bytes, lambda aim: replace(graph, aim, order, RULES[rule]), place_in_arena, scheme)


def gap_plan(
    graph: MemoryGraph, budget_bytes: int, order: tuple[str, ...], scheme: str, solver: str = AUTO
) -> MemoryPlan | Failure:
    """The optimum of ``order``; its bound is kept where packing asks for a lower aim and so for more bytes."""
    best = solve_gap(graph, budget_bytes, order, solver)

    def make(aim: int) -> Schedule | Failure:
        found = best if aim == budget_bytes else solve_gap(graph, budget_bytes, order, solver, aim_bytes=aim)
        return found.schedule or Failure(f"{scheme}: {found.note}")

    def packed_well(schedule: Schedule) -> Mapping[Run, int]:
        offsets = place(schedule, budget_bytes)
        return packed(schedule) if offsets is None else offsets

    return _fitted(graph, budget_bytes, make, packed_well, scheme, best.bound_bytes)


def packed(schedule: Schedule) -> dict[Run, int]:
    """The lowest of a few greedy packings: by size, by area, by duration, by start."""
    tried = [placed(blocks(schedule), rank) for rank in RANKS]
    return min(tried, key=lambda offsets: height(schedule, offsets))


RANKS: tuple[Callable[[Block], tuple[object, ...]], ...] = (
    lambda b: (-b.bytes, b.start, b.runs),
    lambda b: (-b.bytes, b.start - b.end, b.runs),
    lambda b: (-b.bytes * (b.end - b.start), b.runs),
    lambda b: (b.start - b.end, -b.bytes, b.runs),
    lambda b: (b.start, -b.bytes, b.runs),
)


def _fitted(
    graph: MemoryGraph, budget_bytes: int, make: Maker, placer: Placer, scheme: str, bound_bytes: int = 0
) -> MemoryPlan | Failure:
    """Aim lower by the overshoot until what ``placer`` places fits."""
    least = graph.least_budget
    if budget_bytes < least:
        return Failure(f"{scheme}: {budget_bytes} bytes hold no order of {graph.name}: one step needs {least}")
    aim = budget_bytes
    while True:
        schedule = make(aim)
        if isinstance(schedule, Failure):
            return schedule
        offsets = placer(schedule)
        over = height(schedule, offsets) - budget_bytes
        if over <= 0:
            return _plan(schedule, budget_bytes, offsets, scheme, bound_bytes)
        if aim == 0:
            return Failure(f"{scheme}: with nothing kept, placement reaches {over} bytes above {budget_bytes}")
        aim = max(0, min(aim, schedule.peak_bytes) - over)


def _plan(
    schedule: Schedule, budget_bytes: int, offsets: Mapping[Run, int], scheme: str, bound_bytes: int
) -> MemoryPlan:
    """The plan, checked."""
    status = Status.OPTIMAL if schedule.objective_bytes == bound_bytes else Status.FEASIBLE
    plan = schedule.plan(scheme, budget_bytes, offsets, status, bound_bytes)
    check_plan(schedule.graph, plan)
    return plan
