"""The dominated volume: against counting of cells, and its laws."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from sweeps.hypervolume import hypervolume
from sweeps.pareto import front

Costs = NDArray[np.float64]
SIDE = 4

tables = st.integers(1, 4).flatmap(
    lambda width: st.integers(0, 6).flatmap(
        lambda rows: arrays(np.float64, (rows, width), elements=st.integers(0, SIDE + 1).map(float))
    )
)


def counted(costs: Costs) -> int:
    """Cells of a grid below the corner (4, 4, ...) that some point dominates."""
    cells = product(range(SIDE), repeat=costs.shape[1])
    return sum(any((row <= cell).all() for row in costs) for cell in map(np.array, cells))


@given(tables)
@settings(deadline=None)
def test_it_is_the_number_of_dominated_cells(costs: Costs) -> None:
    assert hypervolume(costs, np.full(costs.shape[1], SIDE)) == counted(costs)


@given(tables, st.integers(0, 2**32 - 1))
def test_order_and_dominated_points_do_not_matter(costs: Costs, seed: int) -> None:
    reference = np.full(costs.shape[1], SIDE)
    shuffled = np.random.default_rng(seed).permutation(costs)
    assert hypervolume(shuffled, reference) == hypervolume(costs, reference)
    assert hypervolume(costs[front(costs)], reference) == hypervolume(costs, reference)


@given(tables)
def test_more_points_never_dominate_less(costs: Costs) -> None:
    reference = np.full(costs.shape[1], SIDE)
    volumes = [hypervolume(costs[:count], reference) for count in range(len(costs) + 1)]
    assert volumes == sorted(volumes)
    assert volumes[0] == 0


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^costs and reference must be numbers$"):
        hypervolume([[1.0, float("nan")]], [2.0, 2.0])


def test_costs_of_another_width_than_the_reference_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^costs of shape \(2, 3\) do not fit a reference of 2 objectives$"):
        hypervolume(np.zeros((2, 3)), [1.0, 1.0])
