"""What the PEs of bit-serial designs share: operands that rest, words at places, the sum."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import fit
from rtl.leaves.bit_serial.heaps import Word, sum_of
from rtl.leaves.wiring import held, input_port, output_port, register, registered


def begun() -> tuple[Wire, Wire]:
    """Whether a group begins in this cycle, and one late whether a new sum begins with it.

    ``take`` is high in the last cycle of the group before, ``first`` in the first cycle of its own.
    """
    begins = registered("take_reg", input_port("take"))
    return begins, registered("first_reg", input_port("first") & begins)


def resting(name: str, bits: int, begins: Wire) -> Wire:
    """What is on the port ``name`` in the first cycle of a group, from the next cycle on until that of the next."""
    return held(f"{name}_reg", input_port(name, bits), begins)


def held_words(leaf: Leaf, count: int, begins: Wire) -> list[Wire]:
    """``count`` operands of B, with a sign each."""
    bits = leaf["b_bits"]
    words = parted(resting("b", count * bits, begins), bits)
    return words if leaf["b_signed"] else [word.zero_extended(bits + 1) for word in words]


def issued(name: str, bits: int = 1) -> Wire:
    """A port that is issued anew in every cycle, one late."""
    return registered(f"{name}_reg", input_port(name, bits))


def parted(bus: Wire, bits: int) -> list[Wire]:
    """The words of ``bits`` bits each on one bus, the first in its lowest bits."""
    return [bus[low : low + bits] for low in range(0, len(bus), bits)]


def piped(leaf: Leaf, name: str, value: Wire) -> Wire:
    """``value``, one late in a PE with piped=1."""
    return registered(f"{name}_piped", value) if leaf["piped"] else value


def accumulate(leaf: Leaf, words: Sequence[Word], first: Wire, constant: int = 0) -> None:
    """``acc <= (first ? 0 : acc) + words + constant``: one compressor tree and one adder; ``c`` is the sum."""
    acc = register("acc", leaf["acc_bits"])
    kept = Word(acc & ~first.sign_extended(len(acc)))
    acc.next <<= sum_of([*words, kept], len(acc), constant)
    output_port("c", acc)


def placed(word: Wire, place: Wire, largest: int) -> Wire:
    """``word`` times 2**``place``, signed, as wide as ``largest`` places need; a stage for each bit of ``place``."""
    bits = len(word) + largest
    for i, far in enumerate(place):
        moved = pyrtl.concat(word, pyrtl.Const(0, 1 << i))
        word = pyrtl.select(far, moved, word.sign_extended(len(moved)))
    return fit(word, bits, signed=True)


def any_of(bits: Sequence[Wire]) -> Wire:
    return reduce(or_, bits)
