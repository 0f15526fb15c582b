"""Small regressions in numpy: features (points, columns) and targets (points,) in, predictions out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from sweeps.surrogate.features import Floats

Fit = Callable[[Floats, Floats, Floats], Floats]
"""Learns from features and targets, and predicts the targets of other features."""


def none(x: Floats, y: Floats, asked: Floats) -> Floats:
    """Nothing is corrected: the closed form itself."""
    return np.zeros(len(asked))


def mean(x: Floats, y: Floats, asked: Floats) -> Floats:
    """One correction for all."""
    return np.full(len(asked), y.mean())


def nearest(x: Floats, y: Floats, asked: Floats, neighbours: int) -> Floats:
    """The mean of the nearest points."""
    distance = _squares(asked, x)
    near = np.argsort(distance, axis=1, kind="stable")[:, :neighbours]
    return np.asarray(y[near].mean(axis=1))


def ridge(x: Floats, y: Floats, asked: Floats, penalty: float) -> Floats:
    """Linear, with a penalty on its coefficients."""
    middle = y.mean()
    normal = x.T @ x + penalty * np.eye(x.shape[1])
    return np.asarray(asked @ np.linalg.solve(normal, x.T @ (y - middle)) + middle)


def gaussian(x: Floats, y: Floats, asked: Floats, reach: float, noise: float) -> Floats:
    """The mean of a Gaussian process with a squared-exponential kernel; ``reach`` in units of the median distance
    (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, algorithm 2.1)."""
    squares = _squares(x, x)
    scale = reach**2 * (np.median(squares[squares > 0]) if (squares > 0).any() else 1.0)
    middle = y.mean()
    weights = np.linalg.solve(np.exp(-squares / scale) + noise * np.eye(len(x)), y - middle)
    return np.asarray(np.exp(-_squares(asked, x) / scale) @ weights + middle)


def _squares(a: Floats, b: Floats) -> Floats:
    """Squared distances, shape (rows of a, rows of b)."""
    return np.asarray(np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T, 0))


@dataclass(frozen=True, slots=True)
class Model:
    """A regression with its settings, by the name under which it is reported."""

    name: str
    fit: Fit


MODELS: tuple[Model, ...] = (
    Model("closed form", none),
    Model("mean", mean),
    *(Model(f"nearest {k}", partial(nearest, neighbours=k)) for k in (1, 3, 5)),
    *(Model(f"ridge {p:g}", partial(ridge, penalty=p)) for p in (0.1, 1.0, 10.0)),
    *(
        Model(f"Gaussian process {r:g} {n:g}", partial(gaussian, reach=r, noise=n))
        for r in (1.0, 2.0, 4.0)
        for n in (1e-4, 1e-2)
    ),
)
"""From the simplest on: of models that err alike the first is taken."""


def standardised(x: Floats, asked: Floats) -> tuple[Floats, Floats]:
    """Both with columns of mean 0 and deviation 1 over ``x``."""
    middle, deviation = x.mean(axis=0), x.std(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    return (x - middle) / scale, (asked - middle) / scale


def choose(x: Floats, y: Floats, folds: int = 5) -> Model:
    """The model with the least mean absolute error on folds that were held back; points i, i + folds, ... are one."""
    part = np.arange(len(x)) % folds
    errors = [sum(_error(model, x, y, part == fold) for fold in range(folds)) for model in MODELS]
    return MODELS[int(np.argmin(errors))]


def _error(model: Model, x: Floats, y: Floats, out: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    if out.all() or not out.any():
        return 0.0
    known, asked = standardised(x[~out], x[out])
    return float(np.abs(model.fit(known, y[~out], asked) - y[out]).sum())
