"""Laws of Pareto fronts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from sweeps.pareto import LEAF, front

Costs = NDArray[np.float64]

few_values = st.integers(0, 4).map(float) | st.sampled_from([float("inf"), -float("inf")])
tables = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12), elements=few_values)
SEEDS = st.integers(0, 2**32 - 1)


def dominates(a: Costs, b: Costs) -> bool:
    return bool((a <= b).all() and (a < b).any())


def plain_front(costs: Costs) -> NDArray[np.bool_]:
    return np.array([not any(dominates(other, row) for other in costs) for row in costs], dtype=np.bool_)


@given(tables)
def test_members_are_those_that_no_row_dominates(costs: Costs) -> None:
    assert front(costs).tolist() == plain_front(costs).tolist()


@given(tables)
def test_no_member_dominates_another_and_every_other_row_is_dominated_by_a_member(costs: Costs) -> None:
    on = front(costs)
    members = costs[on]
    assert not any(dominates(a, b) for a in members for b in members)
    assert all(any(dominates(member, row) for member in members) for row in costs[~on])


@given(tables)
def test_the_front_of_a_front_is_itself(costs: Costs) -> None:
    members = costs[front(costs)]
    assert len(members) >= 1
    assert front(members).all()


@given(tables, SEEDS)
def test_equal_rows_stand_or_fall_together(costs: Costs, seed: int) -> None:
    twice = np.random.default_rng(seed).integers(0, len(costs), 2 * len(costs))
    every = np.concatenate([costs, costs[twice]])
    assert front(every).tolist() == [*front(costs), *front(costs)[twice]]


@given(tables, SEEDS)
def test_order_does_not_matter(costs: Costs, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(costs))
    assert front(costs[order]).tolist() == front(costs)[order].tolist()


@pytest.mark.parametrize("objectives", [1, 2, 3, 4, 5])
@settings(max_examples=10)
@given(seed=SEEDS, values=st.sampled_from([3, 20, 10**6]))
def test_tables_that_are_cut_agree_with_plain_comparison(objectives: int, seed: int, values: int) -> None:
    rng = np.random.default_rng(seed)
    costs = rng.integers(0, values, (3 * LEAF, objectives)).astype(np.float64)
    below, less = (costs[None] <= costs[:, None]).all(-1), (costs[None] < costs[:, None]).any(-1)
    assert front(costs).tolist() == (~(below & less).any(1)).tolist()


def test_an_antichain_is_all_front() -> None:
    rows = np.random.default_rng(1).random((20 * LEAF, 3))
    assert front(np.c_[rows, 3 - rows.sum(1)]).all()


def test_empty_tables_have_empty_fronts() -> None:
    assert front(np.empty((0, 3))).tolist() == []
    assert front(np.empty((2, 0))).tolist() == [True, True]


@pytest.mark.parametrize("costs", [[1.0, 2.0], [[1.0, float("nan")]]])
def test_what_is_no_table_of_numbers_is_refused(costs: object) -> None:
    with pytest.raises(ValueError, match=r"^costs must be a table of numbers of shape \(points, objectives\)$"):
        front(costs)  # type: ignore[arg-type]
