"""Addition, multiplication and their smaller relatives on bit patterns, bit for bit as the gates do them.

Patterns are integer arrays that broadcast; results are unsigned integers of the layout's storage type. Every operation
rounds once (`hwsim.hardware_floats.numbers.pack`), and gives ``layout.nan`` for every NaN.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwsim.hardware_floats.layout import FloatLayout, Patterns
from hwsim.hardware_floats.numbers import Number, Whole, bit_length, pack, unpack

GUARD_BITS = 3
"""Guard, round and sticky: what an adder keeps below the last bit of the larger operand."""

Bits = NDArray[np.integer[Any]]


def add(x: Bits, y: Bits, layout: FloatLayout) -> Patterns:
    """``x + y``. An exact zero is +0, unless both operands are negative zeros; infinity minus infinity is NaN."""
    a, b = (unpack(patterns, layout) for patterns in np.broadcast_arrays(x, y))
    swap = _magnitude(a, layout) < _magnitude(b, layout)
    large, small = np.where(swap, b.exponent, a.exponent), np.where(swap, a.exponent, b.exponent)
    upper = np.where(swap, b.significand, a.significand) << GUARD_BITS
    lower = _shifted_right(np.where(swap, a.significand, b.significand) << GUARD_BITS, large - small, layout)
    opposite = a.negative != b.negative
    total = upper + np.where(opposite, -lower, lower)
    width = layout.significand_bits + GUARD_BITS + 1
    leading_zeros = width - bit_length(total)
    zero = total == 0
    return pack(
        Number(
            negative=np.where(zero, a.negative & b.negative, np.where(swap, b.negative, a.negative)),
            exponent=large + 1 - leading_zeros,
            significand=total << leading_zeros,
            width=width,
            zero=zero,
            infinite=a.infinite | b.infinite,
            nan=a.nan | b.nan | (a.infinite & b.infinite & opposite),
        ),
        layout,
    )


def multiply(x: Bits, y: Bits, layout: FloatLayout, out: FloatLayout | None = None) -> Patterns:
    """``x * y``, rounded to ``out`` (by default to ``layout``). Zero times infinity is NaN; zeros have a sign."""
    out = layout if out is None else out
    a, b = (unpack(patterns, layout) for patterns in np.broadcast_arrays(x, y))
    product = a.significand * b.significand
    width = 2 * layout.significand_bits
    upper = product >> (width - 1)  # a product in [2, 4) has its leading one there
    return pack(
        Number(
            negative=a.negative != b.negative,
            exponent=a.exponent + b.exponent + (out.bias - 2 * layout.bias) + upper,
            significand=product << (1 - upper),
            width=width,
            zero=a.zero | b.zero,
            infinite=a.infinite | b.infinite,
            nan=a.nan | b.nan | (a.zero & b.infinite) | (a.infinite & b.zero),
        ),
        out,
    )


def convert(x: Bits, layout: FloatLayout, out: FloatLayout) -> Patterns:
    """The value of ``x`` rounded to ``out``; an infinity becomes ``out.overflow``."""
    number = unpack(x, layout)
    return pack(replace(number, exponent=number.exponent + (out.bias - layout.bias)), out)


def add_exponent(x: Bits, places: Bits, layout: FloatLayout) -> Patterns:
    """``x * 2**places`` for ``places`` from 0: exact but for overflow. Zeros and infinities stay."""
    patterns, moves = np.broadcast_arrays(x, places)
    number = unpack(patterns, layout)
    return pack(replace(number, exponent=number.exponent + moves.astype(np.int64)), layout)


def negate(x: Bits, negative: Bits, layout: FloatLayout) -> Patterns:
    """``x`` with its sign turned where ``negative`` is 1; no other bit changes, whatever ``x`` is."""
    flipped = layout.check(x) ^ (np.asarray(negative, np.int64) << layout.magnitude_bits)
    return flipped.astype(layout.storage)


def _magnitude(number: Number, layout: FloatLayout) -> Whole:
    """What orders finite numbers by their size."""
    return (number.exponent << layout.fraction_bits) + number.significand


def _shifted_right(significand: Whole, places: Whole, layout: FloatLayout) -> Whole:
    """``significand`` with ``GUARD_BITS`` below it, ``places`` to the right; the last bit is 1 if a 1 was lost."""
    most = layout.significand_bits + GUARD_BITS
    bounded = np.minimum(places, most)
    lost = (significand & ((np.int64(1) << bounded) - 1)) != 0
    moved: Whole = (significand >> bounded) | lost
    return moved
