"""COSMA's equations find what trying everything finds, with every solver; each correction keeps something out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hwsim.errors import SpecError
from hwsim.residency import Account, Buffer, MemoryGraph, Status, Step, check_plan, memory_graph
from hwsim.workload.loader import load_workload
from hwsim.workload.mapping_graph import mapping_graph
from mapper.formulation import (
    Corrections,
    GapModel,
    Published,
    Rows,
    Solution,
    build_peak,
    build_published,
    export_model,
    minimum_peak,
    read_published,
    solve_gap,
    solve_published,
    solve_tight,
)
from mapper.formulation.tight import TightModel
from mapper.pulp_solver import installed, solve
from mapper.residency.schedule import keep_all
from mapper.solver import Outcome
from memory_graphs_small import budgets, least_bytes, least_peak, memory_graphs, orders

MAPPING = Path(__file__).resolve().parent / "data" / "mapping"
NEEDS_SCIP = pytest.mark.skipif("scip" not in installed(), reason="the other solvers need minutes")
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def network(name: str) -> MemoryGraph:
    return memory_graph(load_workload(MAPPING / f"{name}.json"))


def chain(*sizes: int) -> MemoryGraph:
    """Steps s0, s1, ...: each reads what the one before made."""
    steps = [Step(f"s{i}", (f"t{i - 1}",) if i else (), (f"t{i}",)) for i in range(len(sizes))]
    return MemoryGraph("chain", tuple(steps), {f"t{i}": Buffer(f"t{i}", size) for i, size in enumerate(sizes)})


def assert_optimal(found: Solution, expected: int) -> None:
    assert found.status is Status.OPTIMAL
    assert found.schedule is not None
    assert found.schedule.objective_bytes == found.bound_bytes == expected


@pytest.mark.parametrize("solver", installed())
@given(data=st.data())
@FEW
def test_the_published_model_agrees_with_trying_everything(solver: str, data: st.DataObject) -> None:
    graph = data.draw(memory_graphs())
    budget = data.draw(budgets(graph))
    assert_optimal(solve_published(graph, budget, solver=solver, addresses=False), least_bytes(graph, budget))
    assert_optimal(solve_tight(graph, budget, solver), least_bytes(graph, budget))


@pytest.mark.parametrize("solver", installed())
@pytest.mark.parametrize("capacity_rows", [False, True])
@given(data=st.data())
@FEW
def test_with_addresses_it_agrees_with_trying_everything(solver: str, capacity_rows: bool, data: st.DataObject) -> None:
    graph = data.draw(memory_graphs())
    budget = data.draw(budgets(graph))
    expected = least_bytes(graph, budget, addresses=True)
    found = solve_published(graph, budget, solver=solver, capacity_rows=capacity_rows)
    if expected < 0:
        assert found.plan is None
        assert found.status in (None, Status.INFEASIBLE)
        return
    assert_optimal(found, expected)
    assert found.plan is not None
    assert check_plan(graph, found.plan).objective_bytes == expected


@pytest.mark.parametrize("solver", installed())
@given(data=st.data())
@FEW
def test_a_given_order_agrees_with_trying_all_gaps(solver: str, data: st.DataObject) -> None:
    graph = data.draw(memory_graphs(max_steps=5))
    budget = data.draw(budgets(graph))
    order = data.draw(st.sampled_from(list(orders(graph))))
    expected = least_bytes(graph, budget, order)
    fixed = solve_published(graph, budget, order=order, solver=solver, addresses=False)
    assert_optimal(fixed, expected)
    assert_optimal(solve_gap(graph, budget, order, solver), expected)
    assert fixed.schedule is not None
    assert fixed.schedule.order == order


@given(data=st.data())
@FEW
def test_the_gap_model_counts_what_works_in_place_once(data: st.DataObject) -> None:
    graph = data.draw(memory_graphs(max_steps=5, in_place=True))
    budget = data.draw(budgets(graph))
    order = tuple(step.name for step in graph.steps)
    assert_optimal(solve_gap(graph, budget, order), least_bytes(graph, budget, order))


@pytest.mark.parametrize("solver", installed())
@given(graph=memory_graphs(max_steps=5))
@FEW
def test_minimum_peak_agrees_with_trying_every_order(solver: str, graph: MemoryGraph) -> None:
    peak = minimum_peak(graph, solver)
    assert peak is not None
    assert (peak.status, peak.bound_bytes) == (Status.OPTIMAL, peak.peak_bytes)
    assert peak.peak_bytes == least_peak(graph) == keep_all(graph, peak.order).peak_bytes


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet18", 1003520),
        pytest.param("nasnet2", 896896, marks=[pytest.mark.slow, NEEDS_SCIP]),
    ],
)
def test_known_minimum_peaks(name: str, expected: int) -> None:
    peak = minimum_peak(network(name), time_limit=None)
    assert peak is not None
    assert (peak.peak_bytes, peak.bound_bytes, peak.status) == (expected, expected, Status.OPTIMAL)


@given(data=st.data())
@FEW
def test_windows_change_nothing_but_the_size(data: st.DataObject) -> None:
    graph = data.draw(memory_graphs())
    budget = data.draw(budgets(graph))
    narrow, wide = (build_published(graph, budget, addresses=False, narrow=narrow) for narrow in (True, False))
    assert narrow.variables <= wide.variables
    assert_optimal(read_published(wide, solve(wide.problem)), least_bytes(graph, budget))
    full = build_published(graph, budget, narrow=False)
    assert_optimal_or_nothing(read_published(full, solve(full.problem)), least_bytes(graph, budget, addresses=True))


def assert_optimal_or_nothing(found: Solution, expected: int) -> None:
    if expected < 0:
        assert found.plan is None
    else:
        assert_optimal(found, expected)


@pytest.mark.parametrize("solver", installed())
def test_resnet18_moves_nothing_at_the_least_budget(solver: str) -> None:
    graph = network("resnet18")
    found = solve_published(graph, graph.least_budget, solver=solver)
    assert_optimal(found, 0)
    assert found.plan is not None
    assert check_plan(graph, found.plan).height_bytes <= graph.least_budget == 1003520


@pytest.mark.parametrize("solver", installed())
@pytest.mark.parametrize("name", ["resnet18", "googlenet4"])
def test_the_tight_form_proves_networks_near_chains(name: str, solver: str) -> None:
    graph = network(name)
    assert_optimal(solve_tight(graph, graph.least_budget, solver), 0)


@NEEDS_SCIP
def test_a_bound_known_from_elsewhere_closes_the_gap() -> None:
    """Below the minimum peak, 896,896 bytes, some buffer moves twice; all others are at least as large."""
    graph = network("nasnet2")
    least = 2 * min(buffer.bytes for buffer in graph.buffers.values())
    assert_optimal(solve_tight(graph, 827904, "scip", None, known_bound_bytes=least), 137984)


@pytest.mark.parametrize("solver", installed())
@pytest.mark.parametrize(
    ("name", "budget", "expected"),
    [("densenet121", 1605632, 1404928), ("nasnet3", 827904, 1793792), ("nasnet2", 827904, 137984)],
)
def test_known_optima_of_the_default_order(name: str, budget: int, expected: int, solver: str) -> None:
    graph = network(name)
    assert graph.least_budget == budget
    assert_optimal(solve_gap(graph, budget, None, solver), expected)


@pytest.mark.parametrize("solver", installed())
def test_what_is_found_within_a_time_limit_is_replayed(solver: str) -> None:
    """A second seldom proves anything here; the optimum of any order is 137,984 bytes."""
    graph = network("nasnet2")
    found = solve_published(graph, 827904, solver=solver, time_limit=1, addresses=False)
    assert found.status is not Status.INFEASIBLE
    assert found.bound_bytes <= 137984
    assert (found.schedule is None) == (found.status is None)
    if found.schedule is not None:
        assert found.schedule.objective_bytes >= 137984


@given(data=st.data())
@FEW
def test_only_gaps_across_overfull_places_are_asked_about(data: st.DataObject) -> None:
    graph = data.draw(memory_graphs(max_steps=5))
    budget = data.draw(budgets(graph))
    live = keep_all(graph).live_bytes
    model = GapModel(graph, budget, tuple(step.name for step in graph.steps))
    assert model.rows["place"] == sum(bytes_ > budget for bytes_ in live)
    assert all(any(live[place] > budget for place in gap.inside) for gap in model.given_up)


# --- what the printed equations let through ---


def forced(model: Published, *keys: tuple[dict[Any, Any], tuple[int, int]]) -> Solution:
    """The solution in which these variables are 1."""
    for table, key in keys:
        model.equal("forced", [(1, table.get(key, 0))], 1)
    return read_published(model, solve(model.problem, "cbc"))


def test_without_a_row_two_steps_run_at_one_place() -> None:
    steps = (Step("a", (), ("x",)), Step("b", (), ("y",)), Step("c", ("x", "y"), ("z",)))
    graph = MemoryGraph("pair", steps, {name: Buffer(name, 1) for name in "xyz"})

    def both_at_once(corrections: Corrections) -> Solution:
        model = build_published(graph, 3, corrections=corrections)
        return forced(model, (model.creates, (0, 0)), (model.creates, (1, 0)))

    assert both_at_once(Corrections()).note == "no solution was found in the time given"
    assert "stays from step 0 to 3 of 2" in both_at_once(replace(Corrections(), one_step_per_place=False)).note


def test_without_a_base_case_a_buffer_is_there_before_it_is_made() -> None:
    def there_at_first(corrections: Corrections) -> Solution:
        model = build_published(chain(1, 1, 1), 3, narrow=False, corrections=corrections)
        return forced(model, (model.keeps, (1, 0)))

    assert there_at_first(Corrections()).note == "no solution was found in the time given"
    assert "nothing brings it" in there_at_first(replace(Corrections(), nothing_kept_at_first=False)).note


def test_without_a_base_case_a_buffer_is_in_dram_before_it_is_made() -> None:
    def stored_at_first(corrections: Corrections) -> Solution:
        model = build_published(chain(1, 1, 1), 3, narrow=False, corrections=corrections)
        return forced(model, (model.spills, (2, 0)), (model.retrieves, (2, 1)))

    assert stored_at_first(Corrections()).note == "no solution was found in the time given"
    assert "nothing brings it" in stored_at_first(replace(Corrections(), nothing_spilled_at_first=False)).note


def test_pairs_left_out_need_buffers_that_end_with_their_window() -> None:
    """Asked to keep as much as the rows allow, the model as printed keeps what no pair holds apart."""

    def kept_for_ever(corrections: Corrections) -> Solution:
        model = build_published(chain(1, 1, 1, 1), 2, corrections=corrections)
        model.problem.setObjective(-sum(model.keeps.values()))
        return read_published(model, solve(model.problem, "cbc"))

    assert kept_for_ever(Corrections()).plan is not None
    assert "overlap" in kept_for_ever(replace(Corrections(), windows=False)).note


def test_what_lies_in_dram_is_loaded_where_it_is_read() -> None:
    graph = MemoryGraph("weight", (Step("a", ("w",), ("x",)),), {"w": Buffer("w", 1, True), "x": Buffer("x", 1)})

    def solved(corrections: Corrections) -> Solution:
        model = build_published(graph, 2, corrections=corrections)
        return read_published(model, solve(model.problem, "cbc"))

    assert_optimal(solved(Corrections()), 0)
    assert solved(replace(Corrections(), copies=False)).schedule is None


def test_what_is_handed_out_comes_back_without_a_spill() -> None:
    steps = (Step("a", (), ("x",)), Step("b", (), ("y",)), Step("c", ("y",), ("z",)), Step("d", ("x", "z"), ()))
    buffers = {name: Buffer(name, size, handed_out=name == "x") for name, size in zip("xyz", (2, 3, 1), strict=True)}
    graph = MemoryGraph("handed", steps, buffers)
    order = ("a", "b", "c", "d")

    def moved(corrections: Corrections) -> int:
        model = build_published(graph, 4, order=order, corrections=corrections)
        return solve(model.problem, "cbc").bound

    assert moved(Corrections()) == least_bytes(graph, 4, order) == 2
    assert moved(replace(Corrections(), copies=False)) == 4


def lp_text(model: Rows, folder: Path) -> str:
    export_model(model, folder / "model.lp")
    return (folder / "model.lp").read_text()


def test_sizes_are_counted_in_their_common_divisor(tmp_path: Path) -> None:
    """Byte-sized big-M let overlapping solutions through at a solver's default tolerance."""
    small, large = chain(1, 3, 2, 5), chain(32768, 98304, 65536, 163840)
    assert lp_text(build_published(small, 7), tmp_path) == lp_text(build_published(large, 7 * 32768 + 9), tmp_path)


def test_places_count_not_ids(tmp_path: Path) -> None:
    def model(ids: list[int]) -> Rows:
        links = [[], [ids[0]], [ids[0], ids[1]]]
        ops = [{"id": i, "inputs": inputs, "out_bytes": 4} for i, inputs in zip(ids, links, strict=True)]
        return build_published(memory_graph(mapping_graph({"name": "g", "ops": ops}, "g.json")), 12)

    assert lp_text(model([0, 1, 2]), tmp_path) == lp_text(model([3, 40, 77]), tmp_path)


# --- files, and what is refused ---


@pytest.mark.parametrize("suffix", [".mps", ".lp"])
@given(data=st.data())
@settings(FEW, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], max_examples=5)
def test_files_mean_the_same_to_another_reader(suffix: str, data: st.DataObject, tmp_path: Path) -> None:
    highspy = pytest.importorskip("highspy")
    graph = data.draw(memory_graphs())
    budget = data.draw(budgets(graph))
    order = tuple(step.name for step in graph.steps)
    models: list[Rows] = [build_published(graph, budget), build_peak(graph), GapModel(graph, budget, order)]
    for model in [*models, TightModel(graph, budget)]:
        path = tmp_path / f"model{suffix}"
        export_model(model, path)
        reader = highspy.Highs()
        reader.setOptionValue("output_flag", False)
        reader.readModel(str(path))
        reader.run()
        solved = solve(model.problem)
        if solved.outcome is Outcome.OPTIMAL:
            assert round(reader.getObjectiveValue()) == solved.bound
        else:
            assert reader.getModelStatus().name == "kInfeasible"


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"^model\.txt: a model is written as \.mps or \.lp, not \.txt$"):
        export_model(build_peak(chain(1, 1)), tmp_path / "model.txt")


def test_less_than_a_step_needs_is_infeasible() -> None:
    for found in (solve_published(chain(2, 3), 4), solve_gap(chain(2, 3), 4), solve_tight(chain(2, 3), 4)):
        assert found == Solution(None, None, Status.INFEASIBLE, 0, "4 bytes hold no order of chain: one step needs 5")


@pytest.mark.parametrize(
    ("step", "what"),
    [
        (Step("s1", ("t0",), ("t1",), ("t0", "t1")), "works in place"),
        (Step("s1", ("t0",), ("t1",), None, True), "may run again"),
    ],
)
def test_extensions_are_refused(step: Step, what: str) -> None:
    graph = chain(1, 1)
    graph = MemoryGraph("chain", (graph.steps[0], step), graph.buffers)
    text = f"chain: step 's1' {what}, which this formulation does not know; account without in_place and recompute"
    for refusing in (build_peak, lambda g: solve_published(g, 2), lambda g: solve_tight(g, 2)):
        with pytest.raises(SpecError, match=f"^{re.escape(text)}$"):
            refusing(graph)


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (("s0",), "chain: an order names each of the 2 steps once, and this one does not"),
        (("s1", "s0"), "chain: the order runs 's1' before its input 't0' is made"),
    ],
)
def test_orders_that_cannot_run_are_refused(order: tuple[str, ...], text: str) -> None:
    for refusing in (lambda: solve_gap(chain(1, 1), 2, order), lambda: solve_published(chain(1, 1), 2, order=order)):
        with pytest.raises(SpecError, match=f"^{re.escape(text)}$"):
            refusing()


def test_parameters_can_be_buffers() -> None:
    graph = memory_graph(load_workload("squeezenet"), Account(parameters=True))
    found = solve_gap(graph, graph.least_budget)
    assert found.status is Status.OPTIMAL
    assert found.schedule is not None
    assert found.schedule.peak_bytes <= graph.least_budget
