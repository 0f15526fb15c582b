"""Numbers between unpacking and packing: what units take apart, and the one rounding that ends every operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwsim.hardware_floats.layout import FloatLayout, Patterns

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Number:
    """Arrays of one shape; the value is (-1)**negative * significand / 2**(width-1) * 2**(exponent-bias).

    ``significand`` has its leading one at bit ``width - 1`` unless one of the flags is set; then it means nothing.
    Of several flags ``nan`` counts first, ``zero`` last.
    """

    negative: Flags
    exponent: Whole
    significand: Whole
    width: int
    zero: Flags
    infinite: Flags
    nan: Flags


def unpack(patterns: NDArray[np.integer[Any]], layout: FloatLayout) -> Number:
    """The numbers of ``patterns`` (any shape): an exponent of zero is zero, its sign kept."""
    whole = layout.check(patterns)
    magnitude = whole & ((1 << layout.magnitude_bits) - 1)
    exponent = magnitude >> layout.fraction_bits
    zero = exponent == 0
    hidden = 1 << layout.fraction_bits
    return Number(
        negative=(whole >> layout.magnitude_bits).astype(np.bool_),
        exponent=exponent,
        significand=np.where(zero, 0, (magnitude & (hidden - 1)) | hidden),
        width=layout.significand_bits,
        zero=zero,
        infinite=(magnitude == layout.infinity) & layout.infinities,
        nan=magnitude > (layout.infinity if layout.infinities else layout.largest),
    )


def pack(number: Number, layout: FloatLayout) -> Patterns:
    """Round once to ``layout``, to nearest with ties to even; ``number.exponent`` has the bias of ``layout``.

    Rounding comes before the range: what rounds up to the smallest number is not flushed, what is smaller becomes a
    zero of its sign, what is larger than the largest number becomes ``layout.overflow`` with its sign.
    """
    significand = _rounded(number.significand, number.width, layout.significand_bits)
    magnitude = ((number.exponent - 1) << layout.fraction_bits) + significand  # a carry goes into the exponent
    magnitude = np.where(number.zero | (magnitude < layout.smallest), 0, magnitude)
    magnitude = np.where(number.infinite | (magnitude > layout.largest), layout.overflow, magnitude)
    signed = magnitude | (number.negative.astype(np.int64) << layout.magnitude_bits)
    return np.where(number.nan, layout.nan, signed).astype(layout.storage)


def bit_length(whole: Whole) -> Whole:
    """Number of bits of values from 0 to 2**53."""
    return np.frexp(whole.astype(np.float64))[1].astype(np.int64)


def _rounded(significand: Whole, width: int, kept: int) -> Whole:
    """The upper ``kept`` of ``width`` bits, and one more where the bits below are over half or half next to odd."""
    if width <= kept:
        return significand << (kept - width)
    dropped = width - kept
    upper = significand >> dropped
    guard = (significand >> (dropped - 1)) & 1
    sticky = (significand & ((1 << (dropped - 1)) - 1)) != 0
    up: Whole = guard & (upper | sticky)
    return upper + up
