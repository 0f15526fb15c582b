"""Carry-save gates: 3:2 layers, and the candidates of an operand from which each digit chooses its partial product."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import pyrtl

from hwsim.encodings.select import SELECTED_DIGITS
from rtl.leaves.arithmetic import fit

Rows = Sequence[pyrtl.WireVector]
Pair = tuple[pyrtl.WireVector, pyrtl.WireVector]
"""Sum and carry: worth their total modulo 2**bits."""


def csa(x: pyrtl.WireVector, y: pyrtl.WireVector, z: pyrtl.WireVector) -> Pair:
    """One row of full adders (3:2) on wires of one width; the carry is one place up, its top bit dropped."""
    return x ^ y ^ z, shifted((x & y) | (x & z) | (y & z), 1, len(x))


def compress(rows: Rows) -> Pair:
    """Any number of rows of one width to a pair, n to n - n // 3 per layer, as `hwsim.bitweight.words.compress` does.

    No carry propagates: the delay is that of the layers, whatever the width.
    """
    layer = list(rows)
    while len(layer) > 2:
        whole = len(layer) - len(layer) % 3
        threes = zip(layer[0:whole:3], layer[1:whole:3], layer[2:whole:3], strict=True)
        layer = [row for three in threes for row in csa(*three)] + layer[whole:]
    return (layer[0], layer[1]) if len(layer) == 2 else (layer[0], pyrtl.Const(0, len(layer[0])))


def shifted(x: pyrtl.WireVector, places: int, bits: int, signed: bool = True) -> pyrtl.WireVector:
    """``x`` times ``2**places`` in ``bits`` bits: zeros below, extended or cut above."""
    if places == 0:
        return fit(x, bits, signed)
    if places >= bits:
        return pyrtl.Const(0, bits)
    return pyrtl.concat(fit(x, bits - places, signed), pyrtl.Const(0, places))


def candidates(b: pyrtl.WireVector, signed: bool) -> tuple[pyrtl.WireVector, ...]:
    """What a digit of -2, 1, 2 or -1 makes of ``b``, in the order of the select codes (CPPG, HPCA 2025).

    One negation serves all digits. Each candidate has two bits more than ``b``: twice the negative of its lowest value
    is positive. They are two's complement, whatever ``b`` is.
    """
    bits = len(b) + 2
    one = fit(b, bits, signed)
    minus_one = (~one + 1).truncate(bits)
    made = {1: one, -1: minus_one, 2: shifted(one, 1, bits), -2: shifted(minus_one, 1, bits)}
    return tuple(made[digit] for digit in SELECTED_DIGITS)


def choose(
    chosen_from: Sequence[pyrtl.WireVector], select: pyrtl.WireVector, enable: pyrtl.WireVector
) -> pyrtl.WireVector:
    """The candidate of the 2-bit code ``select``, or zero without ``enable``: an AND-OR multiplexer."""
    bits = len(chosen_from[0])
    gated = [candidate & ((select == code) & enable).sign_extended(bits) for code, candidate in enumerate(chosen_from)]
    return reduce(or_, gated)
