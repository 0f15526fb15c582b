"""What a worker of a Dask cluster does with a portion of points; it must have this very version of hwsim."""

from __future__ import annotations

from collections.abc import Sequence

from hwsim.workload.graph import Workload
from sweeps.canonical import code_version
from sweeps.evaluate import record_of
from sweeps.point import Point
from sweeps.record import Record
from sweeps.workers.base import WorkersError
from sweeps.workers.processes import Processes


def version() -> str:
    """The code that this worker would compute with."""
    return code_version()


def other_version(who: str, theirs: str, ours: str) -> str:
    """Why a worker is refused."""
    return f"{who} has hwsim {theirs}, and this is {ours}; install the same on both"


def kept(workload: Workload) -> Workload:
    """The network as a task of its own: the cluster holds it where it is needed, and makes it again if it is lost."""
    return workload


def run_portion(
    points: Sequence[Point], workload: Workload, expected_version: str, limit_s: float | None
) -> list[Record]:
    """Records of points of one network, in their order; with a limit they run in a process beside this worker.

    Raises WorkersError if the worker, which may have come after the sweep began, has another version of hwsim.
    """
    if version() != expected_version:
        raise WorkersError(other_version("a worker that joined", version(), expected_version))
    if limit_s is None:
        return [record_of(point, workload) for point in points]
    beside = Processes(1, lambda network: workload, limit_s)
    try:
        found = {record.digest: record for records in beside.run(points) for record in records}
    finally:
        beside.close()
    return [found[point.digest] for point in points]
