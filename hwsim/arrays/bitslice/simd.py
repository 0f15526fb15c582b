"""The SIMD lanes of sparse columns: they resolve finished carry-save pairs, weigh them, and add them to C."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwsim.arrays.bitslice.layout import SliceLayout
from hwsim.bitweight.words import Row, wrap
from hwsim.ports import VALID

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Shown = tuple[Ints, Ints, NDArray[np.uint8]]
"""c_in, c and c_valid, flat over columns and lanes."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fold begins in C: its first row and column."""

    row: int
    column: int


class SimdLanes:
    """All lanes, and the scratchpad of C behind them, padded to whole folds.

    A column hands over the pairs of all its PEs when a bit-weight is finished. With ``chain`` PEs per lane they wait in
    a second register each, and the last PE of a chain leaves first.
    """

    def __init__(self, layout: SliceLayout, height: int, width: int) -> None:
        self._layout = layout
        self._c = np.zeros((height, width), np.int64)
        shape = (layout.columns, layout.simd_lanes, layout.chain)
        self._held, self._waiting = np.zeros(shape, np.int64), np.zeros(layout.columns, np.int64)
        self._bw, self._row, self._column = (np.zeros(layout.columns, np.int64) for _ in range(3))

    def clock(self, pairs: tuple[Row, Row], handed: Flags, bw: Ints, origin: Origin | None) -> Shown:
        """After an edge at which the columns ``handed`` gave their ``pairs`` (columns, rows)."""
        if self._layout.chain == 1:
            self._take(pairs, handed, bw, origin)
            return self._resolved(self._held[:, :, 0], handed, np.zeros_like(bw))
        leaving, left = self._waiting > 0, self._waiting - 1
        words = np.take_along_axis(self._held, np.maximum(left, 0)[:, None, None], axis=2)[:, :, 0]
        shown = self._resolved(words, leaving, np.maximum(left, 0))
        self._waiting[leaving] -= 1
        self._take(pairs, handed, bw, origin)
        self._waiting[handed] = self._layout.chain
        return shown

    def _take(self, pairs: tuple[Row, Row], handed: Flags, bw: Ints, origin: Origin | None) -> None:
        if origin is None or not handed.any():
            return
        words = wrap(pairs[0] + pairs[1], self._layout.mac.pair.bits)
        self._held[handed] = words.reshape(self._held.shape)[handed]
        self._bw[handed], self._row[handed], self._column[handed] = bw[handed], origin.row, origin.column

    def _resolved(self, words: Ints, leaving: Flags, place: Ints) -> Shown:
        """Add the words (columns, lanes) of the PEs at ``place`` of each chain to what C holds."""
        layout = self._layout
        before, after = np.zeros(words.shape, np.int64), np.zeros(words.shape, np.int64)
        chosen = np.flatnonzero(leaving)
        if len(chosen):
            rows = (self._row + np.arange(layout.columns))[chosen, None]
            lanes = np.arange(layout.simd_lanes) * layout.chain
            columns = self._column[chosen, None] + lanes + place[chosen, None]
            before[chosen] = self._c[rows, columns]
            weighed = words[chosen] << (layout.radix_bits * self._bw[chosen, None])
            after[chosen] = layout.mac.acc.wrap(before[chosen] + weighed)
            self._c[rows, columns] = after[chosen]
        valid = np.repeat(leaving, layout.simd_lanes).astype(VALID)
        return before.reshape(-1), after.reshape(-1), valid

    def product(self, m: int, n: int) -> Ints:
        """What has been added up, shape (m, n)."""
        return self._c[:m, :n].copy()
