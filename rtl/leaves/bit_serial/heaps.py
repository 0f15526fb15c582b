"""Sums of words at places, laid column by column in full and half adders (Dadda 1965), and one adder at the end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, repeat
from typing import NamedTuple

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.formats import counting
from rtl.leaves.arithmetic import add


class Word(NamedTuple):
    """``wire`` times 2**``place``, in two's complement if ``signed``."""

    wire: Wire
    place: int = 0
    signed: bool = False


def sum_of(words: Sequence[Word], bits: int, constant: int = 0) -> Wire:
    """The sum of all words and ``constant``, modulo 2**``bits``."""
    return add(*pair_of(words, bits, constant))


def pair_of(words: Sequence[Word], bits: int, constant: int = 0) -> tuple[Wire, Wire]:
    """The same as a sum and a carry: no sign is extended through the columns, no carry propagates.

    The top bit of a signed word counts negatively: it is inverted, and 1 at its place taken from the constant.
    """
    columns: list[list[Wire]] = [[] for _ in range(bits)]
    for wire, place, signed in words:
        top = place + len(wire) - 1
        if signed:
            constant -= 1 << top
        for i, bit in enumerate(wire, place):
            if i < bits:
                columns[i].append(~bit if signed and i == top else bit)
    for i, column in enumerate(columns):
        if constant >> i & 1:
            column.append(pyrtl.Const(1, 1))
    _reduce(columns)
    none = pyrtl.Const(0, 1)
    rows = [pyrtl.concat_list([(*column, none, none)[i] for column in columns]) for i in (0, 1)]
    return rows[0], rows[1]


def ones(bits: Sequence[Wire]) -> Wire:
    """How many of ``bits`` are set."""
    return bits[0] if len(bits) == 1 else sum_of([Word(bit) for bit in bits], counting(len(bits) + 1).bits)


def _reduce(columns: list[list[Wire]]) -> None:
    """No column keeps more than two bits; in each stage as few adders as will do, on the bits that come first."""
    while (tallest := max(map(len, columns))) > 2:
        height = max(h for h in accumulate(repeat(2, 20), lambda h, _: h * 3 // 2) if h < tallest)
        for i, column in enumerate(columns):
            while len(column) > height:
                count = 2 if len(column) == height + 1 else 3
                total, carry = _adder(*column[:count])
                column[:count] = []
                column.append(total)
                if i + 1 < len(columns):
                    columns[i + 1].append(carry)


def _adder(x: Wire, y: Wire, z: Wire | None = None) -> tuple[Wire, Wire]:
    half = x ^ y
    return (half, x & y) if z is None else (half ^ z, (x & y) | (half & z))
