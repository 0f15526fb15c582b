"""Floating-point units on bit patterns: rounding to nearest even, no subnormal numbers, stated special values."""

from hwsim.hardware_floats.conversion import decode, encode
from hwsim.hardware_floats.layout import FloatLayout
from hwsim.hardware_floats.operations import add, add_exponent, convert, multiply, negate

__all__ = ["FloatLayout", "add", "add_exponent", "convert", "decode", "encode", "multiply", "negate"]
