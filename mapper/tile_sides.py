"""Which tile sides the search tries along one axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FINE_COUNTS = 8
STEPS_PER_OCTAVE = 4


def tile_counts(most: int) -> list[int]:
    """Numbers of tiles to try: all up to 8, then four to the octave, and ``most`` itself."""
    counts = set(range(1, min(FINE_COUNTS, most) + 1)) | {most}
    step, count = 0, FINE_COUNTS
    while count < most:
        counts.add(count)
        step += 1
        count = round(FINE_COUNTS * 2 ** (step / STEPS_PER_OCTAVE))
    return sorted(counts)


def tile_sides(side: int, limit: int | None) -> NDArray[np.int64]:
    """Tile sides along an axis of ``side``, descending: whole folds of ``limit`` elements, or any where there is none.

    For each number of tiles only the smallest side that gives it is kept: a larger one needs more room and gives the
    same loops. Neither scratchpads nor bandwidth matter here, so that a larger machine has all tilings of a smaller.
    """
    fold = min(limit or 1, side)
    folds = -(-side // fold)
    sides = {min(-(-folds // count) * fold, side) for count in tile_counts(folds)}
    return np.array(sorted(sides, reverse=True), dtype=np.int64)
