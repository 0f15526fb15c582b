"""The check of memory plans: a good plan is counted, and each way to break it is caught with a sentence of its own."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hwsim.errors import ProgramError
from hwsim.residency import (
    Buffer,
    MemoryGraph,
    MemoryPlan,
    Status,
    Stay,
    Step,
    Transfer,
    TransferKind,
    check_plan,
)

BUFFERS = {
    "x": Buffer("x", 4),
    "y": Buffer("y", 4),
    "z": Buffer("z", 4),
    "w": Buffer("w", 3, in_dram=True),
    "o": Buffer("o", 2, handed_out=True),
}
STEPS = (
    Step("a", (), ("x",)),
    Step("b", ("x",), ("y",)),
    Step("c", ("y",), ("z",), ("y", "z")),
    Step("d", ("x", "z", "w"), ("o",)),
)
GRAPH = MemoryGraph("small", STEPS, BUFFERS)

STAYS = {
    "x": Stay("x", 0, 4, 0, 2),
    "y": Stay("y", 4, 4, 1, 3),
    "z": Stay("z", 4, 4, 2, 4),
    "x again": Stay("x", 0, 4, 3, 4),
    "w": Stay("w", 8, 3, 3, 4),
    "o": Stay("o", 11, 2, 3, 4),
}
MOVES = {
    "x out": Transfer("x", 1, TransferKind.SPILL, 4),
    "x back": Transfer("x", 3, TransferKind.RETRIEVE, 4),
    "w": Transfer("w", 3, TransferKind.LOAD, 3),
    "o": Transfer("o", 3, TransferKind.STORE, 2),
}
PLAN = MemoryPlan(
    "by hand", "small", 13, ("a", "b", "c", "d"), (*STAYS.values(),), (*MOVES.values(),), Status.OPTIMAL, 8
)


def with_stays(**changes: Stay | None) -> MemoryPlan:
    """The plan with other stays; None leaves one out."""
    stays = {**STAYS, **{name.replace("_", " "): stay for name, stay in changes.items()}}
    return replace(PLAN, stays=tuple(stay for stay in stays.values() if stay is not None))


def with_moves(**changes: Transfer | None) -> MemoryPlan:
    """The plan with other transfers; None leaves one out."""
    moves = {**MOVES, **{name.replace("_", " "): move for name, move in changes.items()}}
    return replace(PLAN, transfers=tuple(move for move in moves.values() if move is not None))


def test_a_good_plan_is_counted() -> None:
    walked = check_plan(GRAPH, PLAN)
    assert (walked.objective_bytes, walked.compulsory_bytes, walked.height_bytes) == (8, 5, 13)
    assert (PLAN.objective_bytes, PLAN.height_bytes) == (8, 13)
    assert GRAPH.least_budget == 13


SPILL, RETRIEVE, LOAD, STORE = TransferKind.SPILL, TransferKind.RETRIEVE, TransferKind.LOAD, TransferKind.STORE

BROKEN = [
    (replace(PLAN, workload="large"), "it was made for large"),
    (replace(PLAN, order=("a", "b", "c", "e")), "there is no step 'e'"),
    (with_stays(v=Stay("v", 0, 1, 0, 1)), "there is no buffer 'v'"),
    (with_stays(x=Stay("x", 0, 5, 0, 2)), "'x' has 4 bytes, and a stay gives it 5"),
    (with_stays(o=Stay("o", 11, 2, 3, 5)), "'o' stays from step 3 to 5 of 4"),
    (with_stays(x=Stay("x", 0, 4, 2, 2)), "'x' stays from step 2 to 2 of 4"),
    (with_stays(o=Stay("o", 12, 2, 3, 4)), "'o' lies at 12 to 14 of 13 bytes"),
    (with_moves(v=Transfer("v", 0, LOAD, 1)), "there is no buffer 'v'"),
    (with_moves(w=Transfer("w", 4, LOAD, 3)), "'w' moves at step 4 of 4"),
    (with_moves(w=Transfer("w", 3, LOAD, 2)), "'w' has 3 bytes, and a transfer moves 2"),
    (with_moves(v=Transfer("w", 3, LOAD, 3)), "a buffer is fetched twice at step 3"),
    (with_stays(x=Stay("x", 0, 4, 0, 4)), "'x' lies in the scratchpad twice at step 3"),
    (with_moves(w=None), "'w' is there at step 3, and nothing brings it"),
    (with_stays(w=None), "'w' is fetched at step 3, where no stay of it starts"),
    (with_moves(x_out=None), "'x' is fetched at step 3, and DRAM has no copy of it"),
    (with_moves(x_back=Transfer("x", 3, LOAD, 4)), "'x' comes at step 3 as load, not retrieve"),
    (with_moves(w=Transfer("w", 3, RETRIEVE, 3)), "'w' comes at step 3 as retrieve, not load"),
    (with_stays(w=Stay("w", 5, 3, 3, 4)), "'w' and 'z' overlap at step 3, 'd'"),
    (with_stays(z=Stay("z", 6, 4, 2, 4)), "'z' and 'y' overlap at step 2, 'c'"),
    (replace(PLAN, order=("a", "b", "c", "d", "a")), "step 'a' runs again at 4"),
    (with_stays(x=Stay("x", 0, 4, 0, 1)), "step 'b' runs at 1 without its input 'x'"),
    (with_stays(o=None), "step 'd' runs at 3 without room for its output 'o'"),
    (with_stays(y=Stay("y", 4, 4, 1, 4)), "'y' stays until step 4, and 'z' is written over it at 2"),
    (with_moves(x_out=Transfer("x", 2, SPILL, 4)), "'x' is sent to DRAM at step 2 and is not in the scratchpad"),
    (with_moves(v=Transfer("w", 3, SPILL, 3)), "'w' is sent to DRAM at step 3, where there is a copy of it"),
    (with_moves(x_out=Transfer("x", 1, STORE, 4)), "'x' leaves at step 1 as store, not spill"),
    (with_moves(o=Transfer("o", 3, SPILL, 2)), "'o' leaves at step 3 as spill, not store"),
    (with_moves(v=Transfer("y", 2, SPILL, 4)), "'y' is sent to DRAM at step 2, after it was written over"),
    (with_moves(o=None), "'o' is handed out and never reaches DRAM"),
]


@pytest.mark.parametrize(("plan", "text"), BROKEN, ids=[text for _, text in BROKEN])
def test_a_broken_plan_is_caught(plan: MemoryPlan, text: str) -> None:
    with pytest.raises(ProgramError) as caught:
        check_plan(GRAPH, plan)
    assert str(caught.value) == f"by hand plan of small: {text}"


def test_a_missing_step_is_caught() -> None:
    late = {name: stay for name, stay in STAYS.items() if stay.start < 3}
    stays = tuple(replace(stay, end=min(stay.end, 3)) for stay in late.values())
    with pytest.raises(ProgramError) as caught:
        check_plan(GRAPH, replace(PLAN, order=("a", "b", "c"), stays=stays, transfers=(MOVES["x out"],)))
    assert str(caught.value) == "by hand plan of small: step 'd' is missing"


def test_a_repeatable_step_may_run_again() -> None:
    again = (Step("b", ("x",), ("y",), repeatable=True), Step("e", ("y",), ("v",)))
    graph = MemoryGraph("small", (STEPS[0], *again), {**{n: BUFFERS[n] for n in "xy"}, "v": Buffer("v", 1)})
    stays = (Stay("x", 0, 4, 0, 3), Stay("y", 4, 4, 1, 2), Stay("y", 4, 4, 2, 4), Stay("v", 0, 1, 3, 4))
    plan = MemoryPlan("by hand", "small", 8, ("a", "b", "b", "e"), stays, ())
    assert check_plan(graph, plan).objective_bytes == 0


def test_a_plan_survives_json() -> None:
    assert MemoryPlan.from_json(json.loads(json.dumps(PLAN.to_json()))) == PLAN
