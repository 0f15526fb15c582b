"""Unpacking and packing as gates: `hwsim.hardware_floats.numbers` with wires for arrays."""

from __future__ import annotations

from dataclasses import dataclass

import pyrtl

from hwsim.hardware_floats import FloatLayout
from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import add, fit
from rtl.leaves.floating.bits import all_bits, any_bit, only_if


def layout_of(leaf: Leaf, prefix: str = "") -> FloatLayout:
    """The layout that a leaf's parameters name."""
    exponent, fraction = leaf[f"{prefix}exp_bits"], leaf[f"{prefix}frac_bits"]
    return FloatLayout(exponent, fraction, bool(leaf[f"{prefix}infinities"]))


@dataclass(frozen=True, slots=True)
class Number:
    """Wires; ``significand`` has its leading one at the top unless a flag is set, ``exponent`` is two's complement."""

    negative: pyrtl.WireVector
    exponent: pyrtl.WireVector
    significand: pyrtl.WireVector
    zero: pyrtl.WireVector
    infinite: pyrtl.WireVector
    nan: pyrtl.WireVector


def unpack(x: pyrtl.WireVector, layout: FloatLayout) -> Number:
    """The number of a pattern; its exponent is the field of the pattern behind a sign of 0."""
    fraction, field, negative = x[: layout.fraction_bits], x[layout.fraction_bits : -1], x[-1]
    normal, ones = any_bit(field), all_bits(field)
    some = any_bit(fraction)
    return Number(
        negative=negative,
        exponent=pyrtl.concat(pyrtl.Const(0, 1), field),
        significand=pyrtl.concat(normal, only_if(normal, fraction)),
        zero=~normal,
        infinite=ones & ~some if layout.infinities else pyrtl.Const(0, 1),
        nan=ones & some if layout.infinities else ones & all_bits(fraction),
    )


def pack(number: Number, layout: FloatLayout) -> pyrtl.WireVector:
    """The pattern of a number whose exponent has the bias of ``layout``, rounded to nearest, ties to even."""
    exponent = fit(number.exponent, max(len(number.exponent), layout.exponent_bits + 2), signed=True)
    magnitude = _rounded(exponent, number.significand, layout.fraction_bits)
    below = magnitude[-1] | ~any_bit(magnitude[layout.fraction_bits :])
    above = ~magnitude[-1] & (magnitude[:-1] > layout.largest)
    chosen = only_if(~(number.zero | below), magnitude[: layout.magnitude_bits])
    overflow = number.infinite | (above & ~number.zero)
    chosen = pyrtl.select(overflow, pyrtl.Const(layout.overflow, layout.magnitude_bits), chosen)
    return pyrtl.select(number.nan, pyrtl.Const(layout.nan, layout.bits), pyrtl.concat(number.negative, chosen))


def _rounded(exponent: pyrtl.WireVector, significand: pyrtl.WireVector, fraction_bits: int) -> pyrtl.WireVector:
    """Exponent and fraction as one word, so that a carry of rounding goes into the exponent by itself."""
    fraction = significand[:-1]
    dropped = len(fraction) - fraction_bits
    if dropped <= 0:
        below = [pyrtl.Const(0, -dropped)] if dropped else []
        return pyrtl.concat(exponent, fraction, *below)
    upper, guard = fraction[dropped:], fraction[dropped - 1]
    odd_or_more = upper[0] | any_bit(fraction[: dropped - 1]) if dropped > 1 else upper[0]
    word = pyrtl.concat(exponent, upper)
    return add(word, (guard & odd_or_more).zero_extended(len(word)))
