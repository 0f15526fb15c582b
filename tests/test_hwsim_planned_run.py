"""Networks under memory plans: bytes are the plan's to the byte, time is the layers' and the channel's, and no more."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.engine import load_engine
from hwsim.errors import ProgramError, SpecError
from hwsim.gemm import Gemm
from hwsim.layer_run import Depth
from hwsim.machine import Machine, make_machine
from hwsim.operands import Operands
from hwsim.planned_jobs import check_passes, planned_jobs
from hwsim.planned_run import PlannedRun
from hwsim.report import Report
from hwsim.residency import Account, MemoryGraph, MemoryPlan, TransferKind, check_plan, memory_graph
from hwsim.tiles.jumps import run_loops
from hwsim.tiles.loops import TileLoops
from hwsim.tiles.pipeline import Stall, run_tiles
from hwsim.tiles.tiling import Operand, Tiling
from hwsim.tiles.traffic import Reason, Stream
from hwsim.workload.graph import Workload
from hwsim.workload.loader import load_workload
from mapper.planned_tilings import planned_tilings
from mapper.residency.unlimited import unlimited
from memory_plans import plan_of
from small_networks import chain, gemms

ENGINE = load_engine("systolic-os:rows=4,cols=4")
FIELDS = {"dram_gb_per_s": 2, "dram_latency_ns": 10}
MACHINE = make_machine(ENGINE, FIELDS)
ACCOUNTS = [Account(), Account(parameters=True), Account(fuse=False), Account(in_place=True), Account(recompute=True)]
NETWORKS = ["shufflenet", "bert-base:seq=16,layers=2", "gpt2-small:seq=8,layers=1", "alexnet"]


def run_of(
    workload: Workload, account: Account = ACCOUNTS[0], machine: Machine = MACHINE, depth: Depth = Depth.CLOSED
) -> PlannedRun:
    graph = memory_graph(workload, account)
    tilings = planned_tilings(workload, graph, account, machine)
    return PlannedRun(workload, graph, account, machine, tilings, depth, Operands())


def moved(plan: MemoryPlan, *kinds: TransferKind) -> int:
    return plan.moved(*(kinds or TransferKind))


def check_report(report: Report, graph: MemoryGraph, plan: MemoryPlan) -> None:
    """Bytes to the byte, by reason too; cycles are the sum of their causes."""
    assert report.dram_bytes == plan.objective_bytes + graph.compulsory_bytes == moved(plan) + graph.outside_bytes
    for kind, reason in (
        (TransferKind.LOAD, Reason.FIRST_LOAD),
        (TransferKind.STORE, Reason.OUTPUT),
        (TransferKind.SPILL, Reason.SPILL),
        (TransferKind.RETRIEVE, Reason.RETRIEVE),
    ):
        assert report.traffic.get((Stream.TENSORS, reason), 0) == moved(plan, kind)
    assert not {reason for _, reason in report.traffic} & {Reason.REFETCH, Reason.PARTIAL_SUM}
    assert report.total_cycles == report.compute_cycles + sum(report.stall_cycles.values())


def test_one_product_by_hand() -> None:
    """10 x 6 x 7: 70 bytes of A come first, 42 of B in two tiles, 60 of C leave; 2 bytes a cycle, a latency of 10."""
    run = run_of(gemms(Gemm(m=10, n=6, k=7)))
    report = run.report(unlimited(run.graph))
    (layer,) = report.layers
    assert layer.traffic == {(Stream.B, Reason.FIRST_LOAD): 42}
    assert (layer.tiling.n, layer.timeline.stalls[Stall.FIRST_LOAD]) == (4, 10 + 4 * 7 // 2)
    assert layer.timeline.stalls[Stall.LAST_STORE] == 0
    assert [(x.kind, x.bytes, x.cycles) for x in report.transfers or ()] == [("load", 70, 10 + 35), ("store", 60, 30)]
    assert report.stall_cycles[Stall.TRANSFERS] == 75
    assert report.total_cycles == layer.timeline.total_cycles + 75


def test_rows_of_a_small_network_by_hand() -> None:
    run = run_of(chain())
    report = run.report(plan_of(run.graph, lambda name, place: True))
    assert [layer.name for layer in report.layers] == ["first", "second"]
    assert report.layers[0].fused == ("relu",)
    assert report.layers[0].traffic == {
        (Stream.B, Reason.FIRST_LOAD): 48,
        (Stream.PARAMETERS, Reason.FIRST_LOAD): 8,
    }
    assert {row.name: row.cycles for row in report.other_operators} == {
        "relu": 0, "add": 120 // 4, "pool": 120 // 4, "turn": -(-30 // 4), "flat": 0,
    }  # fmt: skip
    assert all(row.dram_bytes == 0 for row in report.other_operators)
    assert [move.step for move in report.transfers or ()] == ["first", "add", "turn"]
    assert report.assumptions == (
        "the clock is 1.0 GHz, assumed: no technology is chosen",
        "the vector unit does 4 operations per cycle; what follows a product alone rides along",
        "the plan's scratchpad of 360 bytes lies in scratchpad_a and scratchpad_c, which have 524288 bytes",
        "a step's loads and retrieves come before it computes, its stores and spills after it; nothing overlaps",
        "a parameter passes by once, with the first operator that reads it",
        "scratchpad_b holds the sums under work, and the tiles of parameters that pass by, in equal shares",
        "an operator that only moves elements takes a cycle for each element that a lane moves on chip",
        *run.graph.assumptions,
    )


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(ACCOUNTS), st.randoms(use_true_random=False), st.floats(0, 1))
def test_bytes_are_the_plans_and_keeping_more_never_costs(account: Account, random: object, share: float) -> None:
    """Two plans of which one keeps all that the other keeps; the infinite scratchpad keeps everything."""
    run = run_of(chain(), account)
    gaps = {(name, place) for name in run.graph.buffers for place in range(len(run.graph.steps))}
    less = {gap for gap in sorted(gaps) if random.random() < share}  # type: ignore[attr-defined]
    more = less | {gap for gap in sorted(gaps) if random.random() < 0.5}  # type: ignore[attr-defined]
    plans = [plan_of(run.graph, lambda name, place, kept=kept: (name, place) in kept) for kept in (less, more)]
    plans.append(unlimited(run.graph))
    reports = [run.report(plan) for plan in plans]
    for plan, report in zip(plans, reports, strict=True):
        assert check_plan(run.graph, plan).objective_bytes == plan.objective_bytes
        check_report(report, run.graph, plan)
        assert report.layers == reports[0].layers
    evicting, keeping, infinite = reports
    assert evicting.total_cycles >= keeping.total_cycles >= infinite.total_cycles
    assert evicting.dram_bytes >= keeping.dram_bytes >= infinite.dram_bytes
    moving = [report.stall_cycles[Stall.TRANSFERS] for report in reports]
    assert evicting.total_cycles - infinite.total_cycles == moving[0] - moving[2]


@cache
def network(name: str) -> Workload:
    return load_workload(name)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("account", ACCOUNTS[:3], ids=["activations", "parameters", "unfused"])
def test_whole_networks_move_the_compulsory_bytes_and_what_is_evicted(name: str, account: Account) -> None:
    workload = network(name)
    machine = make_machine(load_engine("systolic-os:rows=32,cols=32"), {"scratchpad_b_bytes": "512KiB"})
    run = run_of(workload, account, machine)
    for plan in (plan_of(run.graph, lambda name, place: False), unlimited(run.graph)):
        check_plan(run.graph, plan)
        report = run.unchecked(plan)
        check_report(report, run.graph, plan)
        assert [layer.name for layer in report.layers] == [operator.name for operator, _ in workload.products]
        names = {operator.name for operator in workload.operators}
        assert {x.name for x in report.layers} | {x.name for x in report.other_operators} == names


def test_a_faster_memory_never_takes_longer() -> None:
    totals = []
    for speed in (1, 2, 3.5, 10, 400):
        run = run_of(chain(), machine=make_machine(ENGINE, {**FIELDS, "dram_gb_per_s": speed}))
        totals.append(run.report(plan_of(run.graph, lambda name, place: False)).total_cycles)
    assert totals == sorted(totals, reverse=True)


def test_all_depths_agree_where_data_cannot_matter() -> None:
    reports = []
    for depth in Depth:
        run = run_of(chain(), depth=depth)
        reports.append(run.report(plan_of(run.graph, lambda name, place: False)))
    assert reports[0].total_cycles == reports[1].total_cycles == reports[2].total_cycles
    assert reports[0].layers == reports[1].layers == reports[2].layers


@settings(max_examples=40, deadline=None)
@given(
    *[st.integers(1, 13)] * 3,
    st.integers(1, 2),
    st.sets(st.sampled_from(list(Operand))),
    st.sampled_from(["mnk", "nkm", "knm"]),
    st.integers(1, 2),
)
def test_jumps_are_the_recurrence_with_operands_on_chip(
    m: int, n: int, k: int, batch: int, on_chip: set[Operand], order: str, buffers: int
) -> None:
    workload = gemms(Gemm(m, n, k, batch=batch))
    account = Account()
    (job,) = planned_jobs(workload, memory_graph(workload, account), account, MACHINE).values()
    demand = replace(job.demand, on_chip=frozenset(on_chip))
    machine = make_machine(ENGINE, {**FIELDS, "buffers": buffers})
    loops = TileLoops(machine, demand, Tiling(4, 4, 3, order))
    assert run_loops(loops) == run_tiles(loops, buffers, loops.channel.latency_cycles)
    if on_chip == set(Operand) and order == "mnk":  # other orders spill sums
        assert run_loops(loops).total_cycles == sum(tile.busy_cycles for tile in loops)


def test_every_operand_on_chip_leaves_computing_alone() -> None:
    run = run_of(chain(), Account(parameters=True))
    report = run.report(unlimited(run.graph))
    for layer in report.layers:
        assert layer.dram_bytes == 0
        assert layer.timeline.total_cycles == layer.timeline.compute_cycles + layer.timeline.stalls[Stall.VECTOR_UNIT]


def test_a_parameter_that_two_operators_read_is_counted_once() -> None:
    workload = chain()
    first, second = workload.operators[0], workload.operators[3]
    shared = replace(second, inputs=(*second.inputs, "bias"))
    both = Workload("chain", tuple(shared if x is second else x for x in workload.operators), workload.tensors)
    graph = memory_graph(both)
    assert [dict(step.passing) for step in graph.steps if step.passing] == [{"w1": 48, "bias": 8}, {"w2": 80}]
    assert graph.outside_bytes == memory_graph(workload).outside_bytes == 136
    assert "bias" in first.inputs


def test_what_does_not_fit_is_refused() -> None:
    run = run_of(chain(), machine=make_machine(ENGINE, {"scratchpad_a_bytes": 100, "scratchpad_c_bytes": 200}))
    sentence = (
        "the plans of chain are for a scratchpad of 360 bytes, and scratchpad_a and scratchpad_c have 300 together"
    )
    with pytest.raises(ProgramError, match=f"^{sentence}$"):
        run.report(plan_of(run.graph, lambda name, place: True))
    assert run.unchecked(plan_of(run.graph, lambda name, place: True)).total_cycles > 0


def test_elements_of_another_width_are_refused_or_said() -> None:
    wide = Account(element_bytes=2)
    with pytest.raises(
        SpecError,
        match=re.escape(
            f"chain: layer 'first': the plan gives an element 16 bits, and operand a has 8 on {ENGINE.spec}"
        ),
    ):
        run_of(chain(), wide)
    run = run_of(network(NETWORKS[1]), machine=make_machine(ENGINE, {"scratchpad_b_bytes": "1MiB"}))
    said = run.unchecked(unlimited(run.graph)).assumptions
    assert "the plan gives an element 8 bits, and they are counted so, of token_ids (32) too" in said


def test_a_small_scratchpad_for_what_passes_by_is_refused_with_a_size_that_is_enough() -> None:
    workload = gemms(Gemm(m=64, n=64, k=64))
    small = make_machine(ENGINE, {"scratchpad_b_bytes": 256})
    with pytest.raises(SpecError) as refused:
        run_of(workload, machine=small)
    sentence = (
        r"gemms: layer 'g0': scratchpad_b_bytes=256 is too small for its parameters to pass by once while its sums "
        r"stay; (\d+) is enough"
    )
    match = re.fullmatch(sentence, str(refused.value))
    assert match
    enough = int(match[1])
    assert run_of(workload, machine=make_machine(ENGINE, {"scratchpad_b_bytes": enough})).layers
    with pytest.raises(SpecError):
        run_of(workload, machine=make_machine(ENGINE, {"scratchpad_b_bytes": enough // 2}))


def test_tilings_that_move_anything_twice_or_do_not_fit_are_refused() -> None:
    workload, account = gemms(Gemm(m=64, n=64, k=64)), Account()
    (job,) = planned_jobs(workload, memory_graph(workload, account), account, MACHINE).values()
    with pytest.raises(SpecError, match=r"^layer 'g0': the tiling fetches parameters twice or spills sums$"):
        check_passes(job, Tiling(4, 4, 4, "mnk"), MACHINE)
    small = make_machine(ENGINE, {"scratchpad_b_bytes": 1000})
    with pytest.raises(
        SpecError, match=r"^layer 'g0' needs 8192 bytes for operand b, and its share of scratchpad_b is 500$"
    ):
        check_passes(job, Tiling(64, 64, 64), small)


def test_prefetch_is_said_to_be_unused() -> None:
    run = run_of(chain(), machine=make_machine(ENGINE, {**FIELDS, "prefetch": True}))
    report = run.report(unlimited(run.graph))
    assert "prefetch is not used: transfers stand between the layers" in report.assumptions
    assert report.layers == run_of(chain()).report(unlimited(run.graph)).layers
