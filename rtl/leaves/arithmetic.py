"""Multiplication and widening on PyRTL wires: the one place that says how a product is built."""

from __future__ import annotations

import pyrtl


def fit(x: pyrtl.WireVector, bits: int, signed: bool) -> pyrtl.WireVector:
    """``x`` in ``bits`` bits: extended by its sign (or zeros), or cut to its low bits."""
    if len(x) >= bits:
        return x.truncate(bits)
    return x.sign_extended(bits) if signed else x.zero_extended(bits)


def product(a: pyrtl.WireVector, w: pyrtl.WireVector, a_signed: bool, w_signed: bool) -> pyrtl.WireVector:
    """The exact product in ``len(a) + len(w)`` bits, two's complement if either operand is signed.

    Both operands are extended to the width of the product and multiplied modulo that width, so that the
    synthesis tool sees one multiplication and picks its compressor tree.
    """
    bits = len(a) + len(w)
    return (fit(a, bits, a_signed) * fit(w, bits, w_signed)).truncate(bits)


def add(x: pyrtl.WireVector, y: pyrtl.WireVector) -> pyrtl.WireVector:
    """The sum of two wires of one width, modulo that width, as a register of this width holds it."""
    return (x + y).truncate(len(x))
