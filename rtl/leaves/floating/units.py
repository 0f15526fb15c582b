"""Floating-point units as gates, each the twin of a function of `hwsim.hardware_floats`."""

from __future__ import annotations

from dataclasses import replace

import pyrtl

from hwsim.bitweight.columns import Addend, Tree
from hwsim.hardware_floats import FloatLayout
from hwsim.hardware_floats.operations import GUARD_BITS
from rtl.leaves.arithmetic import add, fit
from rtl.leaves.compressors import compress_addends, shifted
from rtl.leaves.floating.bits import add_carry, leading_zeros, only_if, shifted_left, shifted_right_sticky, signed_bits
from rtl.leaves.floating.numbers import Number, pack, unpack


def fp_add(x: pyrtl.WireVector, y: pyrtl.WireVector, layout: FloatLayout) -> pyrtl.WireVector:
    """``x + y``: the smaller operand is aligned, added or subtracted, and the sum normalised and rounded."""
    swap = x[:-1] < y[:-1]
    large = unpack(pyrtl.select(swap, y, x), layout)
    small = unpack(pyrtl.select(swap, x, y), layout)
    distance = (large.exponent - small.exponent).truncate(layout.exponent_bits)
    opposite = large.negative ^ small.negative
    total = _sum(large.significand, small.significand, distance, opposite)
    zeros = leading_zeros(total)
    zero = ~pyrtl.rtl_any(*total)
    bits = signed_bits(1 - len(total), layout.exponent_ones + 1)
    one_above = add(fit(large.exponent, bits, True), pyrtl.Const(1, bits))
    return pack(
        Number(
            negative=pyrtl.select(zero, large.negative & small.negative, large.negative),
            exponent=(one_above - zeros.zero_extended(bits)).truncate(bits),
            significand=shifted_left(total, zeros),
            zero=zero,
            infinite=large.infinite | small.infinite,
            nan=large.nan | small.nan | (large.infinite & small.infinite & opposite),
        ),
        layout,
    )


def fp_multiply(x: pyrtl.WireVector, y: pyrtl.WireVector, layout: FloatLayout, out: FloatLayout) -> pyrtl.WireVector:
    """``x * y`` rounded to ``out``: partial products in a compressor tree and one adder, normalised by one place."""
    a, b = unpack(x, layout), unpack(y, layout)
    product = _product(a.significand, b.significand)
    offset = out.bias - 2 * layout.bias
    bits = signed_bits(min(offset, 0), max(2 * layout.exponent_ones + max(offset, 0) + 1, out.exponent_ones))
    exponent = add(fit(a.exponent, bits, True), fit(b.exponent, bits, True))
    exponent = add_carry(exponent, pyrtl.Const(offset % (1 << bits), bits), product[-1])
    return pack(
        Number(
            negative=a.negative ^ b.negative,
            exponent=exponent,
            significand=pyrtl.select(product[-1], product, shifted(product, 1, len(product))),
            zero=a.zero | b.zero,
            infinite=a.infinite | b.infinite,
            nan=a.nan | b.nan | (a.zero & b.infinite) | (a.infinite & b.zero),
        ),
        out,
    )


def fp_converted(x: pyrtl.WireVector, layout: FloatLayout, out: FloatLayout) -> pyrtl.WireVector:
    """The value of ``x`` rounded to ``out``."""
    number, offset = unpack(x, layout), out.bias - layout.bias
    bits = signed_bits(min(offset, 0), layout.exponent_ones + max(offset, 0))
    moved = add(fit(number.exponent, bits, True), pyrtl.Const(offset % (1 << bits), bits))
    return pack(replace(number, exponent=moved), out)


def fp_scaled(x: pyrtl.WireVector, places: pyrtl.WireVector, layout: FloatLayout) -> pyrtl.WireVector:
    """``x * 2**places``: an addition to the exponent that leaves zeros and infinities alone."""
    return fp_moved(x, places.zero_extended(len(places) + 1), (0, (1 << len(places)) - 1), layout)


def fp_moved(
    x: pyrtl.WireVector, places: pyrtl.WireVector, reach: tuple[int, int], layout: FloatLayout
) -> pyrtl.WireVector:
    """``x * 2**places`` for two's complement ``places`` within ``reach``; what gets too small is flushed."""
    number, (low, high) = unpack(x, layout), reach
    bits = signed_bits(min(low, 0), layout.exponent_ones + max(high, 0))
    moved = add(fit(number.exponent, bits, True), fit(places, bits, True))
    return pack(replace(number, exponent=moved), layout)


def fp_negated(x: pyrtl.WireVector, negative: pyrtl.WireVector) -> pyrtl.WireVector:
    """``x`` with its sign turned by ``negative``."""
    return pyrtl.concat(x[-1] ^ negative, x[:-1])


def _sum(
    upper: pyrtl.WireVector, lower: pyrtl.WireVector, distance: pyrtl.WireVector, opposite: pyrtl.WireVector
) -> pyrtl.WireVector:
    """Larger plus or minus aligned smaller significand: guard bits below, a carry above, never negative."""
    guards = pyrtl.Const(0, GUARD_BITS)
    aligned = shifted_right_sticky(pyrtl.concat(lower, guards), distance)
    bits = len(aligned) + 1
    return add_carry(
        pyrtl.concat(upper, guards).zero_extended(bits),
        aligned.zero_extended(bits) ^ opposite.sign_extended(bits),
        opposite,
    )


def _product(a: pyrtl.WireVector, b: pyrtl.WireVector) -> pyrtl.WireVector:
    """Of two significands, exact."""
    bits = len(a) + len(b)
    rows = [only_if(bit, a) for bit in b]
    addends = tuple(Addend(place, len(a)) for place in range(len(b)))
    return add(*compress_addends(rows, addends, bits, Tree.DADDA))
