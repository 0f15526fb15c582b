"""Points whose engines are asked alone, in this process: as arrays over many of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sweeps.engine_depth import evaluate_together
from sweeps.evaluate import Evaluator
from sweeps.point import Point
from sweeps.record import Record, pack

PORTION = 2048
"""Points that are answered, stored and reported together: a fraction of a second."""


class Together:
    """Needs no start, and no time that would be worth a second process."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def run(self, points: Sequence[Point]) -> Iterator[Sequence[Record]]:
        for first in range(0, len(points), PORTION):
            portion = points[first : first + PORTION]
            networks = {network: self._evaluator.workload(network) for network in {p.network for p in portion}}
            yield [pack(outcome) for outcome in evaluate_together(portion, networks)]

    def close(self) -> None:
        """Nothing runs between two portions."""
