"""A surrogate of one result: the costly depth as the closed form times a learned correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sweeps.surrogate.features import Features, Floats
from sweeps.surrogate.models import Model, choose, standardised

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Surrogate:
    """Predicts ``metric`` at the costly depth from points as they are before they run."""

    metric: str
    model: Model
    features: Features
    x: Floats
    y: Floats

    def predict(self, cheap: Sequence[Values]) -> Floats:
        """One number for each point; ``cheap`` are its fields and results in closed form."""
        if not cheap:
            return np.zeros(0)
        known, asked = standardised(self.x, self.features.of(cheap))
        base = np.array([float(row[self.metric]) for row in cheap])
        return np.asarray(base * np.exp(self.model.fit(known, self.y, asked)))


def learn(metric: str, cheap: Sequence[Values], results: Sequence[float]) -> Surrogate:
    """Learn from points that ran: ``results`` are what the costly depth said. Both are above 0."""
    features = Features(cheap)
    base = np.array([float(row[metric]) for row in cheap])
    x, y = features.of(cheap), np.log(np.asarray(results, np.float64) / base)
    return Surrogate(metric, choose(x, y), features, x, y)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How far predictions of ``metric`` were off on points that the surrogate had not seen: relative errors."""

    metric: str
    model: str
    learned: int
    points: int
    median: float
    nine_of_ten: float
    closed_median: float

    def __str__(self) -> str:
        return (
            f"surrogate of {self.metric} ({self.model}, learned from {self.learned} points): on {self.points} points "
            f"held back its median error is {self.median:.2%}, nine of ten are within {self.nine_of_ten:.2%}; "
            f"the closed form's median error is {self.closed_median:.2%}"
        )


def held_back(surrogate: Surrogate, cheap: Sequence[Values], results: Sequence[float]) -> HeldBack:
    """Compare predictions with what the costly depth said of at least one point that was not learned from."""
    truth = np.asarray(results, np.float64)
    errors = np.abs(surrogate.predict(cheap) / truth - 1)
    closed = np.abs(np.array([float(row[surrogate.metric]) for row in cheap]) / truth - 1)
    median, most = np.quantile(errors, [0.5, 0.9])
    learned = len(surrogate.y)
    return HeldBack(surrogate.metric, surrogate.model.name, learned, len(truth), median, most, float(np.median(closed)))
