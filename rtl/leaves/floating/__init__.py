"""Floating-point units in gates: adder, multiplier, converter, and what shifts and negates in a LUT unit."""

from __future__ import annotations

from collections.abc import Callable

from hwsim.inventory import Leaf
from rtl.leaves.floating.leaves import fp_adder, fp_converter, fp_exponent_adder, fp_multiplier, fp_negator

FLOATING: dict[str, Callable[[Leaf], None]] = {
    "fp_adder": fp_adder,
    "fp_converter": fp_converter,
    "fp_exponent_adder": fp_exponent_adder,
    "fp_multiplier": fp_multiplier,
    "fp_negator": fp_negator,
}
"""Kind of leaf -> what lays its wires into PyRTL's working block."""

__all__ = ["FLOATING"]
