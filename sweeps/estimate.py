"""How long a sweep will take: from points that are stored, or from a few that are run for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from sweeps.effort import effort
from sweeps.evaluate import Evaluator
from sweeps.point import Outcome, Point
from sweeps.workers.choice import Place

PROBES = 4
PROBE_LIMIT_SECONDS = 5.0
"""What one of the points that are run for an estimate may take; then the estimate is a lower bound."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of ``seconds`` on one core, from ``points`` that were ``stored`` or just run; ``low`` if more is certain."""

    seconds: float
    points: int
    stored: bool
    low: bool = False

    def __str__(self) -> str:
        about = "at least" if self.low else "about"
        points = f"{self.points} point" if self.points == 1 else f"{self.points} points"
        whence = f"{points} stored" if self.stored else f"{points} run for this estimate"
        return f"{about} {spoken(self.seconds)} on one core, judged by {whence}"


def spoken(seconds: float) -> str:
    """A duration as people say it: ``0.8 s``, ``34 s``, ``12 min``, ``3.5 h``."""
    if seconds < 100:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def estimate(
    points: Sequence[Point], known: Mapping[str, Outcome], evaluator: Evaluator, missing: int | None = None
) -> Estimate:
    """What the ``missing`` points (those of ``points`` that are not known, if not said) will take.

    The mean of what is known; where nothing is, that of a few points spread over the study, each in a process that is
    ended after a few seconds. Points that step through clock edges are weighed by their edges.
    """
    left = [point for point in points if point.digest not in known]
    count = len(left) if missing is None else missing
    if not count:
        return Estimate(0.0, len(known), stored=True)
    judged = [point for point in points if point.digest in known] or _spread(left or points)
    seconds = {d: known[d].seconds for d in known} or _measure(judged, evaluator)
    mean = _scale(left or points, judged, evaluator) * sum(seconds[p.digest] for p in judged) / len(judged)
    low = not known and any(taken >= PROBE_LIMIT_SECONDS for taken in seconds.values())
    return Estimate(count * mean, len(judged), bool(known), low)


def _spread(points: Sequence[Point]) -> list[Point]:
    """A few points, evenly over the list."""
    count = min(PROBES, len(points))
    return [points[(2 * i + 1) * len(points) // (2 * count)] for i in range(count)]


def _measure(points: Sequence[Point], evaluator: Evaluator) -> dict[str, float]:
    """Seconds of each point, by digest."""
    place = Place(workers=1, limit_s=PROBE_LIMIT_SECONDS)
    with closing(place.open(evaluator)) as executor:
        return {record.digest: record.seconds for records in executor.run(points) for record in records}


def _scale(left: Sequence[Point], judged: Sequence[Point], evaluator: Evaluator) -> float:
    """Mean effort of what is left over that of what is known."""
    means = [
        sum(effort(point, evaluator.workload(point.network)) for point in points) / len(points)
        for points in (left, judged)
    ]
    return means[0] / means[1] if all(means) else 1.0
