"""Verdicts on the gates of a front: every engine once, stored, told, and exit code 1 where one differs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hwsim.engine import load_engine
from hwsim.errors import MissingToolError
from rtl.simulators import Simulator, find
from rtl.verification import Verdict
from small_study import STUDY, write_study
from sweeps import verdicts
from sweeps.cli import app
from sweeps.runner import run
from sweeps.store import Store
from sweeps.study import load_study
from sweeps.table import Table
from sweeps.verdicts import SHORT_SIDE, WHOLE_PES, engines_on_front, stand_in, verify_front


def swept(folder: Path) -> Table:
    return run(load_study(write_study(folder)), folder / "out")


def fake(passed: bool) -> Verdict:
    return Verdict("e", Simulator.ICARUS, "1", 2, 3, 4, 5, 0 if passed else 6, (), 0.0)


def needs_icarus() -> None:
    try:
        find(Simulator.ICARUS)
    except MissingToolError as error:
        pytest.skip(str(error))


def test_each_engine_on_the_front_is_simulated_once_and_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, asked = swept(tmp_path), []
    monkeypatch.setattr("rtl.verification.verify", lambda engine, cases: asked.append(engine.spec) or fake(True))
    with Store.open(tmp_path / "out") as store:
        first = list(verify_front(table, store))
        assert sorted(asked) == sorted({engine.spec for engine in engines_on_front(table).values()})
        assert list(verify_front(table, store)) == first
        assert len(asked) == len(first)
        assert sorted(store.verdicts(), key=lambda v: v.key) == sorted(first, key=lambda v: v.key)
    fronts = {(entry.fields["array"], str(entry.fields["engine"])) for entry in table.front}
    assert len(first) == len(fronts)


def test_verdicts_of_other_sources_are_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = swept(tmp_path)
    monkeypatch.setattr("rtl.verification.verify", lambda engine, cases: fake(True))
    with Store.open(tmp_path / "out") as store:
        for verdict in verify_front(table, store):
            store.put_verdict(replace(verdict, version="older", passed=False))
        assert all(verdict.passed for verdict in verify_front(table, store))


@pytest.mark.parametrize("spec", ["systolic-os:rows=128,cols=64", "cube:p=16", "adder-tree:k=64,n=64", "lut"])
def test_large_engines_are_verified_with_shorter_sides(spec: str) -> None:
    engine = load_engine(spec)
    found = stand_in(engine)
    assert found.pe_count <= min(WHOLE_PES, engine.pe_count)
    assert (found == engine) == (engine.pe_count <= WHOLE_PES)
    if found != engine:
        sides = [getattr(found.array, name, 1) for name in ("rows", "cols", "p", "k", "n")]
        assert max(sides) == SHORT_SIDE
        assert found.mac == engine.mac


def test_the_sweep_and_the_report_tell_verdicts_and_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "check_simulator", lambda: None)
    monkeypatch.setattr("rtl.verification.verify", lambda engine, cases: fake(engine.array.name != "cube"))
    path, out = write_study(tmp_path), str(tmp_path / "out")
    done = CliRunner().invoke(app, ["sweep", str(path), "--out", out, "--verify-front", "--json"])
    told = json.loads(done.stdout)["verdicts"]
    assert done.exit_code == 1
    assert {v["passed"] for v in told if v["engine"].startswith("cube")} == {False}
    assert {v["passed"] for v in told if not v["engine"].startswith("cube")} <= {True}
    assert {v["said"] for v in told if not v["passed"]} == {
        "6 mismatches with the step model in 4 lane values and 5 elements after 3 clock edges"
    }
    again = CliRunner().invoke(app, ["report", out, "--verify-front"])
    assert again.exit_code == 1
    assert "FAILED, 6 mismatches with" in again.stdout
    assert CliRunner().invoke(app, ["report", out]).exit_code == 0
    assert "RTL differs" in (tmp_path / "out" / "report.html").read_text()


def test_without_a_simulator_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = write_study(tmp_path)
    done = CliRunner().invoke(app, ["sweep", str(path), "--out", str(tmp_path / "out"), "--verify-front"])
    assert done.exit_code == 2
    assert done.output.startswith("hwsim: ")
    assert "iverilog" in done.output
    assert done.output.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_the_gates_of_a_front_do_what_their_step_models_do(tmp_path: Path) -> None:
    needs_icarus()
    text = STUDY.replace("{from=4, to=16, factor=2}", "4").replace("[4, 8, 16]", "4").replace("[1.6, 25.6]", "25.6")
    path = write_study(tmp_path, text.replace("{from=2, to=6, step=2}", "2"))
    table = run(load_study(path), tmp_path / "out")
    with Store.open(tmp_path / "out") as store:
        found = list(verify_front(table, store))
    assert found
    assert all(verdict.passed and verdict.verified == verdict.engine for verdict in found)
    assert all("equal to the step model (icarus " in verdict.said for verdict in found)
