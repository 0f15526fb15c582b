"""Floating-point units in gates: adder, multiplier and their relatives, and the dot-product units made of them."""

from __future__ import annotations

from collections.abc import Callable

from hwsim.inventory import Leaf
from rtl.leaves.floating.dot_products import fp_add_dot, fp_lut_unit, fp_mac_dot, fp_table
from rtl.leaves.floating.leaves import fp_adder, fp_converter, fp_exponent_adder, fp_multiplier, fp_negator

FLOATING: dict[str, Callable[[Leaf], None]] = {
    "fp_add_dot": fp_add_dot,
    "fp_adder": fp_adder,
    "fp_converter": fp_converter,
    "fp_exponent_adder": fp_exponent_adder,
    "fp_lut_unit": fp_lut_unit,
    "fp_mac_dot": fp_mac_dot,
    "fp_multiplier": fp_multiplier,
    "fp_negator": fp_negator,
    "fp_table": fp_table,
}
"""Kind of leaf -> what lays its wires into PyRTL's working block."""

__all__ = ["FLOATING"]
