"""What a sweep would do: the points proposed as far as that is known, those stored, and how long the rest takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sweeps.design import most_points
from sweeps.estimate import Estimate, estimate
from sweeps.evaluate import Evaluator
from sweeps.method_settings import Kind
from sweeps.methods import method_of
from sweeps.point import Outcome, Point
from sweeps.store import Store
from sweeps.store_file import FILE_NAME
from sweeps.study import Study


@dataclass(frozen=True)
class Outlook:
    """``points`` are those proposed up to the first batch that has not run; ``total`` counts those to come too."""

    points: tuple[Point, ...]
    known: Mapping[str, Outcome]
    total: int
    estimate: Estimate

    @property
    def missing(self) -> int:
        return self.total - len(self.known)


def outlook(study: Study, out: Path | None) -> Outlook:
    """Look ahead without running the study; a few of its points may be run for the estimate, and are not stored."""
    evaluator = Evaluator()
    with Store.open(out) if out is not None and (out / FILE_NAME).exists() else Store.in_memory() as store:
        points, known, whole = _proposed(study, evaluator, store)
    total = len(points) if whole else max(len(points), most_points(study))
    return Outlook(tuple(points), known, total, estimate(points, known, evaluator, total - len(known)))


def _proposed(study: Study, evaluator: Evaluator, store: Store) -> tuple[list[Point], dict[str, Outcome], bool]:
    """All batches up to the first with a point that has not run, what is known of them, and whether these are all."""
    points: list[Point] = []
    known: dict[str, Outcome] = {}
    method = method_of(study).propose(study, evaluator.content_of)
    batch = next(method, None)
    while batch is not None:
        points += batch
        known |= store.known(batch)
        if any(point.digest not in known for point in batch):
            return points, known, study.method.kind is not Kind.SEARCH
        try:
            batch = method.send([known[point.digest] for point in batch])
        except StopIteration:
            batch = None
    return points, known, True
