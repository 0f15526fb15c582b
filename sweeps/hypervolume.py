"""The volume that a front dominates: one number by which sets of designs are compared, exact in any dimension."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sweeps.pareto import front

Costs = NDArray[np.float64]


def hypervolume(costs: ArrayLike, reference: ArrayLike) -> float:
    """Volume between ``costs`` (points, objectives), all minimised, and the ``reference`` point (objectives,).

    Points that are not below the reference in every objective add nothing. Sliced by the last objective, as While et
    al. describe (IEEE Trans. Evol. Comput. 10(1), 2006): exact, and slow beyond a few hundred points in four
    dimensions. Raises ValueError if the shapes do not fit or a number is NaN.
    """
    worst = np.asarray(reference, np.float64)
    table = np.asarray(costs, np.float64)
    table = table if table.size else table.reshape(0, len(worst))
    if table.ndim != 2 or table.shape[1] != len(worst):
        raise ValueError(f"costs of shape {table.shape} do not fit a reference of {len(worst)} objectives")
    if np.isnan(table).any() or np.isnan(worst).any():
        raise ValueError("costs and reference must be numbers")
    return _volume(table[(table < worst).all(axis=1)], worst)


def _volume(table: Costs, worst: Costs) -> float:
    if not len(table):
        return 0.0
    if len(worst) == 1:
        return float(worst[0] - table.min())
    rows = np.unique(table[front(table)], axis=0)
    if len(worst) == 2:
        return _area(rows, worst)
    rows = rows[np.argsort(rows[:, -1], kind="stable")]
    heights = np.diff(np.append(rows[:, -1], worst[-1]))
    below = (_volume(rows[: i + 1, :-1], worst[:-1]) for i in np.flatnonzero(heights))
    return float(sum(height * base for height, base in zip(heights[heights > 0], below, strict=True)))


def _area(rows: Costs, worst: Costs) -> float:
    """Of a front in the plane, sorted by its first cost: a staircase."""
    widths = np.diff(np.append(rows[:, 0], worst[0]))
    return float((widths * (worst[1] - rows[:, 1])).sum())
