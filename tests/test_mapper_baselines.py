"""Baselines: the arena's rule by hand, replacement within its capacity, plans that pass the check everywhere."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.errors import SpecError
from hwsim.residency import Buffer, MemoryGraph, MemoryPlan, Status, Step, check_plan, memory_graph
from hwsim.workload.loader import load_workload
from mapper.baselines import Candidate, Failure, baseline_plans, belady, greedy_cover, place_in_arena, replace
from mapper.baselines.replacement import RULES
from mapper.formulation import solve_gap
from mapper.residency.placing import blocks
from mapper.residency.schedule import Run, Schedule, keep_all
from memory_graphs_small import budgets, memory_graphs, orders

MAPPING = Path(__file__).resolve().parent / "data" / "mapping"
NAMES = sorted(path.stem for path in MAPPING.glob("*.json"))


def network(name: str) -> MemoryGraph:
    return memory_graph(load_workload(MAPPING / f"{name}.json"))


def depth_first(graph: MemoryGraph) -> tuple[str, ...]:
    """An order other than the default one: each step right after the last of what it needs."""
    order: dict[str, None] = {}

    def visit(index: int) -> None:
        step = graph.steps[index]
        for name in reversed(step.inputs):
            if name in graph.maker and graph.steps[graph.maker[name]].name not in order:
                visit(graph.maker[name])
        order[step.name] = None

    for index in reversed(range(len(graph.steps))):
        if graph.steps[index].name not in order:
            visit(index)
    return tuple(order)


# --- the arena ---


def laid_out(*lives: tuple[str, int, int, int]) -> dict[str, int]:
    """Offsets of buffers (name, bytes, start, end) by the arena's rule."""
    places = max(end for *_, end in lives)
    steps = tuple(Step(f"s{at}", (), tuple(name for name, _, start, _ in lives if start == at)) for at in range(places))
    graph = MemoryGraph("lives", steps, {name: Buffer(name, size) for name, size, *_ in lives})
    runs = tuple(Run(name, start, end) for name, _, start, end in lives)
    offsets = place_in_arena(Schedule(graph, tuple(step.name for step in steps), runs))
    return {run.buffer: offset for run, offset in offsets.items()}


def test_the_arena_by_hand() -> None:
    """First what lives during the whole run, then by size and start; 3 bytes fit between 2 and 6 once b has gone."""
    found = laid_out(("whole", 2, 0, 4), ("b", 4, 0, 2), ("c", 3, 1, 4), ("d", 3, 2, 4), ("e", 1, 3, 4))
    assert found == {"whole": 0, "b": 2, "c": 6, "d": 2, "e": 5}


def test_the_arena_takes_the_tightest_gap() -> None:
    """When f and g have gone, 9 bytes are free at 10 and 7 at 27: e of 5 bytes goes to 27."""
    lives = (("c", 10, 0, 3), ("f", 9, 0, 1), ("b", 8, 0, 3), ("g", 7, 0, 1), ("d", 6, 0, 3), ("e", 5, 1, 3))
    assert laid_out(*lives, ("z", 1, 3, 4)) == {"c": 0, "f": 10, "b": 19, "g": 27, "d": 34, "e": 27, "z": 0}


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_blocks_join_what_works_in_place(data: st.DataObject) -> None:
    graph = data.draw(memory_graphs(max_steps=6, in_place=True))
    schedule = keep_all(graph)
    found = blocks(schedule)
    assert sorted(run for block in found for run in block.runs) == sorted(schedule.runs)
    assert len(schedule.runs) - len(found) == sum(step.in_place is not None for step in graph.steps)
    assert all(
        sum(b.bytes for b in found if b.start <= at < b.end) == schedule.live_bytes[at]
        for at in range(len(graph.steps))
    )


# --- replacement ---

candidates = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 9)), min_size=1, max_size=7).map(
    lambda rows: [Candidate(f"b{i}", size, use) for i, (size, use) in enumerate(rows)]
)


@given(candidates, st.data())
def test_greedy_cover_is_an_exact_knapsack_cover(found: list[Candidate], data: st.DataObject) -> None:
    deficit = data.draw(st.integers(1, sum(c.bytes for c in found)))
    sums = [sum(c.bytes for c in some) for count in range(1, 8) for some in combinations(found, count)]
    leaving = greedy_cover(found, deficit)
    assert len(set(leaving)) == len(leaving)
    assert sum(c.bytes for c in leaving) == min(total for total in sums if total >= deficit)


@given(candidates, st.data())
def test_belady_evicts_the_furthest_and_no_more_than_it_must(found: list[Candidate], data: st.DataObject) -> None:
    deficit = data.draw(st.integers(1, sum(c.bytes for c in found)))
    leaving = belady(found, deficit)
    staying = [c for c in found if c not in leaving]
    assert sum(c.bytes for c in leaving[:-1]) < deficit <= sum(c.bytes for c in leaving)
    assert all(stays.next_use <= leaves.next_use for stays in staying for leaves in leaving)


@pytest.mark.parametrize("rule", RULES)
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_replacement_keeps_to_its_capacity_and_never_beats_the_optimum(rule: str, data: st.DataObject) -> None:
    graph = data.draw(memory_graphs(max_steps=5, in_place=True))
    budget = data.draw(budgets(graph))
    order = data.draw(st.sampled_from(list(orders(graph))))
    schedule = replace(graph, budget, order, RULES[rule])
    assert schedule.peak_bytes <= budget
    assert schedule.objective_bytes >= solve_gap(graph, budget, order, "cbc").bound_bytes
    if keep_all(graph, order).peak_bytes <= budget:
        assert schedule.objective_bytes == 0


@pytest.mark.parametrize("rule", RULES)
def test_with_no_capacity_only_the_step_itself_is_there(rule: str) -> None:
    graph = network("nasnet2")
    schedule = replace(graph, 0, tuple(step.name for step in graph.steps), RULES[rule])
    assert schedule.live_bytes == tuple(map(graph.working_set, graph.steps))


# --- plans ---


@pytest.mark.parametrize("name", NAMES)
def test_baselines_pass_the_check_and_never_beat_a_proven_optimum(name: str) -> None:
    document = json.loads((MAPPING / f"{name}.json").read_text())
    graph = network(name)
    orders_by_name = {"default": tuple(step.name for step in graph.steps), "peak": depth_first(graph)}
    known = {row["budget"]: row["bytes"] for row in document["free_order_optimum_capacity_only"]}
    for budget in {document["M_R"], document["M_P"] or document["M_R"]}:
        plans = baseline_plans(graph, budget, orders_by_name["peak"])
        assert list(plans) == [
            *(f"arena+{rule}@{order}" for rule in ("belady", "greedy") for order in ("default", "peak")),
            *(f"gap@{order}" for order in ("default", "peak")),
        ]
        for scheme, plan in plans.items():
            assert isinstance(plan, MemoryPlan)
            assert (plan.scheme, plan.budget_bytes) == (scheme, budget)
            assert check_plan(graph, plan).height_bytes <= budget
            best = solve_gap(graph, budget, orders_by_name[scheme.split("@")[1]])
            assert plan.objective_bytes >= best.bound_bytes >= known.get(budget, 0)
            assert plan.bound_bytes in (0, best.bound_bytes)
            assert (plan.status is Status.OPTIMAL) == (plan.objective_bytes == plan.bound_bytes)


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_every_baseline_of_a_small_graph_is_a_plan_or_says_why_not(data: st.DataObject) -> None:
    graph = data.draw(memory_graphs(max_steps=5, in_place=True))
    budget = data.draw(budgets(graph))
    order = data.draw(st.sampled_from(list(orders(graph))))
    for scheme, plan in baseline_plans(graph, budget, order, "cbc").items():
        if isinstance(plan, Failure):
            assert re.match(rf"^{re.escape(scheme)}: with nothing kept, placement reaches \d+ bytes above", plan.reason)
        else:
            assert check_plan(graph, plan).objective_bytes == plan.objective_bytes


def test_below_the_largest_step_there_is_no_baseline() -> None:
    graph = network("resnet18")
    for scheme, plan in baseline_plans(graph, 1000, depth_first(graph)).items():
        assert plan == Failure(f"{scheme}: 1000 bytes hold no order of resnet18: one step needs 1003520")


def test_the_peak_order_must_be_one() -> None:
    graph = network("resnet18")
    text = "resnet18: an order names each of the 31 steps once, and this one does not"
    with pytest.raises(SpecError, match=f"^{text}$"):
        baseline_plans(graph, graph.least_budget, ("conv1",))
