"""Marching operands: a skew triangle and the shift registers behind it, kept as one sliding window.

Row r of a systolic array receives its operand r edges late, and PE (r, c) sees it c edges later still. All these
registers together hold the last few operand vectors, each at its own place on a diagonal. Writing every new vector
once along the diagonal of a strip makes the registers of the whole array a window of that strip, one column further
left at every edge: nothing is copied.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Skew:
    """``lanes`` operand lanes, lane i delayed by i edges, then marching through ``depth`` registers."""

    def __init__(self, lanes: int, depth: int, dtype: DTypeLike) -> None:
        self._lanes, self._depth = lanes, depth
        self._width = 4 * (lanes + depth) + 64
        self._strip = np.zeros((lanes, self._width), dtype)
        self._flat = self._strip.reshape(-1)
        self._left = self._width - lanes - depth

    def push(self, vector: NDArray[np.generic] | int) -> NDArray[np.generic]:
        """Clock ``vector`` (lanes,) in and return the registers after the edge: (lanes, depth), a view.

        Element (i, j) is what lane i received i + j edges ago.
        """
        if self._left <= self._lanes:
            self._rewind()
        self._left -= 1
        # lane i belongs i places to the left of where the window starts, so that it arrives i edges late
        first = self._left
        step = self._width - 1
        stop = first + self._lanes * step
        self._flat[first:stop:step][: self._lanes] = vector
        return self._strip[:, first : first + self._depth]

    def _rewind(self) -> None:
        """Move the living part of the strip back to its right end."""
        keep = self._lanes + self._depth
        old = self._strip[:, self._left - self._lanes : self._left + self._depth].copy()
        self._strip[:, : self._width - keep] = 0
        self._left = self._width - self._depth
        self._strip[:, self._left - self._lanes :] = old
