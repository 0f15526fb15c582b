"""What issues the digits of a group: columns of bits or slices, the ones of a column, slices in turn."""

from __future__ import annotations

from collections.abc import Sequence

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.formats import counting
from hwsim.inventory import Leaf
from rtl.leaves.bit_serial.sums import any_of, parted
from rtl.leaves.wiring import held, input_port, output_port, register


def lowest_one(bits: Wire) -> Wire:
    """One-hot: the lowest bit that is set, found in a tree of prefixes."""
    found, step = bits, 1
    while step < len(bits):
        found, step = found | _up(found, step), 2 * step
    return bits & ~_up(found, 1) if len(bits) > 1 else bits


def _up(bits: Wire, places: int) -> Wire:
    return pyrtl.concat(bits[: len(bits) - places], pyrtl.Const(0, places))


def number_of(one_hot: Wire) -> Wire:
    """The number of the bit that is set; 0 if none is."""
    bits = counting(len(one_hot)).bits
    return any_of([pyrtl.Const(i, bits) & bit.sign_extended(bits) for i, bit in enumerate(one_hot)])


def chosen_by(one_hot: Wire, choices: Sequence[Wire]) -> Wire:
    """The choice whose bit is set; 0 if none is."""
    return any_of([choice & bit.sign_extended(len(choice)) for bit, choice in zip(one_hot, choices, strict=True)])


def column_sequencer(leaf: Leaf) -> None:
    """Takes the digits of a group while ``take`` is high, and shows its columns, the lowest first.

    skips=1 passes over columns of zeros; an empty group shows a cycle without ``enable``. steps=1 goes on only with
    ``step``. ``few``: no other column is left.
    """
    digits, bits, take = leaf["digits"], leaf["digit_bits"], input_port("take")
    given = parted(input_port("d", leaf["group"] * digits * bits), digits * bits)
    occupied = [any_of([any_of(list(x[i * bits : (i + 1) * bits])) for x in given]) for i in range(digits)]
    words = parted(held("words", pyrtl.concat_list(given), take), digits * bits)
    columns = [pyrtl.concat_list([x[i * bits : (i + 1) * bits] for x in words]) for i in range(digits)]
    pending = register("pending", digits)
    taken = pyrtl.concat_list(occupied) if leaf["skips"] else pyrtl.Const((1 << digits) - 1, digits)
    lowest = lowest_one(pending)
    rest = pending & ~lowest
    after = pyrtl.select(input_port("step"), rest, pending) if leaf["steps"] else rest
    pending.next <<= pyrtl.select(take, taken, after)
    output_port("column", chosen_by(lowest, columns))
    output_port("index", number_of(lowest))
    output_port("few", ~any_of(list(rest)))
    if leaf["skips"]:
        output_port("enable", any_of(list(pending)))


def ones_sequencer(leaf: Leaf) -> None:
    """Takes a column of bits while ``take`` is high, and shows the numbers of its ones, the lowest first."""
    pending = register("pending", leaf["group"])
    lowest = lowest_one(pending)
    rest = pending & ~lowest
    pending.next <<= pyrtl.select(input_port("take"), input_port("column", leaf["group"]), rest)
    output_port("index", number_of(lowest))
    output_port("enable", any_of(list(pending)))
    output_port("few", ~any_of(list(rest)))


def slice_selector(leaf: Leaf) -> None:
    """Takes the digits of a group while ``take`` is high, and shows the column numbered ``index``."""
    digits, bits = leaf["digits"], leaf["digit_bits"]
    words = held("words", input_port("d", leaf["group"] * digits * bits), input_port("take"))
    columns = [
        pyrtl.concat_list([x[i * bits : (i + 1) * bits] for x in parted(words, digits * bits)]) for i in range(digits)
    ]
    index = input_port("index", counting(digits).bits)
    output_port("column", pyrtl.mux(index, *columns, *[columns[-1]] * ((1 << len(index)) - digits)))
