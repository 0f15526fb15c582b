"""Order, evictions, repeats and addresses in one model, against trying everything and against known optima."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hwsim.residency import MemoryGraph, Status, check_plan, memory_graph
from hwsim.workload.loader import load_workload
from mapper.residency.joint import solve_jointly
from mapper.residency.schedule import keep_all
from mapper.solver import Outcome
from residency_oracle import cheapest, memory_graphs

DATA = Path(__file__).parent / "data" / "mapping"
SLOW = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(memory_graphs(), st.sampled_from((0.0, 0.0, 0.3)), st.booleans())
def test_it_is_what_trying_everything_finds(graph: MemoryGraph, share: float, chained: bool) -> None:
    peak = keep_all(graph).peak_bytes
    budget = graph.least_budget + int(share * (peak - graph.least_budget))
    order = tuple(step.name for step in graph.steps) if chained else None
    found = solve_jointly(graph, budget, 20, chained=chained)
    assert found.outcome is Outcome.OPTIMAL
    assert found.schedule is not None
    assert found.schedule.peak_bytes <= budget
    assert found.bound_bytes == found.schedule.objective_bytes == cheapest(graph, budget, order)


@SLOW
@given(memory_graphs(), st.sampled_from((0.0, 0.0, 0.3)))
def test_with_addresses_every_plan_can_be_walked(graph: MemoryGraph, share: float) -> None:
    peak = keep_all(graph).peak_bytes
    budget = graph.least_budget + int(share * (peak - graph.least_budget))
    alone = solve_jointly(graph, budget, 20)
    found = solve_jointly(graph, budget, 20, addresses=True, known_bound_bytes=alone.bound_bytes)
    if found.schedule is None:
        assert found.outcome is Outcome.INFEASIBLE
        return
    plan = found.schedule.plan("intervals", budget, found.offsets, Status.FEASIBLE, found.bound_bytes)
    assert check_plan(graph, plan).objective_bytes == plan.objective_bytes == found.bound_bytes >= alone.bound_bytes


@pytest.mark.parametrize(
    ("name", "budget", "least"),
    [("resnet18", 1003520, 0), ("googlenet4", 1003520, 0), ("nasnet2", 827904, 137984), ("randwire24", 476160, 501760)],
)
def test_known_optima_are_proven_with_addresses(name: str, budget: int, least: int) -> None:
    graph = memory_graph(load_workload(DATA / f"{name}.json"))
    found = solve_jointly(graph, budget, 60, addresses=True)
    assert found.outcome is Outcome.OPTIMAL
    assert found.schedule is not None
    plan = found.schedule.plan("intervals", budget, found.offsets, Status.OPTIMAL, found.bound_bytes)
    assert check_plan(graph, plan).objective_bytes == found.bound_bytes == least


def test_the_same_question_gets_the_same_schedule() -> None:
    graph = memory_graph(load_workload(DATA / "nasnet2.json"))
    hint = solve_jointly(graph, 827904, 60).schedule
    again = [solve_jointly(graph, 827904, 60, hint).schedule for _ in range(2)]
    assert again[0] == again[1]
