"""The adder between an array and the scratchpad that accumulates its partial sums."""

from __future__ import annotations

from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import add
from rtl.leaves.wiring import input_port, output_port


def accumulate_adder(leaf: Leaf) -> None:
    """``c = psum + c_in``, combinational."""
    bits = leaf["acc_bits"]
    output_port("c", add(input_port("psum", bits), input_port("c_in", bits)))
