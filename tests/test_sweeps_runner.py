"""Sweeps: complete, resumable after any end, and the same table whatever happened on the way."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import pytest

import sweeps
from hwsim.errors import WorkloadError
from onnx_models import model
from small_study import POINTS, STUDY, write_study
from sweeps import runner
from sweeps.evaluate import Evaluator
from sweeps.point import Outcome, Point
from sweeps.render.labels import Labels
from sweeps.store import Store

ROOT = Path(__file__).parent.parent

CHILD = """
import sys
from sweeps.runner import Silence, run
from sweeps.study import load_study

class Says(Silence):
    def step(self, outcome):
        print(outcome.point.digest, flush=True)

run(load_study(sys.argv[1]), sys.argv[2], Says())
"""


@dataclass
class Notes:
    """Remembers what it was told; stops the sweep after ``stop_after`` points."""

    stop_after: int = 10**9
    told: list[str] = field(default_factory=list)
    steps: int = 0

    def begin(self, points: int, stored: int) -> None:
        self.told.append(f"{stored} of {points}")

    def step(self, outcome: Outcome) -> None:
        self.steps += 1
        if self.steps == self.stop_after:
            raise KeyboardInterrupt

    def end(self) -> None:
        self.told.append("end")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The export of the small study, run in one go."""
    return sweeps.run(sweeps.load_study(write_study(tmp_path_factory.mktemp("plain")))).to_csv()


def test_every_point_has_a_row_and_the_front_is_marked(tmp_path: Path) -> None:
    table = sweeps.run(sweeps.load_study(write_study(tmp_path)), tmp_path / "out")
    assert len(table.entries) == POINTS
    assert table.missing == len(table.failed) == 0
    assert 1 <= len(table.front) < POINTS
    best = min(entry.values["total_cycles"] for entry in table.entries)
    assert best in [entry.values["total_cycles"] for entry in table.front]
    for entry in table.entries:
        values = entry.values
        assert values["total_cycles"] == values["compute_cycles"] + values["stall_cycles"]
        assert values["macs"] == 40 * 24 * 30 + 7 * 64 * 65
        assert values["scratchpad_bytes"] == 3 * 256 * 1024
        assert (values["energy_pj"], values["area_um2"]) == (None, None)


def test_a_second_run_runs_nothing_and_a_larger_study_only_what_is_new(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    first, second, third = Notes(), Notes(), Notes()
    runner.run(sweeps.load_study(path), tmp_path / "out", first)
    runner.run(sweeps.load_study(path), tmp_path / "out", second)
    path.write_text(STUDY.replace("{from=2, to=6, step=2}", "[2, 3, 4, 6]"))
    runner.run(sweeps.load_study(path), tmp_path / "out", third)
    assert (first.told, first.steps) == ([f"0 of {POINTS}", "end"], POINTS)
    assert (second.told, second.steps) == ([f"{POINTS} of {POINTS}", "end"], 0)
    assert (third.told, third.steps) == ([f"{POINTS} of {POINTS + 2}", "end"], 2)


def test_an_interrupted_sweep_continues_and_ends_as_an_undisturbed_one(tmp_path: Path, undisturbed: str) -> None:
    study, notes = sweeps.load_study(write_study(tmp_path)), Notes(stop_after=5)
    with pytest.raises(KeyboardInterrupt):
        runner.run(study, tmp_path / "out", notes)
    assert notes.told == [f"0 of {POINTS}", "end"]
    again = Notes()
    table = runner.run(study, tmp_path / "out", again)
    assert again.told[0] == f"5 of {POINTS}"
    assert table.to_csv() == undisturbed


def test_what_was_reported_done_survives_being_killed_at_any_moment(tmp_path: Path, undisturbed: str) -> None:
    path, out = write_study(tmp_path), tmp_path / "out"
    reported: set[str] = set()
    for lines in (1, 2, 5, 4):
        reported |= killed_after(lines, path, out)
        with Store.open(out) as store:
            assert reported <= store.finished()
    assert len(reported) >= 12
    notes = Notes()
    table = runner.run(sweeps.load_study(path), out, notes)
    assert notes.steps <= POINTS - len(reported)
    assert table.to_csv() == undisturbed


def killed_after(lines: int, study: Path, out: Path) -> set[str]:
    """Start the sweep, kill -9 it when it has reported so many points, and return what it reported."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(study), str(out)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    with child:
        found = {child.stdout.readline().strip() for _ in range(lines)}
        child.send_signal(signal.SIGKILL)
        found |= {line.strip() for line in child.stdout if line.endswith("\n")}
    assert child.returncode == -signal.SIGKILL
    return found


def test_a_failing_point_is_a_row_and_the_sweep_goes_on(tmp_path: Path) -> None:
    path = write_study(tmp_path, STUDY.replace("[machine]", "[machine]\nscratchpad_c_bytes = [64, 65536]"))
    table = sweeps.run(sweeps.load_study(path), tmp_path / "out")
    assert table.missing == 0
    assert 0 < len(table.failed) < len(table.entries)
    for entry in table.failed:
        assert entry.error is not None
        assert "scratchpad_c_bytes=64 is too small for " in entry.error
        assert not entry.on_front
    again = Notes()
    assert len(runner.run(sweeps.load_study(path), tmp_path / "out", again).failed) == len(table.failed)
    assert again.steps == 0


def test_a_fault_in_one_point_is_its_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Point) -> object:
        raise ZeroDivisionError("division by zero")

    study = sweeps.load_study(write_study(tmp_path, STUDY.replace(', "pe_count <= 256"', "")))
    monkeypatch.setattr(Point, "make_machine", broken)
    table = sweeps.run(study)
    assert {entry.error for entry in table.entries} == {"ZeroDivisionError: division by zero"}


def test_constraints_over_results_keep_designs_off_the_front(tmp_path: Path) -> None:
    plain = sweeps.run(sweeps.load_study(write_study(tmp_path)))
    most = sorted(entry.values["total_cycles"] for entry in plain.front)[len(plain.front) // 2]
    text = STUDY.replace('"rows == cols"', f'"rows == cols", "total_cycles > {most}"')
    table = sweeps.run(sweeps.load_study(write_study(tmp_path, text)))
    assert len(table.entries) == POINTS
    assert all(entry.allowed == (entry.values["total_cycles"] > most) for entry in table.entries)
    assert table.front
    assert all(entry.values["total_cycles"] > most for entry in table.front)


def test_a_constraint_over_what_is_not_known_yet_is_every_points_error(tmp_path: Path) -> None:
    text = STUDY.replace('"rows == cols"', '"rows == cols", "area_um2 < 1e6"')
    table = sweeps.run(sweeps.load_study(write_study(tmp_path, text)))
    assert {entry.error for entry in table.entries} == {
        "constraint 'area_um2 < 1e6': 'area_um2' is not known without a technology: [machine] technology = names one"
    }


def test_an_unreadable_network_is_the_studys_fault_not_a_points(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    (tmp_path / "gemms.toml").unlink()
    with pytest.raises(WorkloadError, match=r"gemms.toml: no such file$"):
        sweeps.run(sweeps.load_study(path), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_same_study_exports_the_same_bytes_wherever_it_lies(
    tmp_path: Path, undisturbed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = write_study(tmp_path / "a folder")
    monkeypatch.chdir(study.parent)
    assert sweeps.run(sweeps.load_study(study.name), "out").to_csv() == undisturbed
    monkeypatch.chdir(tmp_path)
    notes = Notes()
    table = runner.run(sweeps.load_study("a folder/small.toml"), "a folder/out", notes)
    assert (table.to_csv(), notes.steps) == (undisturbed, 0)


TWICE = """
[study]
name = "twice"
question = "Which one?"
workloads = [{name = "net.onnx", dims = {batch = 1}}, {name = "net.onnx", dims = {batch = 64}}, "gemms.toml"]
[objectives]
total_cycles = "minimise"
[[engine]]
array = "cube"
p = [2, 4]
"""


def test_one_network_with_other_dimensions_is_another_network(tmp_path: Path) -> None:
    node = onnx.helper.make_node("MatMul", ["x", "w"], ["y"], name="node")
    shapes = {"x": (onnx.TensorProto.FLOAT, ["batch", 8])}
    made = model([node], shapes, {"y": onnx.TensorProto.FLOAT}, {"w": np.zeros((8, 8), np.float32)})
    onnx.save(made, tmp_path / "net.onnx")
    table = sweeps.run(sweeps.load_study(write_study(tmp_path, TWICE)), tmp_path / "out")
    networks = ["net.onnx (batch=1)", "net.onnx (batch=64)", "gemms.toml"]
    assert [entry.workload for entry in table.entries] == [name for name in networks for _ in range(2)]
    assert {entry.workload for entry in table.front} == set(networks)
    rows = list(csv.DictReader(table.to_csv().splitlines()))
    assert [(row["workload"], row["dims"]) for row in rows[::2]] == [
        ("net.onnx", "batch=1"),
        ("net.onnx", "batch=64"),
        ("gemms.toml", ""),
    ]
    command = Labels(table.entries).command(table.entries[2])
    assert command == f"hwsim simulate --workload {tmp_path / 'net.onnx'} --engine cube:p=2 --dim batch=64"


def test_a_network_is_read_once_and_known_by_its_content(tmp_path: Path) -> None:
    evaluator = Evaluator()
    study = sweeps.load_study(write_study(tmp_path))
    network = study.networks[0]
    assert evaluator.workload(network) is evaluator.workload(network)
    first = evaluator.content_of(network)
    (tmp_path / "gemms.toml").write_text((tmp_path / "gemms.toml").read_text().replace("m = 7", "m = 8"))
    assert Evaluator().content_of(network) != first
