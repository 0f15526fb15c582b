"""Carry-save gates: compressor trees, 3:2 layers, and what a digit makes of an operand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import pyrtl

from hwsim.bitweight.columns import CONSTANT, Addend, Bit, Tree, column_tree
from hwsim.encodings.select import SELECTED_DIGITS
from rtl.leaves.arithmetic import fit

Rows = Sequence[pyrtl.WireVector]
Pair = tuple[pyrtl.WireVector, pyrtl.WireVector]
"""Sum and carry: worth their total modulo 2**bits."""


def csa(x: pyrtl.WireVector, y: pyrtl.WireVector, z: pyrtl.WireVector) -> Pair:
    """One row of full adders (3:2) on wires of one width; the carry is one place up, its top bit dropped."""
    return x ^ y ^ z, shifted((x & y) | (x & z) | (y & z), 1, len(x))


def compress_addends(rows: Rows, addends: tuple[Addend, ...], bits: int, tree: Tree) -> Pair:
    """What `hwsim.bitweight.column_words.compress_addends` computes, in the same adders: of each row as many of its
    lowest bits count as its addend has."""

    def wire(bit: Bit) -> pyrtl.WireVector:
        if bit.addend == CONSTANT:
            return pyrtl.Const(1, 1)
        row = rows[bit.addend][bit.place]
        return ~row if bit.inverted else row

    columns = column_tree(addends, bits, tree).lay(wire, adder)
    none = pyrtl.Const(0, 1)
    left = [(*column, none, none)[:2] for column in columns]
    return pyrtl.concat_list([total for total, _ in left]), pyrtl.concat_list([carry for _, carry in left])


def above(row: pyrtl.WireVector, low: int) -> pyrtl.WireVector:
    """The bits of ``row`` from ``low`` up; of a row that has none, any, for nobody reads them."""
    return row[low:] if low < len(row) else row


def adder(bits: Rows) -> Pair:
    """Sum and carry of two or three bits: a half or a full adder."""
    x, y, *third = bits
    half = x ^ y
    if not third:
        return half, x & y
    return half ^ third[0], (x & y) | (half & third[0])


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


def multiple(
    b: pyrtl.WireVector, one: pyrtl.WireVector, two: pyrtl.WireVector | None, negative: pyrtl.WireVector, signed: bool
) -> pyrtl.WireVector:
    """``b`` if ``one``, twice ``b`` if ``two``, else 0, in one's complement if ``negative``: as wide as
    `hwsim.bitweight.digit_sums.DigitSum` says, and short of the true negative by one."""
    bits = len(b) + (two is not None) + (not signed)
    chosen = fit(b, bits, signed) & one.sign_extended(bits)
    if two is not None:
        chosen = chosen | (shifted(b, 1, bits, signed) & two.sign_extended(bits))
    return chosen ^ negative.sign_extended(bits)


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
