"""A network mapped by one of the integer programs: the gap model of one order, or COSMA's as published."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from hwsim.residency import MemoryGraph, MemoryPlan, Status, check_plan
from mapper.formulation import Solution, solve_gap, solve_published
from mapper.pulp_solver import AUTO
from mapper.residency.placing import place


@dataclass(frozen=True)
class ProgramMapped:
    """What a program found; ``plan`` is None where it found none in its time, or no addresses."""

    plan: MemoryPlan | None
    status: Status
    bound_bytes: int
    solve_seconds: float
    methods: tuple[str, ...]


def map_by_gaps(
    graph: MemoryGraph, budget_bytes: int, order: tuple[str, ...], solver: str = AUTO, seconds: float = 60
) -> ProgramMapped:
    """The optimum of ``order``, one binary per gap between uses, then addresses. The bound is of that order alone."""
    begun = perf_counter()
    found = solve_gap(graph, budget_bytes, order, solver, seconds)
    plan = None
    if found.schedule is not None and (offsets := place(found.schedule, budget_bytes)) is not None:
        proven = found.schedule.objective_bytes == found.bound_bytes
        status = Status.OPTIMAL if proven else Status.FEASIBLE
        plan = found.schedule.plan("gap", budget_bytes, offsets, status, found.bound_bytes)
    return _mapped(graph, plan, found, begun)


def map_as_published(
    graph: MemoryGraph, budget_bytes: int, order: tuple[str, ...] | None, solver: str = AUTO, seconds: float = 60
) -> ProgramMapped:
    """COSMA's Eq. 1-12 with its corrections, addresses inside; with an order, Eq. 16-17."""
    begun = perf_counter()
    found = solve_published(graph, budget_bytes, order=order, solver=solver, time_limit=seconds)
    return _mapped(graph, found.plan, found, begun)


def _mapped(graph: MemoryGraph, plan: MemoryPlan | None, found: Solution, begun: float) -> ProgramMapped:
    if plan is not None:
        check_plan(graph, plan)
    status = Status.INFEASIBLE if plan is None else plan.status
    methods = (found.note,) if found.note else ()
    return ProgramMapped(plan, status, found.bound_bytes, perf_counter() - begun, methods)
