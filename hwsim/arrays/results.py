"""The result ports of a systolic array whose sums stay: what they show after an edge, and the product read there."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hwsim.arrays.skew import diagonal
from hwsim.arrays.wavefront import Wavefronts
from hwsim.gemm import Gemm
from hwsim.macs.sums import Sums
from hwsim.ports import VALID, Outputs


class ResultPort(Protocol):
    """Turns the sums of an array into what its result ports show."""

    product: NDArray[np.int64]

    def after(self, edge: int, sums: Sums) -> Outputs:
        """The output ports after ``edge``, at which the accumulators have become ``sums``."""
        ...


class Tiles:
    """Last sums of the folds under way, put into the product when a fold is whole; folds in the order m, n.

    The last sum of PE (i, j) stands after edge start + k + 1 + i + j.
    """

    def __init__(self, rows: int, cols: int, gemm: Gemm, starts: NDArray[np.int64], dtype: DTypeLike) -> None:
        self._rows, self._cols, self._dtype = rows, cols, dtype
        self._across = -(-gemm.n // cols)
        self._open: dict[int, NDArray[np.integer]] = {}
        self._diagonals = [diagonal(rows, cols, d) for d in range(rows + cols - 1)]
        self._done = Wavefronts(starts + gemm.k + 1, rows + cols - 1)
        self.product = np.zeros((gemm.m, gemm.n), np.int64)

    def take(self, edge: int, sums: Sums) -> list[slice]:
        """Keep the sums that are the last of their fold; return their flat places."""
        done = [(fold, self._diagonals[distance]) for fold, distance in self._done.at(edge)]
        words = sums.words.reshape(-1) if done else np.empty(0, self._dtype)
        for fold, places in done:
            self.flat(fold)[places] = words[places]
        return [places for _, places in done]

    def flat(self, fold: int) -> NDArray[np.integer]:
        """Results of ``fold`` so far, shape (rows * cols,)."""
        if fold not in self._open:
            self._open[fold] = np.zeros(self._rows * self._cols, self._dtype)
        return self._open[fold]

    def close(self, fold: int) -> None:
        """Put a whole fold into the product."""
        down, across = divmod(fold, self._across)
        top, left = down * self._rows, across * self._cols
        place = self.product[top : top + self._rows, left : left + self._cols]
        place[:] = self._open.pop(fold).reshape(self._rows, self._cols)[: place.shape[0], : place.shape[1]]


class PePort:
    """A lane per PE: every accumulator is visible as it is, and valid for the one edge that completes its sum."""

    def __init__(self, rows: int, cols: int, gemm: Gemm, starts: NDArray[np.int64], dtype: DTypeLike) -> None:
        self._tiles = Tiles(rows, cols, gemm, starts, dtype)
        self._lanes, self._closed = rows * cols, 0
        self.product = self._tiles.product

    def after(self, edge: int, sums: Sums) -> Outputs:
        valid = np.zeros(self._lanes, VALID)
        for places in self._tiles.take(edge, sums):
            valid[places] = 1
            if places.stop == self._lanes:  # the far corner
                self._tiles.close(self._closed)
                self._closed += 1
        return {**sums.shown(), "c_valid": valid}


class ColumnPort:
    """A lane per column: the results of a column leave one after the other, bottom row first.

    Row r of column j is on the port after edge start + k + rows + 1 + j + (rows - 1 - r).
    """

    def __init__(self, rows: int, cols: int, gemm: Gemm, starts: NDArray[np.int64], dtype: DTypeLike) -> None:
        self._tiles = Tiles(rows, cols, gemm, starts, dtype)
        self._rows, self._cols, self._dtype = rows, cols, dtype
        self._leaving = Wavefronts(starts + gemm.k + rows + 1, rows + cols - 1)
        self.product = self._tiles.product

    def after(self, edge: int, sums: Sums) -> Outputs:
        rows, cols = self._rows, self._cols
        self._tiles.take(edge, sums)
        c, valid = np.zeros(cols, self._dtype), np.zeros(cols, VALID)
        for fold, age in self._leaving.at(edge):
            first, stop = max(0, age - rows + 1), min(cols, age + 1)
            lanes = np.arange(first, stop)
            c[first:stop] = self._tiles.flat(fold)[(rows - 1 - age + lanes) * cols + lanes]
            valid[first:stop] = 1
            if age == rows + cols - 2:
                self._tiles.close(fold)
        return {"c": c, "c_valid": valid}
