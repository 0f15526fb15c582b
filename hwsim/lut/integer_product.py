"""Products of integer activations with low-bit weights: by BLAS over odd values, and by look-ups in tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hwsim.errors import SpecError
from hwsim.formats import INT8, Format, IntFormat
from hwsim.low_bit.reinterpretation import odd_values, odd_zero
from hwsim.low_bit.weights import LowBitWeights
from hwsim.lut.geometry import check_activation, declared
from hwsim.lut.layout import Layout, layout_of, select
from hwsim.lut.plans import half_plan
from hwsim.reference import exact_matmul

Integers = NDArray[np.integer]
Sums = NDArray[np.int64]


def integer_product(a: Integers, weights: LowBitWeights, activation: Format = INT8) -> Sums:
    """Return ``a @ weights.integers`` for a (m, k): int64 (m, n), exact, at the speed of BLAS.

    The product is that with the odd values q', less z' times the sums of the activations (equations 1 to 3). Scales
    are not in it. Raises SpecError for activations that are not integers of their format or have another k.
    """
    check_integers(a, activation)
    layout = layout_of(a.shape[1], weights, 1)
    total = _odd_product(a, weights)
    _correct(total, _row_sums(a, layout.span), weights)
    return total


def lookup_integers(
    a: Integers, weights: LowBitWeights, activation: Format = INT8, group: int = 4, symmetric: bool = False
) -> Sums:
    """The same integers as the hardware finds them: by look-ups, bit plane by bit plane.

    For each group of k a table of 2**(group - 1) exact entries is made; each plane of each column selects one, negates
    it by the leading bit, and adds it shifted by the number of the plane. ``symmetric`` refuses an activation at the
    lowest value of its format, which allows narrower entries.
    """
    check_integers(a, activation, symmetric)
    layout = layout_of(a.shape[1], weights, group)
    tables = integer_tables(a, layout)
    selection = select(weights, layout)
    total = np.zeros((len(a), weights.n), np.int64)
    for t in range(len(layout.starts)):
        for b in range(weights.bits):
            found = tables[:, t, selection.entry[t, b]]
            np.negative(found, out=found, where=selection.negative[t, b])
            total += found << b
    firsts = np.flatnonzero(np.diff(layout.spans, prepend=-1))
    _correct(total, np.add.reduceat(-tables[:, :, 0], firsts, axis=1), weights)  # entry 0 is minus the sum of its group
    return total


def scaled_product(a: Integers, weights: LowBitWeights, activation: Format = INT8) -> NDArray[np.float64]:
    """The real product (m, n): of every span of k the exact integers times their scale, summed in float64."""
    check_integers(a, activation)
    layout_of(a.shape[1], weights, 1)
    integers, total = weights.integers, np.zeros((len(a), weights.n))
    for i, scale in enumerate(weights.integer_scale):
        part = slice(i * weights.span, (i + 1) * weights.span)
        total += exact_matmul(a[:, part], integers[part]) * scale
    return total


def integer_tables(a: Integers, layout: Layout) -> Sums:
    """Exact tables of activations (m, k): shape (m, tables, entries)."""
    dealt = layout.spread(a.T.astype(np.int64))  # (tables, group, m)
    tables = half_plan(layout.group).evaluate(list(dealt.swapaxes(0, 1)), lambda exact: exact)
    return np.ascontiguousarray(tables.swapaxes(0, 1))


def check_integers(a: Integers, activation: Format, symmetric: bool = False) -> None:
    """Raise SpecError unless ``a`` (m, k) are integers of the format ``activation``."""
    check_activation(activation)
    if not isinstance(activation, IntFormat):
        raise SpecError(f"integer products take activations in intN or uintN, not {activation}")
    if a.ndim != 2 or 0 in a.shape or not np.issubdtype(a.dtype, np.integer):
        raise SpecError(
            f"activations in {activation} are a matrix (m, k) of integers with at least one element, not {a.dtype} of "
            f"shape {a.shape}"
        )
    declared(activation, symmetric).check(a, "the matrix of activations")


def _odd_product(a: Integers, weights: LowBitWeights) -> Sums:
    kind = np.iinfo(a.dtype)
    largest = max(-kind.min, kind.max) if a.dtype.itemsize == 1 else _magnitude(a)
    odd = odd_values(weights.codes, weights.bits)
    return exact_matmul(a, odd, largest * ((1 << weights.bits) - 1))


def _magnitude(a: Integers) -> int:
    return max(-int(a.min()), int(a.max()))


def _row_sums(a: Integers, span: int) -> Sums:
    """Sums of the activations of every span, shape (m, spans)."""
    sums: Sums = np.add.reduceat(a, np.arange(0, a.shape[1], span), axis=1, dtype=np.int64)
    return sums


def _correct(total: Sums, sums: Sums, weights: LowBitWeights) -> None:
    """Take z' times the sums of the activations off, and halve what is a multiple of two: in place."""
    zero = odd_zero(weights)
    if zero.any():
        total -= exact_matmul(sums, zero)
    if weights.whole:  # z' is odd as q' is, and the difference 2 (q - z)
        total >>= 1
