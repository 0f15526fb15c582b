"""A sweep: every point of a study that is not stored yet, one after another, each stored before it counts as done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sweeps.canonical import code_version
from sweeps.enumeration import points
from sweeps.evaluate import Evaluator
from sweeps.point import Outcome, Point
from sweeps.store import Store
from sweeps.study import Study
from sweeps.table import Table, read_table


class Progress(Protocol):
    """Somebody who watches a sweep."""

    def begin(self, points: int, stored: int) -> None: ...
    def step(self, outcome: Outcome) -> None: ...
    def end(self) -> None: ...


@dataclass
class Silence:
    """Watches and says nothing."""

    def begin(self, points: int, stored: int) -> None:
        """Called once, before the first point."""

    def step(self, outcome: Outcome) -> None:
        """Called after each point, when it is stored."""

    def end(self) -> None:
        """Called once, also after an interruption."""


def run(study: Study, out: str | Path | None = None, progress: Progress | None = None) -> Table:
    """Run what is missing of ``study`` and return the table of all its points.

    ``out`` is the folder of the store, made if absent; None keeps everything in memory. What is stored is not run
    again. KeyboardInterrupt passes through: what was finished by then is stored.
    Raises SpecError or WorkloadError if the study's networks cannot be read or ``out`` holds something foreign.
    """
    evaluator = Evaluator()
    todo = list(points(study, evaluator.content_of))
    with Store.in_memory() if out is None else Store.create_or_open(Path(out)) as store:
        store.begin(study.digest, study.origin, study.text, todo)
        done = store.finished()
        missing = [point for point in todo if point.digest not in done]
        _run_each(missing, len(todo), evaluator, store, study, progress or Silence())
        return read_table(store, study)


def _run_each(
    missing: Iterable[Point], total: int, evaluator: Evaluator, store: Store, study: Study, progress: Progress
) -> None:
    missing = list(missing)
    progress.begin(total, total - len(missing))
    try:
        for point in missing:
            outcome = evaluator.evaluate(point)
            store.put(outcome, study.digest, code_version())
            progress.step(outcome)
    finally:
        progress.end()
