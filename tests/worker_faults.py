"""What goes wrong in a worker on purpose: points that kill it, end it, or never end, and a place that has them."""

from __future__ import annotations

import os
import signal
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from hwsim.workload.graph import Workload
from sweeps.evaluate import Evaluator, record_of
from sweeps.point import Point
from sweeps.record import Record
from sweeps.workers.base import Executor
from sweeps.workers.choice import Place
from sweeps.workers.processes import Processes

FOLDER = "HWSIM_TEST_FOLDER"
"""Where a fault notes that it has happened."""


def is_the_one(point: Point) -> bool:
    """Two points of the small study: the cube of 4, on each of two machines."""
    return dict(point.engine).get("p") == 4


def happened_before(point: Point) -> bool:
    """Whether the fault met this point before; notes that it does now."""
    note = Path(os.environ[FOLDER]) / point.digest
    if note.exists():
        return True
    note.write_text("")
    return False


def dies(point: Point, workload: Workload) -> Record:
    if is_the_one(point):
        os.kill(os.getpid(), signal.SIGKILL)
    return record_of(point, workload)


def dies_once(point: Point, workload: Workload) -> Record:
    if is_the_one(point) and not happened_before(point):
        os.kill(os.getpid(), signal.SIGKILL)
    return record_of(point, workload)


def breaks_off(point: Point, workload: Workload) -> Record:
    """Dies once in the middle of a message: its length and a few bytes are out."""
    if is_the_one(point) and not happened_before(point):
        os.write(int(sys.argv[1]), struct.pack("!i", 1000) + b"torn")
        os.kill(os.getpid(), signal.SIGKILL)
    return record_of(point, workload)


def leaves(point: Point, workload: Workload) -> Record:
    if is_the_one(point):
        os._exit(7)
    return record_of(point, workload)


def never_ends(point: Point, workload: Workload) -> Record:
    while is_the_one(point):
        time.sleep(60)
    return record_of(point, workload)


@dataclass(frozen=True)
class Faulty(Place):
    """Two processes that do ``work`` of this module."""

    work: str = "record_of"

    def open(self, evaluator: Evaluator) -> Executor:
        return Processes(2, evaluator.workload, self.limit_s, f"worker_faults:{self.work}")
