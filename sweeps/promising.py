"""The order of work by promise: what a surrogate takes for the front runs first; the table stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from hwsim.errors import SpecError
from hwsim.layer_run import Depth
from sweeps.metrics import OF_MACHINE
from sweeps.pareto import front
from sweeps.point import Outcome, Point
from sweeps.study import Study
from sweeps.surrogate.learning import HeldBack, Surrogate, held_back, learn

FIRST = 24
"""Points, evenly spread, from which the surrogate learns before it orders the rest."""

PORTION = 32
"""Points that are handed out together: within a portion, whoever runs them has an order of his own."""

Evaluate = Callable[[Point], Outcome]
Known = Mapping[str, Outcome]


@dataclass
class Promising:
    """Orders the points of a study of depth count or step; ``evaluate`` is asked for closed forms alone.

    Raises SpecError for a study in closed form: there the prediction would be the result.
    """

    study: Study
    evaluate: Evaluate
    cheap: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)
    learned: dict[str, Surrogate] = field(default_factory=dict)
    first: frozenset[str] | None = None
    batches: list[Known] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.study.depth == Depth.CLOSED.value:
            raise SpecError(
                "points of depth closed are their own prediction; promising ones first is for depth count and step"
            )

    def portions(self, points: Sequence[Point], known: Known) -> Iterator[Sequence[Point]]:
        """All of ``points``, portion by portion; ``known`` grows by what each portion came to. It learns once."""
        self.batches.append(known)
        taken = self._spread(points) if len(self._known()) < FIRST else []
        if taken:
            yield taken
        seen = {point.digest for point in taken}
        rest = [point for point in points if point.digest not in seen]
        ordered = self._ordered(rest)
        for start in range(0, len(ordered), PORTION):
            yield ordered[start : start + PORTION]

    def _known(self) -> dict[str, Outcome]:
        return {digest: outcome for known in self.batches for digest, outcome in known.items()}

    def _spread(self, points: Sequence[Point]) -> list[Point]:
        count = min(FIRST, len(points))
        return [points[(2 * i + 1) * len(points) // (2 * count)] for i in range(count)]

    def _ordered(self, points: Sequence[Point]) -> list[Point]:
        """The predicted front of each network first, then that of what is left, and so on; points without a
        prediction last."""
        if self.first is None:
            self._learn(self._known())
        costs = {point.digest: self._costs(point) for point in points}
        rank = {digest: len(points) for digest in costs}
        for network in self.study.networks:
            rank |= _ranks({p.digest: costs[p.digest] for p in points if p.network == network})
        return sorted(points, key=lambda point: rank[point.digest])

    def _learn(self, known: Known) -> None:
        """Learn every objective that a run decides from what has run."""
        ran = [(cheap, o.summary) for o in known.values() if o.summary and (cheap := self._cheap(o.point))]
        self.first = frozenset(known)
        for name in self.study.objectives:
            pairs = [(cheap, summary[name]) for cheap, summary in ran if _positive(cheap[name], summary[name])]
            if name not in OF_MACHINE and len(pairs) >= FIRST // 2:
                self.learned[name] = learn(name, [cheap for cheap, _ in pairs], [result for _, result in pairs])

    def _cheap(self, point: Point) -> Mapping[str, Any] | None:
        """Fields and results in closed form; None if there are none."""
        if point.digest not in self.cheap:
            summary = self.evaluate(replace(point, depth=Depth.CLOSED.value)).summary
            self.cheap[point.digest] = None if summary is None else {**point.values, **summary}
        return self.cheap[point.digest]

    def _costs(self, point: Point) -> list[float] | None:
        cheap = self._cheap(point)
        if cheap is None or any(cheap[name] is None for name in self.study.objectives):
            return None
        return [direction.cost(self._predicted(name, cheap)) for name, direction in self.study.objectives.items()]

    def _predicted(self, name: str, cheap: Mapping[str, Any]) -> float:
        surrogate = self.learned.get(name)
        known = surrogate is not None and _positive(cheap[name], 1)
        return float(surrogate.predict([cheap])[0]) if surrogate is not None and known else float(cheap[name])

    def errors(self) -> list[HeldBack]:
        """How far the surrogate was off on points that ran after it had learned."""
        first = self.first or frozenset()
        later = [outcome for digest, outcome in self._known().items() if digest not in first]
        found = []
        for name, surrogate in self.learned.items():
            pairs = [(cheap, o.summary[name]) for o in later if o.summary and (cheap := self._cheap(o.point))]
            held = [(cheap, result) for cheap, result in pairs if _positive(cheap[name], result)]
            if held:
                found.append(held_back(surrogate, [cheap for cheap, _ in held], [result for _, result in held]))
        return found


def _positive(*values: float | None) -> bool:
    return all(value is not None and value > 0 for value in values)


def _ranks(costs: Mapping[str, list[float] | None]) -> dict[str, int]:
    """0 for the front, 1 for the front of the rest, ..., by digest."""
    left = {digest: cost for digest, cost in costs.items() if cost is not None}
    ranks: dict[str, int] = {}
    rank = 0
    while left:
        mask = front(np.array(list(left.values())))
        ranks |= {digest: rank for digest, on in zip(left, mask, strict=True) if on}
        left = {digest: cost for digest, cost in left.items() if digest not in ranks}
        rank += 1
    return ranks
