"""Which executor a sweep gets: what was asked for on the command line or in Python, checked."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from hwsim.errors import SpecError
from sweeps.evaluate import Evaluator
from sweeps.workers.base import Executor
from sweeps.workers.in_process import InProcess

MOST_WORKERS = 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where points run: in this process, in ``workers`` processes beside it, or on the cluster at ``scheduler``.

    ``limit_s`` is what one point may take. A point can only be stopped with the process that it runs in, so that a
    limit brings one worker process if none were asked for.
    """

    workers: int | None = None
    scheduler: str | None = None
    limit_s: float | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.scheduler is not None:
            raise SpecError("workers and a scheduler were both given; points run in one place")
        if self.workers is not None and not 1 <= self.workers <= MOST_WORKERS:
            raise SpecError(f"workers is {self.workers}; from 1 to {MOST_WORKERS} are allowed")
        if self.limit_s is not None and not (self.limit_s > 0 and isfinite(self.limit_s)):
            raise SpecError(f"the time limit of a point is {self.limit_s:g} s; seconds above 0 are allowed")

    def open(self, evaluator: Evaluator) -> Executor:
        """The executor; it starts nothing on this machine before it has a point.

        Raises MissingToolError without the library for a cluster, WorkersError for one that does not answer or runs
        another version.
        """
        if self.scheduler is not None:
            from sweeps.workers.cluster import Cluster  # its library is an extra

            return Cluster(self.scheduler, evaluator.workload, self.limit_s)
        if self.workers is None and self.limit_s is None:
            return InProcess(evaluator)
        from sweeps.workers.processes import Processes

        return Processes(self.workers or 1, evaluator.workload, self.limit_s)
