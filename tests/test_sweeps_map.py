"""``hwsim map`` and ``hwsim simulate --plan``: what they answer, what they write, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hwsim.residency import (
    Account,
    MemoryGraph,
    MemoryPlan,
    Status,
    check_plan,
    load_memory_plans,
    memory_graph,
)
from hwsim.workload.loader import load_workload
from memory_plans import plans_of
from sweeps import network_map
from sweeps.cli import app

ROOT = Path(__file__).parent.parent
NASNET = ROOT / "examples" / "nasnet2.json"
ENGINE = "systolic-os:rows=32,cols=32"
BASELINES = {
    f"{rule}@{order}" for rule in ("arena+belady", "arena+greedy", "gap") for order in ("default", "peak")
}  # fmt: skip
KEYS = {
    "workload", "status", "objective_bytes", "bound_bytes", "gap", "compulsory_bytes", "budget_bytes", "budgets",
    "peak_is_proven", "baseline_bytes", "failures", "solve_seconds", "methods", "account", "order", "placements",
    "tiled", "transfers", "assumptions",
}  # fmt: skip
FORK = {
    "name": "fork",
    "ops": [
        {"id": 0, "name": "stem", "inputs": [], "out_bytes": 40},
        {"id": 1, "name": "wide", "inputs": [0], "out_bytes": 60},
        {"id": 2, "name": "narrow", "inputs": [0], "out_bytes": 10},
        {"id": 3, "name": "sum", "inputs": [1], "out_bytes": 50},
        {"id": 4, "name": "join", "inputs": [0, 2, 3], "out_bytes": 10},
    ],
}
"""M_R = 110 (sum, join and more); keeping stem and narrow over sum asks for 160."""


def invoke(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def answer(*words: object, code: int = 0) -> str:
    result = invoke(*words)
    assert result.exit_code == code, result.output
    return result.stdout


def as_json(*words: object, code: int = 0) -> Any:
    return json.loads(answer(*words, "--json", code=code))


def refusal(*words: object) -> str:
    result = invoke(*words)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("hwsim: ").strip()


@pytest.fixture
def fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small graph as ``fork.json`` in the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("fork.json").write_text(json.dumps(FORK))
    return Path("fork.json")


def plan_in(facts: Any) -> MemoryPlan:
    return MemoryPlan.from_json({**facts, "scheme": "hwsim"})


def test_json_is_a_plan_that_can_be_walked(fork: Path) -> None:
    facts = as_json("map", "--workload", fork, "--scratchpad", "M_R")
    assert facts.keys() == KEYS
    graph = memory_graph(load_workload(fork))
    assert facts["baseline_bytes"].keys() == BASELINES
    plan = plan_in(facts)
    walked = check_plan(graph, plan)
    assert facts["objective_bytes"] == walked.objective_bytes >= facts["bound_bytes"]
    assert (facts["status"] == "optimal") == (facts["objective_bytes"] == facts["bound_bytes"])
    assert facts["compulsory_bytes"] == graph.compulsory_bytes == walked.compulsory_bytes + graph.outside_bytes
    assert facts["budgets"]["M_R"] == facts["budget_bytes"] == graph.least_budget
    assert facts["budgets"]["M_R"] <= facts["budgets"]["M_H"] <= facts["budgets"]["M_P"]
    assert facts["assumptions"] == list(graph.assumptions)
    for name, moved in facts["baseline_bytes"].items():
        assert (moved is None) == (name in facts["failures"])
        assert moved is None or moved >= facts["objective_bytes"] or facts["status"] == "feasible"


@pytest.mark.parametrize("order", ["free", "default"])
def test_formulations_agree_where_they_prove(fork: Path, order: str) -> None:
    question = ("map", "--workload", fork, "--scratchpad", "M_R", "--order", order)
    ways = ("intervals", "published", *(["gap"] if order == "default" else []))
    found = [as_json(*question, "--formulation", way) for way in ways]
    for facts in found:
        assert facts["status"] == "optimal"
        check_plan(memory_graph(load_workload(fork)), plan_in(facts))
    assert len({facts["objective_bytes"] for facts in found}) == 1


def test_at_m_p_nothing_is_spilled(fork: Path) -> None:
    facts = as_json("map", "--workload", fork, "--scratchpad", "M_P")
    assert (facts["status"], facts["objective_bytes"], facts["gap"]) == ("optimal", 0, 0)
    assert facts["budget_bytes"] == facts["budgets"]["M_P"]
    assert {move["kind"] for move in facts["transfers"]} <= {"load", "store"}


def test_the_table_says_what_json_does(fork: Path) -> None:
    question = ("map", "--workload", fork, "--scratchpad", "M_R")
    facts, text = as_json(*question), answer(*question)
    assert f"fork in a scratchpad of {facts['budget_bytes']} B" in text
    assert f"status {facts['status']}" in text
    for scheme, moved in {"hwsim": facts["objective_bytes"], **facts["baseline_bytes"]}.items():
        line = next(line for line in text.splitlines() if line.strip().startswith(f"{scheme} "))
        assert ("no plan" in line) if moved is None else (f" {moved:,} " in line)
    for line in facts["assumptions"]:
        assert line[:60] in text


def test_files_hold_ours_and_the_baselines(fork: Path) -> None:
    files = ("--out", "plan.json", "--html", "map.html", "--trace", "trace.json", "--export", "model.lp")
    facts = as_json("map", "--workload", fork, "--scratchpad", "M_R", *files)
    plans = load_memory_plans("plan.json")
    plans.check(memory_graph(load_workload(fork)))
    assert (plans.workload, plans.source, plans.account) == ("fork", "fork.json", Account())
    assert list(plans.plans) == [
        "hwsim",
        *(name for name, moved in facts["baseline_bytes"].items() if moved is not None),
    ]
    assert {name: plan.objective_bytes for name, plan in list(plans.plans.items())[1:]} == {
        name: moved for name, moved in facts["baseline_bytes"].items() if moved is not None
    }
    assert plans.answer.objective_bytes == facts["objective_bytes"]
    assert plans.failures == facts["failures"]
    assert Path("map.html").read_text().startswith("<!doctype html>")
    processes = [x for x in json.loads(Path("trace.json").read_text())["traceEvents"] if x["name"] == "process_name"]
    assert [x["args"]["name"] for x in processes] == [f"fork: {scheme}" for scheme in plans.plans]
    assert "Minimize" in Path("model.lp").read_text()


def test_an_order_comes_from_a_file(fork: Path) -> None:
    names = ["stem", "narrow", "wide", "sum", "join"]
    Path("order.txt").write_text("# by hand\n" + "\n\n".join(names) + "\n")
    Path("order.json").write_text(json.dumps(names))
    for file in ("order.txt", "order.json"):
        assert as_json("map", "--workload", fork, "--scratchpad", "M_R", "--order", file)["order"] == names
    default = as_json("map", "--workload", fork, "--scratchpad", "M_R", "--order", "default")
    assert default["order"] == [op["name"] for op in FORK["ops"]]  # type: ignore[index]


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        (
            "o.txt",
            "stem\nwid\n",
            "o.txt: line 2: there is no step 'wid' (did you mean 'wide'?); the steps of fork are stem to join",
        ),
        ("o.txt", "stem\n\nstem\n", "o.txt: line 3: step 'stem' stands there already, at line 1"),
        (
            "o.txt",
            "# x\nstem\nsum\n",
            "o.txt: line 3: step 'sum' runs before 'wide', which makes its input 'wide.out'",
        ),
        ("o.txt", "stem\nwide\n", "o.txt: step 'narrow' of fork is missing"),
        ("o.json", '["stem", 3]', "o.json: entry 2: a name is a text, not 3"),
        ("o.json", '["stem"\n"wide"]', "o.json: line 2: Expecting ',' delimiter"),
        ("o.json", '{"order": []}', "o.json: an order is a list of names of steps, not a table"),
        (
            "o.json",
            '["stem", "join"]',
            "o.json: entry 2: step 'join' runs before 'narrow', which makes its input 'narrow.out'",
        ),
    ],
)
def test_wrong_orders_name_file_and_line(fork: Path, file: str, text: str, sentence: str) -> None:
    Path(file).write_text(text)
    assert refusal("map", "--workload", fork, "--scratchpad", "M_R", "--order", file) == sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("--scratchpad", "109"),
            "fork: a scratchpad of 109 bytes holds no order: step 'sum' needs 110 bytes at once for "
            "wide.out (60), sum.out (50)",
        ),
        (
            ("--scratchpad", "M_"),
            "--scratchpad is 'M_' (did you mean 'M_R'?); allowed are a size such as 1605632, 64KiB or 1.5MiB, "
            "and M_R, M_H, M_P",
        ),
        (
            ("--scratchpad", "-4"),
            "--scratchpad is '-4'; allowed are a size such as 1605632, 64KiB or 1.5MiB, and M_R, M_H, M_P",
        ),
        (
            ("--scratchpad", "M_R", "--order", "fre"),
            "--order is 'fre' (did you mean 'free'?); allowed are free, default and the path of a file",
        ),
        (("--scratchpad", "M_R", "--order", "no.txt"), "no.txt: No such file or directory"),
        (
            ("--scratchpad", "M_R", "--formulation", "gaps"),
            "--formulation is 'gaps' (did you mean 'gap'?); allowed are intervals, gap, published",
        ),
        (
            ("--scratchpad", "M_R", "--solver", "cbc"),
            "--solver is 'cbc'; --formulation intervals is solved by auto, cp-sat alone",
        ),
        (
            ("--scratchpad", "M_R", "--formulation", "published", "--solver", "cp-sat"),
            "unknown solver 'cp-sat'; allowed are scip, highs, cbc, auto",
        ),
        (
            ("--scratchpad", "M_R", "--formulation", "gap"),
            "--formulation gap is of one order: give --order default or a file",
        ),
        (("--scratchpad", "M_R", "--time-limit", "0"), "--time-limit is 0; seconds above 0 are allowed"),
        (("--scratchpad", "M_R", "--element-bytes", "0"), "element_bytes is 0; at least 1 is allowed"),
        (("--scratchpad", "M_R", "--export", "x.nl"), "--export x.nl ends in '.nl'; allowed are .mps and .lp"),
        (("--scratchpad", "M_R", "--out", "no/plan.json"), "no/plan.json: No such file or directory"),
        (("--scratchpad", "1", "--html", "no/map.html"), "no/map.html: No such file or directory"),
    ],
)
def test_bad_questions_get_a_sentence(fork: Path, words: tuple[str, ...], sentence: str) -> None:
    assert refusal("map", "--workload", fork, *words) == sentence


def test_no_plan_within_the_limits_is_a_bad_answer(fork: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(question: object, graph: MemoryGraph, budget: int, order: object) -> object:
        return network_map.Solved(Status.INFEASIBLE, 30, None, 0.5)

    monkeypatch.setattr(network_map, "_mapped", none)
    question = ("map", "--workload", fork, "--scratchpad", "M_R", "--out", "plan.json")
    facts = as_json(*question, code=1)
    assert (facts["status"], facts["objective_bytes"], facts["bound_bytes"]) == ("infeasible", None, 30)
    assert facts["order"] == facts["placements"] == facts["transfers"] == []
    assert "status infeasible" in answer(*question, code=1)
    assert not Path("plan.json").exists()


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with two plans of SqueezeNet, made without a mapper."""
    graph = memory_graph(load_workload("squeezenet"))
    made = plans_of(
        graph, Account(), "squeezenet", hwsim=lambda name, place: place % 3 > 0, evict=lambda name, place: False
    )
    path = tmp_path_factory.mktemp("plans") / "plan.json"
    path.write_text(made.text())
    return path


def test_simulate_charges_what_the_plans_move(plans: Path) -> None:
    made = load_memory_plans(plans)
    report = as_json("simulate", "--workload", "squeezenet", "--engine", ENGINE, "--machine", "server", "--plan", plans)
    assert list(report["plans"]) == ["hwsim", "evict", "infinite scratchpad"]
    for scheme, row in report["plans"].items():
        moved = made.plans[scheme].objective_bytes if scheme in made.plans else 0
        assert row["objective_bytes"] == moved
        assert row["compulsory_bytes"] == made.compulsory_bytes
        assert row["dram_bytes"] == moved + made.compulsory_bytes
    ours, evicting, infinite = (row["total_cycles"] for row in report["plans"].values())
    assert evicting > ours > infinite
    assert report["total_cycles"] == ours == report["compute_cycles"] + sum(report["stall_cycles"].values())
    assert report["stall_cycles"]["transfers"] == sum(move["cycles"] for move in report["transfers"])
    assert [(m["tensor"], m["place"], m["kind"], m["bytes"]) for m in report["transfers"]] == [
        (m.tensor, m.step, m.kind.value, m.bytes) for m in made.answer.transfers
    ]
    assert sum(report["dram_bytes_by_reason"]["tensors"].values()) == sum(m.bytes for m in made.answer.transfers)


def test_simulate_prints_every_plan(plans: Path) -> None:
    question = ("simulate", "--workload", "squeezenet", "--engine", ENGINE, "--machine", "server", "--plan", plans)
    text, report = answer(*question), as_json(*question)
    for scheme, row in report["plans"].items():
        line = next(line for line in text.splitlines() if line.strip().startswith(f"{scheme} "))
        assert f" {row['total_cycles']:,} " in line
        assert f" {row['dram_bytes']:,} " in line
    assert "transfers of the memory plan" in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("--workload", "alexnet"),
            "PLANS: the plans are of squeezenet, and the workload is alexnet",
        ),
        (
            ("--machine", "micro"),
            "PLANS: the plans of squeezenet are for a scratchpad of BUDGET bytes, "
            "and scratchpad_a and scratchpad_c have 65536 together",
        ),
        (
            ("--objective", "latency"),
            "--objective latency is not read with the memory plans of PLANS: bytes are given",
        ),
        (("--out-plan", "x.json"), "--out-plan x.json saves a program, and PLANS holds memory plans"),
    ],
)
def test_simulate_refuses_what_does_not_belong_to_the_plans(plans: Path, words: tuple[str, ...], sentence: str) -> None:
    given = {"--workload": "squeezenet", "--engine": ENGINE, "--machine": "server", "--plan": str(plans)}
    given |= dict([words])
    question = [word for pair in given.items() for word in pair]
    budget = str(load_memory_plans(plans).budget_bytes)
    assert refusal("simulate", *question) == sentence.replace("PLANS", str(plans)).replace("BUDGET", budget)


def test_below_m_r_what_does_not_fit_works_tile_by_tile(tmp_path: Path) -> None:
    out, machine = tmp_path / "plan.json", ":scratchpad_a_bytes=2MiB"
    asked = ("map", "-w", "squeezenet", "--scratchpad", "500KiB", "--engine", ENGINE)
    facts = as_json(*asked, "--out", out)
    assert facts["budgets"]["M_R"] > facts["budget_bytes"] == 500 * 1024
    assert facts["tiled"]
    assert facts["bound_bytes"] <= facts["objective_bytes"]
    assert (facts["status"] == "optimal") == (facts["bound_bytes"] == facts["objective_bytes"])
    assert set(facts["baseline_bytes"].values()) == {None}
    assert facts["assumptions"][-1].endswith("work tile by tile: their working sets exceed the scratchpad")
    load_memory_plans(out).check(memory_graph(load_workload("squeezenet")))
    run = as_json("simulate", "-w", "squeezenet", "--engine", ENGINE, "--machine", machine, "--plan", out)
    assert run["dram_bytes"] == facts["objective_bytes"] + facts["compulsory_bytes"]
    refused = invoke(*asked, "--formulation", "gap", "--order", "default")
    assert refused.exit_code == 2
    assert refused.stderr == "hwsim: --formulation gap takes operators whole, and 512000 bytes are below M_R\n"
    refused = invoke("map", "-w", "squeezenet", "--scratchpad", "M_R", "--machine", "edge")
    assert refused.stderr == "hwsim: --machine edge is the machine around an engine: give --engine too\n"
