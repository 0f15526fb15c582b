"""Points one after another in this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sweeps.evaluate import Evaluator
from sweeps.point import Point
from sweeps.record import Record, pack


class InProcess:
    """Needs no start, and cannot stop a point that never ends."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def run(self, points: Sequence[Point]) -> Iterator[Sequence[Record]]:
        for point in points:
            yield [pack(self._evaluator.evaluate(point))]

    def close(self) -> None:
        """Nothing runs between two points."""
