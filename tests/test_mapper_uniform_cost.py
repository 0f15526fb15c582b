"""The network mapper against uniform-cost search on graphs that are too large to try everything."""

from __future__ import annotations

import pytest

from hwsim.residency import Status
from mapper.network import map_network
from mapper.residency.peak import least_peak
from uniform_cost_oracle import layered, least_bytes


@pytest.mark.parametrize(("seed", "steps"), [(1, 20), (2, 22), (3, 24), (4, 26), (5, 28), (6, 30)])
def test_random_graphs_of_up_to_30_steps(seed: int, steps: int) -> None:
    graph = layered(seed, steps)
    least, most = graph.least_budget, least_peak(graph).peak_bytes
    for budget in sorted({least, (least + most) // 2}):
        mapped = map_network(graph, budget)
        assert mapped.plan is not None
        assert mapped.bound_bytes <= least_bytes(graph, budget) <= mapped.plan.objective_bytes
        assert mapped.status is Status.OPTIMAL
