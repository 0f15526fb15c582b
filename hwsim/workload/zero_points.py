"""Products of integers with zero points: what is added to the product of the stored integers, and what that costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwsim.gemm import Gemm


def correction(
    a: NDArray[np.integer], b: NDArray[np.integer], a_zero: NDArray[np.integer], b_zero: NDArray[np.integer]
) -> NDArray[np.int64]:
    """What to add to ``a @ b`` for ``(a - a_zero) @ (b - b_zero)``; a (batch, m, k), b (batch, k, n).

    ``a_zero`` is a scalar or of shape (batch, m, 1), ``b_zero`` a scalar or of shape (batch, 1, n).
    (Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
    CVPR 2018, equation 7.)
    """
    wide_a, wide_b = a.astype(np.int64), b.astype(np.int64)
    a_zero, b_zero = np.asarray(a_zero, dtype=np.int64), np.asarray(b_zero, dtype=np.int64)
    rows = wide_a.sum(axis=-1, keepdims=True)
    columns = wide_b.sum(axis=-2, keepdims=True)
    return np.asarray(a.shape[-1] * a_zero * b_zero - a_zero * columns - rows * b_zero)


def correction_ops(
    gemm: Gemm, a_offset: bool, b_offset: bool, b_constant: bool, shared: tuple[bool, bool] = (False, False)
) -> int:
    """Elementary operations of the correction at run time.

    ``a_offset`` (``b_offset``): A (B) has a zero point other than 0. The sums of the columns of a constant B are known
    beforehand and their term is a bias. The sums of the rows of A are not: m * k additions, and m * n to subtract.
    ``shared``: all batch members read the same A (B), whose sums are then made once.
    """
    a_sets, b_sets = (1 if same else gemm.batch for same in shared)
    subtractions = gemm.batch * gemm.m * gemm.n
    columns = 0 if b_constant else b_sets * gemm.k * gemm.n
    a_ops = columns + subtractions if a_offset else 0
    b_ops = a_sets * gemm.m * gemm.k + subtractions if b_offset else 0
    return a_ops + b_ops
