"""The closed form of folds against folds laid out one after the other."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.arrays.schedule import Schedule

SMALL = st.integers(0, 9)


@settings(max_examples=50, deadline=None)
@given(SMALL, st.integers(1, 9), st.integers(1, 9), st.booleans(), st.integers(1, 12), st.integers(1, 9))
def test_folds_laid_out(preload: int, flush: int, interval: int, overlap: bool, folds: int, stream: int) -> None:
    schedule = Schedule(preload, flush, interval, overlap)
    start, end = preload, 0
    for fold in range(folds):
        assert schedule.start(fold, stream) == start
        end = start + stream + flush
        start = start + max(stream, interval) if overlap else end + preload
    assert schedule.cycles(folds, stream) == end


def test_arrays_of_folds_and_streams() -> None:
    schedule = Schedule(2, 3, 4, overlap=True)
    assert schedule.cycles(np.array([1, 3]), np.array([[5], [1]])).tolist() == [[10, 20], [6, 14]]
