"""Operands in the form in which they are stored: sign and magnitude, signed slices."""

from __future__ import annotations

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.bit_serial.signed_slices import SignedSlices
from hwsim.encodings import SignMagnitude
from hwsim.formats import IntFormat
from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import fit
from rtl.leaves.wiring import input_port, output_port


def magnitude(leaf: Leaf) -> None:
    """``bits`` and ``negative`` of an operand; combinational."""
    a, signed = input_port("a", leaf["bits"]), bool(leaf["signed"])
    output_port("q", magnitude_of(a, signed))
    output_port("negative", a[-1] if signed else pyrtl.Const(0, 1))


def magnitude_of(a: Wire, signed: bool) -> Wire:
    """The magnitude without sign; of the lowest value it needs the place of the sign."""
    if not signed:
        return a
    negated = (a ^ a[-1].sign_extended(len(a))) + a[-1]
    return negated.truncate(SignMagnitude().digits(IntFormat(len(a), signed)))


def signed_slices(leaf: Leaf) -> None:
    """``q`` is the operand in slices, the lowest first: each negative slice but the top one borrows from the next."""
    a, signed = input_port("a", leaf["bits"]), bool(leaf["signed"])
    count, radix, bits = (
        SignedSlices().digits(IntFormat(len(a), signed)),
        SignedSlices.radix_bits,
        SignedSlices.digit_bits,
    )
    extended = fit(a, radix * count + 1, signed)
    negative = extended[-1]
    slices = []
    for i in range(count):
        field = extended[radix * i : radix * (i + 1)]
        word = pyrtl.concat(negative, field)
        slices.append(word if i == 0 else (word + negative).truncate(bits))
    output_port("q", pyrtl.concat_list(slices))
