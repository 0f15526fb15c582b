"""Budgets below the largest working set: steps in tiles, every byte walked, bounds below, refusals in one sentence."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.engine import load_engine
from hwsim.errors import ProgramError, SpecError, WorkloadError
from hwsim.machine import make_machine
from hwsim.residency import Account, Buffer, MemoryGraph, Status, Step, TransferKind, check_plan, memory_graph
from hwsim.residency.graph import Streamed
from hwsim.residency.tiled import TiledStep, tile_steps
from hwsim.workload.graph import Workload
from hwsim.workload.loader import load_workload
from hwsim.workload.mapping_graph import mapping_graph
from mapper.residency.schedule import Schedule, keep_all
from mapper.tile_working_sets import TiledGraph, tile_working_sets

MACHINE = make_machine(load_engine("systolic-os:rows=8,cols=8"), {})
NETWORKS = ("squeezenet", "gpt2-small:seq=32", "shufflenet")
ACCOUNTS = st.builds(Account, parameters=st.booleans(), in_place=st.booleans())


@lru_cache
def network(name: str) -> Workload:
    return load_workload(name)


def stacked(schedule: Schedule) -> dict[object, int]:
    """An address for every run, all apart; what is written over in place shares one."""
    offsets: dict[object, int] = {}
    shared = {step.in_place[1]: step.in_place[0] for step in schedule.graph.steps if step.in_place}
    top = 0
    for run in sorted(schedule.runs, key=lambda run: run.start):
        source = shared.get(run.buffer)
        if source is not None:
            offsets[run] = next(offsets[x] for x in schedule.runs if x.buffer == source)
            continue
        offsets[run], top = top, top + schedule.graph.buffers[run.buffer].bytes
    return offsets


def tiled(name: str, account: Account, share: float) -> tuple[MemoryGraph, TiledGraph, int]:
    workload = network(name)
    graph = memory_graph(workload, account)
    budget = int(graph.least_budget * share)
    return graph, tile_working_sets(workload, graph, account, MACHINE, budget), budget


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(NETWORKS), ACCOUNTS, st.sampled_from([0.1, 0.4, 0.8]))
def test_tiled_steps_fit_and_every_byte_is_walked(name: str, account: Account, share: float) -> None:
    graph, found, budget = tiled(name, account, share)
    assert found.graph.least_budget <= budget < graph.least_budget
    assert [x.step for x in found.tiled] == [s.name for s in graph.steps if graph.working_set(s) > budget]
    assert found.graph.compulsory_bytes == graph.compulsory_bytes
    schedule = keep_all(found.graph)
    plan = schedule.plan("all kept", 1 << 40, stacked(schedule), Status.FEASIBLE, 0)  # type: ignore[arg-type]
    walked = check_plan(found.graph, plan)
    assert walked.objective_bytes == plan.objective_bytes >= found.bound_bytes
    assert walked.compulsory_bytes + graph.outside_bytes == graph.compulsory_bytes


def test_with_room_nothing_is_tiled() -> None:
    graph, found, _ = tiled("squeezenet", Account(), 1.0)
    assert found.tiled == ()
    assert found.graph == graph
    assert found.bound_bytes == 0


def test_a_mapping_graph_says_no_shapes() -> None:
    workload = mapping_graph({"ops": [{"id": 0, "name": "one", "out_bytes": 90}]}, "small.json")
    graph = memory_graph(workload)
    message = "small: step 'one' needs 90 bytes of 50, and no shape says how to tile it"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        tile_working_sets(workload, graph, Account(), MACHINE, 50)


def test_what_fits_no_tile_is_refused() -> None:
    workload = network("squeezenet")
    graph = memory_graph(workload)
    first = graph.steps[0].name
    message = f"squeezenet: step '{first}' fits 10 bytes in no tiling for {MACHINE.engine.spec}"
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        tile_working_sets(workload, graph, Account(), MACHINE, 10)


def by_hand() -> MemoryGraph:
    """x is made whole and read again and again in tiles; y is written in tiles and comes back."""
    read = (Streamed("x", 30), Streamed("given", 8))
    return MemoryGraph(
        "hand",
        (
            Step("a", ("given",), ("x",)),
            Step("b", (), ("room",), streamed_in=read, streamed_out=(Streamed("y", 20),)),
            Step("c", ("y",), ("z",)),
        ),
        {
            "given": Buffer("given", 4, in_dram=True),
            "x": Buffer("x", 10, mirrored=True),
            "room": Buffer("room", 3),
            "y": Buffer("y", 20),
            "z": Buffer("z", 5, handed_out=True),
        },
    )  # fmt: skip


def test_streams_are_counted_by_hand() -> None:
    graph = by_hand()
    schedule = keep_all(graph)
    plan = schedule.plan("hand", 100, stacked(schedule), Status.FEASIBLE, 0)  # type: ignore[arg-type]
    walked = check_plan(graph, plan).bytes_by_kind
    assert walked == {
        TransferKind.LOAD: 4,
        TransferKind.STORE: 5,
        TransferKind.SPILL: 10 + 20,
        TransferKind.RETRIEVE: 30 + 8 + 20,
    }
    assert graph.compulsory_bytes == 9


def test_a_stream_that_is_left_out_is_found() -> None:
    graph = by_hand()
    schedule = keep_all(graph)
    plan = schedule.plan("hand", 100, stacked(schedule), Status.FEASIBLE, 0)  # type: ignore[arg-type]
    fewer = tuple(x for x in plan.transfers if (x.tensor, x.step) != ("x", 1))
    message = "hand plan of hand: 'x' is streamed at step 1 with 0 bytes of retrieve, not 30"
    with pytest.raises(ProgramError, match=f"^{re.escape(message)}$"):
        check_plan(graph, type(plan)("hand", "hand", 100, plan.order, plan.stays, fewer))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x": Buffer("x", 10)}, "hand: step 'b' streams 'x', of which DRAM has no copy"),
        ({"y": Buffer("y", 21)}, "hand: step 'b' streams 20 bytes of 'y', which has more"),
    ],
)
def test_streams_that_cannot_be_are_refused(changed: dict[str, Buffer], message: str) -> None:
    graph = by_hand()
    with pytest.raises(WorkloadError, match=f"^{re.escape(message)}$"):
        MemoryGraph("hand", graph.steps, {**graph.buffers, **changed})


def test_a_tiling_of_what_is_not_there_is_refused() -> None:
    graph = memory_graph(network("squeezenet"))
    first = graph.steps[0]
    with pytest.raises(ProgramError, match=r"^squeezenet: there is no step 'none' to tile$"):
        tile_steps(graph, [TiledStep("none", {}, 1)])
    touched = ", ".join(first.touched)
    message = f"squeezenet: step {first.name!r} does not touch 'x'; it touches {touched}"
    with pytest.raises(ProgramError, match=f"^{re.escape(message)}$"):
        tile_steps(graph, [TiledStep(first.name, {"x": 4}, 1)])
