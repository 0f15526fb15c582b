"""A Dask cluster: the same table, whoever computes and whichever worker dies, and a sentence for what cannot work."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sweeps
from dask_cluster import ROOT, Loopback, loopback
from hwsim.errors import MissingToolError
from small_study import POINTS, STUDY, write_study
from sweeps.canonical import code_version
from sweeps.point import Outcome
from sweeps.runner import Silence, run
from sweeps.workers.base import WorkersError
from sweeps.workers.choice import Place
from sweeps.workers.cluster import TIMES_TO_START

STEPPED = STUDY.replace('question = "Which one?"', 'question = "Which one?"\ndepth = "step"')

TWO_POINTS = """
[study]
name = "two"
question = "Which one?"
workloads = ["gemms.toml"]
depth = "step"
[objectives]
total_cycles = "minimise"
[[engine]]
array = "cube"
p = [2, 4]
"""

pytestmark = pytest.mark.filterwarnings("ignore:.*:ResourceWarning", "ignore::DeprecationWarning:distributed.*")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with loopback(tmp_path_factory.mktemp("dask"), workers=2) as found:
        yield found


class KillsAWorker(Silence):
    """Kills one of the cluster's workers when a few points are stored."""

    def __init__(self, cluster: Loopback, after: int) -> None:
        self._cluster, self._after, self.steps = cluster, after, 0

    def step(self, outcome: Outcome) -> None:
        self.steps += 1
        if self.steps == self._after:
            self._cluster.workers.pop().kill()


def test_a_cluster_gives_the_same_export_and_a_dead_worker_costs_nothing(tmp_path: Path, cluster: Loopback) -> None:
    study = sweeps.load_study(write_study(tmp_path, STEPPED))
    watch = KillsAWorker(cluster, after=4)
    table = run(study, tmp_path / "out", watch, Place(scheduler=cluster.address))
    assert watch.steps == POINTS
    assert len(cluster.workers) == 1
    assert table.to_csv() == sweeps.run(study).to_csv()


def test_a_point_that_takes_too_long_on_a_cluster_is_a_row(tmp_path: Path, cluster: Loopback) -> None:
    study = sweeps.load_study(write_study(tmp_path, TWO_POINTS))
    table = sweeps.run(study, scheduler=cluster.address, point_time_limit_s=1e-6)
    assert {entry.error for entry in table.entries} == {"took longer than the limit of 1e-06 s"}


def test_a_worker_with_other_code_is_refused(tmp_path: Path, cluster: Loopback) -> None:
    other = tmp_path / "other"
    for package in ("hwsim", "mapper", "rtl", "sweeps"):
        shutil.copytree(ROOT / package, other / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "sweeps" / "metrics.py").open("a") as file:
        file.write("# another metric\n")
    cluster.add_worker(other)
    study = sweeps.load_study(write_study(tmp_path))
    ours = re.escape(code_version())
    message = rf"the worker tcp://\S+ has hwsim \S+, and this is {ours}; install the same on both"
    with pytest.raises(WorkersError, match=f"^{message}$"):
        sweeps.run(study, tmp_path / "out", scheduler=cluster.address)


def test_a_worker_without_hwsim_is_refused(tmp_path: Path) -> None:
    with loopback(tmp_path / "dask", workers=0) as bare:
        (tmp_path / "sweeps").mkdir()
        (tmp_path / "sweeps" / "__init__.py").write_text("raise ImportError('another package of this name')\n")
        bare.add_worker(tmp_path)
        study = sweeps.load_study(write_study(tmp_path))
        with pytest.raises(
            WorkersError, match=r"^the worker tcp://\S+ cannot run points of hwsim \(.*\); install .* there$"
        ):
            sweeps.run(study, scheduler=bare.address)


class KillsTheScheduler(KillsAWorker):
    def step(self, outcome: Outcome) -> None:
        self.steps += 1
        if self.steps == self._after:
            self._cluster.scheduler.kill()


def test_a_scheduler_that_goes_away_ends_the_sweep_and_the_store_continues(tmp_path: Path) -> None:
    study = sweeps.load_study(write_study(tmp_path, STEPPED))
    with loopback(tmp_path / "dask", workers=1) as cluster:
        watch = KillsTheScheduler(cluster, after=2)
        place = Place(scheduler=cluster.address)
        message = r"the cluster was lost \(.+\); what was finished is stored, the same command continues"
        with pytest.raises(WorkersError, match=f"^{message}$"):
            run(study, tmp_path / "out", watch, place)
    again = Notes()
    assert run(study, tmp_path / "out", again).to_csv() == sweeps.run(study).to_csv()
    assert again.stored == watch.steps


class Notes(Silence):
    """Remembers how many points were stored at the begin."""

    stored = 0

    def begin(self, points: int, stored: int) -> None:
        self.stored = stored


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nothing", "http://127.0.0.1:1"])
def test_a_scheduler_that_does_not_answer_gets_a_sentence(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweeps.workers.cluster.SECONDS_TO_ANSWER", 1)
    study = sweeps.load_study(write_study(tmp_path))
    with pytest.raises(WorkersError, match=rf"^no Dask scheduler answers at {re.escape(address)} \([^\n]+\)$"):
        sweeps.run(study, scheduler=address)


@pytest.mark.parametrize(("stalls", "reason"), [(2, "timed out"), (TIMES_TO_START, "dask's thread did not start")])
def test_a_thread_that_a_stalled_machine_did_not_start_is_asked_for_again(
    tmp_path: Path, stalls: int, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def client(*args: object, **kwargs: object) -> None:
        asked.append(args)
        assert len(asked) > stalls
        raise TimeoutError("timed out")

    monkeypatch.setattr("distributed.Client", client)
    study = sweeps.load_study(write_study(tmp_path))
    with pytest.raises(WorkersError, match=rf"^no Dask scheduler answers at tcp://127.0.0.1:1 \({reason}\)$"):
        sweeps.run(study, scheduler="tcp://127.0.0.1:1")
    assert len(asked) == min(stalls + 1, TIMES_TO_START)


def test_without_dask_a_sentence_says_what_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    message = "a sweep on a Dask cluster needs dask: pip install 'hwsim[sweep]'"
    with pytest.raises(MissingToolError, match=f"^{re.escape(message)}$"):
        sweeps.run(sweeps.load_study(write_study(tmp_path)), scheduler="tcp://127.0.0.1:1")
