"""Narrow cuts and postponed steps against trying everything: neither makes anything dearer."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mapper.residency.frontier as frontier
import mapper.residency.segment as segment
from hwsim.residency import MemoryGraph
from mapper.network import MapSettings, map_network
from mapper.residency.frontier import Solution, cheapest_path
from mapper.residency.joining import joined
from mapper.residency.joint import solve_jointly
from mapper.residency.postponing import postponed
from mapper.residency.schedule import keep_all
from residency_oracle import cheapest, memory_graphs

SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
SMALL = memory_graphs(recompute=False)


def budget_of(graph: MemoryGraph, share: float) -> int:
    return graph.least_budget + int(share * (keep_all(graph).peak_bytes - graph.least_budget))


@SLOW
@given(SMALL, st.sampled_from((0.0, 0.0, 0.3)))
def test_postponing_costs_nothing(graph: MemoryGraph, share: float) -> None:
    budget = budget_of(graph, share)
    late = solve_jointly(postponed(graph), budget, 20)
    assert late.bound_bytes == cheapest(graph, budget)


@SLOW
@given(SMALL, st.sampled_from((0.0, 0.0, 0.3)), st.booleans())
def test_the_path_over_narrow_cuts_is_the_optimum(graph: MemoryGraph, share: float, late: bool) -> None:
    budget = budget_of(graph, share)
    narrow = postponed(graph) if late else graph

    def solve(part: MemoryGraph) -> Solution | None:
        if part.least_budget > budget:
            return None
        found = solve_jointly(part, budget, 20)
        assert found.schedule is not None
        return Solution(found.schedule, found.schedule.objective_bytes, found.bound_bytes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frontier, "APART", 1)
        path = cheapest_path(narrow, solve)
    assert path is not None
    schedule = joined(narrow, path)
    assert schedule.peak_bytes <= budget
    assert schedule.objective_bytes == path.bytes == path.bound_bytes == cheapest(graph, budget)


@SLOW
@given(SMALL, st.sampled_from((0.0, 0.0, 0.3)))
def test_a_segment_with_an_entry_of_its_own_keeps_it(graph: MemoryGraph, share: float) -> None:
    budget = budget_of(graph, share)
    found = map_network(graph, budget, MapSettings(seconds=5))
    assert found.plan is not None
    assert found.bound_bytes <= found.plan.objective_bytes
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frontier, "APART", 1)
        patch.setattr(segment, "FIRST_SECONDS", 1e-3)
        again = map_network(graph, budget, MapSettings(seconds=5))
    assert again.plan is not None
    assert again.plan.objective_bytes >= found.bound_bytes
