"""Narrow cuts and postponed steps against trying everything: neither makes anything dearer."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mapper.residency.frontier as frontier
import mapper.residency.segment as segment
from hwsim.residency import Buffer, MemoryGraph, Step
from mapper.network import MapSettings, map_network
from mapper.residency.frontier import cheapest_path
from mapper.residency.joint import solve_jointly
from mapper.residency.postponing import postponed
from mapper.residency.schedule import Run, Schedule, keep_all
from mapper.residency.stages import Retained
from mapper.residency.stitching import stitch
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
@given(st.lists(st.integers(1, 3), min_size=8, max_size=8), st.integers(0, 6))
def test_postponing_costs_nothing_in_attention(sizes: list[int], more: int) -> None:
    """Two blocks of scores and sums over one source, with weights: keys and values may be made early or late."""
    source, query, key, value, weight, scores, result, given_size = sizes
    buffers = {"given": Buffer("given", given_size, in_dram=True), "source": Buffer("source", source)}
    steps = [Step("source", ("given",), ("source",))]
    before = "source"
    for block in range(2):
        made = {"q": query, "k": key, "v": value, "s": scores + 2, "o": result}
        buffers |= {f"{name}{block}": Buffer(f"{name}{block}", size) for name, size in made.items()}
        buffers[f"w{block}"] = Buffer(f"w{block}", weight, in_dram=True)
        q, k, v, s, o, w = (f"{name}{block}" for name in "qkvsow")
        reads = {q: (before,), k: ("source",), v: ("source", w), s: (q, k), o: (s, v)}
        steps += [Step(name, read, (name,)) for name, read in reads.items()]
        before = o
    graph = MemoryGraph("attention", tuple(steps), buffers)
    budget = graph.least_budget + more
    late = solve_jointly(postponed(graph), budget, 20)
    assert late.bound_bytes == solve_jointly(graph, budget, 20).bound_bytes


@SLOW
@given(SMALL, st.sampled_from((0.0, 0.0, 0.3)), st.booleans())
def test_the_path_over_narrow_cuts_is_the_optimum(graph: MemoryGraph, share: float, late: bool) -> None:
    budget = budget_of(graph, share)
    narrow = postponed(graph) if late else graph

    def solve(part: MemoryGraph) -> Retained | None:
        if part.least_budget > budget:
            return None
        found = solve_jointly(part, budget, 20)
        assert found.schedule is not None
        return Retained(found.schedule, found.bound_bytes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frontier, "APART", 1)
        path = cheapest_path(narrow, solve)
    assert path is not None
    schedule = path.schedule(narrow)
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


def test_what_comes_early_from_dram_goes_on_from_nothing() -> None:
    """A buffer may be loaded while the entry stands there; nothing of it lies before the cut."""
    buffers = {"a": Buffer("a", 2), "given": Buffer("given", 1, in_dram=True), "b": Buffer("b", 1)}
    steps = (Step("one", (), ("a",)), Step("two", ("a", "given"), ("b",)))
    graph = MemoryGraph("early", steps, buffers)
    entry = Step("in", (), ("a",))
    first = Schedule(graph, ("one",), (Run("a", 0, 1),))
    second = Schedule(
        MemoryGraph("part", (entry, steps[1]), buffers),
        ("in", "two"),
        (Run("a", 0, 2), Run("given", 0, 2), Run("b", 1, 2)),
    )
    found = stitch(graph, [((), first), (("a",), second)], ("in",))
    assert found.order == ("one", "two")
    assert sorted(found.runs) == [Run("a", 0, 2), Run("b", 1, 2), Run("given", 1, 2)]
