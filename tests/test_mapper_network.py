"""Plans of whole networks: as cheap as brute force, walked by the check, repeatable, and never worse with more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mapper.residency.windows as windows_module
from hwsim import load_workload
from hwsim.errors import SpecError
from hwsim.residency import Buffer, MemoryGraph, MemoryPlan, Status, Step, check_plan, memory_graph
from mapper.baselines import baseline_plans
from mapper.network import MapSettings, Order, map_network
from mapper.residency.gaps import best_gaps
from mapper.residency.indexed import Indexed
from mapper.residency.layers import LayeredSearch
from mapper.residency.peak import least_peak
from mapper.residency.schedule import keep_all
from mapper.residency.windows import best_windows
from residency_oracle import cheapest, memory_graphs

MAPPING = Path(__file__).resolve().parent / "data" / "mapping"


def budgets(graph: MemoryGraph) -> list[int]:
    """M_R, M_P, and what lies between, in at most four steps."""
    low, high = graph.least_budget, least_peak(graph).peak_bytes
    return sorted({low, high, (low + high) // 2, low + (high - low) // 4})


@settings(deadline=None, max_examples=60)
@given(memory_graphs(recompute=False))
def test_no_plan_is_cheaper(graph: MemoryGraph) -> None:
    for budget in budgets(graph):
        mapped = map_network(graph, budget)
        assert mapped.plan is not None
        assert mapped.bound_bytes == cheapest(graph, budget) == mapped.plan.objective_bytes
        assert mapped.status is Status.OPTIMAL
        assert check_plan(graph, mapped.plan).objective_bytes == mapped.bound_bytes


@settings(deadline=None, max_examples=40)
@given(memory_graphs(6))
def test_no_plan_is_cheaper_with_steps_that_run_again(graph: MemoryGraph) -> None:
    budget = graph.least_budget
    mapped = map_network(graph, budget)
    assert mapped.plan is not None
    assert mapped.bound_bytes == cheapest(graph, budget) == mapped.plan.objective_bytes
    assert check_plan(graph, mapped.plan).objective_bytes == mapped.bound_bytes


@settings(deadline=None, max_examples=50)
@given(memory_graphs(5, recompute=False))
def test_the_smallest_peak_is_the_least_budget_without_traffic(graph: MemoryGraph) -> None:
    peak = least_peak(graph)
    assert peak.proven
    assert keep_all(graph, peak.order).peak_bytes == peak.peak_bytes
    assert cheapest(graph, peak.peak_bytes) == 0
    if peak.peak_bytes > graph.least_budget:
        assert cheapest(graph, peak.peak_bytes - 1) != 0


@settings(deadline=None, max_examples=60)
@given(memory_graphs(recompute=False))
def test_gaps_agree_with_the_search_in_a_given_order(graph: MemoryGraph) -> None:
    order = [step.name for step in graph.steps]
    for budget in budgets(graph):
        fixed, low = best_gaps(graph, order, budget)
        assert fixed.peak_bytes <= budget
        given_order = map_network(graph, budget, MapSettings(Order.DEFAULT))
        assert (
            fixed.objective_bytes
            == low
            == cheapest(graph, budget, tuple(order))
            == given_order.objective_bytes
            == given_order.bound_bytes
        )
        assert given_order.plan is not None
        assert given_order.plan.order == tuple(order)


@settings(deadline=None, max_examples=100)
@given(memory_graphs(8, recompute=False), st.integers(1, 3), st.integers(1, 3))
def test_bounds_hold_however_little_is_searched(graph: MemoryGraph, width: int, sets: int) -> None:
    for budget in budgets(graph):
        x = Indexed(graph)
        least = map_network(graph, budget).objective_bytes
        assert least is not None
        search = LayeredSearch(x, x.capacity(budget), 1 << 40, width, sets, 1 << 40)
        found = search.run()
        assert search.bound * x.unit_bytes <= least
        assert found is None or found.cost * x.unit_bytes >= least


def exact(part: Indexed, budget: int) -> int:
    search = LayeredSearch(part, part.capacity(budget), 1 << 40, 1 << 20, 1 << 20, 1 << 40)
    assert search.run() is not None
    return search.bound


@settings(deadline=None, max_examples=150)
@given(memory_graphs(9, recompute=False))
def test_bounds_of_windows_add(graph: MemoryGraph) -> None:
    for budget in budgets(graph):
        x = Indexed(graph)
        windows = best_windows(x, budget, lambda part: exact(part, budget))  # noqa: B023
        assert sum(window.least for window in windows) <= exact(x, budget)
        search = LayeredSearch(x, x.capacity(budget), 1 << 40, 1 << 20, 1 << 20, 1 << 40, windows)
        found = search.run()
        assert found is not None
        assert found.cost == search.bound == exact(x, budget)


@settings(deadline=None, max_examples=150)
@given(memory_graphs(9, recompute=False), st.sampled_from([(1, 2, 3), (2, 4), (1, 4, 6)]))
def test_windows_never_hide_the_optimum(graph: MemoryGraph, lengths: tuple[int, ...]) -> None:
    """However little dearer the plan that is known, and however short the windows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows_module, "LENGTHS", lengths)
        for budget in budgets(graph):
            x = Indexed(graph)
            least = exact(x, budget)
            windows = best_windows(x, budget, lambda part: exact(part, budget))  # noqa: B023
            search = LayeredSearch(x, x.capacity(budget), least + 1, 1 << 20, 1 << 20, 1 << 40, windows)
            found = search.run()
            assert found is not None
            assert found.cost == search.bound == least


def test_what_is_written_over_may_have_to_leave_before() -> None:
    steps = (
        Step("a", (), ("t", "x")), Step("b", ("t",), ("y",)), Step("c", ("y",), ("z",)),
        Step("d", ("x", "z"), ("w",), ("x", "w")),
    )  # fmt: skip
    sizes = {"t": 1, "x": 2, "y": 3, "z": 3, "w": 2}
    graph = MemoryGraph("over", steps, {name: Buffer(name, size) for name, size in sizes.items()})
    windows = best_windows(Indexed(graph), 6, lambda part: exact(part, 6))
    assert [window.least for window in windows] == [4] == [cheapest(graph, 6)]


@settings(deadline=None, max_examples=60)
@given(memory_graphs(8, recompute=False))
def test_more_scratchpad_is_never_worse(graph: MemoryGraph) -> None:
    costs = [map_network(graph, budget).objective_bytes for budget in budgets(graph)]
    assert None not in costs
    assert costs == sorted(costs, reverse=True)  # type: ignore[type-var]
    assert costs[-1] == 0


@pytest.mark.parametrize(
    ("name", "budget", "bytes_"),
    [
        ("nasnet2", 827_904, 137_984),
        ("nasnet3", 862_336, 275_968),
        ("randwire24", 476_160, 501_760),
        ("resnet18", 1_003_520, 0),
        ("googlenet4", 1_003_520, 0),
    ],
)
def test_known_optima_are_proven_with_addresses(name: str, budget: int, bytes_: int) -> None:
    graph = memory_graph(load_workload(str(MAPPING / f"{name}.json")))
    mapped = map_network(graph, budget)
    assert (mapped.objective_bytes, mapped.bound_bytes, mapped.status) == (bytes_, bytes_, Status.OPTIMAL)
    assert mapped.plan is not None
    assert check_plan(graph, mapped.plan).height_bytes <= budget


def test_densenet_in_its_own_order() -> None:
    graph = memory_graph(load_workload(str(MAPPING / "densenet121.json")))
    mapped = map_network(graph, 1_605_632, MapSettings(Order.DEFAULT))
    assert (mapped.objective_bytes, mapped.bound_bytes) == (1_404_928, 1_404_928)


@pytest.mark.parametrize(("name", "peak"), [("nasnet2", 896_896), ("nasnet3", 896_896), ("randwire24", 702_464)])
def test_known_smallest_peaks(name: str, peak: int) -> None:
    found = least_peak(memory_graph(load_workload(str(MAPPING / f"{name}.json"))))
    assert (found.peak_bytes, found.proven) == (peak, True)


def test_more_time_is_never_worse() -> None:
    graph = memory_graph(load_workload(str(MAPPING / "randwire24.json")))
    costs, bounds = [], []
    for seconds in (0.001, 0.05, 0.2, 1.0):
        mapped = map_network(graph, 376_320, MapSettings(seconds=seconds))
        assert mapped.objective_bytes is not None
        costs.append(mapped.objective_bytes)
        bounds.append(mapped.bound_bytes)
    assert costs == sorted(costs, reverse=True)
    assert bounds == sorted(bounds)
    assert bounds[-1] <= costs[-1]


def test_however_little_time_no_baseline_is_better() -> None:
    graph = memory_graph(load_workload(str(MAPPING / "nasnet3.json")))
    mapped = map_network(graph, graph.least_budget, MapSettings(seconds=0.01))
    baselines = baseline_plans(graph, graph.least_budget, mapped.peak.order).values()
    assert mapped.objective_bytes is not None
    assert mapped.objective_bytes <= min(x.objective_bytes for x in baselines if isinstance(x, MemoryPlan))


SCRIPT = """
from hwsim.residency import memory_graph
from hwsim import load_workload
from mapper.network import map_network
print(map_network(memory_graph(load_workload({path!r})), {budget}).plan)
"""


def test_the_same_question_gives_the_same_plan_in_another_process() -> None:
    path, budget = str(MAPPING / "nasnet3.json"), 862_336
    here = map_network(memory_graph(load_workload(path)), budget).plan
    script = SCRIPT.format(path=path, budget=budget)
    there = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == str(here)


def small() -> MemoryGraph:
    steps = (Step("a", (), ("x",)), Step("b", ("x",), ("y",)), Step("c", ("x", "y"), ("z",)))
    return MemoryGraph("small", steps, {"x": Buffer("x", 4), "y": Buffer("y", 3), "z": Buffer("z", 2)})


def test_a_scratchpad_that_is_too_small_is_told_what_it_needs() -> None:
    with pytest.raises(SpecError) as caught:
        map_network(small(), 8)
    assert str(caught.value) == (
        "small: a scratchpad of 8 bytes holds no order: step 'c' needs 9 bytes at once for x (4), y (3), z (2)"
    )


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (("a", "b", "d"), "small: the order names 'd', which is no step"),
        (("a", "b", "b"), "small: the order names step 'b' 2 times; once is allowed"),
        (("a", "b"), "small: the order leaves out step 'c'"),
        (("b", "a", "c"), "small: the order runs 'b' before 'a', whose 'x' it reads"),
    ],
)
def test_an_order_that_cannot_run_is_refused(order: tuple[str, ...], text: str) -> None:
    with pytest.raises(SpecError) as caught:
        map_network(small(), 9, MapSettings(order))
    assert str(caught.value) == text


def test_no_time_is_refused() -> None:
    with pytest.raises(SpecError) as caught:
        MapSettings(seconds=0)
    assert str(caught.value) == "a time limit of 0 seconds; more than 0 is needed"
