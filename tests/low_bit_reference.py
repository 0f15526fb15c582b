"""What engines must give, from definitions alone: products in Python's integers, or sums of INT8 entries in numpy."""

from __future__ import annotations

import numpy as np

from hwsim.arrays import Lut
from hwsim.engine import Engine


def declared_product(engine: Engine, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """``a @ b``, or of an engine with quantised tables the sums that it declares."""
    if engine.array.exact(engine.mac):
        return a.astype(object) @ b.astype(object)
    assert isinstance(engine.array, Lut)
    return int8_sums(a, b, engine.mac.w.bits, engine.array.k)


def int8_sums(a: np.ndarray, b: np.ndarray, bits: int, group: int) -> np.ndarray:
    """Every signed sum of a group by itself, over the row's largest / 127, to the nearest integer, without tables.

    Activations (m, k) are integers or floats, and each addition is one of float32.
    """
    k = -(-len(b) // group) * group
    rows = np.zeros((len(a), k), np.float32)
    rows[:, : len(b)] = a
    rows = rows.reshape(len(a), -1, group)
    b = b.astype(np.int64)
    codes = np.zeros((k, b.shape[1]), np.int64)
    codes[: len(b)] = (b + 1) // 2 if bits == 1 else b + (1 << (bits - 1))
    scale = halves_sum(np.abs(rows), 2).max(axis=1) / np.float32(127)
    scale[scale == 0] = 1
    total = np.zeros((len(a), b.shape[1]), np.int64)
    for plane in range(bits):
        signs = (2 * (codes >> plane & 1) - 1).reshape(-1, group, b.shape[1]).astype(np.float32)
        sums = halves_sum(rows[..., np.newaxis] * signs, 2)
        total += np.rint(sums / scale[:, np.newaxis, np.newaxis]).astype(np.int64).sum(axis=1) << plane
    return total


def halves_sum(terms: np.ndarray, axis: int) -> np.ndarray:
    """The sum of float32 along an axis, of each half by itself."""
    first, second = np.split(terms, [terms.shape[axis] // 2], axis=axis)
    if not first.shape[axis]:
        return second.squeeze(axis)
    return halves_sum(first, axis) + halves_sum(second, axis)
