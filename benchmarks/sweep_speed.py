"""What a sweep costs beside its points: speed-up of two workers, overhead of store and scheduler, start of a worker.

    python benchmarks/sweep_speed.py [--only speed-up overhead start]

The speed-up is a ratio of wall clock, and means something on a quiet machine alone; CPU seconds are printed beside it.
"""

from __future__ import annotations

import argparse
import os
import pickle
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hwsim.workload.graph import Workload
from sweeps.evaluate import Evaluator, record_of
from sweeps.methods import method_of
from sweeps.point import Point
from sweeps.record import Record
from sweeps.runner import run
from sweeps.study import Study, load_study, parse_study
from sweeps.workers.base import Executor
from sweeps.workers.choice import Place
from sweeps.workers.processes import Processes

STEP_STUDY = Path(__file__).parent.parent / "examples" / "step_study.toml"

MANY = """
[study]
name = "many"
question = "What does a point cost that costs nothing?"
workloads = ["WORKLOAD"]
[objectives]
total_cycles = "minimise"
[[engine]]
array = "systolic-os"
rows = {from = 1, to = 100, step = 1}
cols = {from = 1, to = 100, step = 1}
"""
MANY_POINTS = 10_000

RECORD = "SWEEP_SPEED_RECORD"
"""Names the file with the record that every point gets; workers find it too."""


@lru_cache(maxsize=1)
def made(path: str) -> Record:
    record: Record = pickle.loads(Path(path).read_bytes())
    return record


def instant(point: Point, workload: Workload) -> Record:
    """The record of one point, for every point: what is left is overhead."""
    return replace(made(os.environ[RECORD]), digest=point.digest)


def nothing(point: Point, workload: Workload) -> Record:
    """A failed point, at once."""
    return Record(point.digest, 0.0, error="nothing was run")


class Instant:
    """Runs nothing, in this process."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def run(self, points: Sequence[Point]) -> Iterator[Sequence[Record]]:
        for point in points:
            yield [instant(point, self._evaluator.workload(point.network))]

    def close(self) -> None:
        """Nothing runs."""


@dataclass(frozen=True)
class Nowhere(Place):
    """Where points take no time."""

    def open(self, evaluator: Evaluator) -> Executor:
        if self.workers is None:
            return Instant(evaluator)
        return Processes(self.workers, evaluator.workload, work="sweep_speed:instant")


def cpu_seconds() -> float:
    """Of this process and of those that it has waited for."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    work()
    return time.perf_counter() - wall, cpu_seconds() - cpu


def speed_up() -> None:
    """The step study by the command line, with one worker and with two, twice each, in turn; the better of each."""
    found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    for workers in (1, 2, 1, 2):
        with TemporaryDirectory() as folder:
            command = ["-c", "from sweeps.cli import main; main()", "sweep", str(STEP_STUDY), "--out", folder]
            words = [sys.executable, *command, "--workers", str(workers), "--json"]
            found[workers].append(timed(lambda w=words: subprocess.run(w, check=True, stdout=subprocess.DEVNULL)))  # type: ignore[misc]
    best = {workers: min(times) for workers, times in found.items()}
    for workers, (wall, cpu) in best.items():
        print(f"{workers} workers: {wall:.1f} s, {cpu:.1f} CPU s")
    load = os.getloadavg()[0]
    print(f"speed-up of 2 workers over 1: {best[1][0] / best[2][0]:.2f} (goal 1.8; load average {load:.1f})")


def overhead() -> None:
    """10,000 points that take no time, through runner, executor and store."""
    for name in ("gemms.toml", "resnet50"):
        workload = str(STEP_STUDY.parent / name) if name.endswith("toml") else name
        study = parse_study(MANY.replace("WORKLOAD", workload), "many.toml")
        with TemporaryDirectory() as folder:
            path = Path(folder) / "record"
            os.environ[RECORD] = str(path)
            path.write_bytes(pickle.dumps(replace(_record_of(study), seconds=0.0)))
            for workers in (None, 1, 2):
                _overhead_of(f"{name}, {_where(workers)}", study, Nowhere(workers), Path(folder) / str(workers))


def _record_of(study: Study) -> Record:
    """Of the array with 16 rows and columns."""
    evaluator = Evaluator()
    points = next(method_of(study).propose(study, evaluator.content_of))
    chosen = next(p for p in points if (dict(p.engine)["rows"], dict(p.engine)["cols"]) == (16, 16))
    return record_of(chosen, evaluator.workload(chosen.network))


def _where(workers: int | None) -> str:
    return "in this process" if workers is None else f"{workers} workers"


def _overhead_of(name: str, study: Study, place: Place, folder: Path) -> None:
    """From a run of all points, less one that finds them stored, less the start of workers for a hundred."""
    few = replace(study, engines=tuple(replace(e, axes={**e.axes, "rows": (1,)}) for e in study.engines))
    first = timed(lambda: run(few, folder / "few", None, place))
    many = timed(lambda: run(study, folder / "many", None, place))
    again = timed(lambda: run(study, folder / "many", None, place))
    wall, cpu = ((many[i] - again[i] - first[i]) / (MANY_POINTS - 100) * 1e3 for i in (0, 1))
    size = (folder / "many" / "study.sqlite").stat().st_size
    print(
        f"{name}: {wall:.3f} ms, {cpu:.3f} CPU ms per point that ran; enumerated, found stored and tabulated: "
        f"{again[1] / MANY_POINTS * 1e3:.3f} CPU ms; {size / MANY_POINTS:.0f} bytes in the store",
        flush=True,
    )


def start() -> None:
    """Ten worker processes one after another, each with one point that takes no time."""
    study = load_study(STEP_STUDY)
    evaluator = Evaluator()
    point = next(method_of(study).propose(study, evaluator.content_of))[0]

    def one() -> None:
        beside = Processes(1, evaluator.workload, work="sweep_speed:nothing")
        list(beside.run([point]))
        beside.close()

    wall, cpu = timed(lambda: [one() for _ in range(10)])
    print(f"start of a worker: {wall / 10:.2f} s, {cpu / 10:.2f} CPU s")


MEASURES: dict[str, Callable[[], None]] = {"speed-up": speed_up, "overhead": overhead, "start": start}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    for name in parser.parse_args().only:
        MEASURES[name]()


if __name__ == "__main__":
    main()
