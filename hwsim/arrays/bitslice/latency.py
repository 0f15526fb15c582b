"""Cycles of sparse columns without operands: least, expected and greatest, for one product or many."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from hwsim.arrays.bitslice.layout import SliceLayout
from hwsim.gemm import IntLike
from hwsim.latency import Latency
from hwsim.sparse_columns import expected_fold_cycles, fold_bounds


def issue_latency(rows: IntLike, k: IntLike, layout: SliceLayout) -> tuple[Any, Any, Any]:
    """Least, expected (a real number) and greatest cycles in which ``rows`` rows of ``k`` operands are issued."""
    full, rest = rows // layout.columns, rows % layout.columns
    whole, ragged = (_folds(k, count, layout) for count in (full * 0 + layout.columns, rest))
    low, expected, high = (full * x + y for x, y in zip(whole, ragged, strict=True))
    return low, expected, high


def product_latency(rows: IntLike, k: IntLike, again: IntLike, flushes: IntLike, layout: SliceLayout) -> Latency:
    """Cycles of ``again`` times the issue of ``rows`` rows, with ``flushes`` times the way of a last digit to C."""
    low, expected, high = issue_latency(rows, k, layout)
    flush = flushes * layout.flush_cycles
    return Latency(low * again + flush, rounded(expected * again) + flush, high * again + flush)


def rounded(value: Any) -> IntLike:
    """To whole numbers."""
    return np.rint(value).astype(np.int64) if isinstance(value, np.ndarray) else round(float(value))


def _folds(k: IntLike, rows: IntLike, layout: SliceLayout) -> tuple[Any, Any, Any]:
    """Cycles of folds with so many rows each; 0 for none."""
    if isinstance(k, int) and isinstance(rows, int):
        return _fold(k, rows, layout)
    pairs, place = np.unique(np.stack([np.ravel(k), np.ravel(rows)]), axis=1, return_inverse=True)
    found = np.array([_fold(*pair, layout) for pair in pairs.T.tolist()]).reshape(-1, 3)
    low, expected, high = found[place.ravel()].reshape(*np.shape(k), 3).transpose(-1, *range(np.ndim(k)))
    return low.astype(np.int64), expected, high.astype(np.int64)


@lru_cache(maxsize=1 << 16)
def _fold(k: int, rows: int, layout: SliceLayout) -> tuple[int, float, int]:
    if not rows:
        return 0, 0.0, 0
    low, high = fold_bounds(k, layout.rule, layout.encoded)
    expected = expected_fold_cycles(layout.statistics, k, layout.rule, rows)
    return low, min(max(expected, low), high), high
