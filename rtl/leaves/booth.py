"""Booth radix-4 partial products as gates: windows of the encoded operand choose among candidates of the other."""

from __future__ import annotations

import pyrtl

from hwsim.encodings.booth import Booth
from hwsim.formats import IntFormat
from rtl.leaves.arithmetic import fit
from rtl.leaves.compressors import candidates, choose, shifted

ENCODING = Booth()


def partial_products(
    a: pyrtl.WireVector, b: pyrtl.WireVector, a_signed: bool, b_signed: bool
) -> list[pyrtl.WireVector]:
    """Digit times ``b`` for every digit of ``a``, lowest first and not shifted, each two bits wider than ``b``."""
    from_b = candidates(b, b_signed)
    return [choose(from_b, *decoded(window)) for window in windows(a, a_signed)]


def weighed(rows: list[pyrtl.WireVector], bits: int) -> list[pyrtl.WireVector]:
    """Partial products, lowest digit first, each at its bit-weight in ``bits`` bits: sign above, zeros below."""
    return [shifted(row, ENCODING.radix_bits * place, bits) for place, row in enumerate(rows)]


def windows(a: pyrtl.WireVector, signed: bool) -> list[pyrtl.WireVector]:
    """Three bits for every digit: its own two, and the upper one of the digit below."""
    digits, step = ENCODING.digits(IntFormat(len(a), signed)), ENCODING.radix_bits
    padded = pyrtl.concat(fit(a, digits * step, signed), pyrtl.Const(0, 1))
    return [padded[i * step : (i + 1) * step + 1] for i in range(digits)]


def decoded(window: pyrtl.WireVector) -> tuple[pyrtl.WireVector, pyrtl.WireVector]:
    """Select code and enable of one digit (`hwsim.encodings.select`); a digit of zero has no code."""
    upper, middle, below = window[2], window[1], window[0]
    one = middle ^ below
    return pyrtl.concat(~(upper ^ one), one), one | (upper ^ middle)
