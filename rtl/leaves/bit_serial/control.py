"""Who waits for whom where two operands are issued: the lanes of Laconic, the slices of Sibia."""

from __future__ import annotations

from functools import reduce
from operator import and_

import pyrtl
from pyrtl import WireVector as Wire

from hwsim.formats import counting
from hwsim.inventory import Leaf
from rtl.leaves.bit_serial.sums import any_of, parted
from rtl.leaves.slice_control import next_count
from rtl.leaves.wiring import input_port, output_port, register


def laconic_control(leaf: Leaf) -> None:
    """All terms of A for each term of B, in every lane; ``take`` when no lane has a pair left.

    ``step``: the terms of A of a lane are through in all columns, so that they begin again with the next term of B. The
    columns' bits of A come one column after the other.
    """
    lanes, columns = leaf["lanes"], leaf["columns"]
    a_few, a_enable = (_by_lane(input_port(f"a_{name}", lanes * columns), lanes) for name in ("few", "enable"))
    b_few, b_enable = (list(input_port(f"b_{name}", lanes)) for name in ("few", "enable"))
    through = [_all_of(few) for few in a_few]
    done = [(through[i] & b_few[i]) | ~any_of(a_enable[i]) | ~b_enable[i] for i in range(lanes)]
    output_port("step", pyrtl.concat_list(through))
    output_port("take", _all_of(done))


def _by_lane(bus: Wire, lanes: int) -> list[list[Wire]]:
    return [list(column) for column in zip(*(list(part) for part in parted(bus, lanes)), strict=True)]


def _all_of(bits: list[Wire]) -> Wire:
    return reduce(and_, bits)


def sibia_control(leaf: Leaf) -> None:
    """All slices of B for each slice of A that is not zero; ``take`` when no column has one left."""
    columns, digits = leaf["columns"], leaf["digits"]
    few, any_left = _all_of(list(input_port("few", columns))), any_of(list(input_port("enable", columns)))
    index = register("index_count", counting(digits).bits)
    last = (index == digits - 1) if digits > 1 else pyrtl.Const(1, 1)
    take = ~any_left | (few & last)
    index.next <<= next_count(index, last | take)
    output_port("index", index)
    output_port("step", last)
    output_port("take", take)
