"""The accumulating scratchpad behind arrays whose sums leave them: it adds up the folds of k, lane by lane."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hwsim.ports import VALID, Outputs


class Scratchpad:
    """Sums of a product of ``rows`` x ``cols``, and which of them every lane shows after every edge.

    ``tops`` and ``lefts`` (cycles,) say where the results of the operand vector driven at each edge begin, -1 where
    none was driven. Lane l shows after edge e the result of the vector of edge e - delays[l], ``downs[l]`` rows below
    and ``rights[l]`` columns right of that beginning. A lane that shows nothing meets a spare block of zeros.
    """

    def __init__(
        self,
        rows: int,
        cols: int,
        tops: NDArray[np.int64],
        lefts: NDArray[np.int64],
        delays: NDArray[np.int64],
        downs: NDArray[np.int64],
        rights: NDArray[np.int64],
        dtype: DTypeLike,
    ) -> None:
        self._rows, self._cols = rows, cols
        height, width = rows + 2 * int(downs.max()) + 1, cols + int(rights.max())
        self._sums = np.zeros(height * width, dtype)
        self._width = width
        spare = (height - 1 - int(downs.max())) * width
        reach = int(delays.max())
        driven = np.concatenate([np.zeros(reach, bool), tops >= 0])
        begins = np.concatenate([np.full(reach, spare), np.where(tops >= 0, tops * width + lefts, spare)])
        self._begins, self._valid = begins, driven.astype(VALID)
        self._offsets = downs * width + rights
        self._seen = reach - delays - 1  # plus the edge, the place of the vector that each lane shows

    def after(self, edge: int, sums: NDArray[np.integer]) -> tuple[NDArray[np.integer], Outputs]:
        """What ``c_in`` carries and the output ports show when the array hands over ``sums`` (lanes,) at ``edge``."""
        seen = self._seen + edge
        places = self._begins[seen]
        places += self._offsets
        before = self._sums[places]
        total = sums + before
        self._sums[places] = total
        return before, {"c": total, "c_valid": self._valid[seen]}

    @property
    def product(self) -> NDArray[np.int64]:
        """What has been added up, shape (rows, cols)."""
        return self._sums.reshape(-1, self._width)[: self._rows, : self._cols].astype(np.int64)
