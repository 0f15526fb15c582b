"""Points in worker processes of this machine, each replaced when it dies or overstays."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import wait

from hwsim.workload.graph import Workload
from sweeps.effort import by_effort
from sweeps.point import Network, Point
from sweeps.record import Record
from sweeps.workers.base import Pace, WorkersError
from sweeps.workers.process import Task, Worker

WORK = "sweeps.evaluate:record_of"

DEATHS = 2
"""A point at which so many workers died is not tried again."""

LOST_STARTS = 5
"""So many processes in a row that end before they are ready are no accident."""

LoadNetwork = Callable[[Network], Workload]


class Processes:
    """``count`` processes, started when there is something to do; ``limit_s`` is what one point may take."""

    def __init__(self, count: int, load: LoadNetwork, limit_s: float | None = None, work: str = WORK) -> None:
        self._count, self._load, self._limit_s, self._work = count, load, limit_s, work
        self._workers: list[Worker] = []
        self._networks: dict[Network, Workload] = {}
        self._pace = Pace(count)
        self._lost_starts = 0

    @property
    def pids(self) -> list[int]:
        """The processes that live."""
        return [worker.pid for worker in self._workers]

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
        self._workers.clear()

    def run(self, points: Sequence[Point]) -> Iterator[Sequence[Record]]:
        self._networks |= {p.network: self._load(p.network) for p in points if p.network not in self._networks}
        waiting = deque(Task(point) for point in by_effort(points, self._load))
        left = len(points)
        while left:
            self._hand_out(waiting)
            if records := [*self._listen(waiting), *self._stop_overdue(waiting)]:
                left -= len(records)
                yield records

    def _hand_out(self, waiting: deque[Task]) -> None:
        """Keep as many processes as there is work for, and every one of them busy."""
        busy = sum(not worker.idle for worker in self._workers)
        while len(self._workers) < min(self._count, busy + len(waiting)):
            self._workers.append(Worker(self._work))
            busy += 1
        for worker in self._workers:
            if worker.idle and waiting:
                worker.give(self._portion(waiting), self._networks)

    def _portion(self, waiting: deque[Task]) -> list[Task]:
        """The next tasks; one that a worker died at goes alone."""
        size = 1 if waiting[0].deaths else self._pace.portion(len(waiting))
        return [waiting.popleft() for _ in range(size)]

    def _listen(self, waiting: deque[Task]) -> list[Record]:
        """What arrives first, from whichever process."""
        heard: list[Record] = []
        spoke = wait([worker.connection for worker in self._workers], self._patience())
        for worker in [worker for worker in self._workers if worker.connection in spoke]:
            try:
                records = worker.hear()
            except EOFError:
                records = self._bury(worker, waiting)
            heard += records
        for record in heard:
            self._pace.note(record.seconds)
        return heard

    def _patience(self) -> float | None:
        """Seconds until the first point is overdue."""
        if self._limit_s is None:
            return None
        spent = [worker.seconds for worker in self._workers if worker.running]
        return max(0.0, self._limit_s - max(spent)) if spent else None

    def _bury(self, worker: Worker, waiting: deque[Task]) -> list[Record]:
        """Take back what a dead worker had; the point that it was at is tried once more, and then given up."""
        self._workers.remove(worker)
        how = worker.bury()
        if not worker.ready:
            self._lost_starts += 1
            if self._lost_starts >= LOST_STARTS:
                raise WorkersError(f"{LOST_STARTS} worker processes ended before they were ready, the last with {how}")
            return []
        self._lost_starts = 0
        if worker.running:
            worker.running[0].deaths += 1
        return self._take_back(worker, waiting, f"the worker process died {DEATHS} times at this point, last by {how}")

    def _take_back(self, worker: Worker, waiting: deque[Task], reason: str) -> list[Record]:
        """Tasks of a worker that is gone wait again; the first is given up, for ``reason``, if it may not."""
        given_up = []
        if worker.running and worker.running[0].deaths >= DEATHS:
            point = worker.running.popleft().point
            given_up.append(Record(point.digest, worker.seconds, error=reason))
        waiting.extendleft(reversed(worker.running))
        return given_up

    def _stop_overdue(self, waiting: deque[Task]) -> list[Record]:
        """End the workers whose point took longer than the limit; others take their places."""
        stopped = []
        for worker in list(self._workers):
            if self._limit_s is not None and worker.running and worker.seconds >= self._limit_s:
                self._workers.remove(worker)
                worker.kill()
                worker.running[0].deaths = DEATHS
                stopped += self._take_back(worker, waiting, f"took longer than the limit of {self._limit_s:g} s")
        return stopped
