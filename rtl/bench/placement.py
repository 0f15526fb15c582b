"""Where a result belongs: from the n-th valid value of an output lane to an element of the product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.base import Array, Fold
from hwsim.arrays.bitslice import Bitslice
from hwsim.arrays.scheduled import ScheduledArray
from hwsim.engine import Engine


def places(engine: Engine, lanes: int, m: int, n: int, k: int) -> NDArray[np.int64]:
    """Flat indices row * n + col of the results of an (m, n, k) product, shape (lanes, results per lane).

    Results follow each other in the order of the folds; -1 marks what a ragged fold delivers beyond the product.
    An element that several k folds deliver occurs several times: the last one is the whole sum.
    """
    array = engine.array
    blocks = [_fold_places(engine, lanes, _grid(array, fold, n)) for fold in array.folds(m, n, k)]
    return np.concatenate(blocks, axis=1)


def _grid(array: Array, fold: Fold, n: int) -> NDArray[np.int64]:
    """The elements that a full fold delivers, as a matrix of flat indices with -1 outside the product."""
    rows, cols = fold.m.stop - fold.m.start, fold.n.stop - fold.n.start
    grid = np.full((array.limits.m or rows, array.limits.n or cols), -1, dtype=np.int64)
    flat_row = np.arange(fold.m.start, fold.m.stop) * n
    grid[:rows, :cols] = flat_row[:, None] + np.arange(fold.n.start, fold.n.stop)
    return grid


def _fold_places(engine: Engine, lanes: int, grid: NDArray[np.int64]) -> NDArray[np.int64]:
    """Order one fold's elements by lane: the streaming side in time, else one element a lane, else bottom row first."""
    array = engine.array
    if isinstance(array, Bitslice):
        return _slice_places(array, array.layout(engine.mac).digits, grid)
    axis = array.stream_axis if isinstance(array, ScheduledArray) else None
    if axis == "m":
        return grid.T
    if axis == "n":
        return grid
    if grid.size == lanes:
        return grid.reshape(lanes, 1)
    return grid[::-1].T


def _slice_places(array: Bitslice, digits: int, grid: NDArray[np.int64]) -> NDArray[np.int64]:
    """A SIMD lane delivers the PEs of its chain, the last one first, once for every bit-weight."""
    by_column = grid.T if array.transposed else grid
    by_lane = by_column.reshape(-1, array.chain)[:, ::-1]
    return np.tile(by_lane, (1, digits))
