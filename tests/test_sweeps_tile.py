"""``hwsim tile``: its table, its JSON, the program that it saves, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hwsim.engine import load_engine
from hwsim.machine import load_machine
from hwsim.program import load_program
from hwsim.replay import replay
from hwsim.workload.loader import load_workload
from sweeps.cli import app

GEMMS = """
[[gemm]]
name = "first"
m = 40
n = 24
k = 36
count = 2
[[gemm]]
name = "second"
m = 7
n = 9
k = 100
"""
ENGINE = "systolic-os:rows=4,cols=4"
MACHINE = ":scratchpad_a_bytes=512,scratchpad_b_bytes=512,scratchpad_c_bytes=512"


@pytest.fixture
def gemms(tmp_path: Path) -> Path:
    path = tmp_path / "two.toml"
    path.write_text(GEMMS)
    return path


def answer(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["tile", *(str(word) for word in words)])
    assert result.exit_code == code, result.output
    return result.stderr if code else result.stdout


def as_json(*words: object) -> Any:
    return json.loads(answer(*words, "--json"))


def test_each_objective_is_least_where_it_is_asked_for(gemms: Path) -> None:
    found = {
        goal: as_json("-w", gemms, "-e", ENGINE, "-m", MACHINE, "--objective", goal)["layers"]
        for goal in ("dram_bytes", "latency", "energy")
    }
    for goal, key in (("dram_bytes", "dram_bytes"), ("latency", "cycles"), ("energy", "energy_pj")):
        for number in range(3):
            assert found[goal][number][key] == min(layers[number][key] for layers in found.values())
    assert [layer["name"] for layer in found["latency"]] == ["first.0", "first.1", "second"]


def test_the_saved_program_moves_what_the_table_says(gemms: Path, tmp_path: Path) -> None:
    out = tmp_path / "plans" / "tiles.json"
    layers = as_json("-w", gemms, "-e", ENGINE, "-m", MACHINE, "--buffers", "1,2", "--out", out)["layers"]
    workload = load_workload(str(gemms))
    machine = load_machine(MACHINE, load_engine(ENGINE))
    walked = replay(workload, machine, load_program(out))
    assert walked.dram_bytes == sum(layer["dram_bytes"] for layer in layers)
    assert {layer["tiling"]["buffers"] for layer in layers} <= {1, 2}
    run = CliRunner().invoke(
        app, ["simulate", "-w", str(gemms), "-e", ENGINE, "-m", MACHINE, "--plan", str(out), "--json"]
    )
    cycles = {layer["name"]: layer["total_cycles"] for layer in json.loads(run.stdout)["layers"]}
    assert cycles == {layer["name"]: layer["cycles"] for layer in layers}


def test_the_table_groups_equal_products(gemms: Path) -> None:
    text = answer("-w", gemms, "-e", ENGINE, "-m", MACHINE)
    assert "first.0 and 1 more" in text
    assert "least dram_bytes" in text
    assert "second" not in answer("-w", gemms, "-e", ENGINE, "-m", MACHINE, "--layer", "first.0").split("in all")[0]


def test_wrong_questions_are_one_sentence(gemms: Path) -> None:
    named = ("-w", gemms, "-e", ENGINE, "-m", MACHINE)
    goals = "--objective is 'bytes' (did you mean 'dram_bytes'?); allowed are dram_bytes, latency, energy"
    assert answer(*named, "--objective", "bytes", code=2) == f"hwsim: {goals}\n"
    counts = "--buffers is '3'; allowed are 1, 2, 1,2"
    assert answer(*named, "--buffers", "3", code=2) == f"hwsim: {counts}\n"
    assert "two has no matrix product 'first' (did you mean 'first.1'?)" in answer(*named, "--layer", "first", code=2)
    small = ("-w", gemms, "-e", ENGINE, "-m", ":scratchpad_c_bytes=63")
    assert answer(*small, code=2).strip().endswith("one fold of 4 x 4 x 1 in 1 buffers needs 64 bytes")
