"""Points on a Dask cluster of the user's own: it decides where they run, this process alone writes the store."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from hwsim.errors import MissingToolError
from sweeps.canonical import code_version
from sweeps.effort import by_effort
from sweeps.point import Network, Point
from sweeps.record import Record
from sweeps.workers import remote
from sweeps.workers.base import Pace, WorkersError
from sweeps.workers.processes import LoadNetwork

SECONDS_TO_ANSWER = 10
"""What a scheduler has to say that it is there."""

TIMES_TO_START = 6
"""Attempts at a client whose thread does not start."""

AHEAD = 2
"""Portions that the cluster holds for each of its threads: one that runs and one that waits."""


class Cluster:
    """A scheduler at ``address``; ``limit_s`` is what one point may take."""

    def __init__(self, address: str, load: LoadNetwork, limit_s: float | None = None) -> None:
        try:
            import distributed
        except ImportError:
            raise MissingToolError("a sweep on a Dask cluster needs dask: pip install 'hwsim[sweep]'") from None
        self._dask: Any = distributed
        self._address, self._load, self._limit_s = address, load, limit_s
        self._client: Any = self._connected()
        self._pace = Pace(max(1, self._threads))
        try:
            self._check_versions()
        except WorkersError:
            self.close()
            raise

    def _connected(self, attempts: int = TIMES_TO_START) -> Any:
        """A client of the scheduler. Where a stalled machine does not start dask's thread within dask's 10 s, all that
        dask says is AssertionError; it is asked again."""
        try:
            return self._dask.Client(self._address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            raise self._silent(_first_line(error)) from None
        except AssertionError:
            if attempts == 1:
                raise self._silent("dask's thread did not start") from None
        return self._connected(attempts - 1)

    def _silent(self, reason: str) -> WorkersError:
        return WorkersError(f"no Dask scheduler answers at {self._address} ({reason})")

    @property
    def _threads(self) -> int:
        """Threads of all workers that are there now."""
        return sum(self._client.nthreads().values())

    def _check_versions(self) -> None:
        """Raise WorkersError for a worker that computes with other code than this; who comes later says so himself."""
        ours = code_version()
        for worker, answer in self._client.run(remote.version, on_error="return").items():
            if isinstance(answer, Exception):
                said = _first_line(answer)
                raise WorkersError(f"the worker {worker} cannot run points of hwsim ({said}); install {ours} there")
            if answer != ours:
                raise WorkersError(remote.other_version(f"the worker {worker}", answer, ours))

    def close(self) -> None:
        self._client.close(timeout=SECONDS_TO_ANSWER)

    def run(self, points: Sequence[Point]) -> Iterator[Sequence[Record]]:
        waiting = deque(by_effort(points, self._load))
        given: dict[Any, list[Point]] = {}
        networks: dict[Network, Any] = {}
        finished = self._dask.as_completed(loop=self._client.loop)
        while waiting or given:
            with self._there():
                while waiting and len(given) < AHEAD * max(1, self._threads):
                    portion = self._next(waiting)
                    given[(future := self._submit(portion, networks))] = portion
                    finished.add(future)
                future = next(finished)
            yield self._records(future, given.pop(future), waiting)

    @contextmanager
    def _there(self) -> Iterator[None]:
        """A scheduler that does not answer any more, as a sentence."""
        try:
            yield
        except (OSError, RuntimeError, StopIteration) as error:
            raise self._lost(f"{self._address} does not answer: {_first_line(error)}") from None

    def _lost(self, reason: str) -> WorkersError:
        return WorkersError(f"the cluster was lost ({reason}); what was finished is stored, the same command continues")

    def _next(self, waiting: deque[Point]) -> list[Point]:
        """The next portion; its points share a network."""
        first = waiting.popleft()
        portion = [first]
        for _ in islice(range(self._pace.portion(len(waiting) + 1) - 1), len(waiting)):
            if waiting[0].network != first.network:
                break
            portion.append(waiting.popleft())
        return portion

    def _submit(self, portion: Sequence[Point], networks: dict[Network, Any]) -> Any:
        network = portion[0].network
        if network not in networks:
            networks[network] = self._client.submit(
                remote.kept, self._load(network), key=f"hwsim-{portion[0].content}", pure=False
            )
        return self._client.submit(
            remote.run_portion, portion, networks[network], code_version(), self._limit_s, pure=False
        )

    def _records(self, future: Any, portion: list[Point], waiting: deque[Point]) -> list[Record]:
        """What became of a portion; one whose workers died is cut into single points, one of which it is."""
        error = future.exception() if future.status == "error" else None
        if future.status == "finished":
            records: list[Record] = future.result()
            for record in records:
                self._pace.note(record.seconds)
            return records
        if isinstance(error, self._dask.scheduler.KilledWorker):
            return self._given_up(portion, waiting)
        if isinstance(error, WorkersError):
            raise error
        raise self._lost(f"{self._address} dropped a point" if error is None else _first_line(error))

    def _given_up(self, portion: list[Point], waiting: deque[Point]) -> list[Record]:
        if len(portion) == 1:
            return [Record(portion[0].digest, 0.0, error="worker processes of the cluster died at this point")]
        self._pace = Pace(10**9)
        waiting.extendleft(reversed(portion))
        return []


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
