"""The sliding window of marching operands against shift registers that really shift."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.arrays.skew import Skew, along, diagonal


def history(pushed: list[np.ndarray], lane: int, ago: int) -> int:
    """What a lane received that many edges before the last one."""
    return int(pushed[-1 - ago][lane]) if ago < len(pushed) else 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 7), min_size=1, max_size=6),
    st.integers(1, 6),
    st.booleans(),
    st.integers(1, 700),
)
def test_every_register_holds_what_its_lane_received(delays: list[int], depth: int, first: bool, edges: int) -> None:
    skew = Skew(np.array(delays), depth, np.int32, march_first=first)
    rng = np.random.default_rng(edges)
    pushed: list[np.ndarray] = []
    for edge in range(edges):
        pushed.append(rng.integers(1, 100, len(delays)))
        window = skew.push(pushed[-1])
        if edge % 7 and edge < edges - 20:
            continue
        registers = window.T if first else window
        expected = [[history(pushed, i, wait + j) for j in range(depth)] for i, wait in enumerate(delays)]
        assert registers.tolist() == expected


def test_lanes_may_form_a_face() -> None:
    """As in the cube: lane (x, y) waits x + y edges and marches along a third axis."""
    delays = np.add.outer(np.arange(2), np.arange(3))
    skew = Skew(delays, 2, np.int64)
    skew.push(np.arange(6))
    window = skew.push(np.arange(10, 16))
    assert window.shape == (2, 3, 2)
    assert window[0, 0].tolist() == [10, 0]
    assert window[0, 1].tolist() == [1, 0]
    assert window[1, 1].tolist() == [0, 0]


@pytest.mark.parametrize(("rows", "cols"), [(1, 1), (1, 4), (4, 1), (3, 2), (2, 3), (4, 4)])
def test_diagonals_cover_every_place_once(rows: int, cols: int) -> None:
    places = np.arange(rows * cols).reshape(rows, cols)
    for distance in range(rows + cols - 1):
        expected = [places[i, distance - i] for i in range(rows) if 0 <= distance - i < cols]
        assert places.reshape(-1)[diagonal(rows, cols, distance)].tolist() == expected


def test_lanes_wait_in_order() -> None:
    assert along(4).tolist() == [0, 1, 2, 3]
    assert along(3, 0).tolist() == [0, 0, 0]
