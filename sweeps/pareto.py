"""Pareto fronts: which rows of a table of costs no other row beats, by divide and conquer over numpy arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEAF = 128
"""Rows below which comparing all pairs at once beats cutting further."""

Costs = NDArray[np.float64]
Mask = NDArray[np.bool_]


def front(costs: ArrayLike) -> Mask:
    """Mark the rows of ``costs`` (points, objectives), all minimised, that no other row dominates; shape (points,).

    A row dominates another if it is nowhere worse and somewhere better; equal rows stand or fall together.
    The cutting is that of Kung, Luccio and Preparata (J. ACM 22(4), 1975): O(n log^(d-2) n) comparisons.
    Raises ValueError for NaN.
    """
    table = np.asarray(costs, dtype=np.float64)
    if table.ndim != 2 or np.isnan(table).any():
        raise ValueError("costs must be a table of numbers of shape (points, objectives)")
    if 0 in table.shape:
        return np.ones(len(table), dtype=np.bool_)
    rows, place = np.unique(table, axis=0, return_inverse=True)  # sorted: no row dominates one before it
    return _front(rows)[place.reshape(-1)]


def _front(rows: Costs) -> Mask:
    """Front of distinct rows in lexicographic order."""
    if len(rows) <= LEAF:
        return ~_any_not_above(rows, rows, strict=True)
    half = len(rows) // 2
    better, worse = _front(rows[:half]), _front(rows[half:])
    worse[worse] = ~_covered(rows[half:][worse][:, 1:], rows[:half][better][:, 1:])
    return np.concatenate([better, worse])


def _any_not_above(rows: Costs, others: Costs, strict: bool) -> Mask:
    """Which rows have one of ``others`` (a different one, if strict) that is nowhere above them."""
    found = np.ones((len(rows), len(others)), dtype=np.bool_)
    for axis in range(rows.shape[1]):
        found &= others[:, axis] <= rows[:, axis, None]
    if strict:
        np.fill_diagonal(found, False)
    hit: Mask = np.asarray(found.any(axis=1))
    return hit


def _covered(rows: Costs, others: Costs) -> Mask:
    """Which ``rows`` have one of ``others`` nowhere above them; ties count."""
    if not len(others) or not len(rows):
        return np.zeros(len(rows), dtype=np.bool_)
    if rows.shape[1] <= 2:
        return _covered_plane(rows, others)
    if len(rows) * len(others) <= LEAF * LEAF:
        return _any_not_above(rows, others, strict=False)
    return _covered_halves(rows, others)


def _covered_plane(rows: Costs, others: Costs) -> Mask:
    """At most two columns: the lowest second cost among others whose first cost is not above decides."""
    if rows.shape[1] == 0:
        return np.ones(len(rows), dtype=np.bool_)
    order = np.argsort(others[:, 0], kind="stable")
    lowest = np.minimum.accumulate(others[order, -1])
    within = np.searchsorted(others[order, 0], rows[:, 0], side="right")
    return (within > 0) & (lowest[np.maximum(within - 1, 0)] <= rows[:, -1])


def _covered_halves(rows: Costs, others: Costs) -> Mask:
    """Cut both at the median first cost: low others settle it for high rows, so that column falls away."""
    cut = np.median(others[:, 0])
    low, below = others[:, 0] <= cut, rows[:, 0] <= cut
    if low.all():
        low, below = others[:, 0] < cut, rows[:, 0] < cut
    if low.all() or not low.any():  # one value: rows at or above it see no difference in this column
        found = np.zeros(len(rows), dtype=np.bool_)
        seen = rows[:, 0] >= cut
        found[seen] = _covered(rows[seen][:, 1:], others[:, 1:])
        return found
    found = np.empty(len(rows), dtype=np.bool_)
    found[below] = _covered(rows[below], others[low])
    above = ~below
    found[above] = _covered(rows[above][:, 1:], others[low][:, 1:])
    left = np.flatnonzero(above)[~found[above]]
    found[left] = _covered(rows[left], others[~low])
    return found
