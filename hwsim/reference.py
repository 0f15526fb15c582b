"""The exact integer product, at the speed of BLAS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLAS_TYPES = ((np.float32, 1 << 24, 64), (np.float64, 1 << 53, 4))
"""A float type, the magnitude up to which its sums of integers are exact, and the shortest piece of k worth its while.

Measured: float32 in pieces of 64 products is still faster than float64 in one piece, and float64 in pieces of 4 faster
than numpy's integer product, which has no BLAS.
"""


def exact_matmul(
    a: NDArray[np.integer], b: NDArray[np.integer], largest_product: int | None = None
) -> NDArray[np.int64]:
    """Return ``a @ b`` in int64 for integer a (..., m, k) and b (..., k, n), exact.

    A sum of k products is exact in float32 while k times the largest product stays within 2**24 (int8: k = 1024), and
    in float64 within 2**53 (int16: k = 8388608). Longer sums are cut along k into pieces that keep the bound.
    ``largest_product`` bounds the magnitude of one product; without it the operands are looked through.
    """
    k = a.shape[-1]
    bound = max(1, _magnitude(a) * _magnitude(b) if largest_product is None else largest_product)
    for dtype, exact, shortest in BLAS_TYPES:
        piece = exact // bound
        if piece >= min(k, shortest):
            return _in_pieces(a, b, dtype, max(piece, 1))
    return np.asarray(np.matmul(a.astype(np.int64), b.astype(np.int64)), np.int64)


def _in_pieces(
    a: NDArray[np.integer], b: NDArray[np.integer], dtype: type[np.floating], piece: int
) -> NDArray[np.int64]:
    total = _piece(a[..., :piece], b[..., :piece, :], dtype)
    for i in range(piece, a.shape[-1], piece):
        total += _piece(a[..., i : i + piece], b[..., i : i + piece, :], dtype)
    return total


def _piece(a: NDArray[np.integer], b: NDArray[np.integer], dtype: type[np.floating]) -> NDArray[np.int64]:
    return np.asarray(np.matmul(a.astype(dtype), b.astype(dtype)).astype(np.int64))


def _magnitude(x: NDArray[np.integer]) -> int:
    """A bound of every magnitude in x: of a byte what its type holds, which saves a pass over it."""
    if x.dtype.itemsize == 1:
        return max(-int(np.iinfo(x.dtype).min), int(np.iinfo(x.dtype).max))
    return max(-int(x.min()), int(x.max())) if x.size else 0
