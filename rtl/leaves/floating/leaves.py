"""Leaves of floating-point units, combinational; widths and special values come from the parameters of the leaf."""

from __future__ import annotations

from hwsim.inventory import Leaf
from rtl.leaves.floating.numbers import layout_of
from rtl.leaves.floating.units import fp_add, fp_converted, fp_multiply, fp_negated, fp_scaled
from rtl.leaves.wiring import input_port, output_port


def fp_adder(leaf: Leaf) -> None:
    """``z = x + y``."""
    layout = layout_of(leaf)
    output_port("z", fp_add(input_port("x", layout.bits), input_port("y", layout.bits), layout))


def fp_multiplier(leaf: Leaf) -> None:
    """``z = x * y``; the product is rounded to the layout of the parameters ``out_``."""
    layout, out = layout_of(leaf), layout_of(leaf, "out_")
    output_port("z", fp_multiply(input_port("x", layout.bits), input_port("y", layout.bits), layout, out))


def fp_converter(leaf: Leaf) -> None:
    """``z`` is ``x`` rounded to the layout of the parameters ``out_``."""
    layout = layout_of(leaf)
    output_port("z", fp_converted(input_port("x", layout.bits), layout, layout_of(leaf, "out_")))


def fp_exponent_adder(leaf: Leaf) -> None:
    """``z = x * 2**places``."""
    layout = layout_of(leaf)
    output_port("z", fp_scaled(input_port("x", layout.bits), input_port("places", leaf["places_bits"]), layout))


def fp_negator(leaf: Leaf) -> None:
    """``z = negative ? -x : x``."""
    output_port("z", fp_negated(input_port("x", layout_of(leaf).bits), input_port("negative")))
