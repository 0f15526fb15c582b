"""Marching operands: a skew triangle and the shift registers behind it, kept as one sliding window.

Lane i of a systolic array receives its operand some edges late, and every register behind it sees it one edge later
still. All these registers together hold the last few operand vectors, each at its own place on a diagonal. Writing
every new vector once along the diagonal of a strip makes the registers of the whole array a window of that strip, one
place further at every edge: nothing is copied.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hwsim.gemm import IntLike


class Skew:
    """Operand lanes of any shape, each delayed by its own ``delays`` edges, then marching through ``depth`` registers.

    The march is the last axis of the window, or its first with ``march_first``.
    """

    def __init__(self, delays: NDArray[np.integer], depth: int, dtype: DTypeLike, march_first: bool = False) -> None:
        self._reach, self._depth, self._march_first = int(delays.max()), depth, march_first
        self._width = 4 * (self._reach + depth) + 256
        shape = (self._width, *delays.shape) if march_first else (*delays.shape, self._width)
        self._strip = np.zeros(shape, dtype)
        self._flat = self._strip.reshape(-1)
        self._pace = delays.size if march_first else 1
        lanes = np.arange(delays.size) * (1 if march_first else self._width)
        self._left = self._width - depth
        # a lane writes as many places before the window as it has edges to wait
        self._places = lanes + (self._left - delays.reshape(-1)) * self._pace

    def push(self, vector: NDArray[np.integer] | int) -> NDArray[np.integer]:
        """Clock ``vector`` (one value per lane, flat) in and return the registers after the edge, a view.

        Element (i, j) is what lane i received delays[i] + j edges ago; element (j, i) with ``march_first``.
        The view is good until the next push.
        """
        if self._left == self._reach:
            self._rewind()
        self._left -= 1
        self._places -= self._pace
        self._flat[self._places] = vector
        window = slice(self._left, self._left + self._depth)
        return self._strip[window] if self._march_first else self._strip[..., window]

    def _rewind(self) -> None:
        """Move the living part of the strip back to its far end."""
        living = self._reach + self._depth
        strip = self._strip if self._march_first else np.moveaxis(self._strip, -1, 0)
        strip[-living:] = strip[:living].copy()
        move = self._width - living
        self._left += move
        self._places += move * self._pace


def along(side: int, delay: int = 1) -> NDArray[np.int64]:
    """Delays of ``side`` lanes, each ``delay`` edges later than the one before; the first has none."""
    return np.arange(side) * delay


def diagonal(rows: int, cols: int, distance: IntLike) -> slice:
    """Flat places of the PEs (i, j) of a rows x cols array with i + j == distance, top row first."""
    first, last = max(0, distance - cols + 1), min(rows - 1, distance)
    step = cols - 1
    return slice(distance + first * step, distance + last * step + 1, max(step, 1))
