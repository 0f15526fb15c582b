"""Worker processes: the same table as without them, and a row for every point whatever happens to the process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import sweeps
from hwsim.errors import SpecError
from small_study import STUDY, write_study
from sweeps.evaluate import Evaluator
from sweeps.runner import run
from sweeps.table import Table
from sweeps.workers.base import SECONDS_AT_ONCE, Pace, WorkersError
from sweeps.workers.choice import Place
from sweeps.workers.processes import DEATHS, LOST_STARTS, Processes
from worker_faults import FOLDER, Faulty

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return sweeps.run(sweeps.load_study(write_study(tmp_path_factory.mktemp("plain"))))


def swept(folder: Path, place: Place) -> Table:
    return run(sweeps.load_study(write_study(folder)), folder / "out", None, place)


def without_the_one(table: Table) -> list[str]:
    """Lines of the export, those of the cubes of 4 left out, and without the column that says what is on the front."""
    values = table.columns.index("p"), len(table.columns)
    lines = [line.split(",") for line in table.to_csv().splitlines()]
    return [",".join(cells[: values[1]]) for cells in lines if cells[values[0]] != "4"]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_export_is_the_same_whatever_the_workers(tmp_path: Path, undisturbed: Table, workers: int) -> None:
    study = sweeps.load_study(write_study(tmp_path))
    assert sweeps.run(study, tmp_path / "out", workers=workers).to_csv() == undisturbed.to_csv()


def test_a_failing_point_is_the_same_row_in_a_worker(tmp_path: Path) -> None:
    text = STUDY.replace("[machine]", "[machine]\nscratchpad_c_bytes = [64, 65536]")
    study = sweeps.load_study(write_study(tmp_path, text))
    here, there = sweeps.run(study), sweeps.run(study, tmp_path / "out", workers=2)
    assert here.failed
    assert there.to_csv() == here.to_csv()


@pytest.mark.parametrize("work", ["dies_once", "breaks_off"])
def test_a_point_at_which_a_worker_died_is_tried_again(
    tmp_path: Path, undisturbed: Table, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    table = swept(tmp_path, Faulty(work=work))
    assert table.to_csv() == undisturbed.to_csv()
    assert len([path for path in tmp_path.iterdir() if re.fullmatch("[0-9a-f]{64}", path.name)]) == 2


@pytest.mark.parametrize(("work", "how"), [("dies", "signal 9"), ("leaves", "exit code 7")])
def test_a_point_that_kills_every_worker_is_a_row_that_says_so(
    tmp_path: Path, undisturbed: Table, work: str, how: str
) -> None:
    table = swept(tmp_path, Faulty(work=work))
    reason = f"the worker process died {DEATHS} times at this point, last by {how}"
    assert [(entry.values["p"], entry.error) for entry in table.failed] == [(4, reason)] * 2
    assert without_the_one(table) == without_the_one(undisturbed)


def test_a_point_that_never_ends_is_stopped_and_a_row(tmp_path: Path, undisturbed: Table) -> None:
    table = swept(tmp_path, Faulty(limit_s=2.5, work="never_ends"))
    assert [(e.values["p"], e.error) for e in table.failed] == [(4, "took longer than the limit of 2.5 s")] * 2
    assert without_the_one(table) == without_the_one(undisturbed)


def test_what_failed_runs_again_only_if_asked(tmp_path: Path, undisturbed: Table) -> None:
    swept(tmp_path, Faulty(work="dies"))
    study = sweeps.load_study(tmp_path / "small.toml")
    assert len(sweeps.run(study, tmp_path / "out", workers=1).failed) == 2
    assert sweeps.run(study, tmp_path / "out", retry_failed=True).to_csv() == undisturbed.to_csv()


def test_workers_that_cannot_start_end_the_sweep_with_a_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    message = f"{LOST_STARTS} worker processes ended before they were ready, the last with exit code 1"
    with pytest.raises(WorkersError, match=f"^{message}$"):
        swept(tmp_path, Faulty(work="nothing_of_that_name"))
    assert "nothing_of_that_name" in capfd.readouterr().err


def test_no_process_is_left_after_a_sweep_and_none_without_points(tmp_path: Path) -> None:
    study = sweeps.load_study(write_study(tmp_path))
    opened: list[WatchedProcesses] = []
    for _ in range(2):
        run(study, tmp_path / "out", None, Watched(opened=opened))
    first, second = opened
    assert (len(first.seen), len(second.seen)) == (2, 0)
    assert not any(lives(pid) for pid in first.seen)


@dataclass(frozen=True)
class Watched(Place):
    """Remembers its executors."""

    opened: list[WatchedProcesses] = field(default_factory=list)

    def open(self, evaluator: Evaluator) -> WatchedProcesses:
        self.opened.append(WatchedProcesses(2, evaluator.workload))
        return self.opened[-1]


class WatchedProcesses(Processes):
    def close(self) -> None:
        self.seen = self.pids
        super().close()


def lives(pid: int) -> bool:
    """Whether a process runs, waiting a little for one that was told to end."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("seconds", [0.0, 1e-4, 0.01, 1.0])
@pytest.mark.parametrize("waiting", [1, 3, 10, 1000])
def test_portions_are_short_in_time_and_even_at_the_end(seconds: float, waiting: int) -> None:
    pace = Pace(workers=2)
    assert pace.portion(waiting) == 1
    pace.note(seconds)
    assert 1 <= pace.portion(waiting) <= max(1, waiting // 4)
    assert pace.portion(waiting) == 1 or pace.portion(waiting) * seconds <= SECONDS_AT_ONCE


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"workers": 0}, "workers is 0; from 1 to 1024 are allowed"),
        ({"workers": 2, "scheduler": "tcp://h:1"}, "workers and a scheduler were both given; points run in one place"),
        ({"limit_s": 0.0}, "the time limit of a point is 0 s; seconds above 0 are allowed"),
        ({"limit_s": float("nan")}, "the time limit of a point is nan s; seconds above 0 are allowed"),
    ],
)
def test_a_place_that_cannot_be_gets_a_sentence(given: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError, match=f"^{re.escape(message)}$"):
        Place(**given)  # type: ignore[arg-type]


def test_a_limit_alone_brings_one_process() -> None:
    assert isinstance(Place(limit_s=1).open(Evaluator()), Processes)
    assert not isinstance(Place().open(Evaluator()), Processes)


def test_a_worker_loads_nothing_that_a_point_does_not_need() -> None:
    code = "import sys; from sweeps.evaluate import record_of; import sweeps.workers.serving; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    loaded = set(done.stdout.split())
    assert "hwsim.simulation" in loaded
    assert not loaded & {"ortools", "pulp", "numba", "onnx", "typer", "rich", "sqlite3", "distributed", "optuna"}
