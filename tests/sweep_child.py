"""A sweep in a process of its own, which says what is stored, and may be ended at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Timer

ROOT = Path(__file__).parent.parent

CODE = """
import os, sys
from sweeps.runner import Silence, run
from sweeps.study import load_study
from sweeps.workers.choice import Place

class Says(Silence):
    def begin(self, points, stored):
        print("begin", flush=True)
    def step(self, outcome):
        print(outcome.point.digest, flush=True)

workers = int(sys.argv[3])
run(load_study(sys.argv[1]), sys.argv[2], Says(), Place(workers or None))
print("end", flush=True)
"""


@dataclass(frozen=True)
class Life:
    """What a child reported stored before it ended, how long it ran after its begin, and whether it came to its end."""

    reported: frozenset[str]
    seconds: float
    whole: bool


def environment() -> Mapping[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def start(study: Path, out: Path, workers: int = 0) -> subprocess.Popen[str]:
    """``workers`` 0 is a sweep within the child."""
    return subprocess.Popen(
        [sys.executable, "-c", CODE, str(study), str(out), str(workers)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def live(study: Path, out: Path, workers: int, moment: Moment | None = None) -> Life:
    """Let a child run to its end, or until ``moment``, and then ``kill -9`` it."""
    began = time.monotonic()
    said: list[str] = []
    with start(study, out, workers) as child:
        assert child.stdout is not None
        if moment is not None and moment.after is None:
            _kill_in(child, moment.seconds)
        for line in child.stdout:
            if line.endswith("\n"):
                said.append(line.strip())
            if len(said) == 1:
                began = time.monotonic()
            if moment is not None and moment.after == len(said):
                _kill_in(child, moment.seconds)
        seconds = time.monotonic() - began
    assert child.returncode in (0, -signal.SIGKILL)
    return Life(frozenset(line for line in said if len(line) == 64), seconds, "end" in said)


def _kill_in(child: subprocess.Popen[str], seconds: float) -> None:
    timer = Timer(seconds, child.send_signal, [signal.SIGKILL])
    timer.daemon = True
    timer.start()


@dataclass(frozen=True)
class Moment:
    """So many seconds after a child has said so many lines (the first is its begin), or after its start."""

    seconds: float
    after: int | None = None


def random_moment(rng: Random, whole: Life, left: int) -> Moment:
    """A moment of a sweep with ``left`` points to run, between its begin and its end; one in six lies before, or soon
    after, its begin.

    ``whole`` is the life of one that nobody killed.
    """
    each = whole.seconds / max(1, len(whole.reported))
    if rng.random() < 1 / 6:
        return Moment(rng.uniform(0, 1.5))
    return Moment(rng.uniform(0, 2 * each), rng.randint(1, left + 1))
