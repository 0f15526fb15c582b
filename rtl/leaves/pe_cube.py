"""The PE of the three-dimensional cube: both operands march, in two directions, and sums in the third."""

from __future__ import annotations

from hwsim.inventory import Leaf
from rtl.leaves.arithmetic import add
from rtl.leaves.operands import Operands
from rtl.leaves.wiring import input_port, output_port, registered


def pe_cube(leaf: Leaf) -> None:
    """``psum <= psum_in + a_reg * b_reg``."""
    operands, acc_bits = Operands.of(leaf), leaf["acc_bits"]
    a_reg = registered("a_reg", input_port("a", operands.a_bits))
    b_reg = registered("b_reg", input_port("b", operands.w_bits))
    psum = registered("psum_reg", add(input_port("psum_in", acc_bits), operands.term(a_reg, b_reg, acc_bits)))
    output_port("a_out", a_reg)
    output_port("b_out", b_reg)
    output_port("psum", psum)
