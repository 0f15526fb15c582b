"""Wavefronts: which folds are passing through an array at an edge, and how many PEs they keep at work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hwsim.gemm import IntLike


class Wavefronts:
    """Events that start at given edges, one per fold, and travel ``span`` edges through the array."""

    def __init__(self, starts: NDArray[np.int64], span: int) -> None:
        self._starts, self._span = starts.tolist(), span
        self._oldest = self._next = 0

    def at(self, edge: int) -> Iterator[tuple[int, int]]:
        """Yield (fold, distance travelled) of every event under way; ``edge`` may only grow by 1 from call to call."""
        starts = self._starts
        if self._next < len(starts) and starts[self._next] == edge:
            self._next += 1
        if self._oldest < self._next and edge - starts[self._oldest] >= self._span:
            self._oldest += 1
        return ((fold, edge - starts[fold]) for fold in range(self._oldest, self._next))


def spread(*sides: int) -> NDArray[np.int64]:
    """Number of PEs at each distance from the corner of a grid with these sides (distances add along the axes)."""
    profile = np.ones(1, np.int64)
    for side in sides:
        profile = np.convolve(profile, np.ones(side, np.int64))
    return profile


def at_work(
    profiles: Sequence[NDArray[np.int64]], starts: NDArray[np.int64], stream: int, cycles: int
) -> NDArray[np.int64]:
    """PEs at work at every edge, shape (cycles,), element 0 for edge 1.

    ``profiles`` holds, per fold, the PEs with real operands by their distance; a PE at distance d multiplies first at
    edge start + 2 + d (the operand stands in its register since the edge before) and then at every edge of the stream.
    """
    change = np.zeros(cycles + 1, np.int64)
    for start, profile in zip(starts.tolist(), profiles, strict=True):
        begin = start + 1
        change[begin : begin + len(profile)] += profile
        change[begin + stream : begin + stream + len(profile)] -= profile
    return np.cumsum(change)[:-1]


def timeline(starts: IntLike, length: int, cycles: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which (fold, step) every edge serves when fold f is served at edges starts[f] + 1 ... starts[f] + length.

    Two arrays of shape (cycles,), element 0 for edge 1; both are -1 at idle edges.
    """
    fold, step = np.full(cycles, -1), np.full(cycles, -1)
    edges = np.reshape(starts, (-1, 1)) + np.arange(length)
    fold[edges] = np.arange(len(edges))[:, None]
    step[edges] = np.arange(length)
    return fold, step
