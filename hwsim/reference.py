"""The exact integer product, at the speed of BLAS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FLOAT32_EXACT, FLOAT64_EXACT = 1 << 24, 1 << 53
"""Integers up to these magnitudes, and sums that stay within them, are exact in float32 and float64."""


def exact_matmul(a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return ``a @ b`` in int64 for integer a (..., m, k) and b (..., k, n), exact.

    Sums of products bounded by 2**24 go through float32 BLAS, cut along k into pieces that keep the bound;
    beyond that float64 with 2**53, and int64 where not even one product fits.
    """
    k = a.shape[-1]
    largest = _magnitude(a) * _magnitude(b)
    if largest == 0:
        return np.zeros((*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-1]), np.int64)
    for dtype, exact in ((np.float32, FLOAT32_EXACT), (np.float64, FLOAT64_EXACT)):
        piece = exact // largest
        if piece * 8 >= min(k, 1024):  # shorter pieces cost more than the wider type
            x, y = a.astype(dtype), b.astype(dtype)
            parts = range(0, k, piece)
            first, *rest = (x[..., i : i + piece] @ y[..., i : i + piece, :] for i in parts)
            total = first.astype(np.int64)
            for part in rest:
                total += part.astype(np.int64)
            return total
    return np.matmul(a.astype(np.int64), b.astype(np.int64))


def _magnitude(x: NDArray[np.integer]) -> int:
    return max(-int(x.min()), int(x.max())) if x.size else 0
