"""Pictures of memory plans: the page holds every stay and loads nothing, the trace is one that viewers open."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import MissingToolError
from hwsim.residency import Account, MemoryGraph, MemoryPlans, memory_graph
from hwsim.residency.ending import endings
from hwsim.residency.plan import TransferKind
from hwsim.workload.loader import load_workload
from memory_plans import plan_of, plans_of, schedule_of
from small_networks import chain
from sweeps.render.memory_page import ENDINGS, KINDS, memory_page
from sweeps.render.memory_trace import CHANNEL_US, STEP_US, memory_trace, occupied
from sweeps.render.screenshot import QUIET, find_browser

ROOT = Path(__file__).parent.parent
HOSTILE = "</script><script>alert('1')</script>"


@pytest.fixture(scope="module")
def mapped() -> tuple[MemoryPlans, MemoryGraph]:
    """Two plans of the example network; half of one's gaps are kept."""
    graph = memory_graph(load_workload(ROOT / "examples" / "nasnet2.json"))
    plans = plans_of(
        graph, Account(), "nasnet2.json", hwsim=lambda name, place: place % 2 == 0, evict=lambda name, place: False
    )
    return plans, graph


def data_of(text: str) -> Any:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert match
    return json.loads(match[1])


def test_the_page_holds_every_stay_and_transfer(mapped: tuple[MemoryPlans, MemoryGraph]) -> None:
    plans, graph = mapped
    data = data_of(memory_page(plans, graph))
    assert [shown["scheme"] for shown in data["plans"]] == ["hwsim", "evict"]
    assert (data["budget"], data["compulsory"]) == (plans.budget_bytes, graph.compulsory_bytes)
    for shown, plan in zip(data["plans"], plans.plans.values(), strict=True):
        assert tuple(data["steps"][at] for at in shown["order"]) == plan.order
        assert [(data["tensors"][t], *rest) for t, *rest in shown["stays"]] == [
            (x.tensor, x.offset, x.size, x.start, x.end, ENDINGS.index(why))
            for x, why in zip(plan.stays, endings(plan), strict=True)
        ]
        assert [(data["tensors"][t], step, KINDS[kind], size) for t, step, kind, size in shown["moves"]] == [
            (x.tensor, x.step, x.kind, x.bytes) for x in plan.transfers
        ]
        assert shown["objective"] == plan.objective_bytes


def test_the_page_loads_nothing_and_is_the_same_each_time(mapped: tuple[MemoryPlans, MemoryGraph]) -> None:
    text = memory_page(*mapped)
    assert "http" not in text
    assert "@import" not in text
    assert not re.search(r"<link|<img|<iframe|\bsrc=|url\(", text)
    assert text == memory_page(*mapped)
    assert "prefers-color-scheme: dark" in text
    assert re.findall(r"<li>(arena[^<]*)</li>", text) == ["arena+belady@default: fragmented: no address for conv1.out"]


def test_a_thousand_stays_make_a_page_of_reasonable_size() -> None:
    account = Account(parameters=True, fuse=False)
    graph = memory_graph(load_workload("densenet121"), account)
    plans = plans_of(graph, account, "densenet121", hwsim=lambda name, place: False)
    assert len(plans.answer.stays) > 1000
    assert len(memory_page(plans, graph)) < 300_000


def test_names_are_text(mapped: tuple[MemoryPlans, MemoryGraph]) -> None:
    workload = chain()
    named = replace(workload, name=HOSTILE)
    graph = memory_graph(named)
    plans = plans_of(graph, Account(), "chain", hwsim=lambda name, place: True)
    text = memory_page(plans, graph)
    assert HOSTILE not in text
    assert data_of(text)["workload"] == HOSTILE
    assert "Nothing is spilled in a scratchpad of 360 bytes" in text


def test_the_scripts_run_in_a_browser(mapped: tuple[MemoryPlans, MemoryGraph], tmp_path: Path) -> None:
    """Every stay has its rectangle; arrows walk, the select changes the plan."""
    try:
        browser = find_browser()
    except MissingToolError as error:
        pytest.skip(str(error))
    plans, graph = mapped
    walk = """<script>
const press = (id, key) => byId(id).querySelector("svg").dispatchEvent(new KeyboardEvent("keydown", { key }));
press("map", "ArrowRight"); press("map", "ArrowRight"); press("map", "ArrowRight");
document.body.dataset.tip = byId("map").querySelector(".tip").textContent;
press("map", "Escape");
press("bus", "End");
document.body.dataset.bus = byId("bus").querySelector(".tip").textContent;
byId("scheme").value = "1";
byId("scheme").dispatchEvent(new Event("change"));
</script>"""
    (tmp_path / "map.html").write_text(memory_page(plans, graph).replace("</body>", f"{walk}</body>"))
    command = [browser, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    shown = subprocess.run(
        [*command, (tmp_path / "map.html").as_uri()], capture_output=True, text=True, timeout=120, check=True
    ).stdout
    other = plans.plans["evict"]
    assert shown.count('class="stay"') == len(other.stays)
    assert f"{len(other.stays)} of {len(other.stays)}" in shown
    tip, bus = (re.search(rf'data-{name}="([^"]*)"', shown) for name in ("tip", "bus"))
    assert tip
    assert plans.answer.stays[2].tensor in tip[1]
    assert bus
    assert f"{len(graph.steps) - 1}: {graph.steps[-1].name}" in bus[1]


def slices(events: list[dict[str, Any]], thread: int) -> list[dict[str, Any]]:
    return [event for event in events if event["ph"] == "X" and event["tid"] == thread]


@given(st.sets(st.tuples(st.sampled_from(["x", "r1", "c2", "sum", "w1", "bias"]), st.integers(0, 6))), st.booleans())
def test_the_trace_has_every_step_transfer_and_stay(kept: set[tuple[str, int]], parameters: bool) -> None:
    graph = memory_graph(chain(), Account(parameters, fuse=False))
    plan = plan_of(graph, lambda name, place: (name, place) in kept)
    trace = json.loads(json.dumps(memory_trace([plan])))
    events = trace["traceEvents"]
    assert {event["ph"] for event in events} == {"M", "X", "C", "b", "e"}
    assert all(event["pid"] == 1 and (event["ph"] == "M" or event["ts"] >= 0) for event in events)
    assert [event["name"] for event in slices(events, 1)] == list(plan.order)
    moved: Counter[str] = Counter()
    for event in slices(events, 2):
        moved[event["args"]["kind"]] += event["args"]["bytes"]
        into = event["args"]["kind"] in ("load", "retrieve")
        assert event["ts"] % STEP_US < CHANNEL_US if into else event["ts"] % STEP_US >= STEP_US - CHANNEL_US
    assert moved == {kind.value: plan.moved(kind) for kind in TransferKind if plan.moved(kind)}
    for thread in (1, 2):
        found = sorted(slices(events, thread), key=lambda event: event["ts"])
        assert all(a["ts"] + a["dur"] <= b["ts"] + 0.01 for a, b in pairwise(found))
    begun, ended = ({e["id"]: e for e in events if e["ph"] == ph} for ph in "be")
    assert begun.keys() == ended.keys()
    assert len(begun) == len(plan.stays)
    assert all(begun[key]["ts"] < ended[key]["ts"] and begun[key]["name"] == ended[key]["name"] for key in begun)
    counted = [event["args"]["bytes"] for event in events if event["ph"] == "C"]
    assert counted == [*schedule_of(graph, lambda name, place: (name, place) in kept).live_bytes, 0]


def test_what_is_shared_in_place_is_occupied_once() -> None:
    graph = memory_graph(chain(), Account(in_place=True))
    plan = plan_of(graph, lambda name, place: True)
    (step,) = (step for step in graph.steps if step.in_place)
    source, result = (next(x for x in plan.stays if x.tensor == name) for name in step.in_place or ())
    shared = replace(plan, stays=tuple(replace(x, offset=source.offset) if x is result else x for x in plan.stays))
    place = plan.order.index(step.name)
    assert occupied(plan, place) - occupied(shared, place) == source.size
    assert occupied(shared, place) == graph.working_set(step)
