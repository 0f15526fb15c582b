"""Tilings: what cannot be, what a buffer holds, what is fetched again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import ProgramError
from hwsim.gemm import Gemm
from hwsim.tiles.demand import Demand
from hwsim.tiles.shares import Grid, cut, share_at
from hwsim.tiles.tiling import Operand, Tiling

SIDES = {"m": 100, "n": 64, "k": 30}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Tiling(0, 1, 1), "a tile's side m must be at least 1, not 0"),
        (lambda: Tiling(1, 1, 1, "mmk"), "the order of tile loops is a permutation of 'mnk', not 'mmk'"),
        (lambda: Tiling(1, 1, 1, "mnk", 4), "depth_a is 0 to 3, not 4"),
    ],
)
def test_a_tiling_that_cannot_be(make, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ProgramError, match=f"^{re.escape(message)}$"):
        make()


def test_a_buffer_holds_a_tile_and_what_the_loops_inside_walk_over() -> None:
    tiling = Tiling(32, 16, 10, "nmk", depth_a=2, depth_b=3, depth_c=0)
    assert tiling.counts(SIDES) == {"m": 4, "n": 4, "k": 3}
    assert tiling.buffer_sides(Operand.A, SIDES) == (32, 30)
    assert tiling.buffer_sides(Operand.B, SIDES) == (10, 16)
    assert tiling.buffer_sides(Operand.C, SIDES) == (100, 64)
    demand = Demand.of(Gemm(m=100, n=64, k=30))
    assert demand.buffer_bytes(Operand.A, tiling) == 32 * 30
    assert demand.buffer_bytes(Operand.C, tiling) == 100 * 64 * 4


@pytest.mark.parametrize(
    ("order", "depths", "repeats"),
    [
        ("mnk", (3, 3, 3), (4, 4, 1)),  # A again for each n, B again for each m, k innermost
        ("kmn", (3, 3, 3), (1, 4, 3)),  # n is innermost: A stays; C is spilled between k tiles
        ("kmn", (3, 3, 1), (1, 4, 1)),  # C is held above the loops m and n
        ("nmk", (0, 3, 3), (1, 4, 1)),  # A is held whole
        ("nmk", (1, 1, 3), (1, 1, 1)),  # filled outside all loops over its own sides: it stays
    ],
)
def test_trailing_loops_cause_no_refetch(order: str, depths: tuple[int, int, int], repeats: tuple[int, ...]) -> None:
    tiling = Tiling(25, 16, 10, order, *depths)
    assert tuple(tiling.repeats(operand, tiling.counts(SIDES)) for operand in Operand) == repeats


def test_loops_of_one_tile_do_not_count() -> None:
    tiling = Tiling(25, 16, 30, "mnk")
    assert tiling.repeats(Operand.B, tiling.counts(SIDES)) == 4
    assert tiling.repeats(Operand.A, tiling.counts(SIDES)) == 1


@given(st.integers(0, 10**6), st.integers(1, 100), st.data())
def test_shares_add_up_and_come_in_few_runs(total: int, side: int, data: st.DataObject) -> None:
    tile = data.draw(st.integers(1, side))
    runs = cut(total, side, tile)
    count = -(-side // tile)
    shares = [share_at(runs, i) for i in range(count)]
    assert sum(shares) == total
    assert len(runs) <= 3
    proportions = [total * min(tile, side - i * tile) / side for i in range(count)]
    assert all(abs(share - due) <= 2 for share, due in zip(shares, proportions, strict=True))


def test_shares_that_come_out_even_are_the_tiles_themselves() -> None:
    grid = Grid.of(100 * 64, (100, 64), (32, 20))
    assert [[grid.at(i, j) for j in range(4)] for i in (0, 3)] == [[640, 640, 640, 128], [80, 80, 80, 16]]
