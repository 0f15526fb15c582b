"""The adders outside of the PEs: before the scratchpad that accumulates partial sums, and where pairs become words."""

from __future__ import annotations

from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import add
from rtl.leaves.compressors import csa
from rtl.leaves.wiring import input_port, output_port


def accumulate_adder(leaf: Leaf) -> None:
    """``c = psum + c_in``, combinational."""
    bits = leaf["acc_bits"]
    output_port("c", add(input_port("psum", bits), input_port("c_in", bits)))


def accumulate_pair(leaf: Leaf) -> None:
    """``c = sum + carry + c_in`` of a pair ``psum``, the sum in its lower half: one 3:2 layer and one adder."""
    bits = leaf["acc_bits"]
    psum, c_in = input_port("psum", 2 * bits), input_port("c_in", bits)
    output_port("c", add(*csa(psum[:bits], psum[bits:], c_in)))


def resolve_adder(leaf: Leaf) -> None:
    """``word = sum + carry`` of a pair, the sum in its lower half; combinational."""
    bits = leaf["bits"]
    pair = input_port("pair", 2 * bits)
    output_port("word", add(pair[:bits], pair[bits:]))
