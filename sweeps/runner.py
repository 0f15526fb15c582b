"""A sweep: what a study's method proposes and the store lacks, each point stored before it counts as done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sweeps.canonical import code_version
from sweeps.design import most_points
from sweeps.engine_depth import ENGINE_DEPTH
from sweeps.evaluate import Evaluator
from sweeps.methods import Proposals, method_of
from sweeps.point import Outcome, Point
from sweeps.store import Asked, Store
from sweeps.store_lock import lock
from sweeps.study import Study
from sweeps.table import Table, read_table
from sweeps.workers.base import Executor
from sweeps.workers.choice import Place
from sweeps.workers.together import Together


class Progress(Protocol):
    """Somebody who watches a sweep."""

    def begin(self, points: int, stored: int) -> None: ...
    def step(self, outcome: Outcome) -> None: ...
    def end(self) -> None: ...


class Order(Protocol):
    """Somebody who says what runs first; what a study comes to does not depend on it."""

    def portions(self, points: Sequence[Point], known: Mapping[str, Outcome]) -> Iterator[Sequence[Point]]:
        """All of ``points``, in portions that run one after another; ``known`` grows by what they come to."""
        ...


@dataclass
class Silence:
    """Watches and says nothing."""

    def begin(self, points: int, stored: int) -> None:
        """Called before each batch: the points in all, as far as that is known, and how many of them are stored."""

    def step(self, outcome: Outcome) -> None:
        """Called after each point, when it is stored."""

    def end(self) -> None:
        """Called once, also after an interruption."""


def run(
    study: Study,
    out: str | Path | None = None,
    progress: Progress | None = None,
    place: Place | None = None,
    retry_failed: bool = False,
    order: Order | None = None,
) -> Table:
    """Run what is missing of ``study`` and return the table of all its points.

    ``out`` is the folder of the store, made if absent; None keeps everything in memory. What is stored is not run
    again, failures neither unless ``retry_failed``. ``place`` is where points run, this process if not given,
    and ``order`` which of them first, the study's if not given.
    KeyboardInterrupt passes through: what was finished by then is stored.
    Raises SpecError or WorkloadError if the study's networks cannot be read, ``out`` holds something foreign or
    another process sweeps into it; WorkersError if the workers are lost.
    """
    evaluator, folder = Evaluator(), None if out is None else Path(out)
    for network in study.networks:
        evaluator.content_of(network)
    with (
        nullcontext() if folder is None else lock(folder),
        Store.in_memory() if folder is None else Store.create_or_open(folder) as store,
        closing(_executor(study, place or Place(), evaluator)) as executor,
    ):
        asked = Asked(study.digest, code_version(), study.method.seed)
        _Sweep(study, store, asked, executor, progress or Silence(), retry_failed, order).run(evaluator, folder)
        return read_table(store, study)


def _executor(study: Study, place: Place, evaluator: Evaluator) -> Executor:
    """Engines alone are answered here, thousands at once, wherever else points might run."""
    return Together(evaluator) if study.depth == ENGINE_DEPTH else place.open(evaluator)


@dataclass
class _Sweep:
    """One call of ``run``: batch after batch from the method, through the store, and back to it."""

    study: Study
    store: Store
    asked: Asked
    executor: Executor
    progress: Progress
    retry_failed: bool
    order: Order | None = None
    most: int = 0
    proposed: int = 0
    done: int = 0

    def run(self, evaluator: Evaluator, folder: Path | None) -> None:
        self.most = most_points(self.study)
        self.store.begin(self.asked, self.study.origin, self.study.text)
        method = method_of(self.study).propose(self.study, evaluator.content_of, folder)
        try:
            batch = next(method, None)
            while batch is not None:
                batch = _sent(method, self._outcomes(batch))
            self.store.end(self.proposed)
        finally:
            self.progress.end()
            method.close()

    @property
    def _expected(self) -> int:
        """Points in all, as far as that is known: a search says no more than what it runs at most."""
        return max(self.proposed, self.most)

    def _outcomes(self, batch: Sequence[Point]) -> list[Outcome]:
        """What became of the batch's points, in its order: taken from the store, or run and stored."""
        self.store.propose(batch, self.proposed)
        known = self.store.known(batch)
        if self.retry_failed:
            known = {digest: outcome for digest, outcome in known.items() if outcome.error is None}
        self.proposed += len(batch)
        self.done += len(known)
        self.progress.begin(self._expected, self.done)
        missing = {point.digest: point for point in batch if point.digest not in known}
        waiting = list(missing.values())
        for portion in [waiting] if self.order is None else self.order.portions(waiting, known):
            self._run(portion, known)
        return [known[point.digest] for point in batch]

    def _run(self, points: Sequence[Point], known: dict[str, Outcome]) -> None:
        """Run, store and note ``points``."""
        point_of = {point.digest: point for point in points}
        for records in self.executor.run(points):
            self.store.put(records, self.asked)
            for record in records:
                point = point_of[record.digest]
                outcome = Outcome(point, record.seconds, summary=record.values, error=record.error)
                known[record.digest] = outcome
                self.done += 1
                self.progress.step(outcome)


def _sent(method: Proposals, outcomes: Sequence[Outcome]) -> Sequence[Point] | None:
    """The next batch, or None after the last."""
    try:
        return method.send(outcomes)
    except StopIteration:
        return None
