"""The file of memory plans: what is written is read, and what is wrong with one is said in a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import ProgramError
from hwsim.residency import Account, MemoryPlans, TransferKind, load_memory_plans, memory_graph
from hwsim.residency.ending import Ending, endings
from hwsim.residency.plan_file import KEYS
from memory_plans import plan_of, plans_of
from small_networks import chain

Change = Callable[[dict[str, Any]], object]
ACCOUNTS = [Account(), Account(parameters=True, element_bytes=2), Account(fuse=False, in_place=True)]


def made(account: Account = ACCOUNTS[0]) -> MemoryPlans:
    graph = memory_graph(chain(), account)
    return plans_of(graph, account, "chain.json", hwsim=lambda name, place: True, evict=lambda name, place: False)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_what_is_written_is_read(account: Account, tmp_path: Path) -> None:
    plans = made(account)
    (tmp_path / "plans.json").write_text(plans.text())
    assert load_memory_plans(tmp_path / "plans.json") == plans
    assert plans.answer.scheme == "hwsim"
    assert set(json.loads(plans.text())) == set(KEYS)
    plans.check(memory_graph(chain(), account))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda d: d.update(version=2),
            "p.json: format 'hwsim-memory-plans' version 2 is not 'hwsim-memory-plans' version 1",
        ),
        (
            lambda d: d.update(zebra=3),
            f"p.json: unknown key 'zebra'; allowed are {', '.join(KEYS)}",
        ),
        (
            lambda d: d.update(assumption=[]),
            f"p.json: unknown key 'assumption' (did you mean 'assumptions'?); allowed are {', '.join(KEYS)}",
        ),
        (lambda d: d.pop("dims"), "p.json: the key 'dims' must be a dict, not None"),
        (lambda d: d.update(dims={"batch": "one"}), "p.json: dims: the key 'batch' must be a int, not 'one'"),
        (lambda d: d.update(budget_bytes=True), "p.json: the key 'budget_bytes' must be a int, not True"),
        (lambda d: d.update(peak_is_proven=1), "p.json: the key 'peak_is_proven' must be a bool, not 1"),
        (lambda d: d.update(failures={"x": 1}), "p.json: failures: the key 'x' must be a str, not 1"),
        (lambda d: d.update(plans={}), "p.json: plans is empty; it needs at least one"),
        (
            lambda d: d["account"].update(fused=True),
            "p.json: account: unknown key 'fused' (did you mean 'fuse'?); "
            "allowed are parameters, element_bytes, fuse, in_place, recompute",
        ),
        (lambda d: d["account"].pop("fuse"), "p.json: account: the key 'fuse' must be a bool, not None"),
        (
            lambda d: d["account"].update(element_bytes=0),
            "p.json: account: element_bytes is 0; at least 1 is allowed",
        ),
        (
            lambda d: d["plans"].update(other=d["plans"]["hwsim"]),
            "p.json: plans.other: the plan's scheme is 'hwsim'",
        ),
        (
            lambda d: d["plans"]["hwsim"].update(workload="net"),
            "p.json: plans.hwsim: the plan is of 'net', and the file of 'chain'",
        ),
        (
            lambda d: d["plans"]["hwsim"]["transfers"][0].update(kind="spil"),
            "p.json: plans.hwsim: transfers[0]: kind is 'spil' (did you mean 'spill'?); "
            "allowed are load, store, spill, retrieve",
        ),
        (
            lambda d: d["plans"]["hwsim"]["placements"][1].update(ofset=4),
            "p.json: plans.hwsim: placements[1]: unknown key 'ofset' (did you mean 'offset'?); "
            "allowed are tensor, offset, size, start, end",
        ),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(change: Change, sentence: str) -> None:
    document = made().to_json()
    change(document)
    with pytest.raises(ProgramError, match=f"^{re.escape(sentence)}$"):
        MemoryPlans.from_json(json.loads(json.dumps(document)), "p.json")


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    with pytest.raises(ProgramError, match=f"^{re.escape(str(path))}: No such file or directory$"):
        load_memory_plans(path)
    path.write_text("[1,")
    with pytest.raises(ProgramError, match=rf"^{re.escape(str(path))}: Expecting value: line 1 column 4 \(char 3\)$"):
        load_memory_plans(path)
    path.write_text("[1]")
    with pytest.raises(ProgramError, match=rf"^{re.escape(str(path))}: a table is needed, not \[1\]$"):
        load_memory_plans(path)


def test_plans_are_walked_on_the_network_that_they_are_said_to_be_of() -> None:
    graph = memory_graph(chain())
    plans = made()
    with pytest.raises(
        ProgramError,
        match=rf"^the plans are of a network whose compulsory bytes are 7; chain has {graph.compulsory_bytes}$",
    ):
        replace(plans, compulsory_bytes=7).check(graph)
    late = replace(plans.answer, transfers=plans.answer.transfers[1:])
    with pytest.raises(ProgramError, match=r"^hwsim plan of chain: 'x' is there at step 0, and nothing brings it$"):
        replace(plans, plans={"hwsim": late}).check(graph)


@given(st.sets(st.tuples(st.sampled_from(["x", "r1", "c2", "sum", "w1", "bias"]), st.integers(0, 6))), st.booleans())
def test_endings_tell_what_follows(kept: set[tuple[str, int]], parameters: bool) -> None:
    graph = memory_graph(chain(), Account(parameters, fuse=False))
    plan = plan_of(graph, lambda name, place: (name, place) in kept)
    found = list(zip(plan.stays, endings(plan), strict=True))
    for stay, ending in found:
        again = any(x.tensor == stay.tensor and x.start >= stay.end for x in plan.stays)
        assert (ending in (Ending.SPILLED, Ending.DROPPED)) == again
        if ending is Ending.DROPPED:
            assert graph.buffers[stay.tensor].has_copy or any(
                x.tensor == stay.tensor and x.kind is TransferKind.SPILL and x.step < stay.start for x in plan.transfers
            )
    spilled = [move for move in plan.transfers if move.kind is TransferKind.SPILL]
    assert sum(ending is Ending.SPILLED for _, ending in found) == len(spilled)


def test_what_is_worked_on_in_place_is_overwritten() -> None:
    graph = memory_graph(chain(), Account(in_place=True))
    (step,) = (step for step in graph.steps if step.in_place)
    plan = plan_of(graph, lambda name, place: True)
    source, result = (next(x for x in plan.stays if x.tensor == name) for name in step.in_place or ())
    shared = tuple(replace(x, offset=source.offset) if x is result else x for x in plan.stays)
    over = dict(zip((x.tensor for x in plan.stays), endings(replace(plan, stays=shared)), strict=True))
    assert over[source.tensor] is Ending.OVERWRITTEN
    assert set(over.values()) == {Ending.OVERWRITTEN, Ending.DEAD}
    assert set(endings(plan)) == {Ending.DEAD}
