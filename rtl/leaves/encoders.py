"""Digit encoders: an operand and a bit-weight in, the select code and the enable of that digit out (HPCA 2025, EN-T).

Select codes are those of `hwsim.encodings.select`; the code of a digit of zero means nothing. Where digits depend on
each other (EN-T, NAF, a sign in front) the whole operand is recoded and one digit chosen; otherwise a window is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.encodings import Booth, EnT, Naf, SignMagnitude, TwosComplement
from hwsim.formats import IntFormat, counting
from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import fit
from rtl.leaves.booth import decoded, windows
from rtl.leaves.wiring import input_port, output_port

Digit = tuple[Wire, Wire]
"""Select code and enable."""


def encoder_booth(leaf: Leaf) -> None:
    """The window of three bits is chosen, then decoded."""
    a, bw = _ports(leaf, Booth().digits(_format(leaf)))
    _show(decoded(_chosen(windows(a, bool(leaf["a_signed"])), bw)))


def encoder_ent(leaf: Leaf) -> None:
    """A ripple over the radix-4 digits x of the magnitude: x plus carry, modulo 4; 3 and 4 carry on."""
    signed, digits = bool(leaf["a_signed"]), EnT().digits(_format(leaf))
    a, bw = _ports(leaf, digits)
    magnitude = fit(_magnitude(a, signed), 2 * digits, signed=False)
    fields: list[Wire] = []
    carry: Wire = pyrtl.Const(0, 1)
    for i in range(digits):
        upper, lower = magnitude[2 * i + 1], magnitude[2 * i]
        fields.append(pyrtl.concat(upper ^ (lower & carry), lower ^ carry))
        carry = upper & (lower | carry)
    field = _chosen(fields, bw)
    negative = a[-1] if signed else pyrtl.Const(0, 1)
    _show((pyrtl.concat(field[1] ^ negative, field[0]), field[1] | field[0]))


def encoder_naf(leaf: Leaf) -> None:
    """The digits of a are the bits of 3a minus those of a, one place down."""
    digits = Naf().digits(_format(leaf))
    a, bw = _ports(leaf, digits)
    one = fit(a, digits + 1, bool(leaf["a_signed"]))
    tripled = (one + pyrtl.concat(one[:-1], pyrtl.Const(0, 1))).truncate(digits + 1)
    _show(_one_or_minus_one(_chosen(list(one[1:]), bw), _chosen(list((tripled ^ one)[1:]), bw)))


def encoder_twos_complement(leaf: Leaf) -> None:
    """A bit is a digit; the top one of a signed operand counts negatively."""
    bits = TwosComplement().digits(_format(leaf))
    a, bw = _ports(leaf, bits)
    top = (bw == bits - 1) if leaf["a_signed"] else pyrtl.Const(0, 1)
    _show(_one_or_minus_one(top, _chosen(list(a), bw)))


def encoder_sign_magnitude(leaf: Leaf) -> None:
    """The bits of the magnitude, each with the sign of the operand."""
    signed, digits = bool(leaf["a_signed"]), SignMagnitude().digits(_format(leaf))
    a, bw = _ports(leaf, digits)
    magnitude = _magnitude(a, signed)
    _show(_one_or_minus_one(a[-1] if signed else pyrtl.Const(0, 1), _chosen(list(magnitude)[:digits], bw)))


ENCODERS: dict[str, Callable[[Leaf], None]] = {
    function.__name__: function
    for function in (encoder_booth, encoder_ent, encoder_naf, encoder_sign_magnitude, encoder_twos_complement)
}
"""Kind of leaf -> encoder."""


def _format(leaf: Leaf) -> IntFormat:
    return IntFormat(leaf["a_bits"], bool(leaf["a_signed"]))


def _ports(leaf: Leaf, digits: int) -> tuple[Wire, Wire]:
    return input_port("a", leaf["a_bits"]), input_port("bw", counting(digits).bits)


def _show(digit: Digit) -> None:
    select, enable = digit
    output_port("select", select)
    output_port("enable", enable)


def _one_or_minus_one(negative: Wire, enable: Wire) -> Digit:
    """Codes 01 and 11."""
    return pyrtl.concat(negative, pyrtl.Const(1, 1)), enable


def _magnitude(a: Wire, signed: bool) -> Wire:
    """The magnitude without sign; of the lowest value it needs the place of the sign."""
    if not signed:
        return a
    negative = a[-1].sign_extended(len(a))
    return ((a ^ negative) + a[-1]).truncate(len(a))


def _chosen(of: Sequence[Wire], bw: Wire) -> Wire:
    """The element numbered ``bw``; what lies beyond repeats the last."""
    return pyrtl.mux(bw, *of, *[of[-1]] * ((1 << len(bw)) - len(of)))
