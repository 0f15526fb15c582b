"""Engines alone: many points at once say what each engine says, and what a simulation with boundless memories says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import hwsim
from hwsim.workload.graph import Workload
from sweeps.cli import app
from sweeps.engine_depth import evaluate_together, layers_of, report_of
from sweeps.enumeration import points
from sweeps.evaluate import Evaluator
from sweeps.point import Network, Outcome, Point
from sweeps.runner import run
from sweeps.study import parse_study

STUDY = """
[study]
name = "engines"
question = "Which engine?"
depth = "engine"
workloads = ["resnet50", "gpt2-small:seq=64,layers=1"]
[objectives]
total_cycles = "minimise"
[[engine]]
array = ["systolic-os", "systolic-ws", "cube", "bitslice", "lut"]
[[engine]]
array = "systolic-os"
acc = "int20"
"""


@pytest.fixture(scope="module")
def asked() -> tuple[list[Point], dict[Network, Workload]]:
    study, evaluator = parse_study(STUDY, "engines.toml"), Evaluator()
    found = list(points(study, evaluator.content_of))
    return found, {network: evaluator.workload(network) for network in study.networks}


@pytest.fixture(scope="module")
def outcomes(asked: tuple[list[Point], dict[Network, Workload]]) -> list[Outcome]:
    return evaluate_together(*asked)


def test_each_point_has_its_outcome_in_its_place(
    asked: tuple[list[Point], dict[Network, Workload]], outcomes: list[Outcome]
) -> None:
    assert [outcome.point for outcome in outcomes] == asked[0]
    assert all((outcome.error is None) != (outcome.summary is None) for outcome in outcomes)


HUGE = """
[study]
name = "huge"
question = "How long?"
depth = "engine"
workloads = ["huge.toml"]
[objectives]
total_cycles = "minimise"
[[engine]]
array = "systolic-os"
rows = [1, 512]
cols = 1
"""


def huge(folder: Path, m: int, count: int) -> list[Outcome]:
    gemm = '[[gemm]]\nname = "{}"\nm = {}\nn = 33554432\nk = 1024\n'
    (folder / "huge.toml").write_text("".join(gemm.format(i, m) for i in range(count)))
    study, evaluator = parse_study(HUGE, str(folder / "study.toml")), Evaluator()
    networks = {network: evaluator.workload(network) for network in study.networks}
    return evaluate_together(list(points(study, evaluator.content_of)), networks)


def test_sums_beyond_an_array_of_counts_are_whole(tmp_path: Path) -> None:
    one, four = huge(tmp_path, 1 << 25, 1), huge(tmp_path, 1 << 25, 4)
    assert [o.summary["total_cycles"] for o in four if o.summary] == [
        4 * o.summary["total_cycles"] for o in one if o.summary
    ]
    assert four[0].summary is not None
    assert four[0].summary["total_cycles"] > 1 << 62


def test_an_engine_whose_counts_do_not_fit_does_not_touch_the_others(tmp_path: Path) -> None:
    slow, fast = huge(tmp_path, 1 << 28, 1)
    assert slow.error is not None
    assert "takes more cycles than an array of counts holds" in slow.error
    assert fast.error is None


def test_cycles_are_those_of_the_engine_layer_by_layer(
    asked: tuple[list[Point], dict[Network, Workload]], outcomes: list[Outcome]
) -> None:
    compared = 0
    for outcome in outcomes:
        if outcome.summary is None:
            continue
        engine, workload = outcome.point.make_engine(), asked[1][outcome.point.network]
        each = [int(engine.latency(product.gemm).expected) for _, product in workload.products]
        layers = layers_of(outcome.point.make_machine(), workload)
        assert [layer["total_cycles"] for layer in layers] == each
        assert outcome.summary["total_cycles"] == sum(each)
        assert outcome.summary["macs"] == sum(layer["macs"] for layer in layers)
        compared += 1
    assert compared == 9


def test_a_simulation_with_one_tile_for_each_product_computes_as_long(
    asked: tuple[list[Point], dict[Network, Workload]], outcomes: list[Outcome]
) -> None:
    for outcome in outcomes:
        if outcome.summary is not None and outcome.point.network.text == "resnet50":
            report = hwsim.simulate(asked[1][outcome.point.network], outcome.point.make_machine())
            assert outcome.summary["compute_cycles"] == report.compute_cycles
            assert outcome.summary["macs"] == report.macs


def test_a_point_that_fails_says_why_and_touches_no_other(outcomes: list[Outcome]) -> None:
    assert [outcome.error for outcome in outcomes if outcome.error] == [
        "resnet50: layer 'n0': acc=int20 is too narrow for k=147 products of int8 times int8: it needs 23 bits",
        "gpt2-small:seq=64,layers=1: layer 'layer0.scores' multiplies two activations, and lut:m=2,n=64,k=4 alone does "
        "not",
        "gpt2-small:seq=64,layers=1: layer 'layer0.q': acc=int20 is too narrow for k=768 products of int8 times int8: "
        "it needs 25 bits",
    ]


def test_a_sweep_gives_the_same_in_its_order(outcomes: list[Outcome]) -> None:
    table = run(parse_study(STUDY, "engines.toml"))
    assert [entry.values.get("total_cycles") for entry in table.entries] == [
        outcome.summary["total_cycles"] if outcome.summary else None for outcome in outcomes
    ]
    assert [entry.error for entry in table.entries] == [outcome.error for outcome in outcomes]
    assert table.front


def test_the_command_prints_the_report_of_one_design() -> None:
    asked = ["simulate", "--workload", "resnet50", "--engine", "cube:p=8", "--depth", "engine"]
    printed = CliRunner().invoke(app, [*asked, "--json"])
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.output) == report_of(
        hwsim.load_machine(None, hwsim.load_engine("cube:p=8")), hwsim.load_workload("resnet50")
    )
    assert "utilisation" in CliRunner().invoke(app, asked).output


def test_what_is_not_read_is_refused() -> None:
    asked = ["simulate", "--workload", "resnet50", "--engine", "cube", "--depth", "engine", "--plan", "x.json"]
    refused = CliRunner().invoke(app, asked)
    assert refused.exit_code == 2
    assert refused.stderr == "hwsim: --plan x.json is not read at --depth engine; the engine is asked alone\n"


def test_a_technology_gives_the_engine_its_clock_area_and_energy() -> None:
    machine = hwsim.load_machine(None, hwsim.load_engine("systolic-os:rows=8,cols=8"), "osu018")
    report = report_of(machine, hwsim.load_workload("resnet50"))
    figures = machine.figures
    assert figures is not None
    assert report["area_um2"] == pytest.approx(figures.area_um2)
    assert report["clock_ghz"] == machine.clock_ghz
    energies = report["energy_by_component"]
    assert energies is None or sum(energies.values()) == pytest.approx(report["energy_pj"])
    tops = 2e-3 * report["macs"] * report["clock_ghz"] / report["total_cycles"]
    assert report["tops_per_mm2"] == {"array": pytest.approx(1e6 * tops / report["area_um2"])}
